"""Publishing: a graph in Neo4j becomes that of one publication at one clearance, by the difference only.

What stands is known from the record, which still has the publication that the mark names; where that cannot be, it is
read from the graph, so a publish that was cut short is resumed by the next one. A small difference is one transaction
with the mark; a large one marks the graph as not whole, lets what must leave leave first, then adds, counts, and marks
it whole. Nodes and relationships of other people are left alone.
"""

from __future__ import annotations

import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path

from graph.neo4j import files, mark
from graph.neo4j.constraints import make_constraints, make_indexes
from graph.neo4j.content import COMPUTED, SIZE, Content, Part
from graph.neo4j.difference import KINDS, Gone, Graph, counts, read_all, read_kinds
from graph.neo4j.layout import DENIED, SOURCE, bound
from graph.neo4j.mark import Mark
from graph.neo4j.server import Server, Tx, chunks
from graph.neo4j.table import Table
from graph.neo4j.writing import Writer, remove, write
from graph.snapshot.reader import read_topology
from graph.snapshot.topology import Topology
from graph.snapshot.view import Known, Moment, Snapshot
from graph.sqlite import Store
from graph.store import At, Bool
from ontology.errors import InputError, StoreError
from ontology.method import method
from ontology.model import LINKS, NODES
from ontology.records import Secrecy

SMALL = 4_000
"""Changes up to which a publish is one transaction."""

Progress = Callable[[int, int], object]
Freeze = Callable[[Store, At], Topology]
Goners = dict[str, list[Gone]]


@dataclass(frozen=True, slots=True)
class Published:
    """What a publish did, or would do: rows of the layout, nodes and relationships alike.

    ``changed`` nodes got other properties; ``foreign`` relationships of other people went with nodes that left.
    """

    mark: Mark
    added: int = 0
    changed: int = 0
    removed: int = 0
    kept: int = 0
    foreign: int = 0


@dataclass(slots=True)
class _Work:
    """One publish under way. ``counts`` are the rows of each kind that the graph will have, ``derived`` those links
    among them that no source says."""

    target: Mark
    content: Content
    clock: Callable[[], datetime]
    progress: Progress
    size: int
    counts: Counter[str] = field(default_factory=Counter)
    derived: int = 0

    def all(self, parts: list[Part], total: int) -> Iterator[Table]:
        """The rows of some parts, counted."""
        done = 0
        for table in chain.from_iterable(part() for part in parts):
            self.counts[table.kind] += len(table)
            self.derived += len(table) if table.is_derived else 0
            yield table
            done += len(table)
            self.progress(min(done, total), total)

    def finished(self) -> Mark:
        """The mark of the graph as it will be."""
        entering = self.content.entering
        return replace(
            self.target, entities=entities_of(self.counts), links=links_of(self.counts), derived=self.derived,
            denied=self.counts[DENIED], rows=self.counts.total(), content=self.content.hash, whole=True,
            ended=self.clock(), entering_from=bound(entering.start),
            entering_to=bound(entering.end),
        )  # fmt: skip

    def check(self, tx: Tx) -> None:
        """Count what stands against what should.

        Raises:
            StoreError: something else changes the graph.
        """
        for kind, there in counts(tx.rows, self.counts).items():
            if there != self.counts[kind]:
                raise StoreError(
                    f"The graph in Neo4j has {there:,} {kind} where there should be {self.counts[kind]:,}: something"
                    " else changes it.",
                    remedy="Publish again; if that does not help, remove the graph first: kedja publish --remove.",
                )


def publish(
    server: Server, store: Store, at: At, snapshot: Snapshot, *, clock: Callable[[], datetime], dry_run: bool = False,
    progress: Progress = lambda _done, _total: None, freeze: Freeze = read_topology, size: int = SIZE,
) -> Published:  # fmt: skip
    """Make the graph in a database that of a snapshot; ``dry_run`` only says what would change. ``freeze`` gives what
    the record was at an earlier publication, ``size`` is how many rows are written by one statement.

    Raises:
        InputError: a snapshot of a period, or a database that holds the graph of another record.
        StoreError: a layout of another number, or a database that something else changes.
        StoreBusyError: another publish has begun meanwhile.
    """
    stands, target = mark.read(server), _target(store, snapshot, clock)
    if stands and stands.record != target.record:
        raise InputError(
            f"{server.address.url} holds the graph of another record. Nothing was changed.",
            remedy="Name another database, or remove that graph first: kedja publish --remove.",
        )
    work = _Work(target, Content(store, at, snapshot), clock, progress, size)
    intact = _intact(server, stands) if stands else None
    if stands and intact and stands.shows(target):
        return Published(_whole(server, stands, work, dry_run=dry_run), kept=stands.entities + stands.links)
    earlier = _earlier(store, stands, target, freeze) if stands and intact else None
    if earlier and stands and intact:
        graph = _known(server, work, stands, intact, earlier)
    elif not len(graph := Graph.of(read_all(server) if stands else ())):
        return _filled(server, work, dry_run=dry_run)
    change = _Change.of(work, graph, earlier)
    if dry_run:
        return change.told(work.finished())
    make_constraints(server)
    if stands and stands.whole and intact and change.size <= SMALL:
        return _at_once(server, work, stands, change)
    return _in_steps(server, work, change)


def to_files(
    folder: Path, store: Store, at: At, snapshot: Snapshot, *, clock: Callable[[], datetime],
    progress: Progress = lambda _done, _total: None,
) -> tuple[Mark, list[str]]:  # fmt: skip
    """Write a publication as files for Neo4j's import tool; gives its mark and the tool's arguments.

    Raises:
        InputError: a snapshot of a period.
        StoreError: a folder that is not empty or cannot be written, or what the tool cannot take.
    """
    content = Content(store, at, snapshot)
    work = _Work(_target(store, snapshot, clock), content, clock, progress, SIZE)
    with files.Files(folder) as made:
        for table in work.all(content.parts(), _total(content)):
            made.put(table)
        done = replace(work.finished(), whole=False)
        return done, made.end(done)


def _target(store: Store, snapshot: Snapshot, clock: Callable[[], datetime]) -> Mark:
    if snapshot.moment.valid_at is None:
        raise InputError("A graph is published for a day, not for a period.", remedy="Give --valid-at.")
    return replace(Mark.of(store.uid, snapshot), attempt=uuid.uuid4().hex, began=clock())


def _total(content: Content) -> int:
    return content.snapshot.n + len(content.snapshot.topology.edges)


def entities_of(counted: Mapping[str, int]) -> int:
    return sum(counted[kind] for kind in NODES)


def links_of(counted: Mapping[str, int]) -> int:
    return sum(counted[kind] for kind in (*LINKS, DENIED))


# -- what stands ----------------------------------------------------------------------------------------------------


def _intact(server: Server, stands: Mark) -> Counter[str] | None:
    """How many rows of each kind there are, where they are as many as the mark says."""
    if not stands.rows:
        return None
    there = Counter(counts(server.read))
    if there.total() != stands.rows:
        there = Counter(counts(server.read, {}))
    told = stands.rows, stands.entities, stands.links, stands.denied
    return there if (there.total(), entities_of(there), links_of(there), there[DENIED]) == told else None


def _earlier(store: Store, stands: Mark, target: Mark, freeze: Freeze) -> Content | None:
    """What the graph shows, from the record; None where that does not say it any more, or another Kedja published."""
    if (stands.method, stands.ontology, stands.layout) != (target.method, target.ontology, target.layout):
        return None
    clearance = Secrecy[stands.clearance.upper()]
    told = (one for one in reversed(store.publications()) if store.told(one, clearance).number == stands.publication)
    if (published := next(told, None)) is None:
        return None
    at = At(published.number, clearance)
    known = Known(published.number, stands.known_at.astimezone(UTC), stands.clearance, stands.publication)
    found = Content(store, at, Snapshot(freeze(store, at), Moment(stands.valid_at), method(), known))
    return found if found.hash == stands.content else None


def _known(server: Server, work: _Work, stands: Mark, intact: Counter[str], earlier: Content) -> Graph:
    """What a graph that shows ``earlier`` has and the target may not have; ``work`` counts the rest of its rows."""
    tables = [table for part in earlier.stored(work.content) for table in part()]
    graph = Graph.of(chain(((one.kind, one.id, one.hash) for one in tables), read_kinds(server, COMPUTED)))
    work.counts = Counter({kind: there - len(graph.kinds[kind].hash) for kind, there in intact.items()})
    work.derived = stands.derived - sum(len(one) for one in tables if one.is_derived)
    return graph


@dataclass(slots=True)
class _Change:
    """What is to leave, and which rows of which parts are to come."""

    gone: Goners
    coming: list[tuple[Part, list[Bool]]]
    added: int
    changed: int
    kept: int

    @property
    def removed(self) -> int:
        return sum(one.times for leaving in self.gone.values() for one in leaving)

    @property
    def size(self) -> int:
        return self.added + self.changed + self.removed

    def told(self, done: Mark, foreign: int = 0) -> Published:
        return Published(done, self.added, self.changed, self.removed, self.kept, foreign)

    @staticmethod
    def of(work: _Work, graph: Graph, since: Content | None) -> _Change:
        """The difference to what a graph has; what both have of ``since`` is counted already."""
        again: dict[str, set[str]] = {kind: set() for kind in (*NODES, SOURCE)}
        coming: list[tuple[Part, list[Bool]]] = []
        kept, lacked = work.counts.total(), 0
        for part in work.content.parts(size=work.size, since=since):
            masks = []
            for table in work.all([part], _total(work.content)):
                lacking = graph.lacks(table)
                masks.append(lacking)
                kept, lacked = kept + int((~lacking).sum()), lacked + int(lacking.sum())
                if table.kind in again:
                    again[table.kind].update(table.only(lacking).id)
            if any(mask.any() for mask in masks):
                coming.append((part, masks))
        gone: Goners = {}
        changed = 0
        for kind in reversed(KINDS):
            left = list(graph.kinds[kind].gone())
            gone[kind] = [one for one in left if one.id not in again.get(kind, ())]
            changed += len(left) - len(gone[kind])
        return _Change(gone, coming, lacked - changed, changed, kept)

    def tables(self) -> Iterator[Table]:
        """What is to come."""
        for part, masks in self.coming:
            for table, mask in zip(part(), masks, strict=True):
                if mask.any():
                    yield table if mask.all() else table.only(mask)


# -- how it changes -------------------------------------------------------------------------------------------------


def _whole(server: Server, stands: Mark, work: _Work, *, dry_run: bool) -> Mark:
    """The mark of a graph that has every row: the import tool leaves constraints and indexes to us."""
    if stands.whole or dry_run:
        return stands
    make_constraints(server)
    make_indexes(server, counts(server.read))
    done = replace(stands, whole=True, attempt=work.target.attempt, ended=work.clock())

    def end(tx: Tx) -> None:
        mark.hold(tx, stands.attempt)
        mark.end(tx, done)

    server.write(end)
    return done


def _at_once(server: Server, work: _Work, stands: Mark, change: _Change) -> Published:
    """One transaction: a reader sees all of the change or nothing of it."""
    tables, done = list(change.tables()), work.finished()

    def at_once(tx: Tx) -> Published:
        mark.hold(tx, stands.attempt)
        foreign = sum(remove(tx, kind, leaving) for kind, leaving in change.gone.items() if leaving)
        for table in tables:
            write(tx, table)
        work.check(tx)
        mark.end(tx, done)
        return change.told(done, foreign)

    found = server.write(at_once)
    make_indexes(server, work.counts)
    return found


def _in_steps(server: Server, work: _Work, change: _Change) -> Published:
    """Marked as not whole meanwhile. What must leave leaves first, so nothing withheld stays if this is cut short."""
    server.write(lambda tx: mark.begin(tx, work.target))
    there = Counter({kind: len(leaving) for kind, leaving in change.gone.items()}) + work.counts
    make_indexes(server, there)  # what leaves is found by its id
    foreign = 0
    for kind, leaving in change.gone.items():
        for batch in chunks(leaving, work.size):
            foreign += server.write(partial(_remove, work.target.attempt, kind, batch))
    with Writer(server, work.target.attempt) as writer:
        for table in change.tables():
            writer.put(table)
    return change.told(_end(server, work), foreign)


def _remove(attempt: str, kind: str, batch: list[Gone], tx: Tx) -> int:
    mark.hold(tx, attempt)
    return remove(tx, kind, batch)


def _filled(server: Server, work: _Work, *, dry_run: bool) -> Published:
    """Into a database that has nothing of ours: written as it is read."""
    tables = work.all(work.content.parts(size=work.size), _total(work.content))
    if dry_run:
        deque(tables, maxlen=0)
        return Published(work.finished(), added=work.counts.total())
    make_constraints(server)
    server.write(lambda tx: mark.begin(tx, work.target))
    with Writer(server, work.target.attempt) as writer:
        for table in tables:
            writer.put(table)
    make_indexes(server, work.counts)
    return Published(_end(server, work), added=work.counts.total())


def _end(server: Server, work: _Work) -> Mark:
    done = work.finished()

    def end(tx: Tx) -> None:
        mark.hold(tx, work.target.attempt)
        work.check(tx)
        mark.end(tx, done)

    server.write(end)
    return done
