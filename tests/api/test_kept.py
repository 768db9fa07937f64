"""An answer is computed once for its snapshot, parameters and language; who has it is told so."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import graph.sqlite
from api.app import create_app
from api.kept import Kept
from api.settings import DEMO_VALID_AT, Settings
from graph.questions.declared.exposure import Exposure
from graph.questions.declared.trace import Trace
from tests.contract.saying import company, load, source

TRACE = "/v1/trace?start=demo:contract-gloves-kalmar&max_tier=3"


@pytest.fixture(scope="module")
def client(demo_settings: Settings) -> Iterator[TestClient]:
    app = create_app(demo_settings, valid_at=DEMO_VALID_AT, seconds=600)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that are computed, as they are."""
    found: list[str] = []
    for question in (Trace, Exposure):

        def compute(self: Any, reading: Any, plain: Any = question.compute) -> Any:
            found.append(self.name)
            return plain(self, reading)

        monkeypatch.setattr(question, "compute", compute)
    return found


def test_a_question_asked_again_is_not_computed_again(client: TestClient, computed: list[str]) -> None:
    first, again = client.get(TRACE), client.get(TRACE + "&max_nodes=1000000")  # what is not said is the default
    assert (first.status_code, first.content) == (200, again.content)
    assert first.headers["etag"] == again.headers["etag"]
    assert computed == ["trace"]
    had = client.get(TRACE, headers={"If-None-Match": first.headers["etag"]})
    assert (had.status_code, had.content) == (304, b"")
    assert computed == ["trace"]


def test_every_parameter_the_day_and_the_language_make_another_answer(client: TestClient) -> None:
    page = TRACE.replace("/v1/trace", "/tier")
    asked = (
        TRACE, f"{TRACE}&risk=forced-labour", f"{TRACE}&valid_at=2025-01-01", f"{TRACE}&direction=downstream",
        f"{page}&lang=sv", f"{page}&lang=en", f"{page}&lang=en&selected=demo:site-klang-4",
        "/export/trace.csv?start=demo:contract-gloves-kalmar&lang=sv",
    )  # fmt: skip
    tags = [client.get(path).headers["etag"] for path in asked]
    assert len(set(tags)) == len(asked)
    swedish, english = (client.get(page, headers={"Accept-Language": lang}) for lang in ("sv", "en"))
    assert swedish.headers["etag"] != english.headers["etag"]
    assert "Accept-Language" in swedish.headers["vary"]


def test_a_page_and_its_file_that_the_browser_has_are_not_made_again(client: TestClient, computed: list[str]) -> None:
    for path in ("/exposure?subject=2321000073&lang=sv", "/export/exposure.csv?subject=2321000073&lang=sv"):
        first = client.get(path)
        had = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, had.status_code, had.headers["etag"]) == (200, 304, first.headers["etag"])
    assert computed == ["exposure", "exposure"]


def test_a_publication_makes_another_answer_and_a_refusal_is_kept_for_nobody(tmp_path: Path) -> None:
    path = tmp_path / "own.sqlite"
    store = graph.sqlite.open(path)
    load(store, source("a"), [company("local:1", "One")])
    settings = Settings(f"sqlite:///{path}", tmp_path / "snapshots")
    with TestClient(create_app(settings, seconds=600), base_url="http://127.0.0.1") as client:
        first = client.get("/v1/search?q=One")
        assert first.status_code == 200
        refused = client.get("/v1/trace?start=Two")
        assert (refused.status_code, "etag" in refused.headers) == (404, False)
        load(store, source("b"), [company("local:2", "One of two")])
        for _ in range(200):  # the last snapshot answers until the newest is ready
            second = client.get("/v1/search?q=One")
            if "kedja-newer-publication" not in second.headers:
                break
        assert second.headers["etag"] != first.headers["etag"]
        assert len(second.json()["hits"]) == 2
    store.close()


def test_who_asks_the_same_at_once_waits_and_makes_it_where_the_first_failed() -> None:
    kept, begun, go = Kept(), threading.Event(), threading.Event()
    made: list[str] = []
    got: list[bytes] = []

    def failing() -> bytes:
        begun.set()
        go.wait()
        raise ValueError("not this time")

    def making() -> bytes:
        made.append("made")
        return b"answer"

    def first() -> None:
        with pytest.raises(ValueError, match="not this time"):
            kept.get("key", failing)

    threads = [threading.Thread(target=first)]
    threads[0].start()
    begun.wait()
    threads += [threading.Thread(target=lambda: got.append(kept.get("key", making))) for _ in range(4)]
    for thread in threads[1:]:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()
    assert (made, got) == (["made"], [b"answer"] * 4)


def test_what_is_kept_has_a_bound_and_an_erasure_ends_it() -> None:
    kept = Kept(most=10)
    for key in "abc":
        kept.get(key, lambda: b"12345")
    assert kept.get("c", lambda: b"") == b"12345"
    assert kept.get("a", lambda: b"anew") == b"anew"  # used longest ago, it went
    kept.heed(1)
    assert kept.get("c", lambda: b"erased") == b"erased"
    assert kept.get("large", lambda: b"12345678901") == b"12345678901"
    assert kept.get("large", lambda: b"again") == b"again"

    def while_erased() -> bytes:
        kept.heed(2)
        return b"before"

    assert kept.get("d", while_erased) == b"before"
    assert kept.get("d", lambda: b"after") == b"after"
