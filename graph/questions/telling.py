"""What links say of a thing to whoever looks for it: where it is, what kind it is, what it belongs to.

Which links say so is declared (``ontology.model.Tells``); only live, asserted ones count. Places and kinds pass along
links that share them: a step lies where its site lies, and a site is of the kinds that its steps put out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from graph.snapshot.arrays import I32, Bool
from graph.snapshot.topology import NODE_CODE
from graph.snapshot.view import Snapshot
from ontology.model import LINKS, NODES, Tells

HOPS = 2
"""Shared links that a place or kind passes: product <- step <- site."""

Ends = tuple[I32, I32]
"""(who is told of, who tells), shape (links,) each."""


def _telling(s: Snapshot, what: Tells) -> Iterator[Ends]:
    for name, link in LINKS.items():
        _, source, target = s.ends(name)
        if link.tells is what:
            yield source, target
        if link.told is what:
            yield target, source


def _sharing(s: Snapshot, what: Tells) -> Iterator[Ends]:
    """Links along which a place, or a kind, becomes the other end's too. A category is made nowhere in particular."""
    for name, link in LINKS.items():
        if link.shares and what in (Tells.PLACE, Tells.KIND):
            _, source, target = s.ends(name)
            if what is Tells.KIND:
                yield source, target
            else:
                keep = ~np.isin(s.topology.vertices.type[target], _CATEGORIES)
                yield target[keep], source[keep]


_CATEGORIES = [
    NODE_CODE[name]
    for name in NODES
    if any(name in link.target and link.tells is Tells.KIND and not link.shares for link in LINKS.values())
]


def told_by(s: Snapshot, tellers: Bool) -> Bool:
    """Everything of which one of the tellers says something; both are masks of shape (n,)."""
    found = np.zeros(s.n, np.bool_)
    wider = tellers | _within(s, tellers)
    for what in Tells:
        told = np.zeros(s.n, np.bool_)
        for of, by in _telling(s, what):
            told[of[(wider if what is Tells.PLACE else tellers)[by]]] = True
        for _ in range(HOPS):
            for of, by in _sharing(s, what):
                told[of[told[by]]] = True
        found |= told
    return found


def _within(s: Snapshot, places: Bool) -> Bool:
    """What lies within some places, at any depth."""
    found = np.zeros(s.n, np.bool_)
    types = {name for link in LINKS.values() if link.tells is Tells.PLACE for name in link.target}
    chosen = places & np.isin(s.topology.vertices.type, [NODE_CODE[name] for name in types])
    for place in np.flatnonzero(chosen).tolist():
        found[s.places.down(place)] = True
    return found


def telling(s: Snapshot, what: Tells, vertices: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Who says this of each of some vertices, each teller once, by name; what is shared only where it has none."""
    found: dict[int, set[int]] = {vertex: set() for vertex in vertices}
    near = {vertex: {vertex} for vertex in found}
    for hop in range(HOPS + 1):
        own = _pairs(s, set().union(*near.values()), _telling(s, what))
        for vertex, others in near.items():
            found[vertex] |= {teller for other in others for teller in own[other]}
        open_ = {vertex: {other for other in others if not own[other]} for vertex, others in near.items()}
        if hop == HOPS or not any(open_.values()):
            break
        shared = _pairs(s, set().union(*open_.values()), _sharing(s, what))
        near = {vertex: {far for other in others for far in shared[other]} for vertex, others in open_.items()}
    return {vertex: tuple(sorted(tellers, key=lambda v: (s.name(v), v))) for vertex, tellers in found.items()}


def _pairs(s: Snapshot, of: Iterable[int], ends: Iterable[Ends]) -> dict[int, set[int]]:
    """The other ends of links whose first end is among some vertices."""
    found: dict[int, set[int]] = defaultdict(set)
    wanted = np.zeros(s.n, np.bool_)
    wanted[list(of)] = True
    if wanted.any():
        for first, second in ends:
            rows = np.flatnonzero(wanted[first])
            for vertex, other in zip(first[rows].tolist(), second[rows].tolist(), strict=True):
                found[vertex].add(other)
    return found
