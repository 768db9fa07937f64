"""A spreadsheet that would fill the memory is refused before it is read; one that is only large is not."""

from __future__ import annotations

import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from loaders.spreadsheet_bounds import MAX_UNPACKED, check_bytes, check_cells, letters
from loaders.spreadsheet_marks import may_mark
from loaders.tabular import rows_of_xlsx, table_of
from ontology.errors import FileFormatError

ROOT = Path(__file__).resolve().parents[2]
SHEET = "xl/worksheets/sheet1.xml"
XML = '<?xml version="1.0" encoding="UTF-8"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book(path: Path, cells: dict[str, str], *, styled: str = "") -> Path:
    """A workbook with these cells, by their names, on the sheet Steg; ``styled`` is a formatted cell without value."""
    written = xlsxwriter.Workbook(str(path))
    sheet = written.add_worksheet("Steg")
    for name, value in cells.items():
        sheet.write_string(name, value)
    if styled:
        sheet.write_blank(styled, None, written.add_format({"bold": True}))
    written.close()
    return path


def with_part(path: Path, part: str, content: bytes) -> Path:
    """The file with one of its parts put in place of what it was."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**parts, part: content}.items():
            archive.writestr(name, data)
    return path


def with_rows(path: Path, rows: str, prefix: str = "") -> Path:
    x = f"{prefix}:" if prefix else ""
    name = f"xmlns:{prefix}" if prefix else "xmlns"
    xml = f'{XML}<{x}worksheet {name}="{MAIN}"><{x}sheetData>{rows}</{x}sheetData></{x}worksheet>'
    return with_part(book(path, {"A1": "id"}), SHEET, xml.encode())


def test_one_cell_far_out_is_refused_and_named(tmp_path: Path) -> None:
    path = book(tmp_path / "steg.xlsx", {"A1": "id", "XFD1048576": "x"})
    # In a process of its own: unbounded, the reader would end it without an exception.
    code = f"from pathlib import Path; from loaders.tabular import table_of; table_of(Path({str(path)!r}))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    told = ended.stderr.splitlines()[-1]
    assert "FileFormatError: steg.xlsx, sheet 'Steg'" in told
    assert "row 1048576 and column XFD (cell XFD1048576)" in told
    assert "17,179,869,184 cells" in told
    assert "Delete what stands outside the table" in told


def test_a_grid_made_by_two_cells_names_both(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"A1": "id", "XFD2": "x", "B900000": "y"})
    with pytest.raises(FileFormatError, match=r"\(XFD2, B900000\)"):
        rows_of_xlsx(path)


def test_a_column_as_long_as_excel_allows_and_a_row_as_wide_are_read(tmp_path: Path) -> None:
    assert list(rows_of_xlsx(book(tmp_path / "a.xlsx", {"A1": "id", "A1048576": "x"}))) == [(1048576, {"id": "x"})]
    wide = list(rows_of_xlsx(book(tmp_path / "b.xlsx", {"A1": "id", "A2": "1", "XFD2": "x"})))
    assert wide == [(2, {"id": "1", "column 16384": "x"})]


def test_formatting_far_out_is_no_cell(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"A1": "id", "A2": "x"}, styled="XFD1048576")
    assert list(rows_of_xlsx(path)) == [(2, {"id": "x"})]


def test_a_sheet_may_span_more_the_more_of_it_is_filled(tmp_path: Path) -> None:
    filled = {f"A{row}": "x" for row in range(1, 2_001)}
    check_cells(book(tmp_path / "a.xlsx", {**filled, "GR10200": "x"}), ["Steg"])
    with pytest.raises(FileFormatError, match="column GR"):
        check_cells(book(tmp_path / "b.xlsx", {"A1": "id", "GR10200": "x"}), ["Steg"])


def test_a_cell_in_a_far_row_needs_many_that_are_filled_whatever_it_looks_like(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"\(CQ1, A99999\)"):
        check_cells(book(tmp_path / "a.xlsx", {"CQ1": "id", "A99999": "x"}), ["Steg"])
    check_cells(book(tmp_path / "b.xlsx", {"J1": "id", "A99999": "x"}), ["Steg"])


def test_a_sheet_that_only_has_margins_is_not_looked_through_for_marks(tmp_path: Path) -> None:
    margins = '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
    plain, hidden = "<sheetData/>", '<sheetData><row r="2" ht="0"><c r="A2"><v>1</v></c></row></sheetData>'
    for content, marked in ((plain, False), (hidden, True)):
        xml = f'{XML}<worksheet xmlns="{MAIN}">{content}{margins}</worksheet>'
        path = with_part(book(tmp_path / "a.xlsx", {"A1": "id"}), SHEET, xml.encode())
        with zipfile.ZipFile(path) as archive:
            assert may_mark(archive, SHEET) is marked


def test_a_repeated_row_of_an_open_document_counts_as_often_as_it_stands(tmp_path: Path) -> None:
    cell = '<table:table-cell table:number-columns-repeated="50" office:value-type="float" office:value="1"/>'
    many = f'</table:table-row><table:table-row table:number-rows-repeated="1000000">{cell}'
    with pytest.raises(FileFormatError, match="sheet 'Steg'"):
        table_of(open_document(tmp_path / "a.ods", many))


def test_a_file_that_unpacks_to_far_more_than_its_size_is_refused_in_little_memory(tmp_path: Path) -> None:
    strings = f'{XML}<sst xmlns="{MAIN}">' + "<si><t>a</t></si>" * 4_000_000 + "</sst>"
    path = with_part(book(tmp_path / "a.xlsx", {"A1": "id"}), "xl/sharedStrings.xml", strings.encode())
    assert path.stat().st_size < 300_000
    code = (
        "from pathlib import Path; from loaders.tabular import table_of; from tests.memory import peak\n"
        "before = peak()\n"
        f"try: table_of(Path({str(path)!r}))\n"
        "except Exception as error: print(error)\n"
        "print(peak() - before)"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    told, grown = ended.stdout.splitlines()
    assert "unpacks to more than 20,000,000 bytes" in told
    assert int(grown) < 60_000_000


def test_an_old_excel_file_is_refused_since_its_failed_cells_look_empty(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600)
    with pytest.raises(FileFormatError, match=r"old Excel file.*save it as XLSX"):
        table_of(tmp_path / "a.xls")


def test_only_the_sheet_that_is_read_is_bounded(tmp_path: Path) -> None:
    written = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    written.add_worksheet("Steg").write_column("A1", ["id", "x"])
    written.add_worksheet("Långt <bort> & så").write_string("XFD1048576", "x")
    written.close()
    assert list(rows_of_xlsx(tmp_path / "a.xlsx", "Steg")) == [(2, {"id": "x"})]
    with pytest.raises(FileFormatError, match="Långt <bort> & så"):
        rows_of_xlsx(tmp_path / "a.xlsx", "Långt <bort> & så")


@pytest.mark.parametrize("prefix", ["", "x"])
def test_cells_without_a_reference_are_counted_where_they_stand(tmp_path: Path, prefix: str) -> None:
    x = f"{prefix}:" if prefix else ""
    many = f"<{x}c><{x}v>1</{x}v></{x}c>" * 200
    rows = f'<{x}row r="1">{many}</{x}row><{x}row r="900000"><{x}c><{x}v>1</{x}v></{x}c></{x}row>'
    with pytest.raises(FileFormatError, match="column GR"):
        rows_of_xlsx(with_rows(tmp_path / "a.xlsx", rows, prefix))


@pytest.mark.parametrize("before", range(-2, 50, 3))
def test_a_far_cell_that_two_reads_share_is_seen(tmp_path: Path, before: int) -> None:
    """The sheet is looked through in pieces of 1 MiB: wherever in the cell a piece ends, the cell is found."""
    near = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2">'
    head = len(f'{XML}<worksheet xmlns="{MAIN}"><sheetData>{near}')
    path = with_rows(
        tmp_path / "a.xlsx", f'{near}{" " * ((1 << 20) - head - before)}<c r="XFD900000" s="0"><v>1</v></c></row>'
    )
    with pytest.raises(FileFormatError, match="XFD900000"):
        check_cells(path, ["Steg"])


REFERENCE = st.none() | st.tuples(st.integers(1, 120), st.integers(1, 60))
CONTENT = st.sampled_from(["", "<v>1</v>", "<is><t>å</t></is>", "<f>A1</f><v>2</v>", "<f>A1</f>"])
CELLS = st.lists(st.tuples(REFERENCE, CONTENT), max_size=4)


@given(st.lists(st.tuples(st.none() | st.integers(1, 60), CELLS), max_size=5))
def test_the_bound_sees_the_same_grid_as_the_reader(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int | None, list[tuple[tuple[int, int] | None, str]]]]
) -> None:
    def cell(reference: tuple[int, int] | None, content: str) -> str:
        r = f' r="{letters(reference[0])}{reference[1]}"' if reference else ""
        kind = ' t="inlineStr"' if "<is>" in content else ""
        return f"<c{r}{kind}>{content}</c>"

    xml = ""
    for number, cells in rows:
        r = f' r="{number}"' if number else ""
        xml += f"<row{r}>{''.join(cell(*one) for one in cells)}</row>"
    path = with_rows(tmp_path_factory.mktemp("grid") / "a.xlsx", xml)
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name("Steg")
    most = (sheet.total_height + 1) * (sheet.total_width + 1) if sheet.start is not None else 0
    check_cells(path, ["Steg"], most)
    if most:
        with pytest.raises(FileFormatError, match=f"{most:,} cells"):
            check_cells(path, ["Steg"], most - 1)


def open_document(path: Path, first: str) -> Path:
    """An ODS file with a cell in XFD1048576 and, where ``first`` says so, one in the first row."""
    row = f"<table:table-row>{first}</table:table-row>"
    last = '<table:table-cell table:number-columns-repeated="16383"/><table:table-cell office:value-type="float"'
    content = (
        f'{XML}<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Steg">{row}<table:table-row table:number-rows-repeated="1048574"/>'
        f'<table:table-row>{last} office:value="1"/></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f"{XML}<manifest/>")
        archive.writestr("content.xml", content)
    return path


def test_an_open_document_with_a_cell_far_out_is_refused(tmp_path: Path) -> None:
    first = '<table:table-cell office:value-type="float" office:value="1"/>'
    with pytest.raises(FileFormatError, match=r"sheet 'Steg'.*XFD1048576"):
        table_of(open_document(tmp_path / "a.ods", first))
    with pytest.raises(FileFormatError, match=r"sheet 'Steg'.*XFD1048576"):
        table_of(open_document(tmp_path / "b.ods", "<table:table-cell/>"))


# -- what a file unpacks to -------------------------------------------------------------------------------------
def claim(path: Path, part: str, size: int) -> Path:
    """The file, whose directory says that a part unpacks to ``size`` bytes."""
    data = bytearray(path.read_bytes())
    entry = data.index(part.encode(), data.index(b"PK\x01\x02")) - 46
    struct.pack_into("<I", data, entry + 24, size)
    path.write_bytes(data)
    return path


def test_a_file_that_says_it_unpacks_to_too_much_is_refused_unread(tmp_path: Path) -> None:
    path = claim(book(tmp_path / "a.xlsx", {"A1": "id"}), SHEET, MAX_UNPACKED)
    with pytest.raises(FileFormatError, match=r"a\.xlsx unpacks to more than 20,000,000 bytes"):
        table_of(path)


def test_a_file_that_hides_what_it_unpacks_to_is_counted(tmp_path: Path) -> None:
    path = with_part(book(tmp_path / "a.xlsx", {"A1": "id"}), "xl/sharedStrings.xml", b" " * 3_000_000)
    check_bytes(path, 3_100_000)
    assert path.stat().st_size < 30_000
    with pytest.raises(FileFormatError, match="unpacks to more"):
        check_bytes(claim(path, "xl/sharedStrings.xml", 10), 2_900_000)


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>',
        b"<worksheet><sheetData><row><c><v>1</row></worksheet>",
        b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</row></worksheet>',
    ],
)
def test_a_sheet_with_entities_or_broken_xml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = with_part(book(tmp_path / "a.xlsx", {"A1": "id"}), SHEET, content)
    with pytest.raises(FileFormatError, match=r"a\.xlsx is not readable as a spreadsheet"):
        table_of(path)


def test_a_binary_workbook_cannot_be_bounded_and_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", b"")
    with pytest.raises(FileFormatError, match="XLSB") as refused:
        check_cells(path, ["Steg"])
    assert "XLSX" in refused.value.remedy
