"""The k surest paths from one thing to another, in the direction risk flows."""

from __future__ import annotations

import numpy as np

from graph.answer import Answer, Completeness, Truncated
from graph.data import OtherDays, PathsData
from graph.kernels.paths import k_paths
from graph.kernels.reach import reach
from graph.kernels.worst import Path as Walked
from graph.kernels.worst import worst
from graph.questions.common import evidence_of, framed, wording
from graph.questions.groups import days_on_which, find, group_of, steps_of
from graph.questions.naming import Naming, named_path
from graph.questions.walks import ACTORS, GOODS, TIERS
from graph.snapshot.view import Snapshot

WALKED = (GOODS | ACTORS).astype(np.float64)


def paths(s: Snapshot, source: str, target: str, *, k: int = 5) -> Answer[PathsData]:
    """The ``k`` paths of the highest product of confidences from ``source`` to ``target`` (ids or keys), item and
    generic links alike; ties as in lens A. A place or kind stands for its steps, a view for its contracts.

    Where none leads that way, those from ``target`` to ``source``: ``PathsData`` says from where to where.
    """
    question = wording("paths", {"source": source, "target": target, "k": k})
    start, end = find(s, source), find(s, target)
    if start is None or end is None:
        return framed(s, question, None)
    naming = Naming(s)
    found, truncated = _between(s, start, end, k)
    if not found and not truncated:
        backwards, truncated = _between(s, end, start, k)
        if backwards:
            start, end, found = end, start, backwards
    naming.node(start)
    naming.node(end)
    named = tuple(named_path(naming, s.network, walked) for walked in found)
    data = PathsData(
        source=s.id(start),
        target=s.id(end),
        paths=named,
        other_days=None if named else _other_days(s, start, end),
        nodes=naming.nodes(),
        links=naming.links(),
    )
    completeness = Completeness(
        tiers_reached=max((_tiers(s, walked) for walked in found), default=0),
        steps=len({int(v) for walked in found for v in s.among(walked.passed, "Step")}),
        truncated=Truncated(why="links") if truncated else None,
    )
    return framed(s, question, data, evidence=evidence_of(naming), completeness=completeness)


def _other_days(s: Snapshot, start: int, end: int) -> OtherDays:
    """The nearest days on which some path leads from one to the other, or the other way."""

    def found(there: Snapshot) -> list[int]:
        ways = ((_starts(there, one), _goals(there, other)) for one, other in ((start, end), (end, start)))
        return [goal for starts, goals in ways for goal in _reached(there, starts, goals)]

    return days_on_which(s, [start, end], found)


def _reached(s: Snapshot, starts: list[int], goals: list[int]) -> list[int]:
    """The goals that links walked lead to from some starts."""
    ends = sorted(set(goals) - set(starts))
    below = reach(s.network, np.array(starts, np.int32), upstream=False, kinds=WALKED > 0, tier_kinds=TIERS)
    return np.array(ends, np.int64)[np.isin(ends, below.vertex)].tolist() if starts and ends else []


def _tiers(s: Snapshot, walked: Walked) -> int:
    return int(TIERS[s.network.kind[walked.taken]].sum())


def _starts(s: Snapshot, vertex: int) -> list[int]:
    """Where paths from a vertex begin: actors and steps themselves, else the steps that are meant."""
    if s.is_type(vertex, "Place"):
        # A place recruits for sites, too.
        return sorted({vertex, *steps_of(s, vertex)})
    return steps_of(s, vertex) if s.is_type(vertex, "Product", "Material", "Category") else [vertex]


def _goals(s: Snapshot, vertex: int) -> list[int]:
    """Where paths to a vertex end: steps, contracts and actors themselves, and the contracts of a view."""
    if s.is_type(vertex, "Step", "Contract", "Site"):
        return [vertex]
    if s.is_type(vertex, "Organisation", "Category", "Lot", "Procurement"):
        group = group_of(s, vertex)
        return sorted({vertex, *map(int, group.contracts)})
    return steps_of(s, vertex)


def _between(s: Snapshot, start: int, end: int, k: int) -> tuple[tuple[Walked, ...], bool]:
    starts, goals = np.array(_starts(s, start), np.int64), np.array(_goals(s, end), np.int64)
    goals = goals[~np.isin(goals, starts)]
    if not starts.size or not goals.size:
        return (), False
    network, ones = s.network, np.ones(len(starts))
    best = worst(network, starts, ones, goals, WALKED, use_confidence=True).value
    # The k best paths end in the k goals of the best paths at most.
    nearest = np.lexsort((goals, -best))[:k]
    found: list[Walked] = []
    truncated = False
    for goal in goals[nearest[best[nearest] > 0]]:
        some = k_paths(network, starts, ones, int(goal), WALKED, k, use_confidence=True)
        truncated = truncated or some.truncated
        found = sorted([*found, *some.paths], key=lambda walked: _order(s, walked))[:k]
    return tuple(found), truncated


def _order(s: Snapshot, walked: Walked) -> tuple[float, int, bytes]:
    """The order of the kernel: twelve digits, so that products which only rounding tells apart are tied."""
    return -float(f"{walked.value:.11e}"), len(walked.taken), s.network.link[walked.taken].astype(">i4").tobytes()
