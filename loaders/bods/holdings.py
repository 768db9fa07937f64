"""The versions of a relation -> what is held on which days.

A version says what is so from the day that its interest starts, and of an interest that changed without a new start
from the day of the statement. Days are ISO texts; empty is no bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from loaders.bods.statements import SHAREHOLDING, Interest, Statement

FIRST, LAST = "", "9999-99-99"


@dataclass(frozen=True, slots=True)
class Held:
    """An interest on the days of [start, end)."""

    interest: Interest
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """The interests held on the days of [start, end), all of them and no others."""

    start: str
    end: str
    interests: tuple[Interest, ...]

    @property
    def shares(self) -> tuple[float | None, float | None]:
        """The least and the most that is owned; voting rights are no part of it."""
        own = [one for one in self.interests if one.type == SHAREHOLDING and one.least is not None]
        if not own:
            return None, None
        return sum(one.least or 0 for one in own), sum(one.most or 0 for one in own)


def held_by(versions: Sequence[Statement]) -> list[Held]:
    """What the versions of one relation, in their order, say to be held when."""
    open_: dict[tuple[str, bool | None, int], Held] = {}
    done: list[Held] = []
    for version in versions:
        day = version.at[:10]
        said = {} if version.closed else _keyed(version.interests)
        ends = _keyed(version.interests)
        for key in [key for key in open_ if key not in said]:
            ended = ends[key].end if key in ends else ""
            done.append(_until(open_.pop(key), ended or day))
        for key, interest in said.items():
            if key in open_ and open_[key].interest == interest:
                continue
            start = interest.start
            if key in open_:
                before = open_.pop(key)
                start = start if start > before.interest.start else day
                same = replace(before.interest, end=interest.end) == interest  # only its end is told now
                start = before.start if same else start
                if not same:
                    done.append(_until(before, start))
            elif version is not versions[0]:
                start = start or day
            open_[key] = Held(interest, start, interest.end or LAST)
    return [one for one in (*done, *open_.values()) if one.start < one.end]


def _keyed(interests: Iterable[Interest]) -> dict[tuple[str, bool | None, int], Interest]:
    """Interests by what tells them from each other: their type, and where there are several of it their place."""
    found: dict[tuple[str, bool | None, int], Interest] = {}
    for one in interests:
        place = sum(key[:2] == (one.type, one.indirect) for key in found)
        found[one.type, one.indirect, place] = one
    return found


def _until(held: Held, day: str) -> Held:
    return replace(held, end=min(held.end, day or LAST))


def stretches(held: Iterable[Held]) -> list[Stretch]:
    """The days in stretches on which the same is held; days on which nothing is are left out."""
    every = list(held)
    days = sorted({day for one in every for day in (one.start, one.end)})
    found: list[Stretch] = []
    for start, end in pairwise(days):
        now = tuple(one.interest for one in every if one.start <= start and end <= one.end)
        if now and found and found[-1].end == start and found[-1].interests == now:
            found[-1] = replace(found[-1], end=end)
        elif now:
            found.append(Stretch(start, end, now))
    return found
