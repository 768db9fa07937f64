"""The Kedja workbook: one XLSX, or a folder of CSV files, with a sheet for each node type and each link type.

What the sheets and columns are called and hold is read from the declaration; see ``workbook_columns``. A row
is accepted whole or not at all, and every value that stopped one is reported with its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from graph.store import Reject
from loaders.base import Progress, Report
from loaders.spreadsheet_marks import NoValue
from loaders.statements import remarked
from loaders.workbook_binding import remarks
from loaders.workbook_cells import Table, passed_over, tables
from loaders.workbook_columns import (
    NOTES_TITLES,
    SOURCE_FIELDS,
    SOURCE_TITLES,
    find_sheet,
    fold,
    nearest_field,
    source_field,
)
from loaders.workbook_rows import Reader
from loaders.workbook_values import term
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import DEMONSTRATION, Link, Mode, Record, Secrecy, Source
from ontology.values import parse_bool, parse_day

_REMEDY = "Make a template with `kedja template` and fill in its source sheet."


def _source_values(table: Table, file: str) -> dict[str, str]:
    """The source sheet's values by field; its two columns are field and value, header row or not."""
    values: dict[str, str] = {}
    for _, cells in [(table.header_row, table.header), *table.rows]:
        field = source_field(cells[0])
        text = next((cell for cell in cells[1:2] if cell), "")
        if field is None or not text:
            continue
        if isinstance(text, NoValue):
            raise FileFormatError(
                f"{file}: the source sheet's {field.name} is {str(text)!r}, an error or a formula without a value.",
                remedy="Write the value in its place.",
            )
        values[field.name] = text
    missing = [field.name for field in SOURCE_FIELDS if field.required and field.name not in values]
    if missing:
        raise FileFormatError(f"{file}: the source sheet does not say {', '.join(missing)}.", remedy=_REMEDY)
    return values


def _parsed(name: str, text: str) -> Any:
    if name in ("published", "retrieved"):
        return parse_day(text)[0]
    if name == "mode":
        return Mode(text.strip().casefold())
    if name == "secrecy":
        return Secrecy.read(term("secrecy", text))
    return parse_bool(text) if name == "demonstration" else text


def _source(values: Mapping[str, str], file: str) -> Source:
    parsed: dict[str, Any] = {}
    for name, text in values.items():
        try:
            parsed[name] = _parsed(name, text)
        except (ValueProblem, ValueError) as error:
            raise FileFormatError(
                f"{file}: the source sheet's {name} is {text!r}, which is not understood.", remedy=_REMEDY
            ) from error
    if parsed.pop("demonstration", False) and not parsed["series"].startswith(DEMONSTRATION):
        parsed["series"] = DEMONSTRATION + parsed["series"]
    return Source(**parsed)


class WorkbookLoader:
    """Reads the workbook. Options: none."""

    name = "workbook"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:  # noqa: ARG002
        """What the source sheet says.

        Raises:
            FileFormatError: not a workbook, no source sheet, or one that lacks a required field.
        """
        if not path.exists():
            raise FileFormatError(f"There is no file or folder {path.name}.", remedy="Check the path.")
        refused: dict[str, FileFormatError] = {}
        for table in tables(path, refused.__setitem__):
            if fold(table.title) in SOURCE_TITLES:
                return _source(_source_values(table, path.name), path.name)
        for name, error in refused.items():
            if fold(Path(name).stem) in SOURCE_TITLES:
                raise error
        raise FileFormatError(f"{path.name} has no source sheet: who says this?", remedy=_REMEDY)

    def read(
        self,
        path: Path,
        source: Source,
        options: Mapping[str, str],  # noqa: ARG002
        secret: bytes,
        report: Report,
        progress: Progress,
    ) -> Iterator[Record | Link]:
        """Yield the records, then the links; see ``loaders.base.Loader``.

        Raises:
            FileFormatError: no sheet can be read, or a sheet of a spreadsheet is without headings.
        """
        about_itself = SOURCE_TITLES | NOTES_TITLES
        data = []

        def refuse(file: str, error: FileFormatError) -> None:
            report.refuse(file, error)
            if sheet := find_sheet(Path(file).stem):  # another file of the same sheet may be read
                report.unread.add(sheet.name)

        for table in tables(path, refuse):
            if fold(table.title) not in about_itself:
                data.append(table)
            elif fold(table.title) in SOURCE_TITLES:
                _remark_source(table, report)
        if report.refused and not data:
            raise report.refused[0]
        for name in passed_over(path):
            report.pass_over(name)
        yield from remarked(Reader(source, secret, report, progress).read(data), report)


def _remark_source(table: Table, report: Report) -> None:
    """Note the fields of the source sheet that are not known, and what is hidden there."""
    remarks(table, report)
    for number, cells in table.rows:
        if cells[0] and source_field(cells[0]) is None:
            near = nearest_field(cells[0])
            said = Reject(report.file, table.title, number, "", cells[0][:200], Reason.UNKNOWN_FIELD, {"nearest": near})
            report.rejects.append(said)
            report.notes[str(Reason.UNKNOWN_FIELD)] += 1
