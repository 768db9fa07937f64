"""Derived relationships: where a statement's risk enters, on every day, and how exposed each contract is.

``(:RiskAssessment|Finding)-[:ENTERS]->(step or actor)``, one for each period in which statement and match hold: the
seeds of the snapshot, for the days between ``Entering.start`` and ``Entering.end``. That is always, but for large
graphs in which something changes on many days.

``(:Contract)-[:EXPOSED_TO]->(:RiskType)``: the figures of lens A on the mark's day, one for each contract and each
risk type that somebody has assessed, also where nothing is reached: no figure is not a low one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from graph.answer import Basis, Links
from graph.neo4j.layout import ENTERS, EXPOSED_TO, bound
from graph.neo4j.table import Row
from graph.questions.exposed import assessed, exposed
from graph.snapshot.arrays import I64
from graph.snapshot.periods import Periods, union
from graph.snapshot.seeds import UNKNOWN_SEVERITY, risk_types
from graph.snapshot.topology import LINK_CODE, NODE_CODE
from graph.snapshot.view import Moment, Snapshot
from ontology.model import LINKS, Walk
from ontology.records import digest
from ontology.roles import DATED, NEVER_IN_SCOPE
from ontology.values import BEGINNING, END, EPOCH, to_day

MOST = 64
"""Stretches of days that are looked at, at most."""
WORK = 4_000_000
"""Vertices times stretches."""

_WALKED = (Walk.GOODS, Walk.LIST)
"""Roles of links on which it does not depend where a statement enters."""

_Seed = tuple[int, int, int, int, float, float, bool]
"""Statement, vertex, risk, severity, likelihood, confidence, whether its scope names an actor."""


class Entering:
    """The seeds of a topology over time, for the days from ``start`` until ``end`` (days since 1970-01-01)."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.s = snapshot
        most = max(1, min(MOST, WORK // max(snapshot.n, 1)))
        self.stretches = _nearest(_stretches(snapshot), snapshot.moment.days[0], most)
        self.start, self.end = self.stretches[0][0], self.stretches[-1][1]

    @cached_property
    def seeds(self) -> dict[_Seed, Periods]:
        """When each seed enters."""
        found: dict[_Seed, Periods] = defaultdict(tuple)
        for start, end in self.stretches:
            seeds = self._at(start, end).seeds
            columns = (
                seeds.statement, seeds.vertex, seeds.risk, seeds.severity, np.nan_to_num(seeds.likelihood, nan=-1.0),
                seeds.confidence, seeds.specific,
            )  # fmt: skip
            for seed in zip(*(column.tolist() for column in columns), strict=True):
                found[seed] = union(found[seed], ((start, end),))
        return found

    def _at(self, start: int, end: int) -> Snapshot:
        """The snapshot on a day of a stretch: its own where that lies in it, as its seeds may be there already."""
        if start <= self.s.moment.days[0] < end:
            return self.s
        day = start if start > BEGINNING else end - 1
        return Snapshot(self.s.topology, Moment(EPOCH + timedelta(days=day)), self.s.method, self.s.known)

    def rows(self) -> Iterator[Row]:
        names, ids = risk_types(), self.s.topology.vertices.id
        for seed, periods in sorted(self.seeds.items()):
            statement, vertex, risk, severity, likelihood, confidence, specific = seed
            facts: dict[str, Any] = {
                "derived": True,
                "risk": names[risk],
                "basis": (Basis.SPECIFIC if specific else Basis.GENERIC).value,
                "confidence": confidence,
                "low": max(likelihood, 0.0) * confidence,
                "high": 1.0 if likelihood < 0 else likelihood,
            }
            facts |= {"severity": severity} if severity != UNKNOWN_SEVERITY else {}
            facts |= {"likelihood": likelihood} if likelihood >= 0 else {}
            ends = ids[statement], ids[vertex]
            for start, end in periods:
                id_ = "n" + digest(*ends, *map(str, (*seed[2:], start)))
                yield Row(ENTERS, id_, {**facts, "valid_from": bound(start), "valid_to": bound(end)}, *ends)


def _stretches(s: Snapshot) -> list[tuple[int, int]]:
    """The stretches of days, from the first to the last, in which no seed changes."""
    edges, v = s.topology.edges, s.topology.vertices
    counts = ~np.isin(v.type, [NODE_CODE[name] for name in NEVER_IN_SCOPE])
    matched = ~np.isin(edges.type, [LINK_CODE[name] for name, link in LINKS.items() if link.walk in _WALKED])
    matched &= counts[edges.source] & counts[edges.target]
    said = s.topology.sayings
    days = (
        edges.valid_from[matched], edges.valid_to[matched], v.valid_from[counts], v.valid_to[counts],
        said.valid_from, said.valid_to, _said(s),
    )  # fmt: skip
    cuts = np.unique(np.concatenate(days)).tolist()
    inner = [day for day in cuts if to_day(date.min, 0) < day < to_day(date.max, 0)]
    return list(zip([BEGINNING, *inner], [*inner, END], strict=True))


def _said(s: Snapshot) -> I64:
    """The days on which statements were made or revoked, whoever says so."""
    v, said = s.topology.vertices, s.topology.sayings
    statements = [NODE_CODE[name] for name in DATED]
    texts = [v.properties[vertex] for vertex in np.flatnonzero(np.isin(v.type, statements)).tolist()]
    texts += [said.properties[row] for row in np.flatnonzero(np.isin(v.type[said.vertex], statements)).tolist()]
    days = {json.loads(text).get(name) for text in texts for name in ("issued", "revoked", "performed")} - {None}
    return np.array([to_day(date.fromisoformat(str(day)), 0) for day in days], np.int64)


def _nearest(stretches: list[tuple[int, int]], day: int, most: int) -> list[tuple[int, int]]:
    """So many stretches around a day, without a gap."""
    here = next(place for place, (start, end) in enumerate(stretches) if start <= day < end)
    first = max(0, min(here - most // 2, len(stretches) - most))
    return stretches[first : first + most]


@dataclass(frozen=True, slots=True)
class Exposures:
    """Lens A at the snapshot's moment, for the risk types that somebody has assessed and that are nodes."""

    s: Snapshot

    @property
    def risks(self) -> dict[str, str]:
        """Entity id of each risk type."""
        found = {name: self.s.keyed(f"risk:{name}") for name in assessed(self.s)}
        return {name: self.s.id(vertex) for name, vertex in found.items() if vertex is not None}

    def rows(self) -> Iterator[Row]:
        for risk, id_ in self.risks.items():
            for one in exposed(self.s, risk):
                facts: dict[str, Any] = {
                    "derived": True, "lens": "A", "upper_open": one.upper_open,
                    "severity_unknown": one.severity_unknown,
                }  # fmt: skip
                facts |= {} if one.severity is None else {"severity": one.severity}
                for (basis, links), reached in one.figures.items():
                    facts |= {f"{named(basis, links)}_{key}": value for key, value in reached._asdict().items()}
                yield Row(EXPOSED_TO, "x" + digest(one.contract, id_), facts, one.contract, id_)


def named(basis: Basis, links: Links) -> str:
    """How the figures of a basis and a set of links begin: ``specific_item``, ``generic_item_generic``."""
    return f"{basis.value}_{links.value.replace('+', '_')}"
