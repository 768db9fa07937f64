"""A workbook's cells as text: an XLSX or ODS file, or a folder with one CSV file a sheet; the same from both."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loaders.spreadsheet_bounds import check_bytes, check_cells, check_grid, letters
from loaders.spreadsheet_marks import Marks, NoValue, marks_of, seen
from loaders.tabular import CSV_ENDINGS, csv_lines, encoding_of, text_of
from loaders.workbook_columns import COMMENT, EXAMPLE_IDS, LISTS, NOTES_TITLES, Sheet, find_sheet, fold
from loaders.workbook_values import without_persons
from ontology.errors import FileFormatError, Reason

Row = tuple[int, list[str]]
"""A row's number in its file and its cells."""

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ENCODINGS = {"cp1252": "read_windows_1252", "utf-16": "read_utf_16"}


def neutralise(text: str) -> str:
    """The text, after an apostrophe if a spreadsheet could take it for a formula (or it had one already)."""
    return f"'{text}" if _FORMULA.match(text) else text


def plain(text: str) -> str:
    """The inverse of ``neutralise``."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know of a sheet that is no row: what it is and where."""

    row: int
    column: str
    value: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: title, headings, where the header row stands, and the filled rows below it.

    ``notes`` counts the rows that are notes, ``note`` is a code for how its text was read.
    """

    title: str
    header: list[str]
    header_row: int
    rows: list[Row]
    remarks: list[Remark] = field(default_factory=list)
    notes: int = 0
    note: str = ""


def _places(sheet: Sheet, cells: list[str]) -> list[int]:
    """Where in a row the headings stand that every row of the sheet must fill in; empty where one is missing."""
    found = [next((n for n, cell in enumerate(cells) if sheet.column(cell) is c), None) for c in sheet.heads]
    return [n for n in found if n is not None] if None not in found else []


def _table(file: str, title: str, rows: Iterable[Row], note: str = "") -> Table:
    """The sheet with its headings found: below a title, if there is one.

    Raises:
        FileFormatError: a sheet of the template's with rows, but none that holds its headings.
    """
    sheet = find_sheet(title)
    table = Table(title, [], 0, [], note=note)
    above: list[Row] = []
    header: list[str] = []
    header_row = notes = first = 0
    for number, cells in rows:
        if not any(cells):
            continue
        if not header:
            places = _places(sheet, cells) if sheet else [0]
            if places:
                header, header_row, first = cells, number, places[0]
            else:
                above.append((number, cells))
        elif _is_note(cells, first):
            notes += 1
        elif cells[: len(header)] == header:
            table.remarks.append(_passed_over(number, cells))
        else:
            table.rows.append((number, cells))
    if above and not header and sheet:
        raise _no_headings(f"{file}, sheet {title!r}", sheet, above)
    while header and not header[-1]:
        header = header[:-1]
    table.remarks.extend(_passed_over(number, cells) for number, cells in above)
    if sheet and not header:
        table.remarks.append(_passed_over(1, [title]))
    return Table(title, header, header_row, table.rows, table.remarks, notes, note)


def _is_note(cells: list[str], first: int) -> bool:
    """The template's example row, or a row of one cell that begins with #, which could not be accepted anyway."""
    if len(cells) > first and cells[first] in EXAMPLE_IDS:
        return True
    return cells[0].startswith(COMMENT) and not any(cells[1:]) and not isinstance(cells[0], NoValue)


def _passed_over(number: int, cells: list[str]) -> Remark:
    return Remark(number, "", "; ".join(filter(None, cells)), Reason.PASSED_OVER)


def _no_headings(where: str, sheet: Sheet, rows: list[Row]) -> FileFormatError:
    number, cells = max(rows[:20], key=lambda row: sum(sheet.column(cell) is not None for cell in row[1]))
    wanted = ", ".join(" / ".join(dict.fromkeys((c.label.en, c.label.sv))) for c in sheet.heads)
    heads = {word for column in sheet.heads for word in column.spellings.values()}
    unknown = [cell for cell in cells if cell and sheet.column(cell) is None]
    near = next((cell for cell in unknown if heads & set(sheet.nearest(cell, cells).split(", "))), "")
    said = without_persons("; ".join(filter(None, cells)))
    return FileFormatError(
        f"{where}: no row holds its headings; row {number} comes nearest ({said[:100]!r}).",
        remedy=f"Give the sheet a row with the heading {wanted}" + (f" (there is {near!r})." if near else "."),
    )


def _excel(path: Path) -> Iterator[Table]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

    check_bytes(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            read = [s for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet and s.name != LISTS]
            _check_names(path.name, [sheet.name for sheet in read])
            check_cells(path, [sheet.name for sheet in read])
            marks = marks_of(path, [sheet.name for sheet in read])
            for sheet in read:
                found = marks.get(sheet.name, Marks())
                table = _table(path.name, sheet.name, _rows(path, book.get_sheet_by_name(sheet.name), found))
                table.remarks.extend(_hidden(table, found, sheet.visible != type(sheet.visible).Visible))
                yield table
    except (CalamineError, OSError, ValueError) as error:
        raise FileFormatError(
            f"{path.name} cannot be read as a workbook ({type(error).__name__}: {error}).",
            remedy="Save it as .xlsx without a password, or give the folder of its CSV files.",
        ) from error


def _check_names(file: str, titles: Iterable[str]) -> None:
    """Refuse two sheets of one name, which no spreadsheet program writes: a row would not say on which it stands."""
    for title, count in Counter(map(str.casefold, titles)).items():
        if count > 1:
            raise FileFormatError(
                f"{file} has {count} sheets called {title!r}.", remedy="Give each sheet a name of its own."
            )


def _rows(path: Path, sheet: Any, marks: Marks) -> Iterator[Row]:
    if sheet.start is not None:
        check_grid(path, sheet.name, sheet.total_height + 1, sheet.total_width + 1)
    last = 0
    for last, row in enumerate(sheet.iter_rows() if sheet.start is not None else (), start=1):
        yield last, marks.over(last, [text_of(value) for value in row])
    for number in sorted(row for row in marks.failed if row > last):  # below the last value
        yield number, marks.over(number, [])


def _hidden(table: Table, marks: Marks, whole: bool) -> Iterator[Remark]:
    at = max(table.header_row, 1)
    if whole:
        yield Remark(at, "", table.title, Reason.HIDDEN_CELLS)
    if rows := [str(number) for number, _ in table.rows if number in set(marks.hidden_rows)]:
        yield Remark(int(rows[0]), "", ", ".join(rows), Reason.HIDDEN_CELLS)
    for column in marks.hidden_columns:
        if column <= len(table.header) and table.header[column - 1]:
            yield Remark(at, table.header[column - 1], letters(column), Reason.HIDDEN_CELLS)


def _csv(file: Path, first: str) -> Table:
    """The sheet that a file is; ``first`` is the first file of its name, whatever their endings."""
    if file.name != first:
        raise FileFormatError(
            f"{file.name} is the sheet {file.stem!r} once more, after {first}.",
            remedy="Keep one of them, or give it another name.",
        )
    rows = ((number, [seen(plain(cell).strip()) for cell in cells]) for number, cells in csv_lines(file))
    return _table(file.name, file.stem, rows, _ENCODINGS.get(encoding_of(file), ""))


def _is_csv(file: Path) -> bool:
    return file.is_file() and file.suffix.lower() in CSV_ENDINGS and not file.name.startswith(".")


def passed_over(path: Path) -> list[str]:
    """What stands in a workbook's folder and is no CSV file of it, nor its notes (README.md)."""
    if not path.is_dir():
        return []
    return sorted(found.name for found in path.iterdir() if not _is_csv(found) and fold(found.stem) not in NOTES_TITLES)


def _raise(file: str, error: FileFormatError) -> None:  # noqa: ARG001
    raise error


def tables(path: Path, refuse: Callable[[str, FileFormatError], None] = _raise) -> Iterator[Table]:
    """Every sheet of a workbook, or every CSV file of a folder (not of the folders within it), in order. ``refuse`` is
    told the files of a folder that are not well formed, in no accepted encoding, or without headings; by default they
    raise it.

    Raises:
        FileFormatError: not a workbook, or one with a sheet without headings.
    """
    if not path.is_dir():
        yield from _excel(path)
        return
    first: dict[str, str] = {}
    for file in sorted(filter(_is_csv, path.iterdir())):
        try:
            yield _csv(file, first.setdefault(file.stem, file.name))
        except FileFormatError as error:
            refuse(file.name, error)
