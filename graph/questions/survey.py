"""What is known and unknown upstream of a group of contracts, and where a risk enters: one walk for all of them."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from graph.answer import Links
from graph.kernels.condensed import Condensation
from graph.kernels.reach import Reach, reach
from graph.questions.lens import Lens
from graph.questions.of_risk import network_of
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

    def _reach(self, links: Links) -> Reach:
        return reach(
            network_of(self.s, links), self.targets.astype(np.int32), upstream=True, kinds=GOODS, tier_kinds=TIERS
        )

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
        """Which marks each vertex bears, shape (n, 4)."""
        s = self.s
        marks = np.empty((s.n, 4), np.bool_)
        step = s.topology.vertices.type == _STEP
        marks[:, STEP] = step
        marks[:, UNASSESSED] = step & ~self.assessed
        marks[:, END] = ends_of(s)
        marks[:, OPEN] = s.opens
        return marks

    def counts(self, links: Links, rows: I64 | None = None) -> I64:
        """How many vertices at or upstream of each target (of those at ``rows``) bear each mark, shape (t, 4)."""
        s = self.s
        whole = condensation(s, links, GOODS)
        marked = s.memo.get(("marked", self.risk, links), lambda: whole.marked(self.marks))
        return whole.count(self.targets if rows is None else self.targets[rows], marked)

    def upper_open(self, links: Links) -> Bool:
        """Whether an unassessed step or an end of knowledge lies in each target's cone, shape (t,)."""
        found: Bool = self.open(links)[self.targets]
        return found

    def open(self, links: Links) -> Bool:
        """The same of every vertex, shape (n,)."""
        return self.s.memo.get(("open", self.risk, links), lambda: self._open(links))

    def _open(self, links: Links) -> Bool:
        begin = np.flatnonzero(self.marks[:, UNASSESSED] | self.marks[:, OPEN])
        found = np.zeros(self.s.n, np.bool_)
        found[reach(network_of(self.s, links), begin, upstream=False, kinds=GOODS, tier_kinds=TIERS).vertex] = True
        return found

    @cached_property
    def seeded_steps(self) -> Bool:
        """Steps at which a seed of the risk enters, by themselves or by an actor, shape (n,)."""
        return self.lens.entering(self.lens.harmful)

    def ends(self, most: int | None = None) -> list[tuple[int, int]]:
        """(tier, vertex) of the ends of knowledge in the cone, nearest first; the first ``most``."""
        cone = self.whole
        rows = np.flatnonzero(self.marks[cone.vertex, END])
        if most is not None and len(rows) > most:  # the cone stands in the order of its tiers
            rows = rows[: np.searchsorted(cone.tier[rows], cone.tier[rows[most]], side="right")]
        rows = rows[np.lexsort((cone.vertex[rows], cone.tier[rows]))][:most]
        return list(zip(cone.tier[rows].tolist(), cone.vertex[rows].tolist(), strict=True))


def condensation(s: Snapshot, links: Links, kinds: Bool) -> Condensation:
    """The network with each cycle along links of ``kinds``, shape (32,), made one."""
    return s.memo.get(("condensed", links, kinds.tobytes()), lambda: Condensation.of(network_of(s, links), kinds))


def ends_of(s: Snapshot) -> Bool:
    """Where knowledge of the actual chain ends, shape (n,). What is only typical of a kind lies beyond an end."""
    typical = (s.topology.vertices.type == _STEP) & (s.statuses == STATUSES.index(Status.GENERIC))
    found: Bool = s.opens & ~typical
    return found
