"""From a store to a topology: what a clearance may read at a publication, frozen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from graph.snapshot.generic import with_generic_links
from graph.snapshot.topology import (
    LINK_TYPES,
    STATUSES,
    Edges,
    GraphNode,
    Topology,
    Vertices,
    canonical_edges,
    mark_of,
)
from graph.store import At, Entity, LinkColumns, Store, StoredRecord
from ontology.model import LINKS
from ontology.values import BEGINNING, END, to_day

MARKED = tuple(name for name in LINK_TYPES if name == "MATCHES" or LINKS[name].by_control)


def read_topology(store: Store, at: At) -> Topology:
    """Freeze everything visible, derived links included. Shapes: see ``Topology``."""
    entities = list(store.entities(at))
    vertices = Vertices.of(_nodes(entities, store.records(at)))
    edges = _edges(store, at, _places(entities, vertices))
    return with_generic_links(Topology(vertices, edges))


def _nodes(entities: list[Entity], records: Iterator[StoredRecord]) -> Iterator[GraphNode]:
    by_entity = {entity: list(group) for entity, group in groupby(records, key=lambda record: record.entity)}
    for entity in entities:
        yield _node(entity, by_entity.get(entity.id, []))


def _node(entity: Entity, records: list[StoredRecord]) -> GraphNode:
    """One node from the records of an entity: where they differ the first one speaks; validity is their union."""
    properties: dict[str, object] = {}
    for record in reversed(records):
        properties.update(record.properties)
    starts = [to_day(record.common.valid_from, BEGINNING) for record in records] or [BEGINNING]
    ends = [to_day(record.common.valid_to, END) for record in records] or [END]
    confidences = [r.common.confidence for r in records if r.common.confidence is not None]
    status = max((STATUSES.index(record.common.status) for record in records), default=1)
    return GraphNode(
        id=entity.id,
        type=entity.type,
        name=entity.name,
        keys=entity.keys,
        properties=properties,
        ghost=entity.ghost,
        status=STATUSES[status],
        confidence=max(confidences, default=None),
        valid_from=min(starts),
        valid_to=max(ends),
    )


def _places(entities: list[Entity], vertices: Vertices) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Vertex of each internal node number, -1 where none, shape (largest number + 1,)."""
    ids = {id: vertex for vertex, id in enumerate(vertices.id)}
    table = np.full(max((entity.node for entity in entities), default=0) + 1, -1, np.int32)
    for entity in entities:
        table[entity.node] = ids[entity.id]
    return table


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
    "row": np.int64, "source": np.int32, "target": np.int32, "type": np.int8, "status": np.int8, "denied": np.int8,
    "confidence": np.float64, "valid_from": np.int32, "valid_to": np.int32, "order": np.int64,
}


def _marks(store: Store, at: At, whole: LinkColumns) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    marks = np.zeros(len(whole.row), np.int8)
    marked = {link.row: mark_of(link.type, link.properties) for link in store.links(at, types=MARKED)}
    if marked:
        order = np.argsort(whole.row)
        rows = np.fromiter(marked, np.int64, len(marked))
        marks[order[np.searchsorted(whole.row, rows, sorter=order)]] = list(marked.values())
    return marks
