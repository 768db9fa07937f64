"""Contracts upstream of which something may lie that nobody has told."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from graph.kernels.reach import reach
from graph.questions.counting import count
from graph.questions.walks import GOODS, TIERS
from graph.snapshot.view import Snapshot


def untold(s: Snapshot, contracts: Iterable[int]) -> set[int]:
    """Those of some contracts with an end of knowledge at or upstream of them, along item links."""
    targets = np.array(sorted(set(contracts)), np.int64)
    if not targets.size:
        return set()
    cone = reach(s.item_network, targets, upstream=True, kinds=GOODS, tier_kinds=TIERS).vertex
    marks = np.zeros((s.n, 1), np.bool_)
    marks[cone, 0] = [s.is_open(int(v)) for v in cone]
    counts = count(s.item_network, targets, marks, GOODS)
    return {int(v) for v in targets[counts[:, 0] > 0]}
