"""The figures of a lens, a row for each contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.questions.lenses import lenses
from ontology.label import Label
from visualisation.marks import severity_level, span
from visualisation.sentences import Teller
from visualisation.views import Cell, Headline, Sheet, View, filled

if TYPE_CHECKING:
    from graph.questions.figures import FiguresData


def _about(data: FiguresData, teller: Teller) -> str:
    words, lens = teller.words, lenses().known[data.lens]
    told = f"{lens.title.get(words.lang)} ({lens.unit.get(words.lang)})"
    return f"{teller.name(data.subject.id)}, {words.risk(data.risk)}: {told}"


def _headline(data: FiguresData, teller: Teller) -> Headline:
    """The highest figure, of how many contracts there is one, and how many may have more."""
    words, total = teller.words, len(data.figures)
    told = [one for one in data.figures if one.high]
    counted = [
        (words("n_of", n=len(told), total=total), words("figures.reached")),
        (words("n_of", n=sum(one.open for one in data.figures), total=total), words("figures.open")),
    ]
    if not told:
        return Headline(tuple(counted))
    first = told[0]
    figure = span(first.low or 0.0, first.high or 0.0, first.open, words)
    if first.severity is None:
        return Headline(((figure, words("figures.worst")), *counted))
    level = severity_level(first.severity, unstated=False, known=not first.open)
    return Headline(((f"{words.severity(first.severity)}, {figure}", words("figures.worst")), *counted), level=level)


def _rows(data: FiguresData, teller: Teller) -> Sheet:
    words = teller.words
    lens = Label("Lins", "Lens").get(words.lang)
    more = Label("Kan vara mer", "May be more").get(words.lang)
    names = ("members.contract", "members.severity", "export.low", "export.high")
    header = (*map(words, names), more, lens)
    rows: list[tuple[Cell, ...]] = []
    for one in data.figures:
        none = words("unknown") if one.open else words("knowledge.none_found")
        absent = none if one.low is None else words("table.not_applicable")  # a lens without levels
        severity = absent if one.severity is None else words.severity(one.severity)
        numbers = [none if value is None else value for value in (one.low, one.high)]
        rows.append((teller.name(one.contract.id), severity, *numbers, words("yes" if one.open else "no"), one.lens))
    return filled(Sheet(lens, header, tuple(rows)), " ".join(teller.unknown()), words)


VIEW = View("figures", Label("Linser", "Lenses"), about=_about, sheet=_rows, headline=_headline)
