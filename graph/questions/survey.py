"""What is known and unknown upstream of a group of contracts, and where a risk enters: one walk for all of them."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from graph.answer import Links
from graph.kernels.reach import Reach, reach
from graph.network import Network
from graph.questions.counting import count
from graph.questions.lens import Lens
from graph.questions.walks import GOODS, TIERS
from graph.snapshot.arrays import I64, Bool
from graph.snapshot.seeds import risk_types
from graph.snapshot.topology import NODE_CODE, STATUSES
from graph.snapshot.view import Snapshot
from ontology.records import Status

STEP, UNASSESSED, END, OPEN = range(4)
"""Marks of a vertex: a step; a step nobody assessed; an end of knowledge; an end, or only typical of a kind."""

_STEP = NODE_CODE["Step"]


def assessed(s: Snapshot, risk: str | None) -> Bool:
    """Vertices that somebody assessed for a risk type (None: for any at all), shape (n,)."""
    found, rows = np.zeros(s.n, np.bool_), s.seeds.assessed
    found[rows[:, 1] if risk is None else rows[rows[:, 0] == risk_types().index(risk), 1]] = True
    return found


class Survey:
    """The chains upstream of ``targets`` (vertices, shape (t,)) with regard to one risk type; to any (None), where only
    what is told and assessed matters."""

    def __init__(self, s: Snapshot, risk: str | None, targets: I64) -> None:
        self.s = s
        self.risk = risk
        self.targets = np.asarray(targets, np.int64)

    @cached_property
    def lens(self) -> Lens:
        """Lens A of the risk type at the targets."""
        assert self.risk is not None
        return Lens(self.s, self.risk, self.targets)

    def _network(self, links: Links) -> Network:
        return self.s.item_network if links is Links.ITEM else self.s.network

    def _reach(self, links: Links) -> Reach:
        return reach(self._network(links), self.targets.astype(np.int32), upstream=True, kinds=GOODS, tier_kinds=TIERS)

    @cached_property
    def whole(self) -> Reach:
        """The cone along all links."""
        return self._reach(Links.ITEM_GENERIC)

    @cached_property
    def item(self) -> Reach:
        """The cone along item links."""
        return self._reach(Links.ITEM)

    @cached_property
    def assessed(self) -> Bool:
        """Vertices that somebody assessed for the risk type, shape (n,)."""
        return assessed(self.s, self.risk)

    @cached_property
    def marks(self) -> Bool:
        """Which marks each vertex of the cone bears, shape (n, 4)."""
        marks = np.zeros((self.s.n, 4), np.bool_)
        cone = self.whole.vertex
        step = self.s.topology.vertices.type[cone] == _STEP
        typical = step & (self.s.statuses[cone] == STATUSES.index(Status.GENERIC))
        is_open = np.fromiter((self.s.is_open(int(v)) for v in cone), np.bool_, len(cone))
        marks[cone, STEP] = step
        marks[cone, UNASSESSED] = step & ~self.assessed[cone]
        marks[cone, END] = is_open & ~typical
        marks[cone, OPEN] = is_open
        return marks

    @cached_property
    def _counts(self) -> dict[Links, I64]:
        return {links: count(self._network(links), self.targets, self.marks, GOODS) for links in Links}

    def counts(self, links: Links) -> I64:
        """How many vertices at or upstream of each target bear each mark, shape (t, 4)."""
        return self._counts[links]

    @cached_property
    def _open(self) -> dict[Links, Bool]:
        counts = self._counts
        return {links: (counts[links][:, UNASSESSED] > 0) | (counts[links][:, OPEN] > 0) for links in Links}

    def upper_open(self, links: Links) -> Bool:
        """Whether an unassessed step or an end of knowledge lies in each target's cone, shape (t,)."""
        return self._open[links]

    @cached_property
    def seeded_steps(self) -> Bool:
        """Steps at which a seed of the risk enters, by themselves or by an actor, shape (n,)."""
        return self.lens.entering(self.lens.harmful)

    def ends(self) -> list[tuple[int, int]]:
        """(tier, vertex) of the ends of knowledge in the cone, nearest first."""
        cone = self.whole
        rows = np.flatnonzero(self.marks[cone.vertex, END])
        return sorted((int(cone.tier[row]), int(cone.vertex[row])) for row in rows)
