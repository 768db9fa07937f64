"""Where knowledge ends: of some contracts what is told upstream, by tier, supplier and category, how old the sources
are, and who could tell more."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
from pydantic import Field

from graph.answer import Answer, Completeness, Frozen, Links
from graph.asked import OfGroup
from graph.data import LinkData, Node
from graph.kernels.reach import reach
from graph.questions.beside import beside
from graph.questions.common import checked_risk, evidence_of, framed, wording
from graph.questions.describing import where
from graph.questions.ends import Ends, clause_reach
from graph.questions.groups import contracts_in, find, group_of
from graph.questions.naming import Naming
from graph.questions.question import ALL
from graph.questions.survey import END, OPEN, STEP, UNASSESSED, Survey
from graph.questions.walks import GOODS, TIERS
from graph.snapshot.arrays import I32, I64, Bool
from graph.snapshot.view import Snapshot
from ontology.records import Source
from ontology.vocabulary import vocabulary

ENDS = 50
"""Ends of knowledge listed; all are counted."""
FINAL, RAW = "final-manufacture", "raw-material"
AGES = (1, 2, 3, 5)
"""Years at which a source is older."""


class Known(Frozen):
    """How much is told upstream of some contracts, each counted once, along links that name the goods."""

    of: str | None = Field(description="a supplier or category; null: it is not known which, or all of them")
    contracts: int
    begun: int = Field(description="contracts with at least one step told upstream")
    whole: int = Field(description="contracts upstream of which knowledge ends nowhere")
    assessed: int = Field(description="contracts with steps told, each of which somebody has assessed")
    entitled: int = Field(description="contracts whose clause gives a right to ask")
    made: int = Field(0, description="contracts of which a site of final manufacture is named")
    next: int = Field(0, description="contracts of which a supply to the final manufacture is told")
    raw: int = Field(0, description="contracts of which a country of raw material is told")


class Disclosed(Frozen):
    """How many suppliers of the contracts have told so much of one of them at least, themselves or by others."""

    suppliers: int
    made: int = Field(description="a site of final manufacture")
    next: int = Field(description="a supply to the final manufacture")
    raw: int = Field(description="a country of raw material")


class KnownTier(Frozen):
    """The steps of one tier. ``typical`` ones stand for what is not told, and are counted apart."""

    tier: int
    steps: int
    unassessed: int = Field(description="of ``steps``, those that nobody assessed")
    ends: int = Field(description="ends of knowledge; in tier 0 contracts")
    typical: int


class KnownAge(Frozen):
    """Sources by age in whole years, ``since`` <= age < ``until``; both null: no day is given, the age is unknown."""

    since: int | None
    until: int | None
    sources: int
    said: int = Field(description="records and links that rest on them now")


class AskCount(Frozen):
    """Whom to ask (null: nobody is known), and how much they could tell."""

    organisation: str | None
    entitled: bool = Field(description="whether a clause gives a right to the answer")
    ends: int
    contracts: int = Field(description="contracts under which they may be asked; 0 where none entitles")


class CoverageData(OfGroup):
    """``risk`` null: a step is assessed that somebody has assessed for any risk type at all."""

    subject: Node
    view: str
    risk: str | None
    whole: Known
    disclosed: Disclosed
    tiers: tuple[KnownTier, ...]
    suppliers: tuple[Known, ...] = Field(description="those with most that is not told first")
    categories: tuple[Known, ...]
    ages: tuple[KnownAge, ...] = Field(description="of every source that something rests on")
    asks: tuple[AskCount, ...] = Field(description="those who could tell most first")
    nodes: tuple[Node, ...]
    links: tuple[LinkData, ...] = ()


def coverage(
    s: Snapshot, sources: Mapping[str, tuple[Source, int]], subject: str, risk: str | None, *, most: int
) -> Answer[CoverageData]:
    """See ``CoverageData``; ``sources`` by id, with how many records and links rest on each.

    Raises:
        InputError: not a risk type, or ``subject`` is nothing that groups contracts.
    """
    question = wording("coverage", {"subject": subject, "risk": risk and checked_risk(risk), "rows": most})
    vertex = None if subject == ALL else find(s, subject)
    if vertex is None and subject != ALL:
        return framed(s, question, None)
    return _Coverage(s, vertex, risk, most).answer(question, sources)


class _Coverage:
    def __init__(self, s: Snapshot, vertex: int | None, risk: str | None, most: int) -> None:
        self.s, self.vertex, self.risk, self.most = s, vertex, risk, most
        self.group = group_of(s, vertex)
        self.contracts: I64 = self.group.contracts
        self.naming = Naming(s)
        self.survey = Survey(s, risk, self.contracts)
        counts = self.survey.counts(Links.ITEM)
        self.begun: Bool = counts[:, STEP] > 0
        self.whole: Bool = counts[:, OPEN] == 0
        self.assessed: Bool = self.begun & (counts[:, UNASSESSED] == 0)
        self.disclosed = self._told()
        self.entitled = np.array(
            [clause_reach(s.properties(int(c)).get("clause_level")) > 0 for c in self.contracts], np.bool_
        )

    def _told(self) -> dict[str, Bool]:
        """Of each contract whether a site of final manufacture, a supply to it, and a country of raw material is told
        upstream, shapes (contracts,)."""
        s, cone, stages = self.s, self.survey.item.vertex, vocabulary("chain-stages")
        steps = s.among(cone, "Step")
        stage = {step: str(s.properties(step).get("stage", "")) for step in steps}
        final = [step for step in steps if stage[step] in stages.within(FINAL)]
        performs, supplies = s.pairs("PERFORMS"), s.pairs("SUPPLIES")
        return {
            "made": self._below([step for step in final if performs.sources(step)]),
            "next": self._below(np.intersect1d(supplies.sources(*final), cone)),
            "raw": self._below([step for step in steps if stage[step] in stages.within(RAW) and where(s, step)[1]]),
        }

    def _below(self, steps: Sequence[int] | I64) -> Bool:
        """Whether goods of some steps are told to reach each contract, shape (contracts,)."""
        begin, found = np.array(sorted(steps), np.int32), np.zeros(self.s.n, np.bool_)
        found[reach(self.s.item_network, begin, upstream=False, kinds=GOODS, tier_kinds=TIERS).vertex] = True
        here: Bool = found[self.contracts]
        return here

    def answer(self, question: str, sources: Mapping[str, tuple[Source, int]]) -> Answer[CoverageData]:
        s, naming = self.s, self.naming
        ends, asks = self.survey.ends(), Ends(s, naming, map(int, self.contracts))
        suppliers = self._suppliers()
        data = CoverageData(
            subject=Node(id=ALL, type=ALL, name=ALL) if self.vertex is None else naming.node(self.vertex),
            view=self.group.view,
            risk=self.risk,
            whole=self._known(None, np.ones(len(self.contracts), np.bool_)),
            disclosed=self._disclosed(suppliers),
            tiers=self._tiers(),
            suppliers=self._lines("coverage.suppliers", suppliers),
            categories=self._lines("coverage.categories", self._categories()),
            ages=tuple(_ages(s, sources.values())),
            asks=self._asks(asks, [vertex for _, vertex in ends]),
            nodes=(),
            **beside(naming, self.vertex, self.group),
        )
        marks, cone = self.survey.marks, self.survey.item
        completeness = Completeness(
            tiers_reached=int(cone.tier.max(initial=0)),
            ends=asks.ends(ends[:ENDS]),
            ends_total=len(ends),
            steps=int(marks[cone.vertex, STEP].sum()),
            unassessed=None if self.risk is None else int(marks[cone.vertex, UNASSESSED].sum()),
            cut=naming.cut(),
        )
        data = data.model_copy(update={"nodes": naming.nodes()})
        return framed(s, question, data, evidence=evidence_of(naming), completeness=completeness)

    def _known(self, of: int | None, rows: Bool | I64) -> Known:
        return Known(
            of=None if of is None else self.naming.id(of),
            contracts=len(self.contracts[rows]),
            begun=int(self.begun[rows].sum()),
            whole=int(self.whole[rows].sum()),
            assessed=int(self.assessed[rows].sum()),
            entitled=int(self.entitled[rows].sum()),
            **{name: int(told[rows].sum()) for name, told in self.disclosed.items()},
        )

    def _lines(self, name: str, groups: Mapping[int | None, I64]) -> tuple[Known, ...]:
        """A line for each group; first those of whose contracts most are not told."""

        def rank(of: int | None) -> tuple[int, int, str, str]:
            rows = groups[of]
            named = ("", "") if of is None else (self.s.name(of), self.s.id(of))
            return int(self.whole[rows].sum()) - len(rows), -len(rows), *named

        return tuple(self._known(of, groups[of]) for of in self.naming.first(name, sorted(groups, key=rank), self.most))

    def _disclosed(self, suppliers: Mapping[int | None, I64]) -> Disclosed:
        named = [rows for of, rows in suppliers.items() if of is not None]
        told = {name: sum(bool(known[rows].any()) for rows in named) for name, known in self.disclosed.items()}
        return Disclosed(suppliers=len(named), **told)

    def _suppliers(self) -> dict[int | None, I64]:
        holds = self.s.pairs("HOLDS")
        return self._grouped({row: holds.sources(int(c)) for row, c in enumerate(self.contracts)})

    def _categories(self) -> dict[int | None, I64]:
        """The kinds that the contracts or their lots are said to be of, each with what is narrower."""
        s = self.s
        lots = s.pairs("FOR_LOT").targets(*self.contracts.tolist())
        named = sorted(set(s.pairs("IN_CATEGORY").targets(*self.contracts.tolist(), *lots)))
        found: dict[int, list[int]] = defaultdict(list)
        for kind in named:
            for row in np.flatnonzero(np.isin(self.contracts, contracts_in(s, kind))).tolist():
                found[row].append(kind)
        return self._grouped({row: found[row] for row in range(len(self.contracts))})

    @staticmethod
    def _grouped(of: Mapping[int, Iterable[int]]) -> dict[int | None, I64]:
        """The rows of each group; None: of those that are in none."""
        found: dict[int | None, list[int]] = defaultdict(list)
        for row, groups in of.items():
            for group in set(groups) or (None,):
                found[group].append(row)
        return {group: np.array(rows, np.int64) for group, rows in found.items()}

    def _tiers(self) -> tuple[KnownTier, ...]:
        marks, item, every = self.survey.marks, self.survey.item, self.survey.whole
        told = marks[item.vertex]
        steps, last = marks[every.vertex, STEP], int(every.tier.max(initial=-1))

        def by_tier(tiers: I64 | I32) -> list[int]:
            counted: list[int] = np.bincount(tiers, minlength=last + 1).tolist()
            return counted

        traced = by_tier(item.tier[told[:, STEP]])
        unassessed, ends = (by_tier(item.tier[told[:, mark]]) for mark in (UNASSESSED, END))
        typical = by_tier(every.tier[steps & ~np.isin(every.vertex, item.vertex)])
        return tuple(
            KnownTier(tier=t, steps=traced[t], unassessed=unassessed[t], ends=ends[t], typical=typical[t])
            for t in self.naming.first("coverage.tiers", range(last + 1))
        )

    def _asks(self, asks: Ends, ends: Iterable[int]) -> tuple[AskCount, ...]:
        counts: Counter[tuple[int | None, bool]] = Counter()
        under: dict[tuple[int | None, bool], set[int]] = defaultdict(set)
        for vertex in ends:
            organisation, contract = asks.nearest(vertex)
            key = (organisation, contract is not None)
            counts[key] += 1
            if contract is not None:
                under[key].add(contract)
        order = sorted(counts, key=lambda key: (-counts[key], not key[1], "" if key[0] is None else self.s.id(key[0])))
        return tuple(
            AskCount(
                organisation=None if key[0] is None else self.naming.id(key[0]),
                entitled=key[1],
                ends=counts[key],
                contracts=len(under[key]),
            )
            for key in self.naming.first("coverage.asks", order, self.most)
        )


def age_in_years(source: Source, day: date) -> int | None:
    """Whole years from when a source was published (else retrieved) to a day; None where neither is given."""
    since = source.published or source.retrieved
    if since is None:
        return None
    return max(day.year - since.year - ((day.month, day.day) < (since.month, since.day)), 0)


def day_of(s: Snapshot) -> date:
    """The day that a question is about, the last one of a period."""
    day = s.moment.during[1] if s.moment.during else s.moment.valid_at
    assert day is not None
    return day


def _ages(s: Snapshot, sources: Iterable[tuple[Source, int]]) -> Iterable[KnownAge]:
    day = day_of(s)
    known = [(age_in_years(source, day), said) for source, said in sources if said]
    for since, until in zip((0, *AGES), (*AGES, None), strict=True):
        own = [said for age, said in known if age is not None and age >= since and (until is None or age < until)]
        yield KnownAge(since=since, until=until, sources=len(own), said=sum(own))
    own = [said for age, said in known if age is None]
    yield KnownAge(since=None, until=None, sources=len(own), said=sum(own))
