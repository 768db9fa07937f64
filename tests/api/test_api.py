"""The HTTP API on the demonstration data, through the real application."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import DEMO_VALID_AT, Settings

KALMAR = "se-orgnr:2321000073"
CONTRACT = "demo:contract-gloves-kalmar"
FACTORY = "demo:site-klang-4"


@pytest.fixture(scope="module")
def client(demo_settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(demo_settings, valid_at=DEMO_VALID_AT), base_url="http://127.0.0.1") as client:
        yield client


def get(client: TestClient, path: str, **query: Any) -> Any:
    response = client.get(path, params=query)
    assert response.status_code == 200, response.text
    return response.json()


def test_health_names_the_publication(client: TestClient) -> None:
    assert get(client, "/healthz") == {"status": "ok", "publication": 3, "known_at": "2026-11-02T08:00:00Z"}


def test_a_hit_says_what_it_is_where_and_what_it_belongs_to(client: TestClient) -> None:
    hits = get(client, "/v1/search", q="handskar malaysia", type="Site")["hits"]
    plant = next(hit for hit in hits if hit["name"] == "Selat Biru Plant 4")
    assert (plant["country"], plant["countries"]) == ("MY", ["MY"])
    assert [whole["name"] for whole in plant["part_of"]] == ["Selat Biru Glove Sdn. Bhd."]
    assert [kind["type"] for kind in plant["kinds"]] == ["Product"]


def test_search_finds_a_name_without_its_diacritics(client: TestClient) -> None:
    names = [hit["name"] for hit in get(client, "/v1/search", q="region skane")["hits"]]
    assert names[0] == "Region Skåne"


def test_an_entity_answers_by_id_and_by_any_identifier_with_or_without_its_scheme(client: TestClient) -> None:
    by_key = get(client, f"/v1/entities/{KALMAR}")
    bare = get(client, "/v1/entities/2321000073")
    by_id = get(client, f"/v1/entities/{by_key['data']['node']['id']}")
    assert by_key["data"] == bare["data"] == by_id["data"]
    assert by_key["data"]["node"]["name"] == "Region Kalmar län"


def test_a_valid_identifier_that_is_not_in_the_graph_is_no_clean_score(client: TestClient) -> None:
    for path, query in (
        ("/v1/exposure", {"subject": "5566778899", "risk": "forced-labour"}),
        ("/v1/entities/se-orgnr:5566778899", {}),
        ("/v1/trace", {"start": "lei:213800KUD8LAJWSQ9D15"}),
        ("/v1/affected", {"start": "cpv:99999999"}),
    ):
        answer = get(client, path, **query)
        assert answer["knowledge"] == "not_in_graph"
        assert answer["data"] is None


def test_a_code_that_is_not_in_the_graph_says_which_narrower_ones_are(client: TestClient) -> None:
    for path, query in (
        ("exposure", {"subject": "cpv:33000000", "risk": "forced-labour"}),
        ("trace", {"start": "33000000"}),
    ):
        answer = get(client, f"/v1/{path}", **query)
        assert answer["knowledge"] == "not_in_graph"
        found = answer["narrower"]
        assert found["codes"][0] == "cpv:33100000"
        assert found["total"] >= len(found["codes"]) > 0
    page = client.get("/affected", params={"start": "cpv:33000000"}, headers={"accept": "text/html"}).text
    assert "cpv:33100000" in page
    assert "kedja load cpv" in page
    assert "narrower" not in get(client, "/v1/affected", start="cpv:99000000")
    assert "narrower" not in get(client, "/v1/affected", start=KALMAR)


def test_a_name_that_is_not_in_the_graph_is_a_problem_with_a_remedy(client: TestClient) -> None:
    response = client.get("/v1/exposure", params={"subject": "Zzyzx AB", "risk": "forced-labour"})
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "not_in_graph"
    assert "search" in response.json()["detail"]


def test_a_name_that_fits_several_lists_them(client: TestClient) -> None:
    response = client.get("/v1/trace", params={"start": "Region"})
    assert response.status_code == 409
    assert len(response.json()["candidates"]) > 1


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/exposure", {"subject": KALMAR, "risk": "forced-labor-ish"}),
        ("/v1/exposure", {"subject": KALMAR}),
        ("/v1/trace", {"start": CONTRACT, "direction": "sideways"}),
        ("/v1/trace", {"start": CONTRACT, "max_tier": 100_000}),
        ("/v1/trace", {"start": CONTRACT, "valid_at": "yesterday"}),
        ("/v1/trace", {"start": CONTRACT, "known_at": "2026-01-01T00:00:00"}),
        ("/v1/trace", {"start": CONTRACT, "during_from": "2026-01-01"}),
        ("/v1/trace", {"start": CONTRACT, "during_from": "2026-01-02", "during_to": "2026-01-01"}),
        ("/v1/search", {"q": "x", "type": "Factory"}),
        ("/v1/search", {"q": "x" * 400}),
        ("/v1/paths", {"source": FACTORY, "target": CONTRACT, "k": 1001}),
    ],
)
def test_a_bad_request_is_a_problem_that_says_what_is_wrong(
    client: TestClient, path: str, query: dict[str, Any]
) -> None:
    response = client.get(path, params=query)
    assert response.status_code == 422
    body = response.json()
    assert body["code"] == "bad_input"
    assert body["detail"]


def test_the_same_question_gives_the_same_bytes(client: TestClient) -> None:
    query = {"subject": KALMAR, "risk": "forced-labour"}
    assert client.get("/v1/exposure", params=query).content == client.get("/v1/exposure", params=query).content


def test_every_answer_states_both_clocks_snapshot_method_evidence_and_that_it_is_a_demonstration(
    client: TestClient,
) -> None:
    for path, query in (
        ("/v1/exposure", {"subject": KALMAR, "risk": "forced-labour"}),
        ("/v1/trace", {"start": CONTRACT}),
        ("/v1/affected", {"start": FACTORY}),
        ("/v1/paths", {"source": FACTORY, "target": CONTRACT}),
    ):
        brief = get(client, path, **query)["evidence"]
        answer = get(client, path, **query, evidence="full")
        assert brief["facts"] == []
        assert {**answer["evidence"], "facts": []} == brief
        assert answer["as_of"]["valid_at"] == "2026-11-01"
        assert answer["as_of"]["known_at"] == "2026-11-02T08:00:00Z"
        assert answer["as_of"]["publication"] == 3
        topology, _, weights = answer["snapshot"].partition("/")
        assert len(topology) == len(weights) == 64
        assert answer["method"] == {"name": "spine", "version": "2"}
        assert answer["evidence"]["links"]
        assert {fact["id"] for fact in answer["evidence"]["facts"]} >= set(answer["evidence"]["links"])
        assert answer["evidence"]["cited"][0]["title"]
        assert answer["demonstration"] is True


def test_a_known_at_before_everything_was_loaded_knows_nothing(client: TestClient) -> None:
    answer = get(client, "/v1/exposure", subject=KALMAR, risk="forced-labour", known_at="2026-11-01T00:00:00Z")
    assert answer["knowledge"] == "not_in_graph"


def test_runs_are_listed_newest_first(client: TestClient) -> None:
    runs = get(client, "/v1/runs")
    assert [run["publication"] for run in runs] == [3, 2, 1]
    assert all(run["counts"]["rows_in"] == run["counts"]["accepted"] + run["counts"]["rejected"] for run in runs)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "localhost.evil.example:8000"])
def test_another_host_name_is_refused(client: TestClient, host: str) -> None:
    response = client.get("/healthz", headers={"host": host})
    assert response.status_code == 421
    assert response.json()["code"] == "wrong_host"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_this_machine_is_answered(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == 200


def test_a_host_that_was_given_is_answered(demo_settings: Settings) -> None:
    with TestClient(create_app(demo_settings, hosts=["kedja.example"]), base_url="http://kedja.example") as client:
        assert client.get("/healthz").status_code == 200


def test_a_question_that_takes_too_long_is_cut_off_with_a_remedy(demo_settings: Settings) -> None:
    with TestClient(create_app(demo_settings, seconds=0.0), base_url="http://127.0.0.1") as client:
        response = client.get("/v1/trace", params={"start": CONTRACT})
        assert response.status_code == 503
        assert response.json()["code"] == "over_limit"


def test_pages_keep_to_themselves(client: TestClient) -> None:
    headers = client.get("/").headers
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"


GIVEN = ("/v1/jobs/", "/v1/answers/")
"""Addresses that an earlier answer gives: no example is there before."""


def test_the_openapi_examples_can_be_executed(client: TestClient) -> None:
    described = get(client, "/v1/openapi.json")
    asked = 0
    for path, operations in described["paths"].items():
        if "get" not in operations or path.startswith(GIVEN):
            continue
        query, address = {}, path
        for parameter in operations["get"].get("parameters", []):
            examples = parameter.get("schema", {}).get("examples") or parameter.get("examples")
            if examples is None:
                assert not parameter["required"], f"{path} {parameter['name']} has no example"
                continue
            value = examples[0]
            if parameter["in"] == "path":
                address = address.replace("{" + parameter["name"] + "}", str(value))
            else:
                query[parameter["name"]] = value
        response = client.get(address, params=query)
        assert response.status_code == 200, (path, response.text)
        body = response.json() if response.headers["content-type"] == "application/json" else response.text
        assert not isinstance(body, dict) or body.get("knowledge", "known") == "known", path
        asked += 1
    assert asked >= 30
    assert json.dumps(described)
