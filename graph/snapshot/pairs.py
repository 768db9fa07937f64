"""The links of one type between vertices, looked up from either end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph.snapshot.arrays import I32, I64, ranges


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The live, asserted links of one type, both ways: ``of(v)`` are the edges that leave v, ``to(v)`` that arrive."""

    edge: I64
    source: I32
    target: I32
    _by_source: tuple[I64, I64]
    _by_target: tuple[I64, I64]

    @staticmethod
    def build(n: int, edge: I64, source: I32, target: I32) -> Pairs:
        def index(ends: I32) -> tuple[I64, I64]:
            order = np.argsort(ends, kind="stable")
            return np.searchsorted(ends[order], np.arange(n + 1)).astype(np.int64), order.astype(np.int64)

        return Pairs(edge, source, target, index(source), index(target))

    @staticmethod
    def _rows(index: tuple[I64, I64], vertices: tuple[int, ...]) -> I64:
        start, rows = index
        if len(vertices) == 1:
            return rows[start[vertices[0]] : start[vertices[0] + 1]]
        return rows[ranges(start, np.array(vertices, np.int64))]

    def targets(self, *vertices: int) -> list[int]:
        """Where the links that leave these vertices lead, each once, in order."""
        return sorted(set(self.target[self._rows(self._by_source, vertices)].tolist()))

    def sources(self, *vertices: int) -> list[int]:
        """Where the links that arrive at these vertices come from, each once, in order."""
        return sorted(set(self.source[self._rows(self._by_target, vertices)].tolist()))

    def of_each(self, vertices: I64) -> tuple[I64, I32]:
        """(vertex, where a link of it leads) of every link that leaves some vertices, in order, shape (links,)."""
        start, rows = self._by_source
        counts = start[vertices + 1] - start[vertices]
        return np.repeat(vertices, counts), self.target[rows[ranges(start, vertices)]]

    def leaving(self, *vertices: int) -> list[int]:
        """Edges (of the topology) that leave these vertices."""
        found: list[int] = self.edge[self._rows(self._by_source, vertices)].tolist()
        return found

    def arriving(self, *vertices: int) -> list[int]:
        """Edges (of the topology) that arrive at these vertices."""
        found: list[int] = self.edge[self._rows(self._by_target, vertices)].tolist()
        return found
