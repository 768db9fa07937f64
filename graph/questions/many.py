"""How exposed each of many groups of contracts is: what they share is computed once, for all contracts.

A line says what ``GroupExposure`` says of the same group: its arrays are cut out of those of all contracts.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property

import numpy as np

from graph.answer import Basis, Links
from graph.questions.common import checked_risk
from graph.questions.company import company_list
from graph.questions.exposure import SETS, GroupExposure
from graph.questions.group_lines import GroupLine, Status
from graph.questions.groups import Group, find, group_of, other_days
from graph.questions.lens import Lens, Side
from graph.questions.maybe import MayApply
from graph.questions.naming import Naming
from graph.questions.question import ALL
from graph.questions.survey import Survey
from graph.snapshot.arrays import F64, I64, Bool
from graph.snapshot.view import Snapshot


class Groups:
    """Answers for one group after another, all of one risk."""

    def __init__(self, s: Snapshot, risk: str) -> None:
        """
        Raises:
            InputError: not a risk type.
        """
        self.s = s
        self.risk = checked_risk(risk)
        self.contracts = group_of(s, None).contracts
        self.survey = Survey(s, self.risk, self.contracts)
        self.lens = _Once(self.survey.lens)
        self.maybe = MayApply(s, self.lens)

    def line(self, subject: str) -> GroupLine:
        """The line of an entity (by id), or of ``all``.

        Raises:
            InputError: it is nothing that groups contracts.
        """
        vertex = None if subject == ALL else find(self.s, subject)
        assert vertex is not None or subject == ALL, "resolved before"
        group = group_of(self.s, vertex)
        exposure = _Cut(self, group)
        known = Counter(exposure.knowledge)
        worst = exposure.worst(explained=False)
        return GroupLine(
            view=group.view,
            risk=self.risk,
            status=next((status for status in Status if known[status]), Status.NO_CONTRACTS),
            contracts=len(group.contracts),
            **{status: known[status] for status in Status if status is not Status.NO_CONTRACTS},
            worst=max(worst, key=lambda f: (f.severity, f.links is Links.ITEM, f.low, f.high), default=None),
            levels=exposure.levels(),
            other_days=None if len(group.contracts) else other_days(self.s, vertex),
        )

    @cached_property
    def linked(self) -> frozenset[int]:
        """Contracts of which only a supplier link is known, where no contract is known to be reached."""
        found = company_list(self.s, Naming(self.s), self.lens, {int(c) for c in self.contracts}, set())
        return found.contracts


class _Once(Lens):
    """A lens that computes each array once."""

    def __init__(self, lens: Lens) -> None:
        super().__init__(lens.s, lens.risk, lens.targets)
        self._severity: dict[tuple[Basis | None, Links], I64] = {}
        self._sides: dict[tuple[int, Basis | None, Links, Side], F64] = {}

    def values(self, level: int, basis: Basis | None, links: Links, side: Side) -> F64:
        key = level, basis, links, side
        if key not in self._sides:
            self._sides[key] = super().values(*key)
        return self._sides[key]

    def severity(self, basis: Basis | None, links: Links) -> I64:
        key = basis, links
        if key not in self._severity:
            self._severity[key] = super().severity(*key)
        return self._severity[key]


class _Part(Lens):
    """Some rows of a lens."""

    def __init__(self, whole: Lens, rows: I64) -> None:
        self.__dict__.update(whole.__dict__)
        self._whole, self._chosen = whole, rows
        self.targets = whole.targets[rows]

    def values(self, level: int, basis: Basis | None, links: Links, side: Side) -> F64:
        return self._whole.values(level, basis, links, side)[self._chosen]

    def severity(self, basis: Basis | None, links: Links) -> I64:
        return self._whole.severity(basis, links)[self._chosen]


class _PartOfSurvey(Survey):
    """Some rows of a survey."""

    def __init__(self, whole: Survey, lens: Lens, rows: I64) -> None:
        self.s, self.lens, self.targets = whole.s, lens, lens.targets
        self._whole, self._chosen = whole, rows

    def upper_open(self, links: Links) -> Bool:
        found: Bool = self._whole.upper_open(links)[self._chosen]
        return found


class _Cut(GroupExposure):
    """The exposure of one group, cut out of that of all contracts."""

    def __init__(self, of: Groups, group: Group) -> None:
        rows = np.searchsorted(of.contracts, group.contracts)
        self.s, self.risk, self.group, self.contracts = of.s, of.risk, group, group.contracts
        self.lens = _Part(of.lens, rows)
        self.survey = _PartOfSurvey(of.survey, self.lens, rows)
        self.severity = {key: self.lens.severity(*key) for key in SETS}
        self.maybe = of.maybe
        self.linked = self._linked(of)
        self.knowledge = [self._knowledge(row) for row in range(len(self.contracts))]

    def _linked(self, of: Groups) -> frozenset[int]:
        """As ``company_list`` of the group finds them: a contract that is reached names further companies."""
        mine = {int(c) for c in self.contracts}
        known = {int(c) for c in self.contracts[self.severity[Basis.SPECIFIC, Links.ITEM] > 0]}
        if not known:
            return of.linked & mine
        return company_list(self.s, Naming(self.s), self.lens, mine, known).contracts
