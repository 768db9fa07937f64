"""A store file of one publication, filled at once from what a projection of it holds: read like any other store.

What is history is not in it: its runs are only numbered, and there are no judgements and no older versions. Where a
thing stands was decided by the record, and is given.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count, groupby
from pathlib import Path
from typing import TypeVar

from graph.identity import content_hash, entity_id, ghost_id, ordinal
from graph.sqlite import schema
from graph.sqlite.adding import Row, insert, link_rows, record_rows
from graph.sqlite.core import stamp
from graph.sqlite.schema import SHIFT
from graph.store import Entity, Publication, RunState
from graph.stored import describe_source, facts_of
from ontology.records import Link, Record, Source, canonical, link_order
from ontology.values import BEGINNING, END

BATCH = 10_000


@dataclass(frozen=True, slots=True)
class PlacedRecord:
    """A record with its id, the entity that it describes, and the id of the source that says it."""

    item: Record
    id: str
    entity: str
    said: str


@dataclass(frozen=True, slots=True)
class PlacedLink:
    """A link with its id, the entities that it is between, and the id of the source that says it."""

    item: Link
    id: str
    source: str
    target: str
    said: str


P = TypeVar("P", PlacedRecord, PlacedLink)


def fill(
    path: Path, published: Publication, sources: Sequence[Source], records: Sequence[PlacedRecord],
    ghosts: Iterable[Entity], links: Iterable[Sequence[PlacedLink]], moved: Iterable[tuple[str, str]],
) -> None:  # fmt: skip
    """Make a store at ``path``, where there is none yet.

    ``published`` is the publication by the number that the clearance knows it by; ``links`` come in batches; ``moved``
    are ids and the entities that they find, as ``Store.redirects`` gives them.
    """
    schema.create(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode=DELETE", "synchronous=OFF", "cache_size=-131072"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.execute("INSERT INTO kind(name) VALUES ('')")  # which table of its source says a thing is not told
        connection.execute("BEGIN")
        kinds = dict(connection.execute("SELECT name, number FROM kind").fetchall())
        bases = _Bases(kinds)
        bases.read(records, ghosts, moved)
        with schema.without_indexes(connection):
            _Filling(connection, kinds, bases, _runs(connection, published, sources)).fill(records, links)
        connection.execute("COMMIT")


def _runs(connection: sqlite3.Connection, published: Publication, sources: Sequence[Source]) -> dict[str, int]:
    """As many publications as the clearance knows of, the last of them with the sources; gives the run of each."""
    told, said = stamp(published.at), {}
    first = published.number - len(sources) + 1
    for run in range(1, published.number + 1):
        row: Row = (None,) * 6
        if run >= first:
            one = sources[run - first]
            said[one.id] = run
            row = (one.id, one.series_key, one.edition, one.mode, int(one.secrecy), describe_source(one))
        connection.execute(
            "INSERT INTO run(run, kind, state, owner, source, series, edition, mode, secrecy, described, loader,"
            " version, options, fingerprint, began, publication)"
            " VALUES (?,'projection',?,'',?,?,?,?,?,?,'','','{}','',?,?)",
            (run, RunState.PUBLISHED, *row, told, run),
        )
        connection.execute("INSERT INTO publication VALUES (?,?,?)", (run, run, told))
    return said


@dataclass(slots=True)
class _Bases:
    """The bases by their ids, and which of them are the heads of entities."""

    kinds: Mapping[str, int]
    nodes: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    """By entity."""
    stands: dict[str, str] = field(default_factory=dict)
    """The head of each base that is none."""
    keys: list[tuple[str, str]] = field(default_factory=list)
    """(ghost, record) where no visible record says the key."""
    gone: list[str] = field(default_factory=list)
    """Records that were taken back and find a ghost."""
    unsaid: dict[str, list[str]] = field(default_factory=dict)
    """The bases of a ghost that no link has named yet."""

    def read(self, records: Iterable[PlacedRecord], ghosts: Iterable[Entity], moved: Iterable[tuple[str, str]]) -> None:
        holders: dict[str, set[str]] = {}
        for one in records:
            self._add(one.id, one.item.type, None)
            if one.entity not in self.heads or entity_id(one.id) == one.entity:
                self.heads[one.entity] = one.id
            for key in one.item.keys:
                ghost = self._add(ghost_id(one.item.type, key), one.item.type, key)
                holders.setdefault(ghost, set()).add(one.entity)
        some = dict(self.heads)
        for one in records:
            if entity_id(self.heads[one.entity]) != one.entity:  # a ghost names it
                self.heads[one.entity] = self._head(one.entity, one.item.type, one.id)
        for unknown in ghosts:
            self._ghost(unknown)
        self.stands |= {one.id: self.heads[one.entity] for one in records if one.id != self.heads[one.entity]}
        own = set(self.heads.values())
        alone = ((ghost, next(iter(held))) for ghost, held in holders.items() if len(held) == 1 and ghost not in own)
        self.stands |= {ghost: self.heads[entity] for ghost, entity in alone}
        for id_, entity in moved:
            if entity in some and "r" + id_[1:] not in self.nodes:
                self.stands[self._head(id_, "", some[entity])] = self.heads[entity]
            elif entity in self.heads and self.nodes.keys().isdisjoint(("r" + id_[1:], "g" + id_[1:])):
                self.gone.append(self._add("r" + id_[1:], "", None))
                self.stands[self.gone[-1]] = self.heads[entity]

    def _add(self, id_: str, kind: str, key: str | None) -> str:
        if id_ not in self.nodes:
            self.nodes[id_] = len(self.rows)
            self.rows.append((len(self.rows), ordinal(id_), id_, self.kinds[kind], key))
        return id_

    def _head(self, entity: str, kind: str, record: str) -> str:
        """The ghost of an entity's id, which finds a record even where none says its key."""
        ghost = self._add("g" + entity[1:], kind, "")
        self.keys.append((ghost, record))
        return ghost

    def _ghost(self, entity: Entity) -> None:
        bases = [self._add(ghost_id(entity.type, key), entity.type, key) for key in entity.keys]
        head = self.heads[entity.id] = self._add("g" + entity.id[1:], entity.type, entity.keys[0])
        self.unsaid[entity.id] = others = [base for base in bases if base != head]
        self.stands |= dict.fromkeys(others, head)

    def end(self, entity: str) -> str:
        """The base by which a link names an entity: each key of a ghost is said by some link."""
        waiting = self.unsaid.get(entity)
        return waiting.pop() if waiting else self.heads[entity]


class _Filling:
    def __init__(
        self, connection: sqlite3.Connection, kinds: Mapping[str, int], bases: _Bases, runs: Mapping[str, int]
    ) -> None:
        self.connection, self.kinds, self.bases, self.runs = connection, kinds, bases, runs
        self.places = {run: count() for run in runs.values()}

    def fill(self, records: Sequence[PlacedRecord], links: Iterable[Sequence[PlacedLink]]) -> None:
        nodes = self.bases.nodes
        insert(self.connection, "base", self.bases.rows)
        stands = enumerate(sorted((nodes[base], nodes[head]) for base, head in self.bases.stands.items()))
        insert(
            self.connection, "member", [((1 << SHIFT) + n, base, head, base, "", None) for n, (base, head) in stands]
        )
        self._keys((nodes[ghost], nodes[record]) for ghost, record in self.bases.keys)
        for begin in range(0, len(records), BATCH):
            for run, group in self._by_run(records[begin : begin + BATCH]):
                self._records(run, group)
        for batch in links:
            for run, said in self._by_run(batch):
                self._links(run, said)
        self._gone()

    def _by_run(self, batch: Iterable[P]) -> Iterator[tuple[int, list[P]]]:
        ordered = sorted(batch, key=lambda one: one.said)
        return ((self.runs[said], list(group)) for said, group in groupby(ordered, key=lambda one: one.said))

    def _keys(self, keys: Iterable[Row]) -> None:
        self.connection.executemany("INSERT OR IGNORE INTO record_key VALUES (?,?)", keys)

    def _records(self, run: int, batch: Sequence[PlacedRecord]) -> None:
        bases, places, told = self.bases, self.places[run], []
        for one in batch:
            text, secrecy = canonical(one.item.properties), one.item.common.secrecy
            ghosts = tuple(ghost_id(one.item.type, key) for key in one.item.keys)
            said = content_hash(one.item, text, secrecy)
            told.append((next(places), one.item, one.id, ghosts, text, said, facts_of(one.item.common, secrecy)))
        rows, bodies, keys = record_rows(told, bases.nodes, bases.nodes, run << SHIFT, run, self.kinds)
        heads = (bases.nodes[bases.heads[one.entity]] for one in batch)
        insert(self.connection, "record", [(*row, head, None) for row, head in zip(rows, heads, strict=True)])
        insert(self.connection, "record_body", bodies)
        self._keys(keys)

    def _gone(self) -> None:
        """What was taken back: all that is known of it is its id."""
        nodes, first, kind = self.bases.nodes, (1 << SHIFT) + (1 << SHIFT - 1), self.kinds[""]
        for row, base in enumerate(self.bases.gone, first):
            common = (kind, 0, 0, None, BEGINNING, END, 0, 1, row, 0, kind)
            insert(self.connection, "record", [(row, nodes[base], 0, 0, *common, nodes[self.bases.stands[base]], 1)])
            insert(self.connection, "record_body", [(row, "", "", "[]", "{}", *("",) * (3 + len(schema.FOUND_BY)))])

    def _links(self, run: int, batch: Sequence[PlacedLink]) -> None:
        bases, places, told = self.bases, self.places[run], []
        for one in batch:
            text, secrecy = canonical(one.item.properties), one.item.common.secrecy
            ends, said = (bases.end(one.source), bases.end(one.target)), content_hash(one.item, text, secrecy)
            facts = facts_of(one.item.common, secrecy)
            told.append((next(places), one.item, link_order(one.id), *ends, text, said, facts))
        rows, bodies = link_rows(told, bases.nodes, run << SHIFT, run, self.kinds)
        heads = ((bases.nodes[bases.heads[end]] for end in (one.source, one.target)) for one in batch)
        insert(self.connection, "link", [(*row, *ends, None) for row, ends in zip(rows, heads, strict=True)])
        insert(self.connection, "link_body", bodies)
