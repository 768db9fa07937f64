"""Which contracts a site, company, place, kind of goods or incident touches, how certainly, and what to ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graph.answer import Answer, Completeness, Evidence, Page, Resolution, Truncated
from graph.data import AffectedContract, AffectedCount, AffectedData, Formerly, Listed, Path, Question
from graph.kernels.reach import reach
from graph.kernels.worst import Path as Walked
from graph.kernels.worst import best_path, worst
from graph.network import Network
from graph.questions.beginnings import Beginning, beginning
from graph.questions.common import checked_risk, evidence_of, framed, wording
from graph.questions.company import Related, buyers_from, listed, on_path, owned_by, recruited_by
from graph.questions.denied import denied_beside, only_denied
from graph.questions.ends import clause_reach
from graph.questions.groups import contracts_in, downstream_contracts, find, regions_of
from graph.questions.naming import Naming, by_name, named_path, statements_data
from graph.questions.nearest import at_any_time, nearest
from graph.questions.question import Part
from graph.questions.untold import untold
from graph.questions.walks import GOODS, TIERS
from graph.snapshot.arrays import Bool
from graph.snapshot.kinds import Fit
from graph.snapshot.view import Snapshot, passes
from ontology.model import Family
from ontology.vocabulary import is_labour, risk_family

PATHS = 100
"""Contracts listed with their path."""

FIRST = 10
"""Of an answer in pages, contracts with their path; another's is asked for by ``paths``."""

CONTRACTS = 5_000
"""Contracts listed at once; ``skip`` those to have the next. All are counted."""

UNTOLD = 200
"""Contracts not told of whose sources are cited; all are counted."""


@dataclass(frozen=True, slots=True)
class _Reached:
    """How a contract is reached: certainty of the best path, and the fewest tiers."""

    certainty: float
    tier: int


def affected(
    s: Snapshot,
    start: str,
    *,
    risk: str | None = None,
    goods: str | None = None,
    skip: int = 0,
    part: Part | None = None,
) -> Answer[AffectedData]:
    """Contracts that ``start`` (id or key) touches, surest first.

    A company touches what the steps reach that it runs or its sites perform (of the kind ``goods``, if given); what it
    holds, owns, recruits for or sells, goods unknown, gives a list beside. With a ``risk`` of its own conduct or of
    sanctions it also touches what it holds, and a recruiter with a labour risk what its sites make. Findings of other
    types than ``risk`` begin nothing.

    Raises:
        InputError: not a risk type, or a start that no goods come from.
    """
    if risk is not None:
        checked_risk(risk)
    question = wording("affected", {"start": start, "risk": risk, "goods": goods, "skip": skip or None})
    vertex, kind = find(s, start), find(s, goods) if goods else None
    if vertex is None or (goods and kind is None):
        return framed(s, question, None)
    return _Affected(s, vertex, risk, kind, part or Part(skip, CONTRACTS), paged=part is not None).answer(question)


class _Walk:
    """How far the goods (or the ties of a legal person) reach from a beginning, at one moment."""

    def __init__(self, s: Snapshot, begin: Beginning, risk: str | None) -> None:
        self.s = s
        self.begin = begin
        family = risk_family(risk) if risk else Family.HARM
        self.passes = passes(family, is_labour(risk) if risk else True)
        self.sources = np.array(sorted(begin.steps | begin.persons), np.int64)

    def network(self, resolution: Resolution) -> Network:
        return self.s.item_network if resolution is Resolution.ITEM else self.s.network

    def _reached(self, resolution: Resolution) -> dict[int, _Reached]:
        network = self.network(resolution)
        below = reach(network, self.sources, upstream=False, kinds=self.passes > 0, tier_kinds=TIERS)
        tiers = dict(zip(below.vertex.tolist(), below.tier.tolist(), strict=True))
        contracts = self.s.among(below.vertex, "Contract")
        ones = np.ones(len(self.sources))
        found = worst(network, self.sources, ones, np.array(contracts, np.int64), self.passes, use_confidence=True)
        return {c: _Reached(float(value), tiers[c]) for c, value in zip(contracts, found.value, strict=True)}

    @cached_property
    def item(self) -> dict[int, _Reached]:
        """Contracts reached along item links, and those whose own category is the kind asked about, or narrower."""
        named = {c: _Reached(1.0, 0) for kind in self.begin.kinds for c in contracts_in(self.s, kind)}
        return self._reached(Resolution.ITEM) | named

    @cached_property
    def generic(self) -> dict[int, _Reached]:
        """Contracts that only what is typical of a kind reaches."""
        return {c: r for c, r in self._reached(Resolution.GENERIC).items() if c not in self.item}

    def path(self, contract: int, resolution: Resolution) -> Walked | None:
        """The surest way to a contract."""
        network, ones = self.network(resolution), np.ones(len(self.sources))
        found = best_path(network, self.sources, ones, contract, self.passes, use_confidence=True)
        # Where some link's confidence is 0 the way is there, and nobody vouches for it.
        return found or best_path(network, self.sources, ones, contract, self.passes, use_confidence=False)


class _Affected:
    """One question about what is affected, worked out part by part."""

    def __init__(
        self, s: Snapshot, vertex: int, risk: str | None, goods: int | None, part: Part, *, paged: bool
    ) -> None:
        self.s = s
        self.vertex = vertex
        self.risk = risk
        self.goods = goods
        self.part = part
        self.paged = paged
        self.naming = Naming(s, part.beside) if paged else Naming(s)
        self.begin = beginning(s, vertex, risk, goods)
        self.walk = _Walk(s, self.begin, risk)
        self.item, self.generic = self.walk.item, self.walk.generic
        self.list, listed_contracts = self._company_list()
        self.untold: set[int] = set()
        self.linked = sorted(listed_contracts - self.item.keys() - self.generic.keys())

    # -- how far it goes --------------------------------------------------------------------------------------
    def _company_list(self) -> tuple[tuple[Listed, ...], frozenset[int]]:
        begin, s = self.begin, self.s
        related = [relation for company in sorted(begin.companies) for relation in self._own(company)]
        owned = owned_by(s, begin.companies)
        related += owned
        if self.risk is None:
            related += recruited_by(s, begin.recruiters)
        behind = self._behind()
        sellers = {r.company: r.via for r in owned} | behind
        sellers |= dict.fromkeys(sorted(begin.companies | begin.sellers), ())
        related += buyers_from(s, sellers, any_goods=True)
        if not begin.kinds:
            standing = [r for r in on_path(s, self._on_the_way(), self.item) if r.company not in behind]
            related += standing
            related += buyers_from(s, {r.company: r.via for r in standing}, any_goods=False)
        found = listed(s, self.naming, related, None, set(self.item), keep_empty=True)
        asked = {s.id(company) for company in begin.companies}
        # The contracts of who is asked about stand above themselves.
        rows = tuple(row for row in found.rows if row.contracts or not row.above or row.company not in asked)
        return rows, found.contracts

    def _own(self, company: int) -> list[Related]:
        """What a company holds, runs and operates."""
        found = []
        for why, name in (("holds", "HOLDS"), ("runs", "RUNS"), ("operates", "OPERATES")):
            if via := tuple(self.s.pairs(name).leaving(company)):
                found.append(Related(company, why, via, named=True))
        return found

    def _behind(self) -> dict[int, tuple[int, ...]]:
        """The companies that run the first steps or operate their sites: what they sell may come from there."""
        steps = sorted(self.begin.steps)
        sites = set(self.s.pairs("PERFORMS").sources(*steps))
        sites.update(v for v in self.begin.sellers if self.s.is_type(v, "Site"))
        edges = (*self.s.pairs("RUNS").arriving(*steps), *self.s.pairs("OPERATES").arriving(*sorted(sites)))
        found: dict[int, tuple[int, ...]] = {}
        if not self.begin.kinds:
            for edge in edges:
                found.setdefault(int(self.s.topology.edges.source[edge]), (edge,))
        return found

    def _on_the_way(self) -> list[int]:
        """Steps that goods of the first steps reach along item links, those left out."""
        starts = np.array(sorted(self.begin.steps), np.int64)
        below = reach(self.s.item_network, starts, upstream=False, kinds=GOODS, tier_kinds=TIERS)
        return [step for step in self.s.among(below.vertex, "Step") if step not in self.begin.steps]

    def _elsewhen(self) -> tuple[Formerly, ...]:
        """Contracts that are affected on another day and not now."""
        s = self.s

        def found(there: Snapshot) -> set[int]:
            walk = _Walk(there, beginning(there, self.vertex, self.risk, self.goods, heard=s), self.risk)
            return {*walk.item, *walk.generic}

        whole = at_any_time(s)
        if whole is s:
            return ()
        walk = _Walk(whole, beginning(whole, self.vertex, self.risk, self.goods, heard=s), self.risk)
        ever = {*walk.item, *walk.generic} - {*self.item, *self.generic}
        if not ever:
            return ()
        when = nearest(s, found, ever, self._between(walk, ever))
        rows = [(self.naming.node(c), there) for c, there in when.items() if there.until or there.since]
        return tuple(Formerly(contract=node, until=there.until, since=there.since) for node, there in rows)

    def _between(self, walk: _Walk, contracts: Iterable[int]) -> Bool:
        """What lies between the start and some contracts at any time, with what is said of those ends."""
        s, network = walk.s, walk.s.network
        targets = np.array(sorted(contracts), np.int64)
        everything = np.ones(32, np.bool_)
        near = np.zeros(s.n, np.bool_)
        near[reach(network, targets, upstream=True, kinds=everything, tier_kinds=TIERS).vertex] = True
        near[self.vertex] = True
        near[[*walk.begin.steps, *walk.begin.kinds, *s.pairs("FOR_LOT").targets(*targets.tolist())]] = True
        return near

    # -- the answer -------------------------------------------------------------------------------------------
    def answer(self, question: str) -> Answer[AffectedData]:
        s, naming = self.s, self.naming
        order = [(c, Resolution.ITEM, r) for c, r in sorted(self.item.items(), key=self._surest)]
        order += [(c, Resolution.GENERIC, r) for c, r in sorted(self.generic.items(), key=self._surest)]
        every: list[tuple[int, Resolution, _Reached | None]] = [*order]
        every += [(c, Resolution.COMPANY, None) for c in by_name(s, self.linked)]
        chosen = list(enumerate(every))[self.part.skip : self.part.skip + self.part.limit]
        naming.described(c for _, (c, _, _) in chosen)
        explained = FIRST if self.paged else PATHS
        rows = [self._row(c, resolution, r, explained=n < explained) for n, (c, resolution, r) in chosen]
        if not self.paged:
            naming.left_out("contracts", len(rows), len(every))
        may = self._may_apply()
        counts = self._counts(may)
        data = AffectedData(
            start=naming.node(self.vertex),
            start_steps=naming.first_ids("start_steps", self.begin.steps),
            contracts=tuple(rows),
            company_list=self.list,
            may_apply=naming.first_ids("may_apply", may),
            regions=naming.ids(self._regions(*(*self.item, *self.generic, *self.linked))),
            counts=counts,
            formerly=self._elsewhen(),
            contracts_all=len(s.of_type("Contract")),
            contracts_untold=next(count.contracts for count in counts if count.what == "untold"),
            denied=denied_beside(s, naming, np.array(sorted(self._touched()), np.int64)),
            denied_nodes=only_denied(s, naming, {*self._touched(), *self._on_the_way()}),
            statements=statements_data(s, naming.first("statements", sorted(self.begin.statements))),
            nodes=(),
            links=(),
        )
        data = data.model_copy(update={"nodes": naming.nodes(), "links": naming.links()})
        completeness = Completeness(
            cut=naming.cut(),
            tiers_reached=max((r.tier for _, _, r in order), default=0),
            steps=len(self.begin.steps),
            truncated=Truncated(why="paths", limit=explained) if len(order) > explained else None,
        )
        page = Page(list="contracts", skip=self.part.skip, listed=len(rows), total=len(every)) if self.paged else None
        return framed(s, question, data, evidence=self._evidence(), completeness=completeness, page=page)

    def _evidence(self) -> Evidence:
        """The links named, and what is said of the start and of contracts that are not told of."""
        resting = [self.vertex, *by_name(self.s, self.untold)[: self.naming.most or UNTOLD]]
        return evidence_of(self.naming).model_copy(update={"entities": tuple(map(self.s.id, resting))})

    def _counts(self, may: set[int]) -> tuple[AffectedCount, ...]:
        """All contracts, each in the surest group that it belongs to."""
        left = {int(c) for c in self.s.of_type("Contract")}
        groups: dict[str, set[int]] = {}
        for what, found in (("item", self.item), ("generic", self.generic), ("company", self.linked)):
            groups[what] = left.intersection(found)
            left -= groups[what]
        groups["may_apply"] = left & may
        left -= may
        groups["untold"] = self.untold = untold(self.s, left)
        groups["told"] = left - groups["untold"]
        return tuple(
            AffectedCount(what=what, contracts=len(found), regions=len(self._regions(*found)))
            for what, found in groups.items()
        )

    def _regions(self, *contracts: int) -> list[int]:
        return regions_of(self.s, self.s.pairs("SERVES").targets(*contracts)) if contracts else []

    def _row(
        self, contract: int, resolution: Resolution, reached: _Reached | None, *, explained: bool
    ) -> AffectedContract:
        level = self.s.properties(contract).get("clause_level")
        tier = reached.tier if reached else None
        return AffectedContract(
            contract=self.naming.node(contract),
            regions=self.naming.ids(self._regions(contract)),
            suppliers=self.naming.first_ids("contracts.suppliers", self.s.pairs("HOLDS").sources(contract)),
            resolution=resolution,
            clause_level=level,
            tier=tier,
            path=self._path(contract, resolution) if explained and tier else None,
            question=self._question(contract, resolution, clause_reach(level), tier or 1),
        )

    def _path(self, contract: int, resolution: Resolution) -> Path | None:
        walked = self.walk.path(contract, resolution)
        return named_path(self.naming, self.walk.network(resolution), walked) if walked else None

    def _question(self, contract: int, resolution: Resolution, entitled: int, tier: int) -> Question:
        """What to ask, and whether the clause, which reaches ``entitled`` tiers, gives a right to the answer."""
        if resolution is Resolution.ITEM:
            question, needed = Question.CONFIRM_ARTICLE, tier
        elif resolution is Resolution.COMPANY:
            question, needed = Question.ASK_SUPPLIER_LINK, 1
        elif self._typical_deliveries(contract):
            question, needed = Question.ASK_ORIGIN, 1
        else:
            question, needed = Question.ASK_INPUTS, tier
        return question if entitled >= needed else Question(f"{question}_voluntary")

    def _typical_deliveries(self, contract: int) -> bool:
        """Whether what is typical stands for the contract's own deliveries, not for inputs further up."""
        return any(bool(self.s.is_generic(edge)) for edge in self.s.pairs("DELIVERED_UNDER").arriving(contract))

    def _may_apply(self) -> set[int]:
        """Contracts of a broader kind, or that steps deliver to which a statement may be about: unknown."""
        s, found = self.s, set(downstream_contracts(self.s, self.begin.maybe, item=True))
        for kind in self.begin.kinds:
            for broader in s.kinds.up(kind):
                if s.kinds.fit(broader, kind) is Fit.MAY:
                    found.update(s.pairs("IN_CATEGORY").sources(broader))
        lots = [v for v in found if s.is_type(v, "Lot")]
        contracts = {v for v in found if s.is_type(v, "Contract")}.union(s.pairs("FOR_LOT").sources(*lots))
        return untold(s, contracts - set(self.item) - set(self.generic) - set(self.linked))

    def _surest(self, row: tuple[int, _Reached]) -> tuple[float, int, str, int]:
        contract, reached = row
        return -reached.certainty, reached.tier, self.s.name(contract), contract

    def _touched(self) -> set[int]:
        begin = self.begin
        return {self.vertex, *begin.steps, *begin.companies, *begin.persons, *begin.sellers}
