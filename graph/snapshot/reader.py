"""From a store to a topology: what a clearance may read at a publication, frozen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

import numpy as np

from graph.snapshot.arrays import I8, I64, whole
from graph.snapshot.entities import vertices_of
from graph.snapshot.generic import with_generic_links
from graph.snapshot.topology import (
    LINK_TYPES,
    Edges,
    Topology,
    canonical_edges,
    mark_of,
    take,
)
from graph.store import At, Entity, LinkColumns, RecordColumns, RunInfo, StoredLink
from ontology.model import LINKS
from ontology.records import Source, repeating

MARKED = tuple(name for name in LINK_TYPES if name == "MATCHES" or LINKS[name].by_control)


class Tables(Protocol):
    """What a freeze reads: the store, or a graph that was published from it."""

    def link_columns(self, at: At, types: Iterable[str]) -> Iterator[LinkColumns]: ...
    def record_columns(self, at: At) -> Iterator[RecordColumns]: ...
    def ghosts(self, at: At) -> Iterator[Entity]: ...
    def links(self, at: At, *, types: Iterable[str] | None = None) -> Iterator[StoredLink]: ...
    def runs(self) -> list[RunInfo]: ...
    def sources(self, at: At) -> Mapping[str, Source]: ...


def read_topology(store: Tables, at: At) -> Topology:
    """Freeze everything visible, derived links included. Shapes: see ``Topology``."""
    links = store.link_columns(at, LINK_TYPES)  # a store may begin to read here, beside what follows
    records = store.record_columns(at)
    ghosts = list(store.ghosts(at))
    vertices, sayings, nodes = vertices_of(list(records), ghosts, lambda: _saying(store, at))
    return with_generic_links(Topology(vertices, _edges(store, at, whole(LinkColumns, list(links)), nodes), sayings))


def _saying(store: Tables, at: At) -> dict[int, Source]:
    """The source that says now what a run said first."""
    now = repeating(store.sources(at).values())
    return {run.run: now[run.source.id] for run in store.runs() if run.source and run.source.id in now}


def _edges(store: Tables, at: At, links: LinkColumns, nodes: I64) -> Edges:
    """The edges between vertices with these numbers in the store. A link whose end has been erased goes with it."""
    n = len(links.row)
    vertex_of = np.full(max(ends.max(initial=-1) for ends in (nodes, links.source, links.target)) + 1, -1, np.int32)
    vertex_of[nodes] = np.arange(len(nodes), dtype=np.int32)
    edges = Edges(
        source=vertex_of[links.source],
        target=vertex_of[links.target],
        type=links.type,
        mark=_marks(store, at, links),
        status=links.status,
        denied=links.denied.astype(np.bool_),
        derived=np.zeros(n, np.bool_),
        confidence=links.confidence,
        valid_from=links.valid_from,
        valid_to=links.valid_to,
        order=links.order,
        row=links.row,
        fact_start=np.zeros(n + 1, np.int64),
        fact=np.empty(0, np.int64),
    )
    there = (edges.source >= 0) & (edges.target >= 0)
    return canonical_edges(edges if there.all() else take(edges, np.flatnonzero(there)))


def _marks(store: Tables, at: At, links: LinkColumns) -> I8:
    marks = np.zeros(len(links.row), np.int8)
    marked = {link.row: mark_of(link.type, link.properties) for link in store.links(at, types=MARKED)}
    if marked:
        order = np.argsort(links.row)
        rows = np.fromiter(marked, np.int64, len(marked))
        marks[order[np.searchsorted(links.row, rows, sorter=order)]] = list(marked.values())
    return marks
