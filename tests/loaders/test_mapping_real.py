"""Real tables by the mappings that come with Kedja: the traps that each of them holds."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from loaders.mapping.files import path_of, presets, read_map
from loaders.mapping.table import bound
from ontology.errors import FileFormatError
from ontology.records import Link, Record
from tests.loaders.mapped import Read, read_file

LIST = {"map": "facility-list", "publisher": "A buyer", "series": "list", "title": "A list"}


def of_country(found: Read, record: Record) -> str:
    targets = {link.source.key: link.target.key for link in found.links("ABOUT")}
    return targets[record.key]


@pytest.mark.parametrize("name", presets())
def test_each_mapping_that_comes_with_kedja_is_one(name: str) -> None:
    assert read_map(path_of(name)).rows
    assert presets()[name], "its first line says what it is for"


# -- country indices -----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def wgi(kedja_data: Path) -> Read:
    return read_file(kedja_data / "wgi-governance" / "wgidataset.csv", map="wgi")


def test_every_row_of_the_governance_indicators_is_said_or_counted(wgi: Read) -> None:
    assert wgi.report.rows_in == wgi.report.accepted == 32_100
    assert len(wgi.records("RiskAssessment")) + wgi.report.notes["rows_not_asked_for"] == 32_100
    assert wgi.report.notes["rows_not_asked_for"] == 1_126, "two dots are no figure"
    assert not wgi.report.rejects


def test_codes_that_are_not_those_of_iso_3166_are_read_as_what_they_mean(wgi: Read) -> None:
    """Trap 37."""
    by_key = {record.key: record for record in wgi.records("RiskAssessment")}
    meant = {"ADO": "AD", "ROM": "RO", "ZAR": "CD", "TMP": "TL", "WBG": "PS", "KSV": "XK"}
    for code, country in meant.items():
        assert of_country(wgi, by_key[f"local:wgi/{code}-cc-2004-2024"]) == f"iso3166-1:{country}"
    assert of_country(wgi, by_key["local:wgi/ANT-cc-2004-2024"]) == "local:wgi/ANT", "a country of former times"


def test_a_score_says_its_scale_its_edition_its_error_and_how_many_sources_it_rests_on(
    wgi: Read, kedja_data: Path, tmp_path: Path
) -> None:
    (record,) = [r for r in wgi.records("RiskAssessment") if r.key == "local:wgi/ADO-cc-1996-2024"]
    assert record.properties == {
        "name": "Andorra, cc 1996 (WGI 2024)", "score": 1.32, "score_error": 0.48, "score_sources": 1,
        "scale": "WGI estimate, -2.5 (worst) to 2.5 (best), edition 2024",
    }  # fmt: skip
    assert not {"severity", "likelihood", "level"} & record.properties.keys(), "no severity is read from a score"
    lines = (kedja_data / "wgi-governance" / "wgidataset.csv").read_text("utf-8").splitlines()[:9]
    (tmp_path / "part.csv").write_text("\n".join(lines), "utf-8")
    older = read_file(tmp_path / "part.csv", map="wgi", edition="2023")
    same = [
        r for r in older.records("RiskAssessment") if r.properties["score"] == 1.32 and "Andorra" in str(r.properties)
    ]
    assert record.key not in {r.key for r in same}, "the same figure of another edition is another measure"
    assert all("edition 2023" in str(r.properties["scale"]) for r in same)


def test_the_columns_of_another_revision_are_refused_and_not_read_as_the_same_scale(tmp_path: Path) -> None:
    """Trap 37."""
    (tmp_path / "wgi2025.csv").write_text("econ_code,wgi_year,dimension,score\nAND,2024,cc,80\n", "utf-8")
    with pytest.raises(FileFormatError, match="no column"):
        read_file(tmp_path / "wgi2025.csv", map="wgi")


# -- facility lists ------------------------------------------------------------------------------------------------
def lists(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.csv"))


def test_each_row_of_the_fourteen_lists_is_a_facility_in_a_country(kedja_data: Path) -> None:
    rows = sites = 0
    spellings = set()
    for file in lists(kedja_data / "osh-facility-lists"):
        with file.open(encoding="utf-8-sig", newline="") as text:
            spellings |= {row["country"] for row in csv.DictReader(text)}
        found = read_file(file, **LIST)
        assert not found.report.rejects, file.name
        assert len(found.links("LOCATED_IN")) == len(found.links("SELLS_TO")) == len(found.records("Site"))
        rows, sites = rows + found.report.rows_in, sites + len(found.records("Site"))
    assert (len(spellings), rows, sites) == (89, 963, 960)


def test_one_address_keeps_its_factories_and_a_name_its_places(kedja_data: Path) -> None:
    """Trap 34."""
    at: dict[str, set[str]] = {}
    places: dict[str, set[str]] = {}
    for file in lists(kedja_data / "osh-facility-lists"):
        for site in read_file(file, **LIST).records("Site"):
            name, address = str(site.properties["name"]), str(site.properties.get("address", ""))
            at.setdefault(address.casefold(), set()).add(name)
            places.setdefault(name.casefold(), set()).add(site.key)
    assert len(at["savar dhaka 1340 bangladesh"]) == 3
    assert sum(len(keys) > 1 for keys in places.values()) >= 6


def test_the_same_list_as_csv_xls_and_xlsx_says_the_same(kedja_data: Path) -> None:
    """Trap 34.

    But for the letters outside ASCII: those of the two spreadsheets were spoiled (``N¬∫`` for ``Nº``) before they
    were published."""

    def said(name: str) -> list[tuple[str, ...]]:
        found = read_file(kedja_data / "osh-facility-lists" / name, **LIST)
        assert not found.report.rejects
        links = [(link.type, link.source.key, link.target.key) for link in found.links()]
        told = [*links, *((record.type, record.key, str(record.properties)) for record in found.records())]
        return sorted(tuple("".join(c for c in text if c.isascii()) for text in one) for one in told)

    assert said("12.csv") == said("12.xlsx") == said("12.xls")
    assert len(said("12.csv")) == 92


def test_a_list_with_coordinates_gives_them(kedja_data: Path) -> None:
    found = read_file(kedja_data / "osh-facility-lists" / "geocoded" / "12.csv", **LIST)
    assert all({"latitude", "longitude"} <= site.properties.keys() for site in found.records("Site"))


# -- ledgers -------------------------------------------------------------------------------------------------------
LEDGER = {"map": "se-ledger", "publisher": "A buyer", "series": "ledger", "title": "A ledger"}


def spent(found: Read) -> list[tuple[str, str, str, str]]:
    def row(link: Link) -> tuple[str, str, str, str]:
        return link.source.key, link.target.key, link.properties["amount"], str(link.common.valid_from)

    return [row(link) for link in found.links("SELLS_TO")]


def test_a_ledger_with_bare_carriage_returns_is_read_and_a_credit_note_is_negative(kedja_data: Path) -> None:
    """Trap 38."""
    found = read_file(kedja_data / "se-ledger-dialects" / "vgr_sample.csv", **LEDGER)
    assert spent(found)[:3] == [
        ("se-orgnr:6630000138", "se-orgnr:2321000131", "136.98", "2026-01-07"),
        ("se-orgnr:5564594538", "se-orgnr:2321000131", "5058332.75", "2026-01-01"),
        ("se-orgnr:5569224644", "se-orgnr:2321000131", "-14250", "2026-01-07"),
    ]
    assert found.report.rows_in == len(spent(found)) == 4
    assert not found.report.rejects


def test_a_ledger_in_json_with_decimal_commas_and_a_mark_inside_a_key(kedja_data: Path) -> None:
    """Trap 38."""
    found = read_file(kedja_data / "se-ledger-dialects" / "vasteras_sample.json", **LEDGER)
    assert spent(found) == [
        ("local:ledger/10004007 ONEMED SVERIGE AB", "se-orgnr:2120002080", "-1302.03", "2025-01-01"),
        ("local:ledger/10004007 ONEMED SVERIGE AB", "se-orgnr:2120002080", "-400.68", "2025-01-01"),
    ]
    assert found.report.notes["next_identifier"] == 2, "eight digits are the buyer's own number and no organisation's"


# -- shipment lines ------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def scms(kedja_data: Path) -> Read:
    return read_file(kedja_data / "scms-health-deliveries" / "SCMS_Delivery_History_Dataset.csv", map="scms")


def test_a_step_is_one_article_of_one_maker(scms: Read) -> None:
    outputs = scms.links("OUTPUTS")
    assert len({link.source.key for link in outputs}) == len(outputs)
    assert scms.report.accepted == scms.report.rows_in == 10_324
    assert not scms.report.rejects


def test_a_warehouse_is_neither_maker_nor_vendor(scms: Read) -> None:
    made = {link.target.key for link in scms.links("PERFORMS")}
    makers = {link.source.key.rpartition("/")[2] for link in scms.links("PERFORMS") if "/made " in link.target.key}
    assert made
    assert not [maker for maker in makers if "Logis" in maker or maker == "Not Applicable"]
    vendors = {record.properties["name"] for record in scms.records("Organisation")}
    assert "SCMS from RDC" not in vendors
    assert "SCMS from RDC" in {record.properties["name"] for record in scms.records("Site")}


# -- nomenclature --------------------------------------------------------------------------------------------------
def test_each_code_of_the_harmonised_system_leads_to_the_broader_one(kedja_data: Path) -> None:
    found = read_file(kedja_data / "hs-codes" / "harmonized-system.csv", map="hs")
    assert len(found.records("Category")) == 6_939
    broader = {link.source.key: link.target.key for link in found.links("BROADER")}
    assert (broader["hs:401512"], broader["hs:4015"], "hs:40" in broader) == ("hs:4015", "hs:40", False)
    assert found.report.notes["rows_not_asked_for"] == 1, "the total of all is no code"


def test_a_mapping_names_its_columns_whatever_is_optional() -> None:
    with pytest.raises(FileFormatError, match="address"):
        bound(read_map(path_of("facility-list")).rows[0], ("country", "name"), "A list")
