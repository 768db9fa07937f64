"""Words and method: the rules of the method, and every term with its definition and source, each with an anchor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ontology.label import Label
from visualisation.page import Page
from visualisation.pages import render_rows
from visualisation.sentences import Teller
from visualisation.views import KNOWLEDGE, Cell, Headline, Rich, Sheet, View
from visualisation.words import LANGUAGES, Words

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.told import TermLine, TermsData


def vocabulary_name(name: str, words: Words) -> str:
    key = f"terms.{name}"
    return words(key) if words.has(key) else name


def _headline(data: TermsData, teller: Teller) -> Headline:
    words, method = teller.words, teller.answer.method
    figures = (
        (words.number(len(data.terms)), words("terms.total", n=len(data.terms), lists=len(data.vocabularies))),
        (f"{method.name} {method.version}", words("terms.method")),
    )
    return Headline(figures, words("terms.note"), words("terms.ask"))


def _unknown(data: TermsData, teller: Teller) -> Iterable[str]:  # noqa: ARG001
    yield teller.words("terms.unknown")


def _row(term: TermLine, words: Words) -> tuple[Cell, ...]:
    other = next(lang for lang in LANGUAGES if lang != words.lang)
    said = {"sv": (term.sv, term.definition_sv), "en": (term.en, term.definition_en)}
    source = term.source.partition(" ")[0]
    return (
        Rich(said[words.lang][0], anchor=f"{term.vocabulary}.{term.id}"),
        said[words.lang][1],
        Rich(said[other][0], lang=other),
        Rich(said[other][1], lang=other),
        Rich(term.source, source if source.startswith("https://") else ""),
        term.id,
    )


def _header(words: Words) -> tuple[str, ...]:
    return tuple(words(f"terms.{name}") for name in ("word", "definition", "other", "other_definition", "source", "id"))


def _sheet(data: TermsData, teller: Teller) -> Sheet:
    words = teller.words
    rows = tuple((*_row(term, words), vocabulary_name(term.vocabulary, words)) for term in data.terms)
    return Sheet(words("terms.sheet"), (*_header(words), words("terms.list")), rows)


def _more(data: TermsData, teller: Teller) -> Iterable[Sheet]:
    words = teller.words
    confidence = tuple((words.term("statuses", status), value) for status, value in data.confidence.items())
    yield Sheet(words("terms.confidence")[:31], (words("export.status"), words("export.confidence")), confidence)
    levels = tuple(
        (
            words.term("levels", row.level),
            words("terms.level_unknown") if row.severity is None else words.severity(row.severity),
            words("terms.level_unknown") if row.likelihood is None else row.likelihood,
        )
        for row in data.levels
    )
    header = (words("statement.level"), words("statement.severity"), words("statement.likelihood"))
    yield Sheet(words("terms.levels_as")[:31], header, levels)


def render_terms(answer: Answer[TermsData], page: Page) -> str:
    """A section for each vocabulary, the rules of the method first, and a list of them that leads there."""
    assert answer.data is not None
    words = Words(page.lang)
    sections = [
        (
            name,
            Sheet(
                vocabulary_name(name, words),
                _header(words),
                tuple(_row(term, words) for term in answer.data.terms if term.vocabulary == name),
            ),
        )
        for name in answer.data.vocabularies
    ]
    return render_rows(answer, page, "terms.html", sections=sections)


VIEW = View(
    "terms",
    Label("Ord och metod", "Words and method"),
    about=lambda data, teller: teller.words("terms.about", n=len(data.terms)),
    sheet=_sheet,
    more=_more,
    page=render_terms,
    headline=_headline,
    unknown=_unknown,
    group=KNOWLEDGE,
    place=90,
)
