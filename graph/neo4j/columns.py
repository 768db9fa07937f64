"""Links and records as columns for a freeze: lists of numbers for some hundred nodes at a time, not a row each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import numpy as np

from graph.neo4j.core import Core, Row, seen
from graph.neo4j.joining import base_id
from graph.neo4j.schema import LINK_TYPES
from graph.store import I32, I64, At, LinkColumns, RecordColumns
from graph.stored import STATUSES
from graph.texts import Texts
from ontology.model import NODES
from ontology.values import BEGINNING, END

Columns = TypeVar("Columns", LinkColumns, RecordColumns)

_AT_ONCE = 2
"""Statements that the server works on at the same time, each on one core."""
_NODES = 20_000
"""Bases of one statement."""
_LIST = 500
"""Bases whose records or links come as one list: shorter ones cost in rows, longer ones in memory."""
_FEW = 100_000
"""Links of a type up to which they are read as they lie, without going through the nodes."""

_CODES = {name: code for code, name in enumerate(sorted(NODES))}
_STATUS = " ".join(f"WHEN '{status.value}' THEN {number}" for number, status in enumerate(STATUSES))


def _day(alias: str, end: str) -> str:
    """A day as year * 1000 + day of the year, -1 for no bound: a number that needs no object of its own."""
    return f"CASE WHEN {alias}.{end} IS NULL THEN -1 ELSE {alias}.{end}.year * 1000 + {alias}.{end}.ordinalDay END"


def _flags(alias: str) -> str:
    return f"CASE {alias}.status {_STATUS} END"


_LINK = (
    "e.row", "source", "target", f"({_flags('e')}) * 2 + CASE WHEN e.denied THEN 1 ELSE 0 END",
    "coalesce(e.confidence, -1.0)", _day("e", "valid_from"), _day("e", "valid_to"), "e.ord",
)  # fmt: skip
_RECORD = (
    "id", "r.entity", "base", "r.base = r.entity", "r.hash", "r.row", "r.kind", _flags("r"),
    "coalesce(r.confidence, -1.0)", _day("r", "valid_from"), _day("r", "valid_to"), "r.name", "r.keys", "r.properties",
)  # fmt: skip


def _read_once(alias: str, columns: Sequence[str]) -> str:
    """A map of the properties that some columns and the view need: the database walks a list of them for each read."""
    names = {name for column in (*columns, seen(alias)) for name in re.findall(rf"\b{alias}\.(\w+)", column)}
    return f"{alias} {{{', '.join(f'.{name}' for name in sorted(names))}}} AS {alias}"


def _lists(columns: Sequence[str]) -> str:
    return ", ".join(f"collect({column})" for column in columns)


def _gathered(
    core: Core, statements: Iterable[tuple[str, dict[str, Any]]], made: Callable[[Row], Columns]
) -> Iterator[Columns]:
    """What ``made`` makes of each row of the statements, of which the server works on some at once."""

    def answered(statement: tuple[str, dict[str, Any]]) -> list[Columns]:
        return [made(row) for row in core.stream(statement[0], **statement[1]) if row[0]]

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for found in pool.map(answered, statements):
            yield from found


def link_columns(core: Core, at: At, types: Iterable[str]) -> Iterator[LinkColumns]:
    """See ``Store.link_columns``."""
    view = core.view(at)
    wanted = set(types)
    if view.publication <= 0:
        return
    tail = f"WITH s.node AS source, t.node AS target, {_read_once('e', _LINK)} WHERE {seen('e')}"
    tail += f" RETURN {_lists(_LINK)}, source / $size AS part"
    for code, kind in enumerate(LINK_TYPES):
        if kind not in wanted:
            continue
        count = core.read(f"MATCH ()-[e:{kind}]->() RETURN count(e)")[0][0]
        pattern, bounds = f"MATCH (s)-[e:{kind}]->(t)", range(min(count, 1))
        if count > _FEW:
            pattern, bounds = f"{_IN_RANGE} {pattern}", _ranges(core)
        statements = ((f"{pattern} {tail}", _bounds(low) | view.given) for low in bounds)
        yield from _gathered(core, statements, partial(_links, code=code))


_IN_RANGE = "MATCH (s:KedjaBase) USING INDEX SEEK s:KedjaBase(node) WHERE s.node >= $low AND s.node < $high"


def _ranges(core: Core) -> range:
    return range(0, core.read("MATCH (s:KedjaStore {key: 'store'}) RETURN s.next_node")[0][0], _NODES)


def _bounds(low: int) -> dict[str, Any]:
    return {"low": low, "high": low + _NODES, "size": _LIST}


def _links(row: Row, code: int) -> LinkColumns:
    flags = np.array(row[3], np.int8)
    confidence = np.array(row[4], np.float64)
    confidence[confidence < 0] = np.nan
    return LinkColumns(
        row=np.array(row[0], np.int64),
        source=np.array(row[1], np.int32),
        target=np.array(row[2], np.int32),
        type=np.full(len(flags), code, np.int8),
        status=flags >> 1,
        denied=flags & 1,
        confidence=confidence,
        valid_from=_days(row[5], BEGINNING),
        valid_to=_days(row[6], END),
        order=np.array(row[7], np.int64),
    )


def _days(stated: Sequence[int], none: int) -> I32:
    """Days since 1970-01-01 from what ``_day`` gives."""
    numbers: I64 = np.array(stated, np.int64)
    bound = numbers >= 0
    years = (numbers // 1000 - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    return np.where(bound, years + numbers % 1000 - 1, none).astype(np.int32)


def record_columns(core: Core, at: At) -> Iterator[RecordColumns]:
    """See ``Store.record_columns``."""
    view = core.view(at)
    if view.publication <= 0:
        return
    entity = "COLLECT { MATCH (e:KedjaBase {node: r.entity}) USING INDEX SEEK e:KedjaBase(node) RETURN e.id }[0]"
    cypher = (
        "MATCH (r:KedjaRecord) USING INDEX SEEK r:KedjaRecord(base) WHERE r.base >= $low AND r.base < $high"
        " MATCH (b:KedjaBase {node: r.base}) USING INDEX SEEK b:KedjaBase(node)"
        f" WITH b.id AS base, {_read_once('r', _RECORD)} WHERE {seen('r')}"
        f" WITH base, r, CASE r.entity WHEN r.base THEN base ELSE {entity} END AS id"
        f" RETURN {_lists(_RECORD)}, r.base / $size AS part"
    )
    yield from _gathered(core, ((cypher, _bounds(low) | view.given) for low in _ranges(core)), _records)


def _records(column: Row) -> RecordColumns:
    confidence = np.array(column[8], np.float64)
    confidence[confidence < 0] = np.nan
    keys = ["".join(f"{key}\n" for key in sorted(keys)) for keys in json.loads(f"[{','.join(column[12])}]")]
    return RecordColumns(
        id=Texts.of(column[0]),
        node=np.array(column[1], np.int32),
        base=Texts.of(base_id(id_, None) for id_ in column[2]),
        primary=np.array(column[3], np.bool_),
        hash=np.array(column[4], np.int64),
        row=np.array(column[5], np.int64),
        type=np.array([_CODES[name] for name in column[6]], np.int8),
        status=np.array(column[7], np.int8),
        confidence=confidence,
        valid_from=_days(column[9], BEGINNING),
        valid_to=_days(column[10], END),
        name=Texts.of(column[11]),
        keys=Texts.of(keys),
        properties=Texts.of(column[13]),
    )
