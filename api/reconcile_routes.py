"""``/v1/reconcile``: OpenRefine's reconciliation, version 0.2, and the preview that it shows in a frame."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from api import reconcile
from api.ask import ask
from api.reconcile import Extend, Extension, Proposed, Result, Suggested, Type
from api.routes import PROBLEMS, Asked, At, known_parameters
from api.service import Service, When
from api.settings import MAX_TEXT
from graph.questions.declared.search import Search
from ontology.errors import InputError, NotInGraphError
from ontology.model import NODES
from ontology.roles import FOUND_FIRST
from visualisation.pages import render_preview

PATH = "/v1/reconcile"
ORIGINS = ("http://127.0.0.1:3333", "http://localhost:3333")
"""Where OpenRefine's pages come from; no other page may read what a browser is answered here."""
FRAMED = f"default-src 'none'; style-src 'self'; frame-ancestors {' '.join(ORIGINS)}"
WIDTH, HEIGHT = 420, 220
LARGE: dict[int | str, dict[str, Any]] = {413: {"description": "A request that is larger than the server reads"}}


def shared(request: Request, response: Response) -> None:
    """Let OpenRefine's pages read the answer (CORS)."""
    response.headers["Vary"] = "Origin"
    if (origin := request.headers.get("origin")) in ORIGINS:
        response.headers["Access-Control-Allow-Origin"] = str(origin)


router = APIRouter(responses=PROBLEMS, dependencies=[Depends(known_parameters), Depends(shared)], tags=["OpenRefine"])


class Template(BaseModel):
    """An address with {{id}} in it; the size, in pixels, of the frame that it is shown in."""

    url: str
    width: int | None = None
    height: int | None = None


class Place(BaseModel):
    service_url: str
    service_path: str


class Proposals(BaseModel):
    propose_properties: Place


class Manifest(BaseModel):
    """What the service is and does; see the specification."""

    versions: list[str]
    name: str
    identifierSpace: str  # noqa: N815  (the specification's own names)
    schemaSpace: str  # noqa: N815
    documentation: str
    batchSize: int  # noqa: N815
    defaultTypes: list[Type]  # noqa: N815
    view: Template
    preview: Template
    suggest: dict[str, Place]
    extend: Proposals


def manifest(base: str) -> Manifest:
    """Of a server at an address, which ends in a slash."""
    here = f"{base.rstrip('/')}{PATH}"
    return Manifest(
        versions=["0.2"],
        name="Kedja",
        identifierSpace=f"{base}entity/",
        schemaSpace=f"{base}v1/vocabularies/",
        documentation="https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/",
        batchSize=reconcile.MOST_QUERIES,
        defaultTypes=[Type(id=name, name=NODES[name].label.en) for name in FOUND_FIRST],
        view=Template(url=f"{base}entity/{{{{id}}}}"),
        preview=Template(url=f"{here}/preview?id={{{{id}}}}", width=WIDTH, height=HEIGHT),
        suggest={
            kind: Place(service_url=here, service_path=f"/suggest/{kind}") for kind in ("entity", "type", "property")
        },
        extend=Proposals(propose_properties=Place(service_url=here, service_path="/properties")),
    )


Answer = dict[str, Result] | Extension
Queries = Field(description="JSON: an object of queries, by names of the client's own", max_length=2_000_000)
Columns = Field(description="JSON: ids of things, and of the properties that are wanted of them", max_length=2_000_000)


def _answer(service: Service, when: When, queries: str | None, extend: str | None) -> Answer:
    if bool(queries) == bool(extend):
        raise InputError("Nothing is asked, or two things.", remedy="Give queries or extend.")
    if queries:
        return reconcile.reconciled(service, when, reconcile.read(dict[str, reconcile.Query], queries, "queries"))
    return reconcile.extended(service, when, reconcile.read(Extend, str(extend), "extend"))


@router.get(PATH, summary="Names to things, as OpenRefine asks", response_model_exclude_none=True)
def asked(
    request: Request,
    service: Asked,
    when: At,
    queries: Annotated[str | None, Query(description=Queries.description)] = None,
    extend: Annotated[str | None, Query(description=Columns.description)] = None,
) -> Manifest | Answer:
    """Without parameters what the service does (its manifest); with queries the candidates of each; with extend columns
    of some things. Version 0.2 of the reconciliation protocol."""
    given = request.query_params.keys() & {"queries", "extend"}
    return _answer(service, when, queries, extend) if given else manifest(str(request.base_url))


@router.post(PATH, summary="The same, sent as a form", responses=LARGE)
def sent(
    service: Asked,
    when: At,
    queries: Annotated[str | None, Form(description=Queries.description)] = None,
    extend: Annotated[str | None, Form(description=Columns.description)] = None,
) -> Answer:
    return _answer(service, when, queries, extend)


@router.get("/v1/reconcile/suggest/{kind}", summary="Things, types or properties by how their names begin")
def suggest(
    service: Asked,
    when: At,
    kind: Annotated[Literal["entity", "type", "property"], Path(examples=["entity"])],
    prefix: Annotated[str, Query(max_length=MAX_TEXT, description="What has been typed", examples=["hand"])],
    cursor: Annotated[int, Query(ge=0, le=10_000, description="How many to pass over")] = 0,
) -> Suggested:
    return reconcile.suggested(service, when, kind, prefix, cursor)


@router.get(
    "/v1/reconcile/properties", summary="Columns that there are for things of a type", response_model_exclude_none=True
)
def properties(
    service: Asked,  # noqa: ARG001  (the same server as the rest)
    type: Annotated[str, Query(max_length=MAX_TEXT, description="A node type", examples=["Organisation"])],
    limit: Annotated[int | None, Query(ge=1, le=1_000)] = None,
) -> Proposed:
    return reconcile.proposed(type, limit)


@router.get("/v1/reconcile/preview", summary="A thing in a few words, to show in a frame", response_class=HTMLResponse)
def preview(
    service: Asked,
    when: At,
    id: Annotated[str, Query(min_length=1, max_length=MAX_TEXT, examples=["se-orgnr:2321000073"])],
) -> HTMLResponse:
    entity = service.resolve_exactly(id, when)
    hit = next((hit for hit in ask(service, when, Search(q=entity.id, limit=5)).hits if hit.id == entity.id), None)
    if hit is None:
        raise NotInGraphError(f"{id[:60]} is not in the graph.", remedy="Give an id that the service gave.")
    return HTMLResponse(render_preview(hit), headers={"Content-Security-Policy": FRAMED})
