"""What docs/how-to/neo4j.md says: its question to paste shows the demonstration's chains once that is published."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.publishing import opened, publish_to
from api.service import Service, When
from api.settings import DEMO_VALID_AT
from tests.neo4j import servers
from tools.demo_neo4j import TO_PASTE

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "neo4j.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```cypher\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_shows_the_question_that_the_demonstration_proposes() -> None:
    assert " ".join(BLOCKS[0].split()) == TO_PASTE


def test_the_question_finds_the_chains_of_the_published_demonstration(
    neo4j_server: servers.Running, demo: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, password = neo4j_server.auth or ("", "")
    monkeypatch.setenv("KEDJA_NEO4J_USER", user)
    monkeypatch.setenv("KEDJA_NEO4J_PASSWORD", password)
    with opened(neo4j_server.uri) as server:
        publish_to(server, demo, When(valid_at=DEMO_VALID_AT))
    with servers.connect(neo4j_server) as driver:
        drawn = {node["name"] for record in driver.execute_query(TO_PASTE).records for node in record["p"].nodes}
    assert any(name.startswith("Handskar") for name in drawn)
    assert {"Gloves, Björkvik", "Glove dipping, Selat Biru Plant 4, Klang"} <= drawn
