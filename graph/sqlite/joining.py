"""Identity in the store: the rows that the rule is given, and the versions that move. See ``graph.joining``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from graph.joining import Standing, standing
from graph.sqlite.core import chunks
from graph.sqlite.schema import SHIFT
from graph.sqlite.seeds import Seeds
from graph.store import RunState, Verdict

_AMONG = "IN (SELECT value FROM json_each(?))"


class _Rows:
    """See ``graph.joining.Rows``."""

    def __init__(self, connection: sqlite3.Connection, run: int) -> None:
        self._connection = connection
        hidden = connection.execute(
            "SELECT run FROM run WHERE publication IS NULL AND state <> ? AND run <> ?", (RunState.ABANDONED, run)
        ).fetchall()
        self._shown = "retracted IS NULL"
        if hidden:
            self._shown += f" AND (row >> {SHIFT}) NOT IN ({','.join(str(h[0]) for h in hidden)})"
        self.judged = bool(connection.execute("SELECT EXISTS (SELECT 1 FROM judgement)").fetchone()[0])

    def _ask(self, sql: str, numbers: Iterable[int]) -> Iterator[tuple[Any, ...]]:
        for batch in chunks(sorted(numbers)):
            yield from self._connection.execute(sql, (batch,))

    def records(self, bases: Iterable[int]) -> Iterator[tuple[int, int, bool]]:
        yield from self._ask(
            f"SELECT base, secrecy, max(apart) FROM record WHERE base {_AMONG} AND {self._shown}"
            " GROUP BY base, secrecy ORDER BY secrecy DESC",
            bases,
        )

    def keys(self, bases: Iterable[int]) -> Iterator[tuple[int, int]]:
        yield from self._ask(f"SELECT base, key FROM record_key WHERE base {_AMONG}", bases)

    def holders(self, keys: Iterable[int]) -> Iterator[int]:
        yield from (base for (base,) in self._ask(f"SELECT base FROM record_key WHERE key {_AMONG}", keys))

    def same_as(self, bases: Iterable[int]) -> Iterator[int]:
        bases = set(bases)
        for one, other in (("a", "b"), ("b", "a")):
            sql = f"SELECT {other} FROM judgement WHERE {one} {_AMONG} AND {self._shown} AND verdict = '{Verdict.SAME}'"
            yield from (base for (base,) in self._ask(sql, bases))

    def names(self, bases: Iterable[int]) -> Iterator[tuple[int, str, str | None]]:
        yield from self._ask(f"SELECT node, id, key FROM base WHERE node {_AMONG}", bases)

    def ghost_levels(self, ghosts: Iterable[int]) -> Iterator[tuple[int, int]]:
        ghosts = set(ghosts)
        for end in ("source_base", "target_base"):
            yield from self._ask(
                f"SELECT {end}, min(secrecy) FROM link WHERE {end} {_AMONG} AND {self._shown} GROUP BY {end}", ghosts
            )

    def first_shown(self, bases: Iterable[int]) -> Iterator[tuple[int, int, int]]:
        yield from self._ask(
            "SELECT r.base, r.secrecy, min(p.publication) FROM record r JOIN run p ON p.run = (r.row >> 32)"
            f" WHERE r.base {_AMONG} AND p.publication IS NOT NULL GROUP BY r.base, r.secrecy",
            bases,
        )

    def manual(self, bases: Iterable[int]) -> Iterator[tuple[int, int, int, str]]:
        yield from self._ask(
            f"SELECT row, a, b, verdict FROM judgement WHERE a {_AMONG} AND {self._shown}"
            f" AND verdict <> '{Verdict.UNSURE}'",
            bases,
        )

    def members(self, bases: Iterable[int]) -> Iterator[tuple[int, int, int, int]]:
        yield from self._ask(
            f"SELECT base, row, entity, partner FROM member WHERE retracted IS NULL AND base {_AMONG}", bases
        )


def rejoin(connection: sqlite3.Connection, run: int, seeds: Seeds) -> Standing:
    """Apply the rule to all that the seeds touch; older rows that now stand elsewhere get new versions."""
    connection.execute("DELETE FROM temp.moved")
    seeds.move_plain(run)
    stands = standing(_Rows(connection, run), seeds.bases)
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


def place_own(connection: sqlite3.Connection, run: int) -> None:
    """Give the run's own rows, which nobody has seen, the entities that they stand at."""
    rows = f"row >= {run << SHIFT} AND row < {(run + 1) << SHIFT}"
    stands = "ifnull((SELECT m.entity FROM member m WHERE m.base = {0} AND m.retracted IS NULL), {0})"
    connection.execute(f"UPDATE record SET entity = {stands.format('record.base')} WHERE {rows} AND said = {run}")
    connection.execute(
        f"UPDATE link SET source = {stands.format('link.source_base')}, target = {stands.format('link.target_base')}"
        f" WHERE {rows} AND said = {run}"
    )
