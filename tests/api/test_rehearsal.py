"""A load is tried in a copy: what would change is told, and nothing is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from api.app import create_app
from api.cli import app
from api.settings import Settings
from graph.sqlite import open as open_store
from ontology.records import Secrecy
from tests.contract.saying import ALL, whole

SOURCE = "field,value\nseries,dry\nedition,{}\ntitle,Dry\npublisher,A publisher\nsecrecy,{}\n"
GOODS = {
    "contracts": "id,name\nlocal:dry-1,Gloves\nlocal:dry-2,Beds\n",
    "steps": "id,name\nlocal:step,Making gloves\n",
    "delivered_under": "from,to\nlocal:step,local:dry-1\n",
}


def folder_of(place: Path, edition: str, tables: dict[str, str], secrecy: str = "public") -> Path:
    place.mkdir(exist_ok=True)
    for name, text in {"source": SOURCE.format(edition, secrecy), **tables}.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def kedja(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEDJA_LANG", "en")
    monkeypatch.setenv("KEDJA_STORE", f"sqlite:///{tmp_path / 'k.sqlite'}")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, arguments)

    return run


def test_a_dry_run_of_a_first_load_makes_no_store(kedja: Callable[..., Result], tmp_path: Path) -> None:
    done = kedja("load", str(folder_of(tmp_path / "one", "1", GOODS)), "--dry-run")
    assert done.exit_code == 0, done.output
    assert "Tried in a copy: nothing is stored." in done.stdout
    assert "4 rows, 4 accepted, 0 rejected" in done.stdout
    assert not (tmp_path / "k.sqlite").exists()


def test_a_dry_run_names_the_contracts_that_would_change(kedja: Callable[..., Result], tmp_path: Path) -> None:
    assert kedja("load", str(folder_of(tmp_path / "one", "1", GOODS))).exit_code == 0
    with open_store(tmp_path / "k.sqlite") as store:
        before = whole(store, store_at(store))
    risky = {
        "risk_assessments": "id,name,of type,about,severity,likelihood\n"
        "local:said,Said of it,risk:forced-labour,local:step,3,0.5\n",
        "contracts": "id,name\nlocal:dry-1,Gloves\nlocal:dry-3,Aprons\n",
    }
    done = kedja("load", str(folder_of(tmp_path / "one", "2", GOODS | risky)), "--dry-run")
    assert done.exit_code == 0, done.output
    assert "Forced labour: 1 contracts change, 1 are new, 1 go" in done.stdout
    assert "Gloves: Unknown → Severe, low" in done.stdout
    assert "Aprons: no such contract → Unknown" in done.stdout
    assert "Beds: Unknown → no such contract" in done.stdout
    with open_store(tmp_path / "k.sqlite") as store:
        assert whole(store, store_at(store)) == before
        assert [run.state for run in store.runs()] == ["published"]


def store_at(store: Any) -> Any:
    from tests.contract.saying import now

    return now(store, ALL)


def test_the_same_file_again_changes_nothing(kedja: Callable[..., Result], tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "one", "1", GOODS)
    kedja("load", str(folder))
    assert "already loaded: nothing changed" in kedja("load", str(folder), "--dry-run").stdout


def test_the_rejects_of_a_run_are_shown_at_its_clearance_and_erased(
    kedja: Callable[..., Result], tmp_path: Path
) -> None:
    bad = {"contracts": "id,name\nlocal:dry-1,\nlocal:dry-2,Beds\n"}
    kedja("load", str(folder_of(tmp_path / "one", "1", bad, "internal")))
    assert kedja("runs", "--rejects", "1").exit_code == 1
    shown = kedja("runs", "--rejects", "1", "--clearance", "internal")
    header, row = shown.stdout.splitlines()[:2]
    assert header.lstrip("\ufeff").startswith("File")
    assert "contracts" in row.casefold()
    (said,) = json.loads(kedja("runs", "--rejects", "1", "--clearance", "internal", "--json").stdout)
    assert (said["reason"], said["row"]) == ("missing", 2)
    settings = Settings(f"sqlite:///{tmp_path / 'k.sqlite'}", tmp_path / "cache")
    for clearance, status in ((Secrecy.PUBLIC, 404), (Secrecy.INTERNAL, 200)):
        with TestClient(create_app(settings, clearance=clearance), base_url="http://127.0.0.1") as client:
            answered = client.get("/v1/runs/1/rejects")
            assert answered.status_code == status
    assert answered.json() == [said]
    assert "1 rejects of run 1 are gone" in kedja("erase", "--rejects", "1", "--reason", "a name").output


def test_erase_wants_ids_or_a_run(kedja: Callable[..., Result], tmp_path: Path) -> None:
    assert kedja("erase", "--reason", "none").exit_code != 0
