"""Links as rows of the layout, one for each period in which a statement holds and both its ends are valid."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from graph.neo4j.bodies import Bodies, days, named
from graph.neo4j.layout import DENIED, encoded, fingerprint
from graph.neo4j.table import ALL, BLOCKS, Table, columns_of, mixed
from graph.neo4j.things import Things
from graph.snapshot.periods import intersection, period
from graph.snapshot.sayings import validity
from graph.snapshot.topology import LINK_TYPES, STATUSES
from graph.store import I64, Bool
from ontology.model import LINKS
from ontology.records import Status, link_id
from ontology.values import BEGINNING, END

_RESOLVES = np.array([LINKS[name].resolves for name in LINK_TYPES])

FEW = 50_000
"""Links of one kind up to which it does not pay to part them into blocks."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The periods in which links hold, shape (rows,) each; one that holds on no day has an empty period."""

    edge: I64
    first: I64
    last: I64
    stretch: I64
    """The place of the period among those of its link."""
    cut: Bool
    """Whether the statement says another period."""


@dataclass(frozen=True)
class Statements:
    """The links between entities, stored and derived."""

    things: Things

    @cached_property
    def held(self) -> Held:
        """All rows, by link."""
        e, (low, high, broken) = self.things.snapshot.topology.edges, self._valid
        stated = e.valid_from.astype(np.int64), e.valid_to.astype(np.int64)
        first = np.maximum(np.maximum(low[e.source], low[e.target]), stated[0])
        last = np.minimum(np.minimum(high[e.source], high[e.target]), stated[1])
        empty = first >= last
        first[empty] = last[empty] = stated[0][empty]
        edge = np.arange(len(e))
        found = Held(edge, first, last, np.zeros(len(e), np.int64), (first != stated[0]) | (last != stated[1]) | empty)
        return self._broken(found, broken[e.source] | broken[e.target])

    @cached_property
    def _valid(self) -> tuple[I64, I64, Bool]:
        """When each vertex is valid, [from, to), and whether there are gaps in it; shape (n,) each."""
        topology = self.things.snapshot.topology
        low, high = topology.vertices.valid_from.astype(np.int64), topology.vertices.valid_to.astype(np.int64)
        broken = np.zeros(len(low), np.bool_)
        for vertex in topology.spoken:
            when = validity(topology.said_of(vertex)) or ((END, BEGINNING),)
            low[vertex], high[vertex], broken[vertex] = when[0][0], when[-1][1], len(when) > 1
        return low, high, broken

    def _broken(self, held: Held, broken: Bool) -> Held:
        """The same, where a link's end is valid with gaps in between."""
        if not broken.any():
            return held
        e, topology = self.things.snapshot.topology.edges, self.things.snapshot.topology
        rows = []
        for edge in np.flatnonzero(broken).tolist():
            stated = int(e.valid_from[edge]), int(e.valid_to[edge])
            when = period(*stated)
            for end in (int(e.source[edge]), int(e.target[edge])):
                v = topology.vertices
                said = topology.said_of(end)
                when = intersection(
                    when, validity(said) if said else period(int(v.valid_from[end]), int(v.valid_to[end]))
                )
            when = when or ((stated[0], stated[0]),)
            rows += [(edge, *one, place, when != (stated,)) for place, one in enumerate(when)]
        edge, first, last, stretch, cut = np.array(rows, np.int64).T
        kept = ~broken
        order = np.argsort(np.concatenate((held.edge[kept], edge)), kind="stable")
        return Held(
            np.concatenate((held.edge[kept], edge))[order], np.concatenate((held.first[kept], first))[order],
            np.concatenate((held.last[kept], last))[order], np.concatenate((held.stretch[kept], stretch))[order],
            np.concatenate((held.cut[kept], cut != 0))[order],
        )  # fmt: skip

    @cached_property
    def hash(self) -> I64:
        """Of each row: what a statement says never changes under its row in the record."""
        s, h = self.things.snapshot, self.held
        e, edge = s.topology.edges, h.edge
        facts = np.zeros(len(e), np.uint64)
        facts[e.derived] = fingerprint(s.method.name, s.method.version)
        np.bitwise_xor.at(facts, np.repeat(np.arange(len(e)), np.diff(e.fact_start)), mixed(e.fact).astype(np.uint64))
        ends = self.things.ordinals
        return mixed(
            e.row[edge], e.order[edge], e.type[edge], e.denied[edge], ends[e.source[edge]], ends[e.target[edge]],
            e.status[edge], s.confidence[edge], facts[edge], h.first, h.last, h.stretch,
        )  # fmt: skip

    def tables(self, size: int, chosen: Bool | None = None) -> Iterator[Table]:
        """All rows, or those that are chosen, so many at a time; neighbours seldom share a block."""
        e, h = self.things.snapshot.topology.edges, self.held
        rows = np.arange(len(h.edge)) if chosen is None else np.flatnonzero(chosen)
        stored = e.row[h.edge[rows]]
        said = Bodies.of(self.things.store, self.things.at, "link", stored[stored >= 0], every=chosen is None)
        edge = h.edge[rows]
        kind = np.where(e.denied[edge], len(LINK_TYPES), e.type[edge]) * 2 + e.derived[edge]
        for code in np.unique(kind).tolist():
            name = (*LINK_TYPES, DENIED)[code >> 1]
            for some, blocks in self._parted(rows[kind == code], size):
                yield self._table(name, some, said, blocks)

    def _parted(self, rows: I64, size: int) -> Iterator[tuple[I64, frozenset[int]]]:
        """Rows of one kind in parts, with the blocks that the ends of each lie in."""
        if len(rows) <= FEW:
            for first in range(0, len(rows), size):
                yield rows[first : first + size], ALL
            return
        e, n = self.things.snapshot.topology.edges, self.things.snapshot.n
        edge = self.held.edge[rows]
        one, other = (ends[edge].astype(np.int64) * BLOCKS // n for ends in (e.source, e.target))
        cell = np.minimum(one, other) * BLOCKS + np.maximum(one, other)
        order = np.argsort(cell, kind="stable")
        cells, start = np.unique(cell[order], return_index=True)
        parts = [
            (place, divmod(both, BLOCKS), order[first : min(first + size, high)])
            for both, low, high in zip(cells.tolist(), start.tolist(), [*start[1:].tolist(), len(order)], strict=True)
            for place, first in enumerate(range(low, high, size))
        ]
        # Pairs with one sum, counted round, have nothing in common.
        parts.sort(key=lambda part: (part[0], sum(part[1]) % BLOCKS, part[1]))
        for _, pair, some in parts:
            yield rows[some], frozenset(pair)

    def _table(self, kind: str, rows: I64, said: Bodies, blocks: frozenset[int]) -> Table:
        s, h, edge = self.things.snapshot, self.held, self.held.edge[rows]
        e, ids = s.topology.edges, s.topology.vertices.id
        derived, cut = bool(e.derived[edge[0]]), h.cut[rows]
        columns: dict[str, list[Any]] = {
            "status": named([status.value for status in STATUSES], e.status[edge]),
            "confidence": s.confidence[edge].tolist(),
            "confidence_stated": (~np.isnan(e.confidence[edge])).tolist(),
            "valid_from": days(h.first[rows]),
            "valid_to": days(h.last[rows]),
        }
        if cut.any():
            columns["stated_from"] = days(e.valid_from[edge], ~cut)
            columns["stated_to"] = days(e.valid_to[edge], ~cut)
            columns["stretch"] = [place or None for place in h.stretch[rows].tolist()]
        if (resolves := _RESOLVES[e.type[edge]] | derived).any():
            generic = (e.status[edge] == STATUSES.index(Status.GENERIC)) | derived
            columns["resolution"] = named(["item", "generic"], generic.astype(np.int64), ~resolves)
        if kind == DENIED:
            columns["type"] = named(LINK_TYPES, e.type[edge])
        if derived:
            columns["derived"] = [True] * len(edge)
            columns["rests_on"] = [list(e.facts(one)) for one in edge.tolist()]
            columns["method"] = [f"{s.method.name}/{s.method.version}"] * len(edge)
        else:
            places = said.places(e.row[edge])
            types = [LINK_TYPES[code] for code in e.type[edge].tolist()]
            columns |= columns_of([_properties(*one) for one in zip(types, said.texts(0, places), strict=True)])
            columns |= said.where(places)
        return Table(
            kind, [link_id(order, derived=derived) for order in e.order[edge].tolist()], self.hash[rows],
            list(ids.take(e.source[edge].astype(np.int64))), list(ids.take(e.target[edge].astype(np.int64))), columns,
            blocks,
        )  # fmt: skip


@lru_cache(maxsize=10_000)
def _properties(type: str, text: str) -> Mapping[str, Any]:
    return encoded(LINKS[type].properties, json.loads(text))
