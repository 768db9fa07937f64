"""A trace: what lies upstream or downstream, tier by tier, and where knowledge ends."""

from __future__ import annotations

from datetime import date

import pytest

from graph.answer import Answer, Knowledge, Resolution
from graph.data import TraceData, TraceNode
from graph.questions.trace import trace
from ontology.errors import InputError
from tests.graph.worlds import FORCED, World


def gloves() -> World:
    """Plantation -> dipping -> wholesale -> contract, with a company and a site at each step.

    tier:     3            2           1          0
            grow -------> dip ------> stock ----> c
    """
    w = World()
    w.place("MY", country="MY")
    w.kind("glove")
    for org in ("region", "wholesaler", "maker", "estate-owner", "parent"):
        w.org(org)
    w.link("OWNS", "parent", "maker", share=0.6)
    w.contract("c", holder="wholesaler", buyer="region", category="glove", clause="advanced", known="all")
    w.site("factory", at="MY", operator="maker")
    w.site("estate", at="MY")
    w.step("stock", stage="distribution", of="glove", runs="wholesaler", known="all", feeds=["c"])
    w.step("dip", stage="final-manufacture", of="glove", site="factory", known="all", feeds=["stock"])
    w.step("grow", stage="cultivation", site="estate", runs="estate-owner", feeds=["dip"])
    return w


def by_id(answer: Answer[TraceData]) -> dict[str, TraceNode]:
    assert answer.data is not None
    return {node.node.id: node for node in answer.data.nodes}


def test_each_supplies_adds_a_tier_and_actors_stand_in_the_tier_of_their_step() -> None:
    nodes = by_id(trace(gloves().snapshot(), ["c"]))
    assert {id: node.tier for id, node in nodes.items()} == {
        "c": 0,
        "stock": 1, "wholesaler": 1,
        "dip": 2, "factory": 2, "maker": 2, "parent": 2,
        "grow": 3, "estate": 3, "estate-owner": 3,
    }  # fmt: skip
    # Hops count links: c <- stock <- dip <- factory <- maker <- parent.
    assert nodes["dip"].hops == 2
    assert nodes["parent"].hops == 5


def test_a_place_a_site_and_a_step_trace_downstream_to_the_contract() -> None:
    for start in ("MY", "factory", "dip"):
        nodes = by_id(trace(gloves().snapshot(), [start], upstream=False))
        assert nodes["c"].node.type == "Contract"
        assert nodes["stock"].tier == 1 or start == "MY"
    nodes = by_id(trace(gloves().snapshot(), ["dip"], upstream=False))
    assert {id: n.tier for id, n in nodes.items() if n.node.type in ("Step", "Contract")} == {
        "dip": 0, "stock": 1, "c": 2,
    }  # fmt: skip
    assert "grow" not in nodes


def test_buyers_are_a_view_beside_the_tiers() -> None:
    data = trace(gloves().snapshot(), ["c"]).data
    assert data is not None
    assert [b.id for b in data.buyers] == ["region"]
    assert [link.type for link in data.buyer_links] == ["SERVES"]
    assert "region" not in {n.node.id for n in data.nodes}


@pytest.mark.parametrize("start", ["region", "wholesaler", "area", "glove", "lot", "tender"])
def test_views_start_from_their_contracts(start: str) -> None:
    w = gloves()
    w.org("area", area=True)
    w.link("PART_OF", "region", "area")
    w.node("Lot", "lot")
    w.node("Procurement", "tender")
    w.link("FOR_LOT", "c", "lot")
    w.link("PART_OF", "lot", "tender")
    data = trace(w.snapshot(), [start]).data
    assert data is not None
    assert "c" in data.start


def test_the_fewest_and_the_greatest_tier_differ_where_a_chain_is_skipped() -> None:
    w = gloves()
    w.supply("dip", "c")
    nodes = by_id(trace(w.snapshot(), ["c"]))
    assert (nodes["dip"].tier, nodes["dip"].tier_max) == (1, 2)
    assert (nodes["grow"].tier, nodes["grow"].tier_max) == (2, 3)
    assert (nodes["stock"].tier, nodes["stock"].tier_max) == (1, 1)


def test_a_cycle_is_named_and_its_greatest_tier_is_null() -> None:
    w = gloves()
    w.step("regrind", feeds=["dip"])
    w.supply("dip", "regrind")
    answer = trace(w.snapshot(), ["c"])
    assert answer.data is not None
    assert answer.data.cycles == (("dip", "regrind"),)
    nodes = by_id(answer)
    assert nodes["stock"].tier_max == 1
    assert nodes["dip"].tier_max is None
    assert nodes["grow"].tier_max is None
    assert nodes["grow"].tier == 3


def test_a_cut_trace_does_not_know_the_greatest_tier() -> None:
    w = gloves()
    w.step("blend", feeds=["stock"])
    w.supply("grow", "blend")
    w.supply("dip", "blend")
    whole = by_id(trace(w.snapshot(), ["c"]))
    assert (whole["dip"].tier, whole["dip"].tier_max) == (2, 3)
    for tiers, nodes in ((2, None), (1, None), (None, 3)):
        cut = by_id(trace(w.snapshot(), ["c"], max_tier=tiers, max_nodes=nodes))
        assert {node.tier_max for node in cut.values()} == {None}
    assert by_id(trace(w.snapshot(), ["c"], max_tier=4))["dip"].tier_max == 3


def test_an_ended_link_is_not_walked_after_its_last_day() -> None:
    w = gloves()
    w.links = [k for k in w.links if not (k.type == "SUPPLIES" and k.source == "dip")]
    w.supply("dip", "stock", valid=(date(2024, 1, 1), date(2026, 1, 1)))
    assert "dip" in by_id(trace(w.snapshot(date(2025, 12, 31)), ["c"]))
    assert "dip" not in by_id(trace(w.snapshot(date(2026, 1, 1)), ["c"]))


def test_a_denied_link_is_shown_beside_and_removes_nothing() -> None:
    w = gloves()
    w.step("other", feeds=[])
    w.supply("other", "stock", denied=True)
    w.supply("dip", "stock", denied=True, valid=(date(2020, 1, 1), None))
    answer = trace(w.snapshot(), ["c"])
    assert answer.data is not None
    nodes = by_id(answer)
    assert "dip" in nodes
    assert "other" not in nodes
    assert {(d.source, d.target, d.denied) for d in answer.data.denied} == {
        ("dip", "stock", True), ("other", "stock", True),
    }  # fmt: skip
    assert "other" in {node.id for node in answer.data.others}


def test_an_actor_is_never_walked_on_to_its_other_steps() -> None:
    w = gloves()
    w.contract("c-masks", holder="wholesaler")
    w.step("masks", site="factory", feeds=["c-masks"])
    nodes = by_id(trace(w.snapshot(), ["c"]))
    assert "factory" in nodes
    assert "masks" not in nodes
    assert "c-masks" not in nodes


def test_a_company_known_only_as_a_seller_is_listed_not_walked() -> None:
    w = gloves()
    w.org("trader")
    edge = w.link("SELLS_TO", "trader", "wholesaler")
    w.step("stock", stage="distribution", known="some")
    answer = trace(w.snapshot(), ["c"])
    assert answer.data is not None
    assert "trader" not in by_id(answer)
    (row,) = answer.data.company_list
    assert (row.company, row.contracts, row.via, row.why) == ("wholesaler", ("c",), (edge,), "sells_to")
    assert "trader" in {node.id for node in answer.data.others}


def test_a_contract_of_which_everything_is_told_cannot_hold_goods_of_an_unnamed_line() -> None:
    w = gloves()
    w.org("trader")
    w.link("SELLS_TO", "trader", "wholesaler")
    data = trace(w.snapshot(), ["c"]).data
    assert data is not None
    assert [(row.company, row.contracts) for row in data.company_list] == [("wholesaler", ())]


# -- ends of knowledge --------------------------------------------------------------------------------------------
def test_knowledge_ends_at_a_step_whose_inputs_are_not_all_known() -> None:
    w = gloves()
    w.nodes.pop("grow")
    w.links = [k for k in w.links if "grow" not in (k.source, k.target)]
    w.step("dip", stage="final-manufacture")
    answer = trace(w.snapshot(), ["c"])
    (end,) = answer.completeness.ends
    assert (end.node, end.tier, end.inputs_known) == ("dip", 2, None)
    # The wholesaler holds the contract, whose advanced clause reaches the whole chain: ask it, not the maker.
    assert end.ask is not None
    assert (end.ask.organisation, end.ask.contract, end.ask.entitled) == ("wholesaler", "c", True)


def test_extraction_cultivation_and_known_inputs_are_no_ends() -> None:
    assert trace(gloves().snapshot(), ["c"]).completeness.ends == ()


def test_without_an_entitling_clause_the_nearest_known_company_is_asked() -> None:
    w = gloves()
    w.step("dip", stage="final-manufacture")
    w.contract("c", clause="none", known="all")
    (end,) = trace(w.snapshot(), ["c"]).completeness.ends
    assert end.ask is not None
    assert (end.ask.organisation, end.ask.contract, end.ask.entitled) == ("maker", None, False)


def test_a_basic_clause_entitles_only_for_direct_deliveries() -> None:
    w = gloves()
    w.contract("c", clause="basic", known="all")
    w.step("stock", stage="distribution", known="some")
    w.step("dip", stage="final-manufacture", known="some")
    ends = {end.node: end.ask for end in trace(w.snapshot(), ["c"]).completeness.ends}
    assert ends["stock"] is not None
    assert ends["stock"].entitled
    assert ends["dip"] is not None
    assert (ends["dip"].organisation, ends["dip"].entitled) == ("maker", False)


def test_a_contract_of_which_nothing_is_known_is_an_end_at_tier_0() -> None:
    w = World()
    w.org("holder")
    w.contract("c", holder="holder", clause="basic")
    answer = trace(w.snapshot(), ["c"])
    (end,) = answer.completeness.ends
    assert (end.node, end.tier) == ("c", 0)
    assert end.ask is not None
    assert (end.ask.organisation, end.ask.entitled) == ("holder", True)


# -- limits, and what is not there --------------------------------------------------------------------------------
def test_a_limit_is_said() -> None:
    snapshot = gloves().snapshot()
    cut = trace(snapshot, ["c"], max_tier=1)
    assert "dip" not in by_id(cut)
    assert cut.completeness.truncated is not None
    assert (cut.completeness.truncated.why, cut.completeness.truncated.limit) == ("max_tier", 1)
    assert trace(snapshot, ["c"], max_tier=3).completeness.truncated is None
    few = trace(snapshot, ["c"], max_nodes=2)
    assert few.completeness.truncated is not None
    assert few.completeness.truncated.why == "max_nodes"


def test_what_is_not_in_the_graph_is_said_so() -> None:
    answer = trace(gloves().snapshot(), ["nobody"])
    assert answer.knowledge is Knowledge.NOT_IN_GRAPH
    assert answer.data is None


def test_a_key_starts_a_trace_as_its_id_does() -> None:
    w = gloves()
    w.node("Contract", "c", keys=["demo:avtal-1"], clause_level="advanced", inputs_known="all")
    assert "dip" in by_id(trace(w.snapshot(), ["demo:avtal-1"]))


def test_a_risk_type_is_no_place_to_start() -> None:
    w = gloves()
    w.said("f", FORCED, ["factory"], severity=4)
    with pytest.raises(InputError):
        trace(w.snapshot(), ["f"])


# -- with a risk --------------------------------------------------------------------------------------------------
def test_with_a_risk_each_node_says_what_reaches_it_and_how_surely() -> None:
    w = gloves()
    w.links = [k for k in w.links if not (k.type == "SUPPLIES" and k.source == "dip")]
    w.supply("dip", "stock", confidence=0.5)
    w.said("f", FORCED, ["factory"], severity=4, confidence=0.8)
    answer = trace(w.snapshot(), ["c"], risk=FORCED)
    reach = {id: node.reach for id, node in by_id(answer).items()}
    assert all(reach.values())
    # c: 0.8 (the finding) * 1 (performs) * 0.5 (dip -> stock) * 1 = 0.4; high takes every confidence as 1.
    for id, low in (("factory", 0.8), ("dip", 0.8), ("stock", 0.4), ("c", 0.4)):
        got = reach[id]
        assert got is not None
        assert got.low == pytest.approx(low)
        assert (got.severity, got.high, got.resolution) == (4, 1.0, Resolution.ITEM)
    grow, factory, maker = reach["grow"], reach["factory"], reach["maker"]
    assert grow is not None
    assert (grow.severity, grow.low, grow.high, grow.assessed, grow.upper_open) == (None, 0, 0, False, True)
    assert factory is not None
    assert factory.own_severity == 4
    assert by_id(answer)["factory"].statements == ("f",)
    # A harm at one site says nothing of the company that operates it.
    assert maker is not None
    assert maker.severity is None
    contract = reach["c"]
    assert contract is not None
    # stock and grow are not assessed, dip is.
    assert contract.unassessed_below == 2
    assert contract.upper_open
    assert answer.completeness.unassessed == 2
    assert answer.data is not None
    assert [s.id for s in answer.data.statements] == ["f"]


def test_an_actor_is_no_better_known_than_what_it_does() -> None:
    w = gloves()
    w.said("f", FORCED, ["factory"], severity=4)
    reach = {id: node.reach for id, node in by_id(trace(w.snapshot(), ["c"], risk=FORCED)).items()}
    # Nobody assessed what the estate grows, nor what the wholesaler stores: unknown, never none found.
    for actor in ("estate", "estate-owner", "wholesaler"):
        got = reach[actor]
        assert got is not None
        assert (got.severity, got.upper_open, got.unassessed_below) == (None, True, 1)
    # What the factory does is assessed.
    factory, maker = reach["factory"], reach["maker"]
    assert factory is not None
    assert maker is not None
    assert (factory.upper_open, factory.unassessed_below) == (False, 0)
    # But that says nothing of the company that operates it.
    assert (maker.severity, maker.upper_open, maker.unassessed_below) == (None, True, 0)


def test_the_same_question_gives_the_same_bytes() -> None:
    w = gloves()
    w.said("f", FORCED, ["factory"], severity=4)
    one = trace(w.snapshot(), ["region"], risk=FORCED).model_dump_json()
    w.links.reverse()
    w.nodes = dict(reversed(w.nodes.items()))
    assert trace(w.snapshot(), ["region"], risk=FORCED).model_dump_json() == one
