"""Where risks sit: rows by columns, in each cell the worst level reached, how many of how many, and what nobody
assessed. See docs/method.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from graph.answer import Answer, Completeness, Frozen
from graph.asked import OfGroup
from graph.data import LinkData, Node
from graph.kernels.reach import reach
from graph.questions.beside import beside
from graph.questions.common import checked_risk, evidence_of, framed, wording
from graph.questions.describing import where
from graph.questions.ends import Ends
from graph.questions.groups import contracts_in, find, group_of, is_area
from graph.questions.levels import WORST_FIRST, Reached, narrower, reached
from graph.questions.naming import Naming
from graph.questions.question import ALL
from graph.questions.survey import Survey, assessed
from graph.questions.walks import GOODS, TIERS
from graph.snapshot.arrays import I64, Bool
from graph.snapshot.topology import NODE_CODE
from graph.snapshot.view import Snapshot
from ontology.errors import InputError
from ontology.vocabulary import vocabulary

MEMBERS = 200
"""Contracts or steps of a chosen cell that are listed."""
ENDS = 20
"""Ends of knowledge listed; all are counted."""
NONE = "unknown"
"""The row or column of what has no area, country, category or stage that is known."""


class HeatCell(Frozen):
    """One cell. ``level`` is the worst that one of its things stands at, the interval that of the surest so reached.

    A cell of no things is unknown: none is told, which says nothing of whether there are any.
    """

    row: str = Field(description="an entity id or a country code; ``unknown``: not known which")
    column: str = Field(description="a risk type, a stage or a tier; ``unknown``: not known which")
    things: int = Field(description="contracts of a category, else steps, that belong to the row and the column")
    reached: int = Field(description="of those, how many the risk reaches")
    level: str = Field(description="4 to 1, unstated, unknown or 0 (none found)")
    low: float | None = Field(description="null: nothing reached")
    high: float | None
    upper_open: bool
    steps: int = Field(description="steps of the cell; of a category those upstream of its contracts")
    unassessed: int = Field(description="of those, steps that nobody assessed")


class HeatMember(Frozen):
    """A contract or step of the chosen cell."""

    node: str
    level: str
    low: float | None
    high: float | None
    upper_open: bool
    assessed: bool | None = Field(description="whether somebody assessed this step; null: a contract")


class HeatData(OfGroup):
    """``risk`` null: any risk type, the most severe of them counts, and unassessed is what nobody assessed for any."""

    subject: Node
    by: str
    risk: str | None
    things: str = Field(description="contracts or steps")
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[HeatCell, ...] = Field(description="every row by every column, in their order")
    whole: HeatCell
    row: str | None = Field(None, description="the row of the chosen cell")
    column: str | None = None
    members: tuple[HeatMember, ...] = Field((), description="of the chosen cell, the most severe first")
    nodes: tuple[Node, ...]
    links: tuple[LinkData, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """A row or a column, and which things belong to it, shape (things,)."""

    id: str
    among: Bool


class _Matrix:
    """The things that cells count, and how each cell looks at them."""

    what: str
    rows: list[_Line]
    columns: list[_Line]

    def __init__(self, s: Snapshot, contracts: I64, risk: str | None) -> None:
        self.s = s
        self.contracts = contracts
        self.risk = risk

    def seen(self, column: str) -> Reached:
        raise NotImplementedError

    def steps(self, here: Bool, column: str) -> tuple[int, int]:
        """(steps, of those unassessed) of some things."""
        raise NotImplementedError

    def vertices(self) -> I64:
        raise NotImplementedError

    def cell(self, row: str, column: str, here: Bool) -> HeatCell:
        seen, chosen = self.seen(column), np.flatnonzero(here)
        worst = int(seen.rank[chosen].min(initial=WORST_FIRST.index("unknown" if not len(chosen) else "0")))
        severe = chosen[(seen.rank[chosen] == worst) & (seen.severity[chosen] > 0)]
        best = severe[np.lexsort((-seen.high[severe], -seen.low[severe]))[0]] if len(severe) else None
        steps, unassessed = self.steps(here, column)
        return HeatCell(
            row=row,
            column=column,
            things=len(chosen),
            reached=int((seen.severity[chosen] > 0).sum()),
            level=WORST_FIRST[worst],
            low=None if best is None else float(seen.low[best]),
            high=None if best is None else float(seen.high[best]),
            upper_open=bool(seen.upper_open[chosen].any()) or not len(chosen),
            steps=steps,
            unassessed=unassessed,
        )

    def in_order(self, rows: Iterable[_Line]) -> list[_Line]:
        """The most severe first, then the largest."""
        ranks = self.seen(NONE).rank

        def rank(line: _Line) -> tuple[int, int, str, str]:
            worst = int(ranks[line.among].min(initial=len(WORST_FIRST)))
            vertex = self.s.vertex(line.id)
            return worst, -int(line.among.sum()), "" if vertex is None else self.s.name(vertex), line.id

        return sorted(rows, key=rank)


class _Steps(_Matrix):
    """Steps upstream of the contracts, by area and stage, or by country and tier."""

    what = "steps"

    def __init__(self, s: Snapshot, contracts: I64, risk: str | None, by: str) -> None:
        super().__init__(s, contracts, risk)
        self.vertex, self.tier = self._upstream(contracts)
        self.reached = reached(s, risk, self.vertex)
        self.unassessed = ~assessed(s, risk)[self.vertex]
        self.rows = self._areas() if by == "area-stage" else self.in_order(self._countries())
        self.columns = self._stages() if by == "area-stage" else self._tiers()

    def _upstream(self, contracts: I64) -> tuple[I64, I64]:
        cone = reach(self.s.network, contracts.astype(np.int32), upstream=True, kinds=GOODS, tier_kinds=TIERS)
        keep = np.flatnonzero(self.s.topology.vertices.type[cone.vertex] == NODE_CODE["Step"])
        return cone.vertex[keep].astype(np.int64), cone.tier[keep].astype(np.int64)

    def seen(self, column: str) -> Reached:  # noqa: ARG002  (the risk is the same in each)
        return self.reached

    def steps(self, here: Bool, column: str) -> tuple[int, int]:  # noqa: ARG002
        return int(here.sum()), int((here & self.unassessed).sum())

    def vertices(self) -> I64:
        return self.vertex

    def _areas(self) -> list[_Line]:
        """Cooperation areas whose contracts are asked about, by name; what serves none of them last."""
        areas = [v for v in map(int, self.s.of_type("Organisation")) if is_area(self.s, v)]
        own = {area: np.intersect1d(group_of(self.s, area).contracts, self.contracts) for area in areas}
        rest = np.setdiff1d(self.contracts, np.concatenate([np.zeros(0, np.int64), *own.values()]))
        found = [(self.s.id(a), own[a]) for a in sorted(areas, key=self.s.name) if len(own[a])]
        lines = [*found, *([(NONE, rest)] if len(rest) else [])]
        return [_Line(id, np.isin(self.vertex, self._upstream(contracts)[0])) for id, contracts in lines]

    def _countries(self) -> list[_Line]:
        return self._by([where(self.s, int(v))[1] or NONE for v in self.vertex])

    def _stages(self) -> list[_Line]:
        """The broadest stages, from the raw material on."""
        stages = vocabulary("chain-stages")
        given = [self.s.properties(int(v)).get("stage") for v in self.vertex]
        tops = np.array([stages.up(stage)[-1] if stage else NONE for stage in given], object)
        order = [term.id for term in stages.terms.values() if not term.broader]
        return [_Line(stage, tops == stage) for stage in (*order, *([NONE] if NONE in tops else []))]

    def _tiers(self) -> list[_Line]:
        return [_Line(str(tier), self.tier == tier) for tier in np.unique(self.tier).tolist()]

    @staticmethod
    def _by(given: Sequence[str]) -> list[_Line]:
        names = np.array(given, object)
        return [_Line(name, names == name) for name in sorted(set(given))]


class _Contracts(_Matrix):
    """Contracts by category and risk type."""

    what = "contracts"

    def __init__(self, s: Snapshot, contracts: I64, risk: str | None) -> None:
        super().__init__(s, contracts, risk)
        everyone = np.ones(len(contracts), np.bool_)
        self._seen = {one: reached(s, one, contracts) for one in narrower(risk)}
        self._seen[NONE] = reached(s, risk, contracts)
        self._assessed = {one: assessed(s, one) for one in narrower(risk)} | {NONE: assessed(s, risk)}
        self._cone: dict[bytes, I64] = {}
        self.columns = [_Line(one, everyone) for one in narrower(risk)]
        self.rows = self.in_order(self._categories())

    def seen(self, column: str) -> Reached:
        return self._seen[column]

    def steps(self, here: Bool, column: str) -> tuple[int, int]:
        key = here.tobytes()
        if key not in self._cone:
            starts = self.contracts[here].astype(np.int32)
            found = reach(self.s.network, starts, upstream=True, kinds=GOODS, tier_kinds=TIERS).vertex
            self._cone[key] = found[self.s.topology.vertices.type[found] == NODE_CODE["Step"]].astype(np.int64)
        cone = self._cone[key]
        return len(cone), int((~self._assessed[column][cone]).sum())

    def vertices(self) -> I64:
        return self.contracts

    def _categories(self) -> list[_Line]:
        """The kinds that the contracts or their lots are said to be of, each with what is narrower; then the rest."""
        s = self.s
        lots = s.pairs("FOR_LOT").targets(*self.contracts.tolist())
        named = sorted(set(s.pairs("IN_CATEGORY").targets(*self.contracts.tolist(), *lots)))
        lines = [_Line(s.id(kind), np.isin(self.contracts, contracts_in(s, kind))) for kind in named]
        rest = np.ones(len(self.contracts), np.bool_)
        for line in lines:
            rest &= ~line.among
        return [*lines, *([_Line(NONE, rest)] if rest.any() else [])]


def heat(
    s: Snapshot, by: str, subject: str, risk: str | None, *, row: str | None, column: str | None, most: int
) -> Answer[HeatData]:
    """See ``HeatData``; ``most`` rows are shown, the most severe first.

    Raises:
        InputError: not a risk type, or ``subject`` is nothing that groups contracts, or there is no such row or column.
    """
    given = {"by": by, "subject": subject, "risk": risk and checked_risk(risk), "row": row, "column": column}
    question = wording("heat", {**given, "rows": most})
    vertex = None if subject == ALL else find(s, subject)
    if vertex is None and subject != ALL:
        return framed(s, question, None)
    group, naming = group_of(s, vertex), Naming(s)
    contracts = group.contracts
    matrix: _Matrix = _Contracts(s, contracts, risk) if by == "category-risk" else _Steps(s, contracts, risk, by)
    chosen = _chosen(matrix, row, column)
    rows = naming.first("heat.rows", matrix.rows, most)
    for line in rows:
        naming.named(line.id)
    data = HeatData(
        subject=Node(id=ALL, type=ALL, name=ALL) if vertex is None else naming.node(vertex),
        by=by,
        risk=risk,
        things=matrix.what,
        rows=tuple(line.id for line in rows),
        columns=tuple(line.id for line in matrix.columns),
        cells=tuple(matrix.cell(r.id, c.id, r.among & c.among) for r in rows for c in matrix.columns),
        whole=matrix.cell(NONE, NONE, np.ones(len(matrix.vertices()), np.bool_)),
        row=row if chosen is not None else None,
        column=column if chosen is not None else None,
        members=_members(matrix, chosen, column or NONE, naming) if chosen is not None else (),
        nodes=(),
        **beside(naming, vertex, group),
    )
    completeness = _completeness(s, contracts, risk, data.whole, naming)
    return framed(
        s,
        question,
        data.model_copy(update={"nodes": naming.nodes()}),
        evidence=evidence_of(naming),
        completeness=completeness,
    )


def _chosen(matrix: _Matrix, row: str | None, column: str | None) -> Bool | None:
    """The things of the cell that is asked about, of a whole row or column where one of the two is given."""
    if row is None and column is None:
        return None
    found = np.ones(len(matrix.vertices()), np.bool_)
    for name, wanted, lines in (("row", row, matrix.rows), ("column", column, matrix.columns)):
        if wanted is not None:
            line = next((line for line in lines if line.id == wanted), None)
            if line is None:
                known = ", ".join(repr(line.id) for line in lines[:10])
                raise InputError(f"There is no {name} {wanted!r}.", remedy=f"Use one of {known}.")
            found &= line.among
    return found


def _members(matrix: _Matrix, chosen: Bool, column: str, naming: Naming) -> tuple[HeatMember, ...]:
    s, seen, vertices = matrix.s, matrix.seen(column), matrix.vertices()
    steps, known = matrix.what == "steps", assessed(s, matrix.risk)

    def rank(i: int) -> tuple[int, float, str, str]:
        vertex = int(vertices[i])
        return int(seen.rank[i]), -float(seen.low[i]), s.name(vertex), s.id(vertex)

    found = []
    for i in naming.first("heat.members", sorted(np.flatnonzero(chosen).tolist(), key=rank), MEMBERS):
        there = bool(seen.severity[i] > 0)
        found.append(
            HeatMember(
                node=naming.id(int(vertices[i])),
                level=seen.level(i),
                low=float(seen.low[i]) if there else None,
                high=float(seen.high[i]) if there else None,
                upper_open=bool(seen.upper_open[i]),
                assessed=bool(known[vertices[i]]) if steps else None,
            )
        )
    return tuple(found)


def _completeness(s: Snapshot, contracts: I64, risk: str | None, whole: HeatCell, naming: Naming) -> Completeness:
    survey = Survey(s, None, contracts)
    ends, asks = survey.ends(), Ends(s, naming, map(int, contracts))
    return Completeness(
        tiers_reached=int(survey.whole.tier.max(initial=0)),
        ends=asks.ends(ends[:ENDS]),
        ends_total=len(ends),
        steps=whole.steps,
        unassessed=None if risk is None else whole.unassessed,
        cut=naming.cut(),
    )
