"""A heavy question may be answered later: a job that says how it stands, is cancelled, ends; and bytes given again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import jobs
from api.app import create_app
from api.jobs import Jobs, State
from api.settings import DEMO_VALID_AT, Settings
from graph import budget
from graph.questions.declared.exposure import Exposure
from ontology.errors import BusyError, InputError

ASKED = "/v1/exposure?subject=all&risk=forced-labour"
OTHER = "/v1/exposure?subject=se-orgnr:2321000073&risk=forced-labour"
LATER = {"Prefer": "respond-async, wait=5"}


@pytest.fixture(scope="module")
def client(demo_settings: Settings) -> Iterator[TestClient]:
    app = create_app(demo_settings, valid_at=DEMO_VALID_AT, seconds=600)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def heavy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every exposure is heavy."""
    monkeypatch.setattr(Exposure, "cost", lambda *_: 10_000)


def ended(client: TestClient, place: str) -> dict[str, Any]:
    for _ in range(1_000):
        told: dict[str, Any] = client.get(place).json()
        if told["state"] not in ("waiting", "running"):
            return told
        time.sleep(0.05)
    raise AssertionError(told)


@pytest.mark.usefixtures("heavy")
def test_a_heavy_question_is_answered_later_with_the_same_bytes(client: TestClient) -> None:
    begun = client.get(ASKED, headers=LATER)
    assert (begun.status_code, begun.headers["preference-applied"]) == (202, "respond-async")
    assert begun.json()["cost"] == 10_000
    place = begun.headers["location"]
    told = ended(client, place)
    assert (told["state"], told["id"]) == ("done", begun.json()["id"])
    assert client.get(told["result"]).content == client.get(ASKED).content
    assert client.delete(place).status_code == 204
    for gone in (place, told["result"]):
        assert client.get(gone).status_code == 404
    assert client.delete(place).status_code == 404


@pytest.mark.usefixtures("heavy")
def test_a_job_has_the_format_that_was_asked_for(client: TestClient) -> None:
    begun = client.get(ASKED, headers=LATER | {"Accept": "text/csv"})
    result = client.get(ended(client, begun.headers["location"])["result"])
    assert result.headers["content-type"] == "text/csv; charset=utf-8"
    assert result.content == client.get(ASKED, headers={"Accept": "text/csv"}).content


def test_a_light_question_is_answered_at_once(client: TestClient) -> None:
    assert client.get(ASKED, headers=LATER).status_code == 200
    assert client.get("/v1/search?q=region", headers=LATER).status_code == 200


@pytest.mark.usefixtures("heavy")
def test_what_cannot_be_asked_is_refused_at_once(client: TestClient) -> None:
    refused = client.get("/v1/exposure?subject=nobody at all&risk=forced-labour", headers=LATER)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_in_graph")


@pytest.mark.usefixtures("heavy")
def test_a_job_that_fails_says_why_and_one_that_is_cancelled_stops(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    going, stopped = threading.Event(), threading.Event()

    def compute(self: Exposure, _: Any) -> Any:
        if self.subject == "all":
            raise InputError("Not so.", remedy="Ask otherwise.")
        going.set()
        try:
            while True:
                budget.check()
                time.sleep(0.01)
        finally:
            stopped.set()

    monkeypatch.setattr(Exposure, "compute", compute)
    failed = ended(client, client.get(ASKED, headers=LATER).headers["location"])
    assert (failed["state"], failed["problem"]) == ("failed", "Not so. Ask otherwise.")
    assert client.get(f"/v1/jobs/{failed['id']}/result").json()["detail"] == "Ask otherwise."
    place = client.get(OTHER, headers=LATER).headers["location"]
    assert going.wait(60)
    assert client.get(f"{place}/result").json()["title"] == "The job is running."
    assert client.delete(place).status_code == 204
    assert stopped.wait(60)


def test_jobs_are_bounded_in_number_age_and_size_and_end_with_an_erasure(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Jobs()
    go = threading.Event()

    def wait() -> bytes:
        assert go.wait(60)
        return b"12345"

    begun = [made.start("a", 1, "text/plain", 0, wait) for _ in range(jobs.MOST_BEGUN)]
    with pytest.raises(BusyError, match="cancel one"):
        made.start("a", 1, "text/plain", 0, wait)
    assert made.cancel(begun[-1].id)
    go.set()
    for job in begun[:-1]:
        assert job.future
        job.future.result(60)
        assert job.state is State.DONE
    assert made.get(begun[-1].id, 0) is None
    assert made.get(begun[0].id, 0) is begun[0]
    assert made.get(begun[0].id, 1) is None  # an erasure since
    monkeypatch.setattr(jobs, "MOST_BYTES", 12)
    assert [bool(made.get(job.id, 0)) for job in begun[1:-1]].count(True) == 2
    monkeypatch.setattr(jobs, "AGE", -1.0)
    assert not any(made.get(job.id, 0) for job in begun)
    made.close()


# -- the same bytes again ------------------------------------------------------------------------------------------
def test_an_answer_is_given_again_by_its_tag(client: TestClient) -> None:
    for kind in ("application/json", "text/csv"):
        first = client.get(ASKED, headers={"Accept": kind})
        id = first.headers["etag"].removeprefix('W/"').removesuffix('"')
        again = client.get(f"/v1/answers/{id}")
        assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
        assert again.headers["content-type"] == first.headers["content-type"]
    absent = client.get(f"/v1/answers/{'0' * 32}")
    assert (absent.status_code, absent.json()["code"]) == (404, "not_in_graph")
