"""What a spreadsheet would take in memory, found before it is read.

The reader lays a sheet out as a grid from A1 to the last filled row and column, 32 bytes a cell, however few cells are
filled, and where memory runs out the process ends without an exception
(https://github.com/tafia/calamine/issues/693). So the filled cells are looked at first, and what the file unpacks to
is counted. An XLS file has at most 65,536 rows and 256 columns, and of an ODS file the reader itself lays out no more
than 100 million cells; but rows are told from row 1 on, so what they hand out is bounded too.
"""

from __future__ import annotations

import copy
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
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

_CHUNK = 1 << 20
_REFERENCE = re.compile(r"([A-Za-z]{1,7})([0-9]{1,10})")
# A cell that does not say plainly that it stands in the first 95 columns and 999,999 rows. A sheet without one is
# within bounds, and knowing so this way takes a tenth of the time of parsing.
_WIDE = re.compile(rb'(?:<|:)c(?=[\s/>])(?! r="(?:[A-Z]|[AB][A-Z]|C[A-Q])[0-9]{1,6}")')
_PLAIN_CELLS = 95 * 999_999
_LONGEST_CELL = len('<c r="CQ999999"')

Attributes = dict[str, str]
Started = Callable[[str, Attributes], None]


def check_bytes(path: Path, most: int = MAX_UNPACKED) -> None:
    """Refuse a file whose parts unpack to more; to be asked before it is opened.

    Raises:
        FileFormatError: over the bound, or not well packed.
    """
    with _opened(path) as archive:
        # What a file says of its own sizes may be a lie: it is believed where it refuses, and counted where it admits.
        if archive and (_said(archive) > most or _counted(archive, most) > most):
            raise FileFormatError(
                f"{path.name} unpacks to more than {most:,} bytes, more than a sheet within bounds takes.",
                remedy="Split it into several files, or save each sheet as CSV.",
            )


def check_cells(path: Path, sheets: Iterable[str], most: int = MAX_CELLS) -> None:
    """Refuse a file in which one of the named sheets spans more cells; to be asked before that sheet is read.

    Raises:
        FileFormatError: over the bound (names the sheet and the cells that stand farthest out), or not well formed.
    """
    with _opened(path) as archive:
        for sheet, corner in _corners(archive, path.name, sheets, most) if archive else ():
            if corner.cells > most:
                raise _too_wide(path.name, sheet, corner, most)


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
def _opened(path: Path) -> Iterator[ZipFile | None]:
    """The file as an archive; None where it is none, as an XLS file is."""
    if not path.is_file() or not is_zipfile(path):
        yield None
        return
    try:
        with ZipFile(path) as archive:
            yield archive
    except (BadZipFile, zlib.error, expat.ExpatError, KeyError, NotImplementedError, RuntimeError, EOFError) as error:
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
            while total <= most and (chunk := part.read(_CHUNK)):
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

    @property
    def cells(self) -> int:
        return self.row * self.column

    def fill(self, row: int, column: int) -> None:
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


class _Filled:
    """``<row r="3"><c r="B3"><v>``: a cell without ``r`` follows the one before it; one without value is empty."""

    def __init__(self, corner: Corner) -> None:
        self.corner = corner
        self.row = self.column = 0
        self.at = (0, 0)

    def start(self, name: str, attributes: Attributes) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            found = _REFERENCE.fullmatch(attributes.get("r", ""))
            self.column = _number(found[1]) if found else self.column + 1
            self.at = (int(found[2]) if found else self.row, self.column)
        elif name in ("v", "is"):
            self.corner.fill(*self.at)
        elif name == "row":
            self.row = int(attributes["r"]) if attributes.get("r", "").isdecimal() else self.row + 1
            self.column = 0


def _corners(archive: ZipFile, file: str, sheets: Iterable[str], most: int) -> Iterator[tuple[str, Corner]]:
    """How far each sheet reaches; of one that is plainly within bounds nothing is told."""
    stored = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
    if "xl/workbook.bin" in stored:
        raise FileFormatError(f"{file} is a binary workbook (XLSB).", remedy="Save it as XLSX.")
    if "xl/workbook.xml" not in stored:
        return
    parts = _parts(archive, stored)
    for sheet in sheets:
        corner = Corner()
        if most < _PLAIN_CELLS or _says_wide(archive, parts[sheet]):
            _parse(archive, parts[sheet], _Filled(corner).start)
        yield sheet, corner


def _says_wide(archive: ZipFile, part: str) -> bool:
    kept = b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            text = kept + chunk
            found = _WIDE.search(text)
            if found and found.start() < len(text) - _LONGEST_CELL:
                return True
            kept = text[-_LONGEST_CELL:]
    return _WIDE.search(kept) is not None


def _parts(archive: ZipFile, stored: Mapping[str, str]) -> dict[str, str]:
    """Where in an XLSX file each sheet stands, by the sheet's name; ``stored`` holds its parts by lower-case name."""
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
    parser.EntityDeclHandler = _no_entities
    with archive.open(part) as file:
        parser.ParseFile(file)


def _no_entities(*_: object) -> None:
    raise BadZipFile("it declares XML entities")
