"""How exposed a group of contracts is to a risk: lens A as a distribution, with its worst path and what is unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product

import numpy as np

from graph.answer import Answer, Basis, Completeness, Links, Page, Truncated
from graph.data import (
    BuyerCount,
    ContractExposure,
    Distribution,
    ExposureData,
    Figure,
    LevelCount,
    Node,
    Origin,
    TierCount,
)
from graph.questions.beside import beside, of_kinds
from graph.questions.common import checked_risk, evidence_of, framed, wording
from graph.questions.company import CompanyList, company_list, harms_of_companies
from graph.questions.denied import denied_beside, only_denied
from graph.questions.ends import Ends
from graph.questions.groups import Group, find, group_of, of_matched_kinds, regions_of
from graph.questions.lens import LEVELS, Lens, Side
from graph.questions.maybe import MayApply
from graph.questions.naming import Naming, by_name, statements_data
from graph.questions.question import ALL, Part
from graph.questions.survey import END, STEP, UNASSESSED, Survey, condensation
from graph.snapshot.arrays import I64, Bool
from graph.snapshot.seeds import UNKNOWN_SEVERITY
from graph.snapshot.view import Snapshot

MEMBERS = 200
"""Contracts listed unless told otherwise; all are counted."""

EXPLAINED = 20
"""Contracts listed with the path of each figure."""

ENDS = 200
"""Ends of knowledge listed; all are counted."""

SETS = tuple(product(Basis, Links))

KNOWLEDGE = ("reached", "supplier_link_only", "unknown", "none_found")
REACHED, LINKED, UNKNOWN, NONE_FOUND = range(len(KNOWLEDGE))


def exposure(
    s: Snapshot, subject: str, risk: str, *, members: int = MEMBERS, part: Part | None = None
) -> Answer[ExposureData]:
    """Lens A for the contracts of ``subject``: an id, a key, or ``all``. See ``ExposureData``. Of a ``part`` there are
    paths for the worst figures and for a contract that is asked about alone, and the statements that these rest on.

    Raises:
        InputError: not a risk type, or ``subject`` is nothing that groups contracts.
    """
    asked = {"subject": subject, "risk": checked_risk(risk), "members": None if part else members}
    question = wording("exposure", asked)
    vertex = None if subject == ALL else find(s, subject)
    if vertex is None and subject != ALL:
        return framed(s, question, None)
    return GroupExposure(s, vertex, risk, members, part).answer(question)


class GroupExposure:
    """One question about exposure, worked out part by part."""

    def __init__(self, s: Snapshot, vertex: int | None, risk: str, members: int, part: Part | None = None) -> None:
        self.s = s
        self.part = part
        self.vertex = vertex
        self.risk = risk
        self.most = members
        self.group: Group = group_of(s, vertex)
        self.contracts = self.group.contracts
        self.naming = Naming(s, part.beside) if part else Naming(s)
        self.survey = Survey(s, risk, self.contracts)
        self.lens: Lens = self.survey.lens
        self.severity = {key: self.lens.severity(*key) for key in SETS}
        self.maybe = MayApply(s, self.lens)
        self.list = self._company_list()
        self.knowledge = self._knowledge()

    def answer(self, question: str) -> Answer[ExposureData]:
        order = self._order()
        part = self.part or Part(0, self.most)
        shown = self._members(order[part.skip : part.skip + part.limit])
        worst = self.worst()
        origins = self._origins()
        statements = self._shown_statements((worst, shown), origins) if self.part else self._statements()
        denied = denied_beside(self.s, self.naming, self.survey.whole.vertex)
        data = ExposureData(
            subject=self._subject(),
            view=self.group.view,
            risk=self.risk,
            contracts=len(self.contracts),
            **beside(self.naming, self.vertex, self.group),
            by_match=of_kinds(self.naming, self.vertex, self.group, of_matched_kinds),
            distribution=self._distribution(),
            levels=self.levels(),
            worst=worst,
            worst_contract=_worst_contract(worst),
            tiers=self._tiers(),
            members=shown,
            buyers=self._buyers(),
            origins=origins,
            denied=denied,
            denied_nodes=self._only_denied(),
            may_apply=self.naming.first_ids("may_apply", self._may_apply()),
            company_list=self.list.rows,
            statements=statements_data(self.s, self.naming.first("statements", sorted(statements))),
            nodes=(),
            links=(),
        )
        completeness = self._completeness(len(shown))
        data = data.model_copy(update={"nodes": self.naming.nodes(), "links": self.naming.links()})
        page = None
        if self.part:
            page = Page(list="members", skip=part.skip, listed=len(shown), total=len(self.contracts))
        evidence = evidence_of(self.naming)
        return framed(self.s, question, data, evidence=evidence, completeness=completeness, page=page)

    def _shown_statements(
        self, figures: tuple[tuple[Figure, ...], tuple[ContractExposure, ...]], origins: Sequence[Origin]
    ) -> set[int]:
        """What the figures and origins that are shown rest on."""
        worst, members = figures
        every = (*worst, *(figure for member in members for figure in member.figures))
        ids = {id for figure in every for id in (figure.path and figure.path.statement, figure.high_statement) if id}
        ids.update(id for origin in origins for id in origin.statements)
        return {vertex for id in ids if (vertex := self.s.vertex(id)) is not None}

    def _subject(self) -> Node:
        if self.vertex is None:
            return Node(id=ALL, type=ALL, name=ALL)
        return self.naming.node(self.vertex)

    def _only_denied(self) -> tuple[Node, ...]:
        """What is only denied: of the subject and the chains, or any contract where all are asked about."""
        contracts = self.s.among(np.flatnonzero(self.s.alone_denied), "Contract")
        asked = contracts if self.vertex is None else [self.vertex]
        return only_denied(self.s, self.naming, [*asked, *self.survey.whole.vertex.tolist()])

    # -- the group --------------------------------------------------------------------------------------------
    def _order(self) -> list[int]:
        """Positions of the contracts: most severe first, then item before generic, then surest, then by name and id."""
        item = np.maximum(self.severity[Basis.SPECIFIC, Links.ITEM], self.severity[Basis.GENERIC, Links.ITEM])
        top = self._top()
        low = np.zeros(len(self.contracts))
        for level in np.unique(top[top >= 0]).tolist():
            values = self.lens.values(level, None, Links.ITEM_GENERIC, Side.LOW)
            low = np.where(top == level, values, low)
        contracts = np.argsort(by_name(self.s, self.contracts.tolist()))
        return [int(row) for row in np.lexsort((contracts, self.knowledge, -low, -item, -top))]

    def _top(self) -> I64:
        """The highest level reached by each contract on any basis and links, -1 where none."""
        return np.max(np.stack(list(self.severity.values())), axis=0) if self.severity else np.empty(0, np.int64)

    def _knowledge(self) -> I64:
        """What is known of each contract, a place in ``KNOWLEDGE``."""
        found = np.where(self.survey.upper_open(Links.ITEM_GENERIC), UNKNOWN, NONE_FOUND)
        for row in np.flatnonzero(found == NONE_FOUND).tolist() if self.maybe.any else ():
            if self.maybe.of(int(self.contracts[row])):
                found[row] = UNKNOWN
        found[np.isin(self.contracts, list(self.list.contracts))] = LINKED
        found[self._top() > 0] = REACHED
        return found

    def _distribution(self) -> tuple[Distribution, ...]:
        return tuple(
            Distribution(
                severity=level,
                basis=basis,
                links=links,
                contracts=int((severity >= level).sum()),
                severity_unknown=int(((severity >= level) & self.lens.ungiven(level, basis, links)).sum()),
            )
            for (basis, links), severity in self.severity.items()
            for level in LEVELS
        )

    def levels(self) -> tuple[LevelCount, ...]:
        """Of every contract its highest level, by traced links alone and with typical ones."""
        none_found = self.knowledge == NONE_FOUND
        found: list[LevelCount] = []
        for links in Links:
            top = np.max(np.stack([self.severity[basis, links] for basis in Basis]), axis=0)
            names = np.where(none_found, "0", "unknown").astype(object)
            for level in LEVELS[:-1]:
                here = top == level
                names[here] = np.where(self.lens.ungiven(level, None, links)[here], "unstated", str(level))
            found += [LevelCount(links=links, level=name, contracts=n) for name, n in sorted(Counter(names).items())]
        return tuple(found)

    def worst(self, *, explained: bool = True) -> tuple[Figure, ...]:
        """Per basis and links the figure of the most severely, then most surely reached contract, with its path where
        it is explained."""
        found = []
        for (basis, links), severity in self.severity.items():
            level = int(severity.max(initial=-1))
            if level < 0:
                continue
            low = self.lens.values(level, basis, links, Side.LOW)
            high = self.lens.values(level, basis, links, Side.HIGH)
            row = int(np.lexsort((self.contracts, -high, -low, severity != level))[0])
            found.append(self._figure(row, level, basis, links, explained=explained))
        return tuple(figure for figure in found if figure)

    def _figure(self, row: int, level: int, basis: Basis, links: Links, *, explained: bool) -> Figure | None:
        upper_open = bool(self.survey.upper_open(links)[row])
        return self.lens.figure(row, level, basis, links, upper_open, self.naming if explained else None)

    def _members(self, rows: Sequence[int]) -> tuple[ContractExposure, ...]:
        alone = len(self.contracts) == 1
        counts = self.survey.counts(Links.ITEM_GENERIC, np.array(rows, np.int64))
        nodes = self.naming.described(self.contracts[row] for row in rows)
        return tuple(
            self._member(row, node, counts[place], explained=place < EXPLAINED and (alone or self.part is None))
            for place, (row, node) in enumerate(zip(rows, nodes, strict=True))
        )

    def _member(self, row: int, node: Node, counts: I64, *, explained: bool) -> ContractExposure:
        contract = int(self.contracts[row])
        return ContractExposure(
            contract=node,
            buyers=self.naming.ids(self.s.pairs("SERVES").targets(contract)),
            suppliers=self.naming.first_ids("members.suppliers", self.s.pairs("HOLDS").sources(contract)),
            figures=self._figures(row, explained=explained),
            knowledge=KNOWLEDGE[self.knowledge[row]],
            steps=int(counts[STEP]),
            unassessed=int(counts[UNASSESSED]),
            ends=int(counts[END]),
            may_apply=self.naming.first_ids("members.may_apply", self.maybe.of(contract)),
        )

    def _figures(self, row: int, *, explained: bool) -> tuple[Figure, ...]:
        """Of the only contract asked about every level reached, else the highest per basis and links."""
        every = len(self.contracts) == 1
        figures = [
            self._figure(row, level, basis, links, explained=explained)
            for (basis, links), severity in self.severity.items()
            for level in (LEVELS if every else (int(severity[row]),))
            if 0 <= level <= severity[row]
        ]
        return tuple(sorted((f for f in figures if f), key=lambda f: -f.severity))

    def _buyers(self) -> tuple[BuyerCount, ...]:
        rows: dict[int, list[int]] = {}
        known: dict[int, list[int]] = {}
        for contract, buyer in zip(
            *(ends.tolist() for ends in self.s.pairs("SERVES").of_each(self.contracts)), strict=True
        ):
            if buyer not in known:
                known[buyer] = regions_of(self.s, (buyer,))
            row = int(np.searchsorted(self.contracts, contract))
            for region in known[buyer]:
                own = rows.setdefault(region, [])
                own += [row] if not own or own[-1] != row else []
        top = self._top()
        found = [self._buyer(buyer, own, top[own]) for buyer, own in rows.items()]
        found.sort(key=lambda buyer: (*_most_severe(buyer), self._name(buyer.buyer), buyer.buyer))
        found = self.naming.first("buyers", found)
        for line in found:
            self.naming.named(line.buyer)
        return tuple(found)

    def _buyer(self, buyer: int, rows: Sequence[int], top: I64) -> BuyerCount:
        item = np.max(np.stack([self.severity[b, Links.ITEM][rows] for b in Basis]), axis=0)
        known = np.bincount(self.knowledge[rows], minlength=len(KNOWLEDGE)).tolist()
        level = int(top.max())
        ungiven = self.lens.ungiven(level, None, Links.ITEM_GENERIC)[rows] if level >= 0 else np.zeros(1, np.bool_)
        return BuyerCount(
            buyer=self.s.id(buyer),
            contracts=len(rows),
            severity=level if level >= 0 else None,
            severity_unknown=level >= 0 and bool(ungiven[top == level].all()),
            reached=known[REACHED],
            reached_item=int((item > 0).sum()),
            supplier_link_only=known[LINKED],
            unknown=known[UNKNOWN],
            none_found=known[NONE_FOUND],
        )

    # -- where it comes from ----------------------------------------------------------------------------------
    def _arriving(self) -> I64:
        """Rows of the seeds that could reach the group."""
        upstream = self.lens.upstream(Links.ITEM_GENERIC)
        return self.lens.rows[upstream[self.s.seeds.vertex[self.lens.rows]]]

    def _statements(self) -> set[int]:
        found = {int(statement) for statement in self.s.seeds.statement[self._arriving()]}
        named = self.list.actors
        return found.union(statement for statement, actor in harms_of_companies(self.s, self.lens) if actor in named)

    def _origins(self) -> tuple[Origin, ...]:
        rows = np.intersect1d(self._arriving(), self.lens.harmful)
        vertices = np.unique(self.s.seeds.vertex[rows]).astype(np.int64)
        reached = {links: self._contracts_below(vertices, rows, links) for links in Links}
        severity = np.full(self.s.n, UNKNOWN_SEVERITY, np.int64)
        said: dict[int, set[int]] = {}
        seeds = self.s.seeds
        np.maximum.at(severity, seeds.vertex[rows], seeds.severity[rows])
        for vertex, statement in zip(seeds.vertex[rows].tolist(), seeds.statement[rows].tolist(), strict=True):
            said.setdefault(vertex, set()).add(statement)
        whole = dict(zip(vertices.tolist(), reached[Links.ITEM_GENERIC].tolist(), strict=True))
        item = dict(zip(vertices.tolist(), reached[Links.ITEM].tolist(), strict=True))

        def rank(vertex: int) -> tuple[int, int, str, str]:
            return -int(severity[vertex]), -whole[vertex], self.s.name(vertex), self.s.id(vertex)

        return tuple(
            Origin(
                node=self.naming.id(vertex),
                statements=tuple(sorted(self.s.id(v) for v in said[vertex])),
                severity=None if severity[vertex] == UNKNOWN_SEVERITY else int(severity[vertex]),
                contracts=whole[vertex],
                contracts_item=item[vertex],
            )
            for vertex in self.naming.first("origins", sorted(said, key=rank))
        )

    def _name(self, id: str) -> str:
        vertex = self.s.vertex(id)
        return "" if vertex is None else self.s.name(vertex)

    def _contracts_below(self, vertices: I64, rows: I64, links: Links) -> I64:
        """How many contracts of the group each seeded vertex reaches, shape as given."""
        found = np.zeros(len(vertices), np.int64)
        mine = np.zeros((self.s.n, 1), np.bool_)
        mine[self.contracts] = True
        for table, group in self.lens.groups(rows):
            here = np.flatnonzero(np.isin(vertices, self.s.seeds.vertex[group]))
            whole = condensation(self.s, links, table > 0)
            counted = whole.count(vertices[here], whole.marked(mine), upstream=False)
            found[here] = np.maximum(found[here], counted[:, 0])
        return found

    def _company_list(self) -> CompanyList:
        known = {int(c) for c in self.contracts[self.severity[Basis.SPECIFIC, Links.ITEM] > 0]}
        return company_list(self.s, self.naming, self.lens, {int(c) for c in self.contracts}, known)

    def _may_apply(self) -> set[int]:
        contracts = self.contracts.tolist() if self.maybe.any else ()
        return {step for contract in contracts for step in self.maybe.of(contract)}

    # -- what is unknown --------------------------------------------------------------------------------------
    def _tiers(self) -> tuple[TierCount, ...]:
        cone, marks = self.survey.whole, self.survey.marks
        item = np.zeros(self.s.n, np.bool_)
        item[self.survey.item.vertex] = True
        seeded = self.survey.seeded_steps
        steps = marks[cone.vertex, STEP]

        def by_tier(chosen: Bool) -> list[int]:
            counted: list[int] = np.bincount(cone.tier[chosen], minlength=int(cone.tier.max(initial=-1)) + 1).tolist()
            return counted

        columns = {
            "steps": steps,
            "item_steps": steps & item[cone.vertex],
            "seeded": steps & seeded[cone.vertex],
            "unassessed": marks[cone.vertex, UNASSESSED],
            "ends": marks[cone.vertex, END],
        }
        counts = {name: by_tier(chosen) for name, chosen in columns.items()}
        tiers = self.naming.first("tiers", np.unique(cone.tier).tolist())
        return tuple(TierCount(tier=t, **{name: column[t] for name, column in counts.items()}) for t in tiers)

    def _completeness(self, shown: int) -> Completeness:
        most = self.naming.most or ENDS
        ends, asks = self.survey.ends(most), Ends(self.s, self.naming, self.contracts.tolist())
        cone, marks = self.survey.whole, self.survey.marks
        total = int(marks[cone.vertex, END].sum())
        truncated = None
        if shown < len(self.contracts) and self.part is None:
            truncated = Truncated(why="members", limit=self.most)
        elif total > most:
            truncated = Truncated(why="ends", limit=most)
        return Completeness(
            tiers_reached=int(cone.tier.max(initial=0)),
            ends=asks.ends(ends),
            ends_total=total,
            steps=int(marks[cone.vertex, STEP].sum()),
            unassessed=int(marks[cone.vertex, UNASSESSED].sum()),
            truncated=truncated,
            cut=self.naming.cut(),
        )


def _most_severe(buyer: BuyerCount) -> tuple[int, bool, int, int, int]:
    level = -1 if buyer.severity is None else buyer.severity
    return -level, buyer.severity_unknown, -buyer.reached_item, -buyer.reached, -buyer.contracts


def _worst_contract(worst: Sequence[Figure]) -> str | None:
    paths = [f for f in worst if f.path]
    if not paths:
        return None
    top = max(paths, key=lambda f: (f.severity, f.links is Links.ITEM, f.low, f.high))
    return top.path.nodes[-1] if top.path else None
