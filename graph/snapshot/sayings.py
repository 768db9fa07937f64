"""What each record says, of entities of which more than one speaks, or one that denies: which count on a day, and how.

Where one asserted record speaks, the vertex itself holds what it says; most do.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from math import isnan
from typing import Any

import numpy as np

from graph.snapshot.arrays import F64, I8, I32, Array, Bool, Texts
from graph.snapshot.periods import NEVER, Periods, period, union
from ontology.model import NODES, Property
from ontology.settling import Claim, by_value, differ, in_conflict, settled, silences

UNSAID = ""
"""In a conflict, what a source says that does not take back what another does."""

POLARITY = "polarity"
"""The name of the conflict between who asserts that a thing is and who denies it."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One record of an entity; ``published`` is the day of its source, ``own`` the ids that are the source's own, each
    ending in a line feed. Days are since 1970-01-01."""

    record: str
    source: str
    publisher: str
    own: str
    published: int
    status: int
    denied: bool
    confidence: float
    valid_from: int
    valid_to: int
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dispute:
    """Different live values of a property from different sources, or opposite polarities; ``records`` give them."""

    property: str
    values: tuple[str, ...]
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sayings:
    """Records as columns, in the order (vertex, record id)."""

    vertex: I32
    record: Texts
    source: Texts
    publisher: Texts
    own: Texts
    published: I32
    status: I8
    denied: Bool
    confidence: F64
    valid_from: I32
    valid_to: I32
    properties: Texts

    @staticmethod
    def of(said: Mapping[int, Sequence[Saying]]) -> Sayings:
        """The columns of what is said of some vertices."""
        rows = [(vertex, one) for vertex in sorted(said) for one in in_order(said[vertex])]
        return Sayings(
            vertex=np.array([vertex for vertex, _ in rows], np.int32),
            record=Texts.of(one.record for _, one in rows),
            source=Texts.of(one.source for _, one in rows),
            publisher=Texts.of(one.publisher for _, one in rows),
            own=Texts.of(one.own for _, one in rows),
            published=np.array([one.published for _, one in rows], np.int32),
            status=np.array([one.status for _, one in rows], np.int8),
            denied=np.array([one.denied for _, one in rows], np.bool_),
            confidence=np.array([one.confidence for _, one in rows], np.float64),
            valid_from=np.array([one.valid_from for _, one in rows], np.int32),
            valid_to=np.array([one.valid_to for _, one in rows], np.int32),
            properties=Texts.of(json.dumps(one.properties, ensure_ascii=False, sort_keys=True) for _, one in rows),
        )

    def __len__(self) -> int:
        return len(self.vertex)

    def columns(self) -> Iterator[Array]:
        """Every column as plain arrays, in the order of the fields."""
        for f in fields(self):
            value = getattr(self, f.name)
            yield from (value.blob, value.start) if isinstance(value, Texts) else (value,)

    def about(self, vertex: int) -> tuple[Saying, ...]:
        """What is said of a vertex; nothing where one asserted record speaks, or none."""
        low, high = np.searchsorted(self.vertex, (vertex, vertex + 1))
        return tuple(self._row(row) for row in range(low, high))

    def _row(self, row: int) -> Saying:
        return Saying(
            self.record[row],
            self.source[row],
            self.publisher[row],
            self.own[row],
            int(self.published[row]),
            int(self.status[row]),
            bool(self.denied[row]),
            float(self.confidence[row]),
            int(self.valid_from[row]),
            int(self.valid_to[row]),
            json.loads(self.properties[row]),
        )


def in_order(sayings: Iterable[Saying]) -> list[Saying]:
    """Sayings by record id, and by content where one record is seen in two versions."""
    return sorted(sayings, key=lambda one: (one.record, one.source, one.valid_from, one.valid_to, str(one.properties)))


def live(sayings: Iterable[Saying], start: int, end: int) -> list[Saying]:
    """Those valid on some day of [start, end)."""
    return [one for one in sayings if one.valid_from < end and one.valid_to > start]


def asserted(sayings: Iterable[Saying]) -> list[Saying]:
    return [one for one in sayings if not one.denied]


def speaking(sayings: Sequence[Saying], start: int, end: int) -> list[Saying]:
    """The asserted sayings of a period; of all time where there are none, denied ones where nobody asserts."""
    return asserted(live(sayings, start, end)) or asserted(sayings) or list(sayings)


def standing_of(sayings: Sequence[Saying]) -> tuple[int, float]:
    """(status, confidence or NaN) of an entity: the best that any of its sayings has."""
    stated = [one.confidence for one in sayings if not isnan(one.confidence)]
    return max(one.status for one in sayings), max(stated, default=float("nan"))


def merged(type: str, sayings: Sequence[Saying]) -> dict[str, Any]:
    """The properties of an entity as its sayings settle them."""
    declared = NODES[type].properties
    found = {name: settled(declared[name], claims) for name, claims in sorted(_claims(type, sayings).items())}
    # Who says it without taking it back leaves it open.
    return {n: v for n, v in found.items() if not silences(declared[n], v) or _by_all(n, sayings)}


def _by_all(name: str, sayings: Iterable[Saying]) -> bool:
    """Whether each saying gives a property."""
    return all(name in one.properties for one in sayings)


def disputes(type: str, sayings: Sequence[Saying]) -> tuple[Dispute, ...]:
    """What the sources of live sayings are in conflict about."""
    declared, heard = NODES[type].properties, asserted(sayings)
    given = _claims(type, heard)
    for name, claims in given.items():
        if any(silences(declared[name], claim.value) for claim in claims):
            claims += [Claim(UNSAID, r.source, r.published, r.record) for r in heard if name not in r.properties]
    found = [
        _dispute(name, declared[name], claims)
        for name, claims in sorted(given.items())
        if in_conflict(declared[name], claims)
    ]
    if named := _two_names(asserted(sayings)):
        found.append(_dispute("name", declared["name"], named))
    sides = [[one for one in sayings if one.denied is denied] for denied in (False, True)]
    if differ([[Claim(None, one.source, one.published, one.record) for one in side] for side in sides if side]):
        found.append(Dispute(POLARITY, ("asserted", "denied"), tuple(sorted(one.record for one in sayings))))
    return tuple(found)


def _two_names(sayings: Sequence[Saying]) -> list[Claim]:
    """The names of an id of two publishers' own under which they name two things; none where no two differ."""
    named: dict[str, dict[str, list[Saying]]] = defaultdict(lambda: defaultdict(list))
    for one in sayings:
        name = " ".join(str(one.properties.get("name", "")).casefold().split())
        for key in one.own.splitlines():
            named[key][name].append(one)
    found: list[Saying] = []
    for names in named.values():
        said = [one for same in names.values() for one in same]
        if len(names) > 1 and len({one.publisher for one in said}) > 1:
            found += said
    return [Claim(one.properties.get("name", ""), one.source, one.published, one.record) for one in in_order(found)]


def _claims(type: str, sayings: Iterable[Saying]) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = defaultdict(list)
    for one in sayings:
        for name in one.properties.keys() & NODES[type].properties.keys():
            found[name].append(Claim(one.properties[name], one.source, one.published, one.record))
    return found


def _dispute(name: str, declared: Property, claims: Sequence[Claim]) -> Dispute:
    values = {_text(min(group, key=lambda c: c.record).value) for group in by_value(declared, claims).values()}
    return Dispute(name, tuple(sorted(values)), tuple(sorted({claim.record for claim in claims})))


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def validity(sayings: Iterable[Saying]) -> Periods:
    """When some record asserts the entity."""
    when = NEVER
    for one in asserted(sayings):
        when = union(when, period(one.valid_from, one.valid_to))
    return when


def segments(sayings: Sequence[Saying]) -> Iterator[tuple[int, int, list[Saying]]]:
    """The stretches of days on which the same sayings are asserted, with those; stretches without any are left out."""
    rows = asserted(sayings)
    days = sorted({day for one in rows for day in (one.valid_from, one.valid_to)})
    for start, end in pairwise(days):
        if here := live(rows, start, end):
            yield start, end, here
