"""Lists by the mappings that come with Kedja: bans, EUDAMED, suppliers' answers, shipments, crosswalks."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders.crosswalk.loader import CrosswalkLoader, packaged
from loaders.registry import find
from ontology.errors import Reason
from ontology.records import Link, Polarity, Record
from tests.conftest import ROOT
from tests.loaders.damage import read
from tests.loaders.mapped import Read, read_file

LISTS = ROOT / "tests" / "data" / "lists"


def of(name: str, mapping: str = "") -> Read:
    assert find(str(LISTS / f"{name}.csv")).kind == "table"
    return read_file(LISTS / f"{name}.csv", map=mapping or name, publisher="P", series="s", title="t")


def about(found: Read, finding: str) -> set[str]:
    return {x.target.key for x in found.links("ABOUT") if x.source.key.endswith(finding)}


@pytest.mark.parametrize("file", sorted(LISTS.glob("*.csv")), ids=lambda file: file.stem)
def test_each_list_is_told_by_its_headings(file: Path) -> None:
    assert find(str(file)).kind == "table"


# -- import bans ---------------------------------------------------------------------------------------------------
def test_an_order_is_about_the_company_and_one_for_a_region_about_its_industry() -> None:
    found = of("us-wro")
    assert about(found, "Gloves Påhittad Glove Sdn. Bhd.") == {"local:s/Påhittad Glove Sdn. Bhd."}
    assert about(found, "Cotton Region-wide") == {"iso3166-1:CN", "local:s/industry Cotton"}
    assert {x.target.key for x in found.links("OF_TYPE")} == {"risk:forced-labour"}


def test_an_order_says_no_severity_and_one_that_ended_is_counted() -> None:
    found = of("us-wro")
    orders = found.records("Finding")
    assert {one.properties.get("issued") for one in orders} == {"2025-04-03", "2021-01-13", None}
    assert not [one for one in orders if "severity" in one.properties]
    assert found.report.notes["rows_not_asked_for"] == 1
    assert [(row, reason) for row, _, _, reason in found.told()] == [(5, "not_a_date")]


def test_a_company_on_two_lists_of_the_uflpa_has_two_findings() -> None:
    found = of("us-uflpa")
    assert [one.properties["issued"] for one in found.records("Finding")] == ["2022-06-21", "2025-01-15"]
    assert len({x.target.key for x in found.links("ABOUT")}) == 1
    assert {x.target.key for x in found.links("OF_TYPE")} == {"risk:state-imposed-labour"}


def test_a_risk_area_is_a_place_and_a_product_with_a_day() -> None:
    found = of("eu-forced-labour")
    assert about(found, "CN-XJ Cotton 2026-06-14") == {"iso3166-2:CN-XJ", "hs:5201"}
    assert about(found, "Palm oil 2026-06-14") == {"iso3166-1:MY", "local:s/product Palm oil"}
    kinds = {x.source.key.rpartition("/")[2]: x.target.key for x in found.links("OF_TYPE")}
    assert kinds == {
        "CN-XJ Cotton 2026-06-14": "risk:state-imposed-labour",
        "Malaysia Rubber gloves 2026-06-14": "risk:forced-labour",
        "Malaysia Palm oil 2026-06-14": "risk:forced-labour",
    }
    assert not [r for r in found.records("RiskAssessment") if {"severity", "likelihood", "level"} & r.properties.keys()]


def test_a_ban_that_was_withdrawn_says_when() -> None:
    found = of("eu-forced-labour-decisions")
    assert [one.properties.get("revoked") for one in found.records("Finding")] == [None, "2029-01-10"]


# -- EUDAMED -------------------------------------------------------------------------------------------------------
def test_a_device_is_known_by_its_udi_and_its_maker_by_the_srn() -> None:
    devices, actors = of("eudamed-devices"), of("eudamed-actors")
    assert [(x.source.key, x.target.key) for x in devices.links("MARKETED_BY")] == [
        ("udi-di:07350053850019", "srn:DE-MF-000012345")
    ]
    assert [x.target.key for x in devices.links("IN_CATEGORY")] == ["emdn:T010202"]
    assert not devices.links("PERFORMS"), "where it is made, EUDAMED does not say"
    assert [reason for *_, reason in devices.told()] == ["bad_identifier"]
    assert {one.key for one in actors.records("Organisation")} >= {"srn:DE-MF-000012345", "srn:SE-IM-000099999"}


def test_the_packaged_crosswalk_has_a_reviewer_and_a_confidence_in_each_row() -> None:
    items, report = read(CrosswalkLoader(), packaged())
    matches = [one for one in items if isinstance(one, Link)]
    assert report.rows_in == report.accepted == len(matches) == 3
    assert all(one.properties["reviewer"] and one.common.confidence for one in matches)
    assert {one.source.key for one in matches} == {"emdn:T0101", "emdn:T0102"}
    assert {one.key for one in items if isinstance(one, Record)} == {"emdn:T0101", "emdn:T0102"}


def test_a_match_that_nobody_reviewed_is_a_proposal(tmp_path: Path) -> None:
    rows = [
        "from,to,relation,confidence,reviewer", "emdn:T01,cpv:18424000,exact,0.5,", "lei:x,cpv:18424000,exact,1,A",
        "own:a,hs:4015,near,1,A",
    ]  # fmt: skip
    (tmp_path / "c.csv").write_text("\n".join(rows), "utf-8")
    assert find(str(tmp_path / "c.csv")).kind == "crosswalk"
    items, report = read(CrosswalkLoader(), tmp_path / "c.csv")
    assert (items, report.notes["not_reviewed"]) == ([], 1)
    assert [r.reason for r in report.rejects] == [Reason.BAD_IDENTIFIER, Reason.NOT_UNDERSTOOD]


# -- suppliers' answers and shipments ------------------------------------------------------------------------------
def test_not_in_our_chain_is_a_denial_with_its_reasoning() -> None:
    found = of("disclosure")
    denied = [x for x in found.links() if x.common.polarity is Polarity.DENIED]
    assert [(x.type, x.common.cites) for x in denied] == [
        ("SUPPLIES", "Påhittad Grossist AB 2026-10-01: Fakturor 2024 till 2026 genomgångna"),
        ("SELLS_TO", "Påhittad Grossist AB 2026-10-01: Fakturor 2024 till 2026 genomgångna"),
        ("SUPPLIES", "Påhittad Grossist AB 2026-10-01: Bomullens ursprung provat med isotoper"),
    ]
    assert {str(x.common.valid_from) for x in denied} == {"2026-10-01"}


def test_a_site_that_is_denied_performs_nothing_and_an_answer_that_is_none_says_nothing() -> None:
    found = of("disclosure")
    assert {x.source.key for x in found.links("PERFORMS")} == {"local:s/Klang 4 | Malaysia"}
    touched = {x.source.key for x in found.links() if x.type != "LOCATED_IN"}
    assert not [key for key in touched if "Klang 7" in key]
    asserted = [x for x in found.links("SUPPLIES") if x.common.polarity is Polarity.ASSERTED]
    assert [x.source.key for x in asserted] == ["local:s/made Klang 4 | Malaysia | Handskar"]


def test_a_shipment_line_without_goods_makes_no_step() -> None:
    found = of("shipments")
    assert len(found.records("Step")) == 1
    assert [str(x.common.valid_from) for x in found.links("SELLS_TO")] == ["2026-05-03", "2026-05-04"]
    assert found.report.notes["goods_not_named"] == 1


# -- ledgers and indices -------------------------------------------------------------------------------------------
def test_the_national_specification_of_supplier_ledgers_is_read_and_persons_are_hidden() -> None:
    """Version 1.1 of lankadedata.se/spec/leverantorsreskontra: fifteen columns."""
    found = of("se-ledger-1.1", "se-ledger")
    assert [x.properties["amount"] for x in found.links("SELLS_TO")] == ["2022.31", "-444.75", "10"]
    assert found.report.notes["hidden_person"] == 2
    assert not [word for word in ("Anka", "8112189876", "Privatperson") if word in repr(found.items)]


def test_a_score_of_the_newer_revision_is_another_measure() -> None:
    """Trap 37."""
    found = of("wgi-2025")
    scales = {str(one.properties["scale"]) for one in found.records("RiskAssessment")}
    assert scales == {"WGI score, 0 (worst) to 100 (best), edition 2025"}
    assert [x.target.key for x in found.links("ABOUT")] == ["iso3166-1:SE", "iso3166-1:RO", "local:s/ANT"]
    assert found.report.notes["rows_not_asked_for"] == 1
