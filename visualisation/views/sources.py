"""The sources: who publishes them, under which licence, how old they are, what rests on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ontology.label import Label
from ontology.model import NODES
from visualisation.page import Page
from visualisation.pages import render_rows
from visualisation.sentences import Teller
from visualisation.views import KNOWLEDGE, Cell, Headline, Rich, Sheet, View, filled
from visualisation.words import Words

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.told import SourceCount, SourceLine, SourcesData


def _headline(data: SourcesData, teller: Teller) -> Headline:
    words = teller.words
    figures = [
        (words.number(len(data.sources)), words("sources.total", n=len(data.sources), publishers=data.publishers))
    ]
    ages = [line for line in data.sources if line.age is not None and line.said]
    if ages:
        oldest = max(ages, key=lambda line: line.age or 0)
        figures.append((age(oldest, words), words("sources.oldest", title=oldest.title)))
    licensed = sum(bool(line.licence) for line in data.sources)
    figures.append((words.share(licensed, len(data.sources)), words("sources.licensed")))
    return Headline(tuple(figures), words("sources.note"), words("sources.ask") if data.sources else "")


def _unknown(data: SourcesData, teller: Teller) -> Iterator[str]:
    words = teller.words
    if unlicensed := sum(not line.licence for line in data.sources):
        yield words("sources.unlicensed", n=unlicensed)
    if undated := sum(line.age is None for line in data.sources):
        yield words("sources.undated", n=undated)
    yield words("sources.readable")


def age(line: SourceLine, words: Words) -> str:
    if line.age is None:
        return words("sources.age_unknown")
    return words("sources.years", n=line.age) if line.age else words("sources.under_a_year")


def attribution(line: SourceLine, words: Words) -> str:
    """How the source is named where what it says is passed on."""
    day = words("source.retrieved", date=line.retrieved) if line.retrieved else ""
    parts = (line.publisher, line.title, line.edition, line.licence or words("sources.no_licence"), day)
    return words("sources.attribution", what=", ".join(part for part in parts if part))


def _rests(line: SourceLine, words: Words) -> str:
    if not line.said:
        return words("sources.nothing_rests")
    named = [
        f"{words.number(n)} {words.node_type(type, plural=n != 1).lower()}"
        for type, n in line.said.items()
        if type in NODES
    ]
    links = sum(n for type, n in line.said.items() if type not in NODES)
    return ", ".join([*named, *([f"{words.number(links)} {words('start.links')}"] if links else [])])


def _sheet(data: SourcesData, teller: Teller) -> Sheet:
    words = teller.words
    columns = ("title", "publisher", "edition", "licence", "published", "age", "rests", "attributed")
    rows: list[tuple[Cell, ...]] = [
        (
            Rich(line.title, line.url if line.url.startswith(("https://", "http://")) else "", anchor=line.id),
            line.publisher or words("unknown"),
            line.edition or words("unknown"),
            line.licence or words("sources.no_licence"),
            words.day(line.published or line.retrieved),
            age(line, words),
            _rests(line, words),
            attribution(line, words),
        )
        for line in data.sources
    ]
    header = tuple(words(f"sources.{name}") for name in columns)
    return filled(Sheet(words("sources.sheet"), header, tuple(rows)), words("sources.none"), words)


CHOICES = 8
"""Publishers, and licences, that the page offers to choose from: those with most sources."""


def render_sources(answer: Answer[SourcesData], page: Page) -> str:
    """The sources, and their publishers and licences to choose from."""
    assert answer.data is not None
    words = Words(page.lang)
    filters = [
        (words(f"sources.by.{by}"), found[:CHOICES])
        for by in ("publisher", "licence")
        if len(found := [_choice(one, page, words) for one in answer.data.counts if one.by == by and one.asked]) > 1
    ]
    return render_rows(answer, page, hide=("publisher", "licence"), filters=filters)


def _choice(one: SourceCount, page: Page, words: Words) -> tuple[str, int, str, bool]:
    chosen = page.value(one.by) == one.asked
    name = one.value or words("sources.no_licence")
    return name, one.sources, page.url(**{one.by: None if chosen else one.asked}), chosen


VIEW = View(
    "sources",
    Label("Källor och licenser", "Sources and licences"),
    about=lambda data, teller: teller.words("sources.about", n=len(data.sources)),
    sheet=_sheet,
    page=render_sources,
    headline=_headline,
    unknown=_unknown,
    group=KNOWLEDGE,
    place=80,
)
