"""An answer that somebody kept, derived anew: the same question, as of the same day and publication, and compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from api.ask import ask
from api.service import Service, When
from graph.answer import Answer
from graph.questions.question import Part, Question, questions
from ontology.errors import InputError, ValueProblem
from ontology.records import Secrecy

DECIDED_BY_THE_WAY = ("newer_publication", "page.next")
"""What depends on how an answer was asked for, and not on what it says."""
MOST = 20


def asked(wording: str) -> Question:
    """The question that an answer says it is to: ``exposure subject=e1 risk=forced-labour``.

    Raises:
        InputError: it is none, or of parameters that there are no longer.
    """
    name, _, rest = wording.partition(" ")
    question = questions().get(name)
    if question is None:
        raise InputError(f"{name[:60]} is no question.", remedy=f"It should be one of {', '.join(questions())}.")
    names = "|".join(map(re.escape, question.params()))
    _, *parts = re.split(rf"(?:^| )({names})=", rest) if names else [rest]
    given: dict[str, Any] = dict(zip(parts[::2], parts[1::2], strict=True))
    many = {name for name in given if question.params()[name].many}
    return question.of({name: tuple(text.split(",")) if name in many else text for name, text in given.items()})


def read(text: str) -> dict[str, Any]:
    """
    Raises:
        InputError: it is no answer of Kedja's in JSON.
    """
    try:
        found = json.loads(text)
        Answer[Any].model_validate(found)
    except (ValueError, ValidationError) as error:
        raise InputError("This is no answer in JSON.", remedy="Give what --json or /v1 gave, whole.") from error
    told: dict[str, Any] = found
    return told


def differences(service: Service, told: dict[str, Any]) -> list[str]:
    """What an answer says that is not so when it is derived anew, by its place; nothing where all is the same.

    Raises:
        InputError: its question cannot be asked any more.
    """
    frame = Answer[Any].model_validate(told)
    try:
        clearance = Secrecy.read(frame.as_of.clearance)
    except ValueProblem as error:
        raise InputError(f"{frame.as_of.clearance} is no clearance.") from error
    when = When(frame.as_of.valid_at, frame.as_of.during, frame.as_of.known_at, clearance)
    part = Part(frame.page.skip, max(frame.page.listed, 1)) if frame.page else None
    anew = ask(service, service.standing(when), asked(frame.question), part)
    found = json.loads(anew.model_dump_json())
    if not told["evidence"].get("facts"):  # only their ids were asked for
        found["evidence"]["facts"] = told["evidence"].get("facts", [])
    return [place for place in _differ(told, found) if not place.startswith(DECIDED_BY_THE_WAY)]


def _differ(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """The places at which two values in JSON differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys((*one, *other)):
            yield from _differ(one.get(name), other.get(name), f"{place}.{name}".lstrip("."))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from _differ(a, b, f"{place}[{number}]")
    elif one != other:
        yield place
