"""From a timeline's data to coordinates: lanes of bars, with when each was learnt, and what is not told hatched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from graph.timed import INCIDENT, SELF, STATEMENT, Gap, Telling, TimelineData
from visualisation.labels import NAME_LINE, wrapped
from visualisation.marks import Level
from visualisation.sentences import Teller
from visualisation.words import Words

LABELS, WIDTH, END = 330.0, 900.0, 70.0
"""Room for names, for the days, and for what a clock on the last of them is called (px)."""
ROW, HEAD, TOP = 24.0, 30.0, 62.0
MOST = 80
"""Rows drawn; the table has them all."""
SURE = 0.7
"""Confidence below which a bar is dashed and hollow."""
LEAST = 3.0
"""Least width of a bar (px): a day is seen in any span."""
NAME = 300.0
"""Room for a name; a longer one takes more lines."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: its bar if it has a period, a ring where a day is told, when it was learnt and taken back. In px."""

    telling: Telling
    y: float
    lines: tuple[str, ...]
    label: str
    left: float | None
    width: float
    begins: bool
    """Whether its first day is told, and stands within the span."""
    ends: bool
    sure: bool
    ring: float | None
    level: Level
    learnt: float | None
    withdrawn: float | None


@dataclass(frozen=True, slots=True)
class Lane:
    y: float
    title: str
    gaps: tuple[tuple[float, float, str], ...]
    """(left, width, words) of days of which nothing is told."""


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Drawn:
    width: float
    height: float
    lanes: tuple[Lane, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    valid_at: float | None
    known_at: float | None
    left_out: int


def lane_title(lane: str, type: str, words: Words) -> str:
    """What a lane is called: the thing itself, its statements, or a sort of links with the end that it has."""
    if lane in (SELF, STATEMENT, INCIDENT):
        return words(f"timeline.lane.{lane}")
    name, _, end = lane.partition(":")
    return words(f"timeline.lane.{end}", type=words.node_type(type).lower(), link=words.link_type(name))


def named(one: Telling, teller: Teller) -> str:
    return teller.name(one.other) if one.other else teller.words.term("statuses", one.status)


def spoken(one: Telling, teller: Teller) -> str:
    """All that a row says, in words."""
    words = teller.words
    parts = [named(one, teller)]
    if one.lane in (STATEMENT, INCIDENT):
        parts.append(words.day(one.day))
    if one.lane == STATEMENT:
        parts.append(words.severity(one.severity))
    parts.append(period(one, words))
    if one.confidence is not None:
        parts.append(words("confidence", c=words.probability(one.confidence)))
    if one.denied:
        parts.append(words("entity.denied"))
    parts.append(learnt(one, words))
    if one.withdrawn:
        parts.append(words("timeline.withdrawn_at", day=words.day(one.withdrawn)))
    return "; ".join(parts)


def period(one: Telling, words: Words) -> str:
    if one.valid_from is None and one.valid_to is None:
        return words("timeline.no_period")
    return words.period(one.valid_from, one.valid_to)


def learnt(one: Telling, words: Words) -> str:
    key = "timeline.learnt_before" if one.before else "timeline.learnt"
    return words(key, day=words.day(one.learnt), n=one.learnt_in)


def gap_words(gap: Gap, words: Words) -> str:
    if gap.first is None and gap.last is None:
        return words("timeline.gap.all")
    return words.period(gap.first, gap.last and gap.last + timedelta(days=1))


class _Axis:
    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self.days = max(1, (last - first).days)

    def x(self, day: date) -> float:
        return round(LABELS + (day - self.first).days / self.days * WIDTH, 1)

    def within(self, day: date | None) -> float | None:
        return self.x(day) if day is not None and self.first <= day <= self.last else None

    def span(self, start: date | None, end: date | None) -> tuple[float, float] | None:
        """(left, width) of the part of [start, end) that is shown."""
        left = LABELS if start is None or start <= self.first else self.x(start)
        right = LABELS + WIDTH if end is None or end > self.last else self.x(end)
        hidden = (start is not None and start > self.last) or (end is not None and end <= self.first)
        return None if hidden else (left, max(LEAST, right - left))

    def ticks(self) -> tuple[Tick, ...]:
        """The first days of years, or of months where there are few years; not nearer than a label is wide."""
        years = self.last.year - self.first.year
        days = [date(year, 1, 1) for year in range(self.first.year, self.last.year + 1)]
        if years < 3:
            days = [
                date(year, month, 1) for year in range(self.first.year, self.last.year + 1) for month in range(1, 13)
            ]
        shown = [day for day in days if self.first <= day <= self.last and self.x(day) < LABELS + WIDTH - 24]
        step = max(1, -(-len(shown) * 66 // int(WIDTH)))
        return tuple(Tick(self.x(day), f"{day:%Y-%m}" if years < 3 else str(day.year)) for day in shown[::step])


def drawn(data: TimelineData, teller: Teller, valid_at: date | None, known_at: date, most: float = MOST) -> Drawn:
    """Lanes in the data's order, ``most`` rows; a lane of which nothing is told stands there with its gap."""
    axis, words = _Axis(data.first, data.last), teller.words
    gaps: dict[str, list[Gap]] = {}
    for gap in data.gaps:
        gaps.setdefault(gap.lane, []).append(gap)
    groups = {lane: list(rows) for lane, rows in groupby(data.tellings, key=lambda one: one.lane)}
    lanes: list[Lane] = []
    bars: list[Bar] = []
    y = TOP
    for lane in [*groups, *(lane for lane in gaps if lane not in groups)]:
        told = tuple(
            (*span, words("timeline.gap.short" if span[1] > 90 else "timeline.gap.mark"))
            for gap in gaps.get(lane, ())
            if (span := axis.span(gap.first, gap.last and gap.last + timedelta(days=1)))
        )
        lanes.append(Lane(y, lane_title(lane, data.subject.type, words), told))
        y += HEAD
        for one in groups.get(lane, ()):
            if len(bars) == most:
                break
            bars.append(_bar(one, y, axis, teller))
            y += ROW + NAME_LINE * (len(bars[-1].lines) - 1)
    left_out = len(data.tellings) - len(bars)
    lines = (axis.within(valid_at), axis.within(known_at))
    return Drawn(LABELS + WIDTH + END, y + 8, tuple(lanes), tuple(bars), axis.ticks(), *lines, left_out)


def _bar(one: Telling, y: float, axis: _Axis, teller: Teller) -> Bar:
    statement = one.lane in (STATEMENT, INCIDENT)
    plain = statement and one.valid_from is None and one.valid_to is None
    span = None if plain else axis.span(one.valid_from, one.valid_to)
    level = Level.NO_RISK
    if one.lane == STATEMENT:
        level = Level.UNSTATED if one.severity is None else Level(str(one.severity))
    return Bar(
        telling=one,
        y=y,
        lines=wrapped(named(one, teller), NAME),
        label=spoken(one, teller),
        left=span[0] if span else None,
        width=span[1] if span else 0,
        begins=one.valid_from is not None and one.valid_from >= axis.first,
        ends=one.valid_to is not None and one.valid_to <= axis.last,
        sure=one.confidence is not None and one.confidence >= SURE,
        ring=axis.within(one.day),
        level=level,
        learnt=axis.within(one.learnt.date()),
        withdrawn=axis.within(one.withdrawn.date()) if one.withdrawn else None,
    )


def gaps_told(gaps: Iterable[Gap], type: str, words: Words) -> list[str]:
    """What is not told, a sentence each."""
    return [
        words("timeline.gap.told", what=lane_title(gap.lane, type, words), when=gap_words(gap, words)) for gap in gaps
    ]
