"""Answers as reports in Word: what it comes to, what is not known, the tables; the same answer gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from graph.answer import Answer
from visualisation.sentences import Teller
from visualisation.sheets import sheets, stamp
from visualisation.text import shown
from visualisation.views import Cell, Headline, Sheet, View, view_of
from visualisation.words import Words

ROWS = 500
"""Rows of a table; how many more there are is said below it."""
SPOKEN = {"sv": "sv-SE", "en": "en-GB"}
EPOCH = (1980, 1, 1, 0, 0, 0)


def answer_docx(answer: Answer[Any], words: Words) -> bytes:
    """The report of an answer whose view has one."""
    view, teller, data = view_of(answer), Teller(answer, words), answer.data
    title = words("not_in_graph.title") if data is None else view.title(data, teller)
    document = _blank(words, title, answer)
    document.add_heading(shown(title), level=0)
    _stamped(document, answer, words)
    tables = sheets(answer, words)
    if data is not None:
        _first(document, view, data, teller)
        tables = [sheet for sheet in tables if sheet.name != words("export.links")]
    for sheet in tables:
        _table(document, sheet, words)
    out = io.BytesIO()
    document.save(out)
    return _steady(out.getvalue())


def _blank(words: Words, title: str, answer: Answer[Any]) -> Document:
    """An empty document lying down, in the reader's language, dated when what it says was known."""
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(1.8)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Calibri", Pt(10)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), SPOKEN[words.lang])
    style.element.get_or_add_rPr().append(language)
    known = answer.as_of.known_at.replace(tzinfo=None)
    said = document.core_properties
    said.title, said.author, said.language = shown(title)[:255], "Kedja", SPOKEN[words.lang]
    said.created = said.modified = known
    said.comments = words("app.demonstration") if answer.demonstration else ""
    return document


def _stamped(document: Document, answer: Answer[Any], words: Words) -> None:
    if answer.demonstration:
        document.add_paragraph().add_run(words("app.demonstration")).bold = True
    said = [f"{name}: {value}" for name, value in stamp(answer, words) if value != words("app.demonstration")]
    document.add_paragraph(shown(" · ".join(said)))
    document.add_paragraph(words("app.no_deviation"))


def _first(document: Document, view: View, data: Any, teller: Teller) -> None:
    """What it comes to, and what is not known."""
    found = view.report(data, teller) if view.report else Headline(())
    for number, (figure, what) in enumerate(found.figures):
        paragraph = document.add_paragraph()
        run = paragraph.add_run(shown(figure))
        run.bold, run.font.size = True, Pt(16 if number == 0 else 12)
        paragraph.add_run(shown(f" {what}"))
    if found.note:
        document.add_paragraph(shown(found.note))
    document.add_heading(teller.words("unknown.heading"), level=1)
    for sentence in [*teller.unknown(), *([found.ask] if found.ask else [])]:
        document.add_paragraph(shown(sentence), style="List Bullet")


def _text(value: Cell, words: Words) -> str:
    return (
        shown(value)
        if isinstance(value, str)
        else words.number(value)
        if isinstance(value, int | float)
        else str(value)
    )


def _table(document: Document, sheet: Sheet, words: Words) -> None:
    document.add_heading(shown(sheet.name), level=1)
    table = document.add_table(rows=1, cols=len(sheet.header), style="Light Grid")
    head = OxmlElement("w:tblHeader")  # repeats on each page, and is read out as the heads of columns
    table.rows[0]._tr.get_or_add_trPr().append(head)
    for line in (sheet.header, *sheet.rows[:ROWS]):
        cells = table.rows[0].cells if line is sheet.header else table.add_row().cells
        for cell, value in zip(cells, line, strict=True):
            run = cell.paragraphs[0].add_run(_text(value, words))
            run.font.size, run.bold = Pt(8), line is sheet.header
    if len(sheet.rows) > ROWS:
        document.add_paragraph(words("shown_of", shown=ROWS, total=len(sheet.rows)))


def _steady(made: bytes) -> bytes:
    """The same parts without the minute in which they were packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            written.writestr(zipfile.ZipInfo(name, EPOCH), read.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
