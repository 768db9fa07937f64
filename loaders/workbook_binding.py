"""A workbook's table bound to its sheet: what each column means, and what is to be known beside the rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph.store import Reject
from loaders.base import Report
from loaders.workbook_cells import Table
from loaders.workbook_columns import Column, Role, Sheet, find_sheet, nearest_sheets
from loaders.workbook_values import without_persons
from ontology.errors import Reason


@dataclass(slots=True)
class Bound:
    """A table with its sheet and, for each of its columns, what the heading means (None: not read)."""

    table: Table
    sheet: Sheet
    columns: list[Column | None]

    def cells(self, row: list[str]) -> Iterator[tuple[Column, str, str]]:
        """(column, heading, text) of each filled cell under a known heading."""
        for column, heading, text in zip(self.columns, self.table.header, row, strict=False):
            if column is not None and text:
                yield column, heading, text

    def without_heading(self, row: list[str]) -> Iterator[str]:
        """Each filled cell that has no heading above it."""
        headings = [*self.table.header, *[""] * (len(row) - len(self.table.header))]
        return (text for heading, text in zip(headings, row, strict=False) if text and not heading)

    def has_unread(self, row: tuple[int, list[str]]) -> bool:
        """Whether a row has a filled cell under no heading, or under one that is not known."""
        columns = [*self.columns, *[None] * (len(row[1]) - len(self.columns))]
        return any(text and column is None for column, text in zip(columns, row[1], strict=False))


def stops(column: Column) -> bool:
    """Whether a row stops at a cell of the column that cannot be read. It does where a blank would say something else:
    who and what the row is about, whether it holds, when, who may read it, on whose word."""
    declared = column.declared
    if declared is None:
        return column.role not in (Role.SHORTCUT, Role.ALSO)
    return declared.required or declared.blank_says


def bind(table: Table, report: Report) -> Bound | None:
    """The table with its sheet and columns; what is not known is reported, and None where the sheet is not."""
    sheet = find_sheet(table.title)
    remarks(table, report)
    if sheet is None:
        if table.header:
            told = {"rows": str(len(table.rows)), "sheets": ", ".join(nearest_sheets(table.title, table.header))}
            _remark(report, table, "", table.title, Reason.UNKNOWN_SHEET, **told)
        return None
    if table.header:
        report.tables.add(sheet.name)
    columns: list[Column | None] = []
    for heading in table.header:
        column = sheet.column(heading)
        if column is None and heading:
            _remark(
                report, table, heading, heading, Reason.UNKNOWN_COLUMN, nearest=sheet.nearest(heading, table.header)
            )
        if column is not None and column in columns:
            _remark(report, table, heading, heading, Reason.DUPLICATE_COLUMN)
            column = None
        columns.append(column)
    return Bound(table, sheet, columns)


def remarks(table: Table, report: Report) -> None:
    """What is to be known of a table beside its rows."""
    for said in table.remarks:
        column, value = without_persons(said.column), without_persons(said.value)[:200]
        report.rejects.append(Reject(report.file, table.title, said.row, column, value, said.reason))
        report.notes[str(said.reason)] += 1
    if table.notes:
        report.notes["note_rows"] += table.notes
    if table.note:
        report.notes[table.note] += 1


def _remark(report: Report, table: Table, column: str, value: str, reason: Reason, **parameters: str) -> None:
    """Report a sheet or a heading once; it is no row, so the counts of rows are as they were."""
    row, column, value = max(table.header_row, 1), without_persons(column), without_persons(value)[:200]
    report.rejects.append(Reject(report.file, table.title, row, column, value, reason, parameters))
    report.notes[str(reason)] += 1
