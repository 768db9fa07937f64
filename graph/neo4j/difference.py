"""What a graph has and what it should have: a difference of multisets of rows, by their hashes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from graph.neo4j.layout import ALIAS, ALSO, DESCRIBES, ENTITY, RECORD, RELATIONSHIPS, SOURCE
from graph.neo4j.server import Given, Server
from graph.neo4j.table import Table
from graph.store import I64, Bool
from graph.texts import Texts
from ontology.model import NODES

NODE_KINDS = (SOURCE, *sorted(NODES), RECORD)
KINDS = (*NODE_KINDS, ALSO, *RELATIONSHIPS)
"""Every kind of row, in the order of writing."""

AT_ONCE = 4_000
"""Entities of which all rows are read by one statement, about."""

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
    def of(ids: Sequence[str], hashes: Any) -> Standing:
        found = np.asarray(hashes, np.int64)
        order = np.argsort(found, kind="stable")
        return Standing(Texts.of(ids).take(order), found[order], np.zeros(len(order), np.int64))

    def lacks(self, hashes: I64) -> Bool:
        """Which rows are not there; one that is asked for twice must be there twice."""
        low, high = np.searchsorted(self.hash, hashes), np.searchsorted(self.hash, hashes, side="right")
        lacking: Bool = low == high
        for place in np.flatnonzero(~lacking).tolist():
            first = low[place]
            lacking[place] = self.wanted[first] == high[place] - first
            self.wanted[first] += not lacking[place]
        return lacking

    def gone(self) -> Iterator[Gone]:
        """What the graph has and should not have."""
        first = np.flatnonzero(np.diff(self.hash, prepend=-1) != 0)
        left = np.diff(first, append=len(self.hash)) - self.wanted[first]
        for place, times in zip(first[left > 0].tolist(), left[left > 0].tolist(), strict=True):
            yield Gone(self.id[place], int(self.hash[place]), times)


@dataclass(slots=True)
class Graph:
    """What a graph has: rows of Kedja's own by kind, without what other people have put there."""

    kinds: dict[str, Standing]

    @staticmethod
    def of(rows: Iterable[Sequence[Any]]) -> Graph:
        """From (kind, ids, hashes) of its rows."""
        ids: dict[str, list[str]] = {kind: [] for kind in KINDS}
        hashes: dict[str, list[I64]] = {kind: [np.empty(0, np.int64)] for kind in KINDS}
        for kind, names, found in rows:
            if kind in ids:
                ids[kind] += names
                hashes[kind].append(np.asarray(found, np.int64))
        return Graph({kind: Standing.of(ids[kind], np.concatenate(hashes[kind])) for kind in KINDS})

    def __len__(self) -> int:
        return sum(len(standing.hash) for standing in self.kinds.values())

    def lacks(self, table: Table) -> Bool:
        """Which rows of a table are not there."""
        return self.kinds[table.kind].lacks(table.hash)


def read_all(server: Server) -> Iterator[Sequence[Any]]:
    """(kind, ids, hashes) of all rows, those of some entities at a time: a list is read much quicker than rows."""
    yield from read_kinds(server, (SOURCE,))
    entities = server.read(f"MATCH (x:{ENTITY}) RETURN count(x)")[0][0]
    digits = next(digits for digits in range(1, 6) if entities < AT_ONCE * 16**digits)
    for part in range(16 ** (digits - 1)):
        start = f"e{part:0{digits - 1}x}" if digits > 1 else "e"
        yield from server.read(_ROWS, {"start": start, "kinds": list(NODES)})


def read_kinds(server: Server, kinds: Iterable[str]) -> Iterator[Sequence[Any]]:
    """The same of some kinds."""
    for kind in kinds:
        for ids, hashes in server.read(
            f"MATCH {pattern(kind)} WHERE x.hash IS NOT NULL RETURN collect(x.id), collect(x.hash)"
        ):
            yield kind, ids, hashes


_SOME = f"MATCH (e:{ENTITY}) WHERE e.id STARTS WITH $start"
_ROWS = (
    f"{_SOME} AND e.hash IS NOT NULL"
    " RETURN head([l IN labels(e) WHERE l IN $kinds]) AS kind, collect(e.id) AS ids, collect(e.hash) AS hashes"
    f" UNION ALL {_SOME} MATCH (e)<-[:{DESCRIBES}]-(x:{RECORD}) WHERE x.hash IS NOT NULL"
    f" RETURN '{RECORD}' AS kind, collect(x.id) AS ids, collect(x.hash) AS hashes"
    f" UNION ALL {_SOME} MATCH (e)<-[x:{ALSO}]-(a:{ALIAS}) WHERE x.hash IS NOT NULL"
    f" RETURN '{ALSO}' AS kind, collect(a.name) AS ids, collect(x.hash) AS hashes"
    f" UNION ALL {_SOME} MATCH (e)-[x]->() WHERE x.hash IS NOT NULL"
    " RETURN type(x) AS kind, collect(x.id) AS ids, collect(x.hash) AS hashes"
)
