"""The pages of what is known: links to words and rules lead there, an entity's page has what stands beside it, and
nothing to show is a page that says so."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api import pages
from api.app import create_app
from api.settings import DEMO_VALID_AT, Settings
from visualisation.views import views
from visualisation.words import LANGUAGES, Words

PLANT = "/entity/demo:site-klang-4"


@pytest.fixture(scope="module")
def client(demo_settings: Settings) -> Iterator[TestClient]:
    with TestClient(
        create_app(demo_settings, valid_at=DEMO_VALID_AT, seconds=600), base_url="http://127.0.0.1"
    ) as client:
        yield client


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_link_to_a_word_or_a_rule_leads_to_one(client: TestClient, lang: str) -> None:
    anchors = set(re.findall(r' id="([^"]+)"', client.get("/terms", params={"lang": lang}).text))
    for path in ("/", "/heat", "/conflicts", "/exposure?subject=all&risk=child-labour", PLANT, "/sources"):
        page = client.get(path, params={"lang": lang} if "?" not in path else None).text
        named = {html.unescape(found) for found in re.findall(r'href="/terms[^"]*#([^"]+)"', page)}
        assert named, path
        assert named <= anchors, path


def test_a_thing_is_shown_with_its_risks_what_it_touches_and_who_says_what(client: TestClient) -> None:
    shown = text(client.get(PLANT, params={"lang": "en"}).text)
    assert "Workers : 4,100 (Kedja (demonstration)) ≠ 5,400 (Exempelstiftelsen (påhittad))" in shown
    assert "Forced labour: Very severe, ≥ 0.65" in shown, "the worst first, with its interval"
    assert "2 affected contracts, traced to the article" in shown
    risks = client.get("/v1/risks", params={"subject": "demo:site-klang-4"}).json()["data"]["risks"]
    words = Words("en")
    assert all(words.risk(line["risk"]) in shown for line in risks)
    silent = sum(line["worst"] is None for line in risks)
    assert f"{silent} risk types are unknown here" in shown
    links = client.get("/v1/entities/demo:site-klang-4").json()["data"]["links"]
    for type in {link["type"] for link in links if not link["denied"]}:
        assert words.link_type(type) in shown


def test_what_would_take_long_does_not_keep_a_page_waiting(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_BESIDE", -1)
    page = client.get(PLANT, params={"lang": "en", "valid_at": "2026-10-31"})
    assert page.status_code == 200
    assert "Forced labour: Very severe" not in text(page.text)
    assert "/risks?" in page.text, "the way there is shown"
    assert Words("en")("unknown.heading") in page.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_store_has_every_page_and_each_says_that_all_is_unknown(tmp_path: Path, lang: str) -> None:
    import graph.sqlite

    graph.sqlite.open(tmp_path / "empty.sqlite").close()
    settings = Settings(f"sqlite:///{tmp_path}/empty.sqlite", tmp_path / "snapshots")
    words = Words(lang)
    with TestClient(create_app(settings, valid_at=DEMO_VALID_AT), base_url="http://127.0.0.1") as client:
        for view in views().known.values():
            path = view.path or f"/{view.name}"
            if "{" in path:
                continue
            page = client.get(path, params={"lang": lang})
            assert page.status_code == 200, path
            if view.headline and view.name not in ("terms", "figures"):  # figures asks first of what
                assert words("unknown.heading") in page.text, path
                assert "(100" not in page.text, "nothing in all is no share"


@pytest.mark.parametrize(("lang", "ask"), [("sv", "Fråga"), ("en", "Ask")])
def test_of_an_incident_the_supplier_of_the_surest_contract_is_to_be_asked(
    client: TestClient, lang: str, ask: str
) -> None:
    shown = text(client.get("/entity/demo:incident-klang", params={"lang": lang}).text)
    assert f"{ask} Björkvik Vårdgrossist AB: " in shown or f"{ask} Sydsund Medical AB: " in shown
