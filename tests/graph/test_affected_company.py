"""A company in the news: what it makes is affected, what it owns, recruits for or sells is listed beside."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from graph.answer import Resolution
from graph.data import AffectedData, Listed
from graph.questions.affected import affected
from graph.questions.exposure import exposure
from ontology.records import Status
from tests.graph.worlds import DAY, FORCED, World

LAST_YEAR = (date(2025, 1, 1), date(2026, 1, 1))


def world() -> World:
    """A maker runs one step and operates the site of another; it also sells, goods unknown, and is owned.

    run (maker) ----------------> stock (wholesaler) --> c-run       wholesaler also delivers c-other
    made (factory of the maker) ----------------------> c-made       trader, which buys from the maker, holds c-trader
    parent --control--> holding --0.6--> maker, minor --0.3--> maker, agency recruits for the factory
    """
    w = World()
    for org in ("region", "maker", "wholesaler", "trader", "parent", "holding", "minor", "agency"):
        w.org(org)
    w.site("factory", operator="maker")
    for contract, holder in (("c-run", "wholesaler"), ("c-other", "wholesaler"), ("c-made", "trader")):
        w.contract(contract, holder=holder, buyer="region", clause="advanced")
    w.contract("c-trader", holder="trader", buyer="region", clause="basic")
    w.step("stock", runs="wholesaler", feeds=["c-run"])
    w.step("paper", runs="wholesaler", feeds=["c-other"])
    w.step("run", runs="maker", feeds=["stock"])
    w.step("made", site="factory", feeds=["c-made"])
    w.link("SELLS_TO", "maker", "trader")
    w.link("OWNS", "parent", "holding", control=True)
    w.link("OWNS", "holding", "maker", share=0.6)
    w.link("OWNS", "minor", "maker", share=0.3)
    w.link("RECRUITS_FOR", "agency", "factory", confidence=0.7)
    return w


def ask(w: World, start: str, day: date = DAY, **options: Any) -> AffectedData:
    found = affected(w.snapshot(day), start, **options).data
    assert found is not None
    return found


def by_resolution(found: AffectedData, *which: Resolution) -> set[str]:
    return {row.contract.id for row in found.contracts if row.resolution in which}


def item(found: AffectedData) -> set[str]:
    return by_resolution(found, Resolution.ITEM)


def listed(found: AffectedData) -> dict[str, Listed]:
    return {row.company: row for row in found.company_list}


def test_a_company_begins_at_the_steps_that_it_runs_and_those_that_its_sites_perform() -> None:
    found = ask(world(), "maker")
    assert found.start_steps == ("made", "run")
    assert item(found) == {"c-run", "c-made"}
    paths = {row.contract.id: row.path for row in found.contracts}
    assert paths["c-run"] is not None
    assert paths["c-run"].nodes == ("run", "stock", "c-run"), "by name of the step"


def test_what_its_buyers_hold_besides_is_a_supplier_link_only() -> None:
    found = ask(world(), "maker")
    assert by_resolution(found, Resolution.COMPANY) == {"c-other", "c-trader"}
    assert "maker" not in listed(found), "its contracts stand above"


def test_no_harm_passes_from_the_company_by_it() -> None:
    w = world()
    w.said("finding", FORCED, ["maker"], severity=4)
    figures = exposure(w.snapshot(), "all", FORCED).data
    assert figures is not None
    assert not any(member.figures for member in figures.members)


def test_a_wholesalers_one_factory_does_not_touch_its_other_lines() -> None:
    w = world()
    w.site("own", operator="wholesaler")
    w.link("PERFORMS", "own", "stock")
    assert item(ask(w, "own")) == {"c-run"}
    assert item(ask(w, "wholesaler")) == {"c-run", "c-other"}, "both lines are its own"


@pytest.mark.parametrize("owner", ["holding", "parent"])
def test_an_owner_is_listed_and_not_counted(owner: str) -> None:
    found = ask(world(), owner)
    assert not item(found)
    row = listed(found)["maker"]
    assert (row.why, row.contracts) == ("owns", ("c-made", "c-run"))
    assert by_resolution(found, Resolution.COMPANY) == {"c-made", "c-run", "c-trader"}
    counted = {count.what: count.contracts for count in found.counts}
    assert (counted["item"], counted["company"]) == (0, 3)
    chain = {link.id: (link.source, link.target) for link in found.links}
    assert [chain[id] for id in row.via][-1] == ("holding", "maker")


def test_an_owner_of_less_than_half_without_control_lists_nothing() -> None:
    assert not ask(world(), "minor").contracts


def test_both_owners_of_half_a_joint_venture_list_it() -> None:
    w = world()
    w.org("venture")
    w.step("joint", runs="venture", feeds=["c-trader"])
    for owner in ("holding", "minor"):
        w.link("OWNS", owner, "venture", share=0.5)
        assert listed(ask(w, owner))["venture"].contracts == ("c-trader",)


def test_an_owner_with_steps_of_its_own_counts_those_and_no_others() -> None:
    w = world()
    w.step("packing", runs="parent", feeds=["c-other"])
    found = ask(w, "parent")
    assert item(found) == {"c-other"}
    assert listed(found)["maker"].contracts == ("c-made", "c-run")


def test_owners_in_a_circle_end_and_none_owns_itself() -> None:
    w = world()
    w.link("OWNS", "maker", "parent", control=True)
    found = ask(w, "maker")
    assert item(found) == {"c-run", "c-made"}
    assert {id for id, row in listed(found).items() if row.why == "owns"} == {"parent", "holding"}


def test_an_ownership_or_operation_that_ended_relates_nobody_after_it() -> None:
    w = world()
    w.org("former")
    w.link("OWNS", "former", "maker", control=True, valid=LAST_YEAR)
    w.link("OPERATES", "former", "factory", valid=LAST_YEAR)
    assert not ask(w, "former").contracts
    then = ask(w, "former", date(2025, 6, 1))
    assert item(then) == {"c-made"}
    assert listed(then)["maker"].contracts == ("c-run",)


def test_a_denied_operation_or_ownership_is_shown_beside_and_begins_nothing() -> None:
    w = world()
    w.org("accused")
    w.link("OPERATES", "accused", "factory", denied=True)
    w.link("OWNS", "accused", "maker", control=True, denied=True)
    found = ask(w, "accused")
    assert not found.contracts
    assert {(d.type, d.target) for d in found.denied} == {("OPERATES", "factory"), ("OWNS", "maker")}


def test_a_recruiter_touches_the_steps_of_its_sites_by_labour_risks_only() -> None:
    w = world()
    labour = ask(w, "agency", risk=FORCED)
    assert item(labour) == {"c-made"}
    (row,) = [row for row in labour.contracts if row.resolution is Resolution.ITEM]
    assert row.path is not None
    assert row.path.nodes == ("agency", "factory", "made", "c-made")
    assert row.path.value == pytest.approx(0.7)
    assert not ask(w, "agency", risk="deforestation").contracts


def test_a_recruiter_asked_about_without_a_risk_is_listed_and_not_counted() -> None:
    found = ask(world(), "agency")
    assert not item(found)
    row = listed(found)["agency"]
    assert (row.why, row.contracts) == ("recruits_for", ("c-made",))


@pytest.mark.parametrize("gathered", [False, True], ids=["finding", "incident"])
def test_a_finding_of_another_risk_about_a_recruiter_lists_nothing_by_recruitment(gathered: bool) -> None:
    w = world()
    w.said("spill", "water-pollution", ["agency"], severity=4)
    w.node("Incident", "incident")
    w.link("GATHERS", "incident", "spill")
    found = ask(w, "incident" if gathered else "spill")
    asked = ask(w, "agency", risk="water-pollution")
    assert not found.contracts
    assert "agency" not in listed(found)
    assert found.counts == asked.counts, "one answer, whether the finding or its risk is asked about"


def test_a_finding_whose_risk_nobody_names_may_be_one_of_labour() -> None:
    w = world()
    w.node("Finding", "claim")
    w.link("ABOUT", "claim", "agency")
    found = ask(w, "claim")
    assert not item(found)
    assert listed(found)["agency"].contracts == ("c-made",)


def test_a_labour_finding_about_a_recruiter_touches_the_steps_of_its_sites() -> None:
    w = world()
    w.said("fees", FORCED, ["agency"], severity=3)
    w.node("Incident", "incident")
    w.link("GATHERS", "incident", "fees")
    assert item(ask(w, "incident")) == {"c-made"}


def test_an_incident_about_a_company_touches_what_the_company_makes() -> None:
    w = world()
    w.said("finding", FORCED, ["maker"], severity=4)
    assert item(ask(w, "finding")) == {"c-run", "c-made"}


def test_a_generic_step_that_a_company_runs_makes_what_it_reaches_typical() -> None:
    w = world()
    w.step("typical", runs="maker", generic=True)
    w.supply("typical", "c-trader", status=Status.GENERIC)
    found = ask(w, "maker")
    assert by_resolution(found, Resolution.GENERIC) == {"c-trader"}


def test_a_kind_of_goods_narrows_what_a_company_makes() -> None:
    w = world()
    w.kind("glove")
    w.link("OUTPUTS", "run", "glove")
    assert item(ask(w, "maker", goods="glove")) == {"c-run"}


def test_every_contract_is_counted_once() -> None:
    w = world()
    w.contract("c-told", known="all")
    w.step("c-told-in", known="all", stage="extraction", feeds=["c-told"])
    w.contract("c-untold", buyer="region")
    found = ask(w, "maker")
    counts = {count.what: (count.contracts, count.regions) for count in found.counts}
    assert counts == {
        "item": (2, 1), "generic": (0, 0), "company": (2, 1), "may_apply": (0, 0), "untold": (1, 1), "told": (1, 0),
    }  # fmt: skip
    assert sum(n for n, _ in counts.values()) == found.contracts_all


def test_a_row_whose_contracts_stand_above_says_so_and_not_that_none_is_known() -> None:
    w = world()
    w.links = [k for k in w.links if "c-other" not in (k.source, k.target)]
    del w.nodes["c-other"]
    row = listed(ask(w, "run"))["wholesaler"]
    assert (row.contracts, row.above, row.told) == ((), ("c-run",), 0)


def test_a_row_whose_contracts_are_all_told_says_so() -> None:
    w = world()
    w.contract("c-other", known="all")
    w.step("paper", known="all", stage="extraction")
    w.links = [k for k in w.links if "c-run" not in (k.source, k.target)]
    del w.nodes["c-run"]
    w.link("SELLS_TO", "maker", "wholesaler")
    row = listed(ask(w, "maker"))["wholesaler"]
    assert (row.contracts, row.above, row.told) == ((), (), 1)


def test_what_was_affected_until_another_day_is_said_until_when() -> None:
    w = world()
    w.contract("c-old", holder="trader", buyer="region")
    w.supply("made", "c-old", valid=(date(2024, 1, 1), date(2025, 6, 1)))
    w.contract("c-new", holder="trader", buyer="region")
    w.supply("made", "c-new", valid=(date(2027, 1, 1), None))
    for start in ("maker", "factory", "made"):
        found = {row.contract.id: (row.until, row.since) for row in ask(w, start).formerly}
        assert found == {"c-old": (date(2025, 5, 31), None), "c-new": (None, date(2027, 1, 1))}, start


def test_periods_that_never_meet_make_nothing_affected_on_any_day() -> None:
    w = world()
    w.contract("c-never")
    w.step("early", site="factory")
    w.step("late")
    w.supply("early", "late", valid=(None, date(2020, 1, 1)))
    w.supply("late", "c-never", valid=(date(2021, 1, 1), date(2022, 1, 1)))
    assert not ask(w, "factory").formerly


def test_an_incident_of_today_says_what_its_site_delivered_before() -> None:
    w = world()
    w.said("finding", FORCED, ["factory"], severity=4, issued="2026-05-01", valid=(date(2026, 5, 1), None))
    w.node("Incident", "incident", valid=(date(2026, 5, 1), None))
    w.link("GATHERS", "incident", "finding")
    w.contract("c-old")
    w.supply("made", "c-old", valid=LAST_YEAR)
    (row,) = ask(w, "incident").formerly
    assert (row.contract.id, row.until) == ("c-old", date(2025, 12, 31))


def test_a_place_of_recruitment_reaches_what_its_sites_make_where_a_labour_risk_is_asked_about() -> None:
    w = World()
    w.place("NP", country="NP")
    w.place("district", within="NP")
    w.contract("c")
    w.site("factory")
    w.step("dip", site="factory", feeds=["c"])
    w.link("RECRUITS_FOR", "district", "factory", confidence=0.7)
    for place in ("NP", "district"):
        for risk, found in ((FORCED, ["c"]), ("water-pollution", []), (None, [])):
            answer = affected(w.snapshot(), place, risk=risk)
            assert answer.data is not None
            assert [row.contract.id for row in answer.data.contracts] == found
