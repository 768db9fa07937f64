"""An answer is computed once for its snapshot, parameters and language; who has it is told so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import graph.sqlite
from api.app import create_app
from api.kept import Kept, Sent
from api.settings import DEMO_VALID_AT, Settings
from graph.budget import Budget, within
from graph.questions.declared.exposure import Exposure
from graph.questions.declared.trace import Trace
from ontology.errors import TimeLimitError
from tests.contract.saying import company, load, source
from tests.serving import in_a_loop

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


def text(content: bytes) -> Sent:
    return Sent(content, "text/plain", {})


def making(content: bytes) -> Callable[[], Awaitable[Sent]]:
    async def make() -> Sent:
        return text(content)

    return make


def test_who_asks_the_same_at_once_waits_and_makes_it_where_the_first_failed() -> None:
    made: list[str] = []

    async def make() -> Sent:
        made.append("begun")
        await asyncio.sleep(0)
        if len(made) == 1:
            raise ValueError("not this time")
        return text(b"answer")

    async def all_ask() -> list[Sent | BaseException]:
        kept = Kept()
        return await asyncio.gather(*(kept.get("key", make) for _ in range(5)), return_exceptions=True)

    failed, *got = in_a_loop(all_ask())
    assert isinstance(failed, ValueError)
    assert (made, got) == (["begun"] * 2, [text(b"answer")] * 4)


def test_who_waits_for_what_another_makes_waits_no_longer_than_his_time() -> None:
    async def never() -> Sent:
        await asyncio.Event().wait()
        raise AssertionError

    async def both_ask() -> None:
        kept = Kept()
        first = asyncio.create_task(kept.get("key", never))
        await asyncio.sleep(0)
        with within(Budget(0.0)), pytest.raises(TimeLimitError):
            await kept.get("key", never)
        first.cancel()

    in_a_loop(both_ask())


def test_what_is_kept_has_a_bound_and_an_erasure_ends_it() -> None:
    kept = Kept(most=10)

    async def got(key: str, content: bytes) -> bytes:
        return (await kept.get(key, making(content))).body

    async def ask() -> None:
        for key in "abc":
            await got(key, b"12345")
        assert await got("c", b"") == b"12345"
        assert await got("a", b"anew") == b"anew"  # used longest ago, it went
        kept.heed(1)
        assert await got("c", b"erased") == b"erased"
        assert await got("large", b"12345678901") == b"12345678901"
        assert await got("large", b"again") == b"again"

        async def while_erased() -> Sent:
            kept.heed(2)
            return text(b"before")

        assert (await kept.get("d", while_erased)).body == b"before"
        assert await got("d", b"after") == b"after"

    in_a_loop(ask())


def test_an_answer_is_packed_for_who_takes_it_so_and_the_same_for_who_does_not(client: TestClient) -> None:
    plain, packed = (client.get(TRACE, headers={"Accept-Encoding": how}) for how in ("identity", "gzip"))
    assert ("content-encoding" in plain.headers, packed.headers["content-encoding"]) == (False, "gzip")
    assert int(packed.headers["content-length"]) < len(packed.content) == int(plain.headers["content-length"])
    assert plain.content == packed.content
    assert all("Accept-Encoding" in answer.headers["vary"] for answer in (plain, packed))
