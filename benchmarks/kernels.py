"""The kernels beside networkx, SciPy and a recursive SQL query, which give the same answers or the run fails."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
from scipy.sparse import csgraph

from benchmarks.measure import DisagreementError, Row, median_question, same, seconds
from benchmarks.peers import LANES, Data
from graph.kernels.reach import Reach, reach
from graph.kernels.sweep import sweep
from graph.kernels.worst import worst

shortest: Any = csgraph.dijkstra
LARGE = 200_000
"""Vertices above which a peer in pure Python is left out: it would take minutes and most of the memory."""
SMALL = 20_000
ALL = 2**32 - 1
DEPTH = 6
CUT = 0.3
"""Least value that the recursive query follows; as it cannot drop a worse path, less would take it minutes."""

TRACE_SQL = """
    WITH RECURSIVE up(vertex, tier) AS (
        SELECT ?1, 0
        UNION
        SELECT link.source, up.tier + 1 FROM up JOIN link ON link.target = up.vertex WHERE up.tier < ?2
    )
    SELECT vertex, min(tier) FROM up GROUP BY vertex
"""
AFFECTED_SQL = """
    WITH RECURSIVE down(vertex) AS (
        SELECT ?1 UNION SELECT link.target FROM down JOIN link ON link.source = down.vertex
    )
    SELECT vertex FROM down
"""
WORST_SQL = """
    WITH RECURSIVE reached(vertex, value) AS (
        SELECT vertex, value FROM seed
        UNION
        SELECT link.target, reached.value * link.confidence
        FROM reached JOIN link ON link.source = reached.vertex WHERE reached.value * link.confidence >= ?1
    )
    SELECT vertex, max(value) FROM reached GROUP BY vertex
"""


def close(what: str, ours: Any, theirs: Any, tolerance: float) -> None:
    if not np.allclose(ours, theirs, rtol=tolerance, atol=0):
        raise DisagreementError(f"{what}: values differ by up to {np.max(np.abs(ours - theirs))}")


def sweep_all(data: Data) -> list[Row]:
    """Lens A at every vertex."""
    size, network = data.size.name, data.network
    low, high = data.tables
    rows = [Row(size, f"Kedja, {LANES} lanes", seconds(lambda: sweep(data.plan, low, high, None, data.seeds)))]
    at, value = data.lane()
    everything = np.arange(network.n)

    def exact() -> Any:
        return worst(network, at, value, everything, np.ones(32), use_confidence=True).value

    ours = exact()
    close("sweep", sweep(data.plan, low, high, None, data.seeds)[:, 0], ours, 1e-5)
    one = {"note": f"one lane; the ratio is for {LANES}", "times": float(LANES)}
    rows.append(Row(size, "Kedja, exact (float64)", seconds(exact), **one))  # type: ignore[arg-type]

    def scipy() -> Any:
        return np.exp(-shortest(data.costs, indices=network.n)[:-1])

    close("SciPy", ours, scipy(), 1e-9)
    rows.append(Row(size, "SciPy, Dijkstra", seconds(scipy), **one))  # type: ignore[arg-type]
    if network.n <= LARGE:

        def dijkstra() -> Any:
            return nx.single_source_dijkstra_path_length(data.graph, "seed", weight="cost")

        costs = dijkstra()
        close("networkx", ours, [np.exp(-costs.get(v, np.inf)) for v in range(network.n)], 1e-9)
        rows.append(Row(size, "networkx, Dijkstra", seconds(dijkstra), **one))  # type: ignore[arg-type]
    if network.n <= SMALL:

        def sql() -> Any:
            return dict(data.sql.execute(WORST_SQL, (CUT,)).fetchall())

        found = sql()
        above = np.flatnonzero(ours >= CUT * (1 + 1e-9))
        close("SQL", ours[above], np.array([found[int(v)] for v in above]), 1e-9)
        note = f"one lane and values from {CUT} only, for the query cannot drop a worse path; the ratio is for {LANES}"
        rows.append(Row(size, "recursive SQL", seconds(sql), note, LANES))
    return rows


def trace(data: Data) -> list[Row]:
    """What lies up to six tiers upstream of a contract."""
    size, network = data.size.name, data.network
    contracts = [int(v) for v in data.some(data.generated.contracts, 200)]

    def kedja(contract: int) -> Reach:
        return reach(network, [contract], upstream=True, kinds=ALL, tier_kinds=ALL, max_tier=DEPTH)

    nodes = [len(kedja(contract).vertex) for contract in contracts]
    note = f"p50 of {len(contracts)} contracts, which reach {np.median(nodes):,.0f} nodes (p50)"
    rows = [Row(size, "Kedja", median_question(kedja, contracts), note)]
    few = contracts[:20]

    def scipy(contract: int) -> Any:
        found = shortest(data.upstream, unweighted=True, indices=contract, limit=DEPTH)
        return np.flatnonzero(np.isfinite(found)), found

    def sql(contract: int) -> dict[int, int]:
        return dict(data.sql.execute(TRACE_SQL, (contract, DEPTH)).fetchall())

    for contract in few:
        ours = kedja(contract)
        tiers = dict(zip(ours.vertex.tolist(), ours.tier.tolist(), strict=True))
        there, distance = scipy(contract)
        same("SciPy", tiers, {int(v): int(distance[v]) for v in there})
        same("SQL", tiers, sql(contract))
    rows.append(Row(size, "SciPy, Dijkstra with a limit", median_question(scipy, few), f"p50 of {len(few)}"))
    rows.append(Row(size, "recursive SQL", median_question(sql, few), f"p50 of {len(few)}"))
    if network.n <= LARGE:
        graph = data.graph.reverse(copy=False)

        def breadth_first(contract: int) -> dict[int, int]:
            return dict(nx.single_source_shortest_path_length(graph, contract, cutoff=DEPTH))

        for contract in few:
            ours = kedja(contract)
            found = breadth_first(contract)
            found.pop("seed", None)  # type: ignore[call-overload]
            same("networkx", dict(zip(ours.vertex.tolist(), ours.tier.tolist(), strict=True)), found)
        rows.append(Row(size, "networkx", median_question(breadth_first, few), f"p50 of {len(few)}"))
    return rows


def affected(data: Data) -> list[Row]:
    """Every contract that lies downstream of a raw material."""
    size, network = data.size.name, data.network
    origins = [int(v) for v in data.some(data.origins, 41)]
    contract = np.zeros(network.n, np.bool_)
    contract[data.generated.contracts] = True

    def kedja(origin: int) -> Any:
        found = reach(network, [origin], upstream=False, kinds=ALL, tier_kinds=ALL).vertex
        return found[contract[found]]

    nodes = [len(reach(network, [v], upstream=False, kinds=ALL, tier_kinds=ALL).vertex) for v in origins]
    note = f"p50 of {len(origins)} origins, which reach {np.median(nodes):,.0f} nodes (p50)"
    rows = [Row(size, "Kedja", median_question(kedja, origins), note)]
    few = origins[:5]

    def scipy(origin: int) -> Any:
        found = csgraph.breadth_first_order(data.downstream, origin, return_predecessors=False)
        return found[contract[found]]

    def sql(origin: int) -> Any:
        found = np.array(data.sql.execute(AFFECTED_SQL, (origin,)).fetchall(), np.int64).ravel()
        return found[contract[found]]

    for origin in few:
        ours = set(kedja(origin).tolist())
        same("SciPy", ours, set(scipy(origin).tolist()))
        same("SQL", ours, set(sql(origin).tolist()))
    rows.append(Row(size, "SciPy, breadth first", median_question(scipy, few), f"p50 of {len(few)}"))
    rows.append(Row(size, "recursive SQL", median_question(sql, few), f"p50 of {len(few)}"))
    if network.n <= LARGE:

        def descendants(origin: int) -> set[int]:
            return {v for v in {origin, *nx.descendants(data.graph, origin)} if contract[v]}

        for origin in few:
            same("networkx", set(kedja(origin).tolist()), descendants(origin))
        rows.append(Row(size, "networkx", median_question(descendants, few), f"p50 of {len(few)}"))
    return rows
