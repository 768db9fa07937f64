"""What was valid when, and when we learnt it: everything said of a thing, along both clocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from graph import budget
from graph.answer import Answer, Completeness
from graph.data import Node
from graph.evidence import cited
from graph.kernels.reach import reach
from graph.questions.common import framed, wording
from graph.questions.ends import Ends
from graph.questions.groups import find, steps_of
from graph.questions.naming import Naming
from graph.questions.nearest import at_any_time
from graph.questions.survey import Survey
from graph.questions.walks import ACTORS, GOODS, TIERS
from graph.snapshot.view import Snapshot
from graph.sqlite import Store
from graph.store import At, Publication, StoredLink, StoredRecord
from graph.timed import INCIDENT, SELF, STATEMENT, Gap, Telling, TimelineData
from ontology.model import LINKS, Walk
from ontology.records import Polarity, Secrecy, canonical
from ontology.roles import CHAIN

LOOKED = 50
"""Publications that are looked at, the newest ones."""
ENDS = 20
"""Ends of knowledge listed."""
STATEMENTS = 60
"""Statements listed, the most severe first."""
MARGIN = timedelta(days=60)
Row = StoredRecord | StoredLink


@dataclass(slots=True)
class _Seen:
    """One version of what is said, and the publications between which it stands."""

    row: Row
    first: Publication
    gone: Publication | None = None


@dataclass(slots=True)
class _Followed:
    """What the subject's timeline is made of, by id."""

    subject: str
    statements: dict[str, int | None] = field(default_factory=dict)
    """Statements by id, with their severity."""
    incidents: set[str] = field(default_factory=set)

    @property
    def beside(self) -> list[str]:
        return sorted({*self.statements, *self.incidents})


def timeline(
    store: Store, s: Snapshot, subject: str, *, first: date | None, last: date | None, most: int
) -> Answer[TimelineData]:
    """Everything said of ``subject`` (an id or a key), of its links of every validity, and the statements and incidents
    about it: for a contract, about its chain."""
    asked = {"subject": subject, "first": first, "last": last, "most": most}
    question = wording("timeline", asked)
    vertex = find(s, subject)
    if vertex is None:
        return framed(s, question, None)
    return _Timeline(store, s, vertex).answer(question, first, last, most)


class _Timeline:
    def __init__(self, store: Store, s: Snapshot, vertex: int) -> None:
        self.store, self.s, self.vertex = store, s, vertex
        self.clearance = Secrecy.read(s.known.clearance)
        self.naming = Naming(s)
        self.followed = self._follow()
        self.publications = self._publications()

    def _follow(self) -> _Followed:
        s, id = self.s, self.s.id(self.vertex)
        whole = at_any_time(s)
        if s.is_type(self.vertex, "Contract"):
            start = np.array([self.vertex], np.int32)
            about = reach(whole.network, start, upstream=True, kinds=GOODS | ACTORS, tier_kinds=TIERS).vertex
        else:
            about = np.array(sorted({self.vertex, *steps_of(whole, self.vertex)}), np.int32)
        seeds = whole.seeds
        rows = np.flatnonzero(np.isin(seeds.vertex, about))
        found: dict[int, int | None] = {}
        for row in rows[np.lexsort((seeds.statement[rows], -seeds.severity[rows]))]:
            severity = int(seeds.severity[row])
            found.setdefault(int(seeds.statement[row]), None if severity < 0 else severity)
        chosen = self.naming.first("statements", found, STATEMENTS)
        incidents = {s.id(v) for v in whole.pairs("GATHERS").sources(*chosen)}
        return _Followed(id, {s.id(v): found[v] for v in chosen}, incidents - {id})

    def _publications(self) -> list[Publication]:
        """The newest that changed what the clearance sees, oldest first, under the numbers that it knows them by."""
        found: dict[int, Publication] = {}
        for one in self.store.publications():
            if one.number <= self.s.known.publication:
                told = self.store.told(one, self.clearance)
                if told.number:
                    found[told.number] = Publication(one.number, told.number, told.at)
        return list(found.values())[-LOOKED:]

    # -- what stood when ----------------------------------------------------------------------------------------
    def _visible(self, at: At) -> Iterator[Row]:
        subject = [self.followed.subject]
        yield from self.store.records(at, entities=subject)
        if self.followed.beside:
            yield from self.store.records(at, entities=self.followed.beside)
        links = {link.row: link for end in ("source", "target") for link in self._links(at, end, subject)}
        yield from (link for link in links.values() if not self._is_of_statement(link))

    def _links(self, at: At, end: str, subject: list[str]) -> Iterable[StoredLink]:
        return self.store.links(at, source=subject) if end == "source" else self.store.links(at, target=subject)

    def _is_of_statement(self, link: StoredLink) -> bool:
        """Whether a link only says what a statement that stands here by itself is about."""
        return bool({link.source, link.target} & self.followed.statements.keys())

    def _seen(self) -> list[_Seen]:
        found: dict[str, _Seen] = {}
        for publication in self.publications:
            budget.check()
            here = {_version(row): row for row in self._visible(At(publication.number, self.clearance))}
            for version, row in here.items():
                known = found.get(version)
                if known is None or known.gone:
                    found[version] = _Seen(row, publication)
            for version, known in found.items():
                if known.gone is None and version not in here:
                    known.gone = publication
        return list(found.values())

    # -- the answer ---------------------------------------------------------------------------------------------
    def answer(self, question: str, first: date | None, last: date | None, most: int) -> Answer[TimelineData]:
        tellings = sorted((self._telling(seen) for seen in self._seen()), key=_order)
        span = self._span(tellings, first, last)
        listed = self.naming.first("tellings", tellings, most)
        for one in listed:
            if one.other:
                self.naming.named(one.other)
        known = self.store.sources(At(self.s.known.publication, self.clearance))
        named = sorted({source for one in listed for source in one.sources} & known.keys())
        subject = self.naming.node(self.vertex)
        completeness = self._completeness()
        data = TimelineData(
            subject=subject,
            first=span[0],
            last=span[1],
            current=sum(_holds(one, *self.s.moment.days) for one in tellings),
            tellings=tuple(listed),
            gaps=tuple(self._gaps(tellings)),
            nodes=self._nodes(listed),
            sources=tuple(cited(known[source]) for source in named),
        )
        return framed(self.s, question, data, completeness=completeness)

    def _nodes(self, listed: Iterable[Telling]) -> tuple[Node, ...]:
        """Everything named; what is no longer in the graph by what was said of it."""
        found = {node.id: node for node in self.naming.nodes()}
        gone = sorted({one.other for one in listed if one.other} - found.keys())
        for publication in reversed(self.publications):
            for record in self.store.records(At(publication.number, self.clearance), entities=gone) if gone else ():
                found.setdefault(record.entity, Node(id=record.entity, type=record.type, name=record.name))
        return tuple(found[id] for id in sorted(found))

    def _telling(self, seen: _Seen) -> Telling:
        row, common = seen.row, seen.row.common
        lane, other = self._lane(row)
        properties = row.properties
        oldest = self.publications[0]
        day = next((properties[name] for name in ("issued", "started", "performed") if properties.get(name)), None)
        return Telling(
            fact=row.id,
            lane=lane,
            type=row.type,
            other=other,
            status=common.status.value,
            confidence=self.s.method.confidence[common.status] if common.confidence is None else common.confidence,
            denied=common.polarity is Polarity.DENIED,
            valid_from=common.valid_from,
            valid_to=common.valid_to,
            day=None if day is None else date.fromisoformat(str(day)),
            severity=_whole(properties.get("severity")),
            learnt=seen.first.at,
            learnt_in=seen.first.run,
            before=seen.first == oldest and oldest.run > 1,
            withdrawn=seen.gone.at if seen.gone else None,
            sources=(row.source,) if isinstance(row, StoredRecord) else (row.origin,),
        )

    def _lane(self, row: Row) -> tuple[str, str | None]:
        if isinstance(row, StoredRecord):
            if row.entity in self.followed.statements:
                return STATEMENT, row.entity
            return (INCIDENT, row.entity) if row.entity in self.followed.incidents else (SELF, None)
        at_source = row.source == self.followed.subject
        return f"{row.type}:{'source' if at_source else 'target'}", row.target if at_source else row.source

    def _span(self, tellings: Iterable[Telling], first: date | None, last: date | None) -> tuple[date, date]:
        """From the first day told of to the last, with the two clocks, a little more on either side."""
        days = [self.s.known.at.date(), *(day for day in self.s.moment.during or (self.s.moment.valid_at,) if day)]
        for one in tellings:
            days += [day for day in (one.valid_from, one.valid_to, one.day, one.learnt.date()) if day]
        start, end = first or _moved(min(days), -MARGIN), last or _moved(max(days), MARGIN)
        return (start, end) if start < end else (start, _moved(start, MARGIN))

    # -- what is not told ---------------------------------------------------------------------------------------
    def _gaps(self, tellings: Iterable[Telling]) -> Iterator[Gap]:
        """The days of which nothing that stands is told, of the thing itself and of each sort of its links."""
        periods: dict[str, list[Period]] = {lane: [] for lane in self._expected()}
        for one in tellings:
            if one.withdrawn is None and not one.denied and one.lane not in (STATEMENT, INCIDENT):
                periods.setdefault(one.lane, []).append((one.valid_from, one.valid_to))
        own = periods.pop(SELF, [])
        for start, end in uncovered(own):
            if not own or (start and end):  # before its first day and after its last, it is not
                yield _gap(SELF, start, end)
        for lane, covered in periods.items():
            for start, end in uncovered(covered, own or [(None, None)]):
                yield _gap(lane, start, end)

    def _expected(self) -> list[str]:
        """The sorts of goods that must come in, where it is not told that none do or that all are."""
        type = self.s.type(self.vertex)
        if type not in CHAIN or not self.s.is_open(self.vertex):
            return []
        return [f"{name}:target" for name, link in LINKS.items() if link.walk is Walk.GOODS and type in link.target]

    def _completeness(self) -> Completeness:
        """Where knowledge of the chain of a step or contract ends, and whom to ask."""
        if not self.s.is_type(self.vertex, *CHAIN):
            return Completeness(cut=self.naming.cut())
        rows = Survey(self.s, None, np.array([self.vertex], np.int64)).ends()
        contracts = [self.vertex] if self.s.is_type(self.vertex, "Contract") else []
        ends = Ends(self.s, self.naming, contracts).ends(rows[:ENDS])
        return Completeness(ends=ends, ends_total=len(rows), cut=self.naming.cut())


def _gap(lane: str, start: date | None, end: date | None) -> Gap:
    return Gap(lane=lane, first=start, last=None if end is None else end - timedelta(days=1))


Period = tuple[date | None, date | None]
"""[from, to); None: no bound."""


def uncovered(periods: Iterable[Period], within: Iterable[Period] = ((None, None),)) -> list[Period]:
    """The days of ``within`` that no period holds."""
    covered, found = _merged(periods), []
    for first, last in _merged(within):
        here = ((max(start, first), min(end, last)) for start, end in covered if start < last and end > first)
        edges = [first, *(edge for period in here for edge in period), last]
        found += [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
    return [(None if a == date.min else a, None if b == date.max else b) for a, b in found]


def _merged(periods: Iterable[Period]) -> list[tuple[date, date]]:
    """The same days in periods that neither meet nor overlap, in order."""
    merged: list[tuple[date, date]] = []
    for start, end in sorted((start or date.min, end or date.max) for start, end in periods):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def _version(row: Row) -> str:
    common = row.common
    said = (common.valid_from, common.valid_to, common.status, common.confidence, common.polarity)
    return "\n".join((row.id, *map(str, said), canonical(row.properties)))


def _order(one: Telling) -> tuple[int, str, int, date, str, datetime]:
    lane = {SELF: 0, STATEMENT: 1, INCIDENT: 2}.get(one.lane, 3)
    severity = -1 if one.severity is None else one.severity
    return lane, one.lane, -severity, one.valid_from or one.day or date.min, one.fact, one.learnt


def _holds(one: Telling, start: int, end: int) -> bool:
    first, last = one.valid_from or date.min, one.valid_to or date.max
    day, over = (date.fromordinal(max(1, min(d + _EPOCH, date.max.toordinal()))) for d in (start, end))
    return one.withdrawn is None and not one.denied and first < over and last > day


_EPOCH = date(1970, 1, 1).toordinal()


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))


def _moved(day: date, by: timedelta) -> date:
    return date.fromordinal(max(1, min(day.toordinal() + by.days, date.max.toordinal())))
