"""What a record answers and what the graph that was published from it answers, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from pydantic import BaseModel

from api.ask import ask
from api.export import exported, given
from api.pages import path_of
from api.service import Service, When
from graph.questions.question import Question, questions
from ontology.errors import KedjaError
from visualisation.exporters import exporters
from visualisation.words import Words

INTERNAL = {"row", "node", "source_node", "target_node", "source_key", "target_key", "raw"}
"""What is the store's own, or what a source's cells held, which no answer shows."""


def answers(service: Service, when: When, names: list[str]) -> Iterator[tuple[str, Any]]:
    """Everything said of everything, what is found by names, and every question about them."""
    store, at = service.store, service.at(when)
    for name in ("records", "links", "entities"):
        yield name, [_told(one) for one in getattr(store, name)(at)]
    yield "sources", store.sources(at)
    yield "ttl", exporters().known["ttl"].write(given(service, when, Words("en")))
    for question in _of_everything():
        yield repr(question), _answer(service, when, question)
    for place, text in enumerate(names):
        found = store.find(at, text)
        yield text, found and _told(found)
        for asked in _questions(text, names[place - 1]):
            yield repr(asked), _answer(service, when, asked)


def _questions(text: str, other: str) -> Iterator[Question]:
    """Every question that needs something, about a text; but for those of history."""
    for question in questions().values():
        needed = [param for param in question.params().values() if param.required]
        if not needed or question.of_history:
            continue
        given = {param.name: param.example if param.vocabulary else text for param in needed}
        if len(given) == 2 and not any(param.vocabulary for param in needed):
            given[needed[1].name] = other
        yield question.of({param.name: [given[param.name]] if param.many else given[param.name] for param in needed})


def _of_everything() -> Iterator[Question]:
    """The questions that need nothing, but for those of history, which a graph does not know."""
    for question in questions().values():
        if not question.of_history and not any(param.required for param in question.params().values()):
            yield question.of({})


def _told(one: Any) -> dict[str, Any]:
    return {each.name: getattr(one, each.name) for each in fields(one) if each.name not in INTERNAL}


def _answer(service: Service, when: When, asked: Question) -> str:
    try:
        found = ask(service, when, asked)
    except KedjaError as error:
        return str(error)
    return str(found.model_dump_json()) if isinstance(found, BaseModel) else repr(found)


def names(service: Service, when: When) -> list[str]:
    """Ids, keys and names of all that is there, and the first words of the names."""
    found: dict[str, None] = {}
    for entity in service.store.entities(service.at(when)):
        found |= dict.fromkeys((entity.id, *entity.keys, entity.name, *entity.name.split()[:1]))
    return [text for text in found if text]


def differences(record: Service, graph: Service, when: When, names: list[str]) -> list[str]:
    """What the two answer otherwise."""
    pairs = zip(answers(record, when, names), answers(graph, when, names), strict=True)
    return [f"{one}\nnot\n{other}" for one, other in pairs if one != other]


def addresses(names: Sequence[str]) -> Iterator[str]:
    """Every page and route of every question about some things, and every export of it about one of them each."""
    for question in _of_everything():
        yield from (path_of(type(question)), f"/v1/{question.name}")
    for place, text in enumerate(names):
        for asked in _questions(text, names[place - 1]):
            given = asked.model_dump(include={param.name for param in asked.params().values() if param.required})
            query = "&".join(f"{name}={''.join(value)}" for name, value in given.items())
            for path in (path_of(type(asked)), f"/v1/{asked.name}"):
                yield f"/entity/{text}" if "{" in path else f"{path}?{query}"
            formats = sorted(exported().get(asked.name, ()))[place :: len(names)]
            yield from (f"/export/{asked.name}.{format}?{query}" for format in formats)
