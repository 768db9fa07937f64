"""One row that is read by a mapping, and what is remembered of all rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from loaders.mapping.template import Text
from loaders.os_ids import OsIds
from loaders.workbook_values import HIDDEN, without_persons
from ontology.errors import ValueProblem
from ontology.records import Link, Record, Ref, canonical, content_order, digest

Place = tuple[str, int | str]
"""Where a row stands: its sheet and number, or the pattern of the graph and the element id."""


@dataclass(slots=True)
class Said:
    """What is remembered of a whole load: what was said of each thing and link, goods of steps, whose OS IDs are."""

    first: dict[int, int] = field(default_factory=dict)
    more: set[int] = field(default_factory=set)
    times: Counter[int] = field(default_factory=Counter)
    goods: dict[int, str] = field(default_factory=dict)
    os_ids: OsIds = field(default_factory=OsIds)
    whose: dict[int, int] = field(default_factory=dict)
    """The thing that each further identifier was first said of."""
    shared: set[int] = field(default_factory=set)

    def shares(self, key: str, other: str) -> bool:
        """Whether a further identifier was another thing's already; said once of the two."""
        here = content_order(key)
        if self.whose.setdefault(content_order(other), here) == here:
            return False
        both = content_order(key, other)
        new = both not in self.shared
        self.shared.add(both)
        return new

    def new(self, items: list[Record | Link]) -> Iterator[Record | Link]:
        """The items without those that were said before."""
        for item in items:
            period = str(item.common.valid_from), str(item.common.valid_to)
            if isinstance(item, Record):
                about, also = content_order(item.type, item.key, *period), str(item.also)
            else:
                ends = item.source.type, item.source.key, item.target.type, item.target.key
                about, also = content_order(item.type, *ends, *period, item.row_key), ""
            if isinstance(item, Link) and item.row_key:
                yield replace(item, row_key=self._once_more(about, item.row_key))
                continue
            said = canonical({"properties": item.properties, "common": str(item.common), "also": also})
            if (row_key := self._row_key(about, said)) is not None:
                yield replace(item, row_key=row_key)

    def _row_key(self, about: int, content: str) -> str | None:
        """What tells a statement from others about the same; None where just this was said already."""
        here = content_order(content)
        before = self.first.setdefault(about, -1)
        if before == -1:
            self.first[about] = here
            return ""
        both = hash((about, here))
        if before == here or both in self.more:
            return None
        self.more.add(both)
        return digest(content)

    def _once_more(self, about: int, row: str) -> str:
        """The row key of a statement that is one of its own however often it is repeated."""
        self.times[about] += 1
        return row if self.times[about] == 1 else f"{row}#{self.times[about]}"


@dataclass(frozen=True, slots=True)
class Thing:
    """What a row says of a thing: nothing (``record`` None) where it only refers to it. ``part`` is the part of a cell
    with several that it was made from."""

    ref: Ref
    record: Record | None = None
    part: str = ""


@dataclass(slots=True)
class Row:
    """One row being read: its cells by heading, what was made of it, and what could not be read."""

    place: Place
    cells: Mapping[str, str]
    things: dict[str, list[Thing]] = field(default_factory=dict)
    problems: list[tuple[str, ValueProblem]] = field(default_factory=list)
    left_out: list[tuple[str, ValueProblem]] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Nodes whose identifier stands there and cannot be read."""
    settled: set[str] = field(default_factory=set)
    """Nodes of which the row says nothing on purpose: by a condition, or since it names no goods."""
    said: set[str] = field(default_factory=set)
    """Headings of which something was made."""
    empty: list[str] = field(default_factory=list)
    """Columns of identifiers that are not filled in."""
    persons: dict[tuple[str, str], str] = field(default_factory=dict)
    """The keys of the nodes that are natural persons, by node and part."""
    masks: dict[str, str] = field(default_factory=dict)
    """What stands in place of a natural person's name and numbers, by heading."""

    @property
    def locator(self) -> str:
        return f"{self.place[0]}:{self.place[1]}"


def each_column(text: Text) -> tuple[str, ...]:
    """The columns that a value is made from."""
    return tuple(dict.fromkeys(name for place in text.template.places for name in place))


def columns_of(text: Text) -> str:
    """The columns that a value is made from, for a report."""
    return ", ".join(each_column(text))


def pair(one: Thing, other: Thing) -> bool:
    """Whether two things of a row belong together: those of different parts of a cell do not."""
    return not (one.part and other.part and one.part != other.part)


def told(row: Row, problem: ValueProblem) -> ValueProblem:
    """The problem as it may be shown."""
    text = HIDDEN if row.persons and problem.value else without_persons(str(problem.value))
    return ValueProblem(problem.reason, text, **problem.parameters)
