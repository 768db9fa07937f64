"""Questions as the command line and the HTTP API ask them: names resolved, the snapshot fetched, sources filled in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from api.costs import cost_of_graph, cost_of_group, cost_of_trace
from api.service import Service, When
from graph.answer import Answer, Knowledge, MethodName
from graph.data import AffectedData, EntityData, ExposureData, PathsData, TraceData
from graph.identity import is_entity_id
from graph.snapshot.view import Snapshot
from ontology.errors import InputError, NotInGraphError, ValueProblem
from ontology.values import guess_keys, parse_key
from ontology.vocabulary import vocabulary

T = TypeVar("T")
ALL = "all"
"""The subject of an exposure question that is about every contract."""


def _checked_risk(risk: str) -> str:
    """A risk type id from an id or a label.

    Raises:
        InputError: no such risk type; the remedy names the nearest.
    """
    terms = vocabulary("risk-types")
    found = terms.find(risk)
    if found is None:
        near = terms.nearest(risk) or ", ".join(terms.terms)
        raise InputError(f"{risk} is not a risk type.", remedy=f"Did you mean {near}?")
    return found


def _is_identifier(text: str) -> bool:
    try:
        parse_key(text)
    except ValueProblem:
        return bool(guess_keys(text))
    return True


def nothing_asked(question: str, snapshot: Snapshot) -> Answer[Any]:
    """An answer that found nothing to ask about."""
    from graph.questions.common import as_of

    return Answer[Any](
        question=question,
        knowledge=Knowledge.NOT_IN_GRAPH,
        data=None,
        as_of=as_of(snapshot),
        snapshot=snapshot.hash,
        method=MethodName(name=snapshot.method.name, version=snapshot.method.version),
        demonstration=snapshot.demonstration,
    )


def _asked(
    service: Service,
    when: When,
    question: str,
    names: Sequence[str],
    ask: Callable[[Snapshot, list[str]], Answer[T]],
    cost: Callable[[Snapshot, list[str]], int],
) -> Answer[T]:
    """Resolve the names and ask; a valid identifier that is not in the graph is an answer, not an error."""
    from graph.evidence import with_sources

    snapshot = service.snapshot(when)
    ids = []
    for name in names:
        try:
            ids.append(service.resolve(name, when).id)
        except NotInGraphError:
            if not _is_identifier(name):
                raise
            return nothing_asked(question, snapshot)
    service.admission.admit(cost(snapshot, ids))
    return with_sources(service.store, service.at(when), ask(snapshot, ids))


def trace(
    service: Service, when: When, starts: Sequence[str], upstream: bool, risk: str | None, max_tier: int, max_nodes: int
) -> Answer[TraceData]:
    from graph.questions.trace import trace as ask

    asked = _checked_risk(risk) if risk else None
    return _asked(
        service,
        when,
        "trace",
        starts,
        lambda snapshot, ids: ask(snapshot, ids, upstream=upstream, risk=asked, max_tier=max_tier, max_nodes=max_nodes),
        lambda snapshot, ids: cost_of_trace(snapshot, ids, upstream, max_tier, max_nodes),
    )


def exposure(service: Service, when: When, subject: str, risk: str, members: int) -> Answer[ExposureData]:
    from graph.questions.exposure import exposure as ask

    asked = _checked_risk(risk)
    names = [] if subject == ALL else [subject]
    return _asked(
        service,
        when,
        "exposure",
        names,
        lambda snapshot, ids: ask(snapshot, ids[0] if ids else ALL, asked, members=members),
        lambda snapshot, ids: cost_of_group(snapshot, ids[0] if ids else None),
    )


def affected(
    service: Service, when: When, start: str, goods: str | None, risk: str | None, skip: int = 0
) -> Answer[AffectedData]:
    from graph.questions.affected import affected as ask

    asked = _checked_risk(risk) if risk else None
    names = [start, goods] if goods else [start]
    return _asked(
        service,
        when,
        "affected",
        names,
        lambda snapshot, ids: ask(snapshot, ids[0], risk=asked, goods=ids[1] if goods else None, skip=skip),
        lambda snapshot, _: cost_of_graph(snapshot),
    )


def paths(service: Service, when: When, source: str, target: str, k: int) -> Answer[PathsData]:
    from graph.questions.paths import paths as ask

    return _asked(
        service,
        when,
        "paths",
        [source, target],
        lambda snapshot, ids: ask(snapshot, ids[0], ids[1], k=k),
        lambda snapshot, _: cost_of_graph(snapshot),
    )


def entity(service: Service, when: When, id: str) -> Answer[EntityData]:
    from graph.questions.entity import entity as ask

    answer = _asked(
        service, when, "entity", [id], lambda snapshot, ids: ask(service.store, snapshot, ids[0]), lambda *_: 0
    )
    if answer.data is None or not is_entity_id(id) or id == answer.data.node.id:
        return answer
    return answer.model_copy(update={"data": answer.data.model_copy(update={"redirected_from": id})})
