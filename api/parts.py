"""Answers in parts over HTTP: pages with a cursor that is bound to its snapshot, and the whole as lines of JSON."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Any, Literal

import orjson
from fastapi import Query
from pydantic import BaseModel

from api.ask import ask
from api.service import Service, When
from graph.answer import Answer
from graph.questions.question import Part, Question
from ontology.errors import CursorError

ROWS = 100
"""Rows of a page that says nothing of it."""
MOST_ROWS = 1_000
AT_ONCE = 5_000
"""Rows of a stream that are in memory at once."""
PIECE = 1 << 16
"""Bytes of a stream that are sent at once."""
LINES = "application/x-ndjson"

Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows of a page; totals are of the whole all the same")]
Cursor = Annotated[
    str | None, Query(max_length=200, description="page.next of the page before, of the same question and snapshot")
]
Wanted = Annotated[
    Literal["ids", "full"], Query(description="full: each record and link that the answer rests on, with its source")
]


@dataclass(frozen=True, slots=True)
class Reader:
    """A question that is asked over HTTP, and how much of its answer is wanted."""

    service: Service
    when: When
    question: Question
    evidence: str

    def _mark(self) -> str:
        """What a cursor belongs to: the snapshot, the day and the question."""
        parts = (self.service.snapshot(self.when).hash, self.question.name, self.question.model_dump_json())
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]

    def whole(self) -> BaseModel:
        """The answer at once."""
        found: BaseModel = self._ask(None)
        return found

    def page(self, limit: int, cursor: str | None) -> Answer[Any]:
        """The rows that follow a cursor, the first ones without.

        Raises:
            CursorError: the cursor is none, or of another question or snapshot.
        """
        answer = self._part(Part(self._skip(cursor), limit))
        page = answer.page
        if page is None or page.skip + page.listed >= page.total or not page.listed:
            return answer
        text = json.dumps([self._mark(), page.skip + page.listed]).encode()
        following = base64.urlsafe_b64encode(text).decode().rstrip("=")
        return answer.model_copy(update={"page": page.model_copy(update={"next": following})})

    def _skip(self, cursor: str | None) -> int:
        if cursor is None:
            return 0
        try:
            mark, skip = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            place = int(skip)
        except (ValueError, TypeError) as error:
            raise CursorError("This is no cursor.", remedy="Take page.next of an answer, or leave it out.") from error
        if mark != self._mark() or place < 0:
            raise CursorError(
                "The cursor is of another question, or of a snapshot that is no longer the one that answers.",
                remedy="Ask without a cursor and begin at the first page; known_at holds on to one publication.",
            )
        return place

    def lines(self) -> Iterator[bytes]:
        """The whole, a line of JSON each: ``{"answer": ...}`` first, then ``{"list": name, "row": ...}``, at last
        ``{"end": rows by list}``: without it the stream was cut short. Its first part is computed before it begins.

        Raises:
            InputError: as ``ask`` does.
        """
        parts = every_part(self._part)
        return _gathered(as_lines(chain([next(parts)], parts)))

    def _part(self, part: Part) -> Answer[Any]:
        found: Answer[Any] = self._ask(part)
        return found

    def _ask(self, part: Part | None) -> Any:
        return ask(self.service, self.when, self.question, part, facts=self.evidence == "full")


def every_part(ask: Callable[[Part], Answer[Any]]) -> Iterator[Answer[Any]]:
    """The parts that make up an answer, one after the other."""
    skip = 0
    while True:
        answer = ask(Part(skip, AT_ONCE, AT_ONCE))
        yield answer
        page = answer.page
        if page is None or not page.listed or page.skip + page.listed >= page.total:
            return
        skip += page.listed


def as_lines(parts: Iterator[Answer[Any]]) -> Iterator[bytes]:
    """The parts of an answer as lines of JSON, each row once."""
    counts: Counter[str] = Counter()
    seen: set[bytes] = set()
    for number, answer in enumerate(parts):
        rows = {name: value for name, value in answer.data or () if isinstance(value, tuple)}
        if number == 0:
            beside: dict[str, Any] = {"page": True, "data": set(rows), "evidence": {"links"}, "completeness": {"ends"}}
            yield b'{"answer":%b}\n' % answer.model_dump_json(exclude=beside).encode()
        rows |= {"evidence.links": answer.evidence.links, "completeness.ends": answer.completeness.ends}
        for name, found in rows.items():
            head = b'{"list":"%b","row":' % name.encode()
            for row in found:
                # A row knows how it is written; what else a list holds are ids, or lists of ids.
                written = row.__pydantic_serializer__.to_json(row) if isinstance(row, BaseModel) else orjson.dumps(row)
                line = b"%b%b}\n" % (head, written)
                mark = hashlib.blake2b(line, digest_size=12).digest()
                if mark not in seen:  # what is beside the list may be named with several of its rows
                    seen.add(mark)
                    counts[name] += 1
                    yield line
    yield b'{"end":%b}\n' % orjson.dumps(counts)


def _gathered(lines: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer pieces: each is handed from a thread to the loop that sends it."""
    held = bytearray()
    for line in lines:
        held += line
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    yield bytes(held)
