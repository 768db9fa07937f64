"""Answers over HTTP come in pages that make up the whole, or as a stream; a cursor is bound to its snapshot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import graph.sqlite
from api.app import create_app
from api.settings import DEMO_VALID_AT, Settings
from ontology.records import Record
from tests.contract.saying import load, source

REGION = "se-orgnr:2321000073"
ASKED = {
    "/v1/trace": {"start": REGION, "risk": "forced-labour"},
    "/v1/exposure": {"subject": "all", "risk": "forced-labour"},
    "/v1/affected": {"start": "demo:incident-klang"},
}
TOTALS = ("distribution", "levels", "counts", "tiers", "contracts_all", "contracts_untold")


@pytest.fixture(scope="module")
def client(demo_settings: Settings) -> Iterator[TestClient]:
    app = create_app(demo_settings, valid_at=DEMO_VALID_AT, seconds=600)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def pages(client: TestClient, path: str, limit: int) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        given: dict[str, Any] = {**ASKED[path], "limit": limit} | ({"cursor": cursor} if cursor else {})
        response = client.get(path, params=given)
        assert response.status_code == 200, response.text
        answer = response.json()
        yield answer
        cursor = answer["page"]["next"]
        if cursor is None:
            return


def key(row: Any) -> str:
    return str(row.get("node", row.get("contract", row))["id"])


@pytest.mark.parametrize("path", ASKED)
def test_the_pages_of_an_answer_make_up_the_whole_and_each_has_the_totals_of_the_whole(
    client: TestClient, path: str
) -> None:
    whole = client.get(path, params={**ASKED[path], "limit": 1_000}).json()
    name = whole["page"]["list"]
    assert whole["page"]["next"] is None
    assert whole["page"]["total"] == len(whole["data"][name]) > 3
    found = list(pages(client, path, 3))
    assert len(found) == -(-whole["page"]["total"] // 3)
    assert [key(row) for page in found for row in page["data"][name]] == [key(row) for row in whole["data"][name]]
    for page in found:
        assert page["page"]["total"] == whole["page"]["total"]
        assert page["completeness"]["ends_total"] == whole["completeness"]["ends_total"]
        assert {n: page["data"].get(n) for n in TOTALS} == {n: whole["data"].get(n) for n in TOTALS}
    if path == "/v1/trace":
        each = [link["id"] for page in found for link in page["data"]["links"]]
        assert sorted(each) == [link["id"] for link in whole["data"]["links"]], "each link stands on one page"
        assert [row for page in found for row in page["data"]["nodes"]] == whole["data"]["nodes"]


@pytest.mark.parametrize("path", ASKED)
def test_the_whole_comes_as_lines_of_json_too_and_says_where_it_ends(client: TestClient, path: str) -> None:
    whole = client.get(path, params={**ASKED[path], "limit": 1_000}).json()
    response = client.get(path, params=ASKED[path], headers={"Accept": "application/x-ndjson"})
    assert response.headers["content-type"] == "application/x-ndjson"
    first, *rows, last = (json.loads(line) for line in response.text.splitlines())
    assert first["answer"]["snapshot"] == whole["snapshot"]
    name = whole["page"]["list"]
    assert [key(row["row"]) for row in rows if row["list"] == name] == [key(row) for row in whole["data"][name]]
    assert last["end"][name] == whole["page"]["total"]
    assert sum(last["end"].values()) == len(rows)


def test_a_cursor_of_another_question_or_none_at_all_is_refused(client: TestClient) -> None:
    cursor = next(pages(client, "/v1/trace", 3))["page"]["next"]
    for given in ({**ASKED["/v1/exposure"], "cursor": cursor}, {**ASKED["/v1/exposure"], "cursor": "?"}):
        refused = client.get("/v1/exposure", params=given)
        assert (refused.status_code, refused.json()["code"]) == (410, "cursor")
        assert refused.json()["detail"]


def test_a_cursor_of_a_snapshot_that_answers_no_more_is_refused_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "own.sqlite"
    store = graph.sqlite.open(path)
    load(store, source("a"), [Record("Contract", f"local:{n}", {"name": f"Contract {n}"}) for n in range(3)])
    settings = Settings(f"sqlite:///{path}", tmp_path / "snapshots")
    with TestClient(create_app(settings, seconds=600), base_url="http://127.0.0.1") as client:
        asked: dict[str, Any] = {"subject": "all", "risk": "forced-labour", "limit": 1}
        first = client.get("/v1/exposure", params=asked).json()
        following = {**asked, "cursor": first["page"]["next"]}
        assert client.get("/v1/exposure", params=following).json()["page"]["skip"] == 1
        load(store, source("b"), [Record("Contract", "local:3", {"name": "Contract 3"})])
        while client.get("/v1/exposure", params=asked).json()["page"]["total"] == 3:
            pass  # the last snapshot answers until the newest is ready
        refused = client.get("/v1/exposure", params=following)
        assert refused.status_code == 410
        assert "first page" in refused.json()["detail"]
    store.close()
