"""Which things of a publication may be one, best first: candidates, their match, and what is never proposed."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Indel

from graph.identity import ghost_id
from graph.matching.blocking import candidates
from graph.matching.features import slipped
from graph.matching.model import Match, Weights, match_from, weights
from graph.matching.names import Name
from graph.matching.profiles import Profile
from graph.matching.reading import Things, read_things
from graph.matching.words import Rarity
from graph.sqlite import Store
from graph.store import At
from ontology.records import digest

LEAST = 0.05
"""The probability from which two things are proposed."""

_NEAR = 0.78
"""Likeness of two names, letters counted, from which they are compared whatever words they have."""
_TELLS = 0.45
"""How seldom a word is that tells two companies apart, where each has one that the other lacks."""

MANY, HELPERS = 50_000, 2
"""Things from which as many processes compare."""

Progress = Callable[[int, int | None], None]
Kept = tuple[int, int, Match]
"""Two things, by their places, and how they match."""


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
    rarity, by = Rarity(name for thing in things for name in thing.names), by or weights()
    work = _Work(things, rarity, by, least)
    for i, j, how in _spread(work, candidates(things, rarity, wanted, progress)):
        yield things[i], things[j], how


@dataclass(frozen=True, slots=True)
class _Work:
    """What candidate pairs are compared with."""

    things: Sequence[Profile]
    rarity: Rarity
    by: Weights
    least: float

    def kept(self, batch: npt.NDArray[np.int64]) -> list[Kept]:
        """The pairs of a batch that are likely enough, and how they match."""
        found = []
        for i, j in batch[_near(self.things, batch, self.rarity)].tolist():
            a, b = self.things[i], self.things[j]
            if b.id in a.relatives or a.type != b.type:
                continue
            if (how := match_from(a, b, self.rarity, self.by, self.least)) is not None:
                found.append((i, j, how))
        return found


_work: _Work | None = None
"""That of a process which helps: it is inherited, not sent."""


def _kept(batch: npt.NDArray[np.int64]) -> list[Kept]:
    assert _work is not None
    return _work.kept(batch)


def _spread(work: _Work, batches: Iterator[npt.NDArray[np.int64]]) -> Iterator[Kept]:
    """The pairs that are likely enough, in the order of the batches; of many things by two processes."""
    if len(work.things) < MANY or "fork" not in multiprocessing.get_all_start_methods():
        for batch in batches:
            yield from work.kept(batch)
        return
    global _work
    _work = work
    try:
        with multiprocessing.get_context("fork").Pool(HELPERS) as pool:
            for found in pool.imap(_kept, batches):
                yield from found
    finally:
        _work = None


def _near(things: Sequence[Profile], pairs: npt.NDArray[np.int64], rarity: Rarity) -> npt.NDArray[np.bool_]:
    """Which pairs are worth a closer look: alike as letters, in either order, or with something that letters do not
    tell. Most candidates share a word and have others of their own, and are seen to be two at once."""
    near = np.zeros(len(pairs), np.bool_)
    for spelled in (_joined, _sorted):
        texts = [spelled(one.names[0]) for one in things] if len(pairs) > len(things) else None
        left, right = (
            [texts[i] if texts else spelled(things[i].names[0]) for i in pairs[:, side].tolist()] for side in (0, 1)
        )
        alike = process.cpdist(left, right, scorer=Indel.normalized_similarity, score_cutoff=_NEAR, dtype=np.float32)
        near |= alike >= _NEAR
    for place in np.flatnonzero(~near).tolist():
        near[place] = _else(things[int(pairs[place, 0])], things[int(pairs[place, 1])], rarity)
    return near


def _joined(name: Name) -> str:
    return name.joined


def _sorted(name: Name) -> str:
    return name.ordered


def _else(a: Profile, b: Profile, rarity: Rarity) -> bool:
    """Whether more than the letters of the first names may speak for two things: those of other names, initials, an
    identifier but for a slip, a name that is part of the other, or words of which those that differ are usual ones."""
    one_each = len(a.names) == len(b.names) == 1
    for x in a.names:
        for y in b.names:
            if x.written == y.written or _by_words(x, y, rarity) or not (one_each or _unlike(x, y)):
                return True
    return slipped(a, b)


def _unlike(x: Name, y: Name) -> bool:
    return not any(
        Indel.normalized_similarity(spelled(x), spelled(y), score_cutoff=_NEAR) for spelled in (_joined, _sorted)
    )


def _by_words(x: Name, y: Name, rarity: Rarity) -> bool:
    if not x.each.isdisjoint(y.each):
        mine, theirs = x.each - y.each, y.each - x.each
        if not mine or not theirs or min(max(map(rarity.of, mine)), max(map(rarity.of, theirs))) < _TELLS:
            return True
        if _initials(mine, y) or _initials(theirs, x):
            return True
    return x.initials.startswith(y.joined) or y.initials.startswith(x.joined)


def _initials(words: Iterable[str], of: Name) -> bool:
    return any(2 <= len(word) <= 6 and word in of.initials for word in words)
