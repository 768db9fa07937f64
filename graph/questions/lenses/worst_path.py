"""Lens A: are we linked to the risk, how severe is the worst of it, and how sure is the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.lenses import Figures, Lens
from ontology.label import Label

if TYPE_CHECKING:
    from graph.snapshot.arrays import I64
    from graph.snapshot.view import Snapshot


class WorstPath(Lens):
    """The worst credible path along any links, at the highest severity that it reaches; see docs/method.md."""

    name: ClassVar[str] = "A"
    title: ClassVar[Label] = Label("Sämsta trovärdiga vägen", "Worst credible path")
    unit: ClassVar[Label] = Label("sannolikhet per tolv månader", "probability per twelve months")

    def figures(self, s: Snapshot, risk: str, targets: I64) -> Figures:
        import numpy as np

        from graph.questions.exposed import WIDEST, highest
        from graph.questions.survey import Survey

        survey = Survey(s, risk, targets)
        severity, low, high = highest(survey.lens, None, WIDEST)
        none = severity < 0
        return Figures(np.where(none, np.nan, low), np.where(none, np.nan, high), survey.upper_open(WIDEST), severity)
