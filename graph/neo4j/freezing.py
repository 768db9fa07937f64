"""A snapshot from a published graph: the very function that freezes a record reads its tables from Neo4j here.

What comes out has the hashes of the snapshot that was published, or it is refused: somebody has changed the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from graph.identity import content_hash, entity_id
from graph.neo4j import mark
from graph.neo4j.layout import DENIED, DESCRIBES, ENTITY, FIRST_DAY, LAST_DAY, RECORD, SOURCE, decoded
from graph.neo4j.mark import Mark
from graph.neo4j.server import Server, chunks
from graph.snapshot.reader import MARKED, read_topology
from graph.snapshot.topology import LINK_CODE, NODE_CODE, STATUSES, joined_keys
from graph.snapshot.view import Known, Moment, Snapshot
from graph.store import At, Entity, LinkColumns, RecordColumns, RunInfo, RunState, StoredLink
from graph.texts import Texts
from ontology.errors import StoreError
from ontology.method import method
from ontology.model import LINKS, NODES, VERSION
from ontology.records import Common, Mode, Polarity, Record, Secrecy, Source, Status, canonical, link_order
from ontology.values import BEGINNING, END, to_day

AT_ONCE = 1_000
"""Entities whose links are read by one statement, as one list."""
TRIES = 3

_AGAIN = "Publish again: kedja publish."


def freeze(server: Server) -> Snapshot:
    """The snapshot that a graph shows.

    Raises:
        StoreError: no graph of Kedja's, one that is not whole, of another ontology or method, or one that somebody has
            changed.
    """
    for _ in range(TRIES):
        stands = _standing(server)
        tables = Tables.read(server)
        if mark.read(server) == stands:
            return _frozen(server, stands, tables)
    raise StoreError(f"{server.address.url} is being published to, again and again.", remedy="Ask again later.")


def _standing(server: Server) -> Mark:
    stands, now = mark.read(server), method()
    if stands is None:
        raise StoreError(f"There is no graph of Kedja's in {server.address.url}.", remedy="Publish one: kedja publish.")
    if not stands.whole:
        raise StoreError(f"The graph in {server.address.url} is not whole: a publish is under way, or was cut short.",
                         remedy=_AGAIN)  # fmt: skip
    if (stands.ontology, stands.method) != (VERSION, f"{now.name}/{now.version}"):
        raise StoreError(
            f"The graph in {server.address.url} was published with ontology {stands.ontology} and method"
            f" {stands.method}; this Kedja has {VERSION} and {now.name}/{now.version}.",
            remedy=_AGAIN,
        )
    return stands


def _frozen(server: Server, stands: Mark, tables: Tables) -> Snapshot:
    at = At(stands.publication, Secrecy[stands.clearance.upper()])
    known = Known(stands.publication, stands.known_at.astimezone(UTC), stands.clearance)
    snapshot = Snapshot(read_topology(tables, at), Moment(stands.valid_at), method(), known)
    if snapshot.hash != f"{stands.topology}/{stands.weights}":
        raise StoreError(
            f"The graph in {server.address.url} is not the one that was published: somebody has changed it.",
            remedy="Remove it and publish it anew: kedja publish --remove, then kedja publish.",
        )
    return snapshot


@dataclass(slots=True)
class Tables:
    """What a graph says, as a freeze reads it: ``graph.snapshot.reader.Tables``."""

    known: list[Source] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    """The number of each entity, by its id."""
    records: list[_Said] = field(default_factory=list)
    unknown: list[Entity] = field(default_factory=list)
    batches: list[LinkColumns] = field(default_factory=list)
    marked: list[StoredLink] = field(default_factory=list)

    @staticmethod
    def read(server: Server) -> Tables:
        tables = Tables()
        said = {}
        for (held,) in server.stream(f"MATCH (s:{SOURCE}) WHERE s.hash IS NOT NULL RETURN properties(s)"):
            said[held["id"]] = len(tables.known)
            tables.known.append(_source(held))
        tables._read_entities(server, said)
        tables._read_links(server)
        return tables

    def _read_entities(self, server: Server, said: Mapping[str, int]) -> None:
        for kind, held in server.stream(
            f"MATCH (e:{ENTITY}) WHERE e.hash IS NOT NULL"
            " RETURN head([l IN labels(e) WHERE l IN $kinds]), properties(e)",
            {"kinds": list(NODES)},
        ):
            number = self.numbers[held["id"]] = len(self.numbers)
            if held.get("record"):
                self.records.append(_plain(kind, held, number, said))
            elif held.get("ghost"):
                self.unknown.append(Entity(held["id"], number, kind, tuple(held["keys"]), held["name"], ghost=True))
        for held, id_ in server.stream(
            f"MATCH (r:{RECORD})-[:{DESCRIBES}]->(e:{ENTITY}) WHERE r.hash IS NOT NULL RETURN properties(r), e.id"
        ):
            self.records.append(_apart(held, id_, self.numbers[id_], said))

    def _read_links(self, server: Server) -> None:
        for ids in chunks(self.numbers, AT_ONCE):
            ((rows,),) = server.read(_LINKS, {"ids": ids, "marked": MARKED})
            self._add([row for row in rows if row[2] in LINK_CODE or row[2] == DENIED])

    def _add(self, rows: Sequence[Sequence[Any]]) -> None:
        """``rows`` as ``_LINKS`` gives them."""
        first = sum(len(batch.row) for batch in self.batches)
        denied = [row[2] == DENIED for row in rows]
        kinds = [row[3] if no else row[2] for row, no in zip(rows, denied, strict=True)]
        self.batches.append(
            LinkColumns(
                row=np.arange(first, first + len(rows), dtype=np.int64),
                source=np.array([self.numbers[row[0]] for row in rows], np.int32),
                target=np.array([self.numbers[row[1]] for row in rows], np.int32),
                type=np.array([LINK_CODE[kind] for kind in kinds], np.int8),
                status=np.array([_STATUS[row[5]] for row in rows], np.int8),
                denied=np.array(denied, np.int8),
                confidence=np.array([row[6] if row[7] else np.nan for row in rows], np.float64),
                valid_from=np.array([_day(row[8]) for row in rows], np.int32),
                valid_to=np.array([_day(row[9]) for row in rows], np.int32),
                order=np.array([link_order(row[4]) for row in rows], np.int64),
            )
        )
        for place, (row, kind) in enumerate(zip(rows, kinds, strict=True)):
            if row[10] is not None:
                facts = decoded(LINKS[kind].properties, _native(row[10]))
                self.marked.append(
                    StoredLink(first + place, row[4], kind, row[0], row[1], 0, 0, "", "", facts, Common(), "", "")
                )

    # -- what a freeze asks -----------------------------------------------------------------------------------
    def link_columns(self, at: At, types: Iterable[str]) -> Iterator[LinkColumns]:  # noqa: ARG002 (all types)
        return iter(self.batches)

    def links(self, at: At, *, types: Iterable[str] | None = None) -> Iterator[StoredLink]:  # noqa: ARG002 (as MARKED)
        return iter(self.marked)

    def ghosts(self, at: At) -> Iterator[Entity]:  # noqa: ARG002 (the graph shows one publication)
        return iter(sorted(self.unknown, key=lambda entity: entity.id))

    def sources(self, at: At) -> dict[str, Source]:  # noqa: ARG002 (the graph shows one publication)
        return {source.id: source for source in self.known}

    def runs(self) -> list[RunInfo]:
        """A run for each source: the freeze asks what said a record, not when."""
        never = datetime(1970, 1, 1, tzinfo=UTC)
        return [
            RunInfo(number, "load", RunState.PUBLISHED, source, "", "", {}, {}, never, None)
            for number, source in enumerate(self.known)
        ]

    def record_columns(self, at: At) -> Iterator[RecordColumns]:  # noqa: ARG002 (the graph shows one publication)
        yield RecordColumns(
            id=Texts.of(one.entity for one in self.records),
            node=np.array([one.number for one in self.records], np.int32),
            base=Texts.of(one.id for one in self.records),
            primary=np.array([entity_id(one.id) == one.entity for one in self.records], np.bool_),
            hash=np.array([one.hash for one in self.records], np.int64),
            row=np.arange(len(self.records), dtype=np.int64),
            said=np.array([one.source for one in self.records], np.int64),
            type=np.array([NODE_CODE[one.record.type] for one in self.records], np.int8),
            status=np.array([STATUSES.index(one.record.common.status) for one in self.records], np.int8),
            denied=np.array([one.record.common.polarity is Polarity.DENIED for one in self.records], np.bool_),
            confidence=np.array(
                [np.nan if one.record.common.confidence is None else one.record.common.confidence
                 for one in self.records], np.float64,
            ),
            valid_from=np.array([one.valid_from for one in self.records], np.int32),
            valid_to=np.array([one.valid_to for one in self.records], np.int32),
            name=Texts.of(str(one.record.properties.get("name", "")) for one in self.records),
            keys=Texts.of(joined_keys(sorted(one.record.keys)) for one in self.records),
            properties=Texts.of(canonical(one.record.properties) for one in self.records),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Said:
    """A record of the entity with an id and a number; ``source`` is the source's number."""

    record: Record
    id: str
    entity: str
    number: int
    source: int
    valid_from: int
    valid_to: int

    @property
    def hash(self) -> int:
        """Orders two versions of one record as their store does."""
        return content_hash(self.record, canonical(self.record.properties), self.record.common.secrecy)


_STATUS = {status.value: code for code, status in enumerate(STATUSES)}

_LINKS = (
    f"UNWIND $ids AS id MATCH (s:{ENTITY} {{id: id}}) USING INDEX SEEK s:{ENTITY}(id)"
    f" MATCH (s)-[x]->(t:{ENTITY}) WHERE x.hash IS NOT NULL AND x.derived IS NULL AND x.stretch IS NULL"
    " RETURN collect([s.id, t.id, type(x), x.type, x.id, x.status, x.confidence, x.confidence_stated,"
    " coalesce(x.stated_from, x.valid_from), coalesce(x.stated_to, x.valid_to),"
    " CASE WHEN type(x) IN $marked OR x.type IN $marked THEN properties(x) END])"
)


def _plain(kind: str, held: Mapping[str, Any], number: int, said: Mapping[str, int]) -> _Said:
    """The one record of an entity, which says all that the entity does."""
    stated = held["confidence"] if held["confidence_stated"] else None
    return _record(kind, held, stated, held["record"], held["id"], number, said)


def _apart(held: Mapping[str, Any], entity: str, number: int, said: Mapping[str, int]) -> _Said:
    return _record(held["type"], held, held.get("confidence"), held["id"], entity, number, said)


def _record(
    kind: str, held: Mapping[str, Any], stated: float | None, id_: str, entity: str, number: int,
    said: Mapping[str, int],
) -> _Said:  # fmt: skip
    common = Common(
        Status(held["status"]), stated, Polarity.DENIED if held.get("denied") else Polarity.ASSERTED,
        Secrecy[held["secrecy"].upper()], cites=held.get("cites", ""),
    )  # fmt: skip
    record = Record(
        kind, held["key"], decoded(NODES[kind].properties, _native(held)),
        also=tuple(key for key in held["keys"] if key != held["key"]), common=common,
    )  # fmt: skip
    return _Said(record, id_, entity, number, said[held["source"]], _day(held["valid_from"]), _day(held["valid_to"]))


def _source(held: Mapping[str, Any]) -> Source:
    names = Source.__slots__
    facts = {name: value for name, value in _native(held).items() if name in names}
    made = Source(**facts)
    return replace(made, mode=Mode(held["mode"]), secrecy=Secrecy[held["secrecy"].upper()])


def _native(held: Mapping[str, Any]) -> dict[str, Any]:
    """Python's own days in place of the driver's."""
    return {name: value.to_native() if hasattr(value, "to_native") else value for name, value in held.items()}


def _day(held: Any) -> int:
    """A bound as days since 1970-01-01."""
    day: date = held.to_native()
    if day == FIRST_DAY:
        return BEGINNING
    return END if day == LAST_DAY else to_day(day, 0)
