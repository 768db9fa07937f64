"""A generated network as plain nodes and links: what an earlier Kedja, which runs this file too, makes a snapshot of.

Contracts have a buyer and a supplier, steps a country; every tenth link is only typical; severities go from 1 to 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from benchmarks.generator import Generated
from graph.snapshot.topology import GraphLink, GraphNode
from graph.snapshot.view import Snapshot
from ontology.records import Status

DAY = date(2026, 11, 1)
RISK = "forced-labour"
COUNTRIES = ("SE", "MY", "CN", "IN", "BD", "PK", "TH", "VN", "DE", "PL", "TR", "BR", "US", "MX", "ID", "LK", "KH", "EG")
BUYERS, SUPPLIERS = 21, 200
TYPICAL = 10
"""Every so manieth link has the status generic."""


def identity(vertex: int) -> str:
    return f"e{vertex:020x}"


def snapshot_of(made: Generated, seeds: Sequence[tuple[int, float]]) -> Snapshot:
    """A snapshot of a network with a potential impact of some likelihood at each seed, (vertex, likelihood)."""
    nodes, links = [], []
    tier, n = made.tier.tolist(), made.network.n
    for v in range(n):
        name, type = (f"Contract {v}", "Contract") if tier[v] == 0 else (f"Step {v}", "Step")
        more = {"clause_level": "advanced"} if tier[v] == 0 else {}
        nodes.append(GraphNode(identity(v), type, name, (f"demo:{v}",), {"name": name, **more}))

    def add(type: str, key: str, **properties: Any) -> str:
        nodes.append(GraphNode(identity(len(nodes)), type, key, (key,), {"name": key, **properties}))
        return nodes[-1].id

    risk = add("RiskType", f"risk:{RISK}")
    countries = [add("Place", f"iso3166-1:{code}") for code in COUNTRIES]
    buyers = [add("Organisation", f"demo:buyer-{i}") for i in range(BUYERS)]
    suppliers = [add("Organisation", f"demo:supplier-{i}") for i in range(SUPPLIERS)]
    for v in range(n):
        if tier[v] == 0:
            links.append(GraphLink("SERVES", identity(v), buyers[v % BUYERS]))
            links.append(GraphLink("HOLDS", suppliers[v % SUPPLIERS], identity(v)))
        else:
            links.append(GraphLink("LOCATED_IN", identity(v), countries[v // 3 % len(countries)]))
    network = made.network
    ends = zip(network.source.tolist(), network.target.tolist(), network.confidence.tolist(), strict=True)
    for number, (source, target, confidence) in enumerate(ends):
        if tier[source]:
            type = "SUPPLIES" if tier[target] else "DELIVERED_UNDER"
            status = Status.DECLARED if number % TYPICAL else Status.GENERIC
            links.append(GraphLink(type, identity(source), identity(target), confidence, status))
    for v, likelihood in seeds:
        if tier[v]:
            said = add("RiskAssessment", f"demo:seed-{v}", severity=1 + v % 4, likelihood=likelihood)
            links += [GraphLink("ABOUT", said, identity(v), 1.0), GraphLink("OF_TYPE", said, risk, 1.0)]
    return Snapshot.made(nodes, links, valid_at=DAY)
