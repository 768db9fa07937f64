"""Generic steps narrower than a contract's category may apply: unknown, never exposure. See docs/method.md."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

import numpy as np

from graph.answer import Links
from graph.questions.lens import Lens
from graph.snapshot.kinds import Fit
from graph.snapshot.topology import STATUSES
from graph.snapshot.view import Snapshot
from ontology.records import Status
from ontology.roles import AT_STEP
from ontology.vocabulary import vocabulary


class MayApply:
    """Finds, for each contract, the last generic steps of narrower kinds that bear the risk of a lens."""

    def __init__(self, s: Snapshot, lens: Lens) -> None:
        self.s = s
        self.lens = lens
        self._of: dict[int, tuple[int, ...]] = {}
        self._known: dict[tuple[int, ...], tuple[int, ...]] = {}

    @cached_property
    def _by_kind(self) -> dict[int, tuple[int, ...]]:
        """Of each kind, the generic steps of its last stage at which the risk is present."""
        s, stages = self.s, vocabulary("chain-stages")
        steps: dict[int, list[tuple[int, int]]] = defaultdict(list)
        acted = {int(v) for name in AT_STEP for v in s.pairs(name).target}
        found = s.of_type("Step")
        for step in map(int, found[s.statuses[found] == STATUSES.index(Status.GENERIC)]):
            stage = s.properties(step).get("stage")
            if stage and step not in acted:
                for kind in s.pairs("OUTPUTS").targets(step):
                    steps[kind].append((stages[stage].order, step))
        last = {kind: [v for order, v in rows if order == max(rows)[0]] for kind, rows in steps.items()}
        at_risk = self._at_risk(sorted({v for rows in last.values() for v in rows}))
        return {kind: left for kind, rows in sorted(last.items()) if (left := tuple(v for v in rows if v in at_risk))}

    def _at_risk(self, steps: list[int]) -> set[int]:
        there = Lens(self.s, self.lens.risk, np.array(steps, np.int64))
        reached = there.reached(1, None, Links.ITEM_GENERIC)
        return {step for step, found in zip(steps, reached, strict=True) if found}

    @property
    def any(self) -> bool:
        """Whether any generic step may apply to some contract."""
        return bool(self._by_kind)

    def of(self, contract: int) -> tuple[int, ...]:
        """Generic steps that may apply to a contract; none where all its deliveries are known."""
        if contract not in self._of:
            self._of[contract] = self._found(contract)
        return self._of[contract]

    def _found(self, contract: int) -> tuple[int, ...]:
        if not self._by_kind or not self.s.is_open(contract):
            return ()
        s = self.s
        kinds = s.pairs("IN_CATEGORY").targets(contract, *s.pairs("FOR_LOT").targets(contract))
        delivered = s.pairs("OUTPUTS").targets(*s.pairs("DELIVERED_UNDER").sources(contract))
        key = (*kinds, -1, *delivered)
        if key not in self._known:
            self._known[key] = self._narrower(kinds, delivered)
        return self._known[key]

    def _narrower(self, kinds: list[int], delivered: list[int]) -> tuple[int, ...]:
        order = self.s.kinds
        found: set[int] = set()
        for kind, steps in self._by_kind.items():
            fits = {order.fit(own, kind) for own in kinds}
            known = any(order.fit(output, kind) is Fit.YES for output in delivered)
            if Fit.MAY in fits and Fit.YES not in fits and not known:
                found.update(steps)
        return tuple(sorted(found))
