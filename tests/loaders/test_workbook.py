"""The workbook is read as people write it, and what cannot be read is told row by row."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.store import Reject
from loaders.base import Report, no_progress
from loaders.workbook import WorkbookLoader
from loaders.workbook_columns import COMMON, SOURCE_FIELDS, fold, sheets
from loaders.workbook_values import without_persons
from ontology.errors import FileFormatError, Reason
from ontology.model import LINKS, NODES
from ontology.records import Common, Link, Polarity, Record, Secrecy, Source, Status

EXAMPLE = Path(__file__).parent.parent / "data" / "workbook"
SECRET = b"k" * 32
SOURCE = "field,value\nseries,mine\nedition,1\ntitle,T\npublisher,P\n"
PERSON = "640823-3234"  # the example of Skatteverket: nobody's number


def folder(path: Path, **files: str) -> Path:
    """A workbook of CSV files; a file's name is the argument's, with ``source`` added when it is not given."""
    for name, text in {"source": SOURCE, **files}.items():
        (path / f"{name}.csv").write_bytes(text.encode())
    return path


def read(path: Path) -> tuple[list[Record], list[Link], Report]:
    loader, report = WorkbookLoader(), Report(path.name)
    source = loader.source(path, {})
    items = list(loader.read(path, source, {}, SECRET, report, no_progress))
    assert report.rows_in == report.accepted + report.rejected
    return [i for i in items if isinstance(i, Record)], [i for i in items if isinstance(i, Link)], report


def told(reject: Reject) -> tuple[str, int | str, str, str, Reason]:
    return reject.sheet, reject.row, reject.column, reject.value, reject.reason


def test_every_type_has_a_sheet_and_every_property_a_column() -> None:
    assert {sheet.name for sheet in sheets()} == set(NODES) | set(LINKS)
    for sheet in sheets():
        names = {column.name for column in sheet.columns}
        assert set(sheet.declared.properties) | set(Common.__dataclass_fields__) <= names


def test_no_two_sheets_and_no_two_columns_of_a_sheet_have_a_name_in_common() -> None:
    titles = [title for sheet in sheets() for title in sheet.titles]
    assert len(titles) == len(set(titles))
    for sheet in sheets():
        headers = [header for column in sheet.columns for header in column.headers]
        assert len(headers) == len(set(headers)), sheet.name


def test_the_common_columns_are_the_fields_of_common_and_the_source_sheet_those_of_source() -> None:
    assert [column.name for column in COMMON] == list(Common.__dataclass_fields__)
    made_elsewhere = {"sha256"}
    assert {f.name for f in SOURCE_FIELDS} == set(Source.__dataclass_fields__) - made_elsewhere | {"demonstration"}


def test_the_example_a_swedish_spreadsheet_saved_as_csv_in_windows_1252() -> None:
    records, links, report = read(EXAMPLE)
    supplier = next(r for r in records if r.key == "local:exempel-avtal/L1")
    assert supplier.properties["name"] == "Älvåker Sjukvård AB"
    assert supplier.properties["roles"] == ["supplier"]
    assert supplier.also == ("vat:SE556703748501", "se-orgnr:5567037485")
    contract = next(r for r in records if r.type == "Contract")
    assert contract.properties["awarded_value"] == "1234567.5"
    assert contract.properties["clause_level"] == "advanced"
    assert contract.raw["awarded_value"] == "1 234 567,50"
    delivered = next(link for link in links if link.type == "DELIVERED_UNDER" and link.common.confidence)
    assert (delivered.source.key, delivered.target.key) == ("local:exempel-avtal/S1", "local:exempel-avtal/A1")
    assert delivered.properties == {"share": 0.125}
    assert (delivered.common.status, delivered.common.confidence) == (Status.VERIFIED, 0.9)
    assert {told(reject) for reject in report.rejects} == {
        ("organisationer", 1, "anteckning", "anteckning", Reason.UNKNOWN_COLUMN),
        ("organisationer", 5, "id", "", Reason.MISSING),
        ("organisationer", 6, "id", "L1", Reason.DUPLICATE_KEY),
        ("organisationer", 7, "identifierare", "123", Reason.BAD_IDENTIFIER),
        ("avtal", 3, "Kontrakterat värde", "mycket", Reason.NOT_AN_AMOUNT),
        ("steg", 5, "Led i kedjan", "Distributionn", Reason.NOT_IN_VOCABULARY),
        ("steg", 6, "driver", "L9", Reason.UNKNOWN_KEY),
        ("levereras_under", 3, "från", "L1", Reason.WRONG_END),
    }
    # 13 rows below the headings, notes and empty rows left out; of four of the accepted ones a cell was left out.
    assert (report.rows_in, report.accepted, report.rejected) == (13, 10, 3)
    assert report.notes["cells_left_out"] == 4


def test_a_misspelt_value_is_met_with_the_nearest_one(tmp_path: Path) -> None:
    steps = "id,name,stage,inputs knwn\nS,Step,distributionn,all\n"
    path = folder(tmp_path, steps=steps, Orgnisations="id,name\n1,A\n")
    _, _, report = read(path)
    nearest = {
        reject.reason: reject.parameters.get("nearest") or reject.parameters["sheets"] for reject in report.rejects
    }
    assert nearest[Reason.NOT_IN_VOCABULARY] == "distribution"
    assert nearest[Reason.UNKNOWN_COLUMN] == "Inputs known"
    assert nearest[Reason.UNKNOWN_SHEET] == "Organisation"


def test_an_own_id_is_local_to_its_series_and_a_demonstration_is_marked(tmp_path: Path) -> None:
    rows = "id,name\nK-17,A\n"
    assert read(folder(tmp_path, organisations=rows))[0][0].key == "local:mine/K-17"
    path = folder(tmp_path, organisations=rows, source=SOURCE + "demonstration,yes\n")
    assert WorkbookLoader().source(path, {}).demonstration
    assert read(path)[0][0].key == "demo:mine/K-17"


def test_the_last_day_of_a_period_is_in_it(tmp_path: Path) -> None:
    rows = "id,name,valid from,valid to\nA,A,2024,2026-06\nB,B,2024-02-29,2024-02-29\nC,C,2026,2025\n"
    records, _, report = read(folder(tmp_path, organisations=rows))
    assert [(r.common.valid_from, r.common.valid_to) for r in records] == [
        (date(2024, 1, 1), date(2026, 7, 1)),
        (date(2024, 2, 29), date(2024, 3, 1)),
    ]
    assert [told(reject) for reject in report.rejects] == [
        ("organisations", 4, "valid to", "2025", Reason.PERIOD_REVERSED)
    ]


def test_a_month_is_no_date_of_its_own(tmp_path: Path) -> None:
    _, _, report = read(folder(tmp_path, incidents="id,name,started\nI,Case,2026-09\n"))
    assert [told(reject) for reject in report.rejects] == [("incidents", 2, "started", "2026-09", Reason.NOT_A_DATE)]


def test_a_step_with_its_site_company_goods_and_buyer_stands_on_one_row(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        organisations="id,name\nO,Company\n",
        sites="id,name\nF,Factory\n",
        products="id,name\nP,Glove\nQ,Glove too\n",
        contracts="id,name\nA,Contract\n",
        steps="id,name,performs,runs,outputs,supplies,supplies (from),delivered under,valid to,polarity\n"
        "S1,First,F,O,P;Q,S2,,,2026-06-30,\n"
        "S2,Second,,O,P,,,A,,denied\n"
        "S3,Third,,,,,S1,,,\n",
    )
    records, links, report = read(path)
    assert not report.rejects
    ends = {(link.type, link.source.key[11:], link.target.key[11:]): link for link in links}
    assert set(ends) == {
        ("PERFORMS", "F", "S1"), ("RUNS", "O", "S1"), ("OUTPUTS", "S1", "P"), ("OUTPUTS", "S1", "Q"),
        ("SUPPLIES", "S1", "S2"), ("RUNS", "O", "S2"), ("OUTPUTS", "S2", "P"), ("DELIVERED_UNDER", "S2", "A"),
        ("SUPPLIES", "S1", "S3"),
    }  # fmt: skip
    assert ends["SUPPLIES", "S1", "S2"].common.valid_to == date(2026, 7, 1)
    assert ends["DELIVERED_UNDER", "S2", "A"].common.polarity is Polarity.DENIED
    assert len(records) == 8


def test_the_type_of_an_end_comes_from_the_workbook_else_from_its_scheme_else_from_a_column(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        findings="id,name\nF,Said\n",
        sites="id,name\nX,Factory\n",
        about="from,to,to type\nF,X,\nF,iso3166-1:MY,\nF,own:gloves,\n"
        "F,ref:thing,\nF,ref:thing,Steps\nF,area:F,Sites\n",
        part_of="from,to\nse-orgnr:2321000073,area:F\n",
    )
    _, links, report = read(path)
    assert [(link.type, link.target.type, link.target.key) for link in links] == [
        ("ABOUT", "Site", "local:mine/X"),
        ("ABOUT", "Place", "iso3166-1:MY"),
        ("ABOUT", "Category", "own:gloves"),
        ("ABOUT", "Step", "ref:thing"),
        ("ABOUT", "Site", "area:F"),
        ("PART_OF", "Organisation", "area:F"),
    ]
    assert [told(reject) for reject in report.rejects] == [("about", 5, "to type", "", Reason.MISSING)]


def test_a_link_that_names_another_identifier_of_a_row_leads_to_that_row(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        organisations="id,identifiers,name\nL,vat:SE556703748501;lei:213800KUD8LAJWSQ9D15,Supplier\n",
        sells_to="from,to\nlei:213800KUD8LAJWSQ9D15,se-orgnr:2321000073\n",
    )
    _, links, _ = read(path)
    assert links[0].source.key == "local:mine/L"


def test_two_rows_may_say_the_same_at_different_times_or_with_row_ids_of_their_own(tmp_path: Path) -> None:
    rows = "from,to,valid from,row id\nA,B,2024,\nA,B,2025,\nA,B,2025,second\nA,B,2025,\n"
    path = folder(tmp_path, steps="id,name\nA,A\nB,B\n", supplies=rows)
    _, links, report = read(path)
    assert len({link.id("mine") for link in links}) == 3
    assert [told(reject) for reject in report.rejects] == [("supplies", 5, "", "A -> B", Reason.DUPLICATE_LINK)]
    assert report.rejects[0].parameters["first_row"] == "supplies:3"


def test_rows_are_as_secret_as_their_source_unless_they_say_otherwise(tmp_path: Path) -> None:
    rows = "id,name,secrecy\nA,A,\nB,B,public\n"
    records, _, _ = read(folder(tmp_path, organisations=rows, source=SOURCE + "secrecy,restricted\n"))
    assert [r.common.secrecy for r in records] == [Secrecy.RESTRICTED, Secrecy.PUBLIC]


@pytest.mark.parametrize("id", [f"se-orgnr:{PERSON}", PERSON, "SE-ORGNR: 19640823 3234", "vat:SE640823323401"])
def test_a_sole_traders_name_and_number_are_hidden_before_anything_is_stored(tmp_path: Path, id: str) -> None:
    path = folder(
        tmp_path,
        organisations=f"id,name,roles,legal form,cites\n{id},Per Testsson,supplier,Per Testsson firma,Per Testsson\n",
        steps=f"id,name,runs\nS,Step,{id}\n",
    )
    records, links, report = read(path)
    person = records[0]
    assert person.properties == {"name": "natural person", "natural_person": True, "roles": ["supplier"]}
    assert person.key.startswith("local:mine/person-")
    assert links[0].source.key == person.key
    everything = repr((records, links, report))
    assert not any(part in everything for part in ("6408233234", "640823", "3234", "Testsson"))


def test_the_same_number_is_recognised_without_being_readable_and_only_within_a_store(tmp_path: Path) -> None:
    path = folder(tmp_path, sells_to=f"from,to\nse-orgnr:{PERSON},se-orgnr:2321000073\n{PERSON},area:F\n")
    _, links, _ = read(path)
    assert links[0].source.key == links[1].source.key
    loader = WorkbookLoader()
    other = list(loader.read(path, loader.source(path, {}), {}, b"another secret", Report(""), no_progress))
    assert isinstance(other[0], Link)
    assert other[0].source.key != links[0].source.key


def test_who_is_said_to_be_a_person_is_hidden_under_an_own_id_too(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        organisations="id,name,natural person,size\nanna,Anna Testsson,yes,small\nanna,Anna Testsson,yes,small\n",
        holds="from,to\nanna,A\n",
        contracts="id,name\nA,Contract\n",
    )
    records, links, report = read(path)
    person = next(r for r in records if r.type == "Organisation")
    assert links[0].source.key == person.key
    assert report.rejects[0].reason is Reason.DUPLICATE_KEY
    assert "anna" not in repr((records, links, report)).casefold()


def test_a_personal_number_names_nothing_but_a_person(tmp_path: Path) -> None:
    rows = f"id,name\n{PERSON},Thing\n"
    records, _, report = read(folder(tmp_path, steps=rows, sites=rows))
    assert not records
    assert {(reject.value, reject.reason) for reject in report.rejects} == {("***", Reason.PERSONAL_NUMBER)}


def test_a_rejected_value_never_shows_a_personal_number(tmp_path: Path) -> None:
    _, _, report = read(folder(tmp_path, organisations="id,name\nse-orgnr:640823-3235,A\nx,\n"))
    assert [reject.value for reject in report.rejects] == ["se-orgnr:***", ""]
    assert without_persons("19640823-3234 och 6408633234") == "*** och ***"
    assert without_persons("2321000073 and 556703-7485") == "2321000073 and 556703-7485"


@pytest.mark.parametrize("cell", ["=1+1", "+46", "-1", "@me", "'=x", "''=x", "'plain", "a=b"])
def test_what_a_spreadsheet_could_run_is_written_harmless_and_read_back(tmp_path: Path, cell: str) -> None:
    from loaders.workbook_template import write_csv

    folder(tmp_path)
    write_csv(tmp_path / "organisations.csv", [["id", "name"], ["A", cell]], "en")
    written = (tmp_path / "organisations.csv").read_text("utf-8-sig").splitlines()[1]
    assert written.partition(",")[2][0] not in "=+-@\t\r"
    assert read(tmp_path)[0][0].properties["name"] == cell


def test_a_folder_without_a_source_sheet_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "organisations.csv").write_text("id,name\nA,A\n")
    with pytest.raises(FileFormatError, match=r"no source sheet.*kedja template"):
        WorkbookLoader().source(tmp_path, {})
    (tmp_path / "source.csv").write_text("field,value\nseries,x\n")
    with pytest.raises(FileFormatError, match="edition, title, publisher"):
        WorkbookLoader().source(tmp_path, {})
    (tmp_path / "source.csv").write_text(SOURCE + "published,last week\n")
    with pytest.raises(FileFormatError, match=r"published.*last week"):
        WorkbookLoader().source(tmp_path, {})


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.xlsx").write_text("Dear all")
    with pytest.raises(FileFormatError, match=r"letter\.xlsx"):
        WorkbookLoader().source(tmp_path / "letter.xlsx", {})
    with pytest.raises(FileFormatError, match=r"absent\.xlsx"):
        WorkbookLoader().source(tmp_path / "absent.xlsx", {})
    with pytest.raises(FileFormatError, match="line 2"):
        read(folder(tmp_path, aaa='id,name\n"A,"x"\n'))


def test_an_id_a_column_or_a_sheet_that_begins_with_a_hash_is_read_or_named(tmp_path: Path) -> None:
    path = folder(tmp_path, organisations="#made by me\nid,name,#memo\n#12,A,\n# example-1,Example,\n# a note\nB,B,x\n")
    (path / "#scratch.csv").write_text("anything\n1\n")
    records, _, report = read(path)
    assert [r.key for r in records] == ["local:mine/#12", "local:mine/B"]
    assert {told(reject) for reject in report.rejects} == {
        ("organisations", 1, "", "#made by me", Reason.PASSED_OVER),
        ("organisations", 2, "#memo", "#memo", Reason.UNKNOWN_COLUMN),
        ("#scratch", 1, "", "#scratch", Reason.UNKNOWN_SHEET),
    }
    assert report.notes["note_rows"] == 2


HEADINGS = st.sampled_from([header for sheet in sheets() for column in sheet.columns for header in column.headers])
CELLS = st.sampled_from(["A", "B", "own:gloves", "x:y", PERSON, "2026", "2026-02-30", "-3", "12 %", "yes", ";", "#"])


@given(
    st.dictionaries(
        st.sampled_from([title for sheet in sheets() for title in sheet.titles] + ["other"]),
        st.lists(st.lists(HEADINGS | CELLS | st.text(max_size=5), max_size=8), max_size=6),
        max_size=3,
    )
)
@settings(max_examples=50)
def test_whatever_stands_in_a_workbook_every_row_is_accepted_or_rejected(book: dict[str, list[list[str]]]) -> None:
    from loaders.workbook_template import write_csv

    with TemporaryDirectory() as name:
        path = folder(Path(name))
        for title, rows in book.items():
            write_csv(path / f"{title}.csv", rows, "en")
        refused = ""
        try:
            records, links, report = read(path)
        except FileFormatError as error:
            records, links, report, refused = [], [], Report(""), error.message
        assert not refused or "holds its headings" in refused or "not a text file" in refused
        keys = [record.keys for record in records] + [(link.source.key, link.target.key) for link in links]
        assert PERSON not in repr((keys, report))


@pytest.mark.parametrize(
    ("a", "b"), [("Valid_from", "valid  from"), ("VALID-FROM*", "valid from"), ("Anla\u0308ggningar", "anläggningar")]
)
def test_case_spaces_and_how_letters_are_composed_do_not_tell_headings_apart(a: str, b: str) -> None:
    assert fold(a) == fold(b)


def test_a_workbook_with_one_cell_far_out_is_refused_with_its_sheet_and_cell(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("organisationer").write_row("A1", ["id", "namn"])
        book.add_worksheet("steg").write_string("XFD1048576", "x")
    with pytest.raises(FileFormatError, match=r"far\.xlsx, sheet 'steg'.*XFD1048576"):
        read(path)


# -- short forms and their limits ---------------------------------------------------------------------------------
def test_a_country_by_name_will_do_where_a_place_is_meant(tmp_path: Path) -> None:
    sites = "id,name,located in\ns1,One,Malaysia\ns2,Two,Sydkorea\ns3,Three,UK\ns4,Four,iso3166-1:NA\n"
    _, links, report = read(folder(tmp_path, sites=sites))
    assert sorted(link.target.key for link in links) == [f"iso3166-1:{c}" for c in ("GB", "KR", "MY", "NA")]
    assert report.rejected == 0


def test_a_risk_type_by_its_word_will_do_where_only_a_risk_type_is_meant(tmp_path: Path) -> None:
    said = ("forced-labour", "Tvångsarbete", "forced labour", "risk:water-pollution")
    findings = "id,name,of type\n" + "".join(f"f{n},Said {n},{risk}\n" for n, risk in enumerate(said))
    _, links, report = read(folder(tmp_path, findings=findings))
    assert [link.target.key for link in links] == ["risk:forced-labour"] * 3 + ["risk:water-pollution"]
    assert report.rejects == []


def test_a_row_of_the_workbook_goes_before_a_country_of_that_name(tmp_path: Path) -> None:
    _, links, _ = read(folder(tmp_path, sites="id,name,located in\ns1,One,MY\n", places="id,name\nMY,My yard\n"))
    assert [link.target.key for link in links] == ["local:mine/MY"]


def test_a_day_with_a_time_of_day_is_that_day(tmp_path: Path) -> None:
    rows = "id,name,valid from,valid to\nc1,One,2025-01-01 08:30,2026-12-31 23:59:59\nc2,Two,,9999-12-31T23:59:59\n"
    records, _, report = read(folder(tmp_path, contracts=rows))
    assert [(r.common.valid_from, r.common.valid_to) for r in records] == [
        (date(2025, 1, 1), date(2027, 1, 1)),
        (None, None),
    ]
    assert report.rejects == []


def test_an_open_end_is_no_end_and_a_two_digit_year_is_refused(tmp_path: Path) -> None:
    rows = "id,name,valid from,valid to\nc1,One,2025-01-01,9999-12-31\nc2,Two,250101,\n"
    records, _, report = read(folder(tmp_path, contracts=rows))
    assert [(r.common.valid_from, r.common.valid_to) for r in records] == [(date(2025, 1, 1), None)]
    assert [told(r) for r in report.rejects] == [("contracts", 3, "valid from", "250101", Reason.TWO_DIGIT_YEAR)]


def test_what_is_awarded_is_not_below_nothing_and_what_is_spent_may_be_a_credit(tmp_path: Path) -> None:
    rows = "id;name;awarded value;spent value\nc1;One;-500 kr;-500 kr\nc2;Two;SEK 5 milj.;0\n"
    records, _, report = read(folder(tmp_path, contracts=rows))
    said = [(r.properties.get("awarded_value"), r.properties.get("spent_value")) for r in records]
    assert said == [(None, "-500"), ("5000000", "0")]
    assert [r.reason for r in report.rejects] == [Reason.OUT_OF_RANGE]


def test_an_amount_says_its_currency_and_must_agree_with_the_row(tmp_path: Path) -> None:
    rows = "id;name;awarded value;currency\nc1;One;2 500 000 kr;SEK\nc2;Two;1 000 EUR;\nc3;Three;1 000 EUR;SEK\n"
    rows += "c4;Four;500 kr;\nc5;Five;500 kr;USD\nc6;Six;500 kr;NOK\n"
    records, _, report = read(folder(tmp_path, contracts=rows))
    said = [(r.properties.get("awarded_value"), r.properties.get("currency")) for r in records]
    assert said[:2] == [("2500000", "SEK"), ("1000", "EUR")]
    assert said[3:] == [("500", None), (None, "USD"), ("500", "NOK")]
    assert [(r.row, r.reason) for r in report.rejects] == [(4, Reason.OTHER_CURRENCY), (6, Reason.OTHER_CURRENCY)]


def test_placeholders_do_not_make_one_thing_of_many(tmp_path: Path) -> None:
    lei = "lei:213800KUD8LAJWSQ9D15"
    rows = f"id,name,identifiers\nn/a,One,\nokänt,Two,\no3,Three,{lei}\no4,Four,{lei}\n"
    _, _, report = read(folder(tmp_path, organisations=rows))
    reasons = [(r.row, r.reason) for r in report.rejects]
    assert {(2, Reason.PLACEHOLDER), (3, Reason.PLACEHOLDER), (5, Reason.SHARED_IDENTIFIER)} == set(reasons)


# -- sheets as they come ------------------------------------------------------------------------------------------
def xlsx(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    """A workbook with these sheets; a cell that is a tuple is a formula and its stored value."""
    with xlsxwriter.Workbook(str(path)) as book:
        source: list[list[object]] = [list(line.split(",")) for line in SOURCE.split()]
        for title, rows in {"source": source, **sheets}.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if isinstance(cell, tuple):
                        sheet.write_formula(number, place, cell[0], None, cell[1])
                    else:
                        sheet.write(number, place, cell)
    return path


FAILED = ("=VLOOKUP(9,A1:B2,2,0)", "#N/A")


@pytest.mark.parametrize("heading", ["id", "name", "secrecy", "polarity", "status", "valid to", "natural person"])
def test_a_failed_cell_stops_the_row_where_a_blank_would_say_something_else(tmp_path: Path, heading: str) -> None:
    header = ["id", "name", heading] if heading not in ("id", "name") else ["id", "name"]
    row: list[object] = [FAILED if title == heading else "A" for title in header]
    records, _, report = read(xlsx(tmp_path / "a.xlsx", {"organisations": [list(header), row]}))
    assert not records
    assert [told(reject) for reject in report.rejects] == [("organisations", 2, heading, "#N/A", Reason.CELL_ERROR)]
    text = ",".join(header) + "\n" + ",".join("#SAKNAS!" if cell == FAILED else str(cell) for cell in row) + "\n"
    (tmp_path / "csv").mkdir()
    assert not read(folder(tmp_path / "csv", organisations=text))[0]


def test_a_failed_or_never_calculated_optional_cell_is_left_out_and_listed(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["id", "name", "severity", "issued", "about"],
        ["F", "Said", ("=2+2", 0), FAILED, ("=A9", "")],
        ["G", "Said too", 3, "", ""],
    ]
    records, links, report = read(xlsx(tmp_path / "a.xlsx", {"findings": rows}))
    assert [r.properties.get("severity") for r in records] == [None, 3]
    assert not links
    assert {told(reject) for reject in report.rejects} == {
        ("findings", 2, "severity", "=2+2", Reason.NOT_CALCULATED),
        ("findings", 2, "issued", "#N/A", Reason.CELL_ERROR),
        ("findings", 2, "about", "=A9", Reason.NOT_CALCULATED),
    }


def test_hidden_sheets_rows_and_columns_are_read_and_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        source = book.add_worksheet("source")
        for number, line in enumerate(SOURCE.split()):
            source.write_row(number, 0, line.split(","))
        for title in ("organisations", "contracts"):
            sheet = book.add_worksheet(title)
            sheet.write_row(0, 0, ["id", "name"])
            sheet.write_row(1, 0, [title[0], title])
        sheet.hide()
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})
    records, _, report = read(path)
    assert len(records) == 2
    assert [told(reject) for reject in report.rejects] == [
        ("contracts", 1, "", "contracts", Reason.HIDDEN_CELLS),
        ("contracts", 2, "", "2", Reason.HIDDEN_CELLS),
        ("contracts", 1, "name", "B", Reason.HIDDEN_CELLS),
    ]


@pytest.mark.parametrize("above", ["sep=;\n", "Leverantörer, kunder, avtal 2026\n", "\nA title\n;;\nIts second row\n"])
def test_headings_are_found_below_a_title_and_below_what_excel_writes_of_the_separator(
    tmp_path: Path, above: str
) -> None:
    path = folder(
        tmp_path, organisations=f"{above}id;name\nA;Ett, två\nB;B\n", source="sep=;\n" + SOURCE.replace(",", ";")
    )
    records, _, report = read(path)
    assert [r.properties["name"] for r in records] == ["Ett, två", "B"]
    assert {reject.reason for reject in report.rejects} <= {Reason.PASSED_OVER}


def test_a_sheet_without_its_headings_is_refused_with_file_sheet_and_row(tmp_path: Path) -> None:
    rows: list[list[object]] = [["idd", "name"], ["A", "A"]]
    with pytest.raises(FileFormatError, match=r"a\.xlsx, sheet 'organisations'.*row 1.*heading id"):
        read(xlsx(tmp_path / "a.xlsx", {"organisations": rows}))


def test_a_folder_is_read_whatever_case_its_endings_have_and_names_what_it_passes_over(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "Organisations.CSV").write_text("id\tname\nA\tÅ\n", encoding="cp1252")
    (path / "letter.pdf").write_text("Dear all")
    records, _, report = read(path)
    assert records[0].properties["name"] == "Å"
    assert [(reject.file, reject.reason) for reject in report.rejects] == [("letter.pdf", Reason.PASSED_OVER)]
    assert report.notes["read_windows_1252"] == 1


def test_a_field_of_the_source_sheet_that_is_not_known_is_named_and_a_failed_one_refused(tmp_path: Path) -> None:
    _, _, report = read(folder(tmp_path, source=SOURCE + "secrecyy,restricted\n"))
    assert [(r.row, r.value, r.parameters["nearest"]) for r in report.rejects] == [(6, "secrecyy", "secrecy, serie")]
    with pytest.raises(FileFormatError, match="secrecy is '#N/A'"):
        read(folder(tmp_path, source=SOURCE + "secrecy,#N/A\n"))


def test_a_sheet_of_the_template_without_a_cell_is_named(tmp_path: Path) -> None:
    _, _, report = read(folder(tmp_path, steps="", sites="id,name\nF,Fabrik\n"))
    assert [told(reject) for reject in report.rejects] == [("steps", 1, "", "steps", Reason.PASSED_OVER)]
    assert report.notes[str(Reason.PASSED_OVER)] == 1


def test_a_hidden_source_sheet_and_what_has_no_width_or_height_are_remarked_on(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("contracts")
        for number, row in enumerate((["id", "name"], ["K1", "One"], ["K2", "Two"])):
            sheet.write_row(number, 0, row)
        sheet.set_column(1, 1, 0)
        sheet.set_row(2, 0)
        said = book.add_worksheet("source")
        for number, line in enumerate(SOURCE.splitlines()):
            said.write_row(number, 0, line.split(","))
        said.hide()
    records, _, report = read(path)
    assert len(records) == 2
    assert {told(reject)[:4] for reject in report.rejects if reject.reason is Reason.HIDDEN_CELLS} == {
        ("contracts", 3, "", "3"), ("contracts", 1, "name", "B"), ("source", 1, "", "source")
    }  # fmt: skip


def test_statements_that_count_in_no_figure_are_remarked_on(tmp_path: Path) -> None:
    files = {
        "risk_types": "id,name\nfire,Fire\n",
        "sites": "id,name\nF,Plant\n",
        "findings": "id,name,of type,about,stage\n"
        "X1,of a risk,forced-labour,F,\nX2,of none,,F,\nX3,of a risk of its own,fire,F,\n"
        "X4,about nothing,bribery,,\nX5,about a stage,bribery,,processing\n",
        "risk_assessments": "id,name\nA1,typed below\n",
        "of_type": "from,to\nA1,bribery\n",
        "about": "from,to\nA1,F\n",
    }
    _, _, report = read(folder(tmp_path, **files))
    assert report.rejects == []
    assert (report.notes["of_no_risk"], report.notes["about_nothing"]) == (2, 1)


def test_a_severity_may_be_written_in_its_words(tmp_path: Path) -> None:
    words = ("4", "Very severe", "mycket allvarlig", "Begränsad", "None found", "0")
    rows = "".join(f"X{n},said,{word}\n" for n, word in enumerate(words))
    records, _, report = read(folder(tmp_path, findings=f"id,name,severity\n{rows}"))
    assert report.rejects == []
    assert [record.properties["severity"] for record in records] == [4, 4, 4, 1, 0, 0]
