"""The k worst paths to a vertex: those of the highest values that pass no vertex twice.

Yen, Finding the k shortest loopless paths in a network, Management Science 17(11), 1971; the paths left after each one
found are parted so that none is found twice (Lawler, Management Science 18(7), 1972).
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.kernels.best import Ways
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
    """The paths from ``start`` that begin with ``kept`` and go on by none of the ``banned`` links."""

    start: int
    kept: tuple[int, ...] = ()
    banned: frozenset[int] = frozenset()

    def without(self, path: Path) -> list[_Part]:
        """The rest once its best path is taken out, in parts that share no path."""
        first = len(self.kept)
        return [
            _Part(self.start, path.edges[:i], (self.banned if i == first else frozenset()) | {path.edges[i]})
            for i in range(first, len(path.edges))
        ]


class _Search:
    """Paths found and not yet told, each with its part."""

    def __init__(
        self, network: Network, seed: I32, value: F64, target: int, passes: F64, use_confidence: bool, k: int,
        most_links: int,
    ) -> None:  # fmt: skip
        self.network = network
        self.seed, self.value = seed, value
        self.target, self.passes, self.use_confidence = target, passes, use_confidence
        self.k = k
        self.links_left = most_links
        self.waiting: list[tuple[Order, int, Path, _Part]] = []
        self.number = itertools.count()
        self.values: list[float] = []
        """The k highest values met, the least first."""

    def meet(self, part: _Part, edges: Sequence[int]) -> None:
        path = self._path(part.start, edges)
        # Twelve digits, so that products which only rounding tells apart are tied, as in ``best_path``.
        rounded = float(f"{path.value:.11e}")
        order = (-rounded, len(edges), tuple(int(self.network.link[e]) for e in edges))
        heapq.heappush(self.waiting, (order, next(self.number), path, part))
        heapq.heappush(self.values, path.value)
        if len(self.values) > self.k:
            heapq.heappop(self.values)

    @property
    def floor(self) -> float:
        """What lies below it is not among the k best."""
        return self.values[0] * (1 - 1e-11) if len(self.values) == self.k else 0.0

    def _path(self, start: int, edges: Sequence[int]) -> Path:
        here = np.flatnonzero(self.seed == start)
        first = int(here[np.argmax(self.value[here])])
        return described(self.network, first, float(self.value[first]), start, edges, self.passes, self.use_confidence)

    def _ways(self, seed: I32, value: F64, *, whole: bool) -> Ways:
        return Ways(
            self.network, self.target, self.passes, self.use_confidence, seed, value, whole=whole, floor=self.floor
        )

    def from_each_seed(self) -> None:
        """Meet the best path of each of the k seeds that have the best ones: no other seed can have one of the k."""
        left = np.ones(len(self.seed), np.bool_)
        for _ in range(self.k):
            if self.links_left <= 0:
                return
            ways = self._ways(self.seed[left], self.value[left], whole=False)
            edges = ways.path()
            ways.close()
            self.links_left -= ways.looked
            if edges is None:
                return
            start = int(self.network.source[edges[0]]) if edges else self.target
            self.meet(_Part(start), edges)
            left &= self.seed != start

    def run(self) -> Paths:
        """Tell the best path met and meet the best of each part that is left without it."""
        self.from_each_seed()
        found: list[Path] = []
        if not self.waiting:
            return Paths((), truncated=self.links_left <= 0)
        ways = self._ways(self.seed, self.value, whole=True)
        self.links_left -= ways.looked
        while self.waiting and len(found) < self.k:
            _, _, path, part = heapq.heappop(self.waiting)
            found.append(path)
            if len(found) == self.k:
                break
            for rest in part.without(path):
                if self.links_left <= 0:
                    break
                before = ways.looked
                begun = self._path(rest.start, rest.kept)
                edges = ways.onward(begun.vertices, begun.value, sorted(rest.banned), self.floor)
                self.links_left -= ways.looked - before
                if edges is not None:
                    self.meet(rest, (*rest.kept, *edges))
            if self.links_left <= 0:
                break
        ways.close()
        return Paths(tuple(found), truncated=len(found) < self.k and self.links_left <= 0)


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
    return _Search(network, seed, value, target, checked_table(passes), use_confidence, k, most_links).run()
