"""Lens A of every contract as plain rows, for a graph that shows its users what was computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from graph.answer import Basis, Links
from graph.questions.common import checked_risk
from graph.questions.company import company_list
from graph.questions.groups import group_of
from graph.questions.lens import LEVELS, Lens, Side
from graph.questions.maybe import MayApply
from graph.questions.naming import Naming
from graph.questions.survey import Survey
from graph.snapshot.arrays import F64, I64, Bool
from graph.snapshot.seeds import risk_types
from graph.snapshot.view import Snapshot
from ontology.vocabulary import vocabulary


class Standing(NamedTuple):
    """What is known of one contract and one risk type: the highest level reached (None: none), low there, knowledge."""

    severity: int | None
    low: float
    knowledge: str
    unstated: bool = False
    """Reached so severely only by statements whose severity nobody gave."""


SETS = tuple(product(Basis, Links))
WIDEST = tuple(Links)[-1]
"""The set of links that holds all others."""


class Reached(NamedTuple):
    """The highest level that a figure reaches, and its interval there."""

    severity: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Exposed:
    """What is known of one contract (an entity id) and one risk type, also where nothing is reached.

    ``severity`` is the highest of ``figures``, None where nothing is reached; ``upper_open``: an unassessed step or an
    end of knowledge lies upstream along any link; ``severity_unknown``: it is reached only by seeds whose severity
    nobody gave.
    """

    contract: str
    severity: int | None
    upper_open: bool
    severity_unknown: bool
    figures: dict[tuple[Basis, Links], Reached]


def assessed(s: Snapshot) -> tuple[str, ...]:
    """The risk types that somebody has assessed or found at the moment, or that hold such a narrower one; sorted."""
    names = risk_types()
    numbers = {*s.seeds.risk.tolist(), *s.seeds.assessed[:, 0].tolist()}
    return tuple(sorted({broader for number in numbers for broader in vocabulary("risk-types").up(names[number])}))


def exposed(s: Snapshot, risk: str) -> Iterator[Exposed]:
    """One row for every contract, by contract.

    Raises:
        InputError: not a risk type.
    """
    contracts = group_of(s, None).contracts
    survey = Survey(s, checked_risk(risk), contracts)
    lens, is_open = survey.lens, survey.upper_open(WIDEST)
    top = lens.severity(None, WIDEST)
    unknown = ungiven_of(lens, top)
    figures = {key: highest(lens, *key) for key in SETS}
    for row, contract in enumerate(contracts.tolist()):
        here = {
            key: Reached(int(severity[row]), float(low[row]), float(high[row]))
            for key, (severity, low, high) in figures.items()
            if severity[row] >= 0
        }
        worst = int(top[row])
        yield Exposed(
            s.id(contract), None if worst < 0 else worst, bool(is_open[row]), bool(unknown[row]), here,
        )  # fmt: skip


def standings(s: Snapshot, risk: str) -> dict[str, Standing]:
    """Every contract by id, as ``exposure`` of all of them knows it along any link.

    Raises:
        InputError: not a risk type.
    """
    contracts = group_of(s, None).contracts
    survey = Survey(s, checked_risk(risk), contracts)
    severity, low, _ = highest(survey.lens, None, WIDEST)
    ungiven = ungiven_of(survey.lens, severity)
    item = survey.lens.severity(Basis.SPECIFIC, Links.ITEM)
    known = {int(contract) for contract in contracts[item > 0]}
    listed = company_list(s, Naming(s), survey.lens, {int(contract) for contract in contracts}, known).contracts
    maybe, is_open = MayApply(s, survey.lens), survey.upper_open(WIDEST)
    found = {}
    for row, contract in enumerate(contracts.tolist()):
        if severity[row] > 0:
            knowledge = "reached"
        elif contract in listed:
            knowledge = "supplier_link_only"
        else:
            knowledge = "unknown" if is_open[row] or maybe.of(contract) else "none_found"
        level = int(severity[row])
        found[s.id(contract)] = Standing(None if level < 0 else level, float(low[row]), knowledge, bool(ungiven[row]))
    return found


def ungiven_of(lens: Lens, severity: I64) -> Bool:
    """Whether only seeds whose severity nobody gave reach each target as severely as it is reached, shape (t,)."""
    found = np.zeros(len(severity), np.bool_)
    for level in LEVELS:
        found |= (severity == level) & lens.ungiven(level, None, WIDEST)
    return found


def highest(lens: Lens, basis: Basis | None, links: Links) -> tuple[I64, F64, F64]:
    """(highest level or -1, low, high) at every target, shapes (t,)."""
    severity = lens.severity(basis, links)
    low, high = np.zeros(len(severity)), np.zeros(len(severity))
    for level in LEVELS:
        here = severity == level
        if here.any():
            low[here] = lens.values(level, basis, links, Side.LOW)[here]
            high[here] = lens.values(level, basis, links, Side.HIGH)[here]
    return severity, low, high
