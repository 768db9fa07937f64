"""Writes an empty workbook, as XLSX or as a folder of CSV files, in Swedish or English, from the declaration."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from loaders.workbook_cells import neutralise
from loaders.workbook_columns import (
    COMMENT,
    EXAMPLE,
    LISTS,
    NOTES_TITLE,
    SOURCE_FIELDS,
    SOURCE_TITLE,
    Column,
    Role,
    Sheet,
    definition,
    sheets,
)
from loaders.workbook_notes import NOTES, SHEET_LIST, SOURCE_HEADER
from ontology.label import Label
from ontology.model import LinkType
from ontology.vocabulary import vocabulary

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FILLED_ROWS = 5_000
"""How far down the drop-down lists reach."""
_YES = Label("ja", "yes")
_NO = Label("nej", "no")
_ASSERTED = Label("påstås", "asserted")
_DENIED = Label("förnekas", "denied")


def title(sheet: Sheet, lang: str) -> str:
    """The sheet's name in a workbook: capitalised, without what Excel refuses, at most 31 characters."""
    return _capital(sheet.label.get(lang).replace("/", "-"))[:31]


def header(column: Column, lang: str) -> str:
    return _capital(column.label.get(lang)) + ("*" if column.required else "")


def choices(column: Column, lang: str) -> list[str]:
    """What a cell of the column may say; empty where anything may be said. Labels, or ids where a label is not one
    term's alone."""
    if column.name == "polarity":
        return [_ASSERTED.get(lang), _DENIED.get(lang)]
    if column.vocabulary:
        terms = vocabulary(column.vocabulary)
        words = ((term.id, term.label.get(lang)) for term in terms.terms.values())
        return [word if terms.find(word) == id else id for id, word in words]
    if column.declared is not None and bool in get_args(column.declared.annotation):
        return [_YES.get(lang), _NO.get(lang)]
    return []


def example(column: Column, sheet: Sheet, lang: str) -> str:
    """A cell of the example row, which is a comment: it shows how values are written."""
    if column.role in (Role.ID, Role.FROM):
        return f"{COMMENT} {EXAMPLE.get(lang)}-1"
    if column.role is Role.TO:
        return f"{EXAMPLE.get(lang)}-2"
    if column.declared is not None and column.declared.example:
        return column.declared.example
    if column.role is Role.COMMON:
        return {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}.get(column.name, "")
    if found := choices(column, lang):
        return found[0]
    return sheet.declared.label.get(lang) if column.name == "name" else ""


def _note(column: Column, lang: str) -> str:
    """A heading's comment: what it means, and the ids of its vocabulary."""
    text = column.note.get(lang)
    if column.vocabulary:
        text += " " + {"sv": "Värden:", "en": "Values:"}[lang] + " " + ", ".join(choices(column, lang)) + "."
    return text


def note_lines(lang: str) -> Iterator[str]:
    """The notes sheet, line by line; the sheets with their definitions last."""
    yield from (note.get(lang) for note in NOTES)
    yield SHEET_LIST.get(lang)
    for sheet in sheets():
        yield f"{title(sheet, lang)}: {definition(sheet.declared).get(lang)}"


def write_csv(path: Path, rows: list[list[str]], lang: str) -> None:
    """A CSV file as a spreadsheet of that language opens it: UTF-8 with a mark, formulas made harmless."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";" if lang == "sv" else ",", lineterminator="\r\n")
        writer.writerows([neutralise(cell) for cell in row] for row in rows)


def file_name(text: str) -> str:
    return text.casefold().replace(" ", "_") + ".csv"


def write_csv_template(folder: Path, lang: str) -> None:
    """An empty workbook as one CSV file a sheet, in ``folder`` (made if it is missing).

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / file_name(NOTES_TITLE.get(lang)), [[line] for line in note_lines(lang)], lang)
    source = [[cell.get(lang) for cell in SOURCE_HEADER]]
    source += [[header(field, lang), "", field.note.get(lang)] for field in SOURCE_FIELDS]
    write_csv(folder / file_name(SOURCE_TITLE.get(lang)), source, lang)
    for sheet in sheets():
        rows = [
            [header(column, lang) for column in sheet.columns],
            [example(column, sheet, lang) for column in sheet.columns],
        ]
        write_csv(folder / file_name(sheet.label.get(lang)), rows, lang)


def write_template(path: Path, lang: str) -> None:
    """An empty workbook as XLSX: notes on the headings, lists to choose from, one commented example row a sheet.

    Raises:
        OSError: the file cannot be written.
    """
    from xlsxwriter import Workbook

    content = BytesIO()  # made whole first: a full disk must not leave half of it
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with Workbook(content, options) as book:
        _Template(book, lang).write()
    path.write_bytes(content.getvalue())


class _Template:
    """The sheets of one XLSX template."""

    def __init__(self, book: Workbook, lang: str) -> None:
        self.book, self.lang = book, lang
        self.text = book.add_format({"num_format": "@"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.comment = book.add_format({"italic": True, "font_color": "#5f5f5f", "num_format": "@"})
        self.required = book.add_format({"bold": True, "bg_color": "#c9d7e3", "bottom": 1, "text_wrap": True})
        self.optional = book.add_format({"bg_color": "#e9eff4", "bottom": 1, "text_wrap": True})
        self.lists: dict[tuple[str, ...], str] = {}

    def write(self) -> None:
        self._notes()
        self._source()
        written = [(sheet, self.book.add_worksheet(title(sheet, self.lang))) for sheet in sheets()]
        self.lists_sheet = self.book.add_worksheet(LISTS)
        self.lists_sheet.hide()
        for sheet, page in written:
            self._sheet(sheet, page)

    def _notes(self) -> None:
        page = self.book.add_worksheet(_capital(NOTES_TITLE.get(self.lang)))
        page.set_column(0, 0, 110, self.wrapped)
        for row, line in enumerate(note_lines(self.lang)):
            page.write_string(row, 0, line)

    def _source(self) -> None:
        page = self.book.add_worksheet(_capital(SOURCE_TITLE.get(self.lang)))
        page.set_column(0, 0, 18)
        page.set_column(1, 1, 44, self.text)
        page.set_column(2, 2, 80)
        page.freeze_panes(1, 0)
        for place, cell in enumerate(SOURCE_HEADER):
            page.write_string(0, place, cell.get(self.lang), self.required)
        for row, field in enumerate(SOURCE_FIELDS, start=1):
            page.write_string(row, 0, header(field, self.lang))
            page.write_string(row, 2, field.note.get(self.lang))

    def _sheet(self, sheet: Sheet, page: Worksheet) -> None:
        page.freeze_panes(1, 1)
        page.set_row(0, 32)
        page.set_tab_color("#7a8b99" if isinstance(sheet.declared, LinkType) else "#2f5d7c")
        for place, column in enumerate(sheet.columns):
            words = header(column, self.lang)
            page.set_column(place, place, _width(column, words), self._format(column))
            page.write_string(0, place, words, self.required if column.required else self.optional)
            page.write_comment(0, place, _note(column, self.lang), {"x_scale": 2, "y_scale": 1.5})
            page.write_string(1, place, example(column, sheet, self.lang), self.comment)
            self._choices(page, place, column)

    def _format(self, column: Column) -> Format | None:
        """Text cells keep what was typed: an organisation number is no number, and 2026-03 no date."""
        numeric = {int, float, Decimal}
        kinds = get_args(column.declared.annotation) if column.declared is not None else ()
        return None if numeric.intersection(kinds) or column.name == "confidence" else self.text

    def _choices(self, page: Worksheet, place: int, column: Column) -> None:
        found = choices(column, self.lang)
        if not found:
            return
        rule: dict[str, Any] = {"validate": "list", "source": self._range(tuple(found))}
        # A list refuses what is not on it; where several values may stand in a cell it can only help.
        rule["show_error"] = not column.many
        page.data_validation(1, place, FILLED_ROWS, place, rule)

    def _range(self, words: tuple[str, ...]) -> str:
        if words not in self.lists:
            place = len(self.lists)
            self.lists_sheet.write_column(0, place, words)
            letters = _letters(place)
            self.lists[words] = f"='{LISTS}'!${letters}$1:${letters}${len(words)}"
        return self.lists[words]


def _letters(place: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(place))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _width(column: Column, words: str) -> int:
    wide = 44 if column.name in ("name", "name_sv", "cites", "description", "reply") else 0
    return max(wide, 26 if column.role in (Role.ID, Role.FROM, Role.TO) else 12, min(len(words) + 2, 24))
