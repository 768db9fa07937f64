"""A published graph answers without the record: the same bytes but for history, and only what the graph holds."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from api import following
from api.app import create_app
from api.cli import app as command
from api.following import from_graph
from api.publishing import publish_to
from api.service import Service, When
from api.settings import DEMO_VALID_AT, Settings
from graph.neo4j.server import Server
from graph.sqlite import Store
from ontology.errors import KedjaError
from ontology.records import Secrecy
from tests.neo4j import answers
from tests.neo4j.servers import Running
from tests.neo4j.worlds import SECRET, last, load, record, source, world


@pytest.fixture
def graph(server: Server, tmp_path: Path) -> Settings:
    """Whoever asks the graph: there is no record where they are."""
    return Settings("sqlite:///none.sqlite", tmp_path / "cache" / "snapshots", server.address.url, from_graph=True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with world(tmp_path / "record.sqlite") as made:
        yield made


def publish(server: Server, store: Store, clearance: Secrecy = Secrecy.PUBLIC) -> None:
    with Service(
        Settings(store.url.replace("sqlite://", "sqlite:///"), store.core.path.parent / "snapshots")
    ) as service:
        publish_to(server, service, When(clearance=clearance))


@contextmanager
def client(settings: Settings, clearance: Secrecy = Secrecy.PUBLIC) -> Iterator[TestClient]:
    app = create_app(settings, clearance=clearance, valid_at=DEMO_VALID_AT, seconds=1_000)
    with TestClient(app, base_url="http://127.0.0.1") as found:
        yield found


def in_time(holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold within a minute."""
    until = time.monotonic() + 60
    while not holds() and time.monotonic() < until:
        time.sleep(0.05)
    return holds()


def test_every_question_page_and_export_has_the_same_bytes(server: Server, graph: Settings, demo: Service) -> None:
    publish_to(server, demo, When())
    when = When(valid_at=DEMO_VALID_AT)
    names = answers.names(demo, when)
    known = ("demo:contract-gloves-kalmar", "se-orgnr:2321000073", "demo:incident-klang", "demo:site-klang-4")
    with client(demo.settings) as record, client(graph) as without:
        for address in ("/healthz", "/v1/entities/demo:site-klang-4", *answers.addresses(known)):
            there, here = record.get(address), without.get(address)
            assert (here.status_code, here.content) == (there.status_code, there.content), address
    with from_graph(graph) as found:
        assert answers.differences(demo, found, when, names[::400]) == []
        assert found.store.check() == []


def test_history_is_not_known(server: Server, graph: Settings, store: Store) -> None:
    publish(server, store)
    with client(graph) as asked:
        for address in (
            "/v1/entities/local:plant?known_at=2026-01-02T12:00:00Z",
            "/v1/runs",
            "/v1/runs/1/rejects",
            "/v1/loads",
        ):
            refused = asked.get(address)
            assert refused.status_code == 422, address
            assert "a Kedja that has the record" in refused.json()["detail"]
        assert "Only the record knows" in asked.get("/", headers={"accept-language": "en"}).text
        assert asked.get("/v1/cypher/coverage?run=yes&start=local:gloves").status_code == 200


def test_a_newer_publication_is_taken_up_and_until_then_the_last_one_answers(
    server: Server, graph: Settings, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(following, "LOOK", 0.05)
    monkeypatch.setattr(following, "MAX_SECONDS", 0.0)
    added = load(store, source("more"), [record("Site", "annex", SECRET)])
    publish(server, store)
    with client(graph) as asked, client(graph) as another, caplog.at_level(logging.WARNING, "kedja"):
        assert asked.get("/v1/entities/local:annex").json()["data"]["node"]["name"] == SECRET
        assert held(graph, SECRET)
        server.run("MATCH (m:KedjaPublication) SET m.whole = false")
        assert in_time(lambda: "goes on answering" in caplog.text and "not whole" in caplog.text)
        assert asked.get("/healthz").json()["publication"] == added.number
        server.run("MATCH (m:KedjaPublication) SET m.whole = true")
        (annex,) = store.records(last(store), ids=[one.id for one in store.records(last(store)) if one.name == SECRET])
        store.erase([annex.id], "asked to be forgotten", added.at)
        publish(server, store)
        for one in (asked, another):
            assert in_time(partial(shows, one, added.number + 1))
            assert one.get("/v1/entities/local:annex").json()["data"] is None
        assert in_time(lambda: not held(graph, SECRET)), "what was erased leaves the cache"


def shows(asked: TestClient, publication: int) -> bool:
    return bool(asked.get("/healthz").json()["publication"] == publication)


def held(graph: Settings, text: str) -> list[Path]:
    """The files of the cache that hold a text."""
    found = []
    for path in graph.graphs.rglob("*"):
        try:
            found += [path] if text.encode() in path.read_bytes() else []
        except (IsADirectoryError, FileNotFoundError):
            continue
    return found


def test_a_graph_for_other_readers_is_not_answered_from(
    server: Server, graph: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LOOK", 0.05)
    publish(server, store, Secrecy.INTERNAL)
    with pytest.raises(KedjaError, match="published as internal, and it is asked as public"), client(graph):
        pass
    with client(graph, Secrecy.INTERNAL) as asked:
        assert asked.get("/v1/entities/local:secret-site").json()["data"]["node"]["name"] == SECRET
        publish(server, store)
        assert in_time(lambda: asked.get("/v1/entities/local:secret-site").status_code == 409)
    with client(graph) as asked:
        assert asked.get("/v1/entities/local:secret-site").json()["data"] is None
        assert not held(graph, SECRET)


def test_a_reader_whose_server_dies_goes_on_and_says_so(
    neo4j_server: Running, server: Server, graph: Settings, store: Store, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(following, "LOOK", 0.05)
    publish(server, store)
    with client(graph) as asked, caplog.at_level(logging.WARNING, "kedja"):
        neo4j_server.kill()
        try:
            assert in_time(lambda: "cannot be reached" in caplog.text)
            assert asked.get("/v1/entities/local:plant").json()["data"]["node"]["name"] == "Plant"
        finally:
            neo4j_server.start()


# -- by command -----------------------------------------------------------------------------------------------------


def kedja(*arguments: str, **environment: str) -> Result:
    found = CliRunner().invoke(command, arguments, env=environment)
    if isinstance(found.exception, KedjaError):
        raise found.exception
    return found


def test_every_command_that_asks_asks_the_graph(server: Server, store: Store, tmp_path: Path) -> None:
    publish(server, store)
    url, record_url = server.address.url, f"sqlite:///{store.core.path}"
    day = ("--valid-at", "2026-11-01", "--json")
    for asked in (("entity", "local:plant"), ("paths", "local:plant", "local:gloves")):
        from_record = kedja(*asked, *day, "--store", record_url).stdout
        assert kedja(*asked, *day, "--graph", url).stdout == from_record
    assert kedja(*asked, *day, KEDJA_GRAPH=url, KEDJA_STORE="sqlite:///none").stdout == from_record
    assert kedja(*asked, *day, "--store", record_url, KEDJA_GRAPH="neo4j://nowhere").stdout == from_record
    kedja("export", "graph", "--format", "ttl", "--out", str(tmp_path / "one.ttl"), "--graph", url)
    kedja("export", "graph", "--format", "ttl", "--out", str(tmp_path / "other.ttl"), "--store", record_url)
    assert (tmp_path / "one.ttl").read_bytes() == (tmp_path / "other.ttl").read_bytes()


def test_why_a_graph_cannot_be_asked_is_said(server: Server, store: Store, free_port: int) -> None:
    url = server.address.url
    with pytest.raises(KedjaError, match="no graph of Kedja's"):
        kedja("search", "x", "--graph", url)
    publish(server, store)
    server.run("MATCH ()-[e:DELIVERED_UNDER]->() SET e.confidence = 0.01")
    with pytest.raises(KedjaError, match="somebody has changed it"):
        kedja("search", "x", "--graph", url)
    server.run("MATCH (n) DETACH DELETE n")
    publish(server, store)
    for refused, arguments in (
        ("cannot be reached", ("--graph", f"bolt://127.0.0.1:{free_port}")),
        ("published as public, and it is asked as internal", ("--graph", url, "--clearance", "internal")),
        ("A record answers, or a graph", ("--graph", url, "--store", "sqlite:///x")),
    ):
        with pytest.raises(KedjaError, match=refused) as error:
            kedja("serve", *arguments)
        assert error.value.remedy
    with pytest.raises(KedjaError, match="History is not known here"):
        kedja("search", "x", "--graph", url, "--known-at", "2026-01-02T12:00Z")
    server.run("MATCH (m:KedjaPublication) SET m.layout = 0")
    with pytest.raises(KedjaError, match="layout 0"):
        kedja("serve", "--graph", url)
