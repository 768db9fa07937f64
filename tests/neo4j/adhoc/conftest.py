"""A server of each line with a small store, which no statement of these tests may change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import graph.neo4j
from graph.neo4j import Address, Neo4jStore
from tests.contract.saying import company, load, secret, source
from tests.neo4j import servers


@pytest.fixture(scope="module", params=servers.LINES)
def running(request: pytest.FixtureRequest) -> servers.Running:
    """It holds two companies, one of them secret, and 200 spots, each of which leads to 20 others."""
    found = servers.server(request.param)
    servers.wipe(found)
    with graph.neo4j.open(Address.read(found.uri, *(found.auth or ()))) as store:
        load(store, source("open"), [company("local:1", "Öppna AB")])
        load(store, source("closed"), [company("local:2", "Hemliga AB", common=secret())], 1)
        store.core.run("UNWIND range(0, 199) AS i CREATE (:Spot {i: i})")
        store.core.run(
            "MATCH (a:Spot) UNWIND range(1, 20) AS step MATCH (b:Spot {i: (a.i + step * step) % 200})"
            " CREATE (a)-[:NEXT]->(b)"
        )
    return found


def content(store: Neo4jStore) -> list[Any]:
    return [
        store.core.read("MATCH (n) RETURN labels(n), properties(n) ORDER BY elementId(n)"),
        store.core.read("MATCH ()-[r]->() RETURN type(r), properties(r) ORDER BY elementId(r)"),
        store.core.read("SHOW INDEXES YIELD name RETURN name ORDER BY name"),
        store.core.read("SHOW CONSTRAINTS YIELD name RETURN name ORDER BY name"),
    ]


@pytest.fixture(scope="module")
def store(running: servers.Running) -> Iterator[Neo4jStore]:
    """The open store; after all tests of a file it holds what it held before, to the last property."""
    with graph.neo4j.open(Address.read(running.uri, *(running.auth or ()))) as found:
        before = content(found)
        yield found
        assert content(found) == before
