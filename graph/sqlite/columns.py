"""What a freeze reads, as columns. Several numbers travel in one integer: reading a column is what costs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from graph.sqlite.bulk import here, scan
from graph.sqlite.core import Core
from graph.sqlite.entities import ghosts_of
from graph.store import F64, I8, I32, I64, At, Entity, LinkColumns, RecordColumns
from ontology.errors import StoreError
from ontology.model import LINKS, NODES

_DAYS = "({0}.valid_from << 32) | ({0}.valid_to & 4294967295), ifnull({0}.confidence, -1.0)"

# One key without anything escaped, as nearly all are, needs no parser.
_KEYS = r"""CASE WHEN instr(d.keys, '", "') = 0 AND instr(d.keys, '\') = 0
    THEN substr(d.keys, 3, length(d.keys) - 4) || char(10)
    ELSE (SELECT group_concat(value, char(10)) FROM (SELECT value FROM json_each(d.keys) ORDER BY value)) || char(10)
    END"""


def link_columns(core: Core, at: At, types: Iterable[str]) -> Iterator[LinkColumns]:
    """See ``Store.link_columns``."""
    view, names = core.view(at), set(types)
    wanted = core.known_kinds(names)
    if not wanted:
        return iter(())
    where = view.sql("l")
    if not names.issuperset(LINKS):  # all types are quicker read without asking each row for its own
        where += f" AND l.type IN ({','.join(map(str, wanted))})"
    batches = scan(
        core,
        "SELECT l.row, (l.source << 32) | l.target, (l.type << 16) | (l.status << 8) | l.denied,"
        f" {_DAYS.format('l')}, l.ord FROM link l NOT INDEXED WHERE {where}",
        "iiiifi",
    )
    codes = _codes(core, sorted(LINKS))
    return (_links(batch, codes) for batch in batches)


def _links(batch: list[Any], codes: I8) -> LinkColumns:
    kind = codes[batch[2] >> 16]
    if kind.min(initial=0) < 0:  # of a type that is not declared any more
        batch, kind = [column[kind >= 0] for column in batch], kind[kind >= 0]
    row, ends, flags, days, confidence, order = batch
    return LinkColumns(
        row=row,
        source=(ends >> 32).astype(np.int32),
        target=(ends & 0xFFFFFFFF).astype(np.int32),
        type=kind,
        status=((flags >> 8) & 0xFF).astype(np.int8),
        denied=(flags & 0xFF).astype(np.int8),
        confidence=_stated(confidence),
        valid_from=_from(days),
        valid_to=_to(days),
        order=order,
    )


def record_columns(core: Core, at: At) -> Iterator[RecordColumns]:
    """See ``Store.record_columns``."""
    view, codes = core.view(at), _codes(core, sorted(NODES))
    batches = scan(
        core,
        "SELECT r.row, r.hash, (r.entity << 1) | (r.base = r.entity), (r.said << 24) | (r.type << 16)"
        " | (r.status << 8) | r.denied,"
        f" {_DAYS.format('r')}, 'e' || substr(e.id, 2),"
        " CASE WHEN r.base = r.entity THEN e.id ELSE (SELECT id FROM base WHERE node = r.base) END,"
        f" d.name, {_KEYS}, d.properties"
        " FROM record r NOT INDEXED CROSS JOIN base e ON e.node = r.entity CROSS JOIN record_body d ON d.body = r.body"
        f" WHERE {view.sql('r')}",
        "iiiiifttttt",
    )
    return (_records(batch, codes) for batch in batches)


def _records(batch: list[Any], codes: I8) -> RecordColumns:
    row, hash_, entity, flags, days, confidence, id_, base, name, keys, properties = batch
    kind = codes[(flags >> 16) & 0xFF]
    if kind.min(initial=0) < 0:
        raise StoreError("The store has records of types that this Kedja does not know.", remedy="Use a newer Kedja.")
    return RecordColumns(
        id=id_,
        node=(entity >> 1).astype(np.int32),
        base=base,
        primary=(entity & 1).astype(np.bool_),
        hash=hash_,
        row=row,
        said=flags >> 24,
        type=kind,
        status=((flags >> 8) & 0xFF).astype(np.int8),
        denied=(flags & 1).astype(np.bool_),
        confidence=_stated(confidence),
        valid_from=_from(days),
        valid_to=_to(days),
        name=name,
        keys=keys,
        properties=properties,
    )


def _codes(core: Core, names: Sequence[str]) -> I8:
    """The place in ``names`` of each type by its number in the store, -1 for what is not among them."""
    kinds = dict(core.reader().execute("SELECT number, name FROM kind").fetchall())
    codes = np.full(max(kinds) + 1, -1, np.int8)
    for number, name in kinds.items():
        codes[number] = names.index(name) if name in names else -1
    return codes


def _from(days: I64) -> I32:
    return (days >> 32).astype(np.int32)


def _to(days: I64) -> I32:
    return (days & 0xFFFFFFFF).astype(np.uint32).view(np.int32)


def _stated(confidence: F64) -> F64:
    return np.where(confidence < 0, np.nan, confidence)


def ghosts(core: Core, at: At) -> Iterator[Entity]:
    """See ``Store.ghosts``."""
    return iter(sorted(ghosts_of(core, core.view(at), None, None), key=lambda entity: entity.id))


# -- what a published graph tells besides ---------------------------------------------------------------------------
AT_ONCE = 20_000
"""Rows that one statement names: it is text, and SQLite takes a million characters."""

_BODY = {
    "record": ("b.id, d.keys, d.locator, d.cites", " CROSS JOIN base b ON b.node = v.base", "iitttt"),
    "link": ("d.properties, d.locator, d.cites", "", "iittt"),
}


def record_places(core: Core, at: At) -> Iterator[list[Any]]:
    """See ``Store.record_places``."""
    return scan(
        core,
        "SELECT v.row, e.ord FROM record v NOT INDEXED CROSS JOIN base e ON e.node = v.entity"
        f" WHERE {core.view(at).sql('v')}",
        "ii",
    )


def bodies(core: Core, at: At, table: str, rows: I64 | None) -> Iterator[list[Any]]:
    """See ``Store.bodies``."""
    texts, more, kinds = _BODY[table]
    asked = f"SELECT v.row, (v.said << 2) | v.secrecy, {texts} FROM"
    joined = f"{more} CROSS JOIN {table}_body d ON d.body = v.body WHERE {core.view(at).sql('v')}"
    if rows is None:
        yield from scan(core, f"{asked} {table} v NOT INDEXED{joined}", kinds)
        return
    for first in range(0, len(rows), AT_ONCE):
        some = json.dumps(rows[first : first + AT_ONCE].tolist())
        yield from here(core, f"{asked} json_each('{some}') j CROSS JOIN {table} v ON v.row = j.value{joined}", kinds)
