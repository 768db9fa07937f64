"""Edges by vertex: the indexes of a `Network`, and those of a part of its links."""

# Compiled functions take whatever Numba infers.
# mypy: allow-untyped-defs

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from graph.kernels.common import compiled
from graph.kernels.llvm import ones
from graph.network import I32, I64, Bool


def by_vertex(n: int, vertex: I32, link: I32) -> tuple[I64, I32]:
    """(start, edge) of edges in the order of their vertex, then of their link."""
    order = np.empty(0, np.int64) if _ordered(link) else np.argsort(link, kind="stable")
    start, edge = np.zeros(n + 1, np.int64), np.empty(len(vertex), np.int32)
    _by_vertex(vertex, order, start, edge)
    return start, edge


@compiled
def _ordered(values):
    for i in range(1, len(values)):  # noqa: SIM110
        if values[i] < values[i - 1]:
            return False
    return True


@compiled
def _by_vertex(vertex, order, start, edge):
    """Counting sort, which keeps edges of one vertex in the order given; no order stands for that of the edges."""
    m = len(vertex)
    for e in range(m):
        start[vertex[e] + 1] += 1
    for v in range(len(start) - 1):
        start[v + 1] += start[v]
    at = start[:-1].copy()
    for i in range(m):
        e = order[i] if len(order) > 0 else i
        v = vertex[e]
        edge[at[v]] = e
        at[v] += 1


@compiled
def in_order(edge):
    """Whether the edges stand in the arrays as they do in the index."""
    for i in range(len(edge)):  # noqa: SIM110
        if edge[i] != i:
            return False
    return True


Index = tuple[I64, I32]


def part(columns: Sequence[Any], indexes: Sequence[Index], keep: Bool) -> tuple[list[Any], list[Index]]:
    """The columns and indexes of the links to keep. One pass over each, on two threads.

    Arrays are made by NumPy, not inside the compiled passes: it asks the system for large pages.
    """
    keep = np.ascontiguousarray(keep, np.bool_)
    words, before = np.zeros(len(keep) // 64 + 1, np.uint64), np.empty(len(keep) // 64 + 1, np.int64)
    count = int(_counted(keep, words, before))

    def index(start: I64, edge: I32) -> Index:
        kept = np.empty_like(start), np.empty(count + 1, np.int32)
        _kept_index(start, edge, words, before, *kept)
        return kept[0], kept[1][:count]

    def column(values: Any) -> Any:
        kept = np.empty(count + 1, values.dtype)
        _kept(values, keep, kept)
        return kept[:count]

    with ThreadPoolExecutor(2) as pool:
        # The indexes take longest.
        kept = [pool.submit(index, *one) for one in indexes]
        taken = [pool.submit(column, one) for one in columns]
        return [job.result() for job in taken], [job.result() for job in kept]


@compiled
def _counted(keep, words, before):
    """``keep`` as bits, and how many are set before each word: the new place of a link is looked up in the cache."""
    count = np.int64(0)
    for word in range(len(words)):
        before[word] = count
        bits = np.uint64(0)
        for bit in range(min(64, len(keep) - 64 * word)):
            bits |= np.uint64(keep[64 * word + bit]) << np.uint64(bit)
        words[word] = bits
        count += ones(bits)
    return count


@compiled
def _kept(column, keep, kept):
    # One place more, so that what is not kept may be written too: no branch to guess.
    at = 0
    for e in range(len(keep)):
        kept[at] = column[e]
        at += keep[e]


@compiled
def _kept_index(start, edge, words, before, kept_start, kept):
    at = np.int64(0)
    for v in range(len(start) - 1):
        kept_start[v] = at
        for i in range(start[v], start[v + 1]):
            e = edge[i]
            bits = words[e >> 6]
            bit = np.uint64(e & 63)
            kept[at] = before[e >> 6] + ones(bits & ((np.uint64(1) << bit) - np.uint64(1)))
            at += np.int64((bits >> bit) & np.uint64(1))
    kept_start[len(start) - 1] = at
