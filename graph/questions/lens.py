"""Lens A for many vertices at once: the worst credible path as an interval, by severity, basis and links.

See docs/method.md. ``low`` is max of c_i * l_low * product(c_e * t), ``high`` of l_high * product(t); both in float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from graph.answer import Basis, Links
from graph.data import Figure, Path
from graph.kernels.reach import reach
from graph.kernels.worst import Path as Walked
from graph.kernels.worst import best_path, worst
from graph.network import Network
from graph.questions.naming import Naming, named_path
from graph.questions.walks import ACTORS, TIERS
from graph.snapshot.arrays import F64, I64, Bool
from graph.snapshot.seeds import UNKNOWN_SEVERITY, risk_types
from graph.snapshot.topology import NODE_CODE
from graph.snapshot.view import Snapshot, passes
from ontology.model import Family
from ontology.vocabulary import is_labour, risk_family, vocabulary

LEVELS = (4, 3, 2, 1, 0)
UNGIVEN = 4
"""A missing severity counts as this in *high*."""


class Side(Enum):
    """Which end of the interval; KNOWN is *high* without the seeds whose severity nobody gave."""

    LOW = "low"
    HIGH = "high"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, eq=False)
class _Sources:
    """Seed vertices, each once, with the value that enters there and the row of the seed that gives it; shapes (s,)."""

    vertex: I64
    value: F64
    row: I64


@dataclass(frozen=True, slots=True)
class Best:
    """A best path and the seed's row."""

    walked: Walked
    row: int
    order: tuple[float, int, bytes]


class Lens:
    """Lens A of one risk type (narrower ones rolled up) at ``targets``, shape (t,)."""

    def __init__(self, s: Snapshot, risk: str, targets: I64) -> None:
        self.s = s
        self.risk = risk
        self.targets = np.asarray(targets, np.int64)
        self.names = names = risk_types()
        within = vocabulary("risk-types").within(risk)
        self.number = names.index(risk)
        self.numbers = [i for i, name in enumerate(names) if name in within]
        self.rows: I64 = np.flatnonzero(np.isin(s.seeds.risk, self.numbers))
        self._table: dict[int, tuple[Family, bool]] = {
            i: (risk_family(names[i]), is_labour(names[i])) for i in self.numbers
        }
        self._values: dict[tuple[bytes, Links, Side], F64] = {}

    # -- seeds ------------------------------------------------------------------------------------------------
    def seeds(self, level: int, basis: Basis | None, side: Side) -> I64:
        """Rows of the seeds that count at a severity of at least ``level``."""
        severity = self.s.seeds.severity[self.rows]
        counts = severity >= level
        if side is Side.HIGH and level <= UNGIVEN:
            counts |= severity == UNKNOWN_SEVERITY
        if basis is not None:
            counts &= self.s.seeds.specific[self.rows] == (basis is Basis.SPECIFIC)
        return self.rows[counts]

    @property
    def harmful(self) -> I64:
        """Rows of the seeds of a severity above 0, or that nobody gave."""
        return self.seeds(1, None, Side.HIGH)

    def groups(self, rows: I64) -> list[tuple[F64, I64]]:
        """Rows by what lets their risk pass: (t by link type, rows)."""
        groups: dict[tuple[Family, bool], list[int]] = {}
        for row in rows:
            groups.setdefault(self._table[int(self.s.seeds.risk[row])], []).append(int(row))
        return [(passes(*key), np.array(group, np.int64)) for key, group in sorted(groups.items())]

    def _sources(self, rows: I64, side: Side) -> _Sources:
        """The highest value at each vertex; the first statement by id on a tie."""
        seeds = self.s.seeds
        value = seeds.low[rows] * seeds.confidence[rows] if side is Side.LOW else seeds.high[rows]
        order = np.lexsort((rows, -value, seeds.vertex[rows]))
        vertex, first = np.unique(seeds.vertex[rows][order], return_index=True)
        chosen = order[first]
        return _Sources(vertex.astype(np.int64), value[chosen], rows[chosen])

    # -- values -----------------------------------------------------------------------------------------------
    def network(self, links: Links) -> Network:
        return self.s.item_network if links is Links.ITEM else self.s.network

    def values(self, level: int, basis: Basis | None, links: Links, side: Side) -> F64:
        """One end of the interval at every target, shape (t,)."""
        rows = self.seeds(level, basis, side)
        key = (rows.tobytes(), links, Side.LOW if side is Side.LOW else Side.HIGH)
        if key not in self._values:
            self._values[key] = self._worst(rows, links, side)
        return self._values[key]

    def _worst(self, rows: I64, links: Links, side: Side) -> F64:
        value = np.zeros(len(self.targets))
        for table, group in self.groups(rows):
            sources = self._sources(group, side)
            found = worst(
                self.network(links),
                sources.vertex,
                sources.value,
                self.targets,
                table,
                use_confidence=side is Side.LOW,
            )
            value = np.maximum(value, found.value)
        return value

    def reached(self, level: int, basis: Basis | None, links: Links) -> Bool:
        """Whether each target is reached: high above 0, shape (t,)."""
        found: Bool = self.values(level, basis, links, Side.HIGH) > 0
        return found

    def ungiven(self, level: int, basis: Basis | None, links: Links) -> Bool:
        """Whether only seeds whose severity nobody gave reach each target so severely, shape (t,)."""
        known: Bool = self.values(level, basis, links, Side.KNOWN) > 0
        return self.reached(level, basis, links) & ~known

    def severity(self, basis: Basis | None, links: Links) -> I64:
        """The highest level reached at each target, -1 where none, shape (t,)."""
        found = np.full(len(self.targets), -1, np.int64)
        for level in reversed(LEVELS):
            found[self.reached(level, basis, links)] = level
        return found

    def upstream(self, links: Links) -> Bool:
        """Vertices from which the risk, were it there, could pass to a target, shape (n,): goods and actors."""
        found = np.zeros(self.s.n, np.bool_)
        for table in self._tables():
            cone = reach(
                self.network(links), self.targets.astype(np.int32), upstream=True, kinds=table > 0, tier_kinds=TIERS
            )
            found[cone.vertex] = True
        return found

    def _tables(self) -> list[F64]:
        return [passes(*key) for key in sorted(set(self._table.values()))]

    def entering(self, rows: I64) -> Bool:
        """Steps and contracts at which some seeds enter, by themselves or through actors, shape (n,)."""
        found = np.zeros(self.s.n, np.bool_)
        for table, group in self.groups(rows):
            starts = np.unique(self.s.seeds.vertex[group]).astype(np.int32)
            through = reach(self.s.network, starts, upstream=False, kinds=(table > 0) & ACTORS, tier_kinds=TIERS)
            found[through.vertex] = True
        kinds = self.s.topology.vertices.type
        found &= (kinds == NODE_CODE["Step"]) | (kinds == NODE_CODE["Contract"])
        return found

    # -- paths ------------------------------------------------------------------------------------------------
    def path(self, target: int, level: int, basis: Basis | None, links: Links, side: Side) -> Best | None:
        """The best path to the target at a position, by one end of the interval; None where nothing arrives."""
        network = self.network(links)
        found: list[Best] = []
        for table, group in self.groups(self.seeds(level, basis, side)):
            sources = self._sources(group, side)
            walked = best_path(
                network,
                sources.vertex,
                sources.value,
                int(self.targets[target]),
                table,
                use_confidence=side is Side.LOW,
            )
            if walked is not None and walked.value > 0:
                order = network.link[walked.taken].astype(">i4").tobytes()
                row = int(sources.row[walked.seed])
                found.append(Best(walked, row, (-walked.value, len(walked.taken), order)))
        return min(found, key=lambda best: best.order, default=None)

    def figure(
        self, target: int, level: int, basis: Basis, links: Links, upper_open: bool, naming: Naming | None
    ) -> Figure | None:
        """The figure of the target at a position, with its path if ``naming`` is given; None where L is not reached."""
        high = float(self.values(level, basis, links, Side.HIGH)[target])
        if high == 0:
            return None
        low = float(self.values(level, basis, links, Side.LOW)[target])
        known = float(self.values(level, basis, links, Side.KNOWN)[target])
        path, beside = self._explained(target, level, basis, links, low, high, naming) if naming else (None, None)
        return Figure(
            risk=self.risk,
            severity=level,
            basis=basis,
            links=links,
            low=low,
            high=high,
            upper_open=upper_open,
            upper=1.0 if upper_open else high,
            severity_unknown=known == 0,
            path=path,
            high_statement=beside,
        )

    def _explained(
        self, target: int, level: int, basis: Basis, links: Links, low: float, high: float, naming: Naming
    ) -> tuple[Path | None, str | None]:
        """The path, and a different statement that attains high."""
        best = self.path(target, level, basis, links, Side.LOW if low > 0 else Side.HIGH)
        if best is None:
            return None, None
        statement = naming.s.id(int(self.s.seeds.statement[best.row]))
        path = named_path(naming, self.network(links), best.walked, statement)
        if low == 0 or self.s.seeds.high[best.row] >= high:
            return path, None
        top = self.path(target, level, basis, links, Side.HIGH)
        other = naming.s.id(int(self.s.seeds.statement[top.row])) if top else None
        return path, other if other != path.statement else None
