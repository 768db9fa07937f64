"""Erasing: the one operation that breaks history. Bytes leave the file; a tombstone stays."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Sequence
from datetime import datetime

from graph.sqlite import joining, rejecting
from graph.sqlite.core import Core, stamp, unstamp
from graph.sqlite.faults import translated
from graph.sqlite.reading import AMONG, is_link, nodes_of
from graph.sqlite.runs import at_once
from graph.sqlite.seeds import Seeds
from graph.store import Tombstone
from ontology.errors import NotInGraphError, StoreBusyError
from ontology.records import link_order

_PATIENCE = 30.0


def erase(core: Core, ids: Sequence[str], reason: str, at: datetime) -> int:
    """See ``Store.erase``.

    Raises:
        NotInGraphError: an id that is neither stored nor erased; nothing is changed.
        StoreBusyError: the rows are gone, but a reader keeps the log that still holds their bytes; erase again.
    """
    counts: dict[str, int] = {}
    buried = {t.id for t in tombstones(core)}

    def work(connection: sqlite3.Connection, run: int) -> dict[str, int]:
        bases = dict(zip(ids, ([*nodes_of(core, [i], "r"), None][0] for i in ids), strict=True))
        for id_ in ids:
            counts[id_] = _erase_one(connection, run, id_, bases[id_])
            if not counts[id_] and id_ not in buried:
                raise NotInGraphError(f"{id_} is not stored.", remedy="Give ids of records (r…) or links (l…).")
        found, links = [n for n in bases.values() if n is not None], [i for i in ids if is_link(i)]
        rejecting.forget_beside(connection, found, [link_order(i) for i in links])
        _rejoin(connection, run, found)
        _delete(connection, found, links)
        rows = [(i, run, reason, stamp(at), n) for i, n in counts.items() if n]
        connection.executemany("INSERT INTO tombstone VALUES (?,?,?,?,?)", rows)
        return {"erased": sum(counts.values())}

    at_once(core, "erasure", reason, at, work)
    _scrub(core)
    return sum(counts.values())


def erase_rejects(core: Core, run: int, reason: str, at: datetime) -> int:
    """See ``Store.erase_rejects``."""
    gone: list[int] = []

    def work(connection: sqlite3.Connection, erasure: int) -> dict[str, int]:  # noqa: ARG001
        gone.append(rejecting.forget(connection, [run]))
        if not gone[0]:
            raise NotInGraphError(f"No rejects of run {run} are kept.", remedy="kedja runs lists the runs.")
        return {"erased": gone[0]}

    at_once(core, "erasure", reason, at, work)
    _scrub(core)
    return gone[0]


def _erase_one(connection: sqlite3.Connection, run: int, id_: str, base: int | None) -> int:
    """Take back what stands of a record or link; gives the number of its versions."""
    if is_link(id_):
        table, column, number = "link", "ord", link_order(id_)
    elif base is not None:
        table, column, number = "record", "base", base
    else:
        return 0
    connection.execute(f"UPDATE {table} SET retracted = ? WHERE {column} = ? AND retracted IS NULL", (run, number))
    return int(connection.execute(f"SELECT count(*) FROM {table} WHERE {column} = ?", (number,)).fetchone()[0])


def _rejoin(connection: sqlite3.Connection, run: int, bases: list[int]) -> None:
    seeds = Seeds(connection)
    seeds.of_run(run)
    seeds.bases.update(bases)
    joining.rejoin(connection, run, seeds)


def _delete(connection: sqlite3.Connection, bases: list[int], links: list[str]) -> None:
    """Delete every version, its texts and words, and the keys that nothing else says."""
    records, orders = json.dumps(bases), json.dumps([link_order(i) for i in links])
    keys = {key for (key,) in connection.execute(f"SELECT key FROM record_key WHERE base {AMONG}", (records,))}
    for end in ("source_base", "target_base"):
        keys |= {key for (key,) in connection.execute(f"SELECT {end} FROM link WHERE ord {AMONG}", (orders,))}
    for table, column, given in (("record", "base", records), ("link", "ord", orders)):
        connection.execute(
            f"DELETE FROM {table}_body WHERE body IN (SELECT body FROM {table} WHERE {column} {AMONG})", (given,)
        )
        connection.execute(f"DELETE FROM {table} WHERE {column} {AMONG}", (given,))
    # What another run has added and not yet settled is said again, and keeps its keys.
    connection.execute(
        f"DELETE FROM record_key WHERE base {AMONG} AND base NOT IN (SELECT base FROM record_in)", (records,)
    )
    connection.execute(
        f"UPDATE base SET key = '' WHERE node {AMONG}"
        " AND NOT EXISTS (SELECT 1 FROM record_key k WHERE k.key = node)"
        " AND NOT EXISTS (SELECT 1 FROM link l WHERE l.source_base = node)"
        " AND NOT EXISTS (SELECT 1 FROM link l WHERE l.target_base = node)"
        " AND node NOT IN (SELECT source_base FROM link_in UNION SELECT target_base FROM link_in)",
        (json.dumps(sorted(keys)),),
    )
    # Deleted words stay in older segments of the index until those are merged.
    connection.execute("INSERT INTO words(words) VALUES ('optimize')")


def _scrub(core: Core) -> None:
    """Write the file anew and empty the log.

    SQLite overwrites what it deletes, but not the copies that stay behind when rows move from page to page.
    """
    until = time.monotonic() + _PATIENCE
    with core.idle() as connection, translated(core.path):
        connection.execute("VACUUM")
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > until:
                raise StoreBusyError(
                    "The rows are erased, but a reader keeps the log that still holds their bytes.",
                    remedy="Stop the readers and erase the same ids again.",
                )
            time.sleep(0.1)


def tombstones(core: Core) -> list[Tombstone]:
    """See ``Store.tombstones``."""
    rows = core.reader().execute(
        "SELECT t.id, r.publication, t.reason, t.at, t.rows FROM tombstone t JOIN run r ON r.run = t.run"
        " ORDER BY r.publication, t.id"
    )
    return [Tombstone(id_, number, reason, unstamp(at), count) for id_, number, reason, at, count in rows]
