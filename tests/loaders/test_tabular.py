"""Tables are read strictly: no replacement character, no lost cell, row numbers as a spreadsheet shows."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from loaders.tabular import decode, rows_of_csv, rows_of_xlsx, sheets_of, table_of, text_of
from ontology.errors import FileFormatError


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_text_in_any_common_encoding_reads_the_same(encoding: str) -> None:
    assert decode("Åtgärd för Värmland – 5 €".encode(encoding)) == "Åtgärd för Värmland – 5 €"


def test_bytes_that_are_neither_are_refused_and_never_replaced() -> None:
    with pytest.raises(FileFormatError, match="byte 3") as refused:
        decode(b"ab\x81\xff", "x.csv")
    assert "x.csv" in refused.value.message
    assert refused.value.remedy


def test_a_broken_utf8_file_with_a_mark_is_refused() -> None:
    with pytest.raises(FileFormatError):
        decode(b"\xef\xbb\xbfab\xe5")


@given(st.text())
def test_decoding_undoes_encoding(text: str) -> None:
    assert decode(b"\xef\xbb\xbf" + text.encode()) == text


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_csv_file_reads_the_same_whatever_separates_cells_and_lines(tmp_path: Path, delimiter: str, end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(end.join([f"id{delimiter}namn", f"1{delimiter}Å", "", f"2{delimiter}Ö", ""]).encode())
    assert list(rows_of_csv(path)) == [(2, {"id": "1", "namn": "Å"}), (4, {"id": "2", "namn": "Ö"})]


def test_a_cell_without_header_is_kept_under_its_column_number(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,,name\n1,x,Ada,over\n2\n", encoding="utf-8")
    assert list(rows_of_csv(path)) == [
        (2, {"id": "1", "column 2": "x", "name": "Ada", "column 4": "over"}),
        (3, {"id": "2", "column 2": "", "name": ""}),
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"id,id\n1,2\n", "twice"), (b'id\n"never closed\n', "CSV"), (b"id\n\0\n", "text file")],
)
def test_a_csv_file_that_cannot_be_read_for_sure_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(FileFormatError, match=message):
        list(rows_of_csv(path))


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    assert list(rows_of_csv(path)) == []


def workbook(path: Path) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Steg")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(2, 0, ["id", "antal", "dag", "ja", "andel"])
    sheet.write_row(4, 0, ["å", 12])
    sheet.write_datetime(4, 2, datetime(2021, 3, 1), day)  # noqa: DTZ001
    sheet.write(4, 3, True)
    sheet.write(4, 4, 0.1)
    sheet.write(4, 6, "over")
    book.add_worksheet("Tom")
    book.close()
    return path


def test_a_sheet_gives_text_with_the_row_numbers_that_the_user_sees(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    assert sheets_of(path) == ("Steg", "Tom")
    table = table_of(path)
    row = {"id": "å", "antal": "12", "dag": "2021-03-01", "ja": "True", "andel": "0.1", "column 7": "over"}
    assert list(table.rows) == [(5, row)]
    assert table.total == 2
    assert list(rows_of_xlsx(path, "Tom")) == []


def test_a_missing_sheet_or_a_file_that_is_no_spreadsheet_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    with pytest.raises(FileFormatError, match="Steps") as refused:
        rows_of_xlsx(path, "Steps")
    assert "Steg, Tom" in refused.value.remedy
    other = tmp_path / "b.xlsx"
    other.write_bytes(b"PK not really")
    with pytest.raises(FileFormatError, match=r"b\.xlsx"):
        sheets_of(other)
    with pytest.raises(FileFormatError, match=r"c\.pdf"):
        table_of(tmp_path / "c.pdf")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_keeps_its_value_as_text(value: float) -> None:
    text = text_of(value)
    assert float(text) == value
    assert "e" not in text.lower()


def test_days_are_iso_and_midnight_is_a_day() -> None:
    assert text_of(date(2021, 3, 1)) == "2021-03-01"
    assert text_of(datetime(2021, 3, 1, 12, 30)) == "2021-03-01 12:30:00"  # noqa: DTZ001


CELL = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12).map(str.strip)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3).filter(any), max_size=8))
def test_csv_and_xlsx_of_the_same_rows_read_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("both")
    text = io.StringIO()
    csv.writer(text).writerows([["a", "b", "c"], *rows])
    (folder / "t.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    book = xlsxwriter.Workbook(str(folder / "t.xlsx"), {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    for number, row in enumerate([["a", "b", "c"], *rows]):
        for place, cell in enumerate(row):
            sheet.write_string(number, place, cell)
    book.close()
    assert list(table_of(folder / "t.csv").rows) == list(table_of(folder / "t.xlsx").rows)
