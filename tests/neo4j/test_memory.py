"""A question needs memory for what it reaches, never for each pair of what it reaches and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator

import neo4j

import graph.neo4j
from graph.neo4j import Address, Neo4jStore
from graph.neo4j.questions import question, values, view
from ontology.records import Common, Link, Record, Ref
from tests.contract.saying import load, source
from tests.neo4j.servers import Running

TIERS, WIDE, SUPPLIERS = 6, 200, 5
CONTRACT = Ref("Contract", "local:contract")
MOST = 16 << 20
"""Bytes. lens-a with the seeds in a grouping key takes 41 million, best-paths by length 23 million."""


def step(tier: int, place: int) -> Ref:
    return Ref("Step", f"local:{tier}-{place % WIDE}")


def network() -> Iterator[Record | Link]:
    """Steps in tiers, each with five suppliers and an assessment; all of them lead to one contract."""
    yield Record(CONTRACT.type, CONTRACT.key, {"name": "Contract"})
    for tier in range(TIERS):
        for place in range(WIDE):
            here = step(tier, place)
            yield Record(here.type, here.key, {"name": here.key})
            said = Ref("RiskAssessment", f"local:said-{here.key}")
            yield Record(said.type, said.key, {"name": said.key, "severity": 3, "likelihood": 0.01 + place / 500})
            yield Link("ABOUT", said, here)
            yield Link("OF_TYPE", said, Ref("RiskType", "risk:forced-labour"))
            for i in range(SUPPLIERS):
                sure = Common(confidence=(0.95, 0.8, 0.6)[(place + i * tier) % 3])
                if tier:
                    yield Link("SUPPLIES", here, step(tier - 1, place * 3 + i * 7), common=sure)
            if not tier:
                yield Link("DELIVERED_UNDER", here, CONTRACT)


def asked(store: Neo4jStore, name: str, params: dict[str, str]) -> tuple[int, int]:
    """How many rows a question gives, and the most bytes that it takes meanwhile."""
    one = question(name)
    given = values(store.core, one, {**params, "valid_at": "2026-11-01"}, None)
    text = one.bound({p.name: given[p.name] for p in one.parameters if p.kind == "integer"})
    with store.core.driver.session(default_access_mode=neo4j.READ_ACCESS) as session:
        result = session.run("PROFILE " + text, {**given, **view(store.core, None)})
        rows, profile = list(result), result.consume().profile
    assert profile
    return len(rows), profile["args"]["GlobalMemory"]


def test_a_question_keeps_nothing_for_each_pair(neo4j_server: Running) -> None:
    with graph.neo4j.open(Address.read(neo4j_server.uri, *(neo4j_server.auth or ("", "")))) as store:
        load(store, source(), list(network()))
        found = {
            "lens-a": asked(store, "lens-a", {"contract": CONTRACT.key, "risk": "forced-labour"}),
            "best-paths": asked(store, "best-paths", {"source": "local:5-0", "target": CONTRACT.key, "k": "20"}),
            "blind-spots": asked(store, "blind-spots", {"start": CONTRACT.key}),
            "upstream": asked(store, "upstream", {"start": CONTRACT.key}),
        }
    assert {name: rows for name, (rows, _) in found.items()} == {
        "lens-a": 4, "best-paths": 20, "blind-spots": TIERS * WIDE + 1, "upstream": TIERS * WIDE + 1
    }  # fmt: skip
    assert {name: memory for name, (_, memory) in found.items() if not 0 < memory < MOST} == {}
