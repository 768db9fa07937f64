"""A whole store from a file into a server and back: the commands, and answers that are the same bytes after them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import graph.sqlite
from api import ask
from api.cli import app
from api.commands.demo import parts
from api.service import Service, When
from api.settings import DEMO_VALID_AT, Settings
from loaders.base import load
from tests.contract.saying import ALL, START, now, whole
from tests.neo4j.servers import Running

QUESTION = ("se-orgnr:2321000073", "forced-labour", 5)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration in a file."""
    file = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    with graph.sqlite.open(file) as store:
        for loader, path in parts():
            load(store, loader, path, now=START)
    return file


def kedja(*words: str) -> str:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, f"{done.output} {done.exception!r}"
    return done.output


def answer(url: str, cache: Path) -> bytes:
    with Service(Settings(url, cache)) as service:
        return ask.exposure(service, When(valid_at=DEMO_VALID_AT), *QUESTION).model_dump_json().encode()


def test_there_and_back_again(
    demo: Path, neo4j_server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, password = neo4j_server.auth or ("", "")
    monkeypatch.setenv("KEDJA_NEO4J_USER", user)
    monkeypatch.setenv("KEDJA_NEO4J_PASSWORD", password)
    first, server, second = f"sqlite:///{demo}", neo4j_server.uri, f"sqlite:///{tmp_path / 'back.sqlite'}"
    kedja("copy", "--from", first, "--to", server)
    kedja("copy", "--from", server, "--to", second)
    kedja("backup", str(tmp_path / "server.gz"), "--store", server)
    kedja("backup", str(tmp_path / "file.gz"), "--store", second)
    assert (tmp_path / "server.gz").read_bytes() == (tmp_path / "file.gz").read_bytes()
    assert "All is well" in kedja("doctor", "--store", server)
    answers = {answer(url, tmp_path / str(n)) for n, url in enumerate((first, server, second))}
    assert len(answers) == 1
    with graph.sqlite.open(demo) as one, graph.sqlite.open(tmp_path / "back.sqlite") as other:
        assert whole(one, now(one, ALL)) == whole(other, now(other, ALL))
    refused = CliRunner().invoke(app, ["copy", "--from", first, "--to", server])
    assert "not empty" in str(refused.exception)


def test_a_backup_is_restored_once_and_overwrites_nothing(demo: Path, tmp_path: Path) -> None:
    file, new = str(tmp_path / "kedja.backup.gz"), f"sqlite:///{tmp_path / 'new.sqlite'}"
    kedja("backup", file, "--store", f"sqlite:///{demo}")
    kedja("restore", file, "--store", new)
    again = CliRunner().invoke(app, ["restore", file, "--store", new])
    assert "not empty" in str(again.exception)
    twice = CliRunner().invoke(app, ["backup", file, "--store", new])
    assert "is there already" in str(twice.exception)
