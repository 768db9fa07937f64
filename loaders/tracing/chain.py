"""Events to a chain: what an actor makes of an article is one step, whatever the number of events.

A step supplies the next where one and the same lot or item comes out of the one and goes into the other. Where the
maker of an input is not told, a step without an actor stands for it: an end of what is known. An event that was
retracted says nothing, wherever its retraction stands.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

from loaders.base import Report, checked
from loaders.tracing.events import Actor, Event, Good, What
from ontology.errors import Reason, ValueProblem
from ontology.records import Common, Link, Record, Ref, digest
from ontology.values import make_key

Item = Record | Link

DEEPEST = 12
"""Pallets within pallets that are opened."""
MOST_PIECES = 100_000
"""Pieces that one pallet holds; what is more counts as a pallet that is not opened."""
UNTOLD = "?"
NAME = 500
LONGEST = 180


def step_key(verb: str, actor: str, good: str) -> str:
    """The key of the step by which an actor makes or sends an article: whoever says it, it is one step."""
    whole = f"step/{verb}/{actor or UNTOLD}/{good}"
    return make_key("local", whole if len(whole) <= LONGEST else f"step/{verb}/{digest(actor, good)}")


@dataclass(slots=True)
class Chain:
    """Events laid by on the disk, in a file of the system's own."""

    connection: sqlite3.Connection
    report: Report
    common: Common = field(default_factory=Common)
    table: str = ""
    names: Callable[[str, str], str] = lambda _type, _key: ""
    """What master data call a site, a company or an article, by its type and key; empty where they do not."""
    first: dict[tuple[str, Ref, Ref], tuple[str, str]] = field(default_factory=dict)
    """(type, source, target) of each link -> (its first day, where it stands)."""
    said: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.connection.execute(
            "CREATE TABLE event (place INTEGER PRIMARY KEY, id TEXT, content TEXT, at TEXT, body TEXT)"
        )
        self.connection.execute("CREATE INDEX event_id ON event(id)")
        self.connection.execute("CREATE INDEX event_content ON event(content)")
        self.connection.execute("CREATE TABLE retracted (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self.connection.execute("CREATE TABLE maker (piece TEXT PRIMARY KEY, step TEXT) WITHOUT ROWID")
        self.connection.execute(
            "CREATE TABLE held (parent TEXT, child TEXT, PRIMARY KEY (parent, child)) WITHOUT ROWID"
        )

    def lay_by(self, event: Event, content: str) -> None:
        """Keep an event; ``content`` is what tells it from others where it has no id.

        Raises:
            ValueProblem: another event has its id.
        """
        known = (
            "SELECT content, body FROM event WHERE id = ?"
            if event.id
            else "SELECT content, body FROM event WHERE content = ?"
        )
        row = self.connection.execute(known, (event.id or content,)).fetchone()
        if row is None:
            self.connection.execute(
                "INSERT INTO event(id, content, at, body) VALUES (?,?,?,?)", (event.id, content, event.at, event.body())
            )
        elif row[0] != content:
            raise ValueProblem(Reason.DUPLICATE_KEY, event.id, first_row=Event.read(row[1]).locator)
        else:
            self.report.notes["event_twice"] += 1

    def retract(self, id: str) -> None:
        """Note that an event did not occur, by its id, or by its content where it has none."""
        self.connection.execute("INSERT OR IGNORE INTO retracted VALUES (?)", (id,))

    def read(self) -> Iterator[Item]:
        """What the events say that were not retracted, in the order in which they happened."""
        self.connection.execute("CREATE INDEX event_order ON event(at, place)")
        (alone,) = self.connection.execute(
            "SELECT count(*) FROM retracted"
            " WHERE id NOT IN (SELECT id FROM event) AND id NOT IN (SELECT content FROM event)"
        ).fetchone()
        if alone:
            self.report.notes["retraction_alone"] += alone
        gone = self.connection.execute(
            "DELETE FROM event WHERE id IN (SELECT id FROM retracted) OR content IN (SELECT id FROM retracted)"
        )
        if gone.rowcount > 0:
            self.report.notes["event_retracted"] += gone.rowcount
        for event in self._events():
            if event.what is What.MAKE:
                for good in event.outputs:
                    self._hold(good, self.step(event, good))
        for event in self._events():
            match event.what:
                case What.MAKE:
                    yield from self._made(event)
                case What.MOVE:
                    yield from self._moved(event)
                case What.PACK | What.UNPACK:
                    self._packed(event)
                case _:
                    self.report.notes["event_not_read"] += 1
        yield from self._links()

    def _events(self) -> Iterator[Event]:
        parts: dict[str, list[Event]] = {}
        for (body,) in self.connection.execute("SELECT body FROM event ORDER BY at, place"):
            event = Event.read(body)
            if event.of:
                parts.setdefault(event.of, []).append(event)
            else:
                yield event
        for events in parts.values():  # one transformation told in several events
            yield replace(
                events[-1],
                inputs=tuple(dict.fromkeys(good for one in events for good in one.inputs)),
                outputs=tuple(dict.fromkeys(good for one in events for good in one.outputs)),
                day=events[0].day,
            )

    # -- pieces --------------------------------------------------------------------------------------------------
    def step(self, event: Event, good: Good) -> str:
        """The key of the step by which the actor of an event makes, or sends, an article."""
        actor = event.place or event.made_by or event.sender
        return step_key("make" if event.what is What.MAKE else "send", actor.key, good.key)

    def _hold(self, good: Good, step: str) -> None:
        if good.piece:
            self.connection.execute("INSERT OR REPLACE INTO maker VALUES (?, ?)", (f"{good.key} {good.piece}", step))

    def _holder(self, good: Good) -> str:
        """The step that an exact lot or item last came out of; empty where that is not known."""
        if not good.piece:
            return ""
        found = self.connection.execute("SELECT step FROM maker WHERE piece = ?", (f"{good.key} {good.piece}",))
        row = found.fetchone()
        return str(row[0]) if row else ""

    # -- what is said --------------------------------------------------------------------------------------------
    def _made(self, event: Event) -> Iterator[Item]:
        steps: dict[str, Good] = {}
        for good in event.outputs:
            steps.setdefault(self.step(event, good), good)
            self._hold(good, self.step(event, good))
        inputs = [used for used in event.inputs if used not in event.outputs]
        for step, good in steps.items():
            yield from self._step(event, good, step, "")
            for used in inputs:
                yield from self._supplied(event, used, step)

    def _supplied(self, event: Event, used: Good, step: str) -> Iterator[Item]:
        source = self._holder(used)
        if not source:
            self.report.notes["maker_not_told"] += 1
            source = step_key("make", f"{UNTOLD} for {step}", used.key)
            yield from self._record("Step", source, self.called("Product", used.key, used.name), event)
            yield from self._output(event, used, source)
        if source != step:
            self._link("SUPPLIES", Ref("Step", source), Ref("Step", step), event)

    def _moved(self, event: Event) -> Iterator[Item]:
        yield from self._site(event, event.to)
        for one in (event.sender, event.receiver):
            yield from self._company(event, one)
        if event.sender and event.receiver and event.sender.key != event.receiver.key:
            sender, receiver = (Ref("Organisation", one.key) for one in (event.sender, event.receiver))
            self._link("SELLS_TO", sender, receiver, event)
        for good in self._opened(event.outputs):
            source, step = self._holder(good), self.step(event, good)
            if source == self.step(replace(event, what=What.MAKE), good):
                continue  # its maker sends it
            if not (event.place or event.sender):
                continue
            yield from self._step(event, good, step, "distribution")
            if source and source != step:
                self._link("SUPPLIES", Ref("Step", source), Ref("Step", step), event)
            self._hold(good, step)

    def _packed(self, event: Event) -> None:
        """What is on a pallet. Without children, an unpacking empties it; a packing without its pallet says nothing."""
        if not event.parent:
            self.report.notes["event_not_read"] += 1
            return
        if event.what is What.UNPACK and not event.outputs:
            self.connection.execute("DELETE FROM held WHERE parent = ?", (event.parent,))
        for good in event.outputs:
            child = f"{good.key}\x1f{good.name}\x1f{good.piece}"
            if event.what is What.UNPACK:
                self.connection.execute("DELETE FROM held WHERE parent = ? AND child = ?", (event.parent, child))
            else:
                self.connection.execute("INSERT OR IGNORE INTO held VALUES (?, ?)", (event.parent, child))

    def _opened(self, goods: tuple[Good, ...]) -> list[Good]:
        """The goods, and in place of a pallet what is on it."""
        found: list[Good] = []
        now, deep = list(goods), 0
        while now and deep < DEEPEST and len(found) < MOST_PIECES:
            deep += 1
            pallets = [one for one in now if not one.key]
            found += [one for one in now if one.key]
            now = []
            for pallet in pallets:
                rows = self.connection.execute(
                    "SELECT child FROM held WHERE parent = ? LIMIT ?", (pallet.piece, MOST_PIECES)
                ).fetchall()
                if not rows:
                    self.report.notes["pallet_not_known"] += 1
                now += [Good(*child.split("\x1f")) for (child,) in rows]
        return list(dict.fromkeys(found))

    # -- records and links ---------------------------------------------------------------------------------------
    def called(self, type_: str, key: str, name: str) -> str:
        return (name or self.names(type_, key) or key.partition(":")[2])[:NAME]

    def _step(self, event: Event, good: Good, step: str, stage: str) -> Iterator[Item]:
        actor = event.place or event.made_by or event.sender
        name = self.called("Product", good.key, good.name)
        kind = "Site" if event.place else "Organisation"
        where = f", {self.called(kind, actor.key, actor.name)}" if actor else ""
        yield from self._record("Step", step, f"{name}{where}"[:NAME], event, stage=stage or None)
        yield from self._output(event, good, step)
        yield from self._site(event, event.place)
        if event.place:
            self._link("PERFORMS", Ref("Site", event.place.key), Ref("Step", step), event)
        runner = event.made_by or event.sender
        yield from self._company(event, runner)
        if runner:
            self._link("RUNS", Ref("Organisation", runner.key), Ref("Step", step), event)

    def _output(self, event: Event, good: Good, step: str) -> Iterator[Item]:
        yield from self._named("Product", good.key, good.name, event)
        self._link("OUTPUTS", Ref("Step", step), Ref("Product", good.key), event)

    def _site(self, event: Event, actor: Actor) -> Iterator[Item]:
        yield from self._named("Site", actor.key, actor.name, event)

    def _company(self, event: Event, actor: Actor) -> Iterator[Item]:
        yield from self._named("Organisation", actor.key, actor.name, event)

    def _named(self, type_: str, key: str, name: str, event: Event) -> Iterator[Item]:
        """What somebody calls it; of what has only a number its links tell, and others may have its name."""
        if key and (called := name or self.names(type_, key)):
            yield from self._record(type_, key, called[:NAME], event)

    def _record(self, type_: str, key: str, name: str, event: Event, stage: str | None = None) -> Iterator[Item]:
        if f"{type_} {key}" in self.said:
            return
        self.said.add(f"{type_} {key}")
        properties = {"name": name, "stage": stage} if type_ == "Step" else {"name": name}
        common = replace(self.common, valid_from=None, valid_to=None)
        raw = {"process": event.process} if type_ == "Step" and event.process else {}
        yield checked(Record(type_, key, properties, common=common, raw=raw, locator=event.locator, table=self.table))

    def _link(self, type_: str, source: Ref, target: Ref, event: Event) -> None:
        day, at = self.first.get((type_, source, target), ("9999", event.locator))
        self.first[type_, source, target] = min((event.day or "9999", event.locator), (day, at))

    def _links(self) -> Iterator[Item]:
        for (type_, source, target), (day, at) in self.first.items():
            common = replace(self.common, valid_from=None if day == "9999" else date.fromisoformat(day), valid_to=None)
            yield checked(Link(type_, source, target, common=common, locator=at, table=self.table))


@contextmanager
def chain(report: Report, table: str = "", names: Callable[[str, str], str] | None = None) -> Iterator[Chain]:
    """A place for events, that nobody else sees."""
    with closing(sqlite3.connect("", isolation_level=None)) as connection:
        connection.execute("BEGIN")
        made = Chain(connection, report, table=table)
        if names is not None:
            made.names = names
        yield made
