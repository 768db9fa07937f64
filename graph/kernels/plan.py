"""The order in which a sweep visits the vertices: suppliers before buyers, the cycles between them as blocks.

Components by Tarjan, the longest-path level of their condensation, the depth-first search's own order within one.
"""

# Compiled functions take whatever Numba infers.
# mypy: allow-untyped-defs

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph import budget
from graph.kernels.common import compiled
from graph.kernels.cycles import tarjan
from graph.kernels.llvm import AHEAD
from graph.network import F32, F64, I32, I64, U8, Network

ALONE, SHARED, ROUNDS = 0, 1, 2
"""A stage is a run of blocks for one thread, a block whose vertices do not depend on each other, or a large cycle."""
WORTH_SHARING = 20_000
"""Links from which a block is worth the threads."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A network's links by buyer, both ends renumbered: ``order[i]`` is the vertex at a place, ``place[v]`` its place.

    The links of the buyer at a place are ``start[place] : start[place + 1]``, those within its own cycle from
    ``inner[place]`` on; ``source`` are places, with ``AHEAD`` more of them at the end. ``edge`` are positions in the
    network, ``confidence`` is the network's. ``blocks``, shape (b, 3), are (first place, place after the last, 1 if
    cyclic); ``stages``, shape (s, 3), are (kind, first block, block after the last). A block needs only what stands
    before it.
    """

    n: int
    order: I32
    place: I32
    start: I64
    inner: I64
    source: I32
    kind: U8
    edge: I32
    confidence: F32
    blocks: I64
    stages: I64


def plan(network: Network) -> Plan:
    """Work out the order once; it serves every set of weights and seeds on these links."""
    out, into = network.outgoing, network.incoming
    number, left = tarjan(out.start, out.edge, network.target, network.kind, np.ones(32, np.bool_), budget.flag())
    order, level, cyclic = _order(out.start, out.edge, network.target, number, left)
    place = np.empty(network.n, np.int32)
    place[order] = np.arange(network.n, dtype=np.int32)
    m = len(network.source)
    start, inner = np.empty(network.n + 1, np.int64), np.empty(network.n, np.int64)
    source, edge = np.zeros(m + AHEAD, np.int32), np.empty(m, np.int32)
    kind, confidence = np.empty(m, np.uint8), np.empty(m, np.float32)
    _arrange(
        into.start, into.edge, network.source, network.kind, network.confidence, order, place, number, start,
        inner, source, edge, kind, confidence,
    )  # fmt: skip
    blocks = _blocks(order, number, level, cyclic)
    stages = _stages(blocks, start)
    return Plan(network.n, order, place, start, inner, source, kind, edge, confidence, blocks, stages)


@compiled
def _sorted(items, key, keys):
    """Stable counting sort of items by their key, which is below ``keys``."""
    start = np.zeros(keys + 1, np.int64)
    for i in range(len(items)):
        start[key[items[i]] + 1] += 1
    for k in range(keys):
        start[k + 1] += start[k]
    made = np.empty(len(items), np.int32)
    for i in range(len(items)):
        k = key[items[i]]
        made[start[k]] = items[i]
        start[k] += 1
    return made


@compiled
def _order(begin, edge, far, number, left):
    """(vertices in order, level of each, whether each is in a cycle). By level, acyclic ones first, component,
    and last to first as the search left them, which puts suppliers first wherever it can."""
    n = len(number)
    count = 0
    for v in range(n):
        count = max(count, number[v] + 1)
    size = np.zeros(count, np.int64)
    for v in range(n):
        size[number[v]] += 1
    cyclic = np.zeros(n, np.bool_)
    # Links never lead to a higher component, and the search leaves all of one before those that supply it.
    by_component = _sorted(left[::-1].copy(), count - 1 - number, count)
    level = np.zeros(count, np.int32)
    for i in range(n):
        v = by_component[i]
        c = number[v]
        cyclic[v] = cyclic[v] or size[c] > 1
        for place in range(begin[v], begin[v + 1]):
            u = far[edge[place]]
            if number[u] != c:
                level[number[u]] = max(level[number[u]], level[c] + 1)
            elif u == v:
                cyclic[v] = True
    top = 0
    key = np.empty(n, np.int32)
    for v in range(n):
        key[v] = 2 * level[number[v]] + cyclic[v]
        top = max(top, key[v] + 1)
    return _sorted(by_component, key, top), key >> 1, cyclic


@compiled
def _arrange(begin, edge, source, kind, confidence, order, place, number, start, inner, suppliers, edges, kinds, sure):
    at = np.int64(0)
    for i in range(len(order)):
        v = order[i]
        start[i] = at
        for inside in range(2):
            inner[i] = at
            for j in range(begin[v], begin[v + 1]):
                e = edge[j]
                if (number[source[e]] == number[v]) == inside:
                    suppliers[at] = place[source[e]]
                    edges[at] = e
                    kinds[at] = kind[e]
                    sure[at] = confidence[e]
                    at += 1
    start[len(order)] = at


def _blocks(order: I32, number: I32, level: I32, cyclic: F64) -> I64:
    """A block for the acyclic vertices of each level, and one for each component with a cycle."""
    group = np.where(cyclic[order], number[order].astype(np.int64), -1 - level[order].astype(np.int64))
    cuts = np.flatnonzero(np.diff(group)) + 1
    first = np.concatenate(([0], cuts)) if len(order) else np.empty(0, np.int64)
    last = np.concatenate((cuts, [len(order)])) if len(order) else np.empty(0, np.int64)
    return np.stack((first, last, cyclic[order[first]]), axis=1).astype(np.int64)


def _stages(blocks: I64, start: I64) -> I64:
    large = start[blocks[:, 1]] - start[blocks[:, 0]] >= WORTH_SHARING
    stages: list[tuple[int, int, int]] = []
    for block in range(len(blocks)):
        if large[block]:
            stages.append((ROUNDS if blocks[block, 2] else SHARED, block, block + 1))
        elif stages and stages[-1][0] == ALONE:
            stages[-1] = (ALONE, stages[-1][1], block + 1)
        else:
            stages.append((ALONE, block, block + 1))
    return np.array(stages, np.int64).reshape(-1, 3)
