"""The k worst paths to a vertex: those of the highest values that pass no vertex twice.

Yen, Finding the k shortest loopless paths in a network, Management Science 17(11), 1971; the paths left after each one
found are parted so that none is found twice (Lawler, Management Science 18(7), 1972).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.kernels.best import constrained
from graph.kernels.worst import Path, checked_seeds, checked_table, described
from graph.network import F64, I32, Network

MOST_LINKS = 50_000_000
"""Links looked at before the search gives up: a fixed number, so that the same question has the same answer."""
Order = tuple[float, int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Paths:
    """The best first. ``truncated``: the search gave up before it had ``k`` paths or knew that there are no more."""

    paths: tuple[Path, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """The paths that begin with ``kept``, and go on by none of ``banned``; without ``kept``, from none of ``unused``
    seed vertices."""

    kept: tuple[int, ...]
    banned: frozenset[int]
    start: int | None
    unused: frozenset[int] = frozenset()


class _Search:
    """The best path of each part, as links."""

    def __init__(
        self, network: Network, seed: I32, value: F64, target: int, passes: F64, use_confidence: bool, most_links: int
    ) -> None:
        self.network = network
        self.seed, self.value = seed, value
        self.target = target
        self.passes = passes
        self.use_confidence = use_confidence
        self.links_left = most_links

    def value_at(self, vertex: int) -> tuple[int, float]:
        """The seed of the highest value at a vertex, the first of equals, and its value."""
        here = np.flatnonzero(self.seed == vertex)
        first = int(here[np.argmax(self.value[here])])
        return first, float(self.value[first])

    def path(self, start: int, edges: Sequence[int]) -> Path:
        seed, value = self.value_at(start)
        return described(self.network, seed, value, start, edges, self.passes, self.use_confidence)

    def order(self, path: Path) -> Order:
        # Twelve digits, so that products which only rounding tells apart are tied, as in ``best_path``.
        rounded = float(f"{path.value:.11e}")
        return -rounded, len(path.edges), tuple(int(self.network.link[e]) for e in path.edges)

    def best(self, part: _Part) -> Path | None:
        if part.start is None:
            return self._from_seeds(part)
        begun = self.path(part.start, part.kept)
        here = begun.vertices[-1]
        if here == self.target:
            return None
        seed, value = np.array([here], np.int32), np.array([begun.value])
        found, looked = constrained(
            self.network, seed, value, self.target, self.passes, self.use_confidence,
            begun.vertices, sorted(part.banned),
        )  # fmt: skip
        self.links_left -= looked
        return None if found is None else self.path(part.start, (*part.kept, *found))

    def _from_seeds(self, part: _Part) -> Path | None:
        left = ~np.isin(self.seed, list(part.unused))
        found, looked = constrained(
            self.network, self.seed[left], self.value[left], self.target, self.passes, self.use_confidence, (), ()
        )
        self.links_left -= looked
        if found is None:
            return None
        return self.path(int(self.network.source[found[0]]) if found else self.target, found)

    def parts_without(self, part: _Part, path: Path) -> list[_Part]:
        """The rest of a part once its best path is taken out of it, in parts that share no path."""
        start = path.vertices[0]
        parts = []
        if part.start is None:
            parts.append(_Part((), frozenset(), None, part.unused | {start}))
        first = len(part.kept)
        for i in range(first, len(path.edges)):
            banned = part.banned if part.start is not None and i == first else frozenset()
            parts.append(_Part(path.edges[:i], banned | {path.edges[i]}, start))
        return parts


def k_paths(
    network: Network,
    seed_vertex: Any,
    seed_value: Any,
    target: int,
    passes: Any,
    k: int,
    *,
    use_confidence: bool,
    most_links: int = MOST_LINKS,
) -> Paths:
    """The k best paths from seeds to a target along which anything arrives, ties as in ``best_path``.

    A path may pass other seeds. Of several seeds at one vertex the highest counts. For the paths between two
    vertices give the one as a seed of value 1.
    """
    seed, value = checked_seeds(network, seed_vertex, seed_value)
    search = _Search(network, seed, value, target, checked_table(passes), use_confidence, most_links)
    found: list[Path] = []
    waiting: list[tuple[Order, int, Path, _Part]] = []
    count = 0
    parts = [_Part((), frozenset(), None)]
    while len(found) < k:
        for part in parts:
            if search.links_left <= 0:
                return Paths(tuple(found), truncated=True)
            best = search.best(part)
            if best is not None:
                count += 1
                heapq.heappush(waiting, (search.order(best), count, best, part))
        if not waiting:
            break
        _, _, path, part = heapq.heappop(waiting)
        found.append(path)
        parts = search.parts_without(part, path)
    return Paths(tuple(found), truncated=False)
