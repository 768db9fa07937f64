"""The pages, rendered on the server. Each function takes an answer and a ``Page`` and gives a whole HTML document.

    render_start(start, page)                                          /
    render_search(text, hits, page, as_of=...)                         /search?q=
    render_tier(answer, page, subject=, selected=, opened=,            /tier?start=&risk=&direction=&valid_at=
                exposure=, paths=)                                           &selected=&open=
    render_exposure(answer, page)                                      /exposure?subject=&risk=
    render_affected(answer, page)                                      /affected?start=&goods=&risk=
    render_paths(answer, page)                                         /paths?source=&target=
    render_entity(answer, page)                                        /entity/{id}
    render_problem(status, code, message, page, remedy=, candidates=)  any of them

All state is in the URL, ``lang`` included. Nothing inline: style sheets and modules are served from ``/static``
(``static_files()``), so the policy ``default-src 'self'`` holds. Names from outside are escaped, and characters that
would reorder or hide text are written out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from graph.answer import Answer, AsOf, Knowledge, NewerPublication
from graph.data import AffectedData, EntityData, ExposureData, PathsData, TraceData
from graph.questions.found import Found
from ontology.model import NODES
from ontology.vocabulary import vocabulary
from visualisation import panel as panels
from visualisation.drawing import Drawing, Mark, of_affected, of_paths, of_trace
from visualisation.grouping import grouped
from visualisation.hits import found_name, what_it_is
from visualisation.marks import RAMP, Level, digit, level_name
from visualisation.page import Candidate, Page, Start
from visualisation.sentences import Teller
from visualisation.svg import Picture, node_name, picture
from visualisation.tables import exposure_view, tier_rows
from visualisation.text import shown
from visualisation.words import LANGUAGES, Words, language_name


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the frame of a page says of the answer: both clocks, snapshot, method."""

    as_of: AsOf | None = None
    snapshot: str = ""
    method: str = ""
    demonstration: bool = False
    sources: Sequence[Any] = ()
    oldest: date | None = None
    empty: bool = field(default=False)
    newer: NewerPublication | None = None


def _shown(value: object) -> object:
    """Every text that a template prints goes through here first; what is markup already is left alone."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return shown(value)


@cache
def environment() -> Environment:
    env = Environment(
        loader=PackageLoader("visualisation"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        Level=Level,
        RAMP=RAMP,
        level_name=level_name,
        digit=digit,
        quote=quote,
        node_name=node_name,
        found_name=found_name,
        what_it_is=what_it_is,
        LANGUAGES=LANGUAGES,
        language_name=language_name,
        NODES=NODES,
    )
    return env


def static_files() -> str:
    """The folder of style sheets and modules that the pages name under ``/static``."""
    return str(files("visualisation") / "static")


def _render(template: str, page: Page, title: str, frame: _Frame, /, **values: object) -> str:
    words = Words(page.lang)
    return (
        environment()
        .get_template(template)
        .render(
            w=words,
            page=page,
            title=title,
            frame=frame,
            other=[lang for lang in LANGUAGES if lang != page.lang],
            **values,
        )
    )


def _frame(answer: Answer[Any]) -> _Frame:
    return _Frame(
        as_of=answer.as_of,
        snapshot=answer.snapshot,
        method=f"{answer.method.name} {answer.method.version}",
        demonstration=answer.demonstration,
        sources=answer.evidence.cited,
        oldest=answer.completeness.oldest_source,
        empty=answer.knowledge is Knowledge.NOT_IN_GRAPH or answer.data is None,
        newer=answer.newer_publication,
    )


def risk_choices(words: Words) -> list[tuple[str, list[tuple[str, str]]]]:
    """The risk types as (area, [(id, label)]) in the vocabulary's order; an area may be asked about as a whole."""
    risks = vocabulary("risk-types")
    terms = sorted(risks.terms.values(), key=lambda term: term.order)
    return [
        (top.label.get(words.lang), [(t.id, t.label.get(words.lang)) for t in terms if t.id in risks.within(top.id)])
        for top in terms
        if not top.broader
    ]


# -- pages ----------------------------------------------------------------------------------------------------
def render_start(start: Start, page: Page) -> str:
    """The start page: search, what the store holds, the regions, the latest loads and incidents."""
    frame = _Frame(start.as_of, start.snapshot, "", start.demonstration, newer=start.newer)
    return _render(
        "start.html", page, Words(page.lang)("app.name"), frame, start=start, risks=risk_choices(Words(page.lang))
    )


def render_search(
    text: str,
    hits: Sequence[Found],
    page: Page,
    *,
    as_of: AsOf | None = None,
    newer: NewerPublication | None = None,
    demonstration: bool = False,
) -> str:
    """What a search found, best first; also what the search box shows while one types."""
    title = Words(page.lang)("search.title", text=shown(text))
    frame = _Frame(as_of, demonstration=demonstration, newer=newer)
    return _render("search.html", page, title, frame, text=text, hits=hits)


TIER_FRAME = 1376
"""Room (px) for the drawing of the tier view, in a window of 1,440."""


def render_tier(
    answer: Answer[TraceData],
    page: Page,
    *,
    subject: str | None = None,
    selected: str | None = None,
    opened: Iterable[str] = (),
    exposure: Answer[ExposureData] | None = None,
    paths: Answer[PathsData] | None = None,
) -> str:
    """The tier view.

    Args:
        answer: what was traced; its risk colours the marks.
        subject: name of what was asked about, where that is more than one start (a region's contracts).
        selected: the mark whose chain is lit and whose panel is open.
        opened: ids of boxes (``group:COLUMN:COUNTRY``) to open.
        exposure: of the start to the same risk, for the panel when nothing is selected.
        paths: the best paths from the selected mark to the start, for its panel; the first is drawn thick.
    """
    words = Words(page.lang)
    if answer.data is None:
        return _render("tier.html", page, words("tier.title"), _frame(answer), picture=None, text=page.value("start"))
    whole = of_trace(answer.data)
    drawing = grouped(whole, frozenset(opened))
    teller = Teller(answer, words)

    what = subject or start_name(answer.data, teller)

    def href(mark: Mark) -> str:
        if mark.group:
            return page.url(open=",".join(sorted({*opened, mark.id})), selected=None)
        return page.url(selected=mark.id)

    drawn = picture(
        drawing,
        words,
        href=href,
        risk=answer.data.risk,
        selected=selected,
        chosen=_chosen(exposure, paths, selected),
        frame=TIER_FRAME,
    )
    mark = next((mark for mark in drawing.marks if mark.id == drawn.selected), None)
    panel = (
        panels.of_mark(mark, drawing, teller, answer, href, paths)
        if mark
        else panels.of_start(answer, teller, drawing, exposure, what)
    )
    title = words("tier.title_of", what=what)
    return _render(
        "tier.html",
        page,
        title,
        _frame(answer),
        picture=drawn,
        panel=panel,
        data=answer.data,
        teller=teller,
        rows=tier_rows(drawn, answer, teller),
        counts=whole.counts(),
        risks=risk_choices(words),
        completeness=answer.completeness,
    )


def start_name(data: TraceData, teller: Teller) -> str:
    """What a trace starts from, in a few words: the start, its only buyer, or the first start and how many more."""
    if len(data.start) > 1 and len(data.buyers) == 1:
        return teller.name(data.buyers[0].id)
    name = teller.name(data.start[0]) if data.start else teller.words("unknown")
    more = len(data.start) - 1
    return f"{name} {teller.words('and_n_more', n=more)}" if more > 0 else name


def _chosen(
    exposure: Answer[ExposureData] | None, paths: Answer[PathsData] | None, selected: str | None
) -> frozenset[tuple[str, str]]:
    """The links of the path to draw thick: of the selection, else the worst path of the start."""
    nodes: tuple[str, ...] = ()
    if paths is not None and paths.data is not None and paths.data.paths:
        nodes = paths.data.paths[0].nodes
    elif selected is None and exposure is not None and exposure.data is not None:
        nodes = next((figure.path.nodes for figure in exposure.data.worst if figure.path), ())
    return frozenset(pairwise(nodes))


def render_exposure(answer: Answer[ExposureData], page: Page) -> str:
    """Lens A for a group of contracts: distribution, worst paths, tiers, contracts, what is not known."""
    words = Words(page.lang)
    if answer.data is None:
        return _render(
            "exposure.html", page, words("exposure.title"), _frame(answer), view=None, text=page.value("subject")
        )
    teller = Teller(answer, words)
    title = words("exposure.title_of", what=teller.name(answer.data.subject.id), risk=words.risk(answer.data.risk))
    return _render(
        "exposure.html",
        page,
        title,
        _frame(answer),
        data=answer.data,
        teller=teller,
        view=exposure_view(answer, teller),
        risks=risk_choices(words),
        completeness=answer.completeness,
    )


def render_affected(answer: Answer[AffectedData], page: Page) -> str:
    """The contracts that something touches, surest first, with the question to ask under each."""
    words = Words(page.lang)
    if answer.data is None:
        return _render(
            "affected.html", page, words("affected.title"), _frame(answer), data=None, text=page.value("start")
        )
    teller = Teller(answer, words)
    title = words("affected.title_of", what=teller.name(answer.data.start.id))
    drawn = _plain(of_affected(answer.data), page, words)
    return _render(
        "affected.html",
        page,
        title,
        _frame(answer),
        data=answer.data,
        teller=teller,
        picture=drawn,
        completeness=answer.completeness,
    )


def render_paths(answer: Answer[PathsData] | None, page: Page) -> str:
    """The best paths between two things as a ranked list and drawn; without an answer, the form alone."""
    words = Words(page.lang)
    if answer is None or answer.data is None:
        frame = _frame(answer) if answer is not None else _Frame()
        return _render("paths.html", page, words("paths.title"), frame, data=None, text=page.value("source"))
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
    drawn = _plain(of_paths(answer.data), page, words, frozenset(pairwise(first)))
    return _render("paths.html", page, title, _frame(answer), data=answer.data, teller=teller, ways=ways, picture=drawn)


def render_entity(answer: Answer[EntityData], page: Page) -> str:
    """Everything said about one thing, by whom, valid when; conflicts are shown, never settled silently."""
    words = Words(page.lang)
    if answer.data is None:
        return _render(
            "entity.html", page, words("entity.title"), _frame(answer), data=None, text=page.path.rpartition("/")[2]
        )
    teller = Teller(answer, words)
    name = teller.name(answer.data.node.id)
    return _render("entity.html", page, name, _frame(answer), data=answer.data, teller=teller)


def render_problem(
    status: int, code: str, message: str, page: Page, *, remedy: str = "", candidates: Sequence[tuple[str, str]] = ()
) -> str:
    """What went wrong and what to do about it; a name that fits several things lists them."""
    words = Words(page.lang)
    key = f"problem.{code}"
    title = words(key if words.has(key) else "problem.other")
    found = [Candidate(id, words.coded(name) or name) for id, name in candidates]
    helpful = f"problem.help.{code}"
    advice = words(helpful) if words.has(helpful) else ""
    return _render(
        "problem.html",
        page,
        title,
        _Frame(),
        status=status,
        message=message,
        remedy=remedy,
        candidates=found,
        advice=advice,
    )


def _plain(
    drawing: Drawing, page: Page, words: Words, chosen: frozenset[tuple[str, str]] = frozenset()
) -> Picture | None:
    """A drawing whose marks lead to their entity's page."""
    if not drawing.marks:
        return None
    small = grouped(drawing)

    def href(mark: Mark) -> str:
        return page.url(selected=None) if mark.group else page.url(entity_path(mark.id))

    return picture(small, words, href=href, chosen=chosen)


def entity_path(id: str) -> str:
    return "/entity/" + quote(id, safe="")
