"""Nothing is passed over in silence: every filled cell of a workbook is said, rejected, left out or named."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.base import Report, no_progress
from loaders.workbook import WorkbookLoader
from loaders.workbook_columns import EXAMPLE_IDS, Role, Sheet, find_sheet, sheets
from loaders.workbook_template import write_csv
from ontology.errors import FileFormatError, Reason
from ontology.records import Source

Rows = list[list[str]]
SOURCE = Source("mine", "1", "T", "P")
IDS = ("A", "B", "C", "se-orgnr:5560360793", "iso3166-1:MY", "risk:forced-labour", "own:gloves")
VALUES = (
    *IDS, "A;B", "A / B", "okänt", "#REF!", "yes", "nej", "1 200,50", "12 %", "18,500", "2026-03", "250101", "denied",
    "verified", "0,5", "internal", "advanced", "SEK", "4", "text of some kind", "# remark", "=1+1", "x:y", "supplier",
)  # fmt: skip
DEFAULTS = {"declared", "asserted", "public", "deklarerad", "påstås", "offentlig"}


@st.composite
def sheet_rows(draw: st.DrawFn, sheet: Sheet) -> Rows:
    """Headings that the sheet knows and others, rows of what people write, sometimes a title or the headings again."""
    needed = [column.name for column in sheet.columns if column.required]
    known = [column.name for column in sheet.columns if column.name not in needed]
    header = [*needed, *draw(st.lists(st.sampled_from([*known, "", "memo"]), max_size=5))]
    cell = st.sampled_from(("", *VALUES))
    row = st.lists(cell, min_size=1, max_size=len(header) + 1)
    rows = draw(st.lists(row, min_size=1, max_size=4))
    above = draw(st.lists(st.just(["Our register"]), max_size=1))
    again = draw(st.lists(st.just(header), max_size=1))
    return [*above, header, *rows, *again]


@st.composite
def books(draw: st.DrawFn) -> dict[str, Rows]:
    names = draw(st.lists(st.sampled_from(sheets()), min_size=1, max_size=3, unique_by=lambda s: s.name))
    book = {sheet.name: draw(sheet_rows(sheet)) for sheet in names}
    if draw(st.booleans()):
        book["register of ours"] = [["id", "name"], ["A", "Alfa"]]
    return book


def read(book: dict[str, Rows]) -> tuple[str, Report]:
    """Everything that is said of a workbook: what it says, and the report."""
    with TemporaryDirectory() as name:
        for title, rows in book.items():
            write_csv(Path(name) / f"{title}.csv", rows, "en")
        report = Report("mine")
        try:
            items = list(WorkbookLoader().read(Path(name), SOURCE, {}, b"k" * 32, report, no_progress))
        except FileFormatError as error:
            return str(error), report
    assert report.rows_in == report.accepted + report.rejected
    seen = [(item, dict(item.raw)) for item in items]
    return repr((seen, report.rejects, sorted(report.notes.items()))), report


def is_named(report: Report, sheet: Sheet | None, title: str, rows: Rows, place: tuple[int, int]) -> bool:
    """Whether a cell is a heading, is in a row, a column or a sheet that is named whole, or says what a blank says."""
    number, column = place
    header = next((n for n, row in enumerate(rows) if sheet and row and sheet.column(row[0])), 0)
    if number == header:
        return True
    heading = rows[header][column] if column < len(rows[header]) else ""
    for reject in report.rejects:
        if reject.sheet == title and reject.reason is Reason.UNKNOWN_SHEET:
            return True
        whole = reject.reason in (Reason.UNKNOWN_COLUMN, Reason.DUPLICATE_COLUMN)
        if reject.sheet == title and heading and reject.column == heading and whole:
            return True
        row = (title, number + 1)
        of_row = row in report.rejected_rows or reject.reason is Reason.PASSED_OVER or reject.column == heading
        if (reject.sheet, reject.row) == row and of_row:
            return True
    if rows[number][0] in EXAMPLE_IDS or rows[number][column].startswith("#"):
        return report.notes["note_rows"] > 0
    known = sheet.column(heading) if sheet else None
    if known is None:
        return False
    return known.role in (Role.FROM_TYPE, Role.TO_TYPE) or rows[number][column] in DEFAULTS


@settings(max_examples=100, deadline=None)
@given(books())
def test_every_filled_cell_is_said_rejected_left_out_or_named(book: dict[str, Rows]) -> None:
    said, report = read(book)
    for title, rows in book.items():
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                if not text or is_named(report, find_sheet(title), title, rows, (number, column)):
                    continue
                blank = [[*r] for r in rows]
                blank[number][column] = ""
                without, _ = read(book | {title: blank})
                assert without != said, (title, number + 1, column + 1, text)
