"""What docs/how-to/neo4j.md says holds: the demonstration on a server, and the questions to paste."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import user_folders
from tests.neo4j import servers
from tools.demo_neo4j import TO_PASTE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "neo4j.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```cypher\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def demonstrate(*arguments: str, home: Path, running: servers.Running | None = None) -> str:
    """What `kedja demo --no-serve` prints, but for the moment of publication."""
    user = dict(zip(("KEDJA_NEO4J_USER", "KEDJA_NEO4J_PASSWORD"), (running and running.auth) or (), strict=False))
    done = subprocess.run(
        [Path(sys.executable).parent / "kedja", "demo", "--no-serve", "--lang", "en", *arguments],
        env={**os.environ, **user_folders(home), **user}, text=True, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "THEN", done.stdout)


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[servers.Running, str]]:
    """The newest line with the demonstration in it, and what that printed."""
    running = servers.server(servers.LINES[-1])
    servers.wipe(running)
    yield running, demonstrate("--store", running.uri, home=tmp_path_factory.mktemp("home"), running=running)
    servers.wipe(running)


def test_the_demonstration_prints_the_same_on_neo4j_as_on_a_file(
    demonstrated: tuple[servers.Running, str], tmp_path: Path
) -> None:
    printed = demonstrated[1]
    assert printed == demonstrate(home=tmp_path)
    assert "Glove dipping, Selat Biru Plant 4, Klang" in printed


def test_the_page_shows_the_question_that_the_demonstration_proposes() -> None:
    assert " ".join(BLOCKS[0].split()) == TO_PASTE


def test_the_questions_on_the_page_find_the_same_chain(demonstrated: tuple[servers.Running, str]) -> None:
    with servers.connect(demonstrated[0]) as driver:
        drawn = {node["name"] for record in driver.execute_query(BLOCKS[0]).records for node in record["p"].nodes}
        assert any(name.startswith("Glove dipping, Selat Biru") for name in drawn)
        tiers = {record["step"]: record["tier"] for record in driver.execute_query(BLOCKS[1]).records}
    assert tiers["Gloves, Björkvik"] == 0
    assert tiers["Glove dipping, Selat Biru Plant 4, Klang"] == 1
    assert {name for name in drawn if not name.startswith("Handskar")} <= set(tiers)


def test_every_line_understands_the_questions_on_the_page(neo4j_server: servers.Running) -> None:
    assert len(BLOCKS) == 2
    with servers.connect(neo4j_server) as driver:
        for block in BLOCKS:
            assert driver.execute_query(f"EXPLAIN {block}").summary.plan is not None
