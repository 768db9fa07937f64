"""The FastAPI application: ``create_app`` opens nothing until it starts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractContextManager, asynccontextmanager, closing
from datetime import date
from functools import partial
from importlib.resources import as_file, files

from anyio import to_thread
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware

from api import (
    bulk_routes,
    cypher_routes,
    described,
    docs_page,
    job_routes,
    pages,
    problems,
    reconcile_routes,
    review_pages,
    routes,
    vocabulary_routes,
)
from api.admission import THREADS
from api.apart import Serving
from api.following import started
from api.guard import Guard
from api.jobs import Jobs
from api.kept import MOST, Kept
from api.lanes import Lanes
from api.service import Service
from api.settings import MAX_SECONDS, Settings
from ontology.records import Secrecy

DESCRIPTION = """
Supply chains and their sustainability risks, with evidence and with what is not known.

Every answer names both clocks (`valid_at`, `known_at`), the snapshot's hash, the method and its version, the evidence
and how complete it is. *Unknown is never low*: an identifier not in the graph answers `knowledge: not_in_graph`.
"""


def create_app(
    settings: Settings,
    *,
    hosts: Iterable[str] = (),
    clearance: Secrecy = Secrecy.PUBLIC,
    valid_at: date | None = None,
    seconds: float = MAX_SECONDS,
    apart: bool = False,
    services: Callable[[Callable[[Service], None]], AbstractContextManager[None]] | None = None,
    keep: int = MOST,
    reviewer: str | None = None,
) -> FastAPI:
    """An app that answers from one store, or from a published graph.

    Args:
        settings: where answers come from, and the snapshot cache; opened when the app starts and closed when it ends.
        hosts: names beside localhost that the Host header may carry.
        clearance: the highest secrecy that answers may contain.
        valid_at: the day that questions are about when they name none; today in Stockholm if not given.
        seconds: longest time a request may take.
        apart: heavy questions are answered by processes of their own.
        services: opens the service and tells of it, in place of ``started`` with what is given here.
        keep: bytes of answers that are kept in memory.
        reviewer: in whose name the review page decides; None: it only shows.
    """
    opened = services or partial(started, Serving(settings, clearance, valid_at, seconds), apart=apart)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        def put(service: Service) -> None:
            app.state.kept, app.state.service = Kept(keep), service

        app.state.jobs = Jobs()
        with opened(put), closing(app.state.jobs):
            to_thread.current_default_thread_limiter().total_tokens = THREADS
            app.state.clearance = clearance
            yield

    app = FastAPI(
        title="Kedja",
        version="0.1.0",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.reviewing = review_pages.Reviewing(reviewer)
    problems.install(app)
    described.install(app)
    app.include_router(routes.router)
    app.include_router(bulk_routes.router)
    app.include_router(job_routes.router)
    app.include_router(reconcile_routes.router)
    app.include_router(vocabulary_routes.router)
    app.include_router(cypher_routes.router)
    app.include_router(docs_page.router)
    app.include_router(pages.router)
    app.include_router(review_pages.router)
    with as_file(files("visualisation") / "static") as static:
        app.mount("/static", StaticFiles(directory=static), name="static")
    app.add_middleware(GZipMiddleware, minimum_size=500)
    app.add_middleware(Lanes)
    app.add_middleware(Guard, hosts=hosts, seconds=seconds)
    return app
