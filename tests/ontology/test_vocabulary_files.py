"""The data files against what stands outside them: the published matrices, the DoL list, the statistics, ISO 3166."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path
from xml.etree.ElementTree import Element

import pycountry
import pytest
from defusedxml.ElementTree import parse
from python_calamine import CalamineWorkbook

from ontology.vocabulary import table, vocabulary

VOCABULARIES = Path(str(files("ontology"))) / "vocabularies"
REFERENCE = Path(str(files("loaders"))) / "reference"

AREAS = ("human-rights", "workers-rights", "environment", "business-ethics")
STAGES = ("raw-material", "processing", "final-manufacture")
LEVELS = {"H": "uhm-high", "M": "uhm-medium-high", "L": "uhm-low", "?": "uhm-insufficient-information"}

# Read off the publisher's pages: one word an area, one letter a stage.
PUBLISHED = {
    "uhm-medical-consumables": "HHH HHH HHM HMM",
    "uhm-medicines": "?HM ?HM HHH HHM",
    "uhm-medical-equipment": "HHM HHM HHL HHM",
    "uhm-textiles": "HHH HHH HHL HHH",
    "uhm-electronics": "HHH HHH HHM HHH",
    "uhm-chemicals": "H?? H?? HH? HMM",
    "uhm-coffee-tea-cocoa": "HH? HH? HL? HHL",
    "uhm-fruit-vegetables": "H?? H?? H?? H??",
    "uhm-fish": "MH? MH? HM? HH?",
    "uhm-grain-sugar": "M?? M?? H?? M??",
    "uhm-poultry": "MM? MM? M?? MLL",
    "uhm-office-supplies": "HHM HHM HHM HHM",
}

# The list's names of countries, where they differ from those of ISO 3166.
DOL_NAMES = {"CD": "Congo, Democratic Republic of the", "MM": "Burma", "TR": "Turkey (Türkiye)", "VN": "Vietnam"}
# One row of ours for three goods of the list.
DOL_GOODS = {
    "Tin, tantalum, tungsten ore": ("Tin ore (cassiterite)", "Tantalum ore (coltan)", "Tungsten ore (wolframite)"),
}
DOL_FLAGS = {"forced-labour": "Forced_Labor", "child-labour": "Child_Labor"}


def rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("path", sorted([*VOCABULARIES.glob("*.csv"), *REFERENCE.glob("*.csv")]), ids=lambda p: p.name)
def test_every_file_is_plain_utf8_with_as_many_cells_in_each_row_as_in_its_header(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    assert not text.startswith("\N{BOM}")
    lines = list(csv.reader(text.splitlines(), strict=True))
    assert len(lines) > 1
    assert len(set(lines[0])) == len(lines[0])
    assert {len(line) for line in lines} == {len(lines[0])}
    assert [cell for line in lines for cell in line if cell != cell.strip()] == []


def test_the_matrices_say_what_the_procurement_agency_published() -> None:
    said = {(row["source"], row["risk"], row["stage"]): row["level"] for row in rows("uhm-matrices")}
    published = {
        (source, area, stage): LEVELS[letter]
        for source, words in PUBLISHED.items()
        for area, word in zip(AREAS, words.split(), strict=True)
        for stage, letter in zip(STAGES, word, strict=True)
    }
    assert said == published


def test_the_four_areas_are_harm_and_beside_them_stand_conduct_sanctions_and_disruption() -> None:
    types = vocabulary("risk-types")
    top = {term.id: term.extra["family"] for term in types.terms.values() if term.broader is None}
    assert top == dict.fromkeys(AREAS, "H") | {"own-conduct": "O", "sanctions": "S", "disruption": "D"}
    for term in types.terms.values():
        area = types.up(term.id)[-1]
        assert term.extra["family"] == top[area]
        assert term.extra["labour"] == ("yes" if area == "workers-rights" else "no")


def test_knowledge_may_rightly_end_only_at_extraction_and_cultivation() -> None:
    stages = vocabulary("chain-stages").terms.values()
    assert {stage.id for stage in stages if stage.extra["end"] == "yes"} == {"extraction", "cultivation"}


def test_only_a_refuted_finding_is_no_longer_live() -> None:
    standings = vocabulary("standings").terms.values()
    assert {standing.id for standing in standings if standing.extra["live"] == "no"} == {"refuted"}


def test_every_place_with_an_iso_code_is_in_the_standard() -> None:
    for row in rows("places"):
        scheme, _, code = row["key"].partition(":")
        if scheme == "iso3166-1":
            assert pycountry.countries.get(alpha_2=code) is not None, code
        if scheme == "iso3166-2":
            assert pycountry.subdivisions.get(code=code) is not None, code  # type: ignore[no-untyped-call]
            assert row["part_of"] == f"iso3166-1:{code[:2]}"


def _countries(goods: Element, name: str) -> dict[str, Element]:
    good = next(good for good in goods.iter("Good") if good.findtext("Good_Name") == name)
    return {country.findtext("Country_Name") or "": country for country in good.iter("Country")}


def test_every_row_of_the_dol_goods_is_on_the_list(kedja_data: Path) -> None:
    goods = parse(kedja_data / "dol-goods-list" / "goods_2016.xml").getroot()
    assert goods is not None
    for row in rows("dol-goods"):
        code = row["place"].removeprefix("iso3166-1:")
        country = DOL_NAMES.get(code)
        if country is None:
            place = pycountry.countries.get(alpha_2=code)
            assert place is not None, code
            country = getattr(place, "common_name", place.name)
        for good in DOL_GOODS.get(row["good"], (row["good"],)):
            listed = _countries(goods, good)
            assert country in listed, row
            assert listed[country].findtext(DOL_FLAGS[row["risk"]]) == "Yes", row


def test_every_region_bought_something_in_2021_under_its_organisation_number(kedja_data: Path) -> None:
    path = kedja_data / "se-procurement-2021" / "number_of_contracted_tenders_with_suppliers.xlsx"
    header, *lines = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    column = header.index("Organisationsnummer för köpare")
    buyers = {str(line[column]) for line in lines}
    assert {row["orgnr"] for row in table("regions")} <= buyers
