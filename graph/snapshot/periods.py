"""Sets of days as disjoint half-open ranges: when a condition holds."""

from __future__ import annotations

from ontology.values import BEGINNING, END

Periods = tuple[tuple[int, int], ...]
"""Disjoint, sorted [from, to) ranges of days since 1970-01-01."""

ALWAYS: Periods = ((BEGINNING, END),)
NEVER: Periods = ()


def period(start: int, end: int) -> Periods:
    return ((start, end),) if start < end else NEVER


def union(one: Periods, other: Periods) -> Periods:
    merged: list[tuple[int, int]] = []
    for start, end in sorted((*one, *other)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def intersection(one: Periods, other: Periods) -> Periods:
    found = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return tuple(sorted((start, end) for start, end in found if start < end))


def difference(one: Periods, other: Periods) -> Periods:
    left = one
    for start, end in other:
        before = intersection(left, period(BEGINNING, start))
        after = intersection(left, period(end, END))
        left = union(before, after)
    return left
