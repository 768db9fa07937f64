"""Scopes: which steps an assessment or finding is about.

Its parts mean *and* between sorts (kind, stage, place, actor); parts of one sort mean *or*; an absent sort means any.
The match is three-valued: what is broader than the scope *may* fall under it, which counts as unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from graph.snapshot.kinds import KIND_TYPES, Fit, Order
from graph.snapshot.topology import NODE_CODE
from ontology.values import to_day
from ontology.vocabulary import vocabulary

if TYPE_CHECKING:
    from graph.snapshot.view import Snapshot

_STEP, _PLACE = NODE_CODE["Step"], NODE_CODE["Place"]
_ACTORS = (NODE_CODE["Organisation"], NODE_CODE["Site"])


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


class Scopes:
    """Matches the scopes of a snapshot's statements with its steps, at its moment."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.s = snapshot
        self.steps = [int(v) for v in snapshot.of_type("Step")]

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

    def meeting(self, scope: Scope) -> Iterator[tuple[int, Fit]]:
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

    # -- recruitment ----------------------------------------------------------------------------------------------
    def recruiters(self, scope: Scope) -> list[int]:
        """Actors of a scope that recruit for a site."""
        return [actor for actor in scope.actors if self.s.pairs("RECRUITS_FOR").leaving(actor)]

    def recruiting_places(self, scope: Scope) -> list[tuple[int, Fit]]:
        """Places of recruitment that a scope of places alone is about, or may be: it is narrower than they are."""
        if not scope.places or scope.kinds or scope.actors or scope.steps or scope.stage:
            return []
        types = self.s.topology.vertices.type
        places = sorted({v for v in self.s.pairs("RECRUITS_FOR").source.tolist() if types[v] == _PLACE})
        fits = [(place, _best(self.s.places, [place], scope.places)) for place in places]
        return [(place, fit) for place, fit in fits if fit]

    def recruited(self, recruiter: int) -> Iterator[tuple[int, float]]:
        """Steps of the sites that somebody recruits for, and the confidence of the links that lead there."""
        s = self.s
        for edge in s.pairs("RECRUITS_FOR").leaving(recruiter):
            for further in s.pairs("PERFORMS").leaving(int(s.topology.edges.target[edge])):
                yield int(s.topology.edges.target[further]), float(s.confidence[edge] * s.confidence[further])

    def silent(self, statement: int) -> bool:
        """Whether a statement is not yet made, revoked or refuted, by all who say it; in a period, all along.

        What one source takes back, another may still say.
        """
        return all(map(self._is_silent, self.s.values(statement)))

    def _is_silent(self, said: Mapping[str, object]) -> bool:
        standing, revoked = said.get("standing"), said.get("revoked")
        if standing and vocabulary("standings")[str(standing)].extra["live"] != "yes":
            return True
        over = revoked and to_day(date.fromisoformat(str(revoked)), 0) <= self.s.moment.days[0]
        return bool(over) or self.later(said.get("issued"))

    def later(self, day: object) -> bool:
        """Whether an ISO day lies after the moment."""
        return bool(day) and to_day(date.fromisoformat(str(day)), 0) >= self.s.moment.days[1]


def _best(order: Order, things: list[int], scopes: list[int]) -> Fit:
    """The best fit of any thing with any scope; a step of which nothing is known may fit."""
    if not things:
        return Fit.MAY
    return max(order.fit(thing, scope) for thing in things for scope in scopes)
