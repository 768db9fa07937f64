"""Strongly connected components, and the cycles among some vertices."""

# Compiled functions take whatever Numba infers.
# mypy: allow-untyped-defs
# ruff: noqa: C901

from __future__ import annotations

from typing import Any

import numpy as np

from graph import budget
from graph.kernels.common import LOOK, SCRATCH, Mask, compiled, halted, mask, vertices
from graph.network import I32, Bool, Network


def components(network: Network) -> I32:
    """Strongly connected component of each vertex, shape (n,), numbered so that a link never leads to a higher one.

    Tarjan, Depth-first search and linear graph algorithms, SIAM J. Comput. 1(2), 1972; without recursion.
    """
    everything = np.ones(32, np.bool_)
    number, _ = tarjan(
        network.outgoing.start, network.outgoing.edge, network.target, network.kind, everything, budget.flag()
    )
    budget.check()
    return np.asarray(number, np.int32)


@compiled
def tarjan(begin, edge, far, kind, walked, stop):
    """(component of each vertex, the vertices in the order in which the depth-first search left them)."""
    n = len(begin) - 1
    number = np.full(n, -1, np.int32)
    low = np.zeros(n, np.int32)
    seen = np.full(n, -1, np.int32)
    at = np.zeros(n, np.int64)
    above = np.full(n, -1, np.int32)
    stack = np.empty(n, np.int32)
    height = 0
    clock = 0
    components = 0
    left = np.empty(n, np.int32)
    gone = 0
    steps = 0
    for root in range(n):
        if seen[root] >= 0:
            continue
        v = np.int32(root)
        seen[v] = low[v] = clock
        clock += 1
        at[v] = begin[v]
        stack[height] = v
        height += 1
        while v >= 0:
            steps += 1
            if steps & LOOK == 0 and halted(stop):
                return number, left
            if at[v] < begin[v + 1]:
                e = edge[at[v]]
                at[v] += 1
                if not walked[kind[e]]:
                    continue
                u = far[e]
                if seen[u] < 0:
                    above[u] = v
                    seen[u] = low[u] = clock
                    clock += 1
                    at[u] = begin[u]
                    stack[height] = u
                    height += 1
                    v = u
                elif number[u] < 0:
                    low[v] = min(low[v], seen[u])
                continue
            if low[v] == seen[v]:
                while True:
                    height -= 1
                    u = stack[height]
                    number[u] = components
                    if u == v:
                        break
                components += 1
            left[gone] = v
            gone += 1
            parent = above[v]
            if parent >= 0:
                low[parent] = min(low[parent], low[v])
            v = parent
    return number, left


def cycles(network: Network, among: Any, *, kinds: Mask = 2**32 - 1) -> list[I32]:
    """The strongly connected components of the vertices ``among`` and the links of ``kinds`` between them that hold
    a cycle: of more than one vertex, or one with a link to itself. Each sorted, by their smallest vertex."""
    cone = np.unique(vertices(among, network.n))
    place = SCRATCH.take("place", network.n, np.int32, -1)
    place[cone] = np.arange(len(cone), dtype=np.int32)
    inner, far, own = _induced(
        network.outgoing.start, network.outgoing.edge, network.target, network.kind, cone, mask(kinds), place
    )
    place[cone] = -1
    SCRATCH.keep("place", place)
    number, _ = tarjan(
        inner,
        np.arange(len(far), dtype=np.int32),
        far,
        np.zeros(len(far), np.uint8),
        np.ones(32, np.bool_),
        budget.flag(),
    )
    budget.check()
    return _with_cycle(cone, number, own)


def _with_cycle(cone: I32, number: I32, own: Bool) -> list[I32]:
    sizes = np.bincount(number, minlength=1)
    looped = np.zeros(len(sizes), np.bool_)
    looped[number[own]] = True
    kept = np.flatnonzero((looped | (sizes > 1))[number])
    kept = kept[np.argsort(number[kept], kind="stable")]
    cuts = np.flatnonzero(np.diff(number[kept])) + 1
    found = [np.asarray(cone[part], np.int32) for part in np.split(kept, cuts) if len(part)]
    return sorted(found, key=lambda part: int(part[0]))


@compiled
def _induced(begin, edge, far, kind, cone, walked, place):
    """The links between the vertices of a cone, by place in it: (start, far end, whether a vertex links to itself)."""
    r = len(cone)
    start = np.zeros(r + 1, np.int64)
    own = np.zeros(r, np.bool_)
    for i in range(r):
        start[i + 1] = start[i]
        for at in range(begin[cone[i]], begin[cone[i] + 1]):
            e = edge[at]
            if walked[kind[e]] and place[far[e]] >= 0:
                start[i + 1] += 1
                own[i] = own[i] or place[far[e]] == i
    ends = np.empty(start[r], np.int32)
    used = 0
    for i in range(r):
        for at in range(begin[cone[i]], begin[cone[i] + 1]):
            e = edge[at]
            if walked[kind[e]] and place[far[e]] >= 0:
                ends[used] = place[far[e]]
                used += 1
    return start, ends, own
