"""What goes wrong between Kedja and a Neo4j server: every time a clear error with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.neo4j.address import Address
from graph.neo4j.server import FETCHED, connected
from ontology.errors import InputError, StoreBusyError, StoreError
from tests.neo4j import servers
from tests.neo4j.servers import Running
from tools.neo4j_server import Server

OURS = [line for line in servers.LINES if line != servers.GIVEN]


def address(running: Running) -> Address:
    return Address.read(running.uri, *(running.auth or ("", "")))


def test_a_server_that_is_not_there_is_named_with_the_remedy(free_port: int) -> None:
    with (
        pytest.raises(StoreError, match=rf"127\.0\.0\.1:{free_port} cannot be reached\. Start it"),
        connected(Address.read(f"bolt://127.0.0.1:{free_port}")),
    ):
        pytest.fail("connected")


@pytest.mark.parametrize("url", [
    "neo4j://me:secret@localhost", "neo4j://", "neo4j://localhost/folder/name", "neo4j://localhost?x=1", "mysql://localhost",
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


@pytest.mark.parametrize("line", OURS)
def test_a_wrong_password_is_said_and_the_right_one_opens(line: str) -> None:
    with Server(line, quick=True, password="the-right-one") as server:
        for user, password in (("neo4j", "wrong"), ("", "")):
            with (
                pytest.raises(StoreError, match="refuses the user and password") as refused,
                connected(Address.read(server.uri, user, password)),
            ):
                pytest.fail("connected")
            assert "wrong" not in str(refused.value)
        with (
            pytest.raises(StoreError, match="no database nothere"),
            connected(Address.read(f"{server.uri}?database=nothere", "neo4j", "the-right-one")),
        ):
            pytest.fail("connected")
        with connected(Address.read(server.routing_uri, "neo4j", "the-right-one")) as opened:
            assert opened.version == server.version
            assert opened.run("CREATE (n:Made {x: $x}) RETURN n.x", {"x": 1}) == [[1]]
            assert opened.read("MATCH (n:Made) RETURN n.x") == [[1]]


def test_a_server_that_is_too_old_is_refused(neo4j_server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.neo4j.server.OLDEST", (9999, 1))
    with pytest.raises(StoreError, match="is too old"), connected(address(neo4j_server)):
        pytest.fail("connected")


def test_both_lines_take_the_declared_version_of_the_language_in_statements_and_in_commands(
    neo4j_server: Running,
) -> None:
    with connected(address(neo4j_server)) as server:
        server.run("CREATE INDEX of_this_test IF NOT EXISTS FOR (n:Made) ON (n.x)")
        assert ["of_this_test"] in server.read("SHOW INDEXES YIELD name")
        server.run("DROP INDEX of_this_test")


def test_what_reads_may_not_write(neo4j_server: Running) -> None:
    with connected(address(neo4j_server)) as server:
        with pytest.raises(StoreError, match="does not let this user write"):
            server.read("CREATE (n:Made)")
        assert server.read("MATCH (n) RETURN count(n)") == [[0]]


@pytest.mark.parametrize("line", OURS)
def test_a_read_only_database_answers_and_refuses_to_be_written(line: str, tmp_path: Path) -> None:
    with Server(line, quick=True, folder=tmp_path) as server:
        with connected(address(server)) as opened:
            opened.run("CREATE (:Made)")
        server.stop()  # what was killed must recover, and so be written
    with (
        Server(line, quick=True, folder=tmp_path, settings={"server.databases.read_only": "neo4j"}) as server,
        connected(address(server)) as opened,
    ):
        assert opened.read("MATCH (n:Made) RETURN count(n)") == [[1]]
        with pytest.raises(StoreError, match="does not let this user write"):
            opened.run("CREATE (:Made)")


def test_a_reader_whose_server_dies_is_told_so(neo4j_server: Running) -> None:
    with connected(address(neo4j_server)) as server:
        reading = server.stream("UNWIND range(1, $count) AS x RETURN x", {"count": 20 * FETCHED})
        assert next(reading) == [1]
        neo4j_server.kill()
        with pytest.raises(StoreError, match="cannot be reached"):
            list(reading)
        neo4j_server.start()
        assert server.read("RETURN 1") == [[1]]


def test_a_question_too_large_for_the_server_says_what_to_raise(neo4j_server: Running) -> None:
    with connected(address(neo4j_server)) as server, pytest.raises(StoreBusyError, match="little memory") as refused:
        server.read("UNWIND range(1, 1000000000) AS x RETURN collect(toString(x))")
    assert "heap" in refused.value.remedy


def test_a_statement_past_its_time_is_ended_by_the_server(neo4j_server: Running) -> None:
    with connected(address(neo4j_server)) as server, pytest.raises(StoreBusyError, match="did not finish in time"):
        server.read("UNWIND range(1, 1000000000) AS x RETURN max(x % 7)", seconds=0.5)
