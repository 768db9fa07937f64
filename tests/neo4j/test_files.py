"""A graph that Neo4j's own import tool fills is the one that is published by the driver."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.publishing import publish_to, write_files
from api.service import Service, When
from graph.neo4j import mark
from graph.neo4j.address import Address
from graph.neo4j.files import _cell
from graph.neo4j.freezing import freeze
from graph.neo4j.publishing import to_files
from graph.neo4j.server import connected
from ontology.errors import StoreError
from tests.neo4j import servers
from tests.neo4j.worlds import SECRET, frozen, last, load, record, source, told, world
from tools.neo4j_parts import NeoServerError
from tools.neo4j_server import Server


@pytest.mark.parametrize("line", servers.LINES)
def test_what_the_import_tool_fills_needs_nothing_more(line: str, demo: Service, tmp_path: Path) -> None:
    if line == servers.GIVEN:
        pytest.skip(f"the server of {servers.VARIABLE} is not ours to stop")
    try:
        server = Server(line, quick=True)
    except NeoServerError as problem:
        servers.go_without(str(problem))
    try:
        told, _ = write_files(tmp_path / "files", demo, When())
        assert sorted(path.suffix for path in (tmp_path / "files").iterdir() if path.suffix != ".csv") == [".args"]
        done = server.admin("database", "import", "full", "neo4j", f"@{tmp_path / 'files' / 'import.args'}")
        assert done.returncode == 0, done.stdout + done.stderr
        with server, connected(Address.read(server.uri)) as found:
            stands = mark.read(found)
            assert stands
            assert (stands.whole, stands.topology, stands.weights) == (False, told.topology, told.weights)
            published = publish_to(found, demo, When())
            assert (published.added, published.changed, published.removed) == (0, 0, 0)
            assert published.mark.whole
            assert freeze(found).hash == f"{told.topology}/{told.weights}"
    finally:
        server.close()


def test_a_folder_that_holds_something_is_not_written_to(demo: Service, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(StoreError, match="not empty"):
        write_files(tmp_path, demo, When())
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_what_was_erased_or_is_withheld_is_in_no_file(tmp_path: Path) -> None:
    with world(tmp_path / "record.sqlite") as store:
        load(store, source("erasable"), [record("Organisation", "gone", "Forgotten AB")])
        (wrong,) = (one for one in store.records(last(store)) if one.name == "Forgotten AB")
        for place, expected in (("before", True), ("after", False)):
            to_files(tmp_path / place, store, last(store), frozen(store), clock=lambda: told(99))
            found = b"".join(file.read_bytes() for file in (tmp_path / place).iterdir())
            assert (b"Forgotten AB" in found, b"local:gone" in found) == (expected, expected)
            assert SECRET.encode() not in found
            assert b"secret-site" not in found
            store.erase([wrong.id], "asked to be forgotten", told(50))


def test_what_the_tool_would_read_as_something_else_is_written_so_that_it_does_not() -> None:
    assert [_cell(value) for value in (None, "", 'a "b"', True, 2**53 + 1, 0.1)] == [
        "", '""', '"a ""b"""', "true", "9007199254740993", "0.1",
    ]  # fmt: skip
    assert _cell(["a", "", "b;c|d"]) == '"a\x1f\x1fb;c|d"'
    for value in ("a\x1fb", ["a\x1fb"]):
        with pytest.raises(StoreError, match="001F"):
            _cell(value)


def test_the_command_says_what_to_run_then(demo: Service, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["publish", "--files", str(tmp_path / "new"), "--store", demo.settings.store])
    assert done.exit_code == 0
    assert "neo4j-admin database import full neo4j @" in done.stdout
    assert CliRunner().invoke(app, ["publish"]).exit_code
    assert CliRunner().invoke(app, ["publish", "neo4j://x:1", "--files", str(tmp_path / "b")]).exit_code
