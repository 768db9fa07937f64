"""What a spreadsheet would take in memory, found before it is read.

The reader lays a sheet out as a grid from A1 to the last filled row and column, 32 bytes a cell, however few cells are
filled, and where memory runs out the process ends without an exception
(https://github.com/tafia/calamine/issues/693). So the filled cells are looked at first, and what the file unpacks to
is counted: both may be large only in proportion to what is there. An old XLS file is refused: its reader cannot tell a
failed cell from an empty one.
"""

from __future__ import annotations

import copy
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, is_zipfile

from ontology.errors import FileFormatError

MAX_CELLS = 100_000_000
"""Cells in a sheet's grid, empty ones too: 500,000 rows of 200 columns, 3.2 GB while it is read."""
MAX_UNPACKED = 4_000_000_000
"""Bytes that a file's parts may unpack to: about 100 million filled cells."""
SPARE_CELLS, CELLS_PER_FILLED = 2_000_000, 20
"""A grid may span so many cells (64 MB), and so many more for each cell that is filled."""
SPARE_BYTES, MAX_RATIO = 20_000_000, 50
"""A file may unpack to so much, or to so many times its size. Sheets of one repeated row reach some 30."""

CHUNK = 1 << 20
_DOCUMENT = "content.xml"
_REFERENCE = re.compile(r"([A-Za-z]{1,7})([0-9]{1,10})")
# A cell that does not say plainly that it stands in the first 95 columns and 9,999 rows, or 99,999. A sheet without
# one is within bounds, of the more rows if enough is filled, and knowing so this way takes a tenth of the time of
# parsing.
_PLAIN = rb'(?:<|:)c(?=[\s/>])(?! r="(?:[A-Z]|[AB][A-Z]|C[A-Q])[0-9]{1,%d}")'
_WIDE, _WIDER = re.compile(_PLAIN % 4), re.compile(_PLAIN % 5)
_PLAIN_CELLS, _MORE_CELLS = 95 * 9_999, 95 * 99_999
_LONGEST_CELL = len('<c r="CQ99999"')

Attributes = dict[str, str]
Started = Callable[[str, Attributes], None]


def check_bytes(path: Path, most: int = MAX_UNPACKED) -> None:
    """Refuse a file whose parts unpack to more, or to far more than its own size; to be asked before it is opened.

    Raises:
        FileFormatError: over the bound, or not well packed.
    """
    with opened(path) as archive:
        if archive is None:
            raise _no_archive(path)
        most = min(most, max(SPARE_BYTES, MAX_RATIO * path.stat().st_size))
        # What a file says of its own sizes may be a lie: it is believed where it refuses, and counted where it admits.
        if _said(archive) > most or _counted(archive, most) > most:
            raise FileFormatError(
                f"{path.name} unpacks to more than {most:,} bytes, more than a sheet within bounds takes.",
                remedy="Open it and save it again, split it into several files, or save each sheet as CSV.",
            )
        if _DOCUMENT in archive.namelist():  # its reader lays out every sheet when it is opened
            _check_document(archive, path.name)


def _no_archive(path: Path) -> FileFormatError:
    with path.open("rb") as file:
        compound = file.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    what = (
        "is an old Excel file (XLS), in which failed cells look empty, or has a password"
        if compound
        else "is not readable as a spreadsheet"
    )
    return FileFormatError(f"{path.name} {what}.", remedy="Open it and save it as XLSX without a password.")


def _check_document(archive: ZipFile, file: str) -> None:
    found = _FilledDocument()
    _parse(archive, _DOCUMENT, found.start)
    for sheet, corner in found.sheets.items():
        if corner.cells > corner.most:
            raise _too_wide(file, sheet, corner, corner.most)


def check_cells(path: Path, sheets: Iterable[str], most: int = MAX_CELLS) -> None:
    """Refuse a file in which one of the named sheets spans more cells; to be asked before that sheet is read.

    Raises:
        FileFormatError: over the bound (names the sheet and the cells that stand farthest out), or not well formed.
    """
    with opened(path) as archive:
        for sheet, corner in _corners(archive, path.name, sheets, most) if archive else ():
            bound = min(most, corner.most)
            if corner.cells > bound:
                raise _too_wide(path.name, sheet, corner, bound)


def check_grid(path: Path, sheet: str, rows: int, columns: int, most: int = MAX_CELLS) -> None:
    """Refuse a sheet that has been opened and spans more cells; to be asked before its rows are taken.

    Raises:
        FileFormatError: over the bound.
    """
    corner = Corner()
    corner.fill(rows, columns)
    if corner.cells > most:
        raise _too_wide(path.name, sheet, corner, most)


@contextmanager
def opened(path: Path) -> Iterator[ZipFile | None]:
    """The file as an archive; None where it is none, as an XLS file is."""
    if not path.is_file():
        raise FileFormatError(f"There is no file {path.name}.", remedy="Check the path.")
    if not is_zipfile(path):
        yield None
        return
    try:
        with ZipFile(path) as archive:
            yield archive
    except (
        BadZipFile,
        zlib.error,
        expat.ExpatError,
        LookupError,  # a part that is not there, an encoding that is not known
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise FileFormatError(
            f"{path.name} is not readable as a spreadsheet ({error}).", remedy="Open it and save it as XLSX again."
        ) from error


def _too_wide(file: str, sheet: str, corner: Corner, most: int) -> FileFormatError:
    farthest = f"cell {corner.lowest}" if corner.lowest == corner.rightmost else f"{corner.rightmost}, {corner.lowest}"
    return FileFormatError(
        f"{file}, sheet {sheet!r}: its filled cells reach to row {corner.row} and column {letters(corner.column)} "
        f"({farthest}). That spans {corner.cells:,} cells; at most {most:,} are read.",
        remedy="Delete what stands outside the table (whole rows and columns, not only their content), and save.",
    )


# -- bytes ------------------------------------------------------------------------------------------------------
def _said(archive: ZipFile) -> int:
    return sum(info.file_size for info in archive.infolist())


def _counted(archive: ZipFile, most: int) -> int:
    """Bytes that the parts unpack to; counting ends soon after ``most``."""
    total = 0
    for info in archive.infolist():
        unbounded = copy.copy(info)
        unbounded.file_size = sys.maxsize
        with archive.open(unbounded) as part:
            while total <= most and (chunk := part.read(CHUNK)):
                total += len(chunk)
    return total


# -- cells ------------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class Corner:
    """How far out the filled cells of a sheet stand; rows and columns count from 1, 0 where no cell is filled."""

    row: int = 0
    column: int = 0
    lowest: str = ""
    rightmost: str = ""
    filled: int = 0

    @property
    def cells(self) -> int:
        return self.row * self.column

    @property
    def most(self) -> int:
        """How many cells it may span, for what is filled."""
        return min(MAX_CELLS, SPARE_CELLS + CELLS_PER_FILLED * self.filled)

    def fill(self, row: int, column: int) -> None:
        self.filled += 1
        if row > self.row:
            self.row, self.lowest = row, f"{letters(column)}{row}"
        if column > self.column:
            self.column, self.rightmost = column, f"{letters(column)}{row}"


def letters(column: int) -> str:
    """A column's name: 1 is A, 27 is AA, 16384 is XFD."""
    name = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _number(name: str) -> int:
    """The inverse of ``letters``."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def reference(text: str) -> tuple[int, int] | None:
    """Row and column of a cell by its name; None for what is no name."""
    found = _REFERENCE.fullmatch(text)
    return (int(found[2]), _number(found[1])) if found else None


class _Filled:
    """``<row r="3"><c r="B3"><v>``: a cell without ``r`` follows the one before it; one without value is empty."""

    def __init__(self, corner: Corner) -> None:
        self.corner = corner
        self.row = self.column = 0
        self.at = (0, 0)

    def start(self, name: str, attributes: Attributes) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self.at = reference(attributes.get("r", "")) or (self.row, self.column + 1)
            self.column = self.at[1]
        elif name in ("v", "is"):
            self.corner.fill(*self.at)
        elif name == "row":
            self.row = int(attributes["r"]) if attributes.get("r", "").isdecimal() else self.row + 1
            self.column = 0


class _FilledDocument:
    """``<table:table-row table:number-rows-repeated="9"><table:table-cell office:value-type="float">``."""

    def __init__(self) -> None:
        self.sheets: dict[str, Corner] = {}
        self.corner = Corner()
        self.row = self.column = 0

    def start(self, name: str, attributes: Attributes) -> None:
        name = name.rpartition(":")[2]
        given = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if name == "table":
            self.corner = self.sheets.setdefault(given.get("name", ""), Corner())
            self.row = self.column = 0
        elif name == "table-row":
            self.row += repeated(given, "rows")
            self.column = 0
        elif name in ("table-cell", "covered-table-cell"):
            self.column += repeated(given, "columns")
            if "value-type" in given or "formula" in given:
                self.corner.fill(self.row, self.column)


def repeated(given: Attributes, what: str) -> int:
    """How many times a row or a cell of an ODS file stands there."""
    text = given.get(f"number-{what}-repeated", "1")
    return int(text) if text.isdecimal() and len(text) < 10 else 1


def _corners(archive: ZipFile, file: str, sheets: Iterable[str], most: int) -> Iterator[tuple[str, Corner]]:
    """How far each sheet reaches; of one that is plainly within bounds nothing is told."""
    stored = _stored(archive)
    if "xl/workbook.bin" in stored:
        raise FileFormatError(f"{file} is a binary workbook (XLSB).", remedy="Save it as XLSX.")
    if "xl/workbook.xml" not in stored:
        return
    where = parts(archive)
    for sheet in sheets:
        corner = Corner()
        if not _is_plain(archive, where[sheet], most):
            _parse(archive, where[sheet], _Filled(corner).start)
        yield sheet, corner


def _is_plain(archive: ZipFile, part: str, most: int) -> bool:
    """Whether every cell says plainly that it stands within bounds."""
    filled, wide, kept = 0, False, b""
    with archive.open(part) as file:
        while chunk := file.read(CHUNK):
            text = kept + chunk
            filled += text.count(b"<v>") - kept.count(b"<v>")
            whole = len(text) - _LONGEST_CELL
            if _says(_WIDER, text, whole):
                return False
            wide = wide or _says(_WIDE, text, whole)
            kept = text[-_LONGEST_CELL:]
    if _says(_WIDER, kept, len(kept)):
        return False
    if wide or _says(_WIDE, kept, len(kept)):
        return min(most, SPARE_CELLS + CELLS_PER_FILLED * filled) >= _MORE_CELLS
    return most >= _PLAIN_CELLS


def _says(pattern: re.Pattern[bytes], text: bytes, before: int) -> bool:
    found = pattern.search(text)
    return found is not None and found.start() < before


def _stored(archive: ZipFile) -> dict[str, str]:
    """The parts by their names in lower case."""
    return {name.replace("\\", "/").lower(): name for name in archive.namelist()}


def parts(archive: ZipFile) -> dict[str, str]:
    """Where in an XLSX file each sheet stands, by the sheet's name."""
    stored = _stored(archive)
    sheets: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: Attributes) -> None:
        if name.rpartition(":")[2] == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            sheets.append((attributes.get("name", ""), relation))

    def relation(name: str, attributes: Attributes) -> None:
        if name.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _parse(archive, stored["xl/workbook.xml"], sheet)
    _parse(archive, stored["xl/_rels/workbook.xml.rels"], relation)
    found = {}
    for title, relation_id in sheets:
        target = targets.get(relation_id, "").replace("\\", "/").removeprefix("/").removeprefix("xl/").lower()
        if f"xl/{target}" in stored:
            found[title] = stored[f"xl/{target}"]
    return found


def _parse(archive: ZipFile, part: str, start: Started) -> None:
    """Stream a part's start tags. A document type that declares entities is refused, as ``defusedxml`` does; its own
    parser takes twice the time."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EntityDeclHandler = no_entities
    with archive.open(part) as file:
        parser.ParseFile(file)


def no_entities(*_: object) -> None:
    raise BadZipFile("it declares XML entities")
