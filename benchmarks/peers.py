"""One generated network, as Kedja and as each of the others holds it; made once, when first needed."""

from __future__ import annotations

import math
import sqlite3
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import networkx as nx
import numpy as np
from scipy import sparse

import graph.sqlite
from benchmarks.filling import DAY, NOW, fill
from benchmarks.generator import Generated, Size, generate
from graph.kernels.plan import Plan, plan
from graph.network import F64, I64, Network
from graph.snapshot.reader import read_topology
from graph.snapshot.view import Known, Moment, Snapshot
from graph.store import At
from ontology.method import method

LANES = 16
SEEDS = 1_000
"""Vertices with a seed in each lane, at most a fiftieth of all."""


class Data:
    """A network of one size with seeds, and what the peers need of it."""

    def __init__(self, size: Size) -> None:
        self.size = size

    @cached_property
    def generated(self) -> Generated:
        return generate(self.size)

    @property
    def network(self) -> Network:
        return self.generated.network

    @cached_property
    def plan(self) -> Plan:
        return plan(self.network)

    def some(self, vertices: Any, count: int) -> I64:
        """Some of the vertices, the same each time."""
        random = np.random.default_rng(7)
        return np.asarray(random.choice(vertices, min(count, len(vertices)), replace=False), np.int64)

    @cached_property
    def origins(self) -> I64:
        """Raw materials that somebody buys: where an incident is told of."""
        bought = np.diff(self.network.outgoing.start) > 0
        return np.flatnonzero(bought & (self.generated.tier == self.generated.tier.max()))

    @cached_property
    def seeds(self) -> Any:
        """Likelihoods in sixteen lanes, shape (n, 16), float32."""
        random = np.random.default_rng(11)
        found = np.zeros((self.size.vertices, LANES), np.float32)
        for lane in range(LANES):
            at = random.choice(self.size.vertices, min(SEEDS, self.size.vertices // 50), replace=False)
            found[at, lane] = random.choice((1.0, 0.7, 0.4, 0.1), len(at))
        return found

    @cached_property
    def tables(self) -> tuple[Any, Any]:
        """Eight lanes of *low* and eight of *high*; every link passes everything."""
        low, high = np.zeros((32, LANES), np.float32), np.zeros((32, LANES), np.float32)
        low[:, : LANES // 2] = 1
        high[:, LANES // 2 :] = 1
        return low, high

    def lane(self) -> tuple[I64, F64]:
        """Vertices and values of the seeds of the first lane, one of *low*."""
        at = np.flatnonzero(self.seeds[:, 0])
        return at, self.seeds[at, 0].astype(np.float64)

    # -- SciPy ------------------------------------------------------------------------------------------------
    @cached_property
    def upstream(self) -> Any:
        """Buyer to supplier, of weight 1."""
        net = self.network
        return self._matrix(net.target, net.source, np.ones(len(net.source)), net.n)

    @cached_property
    def downstream(self) -> Any:
        net = self.network
        return self._matrix(net.source, net.target, np.ones(len(net.source)), net.n)

    @cached_property
    def costs(self) -> Any:
        """-log of confidence, and one vertex more that leads to each seed of the first lane.

        A stored zero counts as no link in SciPy, so a seed of value 1 costs 1e-300.
        """
        net = self.network
        at, value = self.lane()
        weight = np.concatenate((net.confidence, value))
        ends = np.concatenate((net.source, np.full(len(at), net.n))), np.concatenate((net.target, at))
        return self._matrix(*ends, np.maximum(-np.log(weight), 1e-300), net.n + 1)

    @staticmethod
    def _matrix(source: Any, target: Any, cost: Any, n: int) -> Any:
        """The cheapest of parallel links: a sparse matrix would add them up."""
        order = np.lexsort((cost, target, source))
        ends = source[order].astype(np.int64) * n + target[order]
        first = order[np.concatenate(([True], ends[1:] != ends[:-1]))] if len(order) else order
        return sparse.csr_matrix((cost[first], (source[first], target[first])), shape=(n, n))

    # -- networkx ---------------------------------------------------------------------------------------------
    @cached_property
    def graph(self) -> Any:
        net = self.network
        graph: Any = nx.DiGraph()
        graph.add_nodes_from(range(net.n))
        rows = zip(net.source.tolist(), net.target.tolist(), net.confidence.tolist(), strict=True)
        for source, target, confidence in rows:
            cost = -math.log(confidence)
            if not graph.has_edge(source, target) or graph[source][target]["cost"] > cost:
                graph.add_edge(source, target, cost=cost)
        at, value = self.lane()
        for seed, likelihood in zip(at.tolist(), value.tolist(), strict=True):
            graph.add_edge("seed", seed, cost=-math.log(likelihood))
        return graph

    # -- Kedja ------------------------------------------------------------------------------------------------
    @cached_property
    def snapshot(self) -> Snapshot:
        """The network loaded into a store, and frozen."""
        with (
            TemporaryDirectory(prefix="kedja-bench-") as folder,
            graph.sqlite.open(Path(folder) / "bench.sqlite") as store,
        ):
            fill(store, self)
            topology = read_topology(store, At(1))
        return Snapshot(topology, Moment(DAY), method(), Known(1, NOW, "public"))

    # -- SQL --------------------------------------------------------------------------------------------------
    @cached_property
    def sql(self) -> sqlite3.Connection:
        """The links in memory, indexed both ways."""
        net = self.network
        connection = sqlite3.connect(":memory:")
        connection.execute("CREATE TABLE link (source INT, target INT, confidence REAL)")
        rows = zip(net.source.tolist(), net.target.tolist(), net.confidence.tolist(), strict=True)
        connection.executemany("INSERT INTO link VALUES (?, ?, ?)", rows)
        connection.execute("CREATE INDEX by_target ON link (target, source)")
        connection.execute("CREATE INDEX by_source ON link (source, target, confidence)")
        connection.execute("CREATE TABLE seed (vertex INT, value REAL)")
        at, value = self.lane()
        connection.executemany("INSERT INTO seed VALUES (?, ?)", zip(at.tolist(), value.tolist(), strict=True))
        connection.execute("ANALYZE")
        return connection
