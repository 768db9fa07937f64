"""Paths: as a ranked list, drawn, hop by hop as a table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from graph.answer import Answer
from graph.data import PathsData
from graph.questions.declared.paths import Paths
from ontology.label import Label
from visualisation import panel as panels
from visualisation.drawing import of_paths
from visualisation.lines import heading, way, wrap
from visualisation.page import Page
from visualisation.pages import form, frame_of, plain, rendered
from visualisation.panel import Way
from visualisation.sentences import Teller
from visualisation.views import Sheet, View, filled
from visualisation.words import Words


def render_paths(answer: Answer[PathsData], page: Page) -> str:
    """The best paths between two things as a ranked list and drawn; without an answer, the form alone."""
    words = Words(page.lang)
    assert answer.data is not None
    teller = Teller(answer, words)
    ways = [
        panels.Way(
            teller.linked(p),
            tuple(teller.hops(p)),
            teller.weakest(p),
            words.resolution(p.resolution),
            words("path.value", c=words.probability(p.value)),
        )
        for p in answer.data.paths
    ]
    title = words("paths.title_of", source=teller.name(answer.data.source), target=teller.name(answer.data.target))
    first = answer.data.paths[0].nodes if answer.data.paths else ()
    drawn = plain(of_paths(answer.data), page, words, frozenset(pairwise(first)))
    return rendered(
        "paths.html",
        page,
        title,
        frame_of(answer),
        data=answer.data,
        teller=teller,
        ways=ways,
        picture=drawn,
        fields=form(Paths, page),
    )


def _hops(data: PathsData, teller: Teller) -> Sheet:
    words = teller.words
    header = (
        words("export.path_number"),
        words("export.place"),
        words("table.name"),
        words("entity.link"),
        words("entity.evidence"),
        words("affected.weakest"),
    )
    rows = tuple(
        (
            number,
            place,
            hop.name,
            hop.link or words("table.not_applicable"),
            hop.evidence or words("table.not_applicable"),
            words("yes" if hop.weakest else "no"),
        )
        for number, path in enumerate(data.paths, 1)
        for place, hop in enumerate(teller.hops(path), 1)
    )
    return filled(Sheet(words("export.paths"), header, rows), words("paths.none"), words)


def _paths(answer: Answer[PathsData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    lines = [words("paths.title_of", source=teller.name(data.source), target=teller.name(data.target))]
    if not data.paths:
        return [*lines, *wrap(words("paths.none"))]
    for number, path in enumerate(data.paths, 1):
        found = Way(
            teller.linked(path), tuple(teller.hops(path)), teller.weakest(path), words.resolution(path.resolution), ""
        )
        title = f"{number}. {words('path.value', c=words.probability(path.value))} · {found.resolution}"
        lines += [*heading(title), *way(found, words)]
    return lines


def _cypher(data: PathsData) -> Iterator[tuple[str, dict[str, str]]]:
    yield "best-paths", {"source": data.source, "target": data.target}


VIEW = View(
    "paths",
    Label("Vägar", "Paths"),
    about=lambda data, teller: teller.name(data.source),
    sheet=_hops,
    text=_paths,
    page=render_paths,
    drawing=of_paths,
    cypher=_cypher,
    place=45,
)
