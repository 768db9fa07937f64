"""Heat: every cell says the worst that is reached, how many of how many, and what nobody assessed; worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from api.ask import ask
from api.service import Service, When
from graph.answer import Links
from graph.questions.declared.exposure import Exposure
from graph.questions.declared.heat import Heat
from graph.questions.declared.trace import Trace
from graph.questions.heat import HeatCell, heat
from ontology.errors import InputError
from tests.graph.worlds import CHILD, FORCED, World
from visualisation.marks import Level, level_of


def world() -> World:
    """Two contracts on gloves and one on linen. Gloves: a field and a plant in Malaysia, a wholesaler in Sweden that
    nobody assessed; forced labour of severity 4 is found at the plant. Of the linen nobody has told anything."""
    w = World()
    for code in ("MY", "SE"):
        w.place(code, country=code)
    for area, regions in (("area-a", ("north",)), ("area-b", ("south",))):
        w.org(area, area=True)
        for region in regions:
            w.org(region)
            w.link("PART_OF", region, area)
    w.kind("gloves")
    w.kind("linen")
    w.kind("latex")
    w.contract("c1", buyer="north", category="gloves")
    w.contract("c2", buyer="south", category="gloves")
    w.contract("c3", buyer="south", category="linen")
    w.step("trade", stage="distribution", of="gloves", at="SE", known="all", feeds=["c1", "c2"])
    w.site("plant", at="MY")
    w.step("dipping", stage="final-manufacture", of="gloves", site="plant", known="all", feeds=["trade"])
    w.step("tapping", stage="cultivation", of="latex", at="MY", feeds=["dipping"])
    w.said("found", FORCED, ["plant"], severity=4)
    return w


def asked(by: str, risk: str | None = FORCED, **more: Any) -> Any:
    given = {"row": None, "column": None, "most": 40, **more}
    return heat(world().snapshot(), by, given.pop("subject", "all"), risk, **given)


def cell(answer: Any, row: str, column: str) -> HeatCell:
    (found,) = (one for one in answer.data.cells if (one.row, one.column) == (row, column))
    return found  # type: ignore[no-any-return]


def test_a_country_by_tier_counts_steps_reached_and_steps_that_nobody_assessed() -> None:
    answer = asked("country-tier")
    assert (answer.data.rows, answer.data.columns) == (("MY", "SE"), ("1", "2", "3"))
    trade, dipping, tapping = (cell(answer, *where) for where in (("SE", "1"), ("MY", "2"), ("MY", "3")))
    assert (trade.level, trade.reached, trade.things, trade.unassessed, trade.steps) == ("4", 1, 1, 1, 1)
    assert (dipping.level, dipping.reached, dipping.things, dipping.unassessed) == ("4", 1, 1, 0)
    assert (tapping.level, tapping.reached, tapping.things, tapping.unassessed) == ("unknown", 0, 1, 1)
    nobody = cell(answer, "SE", "3")
    assert (nobody.level, nobody.things, nobody.upper_open, nobody.low) == ("unknown", 0, True, None)
    whole = answer.data.whole
    assert (whole.level, whole.reached, whole.things, whole.unassessed) == ("4", 2, 3, 2)


def test_an_area_by_stage_counts_the_steps_upstream_of_its_contracts() -> None:
    answer = asked("area-stage")
    assert answer.data.rows == ("area-a", "area-b")
    assert answer.data.columns == (
        "raw-material",
        "processing",
        "final-manufacture",
        "packaging",
        "distribution",
        "service",
    )
    for area in answer.data.rows:
        assert cell(answer, area, "final-manufacture").level == "4"
        assert cell(answer, area, "raw-material").level == "unknown", "cultivation lies within raw material"
        assert cell(answer, area, "processing").things == 0


def test_a_category_by_risk_counts_contracts_and_the_steps_upstream_of_them() -> None:
    answer = asked("category-risk", "workers-rights")
    gloves, linen = cell(answer, "gloves", FORCED), cell(answer, "linen", FORCED)
    assert (gloves.level, gloves.reached, gloves.things, gloves.unassessed, gloves.steps) == ("4", 2, 2, 2, 3)
    assert (linen.level, linen.reached, linen.things, linen.unassessed, linen.steps) == ("unknown", 0, 1, 0, 0)
    child = cell(answer, "gloves", CHILD)
    assert (child.level, child.unassessed) == ("unknown", 3), "nobody has spoken of it"
    assert answer.data.columns[0] == "workers-rights", "the risk and what lies within it"


def test_without_a_risk_the_most_severe_counts_and_unassessed_is_what_nobody_assessed_for_any() -> None:
    answer = asked("country-tier", None)
    assert cell(answer, "MY", "2").level == "4"
    assert (cell(answer, "MY", "2").unassessed, cell(answer, "MY", "3").unassessed) == (0, 1)
    assert answer.completeness.unassessed is None


def test_none_found_only_where_all_is_told_and_assessed() -> None:
    w = World()
    w.kind("tea")
    w.contract("c", category="tea", known="all")
    w.site("estate")
    w.step("picking", stage="cultivation", of="tea", site="estate", feeds=["c"])
    w.node("Audit", "audit", could_find=[FORCED])
    w.link("EXAMINED", "audit", "estate")
    answer = heat(w.snapshot(), "category-risk", "all", FORCED, row=None, column=None, most=40)
    found = cell(answer, "tea", FORCED)
    assert (found.level, found.upper_open, found.unassessed) == ("0", False, 0)


def test_a_chosen_cell_lists_what_belongs_to_it() -> None:
    answer = asked("country-tier", row="MY", column="2")
    assert [(one.node, one.level, one.assessed) for one in answer.data.members] == [("dipping", "4", True)]
    assert [one.node for one in asked("country-tier", row="MY").data.members] == ["dipping", "tapping"]
    assert [one.node for one in asked("category-risk", column=FORCED).data.members] == ["c1", "c2", "c3"]
    with pytest.raises(InputError) as refused:
        asked("country-tier", row="XX")
    assert "'MY'" in refused.value.remedy


def test_a_cut_list_of_rows_is_counted() -> None:
    answer = asked("country-tier", most=1)
    assert answer.data.rows == ("MY",)
    (cut,) = answer.completeness.cut
    assert (cut.list, cut.listed, cut.total) == ("heat.rows", 1, 2)
    assert answer.data.whole.things == 3, "figures are of everything"


# -- against the other questions, on the demonstration -----------------------------------------------------------
@pytest.mark.parametrize("risk", [FORCED, "environment"])
def test_a_category_says_what_its_exposure_says(demo: Service, risk: str) -> None:
    told = ask(demo, When(), Heat(risk=risk)).data
    assert len(told.rows) > 5
    for row in told.rows:
        found = next(one for one in told.cells if (one.row, one.column) == (row, risk))
        whole: Any = ask(demo, When(), Exposure(subject=row, risk=risk, members=0))
        levels = {one.level: one.contracts for one in whole.data.levels if one.links is Links.ITEM_GENERIC}
        assert found.things == whole.data.contracts == sum(levels.values())
        assert found.reached == sum(n for level, n in levels.items() if level not in ("0", "unknown"))
        assert found.level == min(levels, key=[level.value for level in Level].index)
        assert (found.steps, found.unassessed) == (whole.completeness.steps, whole.completeness.unassessed)


def test_a_step_stands_at_the_level_that_the_tier_view_shows(demo: Service) -> None:
    subject = "demo:contract-gloves-kalmar"
    trace: Any = ask(demo, When(), Trace(start=(subject,), risk=FORCED))
    shown = {one.node.id: level_of(one.reach).value for one in trace.data.nodes if one.node.type == "Step"}
    map_ = ask(demo, When(), Heat(by="country-tier", subject=subject, risk=FORCED)).data
    listed: dict[str, str] = {}
    for column in map_.columns:
        chosen = ask(demo, When(), Heat(by="country-tier", subject=subject, risk=FORCED, column=column)).data
        listed |= {one.node: one.level for one in chosen.members}
    assert listed == shown
