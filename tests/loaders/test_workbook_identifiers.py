"""Identifiers without their scheme in a workbook's cells: what they can only be, they are; a person's never."""

from __future__ import annotations

from pathlib import Path

import pytest

from ontology.errors import Reason
from tests.loaders.test_workbook import folder, read

ORGNR = "4020011112"
PERSON = "640823-3234"


@pytest.mark.parametrize(
    "id",
    ["402001-1112", "4020011112", "402001 1112", "16402001-1112", "164020011112", "402001–1112", f"SE{ORGNR}01"],
)
def test_a_bare_organisation_number_is_the_organisation_however_it_is_written(tmp_path: Path, id: str) -> None:
    path = folder(
        tmp_path,
        organisations=f"id,name\n{id},Handsk AB\n",
        contracts=f"id,name,holds\nA,Avtal,{ORGNR}\n",
        steps=f"id,name,runs\nS,Steg,SE{ORGNR}01\n",
    )
    records, links, report = read(path)
    company = next(record for record in records if record.type == "Organisation")
    assert f"se-orgnr:{ORGNR}" in company.keys
    assert {link.source.key for link in links} == {company.key}
    assert not report.rejects


def test_a_swedish_vat_number_gives_its_organisation_number_too(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        organisations=f"id,name,identifiers\nvat:SE{ORGNR}01,Handsk AB,\nh,Annan AB,SE402002222601\n",
        sells_to=f"from,to\nse-orgnr:{ORGNR},4020022226\nvat:SE402003333001,{ORGNR}\n",
    )
    records, links, _ = read(path)
    assert records[0].keys == (f"vat:SE{ORGNR}01", f"se-orgnr:{ORGNR}")
    assert records[1].keys == ("local:mine/h", "vat:SE402002222601", "se-orgnr:4020022226")
    assert (links[0].source.key, links[0].target.key) == (records[0].key, records[1].key)
    assert links[1].source.key == "se-orgnr:4020033330"  # of a company that another source describes


@pytest.mark.parametrize(
    ("sheet", "id", "key"),
    [
        ("organisations", "213800KUD8LAJWSQ9D15", "lei:213800KUD8LAJWSQ9D15"),
        ("organisations", "FI01450767", "vat:FI01450767"),
        ("organisations", "7350053850019", "gln:7350053850019"),
        ("sites", "7350053850019", "gln:7350053850019"),
        ("sites", "MY2021250D1DTN7", "os-id:MY2021250D1DTN7"),
        ("products", "7350053850019", "gtin:7350053850019"),
        ("categories", "33141420-0", "cpv:33141420"),
    ],
)
def test_type_and_form_leave_one_reading(tmp_path: Path, sheet: str, id: str, key: str) -> None:
    records, _, report = read(folder(tmp_path, **{sheet: f"id,name\n{id},Something\n"}))
    assert [record.key for record in records] == [key]
    assert not report.rejects


@pytest.mark.parametrize(
    ("sheet", "id"),
    [
        ("organisations", "402001-1113"),  # a wrong check digit
        ("organisations", "K-17"),
        ("organisations", "19402001-1112"),  # a person's century before an organisation's number
        ("contracts", ORGNR),  # a contract has no organisation number
        ("contracts", "240115-0001"),  # a date and a number, not a person
        ("products", "73513537"),  # eight digits are as well an article number of one's own
        ("products", "7350053850018"),
        ("categories", "33141420"),  # a code without its check digit is as well a customs code
        ("categories", "33141420-1"),
        ("organisations", "98"),  # of nothing but the two check digits of a LEI
        ("products", "000000000000"),
        ("sites", "Malaysia"),
    ],
)
def test_where_another_reading_is_left_it_is_an_id_of_ones_own(tmp_path: Path, sheet: str, id: str) -> None:
    records, _, _ = read(folder(tmp_path, **{sheet: f"id,name\n{id},Something\n"}))
    assert [record.key for record in records] == [f"local:mine/{id}"]


def test_an_id_of_the_workbooks_own_goes_before_what_it_could_be(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        materials="id,name\nMalaysia,A blend of that name\n",
        findings="id,name,about\nF,A finding,Malaysia\n",
    )
    _, links, _ = read(path)
    assert [link.target.key for link in links] == ["local:mine/Malaysia"]


def test_a_row_is_a_countrys_where_id_and_name_say_the_same(tmp_path: Path) -> None:
    records, _, _ = read(folder(tmp_path, places="id,name\nMY,Malaysia\nNA,Namibia\nTysk,Tyskland\nGE,Geneva\n"))
    assert [record.key for record in records] == ["iso3166-1:MY", "iso3166-1:NA", "local:mine/Tysk", "local:mine/GE"]


def test_the_type_that_a_row_gives_an_end_leaves_one_reading(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        findings="id,name\nF,Finding\n",
        about="from,to,to type\n"
        "F,7350053850019,Product\nF,7350053850019,Site\nF,7350053850019,\nF,4020011112,Product\n",
    )
    _, links, report = read(path)
    assert [(link.target.type, link.target.key) for link in links] == [
        ("Product", "gtin:7350053850019"), ("Site", "gln:7350053850019"),
    ]  # fmt: skip
    assert [(reject.value, reject.reason) for reject in report.rejects] == [
        ("7350053850019", Reason.UNKNOWN_KEY), ("4020011112", Reason.UNKNOWN_KEY),
    ]  # fmt: skip


def test_a_reference_to_what_is_no_row_proposes_the_identifier_that_it_may_be(tmp_path: Path) -> None:
    rows = "id,name,in category\nA,Avtal,33141420\nB,Avtal,33141420-0\n"
    _, links, report = read(folder(tmp_path, contracts=rows))
    assert [link.target.key for link in links] == ["cpv:33141420"]
    said = [(reject.reason, reject.parameters["nearest"]) for reject in report.rejects]
    assert said == [(Reason.UNKNOWN_KEY, "cpv:33141420")]


def test_a_country_in_a_cell_of_places_is_read_by_name_and_code(tmp_path: Path) -> None:
    rows = "id,name,located in\nA,A,Malaysia\nB,B,MYS\nC,C,Sydkorea\nD,D,EL\nE,E,NA\n"
    _, links, report = read(folder(tmp_path, sites=rows))
    assert [link.target.key for link in links] == [f"iso3166-1:{code}" for code in ("MY", "MY", "KR", "GR", "NA")]
    assert not report.rejects


def test_what_an_identifier_was_read_from_is_kept(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        organisations=f"id,name,located in\n402001-1112,Handsk AB,Malaysia\n{PERSON},Per Testsson,iso3166-1:SE\n",
        sites="id,name,located in\nF,Fabrik,NA\n",
        operates="from,to\n402001 1112,F\n",
        sells_to=f"from,to\n402001-1112,{PERSON}\n",
    )
    records, links, report = read(path)
    assert [record.raw for record in records] == [{"id": "402001-1112"}, {}, {}]
    raw = {(link.type, link.target.key.partition("/")[2][:1]): dict(link.raw) for link in links}
    assert raw == {
        ("LOCATED_IN", ""): {"LOCATED_IN": "NA"}, ("OPERATES", "F"): {"from": "402001 1112"},
        ("SELLS_TO", "p"): {"from": "402001-1112"},
    }  # fmt: skip
    assert not report.rejects


@pytest.mark.parametrize(
    "id", [PERSON, "6408233234", "19640823-3234", "640823+3234", "640823-3235", "SE640823323401", "196408233234"]
)
def test_what_may_be_a_personal_number_is_never_an_identifier(tmp_path: Path, id: str) -> None:
    path = folder(tmp_path, organisations=f"id,name\n{id},Per Testsson\n", contracts=f"id,name,holds\nA,Avtal,{id}\n")
    records, links, report = read(path)
    person = next(record for record in records if record.type == "Organisation")
    assert person.properties["natural_person"] is True
    assert [link.source.key for link in links] == [person.key]
    assert not any(part in repr((records, links, report)) for part in ("640823", "3234", "3235", "Testsson"))


def test_a_coordination_number_is_a_persons(tmp_path: Path) -> None:
    records, _, _ = read(folder(tmp_path, organisations="id,name\n640883-3231,Per Testsson\n"))
    assert [record.properties["name"] for record in records] == ["natural person"]


def test_a_personal_number_as_vat_number_is_refused_where_nobody_is_meant(tmp_path: Path) -> None:
    _, _, report = read(folder(tmp_path, products="id,name\nSE640823323401,Thing\n"))
    assert [(reject.value, reject.reason) for reject in report.rejects] == [("***", Reason.PERSONAL_NUMBER)]


def test_a_scheme_without_a_number_is_shown_as_it_was_written_under_its_own_heading(tmp_path: Path) -> None:
    _, _, report = read(folder(tmp_path, organisations="id,name,identifiers\ngln:,One,\no2,Two,gln:\n"))
    said = [(reject.column, reject.value, reject.reason) for reject in report.rejects]
    assert said == [("id", "gln:", Reason.BAD_IDENTIFIER), ("identifiers", "gln:", Reason.BAD_IDENTIFIER)]


@pytest.mark.parametrize("bad", ["n/a", "-", "okänt", "#N/A", "uppgift saknas", "lei:213800KUD8LAJWSQ9D16", "duns:12"])
@pytest.mark.parametrize(
    ("sheet", "good"), [("organisations", "lei:213800KUD8LAJWSQ9D15"), ("sites", "gln:7350053850019")]
)
def test_a_bad_further_identifier_is_left_out_and_not_its_row(tmp_path: Path, sheet: str, good: str, bad: str) -> None:
    rows = f"id,name,identifiers\na,One,{bad}\nb,Two,{bad};{good}\n"
    records, _, report = read(folder(tmp_path, **{sheet: rows}))
    assert [record.keys for record in records] == [("local:mine/a",), ("local:mine/b", good)]
    assert [(reject.row, reject.column) for reject in report.rejects] == [(2, "identifiers"), (3, "identifiers")]
    assert all(reject.value in bad for reject in report.rejects)
    assert report.notes["cells_left_out"] == 2


@pytest.mark.parametrize("number", ["se-orgnr:640823-3235", "640823-3235", "vat:SE640823323501"])
def test_a_mistyped_personal_number_as_further_identifier_hides_its_row(tmp_path: Path, number: str) -> None:
    rows = f"id,name,identifiers\na,Per Testsson,-;{number}\n"
    records, _, report = read(folder(tmp_path, organisations=rows))
    assert not any(part in repr((records, report)) for part in ("640823", "3235", "Testsson"))
