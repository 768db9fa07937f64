"""Answers as bytes, kept under what they are made of: the same question of the same snapshot is computed once.

The key is the answer's ETag: the snapshot, as of when it is read, the parameters and the language. Who has it is told
so without computing (304); who asks while it is being made waits for it.
"""

from __future__ import annotations

import gzip
import hashlib
from asyncio import Event
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import entry_points, version
from pathlib import Path

from anyio import to_thread
from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

import api
import graph
import ontology
import visualisation
from api.admission import MovedError, movable, patiently
from api.apart import Apart
from api.service import Service, When
from graph.questions.common import as_of
from graph.questions.lenses import GROUP as LENSES
from graph.questions.question import GROUP as QUESTIONS
from visualisation.exporters import GROUP as EXPORTERS
from visualisation.views import GROUP as VIEWS

MOST = 24_000_000
"""Bytes of answers that are kept in memory; those used longest ago go first."""

NEWER = "Kedja-Newer-Publication"
JSON = "application/json"

OWN = "kedja-"
"""How a header begins that says something of the bytes."""
WORTH_PACKING = 500
"""Bytes from which an answer is packed."""


class File(bytes):
    """Bytes that come with headers of their own."""

    headers: dict[str, str] = {}  # noqa: RUF012  (replaced, never filled)


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as it is kept and sent: packed with gzip where that makes it smaller."""

    body: bytes
    media_type: str
    headers: Mapping[str, str]
    packed: bool = False

    @classmethod
    def of(cls, made: bytes, media_type: str) -> Sent:
        headers = made.headers if isinstance(made, File) else {}
        smaller = gzip.compress(made, compresslevel=5, mtime=0) if len(made) >= WORTH_PACKING else made
        packed = len(smaller) < 0.9 * len(made)
        return cls(smaller if packed else bytes(made), media_type, headers, packed)

    def response(self, request: Request, headers: Mapping[str, str]) -> Response:
        """The answer with its own headers and these, packed for who takes it so."""
        told = {**headers, **self.headers}
        if not self.packed:
            return Response(self.body, media_type=self.media_type, headers=told)
        told["Vary"] = ", ".join(filter(None, (told.get("Vary"), "Accept-Encoding")))
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(gzip.decompress(self.body), media_type=self.media_type, headers=told)
        return Response(self.body, media_type=self.media_type, headers={**told, "Content-Encoding": "gzip"})


class Kept:
    """Answers by key, at most so many bytes; none from before the last erasure. For the loop alone, not for threads."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._sent: OrderedDict[str, Sent] = OrderedDict()
        self._making: dict[str, Event] = {}
        self._size = 0
        self._erasures = 0

    def heed(self, erasures: int) -> None:
        """Forget everything, if there have been erasures since."""
        if erasures != self._erasures:
            self._sent.clear()
            self._erasures, self._size = erasures, 0

    async def get(self, key: str, make: Callable[[], Awaitable[Sent]]) -> Sent:
        """What is kept, or made now; whoever asks for the same meanwhile waits, and makes it himself if that fails.

        Raises:
            TimeLimitError: it did not come in time; and what ``make`` raises.
        """
        while key in self._making:
            await patiently(self._making[key].wait())
        if key in self._sent:
            self._sent.move_to_end(key)
            return self._sent[key]
        self._making[key] = Event()
        erasures = self._erasures
        try:
            made = await make()
            self._keep(key, made, erasures)
        finally:
            self._making.pop(key).set()
        return made

    def find(self, id: str) -> Sent | None:
        """What is kept under a key that begins so."""
        return next((made for key, made in self._sent.items() if key.startswith(id)), None)

    def _keep(self, key: str, made: Sent, erasures: int) -> None:
        if erasures != self._erasures:
            return
        self._sent[key] = made
        self._size += len(made.body)
        while self._size > self.most:
            self._size -= len(self._sent.popitem(last=False)[1].body)


@cache
def _program() -> str:
    """Which program makes the bytes: its version, when its files were written, and the packages that extend it."""
    folders = (Path(package.__path__[0]) for package in (api, graph, ontology, visualisation))
    files = [
        file for folder in folders for file in folder.rglob("*") if file.suffix in (".py", ".html", ".json", ".csv")
    ]
    entries = [entry for group in (QUESTIONS, LENSES, VIEWS, EXPORTERS) for entry in entry_points(group=group)]
    return repr(
        (
            version("kedja"),
            sorted((file.name, file.stat().st_mtime_ns) for file in files),
            sorted((entry.value, entry.dist.version if entry.dist else "") for entry in entries),
        )
    )


def said_to_come(service: Service, when: When) -> dict[str, str]:
    """The header that names a publication which is being prepared, where one is: ``3; at="2026-11-02T08:00:00Z"``.
    No byte of an answer in JSON depends on it."""
    coming = service.newer(when)
    return {NEWER: f'{coming.number}; at="{coming.at:%Y-%m-%dT%H:%M:%SZ}"'} if coming else {}


async def answered(
    request: Request,
    when: When,
    what: str,
    make: Callable[[], bytes],
    *,
    media_type: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response with what is asked, from what is kept or made now, by a thread; 304 where the reader has it.

    Args:
        what: the question, its parameters and the language; with the snapshot it decides every byte.
        when: where the reader stands.
    """
    service: Service = request.state.service
    told_inside = media_type != JSON
    kept: Kept = request.state.kept
    kept.heed(len(service.store.tombstones()))
    snapshot = service.snapshot_at_hand(when)
    if snapshot is None:
        snapshot = await run_in_threadpool(service.snapshot, when)
    coming = service.newer(when)
    # Nothing that the reader may not know: a tag tells as much as an answer. An erasure is a publication of its own, so
    # that only who asks for one before it needs to be told apart.
    erased = when.known_at and [run.run for run in service.runs(when.clearance) if run.kind == "erasure"]
    news = told_inside and coming and (coming.number, coming.at)
    parts = (_program(), snapshot.hash, as_of(snapshot).model_dump_json(), news, erased, what)
    key = hashlib.sha256(repr(parts).encode()).hexdigest()
    tag = f'W/"{key[:32]}"'
    found = {"ETag": tag, "Cache-Control": "private, no-cache", **said_to_come(service, when), **(headers or {})}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=found)
    made = await kept.get(key, partial(_made, request, when, make, media_type))
    return made.response(request, found)


async def _made(request: Request, when: When, make: Callable[[], bytes], media_type: str) -> Sent:
    """The answer made here; a heavy question's by another process, where the server has such."""
    service: Service = request.state.service

    def here() -> Sent:
        return Sent.of(make(), media_type)

    def by_another(apart: Apart) -> Sent:
        found = apart.answer(request, when)
        if found is None:
            return here()
        told = {name: value for name, value in found[1].items() if name.startswith((OWN, "link"))}
        return Sent(found[0], media_type, told, found[1].get("content-encoding") == "gzip")

    if service.apart is None:
        return await run_in_threadpool(here)
    try:
        with movable():
            return await to_thread.run_sync(here, limiter=service.light)
    except MovedError:
        request.state.lane.is_long()
        await service.admission.turn()
    return await run_in_threadpool(by_another, service.apart)
