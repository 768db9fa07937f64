"""A kept answer is derived anew and compared, to the last figure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.cli import app as commands
from api.service import Service, When
from api.settings import DEMO_VALID_AT, Settings
from api.verify import asked, differences
from graph.answer import Answer
from graph.questions.question import questions


def test_the_answer_to_every_question_tells_what_was_asked(demo: Service) -> None:
    from api.ask import ask

    tried = 0
    for name, question in questions().items():
        given = {p.name: (p.example,) if p.many else p.example for p in question.params().values() if p.required}
        answer = ask(demo, demo.standing(When()), question.of(given))
        if isinstance(answer, Answer) and name == answer.question.partition(" ")[0]:
            tried += 1
            assert differences(demo, json.loads(answer.model_dump_json())) == [], name
    assert tried >= 8


def test_a_value_with_spaces_and_signs_is_one_value() -> None:
    read = asked("affected start=Selat Biru = risk goods=a b risk=forced-labour")
    assert (read.start, read.goods, read.risk) == ("Selat Biru = risk", "a b", "forced-labour")  # type: ignore[attr-defined]


@pytest.fixture
def kept(demo_settings: Settings, tmp_path: Path) -> Path:
    """A page of an answer, from the HTTP API."""
    path = tmp_path / "answer.json"
    with TestClient(
        create_app(demo_settings, valid_at=DEMO_VALID_AT, seconds=600), base_url="http://127.0.0.1"
    ) as client:
        found = client.get("/v1/exposure?subject=all&risk=forced-labour&limit=20")
    assert found.json()["page"]["next"]
    path.write_bytes(found.content)
    return path


def run(demo_settings: Settings, file: Path) -> Any:
    return CliRunner().invoke(commands, ["verify", str(file), "--store", demo_settings.store])


def test_what_the_api_gave_is_the_same(demo_settings: Settings, kept: Path) -> None:
    done = run(demo_settings, kept)
    assert (done.exit_code, done.stdout.startswith("The same, derived anew: exposure subject=all")) == (0, True), (
        done.stdout
    )


@pytest.mark.parametrize("change", ["figure", "name", "snapshot", "left out"])
def test_whatever_was_changed_is_found(demo_settings: Settings, kept: Path, change: str) -> None:
    told = json.loads(kept.read_text("utf-8"))
    if change == "figure":
        told["data"]["worst"][0]["low"] += 1e-9
    elif change == "name":
        told["data"]["members"][3]["contract"]["name"] += "."
    elif change == "snapshot":
        told["snapshot"] = "0" * 64
    else:
        del told["data"]["members"][7]
    kept.write_text(json.dumps(told), "utf-8")
    done = run(demo_settings, kept)
    assert done.exit_code == 1
    place = {"figure": "data.worst[0].low", "name": "data.members[3].contract.name", "snapshot": "snapshot"}
    assert place.get(change, "data.members") in done.stdout


def test_what_is_no_answer_is_refused(demo_settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    for text in ("{}", "[", '{"question": "nothing"}'):
        file.write_text(text, "utf-8")
        with pytest.raises(Exception, match="no answer in JSON"):
            CliRunner().invoke(commands, ["verify", str(file), "--store", demo_settings.store], catch_exceptions=False)
