"""Which things of a publication may be one, best first: candidates, their match, and what is never proposed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Indel, JaroWinkler

from graph.identity import ghost_id
from graph.matching.blocking import candidates
from graph.matching.features import slipped
from graph.matching.model import Match, Weights, match
from graph.matching.profiles import MATCHED_TYPES, Profile
from graph.matching.reading import Things, read_things
from graph.matching.words import Rarity
from graph.sqlite import Store
from graph.store import At
from ontology.records import digest

MATCHED = MATCHED_TYPES

LEAST = 0.15
"""The probability from which two things are proposed."""

_FAR = 0.55
"""Likeness of two names, letters counted, below which only their words, an address or a number can make them one."""

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two things that may be one. ``id`` is made from the keys by which they are judged, so it is the same after the
    next load; ``key_a`` and ``key_b`` are these keys."""

    id: str
    a: Profile
    b: Profile
    key_a: str
    key_b: str
    match: Match

    @property
    def probability(self) -> float:
        return self.match.probability

    @property
    def sides(self) -> tuple[str, str]:
        """The ghosts that are judged: what has these keys, whatever record says so."""
        return ghost_id(self.a.type, self.key_a), ghost_id(self.b.type, self.key_b)


def proposals(
    store: Store, at: At, *, new: Callable[[frozenset[int]], bool] | None = None, least: float = LEAST,
    progress: Progress | None = None,
) -> list[Proposal]:  # fmt: skip
    """The pairs that may be one and that nobody has decided, most likely first.

    ``new`` is asked of the runs that say something of a thing: only pairs are proposed of which one is new.
    """
    things = read_things(store, at)
    decided = {frozenset(pair[:2]) for pair in store.decided(at)}
    wanted = None
    if new is not None:
        wanted = np.array([new(things.said_by[one.id]) for one in things.profiles], np.bool_)
        if not wanted.any():
            return []
    found = [
        _proposal(things, a, b, how)
        for a, b, how in matches(things.profiles, wanted=wanted, least=least, progress=progress)
        if frozenset((a.id, b.id)) not in decided
    ]
    return sorted(found, key=lambda one: (-one.probability, one.id))


def _proposal(things: Things, a: Profile, b: Profile, how: Match) -> Proposal:
    keys = things.keys[a.id], things.keys[b.id]
    sides = sorted(ghost_id(one.type, key) for one, key in zip((a, b), keys, strict=True))
    return Proposal("p" + digest(*sides)[:12], a, b, *keys, how)


def matches(
    things: Sequence[Profile], *, wanted: npt.NDArray[np.bool_] | None = None, least: float = LEAST,
    progress: Progress | None = None, by: Weights | None = None,
) -> Iterator[tuple[Profile, Profile, Match]]:  # fmt: skip
    """Candidate pairs whose probability is ``least`` or more. Never a thing and what owns it or it belongs to."""
    rarity = Rarity(name for thing in things for name in thing.names)
    for batch in candidates(things, rarity, wanted, progress):
        for i, j in batch[_near(things, batch)].tolist():
            a, b = things[i], things[j]
            if b.id in a.relatives or a.type != b.type:
                continue
            how = match(a, b, rarity, by)
            if how.probability >= least:
                yield a, b, how


def _near(things: Sequence[Profile], pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which pairs are worth a closer look: alike as letters, or with something that letters do not tell."""
    left, right = ([things[i].names[0].joined for i in pairs[:, side].tolist()] for side in (0, 1))
    alike = process.cpdist(left, right, scorer=Indel.normalized_similarity, dtype=np.float32)
    begins = process.cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float32)
    near: npt.NDArray[np.bool_] = (alike >= _FAR) | (begins >= 0.75)
    for place in np.flatnonzero(~near).tolist():
        near[place] = _else(things[int(pairs[place, 0])], things[int(pairs[place, 1])])
    return near


def _else(a: Profile, b: Profile) -> bool:
    """Whether more than the letters of the first names may speak for two things: other names, words in another order,
    initials, a number with a slip."""
    if len(a.names) > 1 or len(b.names) > 1 or slipped(a, b):
        return True
    x, y = a.names[0], b.names[0]
    if x.initials.startswith(y.joined) or y.initials.startswith(x.joined):
        return True
    shared = len(set(x.words) & set(y.words))
    return shared >= 2 or (shared == 1 and min(len(x.words), len(y.words)) == 1)
