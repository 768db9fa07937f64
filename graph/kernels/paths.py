"""The k worst paths to a vertex: those of the highest values that pass no vertex twice.

Yen, Finding the k shortest loopless paths in a network, Management Science 17(11), 1971; the paths left after each one
found are parted so that none is found twice (Lawler, Management Science 18(7), 1972).
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.kernels.best import Ways
from graph.kernels.worst import Path, checked_seeds, checked_table, described
from graph.network import F64, I32, Network

MOST_LINKS = 50_000_000
"""Links looked at before the search gives up: a fixed number, so that the same question has the same answer."""
ROUNDING = 1e-9
"""How much of a product of very many weights may be rounding."""
NONE: I32 = np.empty(0, np.int32)
Order = tuple[float, int, bytes]


@dataclass(frozen=True, slots=True)
class Paths:
    """The best first. ``truncated``: the search gave up before it had ``k`` paths or knew that there are no more."""

    paths: tuple[Path, ...]
    truncated: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A path, the best of those that go as it does up to its vertex ``kept`` and on by none of the ``banned`` links."""

    path: Path
    kept: int
    banned: I32


class _Rest:
    """What is left of the paths of one that was told, in parts that share none: those that leave it at each place.

    The parts stand in the order of what they can be worth at most, and none is worked out before its turn: along a
    chain of a million links that is the difference between lines and squares.
    """

    def __init__(self, told: _Found, ways: Ways, start_value: float, floor: float) -> None:
        self.told = told
        path = told.path
        self.turnings = ways.turnings(path.passed, path.taken, start_value, told.kept, told.banned, floor)
        self._order = np.argsort(-self.turnings.bound, kind="stable")
        self._next = 0

    @property
    def bound(self) -> float:
        """What the best of the parts left can be worth at most; 0 where none is left."""
        return 0.0 if self._next == len(self._order) else float(self.turnings.bound[self._order[self._next]])

    def take(self) -> tuple[int, float, I32]:
        """The next part: the place at which it leaves the path, the value carried there, links it may not take."""
        row = self._order[self._next]
        self._next += 1
        place = int(self.turnings.place[row])
        banned = self.told.path.taken[place : place + 1]
        if place == self.told.kept:
            banned = np.sort(np.concatenate((banned, self.told.banned)))
        return place, float(self.turnings.gain[row]), banned


class _Search:
    """Paths found and not yet told, and what is left of those told."""

    def __init__(
        self, network: Network, seed: I32, value: F64, target: int, passes: F64, use_confidence: bool, k: int,
        most_links: int,
    ) -> None:  # fmt: skip
        self.network = network
        self.seed, self.value = seed, value
        self.target, self.passes, self.use_confidence = target, passes, use_confidence
        self.k = k
        self.links_left = most_links
        self.waiting: list[tuple[Order, int, _Found]] = []
        self.rests: list[tuple[float, int, _Rest]] = []
        self.told: list[Path] = []
        self.number = itertools.count()
        self.values: list[float] = []
        """The k highest values met, the least first."""

    def meet(self, start: int, edges: I32, kept: int, banned: I32) -> None:
        here = np.flatnonzero(self.seed == start)
        first = int(here[np.argmax(self.value[here])])
        value = float(self.value[first])
        path = described(self.network, first, value, start, edges, self.passes, self.use_confidence)
        # Twelve digits, so that products which only rounding tells apart are tied, as in ``best_path``. Big-endian, so
        # that bytes are ordered as the numbers are.
        order = (-float(f"{path.value:.11e}"), len(edges), self.network.link[edges].astype(">i4").tobytes())
        heapq.heappush(self.waiting, (order, next(self.number), _Found(path, kept, banned)))
        heapq.heappush(self.values, path.value)
        if len(self.values) > self.k:
            heapq.heappop(self.values)
        if len(self.waiting) > 2 * self.k:  # no more than k can be told: the others' memory is not kept
            self.waiting = heapq.nsmallest(self.k, self.waiting)

    @property
    def floor(self) -> float:
        """What lies below it is not among the k best."""
        return self.values[0] * (1 - 1e-11) if len(self.values) == self.k else 0.0

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
            start = int(self.network.source[edges[0]]) if len(edges) else self.target
            self.meet(start, edges, 0, NONE)
            left &= self.seed != start

    def run(self) -> Paths:
        """Tell the best path met and meet the best of each part that is left without it."""
        self.from_each_seed()
        if not self.waiting:
            return Paths((), truncated=self.links_left <= 0)
        ways = self._ways(self.seed, self.value, whole=True)
        self.links_left -= ways.looked
        while len(self.told) < self.k:
            self._meet_what_may_be_better(ways)
            if self.links_left <= 0 or not self.waiting:
                break
            self._tell(heapq.heappop(self.waiting)[-1], ways)
        ways.close()
        return Paths(tuple(self.told), truncated=len(self.told) < self.k and self.links_left <= 0)

    def _tell(self, found: _Found, ways: Ways) -> None:
        self.told.append(found.path)
        before = ways.looked
        rest = _Rest(found, ways, float(self.value[found.path.seed]), self.floor)
        self.links_left -= ways.looked - before
        self._put(rest)

    def _put(self, rest: _Rest) -> None:
        if rest.bound > 0:
            heapq.heappush(self.rests, (-rest.bound, next(self.number), rest))

    def _meet_what_may_be_better(self, ways: Ways) -> None:
        """Work out every part that may be worth as much as the best path met, for which it may have to wait."""
        while self.rests and self.links_left > 0:
            bound = -self.rests[0][0] * (1 + ROUNDING)
            if bound < self.floor or (self.waiting and bound < -self.waiting[0][0][0]):
                return
            rest = heapq.heappop(self.rests)[-1]
            place, gain, banned = rest.take()
            path, before = rest.told.path, ways.looked
            edges = ways.onward(path.passed[: place + 1], gain, banned, self.floor)
            self.links_left -= ways.looked - before
            if edges is not None:
                self.meet(int(path.passed[0]), np.concatenate((path.taken[:place], edges)), place, banned)
            self._put(rest)


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
