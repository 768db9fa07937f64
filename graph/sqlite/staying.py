"""What a full edition does not take back: what its file says in tables and rows that could not be read.

And what a delta does: what it speaks about.
"""

from __future__ import annotations

import sqlite3

from graph.store import Read, Stays

_NAMED = "SELECT 1 FROM temp.{0} s WHERE s.part = v.part"
_ABOVE = "rtrim({0}, replace({0}, '/', ''))"
"""A key without its last part."""


def _end(end: str) -> str:
    """The condition that an end of a link is named, by its key, by that above it, or by none."""
    key = f"SELECT {{}} FROM base WHERE node = v.{end}_base"
    return f"s.{end} IN ('', ({key.format('key')}), ({key.format(_ABOVE.format('key'))}))"


_BY_KEY = {
    # A record under any of its keys; a link by its ends as its source named them.
    "record": f"EXISTS ({_NAMED} AND s.target IS NULL AND s.source IN (SELECT iif(way, g.key, {_ABOVE.format('g.key')})"
    " FROM record_key k JOIN base g ON g.node = k.key, (SELECT 0 AS way UNION ALL SELECT 1) WHERE k.base = v.base))",
    "link": f"EXISTS ({_NAMED} AND s.link IN (0, v.type) AND {_end('source')} AND {_end('target')})",
}


def prepare(connection: sqlite3.Connection, read: Read) -> None:
    """Lay out what was read for the conditions that follow."""
    kinds = dict(connection.execute("SELECT name, number FROM kind").fetchall())
    for name in ("whole", "staying"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
    connection.execute("CREATE TEMP TABLE whole (part INTEGER PRIMARY KEY)")
    connection.execute("CREATE TEMP TABLE staying (row INTEGER PRIMARY KEY)")
    parts = kinds.values() if read.tables is None else (kinds[name] for name in read.tables if name in kinds)
    connection.executemany("INSERT INTO temp.whole VALUES (?)", ((part,) for part in parts))
    for name, said in (("stays", read.stays), ("named", read.named)):
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
        connection.execute(f"CREATE TEMP TABLE {name} (part INTEGER, link INTEGER, source TEXT, target TEXT)")
        connection.execute(f"CREATE INDEX temp.{name}_part ON {name}(part, source)")
        connection.executemany(f"INSERT INTO temp.{name} VALUES (?,?,?,?)", _rows(said, kinds))


def named(table: str) -> str:
    """The condition that picks the versions ``v`` of a table that a delta speaks about."""
    return _BY_KEY[table].format("named")


def _rows(stays: frozenset[Stays], kinds: dict[str, int]) -> list[tuple[int, int, str, str | None]]:
    return [
        (kinds[one.table], kinds.get(one.link, 0) if one.link else 0, one.source, one.target)
        for one in stays
        if one.table in kinds
    ]


def gather(connection: sqlite3.Connection, table: str, id_: str, taken_back: str, own: str) -> tuple[int, set[str]]:
    """Gather in ``temp.staying`` the versions of a table that would be taken back and stay: how many, and the tables
    of the source that they stand in.

    Not what the run says anew: in the same table of the source, or the same in another.
    """
    connection.execute("DELETE FROM temp.staying")
    anew = f"SELECT 1 FROM {table} o WHERE {own} AND o.{id_} = v.{id_} AND (o.part = v.part OR o.hash = v.hash)"
    unread = f"v.part NOT IN (SELECT part FROM temp.whole) OR {_BY_KEY[table].format('stays')}"
    count = connection.execute(
        f"INSERT INTO temp.staying SELECT v.row FROM {table} v WHERE {taken_back}"
        f" AND ({unread}) AND NOT EXISTS ({anew})"
    ).rowcount
    names = connection.execute(
        f"SELECT name FROM kind WHERE number IN (SELECT part FROM {table} WHERE row IN (SELECT row FROM temp.staying))"
    )
    return count, {name for (name,) in names}
