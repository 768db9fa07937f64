"""Every risk type of one group of contracts, each with the way to its exposure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.answer import Links
from graph.questions.declared.coverage import Coverage
from graph.questions.question import Question
from ontology.label import Label
from ontology.vocabulary import vocabulary
from visualisation.marks import Level, figure_level, level_name, span
from visualisation.page import Page
from visualisation.pages import frame_of, rendered
from visualisation.sentences import Teller
from visualisation.views import Cell, Headline, Sheet, View, filled
from visualisation.views.coverage import ask_first, uncut
from visualisation.words import Words

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.coverage import CoverageData
    from graph.questions.risk_lines import RiskLine, RisksData

SHOWN = tuple(level for level in Level if level is not Level.NO_RISK)


def level_of_line(line: RiskLine) -> Level:
    """Unknown where nothing was reached and not all is known."""
    if line.worst is not None:
        return figure_level(line.worst)
    known = all(row.level == Level.NONE_FOUND for row in line.levels)
    return Level.NONE_FOUND if known and line.levels else Level.UNKNOWN


def counted(line: RiskLine, links: Links = Links.ITEM_GENERIC) -> list[tuple[Level, int]]:
    """How many contracts stand at each level, most severe first."""
    counts = {Level(row.level): row.contracts for row in line.levels if row.links is links}
    return [(level, counts[level]) for level in SHOWN if level in counts]


def told(line: RiskLine, teller: Teller) -> str:
    """The figure in words, or why there is none."""
    words = teller.words
    if line.worst is not None:
        bounds = span(line.worst.low, line.worst.high, line.worst.upper_open, words)
        return f"{bounds} · {words.basis(line.worst.basis)} · {words.links(line.worst.links)}"
    return words("risks.reached_none" if line.said else "risks.nobody_said")


def unknown(line: RiskLine, words: Words) -> str:
    if not line.steps:
        return words("risks.no_steps")
    return words("n_of_unassessed", n=line.unassessed, steps=line.steps)


def _sheet(data: RisksData, teller: Teller) -> Sheet:
    words = teller.words
    columns = [(links, level) for links in Links for level in SHOWN]
    header = (
        words("risk"),
        words("table.severity"),
        words("members.bounds"),
        words("members.unknown"),
        *(f"{words.links(links)}: {level_name(level, words)}" for links, level in columns),
    )
    rows: list[tuple[Cell, ...]] = []
    for line in data.risks:
        counts = {(row.links, Level(row.level)): row.contracts for row in line.levels}
        rows.append(
            (
                words.risk(line.risk),
                level_name(level_of_line(line), words),
                told(line, teller),
                unknown(line, words),
                *(counts.get(column, 0) for column in columns),
            )
        )
    return filled(Sheet(words("risks.title")[:31], header, tuple(rows)), words("unknown"), words)


def _text(answer: Answer[RisksData], teller: Teller) -> list[str]:
    return list(_lines(answer, teller))


def _lines(answer: Answer[RisksData], teller: Teller) -> Iterator[str]:
    assert answer.data is not None
    words = teller.words
    yield f"{teller.name(answer.data.subject.id)}: {words('risks.title')}"
    yield words("exposure.of_contracts", n=answer.data.contracts)
    yield ""
    for line in answer.data.risks:
        levels = ", ".join(f"{level_name(level, words)} {words.number(n)}" for level, n in counted(line))
        yield f"{words.risk(line.risk)}: {level_name(level_of_line(line), words)} ({told(line, teller)})"
        yield "  " + "; ".join(filter(None, (levels, unknown(line, words))))


def _depth(risk: str) -> int:
    """How many broader risk types it has."""
    terms, depth = vocabulary("risk-types"), 0
    while broader := terms[risk].broader:
        risk, depth = broader, depth + 1
    return depth


Row = tuple["RiskLine", int, Level, str, str, list[tuple[Level, int]]]
"""A line with its depth, level, figure in words, what is unknown of it, and how many contracts stand at each level."""


def risk_rows(answer: Answer[RisksData], words: Words) -> list[Row]:
    """Every risk type, in the vocabulary's order."""
    assert answer.data is not None
    teller = Teller(answer, words)
    return [
        (line, _depth(line.risk), level_of_line(line), told(line, teller), unknown(line, words), counted(line))
        for line in answer.data.risks
    ]


def worst_line(data: RisksData) -> RiskLine:
    """The risk type reached most severely, then most surely, of those the narrowest; the first where none is."""

    def rank(line: RiskLine) -> tuple[int, float, int]:
        figure = line.worst
        if figure is None:
            return -1, 0.0, 0
        return 0 if figure.severity_unknown else figure.severity, figure.low, _depth(line.risk)

    return max(data.risks, key=rank)


def risks_headline(answer: Answer[RisksData], words: Words) -> tuple[tuple[str, str], str]:
    """((the worst risk with its interval, of how many contracts), its level)."""
    assert answer.data is not None
    worst, n = worst_line(answer.data), answer.data.contracts
    level = level_of_line(worst)
    if worst.worst is None:
        return (level_name(level, words), words("entity.no_risk", n=n)), level
    said = f"{words.risk(worst.risk)}: {level_name(level, words)}, {told(worst, Teller(answer, words))}"
    return (said, words("entity.worst", n=n)), level


def render_risks(answer: Answer[RisksData], page: Page, *, coverage: Answer[CoverageData] | None = None) -> str:
    """The table with a bar of contracts by level for each risk type, leading to its exposure; ``coverage`` says whom to
    ask of what is not known."""
    assert answer.data is not None
    words = Words(page.lang)
    teller = Teller(answer, words)
    title = f"{teller.name(answer.data.subject.id)}: {words('risks.title')}"
    told_of = coverage if coverage and coverage.data else None
    figure, level = risks_headline(answer, words)
    ask = ask_first(told_of.data, Teller(told_of, words)) if told_of and told_of.data else ""
    return rendered(
        "risks.html",
        page,
        title,
        frame_of(answer),
        data=answer.data,
        teller=teller,
        rows=risk_rows(answer, words),
        headline=Headline((figure,), words("risks.note"), ask, level) if answer.data.contracts else None,
        unknown=uncut(told_of, words) if told_of and answer.data.contracts else teller.unknown(),
    )


def _beside(data: RisksData) -> dict[str, Question]:
    return {"coverage": Coverage(subject=data.subject.id, rows=5)}


VIEW = View(
    "risks",
    Label("Alla risker", "All risks"),
    about=lambda data, teller: teller.name(data.subject.id),
    sheet=_sheet,
    text=_text,
    page=render_risks,
    beside=_beside,
    place=25,
)
