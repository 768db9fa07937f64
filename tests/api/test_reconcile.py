"""OpenRefine's reconciliation 0.2: what the specification demands, and a client of PyPI at a running Kedja."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from reconciler import reconcile

from api.app import create_app
from api.reconcile import MOST_QUERIES
from api.reconcile_routes import ORIGINS, PATH
from api.settings import DEMO_VALID_AT, Settings
from tests.conftest import ROOT
from tests.serving import serving

SCHEMAS = json.loads((ROOT / "tests" / "data" / "reconciliation" / "schemas.json").read_text("utf-8"))
KALMAR, PLANT = "Region Kalmar län", "Selat Biru Plant 4"


@pytest.fixture(scope="module")
def client(demo_settings: Settings) -> Iterator[TestClient]:
    app = create_app(demo_settings, valid_at=DEMO_VALID_AT, seconds=600)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def checked(client: TestClient, kind: str, path: str = "", **given: Any) -> Any:
    """The answer, which fits the schema; parameters that are no text are sent as JSON."""
    params = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    found = client.get(PATH + path, params=params)
    assert found.status_code == 200, found.text
    jsonschema.validate(found.json(), SCHEMAS[kind])
    if kind in ("results", "extension"):
        assert client.post(PATH, data=params).json() == found.json()
    return found.json()


def best(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = checked(client, "results", queries={"q0": query})["q0"]["result"]
    return found


def test_the_manifest_names_services_that_answer(client: TestClient) -> None:
    told = checked(client, "manifest")
    assert {one["id"] for one in told["defaultTypes"]} >= {"Organisation", "Site"}
    for place in (*told["suggest"].values(),):
        assert client.get(place["service_url"] + place["service_path"], params={"prefix": "or"}).json()["result"]
    (plant, *_) = best(client, query=PLANT)
    shown = client.get(told["preview"]["url"].replace("{{id}}", plant["id"]))
    assert PLANT in shown.text
    assert ORIGINS[0] in shown.headers["content-security-policy"]
    assert PLANT in client.get(told["view"]["url"].replace("{{id}}", plant["id"])).text


def test_only_what_is_certain_is_a_match(client: TestClient) -> None:
    (name, *_) = best(client, query=KALMAR)
    assert (name["name"], name["score"], name["match"]) == (KALMAR, 100, True)
    (identifier, *_) = best(client, query="2321000073")
    assert (identifier["id"], identifier["match"]) == (name["id"], True)
    for text in ("Region Kalmar", "Selat Biru", "Regon Kalmar lan"):
        proposed = best(client, query=text)
        assert proposed
        assert not any(one["match"] for one in proposed)
        assert [one["score"] for one in proposed] == sorted((one["score"] for one in proposed), reverse=True)
    assert best(client, query="no such name anywhere zzqx") == []


def test_types_and_what_is_told_beside_the_name_count(client: TestClient) -> None:
    assert {one["type"][0]["id"] for one in best(client, query="Selat Biru", type="Site")} == {"Site"}
    both = best(client, query="Selat Biru", type=["Site", "Organisation"])
    assert {one["type"][0]["id"] for one in both} == {"Site", "Organisation"}
    (plant, *_) = best(client, query=PLANT, type="Site", properties=[{"pid": "country", "v": "MY"}])
    (elsewhere, *_) = best(client, query=PLANT, type="Site", properties=[{"pid": "country", "v": ["Sweden"]}])
    assert (plant["id"], plant["match"], elsewhere["match"]) == (elsewhere["id"], True, False)
    assert elsewhere["score"] < plant["score"]
    by_number = best(client, query="Kalmarregionen", properties=[{"pid": "se-orgnr", "v": "2321000073"}])
    assert (by_number[0]["name"], by_number[0]["match"]) == (KALMAR, True)
    assert [one["match"] for one in best(client, properties=[{"pid": "se-orgnr", "v": {"id": "2321000073"}}])] == [True]


def test_columns_of_what_was_found(client: TestClient) -> None:
    (plant, *_), (region, *_) = best(client, query=PLANT, type="Site"), best(client, query=KALMAR)
    offered = {one["id"] for one in checked(client, "proposed", "/properties", type="Organisation")["properties"]}
    columns = ["country", "part_of", "se-orgnr", "status:forced-labour", "severity:forced-labour"]
    assert offered.issuperset(columns)
    extend = {"ids": [plant["id"], region["id"], "nobody"], "properties": [{"id": one} for one in columns]}
    found = checked(client, "extension", extend=extend)
    assert [one["id"] for one in found["meta"]] == columns
    rows = found["rows"]
    assert rows[plant["id"]]["country"] == [{"str": "MY"}]
    assert [whole["name"] for whole in rows[plant["id"]]["part_of"]] == ["Selat Biru Glove Sdn. Bhd."]
    assert rows[region["id"]]["se-orgnr"] == [{"str": "2321000073"}]
    assert rows[region["id"]]["status:forced-labour"] == [{"str": "reached"}]
    assert rows[region["id"]]["severity:forced-labour"] == [{"int": 4}]
    assert set(map(str, rows["nobody"].values())) == {"[]"}


def test_a_severity_that_is_not_known_is_no_blank_and_no_number(client: TestClient) -> None:
    contracts = client.get("/v1/exposure", params={"subject": "all", "risk": "bribery"}).json()["data"]["members"]
    unknown = next(one["contract"]["id"] for one in contracts if one["knowledge"] == "unknown")
    found = checked(client, "extension", extend={"ids": [unknown], "properties": [{"id": "severity:bribery"}]})
    assert found["rows"][unknown] == {"severity:bribery": [{"str": "unknown"}]}


def test_what_cannot_be_read_is_a_problem(client: TestClient) -> None:
    many = {str(n): {"query": "x"} for n in range(MOST_QUERIES + 1)}
    for given in (
        {"queries": "{"}, {"queries": '{"a": {}}', "extend": "{}"}, {"queries": '{"a": {"query": "x", "limitt": 1}}'},
        {"queries": json.dumps(many)}, {"queries": '{"a": {"query": "x", "type": "Nothing"}}'},
        {"extend": '{"ids": []}'}, {"queries": ""},
    ):  # fmt: skip
        for found in (client.get(PATH, params=given), client.post(PATH, data=given)):
            assert (found.status_code, found.json()["code"]) == (422, "bad_input"), given
    assert client.get(f"{PATH}/preview", params={"id": "nobody"}).status_code == 404


def test_only_openrefine_may_read_it_from_another_page(client: TestClient) -> None:
    allowed = {
        origin: client.get(PATH, headers={"Origin": origin}).headers.get("access-control-allow-origin")
        for origin in (*ORIGINS, "https://elsewhere.example")
    }
    assert allowed == {ORIGINS[0]: ORIGINS[0], ORIGINS[1]: ORIGINS[1], "https://elsewhere.example": None}


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # reconciler 0.2.2 on pandas 3
def test_the_client_of_pypi_reconciles_a_column(demo_settings: Settings) -> None:
    with serving(demo_settings) as address:
        column = pd.Series([KALMAR, "Selat Biru", KALMAR, "Region Skåne"])
        found = reconcile(column, type_id="Organisation", top_res=1, reconciliation_endpoint=f"{address}{PATH}")
    by_value = {row["input_value"]: row for row in found.to_dict("records")}
    assert by_value.keys() == set(column)
    assert (by_value[KALMAR]["name"], by_value[KALMAR]["match"], by_value[KALMAR]["type_id"]) == (
        KALMAR, True, "Organisation",
    )  # fmt: skip
    assert not by_value["Selat Biru"]["match"]
