"""Contracts upstream of which something may lie that nobody has told."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from graph.kernels.reach import reach
from graph.questions.walks import GOODS, TIERS
from graph.snapshot.arrays import Bool
from graph.snapshot.view import Snapshot


def untold(s: Snapshot, contracts: Iterable[int]) -> set[int]:
    """Those of some contracts with an end of knowledge at or upstream of them, along item links."""
    targets = np.fromiter(contracts, np.int64)
    found: list[int] = targets[s.memo.get(("untold",), lambda: _untold(s))[targets]].tolist()
    return set(found)


def _untold(s: Snapshot) -> Bool:
    """The same of every vertex, shape (n,)."""
    found = np.zeros(s.n, np.bool_)
    found[reach(s.item_network, np.flatnonzero(s.opens), upstream=False, kinds=GOODS, tier_kinds=TIERS).vertex] = True
    return found
