"""New versions of the rows that stand elsewhere after a run. See ``graph.sqlite.standing``."""

from __future__ import annotations

import sqlite3

from graph.sqlite.schema import SHIFT
from graph.sqlite.seeds import Seeds
from graph.sqlite.standing import Standing, standing


def rejoin(connection: sqlite3.Connection, run: int, seeds: Seeds) -> Standing:
    """Apply the rule to all that the seeds touch; older rows that now stand elsewhere get new versions."""
    connection.execute("DELETE FROM temp.moved")
    seeds.move_plain(run)
    stands = standing(connection, run, seeds.bases)
    connection.executemany("INSERT INTO temp.moved VALUES (?,?)", stands.moved.items())
    _move(connection, run)
    connection.executemany("UPDATE member SET retracted = ? WHERE row = ?", ((run, row) for row in stands.gone))
    _take_places(connection, run, seeds.place_plain(_next_row(connection, run)))
    first = _next_row(connection, run)
    rows = [(row, *member) for row, member in enumerate(stands.members(), first)]
    connection.executemany("INSERT INTO member VALUES (?,?,?,?,?,NULL)", rows)
    _take_places(connection, run, len(rows))
    return stands


def _next_row(connection: sqlite3.Connection, run: int) -> int:
    row = connection.execute("SELECT places FROM run WHERE run = ?", (run,)).fetchone()
    return (run << SHIFT) + int(row[0])


def _take_places(connection: sqlite3.Connection, run: int, count: int) -> None:
    connection.execute("UPDATE run SET places = places + ? WHERE run = ?", (count, run))


_RECORD = "base, entity, apart, length"
_LINK = "ord, source_base, target_base, source, target"
_REST = "type, status, denied, confidence, valid_from, valid_to, secrecy, said, body, hash, part"


def _move(connection: sqlite3.Connection, run: int) -> None:
    """New versions of published rows that stand elsewhere now, in the order of the old rows: records, then links."""
    own = f"(row >> {SHIFT}) <> {run}"
    standing = f"retracted IS NULL AND {own}"
    _renew(
        connection, run, "record",
        "SELECT r.row FROM temp.moved m CROSS JOIN record r ON r.base = m.base"
        f" WHERE {standing} AND r.entity <> m.entity",
        f"base, (SELECT entity FROM temp.moved m WHERE m.base = t.base), apart, length, {_REST}", f"{_RECORD}, {_REST}",
    )  # fmt: skip
    ends = " UNION ".join(
        f"SELECT l.row FROM temp.moved m CROSS JOIN link l ON l.{end}_base = m.base"
        f" WHERE {standing} AND l.{end} <> m.entity"
        for end in ("source", "target")
    )
    place = "ifnull((SELECT entity FROM temp.moved m WHERE m.base = t.{0}_base), t.{0})"
    _renew(
        connection, run, "link", ends,
        f"ord, source_base, target_base, {place.format('source')}, {place.format('target')}, {_REST}",
        f"{_LINK}, {_REST}",
    )  # fmt: skip


def _renew(connection: sqlite3.Connection, run: int, table: str, which: str, values: str, columns: str) -> None:
    connection.execute("DELETE FROM temp.old")
    count = connection.execute(f"INSERT INTO temp.old {which}").rowcount
    if not count:
        return
    first = _next_row(connection, run)
    connection.execute(
        f"INSERT INTO {table}(row, {columns}) SELECT ? + row_number() OVER (ORDER BY t.row), {values}"
        f" FROM {table} t WHERE t.row IN (SELECT row FROM temp.old)",
        (first - 1,),
    )
    connection.execute(f"UPDATE {table} SET retracted = ? WHERE row IN (SELECT row FROM temp.old)", (run,))
    _take_places(connection, run, count)


def stands(connection: sqlite3.Connection) -> str:
    """Where every base stands, as an expression with a place for the base: asked of one table that holds nothing else,
    for when it is asked of all."""
    connection.execute("DROP TABLE IF EXISTS temp.stands")
    connection.execute("CREATE TEMP TABLE stands (base INTEGER PRIMARY KEY, entity INTEGER NOT NULL)")
    connection.execute("INSERT INTO temp.stands SELECT base, entity FROM member WHERE retracted IS NULL ORDER BY base")
    return "ifnull((SELECT s.entity FROM temp.stands s WHERE s.base = o.{0}), o.{0})"


def place_own(connection: sqlite3.Connection, run: int, *, links: bool) -> None:
    """Give the run's own rows, which nobody has seen, the entities that they stand at."""
    own = f"row >= {run << SHIFT} AND row < {(run + 1) << SHIFT} AND said = {run}"
    for table, places in (("record", {"entity": "base"}), ("link", {"source": "source_base", "target": "target_base"})):
        member = f"SELECT m.entity FROM member m WHERE m.retracted IS NULL AND m.base = {table}."
        values = ", ".join(f"{place} = ifnull(({member}{base}), {base})" for place, base in places.items())
        some = " OR ".join(f"EXISTS ({member}{base})" for base in places.values())
        if links or table == "record":
            connection.execute(f"UPDATE {table} SET {values} WHERE {own} AND ({some})")
