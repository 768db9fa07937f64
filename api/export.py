"""Files made of answers and of the whole graph: which formats there are, and how each is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from graph.questions.question import Question, questions
from ontology.errors import InputError
from visualisation.views import views

if TYPE_CHECKING:
    from api.service import Service, When
    from graph.answer import Answer
    from visualisation.words import Words

GRAPH_FORMATS = ("graphml", "ttl")
MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "graphml": "application/graphml+xml",
    "ttl": "text/turtle; charset=utf-8",
    "json": "application/json",
}


@cache
def exported() -> Mapping[str, tuple[str, ...]]:
    """The questions whose answers are shown as rows, with the formats that they are written in."""
    return {name: formats_of(question) for name, question in questions().items() if name in views().known}


def formats_of(question: type[Question]) -> tuple[str, ...]:
    drawn = views().known[question.name].drawing is not None
    return (*(("html",) if drawn else ()), "csv", "xlsx", "graphml", "ttl", "json")


def chosen(format: str, offered: tuple[str, ...]) -> str:
    """The format, if it is offered.

    Raises:
        InputError: it is not; the remedy names those that are.
    """
    if format not in offered:
        raise InputError(f"{format} is not a format of this export.", remedy=f"Use one of {', '.join(offered)}.")
    return format


def answer_file(service: Service, when: When, answer: Answer[Any], format: str, words: Words) -> bytes:
    """An answer as a file.

    Raises:
        InputError: an unknown format, or one whose extra is not installed.
    """
    if chosen(format, MAKERS_NEEDING_STORE + tuple(MAKERS)) in MAKERS_NEEDING_STORE:
        from visualisation.rdf import answer_turtle

        return answer_turtle(service.store, service.at(when), answer).encode()
    return MAKERS[format](answer, words)


def graph_file(service: Service, when: When, format: str) -> bytes:
    """Everything visible, as a file."""
    if chosen(format, GRAPH_FORMATS) == "ttl":
        from visualisation.rdf import graph_turtle

        return graph_turtle(service.store, service.at(when)).encode()
    from visualisation.graphml import graph_graphml

    return graph_graphml(service.snapshot(when))


def _json(answer: Answer[Any], _: Words) -> bytes:
    return answer.model_dump_json(indent=2).encode()


def _csv(answer: Answer[Any], words: Words) -> bytes:
    from visualisation.export_csv import answer_csv

    return answer_csv(answer, words)


def _xlsx(answer: Answer[Any], words: Words) -> bytes:
    from visualisation.export_xlsx import answer_xlsx

    return answer_xlsx(answer, words)


def _graphml(answer: Answer[Any], words: Words) -> bytes:
    from visualisation.graphml import answer_graphml

    return answer_graphml(answer, words)


def _html(answer: Answer[Any], words: Words) -> bytes:
    from visualisation.pyvis_snapshot import snapshot_html

    return snapshot_html(answer, words)


Maker = Callable[["Answer[Any]", "Words"], bytes]
MAKERS: dict[str, Maker] = {"json": _json, "csv": _csv, "xlsx": _xlsx, "graphml": _graphml, "html": _html}
MAKERS_NEEDING_STORE = ("ttl",)
