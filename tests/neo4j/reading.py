"""What follows from the links that hold on a snapshot's day, worked out by going through all of them: no arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from graph.snapshot.topology import LINK_TYPES, RELATIONS
from graph.snapshot.view import Snapshot
from ontology.model import LINKS, Walk
from ontology.vocabulary import is_labour, risk_family

GOODS = frozenset(name for name, link in LINKS.items() if link.walk is Walk.GOODS)
ACTORS = frozenset(name for name, link in LINKS.items() if link.walk is Walk.ACTOR)
ENDS = ("extraction", "cultivation")
FAR = 10**6


@dataclass(frozen=True)
class Arrow:
    """A link that holds, between ids."""

    id: str
    type: str
    source: str
    target: str
    generic: bool
    confidence: float
    mark: int
    """Whether an owner controls, or which relation a match has."""


@dataclass(frozen=True)
class Way:
    """A path without a repeated node, by its links."""

    value: float
    links: tuple[Arrow, ...]


class Reading:
    """The links of a snapshot that hold on its day, read plainly."""

    def __init__(self, s: Snapshot) -> None:
        self.s = s
        e = s.topology.edges
        self.links = [
            Arrow(
                e.id(k), LINK_TYPES[e.type[k]], s.id(int(e.source[k])), s.id(int(e.target[k])),
                bool(s.is_generic(k)), float(s.confidence[k]), int(e.mark[k]),
            )
            for k in np.flatnonzero(s.live & ~e.denied).tolist()
        ]  # fmt: skip
        self.item = [link for link in self.links if not link.generic]

    def things(self, *types: str, most: int = 99) -> list[str]:
        """What is valid on the day, at most some of each of the types."""
        return [id for type in types for id in [self.s.id(v) for v in self.s.of_type(type) if self.s.alive[v]][:most]]

    def type(self, thing: str) -> str:
        return self.s.type(self._vertex(thing))

    def fact(self, thing: str, name: str) -> Any:
        return self.s.properties(self._vertex(thing)).get(name)

    def _vertex(self, thing: str) -> int:
        vertex = self.s.vertex(thing)
        assert vertex is not None
        return vertex

    def sources(self, type: str, *things: str) -> list[str]:
        return sorted({link.source for link in self.links if link.type == type and link.target in things})

    def targets(self, type: str, *things: str) -> list[str]:
        return sorted({link.target for link in self.links if link.type == type and link.source in things})

    # -- walking ----------------------------------------------------------------------------------------------
    def tiers(self, starts: Iterable[str], *, upstream: bool, without: str = "") -> dict[str, int]:
        """Fewest links of goods from any start, which has 0."""
        tier = dict.fromkeys(starts, 0)
        for _ in range(self.s.n):
            for link in self.item:
                here, there = (link.target, link.source) if upstream else (link.source, link.target)
                if link.type in GOODS and here in tier and without not in (here, there):
                    tier[there] = min(tier.get(there, FAR), tier[here] + 1)
        return tier

    def with_actors(self, tiers: dict[str, int], *, upstream: bool) -> dict[str, int]:
        """Who acts on what was reached, in its tier; a holder, who stands beside the contract, in the first."""
        found = dict(tiers)
        for thing, tier in tiers.items():
            beside = 1 if upstream and self.type(thing) == "Contract" else 0
            for actor in self._grown({thing}, ACTORS) - {thing}:
                found[actor] = min(found.get(actor, FAR), tier + beside)
        return found

    def _grown(self, things: set[str], types: frozenset[str]) -> set[str]:
        """The things with all from which item links of some types lead to them."""
        while more := {k.source for k in self.item if k.type in types and k.target in things} - things:
            things = things | more
        return things

    def members(self, organisation: str) -> list[str]:
        found = {organisation}
        while more := set(self.sources("PART_OF", *found)) - found:
            found |= more
        return sorted(found)

    def steps_of(self, *things: str) -> list[str]:
        """The steps that are meant, that sites perform, that companies run or their sites perform."""
        sites = {*things, *self.targets("OPERATES", *things)}
        own = [thing for thing in things if self.type(thing) == "Step"]
        return sorted({*own, *self.targets("PERFORMS", *sites), *self.targets("RUNS", *things)})

    def own(self, thing: str) -> list[str]:
        """The contracts and steps that a thing stands for."""
        if self.type(thing) in ("Contract", "Step"):
            return [thing]
        units = self.members(thing)
        bought = self.sources("SERVES", *units) + self.sources("FOR_LOT", *units)
        return bought or sorted({*self.steps_of(*units), *self.targets("HOLDS", *units)})

    def told(self, thing: str) -> bool:
        """Nothing is missing above it."""
        if self.fact(thing, "stage") in ENDS:
            return True
        inputs = any(link.type in GOODS and link.target == thing for link in self.links)
        return self.fact(thing, "inputs_known") == "all" and inputs

    # -- paths ------------------------------------------------------------------------------------------------
    def ways(self, start: str, end: str, types: frozenset[str], *, controlled: bool = False) -> Iterator[Way]:
        """Every path without a repeated node along item links of some types, with its product of confidences.

        ``controlled``: an owner is one with control, or with half or more.
        """
        waiting: list[tuple[Way, tuple[str, ...]]] = [(Way(1.0, ()), (start,))]
        while waiting:
            way, nodes = waiting.pop()
            if nodes[-1] == end:
                yield way
                continue
            for link in self.item:
                if link.type not in types or link.source != nodes[-1] or link.target in nodes:
                    continue
                if link.type != "OWNS" or link.mark or not controlled:
                    waiting.append((Way(way.value * link.confidence, (*way.links, link)), (*nodes, link.target)))

    def lens(self, contract: str, risk: str) -> dict[tuple[int, bool], tuple[float, float, bool, set[str]]]:
        """By severity and whether an actor is named: low, high, whether nobody gave the severity, the statements."""
        z, family, labour = self.s.seeds, risk_family(risk), is_labour(risk)
        types = frozenset(n for n, k in LINKS.items() if family in k.passes and (labour or not k.only_labour))
        found: dict[tuple[int, bool], tuple[float, float, bool, set[str]]] = {}
        for row in self._seeds(risk):
            best = max(
                (w.value for w in self.ways(self.s.id(int(z.vertex[row])), contract, types, controlled=True)),
                default=-1,
            )
            severity, specific, high = int(z.severity[row]), bool(z.specific[row]), float(z.high[row])
            for level in range(5):
                if best >= 0 and high > 0 and (severity < 0 or severity >= level):
                    low = float(z.low[row] * z.confidence[row]) * best if severity >= 0 else 0.0
                    was = found.get((level, specific), (0.0, 0.0, True, set()))
                    said = was[3] | {self.s.id(int(z.statement[row]))}
                    found[level, specific] = (max(was[0], low), max(was[1], high), was[2] and severity < 0, said)
        return found

    def _seeds(self, risk: str) -> list[int]:
        from graph.snapshot.seeds import risk_types
        from ontology.vocabulary import vocabulary

        names, within = risk_types(), vocabulary("risk-types").within(risk)
        return [row for row, k in enumerate(self.s.seeds.risk.tolist()) if names[k] in within]

    # -- kinds ------------------------------------------------------------------------------------------------
    @cached_property
    def _wider(self) -> set[tuple[str, str]]:
        pairs = {(k.source, k.target) for k in self.links if k.type in ("BROADER", "IN_CATEGORY")}
        for link in (link for link in self.links if link.type == "MATCHES"):
            relation = RELATIONS[link.mark]
            pairs |= {(link.source, link.target)} if relation != "narrower" else set()
            pairs |= {(link.target, link.source)} if relation != "broader" else set()
        return pairs

    def broader(self, kind: str) -> set[str]:
        """The kind, what is the same, and what is broader."""
        found = {kind}
        while more := {up for low, up in self._wider if low in found} - found:
            found |= more
        return found
