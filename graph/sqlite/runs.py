"""The life of a run: begun, published or abandoned; and the removal of what dead runs left."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from graph.sqlite.core import Core, stamp, unstamp
from graph.sqlite.schema import SHIFT
from graph.store import Begun, Publication, RunInfo, RunState
from graph.stored import describe_source, fingerprint, read_source
from ontology.errors import LeaseLostError, StoreError
from ontology.records import Mode, Source, canonical

VERSIONED = ("record", "link", "member", "judgement")


def begin(
    core: Core, source: Source, loader: str, version: str, options: Mapping[str, str], began: datetime, kind: str
) -> Begun:
    """See ``Store.begin``."""
    known_by = fingerprint(source, loader, version, options)
    owner = core.locks.appear()
    with core.writing() as connection:
        if known_by and (row := _showing(connection, source, known_by)):
            return Begun(row[1], published=_publication(row))
        clear_dead(core, connection)
        said = (source.id, source.series_key, source.edition, source.mode, int(source.secrecy), describe_source(source))
        done = connection.execute(
            "INSERT INTO run(kind, state, owner, source, series, edition, mode, secrecy, described, loader, version,"
            " options, fingerprint, began) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (kind, RunState.ADDING, owner, *said, loader, version, canonical(options), known_by, stamp(began)),
        )
        return Begun(int(done.lastrowid or 0))


def _showing(connection: sqlite3.Connection, source: Source, known_by: str) -> tuple[Any, ...] | None:
    """(number, run, at) of the publication of the same load, if that is what its series shows now."""
    row: tuple[Any, ...] | None = connection.execute(
        "SELECT p.number, p.run, p.at FROM run r JOIN publication p ON p.run = r.run WHERE r.fingerprint = ?"
        " AND NOT json_extract(r.counts, '$.older_edition') AND json_extract(r.counts, '$.withdrawn') IS NULL"
        " ORDER BY p.number DESC LIMIT 1",
        (known_by,),
    ).fetchone()
    if row is None:
        return None
    later = connection.execute(
        "SELECT 1 FROM run WHERE series = ? AND publication > ? AND mode <> ?"
        " AND NOT json_extract(counts, '$.older_edition')",
        (source.series_key, row[0], Mode.APPEND),
    ).fetchone()
    return None if later else row


def publish(core: Core, run: int, at: datetime) -> Publication:
    """See ``Store.publish``. Times of publication never go backwards: an earlier one becomes the last one's."""
    text = stamp(at)
    with core.writing(durable=True) as connection:
        row = connection.execute("SELECT state, owner FROM run WHERE run = ?", (run,)).fetchone()
        if row is None:
            raise StoreError(f"There is no run {run}.")
        if row[0] != RunState.SETTLING or row[1] != core.locks.owner or not core.locks.has_lease:
            raise LeaseLostError(f"Run {run} is {row[0]} and no longer holds the lock.", remedy="Load it again.")
        published = _number(connection, run, text)
    core.locks.drop_lease()
    return published


def _number(connection: sqlite3.Connection, run: int, at: str) -> Publication:
    last = connection.execute("SELECT ifnull(max(number), 0), ifnull(max(at), '') FROM publication").fetchone()
    row = (last[0] + 1, run, max(at, last[1]))
    connection.execute("INSERT INTO publication VALUES (?,?,?)", row)
    connection.execute("UPDATE run SET state = ?, publication = ? WHERE run = ?", (RunState.PUBLISHED, row[0], run))
    return _publication(row)


def at_once(
    core: Core, kind: str, note: str, at: datetime, work: Callable[[sqlite3.Connection, int], Mapping[str, int]]
) -> Publication:
    """A small run of the store's own, begun, settled and published in one transaction. ``work`` gives its counts."""
    text = stamp(at)
    core.locks.take_lease()
    try:
        with core.writing(durable=True) as connection:
            clear_dead(core, connection)
            done = connection.execute(
                "INSERT INTO run(kind, state, owner, loader, version, options, fingerprint, began, note)"
                " VALUES (?,?,'','kedja','1','{}','',?,?)",
                (kind, RunState.SETTLING, text, note),
            )
            run = int(done.lastrowid or 0)
            counts = canonical(work(connection, run))
            connection.execute("UPDATE run SET counts = ? WHERE run = ?", (counts, run))
            return _number(connection, run, text)
    finally:
        core.locks.drop_lease()


def abandon(core: Core, run: int, note: str) -> None:
    """See ``Store.abandon``."""
    with core.writing() as connection:
        row = connection.execute("SELECT state, owner FROM run WHERE run = ?", (run,)).fetchone()
        if row is None or row[0] == RunState.PUBLISHED:
            raise StoreError(f"Run {run} cannot be abandoned: it is {row[0] if row else 'unknown'}.")
        if row[1] != core.locks.owner and not core.locks.is_dead(row[1]):
            raise StoreError(f"Run {run} belongs to another process.", remedy="Let that process end it.")
        _remove(connection, run, note)
    if row[0] == RunState.SETTLING and row[1] == core.locks.owner:
        core.locks.drop_lease()


def sweep(core: Core) -> int:
    """See ``Store.sweep``."""
    with core.writing() as connection:
        return clear_dead(core, connection)


def clear_dead(core: Core, connection: sqlite3.Connection) -> int:
    """Remove what runs whose store is gone have left."""
    rows = connection.execute(
        "SELECT run, owner FROM run WHERE state IN (?, ?)", (RunState.ADDING, RunState.SETTLING)
    ).fetchall()
    dead = [run for run, owner in rows if core.locks.is_dead(owner)]
    for run in dead:
        _remove(connection, run, "process ended")
    return len(dead)


def _remove(connection: sqlite3.Connection, run: int, note: str) -> None:
    for table in VERSIONED:
        # The partial index on ``retracted`` makes this cost what the run marked, not what the store holds.
        connection.execute(f"UPDATE {table} SET retracted = NULL WHERE retracted = ?", (run,))
    remove_rows(connection, run)
    connection.execute("UPDATE run SET state = ?, note = ? WHERE run = ?", (RunState.ABANDONED, note, run))


def remove_rows(connection: sqlite3.Connection, run: int) -> None:
    """Delete every row that a run added, with its bodies and its rejects."""
    connection.execute("DELETE FROM reject WHERE run = ?", (run,))
    span = (run << SHIFT, (run + 1) << SHIFT)
    for table in (*VERSIONED, "record_in", "link_in"):
        connection.execute(f"DELETE FROM {table} WHERE row >= ? AND row < ?", span)
    for table in ("record_body", "link_body"):
        connection.execute(f"DELETE FROM {table} WHERE body >= ? AND body < ?", span)


def runs(core: Core) -> list[RunInfo]:
    """See ``Store.runs``."""
    rows = core.reader().execute(
        "SELECT r.run, r.kind, r.state, r.described, r.loader, r.version, r.options, r.counts, r.began, r.note,"
        " p.number, p.run, p.at FROM run r LEFT JOIN publication p ON p.run = r.run"
        " ORDER BY r.run"
    )
    return [
        RunInfo(
            run=row[0], kind=row[1], state=RunState(row[2]), source=read_source(row[3]) if row[3] else None,
            loader=row[4], version=row[5], options=json.loads(row[6]), counts=json.loads(row[7]), began=unstamp(row[8]),
            publication=_publication(row[10:13]) if row[10] else None, note=row[9],
        )
        for row in rows
    ]  # fmt: skip


def publications(core: Core) -> list[Publication]:
    rows = core.reader().execute("SELECT number, run, at FROM publication ORDER BY number")
    return [_publication(row) for row in rows]


def before(core: Core, number: int) -> Iterator[Publication]:
    """See ``Store.before``."""
    sql = "SELECT number, run, at FROM publication WHERE number < ? ORDER BY number DESC"
    return map(_publication, core.reader().execute(sql, (number,)))


def latest(core: Core) -> Publication | None:
    rows = core.reader().execute("SELECT number, run, at FROM publication ORDER BY number DESC LIMIT 1")
    row = rows.fetchone()
    return _publication(row) if row else None


def resolve(core: Core, known_at: datetime) -> Publication | None:
    """See ``Store.resolve``."""
    rows = core.reader().execute(
        "SELECT number, run, at FROM publication WHERE at <= ? ORDER BY number DESC LIMIT 1", (stamp(known_at),)
    )
    row = rows.fetchone()
    return _publication(row) if row else None


def _publication(row: tuple[Any, ...]) -> Publication:
    return Publication(row[0], row[1], unstamp(row[2]))
