"""Facilities of Open Supply Hub: SC-DEX, downloads, and what an OS ID proves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from loaders.base import Report
from loaders.os_ids import OsIds, passes
from loaders.osh.loader import OshLoader
from loaders.registry import find
from loaders.scdex.loader import AFFILIATIONS, ScdexLoader
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import Link, Record
from tests.conftest import ROOT
from tests.loaders.damage import Items, read, survives
from tests.loaders.mapped import read_file

OURS = ROOT / "tests" / "data"
A, SWAPPED = "MY2024032A1B2CQ", "MY2024032A1C2BQ"


def sites(items: Items) -> dict[str, Record]:
    return {str(one.properties["name"]): one for one in items if isinstance(one, Record) and one.type == "Site"}


def links(items: Items, type_: str) -> list[Link]:
    return [one for one in items if isinstance(one, Link) and one.type == type_]


# -- OS IDs --------------------------------------------------------------------------------------------------------
def test_two_ids_with_swapped_letters_both_pass_the_check_so_a_name_is_asked_for_too() -> None:
    """Trap 33."""
    assert passes(A)
    assert passes(SWAPPED)
    ids = OsIds()
    assert ids.key(A, "Plant one", "1") == f"os-id:{A}"
    for name, reason in (("", Reason.MISSING), ("Quite another mill", Reason.SHARED_IDENTIFIER)):
        with pytest.raises(ValueProblem) as told:
            ids.key(A, name, "2")
        assert told.value.reason is reason
    assert ids.key("MY-2024032-A1B2C-Q", "PLANT ONE Sdn. Bhd.", "3") == f"os-id:{A}"


def test_a_facility_list_by_the_packaged_mapping_holds_os_ids_to_the_same(tmp_path: Path) -> None:
    rows = [
        "country,name,address,sector,os_id",
        f"MY,Plant one,Street 1,Apparel,{A}",
        f"MY,Another mill,Street 2,Apparel,{A}",
        f"MY,Third,Street 3,Apparel,{A[:-1]}A",
    ]
    (tmp_path / "list.csv").write_text("\n".join(rows), "utf-8")
    found = read_file(tmp_path / "list.csv", map="facility-list", publisher="P", series="s", title="t")
    assert [(one.properties["name"], one.also) for one in found.records("Site")] == [
        ("Plant one", (f"os-id:{A}",)), ("Another mill", ()), ("Third", ()),
    ]  # fmt: skip
    assert [(row, reason) for row, _, _, reason in found.told()] == [(3, "shared_identifier"), (4, "bad_identifier")]


# -- downloads and the API -----------------------------------------------------------------------------------------
def of_osh(path: Path) -> tuple[Items, Report]:
    assert find(str(path)).kind == "osh"
    return read(OshLoader(), path)


def test_a_download_says_where_facilities_are_and_what_they_make() -> None:
    items, report = of_osh(OURS / "osh" / "facilities.csv")
    found = sites(items)
    assert (report.rows_in, report.accepted) == (5, 5)
    assert found["Påhittad Handskfabrik"].properties["workers"] == 1200
    assert found["Annan Fabrik"].raw["workers"] == "501-1000", "a range is no number"
    made = {x.source.key for x in links(items, "PERFORMS")}
    assert len(made) == 4, "a closed facility is no longer said to make anything"


def test_a_closed_facility_and_one_of_unknown_closure_are_told_apart() -> None:
    """Trap 33."""
    items, report = of_osh(OURS / "osh" / "facilities.csv")
    assert (report.notes["closed"], report.notes["closure_not_told"]) == (1, 1)
    found = sites(items)
    assert found["Flyttad Fabrik"].raw["is_closed"] == "True"
    assert "is_closed" not in found["Annan Fabrik"].raw


def test_the_country_is_that_of_the_address_and_never_that_of_the_id() -> None:
    items, report = of_osh(OURS / "osh" / "facilities.csv")
    places = {x.source.key.rpartition("/")[2]: x.target.key for x in links(items, "LOCATED_IN")}
    assert places["CN2021100ZZZZ1M"] == "iso3166-1:TH"
    assert "TH2020001QQQQ2Z" not in places
    assert report.notes["country_not_told"] == 1


def api(**more: Any) -> dict[str, Any]:
    return {"os_id": A, "name": "Plant one", "address": "Street 1", "country": {"alpha_2": "MY", "name": "Malaysia"},
            "coordinates": {"lat": 3.0, "lng": 101.0}, "sector": ["Apparel"], "claim_status": "no", **more}  # fmt: skip


def test_ids_that_were_merged_live_on_as_aliases(tmp_path: Path) -> None:
    """Trap 33."""
    (tmp_path / "a.json").write_text(json.dumps({"count": 1, "data": [api(historical_os_id=[SWAPPED])]}), "utf-8")
    items, _ = of_osh(tmp_path / "a.json")
    assert sites(items)["Plant one"].also == (f"os-id:{A}", f"os-id:{SWAPPED}")


def test_a_moved_facility_says_its_new_id_and_is_not_it(tmp_path: Path) -> None:
    moved = {"is_closed": True, "new_os_id": SWAPPED, "country_code": "MY", "name": "Plant one", "address": "x"}
    feature = {"type": "Feature", "id": A, "geometry": {"coordinates": [101.0, 3.0]}, "properties": moved}
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}).replace(
        '"id"', '"os_id": "", "id"'), "utf-8")  # fmt: skip
    items, report = of_osh(tmp_path / "a.geojson")
    (site,) = sites(items).values()
    assert (site.also, site.raw["new_os_id"]) == ((f"os-id:{A}",), SWAPPED)
    assert (site.properties["latitude"], site.properties["longitude"]) == (3.0, 101.0)
    assert (report.notes["moved"], links(items, "PERFORMS")) == (1, [])


# -- SC-DEX --------------------------------------------------------------------------------------------------------
def of_scdex(path: Path) -> tuple[Items, Report]:
    assert find(str(path)).kind == "sc-dex"
    return read(ScdexLoader(), path)


def test_a_document_says_sites_organisations_and_how_they_are_affiliated() -> None:
    items, report = of_scdex(OURS / "scdex" / "document.json")
    assert (report.rows_in, report.accepted, report.rejected) == (8, 7, 1)
    assert [(x.source.type, x.target.type) for x in links(items, "SELLS_TO")] == [("Site", "Organisation")]
    assert [x.properties for x in links(items, "OWNS")] == [{"control": True}]
    assert report.notes["affiliation_not_read"] == 1, "a factory is nobody's parent company"
    assert [r.reason for r in report.rejects if r.column == "from-guid"] == [Reason.UNKNOWN_KEY]


def test_an_os_id_without_a_name_and_a_pair_of_noughts_say_nothing() -> None:
    items, report = of_scdex(OURS / "scdex" / "document.json")
    (bare,) = [one for one in sites(items).values() if "latitude" not in one.properties]
    assert bare.also == ()
    told = {(r.column, r.reason) for r in report.rejects if r.sheet == "locations"}
    assert told == {("location-identifier", Reason.MISSING), ("coordinates", Reason.PLACEHOLDER)}


@pytest.mark.parametrize(
    ("name", "rows", "rejected"),
    [
        ("full-valid-core-schema-example", 7, 0), ("full-valid-extension-schema-example", 7, 0),
        ("full-invalid-mistyped-osid-location-identifier", 1, 0), ("partial-location-location-more", 1, 0),
        ("partial-location-location-minimum", 1, 0), ("partial-organization-organization-more", 1, 0),
        ("partial-organization-organization-minimum", 1, 0), ("partial-affiliation-affiliation-multiple", 3, 3),
    ],
)  # fmt: skip
def test_the_examples_are_read(kedja_data: Path, name: str, rows: int, rejected: int) -> None:
    _, report = of_scdex(kedja_data / "sc-dex" / f"{name}.json")
    assert (report.rows_in, report.rejected) == (rows, rejected)


def test_a_mistyped_scheme_identifies_nothing(kedja_data: Path) -> None:
    """``os-id:`` in place of ``osid:``: the example that is invalid on purpose."""
    items, report = of_scdex(kedja_data / "sc-dex" / "full-invalid-mistyped-osid-location-identifier.json")
    (site,) = sites(items).values()
    assert (site.also, report.notes["identifier_not_read"]) == ((), 1)
    valid, _ = of_scdex(kedja_data / "sc-dex" / "full-valid-core-schema-example.json")
    (site,) = sites(valid).values()
    assert site.also == ("os-id:CN2021250D1DTN7",)


def test_an_example_with_comments_is_refused_with_what_to_do(kedja_data: Path) -> None:
    with pytest.raises(FileFormatError, match="Take its comments out"):
        ScdexLoader().source(kedja_data / "sc-dex" / "extensions-facility-demographics.json", {})


@pytest.mark.parametrize("said", sorted(AFFILIATIONS))
def test_each_affiliation_is_turned_into_the_direction_of_its_link(tmp_path: Path, said: str) -> None:
    type_, turned = AFFILIATIONS[said]
    location = {"guid": "L", "location-type": "factory", "location-identifier": "x:1", "name": "Plant"}
    companies = [
        {"guid": g, "organization-type": "supplier", "organizational-identifier": "x:1", "name": g} for g in "AB"
    ]
    ends = ("A", "L") if type_ == "OPERATES" else ("A", "B")
    source, target = ends[::-1] if turned else ends
    affiliation = {"from-guid": source, "to-guid": target, "affiliation-type": said}
    document = {"locations": [location], "organizations": companies, "affiliations": [affiliation]}
    (tmp_path / "d.json").write_text(json.dumps(document), "utf-8")
    items, _ = read(ScdexLoader(), tmp_path / "d.json")
    (link,) = links(items, type_)
    assert (link.source.key[-1], link.target.key[-1]) == ends


@pytest.mark.parametrize("file", ["osh/facilities.csv", "scdex/document.json"])
def test_damage_gives_an_error_or_a_report(tmp_path: Path, file: str) -> None:
    loader = OshLoader() if file.startswith("osh") else ScdexLoader()
    path = OURS / file
    assert survives(loader, tmp_path / path.name, path.read_bytes(), range(80)) < 80
