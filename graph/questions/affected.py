"""Which contracts a site, company, place, kind of goods, finding or incident touches, how certainly, and what to ask."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from graph.answer import Answer, Completeness, Links, Resolution, Truncated
from graph.data import AffectedContract, AffectedData, Listed, Path, Question
from graph.kernels.reach import reach
from graph.kernels.worst import best_path, worst
from graph.questions.common import checked_risk, evidence_of, framed, wording
from graph.questions.company import Related, buyers_from, listed, on_path
from graph.questions.denied import denied_beside
from graph.questions.ends import ANY_TIER, clause_reach
from graph.questions.groups import contracts_in, find, regions_of, steps_of
from graph.questions.lens import Best, named_path
from graph.questions.naming import Naming, statements_data
from graph.questions.walks import GOODS, TIERS
from graph.snapshot.arrays import I64
from graph.snapshot.kinds import KIND_TYPES, Fit
from graph.snapshot.seeds import scope_of
from graph.snapshot.view import Snapshot, passes
from ontology.errors import InputError
from ontology.model import Family
from ontology.vocabulary import is_labour, risk_family

PATHS = 1_000
"""Contracts listed with their path; all are listed."""

STATEMENTS = ("Finding", "RiskAssessment")


@dataclass(slots=True)
class _Start:
    """Where a question begins. ``steps`` are walked from; ``actors`` are legal persons whose own risk is asked about;
    ``companies`` are known without their goods; ``kinds`` are goods by name alone."""

    steps: set[int] = field(default_factory=set)
    maybe: set[int] = field(default_factory=set)
    actors: set[int] = field(default_factory=set)
    companies: set[int] = field(default_factory=set)
    sellers: set[int] = field(default_factory=set)
    kinds: set[int] = field(default_factory=set)
    statements: set[int] = field(default_factory=set)


def affected(s: Snapshot, start: str, *, risk: str | None = None, goods: str | None = None) -> Answer[AffectedData]:
    """Contracts that ``start`` (id or key) touches, surest first.

    A company by itself gives a list (its goods are unknown) unless ``goods`` names a kind; with a ``risk`` of its own
    conduct or of sanctions it also touches what it holds. ``risk`` leaves out findings of other types.

    Raises:
        InputError: not a risk type, or a start that touches nothing by its nature.
    """
    if risk is not None:
        checked_risk(risk)
    question = wording("affected", {"start": start, "risk": risk, "goods": goods})
    vertex, kind = find(s, start), find(s, goods) if goods else None
    if vertex is None or (goods and kind is None):
        return framed(s, question, None)
    return _Affected(s, vertex, risk, kind).answer(question)


class _Affected:
    """One question about what is affected, worked out part by part."""

    def __init__(self, s: Snapshot, vertex: int, risk: str | None, goods: int | None) -> None:
        self.s = s
        self.vertex = vertex
        self.risk = risk
        self.naming = Naming(s)
        self.start = _Start()
        self._begin(vertex, goods)
        family = risk_family(risk) if risk else Family.HARM
        self.passes = passes(family, is_labour(risk) if risk else True)
        self.sources = np.array(sorted(self.start.steps | self.start.actors), np.int64)
        self.certainty = {links: self._certainty(links) for links in Links}

    # -- where it begins --------------------------------------------------------------------------------------
    def _begin(self, vertex: int, goods: int | None) -> None:
        type, start = self.s.type(vertex), self.start
        if type == "Incident":
            for finding in self.s.pairs("GATHERS").targets(vertex):
                self._begin_statement(finding)
        elif type in STATEMENTS:
            self._begin_statement(vertex)
        elif type == "Organisation":
            self._begin_company(vertex, goods)
        elif type in ("Site", "Place", "Step"):
            start.steps.update(self._of_kind(steps_of(self.s, vertex), goods))
            sites = {vertex} if type == "Site" else set(self.s.pairs("LOCATED_IN").sources(*self.s.places.down(vertex)))
            start.sellers.update(v for v in sites if type != "Step" and self.s.is_type(v, "Site"))
        elif self.s.topology.vertices.type[vertex] in KIND_TYPES:
            start.kinds.add(vertex)
            start.steps.update(steps_of(self.s, vertex))
        else:
            raise InputError(
                f"A {type} affects no contracts.",
                remedy="Start at a site, company, place, step, product, material, category, finding or incident.",
            )

    def _of_kind(self, steps: list[int], goods: int | None) -> list[int]:
        if goods is None:
            return steps
        kinds = set(self.s.kinds.down(goods))
        return [step for step in steps if kinds.intersection(self.s.pairs("OUTPUTS").targets(step))]

    def _begin_company(self, company: int, goods: int | None) -> None:
        if self.risk and risk_family(self.risk) is not Family.HARM:
            self.start.actors.add(company)
        if goods is None:
            self.start.companies.add(company)
        else:
            self.start.steps.update(self._of_kind(steps_of(self.s, company), goods))

    def _begin_statement(self, statement: int) -> None:
        """What an assessment or finding enters, and a company of which it names neither site nor goods."""
        self.start.statements.add(statement)
        if self.risk and not self._is_of(statement, self.risk):
            return
        entered = scope_of(self.s, statement)
        self.start.steps.update(entered.steps)
        self.start.maybe.update(entered.maybe)
        for actor in entered.actors:
            if self.s.is_type(actor, "Site"):
                self._begin(actor, None)
            else:
                self._begin_company(actor, None)

    def _is_of(self, statement: int, risk: str) -> bool:
        keys = {key for v in self.s.pairs("OF_TYPE").targets(statement) for key in self.s.keys(v)}
        return any(f"risk:{name}" in keys for name in within(risk))

    # -- how far it goes --------------------------------------------------------------------------------------
    def _certainty(self, links: Links) -> dict[int, float]:
        """Of each contract that goods or legal ties reach, the confidence of its best path."""
        network = self.s.item_network if links is Links.ITEM else self.s.network
        if not self.sources.size:
            return {}
        below = reach(
            network, self.sources.astype(np.int32), upstream=False, kinds=self.passes > 0, tier_kinds=TIERS
        )
        contracts = np.array(sorted(int(v) for v in below.vertex if self.s.is_type(int(v), "Contract")), np.int64)
        if not contracts.size:
            return {}
        ones = np.ones(len(self.sources))
        found = worst(network, self.sources, ones, contracts, self.passes, use_confidence=True)
        return {int(c): float(value) for c, value in zip(contracts, found.value, strict=True)}
