"""A small record with all that is hard to tell in a graph, and its snapshots."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import graph.sqlite
from graph.snapshot.reader import read_topology
from graph.snapshot.view import Known, Moment, Snapshot
from graph.sqlite import Store
from graph.store import At, Publication
from ontology.method import method
from ontology.records import Common, Link, Mode, Polarity, Record, Ref, Secrecy, Source, Status

DAY = date(2026, 11, 1)
SECRET = "Xylofonsson"
DENIED = Common(polarity=Polarity.DENIED, confidence=0.8)
INTERNAL = Common(secrecy=Secrecy.INTERNAL)


def told(number: int) -> datetime:
    """When the publication of this number is made."""
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)


def ref(type_: str, key: str) -> Ref:
    return Ref(type_, key if ":" in key else f"local:{key}")


def record(type_: str, key: str, name: str = "", *also: str, common: Common | None = None, **more: object) -> Record:
    key = key if ":" in key else f"local:{key}"
    return Record(type_, key, {"name": name or key, **more}, also=also, common=common or Common(), locator=f"of {key}")


def link(type_: str, source: Ref, target: Ref, *, common: Common | None = None, row: str = "", **more: object) -> Link:
    return Link(type_, source, target, more, common=common or Common(), locator="a row", row_key=row)


def source(series: str, edition: str = "1", mode: Mode = Mode.FULL) -> Source:
    return Source(series, edition, f"{series} {edition}", "A publisher", published=date(2026, 1, 2), mode=mode)


def load(store: Store, said: Source, items: Iterable[Record | Link]) -> Publication:
    """Load and publish some items."""
    number = len(store.publications()) + 1
    begun = store.begin(said, "test", "1", {}, told(number))
    store.add(begun.run, list(items))
    store.settle(begun.run, {})
    return store.publish(begun.run, told(number))


GLOVES: list[Record | Link] = [
    record("Contract", "gloves", "Gloves", kind="framework", awarded_value="18500000", currency="SEK", rank=1),
    record("Contract", "paper", "Paper", awarded_value="1234.50"),
    record("Step", "dipping", "Dipping", stage="final-manufacture", inputs_known="some"),
    record("Step", "latex", "Latex", stage="processing",
           common=Common(Status.VERIFIED, 0.9, valid_from=date(2024, 1, 1), valid_to=date(2027, 1, 1))),
    record("Site", "plant", "Plant", latitude=3.1, longitude=101.0, workers=1200),
    record("Organisation", "maker", "Maker Bhd", "lei:5493001KJTIIGC8Y1R12", roles=["producer"], name_sv="Makaren"),
    record("Organisation", "buyer", "Region"),
    record("RiskType", "risk:forced-labour", "Forced labour"),
    record("Finding", "found", "Passports kept", severity=3, standing="alleged", issued="2025-03-01",
           indicators=["retention-of-identity-documents"]),
    link("PERFORMS", ref("Site", "plant"), ref("Step", "dipping")),
    link("OPERATES", ref("Organisation", "maker"), ref("Site", "plant")),
    link("SUPPLIES", ref("Step", "latex"), ref("Step", "dipping"), share=0.25, common=Common(confidence=0.7)),
    link("SUPPLIES", ref("Step", "latex"), ref("Step", "dipping"), row="2",
         common=Common(Status.VERIFIED, valid_from=date(2025, 1, 1), valid_to=date(2026, 1, 1))),
    link("DELIVERED_UNDER", ref("Step", "dipping"), ref("Contract", "gloves"), common=Common(confidence=0.8)),
    link("DELIVERED_UNDER", ref("Step", "latex"), ref("Contract", "paper"), common=DENIED),
    link("SERVES", ref("Contract", "gloves"), ref("Organisation", "buyer"), role="buyer"),
    link("HOLDS", ref("Organisation", "nobody-told-of"), ref("Contract", "paper")),
    link("ABOUT", ref("Finding", "found"), ref("Site", "plant")),
    link("OF_TYPE", ref("Finding", "found"), ref("RiskType", "risk:forced-labour")),
]  # fmt: skip
"""Several periods of one link, a denied link, a ghost, a decimal, an amount with a trailing zero, dates and lists."""

OTHERS: list[Record | Link] = [
    record("Organisation", "other-key", "Maker Berhad", "lei:5493001KJTIIGC8Y1R12", legal_form="Sdn Bhd"),
    record("Organisation", "buyer-2", "Region (denied)", common=DENIED),
    record("Site", "secret-site", SECRET, common=INTERNAL),
    link("PERFORMS", ref("Site", "secret-site"), ref("Step", "latex"), common=INTERNAL),
]
"""A second source: another record of the same company, a record that is denied, and what not everybody may read."""


def world(path: Path) -> Store:
    """A record with two publications."""
    store = graph.sqlite.open(path)
    load(store, source("gloves"), GLOVES)
    load(store, source("others"), OTHERS)
    return store


def last(store: Store, clearance: Secrecy = Secrecy.PUBLIC) -> At:
    published = store.latest()
    return At(published.number if published else 0, clearance)


def frozen(store: Store, clearance: Secrecy = Secrecy.PUBLIC, day: date = DAY) -> Snapshot:
    """The snapshot of the last publication."""
    at, published = last(store, clearance), store.latest() or Publication(0, 0, told(0))
    seen = store.told(published, clearance)
    known = Known(at.publication, seen.at, clearance.name.lower(), seen.number)
    return Snapshot(read_topology(store, at), Moment(day), method(), known)
