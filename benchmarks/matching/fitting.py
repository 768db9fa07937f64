"""Make the coefficients: ``python -m benchmarks.matching.fitting`` writes ``graph/matching/weights.json``.

A logistic regression on the candidate pairs of labelled records of our own making, calibrated on others (isotonic).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.matching.made import Maker
from benchmarks.matching.sets import Labels
from graph.matching.blocking import candidates
from graph.matching.features import ALL, INTERCEPT, compare
from graph.matching.model import Weights, calibrated

F64 = npt.NDArray[np.float64]
WEIGHTS = Path(__file__).parents[2] / "graph" / "matching" / "weights.json"
COMPANIES = 2_000
SEED = 20_261_129
RIDGE = 1.0
SMALLEST_BIN, GROWTH = 60, 1.12
"""Pairs of the first bin, and how much larger each is than the one before."""


def measured(labels: Labels) -> tuple[F64, npt.NDArray[np.bool_], list[tuple[int, int]]]:
    """Measures of the candidate pairs that share no identifier, shape (pairs, measures + 1), and which are one."""
    truth, joined = labels.truth(), labels.joined()
    pairs = [(int(a), int(b)) for batch in candidates(labels.things, labels.rarity) for a, b in batch]
    pairs = [pair for pair in pairs if pair not in joined]
    table = np.zeros((len(pairs), len(ALL) + 1))
    table[:, -1] = 1.0
    place = {name: i for i, name in enumerate(ALL)}
    for row, (a, b) in enumerate(pairs):
        for name, value in compare(labels.things[a], labels.things[b], labels.rarity).measures.items():
            table[row, place[name]] = value
    return table, np.array([pair in truth for pair in pairs]), pairs


def fitted(table: F64, truth: npt.NDArray[np.bool_]) -> F64:
    """Coefficients of a logistic regression with a small ridge, by Newton's method (iteratively reweighted squares)."""
    of = np.zeros(table.shape[1])
    ridge = np.full(len(of), RIDGE)
    ridge[-1] = 1e-6  # the intercept
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(table @ of, -30, 30)))
        slope = table.T @ (truth - p) - ridge * of
        bend = (table * (p * (1 - p))[:, None]).T @ table + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        of += step
        if np.abs(step).max() < 1e-8:
            break
    return of


FOR = frozenset((
    "alike", "held", "whole", "whole_near", "same", "other_order", "telling", "sound", "initials", "form_same",
    "country_same", "address_same", "address_near", "town_same", "number_slip",
))  # fmt: skip
"""Measures that may only speak for, as a reader expects; the others may only speak against, but for these."""
EITHER = frozenset(("slips", "beside", "short", "form_untold", INTERCEPT))


def as_expected(table: F64, truth: npt.NDArray[np.bool_]) -> F64:
    """The same without the measures that would speak the wrong way: what looks like the same town, seen as against,
    only says that candidates of one town were found by it."""
    names = [*ALL, INTERCEPT]
    kept = np.ones(len(names), np.bool_)
    while True:
        of = np.zeros(len(names))
        of[kept] = fitted(table[:, kept], truth)
        wrong = [i for i, name in enumerate(names) if name not in EITHER and (of[i] < 0 if name in FOR else of[i] > 0)]
        if not wrong:
            return of
        kept[wrong] = False


def made_weights(train: Labels, other: Labels, origin: str) -> Weights:
    table, truth, _ = measured(train)
    of = as_expected(table, truth)
    table, truth, _ = measured(other)
    return Weights(dict(zip((*ALL, INTERCEPT), map(float, of), strict=True)), points(table @ of, truth), origin)


def points(logits: F64, truth: npt.NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    """An isotonic calibration over bins: small ones where pairs are likely, larger and larger ones below, since nearly
    all candidates are not one."""
    order = np.argsort(-logits, kind="stable")
    bins, at, size = [], 0, float(SMALLEST_BIN)
    while at < len(order):
        bins.append(order[at : at + int(size)])
        at, size = at + int(size), size * GROWTH
    bins.reverse()
    return tuple(calibrated([float(logits[b].mean()) for b in bins], [(int(truth[b].sum()), len(b)) for b in bins]))


def main() -> None:
    train = Labels.of("half 0", Maker(SEED, 0).records(COMPANIES))
    other = Labels.of("half 0, others", Maker(SEED + 1, 0).records(COMPANIES))
    origin = (
        f"Logistic regression (ridge {RIDGE:g}) on candidate pairs of {len(train.records):,} labelled records of our"
        f" own making (benchmarks/matching/made.py, seed {SEED}), calibrated on others (seed {SEED + 1}) by isotonic"
        " regression; made by python -m benchmarks.matching.fitting"
    )
    found = made_weights(train, other, origin)
    said = {
        "origin": found.origin,
        "coefficients": {name: round(value, 4) for name, value in found.coefficients.items()},
        "calibration": [[round(x, 4), round(p, 5)] for x, p in found.calibration],
    }
    WEIGHTS.write_text(json.dumps(said, indent=1) + "\n", "utf-8")
    print(f"Wrote {WEIGHTS}")


if __name__ == "__main__":
    main()
