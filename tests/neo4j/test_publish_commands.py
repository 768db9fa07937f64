"""What people type: kedja publish, load --publish, projections, erase, doctor."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from neo4j import GraphDatabase
from typer.testing import CliRunner, Result

from api.cli import app
from ontology.errors import KedjaError
from tests.neo4j.servers import Running
from tests.neo4j.worlds import GLOVES, link, load, ref, source, world

Kedja = Callable[..., Result]


@pytest.fixture
def url(neo4j_server: Running, monkeypatch: pytest.MonkeyPatch) -> str:
    user, password = neo4j_server.auth or ("", "")
    monkeypatch.setenv("KEDJA_NEO4J_USER", user)
    monkeypatch.setenv("KEDJA_NEO4J_PASSWORD", password)
    return neo4j_server.uri


@pytest.fixture
def kedja(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kedja:
    monkeypatch.setenv("KEDJA_STORE", f"sqlite:///{tmp_path / 'record.sqlite'}")
    monkeypatch.chdir(tmp_path)
    world(tmp_path / "record.sqlite").close()

    def run(*arguments: str) -> Result:
        found = CliRunner().invoke(app, arguments)
        if isinstance(found.exception, KedjaError):
            raise found.exception
        return found

    return run


def asked(running: Running, cypher: str) -> list[list[Any]]:
    with GraphDatabase.driver(running.uri, auth=running.auth) as driver:
        return [record.values() for record in driver.execute_query(cypher).records]


def test_publish_says_what_it_did_and_the_record_knows_where(neo4j_server: Running, url: str, kedja: Kedja) -> None:
    dry = kedja("publish", f"{url}/neo4j", "--valid-at", "2026-11-01", "--dry-run")
    assert dry.stdout.startswith("Would write publication 2")
    assert asked(neo4j_server, "MATCH (n) RETURN count(n)") == [[0]]
    assert kedja("projections").stdout == ""
    done = kedja("publish", f"{url}/neo4j", "--valid-at", "2026-11-01")
    assert done.stdout.startswith("Published publication 2")
    assert "as of 2026-11-01" in done.stdout
    assert "Nothing to change" in kedja("publish", url, "--valid-at", "2026-11-01").stdout
    (known,) = json.loads(kedja("projections", "--json").stdout)
    assert (known["publication"], known["clearance"], known["valid_at"]) == (2, "public", "2026-11-01")
    assert "up to date" in kedja("projections").stdout
    gone = kedja("publish", url, "--remove")
    assert gone.stdout.startswith("Removed")
    assert asked(neo4j_server, "MATCH (n) RETURN count(n)") == [[0]]
    assert kedja("projections").stdout == ""
    assert "no graph of Kedja's" in kedja("publish", url, "--remove").stdout


def test_what_happened_before_can_be_published(neo4j_server: Running, url: str, kedja: Kedja) -> None:
    kedja("publish", url, "--known-at", "2026-01-02T12:00Z", "--valid-at", "2026-11-01")
    assert asked(neo4j_server, "MATCH (m:KedjaPublication) RETURN m.publication") == [[1]]
    assert "1 publications behind" in kedja("projections").stdout


def test_a_load_and_an_erasure_are_followed(
    neo4j_server: Running, url: str, kedja: Kedja, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = kedja("load", "reference", "--publish", url)
    assert f"Published to {url}, as public, publication 3" in said.stderr
    assert asked(neo4j_server, "MATCH (r:RiskType {key: 'risk:child-labour'}) RETURN count(r)") == [[1]]
    (record,) = asked(neo4j_server, "MATCH (s:Site {key: 'local:plant'}) RETURN s.record")[0]
    behind = kedja("erase", record, "--reason", "asked")
    assert f"still holds it: kedja publish {url}" in behind.stdout
    found = kedja("doctor")
    assert found.exit_code == 1
    assert "holds what was erased" in found.stdout
    monkeypatch.setenv("KEDJA_PUBLISH", url)
    (link_id,) = asked(neo4j_server, "MATCH (:Finding)-[e:OF_TYPE]->(:RiskType {key: 'risk:forced-labour'})"
                                     " WHERE e.locator = 'a row' RETURN e.id")[0]  # fmt: skip
    assert "still holds it" not in kedja("erase", link_id, "--reason", "asked").stdout
    assert asked(neo4j_server, f"MATCH (n {{record: '{record}'}}) RETURN count(n)") == [[0]]
    assert asked(neo4j_server, f"MATCH ()-[e {{id: '{link_id}'}}]->() RETURN count(e)") == [[0]]
    assert kedja("doctor").exit_code == 0


def test_a_graph_that_cannot_be_reached_says_that_the_load_stands(
    url: str, kedja: Kedja, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    monkeypatch.setattr("graph.neo4j.server.RETRY_SECONDS", 0.1)
    with pytest.raises(KedjaError, match="published in the record, and the graph at bolt") as failed:
        kedja("load", "reference", "--publish", f"bolt://127.0.0.1:{free_port}")
    assert "kedja publish bolt://" in (failed.value.remedy or "")
    assert "publication 3" in kedja("runs").stdout


def test_what_no_hash_holds_is_brought_up_to_date_too(neo4j_server: Running, url: str, kedja: Kedja) -> None:
    """Who is cited, and the role in which a contract serves a buyer, are in no answer's hash and in the graph."""
    import graph.sqlite

    kedja("publish", url, "--valid-at", "2026-11-01")
    changed = [one for one in GLOVES if one.type != "SERVES"]
    role = link("SERVES", ref("Contract", "gloves"), ref("Organisation", "buyer"), role="on behalf of others")
    with graph.sqlite.open(Path("record.sqlite")) as store:
        load(store, source("gloves", "2"), [*changed, role])
    kedja("publish", url, "--valid-at", "2026-11-01")
    assert asked(neo4j_server, "MATCH ()-[e:SERVES]->() RETURN e.role") == [["on behalf of others"]]


def test_an_address_with_a_password_in_it_is_refused(kedja: Kedja) -> None:
    with pytest.raises(KedjaError, match="does not belong"):
        kedja("publish", "neo4j://me:secret@localhost")
