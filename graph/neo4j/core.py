"""What every part of the store shares: the driver, transactions with a time limit, standing, and errors made ours."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import neo4j
from neo4j import exceptions as failures

from graph.neo4j.address import Address
from graph.store import At
from ontology.errors import InputError, StoreError
from ontology.records import Secrecy

T = TypeVar("T")
Row = Sequence[Any]
Given = Mapping[str, Any]

READ_SECONDS, WRITE_SECONDS = 120.0, 600.0
"""Time limits of one transaction, kept by the server."""
RETRY_SECONDS = 30.0
"""How long the driver tries again what failed for a passing reason: a deadlock, a server that is away."""
CHUNK = 5_000
"""How many rows go into one statement."""
FETCHED = 5_000
"""How many rows of an answer are asked for at a time."""

MAKERS = "NOT {0}.added IN $hidden AND {0}.added <= $run"
VISIBLE = MAKERS + " AND coalesce({0}.retracted > $run OR {0}.retracted IN $hidden, true)"
"""``coalesce`` in place of IS NULL OR: with OR the planner goes through the index of what has been retracted, once for
each entity."""


@dataclass(frozen=True, slots=True)
class View:
    """What a reader at a publication sees: runs up to ``run`` but those still hidden, up to a clearance."""

    publication: int
    clearance: Secrecy
    run: int
    hidden: tuple[int, ...]

    @property
    def given(self) -> dict[str, Any]:
        """The parameters of ``sql`` and ``added``."""
        return {"run": self.run, "hidden": list(self.hidden), "clearance": int(self.clearance)}


def seen(alias: str, *, secrecy: bool = True) -> str:
    """The condition that a version, a node or a relationship called ``alias``, is visible to a view."""
    return f"({VISIBLE.format(alias)}{f' AND {alias}.secrecy <= $clearance' if secrecy else ''})"


def made(alias: str, *, secrecy: bool = True) -> str:
    """Like ``seen``, but also what has been retracted since it was shown."""
    return f"({MAKERS.format(alias)}{f' AND {alias}.secrecy <= $clearance' if secrecy else ''})"


@dataclass(slots=True)
class Tx:
    """A transaction in which statements run one after another. ``attempt`` grows when the driver tries again."""

    _tx: neo4j.ManagedTransaction
    attempt: int

    def rows(self, cypher: str, /, **given: Any) -> list[Row]:
        return [record.values() for record in self._tx.run(cypher, given)]

    def value(self, cypher: str, /, **given: Any) -> Any:
        """The first value of the first row, or None."""
        rows = self.rows(cypher, **given)
        return rows[0][0] if rows else None


@dataclass(slots=True)
class Core:
    """One open store: a driver, and what is known never to change."""

    address: Address
    driver: neo4j.Driver
    owner: str = field(default_factory=lambda: uuid.uuid4().hex)
    nodes: dict[str, int] = field(default_factory=dict)
    """Numbers of bases (by entity id) that are known to be stored; a base is never removed or renumbered."""
    closed: bool = False
    erasures: int = 0
    writing: threading.RLock = field(default_factory=threading.RLock)
    _sources: dict[int, str] = field(default_factory=dict)
    bookmarks: Any = field(default_factory=neo4j.GraphDatabase.bookmark_manager)
    _later: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "kedja-write"))

    def _session(self, mode: str) -> neo4j.Session:
        if self.closed:
            raise StoreError(f"The store {self.address.url} has been closed.")
        return self.driver.session(
            database=self.address.database, default_access_mode=mode, bookmark_manager=self.bookmarks,
            fetch_size=FETCHED,
        )  # fmt: skip

    def _metadata(self, work: str) -> dict[str, str]:
        return {"app": "kedja", "work": work, "request": uuid.uuid4().hex}

    def read(self, cypher: str, /, **given: Any) -> list[Row]:
        """The rows of one statement in read access mode, asked again when it failed for a passing reason."""
        query = neo4j.Query(cypher, timeout=READ_SECONDS, metadata=self._metadata("read"))
        for last in (False, False, True):
            try:
                with self.translated(), self._session(neo4j.READ_ACCESS) as session:
                    return [record.values() for record in session.run(query, given)]
            except StoreError as error:
                if last or not getattr(error.__cause__, "is_retryable", bool)():
                    raise
                time.sleep(0.2)
        raise AssertionError("unreachable")

    def stream(self, cypher: str, /, **given: Any) -> Iterator[Row]:
        """The same, row by row; not tried again once a row has been given."""
        with (
            self.translated(),
            self._session(neo4j.READ_ACCESS) as session,
            session.begin_transaction(timeout=WRITE_SECONDS, metadata=self._metadata("stream")) as tx,
        ):
            for record in tx.run(cypher, given):
                yield record.values()

    def write(self, work: Callable[[Tx], T], name: str = "write") -> T:
        """One transaction, tried again when it failed for a passing reason: ``work`` must give the same again."""
        attempts = iter(range(1_000_000))

        def attempt(tx: neo4j.ManagedTransaction) -> T:
            return work(Tx(tx, next(attempts)))

        with self.translated(), self._session(neo4j.WRITE_ACCESS) as session:
            unit = neo4j.unit_of_work(timeout=WRITE_SECONDS, metadata=self._metadata(name))
            return session.execute_write(unit(attempt))

    def run(self, cypher: str, /, **given: Any) -> list[Row]:
        """One statement that writes, as a transaction."""
        return self.write(lambda tx: tx.rows(cypher, **given))

    def write_later(self, work: Callable[[Tx], T], name: str = "write") -> Future[T]:
        """``write``, begun now and finished while the caller prepares what comes next; one after another."""
        return self._later.submit(self.write, work, name)

    def batches(self, cypher: str, rows: Iterable[Any], /, size: int = CHUNK, **given: Any) -> list[Row]:
        """One statement that writes, for many rows (``$rows``), a transaction for every ``size`` of them."""
        answered: list[Row] = []
        for batch in chunks(rows, size):
            answered += self.run(cypher, rows=batch, **given)
        return answered

    def ask(self, cypher: str, rows: Iterable[Any], /, size: int = CHUNK, **given: Any) -> Iterator[Row]:
        """One statement that reads, for many rows (``$rows``), some at a time."""
        for batch in chunks(rows, size):
            yield from self.read(cypher, rows=batch, **given)

    def lists(self, cypher: str, rows: Iterable[Any], /, **given: Any) -> Iterator[Any]:
        """The items of the lists that a statement answers, as ``ask``: a record costs more than what is in it."""
        for (items,) in self.ask(cypher, rows, **given):
            yield from items

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn the driver's exceptions into ours."""
        try:
            yield
        except (failures.Neo4jError, failures.DriverError) as error:
            raise self.address.problem(error) from error

    def close(self) -> None:
        self.closed = True
        self._later.shutdown()
        self.driver.close()

    # -- standing ---------------------------------------------------------------------------------------------
    def view(self, at: At) -> View:
        """What a reader at ``at`` sees.

        Raises:
            InputError: a publication that is not there yet.
        """
        if at.publication <= 0:
            return View(0, at.clearance, -1, ())
        ((last, number, hidden),) = self.read(
            "MATCH (p:KedjaRun) WHERE p.publication <= $publication"
            " WITH max(p.run) AS run, max(p.publication) AS number"
            " OPTIONAL MATCH (h:KedjaRun) WHERE h.run < run AND h.state <> 'abandoned'"
            " AND (h.publication IS NULL OR h.publication > $publication) RETURN run, number, collect(h.run)",
            publication=at.publication,
        )
        if number != at.publication:
            raise InputError(
                f"There is no publication {at.publication}; the last is {number or 0}.", remedy="Use an earlier one."
            )
        return View(at.publication, at.clearance, last, tuple(sorted(hidden)))

    def source_of(self, run: int) -> str:
        """The id of the source that a run read."""
        if run not in self._sources:
            rows = self.read("MATCH (r:KedjaRun) WHERE r.source IS NOT NULL RETURN r.run, r.source")
            self._sources = {number: source for number, source in rows}  # noqa: C416 (rows are lists)
        return self._sources[run]

    def forget(self) -> None:
        """Drop everything kept in memory: the store has another content now."""
        self.nodes.clear()
        self._sources.clear()


def chunks(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    batch: list[T] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
