"""What a publication looks like as rows of the layout: from a record and its snapshot, in the order of writing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import numpy as np

from graph.identity import entity_id
from graph.neo4j.entering import Entering, Exposures
from graph.neo4j.holding import Ends
from graph.neo4j.layout import ALSO, DENIED, RECORD, RISK, SOURCE, WITHIN, bound, encoded
from graph.neo4j.row import Row
from graph.questions.company import one_kind
from graph.questions.exposed import assessed
from graph.snapshot.sayings import speaking, standing_of
from graph.snapshot.topology import LINK_TYPES, NODE_CODE, STATUSES
from graph.snapshot.view import Snapshot, passes
from graph.sqlite import Store
from graph.store import At, StoredLink, StoredRecord
from ontology.model import LINKS, NODES
from ontology.records import Common, Polarity, Source, Status
from ontology.values import BEGINNING, END, to_day
from ontology.vocabulary import is_labour, risk_family, vocabulary


def rows(store: Store, at: At, snapshot: Snapshot, entering: Entering) -> Iterator[Row]:
    """All rows of a publication: nodes first."""
    for id_, source in sorted(store.sources(at).items()):
        yield Row(SOURCE, id_, _source(source))
    yield from _entities(store, at, snapshot)
    yield from _within(snapshot)
    ends = Ends(snapshot)
    yield from _stored(store, at, snapshot, ends)
    yield from _derived(snapshot, ends)
    yield from entering.rows()
    yield from Exposures(snapshot).rows()


def _source(source: Source) -> dict[str, Any]:
    facts = {name: getattr(source, name) for name in source.__slots__}
    facts |= {"mode": source.mode.value, "secrecy": source.secrecy.name.lower()}
    return {name: value for name, value in facts.items() if value is not None}


# -- entities -------------------------------------------------------------------------------------------------------


def _entities(store: Store, at: At, snapshot: Snapshot) -> Iterator[Row]:
    vertices = snapshot.topology.vertices
    said = groupby(store.records(at), key=lambda record: record.entity)
    entity, records = next(said, (None, iter(())))
    for vertex, id_ in enumerate(vertices.id):
        group: list[StoredRecord] = []
        if id_ == entity:
            group = list(records)
            entity, records = next(said, (None, iter(())))
        yield from _entity(snapshot, vertex, id_, group)


def _entity(snapshot: Snapshot, vertex: int, id_: str, records: list[StoredRecord]) -> Iterator[Row]:
    kind, keys = snapshot.type(vertex), snapshot.keys(vertex)
    named = next((record for record in records if entity_id(record.id) == id_), records[0] if records else None)
    facts = _settled(snapshot, vertex, kind)
    facts |= {"key": named.keys[0] if named else min(keys, default=""), "keys": list(keys)}
    facts["sources"] = sorted({record.source for record in records})
    if kind == RISK:
        facts |= _risk(keys, assessed(snapshot))
    apart = list(records)
    if len(records) == 1 and _is_plain(snapshot, vertex, records[0]):
        facts |= {"record": records[0].id, **_where(records[0].common, records[0].source, records[0].locator)}
        apart = []
    yield Row(kind, id_, facts)
    yield from (_record(record) for record in apart)
    yield from _aliases(id_, facts, records)


def _settled(snapshot: Snapshot, vertex: int, kind: str) -> dict[str, Any]:
    v = snapshot.topology.vertices
    stated = float(v.confidence[vertex])
    if snapshot.several(vertex):
        stated = standing_of(speaking(snapshot.topology.said_of(vertex), *snapshot.moment.days))[1]
    conflicts = [dispute.property for dispute in snapshot.disputes(vertex)]
    return {
        "name": snapshot.name(vertex),
        **encoded(NODES[kind].properties, snapshot.properties(vertex)),
        "status": snapshot.status(vertex).value,
        "confidence": snapshot.statement_confidence(vertex),
        "confidence_stated": not np.isnan(stated),
        "valid_from": bound(int(v.valid_from[vertex])),
        "valid_to": bound(int(v.valid_to[vertex])),
        **({"ghost": True} if v.ghost[vertex] else {}),
        **({"denied": True} if snapshot.only_denied(vertex) else {}),
        **({"open": snapshot.is_open(vertex)} if "inputs_known" in NODES[kind].properties else {}),
        **({"one_kind": one_kind(snapshot, vertex)} if kind == "Organisation" else {}),
        **({"conflicts": conflicts} if conflicts else {}),
    }


def _is_plain(snapshot: Snapshot, vertex: int, record: StoredRecord) -> bool:
    """Whether an entity says all that its one record does."""
    said = encoded(NODES[record.type].properties, record.properties)
    same = said == encoded(NODES[record.type].properties, snapshot.properties(vertex))
    return same and record.common.polarity is Polarity.ASSERTED and record.type == snapshot.type(vertex)


def _where(common: Common, source: str, locator: str) -> dict[str, Any]:
    """Who says a record or link, and where."""
    return {"source": source, "locator": locator, "cites": common.cites, "secrecy": common.secrecy.name.lower()}


def _days(common: Common) -> tuple[int, int]:
    """[from, to) in days since 1970-01-01."""
    return to_day(common.valid_from, BEGINNING), to_day(common.valid_to, END)


def _period(common: Common) -> dict[str, Any]:
    first, last = _days(common)
    return {"valid_from": bound(first), "valid_to": bound(last)}


def _record(record: StoredRecord) -> Row:
    common = record.common
    facts = {
        "name": record.name,
        **encoded(NODES[record.type].properties, record.properties),
        "type": record.type,
        "key": record.keys[0],
        "keys": list(record.keys),
        "status": common.status.value,
        "denied": common.polarity is Polarity.DENIED,
        **_period(common),
        **_where(common, record.source, record.locator),
    }
    if common.confidence is not None:
        facts["confidence"] = common.confidence
    return Row(RECORD, record.id, facts, target=record.entity)


def _aliases(id_: str, facts: Mapping[str, Any], records: Iterable[StoredRecord]) -> Iterator[Row]:
    names = {key for key in facts["keys"] if key != facts["key"]}
    for record in records:
        names |= {str(record.properties[name]) for name in ("name", "name_sv") if record.properties.get(name)}
        names.add(entity_id(record.id))
    for name in sorted(names - {facts["name"], id_, ""}):
        yield Row(ALSO, name, {}, source=name, target=id_)


def _risk(keys: Iterable[str], told_of: Collection[str]) -> dict[str, Any]:
    """What the declaration says of a risk type, its family and along which links it passes; and whether anybody has
    assessed it: where nobody has, no contract is said to be exposed or not."""
    name = _risk_id(keys)
    if name is None:
        return {}
    table = passes(risk_family(name), is_labour(name))
    return {
        "family": risk_family(name).value,
        "labour": is_labour(name),
        "assessed": name in told_of,
        "passes": [kind for code, kind in enumerate(LINK_TYPES) if table[code]],
    }


def _risk_id(keys: Iterable[str]) -> str | None:
    for key in keys:
        scheme, _, value = key.partition(":")
        if scheme == "risk" and value in vocabulary("risk-types"):
            return value
    return None


def _within(snapshot: Snapshot) -> Iterator[Row]:
    """From each risk type to the broader one."""
    ids: dict[str, str] = {}
    for vertex in np.flatnonzero(snapshot.topology.vertices.type == NODE_CODE[RISK]).tolist():
        if name := _risk_id(snapshot.keys(vertex)):
            ids.setdefault(name, snapshot.id(vertex))
    for name, id_ in sorted(ids.items()):
        broader = vocabulary("risk-types")[name].broader
        if broader in ids:
            yield Row(WITHIN, f"{name}<{broader}", {}, source=id_, target=ids[broader])


# -- links ----------------------------------------------------------------------------------------------------------


def _stored(store: Store, at: At, snapshot: Snapshot, ends: Ends) -> Iterator[Row]:
    """Every statement of a link whose ends are there: a link whose end was erased goes with it."""
    for link in store.links(at):
        if link.source in ends.place and link.target in ends.place and link.type in LINKS:
            row = _link(link, snapshot.method.confidence[link.common.status])
            yield from ends.holding(row, *_days(link.common))


def _link(link: StoredLink, confidence: float) -> Row:
    declared, common = LINKS[link.type], link.common
    facts = {
        **encoded(declared.properties, link.properties),
        "status": common.status.value,
        "confidence": confidence if common.confidence is None else common.confidence,
        "confidence_stated": common.confidence is not None,
        **_period(common),
        **_where(common, link.origin, link.locator),
    }
    if declared.resolves:
        facts["resolution"] = "generic" if common.status is Status.GENERIC else "item"
    denied = common.polarity is Polarity.DENIED
    kind = {"type": link.type} if denied else {}
    return Row(DENIED if denied else link.type, link.id, {**facts, **kind}, link.source, link.target)


def _derived(snapshot: Snapshot, ends: Ends) -> Iterator[Row]:
    """The links that were made at the freeze, marked as such, with the links that they rest on."""
    edges, ids = snapshot.topology.edges, snapshot.topology.vertices.id
    method = f"{snapshot.method.name}/{snapshot.method.version}"
    for edge in np.flatnonzero(edges.derived).tolist():
        facts = {
            "derived": True,
            "rests_on": list(edges.facts(edge)),
            "method": method,
            "resolution": "generic",
            "status": STATUSES[edges.status[edge]].value,
            "confidence": float(snapshot.confidence[edge]),
            "confidence_stated": not np.isnan(edges.confidence[edge]),
            "valid_from": bound(int(edges.valid_from[edge])),
            "valid_to": bound(int(edges.valid_to[edge])),
        }
        source, target = ids[int(edges.source[edge])], ids[int(edges.target[edge])]
        row = Row(LINK_TYPES[edges.type[edge]], edges.id(edge), facts, source, target)
        yield from ends.holding(row, int(edges.valid_from[edge]), int(edges.valid_to[edge]))
