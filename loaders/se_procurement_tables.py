"""Which tables of the Swedish procurement statistics a file or a folder holds; told by their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from loaders.base import Report, files_of
from loaders.se_procurement_columns import changes_rows, holds_numbers, is_known_column
from loaders.se_procurement_rows import BUYER_NUMBER, LOT_ID, PROCUREMENT_ID, SUPPLIER_NAME, SUPPLIER_NUMBER, Row
from loaders.tabular import CSV_ENDINGS, XLSX_ENDINGS, Table, table_of
from ontology.errors import FileFormatError, Reason, ValueProblem

Refuse = Callable[[str, FileFormatError], None]
"""Told a file of a folder, and why it cannot be read."""


def no_refusal(file: str, error: FileFormatError) -> None:
    """Say nothing: it is said where the tables are read."""


class Kind(StrEnum):
    """Which table of the statistics a file is."""

    PROCUREMENTS = "procurements"
    VALUES = "values"
    TENDERS = "tenders"


@dataclass(frozen=True, slots=True)
class Found:
    """A table with its file's name, and the name that its rejects go under."""

    file: str
    sheet: str
    table: Table

    def rows(self) -> Iterator[Row]:
        return (Row(self.sheet, number, cells) for number, cells in self.table.rows)


def kind_of(table: Table) -> Kind | None:
    """What a table is; None for tables that this loader has no use for."""
    if PROCUREMENT_ID not in table.header:
        return None
    if {LOT_ID, SUPPLIER_NAME} <= set(table.header):
        return Kind.TENDERS
    if value_column(table):
        return Kind.VALUES
    counted = any(name.startswith("Antal upphandlingar") for name in table.header)
    return Kind.PROCUREMENTS if counted else None


def value_column(table: Table) -> str:
    return next((name for name in table.header if name.startswith("Kontrakterat värde")), "")


def tables_in(path: Path, refuse: Refuse) -> dict[Kind, Found]:
    """The tables in a file or folder by kind. Each file of a folder stands for itself.

    Raises:
        FileFormatError: a file that cannot be read, no table of awarded tenders, or two tables of one kind.
    """
    found: dict[Kind, Found] = {}
    broken: list[FileFormatError] = []
    for file in files_of(path):
        if path.is_dir() and file.suffix.lower() not in (*CSV_ENDINGS, *XLSX_ENDINGS):
            continue
        try:
            table = table_of(file)
        except FileFormatError as error:
            if not path.is_dir():
                raise
            broken.append(error)
            refuse(file.name, error)
            continue
        kind = kind_of(table)
        if kind is None:
            continue
        if kind in found:
            raise FileFormatError(
                f"{path.name} holds the table of {kind} twice ({found[kind].sheet} and {file.name}).",
                remedy="Give a folder with one year and one file of each table.",
            )
        found[kind] = Found(file.name, file.name if path.is_dir() else table.name, table)
    if Kind.TENDERS not in found:
        raise next(iter(broken), None) or FileFormatError(
            f"{path.name} is not the table of awarded tenders with suppliers.",
            remedy=f"It needs the columns {PROCUREMENT_ID}, {LOT_ID} and {SUPPLIER_NAME}.",
        )
    return found


def all_rows(tables: dict[Kind, Found], kind: Kind, report: Report) -> list[Row]:
    """Every row of one of the tables beside that of tenders. One that is not well formed is refused and taken out."""
    if kind not in tables:
        return []
    try:
        return list(tables[kind].rows())
    except FileFormatError as error:
        report.refuse(tables.pop(kind).file, error)
        return []


def passed_over(path: Path, tables: Mapping[Kind, Found], report: Report) -> list[str]:
    """The files of a folder that are none of its tables, nor refused."""
    known = {found.file for found in tables.values()} | {reject.file for reject in report.rejects}
    return [file.name for file in files_of(path) if file.name not in known] if path.is_dir() else []


def total_of(tables: Mapping[Kind, Found]) -> int | None:
    known = [found.table.total for found in tables.values()]
    return None if None in known else sum(total or 0 for total in known)


def remark_columns(found: Found, report: Report) -> None:
    """List the columns that no edition known here has, once each.

    Raises:
        FileFormatError: one of them says what became of a tender, or who tendered, so that rows would be misread.
    """
    for column in found.table.header:
        if is_known_column(column):
            continue
        if changes_rows(column):
            raise FileFormatError(
                f"{report.file} has the column {column!r}, which may say that a row is no contract.",
                remedy="Keep only the rows that became contracts and remove the column, or report the new layout.",
            )
        if holds_numbers(column):
            raise FileFormatError(
                f"{report.file} has the column {column!r}, which may hold the numbers of suppliers or buyers.",
                remedy=f"Call it {SUPPLIER_NUMBER!r} or {BUYER_NUMBER!r} if it does; else report the new layout.",
            )
        report.notes["unknown_column"] += 1
        problem = ValueProblem(Reason.UNKNOWN_COLUMN, column, layout="another")
        report.leave_out(found.sheet, 1, column, problem)
