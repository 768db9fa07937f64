"""What a spreadsheet says of its cells beside their values: failed and uncalculated formulas, hidden rows and columns.

The reader of values gives an error cell as an empty text, and a formula that was never calculated as empty or as the
0 that some programs write in its place. So the sheet's own XML is looked at once more, streamed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from xml.parsers import expat
from zipfile import ZipFile

from loaders.spreadsheet_bounds import CHUNK, Attributes, no_entities, opened, parts, reference, repeated
from ontology.errors import Reason, ValueProblem

# In XLSX: a cell of type error, a formula, anything hidden or of no width or height; or text that is not written in
# single bytes. A margin of the page ends in "ht" too.
_MARKED = re.compile(
    rb"""t\s*=\s*["']e["']|<(?:\w+:)?f[\s/>]|hidden|zeroHeight|(?:[wW]idth|\sht)\s*=\s*["']0["'.]|\A(?:\xff\xfe|\xfe\xff)"""
)
_HINTS = (b"hidden", b"zeroHeight", b'"e"', b"'e'", b"<f", b":f", b'"0"', b'"0.', b"'0", b"\xff\xfe", b"\xfe\xff")
"""What any mark holds one of: looking for these is quicker."""
_LONGEST_MARK = 64

# As Excel writes them in English and in Swedish, and LibreOffice.
_ERRORS = frozenset(
    """#n/a #n/a! #saknas! #saknas #value! #värdefel! #ref! #referens! #referensfel! #div/0! #division/0! #num!
    #ogiltigt! #name? #namn? #null! #skärning! #spill! #överspill! #calc! #beräkna! #getting_data #hämtar_data #field!
    #fält! #blocked! #blockerad! #connect! #anslut! #unknown! #okänt! #okänd! #busy! #upptagen! #python! #external!
    #värde! #tal! #tom!""".split()  # noqa: SIM905
)
_OFFICE_ERROR = re.compile(r"(?:err|fel):\d{3}", re.IGNORECASE)


class NoValue(str):
    """A cell's text that is no value: the error that it shows, or the formula that was never calculated."""

    __slots__ = ("reason",)
    reason: Reason

    def __new__(cls, text: str, reason: Reason) -> NoValue:
        made = super().__new__(cls, text)
        made.reason = reason
        return made

    @property
    def problem(self) -> ValueProblem:
        return ValueProblem(self.reason, str(self))


def seen(text: str) -> str:
    """The text, marked where it is the name of a spreadsheet's error, however the cell was typed."""
    failed = (text[:1] == "#" and text.casefold() in _ERRORS) or _OFFICE_ERROR.fullmatch(text)
    return NoValue(text, Reason.CELL_ERROR) if failed else text


@dataclass(slots=True)
class Marks:
    """Of one sheet; rows and columns count from 1. ``failed``: by row and column, cells without a value."""

    failed: dict[int, dict[int, NoValue]] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)

    def over(self, row: int, cells: list[str]) -> list[str]:
        """The row's cells with what the marks say put in their place."""
        cells = [seen(cell) for cell in cells]
        for column, found in self.failed.get(row, {}).items():
            cells += [""] * (column - len(cells))
            cells[column - 1] = found
        return cells

    def fail(self, row: int, column: int, found: NoValue) -> None:
        self.failed.setdefault(row, {})[column] = found


def marks_of(path: Path, sheets: list[str]) -> Mapping[str, Marks]:
    """The marks of each named sheet of an XLSX or ODS file.

    Raises:
        FileFormatError: not well packed, or not well formed.
    """
    with opened(path) as archive:
        if archive is None:
            return {}
        if "content.xml" in archive.namelist():
            document = _OpenDocument()
            _parse(archive, "content.xml", document)
            return document.sheets
        found = {}
        where = parts(archive)
        for sheet in sheets:
            found[sheet] = Marks()
            if sheet in where and may_mark(archive, where[sheet]):
                _parse(archive, where[sheet], _Sheet(found[sheet]))
        return found


def may_mark(archive: ZipFile, part: str) -> bool:
    """Whether a sheet says anything that may be a mark, so that it must be looked through cell by cell."""
    kept = b""
    with archive.open(part) as file:
        while chunk := file.read(CHUNK):
            text = kept + chunk
            if any(hint in text for hint in _HINTS) and _MARKED.search(text):
                return True
            kept = chunk[-_LONGEST_MARK:]
    return False


def _is_zero(text: str) -> bool:
    try:
        return float(text) == 0
    except ValueError:
        return False


def _is_nothing(size: str | None) -> bool:
    """Whether a width or height is none, which hides what has it."""
    return size is not None and re.fullmatch(r"0(\.0*)?", size) is not None


def _true(text: str | None) -> bool:
    return text in ("1", "true", "on")


class _Handler(Protocol):
    """What is told of each start tag, each end tag and the text between; names without their prefix."""

    def start(self, name: str, given: Attributes) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, text: str) -> None: ...


class _Sheet:
    """``<row hidden="1"><c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c>``."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.row = self.column = 0
        self.at = (0, 0)
        self.kind = ""
        self.hidden = self.all_hidden = False
        self.said: dict[str, str] = {}
        self.inside = ""

    def start(self, name: str, given: Attributes) -> None:
        if name == "c":
            self.at = reference(given.get("r", "")) or (self.row, self.column + 1)
            self.column = self.at[1]
            self.kind, self.said = given.get("t", "n"), {}
        elif name in ("f", "v", "is"):
            self.inside = name
            self.said.setdefault(name, "")
        elif name == "row":
            self.row = int(given["r"]) if given.get("r", "").isdecimal() else self.row + 1
            self.column = 0
            self.hidden = _true(given["hidden"]) if "hidden" in given else self.all_hidden
            self.hidden = self.hidden or _is_nothing(given.get("ht"))
        elif name == "col" and (_true(given.get("hidden")) or _is_nothing(given.get("width"))):
            first, last = given.get("min", ""), given.get("max", "")
            if first.isdecimal() and last.isdecimal():
                self.marks.hidden_columns += range(int(first), min(int(last), 16_384) + 1)
        elif name == "sheetFormatPr":
            self.all_hidden = _true(given.get("zeroHeight"))

    def text(self, text: str) -> None:
        if self.inside:
            self.said[self.inside] += text

    def end(self, name: str) -> None:
        if name in ("f", "v", "is"):
            self.inside = ""
        elif name == "c":
            self._cell()

    def _cell(self) -> None:
        value = self.said.get("v", "").strip()
        filled = bool(value) or "is" in self.said or "f" in self.said
        if self.hidden and filled and self.marks.hidden_rows[-1:] != [self.at[0]]:
            self.marks.hidden_rows.append(self.at[0])
        if self.kind == "e":
            self.marks.fail(*self.at, NoValue(value or "#VALUE!", Reason.CELL_ERROR))
        elif "f" in self.said and self.kind == "n" and (not value or _is_zero(value)):
            self.marks.fail(*self.at, NoValue(f"={self.said['f'][:200]}", Reason.NOT_CALCULATED))


class _OpenDocument:
    """``<table:table-cell table:formula=".." office:value="0">``; rows and cells may be repeated."""

    def __init__(self) -> None:
        self.sheets: dict[str, Marks] = {}
        self.marks = Marks()
        self.row = self.column = 0
        self.repeated = 1
        self.hidden = False

    def start(self, name: str, given: Attributes) -> None:
        if name == "table":
            self.marks = self.sheets.setdefault(given.get("name", ""), Marks())
            self.row = self.column = 0
            self.repeated = 1
        elif name == "table-column":
            times = repeated(given, "columns")
            if given.get("visibility", "visible") != "visible":
                self.marks.hidden_columns += range(self.column + 1, self.column + min(times, 16_384) + 1)
            self.column += times
        elif name == "table-row":
            self.row, self.column = self.row + self.repeated, 0
            self.row += not self.row
            self.repeated = repeated(given, "rows")
            self.hidden = given.get("visibility", "visible") != "visible"
        elif name in ("table-cell", "covered-table-cell"):
            self._cell(given)

    def _cell(self, given: Attributes) -> None:
        column, times = self.column + 1, repeated(given, "columns")
        self.column += times
        formula = given.get("formula", "")
        filled = formula or "value-type" in given
        if filled and self.hidden and self.marks.hidden_rows[-1:] != [self.row]:
            self.marks.hidden_rows.append(self.row)
        said = given.get("value", "")
        if formula and ("value-type" not in given or _is_zero(said)):
            mark = NoValue(f"={formula[:200].partition('=')[2]}", Reason.NOT_CALCULATED)
            for row in range(self.row, self.row + min(self.repeated, 1000)):
                for place in range(column, column + min(times, 1000)):
                    self.marks.fail(row, place, mark)

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


def _parse(archive: ZipFile, part: str, handler: _Handler) -> None:
    def bare(call: Callable[[str, Attributes], None]) -> Callable[[str, Attributes], None]:
        return lambda name, given: call(name.rpartition(":")[2], {k.rpartition(":")[2]: v for k, v in given.items()})

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = bare(handler.start)
    parser.EndElementHandler = lambda name: handler.end(name.rpartition(":")[2])
    parser.CharacterDataHandler = handler.text
    parser.EntityDeclHandler = no_entities
    with archive.open(part) as file:
        parser.ParseFile(file)
