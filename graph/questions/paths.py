"""The k surest paths from one thing to another, in the direction risk flows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graph.answer import Answer, Completeness, Truncated
from graph.data import Path, PathsData
from graph.kernels.paths import k_paths
from graph.kernels.worst import worst
from graph.questions.common import evidence_of, framed, wording
from graph.questions.groups import find, group_of, steps_of
from graph.questions.naming import Naming, named_path
from graph.questions.walks import ACTORS, GOODS
from graph.snapshot.view import Snapshot
from ontology.errors import InputError

MOST = 100
"""Paths that may be asked for."""

WALKED = (GOODS | ACTORS).astype(np.float64)


def paths(s: Snapshot, source: str, target: str, *, k: int = 5) -> Answer[PathsData]:
    """The ``k`` paths of the highest product of confidences from ``source`` to ``target`` (ids or keys), item and
    generic links alike; ties as in lens A. A place or kind stands for its steps, a view for its contracts.

    Where none leads that way, those from ``target`` to ``source``: ``PathsData`` says from where to where.

    Raises:
        InputError: ``k`` below 1 or above ``MOST``.
    """
    if not 1 <= k <= MOST:
        raise InputError(f"{k} paths cannot be asked for.", remedy=f"Ask for 1 to {MOST}.")
    question = wording("paths", {"source": source, "target": target, "k": k})
    start, end = find(s, source), find(s, target)
    if start is None or end is None:
        return framed(s, question, None)
    naming = Naming(s)
    found, truncated = _between(s, naming, start, end, k)
    if not found and not truncated:
        backwards, truncated = _between(s, naming, end, start, k)
        if backwards:
            start, end, found = end, start, backwards
    naming.node(start)
    naming.node(end)
    data = PathsData(source=s.id(start), target=s.id(end), paths=found, nodes=naming.nodes(), links=naming.links())
    completeness = Completeness(
        tiers_reached=max((_tiers(naming, path) for path in found), default=0),
        steps=len({node.id for node in naming.nodes() if node.type == "Step"}),
        truncated=Truncated(why="links") if truncated else None,
    )
    return framed(s, question, data, evidence=evidence_of(naming), completeness=completeness)


def _tiers(naming: Naming, path: Path) -> int:
    return sum(naming.named_link(id).type in ("SUPPLIES", "DELIVERED_UNDER") for id in path.links)


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


def _between(s: Snapshot, naming: Naming, start: int, end: int, k: int) -> tuple[tuple[Path, ...], bool]:
    starts, goals = np.array(_starts(s, start), np.int64), np.array(_goals(s, end), np.int64)
    goals = goals[~np.isin(goals, starts)]
    if not starts.size or not goals.size:
        return (), False
    network, ones = s.network, np.ones(len(starts))
    best = worst(network, starts, ones, goals, WALKED, use_confidence=True).value
    # The k best paths end in the k goals of the best paths at most.
    nearest = np.lexsort((goals, -best))[:k]
    found, truncated = [], False
    for goal in goals[nearest[best[nearest] > 0]]:
        some = k_paths(network, starts, ones, int(goal), WALKED, k, use_confidence=True)
        truncated = truncated or some.truncated
        found += [(*_order(s, walked.edges, walked.value), walked) for walked in some.paths]
    found.sort(key=lambda row: row[:3])
    return tuple(named_path(naming, network, walked) for *_, walked in found[:k]), truncated


def _order(s: Snapshot, edges: Sequence[int], value: float) -> tuple[float, int, tuple[int, ...]]:
    """The order of the kernel: twelve digits, so that products which only rounding tells apart are tied."""
    return -float(f"{value:.11e}"), len(edges), tuple(int(link) for link in s.network.link[list(edges)])
