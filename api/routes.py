"""The public API, version 1: thin over ``graph.questions``."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, NoReturn, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.admission import LIGHT
from api.ask import ask, cost_of
from api.export import exported
from api.export import given as written
from api.jobs import JobRow, Jobs, accepted, wants_later
from api.kept import JSON, NEWER, File, answered, said_to_come
from api.negotiation import acceptable
from api.parts import LINES, ROWS, Cursor, Limit, Reader, Wanted
from api.service import Service, When
from graph.answer import Answer, NewerPublication
from graph.questions.question import Param, Question, questions
from graph.store import MOST_REJECTS, Reject
from ontology.days import begins_with_day
from ontology.errors import InputError
from visualisation.exporters import Exporter, exporters
from visualisation.words import Words


class Problem(BaseModel):
    """An error (RFC 9457), sent as application/problem+json."""

    type: str = Field(examples=["urn:kedja:problem:bad_input"])
    title: str
    status: int
    code: str = Field(description="Stable and machine readable")
    detail: str = Field(description="What to do about it")


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": description}
    for status, description in (
        (400, "A request that cannot be read"),
        (404, "A name that is not in the graph"),
        (406, "No format that the Accept header takes"),
        (405, "Another method than those that there are"),
        (409, "A name that fits several: candidates lists them"),
        (410, "A cursor of another question or snapshot"),
        (421, "A host name that the server does not answer to"),
        (422, "The request does not fit, or is over a limit"),
        (500, "A fault of ours"),
        (503, "The question took too long, or the server or its store cannot answer now"),
        (507, "A disk of the server is full"),
    )
}


async def known_parameters(request: Request) -> None:
    """Refuse a query parameter that the route does not have, and one given twice that is no list.

    Raises:
        InputError: names it, with the nearest that exists.
    """
    path = request.scope["route"].path_format
    described = request.app.openapi()["paths"][path][request.method.lower()].get("parameters", ())
    declared = {one["name"]: one["schema"] for one in described if one["in"] == "query"}
    for name, count in Counter(name for name, _ in request.query_params.multi_items()).items():
        if name not in declared:
            refuse_parameter(name, declared, path)
        if count > 1 and declared[name].get("type") != "array":
            raise InputError(f"{name} is given {count} times.", remedy="Give it once.")


def refuse_parameter(name: str, known: Collection[str], path: str) -> NoReturn:
    """
    Raises:
        InputError: always: names the parameter that is none, with the nearest that is.
    """
    near = get_close_matches(name.replace("-", "_"), known, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]}?" if near else f"Use {', '.join(sorted(known)) or 'none'}."
    raise InputError(f"{name[:60]} is not a parameter of {path}.", remedy=hint)


def refuse_clock(name: str) -> NoReturn:
    """
    Raises:
        InputError: always: how the day or time is written.
    """
    what, written = ("time", "2026-11-01T12:00:00Z") if name == "known_at" else ("day", "2026-11-01")
    raise InputError(f"{name} is not a {what}.", remedy=f"Write {written}.")


CLOCKS = ("valid_at", "during_from", "during_to", "known_at")

router = APIRouter(responses=PROBLEMS, dependencies=[Depends(known_parameters)])
A = TypeVar("A", bound=BaseModel)


async def service_of(request: Request) -> Service:
    """The server's service, one for all of a request: that of a newer publication may take its place meanwhile."""
    if not hasattr(request.state, "service"):
        request.state.service, request.state.kept = request.app.state.service, request.app.state.kept
    found: Service = request.state.service
    return found


Asked = Annotated[Service, Depends(service_of)]


async def when_of(
    request: Request,
    service: Asked,
    valid_at: Annotated[
        date | None, Query(description="When it was so; today in Stockholm if not given", examples=["2026-11-01"])
    ] = None,
    during_from: Annotated[date | None, Query(description="Start of a period, in place of valid_at")] = None,
    during_to: Annotated[date | None, Query(description="End of the period, exclusive")] = None,
    known_at: Annotated[datetime | None, Query(description="When we knew it; the last publication by default")] = None,
) -> When:
    """Both clocks from the query, the clearance from the server, and the one publication that all of it is read at."""
    for name in CLOCKS:
        text = request.query_params.get(name)
        if text and not begins_with_day(text):
            refuse_clock(name)
    if known_at is not None and not 1 < known_at.year < 9999:
        raise InputError("known_at is outside the calendar.", remedy="Give a time that has been.")
    if (during_from is None) != (during_to is None):
        raise InputError("A period needs both ends.", remedy="Give during_from and during_to.")
    during = (during_from, during_to) if during_from and during_to else None
    if during and valid_at:
        raise InputError("A day and a period are asked about at once.", remedy="Give valid_at, or the period.")
    if during and during[0] >= during[1]:
        raise InputError("The period ends before it begins.", remedy="Give during_to after during_from.")
    if known_at is not None and known_at.tzinfo is None:
        raise InputError("known_at has no time zone.", remedy="End it with Z or an offset such as +01:00.")
    return service.stand(When(valid_at, during, known_at, request.app.state.clearance), request.headers)


def newer(service: Service, when: When) -> NewerPublication | None:
    """The publication that the server is preparing, where there is one."""
    coming = service.newer(when)
    return NewerPublication(number=coming.number, at=coming.at) if coming else None


def dated(service: Service, when: When, answer: A) -> A:
    """The answer, which says so where a newer publication is being prepared."""
    coming = newer(service, when)
    return answer.model_copy(update={"newer_publication": coming}) if coming else answer


At = Annotated[When, Depends(when_of)]


class Health(BaseModel):
    status: str
    publication: int
    known_at: datetime | None


class RunRow(BaseModel):
    """A load, a judgement or an edit."""

    run: int
    kind: str
    state: str
    title: str
    series: str
    edition: str
    loader: str
    counts: dict[str, int]
    began: datetime
    publication: int | None
    published: datetime | None


PAGE = "text/html"
PATHS = {"entity": "/v1/entities/{id:path}"}
"""Where a question is asked, if not at ``/v1/NAME``."""


def query_of(param: Param, kind: Callable[..., Any] = Query) -> Any:
    """A parameter as FastAPI reads it from the address: its type, its bounds, what it means, an example."""
    example = [param.example] if param.many else param.example
    described = kind(description=param.note.en, examples=[example] if param.example else None)
    return Annotated[param.annotation, *param.bounds, described]


def _signature(question: type[Question], path: str) -> inspect.Signature:
    """Who asks, when, and each parameter of the question."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    who = {"request": Request, "service": Asked, "when": At}
    own = [inspect.Parameter(name, keyword, annotation=annotation) for name, annotation in who.items()]
    for param in question.params().values():
        if param.name in question.unpaged:
            continue
        annotation = query_of(param, Path if f"{{{param.name}:path}}" in path else Query)
        default = inspect.Parameter.empty if param.required else param.default
        own.append(inspect.Parameter(param.name, keyword, annotation=annotation, default=default))
    if issubclass(question.answers(), Answer):
        own.append(inspect.Parameter("evidence", keyword, annotation=Wanted, default="ids"))
    if question.pages:
        own.append(inspect.Parameter("limit", keyword, annotation=Limit, default=ROWS))
        own.append(inspect.Parameter("cursor", keyword, annotation=Cursor, default=None))
    return inspect.Signature(own)


@cache
def offered(question: type[Question]) -> Mapping[str, Exporter | None]:
    """The media types in which a question is answered, JSON first, with what writes them; pages are the explorer's."""
    found: dict[str, Exporter | None] = {JSON: None, **({LINES: None} if question.pages else {})}
    for exporter in exported().get(question.name, {}).values():
        if not exporter.media_type.startswith("text/html"):
            found.setdefault(exporter.media_type, exporter)
    return found


def _format(request: Request, question: type[Question]) -> str:
    """
    Raises:
        HTTPException: 406, where the client takes none of what there is.
    """
    kinds = tuple(offered(question))
    found = acceptable(request.headers.get("accept", ""), (PAGE, *kinds))
    if found is None:
        raise HTTPException(406, f"Answers to {question.name} come as {', '.join(kinds)}.")
    return JSON if found == PAGE else found  # a browser shows JSON; the pages have addresses of their own


def language_of(request: Request) -> str:
    """The language of words in a file that a program asks for: English unless it says another."""
    from api.pages import preferred_language

    accepted = request.headers.get("accept-language")
    return preferred_language(accepted) if accepted else "en"


def _file(request: Request, service: Service, when: When, asked: Question, kind: str) -> bytes:
    """The whole answer in another format than JSON."""
    exporter = offered(type(asked))[kind]
    assert exporter is not None
    answer = dated(service, when, ask(service, when, asked))
    return exporter.write(written(service, when, Words(language_of(request)), answer))


def following(request: Request, **there: str | int) -> dict[str, str]:
    """The header that leads to the next page (RFC 8288)."""
    address = request.url.include_query_params(**there)
    return {"Link": f'<{address.path}?{address.query}>; rel="next"'}


def _add_route(question: type[Question]) -> None:
    path = PATHS.get(question.name, f"/v1/{question.name}")

    async def answer(request: Request, service: Service, when: When, **given: Any) -> Response:
        evidence, limit, cursor = (given.pop(name, None) for name in ("evidence", "limit", "cursor"))
        asked = question.of(given)
        reader = Reader(service, when, asked, evidence)
        kind = _format(request, question)
        if kind == LINES:
            return StreamingResponse(
                await run_in_threadpool(reader.lines), media_type=LINES, headers=said_to_come(service, when)
            )

        def make() -> bytes:
            if kind != JSON:
                return _file(request, service, when, asked, kind)
            found = reader.page(limit, cursor) if question.pages else reader.whole()
            made = File(found.model_dump_json().encode())
            if isinstance(found, Answer) and found.page and found.page.next:
                made.headers = following(request, cursor=found.page.next)
            return made

        if wants_later(request) and (cost := await run_in_threadpool(cost_of, service, when, asked)) > LIGHT:
            jobs: Jobs = request.app.state.jobs
            told = f"{question.name} {asked.model_dump_json(exclude_defaults=True)}"
            return accepted(jobs.start(told, cost, kind, len(service.store.tombstones()), make))

        what = f"{question.name} {asked.model_dump_json()} {question.beside(service.store, when.clearance)}"
        what = f"{what} {evidence} {limit} {cursor} {kind} {'' if kind == JSON else language_of(request)}"
        vary = {"Vary": "Accept" if kind == JSON else "Accept, Accept-Language"}
        return await answered(request, when, what, make, media_type=kind, headers=vary)

    answer.__signature__ = _signature(question, path)  # type: ignore[attr-defined]
    router.add_api_route(
        path,
        answer,
        name=question.name,
        summary=question.title().en,
        description=question.said().partition("\n\n")[2],
        response_model=question.answers(),
        responses={
            200: {
                "headers": {
                    NEWER: {"description": "Number and time of a publication that is being prepared"},
                    "Link": {"description": "The next page (RFC 8288), where there is one"},
                },
                "content": {kind: {} for kind in offered(question)},
            },
            202: {
                "model": JobRow,
                "description": "A heavy question asked with Prefer: respond-async: its answer comes later",
                "headers": {"Location": {"description": "Where to ask how it stands"}},
            },
            304: {"description": "What the reader has, by the ETag in If-None-Match"},
        },
    )


for _question in questions().values():
    _add_route(_question)


@router.get("/v1/runs", summary="Loads, judgements and edits, newest first")
def runs(request: Request, service: Asked, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[RunRow]:
    found = service.runs(request.app.state.clearance)[:limit]
    return [
        RunRow(
            run=run.run,
            kind=run.kind,
            state=run.state.value,
            loader=run.loader,
            counts=dict(run.counts),
            title=run.source.title if run.source else "",
            series=run.source.series if run.source else "",
            edition=run.source.edition if run.source else "",
            began=run.began,
            publication=run.publication.number if run.publication else None,
            published=run.publication.at if run.publication else None,
        )
        for run in found
    ]


@router.get("/v1/runs/{run}/rejects", summary="What a run did not accept, where it stood and why")
def rejects(
    request: Request,
    response: Response,
    service: Asked,
    run: Annotated[int, Path(ge=1, examples=[1])],
    skip: Annotated[int, Query(ge=0, le=MOST_REJECTS)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_REJECTS)] = 1000,
) -> list[Reject]:
    found = service.rejects(run, request.app.state.clearance)
    if len(found) > skip + limit:
        response.headers.update(following(request, skip=skip + limit, limit=limit))
    return found[skip : skip + limit]


class ExportFormat(BaseModel):
    """A format in which answers are given as files, at ``/export/QUESTION.NAME`` with the question's query."""

    name: str
    title: str
    help: str
    media_type: str
    questions: list[str] = Field(description="whose answers are written so")
    graph: bool = Field(description="whether `kedja export graph` writes the whole graph so")


@router.get("/v1/exports", summary="The formats in which answers are given as files")
def exports() -> list[ExportFormat]:
    return [
        ExportFormat(
            name=name,
            title=one.title.en,
            help=one.help.en,
            media_type=one.media_type,
            questions=[question for question, formats in exported().items() if name in formats],
            graph=one.graph,
        )
        for name, one in exporters().known.items()
    ]


@router.get("/healthz", summary="Whether the server can answer")
def healthz(request: Request, service: Asked) -> Health:
    latest = service.store.latest()
    told = service.store.told(latest, request.app.state.clearance) if latest else None
    number, at = (told.number, told.at) if told and told.number else (0, None)
    return Health(status="ok", publication=number, known_at=at)
