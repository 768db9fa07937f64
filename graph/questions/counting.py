"""How much lies upstream or downstream of each of many vertices: 64 at a time, a bit each, so that chains which they
share are walked once."""

# Compiled functions take whatever Numba infers, and one loop with its cases is what compiles well.
# mypy: allow-untyped-defs
# ruff: noqa: C901

from __future__ import annotations

import numpy as np

from graph.kernels.common import compiled, direction
from graph.network import Network
from graph.snapshot.arrays import I64, Bool


def count(network: Network, targets: I64, marks: Bool, kinds: Bool, *, upstream: bool = True) -> I64:
    """For each target, how many vertices at or beyond it (along links of some types) bear each mark.

    ``targets`` shape (t,), ``marks`` shape (n, f), ``kinds`` shape (32,); gives shape (t, f). Cycles count each vertex
    once.
    """
    counts = np.zeros((len(targets), marks.shape[1]), np.int64)
    way, beyond = direction(network, upstream=upstream)
    if len(targets):
        _count(
            way.start, way.edge, beyond, network.kind, kinds,
            np.ascontiguousarray(targets, np.int64), np.ascontiguousarray(marks), counts,
        )
    return counts


@compiled
def _count(start, edge, beyond, kind, kinds, targets, marks, counts):
    n = len(start) - 1
    reached = np.zeros(n, np.uint64)
    waiting = np.zeros(n, np.bool_)
    queue = np.empty(n, np.int64)
    touched = np.empty(n, np.int64)
    for block in range(0, len(targets), 64):
        size = min(64, len(targets) - block)
        found, head, length = 0, 0, 0
        for i in range(size):
            v = targets[block + i]
            if reached[v] == 0:
                touched[found] = v
                found += 1
            reached[v] |= np.uint64(1) << np.uint64(i)
            if not waiting[v]:
                waiting[v] = True
                queue[(head + length) % n] = v
                length += 1
        while length > 0:
            v = queue[head]
            head = (head + 1) % n
            length -= 1
            waiting[v] = False
            for k in range(start[v], start[v + 1]):
                e = edge[k]
                if not kinds[kind[e]]:
                    continue
                u = beyond[e]
                grown = reached[u] | reached[v]
                if grown != reached[u]:
                    if reached[u] == 0:
                        touched[found] = u
                        found += 1
                    reached[u] = grown
                    if not waiting[u]:
                        waiting[u] = True
                        queue[(head + length) % n] = u
                        length += 1
        for j in range(found):
            v = touched[j]
            for f in range(marks.shape[1]):
                if marks[v, f]:
                    for i in range(size):
                        if reached[v] >> np.uint64(i) & np.uint64(1):
                            counts[block + i, f] += 1
            reached[v] = np.uint64(0)
