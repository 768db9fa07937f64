"""The nearest of some labelled vertices downstream of each vertex: labels carried upstream, tier by tier."""

# Compiled functions take whatever Numba infers.
# mypy: allow-untyped-defs

from __future__ import annotations

from typing import Any

import numpy as np

from graph import budget
from graph.kernels.common import LOOK, compiled, halted, vertices
from graph.network import I32, Bool, Network

NOWHERE = -1
NO_LIMIT = 2**31 - 1


def nearest(network: Network, starts: Any, labels: Any, kinds: Bool, limit: int = NO_LIMIT) -> tuple[I32, I32]:
    """(label of the nearest start, how many links away) of every vertex, shape (n,); ``NOWHERE`` where none is within
    ``limit`` links of ``kinds``. Of several that are equally near, the smallest label."""
    start = vertices(starts, network.n)
    label = np.full(network.n, NOWHERE, np.int32)
    label[start] = labels
    distance = np.full(network.n, NOWHERE, np.int32)
    distance[start] = 0
    walked = np.ascontiguousarray(kinds, np.bool_)
    _carry(
        network.incoming.start, network.incoming.edge, network.source, network.kind, walked, np.unique(start), limit,
        label, distance, budget.flag(),
    )  # fmt: skip
    budget.check()
    return label, distance


@compiled
def _carry(begin, edge, source, kind, walked, start, limit, label, distance, stop):
    queue = np.empty(len(label), np.int32)
    queue[: len(start)] = start
    last = len(start)
    first = 0
    while first < last:
        if first & LOOK == LOOK and halted(stop):
            return
        v = queue[first]
        first += 1
        if distance[v] >= limit:
            return
        for place in range(begin[v], begin[v + 1]):
            e = edge[place]
            u = source[e]
            if not walked[kind[e]]:
                continue
            if distance[u] < 0:
                distance[u] = distance[v] + 1
                label[u] = label[v]
                queue[last] = u
                last += 1
            elif distance[u] == distance[v] + 1:
                label[u] = min(label[u], label[v])
