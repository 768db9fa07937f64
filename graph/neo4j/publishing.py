"""Publishing: a graph in Neo4j becomes that of one publication at one clearance, by the difference only.

The difference is taken anew from what the graph says each time, so a publish that was cut short is resumed by the next
one. A small difference is one transaction with the mark; a large one marks the graph as not whole, lets what must leave
leave first, then adds, counts, and marks it whole. Nodes and relationships of other people are left alone.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from graph.neo4j import files, mark
from graph.neo4j.constraints import make_constraints, make_indexes
from graph.neo4j.difference import KINDS, Gone, Graph, counts
from graph.neo4j.entering import Entering
from graph.neo4j.layout import DENIED, SOURCE, bound
from graph.neo4j.mark import Mark
from graph.neo4j.row import Row
from graph.neo4j.rows import rows
from graph.neo4j.server import Server, Tx, chunks
from graph.neo4j.spool import Spool
from graph.neo4j.writing import Writer, remove, write
from graph.snapshot.view import Snapshot
from graph.sqlite import Store
from graph.store import At
from ontology.errors import InputError, StoreError
from ontology.model import LINKS, NODES

BATCH = 5_000
"""Rows looked at, removed or written at a time."""
SMALL = 4_000
"""Changes up to which a publish is one transaction."""

Progress = Callable[[int, int], object]


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
    """One publish under way."""

    server: Server
    store: Store
    at: At
    snapshot: Snapshot
    clock: Callable[[], datetime]
    progress: Progress
    entering: Entering
    counts: Counter[str] = field(default_factory=Counter)
    derived: int = 0

    def rows(self) -> Iterator[list[Row]]:
        """All rows of the publication, some at a time, counted."""
        total, done = self.snapshot.n + len(self.snapshot.topology.edges), 0
        for batch in chunks(rows(self.store, self.at, self.snapshot, self.entering), BATCH):
            self.counts.update(row.kind for row in batch)
            self.derived += sum(1 for row in batch if row.kind in LINKS and row.properties.get("derived"))
            yield batch
            done += len(batch)
            self.progress(min(done, total), total)

    def finished(self, target: Mark) -> Mark:
        """The mark of the graph as it now is."""
        return replace(
            target, entities=entities_of(self.counts), links=links_of(self.counts), derived=self.derived, whole=True,
            denied=self.counts[DENIED], ended=self.clock(), entering_from=bound(self.entering.start),
            entering_to=bound(self.entering.end),
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
    progress: Progress = lambda _done, _total: None,
) -> Published:  # fmt: skip
    """Make the graph in a database that of a snapshot; ``dry_run`` only says what would change.

    Raises:
        InputError: a snapshot of a period, or a database that holds the graph of another record.
        StoreError: a layout of another number, or a database that something else changes.
        StoreBusyError: another publish has begun meanwhile.
    """
    if snapshot.moment.valid_at is None:
        raise InputError("A graph is published for a day, not for a period.", remedy="Give --valid-at.")
    stands, target = mark.read(server), Mark.of(store.uid, snapshot)
    if stands and stands.record != target.record:
        raise InputError(
            f"{server.address.url} holds the graph of another record. Nothing was changed.",
            remedy="Name another database, or remove that graph first: kedja publish --remove.",
        )
    work = _Work(server, store, at, snapshot, clock, progress, Entering(snapshot))
    target = replace(target, attempt=uuid.uuid4().hex, began=clock())
    if stands and _is_shown(server, stands, target):
        return Published(stands, kept=stands.entities + stands.links)
    graph = Graph.read(server) if stands else Graph.nothing()
    if dry_run:
        with Spool() as wanted:
            return _compared(work, graph, wanted, target)[1]
    make_constraints(server)
    if not len(graph):
        return _filled(work, target)
    with Spool() as wanted:
        gone, changes = _compared(work, graph, wanted, target)
        changed = changes.added + changes.changed + changes.removed
        if stands and stands.whole and changed <= SMALL:
            return _at_once(work, stands, target, wanted, gone, changes)
        return _in_steps(work, target, wanted, gone, changes)


def to_files(
    folder: Path, store: Store, at: At, snapshot: Snapshot, *, clock: Callable[[], datetime],
    progress: Progress = lambda _done, _total: None,
) -> tuple[Mark, list[str]]:  # fmt: skip
    """Write a publication as files for Neo4j's import tool; gives its mark and the tool's arguments.

    Raises:
        InputError: a snapshot of a period.
        StoreError: a folder that is not empty or cannot be written, or what the tool cannot take.
    """
    if snapshot.moment.valid_at is None:
        raise InputError("A graph is published for a day, not for a period.", remedy="Give --valid-at.")
    target = replace(Mark.of(store.uid, snapshot), attempt=uuid.uuid4().hex, began=clock())
    entering, total = Entering(snapshot), snapshot.n + len(snapshot.topology.edges)

    def told() -> Iterator[Row]:
        for done, row in enumerate(rows(store, at, snapshot, entering)):
            if done % BATCH == 0:
                progress(min(done, total), total)
            yield row

    return target, files.write(folder, told(), target)


def _is_shown(server: Server, stands: Mark, target: Mark) -> bool:
    """Whether the graph shows the publication already, as far as its mark and its counts say."""
    if not (stands.whole and stands.shows(target)):
        return False
    there = counts(server.read)
    return (entities_of(there), links_of(there)) == (stands.entities, stands.links)


def entities_of(counted: Mapping[str, int]) -> int:
    return sum(counted[kind] for kind in NODES)


def links_of(counted: Mapping[str, int]) -> int:
    return sum(counted[kind] for kind in (*LINKS, DENIED))


Goners = dict[str, list[Gone]]


def _compared(work: _Work, graph: Graph, wanted: Spool, target: Mark) -> tuple[Goners, Published]:
    """Put aside what the graph lacks, and say what is to leave; a node that only changes does not leave."""
    again: dict[str, set[str]] = {kind: set() for kind in (*NODES, SOURCE)}
    kept = 0
    for batch in work.rows():
        lacking = graph.lacking(batch)
        kept += len(batch) - len(lacking)
        for row, _ in lacking:
            if row.kind in again:
                again[row.kind].add(row.id)
        wanted.put(lacking)
    gone: Goners = {}
    changed = 0
    for kind in reversed(KINDS):
        left = list(graph.kinds[kind].gone())
        gone[kind] = [one for one in left if one.id not in again.get(kind, ())]
        changed += len(left) - len(gone[kind])
    removed = sum(one.times for leaving in gone.values() for one in leaving)
    return gone, Published(work.finished(target), len(wanted) - changed, changed, removed, kept)


def _at_once(work: _Work, stands: Mark, target: Mark, wanted: Spool, gone: Goners, changes: Published) -> Published:
    """One transaction: a reader sees all of the change or nothing of it."""
    lacking = list(wanted)

    def change(tx: Tx) -> Published:
        mark.hold(tx, stands.attempt)
        foreign = sum(remove(tx, kind, leaving) for kind, leaving in gone.items() if leaving)
        for kind in KINDS:
            if added := [one for one in lacking if one[0].kind == kind]:
                write(tx, kind, added)
        work.check(tx)
        done = work.finished(target)
        mark.put(tx, done)
        return replace(changes, mark=done, foreign=foreign)

    done = work.server.write(change)
    make_indexes(work.server)
    return done


def _begin(work: _Work, target: Mark) -> None:
    work.server.write(lambda tx: mark.put(tx, target))


def _in_steps(work: _Work, target: Mark, wanted: Spool, gone: Goners, changes: Published) -> Published:
    """Marked as not whole meanwhile. What must leave leaves first, so nothing withheld stays if this is cut short."""
    _begin(work, target)
    make_indexes(work.server)  # what leaves is found by its id
    foreign = 0
    for kind, leaving in gone.items():
        for batch in chunks(leaving, BATCH):
            foreign += work.server.write(partial(_remove, target.attempt, kind, batch))
    with Writer(work.server, target.attempt, BATCH) as writer:
        for one in wanted:
            writer.put(one)
    return replace(changes, mark=_end(work, target), foreign=foreign)


def _remove(attempt: str, kind: str, batch: list[Gone], tx: Tx) -> int:
    mark.hold(tx, attempt)
    return remove(tx, kind, batch)


def _filled(work: _Work, target: Mark) -> Published:
    """Into a database that has nothing of ours: written as it is read."""
    _begin(work, target)
    with Writer(work.server, target.attempt, BATCH) as writer:
        for batch in work.rows():
            for row in batch:
                writer.put((row, row.hash))
    make_indexes(work.server)
    done = _end(work, target)
    return Published(done, added=sum(work.counts.values()))


def _end(work: _Work, target: Mark) -> Mark:
    done = work.finished(target)

    def end(tx: Tx) -> None:
        mark.hold(tx, target.attempt)
        work.check(tx)
        mark.put(tx, done)

    work.server.write(end)
    return done
