"""Lens A of one risk type, at every vertex of a snapshot: worked out once, looked up by every question after.

See docs/method.md. ``low`` is max of c_i * l_low * product(c_e * t), ``high`` of l_high * product(t); both in float64.
As t is 0 or 1, which levels are reached at all is a walk, without values.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from graph.answer import Basis, Links
from graph.kernels.levels import U16, spread
from graph.kernels.worst import worst
from graph.network import Network
from graph.snapshot.arrays import F64, I64, Bool
from graph.snapshot.seeds import UNKNOWN_SEVERITY, risk_types
from graph.snapshot.view import Snapshot, passes
from ontology.model import Family
from ontology.vocabulary import is_labour, risk_family, vocabulary

LEVELS = (4, 3, 2, 1, 0)
UNGIVEN = 4
"""A missing severity counts as this in *high*."""
_EACH = len(LEVELS) + 1
"""Bits of a basis: one for each level, the last for a severity that nobody gave."""
_BITS = np.arange(1 << _EACH)


class Side(Enum):
    """Which end of the interval; KNOWN is *high* without the seeds whose severity nobody gave."""

    LOW = "low"
    HIGH = "high"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Seed vertices, each once, with the value that enters there and the row of the seed that gives it; shapes (s,)."""

    vertex: I64
    value: F64
    row: I64


def network_of(s: Snapshot, links: Links) -> Network:
    return s.item_network if links is Links.ITEM else s.network


class OfRisk:
    """The seeds of one risk type (narrower ones rolled up) and what they reach. Its arrays stay with the snapshot."""

    def __init__(self, s: Snapshot, risk: str) -> None:
        self.s = s
        self.risk = risk
        self.names = names = risk_types()
        within = vocabulary("risk-types").within(risk)
        self.number = names.index(risk)
        self.numbers = [i for i, name in enumerate(names) if name in within]
        self.rows: I64 = np.flatnonzero(np.isin(s.seeds.risk, self.numbers))
        self._families = [(risk_family(name), is_labour(name)) for name in names]
        self._seeds: dict[tuple[int, Basis | None, Side], I64] = {}

    @property
    def nbytes(self) -> int:
        return self.rows.nbytes * (1 + len(self._seeds))

    # -- seeds ------------------------------------------------------------------------------------------------
    def seeds(self, level: int, basis: Basis | None, side: Side) -> I64:
        """Rows of the seeds that count at a severity of at least ``level``."""
        key = level, basis, side
        if key not in self._seeds:
            self._seeds[key] = self._chosen(level, basis, side)
        return self._seeds[key]

    def _chosen(self, level: int, basis: Basis | None, side: Side) -> I64:
        severity = self.s.seeds.severity[self.rows]
        counts = severity >= level
        if side is Side.HIGH and level <= UNGIVEN:
            counts |= severity == UNKNOWN_SEVERITY
        if basis is not None:
            counts &= self.s.seeds.specific[self.rows] == (basis is Basis.SPECIFIC)
        return self.rows[counts]

    def tables(self) -> list[F64]:
        """What lets the risk pass, t by link type; one for each sort of narrower risk."""
        return [passes(*key) for key in sorted({self._families[number] for number in self.numbers})]

    def groups(self, rows: I64) -> list[tuple[F64, I64]]:
        """Rows by what lets their risk pass: (t by link type, rows)."""
        risks = self.s.seeds.risk[rows]
        families: dict[tuple[Family, bool], list[int]] = {}
        for risk in np.unique(risks).tolist():
            families.setdefault(self._families[risk], []).append(risk)
        return [(passes(*key), rows[np.isin(risks, of)]) for key, of in sorted(families.items())]

    def sources(self, rows: I64, side: Side) -> Sources:
        """The highest value at each vertex; the first statement by id on a tie."""
        seeds = self.s.seeds
        value = seeds.low[rows] * seeds.confidence[rows] if side is Side.LOW else seeds.high[rows]
        order = np.lexsort((rows, -value, seeds.vertex[rows]))
        vertex, first = np.unique(seeds.vertex[rows][order], return_index=True)
        chosen = order[first]
        return Sources(vertex.astype(np.int64), value[chosen], rows[chosen])

    # -- at every vertex --------------------------------------------------------------------------------------
    def values(self, level: int, basis: Basis | None, links: Links, side: Side) -> F64:
        """One end of the interval, shape (n,)."""
        rows, links = self.seeds(level, basis, side), self._one_name(links)
        side = Side.LOW if side is Side.LOW else Side.HIGH
        key = "lens A", side, links, self.s.seeds.risk[rows].tobytes(), rows.tobytes()
        return self.s.memo.get(key, lambda: self._worst(rows, links, side))

    def _one_name(self, links: Links) -> Links:
        return Links.ITEM if self.s.item_network is self.s.network else links

    def _worst(self, rows: I64, links: Links, side: Side) -> F64:
        found, every = np.zeros(self.s.n), np.arange(self.s.n)
        for table, group in self.groups(rows):
            at = self.sources(group, side)
            use = side is Side.LOW
            value = worst(network_of(self.s, links), at.vertex, at.value, every, table, use_confidence=use).value
            np.maximum(found, value, out=found)
        return found

    def _reaching(self, links: Links) -> U16:
        """Which levels of which basis reach each vertex, as bits, shape (n,)."""
        links = self._one_name(links)
        return self.s.memo.get(("levels", self.risk, links), lambda: self._spread(links))

    def _spread(self, links: Links) -> U16:
        seeds, found = self.s.seeds, np.zeros(self.s.n, np.uint16)
        for table, group in self.groups(self.rows[seeds.high[self.rows] > 0]):
            severity = seeds.severity[group]
            bit = np.where(severity == UNKNOWN_SEVERITY, len(LEVELS), severity) + _EACH * seeds.specific[group]
            found |= spread(network_of(self.s, links), seeds.vertex[group], 1 << bit, table > 0)
        return found

    def _bits(self, basis: Basis | None, links: Links, at: I64) -> I64:
        bits = self._reaching(links)[at].astype(np.int64)
        generic, specific = bits & (1 << _EACH) - 1, bits >> _EACH
        return generic | specific if basis is None else specific if basis is Basis.SPECIFIC else generic

    def reached(self, level: int, basis: Basis | None, links: Links, side: Side, at: I64) -> Bool:
        """Whether seeds of at least a level reach some vertices (*high* or *known* is above 0), shape as given."""
        wanted = (1 << len(LEVELS)) - (1 << level)
        if side is Side.HIGH:
            wanted |= 1 << len(LEVELS)
        return (self._bits(basis, links, at) & wanted) > 0

    def severity(self, basis: Basis | None, links: Links, at: I64) -> I64:
        """The highest level that reaches some vertices, -1 where none, shape as given."""
        return _HIGHEST[self._bits(basis, links, at)]


_HIGHEST = np.array([-1, *(UNGIVEN if bits >> len(LEVELS) else bits.bit_length() - 1 for bits in range(1, 1 << _EACH))])
