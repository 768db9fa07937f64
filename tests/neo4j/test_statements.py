"""The statements of a first load find each row by its index, however small the database they were planned on.

A plan is kept for a while; one that goes through everything for each row is quick as long as there is next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from neo4j import Driver

import graph.neo4j
from graph.neo4j import Address
from graph.neo4j.core import Core, Tx
from tests.contract.saying import company, load, owns, source
from tests.neo4j.servers import Running, wipe

Statements = set[str]


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    """What the store has asked for many rows, as it goes on."""
    asked: Statements = set()
    for owner, name in ((Core, "read"), (Core, "stream"), (Tx, "rows")):
        monkeypatch.setattr(owner, name, noting(getattr(owner, name), asked))
    return asked


def noting(method: Callable[..., Any], asked: Statements) -> Callable[..., Any]:
    def noted(self: Any, cypher: str, /, **given: Any) -> Any:
        if "UNWIND $rows" in cypher or "UNWIND $ids" in cypher:
            asked.add(cypher)
        return method(self, cypher, **given)

    return noted


def slow(plan: dict[str, Any], *, for_each: bool = False) -> Iterator[str]:
    """Operators of a plan that look at everything there is, once for each row."""
    operator = plan["operatorType"].partition("@")[0]
    if for_each and "Scan" in operator:
        yield f"{operator} {plan['args'].get('Details', '')}"
    first, *others = plan.get("children") or [None]
    if first:
        yield from slow(first, for_each=for_each)
    for other in others:
        yield from slow(other, for_each=for_each or "Apply" in operator)


def test_a_first_load_is_planned_for_one_that_is_large(neo4j_server: Running, statements: Statements) -> None:
    with graph.neo4j.open(Address.read(neo4j_server.uri, *(neo4j_server.auth or ("", "")))) as store:
        load(store, source(), [company("local:1", "One"), owns("local:1", "local:2")])
        assert len(statements) > 10
        wipe(neo4j_server)
        store.core.driver.execute_query(STRANGE)
        found = {text: list(slow(planned(store.core.driver, text))) for text in sorted(statements)}
    assert {text: bad for text, bad in found.items() if bad} == {}


STRANGE = """
CREATE (b:KedjaBase {node: 1, id: '1'}) WITH b UNWIND range(1, 1500) AS i
CREATE (b)-[:KEDJA_KEY]->(b), (b)-[:KEDJA_UNDER {row: i}]->(b), (b)-[:OWNS {row: i, ord: i}]->(b)
"""
"""All links at one base: the planner takes looking at every base to be the cheapest."""


def planned(driver: Driver, text: str) -> dict[str, Any]:
    names = set(re.findall(r"\$(\w+)", text))
    given = {name: [1] if name in LISTS else 1 for name in names}
    plan = driver.execute_query(f"CYPHER replan=force EXPLAIN {text}", given).summary.plan
    assert isinstance(plan, dict)
    return plan


LISTS = ("rows", "ids", "hidden", "strong", "series", "said")
