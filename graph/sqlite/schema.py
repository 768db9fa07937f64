"""The tables, and how a store file is made and recognised.

A row of ``record``, ``link``, ``member`` or ``judgement`` is one version; its number is the adding run times 2^32
plus its place in the run. Numbers that are read in bulk stand in narrow rows, texts in ``*_body``, which versions of
the same statement share. What a run adds waits in ``*_in``, which have no indexes, until it settles. ``member`` says
which base stands under which entity when that is not itself. ``kind`` numbers names: of types, and of the tables of
sources (``part``).
"""

from __future__ import annotations

import secrets
import sqlite3
import struct
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import ontology.links  # noqa: F401  (declares the links)
from ontology.errors import SchemaMismatchError, StoreError, of_os_error
from ontology.model import LINKS, NODES

APPLICATION_ID = 0x4B45444A  # "KEDJ"
SCHEMA = 5
SHIFT = 32

FOUND_BY = ("name_folded", "alias_folded", "numbers", "also", "ends")
"""Columns of the index of words, as ``graph.searching.indexed`` makes them."""

_COMMON = """
    type INTEGER NOT NULL, status INTEGER NOT NULL, denied INTEGER NOT NULL, confidence REAL,
    valid_from INTEGER NOT NULL, valid_to INTEGER NOT NULL, secrecy INTEGER NOT NULL,
    said INTEGER NOT NULL, body INTEGER NOT NULL, hash INTEGER NOT NULL, part INTEGER NOT NULL"""

TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE kind (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE run (
    run INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, state TEXT NOT NULL, owner TEXT NOT NULL,
    source TEXT, series TEXT, edition TEXT, mode TEXT, secrecy INTEGER, described TEXT,
    loader TEXT NOT NULL, version TEXT NOT NULL,
    options TEXT NOT NULL, fingerprint TEXT NOT NULL, counts TEXT NOT NULL DEFAULT '{{}}', began TEXT NOT NULL,
    places INTEGER NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '', publication INTEGER UNIQUE);
CREATE INDEX run_fingerprint ON run(fingerprint);
CREATE INDEX run_series ON run(series);
CREATE INDEX run_source ON run(source);
CREATE TABLE reject (
    run INTEGER NOT NULL, place INTEGER NOT NULL, file TEXT NOT NULL, sheet TEXT NOT NULL, row INTEGER NOT NULL,
    field TEXT NOT NULL, value TEXT NOT NULL, reason TEXT NOT NULL, parameters TEXT NOT NULL,
    PRIMARY KEY (run, place)) WITHOUT ROWID;
CREATE TABLE publication (number INTEGER PRIMARY KEY, run INTEGER NOT NULL UNIQUE, at TEXT NOT NULL);

CREATE TABLE base (node INTEGER PRIMARY KEY, ord INTEGER NOT NULL, id TEXT NOT NULL, type INTEGER NOT NULL, key TEXT);
CREATE INDEX base_ord ON base(ord);
CREATE TABLE record_key (key INTEGER NOT NULL, base INTEGER NOT NULL, PRIMARY KEY (key, base)) WITHOUT ROWID;
CREATE INDEX record_key_base ON record_key(base);
CREATE TABLE member (
    row INTEGER PRIMARY KEY, base INTEGER NOT NULL, entity INTEGER NOT NULL, partner INTEGER NOT NULL,
    rule TEXT NOT NULL, retracted INTEGER);
CREATE INDEX member_base ON member(base);
CREATE INDEX member_entity ON member(entity);
CREATE INDEX member_retracted ON member(retracted) WHERE retracted IS NOT NULL;
CREATE INDEX member_rule ON member(rule) WHERE rule <> '' AND rule <> 'judged';

CREATE TABLE record_in (
    row INTEGER PRIMARY KEY, base INTEGER NOT NULL, apart INTEGER NOT NULL, length INTEGER NOT NULL,{_COMMON});
CREATE TABLE record (
    row INTEGER PRIMARY KEY, base INTEGER NOT NULL, apart INTEGER NOT NULL, length INTEGER NOT NULL,{_COMMON},
    entity INTEGER NOT NULL, retracted INTEGER);
CREATE UNIQUE INDEX record_base ON record(base, hash, (row >> {SHIFT}));
CREATE INDEX record_type ON record(type);
CREATE INDEX record_said ON record(said);
CREATE INDEX record_body_of ON record(body);
CREATE INDEX record_retracted ON record(retracted) WHERE retracted IS NOT NULL;
CREATE INDEX record_secret ON record(secrecy) WHERE secrecy > 0;
CREATE TABLE record_body (
    body INTEGER PRIMARY KEY, name TEXT NOT NULL, alias TEXT NOT NULL, keys TEXT NOT NULL,
    properties TEXT NOT NULL, raw TEXT NOT NULL, locator TEXT NOT NULL, cites TEXT NOT NULL,
    {" TEXT NOT NULL, ".join(FOUND_BY)} TEXT NOT NULL);

CREATE TABLE link_in (
    row INTEGER PRIMARY KEY, ord INTEGER NOT NULL,
    source_base INTEGER NOT NULL, target_base INTEGER NOT NULL,{_COMMON});
CREATE TABLE link (
    row INTEGER PRIMARY KEY, ord INTEGER NOT NULL,
    source_base INTEGER NOT NULL, target_base INTEGER NOT NULL,{_COMMON},
    source INTEGER NOT NULL, target INTEGER NOT NULL, retracted INTEGER);
CREATE UNIQUE INDEX link_ord ON link(ord, hash, (row >> {SHIFT}));
CREATE INDEX link_source ON link(source_base);
CREATE INDEX link_target ON link(target_base);
CREATE INDEX link_type ON link(type);
CREATE INDEX link_said ON link(said);
CREATE INDEX link_retracted ON link(retracted) WHERE retracted IS NOT NULL;
CREATE TABLE link_body (
    body INTEGER PRIMARY KEY, properties TEXT NOT NULL, raw TEXT NOT NULL, locator TEXT NOT NULL, cites TEXT NOT NULL);

CREATE TABLE judgement (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL, verdict TEXT NOT NULL,
    who TEXT NOT NULL, why TEXT NOT NULL, rule TEXT NOT NULL, retracted INTEGER);
CREATE INDEX judgement_id ON judgement(id);
CREATE INDEX judgement_a ON judgement(a);
CREATE INDEX judgement_b ON judgement(b);
CREATE TABLE tombstone (
    id TEXT NOT NULL, run INTEGER NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL, rows INTEGER NOT NULL,
    PRIMARY KEY (id, run)) WITHOUT ROWID;

CREATE VIRTUAL TABLE words USING fts5(
    {", ".join(FOUND_BY)}, content='record_body', content_rowid='body', detail=full, columnsize=0,
    tokenize="unicode61");
CREATE TRIGGER words_in AFTER INSERT ON record_body BEGIN
    INSERT INTO words(rowid, {", ".join(FOUND_BY)}) VALUES (new.body, new.{", new.".join(FOUND_BY)});
END;
CREATE TRIGGER words_out BEFORE DELETE ON record_body BEGIN
    INSERT INTO words(words, rowid, {", ".join(FOUND_BY)})
    VALUES ('delete', old.body, old.{", old.".join(FOUND_BY)});
END;
"""


def recognise(path: Path) -> bool:
    """Whether ``path`` is a store of this schema; False when there is no file, or an empty one.

    Reads the file's first bytes and nothing else: a file that is refused is not touched.

    Raises:
        SchemaMismatchError: a store of another schema number.
        StoreError: not a Kedja store, or not readable.
    """
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise of_os_error(error, path) from error
    if not head:
        return False
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
        raise StoreError(f"{path} is not a Kedja store.", remedy="Name a new file, or the store's own file.")
    version, application = struct.unpack(">I", head[60:64])[0], struct.unpack(">I", head[68:72])[0]
    if application != APPLICATION_ID:
        raise StoreError(f"{path} is an SQLite file of another program.", remedy="Name a new file.")
    if version != SCHEMA:
        raise SchemaMismatchError(
            f"{path} has schema {version}; this Kedja reads schema {SCHEMA}. Nothing was changed.",
            remedy="Load the sources again into a new file, or use the Kedja that wrote it.",
        )
    return True


@contextmanager
def without_indexes(
    connection: sqlite3.Connection, table: str = "%", repeated: Callable[[], None] | None = None
) -> Iterator[None]:
    """Fill a table, or all, within a transaction, and make the indexes at the end: a sort instead of many searches.

    ``repeated`` is called where rows are not as an index wants them, each once, and makes them so.
    """
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> '' AND tbl_name LIKE ?", (table,)
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _, sql in indexes:
        try:
            connection.execute(sql)
        except sqlite3.IntegrityError:
            if repeated is None:
                raise
            repeated()
            connection.execute(sql)


def create(path: Path) -> None:
    """Make an empty store: built under another name and then renamed, so a half-made file never stands at ``path``."""
    new = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        connection = sqlite3.connect(new, isolation_level=None)
        try:
            connection.executescript(
                f"BEGIN;{TABLES}PRAGMA application_id={APPLICATION_ID};PRAGMA user_version={SCHEMA};COMMIT;"
            )
            names = [(n, name) for n, name in enumerate([*sorted(NODES), *sorted(LINKS)])]
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO kind VALUES (?, ?)", names)
            facts = [("uid", uuid.uuid4().hex), ("secret", secrets.token_bytes(32))]
            connection.executemany("INSERT INTO meta VALUES (?, ?)", facts)
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode=WAL")
        finally:
            connection.close()
        new.replace(path)
    finally:
        with suppress(OSError):  # a read-only disk refuses to remove even what is not there
            new.unlink(missing_ok=True)
