"""A tree of fields as JSON or XML gives it, read by name; what nobody asked for is told by name afterwards.

Versions of a format name their fields differently: a reader asks for each name that it knows, and what is left was not
read. Nothing is dropped in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graph.store import Reject
from loaders.base import Report
from ontology.errors import Reason

MOST_DEEP = 60
"""Levels that are looked at for what was not read; what is deeper counts as its parent."""


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of the tree and its place; ``taken`` are the places that were asked for, of the whole tree."""

    given: Mapping[str, Any]
    place: str = ""
    taken: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.given)

    def _take(self, name: str) -> tuple[Any, str]:
        place = f"{self.place}.{name}" if self.place else name
        self.taken.add(place)
        return self.given.get(name), place

    def leave(self, *names: str) -> None:
        """Say that some fields are left out on purpose, with all that is in them."""
        for name in names:
            self.taken.add(f"{self._take(name)[1]}.*")

    def text(self, *names: str) -> str:
        """The first of some fields that is filled, as text; of a list its first filled text. Empty where none is."""
        return next(iter(self.texts(*names)), "")

    def texts(self, *names: str) -> list[str]:
        """The texts of the first of some fields that is filled."""
        found: list[str] = []
        for name in names:
            value, _ = self._take(name)
            said = [one for one in map(as_text, value if isinstance(value, list) else [value]) if one]
            found = found or said
        return found

    def number(self, name: str) -> float | None:
        """A number, also where it is written as text; None where it is none."""
        value, _ = self._take(name)
        if isinstance(value, bool):
            return None
        try:
            return float(value)
        except (TypeError, ValueError):
            return None

    def flag(self, *names: str) -> bool | None:
        """True or false; None where the field is absent or neither."""
        for name in names:
            value, _ = self._take(name)
            if isinstance(value, bool):
                return value
            if isinstance(value, str) and value.strip().casefold() in ("true", "false"):
                return value.strip().casefold() == "true"
        return None

    def inner(self, *names: str) -> Fields:
        """The object in the first of some fields that holds one; an empty one where none does."""
        return next(iter(self.each(*names)), Fields({}, self.place, self.taken))

    def each(self, *names: str) -> list[Fields]:
        """The objects in some fields, each alone or in a list."""
        found: list[Fields] = []
        for name in names:
            value, place = self._take(name)
            told = value if isinstance(value, list) else [value]
            found += [Fields(one, place, self.taken) for one in told if isinstance(one, Mapping)]
        return found

    def unread(self) -> Iterator[str]:
        """The places of this object, and of those in it, that nobody asked for."""
        yield from _unread(self.given, self.place, self.taken, MOST_DEEP)


def _unread(given: Mapping[str, Any], at: str, taken: set[str], deep: int) -> Iterator[str]:
    for name, value in given.items():
        place = f"{at}.{name}" if at else str(name)
        if f"{place}.*" in taken or empty(value):
            continue
        if place not in taken or not deep:
            yield place
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping):
                yield from _unread(one, place, taken, deep - 1)


def empty(value: Any) -> bool:
    """Whether a field says nothing."""
    return value is None or value == "" or value == [] or value == {}


def as_text(value: Any) -> str:
    """A value as a text in one line; empty where it is an object, a list or nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return " ".join(str(value).split())
    return ""


@dataclass(slots=True)
class Unread:
    """How often each field was not read, over a whole file."""

    places: Counter[str] = field(default_factory=Counter)

    def note(self, fields: Fields) -> None:
        self.places.update(fields.unread())

    def tell(self, report: Report, code: str = "fields_not_read") -> None:
        """Count them in the report, and name each once with how often it stands there."""
        for place, times in sorted(self.places.items()):
            report.rejects.append(Reject(report.file, "", 0, place[:200], str(times), Reason.FIELD_NOT_READ))
            report.notes[code] += times
