"""Every risk type of one group of contracts, each with the way to its exposure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.answer import Links
from ontology.label import Label
from ontology.vocabulary import vocabulary
from visualisation.marks import Level, figure_level, level_name, span
from visualisation.page import Page
from visualisation.pages import frame_of, rendered
from visualisation.sentences import Teller
from visualisation.views import Cell, Sheet, View, filled
from visualisation.words import Words

if TYPE_CHECKING:
    from graph.answer import Answer
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


def render_risks(answer: Answer[RisksData], page: Page) -> str:
    """The table with a bar of contracts by level for each risk type, leading to its exposure."""
    assert answer.data is not None
    words = Words(page.lang)
    teller = Teller(answer, words)
    title = f"{teller.name(answer.data.subject.id)}: {words('risks.title')}"
    rows = [
        (line, _depth(line.risk), level_of_line(line), told(line, teller), unknown(line, words), counted(line))
        for line in answer.data.risks
    ]
    return rendered("risks.html", page, title, frame_of(answer), data=answer.data, teller=teller, rows=rows)


VIEW = View(
    "risks",
    Label("Alla risker", "All risks"),
    about=lambda data, teller: teller.name(data.subject.id),
    sheet=_sheet,
    text=_text,
    page=render_risks,
    place=25,
)
