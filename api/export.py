"""Files made of answers and of the whole graph, in the formats that are declared (``visualisation/exporters``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from graph.questions.question import questions
from visualisation.exporters import Exporter, Given, of_answers
from visualisation.views import views

if TYPE_CHECKING:
    from api.service import Service, When
    from graph.answer import Answer
    from visualisation.words import Words


@cache
def exported() -> Mapping[str, Mapping[str, Exporter]]:
    """The questions whose answers are shown as rows, with the formats that they are written in."""
    return {name: of_answers(views().known[name]) for name in questions() if name in views().known}


def given(service: Service, when: When, words: Words, answer: Answer[Any] | None = None) -> Given:
    """What is written for a reader: an answer, or where there is none all that he may see."""
    return Given(service.snapshot(when), service.store, service.at(when), words, answer)
