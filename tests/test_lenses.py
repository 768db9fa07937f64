"""A lens is declared once, here or in another package, and found by command, API and page; figures carry its name."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.ask import ask
from api.service import Service, When
from api.settings import DEMO_VALID_AT, Settings
from graph.questions.declared.exposure import Exposure
from graph.questions.declared.figures import FiguresOfLens
from graph.questions.lenses import lenses
from tests.installed import Run, installed
from visualisation.words import LANGUAGES

KALMAR = "se-orgnr:2321000073"
AT = ("--valid-at", "2026-11-01")


@pytest.fixture
def other_package(tmp_path: Path, demo_settings: Settings) -> Run:
    """The lens that docs/how-to/extend.md shows, one that takes the name of ours, and one that is not there."""
    more = {"kedja.lenses": "absent = our_lenses.absent:X\ntaken = our_lenses.taken:A"}
    run = installed(tmp_path, "our_lenses", demo_settings.store, more)
    (tmp_path / "site" / "our_lenses" / "taken.py").write_text(
        "from our_lenses.told import Told\nclass A(Told):\n    name = 'A'\n"
    )
    return run


def test_a_lens_of_another_package_is_found_by_the_command(other_package: Run) -> None:
    kedja = ("-m", "api.cli")
    told = other_package(*kedja, "figures", "--help")
    assert "told (steps assessed)" in " ".join(told.stdout.split())
    assert "our_lenses.absent:X of our-lenses declares no lens: ModuleNotFoundError" in told.stderr
    assert "our_lenses.taken:A of our-lenses declares no lens: there is another A" in told.stderr
    done = other_package(*kedja, "figures", KALMAR, "--lens", "told", "--json", *AT)
    data = json.loads(done.stdout)["data"]
    assert (data["lens"], data["unit"]) == ("told", "share of the steps")
    assert data["figures"]
    assert all(0 <= row["low"] == row["high"] <= 1 for row in data["figures"])
    refused = other_package(*kedja, "figures", KALMAR, "--lens", "B", *AT)
    assert "B is not a lens." in refused.stderr
    assert "A, told" in refused.stderr


EVERYWHERE = """
import json, sys
from pathlib import Path
from fastapi.testclient import TestClient
from api.app import create_app
from api.settings import DEMO_VALID_AT, Settings
with TestClient(create_app(Settings(sys.argv[1], Path(sys.argv[2])), valid_at=DEMO_VALID_AT, seconds=600),
                base_url="http://127.0.0.1") as client:
    print(json.dumps([client.get(path).text for path in sys.argv[3:]]))
"""


def test_a_lens_of_another_package_is_found_by_api_page_and_export(other_package: Run, demo_settings: Settings) -> None:
    asked = f"subject={KALMAR}&risk=forced-labour&lens=told"
    paths = (f"/v1/figures?{asked}", f"/figures?{asked}&lang=en", f"/export/figures.csv?{asked}", "/v1/openapi.json")
    done = other_package("-c", EVERYWHERE, demo_settings.store, str(demo_settings.cache), *paths)
    assert done.returncode == 0, done.stderr
    answer, page, table, document = json.loads(done.stdout)
    rows = json.loads(answer)["data"]["figures"]
    assert {row["lens"] for row in rows} == {"told"}
    assert "Steps assessed (share of the steps)" in html.unescape(page)
    assert all(row["contract"]["name"] in html.unescape(page) for row in rows)
    assert table.count("told") >= len(rows)
    described = json.loads(document)["paths"]["/v1/figures"]["get"]["parameters"]
    assert any("told (steps assessed)" in one.get("description", "") for one in described)


def test_lens_a_says_of_each_contract_what_its_exposure_says(demo: Service) -> None:
    figures = ask(demo, When(), FiguresOfLens(subject=KALMAR, risk="forced-labour"))
    exposed = ask(demo, When(), Exposure(subject=KALMAR, risk="forced-labour"))
    assert figures.data is not None
    assert exposed.data is not None
    members = exposed.data.members
    worst = {one.contract.id: max((f.severity for f in one.figures), default=None) for one in members}
    assert {row.contract.id: row.severity for row in figures.data.figures} == worst
    assert {f.lens for one in members for f in one.figures} == {"A"}
    for row in figures.data.figures:
        assert (row.low is None) == (row.high is None) == (row.severity is None)
        assert row.high is None or row.low is None or row.low <= row.high


def test_every_lens_says_what_it_is_in_both_languages() -> None:
    assert not lenses().broken
    for one in lenses().known.values():
        assert all(label.get(lang) for label in (one.title, one.unit) for lang in LANGUAGES)


def test_what_is_no_lens_is_refused_over_http(demo_settings: Settings) -> None:
    with TestClient(
        create_app(demo_settings, valid_at=DEMO_VALID_AT, seconds=600), base_url="http://127.0.0.1"
    ) as client:
        refused = client.get("/v1/figures", params={"subject": KALMAR, "risk": "forced-labour", "lens": "Z"})
    assert refused.status_code == 422
    assert "Use one of A" in refused.text
