"""Answers are bounded in size whatever the graph: what is left out is counted and said, and can be asked for."""

from __future__ import annotations

from graph.questions.affected import CONTRACTS, affected
from graph.questions.exposure import exposure
from graph.questions.trace import trace
from tests.graph.worlds import FORCED, World
from visualisation.sentences import Teller
from visualisation.words import LANGUAGES, Words


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
