"""How much lies upstream or downstream of each of many vertices: 64 at a time, a bit each, so that chains which they
share are walked once."""

# Compiled functions take whatever Numba infers.
# mypy: allow-untyped-defs

from __future__ import annotations

import numpy as np

from graph import budget
from graph.kernels.common import LOOK, compiled, direction, halted
from graph.kernels.reach import components, reach
from graph.network import Network
from graph.snapshot.arrays import I32, I64, Bool, ranges


def count(network: Network, targets: I64, marks: Bool, kinds: Bool, *, upstream: bool = True) -> I64:
    """For each target, how many vertices at or beyond it (along links of some types) bear each mark.

    ``targets`` shape (t,), ``marks`` shape (n, f), ``kinds`` shape (32,); gives shape (t, f). Cycles count each vertex
    once.
    """
    counts = np.zeros((len(targets), marks.shape[1]), np.int64)
    if not len(targets):
        return counts
    cone = np.sort(reach(network, targets, upstream=upstream, kinds=kinds, tier_kinds=kinds).vertex)
    near, far = _links_within(network, cone, kinds, upstream)
    # Links lead from lower to higher components: away from the targets.
    number = components(Network.build(len(cone), far, near, np.zeros(len(far), np.uint8), np.ones(len(far))))
    own = np.zeros((int(number.max(initial=-1)) + 1, marks.shape[1]), np.int64)
    np.add.at(own, number, marks[cone].astype(np.int64))
    order = np.argsort(number[near], kind="stable")
    start = np.searchsorted(number[near][order], np.arange(len(own) + 1)).astype(np.int64)
    _count(start, number[far][order], own, number[np.searchsorted(cone, targets)], counts, budget.flag())
    budget.check()
    return counts


def _links_within(network: Network, cone: I32, kinds: Bool, upstream: bool) -> tuple[I64, I64]:
    """(near end, far end) of the links walked between the vertices of a cone, by place in it."""
    way, beyond = direction(network, upstream=upstream)
    rows = way.edge[ranges(way.start, cone)]
    here = np.repeat(np.arange(len(cone)), way.start[cone + 1] - way.start[cone])
    walked = kinds[network.kind[rows]]
    return here[walked], np.searchsorted(cone, beyond[rows[walked]])


@compiled
def _count(start, far, own, targets, counts, stop):
    """Components in the order of a walk away from the targets; bit i of a block: target i reaches the component."""
    one = np.uint64(1)
    reached = np.empty(len(own), np.uint64)
    for block in range(0, len(targets), 64):
        size = min(64, len(targets) - block)
        everyone = ~np.uint64(0) >> np.uint64(64 - size)
        reached[:] = np.uint64(0)
        for i in range(size):
            reached[targets[block + i]] |= one << np.uint64(i)
        shared = np.zeros(own.shape[1], np.int64)
        for c in range(len(own)):
            if c & LOOK == LOOK and halted(stop):
                return
            bits = reached[c]
            if bits == 0:
                continue
            for k in range(start[c], start[c + 1]):
                reached[far[k]] |= bits
            if bits == everyone:
                shared += own[c]
                continue
            for i in range(size):
                if bits >> np.uint64(i) & one:
                    counts[block + i] += own[c]
        counts[block : block + size] += shared
