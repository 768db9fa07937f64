"""Answers are bounded in size whatever the graph: what is left out is counted and said, and can be asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from graph.questions.affected import CONTRACTS, affected
from graph.questions.coverage import coverage
from graph.questions.exposure import exposure
from graph.questions.question import questions
from graph.questions.tiering import Only, tiers
from graph.questions.trace import trace
from tests.graph.big import LIMIT
from tests.graph.worlds import FORCED, World
from visualisation.sentences import Teller
from visualisation.words import LANGUAGES, Words

ROOT = Path(__file__).resolve().parents[2]


def many(n: int) -> World:
    """A contract with n suppliers, each delivering a step of its own; what they make is said to be risky."""
    w = World()
    w.place("MY", country="MY")
    w.org("buyer")
    w.contract("contract", buyer="buyer")
    for number in range(n):
        w.org(f"o{number:05}")
        w.step(f"s{number:05}", runs=f"o{number:05}", at="MY", feeds=["contract"])
        w.link("HOLDS", f"o{number:05}", "contract")
    w.assessed("country", FORCED, ["MY"], severity=3, likelihood=0.5)
    return w


def test_an_answer_is_bounded_whatever_the_graph_and_says_what_it_leaves_out() -> None:
    s = many(6_000).snapshot()
    answers = (
        trace(s, ["contract"], risk=FORCED, max_nodes=1_000),
        exposure(s, "contract", FORCED),
        affected(s, "MY"),
        affected(s, "o00000"),
    )
    for answer in answers:
        assert len(answer.model_dump_json()) < 6_000_000
        assert len(answer.evidence.links) <= 20_000
    cuts = [{cut.list: (cut.listed, cut.total) for cut in answer.completeness.cut} for answer in answers]
    assert cuts[0]["nodes"] == (6_000, 7_000), "a thousand goods and at most five thousand actors; one is no goods"
    assert cuts[1]["members.suppliers"] == (1_000, 6_000)
    assert cuts[1]["origins"] == (1_000, 6_000)
    assert cuts[2]["start_steps"] == (1_000, 6_000)
    assert cuts[2]["contracts.suppliers"] == (1_000, 6_000)
    for lang in LANGUAGES:
        told = Teller(answers[1], Words(lang)).unknown()
        assert any("6" in sentence and Words(lang)("cut.origins") in sentence for sentence in told)


def test_the_tiers_of_a_long_chain_are_listed_as_far_as_there_is_room() -> None:
    w = World()
    w.contract("contract")
    for number in range(1_200):
        w.step(f"s{number}", feeds=[f"s{number - 1}" if number else "contract"])
    answer = coverage(w.snapshot(), {}, "contract", None, most=50)
    assert answer.data is not None
    assert len(answer.data.tiers) == 1_000
    assert [(cut.list, cut.total) for cut in answer.completeness.cut] == [("coverage.tiers", 1_201)]
    drawn = tiers(w.snapshot(), "contract", None, by="stage", only=Only(None, None, None, None), opened=[])
    assert drawn.data is not None
    assert len(drawn.data.boxes) == 51
    assert [(cut.list, cut.listed, cut.total) for cut in drawn.completeness.cut] == [("tiers", 51, 1_201)]


def test_contracts_come_in_pages_and_all_are_counted() -> None:
    w = World()
    w.step("mill")
    for number in range(CONTRACTS + 10):
        w.contract(f"c{number:05}")
        w.supply("mill", f"c{number:05}")
    s = w.snapshot()
    first, rest = affected(s, "mill"), affected(s, "mill", skip=CONTRACTS)
    assert first.data is not None
    assert rest.data is not None
    listed = [row.contract.id for answer in (first.data, rest.data) for row in answer.contracts]
    assert sorted(listed) == sorted(f"c{number:05}" for number in range(CONTRACTS + 10))
    for answer in (first, rest):
        assert answer.data is not None
        assert answer.data.counts[0].contracts == CONTRACTS + 10
        assert [(cut.list, cut.total) for cut in answer.completeness.cut] == [("contracts", CONTRACTS + 10)]


def asked_of(shape: str, n: int) -> list[tuple[str, str, float, int]]:
    """(question, bytes of the answer or refused, seconds, MB in memory at most) in a process of its own."""
    command = [sys.executable, "-m", "tests.graph.big", shape, str(n)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return [(name, told, float(s.split()[0]), int(mb.split()[0])) for name, told, s, mb in rows]


@pytest.mark.parametrize("shape", ["chain", "hub"])
def test_every_question_of_a_long_chain_and_of_a_large_hub_has_an_answer_of_bounded_size(shape: str) -> None:
    answers = asked_of(shape, 2_000)
    assert {name.split()[0] for name, *_ in answers} == questions().keys()
    for name, told, _, _ in answers:
        assert told == "refused" or int(told.split()[0]) < 12_000_000, name


@pytest.mark.soak
@pytest.mark.parametrize(("shape", "n"), [("chain", 200_000), ("hub", 100_000)])
def test_a_very_long_chain_and_a_very_large_hub_are_answered_or_refused_within_limits(shape: str, n: int) -> None:
    for name, told, seconds, most in asked_of(shape, n):
        assert told == "refused" or int(told.split()[0]) < 20_000_000, name
        assert seconds < LIMIT + 3, name
        assert most < 1_000, name
