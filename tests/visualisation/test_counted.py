"""Each figure says what it counts, and each question to a supplier what it asks about."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from graph.answer import Answer
from graph.questions.affected import affected
from graph.questions.heat import heat
from graph.questions.listed import listed
from graph.questions.placing import sites_of
from graph.questions.tiering import Only, tiers
from tests.graph.worlds import FORCED, World
from visualisation import pages
from visualisation.page import Page
from visualisation.sentences import Teller
from visualisation.svg import heading_of
from visualisation.terminal import answer_text
from visualisation.views.tiers import drawing_of
from visualisation.words import LANGUAGES, Words

every_language = pytest.mark.parametrize("lang", LANGUAGES)


def world() -> World:
    """A contract of a factory's goods, another that its holder has, and a site behind no contract."""
    w = World()
    w.org("holder")
    w.site("factory")
    w.site("elsewhere")
    for contract in ("known", "untold"):
        w.contract(contract)
        w.link("HOLDS", "holder", contract)
    w.step("step", site="factory", feeds=["known"])
    w.said("finding", FORCED, ["factory"], severity=4)
    return w


def text(answer: Answer[Any], lang: str) -> str:
    return " ".join(answer_text(answer, Words(lang)).split())


@every_language
def test_sites_of_all_are_not_said_to_lie_behind_contracts(lang: str) -> None:
    s, words = world().snapshot(), Words(lang)
    contracts = words("map.contracts", n=2)
    assert words("map.headline_all", n=2, contracts=contracts) in text(sites_of(s, "all", None, most=9), lang)
    of_one = text(sites_of(s, "known", None, most=9), lang)
    assert words("map.headline", n=1, contracts=words("map.contracts", n=1)) in of_one


@every_language
def test_contracts_of_a_period_are_not_said_to_be_of_a_day(lang: str) -> None:
    words, w = Words(lang), world()
    period = w.during(date(2026, 1, 1), date(2027, 1, 1))
    for snapshot, key in ((w.snapshot(), "affected.of_all"), (period, "affected.of_period")):
        answer = affected(snapshot, "factory")
        assert words(key, n=2) in text(answer, lang)
        assert words(key, n=2) in pages.render(answer, Page(lang, "/", (("start", "factory"),)))


@every_language
def test_a_supplier_is_asked_about_what_a_finding_concerns_and_not_about_the_finding(lang: str) -> None:
    words = Words(lang)
    said = words("question.of_statement", what="finding")
    asked = words("question.ask_supplier_link_voluntary", what=said)
    assert asked in text(affected(world().snapshot(), "finding"), lang)


@every_language
def test_a_box_of_which_nothing_more_is_told_has_no_empty_brackets(lang: str) -> None:
    assert "()" not in text(tiers(world().snapshot(), "all", None, by="supplier", only=Only(), opened=[]), lang)


@every_language
def test_a_heat_map_without_a_step_says_that_none_is_known_upstream(lang: str) -> None:
    w, words = World(), Words(lang)
    w.contract("alone")
    told = text(heat(w.snapshot(), "category-risk", "all", None, row=None, column=None, most=9), lang)
    assert f"{words('heat.no_steps')} {words('heat.upstream')}" in told
    assert words("heat.unassessed", risk=words("any_risk")) not in told


@every_language
def test_one_contract_without_a_category_is_one(lang: str) -> None:
    w, words = World(), Words(lang)
    w.contract("alone")
    assert words("goods.uncategorised", n=1) in text(listed(w.snapshot(), "all", scheme="dol", risk=None, most=9), lang)
    assert "{n}" not in words("goods.uncategorised", n=1)


def test_above_the_buyers_stands_how_many_buyers_there_are_and_not_their_contracts() -> None:
    w = World()
    for n in range(30):
        w.org(f"region{n:02}")
    for n in range(60):
        w.contract(f"contract{n:02}", buyer=f"region{n // 2:02}")
    answer = tiers(w.snapshot(), "all", FORCED, by="stage", only=Only(), opened=())
    assert answer.data is not None
    marks = drawing_of(answer.data, Teller(answer, Words("en"))).marks
    headings = {column: heading_of(column, [m for m in marks if m.column == column], Words("en")) for column in (-1, 0)}
    assert headings == {-1: ("Buyer", "30"), 0: ("Contract", "60")}
