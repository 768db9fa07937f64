"""What owners that are not shown hold of a company: persons, and those that are not told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from loaders.bods.holdings import LAST, Stretch
from loaders.bods.spool import Thing
from ontology.records import Common, Record

OWNERS = "owners"
"""The source's table of what such owners hold."""
PERSON = "natural-persons"


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner that is not shown; ``id`` tells two of them apart, ``reason`` says why."""

    id: str
    reason: str
    stretches: tuple[Stretch, ...]


def fraction(value: float | None) -> float | None:
    return None if value is None else round(value, 9)


def day_of(given: str) -> date | None:
    return None if given in ("", LAST) else date.fromisoformat(given)


def together(owners: list[Owner]) -> Iterator[tuple[str, str, list[tuple[Owner, Stretch]]]]:
    """The days in stretches on which the same owners hold the same."""
    every = [(owner, one) for owner in owners for one in owner.stretches]
    days = sorted({day for _, one in every for day in (one.start, one.end)})
    for start, end in pairwise(days):
        now = [(owner, one) for owner, one in every if one.start <= start and end <= one.end]
        if now:
            yield start, end, now


def untold(subject: Thing, start: str, end: str, now: list[tuple[Owner, Stretch]]) -> Record:
    """What owners that are not shown hold of a company: how many persons, how much at least, why others are not."""
    persons = {owner.id for owner, _ in now if owner.reason == PERSON}
    shares = [share for owner, one in now if owner.reason == PERSON and (share := one.shares[0]) is not None]
    others = {owner.id: owner.reason for owner, _ in now if owner.reason != PERSON}
    facts = {
        "name": subject.name,
        "persons": len(persons) or None,
        "persons_share": fraction(sum(shares)) if shares else None,
        "owner_not_told": (*((PERSON,) if persons else ()), *(others[id] for id in sorted(others))) or None,
    }
    common = Common(valid_from=day_of(start), valid_to=day_of(end))
    return Record("Organisation", subject.told, facts, common=common, row_key=OWNERS, table=OWNERS)
