"""A network with each cycle made one: what is counted upstream or downstream of many vertices is counted on it."""

# Compiled functions take whatever Numba infers.
# mypy: allow-untyped-defs
# ruff: noqa: C901

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graph import budget
from graph.kernels.common import LOOK, compiled, halted
from graph.kernels.cycles import tarjan
from graph.network import I32, I64, Bool, Network


@dataclass(frozen=True, slots=True, eq=False)
class Condensation:
    """The strongly connected components along links of some types, and the links between them, each once.

    ``number``, shape (n,), is the component of each vertex; a link never leads to a higher one. Those above component c
    (its suppliers) are ``above[start[c] : start[c + 1]]``, those below it ``below[begin[c] : begin[c + 1]]``.
    """

    number: I32
    start: I64
    above: I32
    begin: I64
    below: I32

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in (self.number, self.start, self.above, self.begin, self.below))

    @staticmethod
    def of(network: Network, kinds: Bool) -> Condensation:
        walked = np.ascontiguousarray(kinds, np.bool_)
        number, _ = tarjan(
            network.outgoing.start, network.outgoing.edge, network.target, network.kind, walked, budget.flag()
        )
        budget.check()
        count = int(number.max(initial=-1)) + 1
        lower, higher = number[network.target], number[network.source]
        kept = walked[network.kind] & (lower != higher)
        pairs = np.unique(lower[kept].astype(np.int64) * max(count, 1) + higher[kept])
        lower, higher = (part.astype(np.int32) for part in np.divmod(pairs, max(count, 1)))
        order = np.argsort(higher, kind="stable")
        every = np.arange(count + 1)
        return Condensation(
            number=np.asarray(number, np.int32),
            start=np.searchsorted(lower, every).astype(np.int64),
            above=higher,
            begin=np.searchsorted(higher[order], every).astype(np.int64),
            below=lower[order],
        )

    def marked(self, marks: Bool) -> I32:
        """How many vertices of each component bear each mark: shape (n, f) gives (components, f)."""
        size = len(self.start) - 1
        columns = [np.bincount(self.number[marks[:, f]], minlength=size) for f in range(marks.shape[1])]
        return np.stack(columns, axis=1).astype(np.int32) if columns else np.empty((size, 0), np.int32)

    def count(self, targets: Any, marked: I32, *, upstream: bool = True) -> I64:
        """For each target, shape (t,), how many vertices at or beyond it bear each mark, shape (t, f).

        ``marked`` is what ``marked`` gives. Targets go 64 at a time, a bit each: what they share is walked once.
        """
        counts = np.zeros((len(targets), marked.shape[1]), np.int64)
        start, far = (self.start, self.above) if upstream else (self.begin, self.below)
        own = self.number[np.asarray(targets, np.int64)]
        _count(start, far, np.ascontiguousarray(marked), own, counts, upstream, budget.flag())
        budget.check()
        return counts


@compiled
def _count(start, far, own, targets, counts, rising, stop):
    """Components in the order of a walk away from the targets; bit i of a block: target i reaches the component."""
    one = np.uint64(1)
    n = len(own)
    reached = np.zeros(n, np.uint64)
    for block in range(0, len(targets), 64):
        size = min(64, len(targets) - block)
        everyone = ~np.uint64(0) >> np.uint64(64 - size)
        first = np.int64(n)
        last = np.int64(-1)
        for i in range(size):
            c = np.int64(targets[block + i])
            reached[c] |= one << np.uint64(i)
            first = min(first, c)
            last = max(last, c)
        shared = np.zeros(own.shape[1], np.int64)
        steps = n - first if rising else last + 1
        for step in range(steps):
            if step & LOOK == LOOK and halted(stop):
                return
            c = first + step if rising else last - step
            bits = reached[c]
            if bits == 0:
                continue
            reached[c] = np.uint64(0)
            for k in range(start[c], start[c + 1]):
                reached[far[k]] |= bits
            if not own[c].any():
                continue
            if bits == everyone:
                for f in range(own.shape[1]):
                    shared[f] += own[c, f]
                continue
            for i in range(size):
                if bits >> np.uint64(i) & one:
                    for f in range(own.shape[1]):
                        counts[block + i, f] += own[c, f]
        for i in range(size):
            for f in range(own.shape[1]):
                counts[block + i, f] += shared[f]
