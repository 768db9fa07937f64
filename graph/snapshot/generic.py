"""Derived links: where inputs are not all known, what is typical for the kind stands in. See docs/method.md.

A contract gets the generic steps of the last stage of each kind that is the same as, or broader than, one of its
categories; a specific step gets the generic suppliers of the generic step of its kind and stage. Never where a
specific input of that kind is known; and a generic kind *narrower* than the contract's only may apply: unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from graph.snapshot.arrays import I32, Bool
from graph.snapshot.kinds import Order, order_of_kinds
from graph.snapshot.periods import NEVER, Periods, difference, intersection, union
from graph.snapshot.stretches import Stretches
from graph.snapshot.topology import (
    ALL_KNOWN,
    LINK_CODE,
    NODE_CODE,
    STATUSES,
    GraphLink,
    Topology,
    edges_of,
    is_first_stage,
    joined,
)
from ontology.records import Status
from ontology.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class _Arrow:
    """A stored link as the derivation sees it."""

    other: int
    when: Periods
    edge: int


class _Arrows:
    """The asserted links of some types by the vertex at one end, looked up when asked for."""

    def __init__(self, stretches: Stretches, *names: str, arriving: bool = False) -> None:
        edges = stretches.topology.edges
        codes = [LINK_CODE[name] for name in names]
        rows = np.flatnonzero(np.isin(edges.type, codes) & ~edges.denied)
        at, other = (edges.target, edges.source) if arriving else (edges.source, edges.target)
        order = np.argsort(at[rows], kind="stable")
        self._stretches = stretches
        self.edge = rows[order]
        self.at = at[self.edge]
        self.other = other[self.edge]

    def __getitem__(self, vertex: int) -> list[_Arrow]:
        low, high = np.searchsorted(self.at, (vertex, vertex + 1))
        return [
            _Arrow(int(self.other[row]), self._stretches.holding(int(self.edge[row])), int(self.edge[row]))
            for row in range(low, high)
        ]


@dataclass(frozen=True, slots=True)
class _GenericStep:
    """A generic step that outputs one kind at one stage."""

    step: int
    kind: int
    stage: str
    when: Periods
    fact: int


class Derivation:
    """Derives the generic links of a topology."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.stretches = stretches = Stretches(topology)
        self.outputs = _Arrows(stretches, "OUTPUTS")
        self.inputs = _Arrows(stretches, "SUPPLIES", "DELIVERED_UNDER", arriving=True)
        self.acts = _Arrows(stretches, "PERFORMS", "RUNS", arriving=True)
        self.categories = _Arrows(stretches, "IN_CATEGORY")
        self.lots = _Arrows(stretches, "FOR_LOT")
        self.kinds: Order = order_of_kinds(topology, stretches.holding)
        self.generic = self._generic_steps()
        self.by_kind: dict[int, list[_GenericStep]] = defaultdict(list)
        self.typical: dict[int, Periods] = defaultdict(tuple)
        """When each generic step is one."""
        for step in self.generic:
            self.by_kind[step.kind].append(step)
            self.typical[step.step] = union(self.typical[step.step], step.when)

    def _generic_steps(self) -> list[_GenericStep]:
        """Generic steps while nobody performs or runs them."""
        return [
            _GenericStep(
                step, arrow.other, stage, intersection(arrow.when, difference(when, _any(self.acts[step]))), arrow.edge
            )
            for step in map(int, np.flatnonzero(_typical(self.topology)))
            for stage, when in self.stretches.stages(step, generic=True).items()
            for arrow in self.outputs[step]
        ]

    def known_inputs(self, buyer: int, kind: int) -> Periods:
        """When the buyer has a specific input that is the same as, or narrower than, ``kind``."""
        when = NEVER
        for arrow in self.inputs[buyer]:
            told = difference(arrow.when, self.typical.get(arrow.other, NEVER))
            for output in self.outputs[arrow.other] if told else ():
                within = self.kinds.up(output.other).get(kind, NEVER)
                when = union(when, intersection(intersection(told, output.when), within))
        return when

    def _links(self, type: str, source: int, target: int, when: Periods, facts: Iterable[int]) -> Iterator[GraphLink]:
        ids, edges = self.topology.vertices.id, self.topology.edges
        rests_on = tuple(edges.id(edge) for edge in dict.fromkeys(facts))
        for start, end in when:
            yield GraphLink(
                type, ids[source], ids[target], status=Status.GENERIC, valid_from=start, valid_to=end, rests_on=rests_on
            )

    def contract_kinds(self, contract: int) -> Iterator[tuple[int, Periods, tuple[int, ...]]]:
        """(kind, when, facts) of a contract's own categories and those of its lot."""
        for arrow in self.categories[contract]:
            yield arrow.other, arrow.when, (arrow.edge,)
        for lot in self.lots[contract]:
            for arrow in self.categories[lot.other]:
                yield arrow.other, intersection(lot.when, arrow.when), (lot.edge, arrow.edge)

    def last_stage(self, kind: int) -> Iterator[tuple[_GenericStep, Periods]]:
        """The generic steps of a kind, and when no step of the kind stands at a later stage."""
        stages = vocabulary("chain-stages")
        for step in self.by_kind[kind]:
            when = step.when
            for other in self.by_kind[kind]:
                if stages[other.stage].order > stages[step.stage].order:
                    when = difference(when, other.when)
            yield step, when

    def for_contract(self, contract: int) -> Iterator[GraphLink]:
        applies: dict[int, tuple[Periods, tuple[int, ...]]] = {}
        for own, when, facts in self.contract_kinds(contract):
            for kind, within in self.kinds.up(own).items():
                if kind in self.by_kind:
                    known, rests = applies.get(kind, (NEVER, (*facts, *self.kinds.facts(own, kind))))
                    applies[kind] = union(known, intersection(when, within)), rests
        for kind, (when, facts) in sorted(applies.items()):
            left = difference(intersection(when, self._open(contract)), self.known_inputs(contract, kind))
            for step, last in self.last_stage(kind):
                holds = intersection(left, last)
                yield from self._links("DELIVERED_UNDER", step.step, contract, holds, (*facts, step.fact))

    def for_step(self, step: int) -> Iterator[GraphLink]:
        told = difference(self._open(step), self.typical.get(step, NEVER))
        stages = {stage: intersection(when, told) for stage, when in self.stretches.stages(step).items()}
        for stage, output in product(stages, self.outputs[step]):
            for kind, within in self.kinds.up(output.other).items():
                for twin in self.by_kind.get(kind, ()):
                    if stage not in vocabulary("chain-stages").within(twin.stage):
                        continue
                    when = intersection(intersection(output.when, within), intersection(twin.when, stages[stage]))
                    facts = (output.edge, *self.kinds.facts(output.other, kind), twin.fact)
                    yield from self._suppliers_of(twin, step, when, facts)

    def _suppliers_of(
        self, twin: _GenericStep, step: int, when: Periods, facts: tuple[int, ...]
    ) -> Iterator[GraphLink]:
        for arrow in self.inputs[twin.step]:
            kinds = [s for s in self.generic if s.step == arrow.other]
            for supplier in kinds:
                holds = intersection(intersection(when, arrow.when), supplier.when)
                left = difference(holds, self.known_inputs(step, supplier.kind))
                yield from self._links("SUPPLIES", supplier.step, step, left, (*facts, arrow.edge))

    def _open(self, vertex: int) -> Periods:
        """When not all inputs of a vertex are known: all are not where none of them stands, but at a first stage."""
        told = NEVER
        for stretch in self.stretches[vertex]:
            if stretch.properties.get("inputs_known") == ALL_KNOWN:
                first = bool(stretch.stage) and is_first_stage(stretch.stage)
                told = union(told, stretch.when if first else intersection(stretch.when, self._fed(vertex)))
        return difference(self.stretches.alive(vertex), told)

    def _fed(self, vertex: int) -> Periods:
        """When an input of a vertex stands."""
        return _any(self.inputs[vertex])

    def links(self) -> list[GraphLink]:
        found: dict[tuple[str, str, str, int, int], GraphLink] = {}
        if not self.generic:
            return []
        contracts = np.union1d(self.categories.at, self.lots.at)
        is_contract = self.topology.vertices.type[contracts] == NODE_CODE["Contract"]
        for contract in map(int, contracts[is_contract]):
            found |= {_key(link): link for link in self.for_contract(contract)}
        for step in map(int, self._steps_of_generic_kinds()):
            found |= {_key(link): link for link in self.for_step(step)}
        return list(found.values())

    def _steps_of_generic_kinds(self) -> I32:
        """Steps with an output that is the same as, or within, the kind of a generic step."""
        kinds = [k for k in map(int, np.unique(self.outputs.other)) if self.by_kind.keys() & self.kinds.up(k).keys()]
        return np.unique(self.outputs.at[np.isin(self.outputs.other, kinds)])


def _any(arrows: Iterable[_Arrow]) -> Periods:
    """When any of some links holds."""
    when = NEVER
    for arrow in arrows:
        when = union(when, arrow.when)
    return when


def _key(link: GraphLink) -> tuple[str, str, str, int, int]:
    return link.type, link.source, link.target, link.valid_from, link.valid_to


def _typical(topology: Topology) -> Bool:
    """The steps that say what is typical, shape (vertices,)."""
    vertices, said, generic = topology.vertices, topology.sayings, STATUSES.index(Status.GENERIC)
    found: Bool = vertices.status == generic
    found[said.vertex[(said.status == generic) & ~said.denied]] = True
    found &= vertices.type == NODE_CODE["Step"]
    return found


def with_generic_links(topology: Topology) -> Topology:
    """The topology with its derived links."""
    if not _typical(topology).any() or not (links := Derivation(topology).links()):
        return topology
    derived = edges_of(topology.vertices, links, derived=True)
    return Topology(topology.vertices, joined(topology.edges, derived), topology.sayings)
