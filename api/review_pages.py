"""The review page: proposals with both sides and reasons, and, where the server was started for it, decisions.

Everything else that is served only reads. These routes write when ``create_app`` names a reviewer, and then only what
a form of this very server sends: it comes from the same origin (the browser says so) and holds a token that pages of
other origins cannot read.
"""

from __future__ import annotations

import hmac
import secrets
from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from api.pages import page_of
from api.rehearsal import Compared
from api.reviewing import Decision, Reviews, chosen, decide, decisions_made, would_change
from api.routes import refuse_parameter, service_of
from api.service import Service
from api.settings import now
from api.stores import store_path
from graph.matching.proposing import Proposal
from graph.store import At, Verdict
from loaders.base import no_progress
from ontology.errors import InputError
from visualisation import pages

PARAMETERS = ("lang", "page", "changes", "done")
A_PAGE = 50
"""Proposals, and decisions, of one page."""
MOST_BODY = 10_000
"""Bytes of a form."""
TRIED_AT_ONCE = 30_000_000
"""Bytes of a record of which the copy that tries a merge is made without being asked for."""


@dataclass(slots=True)
class Reviewing:
    """What a server keeps for its review page. ``reviewer`` decides; None: nobody does, the pages only read."""

    reviewer: str | None = None
    token: str = field(default_factory=secrets.token_urlsafe)
    reviews: Reviews = field(default_factory=Reviews)


def _known(request: Request) -> None:
    for name, count in Counter(name for name, _ in request.query_params.multi_items()).items():
        if name not in PARAMETERS:
            refuse_parameter(name, PARAMETERS, request.url.path)
        if count > 1:
            raise InputError(f"{name} is given {count} times.", remedy="Give it once.")


router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[Depends(_known)])
Asked = Annotated[Service, Depends(service_of)]


def _reviewing(request: Request) -> Reviewing:
    found: Reviewing = request.app.state.reviewing
    return found


def _at(request: Request, service: Service) -> At:
    """The last publication: what was decided a moment ago is decided, also where no snapshot shows it yet.

    Raises:
        InputError: a published graph answers, which knows no history.
    """
    if service.restored is not None:
        raise InputError("A published graph is not reviewed.", remedy="Ask a Kedja that has the record.")
    last = service.store.latest()
    return At(last.number if last else 0, request.app.state.clearance)


def _page(request: Request, **more: Any) -> dict[str, Any]:
    reviewing = _reviewing(request)
    return {"page": page_of(request), "token": reviewing.token if reviewing.reviewer else "", **more}


@router.get("/review")
def listed(request: Request, service: Asked) -> Response:
    """The open proposals, the most likely first, and the decisions that stand."""
    at = _at(request, service)
    found = _reviewing(request).reviews.open(service, at)
    text = request.query_params.get("page", "1")
    number = int(text) if text.isdecimal() and 0 < int(text) < 100_000 else 1
    made = decisions_made(service, at)
    sides = {side for one in made[:A_PAGE] for side in (one.a, one.b)}
    named = {id_: entity.name for id_ in sides if (entity := service.store.find(at, id_)) is not None}
    shown = (found or [])[(number - 1) * A_PAGE : number * A_PAGE]
    return HTMLResponse(
        pages.render_review(
            shown,
            **_page(
                request,
                total=None if found is None else len(found),
                number=number,
                last=-(-len(found or ()) // A_PAGE),
                made=made[:A_PAGE],
                made_total=len(made),
                names=named,
                done=request.query_params.get("done", ""),
            ),
        )
    )


@router.get("/review/{proposal}")
def one(request: Request, service: Asked, proposal: str) -> Response:
    """Both sides of a proposal, every reason, and what a merge would change."""
    found = _reviewing(request).reviews.open(service, _at(request, service)) or []
    (this,) = chosen(found, [proposal])
    place = found.index(this)
    changes: Compared | None = None
    if "changes" in request.query_params or store_path(service.settings.store).stat().st_size <= TRIED_AT_ONCE:
        changes = would_change(service.settings, this, now(), lambda _: no_progress)
    others = [found[i].id if 0 <= i < len(found) else "" for i in (place - 1, place + 1)]
    return HTMLResponse(
        pages.render_proposal(
            this,
            **_page(request, changes=changes, before=others[0], after=others[1], place=place + 1, total=len(found)),
        )
    )


@router.post("/review/undo/{judgement}")
async def undo(request: Request, service: Asked, judgement: str) -> Response:
    """Take a decision back."""
    await _form(request)
    reviewer = _reviewing(request).reviewer or ""
    await run_in_threadpool(service.store.withdraw, judgement, reviewer, "", now())
    return RedirectResponse(page_of(request).url("/review", done="undone"), 303)


@router.post("/review/{proposal}")
async def decided(request: Request, service: Asked, proposal: str) -> Response:
    """Decide a proposal, and go on to the next."""
    form = await _form(request)
    said, why = form.get("verdict", ""), form.get("why", "")
    if said not in list(Verdict):
        raise InputError("That is no decision.", remedy="Send same, different or unsure.")
    after = await run_in_threadpool(_decide, request, service, proposal, Verdict(said), why)
    page = page_of(request)
    return RedirectResponse(page.url(f"/review/{after}", done=said) if after else page.url("/review", done=said), 303)


def _decide(request: Request, service: Service, id_: str, verdict: Verdict, why: str) -> str:
    """Decide; gives the proposal that comes next, empty where none does."""
    reviewing = _reviewing(request)
    found: list[Proposal] = reviewing.reviews.open(service, _at(request, service)) or []
    (this,) = chosen(found, [id_])
    place = found.index(this)
    decide(service, [Decision(this, verdict, why)], reviewing.reviewer or "", now())
    left = reviewing.reviews.open(service, _at(request, service)) or []
    return left[min(place, len(left) - 1)].id if left else ""


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form that this server's own page sent.

    Raises:
        InputError: nobody reviews here, or the form comes from elsewhere.
    """
    reviewing = _reviewing(request)
    if reviewing.reviewer is None:
        raise InputError(
            "Nothing is decided here.", remedy="Start it with kedja serve --review, or decide with kedja review."
        )
    origin = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if request.headers.get("origin") != origin:
        raise InputError(
            "The form comes from another page than this server's.", remedy="Open the page here and decide there."
        )
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > MOST_BODY:
            raise InputError("The form is too large.", remedy="Write a shorter reason.")
    fields = {name: values[-1] for name, values in parse_qs(raw.decode("utf-8", "replace")).items()}
    if not hmac.compare_digest(fields.get("token", "").encode(), reviewing.token.encode()):
        raise InputError("The form is of an earlier start of this server.", remedy="Open the page again.")
    return fields
