"""The pages: each asks what the API asks and hands the answer to ``visualisation``. All state is in the URL."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from math import inf
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import TypeAdapter, ValidationError

from api.ask import ask
from api.export import exported, given
from api.in_cypher import in_cypher
from api.kept import File, answered
from api.problems import headers_of
from api.routes import CLOCKS, Asked, dated, newer, refuse_clock, refuse_parameter, when_of
from api.service import Service, When
from api.settings import MAX_TEXT
from api.skins import RISK, Skin, own
from graph.answer import Answer, NewerPublication
from graph.data import ExposureData
from graph.questions.common import as_of
from graph.questions.declared.exposure import Exposure
from graph.questions.declared.paths import Paths
from graph.questions.declared.search import Search
from graph.questions.declared.trace import Trace
from graph.questions.describing import describe
from graph.questions.question import ALL, Question, questions
from graph.snapshot.view import Snapshot
from graph.store import RunInfo
from ontology.errors import AmbiguousError, InputError, KedjaError, NotInGraphError
from visualisation import pages
from visualisation.exporters import chosen
from visualisation.page import Download, Page, RegionLine, Start
from visualisation.views import view_of, views
from visualisation.words import LANGUAGES, Words

Q = TypeVar("Q", bound=Question)
IN_EVERY_ADDRESS = (*CLOCKS, "lang")
ARRANGED = ("hide", "pin", "fold")
BESIDE: Mapping[str, tuple[str, ...]] = {"start": ("risk",), "tier": ("selected", "open", *ARRANGED)}
"""What a page's address may hold beside the parameters of its question, by the name of its route."""


async def known_in_address(request: Request) -> None:
    """Refuse what the page does not read: a misspelt day would be answered for today.

    Raises:
        InputError: names it, with the nearest that exists.
    """
    name = request.scope["route"].name
    question = questions().get({"tier": "trace", "export": request.path_params.get("question", "")}.get(name, name))
    known = {*IN_EVERY_ADDRESS, *BESIDE.get(name, ()), *(question.params() if question else ())}
    for there in request.query_params:
        if there not in known - request.path_params.keys():
            refuse_parameter(there, known, request.url.path)


_READ: Mapping[str, TypeAdapter[Any]] = {name: TypeAdapter(datetime if name == "known_at" else date) for name in CLOCKS}


async def when_on_page(request: Request, service: Asked) -> When:
    """As over HTTP, but an empty field of a form is one that nobody filled in."""
    given = {}
    for name in CLOCKS:
        if text := request.query_params.get(name):
            try:
                given[name] = _READ[name].validate_python(text)
            except ValidationError:
                refuse_clock(name)
    request.state.when = await when_of(request, service, **given)
    found: When = request.state.when
    return found


At = Annotated[When, Depends(when_on_page)]
router = APIRouter(
    include_in_schema=False, default_response_class=HTMLResponse, dependencies=[Depends(known_in_address)]
)

Name = Annotated[str, Query(max_length=MAX_TEXT)]
REGIONS = 60
MOST_BESIDE = 10_000
"""Vertices that a question may look at whose answer stands beside another."""


def preferred_language(accepted: str) -> str:
    """The language of ours that an Accept-Language header weighs most, the first on a tie; Swedish where it names none.

    A range that cannot be read counts as not there (RFC 9110, 12.5.4).
    """
    weighed: dict[str, float] = {}
    for entry in accepted.split(","):
        tag, _, weight = entry.strip().lower().partition(";")
        name, value = tag.strip().partition("-")[0], weight.strip().removeprefix("q=") or "1"
        if re.fullmatch(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?", value):
            weighed[name] = max(float(value), weighed.get(name, 0.0))
    rest = weighed.pop("*", 0.0)
    ours = [*(lang for lang in weighed if lang in LANGUAGES), *(lang for lang in LANGUAGES if lang not in weighed)]
    best = max(ours, key=lambda lang: weighed.get(lang, rest))
    return best if weighed.get(best, rest) > 0 else "sv"


def page_of(request: Request, question: type[Question] | None = None, answer: Answer[Any] | None = None) -> Page:
    """What a page knows of its request; the language from the query, else from the browser, else Swedish."""
    query = tuple(request.query_params.multi_items())
    asked = request.query_params.get("lang")
    lang = asked if asked in LANGUAGES else preferred_language(request.headers.get("accept-language", ""))
    page = Page(lang=lang, path=request.url.path, query=query)
    if question is None:
        return page
    kept = {name: value for name, value in query if name not in BESIDE["tier"]} | request.path_params
    exports = tuple(
        Download(
            name=name,
            title=one.title.get(lang),
            help=one.help.get(lang),
            address=page.url(f"/export/{question.name}.{name}", **kept),
            others=one.holds is not None,
        )
        for name, one in exported()[question.name].items()
    )
    return replace(page, exports=exports, cypher=in_cypher(answer) if answer else ())


@router.get("/")
async def start(request: Request, service: Asked, when: At) -> Response:
    runs = None if service.restored else service.runs(when.clearance)[:5]

    def make() -> str:
        risk = request.query_params.get("risk") or RISK
        overall = ask(service, when, Exposure(subject=ALL, risk=risk, members=0))
        # The page lists regions and no contracts: that none is listed is nothing to be told.
        counted = overall.completeness.model_copy(update={"truncated": None})
        overall = overall.model_copy(update={"completeness": counted})
        return pages.render_start(_start(service.snapshot(when), newer(service, when), runs, overall), page_of(request))

    return await _kept(request, when, make, beside=repr([(run.run, run.state) for run in runs or ()]))


def _start(
    snapshot: Snapshot, coming: NewerPublication | None, runs: Sequence[RunInfo] | None, overall: Answer[ExposureData]
) -> Start:
    types = Counter(snapshot.type(int(v)) for v in range(snapshot.n) if snapshot.alive[v])
    incidents = [describe(snapshot, int(v)) for v in snapshot.of_type("Incident")]
    return Start(
        as_of=as_of(snapshot),
        newer=coming,
        counts=types,
        links=int(snapshot.live.sum()),
        overall=overall,
        regions=_regions(snapshot, overall),
        incidents=incidents[:10],
        runs=runs,
        snapshot=snapshot.hash,
        demonstration=snapshot.demonstration,
    )


def _regions(snapshot: Snapshot, overall: Answer[ExposureData]) -> list[RegionLine]:
    """The regions with contracts, the most severely exposed first; where there are none, the buyers with most
    contracts."""
    serves = snapshot.pairs("SERVES")
    counts = Counter(int(buyer) for buyer in serves.target)
    regions = {b: n for b, n in counts.items() if "region" in snapshot.properties(b).get("roles", ())}
    chosen = sorted((regions or counts).items(), key=lambda item: (-item[1], snapshot.name(item[0])))[:REGIONS]
    told = {row.buyer: row for row in overall.data.buyers} if overall.data else {}
    place = {buyer: number for number, buyer in enumerate(told)}
    lines = [RegionLine(describe(snapshot, buyer), count, told.get(snapshot.id(buyer))) for buyer, count in chosen]
    return sorted(lines, key=lambda line: (place.get(line.node.id, len(place)), line.node.name))


def lines_of(values: Sequence[str]) -> list[str]:
    """What several values name, a line each, as a form with several lines sends them."""
    return [line.strip() for value in values for line in value.splitlines() if line.strip()]


def asked(request: Request, question: type[Q], skin: Skin) -> Q | None:
    """The question in the address of a page; None where something that it needs is missing.

    An empty value stands for none, where there may be none.
    """
    given, query = dict(own(skin, question)), request.query_params
    for param in question.params().values():
        values = [*query.getlist(param.name), *(v for k, v in request.path_params.items() if k == param.name)]
        if filled := [value for value in values if value.strip()]:
            given[param.name] = lines_of(filled) if param.many else filled[-1]
        elif values and param.optional:
            given[param.name] = None
    return question.of(given) if all(p.name in given for p in question.params().values() if p.required) else None


def needed(request: Request, question: type[Q], skin: Skin) -> Q:
    """The question in the address.

    Raises:
        InputError: something that it needs is missing.
    """
    found = asked(request, question, skin)
    if found is None:
        names = [p.name for p in question.params().values() if p.required and p.name not in own(skin, question)]
        example = "&".join(f"{name}=..." for name in names)
        raise InputError(f"The question needs {' and '.join(names)}.", remedy=f"Add ?{example} to the address.")
    return found


@router.get("/search")
def search(request: Request, service: Asked, when: At) -> str:
    snapshot, question = service.snapshot(when), asked(request, Search, Skin.PAGE)
    return pages.render_search(
        request.query_params.get("q", ""),
        ask(service, when, question).hits if question else [],
        page_of(request),
        as_of=as_of(snapshot),
        newer=newer(service, when),
        demonstration=snapshot.demonstration,
    )


@router.get("/tier")
async def tier(
    request: Request,
    service: Asked,
    when: At,
    selected: Name = "",
    open: Annotated[str, Query(max_length=2_000)] = "",  # noqa: A002  (the word in the address)
) -> Response:
    """The tier view."""
    return await _kept(request, when, lambda: _tier(request, service, when, selected, open))


def _tier(request: Request, service: Service, when: When, selected: str, opened: str) -> str:
    question = asked(request, Trace, Skin.PAGE)
    if question is None:
        return pages.render_form(Trace, page_of(request), own(Skin.PAGE, Trace))
    start, risk, upstream = question.start, question.risk, question.direction == "upstream"
    answer = dated(service, when, ask(service, when, question))
    exposure = paths = None
    if answer.data is not None and upstream and risk and len(start) == 1 and not selected:
        exposure = _or_none(service, when, Exposure(subject=start[0], risk=risk, members=0))
    if answer.data is not None and selected and not selected.startswith("group:"):
        paths = _way(service, when, selected, answer.data.start, upstream)
    return pages.render(
        answer,
        page_of(request, Trace, answer),
        selected=selected or None,
        opened=[box for box in opened.split(",") if box],
        exposure=exposure,
        paths=paths,
    )


def _way(service: Service, when: When, selected: str, starts: tuple[str, ...], upstream: bool) -> Any:
    """The surest paths between the selected mark and the start; None where they are the same or unconnected."""
    if not starts or selected in starts:
        return None
    source, target = (selected, starts[0]) if upstream else (starts[0], selected)
    return _or_none(service, when, Paths(source=(source,), target=(target,), k=3))


def _beside(service: Service, when: When, answer: Answer[Any]) -> dict[str, Any]:
    """The answers that stand beside one on its page, as its view asks for; None where one does not apply, or would take
    long: a page about one thing must not wait for its turn."""
    asked = view_of(answer).beside(answer.data) if answer.data is not None else {}
    return {name: _or_none(service, when, one, MOST_BESIDE) for name, one in asked.items()}


def _or_none(service: Service, when: When, question: Question, most: float = inf) -> Any:
    """The answer to a question that only adds to a page; None where it does not apply to what the page is about, or
    would look at more than so many vertices."""
    try:
        if question.cost(service.snapshot(when)) > most:
            return None
        return ask(service, when, question, admitted=most < inf)
    except InputError:
        return None


async def _kept(
    request: Request, when: When, make: Callable[[], str | bytes], beside: str = "", **more: Any
) -> Response:
    """The page or file of an address, made once in each language; ``beside`` is what it shows that the snapshot does
    not hold."""

    def encoded() -> bytes:
        made = make()
        return made if isinstance(made, bytes) else made.encode()

    what = f"{request.url.path}?{request.url.query} {page_of(request).lang} {beside}"
    headers = {"Vary": "Accept-Language", **more.pop("headers", {})}
    return await answered(
        request, when, what, encoded, headers=headers, **{"media_type": HTMLResponse.media_type, **more}
    )


def path_of(question: type[Question]) -> str:
    """Where the page of a question is."""
    view = views().known.get(question.name)
    return view.path if view and view.path else f"/{question.name}"


def _add_page(question: type[Question]) -> None:
    async def page(request: Request, service: Asked, when: At) -> Response:
        def make() -> str:
            found = asked(request, question, Skin.PAGE)
            if found is None:
                return pages.render_form(question, page_of(request), own(Skin.PAGE, question))
            answer = dated(service, when, ask(service, when, found))
            return pages.render(answer, page_of(request, question, answer), **_beside(service, when, answer))

        return await _kept(request, when, make, beside=question.beside(service.store, when.clearance))

    router.add_api_route(path_of(question), page, name=question.name, description=question.said())


OWN_PAGES = ("search", "trace")
for _question in questions().values():
    if _question.name not in OWN_PAGES:
        _add_page(_question)


def _meant(request: Request) -> list[tuple[str, str]]:
    """(id, name) of what may have been meant by a name that nothing bears, the nearest first."""
    query, when = request.query_params, getattr(request.state, "when", None)
    text = next((query[name] for name in ("start", "subject", "source") if query.get(name)), "")
    if when is None or not text or len(text) > MAX_TEXT:
        return []
    return [(hit.id, hit.name) for hit in ask(request.state.service, when, Search(q=text, limit=5)).hits]


def problem_page(request: Request, status: int, error: KedjaError) -> HTMLResponse:
    """An error as a page, for whoever came by a browser."""
    candidates = error.candidates if isinstance(error, AmbiguousError) else ()
    if isinstance(error, NotInGraphError):
        candidates = _meant(request)
    text = pages.render_problem(
        status, error.code, error.message, page_of(request), remedy=error.remedy, candidates=candidates
    )
    return HTMLResponse(text, status, headers=headers_of(status))


@router.get("/export/{question}.{format}", response_class=Response)
async def export(request: Request, service: Asked, when: At, question: str, format: str) -> Response:
    """The file of the same answer as the page with the same query."""
    if question not in exported():
        raise InputError(f"{question} cannot be exported.", remedy=f"Use one of {', '.join(exported())}.")
    found = needed(request, questions()[question], Skin.DOWNLOAD)

    exporter = chosen(format, exported()[question])

    def make() -> bytes:
        answer = dated(service, when, ask(service, when, found))
        told = given(service, when, Words(page_of(request).lang), answer)
        made = File(exporter.write(told))
        if told.left_out:
            made.headers = {"Kedja-Left-Out": ", ".join(f"{n} {what}" for what, n in sorted(told.left_out.items()))}
        return made

    headers = {"Content-Disposition": f'attachment; filename="kedja-{question}.{exporter.file_ending}"'}
    beside = questions()[question].beside(service.store, when.clearance)
    return await _kept(request, when, make, beside=beside, headers=headers, media_type=exporter.media_type)
