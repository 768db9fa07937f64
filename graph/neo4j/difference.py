"""What a graph has and what it should have: a difference of multisets of rows, by their hashes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from graph.neo4j.layout import ALIAS, ALSO, ENTITY, RECORD, RELATIONSHIPS, SOURCE
from graph.neo4j.rows import Row
from graph.neo4j.server import Server
from graph.store import I64
from graph.texts import Texts
from ontology.model import NODES

NODE_KINDS = (SOURCE, *sorted(NODES), RECORD)
KINDS = (*NODE_KINDS, ALSO, *RELATIONSHIPS)
"""Every kind of row, in the order of writing."""


class Gone(NamedTuple):
    """A row that is to leave: so many of those with this id and hash."""

    id: str
    hash: int
    times: int


def pattern(kind: str) -> tuple[str, str]:
    """How rows of a kind are matched as ``x``, and what gives their id."""
    if kind in NODES:
        return f"(x:{ENTITY}:`{kind}`)", "x.id"
    if kind in NODE_KINDS:
        return f"(x:`{kind}`)", "x.id"
    if kind == ALSO:
        return f"(a:{ALIAS})-[x:{ALSO}]->(e:{ENTITY})", "a.name"
    return f"()-[x:`{kind}`]->()", "x.id"


@dataclass(slots=True)
class Standing:
    """The rows of one kind that the graph has, in the order of their hashes, and how many of each are still wanted."""

    id: Texts
    hash: I64
    wanted: I64

    @staticmethod
    def of(ids: Sequence[str], hashes: Sequence[int]) -> Standing:
        found = np.array(hashes, np.int64)
        order = np.argsort(found, kind="stable")
        return Standing(Texts.of(ids).take(order), found[order], np.zeros(len(order), np.int64))

    def keep(self, hashes: I64) -> list[bool]:
        """Whether each row is there already; one that is asked for twice must be there twice."""
        low, high = np.searchsorted(self.hash, hashes), np.searchsorted(self.hash, hashes, side="right")
        kept = []
        for first, last in zip(low.tolist(), high.tolist(), strict=True):
            there = first < last and self.wanted[first] < last - first
            if there:
                self.wanted[first] += 1
            kept.append(there)
        return kept

    def gone(self) -> Iterator[Gone]:
        """What the graph has and should not have."""
        first = np.flatnonzero(np.diff(self.hash, prepend=-1) != 0)
        counts = np.diff(first, append=len(self.hash))
        left = counts - self.wanted[first]
        for place, times in zip(first[left > 0].tolist(), left[left > 0].tolist(), strict=True):
            yield Gone(self.id[place], int(self.hash[place]), times)


@dataclass(slots=True)
class Graph:
    """What a graph has: rows of Kedja's own by kind, without what other people have put there."""

    kinds: dict[str, Standing]

    @staticmethod
    def read(server: Server) -> Graph:
        kinds = {}
        for kind in KINDS:
            where, id_ = pattern(kind)
            ids: list[str] = []
            hashes: list[int] = []
            for one, said in server.stream(f"MATCH {where} WHERE x.hash IS NOT NULL RETURN {id_}, x.hash"):
                ids.append(one)
                hashes.append(said)
            kinds[kind] = Standing.of(ids, hashes)
        return Graph(kinds)

    @staticmethod
    def nothing() -> Graph:
        return Graph({kind: Standing.of((), ()) for kind in KINDS})

    def __len__(self) -> int:
        return sum(len(standing.hash) for standing in self.kinds.values())

    def lacking(self, rows: Sequence[Row]) -> list[tuple[Row, int]]:
        """Those of some rows that are not there, with their hashes."""
        hashes = [row.hash for row in rows]
        places: dict[str, list[int]] = {}
        for place, row in enumerate(rows):
            places.setdefault(row.kind, []).append(place)
        kept = [False] * len(rows)
        for kind, found in places.items():
            here = np.array([hashes[place] for place in found], np.int64)
            for place, there in zip(found, self.kinds[kind].keep(here), strict=True):
                kept[place] = there
        return [(row, said) for row, said, there in zip(rows, hashes, kept, strict=True) if not there]
