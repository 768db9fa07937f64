"""What is typical for a kind stands in where inputs are not all known, and only there: docs/method.md."""

from __future__ import annotations

from datetime import date

from graph.snapshot.view import Snapshot
from ontology.records import Status
from ontology.values import from_day
from tests.graph.worlds import World

Y = date


def world() -> World:
    """Gloves: g-dip (final manufacture) and g-pack (packaging, the last stage); rubber is their generic supplier."""
    w = World()
    w.kind("medical")
    w.kind("glove", broader="medical")
    w.kind("nitrile", broader="glove")
    w.kind("rubber", type="Material")
    w.step("g-pack", stage="packaging", of="glove", generic=True)
    w.step("g-dip", stage="final-manufacture", of="glove", generic=True, feeds=["g-pack"])
    w.step("g-grow", stage="cultivation", of="rubber", generic=True, feeds=["g-dip"])
    return w


def derived(s: Snapshot) -> list[tuple[str, str, date | None, date | None]]:
    """(source, target, from, to) of the derived links, in canonical order."""
    e = s.topology.edges
    return [
        (s.id(int(e.source[k])), s.id(int(e.target[k])), from_day(int(e.valid_from[k])), from_day(int(e.valid_to[k])))
        for k in range(len(e))
        if e.derived[k]
    ]


def pairs(w: World) -> set[tuple[str, str]]:
    return {(source, target) for source, target, *_ in derived(w.snapshot())}


def test_a_contract_gets_the_steps_of_the_last_stage_of_its_kind() -> None:
    w = world()
    w.contract("c", category="glove")
    assert pairs(w) == {("g-pack", "c")}


def test_all_places_of_that_stage_are_linked() -> None:
    w = world()
    w.step("g-pack-2", stage="packaging", of="glove", generic=True)
    w.contract("c", category="nitrile")
    assert pairs(w) == {("g-pack", "c"), ("g-pack-2", "c")}


def test_a_lot_lends_its_contract_its_category() -> None:
    w = world()
    w.node("Lot", "lot")
    w.link("IN_CATEGORY", "lot", "glove")
    w.contract("c")
    w.link("FOR_LOT", "c", "lot")
    assert pairs(w) == {("g-pack", "c")}


def test_a_reviewed_match_leads_from_one_scheme_to_another() -> None:
    for relation, applies in (("exact", True), ("broader", True), ("narrower", False)):
        w = world()
        w.kind("cpv-glove")
        w.link("MATCHES", "cpv-glove", "glove", relation=relation)
        w.contract("c", category="cpv-glove")
        assert (pairs(w) == {("g-pack", "c")}) is applies


def test_a_broader_category_gets_nothing() -> None:
    w = world()
    w.contract("c", category="medical")
    assert pairs(w) == set()


def test_all_deliveries_known_leaves_nothing_to_stand_in_for() -> None:
    w = world()
    w.contract("c", category="glove", known="all")
    w.step("other", feeds=["c"])
    assert pairs(w) == set()


def test_all_deliveries_known_is_believed_only_while_one_of_them_stands() -> None:
    w = world()
    w.contract("c", category="glove", known="all")
    assert pairs(w) == {("g-pack", "c")}
    w.step("other")
    w.supply("other", "c", valid=(Y(2024, 1, 1), Y(2025, 1, 1)))
    w.supply("other", "c", denied=True)
    assert set(derived(w.snapshot())) == {
        ("g-pack", "c", None, Y(2024, 1, 1)),
        ("g-pack", "c", Y(2025, 1, 1), None),
    }


def test_the_last_stage_is_that_of_the_day() -> None:
    w = world()
    w.node("Step", "g-wrap", status=Status.GENERIC, stage="distribution", valid=(Y(2024, 1, 1), Y(2025, 1, 1)))
    w.link("OUTPUTS", "g-wrap", "glove")
    w.contract("c", category="glove")
    assert set(derived(w.snapshot())) == {
        ("g-wrap", "c", Y(2024, 1, 1), Y(2025, 1, 1)),
        ("g-pack", "c", None, Y(2024, 1, 1)),
        ("g-pack", "c", Y(2025, 1, 1), None),
    }


def test_some_deliveries_known_leaves_the_rest() -> None:
    w = world()
    w.contract("c", category="glove", known="some")
    assert pairs(w) == {("g-pack", "c")}


def test_a_told_delivery_of_the_kind_takes_its_place_and_one_of_another_kind_does_not() -> None:
    w = world()
    w.kind("mask")
    w.contract("c", category="glove")
    w.step("masks", of="mask", feeds=["c"])
    assert ("g-pack", "c") in pairs(w)
    w.step("nitriles", of="nitrile", feeds=["c"])
    assert ("g-pack", "c") not in pairs(w)


def test_there_is_one_copy_for_each_period_in_which_nothing_is_told() -> None:
    # Told from 2024-01-01 until 2025-01-01, so typical before and after.
    w = world()
    w.contract("c", category="glove")
    w.step("dip", stage="final-manufacture", of="glove", known="all")
    w.step("latex", feeds=["dip"])
    w.supply("dip", "c", valid=(Y(2024, 1, 1), Y(2025, 1, 1)))
    assert set(derived(w.snapshot())) == {
        ("g-pack", "c", None, Y(2024, 1, 1)),
        ("g-pack", "c", Y(2025, 1, 1), None),
    }
    assert len(derived(w.snapshot())) == 2
    assert len(w.snapshot(Y(2024, 6, 1)).pairs("DELIVERED_UNDER").edge) == 1
    assert len(w.snapshot(Y(2025, 6, 1)).pairs("DELIVERED_UNDER").edge) == 1


def test_two_kinds_that_begin_on_one_day_keep_each_its_own_last_day() -> None:
    w = world()
    w.kind("sleeve")
    w.link("OUTPUTS", "g-pack", "sleeve")
    w.contract("c")
    w.link("IN_CATEGORY", "c", "glove", valid=(Y(2020, 1, 1), Y(2031, 1, 1)))
    w.link("IN_CATEGORY", "c", "sleeve", valid=(Y(2020, 1, 1), Y(2023, 1, 1)))
    assert set(derived(w.snapshot())) == {
        ("g-pack", "c", Y(2020, 1, 1), Y(2023, 1, 1)),
        ("g-pack", "c", Y(2020, 1, 1), Y(2031, 1, 1)),
    }
    for day, typical in ((Y(2022, 6, 1), 2), (Y(2026, 6, 1), 1), (Y(2031, 1, 1), 0)):
        assert len(w.snapshot(day).pairs("DELIVERED_UNDER").edge) == typical


def test_a_derived_link_holds_only_while_its_facts_do() -> None:
    w = world()
    w.contract("c")
    w.link("IN_CATEGORY", "c", "glove", valid=(Y(2025, 1, 1), Y(2026, 1, 1)))
    assert derived(w.snapshot()) == [("g-pack", "c", Y(2025, 1, 1), Y(2026, 1, 1))]


def test_a_derived_link_names_the_facts_that_it_rests_on() -> None:
    w = world()
    w.contract("c", category="nitrile")
    t = w.snapshot().topology
    (edge,) = [k for k in range(len(t.edges)) if t.edges.derived[k]]
    ids = {f"l{link.order:016x}": (link.type, link.source, link.target) for link in w.links}
    assert {ids[fact] for fact in t.edges.facts(edge)} == {
        ("IN_CATEGORY", "c", "nitrile"), ("BROADER", "nitrile", "glove"), ("OUTPUTS", "g-pack", "glove"),
    }  # fmt: skip


def test_a_told_step_gets_the_generic_suppliers_of_its_kind_and_stage() -> None:
    w = world()
    w.contract("c", known="all")
    w.step("dip", stage="final-manufacture", of="nitrile", feeds=["c"])
    assert pairs(w) == {("g-grow", "dip")}
    w.step("dip", stage="packaging")
    assert pairs(w) == {("g-dip", "dip")}


def test_a_step_whose_inputs_are_told_gets_none() -> None:
    w = world()
    w.contract("c", known="all")
    w.step("dip", stage="final-manufacture", of="glove", known="all", feeds=["c"])
    assert pairs(w) == {("g-grow", "dip")}, "all are said to be known, and none is told"
    w.step("latex", feeds=["dip"])
    assert pairs(w) == set()
    w.step("dip", stage="final-manufacture")
    w.step("farm", stage="cultivation", of="rubber", feeds=["dip"])
    assert pairs(w) == set()


def test_a_step_that_somebody_performs_is_not_generic_whatever_its_status() -> None:
    w = world()
    w.org("maker")
    w.link("RUNS", "maker", "g-pack")
    w.contract("c", category="glove")
    assert pairs(w) == {("g-dip", "c")}


def test_a_generic_step_is_none_while_somebody_performs_it() -> None:
    w = world()
    w.site("plant")
    w.link("PERFORMS", "plant", "g-pack", valid=(Y(2024, 1, 1), Y(2025, 1, 1)))
    w.link("PERFORMS", "plant", "g-pack", denied=True)
    w.contract("c", category="glove")
    assert set(derived(w.snapshot())) == {
        ("g-pack", "c", None, Y(2024, 1, 1)),
        ("g-dip", "c", Y(2024, 1, 1), Y(2025, 1, 1)),
        ("g-pack", "c", Y(2025, 1, 1), None),
    }


def test_an_input_is_known_while_its_step_is_valid() -> None:
    w = world()
    w.contract("c", category="glove")
    w.node("Step", "dip", stage="final-manufacture", valid=(Y(2024, 1, 1), Y(2025, 1, 1)))
    w.link("OUTPUTS", "dip", "glove")
    w.supply("dip", "c")
    contracts = {(source, start, end) for source, target, start, end in derived(w.snapshot()) if target == "c"}
    assert contracts == {("g-pack", None, Y(2024, 1, 1)), ("g-pack", Y(2025, 1, 1), None)}


def test_a_recipe_makes_no_generic_link() -> None:
    w = world()
    w.kind("ball")
    w.link("MADE_OF", "ball", "rubber")
    w.contract("c", category="ball")
    assert pairs(w) == set()
