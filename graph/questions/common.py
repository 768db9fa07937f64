"""What every question shares: the frame of its answer, and how a step stands with what is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from graph.answer import Answer, AsOf, Completeness, Evidence, Knowledge, MethodName, Page
from graph.questions.naming import Naming
from graph.snapshot.view import Snapshot
from ontology.errors import InputError
from ontology.vocabulary import vocabulary

T = TypeVar("T")

_ANSWER = Answer[Any]
"""Held here: pydantic forgets a class that nobody holds, and to make it anew takes longer than to answer little."""


def as_of(s: Snapshot) -> AsOf:
    return AsOf(
        valid_at=s.moment.valid_at,
        during=s.moment.during,
        known_at=s.known.at,
        publication=s.known.number,
        clearance=s.known.clearance,
    )


def wording(name: str, asked: Mapping[str, object]) -> str:
    """The question as asked, in one line: ``exposure subject=e1 risk=forced-labour``, without what was not asked."""
    parts = [f"{key}={value}" for key, value in asked.items() if value is not None]
    return " ".join((name, *parts))


def framed(
    s: Snapshot,
    question: str,
    data: T | None,
    *,
    evidence: Evidence | None = None,
    completeness: Completeness | None = None,
    page: Page | None = None,
) -> Answer[T]:
    """The answer with its frame. No data: what was asked about is not in the graph."""
    return _ANSWER(
        question=question,
        knowledge=Knowledge.KNOWN if data is not None else Knowledge.NOT_IN_GRAPH,
        data=data,
        as_of=as_of(s),
        snapshot=s.hash,
        method=MethodName(name=s.method.name, version=s.method.version),
        evidence=evidence or Evidence(),
        completeness=completeness or Completeness(),
        page=page,
        demonstration=s.demonstration,
    )


def evidence_of(naming: Naming, extra: Iterable[str] = ()) -> Evidence:
    """The stored links that the named links are or rest on, and the derived ones among them."""
    links = naming.links()
    derived = {link.id for link in links if link.rests_on}
    stored = {link.id for link in links}.difference(derived).union(*(link.rests_on for link in links), extra)
    return Evidence(links=tuple(sorted(stored)), derived=tuple(sorted(derived)))


def checked_risk(risk: str) -> str:
    """The risk type's id.

    Raises:
        InputError: no such risk type.
    """
    terms = vocabulary("risk-types")
    if risk not in terms:
        near = terms.nearest(risk) or ", ".join(terms.terms)
        raise InputError(f"{risk} is not a risk type.", remedy=f"The nearest are: {near}.")
    return risk
