"""What follows from a chain, worked out from what was said by going through everything: no arrays, no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ontology.method import method
from ontology.model import LINKS, Family, Walk
from ontology.records import Secrecy, Status
from ontology.vocabulary import is_labour, risk_family, vocabulary
from tests.neo4j.chains import DAY, THINGS, Chain, Said, narrower, type_of

GOODS = frozenset(name for name, link in LINKS.items() if link.walk is Walk.GOODS)
ACTORS = frozenset(name for name, link in LINKS.items() if link.walk is Walk.ACTOR)
ENDS = ("extraction", "cultivation")


@dataclass(frozen=True)
class Way:
    """A path without a repeated node, by its links."""

    value: float
    links: tuple[Said, ...]

    def nodes(self, start: str) -> list[str]:
        return [start, *(link.target for link in self.links)]


class Brute:
    """A chain as a reader of an edition with a clearance sees it, on the day."""

    def __init__(self, chain: Chain, edition: int, clearance: Secrecy) -> None:
        self.chain = chain
        self.seen = [one for one in chain.said if edition in one.editions and one.secrecy <= clearance]
        self.links = [
            one
            for one in self.seen
            if one.target
            and not one.denied
            and _on_the_day([one])
            and self.alive(one.source)
            and self.alive(one.target)
        ]

    # -- things -----------------------------------------------------------------------------------------------
    def records(self, thing: str) -> list[Said]:
        return [one for one in self.seen if one.source == thing and not one.target]

    def there(self, thing: str) -> bool:
        """Something said of it is visible."""
        return any(thing in (one.source, one.target) for one in self.seen)

    def alive(self, thing: str) -> bool:
        said = self.records(thing)
        return not said or _on_the_day(said)

    def fact(self, thing: str, name: str) -> Any:
        return next((one.facts[name] for one in self.records(thing) if name in one.facts), None)

    def sources(self, type: str, *things: str) -> list[str]:
        return sorted({link.source for link in self.links if link.type == type and link.target in things})

    def targets(self, type: str, *things: str) -> list[str]:
        return sorted({link.target for link in self.links if link.type == type and link.source in things})

    # -- walking ----------------------------------------------------------------------------------------------
    @cached_property
    def item(self) -> list[Said]:
        return [link for link in self.links if link.status is not Status.GENERIC]

    def tiers(self, starts: Iterable[str], *, upstream: bool, without: str = "") -> dict[str, int]:
        """Fewest links of goods from any start, which has 0."""
        tier = {start: 0 for start in starts if self.alive(start)}
        for _ in THINGS:
            for link in self.item:
                here, there = (link.target, link.source) if upstream else (link.source, link.target)
                if link.type in GOODS and here in tier and without not in (here, there):
                    tier[there] = min(tier.get(there, 99), tier[here] + 1)
        return tier

    def with_actors(self, tiers: dict[str, int], *, upstream: bool) -> dict[str, int]:
        """Who acts on what was reached, in its tier; a holder, who stands beside the contract, in the first."""
        found = dict(tiers)
        for thing, tier in tiers.items():
            for actor in self.acting(thing):
                beside = 1 if upstream and type_of(thing) == "Contract" else 0
                found[actor] = min(found.get(actor, 99), tier + beside)
        return found

    def acting(self, thing: str) -> set[str]:
        found: set[str] = set()
        for _ in THINGS:
            ends = {thing, *found}
            found |= {link.source for link in self.item if link.type in ACTORS and link.target in ends}
        return found

    def members(self, organisation: str) -> list[str]:
        found = {organisation}
        for _ in THINGS:
            found.update(self.sources("PART_OF", *found))
        return sorted(found)

    def steps_of(self, thing: str) -> list[str]:
        match type_of(thing):
            case "Step":
                return [thing]
            case "Site":
                return self.targets("PERFORMS", thing)
            case "Organisation":
                sites = self.targets("OPERATES", thing)
                return sorted({*self.targets("RUNS", thing), *self.targets("PERFORMS", *sites)})
        return []

    def own(self, thing: str) -> list[str]:
        """The contracts and steps that a thing stands for upstream."""
        match type_of(thing):
            case "Contract" | "Step":
                return [thing]
            case "Lot":
                return self.sources("FOR_LOT", thing)
            case "Procurement":
                return self.sources("FOR_LOT", *self.sources("PART_OF", thing))
            case "Organisation":
                units = self.members(thing)
                steps = [step for unit in units for step in self.steps_of(unit)]
                return self.sources("SERVES", *units) or sorted({*steps, *self.targets("HOLDS", *units)})
        return self.steps_of(thing)

    def told(self, thing: str) -> bool:
        """Nothing is missing above it."""
        return self.fact(thing, "stage") in ENDS or self.fact(thing, "inputs_known") == "all"

    # -- paths ------------------------------------------------------------------------------------------------
    def ways(self, start: str, end: str, types: frozenset[str], *, controlled: bool = False) -> Iterator[Way]:
        """Every path without a repeated node along item links of some types, with its product of confidences.

        ``controlled``: an owner is one with control, or with half or more.
        """
        waiting = [Way(1.0, ())]
        while waiting and self.alive(start):
            way = waiting.pop()
            nodes = way.nodes(start)
            if nodes[-1] == end:
                yield way
                continue
            for link in self.item:
                if controlled and link.type == "OWNS" and not _controls(link):
                    continue
                if link.type in types and link.source == nodes[-1] and link.target not in nodes:
                    waiting.append(Way(way.value * sure(link), (*way.links, link)))

    # -- statements -------------------------------------------------------------------------------------------
    def live(self, statement: str) -> bool:
        day = DAY.isoformat()
        revoked, issued = self.fact(statement, "revoked"), self.fact(statement, "issued")
        refuted = self.fact(statement, "standing") == "refuted"
        return (
            self.alive(statement) and not refuted and (not revoked or revoked > day) and (not issued or issued <= day)
        )

    def scope(self, statement: str) -> dict[str, list[str]]:
        """Its parts by sort; a stage is one."""
        sorts = {"Category": "kind", "Material": "kind", "Product": "kind", "Place": "place", "Step": "step"}
        found: dict[str, list[str]] = {}
        for part in self.targets("ABOUT", statement):
            found.setdefault(sorts.get(type_of(part), "actor"), []).append(part)
        if stage := self.fact(statement, "stage"):
            found["stage"] = [stage]
        return found

    def actors_of(self, step: str) -> set[str]:
        sites = self.sources("PERFORMS", step)
        return {*sites, *self.sources("OPERATES", *sites), *self.sources("RUNS", step)}

    def meets(self, step: str, scope: dict[str, list[str]]) -> bool:
        sites = self.sources("PERFORMS", step)
        has = {
            "step": {step},
            "actor": self.actors_of(step),
            "place": {up for place in self.targets("LOCATED_IN", step, *sites) for up in self.above(place, "PART_OF")},
            "kind": {up for kind in self.targets("OUTPUTS", step) for up in self.broader(kind)},
            "stage": set(vocabulary("chain-stages").up(stage)) if (stage := self.fact(step, "stage")) else set(),
        }
        return all(has[sort].intersection(parts) for sort, parts in scope.items())

    def above(self, thing: str, type: str) -> set[str]:
        found = {thing}
        for _ in THINGS:
            found.update(self.targets(type, *found))
        return found

    def broader(self, kind: str) -> set[str]:
        found = {kind}
        for _ in THINGS:
            found.update(self.targets("BROADER", *found))
            for link in (one for one in self.links if one.type == "MATCHES"):
                if link.source in found and link.facts["relation"] in ("broader", "exact"):
                    found.add(link.target)
                if link.target in found and link.facts["relation"] in ("narrower", "exact"):
                    found.add(link.source)
        return found

    def entered(self, statement: str) -> list[str]:
        """The steps that a scope is about which names a step or an actor and something more than actors."""
        scope = self.scope(statement)
        if not {"step", "actor"} & set(scope) or set(scope) == {"actor"}:
            return []
        steps = [thing for thing in THINGS if type_of(thing) == "Step" and self.alive(thing) and self.there(thing)]
        return [step for step in steps if self.meets(step, scope)]

    # -- lens A -----------------------------------------------------------------------------------------------
    def lens(self, contract: str, risk: str) -> dict[tuple[int, bool], tuple[float, float, bool, set[str]]]:
        """By severity and whether an actor is named: low, high, whether nobody gave the severity, the statements."""
        found: dict[tuple[int, bool], tuple[float, float, bool, set[str]]] = {}
        for statement, at, specific in self.seeds(risk):
            ways = list(self.ways(at, contract, self.passing(risk), controlled=True))
            if not ways:
                continue
            severity, low, high = self.level(statement)
            for level in range(5):
                if high > 0 and (severity is None or severity >= level):
                    was = found.get((level, specific), (0.0, 0.0, True, set()))
                    best = low * max(way.value for way in ways) if severity is not None else 0.0
                    lows, highs = max(was[0], best), max(was[1], high)
                    found[level, specific] = (lows, highs, was[2] and severity is None, was[3] | {statement})
        return found

    def seeds(self, risk: str) -> Iterator[tuple[str, str, bool]]:
        """(statement, where it enters, whether its scope names an actor), of scopes that name a step or an actor."""
        for statement in (thing for thing, type in THINGS.items() if type in ("Finding", "RiskAssessment")):
            if not self.live(statement) or not narrower(risk).intersection(self.targets("OF_TYPE", statement)):
                continue
            if self.unknown(statement):
                continue
            scope = self.scope(statement)
            if set(scope) == {"actor"}:
                for actor in scope["actor"]:
                    if type_of(actor) == "Site" or risk_family(risk) is not Family.HARM:
                        yield statement, actor, True
            for step in self.entered(statement):
                yield statement, step, "actor" in scope or bool(self.actors_of(step))

    def unknown(self, statement: str) -> bool:
        """Its publisher says that it does not know."""
        level = self.fact(statement, "level")
        given = self.fact(statement, "severity") is not None or self.fact(statement, "likelihood") is not None
        return bool(level) and method().levels[level].unknown and not given

    def level(self, statement: str) -> tuple[int | None, float, float]:
        """(severity, low, high) of a statement."""
        level = self.fact(statement, "level")
        row = method().levels[level] if level else None
        severity, likelihood = self.fact(statement, "severity"), self.fact(statement, "likelihood")
        if row:
            severity = row.severity if severity is None else severity
            likelihood = row.likelihood if likelihood is None else likelihood
        if type_of(statement) == "Finding":
            likelihood = 1.0
        stated = [one.confidence for one in self.records(statement) if one.confidence is not None]
        statuses = [one.status for one in self.records(statement)] or [Status.DECLARED]
        by_status = method().confidence[max(statuses, key=list(Status).index)]
        confidence = max(stated, default=by_status)
        return severity, (likelihood or 0.0) * confidence, 1.0 if likelihood is None else likelihood

    def passing(self, risk: str) -> frozenset[str]:
        family, labour = risk_family(risk), is_labour(risk)
        return frozenset(
            name for name, link in LINKS.items() if family in link.passes and (labour or not link.only_labour)
        )


def sure(link: Said) -> float:
    return method().confidence[link.status] if link.confidence is None else link.confidence


def _controls(link: Said) -> bool:
    return bool(link.facts.get("control")) or link.facts.get("share", 0) >= 0.5


def _on_the_day(said: list[Said]) -> bool:
    """The days from the first beginning to the last end hold the day."""
    begun = any(one.valid[0] is None or one.valid[0] <= DAY for one in said)
    return begun and any(one.valid[1] is None or one.valid[1] > DAY for one in said)
