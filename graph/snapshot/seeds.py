"""From assessments and findings to seeds: the vertices at which a risk enters, and what was assessed at all.

The simple rule of lenses.md 2. A scope's parts mean *and* between sorts (kind, stage, place, actor); parts of one sort
mean *or*. A scope naming only an actor seeds that actor; every other scope seeds each step that meets all its parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from graph.snapshot.arrays import F64, I32, Array, Bool
from graph.snapshot.kinds import KIND_TYPES, Fit, Order
from graph.snapshot.topology import NODE_CODE
from ontology.model import Family
from ontology.values import to_day
from ontology.vocabulary import risk_family, vocabulary

if TYPE_CHECKING:
    from graph.snapshot.view import Snapshot

UNKNOWN_SEVERITY = -1
_STEP, _PLACE = NODE_CODE["Step"], NODE_CODE["Place"]
_ACTORS = (NODE_CODE["Organisation"], NODE_CODE["Site"])


def risk_types() -> tuple[str, ...]:
    """Risk type ids; a seed's ``risk`` indexes them."""
    return tuple(vocabulary("risk-types").terms)


@dataclass(frozen=True, slots=True, eq=False)
class Seeds:
    """One row a (statement, vertex). ``severity`` is -1 where nobody said, ``likelihood`` NaN; ``confidence`` is c_i.

    ``maybe``: (statement, vertex) rows where the statement may apply: unknown. ``assessed``: (risk, vertex) rows that
    somebody assessed, clean or risky. ``listed``: (statement, organisation) rows of harms said of a bare company.
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
        return (self.vertex, self.statement, self.risk, self.severity, self.likelihood, self.confidence,
                self.specific, self.maybe, self.assessed, self.listed)

    @property
    def low(self) -> F64:
        """ℓ for *low*: a missing likelihood is 0."""
        return np.nan_to_num(self.likelihood, nan=0.0)

    @property
    def high(self) -> F64:
        """ℓ for *high*: a missing likelihood is 1."""
        return np.nan_to_num(self.likelihood, nan=1.0)


@dataclass(frozen=True, slots=True)
class Scope:
    kinds: list[int]
    places: list[int]
    actors: list[int]
    steps: list[int]
    stage: str | None

    @property
    def names_actor_only(self) -> bool:
        return bool(self.actors) and not (self.kinds or self.places or self.steps or self.stage)


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
        self.steps = [int(v) for v in snapshot.of_type("Step")]
        self.rows = _Rows()
        self.number = {name: i for i, name in enumerate(risk_types())}

    @cached_property
    def step_kinds(self) -> dict[int, list[int]]:
        return {step: self.s.pairs("OUTPUTS").targets(step) for step in self.steps}

    @cached_property
    def step_sites(self) -> dict[int, list[int]]:
        return {step: self.s.pairs("PERFORMS").sources(step) for step in self.steps}

    @cached_property
    def step_actors(self) -> dict[int, set[int]]:
        """Sites that perform a step, the companies that operate those, and the companies that run it."""
        runs, operates = self.s.pairs("RUNS"), self.s.pairs("OPERATES")
        sites = self.step_sites
        return {step: {*sites[step], *operates.sources(*sites[step]), *runs.sources(step)} for step in self.steps}

    @cached_property
    def step_places(self) -> dict[int, list[int]]:
        within = self.s.pairs("LOCATED_IN")
        return {step: within.targets(step, *self.step_sites[step]) for step in self.steps}

    @cached_property
    def step_stage(self) -> dict[int, str | None]:
        return {step: self.s.properties(step).get("stage") for step in self.steps}

    def scope(self, statement: int) -> Scope:
        parts = self.s.pairs("ABOUT").targets(statement)
        types = self.s.topology.vertices.type
        return Scope(
            kinds=[v for v in parts if types[v] in KIND_TYPES],
            places=[v for v in parts if types[v] == _PLACE],
            actors=[v for v in parts if types[v] in _ACTORS],
            steps=[v for v in parts if types[v] == _STEP],
            stage=self.s.properties(statement).get("stage"),
        )

    def fit(self, step: int, scope: Scope) -> Fit:
        """How a step meets a scope: the least fit of its parts."""
        parts = []
        if scope.steps:
            parts.append(Fit.YES if step in scope.steps else Fit.NO)
        if scope.actors:
            parts.append(Fit.YES if self.step_actors[step].intersection(scope.actors) else Fit.NO)
        if scope.stage:
            parts.append(self._fit_stage(self.step_stage[step], scope.stage))
        if scope.kinds:
            parts.append(_best(self.s.kinds, self.step_kinds[step], scope.kinds))
        if scope.places:
            parts.append(_best(self.s.places, self.step_places[step], scope.places))
        return min(parts, default=Fit.NO)

    @staticmethod
    def _fit_stage(stage: str | None, wanted: str) -> Fit:
        if stage is None:
            return Fit.MAY
        stages = vocabulary("chain-stages")
        if stage in stages.within(wanted):
            return Fit.YES
        return Fit.MAY if wanted in stages.within(stage) else Fit.NO

    def statements(self) -> Iterator[tuple[int, str]]:
        """Live assessments and findings with each risk type they are of."""
        of_type = self.s.pairs("OF_TYPE")
        end = self.s.moment.days[1]
        for name in ("Finding", "RiskAssessment"):
            for statement in map(int, self.s.of_type(name)):
                if self._silent(self.s.properties(statement), end):
                    continue
                for vertex in of_type.targets(statement):
                    for key in self.s.keys(vertex):
                        scheme, _, value = key.partition(":")
                        if scheme == "risk" and value in self.number:
                            yield statement, value

    def _silent(self, properties: dict[str, object], end: int) -> bool:
        """Not yet said, withdrawn, or refuted."""
        standing = properties.get("standing")
        if standing and vocabulary("standings")[str(standing)].extra["live"] != "yes":
            return True
        issued, revoked = properties.get("issued"), properties.get("revoked")
        later = issued and to_day(date.fromisoformat(str(issued)), 0) >= end
        over = revoked and to_day(date.fromisoformat(str(revoked)), 0) < end
        return bool(later or over)

    def add(self, statement: int, risk: str) -> None:
        severity, likelihood, unknown = level_of(self.s, statement)
        scope, k = self.scope(statement), self.number[risk]
        confidence = self.s.statement_confidence(statement)
        if scope.names_actor_only:
            self._add_actors(statement, risk, scope, severity, likelihood, confidence)
            if risk_family(risk) is Family.HARM and not self._sites(scope):
                return
        for step, fit in self._meeting(scope):
            if fit is Fit.MAY or (fit is Fit.YES and unknown):
                self.rows.maybe.append((statement, step))
            elif fit is Fit.YES:
                self.rows.assessed.add((k, step))
                if not scope.names_actor_only:
                    specific = bool(scope.actors) or (bool(scope.steps) and bool(self.step_actors[step]))
                    self.rows.seeds.append((step, statement, k, severity, likelihood, confidence, specific))

    def _meeting(self, scope: Scope) -> Iterator[tuple[int, Fit]]:
        """Steps that meet or may meet a scope. Steps alike in stage, kinds and places are matched once."""
        if scope.actors or scope.steps:
            near = {step for step in scope.steps if step in self.step_stage}
            near.update(step for actor in scope.actors for step in self.actor_steps[actor])
            yield from ((step, self.fit(step, scope)) for step in sorted(near))
            return
        for alike in self.alike.values():
            if fit := self.fit(alike[0], scope):
                yield from ((step, fit) for step in alike)

    @cached_property
    def alike(self) -> dict[tuple[object, ...], list[int]]:
        groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for step in self.steps:
            places, kinds = tuple(self.step_places[step]), tuple(self.step_kinds[step])
            groups[self.step_stage[step], places, kinds].append(step)
        return groups

    @cached_property
    def actor_steps(self) -> dict[int, list[int]]:
        groups: dict[int, list[int]] = defaultdict(list)
        for step, actors in self.step_actors.items():
            for actor in actors:
                groups[actor].append(step)
        return groups

    def _sites(self, scope: Scope) -> list[int]:
        return [actor for actor in scope.actors if self.s.is_type(actor, "Site")]

    def _add_actors(
        self, statement: int, risk: str, scope: Scope, severity: int, likelihood: float, confidence: float
    ) -> None:
        for actor in scope.actors:
            if risk_family(risk) is Family.HARM and self.s.is_type(actor, "Organisation"):
                self.rows.listed.append((statement, actor))
            else:
                row = (actor, statement, self.number[risk], severity, likelihood, confidence, True)
                self.rows.seeds.append(row)

    def add_clean(self) -> None:
        """What audits found clean: the risk types that they could find and did not, at the sites and steps examined."""
        examined, reported, of_type = self.s.pairs("EXAMINED"), self.s.pairs("REPORTED"), self.s.pairs("OF_TYPE")
        performs = self.s.pairs("PERFORMS")
        for audit in map(int, self.s.of_type("Audit")):
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
    """(severity or -1, likelihood or NaN, whether its publisher says that it does not know) of a statement."""
    properties = snapshot.properties(statement)
    severity, likelihood = properties.get("severity"), properties.get("likelihood")
    unknown = False
    if level := properties.get("level"):
        row = snapshot.method.levels[str(level)]
        severity = row.severity if severity is None else severity
        likelihood = row.likelihood if likelihood is None else likelihood
        unknown = row.unknown and severity is None and likelihood is None
    if snapshot.is_type(statement, "Finding"):
        likelihood = 1.0
    return (
        UNKNOWN_SEVERITY if severity is None else int(str(severity)),
        float("nan") if likelihood is None else float(str(likelihood)),
        unknown,
    )


def _best(order: Order, things: list[int], scopes: list[int]) -> Fit:
    """The best fit of any thing with any scope; a step of which nothing is known may fit."""
    if not things:
        return Fit.MAY
    return max(order.fit(thing, scope) for thing in things for scope in scopes)


def _table(rows: list[tuple[int, int]]) -> I32:
    return np.array(sorted(rows), np.int32).reshape(-1, 2)


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
