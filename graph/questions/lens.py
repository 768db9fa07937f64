"""Lens A of some vertices: figures with their paths, what lies upstream of them, where the risk enters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph.answer import Basis, Links
from graph.data import Figure, Path
from graph.kernels.reach import reach
from graph.kernels.worst import Path as Walked
from graph.kernels.worst import best_path
from graph.network import Network
from graph.questions.naming import Naming, named_path
from graph.questions.of_risk import LEVELS, UNGIVEN, OfRisk, Side, network_of
from graph.questions.walks import ACTORS, TIERS
from graph.snapshot.arrays import F64, I64, Bool
from graph.snapshot.topology import NODE_CODE
from graph.snapshot.view import Snapshot

__all__ = ["LEVELS", "UNGIVEN", "Best", "Lens", "Side"]


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
        self.of = s.memo.get(("risk", risk), lambda: OfRisk(s, risk))
        self.rows = self.of.rows
        self._paths: dict[tuple[int, bytes, int, bool], Best | None] = {}

    # -- seeds ------------------------------------------------------------------------------------------------
    def seeds(self, level: int, basis: Basis | None, side: Side) -> I64:
        """Rows of the seeds that count at a severity of at least ``level``."""
        return self.of.seeds(level, basis, side)

    @property
    def harmful(self) -> I64:
        """Rows of the seeds of a severity above 0, or that nobody gave."""
        return self.seeds(1, None, Side.HIGH)

    def groups(self, rows: I64) -> list[tuple[F64, I64]]:
        """Rows by what lets their risk pass: (t by link type, rows)."""
        return self.of.groups(rows)

    # -- values -----------------------------------------------------------------------------------------------
    def network(self, links: Links) -> Network:
        return network_of(self.s, links)

    def values(self, level: int, basis: Basis | None, links: Links, side: Side) -> F64:
        """One end of the interval at every target, shape (t,)."""
        found: F64 = self.of.values(level, basis, links, side)[self.targets]
        return found

    def reached(self, level: int, basis: Basis | None, links: Links) -> Bool:
        """Whether each target is reached: high above 0, shape (t,)."""
        return self.of.reached(level, basis, links, Side.HIGH, self.targets)

    def ungiven(self, level: int, basis: Basis | None, links: Links) -> Bool:
        """Whether only seeds whose severity nobody gave reach each target so severely, shape (t,)."""
        known = self.of.reached(level, basis, links, Side.KNOWN, self.targets)
        return self.reached(level, basis, links) & ~known

    def severity(self, basis: Basis | None, links: Links) -> I64:
        """The highest level reached at each target, -1 where none, shape (t,)."""
        return self.of.severity(basis, links, self.targets)

    def upstream(self, links: Links) -> Bool:
        """Vertices from which the risk, were it there, could pass to a target, shape (n,): goods and actors."""
        found = np.zeros(self.s.n, np.bool_)
        for table in self.of.tables():
            cone = reach(
                self.network(links), self.targets.astype(np.int32), upstream=True, kinds=table > 0, tier_kinds=table > 0
            )
            found[cone.vertex] = True
        return found

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
        rows, network = self.seeds(level, basis, side), self.network(links)
        key = target, rows.tobytes(), id(network), side is Side.LOW
        if key not in self._paths:
            self._paths[key] = self._best(target, rows, network, side)
        return self._paths[key]

    def _best(self, target: int, rows: I64, network: Network, side: Side) -> Best | None:
        found: list[Best] = []
        for table, group in self.groups(rows):
            sources = self.of.sources(group, side)
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
        known = self.of.reached(level, basis, links, Side.KNOWN, self.targets[target : target + 1])
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
            severity_unknown=not known[0],
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
