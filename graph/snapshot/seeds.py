"""From assessments and findings to seeds: the vertices at which a risk enters, and what was assessed at all.

The simple rule of docs/method.md. Parts of a scope mean *and* between sorts (kind, stage, place, actor), *or* within a
sort. A scope naming only an actor seeds that actor; every other scope seeds each step that meets all its parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.snapshot.arrays import F64, I32, Array, Bool
from graph.snapshot.kinds import Fit
from graph.snapshot.scopes import Scope
from ontology.method import LevelRow
from ontology.model import Family
from ontology.roles import STATEMENTS
from ontology.vocabulary import is_labour, risk_family, vocabulary

if TYPE_CHECKING:
    from graph.snapshot.view import Snapshot

UNKNOWN_SEVERITY = -1


def risk_types() -> tuple[str, ...]:
    """Risk type ids; a seed's ``risk`` indexes them."""
    return tuple(vocabulary("risk-types").terms)


@dataclass(frozen=True, slots=True, eq=False)
class Seeds:
    """One row a (statement, vertex). ``severity`` is -1 where nobody said, ``likelihood`` NaN; ``confidence`` is c_i.

    ``maybe``: (statement, vertex) rows where the statement may apply: unknown. ``assessed``: (risk, vertex) rows that
    somebody assessed, clean or risky. ``listed``: (statement, actor) rows that enter no step: a harm said of a company
    without its site or goods, or of an actor's goods that no step is known to make.
    """

    vertex: I32
    statement: I32
    risk: I32
    severity: I32
    likelihood: F64
    confidence: F64
    specific: Bool
    maybe: I32
    assessed: I32
    listed: I32

    def columns(self) -> tuple[Array, ...]:
        return (
            self.vertex,
            self.statement,
            self.risk,
            self.severity,
            self.likelihood,
            self.confidence,
            self.specific,
            self.maybe,
            self.assessed,
            self.listed,
        )

    @property
    def low(self) -> F64:
        """ℓ for *low*: a missing likelihood is 0."""
        return np.nan_to_num(self.likelihood, nan=0.0)

    @property
    def high(self) -> F64:
        """ℓ for *high*: a missing likelihood is 1."""
        return np.nan_to_num(self.likelihood, nan=1.0)


_Level = tuple[int, float, float]
"""Severity or -1, likelihood or NaN, confidence."""


@dataclass(slots=True)
class _Rows:
    seeds: list[tuple[int, int, int, int, float, float, bool]] = field(default_factory=list)
    maybe: list[tuple[int, int]] = field(default_factory=list)
    assessed: set[tuple[int, int]] = field(default_factory=set)
    listed: list[tuple[int, int]] = field(default_factory=list)


class _Maker:
    """Matches every live statement of a snapshot with its steps."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.s = snapshot
        self.scopes = snapshot.scopes
        self.rows = _Rows()
        self.number = {name: i for i, name in enumerate(risk_types())}

    def statements(self) -> Iterator[tuple[int, str]]:
        """Live assessments and findings with each risk type they are of."""
        of_type = self.s.pairs("OF_TYPE")
        for name in STATEMENTS:
            for statement in map(int, self.s.of_type(name)):
                if self.scopes.silent(statement):
                    continue
                for vertex in of_type.targets(statement):
                    for key in self.s.keys(vertex):
                        scheme, _, value = key.partition(":")
                        if scheme == "risk" and value in self.number:
                            yield statement, value

    def add(self, statement: int, risk: str) -> None:
        scope, k = self.scopes.scope(statement), self.number[risk]
        severity, likelihood, unknown = level_of(self.s, statement)
        level = (severity, likelihood, self.s.statement_confidence(statement))
        if unknown:
            self.rows.maybe.extend((statement, step) for step, fit in self.scopes.meeting(scope) if fit)
        elif scope.names_actor_only:
            self._add_actors(statement, risk, scope.actors, level)
        else:
            self._add_steps(statement, k, scope, level)
        if is_labour(risk) and not unknown:
            self._add_recruitment(statement, k, scope, level)

    def _add_steps(self, statement: int, k: int, scope: Scope, level: _Level) -> None:
        entered = False
        for step, fit in self.scopes.meeting(scope):
            if fit is Fit.MAY:
                self.rows.maybe.append((statement, step))
            elif fit is Fit.YES:
                entered = True
                specific = bool(scope.actors) or (bool(scope.steps) and bool(self.scopes.step_actors[step]))
                self.rows.assessed.add((k, step))
                self.rows.seeds.append((step, statement, k, *level, specific))
        if not entered:
            # No step of the actor's is known that the statement is about: its buyers may have the goods.
            self.rows.listed.extend((statement, actor) for actor in scope.actors)

    def _add_actors(self, statement: int, risk: str, actors: list[int], level: _Level) -> None:
        """A harm enters by a site, and only lists a company; a risk of the legal person enters by the company."""
        k, harm = self.number[risk], risk_family(risk) is Family.HARM
        for actor in actors:
            if harm and self.s.is_type(actor, "Organisation"):
                self.rows.listed.append((statement, actor))
                continue
            acts = self.s.pairs("PERFORMS" if self.s.is_type(actor, "Site") else "RUNS")
            self.rows.assessed.update((k, step) for step in acts.targets(actor))
            self.rows.seeds.append((actor, statement, k, *level, True))

    def _add_recruitment(self, statement: int, k: int, scope: Scope, level: _Level) -> None:
        """A labour harm said of a recruiter or of a place of recruitment enters there, and passes to the sites.

        One that is of a recruiter's goods or stage too enters the steps of the sites recruited for that meet the rest.
        What was looked at is the recruitment: the steps remain unassessed.
        """
        rest = replace(scope, actors=[])
        severity, likelihood, confidence = level
        for recruiter in self.scopes.recruiters(scope):
            if scope.names_actor_only:
                self.rows.seeds.append((recruiter, statement, k, *level, True))
                continue
            for step, sure in self.scopes.recruited(recruiter):
                fit = self.scopes.fit(step, rest)
                if fit is Fit.YES:
                    self.rows.seeds.append((step, statement, k, severity, likelihood, confidence * sure, True))
                elif fit is Fit.MAY:
                    self.rows.maybe.append((statement, step))
        for place, fit in self.scopes.recruiting_places(scope):
            if fit is Fit.YES:
                self.rows.seeds.append((place, statement, k, *level, False))
            else:
                self.rows.maybe.extend((statement, step) for step, _ in self.scopes.recruited(place))

    def add_clean(self) -> None:
        """What audits found clean: the risk types that they could find and did not, at the sites and steps examined."""
        examined, reported, of_type = self.s.pairs("EXAMINED"), self.s.pairs("REPORTED"), self.s.pairs("OF_TYPE")
        performs = self.s.pairs("PERFORMS")
        for audit in map(int, self.s.of_type("Audit")):
            if self.scopes.later(self.s.properties(audit).get("performed")):
                continue
            found = {k for v in of_type.targets(*reported.targets(audit)) for k in self.s.keys(v)}
            for risk in self.s.properties(audit).get("could_find", ()):
                if f"risk:{risk}" in found or vocabulary("risk-types")[risk].extra.get("state_imposed") == "yes":
                    continue
                for vertex in examined.targets(audit):
                    steps = [vertex] if self.s.is_type(vertex, "Step") else performs.targets(vertex)
                    self.rows.assessed.update((self.number[risk], step) for step in steps)

    def roll_up(self) -> None:
        """A broader risk is assessed at a step where each of its sub-risks is; the narrowest first."""
        terms = vocabulary("risk-types")
        children = defaultdict(list)
        for term in terms.terms.values():
            if term.broader:
                children[term.broader].append(term.id)
        by_risk: dict[int, set[int]] = defaultdict(set)
        for k, step in self.rows.assessed:
            by_risk[k].add(step)
        for area in sorted(children, key=lambda area: -len(terms.up(area))):
            common = set.intersection(*(by_risk[self.number[sub]] for sub in children[area]))
            by_risk[self.number[area]] |= common
            self.rows.assessed.update((self.number[area], step) for step in common)


def level_of(snapshot: Snapshot, statement: int) -> tuple[int, float, bool]:
    """(severity or -1, likelihood or NaN, whether its publisher says that it does not know) of a statement: of what its
    records give the greatest, a published level read as the method says where that is all that one gives."""
    settled, levels = snapshot.properties(statement), snapshot.method.levels
    unknown = "level" in settled and levels[str(settled["level"])].unknown
    if unknown and not settled.keys() & {"severity", "likelihood"}:
        return UNKNOWN_SEVERITY, float("nan"), True
    given = [_given(said, levels) for said in snapshot.values(statement)]
    severities = [severity for severity, _ in given if severity is not None]
    likelihoods = [likelihood for _, likelihood in given if likelihood is not None]
    if snapshot.is_type(statement, "Finding"):
        likelihoods = [1.0]
    return max(severities, default=UNKNOWN_SEVERITY), max(likelihoods, default=float("nan")), False


def _given(said: Mapping[str, Any], levels: Mapping[str, LevelRow]) -> tuple[int | None, float | None]:
    """(severity, likelihood) as one record gives them, or its published level."""
    row = levels.get(str(said.get("level")))
    severity, likelihood = said.get("severity"), said.get("likelihood")
    if row is not None:
        severity = row.severity if severity is None else severity
        likelihood = row.likelihood if likelihood is None else likelihood
    return severity, likelihood


def _table(rows: list[tuple[int, int]]) -> I32:
    return np.array(sorted(set(rows)), np.int32).reshape(-1, 2)


def make_seeds(snapshot: Snapshot) -> Seeds:
    """The seeds of a snapshot, sorted by (vertex, statement, risk)."""
    maker = _Maker(snapshot)
    for statement, risk in maker.statements():
        maker.add(statement, risk)
    maker.add_clean()
    maker.roll_up()
    rows = sorted(maker.rows.seeds, key=lambda row: (row[0], row[1], row[2]))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 7
    return Seeds(
        vertex=np.array(columns[0], np.int32),
        statement=np.array(columns[1], np.int32),
        risk=np.array(columns[2], np.int32),
        severity=np.array(columns[3], np.int32),
        likelihood=np.array(columns[4], np.float64),
        confidence=np.array(columns[5], np.float64),
        specific=np.array(columns[6], np.bool_),
        maybe=_table(maker.rows.maybe),
        assessed=_table(list(maker.rows.assessed)),
        listed=_table(maker.rows.listed),
    )
