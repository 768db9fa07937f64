"""The statements of a file, laid by on disk in the order in which they are needed: by record, and by subject.

Memory stays the same however large the file. No name of a natural person is laid by.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from loaders.bods.statements import Statement, What

_TABLES = """
CREATE TABLE statement (place INTEGER PRIMARY KEY, id TEXT UNIQUE, what TEXT, record TEXT, at TEXT, held BLOB);
CREATE TABLE newer (id TEXT PRIMARY KEY, record TEXT) WITHOUT ROWID;
CREATE TABLE thing (record TEXT PRIMARY KEY, what TEXT, told TEXT, name TEXT) WITHOUT ROWID;
CREATE TABLE share (subject TEXT, component INTEGER, held BLOB);
"""


class Thing(NamedTuple):
    """What a record describes; ``told`` is a company's key, or why an owner is not told."""

    what: What
    told: str
    name: str = ""


class Spool:
    """A database of SQLite's own that ends with this object."""

    def __init__(self) -> None:
        self.db = sqlite3.connect("")  # a file without a name, which SQLite removes
        self.db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;" + _TABLES)

    def close(self) -> None:
        self.db.close()

    def lay_by(self, place: int, said: Statement) -> int:
        """Lay a statement by; the place of an earlier one of the same id, which then stands, or 0."""
        record = said.record
        for old in said.replaces:
            root = self._root(old)
            self.db.execute("INSERT OR IGNORE INTO newer VALUES (?,?)", (said.id, root))
            record = root
        row = (place, said.id, said.what, record, said.at, pickle.dumps(said))
        if self.db.execute("INSERT OR IGNORE INTO statement VALUES (?,?,?,?,?,?)", row).rowcount:
            return 0
        return int(self.db.execute("SELECT place FROM statement WHERE id = ?", (said.id,)).fetchone()[0])

    def _root(self, id: str) -> str:
        """The record that a statement is a version of: the first that it, and those that it replaces, replace."""
        found = self.db.execute("SELECT record FROM newer WHERE id = ?", (id,)).fetchone()
        return str(found[0]) if found else id

    def record_of(self, id: str) -> str:
        """The record that a statement's id, or a record's, stands for."""
        return self._root(id)

    def versions(self, what: What) -> Iterator[tuple[str, list[tuple[int, Statement]]]]:
        """Each record of a kind, with its statements in their order and their places."""
        rows = self.db.execute(
            "SELECT record, place, held FROM statement WHERE what = ? ORDER BY record, at, place", (what,)
        )
        for record, group in groupby(rows, key=itemgetter(0)):
            yield record, [(place, pickle.loads(held)) for _, place, held in group]  # noqa: S301 (our own, of this run)

    def note_thing(self, record: str, thing: Thing) -> None:
        """Note what a record describes."""
        self.db.execute("INSERT OR IGNORE INTO thing VALUES (?,?,?,?)", (record, *thing))

    def thing(self, record: str) -> Thing | None:
        """What a record describes that the file has."""
        row = self.db.execute(
            "SELECT what, told, name FROM thing WHERE record = ?", (self.record_of(record),)
        ).fetchone()
        return Thing(What(row[0]), row[1], row[2]) if row else None

    def note_share(self, subject: str, component: bool, held: Any) -> None:
        self.db.execute("INSERT INTO share VALUES (?,?,?)", (subject, component, pickle.dumps(held)))

    def shares(self) -> Iterator[tuple[str, list[Any]]]:
        """Of each subject what owners that are not shown hold; parts of a way only where nothing else is told."""
        rows = self.db.execute("SELECT subject, component, held FROM share ORDER BY subject, component, rowid")
        for subject, group in groupby(rows, key=itemgetter(0)):
            every = list(group)
            least = every[0][1]
            yield subject, [pickle.loads(held) for _, component, held in every if component == least]  # noqa: S301
