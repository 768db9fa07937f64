"""How exposed each of many groups of contracts is, a line each: what ``GroupExposure`` says of the group."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from graph.answer import Basis, Links
from graph.questions.common import checked_risk
from graph.questions.company import CompanyList, company_list
from graph.questions.exposure import KNOWLEDGE, SETS, GroupExposure
from graph.questions.group_lines import GroupLine, Status
from graph.questions.groups import Group, find, group_of, other_days
from graph.questions.lens import Lens
from graph.questions.maybe import MayApply
from graph.questions.naming import Naming
from graph.questions.question import ALL
from graph.questions.survey import Survey
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
        self.lens = Lens(s, self.risk, self.contracts)
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
        known = Counter(KNOWLEDGE[place] for place in exposure.knowledge.tolist())
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


class _Cut(GroupExposure):
    """The exposure of one group, as far as its line needs it."""

    def __init__(self, of: Groups, group: Group) -> None:
        self.s, self.risk, self.group, self.contracts = of.s, of.risk, group, group.contracts
        self.survey = Survey(of.s, of.risk, group.contracts)
        self.lens = self.survey.lens
        self.severity = {key: self.lens.severity(*key) for key in SETS}
        self.maybe = of.maybe
        self.list = CompanyList((), self._linked(of), frozenset())
        self.knowledge = self._knowledge()

    def _linked(self, of: Groups) -> frozenset[int]:
        """As ``company_list`` of the group finds them: a contract that is reached names further companies."""
        mine = {int(c) for c in self.contracts}
        known = {int(c) for c in self.contracts[self.severity[Basis.SPECIFIC, Links.ITEM] > 0]}
        if not known:
            return of.linked & mine
        return company_list(self.s, Naming(self.s), self.lens, mine, known).contracts
