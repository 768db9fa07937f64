"""Affected contracts: from a site, company, place, kind of goods or incident, how certainly, and what to ask."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from graph.answer import Knowledge, Resolution
from graph.data import AffectedContract, AffectedData, Question
from graph.questions.affected import affected
from ontology.errors import InputError
from tests.graph.worlds import FORCED, World


def world() -> World:
    """Two dipping lines of one factory, one for each contract; the maker also sells to a trader, goods unknown.

    dip-1 (factory, maker) --0.8--> stock-1 --0.5--> c1 (region)       trader holds c3
    dip-2 (factory, maker) --1.0------------------> c2 (unit of region)
    """
    w = World()
    for org in ("region", "unit", "maker", "holder", "trader"):
        w.org(org)
    w.link("PART_OF", "unit", "region")
    w.place("MY", country="MY")
    w.place("klang", within="MY")
    w.kind("rubber", type="Material")
    w.kind("glove")
    w.kind("nitrile", broader="glove")
    w.kind("mask")
    w.site("factory", at="klang", operator="maker")
    w.contract("c1", holder="holder", buyer="region", category="glove", clause="advanced")
    w.contract("c2", holder="holder", buyer="unit", category="mask", clause="basic")
    w.contract("c3", holder="trader", buyer="region", category="mask")
    w.contract("c4", buyer="region", category="mask")
    w.step("stock-1", stage="distribution", of="glove")
    w.step("dip-1", stage="final-manufacture", of="nitrile", site="factory", runs="maker")
    w.step("dip-2", stage="final-manufacture", of="mask", site="factory", runs="maker", feeds=["c2"])
    w.supply("dip-1", "stock-1", confidence=0.8)
    w.supply("stock-1", "c1", confidence=0.5)
    w.link("SELLS_TO", "maker", "trader")
    return w


def ask(w: World, start: str, **options: Any) -> AffectedData:
    found = affected(w.snapshot(), start, **options).data
    assert found is not None
    return found


def rows(found: AffectedData) -> dict[str, AffectedContract]:
    return {row.contract.id: row for row in found.contracts}


def resolutions(found: AffectedData) -> dict[str, Resolution]:
    return {id: row.resolution for id, row in rows(found).items()}


@pytest.mark.parametrize("start", ["factory", "klang", "MY"])
def test_a_site_or_place_begins_at_its_steps(start: str) -> None:
    found = ask(world(), start)
    assert found.start_steps == ("dip-1", "dip-2")
    assert resolutions(found) == {
        "c2": Resolution.ITEM, "c1": Resolution.ITEM, "c3": Resolution.COMPANY,
    }  # fmt: skip
    # Surest first: c2 at 1.0, then c1 at 0.8 * 0.5 = 0.4.
    assert [row.contract.id for row in found.contracts] == ["c2", "c1", "c3"]
    path = rows(found)["c1"].path
    assert path is not None
    assert path.nodes == ("dip-1", "stock-1", "c1")
    assert path.value == pytest.approx(0.4)
    weakest = next(link for link in found.links if link.id == path.weakest)
    assert (weakest.source, weakest.target) == ("stock-1", "c1")


def test_units_count_as_their_region() -> None:
    found = ask(world(), "factory")
    assert rows(found)["c2"].regions == ("region",)
    assert found.regions == ("region",)


def test_a_company_that_names_the_goods_is_traced_to_the_article() -> None:
    found = ask(world(), "maker", goods="glove")
    assert found.start_steps == ("dip-1",)
    # The trader may have the maker's gloves, and so may the other contract of the holder of c1: unknown.
    assert resolutions(found) == {"c1": Resolution.ITEM, "c2": Resolution.COMPANY, "c3": Resolution.COMPANY}


def test_own_conduct_of_a_company_affects_what_it_holds() -> None:
    found = ask(world(), "holder", risk="own-conduct")
    assert resolutions(found) == {"c1": Resolution.ITEM, "c2": Resolution.ITEM}


def test_a_company_passes_on_unknown_goods_only_if_its_outputs_are_one_kind() -> None:
    w = world()
    w.org("dealer")
    w.link("SELLS_TO", "trader", "dealer")
    w.contract("c5", holder="dealer", buyer="region")
    assert "c5" not in rows(ask(w, "maker"))
    w.step("trade", runs="trader", of="glove")
    assert rows(ask(w, "maker"))["c5"].resolution is Resolution.COMPANY
    w.step("trade-2", runs="trader", of="mask")
    assert "c5" not in rows(ask(w, "maker"))


def test_a_kind_of_goods_is_traced_from_its_steps_and_named_by_contracts() -> None:
    found = ask(world(), "glove")
    got = rows(found)
    assert set(got) == {"c1"}
    assert (got["c1"].tier, got["c1"].path, got["c1"].resolution) == (0, None, Resolution.ITEM)


def test_a_contract_of_a_broader_kind_may_be_affected_which_is_unknown() -> None:
    found = ask(world(), "nitrile")
    assert resolutions(found) == {"c1": Resolution.ITEM}
    w = world()
    w.contract("c6", category="glove", buyer="region")
    assert ask(w, "nitrile").may_apply == ("c6",)


def test_a_generic_chain_is_generic_and_asks_for_the_origin() -> None:
    w = world()
    w.step("g", stage="final-manufacture", of="mask", at="MY", generic=True)
    got = rows(ask(w, "MY"))
    assert got["c4"].resolution is Resolution.GENERIC
    assert got["c4"].question is Question.ASK_ORIGIN_VOLUNTARY
    assert got["c2"].resolution is Resolution.ITEM


def test_a_generic_input_of_a_told_step_asks_for_its_inputs() -> None:
    w = world()
    w.step("g", stage="final-manufacture", of="glove", generic=True)
    w.step("g-rubber", stage="cultivation", of="rubber", at="MY", generic=True, feeds=["g"])
    row = rows(ask(w, "g-rubber"))["c1"]
    assert (row.resolution, row.question) == (Resolution.GENERIC, Question.ASK_INPUTS)
    assert row.path is not None
    assert row.path.nodes == ("g-rubber", "dip-1", "stock-1", "c1")


def test_the_question_says_whether_the_clause_gives_a_right_to_the_answer() -> None:
    got = rows(ask(world(), "factory"))
    # Advanced reaches the whole chain; basic reaches direct deliveries; c3 has no known clause.
    assert got["c1"].question is Question.CONFIRM_ARTICLE
    assert got["c2"].question is Question.CONFIRM_ARTICLE
    assert got["c3"].question is Question.ASK_SUPPLIER_LINK_VOLUNTARY
    w = world()
    w.contract("c1", clause="basic")
    assert rows(ask(w, "factory"))["c1"].question is Question.CONFIRM_ARTICLE_VOLUNTARY


def test_an_incident_begins_at_what_its_findings_are_about() -> None:
    w = world()
    w.said("f", FORCED, ["maker", "glove"], severity=4)
    w.said("gone", FORCED, ["factory"], severity=4, standing="refuted")
    w.node("Incident", "incident")
    for finding in ("f", "gone"):
        w.link("GATHERS", "incident", finding)
    found = ask(w, "incident")
    assert found.start_steps == ("dip-1",)
    assert resolutions(found) == {"c1": Resolution.ITEM, "c2": Resolution.COMPANY, "c3": Resolution.COMPANY}
    assert {s.id for s in found.statements} == {"f", "gone"}
    assert ask(w, "incident", risk="child-labour").contracts == ()


def test_a_finding_about_goods_that_no_known_step_makes_still_lists_the_buyers() -> None:
    w = world()
    w.said("f", FORCED, ["maker", "rubber"], severity=4)
    found = ask(w, "f")
    assert found.start_steps == ()
    assert resolutions(found) == {"c3": Resolution.COMPANY}


def test_an_ended_delivery_affects_nobody_after_it_ended() -> None:
    w = world()
    w.links = [k for k in w.links if k.source != "dip-2" or k.type != "DELIVERED_UNDER"]
    w.supply("dip-2", "c2", valid=(None, date(2026, 1, 1)))
    assert "c2" in {r.contract.id for r in affected(w.snapshot(date(2025, 6, 1)), "factory").data.contracts}  # type: ignore[union-attr]
    assert resolutions(ask(w, "factory")).get("c2") is not Resolution.ITEM


def test_a_denied_link_is_shown_beside() -> None:
    w = world()
    w.supply("dip-1", "stock-1", denied=True, valid=(date(2025, 1, 1), None))
    found = ask(w, "factory")
    assert [(d.source, d.target) for d in found.denied] == [("dip-1", "stock-1")]
    assert rows(found)["c1"].resolution is Resolution.ITEM


def test_contracts_that_are_not_listed_and_not_told_are_counted_as_unknown() -> None:
    found = ask(world(), "factory")
    # c4 is held by nobody known and its chain is untold: nothing is known of it.
    assert (found.contracts_all, found.contracts_untold) == (4, 1)


def test_a_start_that_is_not_there_and_one_that_makes_no_sense() -> None:
    answer = affected(world().snapshot(), "nobody")
    assert (answer.knowledge, answer.data) == (Knowledge.NOT_IN_GRAPH, None)
    with pytest.raises(InputError):
        affected(world().snapshot(), "c1")


def test_a_finding_of_a_risk_type_that_there_is_no_more_is_answered() -> None:
    w = World()
    w.site("plant")
    w.contract("c")
    w.step("s", site="plant", feeds=["c"])
    w.node("RiskType", "fire", keys=["risk:fire"])
    w.node("Finding", "f", severity=4)
    w.link("OF_TYPE", "f", "fire")
    w.link("ABOUT", "f", "plant")
    answer = affected(w.snapshot(), "f")
    assert answer.data is not None
    assert [row.contract.id for row in answer.data.contracts] == ["c"]
