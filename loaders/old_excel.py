"""Sheets of an old Excel file (XLS), row by row, with the cells that show an error told apart from empty ones."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from loaders.spreadsheet_marks import NoValue
from ontology.errors import FileFormatError, Reason

ENDING = ".xls"
_REMEDY = "Open it and save it as XLSX without a password."


def sheet_of(path: Path, sheet: str = "") -> tuple[str, Iterator[tuple[int, list[Any]]], int]:
    """(name, numbered rows of values, how many rows) of a sheet; of the first one when no name is given.

    Raises:
        FileFormatError: not such a file, one with a password or damaged, or no such sheet.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(path, logfile=StringIO())
    except Exception as error:  # a damaged file lets xlrd fail in any way: struct.error, IndexError, AssertionError ...
        raise FileFormatError(
            f"{path.name} is not readable as an old Excel file ({type(error).__name__}: {error}).", remedy=_REMEDY
        ) from error
    names = book.sheet_names()
    name = sheet or next(iter(names), "")
    if name not in names:
        raise FileFormatError(f"{path.name} has no sheet {name!r}.", remedy=f"Its sheets: {', '.join(names)}.")
    found = book.sheet_by_name(name)
    rows = ((number + 1, [value(cell, book.datemode) for cell in found.row(number)]) for number in range(found.nrows))
    return name, rows, found.nrows


def value(cell: Any, datemode: int) -> Any:
    """A cell as Python has it; ``NoValue`` where it shows an error."""
    import xlrd

    if cell.ctype == xlrd.XL_CELL_ERROR:
        return NoValue(xlrd.error_text_from_code.get(cell.value, "#ERROR"), Reason.CELL_ERROR)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype != xlrd.XL_CELL_DATE:
        return cell.value
    try:
        return xlrd.xldate_as_datetime(cell.value, datemode)
    except (ValueError, OverflowError):  # a number under a date's format, and no day
        return NoValue(str(cell.value), Reason.CELL_ERROR)
