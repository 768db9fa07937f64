"""Adding to a run: batches of narrow rows and bodies, bases interned."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graph.garbage import few_collections
from graph.identity import ghost_id, ordinal
from graph.searching import indexed
from graph.sqlite.core import Core
from graph.sqlite.schema import SHIFT
from graph.store import RunState
from graph.stored import Batch, End, Facts, prepare
from ontology.errors import StoreError
from ontology.records import Link, Record, Secrecy, canonical

_MOST_CACHED = 2_000_000

Row = tuple[object, ...]


def add(core: Core, run: int, items: Sequence[Record | Link]) -> None:
    """See ``Store.add``."""
    if not items:
        return
    row = core.reader().execute("SELECT series, secrecy FROM run WHERE run = ?", (run,)).fetchone()
    if row is None or row[0] is None:
        raise StoreError(f"Run {run} does not take records or links.")
    with few_collections():
        batch = prepare(items, row[0], Secrecy(row[1]))
        with core.writing() as connection:
            first = _places(core, connection, run, len(items))
            nodes, ends = _numbered(core, connection, batch)
            kinds = {name: core.kind(connection, name) for name in batch.names}
            records, texts, keys = record_rows(batch.records, nodes, ends, first, run, kinds)
            links, link_texts = link_rows(batch.links, ends, first, run, kinds)
            for table, rows in (
                ("record_in", records), ("record_body", texts), ("link_in", links), ("link_body", link_texts)
            ):  # fmt: skip
                insert(connection, table, rows)
            connection.executemany("INSERT OR IGNORE INTO record_key VALUES (?,?)", keys)
        if len(core.nodes) > _MOST_CACHED:
            core.nodes.clear()
        core.nodes.update(ends)


def _places(core: Core, connection: sqlite3.Connection, run: int, count: int) -> int:
    row = connection.execute("SELECT state, owner, places FROM run WHERE run = ?", (run,)).fetchone()
    if row[0] != RunState.ADDING or row[1] != core.locks.owner:
        raise StoreError(f"Run {run} takes nothing more: it is {row[0]}.", remedy="Begin a new run.")
    connection.execute("UPDATE run SET places = places + ? WHERE run = ?", (count, run))
    return (run << SHIFT) + int(row[2])


def _numbered(core: Core, connection: sqlite3.Connection, batch: Batch) -> tuple[dict[str, int], dict[End, int]]:
    """The node numbers of a batch's records, by id, and of the ends that it names; new ones numbered on."""
    core.forget_erased(connection)
    ends = {end: core.nodes[end] for end in batch.ends if end in core.nodes}
    missing = {ghost_id(*end): end for end in batch.ends if end not in ends}
    bases: dict[str, tuple[str, str | None]] = {id_: (record.type, None) for _, record, id_, *_ in batch.records}
    nodes = _intern(core, connection, {**bases, **missing}) if bases or missing else {}
    ends.update((end, nodes[ghost]) for ghost, end in missing.items())
    return nodes, ends


def _intern(core: Core, connection: sqlite3.Connection, bases: Mapping[str, tuple[str, str | None]]) -> dict[str, int]:
    """The node number of each base, new ones numbered on from the last."""
    orders = {id_: ordinal(id_) for id_ in bases}
    found = connection.execute(
        "SELECT id, node, key FROM base WHERE ord IN (SELECT value FROM json_each(?))", (str(list(orders.values())),)
    )
    nodes: dict[str, int] = {}
    for id_, node, key in found.fetchall():
        if id_ in bases:
            nodes[id_] = node
            if key == "":  # erased once, and said again
                connection.execute("UPDATE base SET key = ? WHERE node = ?", (bases[id_][1], node))
    new = [id_ for id_ in bases if id_ not in nodes]
    first = connection.execute("SELECT ifnull(max(node), -1) + 1 FROM base").fetchone()[0]
    nodes.update((id_, node) for node, id_ in enumerate(new, first))
    rows = [(nodes[i], orders[i], i, core.kind(connection, bases[i][0]), bases[i][1]) for i in new]
    connection.executemany("INSERT INTO base VALUES (?,?,?,?,?)", rows)
    return nodes


def _raw(raw: Mapping[str, str]) -> str:
    return canonical(raw) if raw else ""


def record_rows(
    records: Iterable[tuple[int, Record, str, Sequence[Any], str, int, Facts]], nodes: Mapping[str, int],
    ends: Mapping[Any, int], first: int, run: int, kinds: Mapping[str, int],
) -> tuple[list[Row], list[Row], list[Row]]:  # fmt: skip
    """Rows of the narrow table, of bodies and of keys, for records as a ``Batch`` has them, by the numbers of their
    ids and of their keys."""
    rows: list[Row] = []
    bodies: list[Row] = []
    keys: list[Row] = []
    for place, record, id_, named, text, said, facts in records:
        row, base, properties = first + place, nodes[id_], record.properties
        name, alias = str(properties.get("name") or ""), str(properties.get("name_sv") or "")
        apart = int(properties.get("natural_person") is True)
        narrow = (kinds[record.type], *facts, run, row, said, kinds[record.table])
        rows.append((row, base, apart, len(name), *narrow))
        keys += [(ends[key], base) for key in named]
        words = indexed(name, alias, " ".join([key.partition(":")[2] for key in record.keys]))
        bodies.append((
            row, name, alias, json.dumps(record.keys, ensure_ascii=False), text, _raw(record.raw), record.locator,
            record.common.cites, words.name, words.alias, words.numbers, words.also, words.ends,
        ))  # fmt: skip
    return rows, bodies, keys


def link_rows(
    links: Iterable[tuple[int, Link, int, Any, Any, str, int, Facts]], ends: Mapping[Any, int], first: int, run: int,
    kinds: Mapping[str, int],
) -> tuple[list[Row], list[Row]]:  # fmt: skip
    """Rows of the narrow table and of bodies, for links as a ``Batch`` has them, by the numbers of their ends."""
    rows: list[Row] = []
    bodies: list[Row] = []
    for place, link, order, source, target, text, said, facts in links:
        row = first + place
        narrow = (kinds[link.type], *facts, run, row, said, kinds[link.table])
        rows.append((row, order, ends[source], ends[target], *narrow))
        bodies.append((row, text, _raw(link.raw), link.locator, link.common.cites))
    return rows, bodies


def insert(connection: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    if rows:
        connection.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
