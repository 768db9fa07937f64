"""Every risk type for one group of contracts, a line each of what its exposure says: none is looked at alone."""

from __future__ import annotations

import numpy as np

from graph.answer import Answer, Completeness, Links
from graph.data import Node
from graph.questions.beside import beside
from graph.questions.common import evidence_of, framed, wording
from graph.questions.exposure import GroupExposure
from graph.questions.groups import find
from graph.questions.naming import Naming
from graph.questions.question import ALL
from graph.questions.risk_lines import RiskLine, RisksData
from graph.questions.survey import STEP, UNASSESSED
from graph.snapshot.seeds import risk_types
from graph.snapshot.view import Snapshot


def risks(s: Snapshot, subject: str) -> Answer[RisksData]:
    """A line for each risk type, in the vocabulary's order. See ``RisksData``.

    Raises:
        InputError: ``subject`` is nothing that groups contracts.
    """
    question = wording("risks", {"subject": subject})
    vertex = None if subject == ALL else find(s, subject)
    if vertex is None and subject != ALL:
        return framed(s, question, None)
    lines, of = [], None
    for risk in risk_types():
        of = GroupExposure(s, vertex, risk, 0)
        lines.append(_line(of, risk))
    assert of is not None
    naming = Naming(s)
    data = RisksData(
        subject=Node(id=ALL, type=ALL, name=ALL) if vertex is None else naming.node(vertex),
        contracts=len(of.contracts),
        **beside(naming, vertex, of.group),
        risks=tuple(lines),
    )
    data = data.model_copy(update={"nodes": naming.nodes()})
    ends = of.survey.ends()
    completeness = Completeness(tiers_reached=int(of.survey.whole.tier.max(initial=0)), ends_total=len(ends))
    return framed(s, question, data, evidence=evidence_of(naming), completeness=completeness)


def _line(of: GroupExposure, risk: str) -> RiskLine:
    marks = of.survey.marks[of.survey.whole.vertex]
    worst = of.worst(explained=False)
    top = max(worst, key=lambda f: (f.severity, f.links is Links.ITEM, f.low, f.high), default=None)
    return RiskLine(
        risk=risk,
        said=bool(len(of.lens.rows)) or bool(np.any(of.survey.assessed)),
        worst=top,
        levels=of.levels(),
        steps=int(marks[:, STEP].sum()),
        unassessed=int(marks[:, UNASSESSED].sum()),
    )
