"""What a question will cost, in vertices, estimated before it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graph.kernels.reach import reach
from graph.questions.groups import find, group_of, walk_starts
from graph.questions.question import ALL
from graph.questions.walks import GOODS, TIERS
from graph.snapshot.view import Snapshot

LIGHT = 500
"""Vertices that a question may be about and be light."""

SMALL = 20_000
"""Vertices of a graph about which no question is heavy."""


def cost_of_graph(s: Snapshot) -> int:
    """A question that may look at everything."""
    return 0 if s.n <= SMALL else s.n


def cost_of_trace(s: Snapshot, starts: Sequence[str], upstream: bool, max_tier: int, max_nodes: int) -> int:
    """As many vertices of goods as a trace reaches."""
    if s.n <= SMALL:
        return 0
    vertices = [v for v in (find(s, start) for start in starts) if v is not None]
    begin = sorted({step for v in vertices for step in walk_starts(s, v, upstream=upstream)})
    return _reached(s, begin, upstream=upstream, max_tier=max_tier, max_nodes=max_nodes)


def cost_of_group(s: Snapshot, subject: str) -> int:
    """The contracts of a group (or all) and what lies upstream of them."""
    if s.n <= SMALL:
        return 0
    contracts = group_of(s, None if subject == ALL else find(s, subject)).contracts
    return _reached(s, contracts[: LIGHT + 1], upstream=True) + 10 * len(contracts)


def _reached(
    s: Snapshot, begin: Any, *, upstream: bool, max_tier: int | None = None, max_nodes: int = LIGHT + 1
) -> int:
    found = reach(
        s.network, begin, upstream=upstream, kinds=GOODS, tier_kinds=TIERS, max_tier=max_tier,
        max_nodes=min(max_nodes, LIGHT + 1),
    )  # fmt: skip
    return len(found.vertex)
