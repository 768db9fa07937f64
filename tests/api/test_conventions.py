"""What programs expect of an HTTP API: any identifier, formats by Accept, pages by Link, lists of terms, docs."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import networkx as nx
import pytest
import rdflib
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from api.negotiation import acceptable
from api.routes import offered
from api.settings import DEMO_VALID_AT, Settings
from api.stores import open_store
from graph.questions.question import questions
from ontology.records import Record
from ontology.values import SCHEMES, make_key
from ontology.vocabulary import vocabulary, vocabulary_names
from tests.contract.saying import load, source

EXPOSURE = "/v1/exposure?subject=se-orgnr:2321000073&risk=forced-labour"


@pytest.fixture(scope="module")
def client(demo_settings: Settings) -> Iterator[TestClient]:
    app = create_app(demo_settings, valid_at=DEMO_VALID_AT, seconds=600)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def test_an_entity_is_found_by_an_identifier_of_every_scheme(tmp_path: Path) -> None:
    settings = Settings(f"sqlite:///{tmp_path / 's.sqlite'}", tmp_path / "cache")
    keys = {name: make_key(name, one.example) for name, one in SCHEMES.items() if one.example}
    assert {"se-orgnr", "lei", "gtin", "gln", "cpv"} <= keys.keys()
    types = {key: next(iter(SCHEMES[name].identifies), "Organisation") for name, key in keys.items()}
    with open_store(settings.store, create=True) as store:
        load(store, source(), [Record(type, key, {"name": f"What bears {key}"}) for key, type in types.items()])
    with TestClient(create_app(settings, seconds=600), base_url="http://127.0.0.1") as client:
        for key, type in types.items():
            found = client.get(f"/v1/entities/{quote(key, safe=':')}")
            assert found.status_code == 200, found.text
            node = found.json()["data"]["node"]
            assert (node["type"], key in node["keys"]) == (type, True)


# -- formats -------------------------------------------------------------------------------------------------------
def test_the_accept_header_chooses_among_the_formats_of_a_question(client: TestClient) -> None:
    kinds = {kind for question in questions().values() for kind in offered(question)}
    assert {
        "application/json",
        "application/x-ndjson",
        "application/graphml+xml",
        "text/turtle; charset=utf-8",
    } <= kinds
    table = client.get(EXPOSURE, headers={"Accept": "text/csv"})
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert (table.headers["content-type"], rows[0][0]) == ("text/csv; charset=utf-8", "Contract")
    swedish = client.get(EXPOSURE, headers={"Accept": "text/csv", "Accept-Language": "sv"})
    assert next(csv.reader(io.StringIO(swedish.content.decode("utf-8-sig"))))[0] == "Avtal"
    assert {"Accept", "Accept-Language"} <= set(re.split(r",\s*", table.headers["vary"]))
    graph = client.get(EXPOSURE, headers={"Accept": "application/graphml+xml"}).content
    assert len(nx.read_graphml(io.BytesIO(graph), force_multigraph=True)) > 5
    turtle = client.get(EXPOSURE, headers={"Accept": "text/turtle;q=0.9, text/html;q=0.5"}).text
    assert len(rdflib.Graph().parse(data=turtle, format="turtle")) > 20
    lines = client.get(EXPOSURE, headers={"Accept": "application/x-ndjson"}).text.splitlines()
    assert "end" in json.loads(lines[-1])
    for header in (
        "",
        "*/*",
        "application/*",
        "text/html,image/png,*/*;q=0.8",
        "text/html",
        "application/json, text/csv;q=0.9",
    ):
        assert client.get(EXPOSURE, headers={"Accept": header}).headers["content-type"] == "application/json"


def test_what_is_not_offered_is_refused_with_what_is(client: TestClient) -> None:
    found = client.get(EXPOSURE, headers={"Accept": "image/png, application/json;q=0"})
    assert (found.status_code, found.headers["content-type"]) == (406, "application/problem+json")
    assert "text/csv" in found.json()["title"]


def test_each_format_has_a_tag_of_its_own(client: TestClient) -> None:
    tags = {
        client.get(EXPOSURE, headers={"Accept": kind}).headers["etag"] for kind in ("*/*", "text/csv", "text/turtle")
    }
    assert len(tags) == 3


@given(st.text(max_size=60))
def test_no_accept_header_breaks_it(header: str) -> None:
    assert acceptable(header, ("application/json", "text/csv")) in ("application/json", "text/csv", None)


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("text/csv", "text/csv; charset=utf-8"), ("TEXT/CSV", "text/csv; charset=utf-8"),
        ("text/*", "text/csv; charset=utf-8"),
        ("application/json;q=0.1, */*;q=0.5", "text/csv; charset=utf-8"), ("text/csv;q=0", None), ("image/*", None),
        ("text/csv;q=2, application/json;q=0.1", "application/json"),
    ],
)  # fmt: skip
def test_the_most_specific_range_decides(header: str, chosen: str | None) -> None:
    assert acceptable(header, ("application/json", "text/csv; charset=utf-8")) == chosen


# -- pages ---------------------------------------------------------------------------------------------------------
def test_links_lead_from_page_to_page(client: TestClient) -> None:
    address: str | None = "/v1/exposure?subject=all&risk=forced-labour&limit=20"
    ids: list[str] = []
    while address:
        page = client.get(address)
        assert client.get(address).headers.get("link") == page.headers.get("link")  # also where it is kept
        ids += [one["contract"]["id"] for one in page.json()["data"]["members"]]
        found = re.fullmatch('<([^>]+)>; rel="next"', page.headers.get("link", ""))
        assert bool(found) == bool(page.json()["page"]["next"])
        address = found[1] if found else None
    assert len(ids) == len(set(ids)) == page.json()["page"]["total"] > 60


# -- terms and docs ------------------------------------------------------------------------------------------------
def test_every_vocabulary_is_a_list(client: TestClient) -> None:
    listed = client.get("/v1/vocabularies").json()
    assert [one["name"] for one in listed] == list(vocabulary_names())
    for one in listed:
        terms = client.get(f"/v1/vocabularies/{one['name']}").json()
        assert [term["id"] for term in terms] == list(vocabulary(one["name"]).terms)
        assert one["terms"] == len(terms)
        assert all(term["sv"] and term["en"] for term in terms)
    missing = client.get("/v1/vocabularies/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_in_graph")


def test_the_docs_name_every_route_and_fetch_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    for path, methods in client.get("/v1/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page.text
    assert re.findall("<script[^>]*>", page.text) == ['<script type="module" src="/static/docs.mjs">']
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page.text)
    assert 'name="risk" value="forced-labour"' in page.text


def test_nothing_is_deprecated_and_no_header_says_so(client: TestClient) -> None:
    document = client.get("/v1/openapi.json").json()
    assert not [p for p, methods in document["paths"].items() for one in methods.values() if one.get("deprecated")]
    assert "deprecation" not in client.get(EXPOSURE).headers
