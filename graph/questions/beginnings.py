"""Where a question about what is affected begins: docs/ontology.md, "a question that starts at a site or place ..."."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from graph.questions.groups import steps_of
from graph.snapshot.kinds import Fit
from graph.snapshot.scopes import Scope
from graph.snapshot.view import Snapshot
from ontology.errors import InputError
from ontology.model import Family
from ontology.roles import KINDS, STATEMENTS
from ontology.vocabulary import is_labour, risk_family, vocabulary


@dataclass(slots=True)
class Beginning:
    """``steps`` are walked from; ``maybe`` are steps that a statement may be about; ``persons`` are walked from as
    actors: legal persons whose own risk is asked about, and recruiters where a labour risk is; ``companies`` are named
    without their goods, of them ``recruiters`` where it may be a matter of labour; ``sellers`` sell goods unknown;
    ``kinds`` are goods by name alone."""

    steps: set[int] = field(default_factory=set)
    maybe: set[int] = field(default_factory=set)
    persons: set[int] = field(default_factory=set)
    companies: set[int] = field(default_factory=set)
    recruiters: set[int] = field(default_factory=set)
    sellers: set[int] = field(default_factory=set)
    kinds: set[int] = field(default_factory=set)
    statements: set[int] = field(default_factory=set)


def beginning(
    s: Snapshot, vertex: int, risk: str | None, goods: int | None, *, heard: Snapshot | None = None
) -> Beginning:
    """Where a question about ``vertex`` begins.

    ``heard``: the snapshot whose day says what statements are made and live, where that is not ``s`` itself.

    Raises:
        InputError: it is nothing that goods come from.
    """
    begin = Beginning()
    _Begin(s, begin, risk, heard or s).add(vertex, goods)
    begin.statements.update(v for v in s.pairs("ABOUT").sources(vertex) if risk is None or is_of(s, v, risk))
    return begin


def risks_of(s: Snapshot, statement: int) -> set[str]:
    """Ids of the risk types of a statement, of those that there are."""
    keys = (key for v in s.pairs("OF_TYPE").targets(statement) for key in s.keys(v))
    return {risk for key in keys if (risk := key.removeprefix("risk:")) in vocabulary("risk-types")}


def _labour(risks: Collection[str]) -> bool | None:
    """Whether one of some risks is one of labour; None where none is named: it may be."""
    return any(map(is_labour, risks)) if risks else None


def is_of(s: Snapshot, statement: int, risk: str) -> bool:
    """Whether a statement is of a risk type or a narrower one."""
    return not risks_of(s, statement).isdisjoint(vocabulary("risk-types").within(risk))


class _Begin:
    """Fills a beginning, thing by thing."""

    def __init__(self, s: Snapshot, begin: Beginning, risk: str | None, heard: Snapshot) -> None:
        self.s = s
        self.begin = begin
        self.risk = risk
        self.heard = heard

    def add(self, vertex: int, goods: int | None) -> None:
        s, begin = self.s, self.begin
        match s.type(vertex):
            case "Incident":
                for finding in self.heard.pairs("GATHERS").targets(vertex):
                    self._statement(finding)
            case type if type in STATEMENTS:
                self._statement(vertex)
            case "Organisation":
                self._company(vertex, goods, labour=_labour([self.risk] if self.risk else []))
            case "Site" | "Place" | "Step" as type:
                begin.steps.update(_of_kinds(s, steps_of(s, vertex), goods))
                begin.sellers.update(_sites(s, vertex))
                if type == "Place" and goods is None and self.risk and is_labour(self.risk):
                    recruits = s.pairs("RECRUITS_FOR")
                    begin.persons.update(place for place in s.places.down(vertex) if recruits.leaving(place))
            case type if type in KINDS:
                begin.kinds.add(vertex)
                begin.steps.update(steps_of(s, vertex))
            case type:
                raise InputError(
                    f"No goods come from a {type}.",
                    remedy="Start at a site, company, place, step, product, material, category, finding or incident.",
                )

    def _company(self, company: int, goods: int | None, *, labour: bool | None) -> None:
        """A company begins at the steps that it runs and those that its sites perform; a recruiter also at itself where
        it is a matter of ``labour`` (None: it may be), which alone passes to the sites that it recruits for."""
        s, begin = self.s, self.begin
        if self.risk and risk_family(self.risk) is not Family.HARM:
            begin.persons.add(company)
        begin.steps.update(_of_kinds(s, steps_of(s, company), goods))
        if goods is not None:
            begin.sellers.add(company)
            return
        begin.companies.add(company)
        if labour is not False:
            begin.recruiters.add(company)
        if labour and s.pairs("RECRUITS_FOR").leaving(company):
            begin.persons.add(company)

    def _statement(self, statement: int) -> None:
        """What a statement enters; the actors that it names sell goods unknown."""
        s, begin = self.s, self.begin
        begin.statements.add(statement)
        if self.heard.scopes.silent(statement) or (self.risk and not is_of(self.heard, statement, self.risk)):
            return
        scope, labour = self.heard.scopes.scope(statement), _labour(risks_of(self.heard, statement))
        if scope.names_actor_only:
            for actor in scope.actors:
                if s.is_type(actor, "Organisation"):
                    self._company(actor, None, labour=labour)
                else:
                    self.add(actor, None)
            return
        if labour:
            self._recruitment(scope)
        found = list(s.scopes.meeting(scope))
        begin.steps.update(step for step, fit in found if fit is Fit.YES)
        begin.maybe.update(step for step, fit in found if fit is Fit.MAY)
        begin.sellers.update(scope.actors)

    def _recruitment(self, scope: Scope) -> None:
        """Where a labour harm said of places, or of a recruiter's goods, begins beside the steps that lie there."""
        scopes, begin = self.s.scopes, self.begin
        for place, fit in scopes.recruiting_places(scope):
            if fit is Fit.YES:
                begin.persons.add(place)
            else:
                begin.maybe.update(step for step, _ in scopes.recruited(place))
        for recruiter in scopes.recruiters(scope):
            fits = [(step, scopes.fit(step, replace(scope, actors=[]))) for step, _ in scopes.recruited(recruiter)]
            begin.steps.update(step for step, fit in fits if fit is Fit.YES)
            begin.maybe.update(step for step, fit in fits if fit is Fit.MAY)


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
