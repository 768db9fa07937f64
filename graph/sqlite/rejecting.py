"""What a run did not accept, kept so that it can be shown: at its source's secrecy, and erasable."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice

from graph.sqlite.core import Core
from graph.sqlite.reading import AMONG
from graph.store import MOST_REJECTS, Reject
from ontology.errors import Reason
from ontology.records import canonical


def keep(core: Core, run: int, rejects: Iterable[Reject]) -> None:
    """See ``Store.keep_rejects``."""
    rows = [
        (run, place, r.file, r.sheet, r.row, r.column, r.value, r.reason, canonical(dict(r.parameters)))
        for place, r in enumerate(islice(rejects, MOST_REJECTS))
    ]
    if rows:
        with core.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO reject VALUES (?,?,?,?,?,?,?,?,?)", rows)


def rejects(core: Core, run: int) -> list[Reject]:
    """See ``Store.rejects``."""
    rows = core.reader().execute(
        "SELECT file, sheet, row, field, value, reason, parameters FROM reject WHERE run = ? ORDER BY place", (run,)
    )
    return [
        Reject(file, sheet, row, field, value, Reason(reason), json.loads(given))
        for file, sheet, row, field, value, reason, given in rows
    ]


def counts(core: Core) -> dict[int, int]:
    """How many rejects are kept of each run that has any."""
    return dict(core.reader().execute("SELECT run, count(*) FROM reject GROUP BY run").fetchall())


def forget(connection: sqlite3.Connection, runs: Sequence[int]) -> int:
    """Remove the rejects of some runs; gives how many there were."""
    return connection.execute(f"DELETE FROM reject WHERE run {AMONG}", (json.dumps(runs),)).rowcount


def forget_beside(connection: sqlite3.Connection, bases: Sequence[int], orders: Sequence[int]) -> None:
    """Remove the rejects of every run of the series that say some records or links.

    A reject may hold what its row said of the thing that is erased, and the row is not known: so all of them go.
    """
    said = [
        run
        for table, column, numbers in (("record", "base", bases), ("link", "ord", orders))
        for (run,) in connection.execute(
            f"SELECT DISTINCT said FROM {table} WHERE {column} {AMONG}", (json.dumps(numbers),)
        )
    ]
    runs = connection.execute(
        f"SELECT run FROM run WHERE series IN (SELECT series FROM run WHERE run {AMONG})", (json.dumps(said),)
    )
    forget(connection, [run for (run,) in runs.fetchall()])
