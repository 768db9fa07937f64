"""EPCIS events: a chain by lots and items, and what was retracted is as if it had never been said."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import graph.sqlite
from graph.store import At
from loaders.base import Report, load
from loaders.epcis.loader import EpcisLoader
from loaders.gs1 import Gs1, gs1_of
from loaders.registry import find
from loaders.tracing.events import moment
from ontology.errors import FileFormatError, Reason
from ontology.records import Link, Record, Secrecy
from tests.conftest import ROOT
from tests.loaders.damage import Items, read, survives

OURS = ROOT / "tests" / "data" / "epcis"
EVENTS: list[dict[str, Any]] = json.loads((OURS / "events.jsonld").read_text("utf-8"))["epcisBody"]["eventList"]


def of(path: Path, *events: dict[str, Any]) -> tuple[Items, Report]:
    file = path / "events.json"
    file.write_text(json.dumps({"type": "EPCISDocument", "epcisBody": {"eventList": events}}), "utf-8")
    assert find(str(file)).kind == "epcis"
    return read(EpcisLoader(), file)


def names(items: Items) -> dict[str, str]:
    return {one.key: str(one.properties["name"]) for one in items if isinstance(one, Record) and one.type == "Step"}


def pairs(items: Items, type_: str) -> list[tuple[str, str]]:
    called = names(items)
    found = [one for one in items if isinstance(one, Link) and one.type == type_]
    return sorted((called.get(x.source.key, x.source.key), called.get(x.target.key, x.target.key)) for x in found)


def told(items: Items) -> str:
    return re.sub(r"locator='[^']*'", "", repr(items))


# -- the chain -----------------------------------------------------------------------------------------------------
def test_a_chain_is_told_by_lots_and_items() -> None:
    items, report = read(EpcisLoader(), OURS / "events.jsonld")
    assert pairs(items, "SUPPLIES") == [
        ("7350053850118, Songkhla latex", "Nitrile gloves, M, Klang plant 4"),
        ("7350053850125", "Nitrile gloves, M, Klang plant 4"),
        ("Nitrile gloves, M, Klang plant 4", "Nitrile gloves, M, 7350053003002"),
    ]
    assert pairs(items, "SELLS_TO") == [
        ("gln:7350053002005", "gln:7350053003002"),
        ("gln:7350053003002", "gln:7350053004009"),
    ]
    assert report.notes["maker_not_told"] == 1, "an input without a lot"
    assert report.rejected == 0


def test_json_and_xml_say_the_same() -> None:
    one, report = read(EpcisLoader(), OURS / "events.jsonld")
    other, told_ = read(EpcisLoader(), OURS / "events.xml")
    assert told(one) == told(other)
    assert report.notes == told_.notes
    assert find(str(OURS / "events.xml")).kind == "epcis"


MASTER = """<m:EPCISMasterDataDocument xmlns:m="urn:epcglobal:epcis-masterdata:xsd:2"
creationDate="2026-01-01T00:00:00Z"><EPCISBody><VocabularyList>
<Vocabulary type="urn:epcglobal:epcis:vtype:EPCClass"><VocabularyElementList>
<VocabularyElement id="urn:epc:idpat:sgtin:735005385.0011.*"><attribute id="urn:epcglobal:cbv:mda#descriptionShort">
Sterile drapes</attribute></VocabularyElement></VocabularyElementList></Vocabulary></VocabularyList></EPCISBody>
</m:EPCISMasterDataDocument>"""
BARE = """<{0}ObjectEvent xmlns{1}="urn:epcglobal:epcis:xsd:2"><eventTime>2026-02-03T10:00:00Z</eventTime>
<eventTimeZoneOffset>+01:00</eventTimeZoneOffset><epcList><epc>urn:epc:id:sgtin:735005385.0011.7</epc></epcList>
<action>ADD</action><bizStep>commissioning</bizStep></{0}ObjectEvent>"""


@pytest.mark.parametrize("prefix", ["", "epcis:"])
def test_an_event_of_xml_that_stands_alone_is_read_as_one_in_a_document(tmp_path: Path, prefix: str) -> None:
    file = tmp_path / "event.xml"
    file.write_text(BARE.format(prefix, f":{prefix[:-1]}" if prefix else ""), "utf-8")
    assert find(str(file)).kind == "epcis"
    items, report = read(EpcisLoader(), file)
    assert [x.target.key for x in items if isinstance(x, Link) and x.type == "OUTPUTS"] == ["gtin:7350053850118"]
    assert (report.rows_in, report.accepted) == (1, 1)


def test_master_data_in_a_file_of_its_own_name_what_the_events_of_its_folder_are_about(tmp_path: Path) -> None:
    (tmp_path / "event.xml").write_text(BARE.format("", ""), "utf-8")
    (tmp_path / "names.xml").write_text(MASTER, "utf-8")
    items, report = read(EpcisLoader(), tmp_path)
    assert "Sterile drapes" in next(iter(names(items).values()))
    assert report.rejects == []


def test_master_data_alone_are_no_events_and_say_where_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "names.xml").write_text(MASTER, "utf-8")
    assert find(str(tmp_path / "names.xml")).kind == "epcis"
    with pytest.raises(FileFormatError, match=r"names\.xml holds no event .*folder"):
        read(EpcisLoader(), tmp_path / "names.xml")


def test_the_day_is_that_of_the_place_where_it_happened() -> None:
    items, _ = read(EpcisLoader(), OURS / "events.jsonld")
    made = [x for x in items if isinstance(x, Link) and x.type == "OUTPUTS" and "7350053850132" in x.target.key]
    assert {str(x.common.valid_from) for x in made} == {"2026-02-11", "2026-02-20"}
    assert moment("2026-02-10T20:30:00Z", "+08:00") == ("2026-02-10T20:30:00.000000+00:00", "2026-02-11")


def test_a_pallet_moves_what_is_on_it(tmp_path: Path) -> None:
    """In the sample the glove plant ships a pallet; without the packing, nothing is known of what left."""
    with_it, _ = of(tmp_path, *EVENTS[:5])
    without, report = of(tmp_path, EVENTS[0], EVENTS[1], EVENTS[3], EVENTS[4])
    assert report.notes["pallet_not_known"] == 1
    assert len(pairs(with_it, "SUPPLIES")) == len(pairs(without, "SUPPLIES"))
    emptied = EVENTS[2] | {"action": "DELETE", "eventTime": "2026-02-11T01:00:00Z", "eventID": "urn:uuid:9"}
    del emptied["childEPCs"]
    _, report = of(tmp_path, *EVENTS[:4], emptied)
    assert report.notes["pallet_not_known"] == 1, "unpacked without children: all of it"
    loose = {key: value for key, value in EVENTS[2].items() if key != "parentID"}
    _, report = of(tmp_path, loose)
    assert (report.notes["event_not_read"], report.rejected) == (1, 0), "an aggregation may lack its parent"


# -- retractions ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("turned", [False, True], ids=["event first", "retraction first"])
@pytest.mark.parametrize("with_id", [True, False], ids=["by id", "by content"])
def test_an_event_and_its_retraction_ship_nothing_in_either_order(tmp_path: Path, turned: bool, with_id: bool) -> None:
    """Trap 40."""
    both = [dict(EVENTS[5]), dict(EVENTS[6])]
    for one in both:
        if not with_id:
            del one["eventID"]
    items, report = of(tmp_path, *(both[::-1] if turned else both))
    assert items == []
    assert (report.notes["retraction"], report.notes["event_retracted"], report.rejected) == (1, 1, 0)


def test_a_retraction_in_another_file_of_the_folder_counts(tmp_path: Path) -> None:
    """Trap 40."""
    for name, event in (("a.json", EVENTS[6]), ("b.jsonld", EVENTS[5])):
        document = {"type": "EPCISDocument", "epcisBody": {"eventList": [event]}}
        (tmp_path / name).write_text(json.dumps(document), "utf-8")
    (tmp_path / "notes.json").write_text("{}", "utf-8")
    items, report = read(EpcisLoader(), tmp_path)
    assert items == []
    assert report.notes["event_retracted"] == 1
    assert [r.file for r in report.rejects] == ["notes.json"]


def test_a_retraction_that_comes_alone_is_told_and_a_folder_of_the_same_series_takes_the_event_back(
    tmp_path: Path,
) -> None:
    _, report = of(tmp_path, EVENTS[6])
    assert (report.notes["retraction"], report.notes["retraction_alone"]) == (1, 1)
    with graph.sqlite.open(tmp_path / "store.kedja") as store:
        folder = tmp_path / "both"
        folder.mkdir()
        ours = {"series": "ours", "publisher": "A haulier"}
        for day, (name, event) in enumerate((("a", EVENTS[5]), ("b", EVENTS[6])), start=1):
            document = {"type": "EPCISDocument", "creationDate": f"2026-01-0{day}", "epcisBody": {"eventList": [event]}}
            (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")
            path = folder / "a.json" if day == 1 else folder
            loaded = load(store, EpcisLoader(), path, now=datetime(2026, 2, day, tzinfo=UTC), options=ours)
            links = [link.type for link in store.links(At(loaded.publication.number, Secrecy.RESTRICTED))]
            assert ("SELLS_TO" in links) == (day == 1)


def test_files_whose_names_differ_after_a_point_are_series_of_their_own(tmp_path: Path) -> None:
    series = set()
    for name in ("plant 4.1.jsonld", "plant 4.2.jsonld", "plant 4.2.JSON"):
        (tmp_path / name).write_text((OURS / "events.jsonld").read_text("utf-8"), "utf-8")
        series.add(EpcisLoader().source(tmp_path / name, {}).series)
    assert series == {"epcis-plant 4.1", "epcis-plant 4.2"}


@pytest.mark.parametrize("kind", ["ObjectEvent", "TransactionEvent"])
def test_what_is_taken_out_of_an_order_or_out_of_use_does_not_move(tmp_path: Path, kind: str) -> None:
    moved = next(one for one in EVENTS if one.get("bizStep") == "shipping")
    shipped, _ = of(tmp_path, {**moved, "type": kind, "action": "ADD"})
    assert pairs(shipped, "SELLS_TO")
    items, report = of(tmp_path, {**moved, "type": kind, "action": "DELETE"})
    assert items == []
    assert report.notes["event_not_read"] == 1


def test_the_corrected_event_stands_and_an_empty_declaration_is_one(tmp_path: Path) -> None:
    corrected = EVENTS[5] | {"eventID": "urn:uuid:8"}
    items, _ = of(tmp_path, EVENTS[5], EVENTS[6], corrected)
    assert pairs(items, "SELLS_TO") == [("gln:7350053002005", "gln:7350053005006")]
    items, _ = of(tmp_path, EVENTS[5], EVENTS[5] | {"errorDeclaration": {}})
    assert items == []


def test_the_same_event_twice_counts_once_and_another_with_its_id_is_rejected(tmp_path: Path) -> None:
    _, report = of(tmp_path, EVENTS[5], EVENTS[5])
    assert (report.notes["event_twice"], report.rejected) == (1, 0)
    _, report = of(tmp_path, EVENTS[5], EVENTS[4] | {"eventID": "urn:uuid:6"})
    assert [r.reason for r in report.rejects if r.row] == [Reason.DUPLICATE_KEY]


# -- identifiers ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("urn:epc:id:sgtin:0614141.107346.2017", Gs1(gtin="10614141073464", piece="21/2017")),
        ("https://id.gs1.org/01/10614141073464/21/2017", Gs1(gtin="10614141073464", piece="21/2017")),
        ("https://example.com/some/path/01/09520123456788", Gs1(gtin="9520123456788")),
        ("urn:epc:class:lgtin:4012345.012345.998877", Gs1(gtin="4012345123456", piece="10/998877")),
        ("urn:epc:idpat:sgtin:4012345.098765.*", Gs1(gtin="4012345987652")),
        ("urn:epc:id:sgln:0614141.07346.1234", Gs1(gln="0614141073467")),
        ("urn:epc:id:pgln:4012345.00225", Gs1(gln="4012345002256")),
        ("https://id.gs1.org/414/9520123456788", Gs1(gln="9520123456788")),
        ("https://id.gs1.org/01/09520123456789", None),
        ("urn:epc:id:sscc:0614141.1234567890", None),
        ("https://example.com/01/2026", None),
    ],
)
def test_an_identifier_of_gs1_is_read_however_it_is_written(text: str, means: Gs1 | None) -> None:
    assert gs1_of(text) == means


# -- rejects and damage --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"eventTime": "yesterday"}, Reason.NOT_A_DATE), ({"type": "QuantityEvent"}, Reason.NOT_UNDERSTOOD)],
)
def test_an_event_that_cannot_be_read_costs_itself(tmp_path: Path, changed: dict[str, str], reason: Reason) -> None:
    _, report = of(tmp_path, EVENTS[0], EVENTS[4] | changed)
    assert (report.accepted, report.rejected) == (1, 1)
    assert [r.reason for r in report.rejects if r.row] == [reason]


def test_fields_that_are_not_read_are_named() -> None:
    _, report = read(EpcisLoader(), OURS / "events.jsonld")
    assert [(r.column, r.value) for r in report.rejects if r.reason is Reason.FIELD_NOT_READ] == [("ilmd", "1")]


def test_a_bare_document_type_is_read_and_one_with_entities_is_not(tmp_path: Path) -> None:
    text = (OURS / "events.xml").read_text("utf-8")
    (tmp_path / "a.xml").write_text(text.replace("?>\n", "?>\n<!DOCTYPE project>\n", 1), "utf-8")
    assert len(read(EpcisLoader(), tmp_path / "a.xml")[0]) == len(read(EpcisLoader(), OURS / "events.xml")[0])


@pytest.mark.parametrize("name", ["events.jsonld", "events.xml"])
def test_damage_gives_an_error_or_a_report(tmp_path: Path, name: str) -> None:
    assert 0 < survives(EpcisLoader(), tmp_path / name, (OURS / name).read_bytes(), range(80)) < 80
