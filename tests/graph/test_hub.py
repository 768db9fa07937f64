"""The hub: one factory, wholesaler or material never exposes the other lines of those who handle it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graph.answer import Resolution
from graph.data import ExposureData, Question
from graph.questions.affected import affected
from graph.questions.exposure import exposure
from tests.graph.worlds import FORCED, World

CATEGORIES = ("gloves", "gowns", "cleaning", "paper")


def wholesaler() -> World:
    """One wholesaler holds contracts in four categories and buys gloves, and only gloves that we know, from the
    incident's factory.

        dip (factory) --> stock-gloves (wholesaler) --> c-gloves
                          stock-gowns               --> c-gowns     ... and so on
    """
    w = World()
    for org in ("region-a", "region-b", "wholesaler", "maker"):
        w.org(org)
    w.site("factory", operator="maker")
    for n, category in enumerate(CATEGORIES):
        w.kind(category)
        w.contract(
            f"c-{category}", holder="wholesaler", buyer=f"region-{'ab'[n % 2]}", category=category, clause="advanced"
        )
        w.step(f"stock-{category}", stage="distribution", of=category, runs="wholesaler", feeds=[f"c-{category}"])
    w.step("dip", stage="final-manufacture", of="gloves", site="factory", feeds=["stock-gloves"])
    w.said("finding", FORCED, ["factory"], severity=4)
    w.node("Incident", "incident")
    w.link("GATHERS", "incident", "finding")
    return w


def test_only_the_glove_contract_is_exposed_and_the_rest_read_supplier_link_only() -> None:
    found = exposure(wholesaler().snapshot(), "wholesaler", FORCED).data
    assert found is not None
    assert {m.contract.id: m.knowledge for m in found.members} == {
        "c-gloves": "reached", "c-gowns": "supplier_link_only", "c-cleaning": "supplier_link_only",
        "c-paper": "supplier_link_only",
    }  # fmt: skip
    assert all(not m.figures for m in found.members if m.contract.id != "c-gloves")
    (row,) = found.company_list
    assert (row.company, row.contracts) == ("wholesaler", ("c-cleaning", "c-gowns", "c-paper"))
    # 3 of its 4 contracts are not reached: a distribution, never a maximum handed on.
    assert {d.contracts for d in found.distribution} == {0, 1}


def test_the_incident_affects_the_glove_contract_and_lists_the_rest() -> None:
    found = affected(wholesaler().snapshot(), "incident").data
    assert found is not None
    rows = {row.contract.id: row for row in found.contracts}
    assert {id: row.resolution for id, row in rows.items()} == {
        "c-gloves": Resolution.ITEM, "c-gowns": Resolution.COMPANY, "c-cleaning": Resolution.COMPANY,
        "c-paper": Resolution.COMPANY,
    }  # fmt: skip
    gloves = rows["c-gloves"]
    assert gloves.path is not None
    assert (gloves.path.nodes, gloves.tier, gloves.regions) == (("dip", "stock-gloves", "c-gloves"), 2, ("region-a",))
    assert gloves.question is Question.CONFIRM_ARTICLE
    assert rows["c-paper"].question is Question.ASK_SUPPLIER_LINK
    assert rows["c-paper"].tier is None
    assert found.regions == ("region-a", "region-b")


def test_taking_away_the_delivery_to_the_glove_stock_clears_the_glove_contract_of_the_figure() -> None:
    w = wholesaler()
    w.links = [k for k in w.links if k.source != "dip" or k.type != "SUPPLIES"]
    w.link("SELLS_TO", "maker", "wholesaler")
    found = exposure(w.snapshot(), "wholesaler", FORCED).data
    assert found is not None
    assert {m.knowledge for m in found.members} == {"supplier_link_only"}


def by_contract(found: ExposureData | None) -> dict[str, object]:
    assert found is not None
    return {m.contract.id: m.figures for m in found.members}


@given(st.sampled_from(["wholesaler", "factory", "material"]), st.sampled_from(CATEGORIES))
def test_an_unrelated_line_changes_no_other_lines_exposure(hub: str, category: str) -> None:
    w = wholesaler()
    w.kind("cotton", type="Material")
    w.link("MADE_OF", "gowns", "cotton")
    w.step("farm", stage="cultivation", of="cotton", feeds=["stock-gowns"])
    w.assessed("cotton-risk", FORCED, ["cotton"], severity=3, likelihood=0.5)
    before = by_contract(exposure(w.snapshot(), "all", FORCED).data)
    w.contract("c-new", holder="wholesaler", category=category)
    if hub == "wholesaler":
        w.step("line-new", runs="wholesaler", of=category, feeds=["c-new"])
    elif hub == "factory":
        w.step("line-new", site="factory", of=category, feeds=["c-new"])
    else:
        w.step("line-new", of="cotton", feeds=["c-new"])
    after = by_contract(exposure(w.snapshot(), "all", FORCED).data)
    after.pop("c-new")
    assert after == before
