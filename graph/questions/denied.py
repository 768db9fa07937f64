"""Denied links ("not in our chain"): dated claims, shown beside; they remove nothing."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from graph.data import LinkData, Node
from graph.questions.naming import Naming
from graph.snapshot.arrays import I32, I64
from graph.snapshot.topology import FLOWING
from graph.snapshot.view import Snapshot


def denied_beside(s: Snapshot, naming: Naming, vertices: I32 | I64) -> tuple[LinkData, ...]:
    """Denied flowing links that touch any of some vertices, by id."""
    edges = s.topology.edges
    near = np.zeros(s.n, np.bool_)
    near[vertices] = True
    rows = s.denied()
    rows = rows[FLOWING[edges.type[rows]] & (near[edges.source[rows]] | near[edges.target[rows]])]
    return naming.described_links(naming.first("denied", s.by_link_id(rows.tolist())))


def only_denied(s: Snapshot, naming: Naming, vertices: Iterable[int]) -> tuple[Node, ...]:
    """What a source denies and none asserts, of some vertices and of what links relate them to, by id."""
    alone, e = s.alone_denied, s.topology.edges
    if not alone.any():
        return ()
    near = np.zeros(s.n, np.bool_)
    near[list(vertices)] = True
    now = s.current
    found = np.concatenate((np.flatnonzero(near), e.target[now & near[e.source]], e.source[now & near[e.target]]))
    beside = naming.first("denied_nodes", np.unique(found[alone[found]]).tolist())
    return naming.described(sorted(beside))
