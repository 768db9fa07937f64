"""What every part of the store shares: connections, the writer's transaction, caches of what never changes."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakSet

from graph import budget
from graph.sqlite.faults import as_it_stands, logged, translated
from graph.sqlite.locks import Locks
from graph.sqlite.schema import SHIFT
from graph.store import At
from ontology.errors import InputError, PlaceError, StoreError
from ontology.model import NODES
from ontology.records import Secrecy, Source

K = TypeVar("K")
V = TypeVar("V")
STATEMENTS = 40
"""Statements that a connection keeps compiled: those of one publication. Their text is another for each, so that more
would only be kept in vain."""
REMEMBERED = 8
"""Publications of which is remembered what a reader sees."""
READER_CACHE, WRITER_CACHE = 2_048, 131_072
"""Page caches in KiB: a reader's is kept by every thread that reads."""

LOOK = 20_000
"""Instructions of SQLite between two looks at the budget of a question: some milliseconds."""

CHUNK = 5_000
"""How many numbers go into one statement."""


def _ended() -> int:
    """Whether SQLite should stop, for what it reads is of no use any more."""
    return int(budget.flag()[0])


@dataclass(frozen=True, slots=True)
class View:
    """What a reader at a publication sees: runs up to ``last`` but those still hidden, up to a clearance."""

    publication: int
    clearance: Secrecy
    last: int
    hidden: tuple[int, ...]

    def sql(self, alias: str, *, secrecy: bool = True) -> str:
        """The condition on a versioned table. Only integers are written into it."""
        where = f"{alias}.row < {(self.last + 1) << SHIFT}"
        late = f"{alias}.retracted > {self.last}"
        if self.hidden:
            runs = ",".join(map(str, self.hidden))
            where += f" AND ({alias}.row >> {SHIFT}) NOT IN ({runs})"
            late += f" OR {alias}.retracted IN ({runs})"
        where += f" AND ({alias}.retracted IS NULL OR {late})"
        if secrecy and self.clearance < Secrecy.RESTRICTED:
            where += f" AND {alias}.secrecy <= {int(self.clearance)}"
        return f"({where})"

    def added(self, alias: str, *, secrecy: bool = True) -> str:
        """Like ``sql``, but also what has been retracted since it was shown."""
        where = f"{alias}.row < {(self.last + 1) << SHIFT}"
        if self.hidden:
            where += f" AND ({alias}.row >> {SHIFT}) NOT IN ({','.join(map(str, self.hidden))})"
        if secrecy and self.clearance < Secrecy.RESTRICTED:
            where += f" AND {alias}.secrecy <= {int(self.clearance)}"
        return f"({where})"


@dataclass(slots=True, weakref_slot=True, eq=False)
class _Reader:
    """The connection of a thread: closed when the thread ends, and all that it kept in memory with it."""

    connection: sqlite3.Connection

    def __del__(self) -> None:
        self.connection.close()


class Core:
    """One open store file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.locks = Locks(path)
        self.nodes: dict[tuple[str, str], int] = {}
        """Numbers of what links and keys name, by type and key, where it is known to be stored; never another one."""
        self.resting: dict[tuple[At, int], dict[str, Counter[str]]] = {}
        """What rests on each source, by where a reader stands and how much was erased: see ``reading.resting``."""
        self.sources: dict[At, dict[str, Source]] = {}
        """The sources that a reader may know, by where he stands: see ``reading.sources``."""
        self._kinds: dict[str, int] = {}
        self._kind_names: dict[int, str] = {}
        self._sources: dict[int, str] = {}
        self._views: dict[At, View] = {}
        self._erasures = 0
        self._local = threading.local()
        self._readers: WeakSet[_Reader] = WeakSet()
        self._guard = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self.closed = False
        self._fault: PlaceError | None = None
        """Why SQLite could make no side files, where that is so; then nothing is written either."""
        self._as_it_stood: tuple[int, int] | None = None
        """Size and time of a file that is read as it is, without SQLite's locks and side files."""

    # -- connections ------------------------------------------------------------------------------------------
    def _connect(self, cache: int) -> sqlite3.Connection:
        if self.closed:
            raise StoreError(f"The store {self.path} has been closed.")
        # A file that has gone is not made anew, empty.
        where = self.uri if self._as_it_stood else f"{self.path.as_uri()}?mode=rw"
        connection = sqlite3.connect(
            where, uri=True, isolation_level=None, check_same_thread=False, timeout=60, cached_statements=STATEMENTS,
        )  # fmt: skip
        connection.execute(f"PRAGMA cache_size=-{cache}")
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.set_progress_handler(_ended, LOOK)
        return connection

    @property
    def uri(self) -> str:
        """How to open the file for reading alone."""
        return f"{self.path.as_uri()}?{'immutable=1' if self._as_it_stood else 'mode=ro'}"

    def reader(self) -> sqlite3.Connection:
        """This thread's connection for reading."""
        found: _Reader | None = getattr(self._local, "reader", None)
        if found is None or self.closed:
            with translated(self.path):
                found = _Reader(self._connect(READER_CACHE))
                with self._guard:
                    self._readers.add(found)
                found.connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'words', 'row')")
                found.connection.execute("PRAGMA query_only=1")
            self._local.reader = found
        return found.connection

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if self._fault is not None:
            raise self._fault
        with self.locks.writing():
            yield

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction, committed at the end or undone. ``durable``: on the disk when this returns."""
        with translated(self.path), self._one_writer():
            connection = self._writing_connection()
            connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # SQLite ends it by itself where the disk is full
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def idle(self) -> Iterator[sqlite3.Connection]:
        """The writer's connection outside a transaction, with nobody else writing."""
        with translated(self.path), self._one_writer():
            yield self._writing_connection()

    def facts(self) -> dict[str, Any]:
        """What the file says of itself: the first that is read of it.

        Where SQLite can make no side files (a read-only or full disk, a folder without the right), the file is read as
        it stands; not where the log holds more, which would be missed.
        """
        try:
            with translated(self.path):
                return self._facts()
        except PlaceError as error:
            with translated(self.path):
                if logged(self.path):
                    raise
                self._fault, self._as_it_stood = error, as_it_stands(self.path)
                self._local = threading.local()
                return self._facts()

    def _facts(self) -> dict[str, Any]:
        return dict(self.reader().execute("SELECT key, value FROM meta").fetchall())

    def unchanged(self) -> None:
        """Check that a file which is read without locks is the one that was opened.

        Raises:
            StoreError: somebody else has written to it: what was read may belong to two states.
        """
        if self._as_it_stood and as_it_stands(self.path) != self._as_it_stood:
            raise StoreError(f"{self.path} has been written to while it was read.", remedy="Ask again, or start again.")

    def close(self) -> None:
        self.closed = True
        self.locks.close()
        with self._guard:
            for reader in [*self._readers]:
                reader.connection.close()
        if self._writer:
            self._writer.close()
        self._writer = None

    def _writing_connection(self) -> sqlite3.Connection:
        if self._writer is None:
            self._writer = self._connect(WRITER_CACHE)
            self._writer.execute("PRAGMA secure_delete=1")
            # A checkpoint after every batch would write the same index pages again and again.
            self._writer.execute("PRAGMA wal_autocheckpoint=20000")
        return self._writer

    # -- things that never change -----------------------------------------------------------------------------
    def kind(self, connection: sqlite3.Connection, name: str) -> int:
        """The number of a type's or a table's name, given within the writer's transaction if it has none."""
        if name not in self._kinds:
            self._read_kinds(connection)
        if name not in self._kinds:
            connection.execute("INSERT OR IGNORE INTO kind(name) VALUES (?)", (name,))
            row = connection.execute("SELECT number FROM kind WHERE name = ?", (name,)).fetchone()
            return int(row[0])
        return self._kinds[name]

    def known_kinds(self, names: Iterable[str]) -> list[int]:
        """Numbers of the types that anything stored may have."""
        wanted = set(names)
        if not wanted <= self._kinds.keys():
            self._read_kinds(self.reader())
        return sorted(self._kinds[name] for name in wanted if name in self._kinds)

    def node_kinds(self) -> list[tuple[str, int]]:
        """The declared node types with their numbers."""
        self.known_kinds(NODES)
        return [(name, self._kinds[name]) for name in NODES if name in self._kinds]

    def kind_name(self, number: int) -> str:
        if number not in self._kind_names:
            self._read_kinds(self.reader())
        return self._kind_names[number]

    def _read_kinds(self, connection: sqlite3.Connection) -> None:
        # An uncommitted number may be seen only by the writer that is about to commit it.
        if connection.in_transaction:
            connection = self.reader()
        rows = connection.execute("SELECT number, name FROM kind").fetchall()
        self._kind_names = dict(rows)
        self._kinds = {name: number for number, name in rows}

    def source_of(self, run: int) -> str:
        """The id of the source that a run read."""
        if run not in self._sources:
            rows = self.reader().execute("SELECT run, source FROM run WHERE source IS NOT NULL")
            self._sources = dict(rows.fetchall())
        return self._sources[run]

    def forget_all(self) -> None:
        """Drop everything kept in memory: the store has another content now."""
        self.nodes.clear()
        self._kinds.clear()
        self.resting.clear()
        self._kind_names.clear()
        self._sources.clear()
        self._views.clear()
        self.sources.clear()

    def forget_erased(self, connection: sqlite3.Connection) -> None:
        """Drop the numbers kept in memory when somebody has erased keys since."""
        row = connection.execute("SELECT count(*) FROM tombstone").fetchone()
        if row[0] != self._erasures:
            self._erasures = row[0]
            self.nodes.clear()

    # -- standing ---------------------------------------------------------------------------------------------
    def view(self, at: At) -> View:
        """What a reader at ``at`` sees. Remembered for the last few: what is hidden of a publication stays hidden.

        Raises:
            InputError: a publication that is not there yet.
        """
        if at.publication <= 0:
            return View(0, at.clearance, -1, ())
        return remembered(self._views, at, lambda: self._view(at))

    def _view(self, at: At) -> View:
        connection = self.reader()
        row = connection.execute(
            "SELECT max(run), max(publication) FROM run WHERE publication <= ?", (at.publication,)
        ).fetchone()
        if row[1] != at.publication:
            raise InputError(
                f"There is no publication {at.publication}; the last is {row[1] or 0}.", remedy="Use an earlier one."
            )
        # Runs that were abandoned have no rows any more: their state changes in the transaction that removes them.
        hidden = connection.execute(
            "SELECT run FROM run WHERE run < ? AND state <> 'abandoned' AND (publication IS NULL OR publication > ?)",
            (row[0], at.publication),
        ).fetchall()
        return View(at.publication, at.clearance, row[0], tuple(h[0] for h in hidden))


def remembered(kept: dict[K, V], key: K, make: Callable[[], V]) -> V:
    """What is kept under a key, or made now; the last few stay. Threads may make the same at once."""
    found = kept.get(key)
    if found is None:
        found = kept[key] = make()
        for old in list(kept)[:-REMEMBERED]:
            kept.pop(old, None)
    return found


def stamp(at: datetime) -> str:
    """A time as stored: UTC, text that sorts as time does.

    Raises:
        InputError: a time without a zone.
    """
    if at.tzinfo is None:
        raise InputError("A time needs a zone.", remedy="Give an aware datetime.")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def unstamp(text: str) -> datetime:
    return datetime.fromisoformat(text)


def chunks(numbers: Iterable[int]) -> Iterator[str]:
    """Numbers as JSON lists for ``json_each``, a few thousand at a time."""
    batch: list[int] = []
    for number in numbers:
        batch.append(number)
        if len(batch) == CHUNK:
            yield str(batch)
            batch = []
    if batch:
        yield str(batch)
