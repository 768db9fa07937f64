"""The pages, rendered on the server: each a whole HTML document, made of an answer and a ``Page``.

All state is in the URL, ``lang`` included. Nothing inline: style sheets and modules are served from ``/static``
(``static_files()``), so the policy ``default-src 'self'`` holds. Names from outside are escaped, and characters that
would reorder or hide text are written out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args, get_origin
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from graph.answer import Answer, AsOf, Knowledge, NewerPublication
from graph.matching.proposing import Proposal
from graph.questions.found import Found
from graph.questions.question import ALL, Param, Question, questions
from ontology.model import NODES
from ontology.vocabulary import vocabulary
from visualisation import signs
from visualisation.absent import narrower
from visualisation.drawing import Drawing, Mark
from visualisation.grouping import grouped
from visualisation.hits import found_name, what_it_is
from visualisation.marks import RAMP, Level, digit, level_name
from visualisation.page import Candidate, Page, Start
from visualisation.review import changes_lines, reason_cells, reason_text, side_lines
from visualisation.sentences import Teller
from visualisation.svg import Picture, node_name, picture
from visualisation.text import shown
from visualisation.views import GROUPS, KNOWLEDGE, rich, view_of, views
from visualisation.words import LANGUAGES, Words, language_name


@dataclass(frozen=True, slots=True)
class Frame:
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


FIRST, SHORT = 15, 10
"""Rows of a table that stand open; of one beside another, so many that it is not folded."""


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
        rich=rich,
        FIRST=FIRST,
        SHORT=SHORT,
        **{name: listed for name, listed in vars(signs).items() if name.endswith("_SIGNS")},
    )
    return env


def static_files() -> str:
    """The folder of style sheets and modules that the pages name under ``/static``."""
    return str(files("visualisation") / "static")


def rendered(template: str, page: Page, title: str, frame: Frame, /, **values: object) -> str:
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
            menu=_menu(page),
            **values,
        )
    )


Filter = tuple[str, Sequence[tuple[str, int, str, bool]]]
"""A name and its choices: (words, how many it leaves, address, whether it is chosen)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the menu: what it is called and what it answers."""

    title: str
    about: str
    address: str
    here: bool


def _menu(page: Page) -> list[tuple[str, bool, list[Entry]]]:
    """(name, whether the page is in it, pages) of each group of pages that ask something."""
    words, known = Words(page.lang), questions()
    found: dict[str, list[Entry]] = {group: [] for group in GROUPS}
    for view in sorted(views().known.values(), key=lambda view: view.place):
        path = view.path or f"/{view.name}"
        if "{" not in path:
            about = known[view.name].title().get(page.lang).partition(":")[0]
            found[view.group].append(Entry(view.heading.get(page.lang), about, page.url(path), path == page.path))
    review = Entry(words("review.title"), words("menu.review"), page.url("/review"), page.path.startswith("/review"))
    found[KNOWLEDGE].append(review)
    return [(words(f"menu.{group}"), any(one.here for one in held), held) for group, held in found.items()]


def frame_of(answer: Answer[Any]) -> Frame:
    return Frame(
        as_of=answer.as_of,
        snapshot=answer.snapshot,
        method=f"{answer.method.name} {answer.method.version}",
        demonstration=answer.demonstration,
        sources=answer.evidence.cited,
        oldest=answer.completeness.oldest_source,
        empty=answer.knowledge is Knowledge.NOT_IN_GRAPH or answer.data is None,
        newer=answer.newer_publication,
    )


def choices(vocabulary_name: str, words: Words) -> list[tuple[str, list[tuple[str, str]]]]:
    """The terms of a vocabulary as (area, [(id, label)]) in its order; an area may be asked about as a whole."""
    found = vocabulary(vocabulary_name)
    terms = sorted(found.terms.values(), key=lambda term: term.order)
    return [
        (top.label.get(words.lang), [(t.id, t.label.get(words.lang)) for t in terms if t.id in found.within(top.id)])
        for top in terms
        if not top.broader
    ]


def risk_choices(words: Words) -> list[tuple[str, list[tuple[str, str]]]]:
    return choices("risk-types", words)


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of a question on its form. ``choices`` are (area, [(value, label)]); none: it is typed."""

    name: str
    label: str
    note: str
    value: str
    required: bool
    kind: str
    """The type of its input: ``number``, ``date``, ``text``, or ``lines`` of text, one thing a line."""
    choices: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()
    empty: str = ""
    """What it means that nothing is typed."""


def form(question: type[Question], page: Page, own: Mapping[str, Any] | None = None) -> list[Field]:
    """The fields of a question's form: as the address says, else the page's ``own`` values, else the defaults."""
    words = Words(page.lang)
    return [_field(param, page, words, (own or {}).get(param.name)) for param in question.params().values()]


def _kind_of(param: Param) -> str:
    if param.many:
        return "lines"
    kinds = {param.annotation, *get_args(param.annotation)}
    return "number" if kinds & {int, float} else "date" if date in kinds else "text"


def _field(param: Param, page: Page, words: Words, own: Any) -> Field:
    offered: list[tuple[str, list[tuple[str, str]]]] = []
    if param.vocabulary:
        offered = choices(param.vocabulary, words)
    elif get_origin(param.annotation) is Literal:
        keys = {value: f"{param.name}.{value}" for value in get_args(param.annotation)}
        offered = [("", [(value, words(key) if words.has(key) else value) for value, key in keys.items()])]
    value = ("\n".join(page.values(param.name)) if param.many else page.value(param.name)) or next(
        (str(v) for v in (own, param.default) if v is not None), ""
    )
    whole = value == param.default == ALL
    return Field(
        name=param.name,
        label=param.label.get(words.lang),
        note=param.note.get(words.lang),
        value="" if whole else value,
        empty=words("exposure.all") if whole else "",
        required=param.required,
        kind=_kind_of(param),
        choices=offered,
    )


# -- pages ----------------------------------------------------------------------------------------------------
def render_start(start: Start, page: Page) -> str:
    """The start page: search, the exposure of every contract and of each region, incidents, the latest loads."""
    from visualisation.tables import buyer_level, exposure_view

    words = Words(page.lang)
    frame = Frame(start.as_of, start.snapshot, "", start.demonstration, newer=start.newer)
    teller = Teller(start.overall, words) if start.overall else None
    return rendered(
        "start.html",
        page,
        words("app.name"),
        frame,
        start=start,
        risks=risk_choices(words),
        teller=teller,
        view=exposure_view(start.overall, teller) if start.overall and start.overall.data and teller else None,
        level_of=buyer_level,
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
    frame = Frame(as_of, demonstration=demonstration, newer=newer)
    return rendered("search.html", page, title, frame, text=text, hits=hits, risks=risk_choices(Words(page.lang)))


def render_form(question: type[Question], page: Page, own: Mapping[str, Any]) -> str:
    """The form of a question, for whoever has not asked it yet."""
    title = question.title().get(page.lang)
    return rendered("question.html", page, title, Frame(), fields=form(question, page, own), tables=[])


def render(answer: Answer[Any], page: Page, **beside: Any) -> str:
    """The page of an answer: as its view makes it, given what stands beside it there; else its form and rows."""
    view = view_of(answer)
    if answer.data is None:
        asked = page.value("start") or page.value("subject") or page.value("source") or page.path.rpartition("/")[2]
        near = narrower(answer, Words(page.lang))
        return rendered("absent.html", page, view.heading.get(page.lang), frame_of(answer), text=asked, narrower=near)
    if view.page is not None:
        return view.page(answer, page, **beside)
    return render_rows(answer, page)


def render_rows(
    answer: Answer[Any], page: Page, template: str = "question.html", hide: Sequence[str] = (),
    filters: Sequence[Filter] = (), **more: object,
) -> str:  # fmt: skip
    """The page of an answer as its view's rows: headline, form, picture, tables, what is not known and whom to ask.

    ``hide`` are parameters that the page chooses by its links and not by its form: ``filters`` among them.
    """
    view, words = view_of(answer), Words(page.lang)
    teller = Teller(answer, words)
    return rendered(
        template,
        page,
        view.title(answer.data, teller),
        frame_of(answer),
        fields=[field for field in form(questions()[view.name], page) if field.name not in hide],
        headline=view.headline(answer.data, teller) if view.headline else None,
        tables=[view.sheet(answer.data, teller), *(sheet for sheet in view.more(answer.data, teller) if sheet.rows)],
        picture=plain(view.drawing(answer.data), page, words) if view.drawing else None,
        teller=teller,
        data=answer.data,
        filters=filters,
        **more,
    )


def render_docs(operations: Sequence[object]) -> str:
    """The HTTP API, a section a route. In English, as all of the API is."""
    return environment().get_template("docs.html").render(operations=operations)


def render_preview(hit: Found) -> str:
    """A hit in a few words, alone: what another program shows in a frame. In English, as what that program is told."""
    words = Words("en")
    return (
        environment()
        .get_template("preview.html")
        .render(
            name=found_name(hit, words),
            type=words.node_type(hit.type),
            about=what_it_is(hit, words),
            keys=[words.key(key) for key in hit.keys],
        )
    )


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
    return rendered(
        "problem.html",
        page,
        title,
        Frame(),
        status=status,
        message=message,
        remedy=remedy,
        candidates=found,
        advice=advice,
    )


def render_review(shown: Sequence[Proposal], page: Page, **values: Any) -> str:
    """The open proposals, and the decisions that stand. ``total`` None: too many things to compare here."""
    words = Words(page.lang)
    values |= {"shown": shown, "reason_text": reason_text, "last": max(values["last"], 1)}
    return rendered("review.html", page, words("review.title"), Frame(), **values)


def render_proposal(proposal: Proposal, page: Page, **values: Any) -> str:
    """One proposal: both sides, every reason, what a merge would change (None: not tried)."""
    words = Words(page.lang)
    sides = [(words(heading), one.id, side_lines(one, words))
             for heading, one in (("review.one", proposal.a), ("review.other", proposal.b))]  # fmt: skip
    values["changes"] = changes_lines(values["changes"], words) if values["changes"] is not None else None
    values |= {
        "proposal": proposal,
        "sides": sides,
        "reasons": [reason_cells(r, words) for r in proposal.match.reasons],
    }
    return rendered("proposal.html", page, words("review.title"), Frame(), **values)


def plain(
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
