"""A workbook's cells as text: an XLSX file, or a folder with one CSV file a sheet; the same from both."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from loaders.spreadsheet_bounds import check_bytes, check_cells, check_grid
from loaders.tabular import decode, text_of
from loaders.workbook_columns import COMMENT
from ontology.errors import FileFormatError

Row = tuple[int, list[str]]
"""A row's number in its file and its cells."""

_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def neutralise(text: str) -> str:
    """The text, after an apostrophe if a spreadsheet could take it for a formula (or it had one already)."""
    return f"'{text}" if _FORMULA.match(text) else text


def plain(text: str) -> str:
    """The inverse of ``neutralise``."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: title, headings, where the header row stands, and the filled rows below it."""

    title: str
    header: list[str]
    header_row: int
    rows: list[Row]


def _table(title: str, rows: Iterable[Row]) -> Table:
    header: list[str] = []
    header_row = 0
    found: list[Row] = []
    for number, cells in rows:
        if not any(cells) or cells[0].startswith(COMMENT):
            continue
        if header:
            found.append((number, cells))
        else:
            header, header_row = cells, number
    while header and not header[-1]:
        header.pop()
    return Table(title, header, header_row, found)


def _excel(path: Path) -> Iterator[Table]:
    from python_calamine import CalamineError, CalamineWorkbook

    check_bytes(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            check_cells(path, book.sheet_names)
            for title in book.sheet_names:
                sheet = book.get_sheet_by_name(title)
                check_grid(path, title, sheet.total_height + 1, sheet.total_width + 1)
                cells = sheet.to_python(skip_empty_area=False)
                numbered = enumerate(([text_of(value) for value in row] for row in cells), start=1)
                yield _table(title, numbered)
    except (CalamineError, OSError, ValueError) as error:
        raise FileFormatError(
            f"{path.name} cannot be read as a workbook ({type(error).__name__}: {error}).",
            remedy="Save it as .xlsx without a password, or give the folder of its CSV files.",
        ) from error


def _delimiter(text: str) -> str:
    """Comma or semicolon: the one that splits the first line that is not a comment into more cells."""
    filled = (line for line in text.splitlines() if line.strip(' ,;"'))
    first = next((line for line in filled if not line.lstrip('"').startswith(COMMENT)), "")
    counts = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in (",", ";")}
    return ";" if counts[";"] > counts[","] else ","


def _csv_rows(text: str, file: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, [plain(cell).strip() for cell in cells]
    except csv.Error as error:
        raise FileFormatError(
            f"{file}, line {reader.line_num}: not a well-formed CSV file ({error}).",
            remedy='Quote each cell that holds a quotation mark, a separator or a line break; write " as "".',
        ) from error


def tables(path: Path) -> Iterator[Table]:
    """Every sheet of a workbook, or every ``*.csv`` of a folder (not of the folders within it), in order.

    Raises:
        FileFormatError: not a workbook, a CSV that is not well formed, or text in no accepted encoding.
    """
    if not path.is_dir():
        yield from _excel(path)
        return
    for file in sorted(path.glob("*.csv")):
        yield _table(file.stem, _csv_rows(decode(file.read_bytes(), file.name), file.name))
