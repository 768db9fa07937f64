"""Tables as text: CSV in any of the encodings people save in, and XLSX, row by row, for every loader.

A row is its number as a spreadsheet shows it (the header usually stands in row 1) and a mapping from header
to text. An empty cell is the empty text; a cell without a header goes under ``column N``, so that it is never
lost. Empty rows are left out.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from loaders import old_excel
from loaders.spreadsheet_bounds import check_bytes, check_cells, check_grid
from loaders.spreadsheet_marks import Marks, NoValue, marks_of, seen
from ontology.errors import FileFormatError

Row = tuple[int, dict[str, str]]

XLSX_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")
CSV_ENDINGS = (".csv", ".tsv", ".txt")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20
_LONGEST_LINE = 1_000_000
_LOOKED_AT = 20
_SEP = re.compile(r"""["']?sep=(.)["']?[\s,;]*""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet or one CSV file. ``total`` is how many rows follow the header, None when not known."""

    name: str
    header: tuple[str, ...]
    rows: Iterator[Row]
    total: int | None = None


def decode(data: bytes, name: str = "The file") -> str:
    """Text from bytes: by the byte-order mark, else UTF-8, else Windows-1252; never a replacement character.

    Raises:
        FileFormatError: none of them reads it.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(data, "cp1252", name)


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileFormatError(
            f"{name} is neither UTF-8 nor Windows-1252 text (byte {error.start + 1}).",
            remedy="Save it as CSV UTF-8.",
        ) from error


def text_of(cell: Any) -> str:
    """A cell's value as text: whole numbers without a point, days as ISO, yes/no as ``True``/``False``."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell if isinstance(cell, NoValue) else cell.strip()
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def _number(value: float) -> str:
    if value.is_integer():
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def _header(cells: list[str], name: str) -> tuple[str, ...]:
    while cells and not cells[-1]:
        cells.pop()
    named = [cell or f"column {place}" for place, cell in enumerate(cells, start=1)]
    if twice := sorted({cell for cell in named if named.count(cell) > 1}):
        raise FileFormatError(
            f"{name} has the header {twice[0]!r} twice.", remedy="Give each column a header of its own."
        )
    return tuple(named)


def _dict(header: tuple[str, ...], cells: list[str]) -> dict[str, str]:
    row = dict.fromkeys(header, "")
    row.update(zip(header, cells, strict=False))
    for place, cell in enumerate(cells[len(header) :], start=len(header) + 1):
        if cell:
            row[f"column {place}"] = cell
    return row


def _table(name: str, lines: Iterable[tuple[int, list[str]]], last: int | None) -> Table:
    filled = ((number, cells) for number, cells in lines if any(cells))
    begins = list(islice(filled, _LOOKED_AT))
    wide = next((place for place, (_, cells) in enumerate(begins) if sum(map(bool, cells)) > 1), 0)
    title = wide if begins and all(begins[wide][1][:2]) else 0  # rows of one cell above the headings
    kept = chain(begins[title:], filled)
    number, cells = next(kept, (0, []))
    header = _header(cells, name)
    rows = ((place, _dict(header, found)) for place, found in kept)
    return Table(name, header, rows, None if last is None else max(0, last - number))


def csv_table(path: Path) -> Table:
    """A CSV file; see ``csv_lines``.

    Raises:
        FileFormatError: not text, a header said twice, or quoting that never ends.
    """
    return _table(path.name, csv_lines(path), None)


def encoding_of(path: Path) -> str:
    """The encoding that a text file is read in: by its byte-order mark, else UTF-8, else Windows-1252.

    Raises:
        FileFormatError: none of them reads it.
    """
    with path.open("rb") as file:
        begins = file.read(4)
    for mark, encoding in _BOMS:
        if begins.startswith(mark):
            return _checked(path, encoding)
    try:
        return _checked(path, "utf-8")
    except UnicodeDecodeError:
        return _checked(path, "cp1252")


def _checked(path: Path, encoding: str) -> str:
    """The encoding, if the whole file is text in it."""
    done = 0
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if "\0" in decoder.decode(chunk):
                    raise FileFormatError(f"{path.name} is not a text file.", remedy="Save it as CSV UTF-8.")
                done += len(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        if encoding == "utf-8":
            raise
        raise FileFormatError(
            f"{path.name} is neither UTF-8 nor Windows-1252 text (after byte {done + error.start}).",
            remedy="Save it as CSV UTF-8.",
        ) from error
    return encoding


def csv_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file with their numbers, streamed; the first lines tell what separates the cells (comma,
    semicolon, tab, bar), or a line ``sep=;`` as Excel writes it, which is no row.

    Raises:
        FileFormatError: not text, quoting that never ends, or a cell longer than 131,072 characters.
    """
    with path.open(encoding=encoding_of(path), newline="") as file:
        lines = _lines(file, path.name)
        first = list(islice(lines, _LOOKED_AT))
        said = _SEP.fullmatch(first[0]) if first else None
        delimiter = said[1] if said else _delimiter(first)
        reader = csv.reader(chain(first, lines), delimiter=delimiter, strict=True)
        number = 0
        try:
            for number, cells in enumerate(reader, start=1):
                if not (said and number == 1):
                    yield number, [cell.strip() for cell in cells]
        except csv.Error as error:
            raise FileFormatError(
                f"{path.name}, line {reader.line_num}: not a well-formed CSV file ({error}).",
                remedy='Quote each cell that holds a quotation mark, a separator or a line break; write " as "".',
            ) from error


def _lines(file: TextIO, name: str) -> Iterator[str]:
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE:
            raise FileFormatError(
                f"{name}, line {number}: longer than {_LONGEST_LINE:,} characters.",
                remedy="Check its line breaks and quotation marks; a cell holds at most 131,072 characters.",
            )
        yield line


def _delimiter(lines: list[str]) -> str:
    """The mark that splits most of the lines; of several, the one that makes most cells."""

    def split(mark: str) -> tuple[int, int]:
        found = [len(cells) for cells in csv.reader(lines, delimiter=mark)]
        return sum(count > 1 for count in found), sum(found)

    try:
        return max((",", ";", "\t", "|"), key=split)
    except csv.Error:  # told where the cells are read
        return ","


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    from python_calamine import CalamineError

    try:
        yield
    except (CalamineError, OSError) as error:
        raise FileFormatError(
            f"{path.name} is not readable as a spreadsheet ({error}).", remedy="Save it as XLSX."
        ) from error


def _workbook(path: Path) -> Any:
    from python_calamine import CalamineWorkbook

    check_bytes(path)
    with _readable(path):
        return CalamineWorkbook.from_path(path)


def sheets_of(path: Path) -> tuple[str, ...]:
    """The names of a spreadsheet's sheets, in their order."""
    return tuple(_workbook(path).sheet_names)


def xlsx_table(path: Path, sheet: str = "") -> Table:
    """A sheet of a spreadsheet (XLSX, ODS or XLS); the first one when no name is given.

    Raises:
        FileFormatError: not a spreadsheet, no such sheet, one that spans too much, or a header said twice.
    """
    if path.suffix.lower() == old_excel.ENDING:
        name, rows, last = old_excel.sheet_of(path, sheet)
        return _table(name, ((number, [seen(text_of(cell)) for cell in cells]) for number, cells in rows), last)
    book = _workbook(path)
    name = sheet or next(iter(book.sheet_names), "")
    if name not in book.sheet_names:
        raise FileFormatError(
            f"{path.name} has no sheet {name!r}.", remedy=f"Its sheets: {', '.join(book.sheet_names)}."
        )
    now = path.stat()
    marks = _marks(path, name, (now.st_size, now.st_mtime_ns))
    with _readable(path):
        found = book.get_sheet_by_name(name)
    cells: Iterator[list[Any]] = iter(())
    if found.start is not None:  # ``iter_rows`` fails on a sheet without a cell
        check_grid(path, name, found.total_height + 1, found.total_width + 1)
        cells = found.iter_rows()  # from row 1, even where the first rows are empty
    lines = ((number, marks.over(number, [text_of(cell) for cell in row])) for number, row in enumerate(cells, start=1))
    # calamine's total_height is the index of the last row, counted from 0.
    return _table(name, lines, found.total_height + 1)


@lru_cache(maxsize=4)
def _marks(path: Path, sheet: str, stamp: tuple[int, int]) -> Marks:  # noqa: ARG001 (part of the cache's key)
    """The marks of a sheet that does not span too much: a file that stays as it is is looked through once."""
    check_cells(path, [sheet])
    with _readable(path):
        return marks_of(path, [sheet])[sheet]


def rows_of_csv(path: Path) -> Iterator[Row]:
    """The rows of a CSV file; see ``csv_table``."""
    return csv_table(path).rows


def rows_of_xlsx(path: Path, sheet: str = "") -> Iterator[Row]:
    """The rows of a sheet; see ``xlsx_table``."""
    return xlsx_table(path, sheet).rows


def table_of(path: Path, sheet: str = "") -> Table:
    """A CSV file or a sheet, by the file's ending.

    Raises:
        FileFormatError: another ending, or see ``csv_table`` and ``xlsx_table``.
    """
    ending = path.suffix.lower()
    if ending in CSV_ENDINGS:
        return csv_table(path)
    if ending in XLSX_ENDINGS:
        return xlsx_table(path, sheet)
    raise FileFormatError(f"{path.name} is neither CSV nor XLSX.", remedy="Give a .csv or .xlsx file.")
