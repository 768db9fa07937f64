"""Heavy questions are answered by a process of their own, which ends when it should and can be lost at any time."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import graph.sqlite
from api import apart
from api.app import create_app
from api.kept import NEWER
from api.settings import Settings
from graph.budget import Budget, Why, within
from ontology.errors import TimeLimitError
from ontology.records import Record
from tests.contract.saying import load, source

ASKED = {"subject": "local:c", "risk": "forced-labour"}


@pytest.fixture(scope="module", autouse=True)
def _heavy() -> Iterator[None]:
    """Every question is heavy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graph.questions.costs.SMALL", 0)
        patch.setattr("api.admission.LIGHT", 0)
        yield


def made(folder: Path) -> Settings:
    with graph.sqlite.open(folder / "a.sqlite") as store:
        load(store, source(), [Record("Contract", "local:c", {"name": "C"})])
    return Settings(f"sqlite:///{folder}/a.sqlite", folder / "cache")


@contextmanager
def server(settings: Settings, **given: Any) -> Iterator[TestClient]:
    app = create_app(settings, seconds=1_000, **given)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return made(tmp_path_factory.mktemp("apart"))


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    with server(settings, apart=True) as client:
        yield client


def process(client: TestClient) -> apart.Process:
    """The one that answers heavy questions."""
    service: Any = client.app.state.service  # type: ignore[attr-defined]
    found: apart.Process = service.apart.processes[0]
    return found


@pytest.mark.parametrize("path", ["/v1/exposure", "/exposure", "/export/exposure.csv"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_its_answers_are_those_of_the_server_byte_for_byte(
    settings: Settings, client: TestClient, path: str, language: str
) -> None:
    headers = {"Accept-Language": language}
    with server(settings) as alone:
        here = alone.get(path, params=ASKED, headers=headers)
        assert here.status_code == 200
    there = client.get(path, params=ASKED, headers=headers)
    assert process(client).running
    assert (there.status_code, there.content) == (200, here.content)
    assert {**there.headers} == {**here.headers}


def test_it_answers_from_the_publication_where_the_server_stands(tmp_path: Path) -> None:
    settings = made(tmp_path)
    with server(settings, apart=True) as client, ExitStack() as held:
        assert client.get("/v1/exposure", params=ASKED).json()["as_of"]["publication"] == 1
        lock = held.enter_context((settings.cache / "lock").open("w"))  # another builder is at work
        fcntl.flock(lock, fcntl.LOCK_EX)
        with graph.sqlite.open(Path(settings.store.removeprefix("sqlite:///"))) as store:
            load(store, source("other"), [Record("Contract", "local:d", {"name": "D"})], 2)
        answer = client.get("/v1/exposure", params={**ASKED, "subject": "all"})
        assert process(client).running
        assert (answer.json()["as_of"]["publication"], answer.headers[NEWER].partition(";")[0]) == (1, "2")
        assert answer.json()["data"]["contracts"] == 1


DAYS = (f"2026-01-{day:02}" for day in range(1, 32))


def asked(client: TestClient) -> int:
    """The status of an answer that is not kept yet."""
    return client.get("/v1/exposure", params={**ASKED, "valid_at": next(DAYS)}).status_code


def at_work(client: TestClient) -> subprocess.Popen[bytes]:
    """The process, which there is."""
    assert asked(client) == 200
    found = process(client).running
    assert found
    return found


def test_one_that_has_been_lost_is_followed_by_another(client: TestClient) -> None:
    first = at_work(client)
    first.kill()
    first.wait()
    assert asked(client) == 200
    assert process(client).running not in (None, first)


def test_one_that_is_lost_at_work_is_made_good_by_the_server(client: TestClient) -> None:
    stopped = at_work(client)
    stopped.send_signal(signal.SIGSTOP)
    threading.Timer(0.5, stopped.kill).start()
    assert asked(client) == 200


@pytest.mark.parametrize(("why", "ends"), [(Why.NOBODY_WAITS, False), (Why.TIME, True)])
def test_work_that_is_to_end_is_ended(client: TestClient, why: Why, *, ends: bool) -> None:
    """Past the limit by ending the process; one that nobody waits for hears of it, and can work on."""
    stopped, budget = at_work(client), Budget()
    stopped.send_signal(signal.SIGSTOP)
    budget.stop(why)
    with within(budget), pytest.raises(TimeLimitError):
        process(client).ask("/exposure?subject=all", {apart.PUBLICATION: "1"})
    stopped.send_signal(signal.SIGCONT)
    assert (process(client).running is None) == ends
    assert asked(client) == 200


def test_one_that_has_grown_is_followed_by_another(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work(client)
    monkeypatch.setattr(apart, "GROWTH", -(10**12))
    assert asked(client) == 200
    assert process(client).running is None
    assert asked(client) == 200
    assert process(client).running, "what it has after its first answer is what it needs"


def test_it_ends_with_the_server(tmp_path: Path) -> None:
    with server(made(tmp_path), apart=True) as client:
        running = at_work(client)
    assert running.poll() is not None
