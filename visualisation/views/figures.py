"""The figures of a lens, a row for each contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.questions.lenses import lenses
from ontology.label import Label
from visualisation.sentences import Teller
from visualisation.views import Cell, Sheet, View, filled

if TYPE_CHECKING:
    from graph.questions.figures import FiguresData


def _about(data: FiguresData, teller: Teller) -> str:
    words, lens = teller.words, lenses().known[data.lens]
    told = f"{lens.title.get(words.lang)} ({lens.unit.get(words.lang)})"
    return f"{teller.name(data.subject.id)}, {words.risk(data.risk)}: {told}"


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


VIEW = View("figures", Label("Linser", "Lenses"), about=_about, sheet=_rows)
