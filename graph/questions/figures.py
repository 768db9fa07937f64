"""What one lens says of each contract of a group, in its own unit."""

from __future__ import annotations

from math import isnan

import numpy as np
from pydantic import Field

from graph.answer import Answer, Completeness, Frozen, Truncated
from graph.asked import OfGroup
from graph.data import LinkData, Node
from graph.questions.beside import beside
from graph.questions.common import checked_risk, evidence_of, framed, wording
from graph.questions.groups import find, group_of
from graph.questions.lenses import Figures, lens
from graph.questions.naming import Naming
from graph.questions.question import ALL
from graph.snapshot.view import Snapshot


class LensFigure(Frozen):
    """What the lens says of a contract; null where it says nothing: ``open`` tells unknown from none found."""

    contract: Node
    lens: str
    low: float | None
    high: float | None
    severity: int | None = Field(description="the level that the figure is of; null: none, or the lens has no levels")
    open: bool = Field(description="whether there may be more, unknown, upstream")


class FiguresData(OfGroup):
    """The figures of a group's contracts, the highest first; never added to those of another lens."""

    subject: Node
    risk: str
    lens: str
    unit: str = Field(description="what a figure of 1 means")
    contracts: int
    figures: tuple[LensFigure, ...]
    nodes: tuple[Node, ...]
    links: tuple[LinkData, ...] = ()


def figures(s: Snapshot, subject: str, risk: str, name: str, *, members: int) -> Answer[FiguresData]:
    """What the lens ``name`` says of the contracts of ``subject``: an id, a key, or ``all``.

    Raises:
        InputError: not a risk type or a lens, or ``subject`` is nothing that groups contracts.
    """
    chosen = lens(name)
    asked = {"subject": subject, "risk": checked_risk(risk), "lens": name, "members": members}
    vertex = None if subject == ALL else find(s, subject)
    if vertex is None and subject != ALL:
        return framed(s, wording("figures", asked), None)
    group, naming = group_of(s, vertex), Naming(s)
    contracts = group.contracts
    found = chosen.figures(s, risk, contracts)
    high = np.nan_to_num(found.high, nan=-1.0)
    severity = np.zeros(len(contracts), np.int64) if found.severity is None else found.severity
    order = np.lexsort((contracts, ~found.open, -high, -severity))
    rows = tuple(_figure(naming, name, found, int(row), int(contracts[row])) for row in order[:members])
    about = Node(id=ALL, type=ALL, name=ALL) if vertex is None else naming.node(vertex)
    data = FiguresData(
        subject=about, risk=risk, lens=name, unit=chosen.unit.en, contracts=len(contracts), figures=rows,
        nodes=(), **beside(naming, vertex, group),
    )  # fmt: skip
    data = data.model_copy(update={"nodes": naming.nodes()})
    cut = Truncated(why="members", limit=members) if len(rows) < len(contracts) else None
    completeness = Completeness(truncated=cut)
    return framed(s, wording("figures", asked), data, evidence=evidence_of(naming), completeness=completeness)


def _figure(naming: Naming, name: str, found: Figures, row: int, contract: int) -> LensFigure:
    low, high = float(found.low[row]), float(found.high[row])
    level = -1 if found.severity is None else int(found.severity[row])
    return LensFigure(
        contract=naming.node(contract),
        lens=name,
        low=None if isnan(low) else low,
        high=None if isnan(high) else high,
        severity=None if level < 0 else level,
        open=bool(found.open[row]),
    )
