"""Lens A, exactly and in float64: the worst credible path, docs/method.md.

The value of a path is ((seed * w_1) * w_2) * ... with w_e = c_e * t, or t alone in *high*. As no w_e is above 1 and
rounding keeps order, the greatest value over all walks is a fixpoint that one best-first search settles (Knuth,
A generalization of Dijkstra's algorithm, 1977), and cycles and links to oneself never raise it.
"""

# Compiled functions take whatever Numba infers.
# mypy: allow-untyped-defs
# ruff: noqa: C901

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graph import budget
from graph.kernels.best import Ways
from graph.kernels.common import FAR, LOOK, NEAR, SCRATCH, compiled, grown, halted, pop, push, vertices
from graph.kernels.layers import weight
from graph.kernels.llvm import prefetch
from graph.network import F64, I32, LINK_TYPES, Network
from ontology.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class Worst:
    """The value of the worst path to each target, 0 where none arrives, shape (t,)."""

    value: F64


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A path from a seed: the vertices ``passed``, and ``taken``, the positions of its links in the network, one fewer.

    ``seed`` is the position of the seed among those given, ``weakest`` the position of the link with the least
    confidence, the nearest the target on a tie; None on a path without links.
    """

    passed: I32
    taken: I32
    value: float
    seed: int
    weakest: int | None

    @property
    def vertices(self) -> tuple[int, ...]:
        return tuple(self.passed.tolist())

    @property
    def edges(self) -> tuple[int, ...]:
        return tuple(self.taken.tolist())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Path):
            return NotImplemented
        mine, its = (self.value, self.seed, self.weakest), (other.value, other.seed, other.weakest)
        return mine == its and np.array_equal(self.passed, other.passed) and np.array_equal(self.taken, other.taken)

    def __hash__(self) -> int:
        return hash((self.seed, self.taken.tobytes()))


def worst(
    network: Network, seed_vertex: Any, seed_value: Any, targets: Any, passes: Any, *, use_confidence: bool
) -> Worst:
    """Greatest seed value times the weights along a walk to each target, over the targets' upstream cone only.

    ``passes``, shape (32,), is t by link type in [0, 1]; with ``use_confidence`` it is multiplied by c_e.
    """
    seed, value = checked_seeds(network, seed_vertex, seed_value)
    table = checked_table(passes)
    goal = vertices(targets, network.n)
    inside = SCRATCH.take("inside", network.n, np.uint8, 0)
    reached = SCRATCH.take("reached", network.n, np.float64, 0)
    found = _worst(
        network.incoming.start, network.incoming.edge, network.outgoing.start, network.outgoing.edge, network.source,
        network.target, network.kind, network.confidence, table, use_confidence, seed, value, goal, inside,
        reached, network.outgoing.plain, budget.flag(),
    )  # fmt: skip
    budget.check()
    SCRATCH.keep("inside", inside)
    SCRATCH.keep("reached", reached)
    return Worst(found)


def checked_seeds(network: Network, seed_vertex: Any, seed_value: Any) -> tuple[I32, F64]:
    vertex = vertices(seed_vertex, network.n)
    value = np.ascontiguousarray(np.atleast_1d(seed_value), np.float64)
    if vertex.shape != value.shape:
        raise InputError(f"{len(vertex)} seeds have {len(value)} values.", remedy="Give one value for each seed.")
    if not bool(np.all((value >= 0) & (value <= 1))):
        raise InputError("A seed's value lies outside [0, 1].", remedy="Give likelihoods.")
    return vertex, value


def checked_table(passes: Any) -> F64:
    table = np.ascontiguousarray(passes, np.float64)
    if table.shape != (LINK_TYPES,) or not bool(np.all((table >= 0) & (table <= 1))):
        raise InputError(
            "What link types pass is not a table of 32 numbers in [0, 1].", remedy="Give t for each link type."
        )
    return table


@compiled
def _worst(
    in_start, in_edge, out_start, out_edge, source, target, kind, confidence, passes, use_confidence, seed, seed_value,
    goal, inside, reached, plain, stop,
):  # fmt: skip
    # 1: what lies upstream of a target; 2: what of it lies downstream of a seed, best first.
    cone = np.empty(1024, np.int32)
    count = 0
    remaining = 0
    # With very many targets the cone is most of the network, and not worth finding.
    whole = 8 * len(goal) >= len(inside)
    if whole:
        inside[:] = 1
    for i in range(len(goal)):
        if inside[goal[i]] < 2:
            inside[goal[i]] = 2
            remaining += 1
            cone = grown(cone, count)
            cone[count] = goal[i]
            count += 1
    at = 0
    while at < count and not whole:
        # A row of a large network is seldom in the cache: ask for the next ones in time.
        if at + FAR < count:
            prefetch(in_start, cone[at + FAR])
        if at + NEAR < count:
            prefetch(in_edge, in_start[cone[at + NEAR]])
        if at + NEAR // 2 < count:
            soon = cone[at + NEAR // 2]
            for place in range(in_start[soon], in_start[soon + 1]):
                prefetch(source, in_edge[place])
        if at & LOOK == LOOK and halted(stop):
            return np.zeros(len(goal), np.float64)
        v = cone[at]
        at += 1
        while count + in_start[v + 1] - in_start[v] > len(cone):
            cone = grown(cone, len(cone))
        for place in range(in_start[v], in_start[v + 1]):
            e = in_edge[place]
            u = source[e]
            if inside[u] == 0 and passes[kind[e]] > 0.0:
                inside[u] = 1
                cone[count] = u
                count += 1
    values = np.empty(256, np.float64)
    items = np.empty(256, np.int32)
    size = 0
    for i in range(len(seed)):
        v = seed[i]
        if inside[v] > 0 and seed_value[i] > reached[v]:
            reached[v] = seed_value[i]
            values, items = grown(values, size), grown(items, size)
            push(values, items, size, seed_value[i], v)
            size += 1
    # What has the value of the vertex just settled needs no heap: most weights are 1 in *high*.
    level = np.empty(256, np.int32)
    height = 0
    settled = 0
    while remaining > 0 and (size > 0 or height > 0):
        if height > 0:
            height -= 1
            v = level[height]
            value = reached[v]
        else:
            value, v = pop(values, items, size)
            size -= 1
        if value != reached[v] or inside[v] >= 3:
            continue
        settled += 1
        if settled & LOOK == 0 and halted(stop):
            break
        if inside[v] == 2:
            remaining -= 1
        inside[v] += 2
        # Room for all that this vertex may add, so that the loop over its links need not ask.
        room = out_start[v + 1] - out_start[v]
        while size + room > len(values):
            values, items = grown(values, len(values)), grown(items, len(items))
        while height + room > len(level):
            level = grown(level, len(level))
        if size > 0:
            prefetch(out_start, items[0])
        for place in range(out_start[v], out_start[v + 1]):
            e = np.int64(place) if plain else np.int64(out_edge[place])
            u = target[e]
            if inside[u] == 0:
                continue
            further = value * weight(kind, confidence, passes, use_confidence, e)
            if further > reached[u]:
                reached[u] = further
                if further == value:
                    level[height] = u
                    height += 1
                else:
                    push(values, items, size, further, u)
                    size += 1
    found = np.empty(len(goal), np.float64)
    for i in range(len(goal)):
        found[i] = reached[goal[i]]
    if whole:
        inside[:] = 0
        reached[:] = 0.0
    for i in range(count):
        inside[cone[i]] = 0
        reached[cone[i]] = 0.0
    return found


def best_path(
    network: Network, seed_vertex: Any, seed_value: Any, target: int, passes: Any, *, use_confidence: bool
) -> Path | None:
    """The worst path to a target, None where nothing arrives.

    Of the paths whose value is the greatest (within ``TIE``): one of the fewest links, and of those the one whose
    ``link`` numbers, from the seed on, are the smallest sequence.
    """
    seed, value = checked_seeds(network, seed_vertex, seed_value)
    table = checked_table(passes)
    ways = Ways(network, target, table, use_confidence, seed, value, whole=False)
    found = ways.path()
    ways.close()
    if found is None:
        return None
    start = int(network.source[found[0]]) if len(found) else target
    here = np.flatnonzero(seed == start)
    first = int(here[np.argmax(value[here])])
    return described(network, first, float(value[first]), start, found, table, use_confidence)


def described(
    network: Network, seed: int, value: float, start: int, edges: I32, passes: F64, use_confidence: bool
) -> Path:
    """A path by its links: its vertices, its value from the seed on, its weakest link."""
    passed, worth, weakest = _along(
        network.target, network.kind, network.confidence, passes, use_confidence, start, value, edges
    )
    return Path(passed, edges, float(worth), seed, int(weakest) if len(edges) else None)


@compiled
def _along(target, kind, confidence, passes, use_confidence, start, value, edges):
    passed = np.empty(len(edges) + 1, np.int32)
    passed[0] = start
    weakest = np.int64(-1)
    for i in range(len(edges)):
        e = edges[i]
        passed[i + 1] = target[e]
        value *= weight(kind, confidence, passes, use_confidence, e)
        if weakest < 0 or confidence[e] <= confidence[weakest]:
            weakest = e
    return passed, value, weakest
