"""Entities as rows of the layout, with the records and other names that hang on them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import numpy as np

from graph.identity import entity_id
from graph.neo4j.bodies import Bodies, days, named
from graph.neo4j.layout import ALSO, RECORD, RISK, bound, encoded, fingerprint
from graph.neo4j.table import Row, Table, columns_of, mixed, tabled
from graph.questions.company import one_kind
from graph.snapshot.arrays import Bool
from graph.snapshot.entities import digests
from graph.snapshot.sayings import speaking, standing_of
from graph.snapshot.topology import LINK_TYPES, NODE_CODE, NODE_TYPES, STATUSES
from graph.snapshot.view import Snapshot, passes
from graph.sqlite import Store
from graph.store import I64, At, StoredRecord
from graph.texts import Texts
from ontology.model import NODES
from ontology.records import Common, Polarity
from ontology.roles import AT_WORK
from ontology.values import BEGINNING, END, to_day
from ontology.vocabulary import is_labour, risk_family, vocabulary


@dataclass(frozen=True)
class Things:
    """The entities of a publication. ``assessed`` are the risk types of which somebody has told."""

    store: Store
    at: At
    snapshot: Snapshot
    assessed: Collection[str]

    @cached_property
    def ordinals(self) -> I64:
        """63 bits of each vertex's id, shape (n,), in order."""
        ids = self.snapshot.topology.vertices.id
        return (digests(ids)[0] >> np.uint64(1)).astype(np.int64) if len(ids) else np.empty(0, np.int64)

    @cached_property
    def places(self) -> tuple[I64, I64]:
        """The row of each visible record, and its vertex."""
        batches = [np.empty((2, 0), np.int64), *(np.array(batch) for batch in self.store.record_places(self.at))]
        row, ordinal = np.concatenate(batches, axis=1)
        return row, np.searchsorted(self.ordinals, ordinal)

    @cached_property
    def moved(self) -> Mapping[str, list[str]]:
        """By entity, ids that find it and that nothing visible bears."""
        found: dict[str, list[str]] = {}
        for id_, entity in self.store.redirects(self.at):
            found.setdefault(entity, []).append(id_)
        return found

    @cached_property
    def spoken(self) -> Bool:
        """The vertices of which several records speak, or one that denies, shape (n,)."""
        found = np.zeros(self.snapshot.n, np.bool_)
        found[list(self.snapshot.topology.spoken)] = True
        return found

    @cached_property
    def one_kind(self) -> Bool:
        """The organisations whose known outputs are exactly one kind, shape (n,)."""
        s, found = self.snapshot, np.zeros(self.snapshot.n, np.bool_)
        active = np.unique(np.concatenate([s.ends(name)[1] for name in AT_WORK]))
        for vertex in active[s.topology.vertices.type[active] == NODE_CODE["Organisation"]].tolist():
            found[vertex] = one_kind(s, vertex)
        return found

    @cached_property
    def hash(self) -> I64:
        """Tells whether anything that hangs on a vertex may be another than before, shape (n,).

        What one record says never changes under its row; what several say is settled for the day, by the sources that
        say it now.
        """
        s, v = self.snapshot, self.snapshot.topology.vertices
        confidence = np.where(
            np.isnan(v.confidence), np.array([s.method.confidence[one] for one in STATUSES])[s.statuses], v.confidence
        )
        said = np.zeros(s.n, np.uint64)
        row, vertex = self.places
        np.bitwise_xor.at(said, vertex, mixed(row).astype(np.uint64))
        one = s.topology.sayings
        says = mixed(*map(_hashed, (one.record, one.source, one.publisher)), one.published)
        np.bitwise_xor.at(said, one.vertex, says.astype(np.uint64))
        found = [(s.vertex(entity), fingerprint(sorted(ids))) for entity, ids in self.moved.items()]
        moved = np.array([both for both in found if both[0] is not None], np.int64).reshape(-1, 2)
        np.bitwise_xor.at(said, moved[:, 0], mixed(moved[:, 1]).astype(np.uint64))
        risk = v.type == NODE_CODE[RISK]
        told = np.zeros(s.n, np.int64)
        told[risk] = [fingerprint(sorted(self.assessed))] * int(risk.sum())
        return mixed(
            self.ordinals, v.type, said, _hashed(v.keys), _hashed(v.name), v.ghost, s.statuses, confidence,
            np.isnan(v.confidence), v.valid_from, v.valid_to, s.alone_denied, s.has_input, self.one_kind, told,
            np.where(self.spoken, s.moment.days[0], 0),
        )  # fmt: skip

    def tables(self, size: int, chosen: Bool | None = None) -> Iterator[Table]:
        """All that hangs on the vertices, or on those that are chosen, so many at a time: nodes of entities first."""
        chosen = np.ones(self.snapshot.n, np.bool_) if chosen is None else chosen
        row, vertex = self.places
        some = chosen[vertex] & ~self.spoken[vertex]
        said = Bodies.of(self.store, self.at, "record", row[some], every=bool(chosen.all()))
        record = np.full(self.snapshot.n, -1, np.int64)
        record[vertex[some]] = said.places(row[some])
        kinds = self.snapshot.topology.vertices.type
        for code in np.unique(kinds[chosen]).tolist():
            alone = np.flatnonzero(chosen & ~self.spoken & (kinds == code))
            for first in range(0, len(alone), size):
                yield from self._alone(NODE_TYPES[code], alone[first : first + size], said, record)
        several = np.flatnonzero(chosen & self.spoken)
        for first in range(0, len(several), size):
            yield from tabled(self._several(several[first : first + size]))

    # -- of which one record speaks, or none ------------------------------------------------------------------
    def _alone(self, kind: str, vertices: I64, said: Bodies, record: I64) -> Iterator[Table]:
        s, v, declared = self.snapshot, self.snapshot.topology.vertices, NODES[kind].properties
        ids, names = list(v.id.take(vertices)), list(v.name.take(vertices))
        keys = [text.split("\n")[:-1] for text in v.keys.take(vertices)]
        here = record[vertices]
        base, listed, *_ = (said.texts(column, here) for column in range(4))
        given = [json.loads(text) for text in v.properties.take(vertices)]
        rows = [{"name": name, **encoded(declared, properties)} for name, properties in zip(names, given, strict=True)]
        own = [json.loads(text)[0] if text else min(all_, default="") for text, all_ in zip(listed, keys, strict=True)]
        columns: dict[str, Any] = {
            **columns_of(rows),
            "key": own,
            "keys": keys,
            "status": named([one.value for one in STATUSES], s.statuses[vertices]),
            "confidence": [s.statement_confidence(vertex) for vertex in vertices.tolist()],
            "confidence_stated": (~np.isnan(v.confidence[vertices])).tolist(),
            "valid_from": days(v.valid_from[vertices]),
            "valid_to": days(v.valid_to[vertices]),
            "ghost": [True if ghost else None for ghost in v.ghost[vertices].tolist()],
            "record": [text or None for text in base],
            **said.where(here),
        }
        columns["sources"] = [[source] if source else [] for source in columns["source"]]
        if "inputs_known" in declared:
            columns["open"] = [s.is_open(vertex) for vertex in vertices.tolist()]
        if kind == "Organisation":
            columns["one_kind"] = self.one_kind[vertices].tolist()
        if kind == RISK:
            columns |= columns_of([_risk(all_, self.assessed) for all_ in keys])
        yield Table(kind, ids, self.hash[vertices], columns=columns)
        yield from tabled(
            row
            for id_, name, key, all_, text, properties in zip(ids, names, own, keys, base, given, strict=True)
            for row in _aliases(id_, name, key, [*all_, *self.moved.get(id_, ())], [(text, properties)] if text else [])
        )

    # -- of which several speak -------------------------------------------------------------------------------
    def _several(self, vertices: I64) -> Iterator[Row]:
        ids = [self.snapshot.id(vertex) for vertex in vertices.tolist()]
        groups: dict[str, list[StoredRecord]] = {id_: [] for id_ in ids}
        for record in self.store.records(self.at, entities=ids):
            groups[record.entity].append(record)
        for vertex, id_ in zip(vertices.tolist(), ids, strict=True):
            yield from self._one(vertex, id_, groups[id_])

    def _one(self, vertex: int, id_: str, records: list[StoredRecord]) -> Iterator[Row]:
        s, keys = self.snapshot, self.snapshot.keys(vertex)
        kind = s.type(vertex)
        named = next((record for record in records if entity_id(record.id) == id_), records[0])
        facts = self._settled(vertex, kind)
        facts |= {"key": named.keys[0], "keys": list(keys), "sources": sorted({record.source for record in records})}
        if kind == RISK:
            facts |= _risk(keys, self.assessed)
        apart = list(records)
        if len(records) == 1 and _is_plain(s, vertex, records[0]):
            facts |= {"record": records[0].id, **_where(records[0].common, records[0].source, records[0].locator)}
            apart = []
        yield Row(kind, id_, facts)
        yield from (_record(record) for record in apart)
        said = [(record.id, record.properties) for record in records]
        yield from _aliases(id_, facts["name"], facts["key"], [*keys, *self.moved.get(id_, ())], said)

    def _settled(self, vertex: int, kind: str) -> dict[str, Any]:
        s, v = self.snapshot, self.snapshot.topology.vertices
        stated = standing_of(speaking(s.topology.said_of(vertex), *s.moment.days))[1]
        conflicts = [dispute.property for dispute in s.disputes(vertex)]
        return {
            "name": s.name(vertex),
            **encoded(NODES[kind].properties, s.properties(vertex)),
            "status": s.status(vertex).value,
            "confidence": s.statement_confidence(vertex),
            "confidence_stated": not np.isnan(stated),
            "valid_from": bound(int(v.valid_from[vertex])),
            "valid_to": bound(int(v.valid_to[vertex])),
            **({"denied": True} if s.only_denied(vertex) else {}),
            **({"open": s.is_open(vertex)} if "inputs_known" in NODES[kind].properties else {}),
            **({"one_kind": bool(self.one_kind[vertex])} if kind == "Organisation" else {}),
            **({"conflicts": conflicts} if conflicts else {}),
        }


def _is_plain(snapshot: Snapshot, vertex: int, record: StoredRecord) -> bool:
    """Whether an entity says all that its one record does."""
    said = encoded(NODES[record.type].properties, record.properties)
    same = said == encoded(NODES[record.type].properties, snapshot.properties(vertex))
    return same and record.common.polarity is Polarity.ASSERTED and record.type == snapshot.type(vertex)


def _where(common: Common, source: str, locator: str) -> dict[str, Any]:
    """Who says a record, and where."""
    told = {"locator": locator, "cites": common.cites}
    return {"source": source, "secrecy": common.secrecy.name.lower(), **{n: text for n, text in told.items() if text}}


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
        "valid_from": bound(to_day(common.valid_from, BEGINNING)),
        "valid_to": bound(to_day(common.valid_to, END)),
        **_where(common, record.source, record.locator),
    }
    if common.confidence is not None:
        facts["confidence"] = common.confidence
    return Row(RECORD, record.id, facts, target=record.entity)


def _aliases(
    id_: str, name: str, key: str, keys: Iterable[str], said: Iterable[tuple[str, Mapping[str, Any]]]
) -> Iterator[Row]:
    """Other names than an entity's own; ``said`` are the id and properties of its records."""
    names = {*keys}
    for record, properties in said:
        names |= {str(properties[part]) for part in ("name", "name_sv") if properties.get(part)}
        names.add(entity_id(record))
    for other in sorted(names - {name, key, id_, ""}):
        yield Row(ALSO, other, {}, source=other, target=id_)


def _risk(keys: Iterable[str], told_of: Collection[str]) -> dict[str, Any]:
    """What the declaration says of a risk type, its family and along which links it passes; and whether anybody has
    assessed it: where nobody has, no contract is said to be exposed or not."""
    name = risk_of(keys)
    if name is None:
        return {}
    table = passes(risk_family(name), is_labour(name))
    return {
        "family": risk_family(name).value,
        "labour": is_labour(name),
        "assessed": name in told_of,
        "passes": [kind for code, kind in enumerate(LINK_TYPES) if table[code]],
    }


def risk_of(keys: Iterable[str]) -> str | None:
    """The declared risk type that has one of some keys."""
    for key in keys:
        scheme, _, value = key.partition(":")
        if scheme == "risk" and value in vocabulary("risk-types"):
            return value
    return None


def _hashed(texts: Texts) -> I64:
    """63 bits of each text, shape (n,)."""
    blob, start = texts.blob.tobytes(), texts.start.tolist()
    found = [
        int.from_bytes(blake2b(blob[low:high], digest_size=8).digest(), "big") >> 1 for low, high in pairwise(start)
    ]
    return np.array(found, np.int64)
