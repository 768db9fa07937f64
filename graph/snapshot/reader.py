"""From a store to a topology: what a clearance may read at a publication, frozen."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from itertools import groupby

import numpy as np

from graph.snapshot.generic import with_generic_links
from graph.snapshot.topology import (
    LINK_TYPES,
    STATUSES,
    Edges,
    Topology,
    VertexRow,
    Vertices,
    canonical_edges,
    joined_keys,
    mark_of,
)
from graph.store import At, Described, Entity, LinkColumns, Store
from ontology.model import LINKS
from ontology.records import Status, canonical
from ontology.values import BEGINNING, END

MARKED = tuple(name for name in LINK_TYPES if name == "MATCHES" or LINKS[name].by_control)


def read_topology(store: Store, at: At) -> Topology:
    """Freeze everything visible, derived links included. Shapes: see ``Topology``."""
    nodes: list[int] = []
    vertices = Vertices.from_rows(list(_rows(store, at, nodes)))
    vertex_of = np.full(max(nodes, default=0) + 1, -1, np.int32)
    vertex_of[nodes] = np.arange(len(nodes), dtype=np.int32)
    return with_generic_links(Topology(vertices, _edges(store, at, vertex_of)))


def _rows(store: Store, at: At, nodes: list[int]) -> Iterator[VertexRow]:
    """The vertices in the order of their ids; their internal numbers are appended to ``nodes``."""
    ghosts = ((ghost.id, ghost.node, _ghost(ghost)) for ghost in store.ghosts(at))
    known = (
        (id, records[0].node, _row(records))
        for id, group in groupby(store.described(at), key=lambda record: record.entity)
        for records in [list(group)]
    )
    for _, node, row in heapq.merge(known, ghosts, key=lambda found: found[0]):
        nodes.append(node)
        yield row


def _ghost(ghost: Entity) -> VertexRow:
    declared = STATUSES.index(Status.DECLARED)
    return VertexRow(
        ghost.id, ghost.type, ghost.name, joined_keys(ghost.keys), "{}", True, declared, float("nan"), BEGINNING, END
    )


def _keys(text: str) -> str:
    """A JSON list of keys as ``Vertices`` holds them; most lists have nothing escaped and need no parser."""
    if "\\" in text or text == "[]":
        return joined_keys(sorted(json.loads(text)))
    return joined_keys(sorted(text[2:-2].replace('", "', '","').split('","')))


def _row(records: list[Described]) -> VertexRow:
    """One vertex from the records of an entity: where they differ the first one speaks; validity is their union."""
    first = records[0]
    if len(records) == 1:
        confidence = float("nan") if first.confidence is None else first.confidence
        return VertexRow(
            first.entity, first.type, first.name, _keys(first.keys), first.properties, False, first.status, confidence,
            first.valid_from, first.valid_to,
        )  # fmt: skip
    keys = {key for record in records for key in json.loads(record.keys)}
    merged: dict[str, object] = {}
    for record in reversed(records):
        merged.update(json.loads(record.properties))
    properties = canonical(merged)
    stated = [record.confidence for record in records if record.confidence is not None]
    return VertexRow(
        first.entity,
        first.type,
        first.name,
        joined_keys(sorted(keys)),
        properties,
        False,
        max(record.status for record in records),
        max(stated, default=float("nan")),
        min(record.valid_from for record in records),
        max(record.valid_to for record in records),
    )


def _edges(store: Store, at: At, vertex_of: np.ndarray[tuple[int], np.dtype[np.int32]]) -> Edges:
    batches = list(store.link_columns(at, LINK_TYPES))

    def column(name: str, dtype: type) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
        parts = [getattr(batch, name) for batch in batches]
        return np.concatenate(parts).astype(dtype) if parts else np.empty(0, dtype)

    whole = LinkColumns(**{name: column(name, dtype) for name, dtype in _DTYPES.items()})  # type: ignore[arg-type]
    n = len(whole.row)
    return canonical_edges(
        Edges(
            source=vertex_of[whole.source],
            target=vertex_of[whole.target],
            type=whole.type,
            mark=_marks(store, at, whole),
            status=whole.status,
            denied=whole.denied.astype(np.bool_),
            derived=np.zeros(n, np.bool_),
            confidence=whole.confidence,
            valid_from=whole.valid_from,
            valid_to=whole.valid_to,
            order=whole.order,
            row=whole.row,
            fact_start=np.zeros(n + 1, np.int64),
            fact=np.empty(0, np.int64),
        )
    )


_DTYPES: dict[str, type] = {
    "row": np.int64,
    "source": np.int32,
    "target": np.int32,
    "type": np.int8,
    "status": np.int8,
    "denied": np.int8,
    "confidence": np.float64,
    "valid_from": np.int32,
    "valid_to": np.int32,
    "order": np.int64,
}


def _marks(store: Store, at: At, whole: LinkColumns) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    marks = np.zeros(len(whole.row), np.int8)
    marked = {link.row: mark_of(link.type, link.properties) for link in store.links(at, types=MARKED)}
    if marked:
        order = np.argsort(whole.row)
        rows = np.fromiter(marked, np.int64, len(marked))
        marks[order[np.searchsorted(whole.row, rows, sorter=order)]] = list(marked.values())
    return marks
