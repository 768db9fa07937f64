"""Errors over HTTP, once: the exception tree as problem+json (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.apart import AnsweredError
from api.settings import MAX_BODY
from ontology.errors import (
    AmbiguousError,
    BusyError,
    CursorError,
    DiskFullError,
    InputError,
    KedjaError,
    LimitError,
    NoGraphError,
    NotInGraphError,
    StoreError,
    TimeLimitError,
    ValueProblem,
    of_os_error,
)

log = logging.getLogger("kedja")

STATUS: tuple[tuple[type[KedjaError], int], ...] = (
    (NotInGraphError, 404),
    (AmbiguousError, 409),
    (TimeLimitError, 503),
    (NoGraphError, 409),
    (CursorError, 410),
    (LimitError, 422),
    (InputError, 422),
    (ValueProblem, 422),
    (DiskFullError, 507),
    (StoreError, 503),
    (BusyError, 503),
    (KedjaError, 500),
)
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "5"
"""Seconds."""


def problem(status: int, code: str, title: str, detail: str = "", **extra: Any) -> JSONResponse:
    """One problem document. ``code`` is stable and machine readable."""
    body = {"type": f"urn:kedja:problem:{code}", "title": title, "status": status, "code": code, "detail": detail}
    return JSONResponse({**body, **extra}, status, headers=headers_of(status), media_type=MEDIA_TYPE)


def too_large() -> JSONResponse:
    return problem(413, "over_limit", f"The request is larger than {MAX_BODY:,} bytes.", "Send it in parts.")


def headers_of(status: int) -> dict[str, str]:
    """When to ask again, where that may help."""
    return {"Retry-After": RETRY_AFTER} if status == 503 else {}


def status_of(error: KedjaError) -> int:
    return next(status for kind, status in STATUS if isinstance(error, kind))


def wants_page(request: Request) -> bool:
    """Whether a browser asked for a page, rather than a program for JSON."""
    return not request.url.path.startswith(("/v1", "/healthz", "/export")) and "html" in request.headers.get(
        "accept", ""
    )


def of_error(error: KedjaError) -> JSONResponse:
    status = status_of(error)
    extra: dict[str, Any] = {}
    if isinstance(error, AmbiguousError):
        from visualisation.words import Words

        words = Words("en")
        extra["candidates"] = [{"id": id, "name": words.coded(name) or name} for id, name in error.candidates]
    return problem(status, error.code, error.message, error.remedy, **extra)


def _wanted(error: Mapping[str, Any]) -> str:
    """What a parameter that does not fit should be."""
    kind = str(error["type"])
    if kind.startswith("datetime_"):
        return "write a time, 2026-11-01T12:00:00Z"
    return "write a day, 2026-11-01" if kind.startswith("date_") else str(error["msg"])


async def answered_elsewhere(_: Request, error: Exception) -> Response:
    if not isinstance(error, AnsweredError):
        raise error
    return Response(error.body, error.status, error.headers)


async def unforeseen(request: Request, error: Exception) -> Response:  # noqa: ARG001  (the server logs it)
    fault = KedjaError("Something went wrong here.", remedy="Ask again; if it stays, tell who runs the server.")
    fault.code = "unforeseen"
    if wants_page(request):
        from api.pages import problem_page

        try:
            return problem_page(request, 500, fault)
        except Exception:
            log.exception("The page that says so could not be made either.")
    return problem(500, fault.code, fault.message, fault.remedy)


def install(app: FastAPI) -> None:
    """Turn every error of ours, of validation and of routing into a problem document."""

    def shown(request: Request, error: KedjaError) -> Response:
        from api.pages import problem_page

        return problem_page(request, status_of(error), error) if wants_page(request) else of_error(error)

    async def kedja_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, KedjaError):
            raise error
        return shown(request, error)

    async def machine(request: Request, error: Exception) -> Response:
        if not isinstance(error, OSError):
            raise error
        return shown(request, of_os_error(error))

    async def bad_request(request: Request, error: Exception) -> Response:
        errors = error.errors() if isinstance(error, RequestValidationError) else []
        where = "; ".join(f"{'.'.join(map(str, e['loc'][1:]))}: {_wanted(e)}" for e in errors)
        return shown(request, InputError("The request does not fit.", remedy=where))

    async def http_error(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        title = str(error.detail) if isinstance(error, HTTPException) else "Error"
        if status == 404 and wants_page(request):
            from api.pages import problem_page

            nowhere = InputError(f"No page is at {request.url.path}.")
            nowhere.code = "http_error"
            answer: Response = problem_page(request, status, nowhere)
        elif status == 413:
            answer = too_large()
        else:
            answer = problem(status, "http_error", title)
        answer.headers.update(getattr(error, "headers", None) or {})
        return answer

    app.add_exception_handler(KedjaError, kedja_error)
    app.add_exception_handler(AnsweredError, answered_elsewhere)
    app.add_exception_handler(OSError, machine)
    app.add_exception_handler(RequestValidationError, bad_request)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, unforeseen)
