"""A comparison by level hides nothing: what came and left, and what rose or fell without leaving its level."""

from __future__ import annotations

from pathlib import Path

from graph.questions.compare import compare
from ontology.records import Link, Record, Ref
from tests.graph.test_compare import TOLD, World, chain
from tests.graph.test_said import STEP, Items
from tests.graph.worlds import FORCED
from visualisation.marks import Level
from visualisation.sentences import Teller
from visualisation.views.compare import Comparison
from visualisation.words import Words


def assessed(severity: int, likelihood: float) -> Items:
    key = "local:assessment"
    return [
        Record("RiskAssessment", key, {"name": "Assessed", "severity": severity, "likelihood": likelihood}),
        Link("OF_TYPE", Ref("RiskAssessment", key), Ref("RiskType", f"risk:{FORCED}")),
        Link("ABOUT", Ref("RiskAssessment", key), Ref("Step", STEP)),
    ]


def moved(folder: Path, lang: str, first: Items, second: Items) -> dict[Level, str]:
    world = World(folder, chain(*TOLD, *first), chain(*TOLD, *second))
    answer = compare(world.store, world.at(1), world.at(2), "all", FORCED, most=100)
    assert answer.data is not None
    shifts = Comparison(answer.data, Teller(answer, Words(lang))).shifts(FORCED)
    return {level: text for level, _, _, text in shifts if text != "±0"}


def test_a_contract_that_rises_or_falls_within_its_level_is_told(tmp_path: Path) -> None:
    low, high = assessed(3, 0.1), assessed(3, 0.6)
    assert moved(tmp_path / "up", "en", low, high) == {Level.SEVERE: "1 rose within the level"}
    assert moved(tmp_path / "down", "sv", high, low) == {Level.SEVERE: "1 minskat inom nivån"}


def test_a_contract_that_changes_its_level_leaves_one_and_comes_to_the_other(tmp_path: Path) -> None:
    assert moved(tmp_path, "sv", assessed(1, 0.1), assessed(3, 0.1)) == {Level.SEVERE: "+1", Level.LIMITED: "−1"}
