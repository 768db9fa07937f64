"""``/v1/cypher``: the questions as Cypher, and their rows from the published graph that the server's owner names."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel, Field

from api.routes import PROBLEMS, known_parameters
from api.settings import MAX_SECONDS, MAX_TEXT
from graph.neo4j.questions import Parameter, Question, questions, values
from ontology.errors import NoGraphError

MAX_ROWS = 10_000


class Rows(BaseModel):
    """What a question gave. Lists stand as lists; days are texts."""

    columns: dict[str, str] = Field(description="Each column and its meaning, in order")
    rows: list[list[Any]]
    truncated: bool = Field(description=f"Whether there are more than {MAX_ROWS:,} rows")
    publication: int = Field(description="The publication that the graph shows")
    valid_at: str = Field(description="The day for which its settled properties hold")


router = APIRouter(prefix="/v1/cypher", responses=PROBLEMS, dependencies=[Depends(known_parameters)])


@router.get("", summary="The questions as Cypher")
def listed() -> dict[str, Any]:
    """What each asks, takes, returns and costs."""
    return {name: asked.described for name, asked in questions().items()}


def _parameter(one: Parameter) -> inspect.Parameter:
    needed = "" if one.default else "; needed with run=yes"
    given = Annotated[str | None, Query(description=one.meaning + needed, max_length=MAX_TEXT)]
    return inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=given)


def _route(asked: Question) -> Callable[..., Response]:
    """A handler with a parameter for each of the question's."""

    def answer(request: Request, run: str, **params: str | None) -> Response:
        given = {name: value for name, value in params.items() if value is not None}
        if run == "yes":
            return JSONResponse(_rows(request, asked, given).model_dump())
        return PlainTextResponse(asked.written(values(asked, asked.examples | given)))

    own = [_parameter(one) for one in asked.parameters]
    run = Annotated[Literal["yes", "no"], Query(description="yes: ask the server's graph, and give the rows")]
    answer.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request),
            inspect.Parameter("run", inspect.Parameter.POSITIONAL_OR_KEYWORD, default="no", annotation=run),
            *own,
        ]
    )
    return answer


def _rows(request: Request, asked: Question, given: dict[str, str]) -> Rows:
    from api.publishing import opened
    from graph.neo4j.questions import Limits, ask

    url = request.app.state.service.settings.graph
    if not url:
        raise NoGraphError(
            "This server knows no published graph.",
            remedy="Ask without run=yes for the text, or set KEDJA_GRAPH to one that kedja publish made.",
        )
    with opened(url) as server:
        found = ask(server, asked.name, given, Limits(MAX_SECONDS, MAX_ROWS), request.app.state.clearance)
    return Rows(
        columns=dict(asked.returns), rows=[list(row) for row in found.rows], truncated=found.cut,
        publication=found.mark.publication, valid_at=found.mark.valid_at.isoformat(),
    )  # fmt: skip


_TEXT_OR_ROWS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Rows,
        "description": "The text, with the parameters' values in it; with run=yes the rows",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    },
    409: {"description": "No published graph, or one that holds more than the server may show"},
}
for _asked in questions().values():
    router.add_api_route(
        f"/{_asked.name}", _route(_asked), name=_asked.name, summary=_asked.title, description=_asked.question,
        responses=_TEXT_OR_ROWS, response_class=Response,
    )  # fmt: skip
