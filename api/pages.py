"""The pages: each asks what the API asks and hands the answer to ``visualisation``. All state is in the URL."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api import ask
from api.export import FORMATS
from api.in_cypher import in_cypher
from api.problems import headers_of
from api.routes import Asked, At, dated, newer
from api.service import Service, When
from api.settings import MAX_TEXT, MAX_TIER
from graph.answer import Answer
from graph.questions.common import as_of
from graph.questions.finding import find
from graph.questions.naming import describe
from graph.snapshot.view import Snapshot
from ontology.errors import AmbiguousError, InputError, KedjaError
from visualisation import pages
from visualisation.page import Page, RegionLine, Start
from visualisation.words import LANGUAGES, Words

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Name = Annotated[str, Query(max_length=MAX_TEXT)]
RISK = "forced-labour"
REGIONS = 60
MAX_DRAWN = 2_000


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


def page_of(request: Request, question: str | None = None, answer: Answer[Any] | None = None) -> Page:
    """What a page knows of its request; the language from the query, else from the browser, else Swedish."""
    query = tuple(request.query_params.multi_items())
    asked = request.query_params.get("lang")
    lang = asked if asked in LANGUAGES else preferred_language(request.headers.get("accept-language", ""))
    page = Page(lang=lang, path=request.url.path, query=query)
    if question is None:
        return page
    kept = {name: value for name, value in query if name not in ("selected", "open")}
    exports = tuple((format, page.url(f"/export/{question}.{format}", **kept)) for format in FORMATS[question])
    return replace(page, exports=exports, cypher=in_cypher(answer) if answer else ())


@router.get("/")
def start(request: Request, service: Asked, when: At) -> str:
    snapshot = service.snapshot(when)
    return pages.render_start(_start(service, snapshot, when), page_of(request))


def _start(service: Service, snapshot: Snapshot, when: When) -> Start:
    types = Counter(snapshot.type(int(v)) for v in range(snapshot.n) if snapshot.alive[v])
    incidents = [describe(snapshot, int(v)) for v in snapshot.of_type("Incident")]
    runs = service.runs(when.clearance)[:5]
    return Start(
        as_of=as_of(snapshot),
        newer=newer(service, when),
        counts=types,
        links=int(snapshot.live.sum()),
        regions=_regions(snapshot),
        incidents=incidents[:10],
        runs=runs,
        snapshot=snapshot.hash,
        demonstration=snapshot.demonstration,
        risk=RISK,
    )


def _regions(snapshot: Snapshot) -> list[RegionLine]:
    """The regions with contracts; where there are none, the buyers with most contracts."""
    serves = snapshot.pairs("SERVES")
    counts = Counter(int(buyer) for buyer in serves.target)
    regions = {b: n for b, n in counts.items() if "region" in snapshot.properties(b).get("roles", ())}
    chosen = sorted((regions or counts).items(), key=lambda item: (-item[1], snapshot.name(item[0])))[:REGIONS]
    lines = [RegionLine(describe(snapshot, buyer), count) for buyer, count in chosen]
    return sorted(lines, key=lambda line: line.node.name)


@router.get("/search")
def search(request: Request, service: Asked, when: At, q: Name = "") -> str:
    snapshot = service.snapshot(when)
    hits = find(service.store, snapshot, q, limit=40) if q.strip() else []
    return pages.render_search(
        q,
        hits,
        page_of(request),
        as_of=as_of(snapshot),
        newer=newer(service, when),
        demonstration=snapshot.demonstration,
    )


@router.get("/tier")
def tier(
    request: Request,
    service: Asked,
    when: At,
    start: Annotated[list[str], Query(max_length=20)],
    direction: Annotated[str, Query(pattern="^(upstream|downstream)$")] = "upstream",
    risk: Name = RISK,
    selected: Name = "",
    open: Annotated[str, Query(max_length=2_000)] = "",  # noqa: A002  (the word in the address)
) -> str:
    asked = risk or None
    answer = dated(service, when, ask.trace(service, when, start, direction == "upstream", asked, MAX_TIER, MAX_DRAWN))
    exposure = paths = None
    if answer.data is not None and direction == "upstream" and asked and len(start) == 1 and not selected:
        exposure = _or_none(lambda: ask.exposure(service, when, start[0], asked, 0))
    if answer.data is not None and selected and not selected.startswith("group:"):
        paths = _way(service, when, selected, answer.data.start, direction == "upstream")
    opened = [box for box in open.split(",") if box]
    subject = service.resolve(start[0], when).name if answer.data is not None and len(start) == 1 else None
    return pages.render_tier(
        answer,
        page_of(request, "trace", answer),
        subject=subject,
        selected=selected or None,
        opened=opened,
        exposure=exposure,
        paths=paths,
    )


def _way(service: Service, when: When, selected: str, starts: tuple[str, ...], upstream: bool) -> Any:
    """The surest paths between the selected mark and the start; None where they are the same or unconnected."""
    if not starts or selected in starts:
        return None
    source, target = (selected, starts[0]) if upstream else (starts[0], selected)
    return _or_none(lambda: ask.paths(service, when, source, target, 3))


def _or_none(question: Any) -> Any:
    """The answer to a question that only adds to a page; None where it does not apply to what the page is about."""
    try:
        return question()
    except InputError:
        return None


@router.get("/exposure")
def exposure(request: Request, service: Asked, when: At, subject: Name, risk: Name = RISK) -> str:
    answer = dated(service, when, ask.exposure(service, when, subject, risk or RISK, 200))
    return pages.render_exposure(answer, page_of(request, "exposure", answer))


@router.get("/affected")
def affected(request: Request, service: Asked, when: At, start: Name, goods: Name = "", risk: Name = "") -> str:
    answer = dated(service, when, ask.affected(service, when, start, goods or None, risk or None))
    return pages.render_affected(answer, page_of(request, "affected", answer))


@router.get("/paths")
def paths(request: Request, service: Asked, when: At, source: Name = "", target: Name = "") -> str:
    if not (source and target):
        return pages.render_paths(None, page_of(request))
    answer = dated(service, when, ask.paths(service, when, source, target, 5))
    return pages.render_paths(answer, page_of(request, "paths", answer))


@router.get("/entity/{id:path}")
def entity(request: Request, service: Asked, when: At, id: str) -> str:
    return pages.render_entity(dated(service, when, ask.entity(service, when, id)), page_of(request))


def problem_page(request: Request, status: int, error: KedjaError) -> HTMLResponse:
    """An error as a page, for whoever came by a browser."""
    candidates = error.candidates if isinstance(error, AmbiguousError) else ()
    text = pages.render_problem(
        status, error.code, error.message, page_of(request), remedy=error.remedy, candidates=candidates
    )
    return HTMLResponse(text, status, headers=headers_of(status))


@router.get("/export/{question}.{format}", response_class=Response)
def export(request: Request, service: Asked, when: At, question: str, format: str) -> Response:
    """The file of the same answer as the page with the same query."""
    from api.export import MEDIA_TYPES, answer_file

    if question not in FORMATS:
        raise InputError(f"{question} cannot be exported.", remedy=f"Use one of {', '.join(FORMATS)}.")
    answer = dated(service, when, _asked(request, service, when, question))
    content = answer_file(service, when, answer, format, Words(page_of(request).lang))
    name = f"kedja-{question}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA_TYPES[format], headers=headers)


def _asked(request: Request, service: Service, when: When, question: str) -> Answer[Any]:
    """The question that a page's query asks.

    Raises:
        InputError: a name that the question needs is missing.
    """
    query = request.query_params

    def named(name: str) -> str:
        if not (value := query.get(name, "")):
            raise InputError(f"The question needs {name}.", remedy=f"Add ?{name}=... to the address.")
        return value

    risk = query.get("risk") or RISK
    match question:
        case "trace":
            starts = query.getlist("start")[:20] or [named("start")]
            upstream = query.get("direction", "upstream") == "upstream"
            return ask.trace(service, when, starts, upstream, risk, MAX_TIER, MAX_DRAWN)
        case "exposure":
            return ask.exposure(service, when, named("subject"), risk, MAX_DRAWN)
        case "affected":
            return ask.affected(service, when, named("start"), query.get("goods") or None, query.get("risk") or None)
        case _:
            return ask.paths(service, when, named("source"), named("target"), 5)
