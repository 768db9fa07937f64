"""Answers as XLSX: text is written as text, never as a formula or a link; the same answer gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import xlsxwriter

from graph.answer import Answer
from graph.data import AffectedData
from visualisation.sheets import sheets, stamp
from visualisation.text import shown
from visualisation.views import Sheet
from visualisation.views.affected import affected_sheet
from visualisation.words import Words

WIDEST = 60
NARROWEST = 9
MAX_CELL = 32_767


def answer_xlsx(answer: Answer[Any], words: Words) -> bytes:
    """All tables of an answer, a sheet each, under the stamp."""
    return _workbook(sheets(answer, words), answer, words)


def affected_xlsx(answers: Sequence[Answer[AffectedData]], words: Words) -> bytes:
    """The affected contracts of several starts in one list, then each answer's own tables folded together.

    Raises:
        ValueError: no answer was given.
    """
    if not answers:
        raise ValueError("affected_xlsx needs an answer")
    return _workbook(_affected(answers, words), answers[0], words)


def names_xlsx(names: Sheet, answers: Sequence[Answer[AffectedData]], frame: Answer[Any], words: Words) -> bytes:
    """``affected_xlsx`` with every line of the list that was asked about; ``frame`` says when and what was read."""
    first, *rest = _affected(answers, words) if answers else [names]
    return _workbook([first, names, *rest] if answers else [first], frame, words)


def _affected(answers: Sequence[Answer[AffectedData]], words: Words) -> list[Sheet]:
    found = [affected_sheet(answers, words)]
    folded: dict[str, Sheet] = {}
    for answer in answers:
        for sheet in sheets(answer, words)[1:]:
            before = folded.get(sheet.name)
            rows = dict.fromkeys((*(before.rows if before else ()), *sheet.rows))
            folded[sheet.name] = Sheet(sheet.name, sheet.header, tuple(rows))
    return [*found, *folded.values()]


def _workbook(tables: Sequence[Sheet], answer: Answer[Any], words: Words) -> bytes:
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(
            {
                "title": shown(tables[0].name),
                "created": answer.as_of.known_at.replace(tzinfo=None),
                "comments": words("app.demonstration") if answer.demonstration else "",
            }
        )
        formats = {
            "head": book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
            "demo": book.add_format({"bold": True, "bg_color": "#FFF4CC"}),
            "soft": book.add_format({"font_color": "#525252"}),
        }
        for table in tables:
            _write(book.add_worksheet(table.name[:31]), table, answer, words, formats)
    return out.getvalue()


def _write(sheet: Any, table: Sheet, answer: Answer[Any], words: Words, formats: dict[str, Any]) -> None:
    said = [f"{name}: {value}" for name, value in stamp(answer, words) if value != words("app.demonstration")]
    top = 0
    if answer.demonstration:
        sheet.write_string(0, 0, words("app.demonstration"), formats["demo"])
        top = 1
    sheet.write_string(top, 0, shown(" · ".join(said)), formats["soft"])
    sheet.write_string(top + 1, 0, words("app.no_deviation"), formats["soft"])
    head = top + 3
    for column, name in enumerate(table.header):
        sheet.write_string(head, column, shown(name), formats["head"])
        longest = max([len(name), *(len(str(row[column])) for row in table.rows[:200])])
        sheet.set_column(column, column, min(WIDEST, max(NARROWEST, longest + 1)))
    for number, row in enumerate(table.rows, head + 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, shown(value)[:MAX_CELL], formats["text"])
            elif isinstance(value, date):
                sheet.write_datetime(number, column, value, formats["day"])
            else:
                sheet.write_number(number, column, value, formats["text"])
    sheet.freeze_panes(head + 1, 1)
    if table.rows:
        sheet.autofilter(head, 0, head + len(table.rows), len(table.header) - 1)
