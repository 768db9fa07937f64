"""``POST /v1/cypher``: a statement of the caller's own, where the server's owner has switched it on.

Such a statement sees the store as it is, whatever the clearance, so it is offered only where the clearance is the
highest: a server that promises less would break its promise.
"""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from starlette.concurrency import run_in_threadpool

from api.routes import PROBLEMS, service_of
from api.service import Service
from ontology.errors import InputError, LimitError, StoreBusyError
from ontology.records import Secrecy

MAX_BODY = 1_500_000
"""Longest request, in bytes."""
AT_ONCE = 2
"""Statements that may run at the same time: each has a process of its own."""


class Statement(BaseModel):
    model_config = ConfigDict(extra="forbid")

    statement: Annotated[str, Field(description="One statement that only reads")]
    parameters: Annotated[dict[str, JsonValue], Field(description="A value for each $parameter")] = {}


class Rows(BaseModel):
    """What a statement gave. Nodes are {labels, properties}, relationships {type, properties}, paths {nodes,
    relationships}; dates and times are texts (ISO 8601), numbers that are none are texts (NaN, Infinity)."""

    columns: list[str]
    rows: list[list[Any]] = Field(description="A value for each column")
    truncated: Literal["rows", "size"] | None = Field(description="What cut the answer; null when it is whole")
    publication: int | None = Field(description="The store's last publication when asked")
    notices: list[str] = Field(description="What the server warns of, for instance a label that no node has")


EXAMPLE = {
    "statement": "MATCH (c:Contract) WHERE c.name CONTAINS $word RETURN c.id, c.name ORDER BY c.name LIMIT 10",
    "parameters": {"word": "Handskar"},
}
_BODY = {
    "required": True,
    "content": {"application/json": {"schema": Statement.model_json_schema(), "example": EXAMPLE}},
}
router = APIRouter(responses=PROBLEMS)


def install(app: FastAPI, *, enabled: bool, clearance: Secrecy) -> None:
    """Add the route to an app, if it is enabled.

    Raises:
        InputError: enabled on a server that answers with less than everything.
    """
    if not enabled:
        return
    if clearance is not Secrecy.RESTRICTED:
        raise InputError(
            f"A statement in Cypher sees every row, and this server's clearance is {clearance.name.lower()}.",
            remedy="Start it with --clearance restricted, or without KEDJA_ADHOC_CYPHER.",
        )
    app.state.statements = BoundedSemaphore(AT_ONCE)
    app.include_router(router)


@router.post("/v1/cypher", summary="Ask the store in Cypher", openapi_extra={"requestBody": _BODY})
async def cypher(request: Request) -> Rows:
    """One statement that only reads, inspected before it runs; of a store in Neo4j. It sees every row of every
    secrecy and of every run, so it says itself which of them count: see docs/how-to/neo4j-cypher.md."""
    # Only a page of our own may send this type without being asked first (CORS), so no other page can use the route.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise InputError("The request is not JSON.", remedy="Send it with Content-Type: application/json.")
    asked = _read(await _body(request))
    return await run_in_threadpool(_answer, service_of(request), request.app.state.statements, asked)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            raise LimitError(f"The request is longer than {MAX_BODY:,} bytes.", remedy="Give fewer parameters.")
    return bytes(body)


def _read(body: bytes) -> Statement:
    try:
        return Statement.model_validate_json(body)
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors())
        raise InputError("The request does not fit.", remedy=where[:500]) from error


def _answer(service: Service, slots: BoundedSemaphore, asked: Statement) -> Rows:
    from graph.neo4j import adhoc

    if not slots.acquire(blocking=False):
        raise StoreBusyError(f"{AT_ONCE} statements are running already.", remedy="Ask again in a moment.")
    try:
        found = adhoc.run(adhoc.core_of(service.store), asked.statement, asked.parameters)
    finally:
        slots.release()
    return Rows(
        columns=list(found.columns),
        rows=found.rows,
        truncated=found.truncated,
        publication=found.publication,
        notices=list(found.notices),
    )
