"""The surest paths from some things to others, in the direction risk flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graph import budget
from graph.answer import Answer, Completeness, Truncated
from graph.asked import OtherDays
from graph.data import PathPair, PathsData
from graph.kernels.paths import k_paths
from graph.kernels.reach import reach
from graph.kernels.worst import Path as Walked
from graph.kernels.worst import best_path, worst
from graph.questions.common import evidence_of, framed, wording
from graph.questions.groups import days_on_which, find, group_of, steps_of
from graph.questions.naming import Naming, named_path
from graph.questions.walks import ACTORS, GOODS, TIERS
from graph.snapshot.view import Snapshot

WALKED = (GOODS | ACTORS).astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Between:
    """A path, and the (source, target) that it is of, as places in their lists."""

    pair: tuple[int, int]
    walked: Walked


def paths(s: Snapshot, source: str | Sequence[str], target: str | Sequence[str], *, k: int = 5) -> Answer[PathsData]:
    """The ``k`` paths of the highest product of confidences from ``source`` to ``target`` (ids or keys), item and
    generic links alike; ties as in lens A. A place or kind stands for its steps, a view for its contracts. Of several
    sources or targets: the best path of each pair, the ``k`` best of those.

    Where none leads that way, those from ``target`` to ``source``: ``PathsData`` says from where to where.
    """
    sources, targets = _several(source), _several(target)
    question = wording("paths", {"source": ",".join(sources), "target": ",".join(targets), "k": k})
    starts, ends = [find(s, one) for one in sources], [find(s, one) for one in targets]
    if None in starts or None in ends or not (starts and ends):
        return framed(s, question, None)
    one_way = [v for v in starts if v is not None], [v for v in ends if v is not None]
    found, joined, truncated = _all(s, *one_way, k)
    if not found and not truncated:
        backwards, joined, truncated = _all(s, *one_way[::-1], k)
        if backwards:
            one_way, found = one_way[::-1], backwards
    naming = Naming(s)
    ids = [[naming.id(vertex) for vertex in side] for side in one_way]
    pairs: dict[tuple[int, int], int] = {}
    unlike: list[Walked] = []
    for one in found:  # several pairs may share a path: a contract, and its buyer
        if one.walked not in unlike:
            unlike.append(one.walked)
        pairs.setdefault(one.pair, unlike.index(one.walked))
    naming.left_out("pairs", len(pairs), joined)
    named = tuple(named_path(naming, s.network, walked) for walked in unlike)
    data = PathsData(
        sources=tuple(ids[0]),
        targets=tuple(ids[1]),
        pairs=tuple(PathPair(source=ids[0][a], target=ids[1][b], path=place) for (a, b), place in pairs.items()),
        joined=joined,
        paths=named,
        other_days=None if found else _other_days(s, *one_way),
        nodes=naming.nodes(),
        links=naming.links(),
    )
    completeness = Completeness(
        tiers_reached=max((_tiers(s, one.walked) for one in found), default=0),
        steps=len({int(v) for one in found for v in s.among(one.walked.passed, "Step")}),
        truncated=Truncated(why="links") if truncated else None,
        cut=naming.cut(),
    )
    return framed(s, question, data, evidence=evidence_of(naming), completeness=completeness)


def _other_days(s: Snapshot, starts: Sequence[int], ends: Sequence[int]) -> OtherDays:
    """The nearest days on which some path leads from one of the ones to one of the others, or the other way."""

    def found(there: Snapshot) -> list[int]:
        ways = (
            ([v for one in ones for v in _starts(there, one)], [v for one in others for v in _goals(there, one)])
            for ones, others in ((starts, ends), (ends, starts))
        )
        return [goal for begin, goals in ways for goal in _reached(there, begin, goals)]

    return days_on_which(s, [*starts, *ends], found)


def _reached(s: Snapshot, starts: list[int], goals: list[int]) -> list[int]:
    """The goals that links walked lead to from some starts."""
    ends = sorted(set(goals) - set(starts))
    below = reach(s.network, np.array(starts, np.int32), upstream=False, kinds=WALKED > 0, tier_kinds=TIERS)
    return np.array(ends, np.int64)[np.isin(ends, below.vertex)].tolist() if starts and ends else []


def _several(names: str | Sequence[str]) -> list[str]:
    return list(dict.fromkeys([names] if isinstance(names, str) else names))


def _all(s: Snapshot, starts: list[int], ends: list[int], k: int) -> tuple[list[_Between], int, bool]:
    """(paths, the surest first; how many pairs are joined; whether the search was given up)."""
    if len(starts) == len(ends) == 1:
        found, truncated = _between(s, starts[0], ends[0], k)
        return [_Between((0, 0), walked) for walked in found], int(bool(found)), truncated
    goals = [np.array(_goals(s, end), np.int64) for end in ends]
    every = np.unique(np.concatenate(goals)) if goals else np.empty(0, np.int64)
    joined: list[tuple[float, int, int, int]] = []
    begin = [np.array(_starts(s, start), np.int64) for start in starts]
    for a, first in enumerate(begin):
        budget.check()
        if not first.size or not every.size:
            continue
        values = worst(s.network, first, np.ones(len(first)), every, WALKED, use_confidence=True).value
        for b, own in enumerate(goals):
            near = own[~np.isin(own, first)]
            there = values[np.searchsorted(every, near)]
            if there.size and there.max() > 0:
                joined.append((-float(there.max()), a, b, int(near[np.argmax(there)])))
    best = []
    for _, a, b, goal in sorted(joined)[:k]:
        walked = best_path(s.network, begin[a], np.ones(len(begin[a])), goal, WALKED, use_confidence=True)
        if walked is not None:
            best.append(_Between((a, b), walked))
    return sorted(best, key=lambda one: (_order(s, one.walked), one.pair)), len(joined), False


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
