"""From measures to a probability, with what each aspect added. The coefficients are data: ``weights.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import log

from graph.matching.features import ALL, ASPECTS, INTERCEPT, MEASURES, Aspect, Compared, compare
from graph.matching.profiles import Profile
from graph.matching.words import Rarity

_BIT = log(2)

BEFOREHAND = "beforehand"
"""What is thought of two candidates before anything is compared: few are one."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Coefficients by measure, natural logarithms of odds, and a calibration: a logit by (logit, probability)."""

    coefficients: Mapping[str, float]
    calibration: tuple[tuple[float, float], ...]
    origin: str

    def logit(self, measures: Mapping[str, float]) -> float:
        of = self.coefficients
        return of[INTERCEPT] + sum(of[name] * value for name, value in measures.items())

    def probability(self, logit: float) -> float:
        """The calibrated probability: linear between the points, and at most what was seen beyond them."""
        points = self.calibration
        if logit <= points[0][0]:
            return points[0][1]
        for (x, p), (y, q) in pairwise(points):
            if logit <= y:
                return p + (q - p) * (logit - x) / (y - x)
        return points[-1][1]


@cache
def weights() -> Weights:
    """The coefficients that come with Kedja."""
    said = json.loads((files("graph.matching") / "weights.json").read_text("utf-8"))
    points = tuple((float(x), float(p)) for x, p in said["calibration"])
    found = Weights(said["coefficients"], points, said["origin"])
    assert set(found.coefficients) == {INTERCEPT, *ALL}, "weights.json is of other measures: make it anew"
    return found


@dataclass(frozen=True, slots=True)
class Reason:
    """One aspect of a match: what both sides say, what was seen of it, and how much that speaks for (above 0) or
    against, in bits: each doubles or halves the odds."""

    aspect: Aspect
    bits: float


@dataclass(frozen=True, slots=True)
class Match:
    """How likely two things are one, and why."""

    probability: float
    reasons: tuple[Reason, ...]


def match(a: Profile, b: Profile, rarity: Rarity, by: Weights | None = None) -> Match:
    """How likely two things are one. The same either way round, but for the sides of the reasons."""
    by = by or weights()
    compared = compare(a, b, rarity)
    return Match(by.probability(by.logit(compared.measures)), reasons_of(compared, by))


def match_from(a: Profile, b: Profile, rarity: Rarity, by: Weights, least: float) -> Match | None:
    """How likely two things are one; None where it is less than ``least``, which takes less to see."""
    compared = compare(a, b, rarity)
    probability = by.probability(by.logit(compared.measures))
    return Match(probability, reasons_of(compared, by)) if probability >= least else None


def reasons_of(compared: Compared, by: Weights) -> tuple[Reason, ...]:
    told = {aspect.name: aspect for aspect in compared.aspects}
    found = [Reason(Aspect(BEFOREHAND, "", "", "few"), by.coefficients[INTERCEPT] / _BIT)]
    for name in ASPECTS:
        parts = [by.coefficients[m] * compared.measures[m] for m in MEASURES[name] if m in compared.measures]
        if name in told:
            found.append(Reason(told[name], sum(parts) / _BIT))
    return tuple(found)


def calibrated(logits: Sequence[float], counts: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """Points (logit, probability) of an isotonic calibration of bins, in the order of their logits; each bin is (how
    many are one, how many there are). Adjacent violators are pooled. It never says 0 or 1."""
    blocks: list[tuple[float, float, float]] = []  # ones, all, logits times all
    for logit, (ones, all_) in zip(logits, counts, strict=True):
        blocks.append((ones, all_, logit * all_))
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] >= blocks[-1][0] * blocks[-2][1]:
            last = blocks.pop()
            blocks[-1] = (blocks[-1][0] + last[0], blocks[-1][1] + last[1], blocks[-1][2] + last[2])
    return [(weighed / all_, (ones + 0.5) / (all_ + 1)) for ones, all_, weighed in blocks]
