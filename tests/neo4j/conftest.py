"""What the tests of a published graph share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graph.neo4j.address import Address
from graph.neo4j.server import Server, connected
from tests.neo4j.servers import Running


@pytest.fixture
def server(neo4j_server: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """An empty database of each line, and its user in the environment."""
    user, password = neo4j_server.auth or ("", "")
    monkeypatch.setenv("KEDJA_NEO4J_USER", user)
    monkeypatch.setenv("KEDJA_NEO4J_PASSWORD", password)
    with connected(Address.read(neo4j_server.uri, user, password)) as found:
        yield found
