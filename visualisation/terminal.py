"""Answers as plain text for a terminal or a pipe: no colours, no control characters from outside, unknown in words."""

from __future__ import annotations

from typing import Any

from graph.answer import Answer, Knowledge
from graph.data import EntityData
from visualisation.absent import absent
from visualisation.lines import MOST, WIDTH, columns, few, heading, wrap
from visualisation.sentences import Teller
from visualisation.sheets import stamp
from visualisation.text import shown
from visualisation.views import view_of
from visualisation.words import Words

BESIDE = 7
"""Most columns that stand beside each other; of more, each row is told."""


def answer_text(answer: Answer[Any], words: Words) -> str:
    """An answer in words: what was found, the path, what is not known and whom to ask, the sources, the stamp."""
    teller = Teller(answer, words)
    lines: list[str] = []
    if answer.demonstration:
        lines += [words("app.demonstration"), ""]
    if answer.knowledge is Knowledge.NOT_IN_GRAPH or answer.data is None:
        lines += [words("not_in_graph.title"), *wrap(absent(answer, words))]
    else:
        lines += _body(answer, teller)
        lines += _tail(answer, teller)
    lines += ["", *wrap(" · ".join(f"{n}: {v}" for n, v in stamp(answer, words) if v != words("app.demonstration")))]
    lines += wrap(words("app.no_deviation"))
    return "\n".join(shown(line).rstrip() for line in lines)


def _disputed(teller: Teller) -> list[str]:
    """What sources are in conflict about, and what the question is about that is only denied."""
    words, lines = teller.words, []
    if conflicts := [words("conflict.row", what=a, property=b, values=c) for a, b, c in teller.conflicts()]:
        lines += [*heading(words("entity.conflicts")), *few(conflicts, words)]
    if denied := teller.only_denied():
        lines += [*heading(words("denied.nodes")), *few(denied, words)]
    return lines


def _body(answer: Answer[Any], teller: Teller) -> list[str]:
    """What the view says; else its rows."""
    view = view_of(answer)
    if view.text:
        return view.text(answer, teller)
    sheet = view.sheet(answer.data, teller)
    rows = [[f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row] for row in sheet.rows[:MOST]]
    more = [teller.words("terminal.more", n=len(sheet.rows) - MOST)] if len(sheet.rows) > MOST else []
    widths = [WIDTH // len(sheet.header)] * len(sheet.header)
    lines = [view.title(answer.data, teller), ""]
    if view.headline:
        said = view.headline(answer.data, teller)
        lines += [line for figure, what in said.figures for line in wrap(f"{figure} {what}", "", "  ")]
        lines += [*wrap(said.note), *wrap(said.ask), ""]
    if len(sheet.header) <= BESIDE:
        return [*lines, *columns(rows, sheet.header, widths), *more]
    for row in rows:
        told = " · ".join(f"{name}: {text}" for name, text in zip(sheet.header[1:], row[1:], strict=True))
        lines += [*wrap(f"{sheet.header[0]}: {row[0]}", "- ", "  "), *wrap(told, "  ")]
    return [*lines, *more]


def _tail(answer: Answer[Any], teller: Teller) -> list[str]:
    """What every answer ends with: on whose word, what is not known and whom to ask, the company list, the sources."""
    words = teller.words
    lines: list[str] = []
    if teller.statements:
        told = [teller.statement(said) for said in teller.statements.values()]
        items = [f"{t.sentence} ({'; '.join(f'{name}: {value}' for name, value in t.details)})" for t in told]
        lines += [*heading(words("panel.why")), *few(items, words)]
    if not isinstance(answer.data, EntityData):
        lines += _disputed(teller)
        ends = [f"{teller.end(end)} {teller.ask(end.ask)}" for end in answer.completeness.ends]
        lines += [*heading(words("unknown.heading")), *few(teller.unknown(), words), *few(ends, words)]
    listed = [teller.listed(row) for row in getattr(answer.data, "company_list", ())]
    if listed:
        lines += [*heading(words("listed.title")), *few(listed, words)]
    if answer.evidence.cited:
        lines += [
            *heading(words("source.title")),
            *few([teller.source(source) for source in answer.evidence.cited], words),
        ]
    return lines
