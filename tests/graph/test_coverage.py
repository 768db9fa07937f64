"""Coverage: what is told of how many contracts, where knowledge ends and who could tell; worked by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.ask import ask
from api.service import Service, When
from graph.questions.coverage import Known, age_in_years, coverage
from graph.questions.declared.coverage import Coverage
from graph.questions.declared.exposure import Exposure
from ontology.records import Source
from tests.graph.worlds import FORCED, World


def world() -> World:
    """One contract is told to the field under a clause that reaches the chain; of one the maker is told and no more,
    nobody has a right to ask; of one nothing is told, and nobody holds it."""
    w = World()
    for org in ("told", "shut"):
        w.org(org)
    w.kind("tea")
    w.kind("cups")
    w.contract("whole", holder="told", category="tea", known="all", clause="advanced")
    w.contract("half", holder="shut", category="cups", known="all")
    w.contract("none", category="cups")
    w.step("picking", stage="cultivation", of="tea", feeds=["whole"])
    w.step("firing", stage="final-manufacture", of="cups", feeds=["half"])
    w.said("assessed", FORCED, ["tea"], severity=1)
    return w


def known(of: str | None, *numbers: int) -> Known:
    names = ("contracts", "begun", "whole", "assessed", "entitled")
    return Known(of=of, **dict(zip(names, numbers, strict=True)))


def asked(**more: Any) -> Any:
    given = {"subject": "all", "risk": None, "most": 50, **more}
    return coverage(world().snapshot(), {}, given.pop("subject"), given.pop("risk"), **given)


def test_contracts_are_counted_by_what_is_told_of_them() -> None:
    data = asked().data
    assert data.whole == known(None, 3, 2, 1, 1, 1)
    assert data.suppliers == (known(None, 1, 0, 0, 0, 0), known("shut", 1, 1, 0, 0, 0), known("told", 1, 1, 1, 1, 1))
    assert data.categories == (known("cups", 2, 1, 0, 0, 0), known("tea", 1, 1, 1, 1, 1))


def test_what_suppliers_have_disclosed_is_counted_of_contracts_and_of_suppliers() -> None:
    """Of the cups a site is named and where its clay is dug; of the tea that it is grown, but not where."""
    w = world()
    w.place("SE", country="SE")
    w.kind("clay")
    w.site("pottery")
    w.link("PERFORMS", "pottery", "firing")
    w.step("digging", stage="extraction", of="clay", at="SE", feeds=["firing"])
    data = coverage(w.snapshot(), {}, "all", None, most=50).data
    assert data is not None
    told = {row.of: (row.made, row.next, row.raw) for row in data.suppliers}
    assert told == {None: (0, 0, 0), "shut": (1, 1, 1), "told": (0, 0, 0)}
    assert data.disclosed.model_dump() == {"suppliers": 2, "made": 1, "next": 1, "raw": 1}
    assert asked().data.disclosed.model_dump() == {"suppliers": 2, "made": 0, "next": 0, "raw": 0}


def test_each_tier_has_its_steps_those_unassessed_and_its_ends() -> None:
    rows = [(t.tier, t.steps, t.unassessed, t.ends, t.typical) for t in asked().data.tiers]
    assert rows == [(0, 0, 0, 1, 0), (1, 2, 1, 1, 0)], "the contract of which nothing is told is an end itself"


def test_what_is_typical_is_not_told() -> None:
    w = world()
    w.step("typical", stage="final-manufacture", of="cups", generic=True)
    data = coverage(w.snapshot(), {}, "all", None, most=50).data
    assert data is not None
    assert data.whole == known(None, 3, 2, 1, 1, 1)
    assert [t.typical for t in data.tiers] == [0, 1]


def test_who_could_tell_is_named_with_how_much_and_by_which_right() -> None:
    answer = asked()
    rows = [(one.organisation, one.entitled, one.ends, one.contracts) for one in answer.data.asks]
    assert rows == [(None, False, 1, 0), ("shut", False, 1, 0)]
    w = world()
    w.contract("half", holder="shut", category="cups", known="all", clause="advanced")
    answered = coverage(w.snapshot(), {}, "all", None, most=50)
    assert answered.data is not None
    assert ("shut", True, 1, 1) in [(a.organisation, a.entitled, a.ends, a.contracts) for a in answered.data.asks]


def test_lists_that_are_cut_are_counted_and_nothing_else_changes() -> None:
    whole, cut = asked(), asked(most=1)
    assert cut.data.whole == whole.data.whole
    assert cut.data.suppliers == whole.data.suppliers[:1]
    assert {one.list: (one.listed, one.total) for one in cut.completeness.cut} == {
        "coverage.suppliers": (1, 3),
        "coverage.categories": (1, 2),
        "coverage.asks": (1, 2),
    }


def test_the_age_of_a_source_is_in_whole_years_and_unknown_where_no_day_is_given() -> None:
    def source(published: date | None, retrieved: date | None = None) -> Source:
        return Source("s", "1", "t", "p", published=published, retrieved=retrieved)

    day = date(2026, 3, 1)
    given = (date(2025, 3, 1), date(2025, 3, 2), date(2020, 2, 29), date(2026, 5, 1))
    assert [age_in_years(source(published), day) for published in given] == [1, 0, 6, 0]
    assert age_in_years(source(None, date(2024, 3, 1)), day) == 2
    assert age_in_years(source(None), day) is None
    sources = {"a": (source(given[0]), 3), "b": (source(None), 2), "c": (source(given[2]), 0)}
    ages = coverage(world().snapshot(), sources, "all", None, most=50).data
    assert ages is not None
    told = {(row.since, row.until): (row.sources, row.said) for row in ages.ages}
    assert told[1, 2] == (1, 3)
    assert told[None, None] == (1, 2)
    assert sum(n for n, _ in told.values()) == 2, "a source that nothing rests on ages nothing"


def test_ends_and_steps_are_those_of_the_exposure(demo: Service) -> None:
    told: Any = ask(demo, When(), Coverage(risk=FORCED))
    whole: Any = ask(demo, When(), Exposure(subject="all", risk=FORCED, members=0))
    assert told.completeness.ends_total == whole.completeness.ends_total
    assert sum(one.ends for one in told.data.asks) == told.completeness.ends_total
    item = sum(tier.item_steps for tier in whole.data.tiers)
    assert (sum(t.steps for t in told.data.tiers), told.completeness.steps) == (item, item)
