"""Nothing to show: each question, format and language says so, and never as if something had been found clear."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import networkx as nx
import pytest
from python_calamine import CalamineWorkbook

from graph.answer import Answer
from graph.questions.affected import affected
from graph.questions.coverage import coverage
from graph.questions.exposure import exposure
from graph.questions.figures import figures
from graph.questions.heat import heat
from graph.questions.paths import paths
from graph.questions.placing import sites_of
from graph.questions.risks import risks
from graph.questions.tiering import Only, tiers
from graph.questions.trace import trace
from graph.snapshot.view import Snapshot
from tests.graph.worlds import FORCED, World
from visualisation import pages
from visualisation.export_csv import answer_csv
from visualisation.export_xlsx import affected_xlsx, answer_xlsx
from visualisation.exporters import named_in
from visualisation.graphml import answer_graphml
from visualisation.page import Page
from visualisation.pyvis_snapshot import snapshot_html
from visualisation.terminal import answer_text
from visualisation.words import LANGUAGES, Words

BEFORE, BETWEEN, AFTER = date(2015, 1, 1), date(2021, 6, 1), date(2030, 1, 1)


def world() -> World:
    """A region of which one contract ended in 2020 and the next began in 2022, and one that never had any."""
    w = World()
    for org in ("region", "holder", "maker", "nobody"):
        w.org(org)
    w.node("Contract", "old", valid=(date(2018, 1, 1), date(2021, 1, 1)))
    w.node("Contract", "new", valid=(date(2022, 1, 1), date(2026, 1, 1)))
    w.site("factory", operator="maker")
    w.step("step", site="factory", runs="maker")
    for contract in ("old", "new"):
        w.link("SERVES", contract, "region")
        w.link("HOLDS", "holder", contract)
        w.supply("step", contract)
    w.said("finding", FORCED, ["factory"], severity=4)
    return w


Ask = Callable[[Snapshot], Answer[Any]]
ASKED: dict[str, Ask] = {
    "exposure": lambda s: exposure(s, "region", FORCED),
    "exposure of all": lambda s: exposure(s, "all", FORCED),
    "exposure of a supplier": lambda s: exposure(s, "holder", FORCED),
    "exposure of nobody": lambda s: exposure(s, "nobody", FORCED),
    "trace": lambda s: trace(s, ["region"], risk=FORCED),
    "trace of a contract": lambda s: trace(s, ["old"], risk=FORCED),
    "trace of nobody": lambda s: trace(s, ["nobody"], upstream=False),
    "risks": lambda s: risks(s, "region"),
    "figures": lambda s: figures(s, "region", FORCED, "A", members=9),
    "heat": lambda s: heat(s, "category-risk", "region", None, row=None, column=None, most=9),
    "heat of steps": lambda s: heat(s, "country-tier", "region", FORCED, row=None, column=None, most=9),
    "coverage": lambda s: coverage(s, {}, "region", None, most=9),
    "tiers": lambda s: tiers(s, "region", FORCED, by="supplier", only=Only(), opened=[]),
    "sites": lambda s: sites_of(s, "region", FORCED, most=9),
    "affected": lambda s: affected(s, "factory"),
    "affected by nobody": lambda s: affected(s, "nobody"),
    "paths": lambda s: paths(s, "step", "region"),
}
OF_A_GROUP = ("exposure", "risks", "figures", "heat", "heat of steps", "coverage", "tiers", "sites")
UNDRAWN = ("risks", "figures", "heat", "coverage", "tiers", "sites")
every_question = pytest.mark.parametrize("name", ASKED)
every_day = pytest.mark.parametrize("day", [BEFORE, BETWEEN, AFTER], ids=str)
every_language = pytest.mark.parametrize("lang", LANGUAGES)


def rendered(name: str, answer: Answer[Any], lang: str) -> str:
    page = Page(lang, "/", (("start", "region"), ("subject", "region"), ("source", "step"), ("target", "region")))
    return pages.render(answer, page)


@every_question
@every_day
@every_language
def test_every_format_of_nothing_can_be_made(name: str, day: date, lang: str) -> None:
    answer, words = ASKED[name](world().snapshot(day)), Words(lang)
    assert words("as_of.valid_at") in answer_text(answer, words)
    assert "<h1>" in rendered(name, answer, lang)
    rows = list(csv.reader(io.StringIO(answer_csv(answer, words).decode("utf-8-sig"))))
    assert len(rows) > 1, "a table without rows says so in one"
    made = [answer_xlsx(answer, words), *([affected_xlsx([answer], words)] if name.startswith("affected") else [])]
    for file in made:
        book = CalamineWorkbook.from_filelike(io.BytesIO(file))
        for sheet in book.sheet_names:
            assert len(book.get_sheet_by_name(sheet).to_python()) > 4, "no sheet is left empty without a word"
    assert nx.parse_graphml(answer_graphml(answer, words).decode()).graph
    if name.split()[0] not in UNDRAWN:
        assert words("tier.nothing") in snapshot_html(answer, words).decode()
    assert named_in(answer) is not None


@pytest.mark.parametrize("name", OF_A_GROUP)
@every_day
@every_language
def test_a_group_without_a_valid_contract_names_the_nearest_days(name: str, day: date, lang: str) -> None:
    answer, words = ASKED[name](world().snapshot(day)), Words(lang)
    until = {BETWEEN: date(2020, 12, 31), AFTER: date(2025, 12, 31)}.get(day)
    since = {BEFORE: date(2018, 1, 1), BETWEEN: date(2022, 1, 1)}.get(day)
    assert answer.data is not None
    assert (answer.data.other_days.until, answer.data.other_days.since) == (until, since)
    texts = [answer_text(answer, words), rendered(name, answer, lang)]
    for text in [*texts, answer_csv(answer, words).decode()] if name in ("exposure", "figures") else texts:
        for key, when in (("until", until), ("since", since)):
            assert (words(f"no_contract.{key}", day=when) in " ".join(text.split())) == (when is not None)


@pytest.mark.parametrize("name", ["trace", "trace of a contract", "paths"])
@every_day
@every_language
def test_what_leads_nowhere_on_a_day_names_the_nearest_days_on_which_it_does(name: str, day: date, lang: str) -> None:
    answer, words = ASKED[name](world().snapshot(day)), Words(lang)
    until = {BETWEEN: date(2020, 12, 31), AFTER: date(2025, 12, 31)}.get(day)
    since = {BEFORE: date(2018, 1, 1), BETWEEN: date(2022, 1, 1)}.get(day)
    if name == "trace of a contract":
        until, since = None if day == BEFORE else date(2020, 12, 31), date(2018, 1, 1) if day == BEFORE else None
    assert answer.data is not None
    assert (answer.data.other_days.until, answer.data.other_days.since) == (until, since)
    for text in (answer_text(answer, words), rendered(name, answer, lang)):
        said = " ".join(text.split())
        assert {"trace": "region", "trace of a contract": "old", "paths": "step → region"}[name] in said
        for key, when in (("until", until), ("since", since)):
            assert (words(f"not_then.{key}", day=when) in said) == (when is not None)


def test_what_leads_somewhere_on_the_day_names_no_other_day() -> None:
    s = world().snapshot(date(2023, 1, 1))
    for name in ("trace", "paths", *OF_A_GROUP):
        answer = ASKED[name](s)
        assert answer.data is not None
        assert answer.data.other_days is None
    both = trace(s, ["old", "new"])
    assert both.data is not None
    assert both.data.not_there == ("old",), "what is left out is named"
    assert Words("en")("not_then.one", what="old", when="2023-01-01") in answer_text(both, Words("en"))


def test_a_group_that_never_had_a_contract_says_that_its_risks_are_unknown() -> None:
    answer, words = ASKED["exposure of nobody"](world().snapshot(BETWEEN)), Words("en")
    assert words("no_contract.ever") in answer_text(answer, words)


@every_question
@every_day
def test_none_found_is_said_only_where_something_was_looked_at(name: str, day: date) -> None:
    answer, words = ASKED[name](world().snapshot(day)), Words("en")
    for text in (answer_text(answer, words), rendered(name, answer, "en")):
        assert words("unknown.nothing_counted") not in text
        assert words("knowledge.none_found") not in text


OF_A_KIND: dict[str, Ask] = {
    "exposure": lambda s: exposure(s, "code", FORCED),
    "risks": lambda s: risks(s, "code"),
    "figures": lambda s: figures(s, "code", FORCED, "A", members=9),
    "heat": lambda s: heat(s, "category-risk", "code", None, row=None, column=None, most=9),
    "coverage": lambda s: coverage(s, {}, "code", None, most=9),
    "tiers": lambda s: tiers(s, "code", FORCED, by="supplier", only=Only(), opened=[]),
    "sites": lambda s: sites_of(s, "code", FORCED, most=9),
}


@pytest.mark.parametrize("name", OF_A_KIND)
@every_language
def test_contracts_of_a_broader_matched_kind_are_named_and_not_said_to_be_none(lang: str, name: str) -> None:
    w = World()
    w.kind("own")
    w.kind("code")
    w.link("MATCHES", "own", "code", relation="narrower")
    w.contract("c", category="own")
    answer, words = OF_A_KIND[name](w.snapshot()), Words(lang)
    said = words("unknown.may_belong_matched", n=1, kind="own")
    for text in (answer_text(answer, words), rendered(name, answer, lang)):
        assert said in " ".join(text.split())
        assert words("no_contract.ever") not in text


@every_language
def test_contracts_that_count_by_a_match_are_said_to(lang: str) -> None:
    w = World()
    w.kind("own")
    w.kind("code")
    w.link("MATCHES", "own", "code", relation="exact")
    w.contract("c", category="own")
    answer, words = exposure(w.snapshot(), "code", FORCED), Words(lang)
    said = words("by_match", n=1, kind="own", match="own – code")
    for text in (answer_text(answer, words), rendered("exposure", answer, lang)):
        assert said in " ".join(text.split())
