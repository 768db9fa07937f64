"""Adding to a run: batches of narrow rows and bodies, bases interned."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple
from functools import cache, partial

from graph.identity import ordinal
from graph.searching import indexed
from graph.sqlite.core import Core
from graph.sqlite.schema import SHIFT
from graph.store import RunState
from graph.stored import STATUSES, prepare
from ontology.errors import StoreError
from ontology.records import Common, Link, Polarity, Record, Secrecy, canonical, link_order
from ontology.values import BEGINNING, END, to_day

_STATUS = {status: number for number, status in enumerate(STATUSES)}
_MOST_CACHED = 1_000_000

Row = tuple[object, ...]
Kind = Callable[[str], int]
"""The number of a type's or a table's name."""


def add(core: Core, run: int, items: Sequence[Record | Link]) -> None:
    """See ``Store.add``."""
    if not items:
        return
    row = core.reader().execute("SELECT series, secrecy FROM run WHERE run = ?", (run,)).fetchone()
    if row is None or row[0] is None:
        raise StoreError(f"Run {run} does not take records or links.")
    batch = prepare(items, row[0], Secrecy(row[1]))
    with core.writing() as connection:
        first = _places(core, connection, run, len(items))
        nodes = intern(core, connection, batch.bases)
        kind = cache(partial(core.kind, connection))
        records, texts, keys = record_rows(batch.records, nodes, first, run, kind)
        links, link_texts = link_rows(batch.links, nodes, first, run, kind)
        for table, rows in (
            ("record_in", records), ("record_body", texts), ("link_in", links), ("link_body", link_texts)
        ):  # fmt: skip
            insert(connection, table, rows)
        connection.executemany("INSERT OR IGNORE INTO record_key VALUES (?,?)", keys)
    if len(core.nodes) > _MOST_CACHED:
        core.nodes.clear()
    core.nodes.update(nodes)


def _places(core: Core, connection: sqlite3.Connection, run: int, count: int) -> int:
    row = connection.execute("SELECT state, owner, places FROM run WHERE run = ?", (run,)).fetchone()
    if row[0] != RunState.ADDING or row[1] != core.locks.owner:
        raise StoreError(f"Run {run} takes nothing more: it is {row[0]}.", remedy="Begin a new run.")
    connection.execute("UPDATE run SET places = places + ? WHERE run = ?", (count, run))
    return (run << SHIFT) + int(row[2])


def intern(core: Core, connection: sqlite3.Connection, bases: Mapping[str, tuple[str, str | None]]) -> dict[str, int]:
    """The node number of each base, new ones numbered on from the last."""
    core.forget_erased(connection)
    nodes = {id_: core.nodes[id_] for id_ in bases if id_ in core.nodes}
    missing = [id_ for id_ in bases if id_ not in nodes]
    if not missing:
        return nodes
    found = connection.execute(
        "SELECT id, node, key FROM base WHERE ord IN (SELECT value FROM json_each(?))",
        (str([ordinal(i) for i in missing]),),
    )
    for id_, node, key in found.fetchall():
        if id_ in bases:
            nodes[id_] = node
            if key == "":  # erased once, and said again
                connection.execute("UPDATE base SET key = ? WHERE node = ?", (bases[id_][1], node))
    new = [id_ for id_ in missing if id_ not in nodes]
    first = connection.execute("SELECT ifnull(max(node), -1) + 1 FROM base").fetchone()[0]
    nodes.update((id_, node) for node, id_ in enumerate(new, first))
    rows = ((nodes[i], ordinal(i), i, core.kind(connection, bases[i][0]), bases[i][1]) for i in new)
    connection.executemany("INSERT INTO base VALUES (?,?,?,?,?)", rows)
    return nodes


def _common(kind: int, common: Common, secrecy: int, run: int, row: int, said: int, part: int) -> Row:
    return (
        kind, _STATUS[common.status], int(common.polarity is Polarity.DENIED), common.confidence,
        to_day(common.valid_from, BEGINNING), to_day(common.valid_to, END), int(secrecy), run, row, said, part,
    )  # fmt: skip


def _raw(raw: Mapping[str, str]) -> str:
    return canonical(raw) if raw else ""


def record_rows(
    records: Iterable[tuple[int, Record, str, tuple[str, ...], str, int, int]], nodes: Mapping[str, int], first: int,
    run: int, kind: Kind,
) -> tuple[list[Row], list[Row], list[Row]]:  # fmt: skip
    """Rows of the narrow table, of bodies and of keys, for records as a ``Batch`` has them."""
    rows: list[Row] = []
    bodies: list[Row] = []
    keys: list[Row] = []
    for place, record, id_, ghosts, text, said, secrecy in records:
        row, base, facts = first + place, nodes[id_], record.properties
        name = str(facts.get("name") or "")
        apart = int(facts.get("natural_person") is True)
        common = _common(kind(record.type), record.common, secrecy, run, row, said, kind(record.table))
        rows.append((row, base, apart, len(name), *common))
        keys += ((nodes[ghost], base) for ghost in ghosts)
        alias = str(facts.get("name_sv") or "")
        words = indexed(name, alias, " ".join(key.partition(":")[2] for key in record.keys))
        bodies.append((
            row, name, alias, json.dumps(record.keys, ensure_ascii=False), text, _raw(record.raw), record.locator,
            record.common.cites, *astuple(words),
        ))  # fmt: skip
    return rows, bodies, keys


def link_rows(
    links: Iterable[tuple[int, Link, str, str, str, str, int, int]], nodes: Mapping[str, int], first: int, run: int,
    kind: Kind,
) -> tuple[list[Row], list[Row]]:  # fmt: skip
    """Rows of the narrow table and of bodies, for links as a ``Batch`` has them."""
    rows: list[Row] = []
    bodies: list[Row] = []
    for place, link, id_, source, target, text, said, secrecy in links:
        row = first + place
        common = _common(kind(link.type), link.common, secrecy, run, row, said, kind(link.table))
        rows.append((row, link_order(id_), nodes[source], nodes[target], *common))
        bodies.append((row, text, _raw(link.raw), link.locator, link.common.cites))
    return rows, bodies


def insert(connection: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    if rows:
        connection.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
