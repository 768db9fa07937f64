"""Where sources are in conflict: what counts, and that they are, on every page and in every file, in both languages."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from graph.answer import Answer
from graph.questions.affected import affected
from graph.questions.entity import entity
from graph.questions.exposure import exposure
from graph.questions.paths import paths
from graph.questions.trace import trace
from ontology.records import Common, Polarity
from tests.graph.test_said import CONTRACT, FINDING, SITE, STEP, Asked, chain, contract, finding, source, step
from tests.graph.worlds import FORCED
from visualisation import pages
from visualisation.export_csv import answer_csv
from visualisation.graphml import answer_graphml
from visualisation.page import Page
from visualisation.sheets import sheets
from visualisation.terminal import answer_text
from visualisation.words import Words

SV, EN = Words("sv"), Words("en")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    one = chain(contract(clause_level="advanced"), step("final-manufacture"), finding(severity=4, standing="alleged"))
    other = [contract(clause_level="basic"), step("processing"), finding(severity=2, standing="refuted")]
    return Asked(tmp_path_factory.mktemp("conflicts"), [(source("one"), one), (source("two"), other)])


@pytest.fixture(scope="module")
def answers(asked: Asked) -> dict[str, Answer[Any]]:
    s = asked.snapshot()
    return {
        "exposure": exposure(s, CONTRACT, FORCED),
        "trace": trace(s, [CONTRACT], risk=FORCED),
        "affected": affected(s, FINDING),
        "paths": paths(s, SITE, CONTRACT),
    }


RENDER: dict[str, Callable[[Any, Page], str]] = {
    "exposure": pages.render,
    "trace": pages.render,
    "affected": pages.render,
    "paths": pages.render,
}
CLAUSES = {"sv": "Avancerad nivå ≠ Basnivå", "en": "Advanced level ≠ Basic level"}


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("name", RENDER)
def test_every_page_and_file_says_what_sources_are_in_conflict_about(
    answers: dict[str, Answer[Any]], name: str, lang: str
) -> None:
    words = Words(lang)
    page = RENDER[name](answers[name], Page(lang, f"/{name}"))
    for text in (page, answer_text(answers[name], words)):
        assert words("entity.conflicts") in text
        assert CLAUSES[lang] in text
    (sheet,) = [sheet for sheet in sheets(answers[name], words) if sheet.name == words("export.conflicts")]
    assert CLAUSES[lang] in {row[2] for row in sheet.rows}
    network = nx.read_graphml(io.BytesIO(answer_graphml(answers[name], words)), force_multigraph=True)
    assert any(CLAUSES[lang] in data["conflicts"] for _, data in network.nodes(data=True))


@pytest.mark.parametrize("name", ["exposure", "trace", "affected"])
def test_a_statement_says_which_severity_and_standing_count_and_that_sources_differ(
    answers: dict[str, Answer[Any]], name: str
) -> None:
    data = answers[name].data
    assert data is not None
    (statement,) = data.statements
    assert (statement.severity, statement.standing) == (4, "alleged")
    assert [conflict.property for conflict in statement.conflicts] == ["severity", "standing"]
    text = RENDER[name](answers[name], Page("en", f"/{name}"))
    assert "Alleged (the sources disagree: Alleged ≠ Refuted)" in text


def test_the_table_of_a_file_notes_the_clause_that_counts(answers: dict[str, Answer[Any]]) -> None:
    for name in ("exposure", "affected"):
        assert "Basnivå (källorna säger olika: Avancerad nivå ≠ Basnivå)" in answer_csv(answers[name], SV).decode()


def test_a_stage_in_conflict_is_noted_where_it_is_named(asked: Asked, answers: dict[str, Answer[Any]]) -> None:
    told = "(the sources disagree: Final manufacture ≠ Processing)"
    assert told in answer_csv(answers["trace"], EN).decode()
    html = pages.render(entity(asked.store, asked.snapshot(), STEP), Page("en", "/entity/x"))
    assert told in html


def test_what_is_only_denied_is_named_beside(tmp_path: Path) -> None:
    asked = Asked(tmp_path, [(source("one"), [contract(common=Common(polarity=Polarity.DENIED))])])
    s = asked.snapshot()
    answers: dict[str, Answer[Any]] = {"exposure": exposure(s, CONTRACT, FORCED), "trace": trace(s, [CONTRACT])}
    for name, answer in answers.items():
        html = RENDER[name](answer, Page("sv", "/x"))
        assert SV("denied.nodes") in html
        assert SV("denied.nodes") in answer_text(answer, SV)


def test_who_denies_and_who_asserts_that_a_thing_is_are_in_conflict(tmp_path: Path) -> None:
    denial = contract(common=Common(polarity=Polarity.DENIED))
    first = (source("one"), chain(contract(), step(), finding(severity=4)))
    s = Asked(tmp_path, [first, (source("two"), [denial])]).snapshot()
    assert "Whether it is so: asserted ≠ denied" in answer_text(exposure(s, CONTRACT, FORCED), EN)
