"""Kinds of goods: which is the same as, or narrower than, which, and when. From BROADER, MATCHES and IN_CATEGORY,
and from the codes themselves: 33141420 of CPV lies within 33141000, whether or not its list has been loaded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from graph.snapshot.periods import ALWAYS, NEVER, Periods, intersection, union
from graph.snapshot.topology import LINK_CODE, NODE_CODE, RELATIONS, Edges, Topology, Vertices
from ontology.codes import broader_codes
from ontology.roles import KINDS, ORDER_OF_KINDS

KIND_TYPES = tuple(NODE_CODE[name] for name in KINDS)


class Fit(IntEnum):
    """Whether something falls under a scope. *MAY* counts as unknown, never as exposure and never as clear."""

    NO = 0
    MAY = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the order of kinds: to a same or broader kind, while it holds, by which edges; none where the codes
    themselves say it."""

    to: int
    when: Periods
    edges: tuple[int, ...]


class Order:
    """A partial order on vertices with periods: ``up(a)[b]`` says when ``a`` is the same as, or within, ``b``."""

    def __init__(self, steps: Mapping[int, list[Step]]) -> None:
        self._steps = steps
        self._up: dict[int, dict[int, Periods]] = {}
        self._via: dict[int, dict[int, tuple[int, ...]]] = {}
        self._below: dict[int, list[int]] = defaultdict(list)
        for lower, upwards in steps.items():
            for step in upwards:
                self._below[step.to].append(lower)

    def up(self, start: int) -> Mapping[int, Periods]:
        if start not in self._up:
            self._search(start)
        return self._up[start]

    def down(self, start: int) -> list[int]:
        """The thing and everything narrower, at any time that the order covers; sorted."""
        found, queue = {start}, [start]
        for here in queue:
            for lower in self._below.get(here, ()):
                if lower not in found:
                    found.add(lower)
                    queue.append(lower)
        return sorted(found)

    def facts(self, start: int, end: int) -> tuple[int, ...]:
        """Edges on which "start is within end" rests: one shortest chain of them."""
        self.up(start)
        return self._via[start][end]

    def _search(self, start: int) -> None:
        when: dict[int, Periods] = {start: ALWAYS}
        via: dict[int, tuple[int, ...]] = {start: ()}
        queue = [start]
        for here in queue:
            for step in self._steps.get(here, ()):
                known = when.get(step.to, NEVER)
                grown = union(known, intersection(when[here], step.when))
                if grown != known:
                    when[step.to] = grown
                    via.setdefault(step.to, (*via[here], *step.edges))
                    queue.append(step.to)
        self._up[start], self._via[start] = when, via

    def fit(self, thing: int, scope: int) -> Fit:
        """Three-valued: the thing is the same or narrower; the scope is narrower; neither. For one moment's order."""
        if scope in self.up(thing):
            return Fit.YES
        return Fit.MAY if thing in self.up(scope) else Fit.NO


def _asserted(edges: Edges, name: str) -> list[int]:
    found = np.flatnonzero((edges.type == LINK_CODE[name]) & ~edges.denied)
    return [int(edge) for edge in found]


def order_of_kinds(topology: Topology, when: Callable[[int], Periods]) -> Order:
    """The order of kinds by the links of a topology, each of which holds ``when(edge)``."""
    edges, types = topology.edges, topology.vertices.type
    steps: dict[int, list[Step]] = defaultdict(list)

    def add(lower: int, upper: int, edge: int) -> None:
        steps[lower].append(Step(upper, when(edge), (edge,)))

    for name in ORDER_OF_KINDS:
        for edge in _asserted(edges, name):
            if not when(edge):
                continue
            source, target = int(edges.source[edge]), int(edges.target[edge])
            relation = RELATIONS[edges.mark[edge]] if name == "MATCHES" else "broader"
            if name == "IN_CATEGORY" and types[source] not in KIND_TYPES:
                continue
            if relation in ("broader", "exact"):
                add(source, target, edge)
            if relation in ("narrower", "exact"):
                add(target, source, edge)
    for lower, upper in _by_code(topology.vertices):
        steps[lower].append(Step(upper, ALWAYS, ()))
    return Order(steps)


def _coded(vertices: Vertices) -> dict[str, int]:
    """The categories by each of their keys."""
    keyed: dict[str, int] = {}
    for vertex in np.flatnonzero(vertices.type == NODE_CODE["Category"]).tolist():
        keyed |= dict.fromkeys(vertices.keys[vertex].splitlines(), vertex)
    return keyed


def codes_within(vertices: Vertices, keys: Iterable[str]) -> list[str]:
    """The keys of categories that lie within one of some keys by their own digits, the nearest first."""
    wanted = set(keys)
    broader = {key: list(broader_codes(key)) for key in _coded(vertices)}
    return sorted((key for key in broader if wanted & {*broader[key]}), key=lambda key: (len(broader[key]), key))


def _by_code(vertices: Vertices) -> Iterator[tuple[int, int]]:
    """(narrower, nearest broader that there is) of the categories whose codes say so."""
    keyed = _coded(vertices)
    for key, vertex in keyed.items():
        broader = next((keyed[code] for code in broader_codes(key) if code in keyed), vertex)
        if broader != vertex:
            yield vertex, broader


def order_of_places(topology: Topology, live: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Order:
    """Which place lies in which, at the moment that ``live`` (shape (edges,)) describes."""
    edges, types = topology.edges, topology.vertices.type
    steps: dict[int, list[Step]] = defaultdict(list)
    for edge in _asserted(edges, "PART_OF"):
        source = int(edges.source[edge])
        if live[edge] and types[source] == NODE_CODE["Place"]:
            steps[source].append(Step(int(edges.target[edge]), ALWAYS, (edge,)))
    return Order(steps)
