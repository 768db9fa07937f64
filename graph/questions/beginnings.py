"""Where a question about what is affected begins: docs/ontology.md, "a question that starts at a site or place ..."."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from graph.questions.groups import steps_of
from graph.snapshot.kinds import KIND_TYPES, Fit
from graph.snapshot.view import Snapshot
from ontology.errors import InputError
from ontology.model import Family
from ontology.vocabulary import risk_family, vocabulary

STATEMENTS = ("Finding", "RiskAssessment")


@dataclass(slots=True)
class Beginning:
    """``steps`` are walked from; ``maybe`` are steps that a statement may be about; ``persons`` are legal persons whose
    own risk is asked about; ``companies`` are named without their goods; ``sellers`` sell goods unknown; ``kinds`` are
    goods by name alone."""

    steps: set[int] = field(default_factory=set)
    maybe: set[int] = field(default_factory=set)
    persons: set[int] = field(default_factory=set)
    companies: set[int] = field(default_factory=set)
    sellers: set[int] = field(default_factory=set)
    kinds: set[int] = field(default_factory=set)
    statements: set[int] = field(default_factory=set)


def beginning(s: Snapshot, vertex: int, risk: str | None, goods: int | None) -> Beginning:
    """Where a question about ``vertex`` begins.

    Raises:
        InputError: it is nothing that goods come from.
    """
    begin = Beginning()
    _add(s, begin, vertex, risk, goods)
    begin.statements.update(v for v in s.pairs("ABOUT").sources(vertex) if risk is None or is_of(s, v, risk))
    return begin


def is_of(s: Snapshot, statement: int, risk: str) -> bool:
    """Whether a statement is of a risk type or a narrower one."""
    keys = {key for v in s.pairs("OF_TYPE").targets(statement) for key in s.keys(v)}
    return any(f"risk:{name}" in keys for name in vocabulary("risk-types").within(risk))


def _add(s: Snapshot, begin: Beginning, vertex: int, risk: str | None, goods: int | None) -> None:
    type = s.type(vertex)
    if type == "Incident":
        for finding in s.pairs("GATHERS").targets(vertex):
            _add_statement(s, begin, finding, risk)
    elif type in STATEMENTS:
        _add_statement(s, begin, vertex, risk)
    elif type == "Organisation":
        _add_company(s, begin, vertex, risk, goods)
    elif type in ("Site", "Place", "Step"):
        begin.steps.update(_of_kinds(s, steps_of(s, vertex), goods))
        begin.sellers.update(_sites(s, vertex))
    elif s.topology.vertices.type[vertex] in KIND_TYPES:
        begin.kinds.add(vertex)
        begin.steps.update(steps_of(s, vertex))
    else:
        raise InputError(
            f"No goods come from a {type}.",
            remedy="Start at a site, company, place, step, product, material, category, finding or incident.",
        )


def _sites(s: Snapshot, vertex: int) -> list[int]:
    if s.is_type(vertex, "Site"):
        return [vertex]
    if s.is_type(vertex, "Place"):
        return [v for v in s.pairs("LOCATED_IN").sources(*s.places.down(vertex)) if s.is_type(v, "Site")]
    return s.pairs("PERFORMS").sources(vertex)


def _of_kinds(s: Snapshot, steps: Iterable[int], goods: int | None) -> list[int]:
    """The steps that output a kind of goods or a narrower one; all of them where none is named."""
    if goods is None:
        return list(steps)
    kinds = set(s.kinds.down(goods))
    return [step for step in steps if kinds.intersection(s.pairs("OUTPUTS").targets(step))]


def _add_company(s: Snapshot, begin: Beginning, company: int, risk: str | None, goods: int | None) -> None:
    if risk and risk_family(risk) is not Family.HARM:
        begin.persons.add(company)
    if goods is None:
        begin.companies.add(company)
        return
    begin.steps.update(_of_kinds(s, steps_of(s, company), goods))
    begin.sellers.add(company)


def _add_statement(s: Snapshot, begin: Beginning, statement: int, risk: str | None) -> None:
    """What a statement enters; the actors that it names sell goods unknown."""
    begin.statements.add(statement)
    if s.scopes.silent(statement) or (risk and not is_of(s, statement, risk)):
        return
    scope = s.scopes.scope(statement)
    if scope.names_actor_only:
        for actor in scope.actors:
            _add(s, begin, actor, risk, None)
        return
    found = list(s.scopes.meeting(scope))
    begin.steps.update(step for step, fit in found if fit is Fit.YES)
    begin.maybe.update(step for step, fit in found if fit is Fit.MAY)
    begin.sellers.update(scope.actors)
