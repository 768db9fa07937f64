"""From a store to a topology: what a clearance may read at a publication, frozen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graph.snapshot.arrays import I8, I32, whole
from graph.snapshot.entities import vertices_of
from graph.snapshot.generic import with_generic_links
from graph.snapshot.topology import (
    LINK_TYPES,
    Edges,
    Topology,
    canonical_edges,
    mark_of,
)
from graph.store import At, LinkColumns, Store
from ontology.errors import StoreError
from ontology.model import LINKS

MARKED = tuple(name for name in LINK_TYPES if name == "MATCHES" or LINKS[name].by_control)


def read_topology(store: Store, at: At) -> Topology:
    """Freeze everything visible, derived links included. Shapes: see ``Topology``.

    Raises:
        StoreError: something was erased while it was read.
    """
    links = store.link_columns(at, LINK_TYPES)  # a store may begin to read here, beside what follows
    records = store.record_columns(at)
    ghosts = list(store.ghosts(at))
    vertices, nodes = vertices_of(list(records), ghosts)
    vertex_of = np.full(nodes.max(initial=-1) + 1, -1, np.int32)
    vertex_of[nodes] = np.arange(len(nodes), dtype=np.int32)
    return with_generic_links(Topology(vertices, _edges(store, at, links, vertex_of)))


def _edges(store: Store, at: At, links: Iterator[LinkColumns], vertex_of: I32) -> Edges:
    found = whole(LinkColumns, list(links))
    n = len(found.row)
    return canonical_edges(
        Edges(
            source=_ends(vertex_of, found.source),
            target=_ends(vertex_of, found.target),
            type=found.type,
            mark=_marks(store, at, found),
            status=found.status,
            denied=found.denied.astype(np.bool_),
            derived=np.zeros(n, np.bool_),
            confidence=found.confidence,
            valid_from=found.valid_from,
            valid_to=found.valid_to,
            order=found.order,
            row=found.row,
            fact_start=np.zeros(n + 1, np.int64),
            fact=np.empty(0, np.int64),
        )
    )


def _ends(vertex_of: I32, nodes: I32) -> I32:
    """The vertices with these numbers in the store."""
    if nodes.max(initial=-1) < len(vertex_of):
        found = vertex_of[nodes]
        if found.min(initial=0) >= 0:
            return found
    raise StoreError("Something was erased from the store while it was frozen.", remedy="Freeze it again.")


def _marks(store: Store, at: At, links: LinkColumns) -> I8:
    marks = np.zeros(len(links.row), np.int8)
    marked = {link.row: mark_of(link.type, link.properties) for link in store.links(at, types=MARKED)}
    if marked:
        order = np.argsort(links.row)
        rows = np.fromiter(marked, np.int64, len(marked))
        marks[order[np.searchsorted(links.row, rows, sorter=order)]] = list(marked.values())
    return marks
