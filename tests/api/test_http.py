"""HTTP as documented: parameters, times, methods, languages; and what a clearance may know of runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.pages import preferred_language
from api.service import Service
from api.settings import DEMO_VALID_AT, Settings
from api.stores import open_store
from graph.store import Judgement, Verdict
from ontology.records import Record, Secrecy, Source
from tests.contract.saying import company, day, entity, load, source

FACTORY = "demo:site-klang-4"


@pytest.fixture(scope="module")
def client(demo_settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(demo_settings, valid_at=DEMO_VALID_AT), base_url="http://127.0.0.1") as client:
        yield client


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("valid-at=2026-11-01", "valid_at"),
        ("risq=forced-labour", "risk"),
        ("zzz=1", "start"),
        ("start=demo:site-klang-3", "Give it once"),
    ],
)
def test_a_parameter_that_is_none_or_is_given_twice_is_refused(client: TestClient, query: str, hint: str) -> None:
    response = client.get(f"/v1/affected?start={FACTORY}&{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert hint in response.json()["detail"]


READS = {
    "/": ("risk=forced-labour", "start=x"),
    "/affected": (f"start={FACTORY}&goods=&skip=0", "direction=downstream"),
    f"/entity/{FACTORY}": ("", "goods=cpv:33141420"),
    "/search": ("q=x&limit=3&risk=forced-labour", "start=x"),
    "/tier": (f"start={FACTORY}&direction=downstream&selected=x&open=y", "k=3"),
    "/export/affected.csv": (f"start={FACTORY}", "selected=x"),
}
"""What a page reads, and what only another one does."""


@pytest.mark.parametrize("path", READS)
def test_a_page_refuses_what_it_does_not_read(client: TestClient, path: str) -> None:
    own, others = READS[path]
    good = client.get(f"{path}?lang=en&valid_at=2026-11-01&{own}", headers={"accept": "text/html"})
    assert good.status_code == 200
    for more, hint in (("valid-at=2015-01-01", "valid_at"), (others, others.partition("=")[0])):
        refused = client.get(f"{path}?lang=en&{own}&{more}", headers={"accept": "text/html"})
        assert refused.status_code == 422
        assert hint in refused.text


@pytest.mark.parametrize("path", ["/v1/affected", "/affected"])
def test_a_day_and_a_period_are_not_asked_about_at_once(client: TestClient, path: str) -> None:
    asked = f"{path}?start={FACTORY}&during_from=2020-01-01&during_to=2021-01-01"
    assert client.get(asked).status_code == 200
    both = client.get(f"{asked}&valid_at=2026-11-01")
    assert both.status_code == 422
    assert "valid_at" in both.text


def test_a_period_is_kept_from_page_to_page_and_an_empty_field_is_none(client: TestClient) -> None:
    asked = f"/affected?start={FACTORY}&lang=en&during_from=2020-01-01&during_to=2021-01-01"
    page = client.get(asked).text
    link = re.search(r'href="(/tier[^"]*)"', page.replace("&amp;", "&"))
    assert link
    assert "during_from=2020-01-01&during_to=2021-01-01" in link[1]
    assert '<input type="date" name="during_to" value="2021-01-01">' in page
    assert client.get(f"/affected?start={FACTORY}&valid_at=&during_from=").status_code == 200


def test_what_is_no_day_is_told_how_one_is_written(client: TestClient) -> None:
    for query in ("valid_at=20261129", "valid_at=2026-13-01", "during_from=igår&during_to=2026-01-01"):
        assert "write a day, 2026-11-01" in client.get(f"/v1/affected?start={FACTORY}&{query}").json()["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "known_at=20261129",
        "known_at=1764374400",
        "valid_at=20261129",
        "valid_at=0",
        "known_at=0001-01-01T00:00%2B14:00",
    ],
)
@pytest.mark.parametrize("path", ["/v1/affected", "/affected"])
def test_a_number_is_no_time(client: TestClient, path: str, query: str) -> None:
    assert client.get(f"{path}?start={FACTORY}&{query}").status_code == 422


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2200-01-01"])
def test_the_ends_of_the_calendar_are_days(client: TestClient, day: str) -> None:
    assert client.get(f"/v1/affected?start={FACTORY}&valid_at={day}").status_code == 200


def test_another_method_says_which_are_allowed(client: TestClient) -> None:
    response = client.delete("/v1/search")
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    assert response.json()["status"] == 405


@pytest.mark.parametrize("path", ["/healthz", "/", "/v1/search?q=region", "/static/kedja.css"])
def test_every_page_and_route_has_a_head(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == get.headers["content-type"]


def test_an_unknown_route_of_the_api_is_a_problem(client: TestClient) -> None:
    response = client.get("/v1/nothing")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(("lang", "words"), [("sv", "Sidan finns inte"), ("en", "There is no such page")])
def test_an_unknown_address_is_a_page_for_a_browser(client: TestClient, lang: str, words: str) -> None:
    response = client.get(f"/nothing<b>?lang={lang}", headers={"Accept": "text/html"})
    assert (response.status_code, response.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert words in response.text
    assert "<b>" not in response.text
    assert client.get("/nothing").headers["content-type"] == "application/problem+json"


def test_a_fault_of_ours_is_a_problem_that_tells_nothing_of_the_inside(
    demo_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret path")

    monkeypatch.setattr(Service, "snapshot", broken)
    app = create_app(demo_settings, valid_at=DEMO_VALID_AT)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        response = client.get(f"/v1/entities/{FACTORY}")
    assert (response.status_code, response.headers["content-type"]) == (500, "application/problem+json")
    assert "secret" not in response.text


@pytest.mark.parametrize(("lang", "words"), [("sv", "Felet är vårt"), ("en", "The fault is ours")])
def test_a_fault_of_ours_is_a_page_for_a_browser(
    demo_settings: Settings, monkeypatch: pytest.MonkeyPatch, lang: str, words: str
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret path")

    monkeypatch.setattr(Service, "resolve", broken)
    app = create_app(demo_settings, valid_at=DEMO_VALID_AT)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        address = f"/exposure?subject=cpv:33141420&risk=forced-labour&lang={lang}"
        response = client.get(address, headers={"Accept": "text/html"})
    assert (response.status_code, response.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert words in response.text
    assert "secret" not in response.text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "sv"),
        ("de", "sv"),
        ("en", "en"),
        ("en-GB,en;q=0.9,sv;q=0.8", "en"),
        ("en;q=0.5, sv-SE", "sv"),
        ("de, en;q=0.3, sv;q=0.2", "en"),
        ("sv;q=0, *", "en"),
        ("en;q=0", "sv"),
        ("en;q=high, sv;q=0.1", "sv"),
    ],
)
def test_the_language_is_the_one_that_the_header_weighs_most(header: str, language: str) -> None:
    assert preferred_language(header) == language


def test_nothing_of_a_source_above_the_clearance_shows_in_the_runs(tmp_path: Path) -> None:
    settings = Settings(f"sqlite:///{tmp_path / 's.sqlite'}", tmp_path / "cache")
    store = open_store(settings.store, create=True)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for series, secrecy in (("open", Secrecy.PUBLIC), ("hidden", Secrecy.RESTRICTED)):
        said = Source(series, "1", f"{series} list", "P", secrecy=secrecy)
        run = store.begin(said, "test", "1", {}, at).run
        store.add(run, [Record("Organisation", f"local:{series}", {"name": f"{series} AB"})])
        store.settle(run, {"rows_in": 1, "accepted": 1})
        store.publish(run, at)
    store.close()
    for clearance, titles in ((Secrecy.PUBLIC, ["open list"]), (Secrecy.RESTRICTED, ["hidden list", "open list"])):
        with TestClient(create_app(settings, clearance=clearance), base_url="http://127.0.0.1") as client:
            assert [run["title"] for run in client.get("/v1/runs").json()] == titles
            assert ("hidden list" in client.get("/").text) == (clearance is Secrecy.RESTRICTED)


def test_an_id_that_was_merged_away_says_from_where_it_leads(tmp_path: Path) -> None:
    settings = Settings(f"sqlite:///{tmp_path / 's.sqlite'}", tmp_path / "cache")
    with open_store(settings.store, create=True) as store:
        load(store, source(), [company("local:a", "Ada AB"), company("local:b", "Ada Aktiebolag")])
        before = {entity(store, key) for key in ("local:a", "local:b")}
        store.judge(Judgement("local:a", "local:b", Verdict.SAME, "me", "one company"), day(1))
        (after,) = {entity(store, key) for key in ("local:a", "local:b")}
    (gone,) = before - {after}
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        for id, origin in ((gone, gone), (after, None), ("local:b", None), ("Ada AB", None)):
            data = client.get(f"/v1/entities/{id}").json()["data"]
            assert (data["node"]["id"], data["redirected_from"]) == (after, origin)
