"""A table by a mapping: what a mapping says, what it refuses, and what becomes of each row."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from loaders.base import NATURAL_PERSON
from loaders.mapping.files import parse_map
from ontology.errors import FileFormatError, KedjaError
from tests.conftest import ROOT
from tests.loaders.mapped import SOURCE, editions, read, read_file, written

SITES = """
[[rows]]
name = "sites"
ignore = ["memo"]

[rows.node.site]
type = "Site"
key = "{id}"
name = "{name}"
workers = "{workers}"

[rows.node.country]
type = "Place"
key = "iso3166-1:{country}"

[[rows.link]]
type = "LOCATED_IN"
from = "site"
to = "country"
"""
TABLE = "id,name,workers,country,memo\nS1,Norra,12,Malaysia,x\nS2,Södra,,MY,y\n"


def fault(text: str) -> str:
    with pytest.raises(FileFormatError) as found:
        parse_map((SOURCE + text).encode(), "map.toml")
    return str(found.value)


# -- what a mapping may say ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('name = "{name}"', 'naem = "{name}"', "rows[1].node.site: Site has no naem; is one of these meant: name"),
        ('type = "Site"', 'type = "Sites"', "rows[1].node.site: 'Sites' is no node type; is one of these meant: Site"),
        ("iso3166-1:", "iso3166:", "rows[1].node.country.key[1]: iso3166 is no kind of identifier; is one"),
        ("iso3166-1:", "lei:", "rows[1].node.country: lei identifies Organisation, no Place"),
        ('to = "country"', 'to = "land"', "rows[1]: link[1].to: these rows have no node 'land', but"),
        ('type = "LOCATED_IN"', 'type = "OPERATES"', "OPERATES leads from Organisation to Site, not"),
        ("ignore =", "ingore =", "rows[1]: there is no 'ingore' here; is one of these meant: ignore"),
        ('"{workers}"', '"{workers"', "rows[1].node.site.workers: a brace stands alone in '{workers'"),
        ('name = "{name}"', "", "a Site of which something is said needs a name"),
    ],
)  # fmt: skip
def test_a_fault_in_a_mapping_is_told_with_its_place_and_the_nearest_name(was: str, becomes: str, told: str) -> None:
    assert was in SITES
    assert told in fault(SITES.replace(was, becomes))


def test_toml_that_is_not_well_formed_is_told_with_its_line() -> None:
    assert "map.toml is not well-formed TOML" in fault("[[rows]\n")
    assert "line 6" in fault("[[rows]\n")


def test_each_fault_is_told_and_not_the_first_only() -> None:
    told = fault(SITES.replace('type = "Site"', 'type = "Sites"').replace("LOCATED_IN", "LOCATED_AT"))
    assert "Sites" in told
    assert "LOCATED_AT" in told


# -- what becomes of a row -----------------------------------------------------------------------------------------
def test_a_row_is_what_the_mapping_says(tmp_path: Path) -> None:
    found = read(tmp_path, SITES, TABLE)
    north, south = found.records("Site")
    assert (north.key, north.properties, north.locator) == (
        "local:mine/S1", {"name": "Norra", "workers": 12}, "table.csv:2"
    )  # fmt: skip
    assert south.properties == {"name": "Södra"}, "an empty cell is unknown"
    assert [(link.source.key, link.target.key) for link in found.links()] == [
        ("local:mine/S1", "iso3166-1:MY"), ("local:mine/S2", "iso3166-1:MY"),
    ]  # fmt: skip
    assert not found.report.rejects


def test_a_column_that_is_neither_mapped_nor_left_out_on_purpose_is_named(tmp_path: Path) -> None:
    found = read(tmp_path, SITES.replace('ignore = ["memo"]', ""), TABLE)
    assert found.told() == [(1, "memo", "memo", "not_mapped")]


def test_a_column_that_the_mapping_reads_and_the_table_lacks_is_told_with_the_nearest_heading(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"no column workers.*worker"):
        read(tmp_path, SITES, TABLE.replace("workers", "worker"))
    assert read(
        tmp_path, SITES.replace("ignore", 'optional = ["workers"]\nignore'), "id,name,country\nA,B,MY\n"
    ).records()


def test_headings_are_found_whatever_their_case_and_of_several_names_one_is_enough(tmp_path: Path) -> None:
    found = read(tmp_path, SITES.replace("{name}", "{namn|name}"), TABLE.replace("name", "NAME"))
    assert [record.properties["name"] for record in found.records("Site")] == ["Norra", "Södra"]


def test_a_bad_value_is_left_out_of_its_row_and_a_bad_identifier_stops_it(tmp_path: Path) -> None:
    found = read(tmp_path, SITES, "id,name,workers,country\nS1,Norra,many,Atlantis\nokänt,Södra,1,MY\n")
    assert found.told() == [
        (2, "workers", "many", "not_a_number"),
        (2, "country", "Atlantis", "unknown_country"),
        (3, "id", "okänt", "placeholder"),
    ]
    assert [record.properties for record in found.records("Site")] == [{"name": "Norra"}]
    assert (found.report.accepted, found.report.rejected) == (1, 1)
    assert not found.links()


def test_a_row_that_names_nothing_is_rejected(tmp_path: Path) -> None:
    assert read(tmp_path, SITES, "id,name,workers,country\n,,12,MY\n").told() == [(2, "id", "", "missing")]


def test_a_cell_beyond_the_headings_is_named(tmp_path: Path) -> None:
    found = read(tmp_path, SITES, "id,name,workers,country\nS1,Norra,1,MY,left over\n")
    assert found.told() == [(2, "column 5", "left over", "no_heading")]


def test_what_a_spreadsheet_writes_for_a_failed_formula_is_no_value(tmp_path: Path) -> None:
    found = read(tmp_path, SITES, "id,name,workers,country\nS1,Norra,#VALUE!,MY\n#REF!,Södra,1,MY\n")
    assert [(row, reason) for row, _, _, reason in found.told()] == [(2, "cell_error"), (3, "cell_error")]


def test_a_thing_on_several_rows_is_said_once_and_once_more_where_the_rows_differ(tmp_path: Path) -> None:
    table = "id,name,workers,country\nS1,Norra,12,MY\nS1,Norra,12,MY\nS1,Norra,13,MY\nS1,Norra,12,MY\n"
    found = read(tmp_path, SITES, table)
    assert [record.properties["workers"] for record in found.records("Site")] == [12, 13]
    assert len({record.id("mine") for record in found.records("Site")}) == 2
    assert len(found.links()) == 1


# -- values --------------------------------------------------------------------------------------------------------
VALUES = """
[[rows]]
missing = ["..", "See *"]
[rows.node.finding]
type = "Finding"
key = "{id}"
name = "{what}"
severity = { from = "{grade}", translate = { High = 4, "very low" = 0 } }
issued = { from = "{day}", date = "%d-%b-%y" }
stage = "cultivation"
rights_holders = { from = "{who}", split = "/" }
confidence = { from = "{sure}", times = 0.01 }
valid_from = 2024-01-01
"""


def test_values_are_translated_read_by_their_form_and_constant(tmp_path: Path) -> None:
    rows = VALUES.replace('rights_holders = { from = "{who}", split = "/" }\n', "")
    table = "id,what,grade,day,sure\n1,Fees,high,2-Jun-06,80\n2,Pay,2,..,\n3,Hours,worst,See ASN-93,\n"
    found = read(tmp_path, rows, table)
    first, second, third = found.records()
    assert first.properties == {"name": "Fees", "severity": 4, "issued": "2006-06-02", "stage": "cultivation"}
    assert (first.common.confidence, first.common.valid_from) == (0.8, date(2024, 1, 1))
    assert first.raw == {"severity": "high", "issued": "2-Jun-06"}
    assert second.properties["severity"] == 2, "what is not translated is read as it stands"
    assert "severity" not in third.properties
    assert found.told() == [(4, "grade", "worst", "not_in_vocabulary")]


def test_numbers_are_read_by_the_decimal_sign_that_is_declared(tmp_path: Path) -> None:
    rows = """
[[rows]]
[rows.node.a]
type = "Organisation"
key = "{from}"
[rows.node.b]
type = "Organisation"
key = "{to}"
[[rows.link]]
type = "SELLS_TO"
from = "a"
to = "b"
amount = { from = "{sum}", decimal = "," }
currency = "SEK"
"""
    found = read(tmp_path, rows, 'from,to,sum\nA,B,"18.500"\nA,C,"-1 302,03"\n')
    assert [link.properties["amount"] for link in found.links()] == ["18500", "-1302.03"]


def test_the_parts_of_a_cell_that_holds_several_are_things_of_their_own(tmp_path: Path) -> None:
    rows = """
[[rows]]
[rows.node.site]
type = "Site"
key = "{id}"
name = "{id}"
[rows.node.sector]
type = "Category"
key = "sector {sector}"
name = "{sector}"
each = { column = "sector", split = [",", "|"] }
[rows.node.made]
type = "Step"
key = "{id} {sector}"
name = "{id}: {sector}"
each = { column = "sector", split = [",", "|"] }
[[rows.link]]
type = "OUTPUTS"
from = "made"
to = "sector"
[[rows.link]]
type = "PERFORMS"
from = "site"
to = "made"
"""
    found = read(tmp_path, rows, 'id,sector\nS1,"Apparel, Footwear|Apparel"\nS2,\n')
    pairs = [(link.source.key, link.target.key) for link in found.links("OUTPUTS")]
    assert pairs == [(f"local:mine/S1 {name}", f"local:mine/sector {name}") for name in ("Apparel", "Footwear")]
    assert [link.source.key for link in found.links("PERFORMS")] == ["local:mine/S1"] * 2


def test_rows_and_blocks_may_be_for_some_texts_only(tmp_path: Path) -> None:
    rows = SITES.replace('name = "sites"', 'when = { country = ["M*"] }\nunless = { memo = "old" }')
    found = read(tmp_path, rows, TABLE + "S3,Östra,,Sweden,\nS4,Västra,,MY,OLD\n")
    assert [record.key for record in found.records("Site")] == ["local:mine/S1", "local:mine/S2"]
    assert found.report.notes["rows_not_asked_for"] == 2
    assert found.report.accepted == 4


# -- identifiers ---------------------------------------------------------------------------------------------------
COMPANIES = """
[[rows]]
[rows.node.company]
type = "Organisation"
key = KEY
name = "{name}"
"""


@pytest.mark.parametrize(
    ("key", "made"),
    [
        ('"{number}"', ["local:mine/5560360793", "local:mine/402000-0017"]),
        ('"se-orgnr:{number}"', ["se-orgnr:5560360793"]),
        ('["se-orgnr:{number}", "{name}"]', ["se-orgnr:5560360793", "local:mine/Beta"]),
    ],
)
def test_what_a_mapping_declares_decides_how_an_identifier_is_read(tmp_path: Path, key: str, made: list[str]) -> None:
    found = read(tmp_path, COMPANIES.replace("KEY", key), "number,name\n5560360793,Alfa\n402000-0017,Beta\n")
    assert [record.key for record in found.records()] == made
    assert found.report.rejected == 2 - len(made)
    assert found.report.notes["next_identifier"] == (2 if "[" in key else 0) // 2


def test_a_swedish_vat_number_gives_the_organisation_number_too(tmp_path: Path) -> None:
    (record,) = read(
        tmp_path, COMPANIES.replace("KEY", '"vat:{number}"'), "number,name\nSE556036079301,Alfa\n"
    ).records()
    assert record.keys == ("vat:SE556036079301", "se-orgnr:5560360793")


@pytest.mark.parametrize("key", ['"se-orgnr:{number}"', '"{number}"', '["se-orgnr:{number}", "{number} {name}"]'])
def test_a_natural_person_is_hidden_wherever_the_row_says_who_it_is(tmp_path: Path, key: str) -> None:
    rows = (
        COMPANIES.replace("KEY", key)
        + """
size = "{size}"
[rows.node.contract]
type = "Contract"
key = "{number} {contract}"
name = "{contract} of {name}"
[[rows.link]]
type = "HOLDS"
from = "company"
to = "contract"
"""
    )
    found = read(tmp_path, rows, "number,name,contract,size\n800101-1231,Anna Andersson,K1,small {name}\n")
    company, contract = found.records()
    assert company.properties == {"name": NATURAL_PERSON, "natural_person": True}
    assert "Anna" not in str(found.items)
    assert "800101" not in str(found.items) + str(found.report.rejects)
    assert found.report.accepted == 1
    assert contract.properties["name"] == f"K1 of {NATURAL_PERSON}"
    assert [link.source.key for link in found.links()] == [company.key]


def test_a_personal_number_with_a_slip_of_the_pen_is_no_less_a_persons(tmp_path: Path) -> None:
    rows = COMPANIES.replace("KEY", '["se-orgnr:{number}", "{number} {name}"]')
    (record,) = read(tmp_path, rows, "number,name\n8001011239,Anna Andersson\n").records()
    assert record.properties == {"name": NATURAL_PERSON, "natural_person": True}
    assert "800101" not in str(record)


def test_a_person_whose_first_number_is_a_failed_formula_is_hidden_and_counted(tmp_path: Path) -> None:
    rows = COMPANIES.replace("KEY", '["se-orgnr:{number}", "{id}"]')
    found = read(tmp_path, rows, "number,id,name\n#REF!,800101-1231,Anna Andersson\n")
    (record,) = found.records()
    assert record.properties == {"name": NATURAL_PERSON, "natural_person": True}
    assert found.report.notes["hidden_person"] == 1


def test_rows_of_different_ids_that_share_a_further_identifier_are_remarked_on(tmp_path: Path) -> None:
    lei = "213800KUD8LAJWSQ9D15"
    rows = COMPANIES.replace("KEY", '"{id}"\nalso = "lei:{lei}"')
    found = read(tmp_path, rows, f"id,lei,name\n1,{lei},One\n1,{lei},One\n2,{lei},Two\n2,{lei},Two\n3,,Three\n")
    assert found.told() == [(4, "", f"lei:{lei}", "shared_identifier")]
    assert found.report.notes["shared_identifier"] == 1
    assert found.report.accepted == 5


@pytest.mark.parametrize(
    ("scheme", "number"), [("se-orgnr", "640823-3234"), ("se-orgnr", "640823-3235"), ("vat", "SE640823323401")]
)
def test_a_personal_number_as_a_further_identifier_hides_the_person(scheme: str, number: str, tmp_path: Path) -> None:
    rows = COMPANIES.replace("KEY", f'"{{id}}"\nalso = "{scheme}:{{number}}"')
    found = read(tmp_path, rows, f"id,number,name\n1,{number},Per Testsson\n2,-,Handsk AB\n")
    assert [record.properties["name"] for record in found.records()] == [NATURAL_PERSON, "Handsk AB"]
    assert found.report.notes["hidden_person"] == 1
    assert not any(part in repr(found) for part in ("640823", "3234", "Testsson"))


def test_a_word_that_stands_for_a_person_hides_the_row_by_what_the_mapping_says(tmp_path: Path) -> None:
    rows = COMPANIES.replace("KEY", '"{number}"') + (
        'natural_person = { from = "{name}", translate = { Privatperson = true }, other = "" }\n'
    )
    person, company = read(tmp_path, rows, "number,name\n17,privatperson\n18,Alfa AB\n").records()
    assert person.properties["natural_person"] is True
    assert "17" not in person.key
    assert company.properties == {"name": "Alfa AB"}


def test_an_own_id_that_is_too_long_for_a_key_is_shortened_and_stays_itself(tmp_path: Path) -> None:
    table = f"id,name,workers,country\n{'A' * 300},Norra,,MY\n{'A' * 299}B,Södra,,MY\n"
    first, second = (record.key for record in read(tmp_path, SITES, table).records("Site"))
    assert first != second
    assert len(first) < 200
    assert not read(tmp_path, SITES, table).report.rejects


# -- a step is one output ------------------------------------------------------------------------------------------
STEPS = """
[[rows]]
[rows.node.sold]
type = "Step"
key = KEY
name = "{seller}: {goods}"
[rows.node.goods]
type = "Product"
key = "{goods}"
name = "{goods}"
"""
OUTPUTS = '[[rows.link]]\ntype = "OUTPUTS"\nfrom = "sold"\nto = "goods"\n'


def test_a_step_without_goods_is_no_step(tmp_path: Path) -> None:
    assert "a Step needs its goods: add a link OUTPUTS" in fault(STEPS.replace("KEY", '"{seller}"'))
    found = read(tmp_path, STEPS.replace("KEY", '"{seller} {goods}"') + OUTPUTS, "seller,goods\nA,gloves\nA,\n")
    assert [record.key for record in found.records("Step")] == ["local:mine/A gloves"]
    assert found.report.notes["goods_not_named"] == 1


def test_a_step_is_never_all_that_a_company_sells(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="one step, local:mine/A, of two sorts of goods"):
        read(tmp_path, STEPS.replace("KEY", '"{seller}"') + OUTPUTS, "seller,goods\nA,gloves\nA,gowns\n")


def test_companies_are_not_made_steps_by_only_being_referred_to() -> None:
    told = fault("""
[[rows]]
[rows.node.a]
type = "Step"
key = "{seller}"
[rows.node.b]
type = "Step"
key = "{buyer}"
[[rows.link]]
type = "SUPPLIES"
from = "a"
to = "b"
""")
    assert "no rows of the mapping say what this Step is, and of which goods" in told
    assert "SELLS_TO" in told


# -- files ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.tsv", "id\tname\tworkers\tcountry\nS1\tNorra\t12\tMY\n"),
        ("t.csv", "sep=;\rid;name;workers;country\rS1;Norra;12;MY\r"),
        ("t.jsonl", '{"id": "S1", "name": "Norra", "workers": 12, "\ufeffcountry": "MY"}\n\n'),
        ("t.json", '{"count": 1, "results": [{"id": "S1", "name": "Norra", "workers": "12", "country": "MY"}]}'),
        ("t.json", '[{"id": "S1", "name": "Norra", "workers": 12.0, "country": "MY"}]'),
    ],
)
def test_the_same_rows_say_the_same_in_each_kind_of_file(tmp_path: Path, name: str, text: str) -> None:
    found = read(tmp_path, SITES, text, name)
    (site,) = found.records("Site")
    assert (site.key, site.properties) == ("local:mine/S1", {"name": "Norra", "workers": 12})
    assert [link.target.key for link in found.links()] == ["iso3166-1:MY"]


def test_what_is_nested_in_json_has_a_name_of_its_own_and_numbers_stay_as_they_are_written(tmp_path: Path) -> None:
    rows = SITES.replace('key = "{id}"', 'key = "{code.own}"').replace("{name}", "{names.0} {number}")
    text = '{"code": {"own": "S1"}, "names": ["Norra", "N"], "number": 1.10, "workers": null, "country": "MY"}'
    (site,) = read(tmp_path, rows, text, "t.jsonl").records("Site")
    assert (site.key, site.properties["name"]) == ("local:mine/S1", "Norra 1.10")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("t.jsonl", '{"id": 1}\n{"id": ', "line 2: not JSON"),
        ("t.jsonl", "[1]\n", "record 1: not an object"),
        ("t.json", '{"a": 1}', "has no list of objects"),
        ("t.json", "[" * 100_000, "not JSON"),
        ("t.pdf", "x", "no table that a mapping reads"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str, text: str, told: str) -> None:
    with pytest.raises(KedjaError, match=told):
        read(tmp_path, SITES, text, name)


# -- editions ------------------------------------------------------------------------------------------------------
def test_a_table_is_loaded_once_and_a_newer_edition_takes_back_what_it_drops(tmp_path: Path) -> None:
    with editions(tmp_path, SITES) as kept:
        kept.load(TABLE)
        assert kept.names() == ["Norra", "Södra"]
        assert kept.load(TABLE, SOURCE).unchanged
        kept.load("id,name,workers,country\nS1,Norra,12,MY\n")
        assert (kept.names(), kept.links()) == (["Norra"], ["S1 LOCATED_IN iso3166-1:MY"])


def test_what_could_not_be_read_is_not_taken_back(tmp_path: Path) -> None:
    with editions(tmp_path, SITES) as kept:
        kept.load(TABLE)
        kept.load("id,name,workers,country\nS1,,12,MY\n")  # S1 has no name; S2 is withdrawn
        assert (kept.names(), kept.links()) == (["Norra"], ["S1 LOCATED_IN iso3166-1:MY"])
        kept.load("id,name,workers,country\nS1,Norra,12,Atlantis\n")
        assert kept.links() == ["S1 LOCATED_IN iso3166-1:MY"]
        kept.load("id,name,workers,country\n#REF!,Norra,12,MY\n")
        assert kept.names() == ["Norra"]
        kept.load("id,name,workers,country\nS9,Nya,12,MY\n")
        assert kept.names() == ["Nya"]


def test_a_mapping_that_does_not_say_who_says_this_asks_for_it(tmp_path: Path) -> None:
    options = written(tmp_path, SITES, TABLE, source='[source]\nseries = "s"\n')
    from loaders.mapping.table import TableLoader

    with pytest.raises(FileFormatError, match=r"does not say the source's publisher, title.*--publisher"):
        TableLoader().source(tmp_path / "table.csv", options)
    source = TableLoader().source(tmp_path / "table.csv", options | {"publisher": "Region X", "title": "Sites"})
    assert (source.publisher, source.title, source.series) == ("Region X", "Sites", "s")
    assert date.fromisoformat(source.edition), "the day of the file"


def test_the_example_in_the_documents_says_what_it_shows(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "map.md").read_text(encoding="utf-8")
    blocks = (re.findall(rf"^```{kind}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL) for kind in ("csv", "toml"))
    table, mapping = (found[0] for found in blocks)
    (tmp_path / "suppliers.csv").write_text(table, "utf-8")
    (tmp_path / "suppliers.toml").write_text(mapping, "utf-8")
    found = read_file(tmp_path / "suppliers.csv", map=str(tmp_path / "suppliers.toml"))
    assert [record.key for record in found.records("Organisation")] == [
        "se-orgnr:5560360793",
        "local:suppliers/Instrument GmbH",
    ]
    assert [record.properties["severity"] for record in found.records("RiskAssessment")] == [4, 1]
    assert [record.properties["issued"] for record in found.records("RiskAssessment")] == ["2025-06-02", "2025-11-14"]
    assert len(found.links()) == 10
    assert not [reject for reject in found.report.rejects if reject.column != "Checked"]
