"""Where knowledge ends, and whom to ask: docs/method.md."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from graph.answer import Ask, End
from graph.kernels.nearest import NO_LIMIT, NOWHERE, nearest
from graph.questions.naming import Naming
from graph.questions.walks import GOODS
from graph.snapshot.arrays import I32
from graph.snapshot.view import Snapshot
from ontology.roles import BY_COMPANY
from ontology.vocabulary import vocabulary

ANY_TIER = NO_LIMIT


def clause_reach(level: str | None) -> int:
    """How many tiers up a clause level entitles the buyer to ask: 0 none, ``ANY_TIER`` the whole chain."""
    if level is None:
        return 0
    return {"chain": ANY_TIER, "direct": 1}.get(vocabulary("clause-levels")[level].extra["entitles"], 0)


Spread = tuple[I32, I32]
"""Of each vertex the nearest label downstream along item links of goods, and how many tiers away; shapes (n,)."""


def _spread(s: Snapshot, labels: dict[int, int], limit: int) -> Spread:
    return nearest(s.item_network, list(labels), list(labels.values()), GOODS, limit)


def companies(s: Snapshot) -> dict[int, int]:
    """The company of each step and contract of which one is known: who runs it, operates its site or holds it."""
    found: dict[int, int] = {}
    performs, operates = s.pairs("PERFORMS"), s.pairs("OPERATES")
    operator: dict[int, int] = {}
    for organisation, site in zip(operates.source, operates.target, strict=True):
        operator[int(site)] = min(int(organisation), operator.get(int(site), int(organisation)))
    for site, step in zip(performs.source, performs.target, strict=True):
        if int(site) in operator:
            found[int(step)] = min(operator[int(site)], found.get(int(step), operator[int(site)]))
    for name in BY_COMPANY:
        pairs = s.pairs(name)
        named: dict[int, int] = {}
        for organisation, vertex in zip(pairs.source, pairs.target, strict=True):
            named[int(vertex)] = min(int(organisation), named.get(int(vertex), int(organisation)))
        found |= named
    return found


class Ends:
    """Names whom to ask about the ends of the chains of some contracts."""

    def __init__(self, s: Snapshot, naming: Naming, contracts: Iterable[int]) -> None:
        self.s = s
        self.naming = naming
        held = s.pairs("HOLDS")
        self.holders = {c: holders[0] for c in sorted(set(contracts)) if (holders := held.sources(c))}

    @cached_property
    def levels(self) -> dict[int, str | None]:
        """The clause level of each contract that somebody holds."""
        levels = self.s.texts("clause_level", np.array(list(self.holders), np.int64))
        return dict(zip(self.holders, levels, strict=True))

    @cached_property
    def entitled(self) -> list[Spread]:
        """The nearest contract whose clauses reach so far; one for each reach."""
        reaches = {c: clause_reach(level) for c, level in self.levels.items()}
        return [
            _spread(self.s, {c: c for c in self.holders if reaches[c] == reach}, reach)
            for reach in sorted(set(reaches.values()) - {0})
        ]

    @cached_property
    def companies(self) -> I32:
        """The nearest company downstream of each vertex, shape (n,): of the whole graph, for every question."""
        return self.s.memo.get(("nearest company",), lambda: _spread(self.s, companies(self.s), ANY_TIER)[0])

    def ends(self, rows: Iterable[tuple[int, int]]) -> tuple[End, ...]:
        """Of each (tier, vertex), in the order given."""
        every = list(rows)
        known = self.s.texts("inputs_known", np.array([vertex for _, vertex in every], np.int64))
        return tuple(self._end(vertex, tier, said) for (tier, vertex), said in zip(every, known, strict=True))

    def _end(self, vertex: int, tier: int, known: str | None) -> End:
        return End(node=self.naming.id(vertex), tier=tier, inputs_known=known, ask=self._ask(vertex))

    def nearest(self, vertex: int) -> tuple[int | None, int | None]:
        """(company to ask, the contract whose clause entitles us to) of an end; None where there is none."""
        near = [
            (int(distance[vertex]), int(label[vertex])) for label, distance in self.entitled if label[vertex] != NOWHERE
        ]
        if near:
            contract = min(near)[1]
            return self.holders[contract], contract
        company = int(self.companies[vertex])
        return None if company == NOWHERE else company, None

    def _ask(self, vertex: int) -> Ask | None:
        company, contract = self.nearest(vertex)
        if company is None:
            return None
        if contract is None:
            return Ask(organisation=self.naming.id(company), entitled=False)
        return Ask(
            organisation=self.naming.id(company),
            contract=self.naming.id(contract),
            clause_level=self.levels[contract],
            entitled=True,
        )
