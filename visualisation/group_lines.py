"""A list of many things and how exposed each is, as a table: every line is in it, with what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from graph.questions.group_lines import GroupLine, Status
from graph.questions.lines import Line, Outcome
from visualisation.marks import figure_level, level_name, span
from visualisation.views import Cell, Sheet
from visualisation.words import Words

COLUMNS = (
    "names.line", "names.text", "names.outcome", "names.identifier", "names.name", "buyers.contracts",
    "lines.knowledge", "members.severity", "members.bounds", "buyers.reached", "buyers.link_only", "buyers.unknown",
    "buyers.none", "names.why",
)  # fmt: skip
_OUTCOMES = {Outcome.AMBIGUOUS: "names.ambiguous", Outcome.REFUSED: "names.refused"}


def lines_sheet(lines: Sequence[Line[GroupLine]], words: Words) -> Sheet:
    """A row for each line."""
    return Sheet(words("names.sheet"), tuple(map(words, COLUMNS)), tuple(_row(line, words) for line in lines))


def _row(line: Line[GroupLine], words: Words) -> tuple[Cell, ...]:
    outcome = words(_OUTCOMES.get(line.outcome, f"lines.{line.outcome}"))
    key, name = (line.found.key, words.coded(line.found.name) or line.found.name) if line.found else ("", "")
    told = (line.line, line.asked, outcome, key, name)
    if line.answer is None:
        blank = (words("table.not_applicable"),) * (len(COLUMNS) - len(told) - 1)
        return *told, *blank, _why(line, words)
    of, counts = line.answer, (line.answer.reached, line.answer.supplier_link_only, line.answer.unknown)
    return *told, of.contracts, words(f"knowledge.{of.status}"), *_worst(of, words), *counts, of.none_found, ""


def _why(line: Line[GroupLine], words: Words) -> str:
    if line.outcome is Outcome.AMBIGUOUS:
        return "; ".join(f"{words.coded(one.name) or one.name} ({one.key})" for one in line.candidates)
    return "" if line.outcome is Outcome.NOT_IN_GRAPH else line.why


def _worst(of: GroupLine, words: Words) -> tuple[str, str]:
    """The highest severity reached and its interval; in words where nothing is."""
    if of.worst is None or of.status is not Status.REACHED:
        return words(f"knowledge.{of.status}"), words("table.not_applicable")
    figure = of.worst
    return level_name(figure_level(figure), words), span(figure.low, figure.high, figure.upper_open, words)
