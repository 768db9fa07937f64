"""Which marks of the seeds reach each vertex: one spread of bits for all levels and bases at once."""

# Compiled functions take whatever Numba infers.
# mypy: allow-untyped-defs

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from graph import budget
from graph.kernels.common import LOOK, compiled, halted, vertices
from graph.network import Bool, Network

U16 = npt.NDArray[np.uint16]


def spread(network: Network, seeds: Any, bits: Any, kinds: Bool) -> U16:
    """The bits of every seed from which links of ``kinds`` lead to a vertex, its own among them, shape (n,).

    ``seeds`` are vertices and ``bits`` what each spreads, shape (s,); ``kinds`` has shape (32,).
    """
    start = vertices(seeds, network.n)
    found = np.zeros(network.n, np.uint16)
    np.bitwise_or.at(found, start, np.asarray(bits, np.uint16))
    _spread(
        network.outgoing.start, network.outgoing.edge, network.outgoing.plain, network.target, network.kind,
        np.ascontiguousarray(kinds, np.bool_), np.unique(start), found, budget.flag(),
    )  # fmt: skip
    budget.check()
    return found


@compiled
def _spread(begin, edge, plain, target, kind, walked, start, found, stop):
    """A vertex waits in a ring, once at a time, whenever it has got a bit that it has not passed on."""
    n = len(found)
    ring = np.empty(n, np.int32)
    waits = np.zeros(n, np.bool_)
    size = len(start)
    for i in range(size):
        ring[i] = start[i]
        waits[start[i]] = True
    first = 0
    steps = 0
    while size > 0:
        steps += 1
        if steps & LOOK == 0 and halted(stop):
            return
        v = ring[first]
        first = first + 1 if first + 1 < n else 0
        size -= 1
        waits[v] = False
        bits = found[v]
        for place in range(begin[v], begin[v + 1]):
            e = np.int64(place) if plain else np.int64(edge[place])
            u = target[e]
            if walked[kind[e]] and bits & ~found[u]:
                found[u] |= bits
                if not waits[u]:
                    waits[u] = True
                    end = first + size
                    ring[end if end < n else end - n] = u
                    size += 1
