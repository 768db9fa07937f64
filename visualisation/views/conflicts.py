"""What sources are in conflict about: each with who says what, what counts and by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ontology.label import Label
from ontology.model import LINKS
from visualisation.page import Page
from visualisation.pages import entity_path, render_rows
from visualisation.sentences import Teller
from visualisation.views import KNOWLEDGE, Cell, Headline, Rich, Sheet, View, filled
from visualisation.words import Words

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.conflicts import ConflictsData, Disagreement, Position

RULES = "/terms"
PUBLISHERS = 4
"""Publishers that the headline names."""


def _headline(data: ConflictsData, teller: Teller) -> Headline:
    words = teller.words
    figures = [(words.number(data.total), words("conflicts.total", n=data.total))]
    if data.total != data.everything:
        figures.append((words.number(data.everything), words("conflicts.everything")))
    figures.append((words.number(data.things), words("conflicts.things", n=data.things)))
    publishers = [source.publisher or source.title for source in teller.answer.evidence.cited]
    named = list(dict.fromkeys(name for name in publishers if name))
    more = words("and_n_more", n=len(named) - PUBLISHERS) if len(named) > PUBLISHERS else ""
    who = f"{', '.join(named[:PUBLISHERS])} {more}".strip()
    return Headline(tuple(figures), words("conflicts.note"), words("conflicts.ask", who=who) if named else "")


def _unknown(data: ConflictsData, teller: Teller) -> Iterator[str]:
    yield teller.words("conflicts.who_is_right" if data.total else "conflicts.none_known")


def value(type: str, name: str, said: str, teller: Teller) -> str:
    """A value that a source gives; one that says nothing takes nothing back."""
    return teller.words.said(type, name, said) if said else teller.words("conflicts.unsaid")


def _who(position: Position, teller: Teller) -> str:
    facts = [teller.facts[id] for id in position.facts if id in teller.facts]
    sources = [teller.cited.get(fact.source) for fact in facts]
    names = [
        fact.cites or (source.publisher or source.title if source else "")
        for fact, source in zip(facts, sources, strict=True)
    ]
    return ", ".join(dict.fromkeys(name for name in names if name)) or teller.words("source_unknown")


def _counts(one: Disagreement, teller: Teller) -> str:
    if one.counts is not None:
        return value(one.type, one.property, one.counts, teller)
    right = [value(one.type, one.property, p.value, teller) for p in one.positions if p.counts]
    return ", ".join(right) or teller.words("conflicts.nothing_counts")


def _type(name: str, teller: Teller) -> str:
    return teller.words.link_type(name) if name in LINKS else teller.words.node_type(name)


def _sheet(data: ConflictsData, teller: Teller) -> Sheet:
    words = teller.words
    columns = ("thing", "type", "property", "said", "counts", "rule")
    rows: list[tuple[Cell, ...]] = []
    for one in data.conflicts:
        thing = teller.name(one.node) + (f" → {teller.name(one.target)}" if one.target else "")
        said = [f"{value(one.type, one.property, p.value, teller)}: {_who(p, teller)}" for p in one.positions]
        rows.append(
            (
                Rich(thing, entity_path(one.node)),
                _type(one.type, teller),
                words.property(one.type, one.property),
                " ≠ ".join(said),
                _counts(one, teller),
                Rich(words(f"conflicts.rule.{one.rule}"), RULES, anchor=f"method-rules.conflict-{one.rule}"),
            )
        )
    header = tuple(words(f"conflicts.{name}") for name in columns)
    none = words("conflicts.none" if not data.everything else "conflicts.none_such")
    return filled(Sheet(words("conflicts.title")[:31], header, tuple(rows)), none, words)


def _more(data: ConflictsData, teller: Teller) -> Iterable[Sheet]:
    words = teller.words
    header = tuple(words(f"conflicts.{name}") for name in ("property", "type", "number"))
    rows = tuple(
        (
            Rich(words.property(row.type, row.property), query={"type": row.type, "property": row.property}),
            _type(row.type, teller),
            row.conflicts,
        )
        for row in data.counts
    )
    yield Sheet(words("conflicts.by_kind"), header, rows)


KINDS = 12
"""Kinds that the page offers to choose from; the table of them has all."""


def render_conflicts(answer: Answer[ConflictsData], page: Page) -> str:
    """The conflicts, and their kinds to choose from."""
    assert answer.data is not None
    data, teller = answer.data, Teller(answer, Words(page.lang))
    kinds = []
    for row in data.counts[:KINDS]:
        chosen = (page.value("type"), page.value("property")) == (row.type, row.property)
        asked: dict[str, str | None] = {"type": None, "property": None}
        if not chosen:
            asked = {"type": row.type, "property": row.property}
        text = f"{_type(row.type, teller)}: {teller.words.property(row.type, row.property)}"
        kinds.append((text, row.conflicts, page.url(skip=None, **asked), chosen))
    filters = [(teller.words("conflicts.kind"), kinds)] if len(kinds) > 1 else []
    return render_rows(answer, page, hide=("type", "property"), filters=filters)


def _about(data: ConflictsData, teller: Teller) -> str:
    return teller.words("conflicts.about", n=data.total)


VIEW = View(
    "conflicts",
    Label("Konflikter", "Conflicts"),
    about=_about,
    sheet=_sheet,
    more=_more,
    page=render_conflicts,
    headline=_headline,
    unknown=_unknown,
    group=KNOWLEDGE,
    place=70,
)
