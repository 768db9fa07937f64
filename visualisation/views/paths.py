"""Paths: as a ranked list, drawn, hop by hop as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from graph.answer import Answer, Resolution
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
from visualisation.views import CHAINS, Sheet, View, filled
from visualisation.words import Words


def render_paths(answer: Answer[PathsData], page: Page) -> str:
    """The best paths between some things as a ranked list and drawn; without an answer, the form alone."""
    words = Words(page.lang)
    data = answer.data
    assert data is not None
    teller = Teller(answer, words)
    ways = [
        panels.Way(
            teller.linked(p),
            tuple(teller.hops(p)),
            teller.weakest(p),
            words.resolution(p.resolution),
            words("path.value", c=words.probability(p.value)),
        )
        for p in data.paths
    ]
    first = data.paths[0].nodes if data.paths else ()
    drawn = plain(of_paths(data), page, words, frozenset(pairwise(first)))
    swapped = {"source": "\n".join(page.values("target")), "target": "\n".join(page.values("source"))}
    return rendered(
        "paths.html",
        page,
        title_of(data, teller),
        frame_of(answer),
        data=data,
        teller=teller,
        ways=ways,
        pairs=list(zip(data.pairs, _pair_rows(data, teller), strict=True)) if _several(data) else [],
        headline=headline(data, teller),
        unknown=unknown(data, teller),
        picture=drawn,
        fields=form(Paths, page),
        swapped=page.url(**swapped) if all(swapped.values()) else "",
        completeness=answer.completeness,
    )


def _several(data: PathsData) -> bool:
    return len(data.sources) > 1 or len(data.targets) > 1


def _ends(ids: Sequence[str], teller: Teller) -> str:
    """The first of some things, and how many more they are."""
    more = len(ids) - 1
    return f"{teller.name(ids[0])} {teller.words('and_n_more', n=more)}" if more else teller.name(ids[0])


def title_of(data: PathsData, teller: Teller) -> str:
    ends = {"source": _ends(data.sources, teller), "target": _ends(data.targets, teller)}
    return teller.words("paths.title_of", **ends)


def headline(data: PathsData, teller: Teller) -> str:
    """How many pairs are joined, or between one pair how sure the surest path is."""
    words = teller.words
    if _several(data):
        return words("paths.joined", n=data.joined, total=len(data.sources) * len(data.targets))
    if not data.paths:
        return words("paths.none_short")
    return words("paths.surest", n=len(data.paths), c=words.probability(data.paths[0].value))


def unknown(data: PathsData, teller: Teller) -> list[str]:
    """The pairs that no known path joins, which says nothing of what is not told, and what the answer has cut."""
    left = len(data.sources) * len(data.targets) - data.joined
    found = [teller.words("paths.not_joined", n=left)] if left else []
    typical = sum(path.resolution is Resolution.GENERIC for path in data.paths)
    if typical:
        found.append(teller.words("paths.typical", n=typical))
    known = teller.answer.completeness
    rest = teller.unknown() if known.cut or known.truncated or not found else teller.not_then(data)
    return [*found, *rest]


def _pair_rows(data: PathsData, teller: Teller) -> list[tuple[str, str, str, int, str, str]]:
    """(from, to, confidence, links, weakest link, resolution) of each pair's surest path."""
    words = teller.words
    return [
        (
            teller.name(pair.source),
            teller.name(pair.target),
            words.probability(data.paths[pair.path].value),
            len(data.paths[pair.path].links) + data.paths[pair.path].left_out,
            teller.weakest(data.paths[pair.path]),
            words.resolution(data.paths[pair.path].resolution),
        )
        for pair in data.pairs
    ]


def _pairs(data: PathsData, teller: Teller) -> list[Sheet]:
    words = teller.words
    header = tuple(
        words(f"paths.pair.{name}") for name in ("source", "target", "value", "links", "weakest", "resolution")
    )
    return [Sheet(words("paths.pairs"), header, tuple(_pair_rows(data, teller)))] if _several(data) else []


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
    lines = [title_of(data, teller), *wrap(headline(data, teller))]
    lines += [line for text in unknown(data, teller) for line in wrap(text, "? ", "  ")]
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
    if not _several(data):
        yield "best-paths", {"source": data.sources[0], "target": data.targets[0]}


VIEW = View(
    "paths",
    Label("Vägar", "Paths"),
    about=lambda data, teller: _ends(data.sources, teller),
    sheet=_hops,
    more=_pairs,
    text=_paths,
    page=render_paths,
    drawing=of_paths,
    cypher=_cypher,
    group=CHAINS,
    place=45,
)
