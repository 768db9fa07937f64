"""Lens A at every vertex for sixteen lanes at once, in float32: it ranks and finds the cone (docs/method.md).

A lane is one (risk type, severity, basis, low or high) on one set of links. x[v] = max(seed[v], max over links of
x[u] * (c_e * low + high)), lane by lane: for a lane of *low* the table ``high`` is 0, for one of *high* ``low`` is 0.
What leaves the program comes from ``worst``, in float64.
"""

# Compiled functions take whatever Numba infers.
# mypy: allow-untyped-defs

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from graph.kernels.common import compiled
from graph.kernels.llvm import AHEAD, LANES, prefetch, relax, relax_changed
from graph.kernels.plan import ALONE, ROUNDS, SHARED, Plan
from graph.network import F32, LINK_TYPES
from ontology.errors import InputError

CHUNK = 512
"""Places that a thread takes at a time. Threads take turns, so that both go through a cycle in its order."""


def threads() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def sweep(plan: Plan, passes_low: Any, passes_high: Any, confidence: Any, seeds: Any) -> F32:
    """The fixpoint at every vertex, shape (n, 16), in the network's numbering.

    ``passes_low`` and ``passes_high`` have shape (32, 16), ``seeds`` (n, 16), all in [0, 1]. ``confidence``, shape
    (m,), is by the network's links; None stands for the network's own.
    """
    low, high = _table(passes_low), _table(passes_high)
    given = np.ascontiguousarray(seeds, np.float32)
    if given.shape != (plan.n, LANES):
        raise InputError(f"Seeds of shape {given.shape}.", remedy=f"Give shape ({plan.n}, {LANES}).")
    sure = plan.confidence if confidence is None else _in_order(plan, np.asarray(confidence, np.float32))
    rows = _aligned(plan.n)
    stamp = np.zeros(plan.n, np.uint8)
    arrays = (rows, plan.start, plan.source, plan.kind, sure, low, high)
    workers = threads()
    with ThreadPoolExecutor(workers) as pool:

        def all_of(function: Any, *arguments: Any) -> int:
            return sum(pool.map(lambda worker: int(function(*arguments, worker, workers)), range(workers)))

        all_of(_taken, given, plan.place, rows)
        for kind, first, last in plan.stages.tolist():
            begin, end, _ = plan.blocks[first].tolist()
            if kind == ALONE:
                _alone(*arrays, plan.blocks[first:last], stamp)
            elif kind == SHARED:
                all_of(_once, *arrays, begin, end, stamp)
            elif kind == ROUNDS:
                now = 1
                changed = all_of(_once, *arrays, begin, end, stamp)
                while changed:
                    now += 1
                    changed = all_of(_round, *arrays, plan.inner, begin, end, stamp, np.uint8(now % 256))
        found = np.empty((plan.n, LANES), np.float32)
        all_of(_given_back, rows, plan.order, found)
    return found


def _table(passes: Any) -> F32:
    table = np.ascontiguousarray(passes, np.float32)
    if table.shape != (LINK_TYPES, LANES):
        raise InputError(f"A table of shape {table.shape}.", remedy=f"Give shape ({LINK_TYPES}, {LANES}).")
    return table


def _in_order(plan: Plan, confidence: F32) -> F32:
    if confidence.shape != plan.edge.shape:
        raise InputError(f"Confidences of shape {confidence.shape}.", remedy=f"Give shape {plan.edge.shape}.")
    return confidence[plan.edge]


def _aligned(n: int) -> F32:
    """Rows of zeros that begin where cache lines begin, so that none lies across two."""
    room = np.zeros(n * LANES + LANES, np.float32)
    skip = -(room.ctypes.data // 4) % LANES
    return room[skip : skip + n * LANES].reshape(n, LANES)


@compiled
def _taken(seeds, place, rows, worker, workers):
    """Rows by place from rows by vertex. Few vertices have seeds, and only those are written."""
    n = len(place)
    for v in range(n * worker // workers, n * (worker + 1) // workers):
        most = np.float32(0)
        for lane in range(LANES):
            most = max(most, seeds[v, lane])
        if most > 0:
            for lane in range(LANES):
                rows[place[v], lane] = seeds[v, lane]
    return 0


@compiled
def _given_back(rows, order, found, worker, workers):
    """Rows by vertex, which lie anywhere: they are asked for in time."""
    n = len(order)
    end = n * (worker + 1) // workers
    for i in range(n * worker // workers, end):
        prefetch(found, LANES * np.int64(order[min(i + AHEAD, end - 1)]))
        v = order[i]
        for lane in range(LANES):
            found[v, lane] = rows[i, lane]
    return 0


@compiled
def _once(rows, start, source, kind, confidence, low, high, begin, end, stamp, worker, workers):
    """Each vertex of a block once, from all its suppliers."""
    changes = 0
    for chunk in range(begin + worker * CHUNK, end, workers * CHUNK):
        for v in range(chunk, min(chunk + CHUNK, end)):
            if relax(rows, v, start[v], start[v + 1], source, kind, confidence, low, high):
                stamp[v] = 1
                changes += 1
    return changes


@compiled
def _round(rows, start, source, kind, confidence, low, high, inner, begin, end, stamp, now, worker, workers):
    """Each vertex of a cycle once more, from the suppliers in it that rose in this round or the one before.

    A thread may read a row that another is writing: values only rise, and the writer's stamp brings it here again.
    """
    changes = 0
    for chunk in range(begin + worker * CHUNK, end, workers * CHUNK):
        for v in range(chunk, min(chunk + CHUNK, end)):
            if relax_changed(rows, v, inner[v], start[v + 1], source, kind, confidence, low, high, stamp, now):
                stamp[v] = now
                changes += 1
    return changes


@compiled
def _alone(rows, start, source, kind, confidence, low, high, blocks, stamp):
    """Blocks one after the other, a cycle until nothing changes."""
    for block in range(len(blocks)):
        changed = True
        while changed:
            changed = False
            for v in range(blocks[block, 0], blocks[block, 1]):
                if relax(rows, v, start[v], start[v + 1], source, kind, confidence, low, high):
                    stamp[v] = 1
                    changed = blocks[block, 2] == 1
    return 0
