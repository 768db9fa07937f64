"""From what is said to where it enters, and what was assessed at all: docs/method.md."""

from __future__ import annotations

from datetime import date

import pytest

from graph.snapshot.seeds import risk_types
from graph.snapshot.view import Snapshot
from tests.graph.worlds import CHILD, FORCED, World


def world() -> World:
    """One step: picking of cotton, at a site in XJ in CN, run by a company that operates the site."""
    w = World()
    w.place("CN", country="CN")
    w.place("XJ", within="CN")
    w.place("HB", within="CN")
    w.kind("fibre")
    w.kind("cotton", broader="fibre")
    w.org("company")
    w.site("site", at="XJ", operator="company")
    w.step("pick", stage="cultivation", of="cotton", site="site", runs="company")
    return w


def entered(s: Snapshot) -> set[str]:
    return {s.id(int(v)) for v in s.seeds.vertex}


def may(s: Snapshot) -> set[str]:
    return {s.id(int(v)) for v in s.seeds.maybe[:, 1]}


def assessed(s: Snapshot, risk: str = FORCED) -> set[str]:
    rows = s.seeds.assessed
    return {s.id(int(v)) for v in rows[rows[:, 0] == risk_types().index(risk), 1]}


@pytest.mark.parametrize(
    ("about", "stage", "where", "enters", "unknown"),
    [
        (["cotton"], None, "pick", True, False),
        (["fibre"], None, "pick", True, False),
        (["CN"], None, "pick", True, False),
        (["XJ"], None, "pick", True, False),
        (["HB"], None, "pick", False, False),
        (["cotton", "XJ"], "cultivation", "pick", True, False),
        (["cotton", "XJ"], "raw-material", "pick", True, False),
        (["cotton"], "processing", "pick", False, False),
        (["cotton", "HB"], None, "pick", False, False),
        (["site"], None, "site", True, False),
        (["company", "cotton"], None, "pick", True, False),
        (["company", "CN"], None, "pick", True, False),
        (["pick"], None, "pick", True, False),
    ],
)
def test_a_scope_enters_where_all_its_parts_are_met(
    about: list[str], stage: str | None, where: str, enters: bool, unknown: bool
) -> None:
    w = world()
    w.assessed("a", FORCED, about, severity=3, likelihood=0.5, **({"stage": stage} if stage else {}))
    s = w.snapshot()
    assert entered(s) == ({where} if enters else set())
    assert assessed(s) == ({"pick"} if enters else set())
    assert bool(may(s)) is unknown


def test_what_is_broader_than_the_scope_may_fall_under_it_which_is_unknown() -> None:
    w = world()
    w.step("mix", stage="raw-material", of="fibre", at="CN")
    for id, about in (("kind", ["cotton"]), ("place", ["fibre", "XJ"])):
        w.assessed(id, FORCED, about, severity=3, likelihood=0.5)
    w.assessed("stage", FORCED, ["CN"], severity=3, likelihood=0.5, stage="extraction")
    s = w.snapshot()
    assert entered(s) == {"pick"}
    assert may(s) == {"mix"}
    assert assessed(s) == {"pick"}


def test_a_step_in_no_known_place_may_be_anywhere() -> None:
    w = World()
    w.place("CN", country="CN")
    w.kind("cotton")
    w.step("pick", of="cotton")
    w.assessed("a", FORCED, ["cotton", "CN"], severity=3, likelihood=0.5)
    assert may(w.snapshot()) == {"pick"}


def test_several_places_of_a_scope_mean_any_of_them() -> None:
    w = world()
    w.assessed("a", FORCED, ["HB", "XJ", "cotton"], severity=3, likelihood=0.5)
    assert entered(w.snapshot()) == {"pick"}


def test_a_harm_said_of_a_bare_company_enters_nothing() -> None:
    w = world()
    w.said("f", FORCED, ["company"], severity=4)
    s = w.snapshot()
    assert entered(s) == set()
    assert assessed(s) == set()
    assert [s.id(int(v)) for v in s.seeds.listed[0]] == ["f", "company"]


def test_a_harm_said_of_a_company_and_a_site_assesses_that_site_alone() -> None:
    w = world()
    w.site("site-2", operator="company")
    w.step("pick-2", stage="cultivation", of="cotton", site="site-2", runs="company")
    w.said("f", FORCED, ["company", "site"], severity=4)
    s = w.snapshot()
    assert entered(s) == {"site"}
    assert assessed(s) == {"pick"}


def recruited() -> World:
    """The site's workers come through an agency, and from a district of Nepal."""
    w = world()
    w.org("agency")
    w.place("NP", country="NP")
    w.place("district", within="NP")
    w.link("RECRUITS_FOR", "agency", "site", confidence=0.5)
    w.link("RECRUITS_FOR", "district", "site", confidence=0.4)
    return w


def test_a_labour_harm_said_of_a_recruiter_enters_by_it_and_another_harm_does_not() -> None:
    w = recruited()
    w.said("f", FORCED, ["agency"], severity=4)
    s = w.snapshot()
    assert entered(s) == {"agency"}
    assert s.seeds.specific.all()
    assert assessed(s) == set()
    w = recruited()
    w.said("f", "water-pollution", ["agency"], severity=4)
    assert entered(w.snapshot()) == set()


@pytest.mark.parametrize("about", ["district", "NP"])
def test_a_labour_harm_said_of_a_place_of_recruitment_enters_there_as_a_generic_one(about: str) -> None:
    w = recruited()
    w.assessed("a", FORCED, [about], severity=3, likelihood=0.5)
    s = w.snapshot()
    assert (entered(s), may(s)) == ({"district"}, set())
    assert not s.seeds.specific.any()


def test_a_place_within_the_place_of_recruitment_may_be_it() -> None:
    w = recruited()
    w.place("village", within="district")
    w.assessed("a", FORCED, ["village"], severity=3, likelihood=0.5)
    s = w.snapshot()
    assert (entered(s), may(s)) == (set(), {"pick"})


def test_a_place_is_also_where_a_step_lies() -> None:
    w = recruited()
    w.link("LOCATED_IN", "pick", "district")
    w.assessed("a", FORCED, ["NP"], severity=3, likelihood=0.5)
    assert entered(w.snapshot()) == {"district", "pick"}


def test_goods_of_a_place_are_not_the_people_recruited_there() -> None:
    w = recruited()
    w.assessed("a", FORCED, ["NP", "cotton"], severity=3, likelihood=0.5)
    assert entered(w.snapshot()) == set()


def test_a_harm_of_a_recruiter_for_some_goods_enters_the_steps_of_those_goods() -> None:
    w = recruited()
    w.kind("wool")
    w.step("spin", stage="processing", of="wool", site="site")
    w.said("f", FORCED, ["agency", "cotton"], severity=4, confidence=0.8)
    s = w.snapshot()
    assert entered(s) == {"pick"}
    assert s.seeds.confidence.tolist() == [0.8 * 0.5]


def test_own_conduct_enters_by_the_company() -> None:
    w = world()
    w.said("f", "own-conduct", ["company"], severity=2)
    assert entered(w.snapshot()) == {"company"}


def test_a_finding_has_likelihood_1_and_an_assessment_its_own() -> None:
    w = world()
    w.said("f", FORCED, ["site"], severity=4, confidence=0.5)
    w.assessed("a", FORCED, ["cotton"], severity=2, likelihood=0.3)
    seeds = w.snapshot().seeds
    assert sorted(seeds.likelihood.tolist()) == [0.3, 1.0]
    assert sorted(seeds.confidence.tolist()) == [0.5, 1.0]


def test_insufficient_information_seeds_nothing_and_assesses_nothing() -> None:
    for about in (["cotton"], ["site"]):
        w = world()
        w.assessed("a", FORCED, about, level="uhm-insufficient-information")
        s = w.snapshot()
        assert entered(s) == set()
        assert assessed(s) == set()
        assert may(s) == {"pick"}


def test_a_statement_counts_from_the_day_it_was_made() -> None:
    w = world()
    w.said("f", FORCED, ["site"], severity=4, issued="2026-03-01")
    assert entered(w.snapshot(date(2026, 2, 28))) == set()
    assert entered(w.snapshot(date(2026, 3, 1))) == {"site"}


def test_a_revoked_decision_counts_until_the_day_and_in_every_period_that_it_held_in_part_of() -> None:
    w = world()
    w.said("ban", FORCED, ["site"], severity=4, issued="2026-02-01", revoked="2026-06-01")
    made, over = date(2026, 2, 1), date(2026, 6, 1)
    assert entered(w.snapshot(date(2026, 5, 31))) == {"site"}
    assert entered(w.snapshot(over)) == set()
    for start, end, counts in (
        (date(2026, 1, 1), date(2027, 1, 1), True),
        (date(2026, 5, 31), date(2026, 7, 1), True),
        (over, date(2026, 7, 1), False),
        (date(2026, 1, 1), date(2026, 2, 2), True),
        (date(2026, 1, 1), made, False),
    ):
        assert entered(w.during(start, end)) == ({"site"} if counts else set())


def test_an_audit_assesses_from_its_day_the_sites_it_examined_for_what_it_could_find() -> None:
    w = world()
    w.node("Audit", "audit", could_find=[CHILD], performed="2026-03-01")
    w.link("EXAMINED", "audit", "site")
    assert assessed(w.snapshot(date(2026, 2, 28)), CHILD) == set()
    assert assessed(w.snapshot(date(2026, 3, 1)), CHILD) == {"pick"}
    assert assessed(w.snapshot(), FORCED) == set()


def test_a_broader_risk_is_assessed_only_where_each_narrower_one_is() -> None:
    w = world()
    w.node("Audit", "audit", could_find=["debt-bondage"])
    w.link("EXAMINED", "audit", "pick")
    assert assessed(w.snapshot(), FORCED) == set()
    w.assessed("a", "state-imposed-labour", ["cotton"], severity=1, likelihood=0.1)
    assert assessed(w.snapshot(), FORCED) == {"pick"}
    assert assessed(w.snapshot(), "workers-rights") == set()


def test_a_broad_assessment_says_nothing_of_a_narrower_risk() -> None:
    w = world()
    w.assessed("a", "workers-rights", ["cotton"], level="uhm-low")
    assert assessed(w.snapshot(), "workers-rights") == {"pick"}
    assert assessed(w.snapshot(), FORCED) == set()
