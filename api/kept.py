"""Answers as bytes, kept under what they are made of: the same question of the same snapshot is computed once.

The key is the answer's ETag: the snapshot, as of when it is read, the parameters and the language. Who has it is told
so without computing (304); who asks while it is being made waits for it.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points, version
from pathlib import Path
from threading import Event, Lock

from fastapi import Request, Response

import api
import graph
import ontology
import visualisation
from api.apart import Apart, MovedError, movable
from api.service import Service, When
from graph import budget
from graph.questions.common import as_of
from graph.questions.lenses import GROUP as LENSES
from graph.questions.question import GROUP as QUESTIONS
from visualisation.exporters import GROUP as EXPORTERS
from visualisation.views import GROUP as VIEWS

MOST = 64_000_000
"""Bytes of answers that are kept in memory; those used longest ago go first."""

NEWER = "Kedja-Newer-Publication"
JSON = "application/json"
_POLL = 0.05


OWN = "kedja-"
"""How a header begins that says something of the bytes."""


class File(bytes):
    """Bytes that come with headers of their own, and with what they are."""

    media_type = JSON
    headers: dict[str, str] = {}  # noqa: RUF012  (replaced, never filled)


class Kept:
    """Bytes by key, at most so many. None is kept from before the last erasure."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._bytes: OrderedDict[str, bytes] = OrderedDict()
        self._making: dict[str, Event] = {}
        self._lock = Lock()
        self._size = 0
        self._erasures = 0

    def heed(self, erasures: int) -> None:
        """Forget everything, if there have been erasures since."""
        with self._lock:
            if erasures != self._erasures:
                self._bytes.clear()
                self._erasures, self._size = erasures, 0

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """What is kept, or made now; whoever asks for the same meanwhile waits, and makes it himself if that fails.

        Raises:
            TimeLimitError: it did not come in time; and what ``make`` raises.
        """
        while (found := self._begin(key)) is not None:
            if isinstance(found, bytes):
                return found
            while not found.wait(_POLL):
                budget.check()
        erasures = self._erasures
        try:
            made = make()
            self._keep(key, made, erasures)
        finally:
            with self._lock:
                self._making.pop(key).set()
        return made

    def find(self, id: str) -> File | None:
        """What is kept under a key that begins so."""
        with self._lock:
            found = next((made for key, made in self._bytes.items() if key.startswith(id)), None)
        return found if isinstance(found, File) else None

    def _begin(self, key: str) -> bytes | Event | None:
        """What is kept; else what tells that somebody has made it; None: the caller is to make it."""
        with self._lock:
            if key in self._bytes:
                self._bytes.move_to_end(key)
                return self._bytes[key]
            if key in self._making:
                return self._making[key]
            self._making[key] = Event()
            return None

    def _keep(self, key: str, made: bytes, erasures: int) -> None:
        with self._lock:
            if erasures != self._erasures:
                return
            self._bytes[key] = made
            self._size += len(made)
            while self._size > self.most:
                self._size -= len(self._bytes.popitem(last=False)[1])


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


def answered(
    request: Request,
    when: When,
    what: str,
    make: Callable[[], bytes],
    *,
    media_type: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response with what is asked, from what is kept or made now; 304 where the reader has it.

    Args:
        what: the question, its parameters and the language; with the snapshot it decides every byte.
        when: where the reader stands.
    """
    service: Service = request.state.service
    told_inside = media_type != JSON
    kept: Kept = request.state.kept
    kept.heed(len(service.store.tombstones()))
    snapshot, coming = service.snapshot(when), service.newer(when)
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
    made = kept.get(key, lambda: _said(_made(request, when, make), media_type))
    return Response(made, media_type=media_type, headers=found | (made.headers if isinstance(made, File) else {}))


def _said(made: bytes, media_type: str) -> File:
    """The bytes, which say what they are."""
    found = made if isinstance(made, File) else File(made)
    found.media_type = media_type
    return found


def _made(request: Request, when: When, make: Callable[[], bytes]) -> bytes:
    """The bytes made here; those of a heavy question by another process, where the server has such."""
    apart: Apart | None = request.state.service.apart
    if apart is None:
        return make()
    try:
        with movable():
            return make()
    except MovedError:
        found = apart.answer(request, when)
    if found is None:
        return make()
    made = File(found[0])
    made.headers = {name: value for name, value in found[1].items() if name.startswith((OWN, "link"))}
    return made
