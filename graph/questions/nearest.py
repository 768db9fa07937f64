"""What holds on another day and not on the day asked about: until when it did, and from when it will."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

import numpy as np

from graph.snapshot.arrays import I32, I64, Bool
from graph.snapshot.view import Moment, Snapshot
from ontology.values import BEGINNING, END, from_day

DAYS = 8
"""Days tried on either side, nearest first."""

Found = Callable[[Snapshot], Collection[int]]
"""What a question finds (vertices) at a snapshot's moment."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The last day before the moment on which something was found, and the first day after it."""

    until: date | None = None
    since: date | None = None


def at_any_time(s: Snapshot) -> Snapshot:
    """The same graph as if all that was ever so were so at once: what is not found there is found on no day."""
    if s not in _EVER:
        same = s.alive.all() and s.live.all() and not s.topology.spoken
        _EVER[s] = () if same else Snapshot(s.topology, _Always(), s.method, s.known)
    return _EVER[s] or s


_EVER: WeakKeyDictionary[Snapshot, Snapshot | tuple[()]] = WeakKeyDictionary()
"""The graph at any time, of each snapshot; none where it is the snapshot's own."""


@dataclass(frozen=True, slots=True)
class _Always(Moment):
    valid_at: date | None = None

    @property
    def days(self) -> tuple[int, int]:
        return BEGINNING, END


def nearest(s: Snapshot, found: Found, ever: Collection[int], near: Bool) -> dict[int, Nearest]:
    """When each of ``ever`` (vertices not found now) is found. ``near`` marks the vertices, shape (n,), on whose
    periods, and those of the links between them, that depends. Those found on none of the days tried have neither.
    """
    start, end = s.moment.days
    begins, ends = _bounds(s, near)
    past = _first_seen(s, found, ever, np.unique(ends[ends <= start] - 1)[::-1])
    future = _first_seen(s, found, ever, np.unique(begins[begins >= end]))
    return {v: Nearest(from_day(past.get(v, BEGINNING)), from_day(future.get(v, END))) for v in sorted(ever)}


def _bounds(s: Snapshot, near: Bool) -> tuple[I64, I64]:
    """First days, and days after the last, of what the vertices marked and the links at them are valid."""
    e, v, said = s.topology.edges, s.topology.vertices, s.topology.sayings
    at, heard = np.flatnonzero(near[e.source] & near[e.target]), near[said.vertex]
    begins: I32 = np.concatenate((v.valid_from[near], e.valid_from[at], said.valid_from[heard]))
    ends: I32 = np.concatenate((v.valid_to[near], e.valid_to[at], said.valid_to[heard]))
    return begins[begins > BEGINNING].astype(np.int64), ends[ends < END].astype(np.int64)


def _first_seen(s: Snapshot, found: Found, ever: Collection[int], days: I64) -> dict[int, int]:
    """The first of some days on which each vertex is found."""
    seen: dict[int, int] = {}
    for day in days[:DAYS].tolist():
        there = Snapshot(s.topology, Moment(from_day(day)), s.method, s.known)
        for vertex in found(there):
            if vertex in ever:
                seen.setdefault(vertex, day)
        if len(seen) == len(ever):
            break
    return seen
