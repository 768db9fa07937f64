"""What holds of a vertex over all time: stretches of days, each with the properties that its records settle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.snapshot.periods import NEVER, Periods, intersection, period, union
from graph.snapshot.sayings import disputes, merged, segments, standing_of
from graph.snapshot.topology import NODE_TYPES, STATUSES, Topology
from ontology.records import Status


@dataclass(frozen=True, slots=True)
class Stretch:
    """``disputed`` are the properties that sources are in conflict about."""

    when: Periods
    properties: Mapping[str, Any]
    status: Status
    disputed: frozenset[str] = frozenset()

    @property
    def stage(self) -> str:
        """The stage; empty where nobody says it, or not all the same."""
        return "" if "stage" in self.disputed else str(self.properties.get("stage", ""))


class Stretches:
    """The stretches of a topology's vertices, worked out when asked for."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self._known: dict[int, list[Stretch]] = {}

    def __getitem__(self, vertex: int) -> list[Stretch]:
        if vertex not in self._known:
            self._known[vertex] = self._found(vertex)
        return self._known[vertex]

    def _found(self, vertex: int) -> list[Stretch]:
        v = self.topology.vertices
        if not (sayings := self.topology.said_of(vertex)):
            when = period(int(v.valid_from[vertex]), int(v.valid_to[vertex]))
            return [Stretch(when, json.loads(v.properties[vertex]), STATUSES[int(v.status[vertex])])]
        type = NODE_TYPES[int(v.type[vertex])]
        return [
            Stretch(
                period(start, end),
                merged(type, said),
                STATUSES[standing_of(said)[0]],
                frozenset(dispute.property for dispute in disputes(type, said)),
            )
            for start, end, said in segments(sayings)
        ]

    def alive(self, vertex: int) -> Periods:
        """When the vertex is valid."""
        v, when = self.topology.vertices, NEVER
        if vertex not in self.topology.spoken:
            return period(int(v.valid_from[vertex]), int(v.valid_to[vertex]))
        for stretch in self[vertex]:
            when = union(when, stretch.when)
        return when

    def holding(self, edge: int) -> Periods:
        """When a link holds: as it is said to, while both its ends are valid."""
        e = self.topology.edges
        when = period(int(e.valid_from[edge]), int(e.valid_to[edge]))
        return intersection(intersection(when, self.alive(int(e.source[edge]))), self.alive(int(e.target[edge])))

    def stages(self, vertex: int, *, generic: bool = False) -> dict[str, Periods]:
        """When a step stands at each stage; ``generic``: while that is its status."""
        found: dict[str, Periods] = {}
        for stretch in self[vertex]:
            if stretch.stage and (stretch.status is Status.GENERIC or not generic):
                found[stretch.stage] = union(found.get(stretch.stage, NEVER), stretch.when)
        return found
