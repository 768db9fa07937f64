"""Exposure and status of many in one request: a line for each, answered or explained, as the single question says."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.bulk import bulk
from api.cli import app as commands
from api.names import Line as Written
from api.service import Service, When
from api.settings import DEMO_VALID_AT, MAX_BODY, Settings
from graph import budget
from graph.answer import Links
from graph.questions.declared.exposure import Exposure
from graph.questions.many import Groups
from graph.questions.question import Reading, questions

RISK = {"risk": "forced-labour"}
KALMAR, PLANT, INCIDENT = "se-orgnr:2321000073", "demo:site-klang-4", "demo:incident-klang"
GROUPS = ("Contract", "Organisation", "Category", "Product", "Site", "Place", "Step", "Lot", "Procurement")


@pytest.fixture(scope="module")
def client(demo_settings: Settings) -> Iterator[TestClient]:
    app = create_app(demo_settings, valid_at=DEMO_VALID_AT, seconds=600)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def lines(client: TestClient, names: list[str], path: str = "/v1/exposure", **query: str) -> list[dict[str, Any]]:
    response = client.post(path, json=names, params=query or RISK)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in response.text.splitlines()]


# -- a line says what the question says --------------------------------------------------------------------------
@pytest.mark.parametrize("risk", ["forced-labour", "human-rights"])
def test_a_line_says_what_the_question_about_the_same_says(demo: Service, risk: str) -> None:
    reading = Reading(demo.snapshot(When()), demo.store)
    of_each = Groups(reading.snapshot, risk)
    subjects = [reading.snapshot.id(int(v)) for name in GROUPS for v in reading.snapshot.of_type(name)[::12]]
    statuses: Counter[str] = Counter()
    for subject in ("all", *subjects):
        line = of_each.line(subject)
        answer = Exposure(subject=subject, risk=risk, members=5_000).compute(reading).data
        assert answer is not None
        known = Counter(member.knowledge for member in answer.members)
        assert (line.contracts, line.view, line.levels, line.other_days) == (
            answer.contracts, answer.view, answer.levels, answer.other_days,
        )  # fmt: skip
        assert (line.reached, line.supplier_link_only, line.unknown, line.none_found) == (
            known["reached"], known["supplier_link_only"], known["unknown"], known["none_found"],
        )  # fmt: skip
        plain = [f.model_copy(update={"path": None, "high_statement": None}) for f in answer.worst]
        order = {f: (f.severity, f.links is Links.ITEM, f.low, f.high) for f in plain}
        assert line.worst == max(plain, key=order.__getitem__, default=None)
        statuses[line.status] += 1
    assert len(subjects) > 30
    assert len(statuses) >= 2


def test_any_question_about_one_thing_is_asked_of_many(client: TestClient) -> None:
    asked = {name for name, question in questions().items() if question.one()}
    assert {"exposure", "risks", "affected", "entity"} <= asked
    (found,) = lines(client, [KALMAR], "/v1/entities", valid_at="2026-11-01")
    one = client.get(f"/v1/entities/{KALMAR}", params={"evidence": "full"}).json()
    assert found["answer"] == one
    assert found["answer"]["evidence"]["records"]


# -- answered or explained ---------------------------------------------------------------------------------------
def test_each_line_is_answered_or_says_why_not_in_the_order_given(client: TestClient) -> None:
    asked = [KALMAR, "se-orgnr:5566778899", INCIDENT, "all", "no such thing", " ", "2321000073", "x" * 400]
    found = lines(client, asked)
    assert [line["line"] for line in found] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [line["asked"] for line in found] == [text.strip() for text in asked]
    assert [line["outcome"] for line in found] == [
        "answered", "not_in_graph", "refused", "answered", "not_in_graph", "refused", "answered", "refused",
    ]  # fmt: skip
    assert [bool(line["answer"]) for line in found] == [not line["why"] for line in found]
    assert "Incident is not a group of contracts" in found[2]["why"]
    assert found[0]["found"]["name"] == "Region Kalmar län"
    assert found[0]["answer"]["status"] == "reached"
    assert {line["as_of"]["valid_at"] for line in found} == {"2026-11-01"}


def test_of_an_ambiguous_line_all_that_it_fits_is_named(tmp_path: Path) -> None:
    from api.stores import open_store
    from tests.contract.saying import company, load, source

    settings = Settings(f"sqlite:///{tmp_path / 's.sqlite'}", tmp_path / "cache")
    with open_store(settings.store, create=True) as store:
        load(store, source(), [company("local:a", "Ada AB"), company("local:b", "Ada AB")])
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        (found,) = lines(client, ["Ada AB"])
    assert found["outcome"] == "ambiguous"
    assert {one["name"] for one in found["candidates"]} == {"Ada AB"}
    assert len(found["candidates"]) == 2


def test_a_group_without_a_contract_on_the_day_says_when_it_had_one(client: TestClient) -> None:
    (found,) = lines(client, [KALMAR], **RISK, valid_at="2015-01-01")
    assert found["answer"]["status"] == "no_contracts"
    assert found["answer"]["other_days"]["since"]


# -- limits ------------------------------------------------------------------------------------------------------
def test_what_is_too_much_is_refused_with_the_limit(client: TestClient) -> None:
    many = client.post("/v1/exposure", json=["x"] * 10_001, params=RISK)
    assert (many.status_code, "10000" in many.json()["detail"]) == (422, True)
    body = b"[" + b" " * MAX_BODY + b"]"
    for sent in (body, iter((body[:1_000_000], body[1_000_000:]))):  # the second does not tell its length
        large = client.post("/v1/exposure", content=sent, params=RISK, headers={"Content-Type": "application/json"})
        assert (large.status_code, large.json()["code"]) == (413, "over_limit")
        assert f"{MAX_BODY:,}" in large.json()["title"]
    for names, query in (([], RISK), ([KALMAR], {}), ([KALMAR], RISK | {"risq": "x"}), ([KALMAR], {"risk": "nothing"})):
        assert client.post("/v1/exposure", json=names, params=query).status_code == 422


def test_ten_thousand_identifiers_are_answered_in_one_request(client: TestClient) -> None:
    asked = [KALMAR, "all", *(f"se-orgnr:{number}" for number in range(2_000_000_000, 2_000_009_998))]
    found = lines(client, asked)
    assert [line["asked"] for line in found] == asked
    assert Counter(line["outcome"] for line in found) == {"answered": 2, "not_in_graph": 9_998}


def test_lines_are_computed_as_they_are_taken(demo: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[str] = []
    plain = Groups.line

    def line(self: Groups, subject: str) -> Any:
        computed.append(subject)
        return plain(self, subject)

    monkeypatch.setattr(Groups, "line", line)
    stream = bulk(demo, demo.standing(When()), Exposure, RISK, [Written(n, KALMAR) for n in range(1, 101)])
    assert [one.line for one in islice(stream, 3)] == [1, 2, 3]
    assert len(computed) == 3


def test_when_the_time_is_up_each_line_left_says_so(demo: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Groups.line

    def line(self: Groups, subject: str) -> Any:
        found = plain(self, subject)
        mine.stop(budget.Why.TIME)
        return found

    monkeypatch.setattr(Groups, "line", line)
    with budget.within(budget.Budget(1_000)) as mine:
        found = list(bulk(demo, demo.standing(When()), Exposure, RISK, [Written(n, KALMAR) for n in (1, 2, 3)]))
    assert [one.outcome for one in found] == ["answered", "not_answered", "not_answered"]
    assert all("longer than" in one.why for one in found[1:])


# -- the command -------------------------------------------------------------------------------------------------
def test_the_command_reads_lists_as_affected_does_and_writes_each_kind_of_file(
    demo_settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Namn;Orgnr;Land\nRegion Kalmar;2321000073;SE\n=Nobody;5566778899;SE\n\n", "utf-8")

    def run(*more: str) -> Any:
        asked = ["exposure", "--names", str(file), "--valid-at", "2026-11-01", "--store", demo_settings.store, *more]
        return CliRunner().invoke(commands, asked, catch_exceptions=False)

    told = run("--lang", "en", "--out", str(tmp_path / "x.csv"))
    assert told.exit_code == 0
    header, first, second = (line.split("\t") for line in told.stdout.splitlines())
    assert dict(zip(header, first, strict=True))["name in the graph"] == "Region Kalmar län"
    assert dict(zip(header, first, strict=True))["Severity reached"] == "Very severe"
    assert second[2] == "not in the graph"
    rows = list(csv.reader((tmp_path / "x.csv").read_text("utf-8-sig").splitlines()))
    assert [row[:3] for row in rows] == [header[:3], first[:3], second[:3]]
    assert run("--json").stdout.splitlines()[1].startswith('{"line":3')
    assert run("--out", str(tmp_path / "x.xlsx")).exit_code == 0
    assert (tmp_path / "x.xlsx").read_bytes().startswith(b"PK")
    assert run("--out", str(tmp_path / "x.ndjson"), "--lang", "sv").exit_code == 0
    assert len((tmp_path / "x.ndjson").read_text().splitlines()) == 2
