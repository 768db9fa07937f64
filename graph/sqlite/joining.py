"""Identity in the store: which parts of the graph a run touches, the rule applied to them, and the versions that move.

The rule itself is ``graph.identity.join``; it is given whole connected parts, so that what it says of them does not
depend on how the store came to be asked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from graph.identity import GHOST_RULE, UNSEEN, Base, Joined, Manual, is_strong_key, join
from graph.sqlite.core import chunks
from graph.sqlite.schema import SHIFT
from graph.sqlite.seeds import SILENT, Seeds
from graph.store import RunState, Verdict

JUDGED = "judged"
"""The rule of members that stand where they stand because a person said so."""

_NEW = 2**62
"""Publication of what has not been published yet: after all others."""


@dataclass(frozen=True, slots=True)
class Moves:
    """What joining did: bases newly joined by an identifier."""

    merged: int


class _Part:
    """The connected parts of the graph of keys and judgements that hold some bases, as the rule wants them."""

    def __init__(self, connection: sqlite3.Connection, run: int) -> None:
        self._connection = connection
        hidden = connection.execute(
            "SELECT run FROM run WHERE publication IS NULL AND state <> ? AND run <> ?", (RunState.ABANDONED, run)
        ).fetchall()
        self._shown = "retracted IS NULL"
        if hidden:
            self._shown += f" AND (row >> {SHIFT}) NOT IN ({','.join(str(h[0]) for h in hidden)})"
        self.records: dict[int, tuple[int, bool]] = {}
        """Visible record bases: (least secrecy, natural person)."""
        self.keys: dict[int, list[int]] = {}
        self.all: set[int] = set()
        self.manual: list[Manual] = []
        self._people = bool(connection.execute("SELECT EXISTS (SELECT 1 FROM judgement)").fetchone()[0])

    def ask(self, sql: str, numbers: Iterable[int]) -> Iterator[tuple[Any, ...]]:
        for batch in chunks(sorted(numbers)):
            yield from self._connection.execute(sql, (batch,))

    def grow(self, seeds: set[int]) -> None:
        """Follow keys and judgements until nothing new is found."""
        among = "IN (SELECT value FROM json_each(?))"
        front = set(seeds)
        while front:
            self.all |= front
            shown = (
                f"SELECT base, secrecy, max(apart) FROM record WHERE base {among} AND {self._shown}"
                " GROUP BY base, secrecy ORDER BY secrecy DESC"
            )
            # The most public versions come last and decide: a withheld one must not show in where a base stands.
            seen = {base: (level, bool(apart)) for base, level, apart in self.ask(shown, front)}
            self.records.update(seen)
            found: set[int] = set()
            for base, key in self.ask(f"SELECT base, key FROM record_key WHERE base {among}", seen):
                self.keys.setdefault(base, []).append(key)
                found.add(key)
            holders = f"SELECT base FROM record_key WHERE key {among}"
            found.update(base for (base,) in self.ask(holders, front - seen.keys()))
            if self._people:
                found |= self._judged(front)
            front = found - self.all

    def _judged(self, front: set[int]) -> set[int]:
        among = "IN (SELECT value FROM json_each(?))"
        found: set[int] = set()
        for one, other in (("a", "b"), ("b", "a")):
            sql = f"SELECT {other} FROM judgement WHERE {one} {among} AND {self._shown} AND verdict = '{Verdict.SAME}'"
            found.update(base for (base,) in self.ask(sql, front))
        return found

    def bases(self) -> list[Base]:
        """The part's bases, those only that may matter: seen records, ghosts of their keys, what people judged."""
        if self._people:
            self._read_manual()
        among = "IN (SELECT value FROM json_each(?))"
        ids: dict[int, tuple[str, str | None]] = {
            node: (id_, key)
            for node, id_, key in self.ask(f"SELECT node, id, key FROM base WHERE node {among}", self.all)
        }
        self.schemes = {node: (key or "").partition(":")[0] for node, (_, key) in ids.items() if key is not None}
        weak = {node for node, (_, key) in ids.items() if key is not None and not is_strong_key(key)}
        judged = {node for m in self.manual for node in (m.a, m.b)}
        careful = bool(self.manual) or any(level for level, _ in self.records.values())
        levels = self._ghost_levels(self.schemes) if careful else {}
        since = self._since(judged, weak)
        result = []
        for node, (id_, key) in ids.items():
            if key is None:
                level, apart = self.records.get(node, (UNSEEN, False))
                keys = [k for k in self.keys.get(node, ()) if k not in weak]
                keys.sort(key=lambda k: ids[k][0])
                result.append(Base(node, id_, False, tuple(keys), level, since.get(node, _NEW), apart))
            else:
                level = levels.get(node, UNSEEN) if careful else 0
                result.append(Base(node, id_, True, (), level, _NEW))
        return result

    def _ghost_levels(self, ghosts: Iterable[int]) -> dict[int, int]:
        """How public each ghost is: asked only where something is secret or people have judged."""
        levels: dict[int, int] = {}
        for end in ("source_base", "target_base"):
            sql = (
                f"SELECT {end}, min(secrecy) FROM link WHERE {end} IN (SELECT value FROM json_each(?))"
                f" AND {self._shown} GROUP BY {end}"
            )
            for node, level in self.ask(sql, ghosts):
                levels[node] = min(level, levels.get(node, UNSEEN))
        return levels

    def _since(self, judged: set[int], weak: set[int]) -> dict[int, int]:
        """First publications, of the bases for which it can decide anything."""
        holders: dict[int, int] = {}
        shared: set[int] = set(judged & self.records.keys())
        for base, keys in self.keys.items():
            for key in keys:
                if holders.setdefault(key, base) != base and key not in weak:
                    shared |= {base, holders[key]}
        sql = (
            "SELECT r.base, r.secrecy, min(p.publication) FROM record r JOIN run p ON p.run = (r.row >> 32)"
            " WHERE r.base IN (SELECT value FROM json_each(?)) AND p.publication IS NOT NULL GROUP BY r.base, r.secrecy"
        )
        first: dict[int, int] = {}
        for base, secrecy, number in self.ask(sql, shared):
            # When it was shown to fewer people must not tell on how it stands to those who see it now.
            if secrecy <= self.records.get(base, (UNSEEN, False))[0]:
                first[base] = min(number, first.get(base, _NEW))
        return first

    def _read_manual(self) -> None:
        sql = (
            f"SELECT row, a, b, verdict FROM judgement WHERE a IN (SELECT value FROM json_each(?)) AND {self._shown}"
            f" AND verdict <> '{Verdict.UNSURE}'"
        )
        rows = sorted(self.ask(sql, self.all), reverse=True)
        self.manual = [Manual(a, b, verdict == Verdict.SAME) for _, a, b, verdict in rows if b in self.all]


def rejoin(connection: sqlite3.Connection, run: int, seeds: Seeds) -> Moves:
    """Apply the rule to all that the seeds touch; older rows that now stand elsewhere get new versions."""
    part = _Part(connection, run)
    part.grow(seeds.bases)
    connection.execute("DELETE FROM temp.moved")
    seeds.move_plain(run)
    wanted = join(part.bases(), part.manual, part.schemes)
    before = {
        base: (row, entity, partner)
        for base, row, entity, partner in part.ask(
            "SELECT base, row, entity, partner FROM member WHERE retracted IS NULL"
            " AND base IN (SELECT value FROM json_each(?))",
            part.all,
        )
    }
    gone = [row for base, (row, entity, partner) in before.items() if _differs(wanted.get(base), entity, partner)]
    new = {b: j for b, j in wanted.items() if b not in before or _differs(j, before[b][1], before[b][2])}
    moved = {base: joined.entity for base, joined in new.items() if before.get(base, (0, base, 0))[1] != joined.entity}
    moved |= {base: base for base in before if base not in wanted}
    connection.executemany("INSERT INTO temp.moved VALUES (?,?)", moved.items())
    _move(connection, run)
    connection.executemany("UPDATE member SET retracted = ? WHERE row = ?", ((run, row) for row in gone))
    _take_places(connection, run, seeds.place_plain(_next_row(connection, run)))
    _write_members(connection, run, new, part.schemes.keys())
    merged = sum(1 for b, j in new.items() if b not in before and j.rule.startswith("identifier:"))
    return Moves(merged)


def _differs(joined: Joined | None, entity: int, partner: int) -> bool:
    return joined is None or (joined.entity, joined.partner) != (entity, partner)


def _write_members(connection: sqlite3.Connection, run: int, new: dict[int, Joined], ghosts: Collection[int]) -> None:
    """Write where bases stand. A ghost under a record is the rule, and not noted as one; see ``judging``."""
    first = _next_row(connection, run)
    rows = (
        (row, base, joined.entity, joined.partner, SILENT if _is_usual(base, joined, ghosts) else joined.rule or JUDGED)
        for row, (base, joined) in enumerate(sorted(new.items()), first)
    )
    connection.executemany("INSERT INTO member VALUES (?,?,?,?,?,NULL)", rows)
    _take_places(connection, run, len(new))


def _is_usual(base: int, joined: Joined, ghosts: Collection[int]) -> bool:
    return joined.rule == GHOST_RULE and base in ghosts


def _next_row(connection: sqlite3.Connection, run: int) -> int:
    row = connection.execute("SELECT places FROM run WHERE run = ?", (run,)).fetchone()
    return (run << SHIFT) + int(row[0])


def _take_places(connection: sqlite3.Connection, run: int, count: int) -> None:
    connection.execute("UPDATE run SET places = places + ? WHERE run = ?", (count, run))


_RECORD = "base, entity, apart, length"
_LINK = "ord, source_base, target_base, source, target"
_REST = "type, status, denied, confidence, valid_from, valid_to, secrecy, said, body, hash"


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
