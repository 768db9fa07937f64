"""Links and records as columns for a freeze: lists of numbers for some hundred nodes at a time, not a row each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from graph.neo4j.core import Core, seen
from graph.neo4j.joining import base_id
from graph.neo4j.schema import LINK_TYPES
from graph.store import I32, I64, At, LinkColumns, RecordColumns
from graph.stored import STATUSES
from graph.texts import Texts
from ontology.model import NODES
from ontology.values import BEGINNING, END

_NODES = 20_000
"""Nodes, or rows, of one statement."""
_LIST = 500
"""Nodes whose links come as one list: shorter ones cost in records, longer ones in memory."""
_FEW = 100_000
"""Links of a type up to which they are read as they lie, without going through the nodes."""

_CODES = {name: code for code, name in enumerate(sorted(NODES))}
_STATUS = " ".join(f"WHEN '{status.value}' THEN {number}" for number, status in enumerate(STATUSES))


def _day(alias: str, end: str) -> str:
    """A day as year * 1000 + day of the year, -1 for no bound: a number that needs no object of its own."""
    return f"CASE WHEN {alias}.{end} IS NULL THEN -1 ELSE {alias}.{end}.year * 1000 + {alias}.{end}.ordinalDay END"


def _flags(alias: str) -> str:
    return f"CASE {alias}.status {_STATUS} END"


_LINK = ", ".join(
    f"collect({value})"
    for value in (
        "e.row", "s.node", "t.node", f"({_flags('e')}) * 2 + CASE WHEN e.denied THEN 1 ELSE 0 END",
        "coalesce(e.confidence, -1.0)", _day("e", "valid_from"), _day("e", "valid_to"), "e.ord",
    )
)  # fmt: skip


def link_columns(core: Core, at: At, types: Iterable[str]) -> Iterator[LinkColumns]:
    """See ``Store.link_columns``."""
    view = core.view(at)
    wanted = set(types)
    if view.publication <= 0:
        return
    ((most,),) = core.read("MATCH (s:KedjaStore {key: 'store'}) RETURN s.next_node")
    for code, kind in enumerate(LINK_TYPES):
        if kind not in wanted:
            continue
        count = core.read(f"MATCH ()-[e:{kind}]->() RETURN count(e)")[0][0]
        if count > _FEW:
            pattern = "MATCH (s:KedjaBase) WHERE s.node >= $low AND s.node < $high"
            pattern += f" MATCH (s)-[e:{kind}]->(t) WHERE {seen('e')}"
            bounds = range(0, most, _NODES)
        else:
            pattern, bounds = f"MATCH (s)-[e:{kind}]->(t) WHERE {seen('e')}", range(min(count, 1))
        for low in bounds:
            given = {"low": low, "high": low + _NODES, "size": _LIST, **view.given}
            # Several records of lists arrive while the server makes the next ones.
            for row in core.stream(f"{pattern} WITH s.node / $size AS part, s, e, t RETURN {_LINK}, part", **given):
                if row[0]:
                    yield _links(row, code)


def _links(row: Any, code: int) -> LinkColumns:
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


_RECORD = (
    "e.id, e.node, b.id, r.base = r.entity, r.hash, r.row, b.kind, "
    f"{_flags('r')}, coalesce(r.confidence, -1.0), {_day('r', 'valid_from')}, {_day('r', 'valid_to')}, r.name, r.keys,"
    " r.properties"
)


def record_columns(core: Core, at: At) -> Iterator[RecordColumns]:
    """See ``Store.record_columns``."""
    view = core.view(at)
    if view.publication <= 0:
        return
    rows: list[Any] = []
    for row in core.stream(
        f"MATCH (r:KedjaRecord) WHERE {seen('r')} MATCH (b:KedjaBase {{node: r.base}}) USING INDEX b:KedjaBase(node)"
        f" MATCH (e:KedjaBase {{node: r.entity}}) USING INDEX e:KedjaBase(node) RETURN {_RECORD}",
        **view.given,
    ):
        rows.append(row)
        if len(rows) == _NODES:
            yield _records(rows)
            rows = []
    if rows:
        yield _records(rows)


def _records(rows: list[Any]) -> RecordColumns:
    column = list(zip(*rows, strict=True))
    confidence = np.array(column[8], np.float64)
    confidence[confidence < 0] = np.nan
    keys = ["".join(f"{key}\n" for key in sorted(json.loads(text))) for text in column[12]]
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
