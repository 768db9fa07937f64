"""The two ways in: `kedja cypher -` and `POST /v1/cypher`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import graph.sqlite
from api.app import create_app
from api.commands import cypher_adhoc
from api.cypher_route import AT_ONCE
from api.service import Service
from api.settings import Settings, adhoc_cypher
from graph.neo4j import Neo4jStore, adhoc
from ontology.errors import InputError
from ontology.records import Secrecy
from tests.neo4j import servers


@pytest.fixture
def service(
    running: servers.Running, store: Neo4jStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    user, password = running.auth or ("", "")
    monkeypatch.setenv("KEDJA_NEO4J_USER", user)
    monkeypatch.setenv("KEDJA_NEO4J_PASSWORD", password)
    with Service(Settings(running.uri, tmp_path / "snapshots")) as found:
        yield found


def test_the_command_prints_a_table_json_or_csv(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    text = "UNWIND [[1, '=1+1'], [-2, null]] AS x RETURN x[0] AS n, x[1] AS words, [1] AS list"
    cypher_adhoc.run(text, {}, service, as_json=False)
    assert capsys.readouterr().out.splitlines() == ["n   words  list", "1   =1+1   [1]", "-2         [1]"]
    cypher_adhoc.run(text, {}, service, as_json=True)
    assert json.loads(capsys.readouterr().out)["rows"] == [[1, "=1+1", [1]], [-2, None, [1]]]
    cypher_adhoc.run(text, {}, service, as_json=False, as_csv=True)
    assert capsys.readouterr().out.splitlines() == ["\ufeffn,words,list", "1,'=1+1,[1]", "-2,,[1]"]


def test_the_command_says_on_standard_error_what_was_cut_and_warned_of(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    cypher_adhoc.run(
        "UNWIND range(1, 10001) AS i OPTIONAL MATCH (c:Contarct {i: i}) RETURN i", {}, service, as_json=True
    )
    printed = capsys.readouterr()
    assert len(json.loads(printed.out)["rows"]) == 10_000
    assert "Cut after 10,000 rows" in printed.err
    assert "Contarct" in printed.err


def test_a_store_that_is_no_neo4j_database_says_so(tmp_path: Path) -> None:
    with graph.sqlite.open(tmp_path / "a.sqlite") as store, pytest.raises(InputError, match="Neo4j"):
        adhoc.core_of(store)


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    on = Settings(service.settings.store, service.settings.cache, adhoc=True)
    app = create_app(on, clearance=Secrecy.RESTRICTED)
    with TestClient(app, base_url="http://127.0.0.1") as found:
        yield found


def test_the_route_answers_a_statement(client: TestClient) -> None:
    asked = {"statement": "MATCH (s:Spot {i: $i}) RETURN s.i AS i", "parameters": {"i": 3}}
    response = client.post("/v1/cypher", json=asked)
    assert response.status_code == 200, response.text
    said = response.json()
    assert (said["columns"], said["rows"], said["truncated"], said["notices"]) == (["i"], [[3]], None, [])


@pytest.mark.parametrize(
    ("sent", "code", "words"),
    [
        ({"json": {"statement": "MATCH (n) DELETE n"}}, "bad_input", "writes"),
        ({"json": {"statement": "RETURN size([i IN range(1, 1e12) | i]) AS n"}}, "over_limit", "numbers"),
        ({"json": {"statement": 5}}, "bad_input", "fit"),
        ({"json": {"statement": "RETURN 1 AS x", "database": "system"}}, "bad_input", "fit"),
        ({"json": ["RETURN 1"]}, "bad_input", "fit"),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, "bad_input", "fit"),
        (
            {"content": b'{"statement": "RETURN 1 AS x"}', "headers": {"content-type": "text/plain"}},
            "bad_input",
            "JSON",
        ),
        ({"content": b'{"statement": "RETURN 1 AS x"}'}, "bad_input", "JSON"),
        ({"json": {"statement": "RETURN 1 AS x", "parameters": {"x": "y" * 2_000_000}}}, "over_limit", "longer"),
    ],
)
def test_the_route_tells_each_refusal_as_a_problem(client: TestClient, sent: Any, code: str, words: str) -> None:
    response = client.post("/v1/cypher", **sent)
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == code
    assert words in response.json()["title"]
    assert response.json()["detail"]


def test_more_statements_at_once_than_may_run_are_told_to_wait(client: TestClient) -> None:
    slots = client.app.state.statements  # type: ignore[attr-defined]
    held = [slots.acquire(blocking=False) for _ in range(AT_ONCE)]
    assert all(held)
    response = client.post("/v1/cypher", json={"statement": "RETURN 1 AS x"})
    for _ in held:
        slots.release()
    assert (response.status_code, response.json()["code"]) == (503, "store_busy")
    assert client.post("/v1/cypher", json={"statement": "RETURN 1 AS x"}).status_code == 200


def test_the_route_is_described_where_it_is_on(client: TestClient) -> None:
    described = client.get("/v1/openapi.json").json()["paths"]["/v1/cypher"]["post"]
    example = described["requestBody"]["content"]["application/json"]["example"]
    assert client.post("/v1/cypher", json=example).status_code == 200


def test_the_route_is_off_by_default_and_not_described(demo_settings: Settings) -> None:
    with TestClient(create_app(demo_settings, clearance=Secrecy.RESTRICTED), base_url="http://127.0.0.1") as client:
        assert client.post("/v1/cypher", json={"statement": "RETURN 1 AS x"}).status_code == 404
        assert "/v1/cypher" not in client.get("/v1/openapi.json").json()["paths"]


@pytest.mark.parametrize("clearance", [Secrecy.PUBLIC, Secrecy.INTERNAL])
def test_a_server_that_answers_with_less_than_everything_does_not_start_with_it(
    clearance: Secrecy, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=f"clearance is {clearance.name.lower()}"):
        create_app(Settings("neo4j://127.0.0.1:1", tmp_path, adhoc=True), clearance=clearance)


def test_the_setting_is_yes_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for said, on in (("yes", True), ("YES ", True), ("", False), ("no", False)):
        monkeypatch.setenv("KEDJA_ADHOC_CYPHER", said)
        assert adhoc_cypher() is on
    monkeypatch.setenv("KEDJA_ADHOC_CYPHER", "true")
    with pytest.raises(InputError, match="true"):
        adhoc_cypher()
