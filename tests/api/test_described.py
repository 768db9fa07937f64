"""HTTP as its own OpenAPI document describes it, asked by a tool that knows nothing else of us."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from api.app import create_app
from api.settings import DEMO_VALID_AT, Settings

# That a period must not end before it begins, and that a name must fit the question, OpenAPI has no words for: a
# request may fit the document and be refused with 422.
ACCEPTED = ["2xx", "404", "409", "422", "503"]
CALM = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@pytest.fixture(scope="module")
def schema(demo_settings: Settings) -> Iterator[Any]:
    app = create_app(demo_settings, valid_at=DEMO_VALID_AT, seconds=1_000, hosts=["testserver"])
    accepted = {"positive_data_acceptance": {"expected-statuses": ACCEPTED}}
    # The first question of a kind may have to compile a kernel, on a busy machine.
    config = SchemathesisConfig.from_dict({"checks": accepted, "request-timeout": 300})
    with TestClient(app, base_url="http://127.0.0.1"):
        yield schemathesis.openapi.from_asgi("/v1/openapi.json", app, config=config)


EVERY_CHECK = [CHECKS.get_one(name) for name in CHECKS.get_all_names()]


def ask(schema: Any, each: int) -> int:
    """Ask every route so many drawn questions that fit the document, and so many that do not; gives how many."""
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        takes_any = bool(operation.definition.raw.get("parameters"))
        for mode in GenerationMode if takes_any else [GenerationMode.POSITIVE]:

            @given(case=operation.as_strategy(generation_mode=mode))
            @settings(max_examples=each, deadline=None, suppress_health_check=CALM)
            def agrees(case: Any) -> None:
                nonlocal asked
                asked += 1
                case.call_and_validate(checks=EVERY_CHECK)

            agrees()
    return asked


def test_every_route_does_what_it_says(schema: Any) -> None:
    assert ask(schema, 10) >= 200


@pytest.mark.soak
def test_every_route_does_what_it_says_ten_thousand_times(schema: Any) -> None:
    assert ask(schema, 400) >= 10_000


def test_errors_are_described_as_they_are_sent(demo_settings: Settings) -> None:
    with TestClient(create_app(demo_settings), base_url="http://127.0.0.1") as client:
        paths = client.get("/v1/openapi.json").json()["paths"]
        for path, operations in paths.items():
            for operation in operations.values():
                errors = {status: r for status, r in operation["responses"].items() if status >= "400"}
                assert {"404", "405", "422", "500", "503", "507"} <= errors.keys(), path
                for response in errors.values():
                    assert [*response["content"]] == ["application/problem+json"]
        sent = client.post("/v1/search")
        assert (sent.status_code, sent.headers["content-type"]) == (405, "application/problem+json")
        assert "GET" in sent.headers["allow"]
