"""What a graph has and what it should have: a difference of multisets of rows, by their hashes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from graph.neo4j.layout import ALIAS, ALSO, ENTITY, RECORD, RELATIONSHIPS, SOURCE
from graph.neo4j.row import Row
from graph.neo4j.server import Given, Server
from graph.store import I64
from graph.texts import Texts
from ontology.model import NODES

NODE_KINDS = (SOURCE, *sorted(NODES), RECORD)
KINDS = (*NODE_KINDS, ALSO, *RELATIONSHIPS)
"""Every kind of row, in the order of writing."""

Read = Callable[[str, Given | None], list[Any]]
"""What gives the rows of a statement, in a transaction or without."""


class Gone(NamedTuple):
    """A row that is to leave: so many of those with this id and hash."""

    id: str
    hash: int
    times: int


def pattern(kind: str) -> str:
    """How rows of a kind, and what others have put there under the same name, are matched as ``x``."""
    return f"(x:`{kind}`)" if kind in (*NODE_KINDS, ALIAS) else f"()-[x:`{kind}`]->()"


def counts(read: Read, expected: Mapping[str, int] | None = None) -> dict[str, int]:
    """How many there are of each kind. What others have put there under the same name is told apart where the number
    is not as expected."""
    each = " UNION ALL ".join(f"MATCH {pattern(kind)} WITH count(x) AS n RETURN '{kind}' AS kind, n" for kind in KINDS)
    found = {kind: int(n) for kind, n in read(each, None)}
    for kind in KINDS:
        if expected is not None and found[kind] != expected.get(kind, 0):
            found[kind] = int(read(f"MATCH {pattern(kind)} WHERE x.hash IS NOT NULL RETURN count(x)", None)[0][0])
    return found


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
        ids: dict[str, list[str]] = {kind: [] for kind in KINDS}
        hashes: dict[str, list[int]] = {kind: [] for kind in KINDS}
        nodes = (
            f"MATCH (x) WHERE x.hash IS NOT NULL AND NOT x:{ALIAS}"
            f" RETURN CASE WHEN x:{ENTITY} THEN head([l IN labels(x) WHERE l IN $kinds]) ELSE labels(x)[0] END,"
            " x.id, x.hash"
        )
        links = "MATCH (s)-[x]->() WHERE x.hash IS NOT NULL RETURN type(x), coalesce(x.id, s.name), x.hash"
        for what in (nodes, links):
            for kind, one, said in server.stream(what, {"kinds": list(NODES)}):
                if kind in ids:
                    ids[kind].append(one)
                    hashes[kind].append(said)
        return Graph({kind: Standing.of(ids[kind], hashes[kind]) for kind in KINDS})

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
