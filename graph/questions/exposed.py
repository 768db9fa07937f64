"""Lens A of every contract as plain rows, for a store that shows its users what was computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from graph.answer import Basis, Links
from graph.questions.common import checked_risk
from graph.questions.groups import group_of
from graph.questions.lens import LEVELS
from graph.questions.survey import Survey
from graph.snapshot.view import Snapshot


@dataclass(frozen=True, slots=True)
class Exposed:
    """A figure of ``graph.data.Figure``, without its path, and the contract that it is about (an entity id)."""

    contract: str
    severity: int
    basis: Basis
    links: Links
    low: float
    high: float
    upper_open: bool
    severity_unknown: bool


def exposed(s: Snapshot, risk: str) -> Iterator[Exposed]:
    """Every figure that is reached (high above 0) at a contract, by contract; a contract without one is not listed,
    which says nothing of how safe it is.

    Raises:
        InputError: not a risk type.
    """
    contracts = group_of(s, None).contracts
    survey = Survey(s, checked_risk(risk), contracts)
    sets = list(product(Basis, Links))
    severity = {key: survey.lens.severity(*key) for key in sets}
    for row in np.flatnonzero(np.max(np.stack(list(severity.values())), axis=0) >= 0).tolist():
        for (basis, links), level in product(sets, LEVELS):
            if level > severity[basis, links][row]:
                continue
            is_open = bool(survey.upper_open(links)[row])
            figure = survey.lens.figure(row, level, basis, links, is_open, None)
            if figure is not None:
                yield Exposed(
                    s.id(int(contracts[row])), level, basis, links, figure.low, figure.high, is_open,
                    figure.severity_unknown,
                )  # fmt: skip
