"""How severely, how surely and with how much unknown each of many vertices is reached: by one risk type, or by any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graph.kernels.reach import reach
from graph.questions.exposed import WIDEST, highest, ungiven_of
from graph.questions.lens import LEVELS, Lens
from graph.questions.survey import assessed
from graph.questions.walks import GOODS, TIERS
from graph.snapshot.arrays import F64, I64, Bool
from graph.snapshot.topology import NODE_CODE
from graph.snapshot.view import Snapshot
from ontology.vocabulary import vocabulary

UNKNOWN, UNSTATED, NONE_FOUND = "unknown", "unstated", "0"
WORST_FIRST = ("4", "3", "2", "1", UNSTATED, UNKNOWN, NONE_FOUND)
"""Levels as ``LevelCount`` has them."""


def areas_of_risk() -> tuple[str, ...]:
    """The risk types that lie within no broader one, in the vocabulary's order."""
    return tuple(term.id for term in vocabulary("risk-types").terms.values() if not term.broader)


def narrower(risk: str | None) -> tuple[str, ...]:
    """A risk type and those just within it; the broadest ones where none is given."""
    if risk is None:
        return areas_of_risk()
    return (risk, *(term.id for term in vocabulary("risk-types").terms.values() if term.broader == risk))


@dataclass(frozen=True, eq=False)
class Reached:
    """Of each target, shapes (t,): the highest level along any link (-1: none); whether only statements of no given
    severity reach it so; the interval there; whether something unassessed or untold lies at or upstream of it."""

    severity: I64
    ungiven: Bool
    low: F64
    high: F64
    upper_open: Bool

    @cached_property
    def rank(self) -> I64:
        """The place of the level of each in ``WORST_FIRST``: unknown where nothing is reached and not all is known."""
        found = np.where(self.upper_open, WORST_FIRST.index(UNKNOWN), WORST_FIRST.index(NONE_FOUND))
        for level in LEVELS[:-1]:
            stated = WORST_FIRST.index(str(level))
            here = self.severity == level
            found[here] = np.where(self.ungiven[here], WORST_FIRST.index(UNSTATED), stated)
        return found

    def level(self, target: int) -> str:
        return WORST_FIRST[int(self.rank[target])]


def reached(s: Snapshot, risk: str | None, targets: I64) -> Reached:
    """What reaches each of some vertices, shape (t,); None: of every risk type the most severe, then the surest."""
    risks = areas_of_risk() if risk is None else (risk,)
    size = len(targets)
    severity, ungiven = np.full(size, -1, np.int64), np.zeros(size, np.bool_)
    low, high = np.zeros(size), np.zeros(size)
    for one in risks:
        lens = Lens(s, one, targets)
        if not len(lens.rows):
            continue
        level, least, most = highest(lens, None, WIDEST)
        unsaid = ungiven_of(lens, level)
        better = (level > severity) | ((level == severity) & (level >= 0) & (least > low))
        severity, ungiven = np.where(better, level, severity), np.where(better, unsaid, ungiven)
        low, high = np.where(better, least, low), np.where(better, most, high)
    everywhere = np.ones(s.n, np.bool_)
    for one in risks:
        everywhere &= assessed(s, one)
    return Reached(severity, ungiven, low, high, open_upstream(s, targets, everywhere))


def worst_of(s: Snapshot, risk: str, groups: Sequence[Sequence[int]]) -> list[str]:
    """The level of each of some groups of vertices: the worst of what reaches one of them; unknown of an empty one."""
    every = sorted({vertex for group in groups for vertex in group})
    rank = dict(zip(every, reached(s, risk, np.array(every, np.int64)).rank.tolist(), strict=True)) if every else {}
    return [WORST_FIRST[min(rank[vertex] for vertex in group)] if group else UNKNOWN for group in groups]


def open_upstream(s: Snapshot, targets: I64, known: Bool) -> Bool:
    """Whether a step outside ``known`` (shape (n,)), or an end of knowledge, lies at or upstream of each target."""
    step = s.topology.vertices.type == NODE_CODE["Step"]
    begin = np.flatnonzero((step & ~known) | s.opens)
    found = np.zeros(s.n, np.bool_)
    found[reach(s.network, begin, upstream=False, kinds=GOODS, tier_kinds=TIERS).vertex] = True
    among: Bool = found[targets]
    return among
