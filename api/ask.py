"""A question as the command line, the HTTP API and the pages ask it: names resolved, admitted, sources filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from api.service import Service, When
from graph.answer import Answer, Knowledge, MethodName, Narrower
from graph.evidence import with_sources
from graph.questions.common import as_of
from graph.questions.costs import LIGHT
from graph.questions.question import Param, Part, Question, Reading
from graph.snapshot.kinds import codes_within
from graph.snapshot.view import Snapshot
from ontology.errors import InputError, NotInGraphError, ValueProblem
from ontology.values import guess_keys, parse_key
from ontology.vocabulary import vocabulary


def ask(
    service: Service, when: When, question: Question, part: Part | None = None, *, admitted: bool = False,
    facts: bool = True,
) -> Any:  # fmt: skip
    """The answer, of the shape ``question.answers()``; a valid identifier that is not in the graph is an answer too.

    ``part``: of the list that the answer is about, where the question comes in pages. ``admitted``: it only adds to
    what has been let in already. ``facts``: whether each record and link that it rests on is told, or its id only.

    Raises:
        InputError: what a parameter names is no such term, or nothing that the question can be about.
        NotInGraphError: nothing is called that; AmbiguousError: several are.
        BusyError: too many heavy questions wait.
        InputError: it is of history, and a published graph answers.
        MovedError: it is heavy, and another process can answer it.
    """
    if question.of_history:
        service.needs_record()
    found = with_terms(question)
    snapshot = service.snapshot(when)
    written: dict[str, str] = {}
    try:
        found = _with_ids(service, when, found, written)
    except _Unknown as unknown:
        return nothing_asked(question.name, snapshot, unknown.keys)
    if not admitted:
        service.admission.admit(cost := found.cost(snapshot))
        if cost <= LIGHT and not service.waits:
            service.asked[question.name] = partial(ask, service, question=question, part=part, facts=facts)
    answer = found.compute(replace(reading(service, when, written), part=part))
    if not isinstance(answer, Answer):
        return answer
    return with_sources(service.store, service.at(when), answer, facts=facts)


def cost_of(service: Service, when: When, question: Question) -> int:
    """What a question will cost, in vertices, estimated; 0 of what the graph does not have.

    Raises:
        InputError, NotInGraphError, AmbiguousError: as ``ask``.
    """
    try:
        found = _with_ids(service, when, with_terms(question), {})
    except _Unknown:
        return 0
    return found.cost(service.snapshot(when))


def reading(service: Service, when: When, written: Mapping[str, str] | None = None) -> Reading:
    """What a question is asked of, where a reader stands; ``written``: see ``Reading``."""

    def elsewhen(valid_at: date | None, known_at: datetime | None) -> Snapshot:
        return service.snapshot(_moved(when, valid_at, known_at))

    return Reading(service.snapshot(when), service.store, written or {}, elsewhen)


def _moved(when: When, valid_at: date | None, known_at: datetime | None) -> When:
    """The same reader on another day, at another time, or both."""
    if valid_at is not None:
        when = replace(when, valid_at=valid_at, during=None)
    return when if known_at is None else replace(when, known_at=known_at, publication=None, newer=None)


_NARROWER = 5
"""Narrower codes that are named."""


def nothing_asked(question: str, snapshot: Snapshot, keys: Iterable[str] = ()) -> Answer[Any]:
    """An answer that found nothing to ask about; ``keys``: what was asked about, as it may be read."""
    within = codes_within(snapshot.topology.vertices, keys) if keys else []
    return Answer[Any](
        question=question,
        knowledge=Knowledge.NOT_IN_GRAPH,
        data=None,
        as_of=as_of(snapshot),
        snapshot=snapshot.hash,
        method=MethodName(name=snapshot.method.name, version=snapshot.method.version),
        narrower=Narrower(codes=tuple(within[:_NARROWER]), total=len(within)) if within else None,
        demonstration=snapshot.demonstration,
    )


class _Unknown(Exception):
    """A valid identifier that the graph does not have; ``keys`` are what it may be read as."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__()
        self.keys = keys


def with_terms(question: Question) -> Question:
    """The question with the ids of the terms that its parameters name.

    Raises:
        InputError: one names no term.
    """
    given = {
        param.name: _term(param, value)
        for param in question.params().values()
        if param.vocabulary and (value := getattr(question, param.name))
    }
    empty = {p.name: None for p in question.params().values() if p.optional and getattr(question, p.name) == ""}
    return question.model_copy(update={**empty, **given})


def _term(param: Param, text: str) -> str:
    terms = vocabulary(str(param.vocabulary))
    found = terms.find(text)
    if found is None:
        near = terms.nearest(text) or ", ".join(terms.terms)
        raise InputError(f"{text} is not a {param.label.en.lower()}.", remedy=f"Did you mean {near}?")
    return found


def _with_ids(service: Service, when: When, question: Question, written: dict[str, str]) -> Question:
    """The question with the ids of the things that its parameters name; what was written for each goes to ``written``.

    Raises:
        _Unknown: a valid identifier that the graph does not have.
    """

    def id_of(text: str) -> str:
        try:
            found = service.resolve(text, when).id
        except NotInGraphError:
            if not (keys := _keys(text)):
                raise
            raise _Unknown(keys) from None
        written[found] = text
        return found

    given: dict[str, Any] = {}
    for param in question.params().values():
        value = getattr(question, param.name)
        if not param.names or value is None or value in param.besides:
            continue
        given[param.name] = tuple(map(id_of, value)) if param.many else id_of(value)
    return question.model_copy(update=given)


def _keys(text: str) -> tuple[str, ...]:
    """What an identifier may be; empty where it is none."""
    try:
        return (parse_key(text),)
    except ValueProblem:
        return guess_keys(text)
