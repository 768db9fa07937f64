"""Settling a run: what it says anew, what it repeats, what it takes back, and where its rows stand."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from graph.sqlite import joining, schema, staying
from graph.sqlite.core import Core
from graph.sqlite.runs import clear_dead
from graph.sqlite.schema import SHIFT
from graph.sqlite.seeds import Seeds
from graph.store import ALL_READ, Read, RunState, Settled
from ontology.errors import StoreError
from ontology.records import Mode, canonical, edition_order

_ID = {"record": "base", "link": "ord"}


@dataclass(frozen=True, slots=True)
class Own:
    """A run that is being settled, with the limits of its rows."""

    run: int
    mode: str
    series: str
    edition: str

    @property
    def first(self) -> int:
        return self.run << SHIFT

    @property
    def end(self) -> int:
        return (self.run + 1) << SHIFT

    @property
    def rows(self) -> str:
        """The condition that picks the run's rows of a table called ``o``."""
        return f"(o.row >= {self.first} AND o.row < {self.end})"


def settle(core: Core, run: int, counts: Mapping[str, int], read: Read = ALL_READ) -> Settled:
    """See ``Store.settle``. The lease is held from here until the run is published or abandoned."""
    core.locks.take_lease()
    try:
        with core.writing() as connection:
            clear_dead(core, connection)
            own = _claim(core, connection, run)
            settled = _settle(connection, own, read)
            finish(connection, run, settled, counts)
            return settled
    except BaseException:
        core.locks.drop_lease()
        raise


def _claim(core: Core, connection: sqlite3.Connection, run: int) -> Own:
    row = connection.execute("SELECT state, owner, mode, series, edition FROM run WHERE run = ?", (run,)).fetchone()
    if row is None or row[0] != RunState.ADDING or row[1] != core.locks.owner:
        raise StoreError(f"Run {run} cannot be settled: it is {row[0] if row else 'unknown'}.", remedy="Load it again.")
    return Own(run, *row[2:])


def finish(connection: sqlite3.Connection, run: int, settled: Settled, counts: Mapping[str, int]) -> None:
    """Write down what settling did and wait for publication."""
    done = {name: int(n) for name, n in asdict(settled).items() if name != "kept_in"}
    whole = canonical({**done, **counts})
    connection.execute("UPDATE run SET state = ?, counts = ? WHERE run = ?", (RunState.SETTLING, whole, run))


_NARROW = "type, status, denied, confidence, valid_from, valid_to, secrecy, said, body, hash, part"
_WAITING = {
    "record": (f"row, base, apart, length, {_NARROW}", "entity", ("base",)),
    "link": (f"row, ord, source_base, target_base, {_NARROW}", "source, target", ("source_base", "target_base")),
}
_UNIQUE = {"record": "base, hash", "link": "ord, hash"}

FIRST_FILL = 10_000
"""Rows from which indexes are made at the end, if the store holds fewer."""


def _take_in(connection: sqlite3.Connection, own: Own, table: str, place: str = "{}") -> None:
    """Move what the run has added to a table among the versions, each at its own bases or at the ``place`` of these;
    what it said twice only once."""
    columns, ends, bases = _WAITING[table]
    places = ", ".join(map(place.format, bases))
    waiting = f"{table}_in AS o WHERE {own.rows}"
    count, others = connection.execute(
        f"SELECT count(*), EXISTS (SELECT 1 FROM {table}_in o WHERE NOT {own.rows}) FROM {waiting}"
    ).fetchone()
    move = f"INTO {table}({columns}, {ends}) SELECT {columns}, {places} FROM {waiting} ORDER BY row"
    if count >= FIRST_FILL and _is_most(connection, own):
        with schema.without_indexes(connection, table, lambda: _once(connection, own, table)):
            connection.execute(f"INSERT {move}")
    else:
        connection.execute(f"INSERT OR IGNORE {move}")
    # A table that is emptied whole is emptied by the page.
    connection.execute(f"DELETE FROM {waiting}" if others else f"DELETE FROM {table}_in")
    if _count(connection, own, table) < count:
        connection.execute(
            f"DELETE FROM {table}_body WHERE body >= {own.first} AND body < {own.end}"
            f" AND body NOT IN (SELECT o.row FROM {table} o WHERE {own.rows})"
        )


def _is_most(connection: sqlite3.Connection, own: Own) -> bool:
    """Whether the run adds more than all others have added."""
    rows = connection.execute("SELECT run = ?, sum(places) FROM run GROUP BY 1", (own.run,)).fetchall()
    added = dict(rows)
    return bool(added[1] > added.get(0, 0))


def _once(connection: sqlite3.Connection, own: Own, table: str) -> None:
    """Remove what the run has said before in the same words."""
    again = f"row_number() OVER (PARTITION BY {_UNIQUE[table]} ORDER BY row) AS time FROM {table} o WHERE {own.rows}"
    connection.execute(f"DELETE FROM {table} WHERE row IN (SELECT row FROM (SELECT row, {again}) WHERE time > 1)")


def _settle(connection: sqlite3.Connection, own: Own, read: Read) -> Settled:
    earlier = connection.execute(
        "SELECT run, edition, json_extract(counts, '$.withdrawn') FROM run"
        " WHERE series = ? AND publication IS NOT NULL",
        (own.series,),
    ).fetchall()
    _take_in(connection, own, "record")
    seeds = Seeds(connection)
    late = not earlier and not seeds.touchy()
    if not late:
        _take_in(connection, own, "link")
    if own.mode != Mode.APPEND and _is_older(own.edition, (said for _, said, withdrawn in earlier if not withdrawn)):
        _drop_own(connection, own, "")
        return Settled(older_edition=True)
    unchanged = retracted = kept = 0
    kept_in: set[str] = set()
    if earlier:
        series = ",".join(str(run) for run, *_ in earlier)
        staying.prepare(connection, read)
        for table in _ID:
            same, back, stay, where = _against(connection, own, table, series)
            unchanged, retracted, kept = unchanged + same, retracted + back, kept + stay
            kept_in |= where
    seeds.of_run(own.run)
    moves = joining.rejoin(connection, own.run, seeds)
    if late:  # nobody's place rests on the links: they come when it is known
        _take_in(connection, own, "link", joining.stands(connection))
    joining.place_own(connection, own.run, links=not late)
    return Settled(
        records=_count(connection, own, "record"), links=_count(connection, own, "link"), unchanged=unchanged,
        retracted=retracted, kept=kept, kept_in=tuple(sorted(kept_in)), merged=moves.merged,
        ghosts=_ghosts(connection, own),
    )  # fmt: skip


def _is_older(edition: str, earlier: Iterable[str]) -> bool:
    """Whether a newer edition is published already."""
    return any(edition_order(other) > edition_order(edition) for other in earlier)


def _against(connection: sqlite3.Connection, own: Own, table: str, series: str) -> tuple[int, int, int, set[str]]:
    """Compare what the run says with what its series says now: rows repeated, taken back, kept though they are not
    repeated, and the source's tables of those.

    A statement is an id with a content. One that is repeated in its table keeps its old version. A full edition takes
    back what it does not repeat, where it was read; a delta only what it names: other contents of its ids, and what it
    says that it speaks about; an appended one nothing.
    """
    id_ = _ID[table]
    now = f"v.said IN ({series}) AND v.retracted IS NULL"
    connection.execute("DROP TABLE IF EXISTS temp.kept")
    connection.execute("CREATE TEMP TABLE kept (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)")
    connection.execute(
        f"INSERT OR IGNORE INTO kept SELECT v.row, o.row FROM {table} o"
        f" JOIN {table} v ON v.{id_} = o.{id_} AND v.hash = o.hash AND v.part = o.part"
        f" WHERE {own.rows} AND {now} AND v.row <> o.row"
    )
    back = stay = 0
    where: set[str] = set()
    if own.mode != Mode.APPEND:
        named = ""
        if own.mode == Mode.DELTA:
            repeated = f"{id_} IN (SELECT o.{id_} FROM {table} o WHERE {own.rows})"
            named = f" AND ({repeated} OR {staying.named(table)})"
        old = f"{now} AND row NOT IN (SELECT old FROM kept){named}"
        stay, where = staying.gather(connection, table, id_, old, own.rows)
        back = connection.execute(
            f"UPDATE {table} AS v SET retracted = ? WHERE {old} AND row NOT IN (SELECT row FROM temp.staying)",
            (own.run,),
        ).rowcount
    same = _drop_own(connection, own, " AND o.row IN (SELECT new FROM kept)", (table,))
    connection.execute("DROP TABLE temp.kept")
    return same, back, stay, where


def _drop_own(
    connection: sqlite3.Connection, own: Own, where: str, tables: tuple[str, ...] = ("record", "link")
) -> int:
    dropped = 0
    for table in tables:
        rows = f"SELECT o.row FROM {table} o WHERE {own.rows}{where}"
        connection.execute(f"DELETE FROM {table}_body WHERE body IN ({rows})")
        dropped += connection.execute(f"DELETE FROM {table} AS o WHERE {own.rows}{where}").rowcount
    return dropped


def _count(connection: sqlite3.Connection, own: Own, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table} o WHERE {own.rows} AND o.said = ?", (own.run,)).fetchone()
    return int(row[0])


def _ghosts(connection: sqlite3.Connection, own: Own) -> int:
    """How many things the run's links name that no record describes."""
    ends = " UNION ".join(
        f"SELECT o.{end} FROM link o CROSS JOIN base b ON b.node = o.{end}"
        f" WHERE {own.rows} AND o.said = {own.run} AND b.key IS NOT NULL"
        for end in ("source", "target")
    )
    return int(connection.execute(f"SELECT count(*) FROM ({ends})").fetchone()[0])
