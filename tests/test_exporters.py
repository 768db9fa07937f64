"""An export format is declared once, here or in another package, and found everywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.ask import ask
from api.export import given
from api.service import Service, When
from api.settings import DEMO_VALID_AT, Settings
from graph.questions.declared.entity import Entity
from graph.questions.declared.trace import Trace
from tests.installed import Run, installed
from visualisation.exporters import exporters
from visualisation.words import LANGUAGES, Words

KALMAR = "demo:contract-gloves-kalmar"
AT = ("--valid-at", "2026-11-01")


@pytest.fixture
def other_package(tmp_path: Path, demo_settings: Settings) -> Run:
    """The exporter that docs/how-to/extend.md shows, one that takes a name of ours, and one that is not there."""
    run = installed(
        tmp_path,
        "our_exports",
        demo_settings.store,
        {"kedja.exporters": "absent = our_exports.absent:X\ntaken = our_exports.taken:CSV"},
    )
    (tmp_path / "site" / "our_exports" / "taken.py").write_text(
        "from dataclasses import replace\nfrom our_exports.dot import DOT\nCSV = replace(DOT, name='csv')\n"
    )
    return run


def test_a_format_of_another_package_is_written_by_the_command(other_package: Run, tmp_path: Path) -> None:
    kedja = ("-m", "api.cli")
    told = other_package(*kedja, "export", "--help")
    offered = re.search(r"--format <str> (.*?); else", " ".join(told.stdout.split()))
    assert offered
    assert {"csv", "dot", "graphml"} <= set(offered[1].split(", "))
    assert "our_exports.absent:X of our-exports declares no export format: ModuleNotFoundError" in told.stderr
    assert "our_exports.taken:CSV of our-exports declares no export format: there is another csv" in told.stderr
    # the file's ending tells the format
    done = other_package(*kedja, "export", "trace", KALMAR, "--out", "chain.dot", *AT)
    assert done.returncode == 0, done.stderr
    part = (tmp_path / "chain.dot").read_text(encoding="utf-8")
    assert part.startswith("digraph {")
    whole = other_package(*kedja, "export", "graph", "--format", "dot", *AT).stdout
    assert 0 < part.count(" -> ") < whole.count(" -> ")


EVERYWHERE = """
import json, sys
from pathlib import Path
from fastapi.testclient import TestClient
from api.app import create_app
from api.settings import DEMO_VALID_AT, Settings
from tools.reference import PAGES
said = {"reference": PAGES["exports.md"]() + PAGES["api.md"]()}
with TestClient(create_app(Settings(sys.argv[1], Path(sys.argv[2])), valid_at=DEMO_VALID_AT, seconds=600),
                base_url="http://127.0.0.1") as client:
    for path in sys.argv[3:]:
        response = client.get(path)
        said[path] = [response.status_code, response.headers["content-type"], response.text]
print(json.dumps(said))
"""


def test_a_format_of_another_package_is_in_the_api_the_pages_and_the_reference(
    other_package: Run, demo_settings: Settings
) -> None:
    paths = (f"/export/paths.dot?source=demo:site-klang-4&target={KALMAR}", "/v1/exports", f"/tier?start={KALMAR}")
    done = other_package("-c", EVERYWHERE, demo_settings.store, str(demo_settings.cache), *paths)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    file, listed, page = (said[path] for path in paths)
    assert (file[0], file[1].partition(";")[0]) == (200, "text/vnd.graphviz")
    assert "digraph {" in file[2]
    (dot,) = [one for one in json.loads(listed[2]) if one["name"] == "dot"]
    assert dot["graph"]
    assert {"trace", "paths", "exposure"} <= set(dot["questions"])
    assert "/export/trace.dot?start=" in page[2]
    assert "## dot\n\nGraphviz. Nodes and links to draw with dot." in said["reference"]
    (formats,) = re.findall(r"^\| `trace` \| (`.*`) \|$", said["reference"], re.MULTILINE)
    assert {"`csv`", "`dot`", "`graphml`"} <= set(formats.split(", "))


def test_every_format_says_what_it_is_in_both_languages() -> None:
    assert not exporters().broken
    for one in exporters().known.values():
        assert all(label.get(lang) for label in (one.title, one.help) for lang in LANGUAGES), one.name


def test_the_facts_of_an_answer_are_what_it_names_with_both_ends_of_each_link(demo: Service) -> None:
    answer = ask(demo, When(), Trace(start=(KALMAR,), risk="forced-labour"))
    assert answer.data is not None
    part, whole = (given(demo, When(), Words("en"), one) for one in (answer, None))
    entities = {one.id for one in part.entities()}
    assert {item.node.id for item in answer.data.nodes} <= entities
    assert {buyer.id for buyer in answer.data.buyers} <= entities
    links = list(part.links())
    assert {link.id for link in answer.data.links} - set(answer.evidence.derived) <= {link.id for link in links}
    assert all({link.source, link.target} <= entities for link in links)
    assert len(links) < len(list(whole.links()))
    assert {one.entity for one in part.records()} <= entities


def test_the_facts_about_one_thing_hold_it_and_its_neighbours(demo: Service) -> None:
    answer = ask(demo, When(), Entity(id="demo:site-klang-4"))
    assert answer.data is not None
    entities = {one.id for one in given(demo, When(), Words("en"), answer).entities()}
    assert {answer.data.node.id, *(one.id for one in answer.data.neighbours)} <= entities


def test_a_format_that_an_answer_cannot_be_written_in_is_refused_with_those_that_it_can(
    demo_settings: Settings,
) -> None:
    with TestClient(
        create_app(demo_settings, valid_at=DEMO_VALID_AT, seconds=600), base_url="http://127.0.0.1"
    ) as client:
        refused = client.get("/export/entity.html", params={"id": KALMAR})
    assert refused.status_code == 422
    offered = set(refused.json()["detail"].removeprefix("Use one of ").removesuffix(".").split(", "))
    assert {"csv", "graphml", "json", "ttl", "xlsx"} <= offered
    assert "html" not in offered
