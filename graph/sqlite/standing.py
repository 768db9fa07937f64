"""Who stands where after a run: the connected parts that it touches, the rule applied to them, and what that changes.

The rule itself is ``graph.identity.join``; it is given whole connected parts, so that what it says of them does not
depend on how the store came to be asked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graph.identity import GHOST_RULE, JUDGED, SILENT, UNSEEN, Base, Joined, Manual, is_strong_key, join
from graph.sqlite.core import chunks
from graph.sqlite.schema import SHIFT
from graph.store import RunState, Verdict

_NEW = 2**62
"""Publication of what has not been published yet: after all others."""

_AMONG = "IN (SELECT value FROM json_each(?))"


class _Rows:
    """Rows as the run that is being settled sees them: its own and published ones that nobody took back.

    ``judged`` says whether people have judged anything at all.
    """

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
        """(base, secrecy, natural person) of records, the most secret first."""
        yield from self._ask(
            f"SELECT base, secrecy, max(apart) FROM record WHERE base {_AMONG} AND {self._shown}"
            " GROUP BY base, secrecy ORDER BY secrecy DESC",
            bases,
        )

    def keys(self, bases: Iterable[int]) -> Iterator[tuple[int, int]]:
        """(base, ghost of a key that it has), of records of every state."""
        yield from self._ask(f"SELECT base, key FROM record_key WHERE base {_AMONG}", bases)

    def holders(self, keys: Iterable[int]) -> Iterator[int]:
        """Bases of the records, of every state, that have one of these keys."""
        yield from (base for (base,) in self._ask(f"SELECT base FROM record_key WHERE key {_AMONG}", keys))

    def same_as(self, bases: Iterable[int]) -> Iterator[int]:
        """Bases that people judged the same as one of these."""
        bases = set(bases)
        for one, other in (("a", "b"), ("b", "a")):
            sql = f"SELECT {other} FROM judgement WHERE {one} {_AMONG} AND {self._shown} AND verdict = '{Verdict.SAME}'"
            yield from (base for (base,) in self._ask(sql, bases))

    def names(self, bases: Iterable[int]) -> Iterator[tuple[int, str, str | None]]:
        """(base, its id, its key: None for a record)."""
        yield from self._ask(f"SELECT node, id, key FROM base WHERE node {_AMONG}", bases)

    def ghost_levels(self, ghosts: Iterable[int]) -> Iterator[tuple[int, int]]:
        """(ghost, secrecy) of links that name it."""
        ghosts = set(ghosts)
        for end in ("source_base", "target_base"):
            yield from self._ask(
                f"SELECT {end}, min(secrecy) FROM link WHERE {end} {_AMONG} AND {self._shown} GROUP BY {end}", ghosts
            )

    def first_shown(self, bases: Iterable[int]) -> Iterator[tuple[int, int, int]]:
        """(base, secrecy, first publication) of the published records of a base."""
        yield from self._ask(
            "SELECT r.base, r.secrecy, min(p.publication) FROM record r JOIN run p ON p.run = (r.row >> 32)"
            f" WHERE r.base {_AMONG} AND p.publication IS NOT NULL GROUP BY r.base, r.secrecy",
            bases,
        )

    def manual(self, bases: Iterable[int]) -> Iterator[tuple[int, int, int, str]]:
        """(row, one side, the other, verdict) of the judgements, but for *unsure*, whose one side is among these."""
        yield from self._ask(
            f"SELECT row, a, b, verdict FROM judgement WHERE a {_AMONG} AND {self._shown}"
            f" AND verdict <> '{Verdict.UNSURE}'",
            bases,
        )

    def members(self, bases: Iterable[int]) -> Iterator[tuple[int, int, int, int]]:
        """(base, row, head, partner) of the bases that stand under another one."""
        yield from self._ask(
            f"SELECT base, row, entity, partner FROM member WHERE retracted IS NULL AND base {_AMONG}", bases
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rule changes. ``wanted`` is where every base of the touched parts stands that is not its own head."""

    touched: frozenset[int]
    wanted: Mapping[int, Joined]
    gone: tuple[int, ...]
    """Rows of members that no longer hold."""
    new: Mapping[int, Joined]
    """Members that did not hold before."""
    moved: Mapping[int, int]
    """New head of each base that had another one."""
    before: Mapping[int, int]
    """Head until now of each base that stood under another one."""
    ghosts: frozenset[int]
    """The touched bases that are ghosts."""

    @property
    def merged(self) -> int:
        """Bases newly joined by an identifier."""
        return sum(1 for b, j in self.new.items() if b not in self.before and j.rule.startswith("identifier:"))

    def members(self) -> Iterator[tuple[int, int, int, str]]:
        """(base, head, partner, rule as it is stored) of the new members, by base."""
        for base, joined in sorted(self.new.items()):
            usual = joined.rule == GHOST_RULE and base in self.ghosts
            yield base, joined.entity, joined.partner, SILENT if usual else joined.rule or JUDGED


class _Part:
    """The connected parts of the graph of keys and judgements that hold some bases, as the rule wants them."""

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows
        self.records: dict[int, tuple[int, bool]] = {}
        """Visible record bases: (least secrecy, natural person)."""
        self.keys: dict[int, list[int]] = {}
        self.all: set[int] = set()
        self.manual: list[Manual] = []

    def grow(self, seeds: set[int]) -> None:
        """Follow keys and judgements until nothing new is found."""
        front = set(seeds)
        while front:
            self.all |= front
            # The most public versions come last and decide: a withheld one must not show in where a base stands.
            seen = {base: (level, bool(apart)) for base, level, apart in self._rows.records(front)}
            self.records.update(seen)
            found: set[int] = set()
            for base, key in self._rows.keys(seen):
                self.keys.setdefault(base, []).append(key)
                found.add(key)
            found.update(self._rows.holders(front - seen.keys()))
            if self._rows.judged:
                found.update(self._rows.same_as(front))
            front = found - self.all

    def bases(self) -> list[Base]:
        """The part's bases, those only that may matter: seen records, ghosts of their keys, what people judged."""
        if self._rows.judged:
            rows = sorted(self._rows.manual(self.all), reverse=True)
            self.manual = [Manual(a, b, verdict == Verdict.SAME) for _, a, b, verdict in rows if b in self.all]
        ids = {node: (id_, key) for node, id_, key in self._rows.names(self.all)}
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
        for node, level in self._rows.ghost_levels(ghosts):
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
        first: dict[int, int] = {}
        for base, secrecy, number in self._rows.first_shown(shared):
            # When it was shown to fewer people must not tell on how it stands to those who see it now.
            if secrecy <= self.records.get(base, (UNSEEN, False))[0]:
                first[base] = min(number, first.get(base, _NEW))
        return first


def standing(connection: sqlite3.Connection, run: int, seeds: set[int]) -> Standing:
    """Apply the rule to all that the seeds touch."""
    rows = _Rows(connection, run)
    part = _Part(rows)
    part.grow(seeds)
    wanted = join(part.bases(), part.manual, part.schemes)
    before = {base: (row, entity, partner) for base, row, entity, partner in rows.members(part.all)}
    gone = tuple(row for base, (row, entity, partner) in before.items() if _differs(wanted.get(base), entity, partner))
    new = {b: j for b, j in wanted.items() if b not in before or _differs(j, before[b][1], before[b][2])}
    moved = {base: joined.entity for base, joined in new.items() if before.get(base, (0, base, 0))[1] != joined.entity}
    moved |= {base: base for base in before if base not in wanted}
    heads = {base: entity for base, (_, entity, _) in before.items()}
    return Standing(frozenset(part.all), wanted, gone, new, moved, heads, frozenset(part.schemes))


def _differs(joined: Joined | None, entity: int, partner: int) -> bool:
    return joined is None or (joined.entity, joined.partner) != (entity, partner)
