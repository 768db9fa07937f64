"""What goes wrong between a store and its server: every time a clear error, and nothing that was published is lost."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event
from typing import Any

import pytest

import graph.neo4j
from graph.neo4j import Address, Neo4jStore
from graph.neo4j.core import FETCHED, Core, Row, Tx
from graph.neo4j.schema import SCHEMA
from graph.store import At, RunState
from loaders.base import load
from ontology.errors import InputError, SchemaMismatchError, StoreBusyError, StoreError
from ontology.records import Secrecy
from tests.contract.loading import Invented, write
from tests.contract.saying import ALL, START, company, day, names, now, owns, source, whole
from tests.contract.saying import load as say
from tests.neo4j import servers
from tests.neo4j.servers import Running
from tools.neo4j_server import Server

ROOT = Path(__file__).resolve().parents[2]
COUNT = 300


def opened(server: Running, **options: bool) -> Neo4jStore:
    return graph.neo4j.open(Address.read(server.uri, *(server.auth or ("", ""))), **options)


@pytest.fixture
def store(neo4j_server: Running) -> Iterator[Neo4jStore]:
    with opened(neo4j_server) as made:
        yield made


def test_a_server_that_is_not_there_is_named_with_the_remedy(free_port: int) -> None:
    with pytest.raises(StoreError, match=rf"127\.0\.0\.1:{free_port} cannot be reached\. Start it"):
        graph.neo4j.open(Address.read(f"bolt://127.0.0.1:{free_port}"))


@pytest.mark.parametrize("url", [
    "neo4j://me:secret@localhost", "neo4j://", "neo4j://localhost/folder", "neo4j://localhost?x=1", "mysql://localhost",
])  # fmt: skip
def test_an_address_of_another_form_is_refused_and_no_password_is_repeated(url: str) -> None:
    with pytest.raises(InputError) as refused:
        Address.read(url)
    assert "secret" not in str(refused.value)
    assert "KEDJA_NEO4J_PASSWORD" in refused.value.remedy


def test_an_address_never_shows_its_password() -> None:
    address = Address.read("neo4j://localhost:7687?database=chains", "me", "secret")
    assert (address.database, address.url) == ("chains", "neo4j://localhost:7687?database=chains")
    assert "secret" not in repr(address)


@pytest.mark.parametrize("line", [line for line in servers.LINES if line != servers.GIVEN])
def test_a_wrong_password_is_said_and_the_right_one_opens(line: str) -> None:
    with Server(line, quick=True, password="the-right-one") as server:
        for user, password in (("neo4j", "wrong"), ("", "")):
            with pytest.raises(StoreError, match="refuses the user and password") as refused:
                graph.neo4j.open(Address.read(server.uri, user, password))
            assert "wrong" not in str(refused.value)
        with pytest.raises(StoreError, match="no database nothere"):
            graph.neo4j.open(Address.read(f"{server.uri}?database=nothere", "neo4j", "the-right-one"))
        with graph.neo4j.open(Address.read(server.routing_uri, "neo4j", "the-right-one")) as store:
            say(store, source(), [company("local:1", "One")])
            assert names(store) == ["One"]


def test_a_database_without_a_store_is_left_as_it_is(neo4j_server: Running) -> None:
    with pytest.raises(StoreError, match="no store"):
        opened(neo4j_server, create=False)
    with servers.connect(neo4j_server) as driver:
        assert driver.execute_query("MATCH (n) RETURN count(n) AS n").records[0]["n"] == 0


def test_a_store_of_another_schema_is_refused_and_not_changed(neo4j_server: Running, store: Neo4jStore) -> None:
    say(store, source(), [company("local:1", "One")])
    store.core.run("MATCH (s:KedjaStore) SET s.schema = 99")
    with pytest.raises(SchemaMismatchError, match=r"schema 99.*Nothing was changed"):
        opened(neo4j_server)
    store.core.run("MATCH (s:KedjaStore) SET s.schema = $schema", schema=SCHEMA)
    with opened(neo4j_server) as again:
        assert names(again) == ["One"]


def test_a_server_that_is_too_old_is_refused(neo4j_server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.neo4j.schema.OLDEST", (9999, 1))
    with pytest.raises(StoreError, match="is too old"):
        opened(neo4j_server)


def test_constraints_and_indexes_that_went_missing_are_told_and_made_again(
    neo4j_server: Running, store: Neo4jStore
) -> None:
    store.core.run("DROP INDEX kedja_words")
    store.core.run("DROP CONSTRAINT kedja_owns_row")
    assert store.check() == [
        "the database lacks the constraint or index kedja_owns_row",
        "the database lacks the constraint or index kedja_words",
    ]
    opened(neo4j_server).close()
    assert store.check() == []


def test_what_was_changed_by_hand_is_counted_by_the_doctor(store: Neo4jStore) -> None:
    say(store, source(), [company("local:1", "One"), owns("local:1", "local:2")])
    assert store.check() == []
    store.core.run("MATCH ()-[e:OWNS]->() REMOVE e.status")
    store.core.run("MATCH (r:KedjaRecord) SET r.kind = 'Nonsense'")
    assert store.check() == [
        "link: 1 links without a property that each must have",
        "record: 1 records without a property that each must have, or of an unknown type",
    ]


@pytest.mark.parametrize("line", [line for line in servers.LINES if line != servers.GIVEN])
def test_a_read_only_database_answers_and_refuses_to_be_written(line: str, tmp_path: Path) -> None:
    with Server(line, quick=True, folder=tmp_path) as server:
        with opened(server) as store:
            say(store, source(), [company("local:1", "One")])
        server.stop()  # what was killed must recover, and so be written
    with (
        Server(line, quick=True, folder=tmp_path, settings={"server.databases.read_only": "neo4j"}) as server,
        opened(server) as store,
    ):
        assert names(store) == ["One"]
        assert [hit.name for hit in store.search(now(store), "one")] == ["One"]
        with pytest.raises(StoreError, match="does not let this user write"):
            store.begin(source(edition="2"), "test", "1", {}, START)


def test_a_reader_whose_server_dies_is_told_so(neo4j_server: Running, store: Neo4jStore) -> None:
    count = FETCHED + 100
    say(store, source(), [company(f"local:{n}", "x") for n in range(count)])
    reading = store.records(now(store))
    next(reading)
    neo4j_server.kill()
    with pytest.raises(StoreError, match="cannot be reached"):
        list(reading)
    neo4j_server.start()
    assert len(list(store.records(now(store)))) == count


def test_a_question_too_large_for_the_server_says_what_to_raise(store: Neo4jStore) -> None:
    with pytest.raises(StoreBusyError, match="too little memory") as refused:
        store.core.read("UNWIND range(1, 1000000000) AS x RETURN collect(toString(x))")
    assert "heap" in refused.value.remedy


def test_a_batch_that_could_not_be_written_stops_the_run(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is written while the next one is prepared, so the next call tells, and every later one."""

    def refuse(*_: object) -> None:
        raise StoreError("No room.")

    items = [company("local:1", "One"), company("local:2", "Two")]
    run = store.begin(source(), "test", "1", {}, START).run
    with monkeypatch.context() as patched:
        patched.setattr("graph.neo4j.adding._write", refuse)
        store.add(run, items)
        for _ in range(2):
            with pytest.raises(StoreError, match="No room"):
                store.add(run, items)
    with pytest.raises(StoreError, match="No room"):
        store.settle(run, {})
    store.abandon(run, "no room")
    assert names(store) == []
    say(store, source(), items)
    assert names(store) == ["One", "Two"]
    assert store.check() == []


def test_what_is_on_its_way_when_a_run_is_abandoned_is_gone_too(
    store: Neo4jStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch is held up as long as may be: until all else of the run has been removed."""
    removed, writes, run_statement = Event(), list[Future[None]](), Core.run

    def later(core: Core, work: Callable[[Tx], None], name: str) -> Future[None]:
        def held_up() -> None:
            removed.wait(1.0)
            core.write(work, name)

        writes.append(ThreadPoolExecutor(1).submit(held_up))
        return writes[-1]

    def run_or_release(core: Core, cypher: str, /, **given: Any) -> list[Row]:
        if "'abandoned'" in cypher:
            removed.set()
            wait(writes)
        return run_statement(core, cypher, **given)

    monkeypatch.setattr(Core, "write_later", later)
    monkeypatch.setattr(Core, "run", run_or_release)
    run = store.begin(source(), "test", "1", {}, START).run
    store.add(run, [company("local:1", "One"), owns("local:1", "local:2")])
    store.abandon(run, "changed my mind")
    assert store.core.read("MATCH (r:KedjaRecord) RETURN count(r)") == [[0]]
    assert store.check() == []


def test_a_server_killed_between_settling_and_publication_loses_nothing(
    neo4j_server: Running, store: Neo4jStore
) -> None:
    say(store, source(), [company("local:1", "One"), owns("local:1", "local:2")])
    before = whole(store, now(store))
    begun = store.begin(source(edition="2"), "test", "1", {}, START)
    store.add(begun.run, [company("local:1", "One, renamed")])
    store.settle(begun.run, {})
    neo4j_server.kill()
    neo4j_server.start()
    assert whole(store, now(store)) == before
    store.publish(begun.run, START)
    assert names(store) == ["One, renamed"]
    assert store.check() == []


def test_a_client_killed_while_projecting_is_made_up_for(neo4j_server: Running, store: Neo4jStore) -> None:
    say(store, source(), [company("local:1", "One")])
    store.core.run("MATCH (n:Entity) REMOVE n:Entity:Organisation WITH n MATCH (s:KedjaStore) SET s.projected = 0")
    assert "store: what Browser shows is 1 publications behind" in store.check()
    say(store, source("other"), [])
    assert store.check() == []
    assert store.core.read("MATCH (o:Organisation) RETURN o.name, o.known_at") == [["One", 1]]


def kill_the_server(server: Running, folder: Path, times: int, seed: int) -> set[RunState]:
    """Kill the server at random moments of a load; gives the states in which the runs were found."""
    chance, met = random.Random(seed), set()
    place = folder / "store.neo4j"
    place.write_text("\n".join((server.uri, *(server.auth or ("", "")))), "utf-8")
    with opened(server) as store:
        load(store, Invented(), write(folder / "first", "chain", "0", 50), now=day(0))
    begun = time.monotonic()
    with opened(server) as store:
        load(store, Invented(), write(folder / "second", "chain", "001", COUNT), now=day(1))
    whole_load = time.monotonic() - begun
    for n in range(2, times + 2):
        with opened(server) as store:
            before = now(store, Secrecy.RESTRICTED)
            stood, runs = whole(store, before), len(store.runs())
        file = write(folder / f"file-{n}", "chain", f"{n:03}", COUNT)
        command = [sys.executable, "-m", "tests.contract.loading", f"neo4j-{server.line}", str(folder), str(file)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as loader:
            assert loader.stdout is not None
            assert loader.stdout.readline().startswith("load ")
            time.sleep(chance.uniform(0, whole_load))
            server.kill()
            server.start()
            _, words = loader.communicate()
        assert loader.returncode == 0 or "StoreError" in words or "LeaseLost" in words, words
        with opened(server) as store:
            states = {run.state for run in store.runs()[runs:]}
            met |= states
            published = RunState.PUBLISHED in states
            assert now(store).publication == before.publication + published
            assert whole(store, before) == stood
            load(store, Invented(), file, now=day(n))
            assert {e.name for e in store.entities(now(store)) if not e.ghost} == {
                f"Number {i} of {n:03}" for i in range(COUNT)
            }
            assert whole(store, At(before.publication, ALL)) == stood
            assert store.check() == []
    return met


def test_a_server_killed_at_any_moment_of_a_load_loses_nothing(neo4j_server: Running, tmp_path: Path) -> None:
    assert kill_the_server(neo4j_server, tmp_path, 2, seed=3)


@pytest.mark.soak
def test_twenty_five_kills_of_the_server(neo4j_server: Running, tmp_path: Path) -> None:
    assert kill_the_server(neo4j_server, tmp_path, 25, seed=4)
