"""Where knowledge ends, and whom to ask: docs/method.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from graph.answer import Ask, End
from graph.questions.naming import Naming
from graph.questions.walks import GOODS
from graph.snapshot.arrays import I32, ranges
from graph.snapshot.view import Snapshot
from ontology.records import Status
from ontology.vocabulary import vocabulary

NOWHERE = -1
ANY_TIER = 2**31 - 1


def clause_reach(level: str | None) -> int:
    """How many tiers up a clause level entitles the buyer to ask: 0 none, ``ANY_TIER`` the whole chain."""
    if level is None:
        return 0
    return {"chain": ANY_TIER, "direct": 1}.get(vocabulary("clause-levels")[level].extra["entitles"], 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Spread:
    """The nearest label downstream of each vertex and how many tiers away, shape (n,); ``NOWHERE`` where none."""

    label: I32
    distance: I32


def _spread(s: Snapshot, labels: dict[int, int], limit: int) -> _Spread:
    """Carry labels upstream along item links of goods, nearest first, the smallest label on a tie."""
    network = s.item_network
    label = np.full(s.n, NOWHERE, np.int32)
    distance = np.full(s.n, NOWHERE, np.int32)
    frontier = np.array(sorted(labels), np.int64)
    label[frontier] = [labels[int(v)] for v in frontier]
    distance[frontier] = 0
    tier = 0
    while frontier.size and tier < limit:
        tier += 1
        edges = network.incoming.edge[ranges(network.incoming.start, frontier)]
        edges = edges[GOODS[network.kind[edges]]]
        edges = edges[distance[network.source[edges]] == NOWHERE]
        above, named = network.source[edges], label[network.target[edges]]
        order = np.lexsort((named, above))
        frontier, first = np.unique(above[order], return_index=True)
        label[frontier] = named[order][first]
        distance[frontier] = tier
        frontier = frontier.astype(np.int64)
    return _Spread(label, distance)


def _companies(s: Snapshot) -> dict[int, int]:
    """The company of each step and contract of which one is known: who runs it, operates its site or holds it."""
    found: dict[int, int] = {}
    performs, operates = s.pairs("PERFORMS"), s.pairs("OPERATES")
    operator: dict[int, int] = {}
    for organisation, site in zip(operates.source, operates.target, strict=True):
        operator[int(site)] = min(int(organisation), operator.get(int(site), int(organisation)))
    for site, step in zip(performs.source, performs.target, strict=True):
        if int(site) in operator:
            found[int(step)] = min(operator[int(site)], found.get(int(step), operator[int(site)]))
    for name in ("RUNS", "HOLDS"):
        pairs = s.pairs(name)
        named: dict[int, int] = {}
        for organisation, vertex in zip(pairs.source, pairs.target, strict=True):
            named[int(vertex)] = min(int(organisation), named.get(int(vertex), int(organisation)))
        found |= named
    return found


_NEAREST: WeakKeyDictionary[Snapshot, _Spread] = WeakKeyDictionary()
"""The nearest company downstream of each vertex of a snapshot."""


class Ends:
    """Names whom to ask about the ends of the chains of some contracts."""

    def __init__(self, s: Snapshot, naming: Naming, contracts: Iterable[int]) -> None:
        self.s = s
        self.naming = naming
        held = s.pairs("HOLDS")
        self.holders = {c: holders[0] for c in sorted(set(contracts)) if (holders := held.sources(c))}
        self.levels = {c: s.properties(c).get("clause_level") for c in self.holders}
        reaches = {c: clause_reach(level) for c, level in self.levels.items()}
        self.entitled = [
            _spread(s, {c: c for c in self.holders if reaches[c] == reach}, reach)
            for reach in sorted(set(reaches.values()) - {0})
        ]
        if s not in _NEAREST:  # of the whole graph, the same for every question
            _NEAREST[s] = _spread(s, _companies(s), ANY_TIER)
        self.companies = _NEAREST[s]

    def is_end(self, vertex: int) -> bool:
        """Whether knowledge of the actual chain ends here. What is only typical of a kind lies beyond an end."""
        return self.s.is_open(vertex) and not (
            self.s.is_type(vertex, "Step") and self.s.status(vertex) is Status.GENERIC
        )

    def end(self, vertex: int, tier: int) -> End:
        return End(
            node=self.naming.id(vertex),
            tier=tier,
            inputs_known=self.s.properties(vertex).get("inputs_known"),
            ask=self._ask(vertex),
        )

    def nearest(self, vertex: int) -> tuple[int | None, int | None]:
        """(company to ask, the contract whose clause entitles us to) of an end; None where there is none."""
        near = [
            (int(spread.distance[vertex]), int(spread.label[vertex]))
            for spread in self.entitled
            if spread.label[vertex] != NOWHERE
        ]
        if near:
            contract = min(near)[1]
            return self.holders[contract], contract
        company = int(self.companies.label[vertex])
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
