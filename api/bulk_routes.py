"""``POST /v1/QUESTION``: a question asked of up to 10,000 things in one request, answered line by line (NDJSON)."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends
from fastapi.responses import StreamingResponse

from api.bulk import MOST, bulk
from api.names import Line as Written
from api.routes import PATHS, PROBLEMS, Asked, At, known_parameters, query_of
from api.service import Service, When
from graph.questions.lines import Line
from graph.questions.question import Question, questions

TOGETHER = 50
"""Lines that are sent at once."""

router = APIRouter(responses=PROBLEMS, dependencies=[Depends(known_parameters)])
Listed = Annotated[
    list[str],
    Body(min_length=1, max_length=MOST, description="Identifiers or exact names: one for each line of the answer"),
]


class Lines(StreamingResponse):
    media_type = "application/x-ndjson"


def sent(lines: Iterator[Line[Any]]) -> Iterator[str]:
    """The lines as text, some at a time."""
    while some := list(islice(lines, TOGETHER)):
        yield "".join(f"{line.model_dump_json()}\n" for line in some)


def _signature(question: type[Question], one: str) -> inspect.Signature:
    keyword = inspect.Parameter.KEYWORD_ONLY
    who = {"service": Asked, "when": At, "names": Listed}
    own = [inspect.Parameter(name, keyword, annotation=annotation) for name, annotation in who.items()]
    for param in question.params().values():
        if param.name != one:
            default = inspect.Parameter.empty if param.required else param.default
            own.append(inspect.Parameter(param.name, keyword, annotation=query_of(param), default=default))
    return inspect.Signature(own)


def _add_route(question: type[Question], one: str) -> None:
    def answer(service: Service, when: When, names: list[str], **given: Any) -> Lines:
        written = [Written(number, text.strip()) for number, text in enumerate(names, 1)]
        return Lines(sent(bulk(service, when, question, given, written)))

    answer.__signature__ = _signature(question, one)  # type: ignore[attr-defined]
    router.add_api_route(
        PATHS.get(question.name, f"/v1/{question.name}").partition("/{")[0],
        answer,
        methods=["POST"],
        name=f"{question.name} of each",
        summary=f"Of each of many: {question.title().en[0].lower()}{question.title().en[1:]}",
        description=f"A line for each of up to {MOST:,}, in their order: answered, or why not.",
        response_class=Lines,
        response_model=Line[question.answers_each()],  # type: ignore[misc]
        responses={413: {"description": "A request that is larger than the server reads"}},
    )


for _question in questions().values():
    if _one := _question.one():
        _add_route(_question, _one.name)
