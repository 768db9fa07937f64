"""Where the marks of a tiered drawing stand: the column is given, the order and the height are found here.

Orders each column by the median of its neighbours (Sugiyama's sweeps), then places it as near as it can to the mean of
its neighbours with a least gap between marks: least squares under order, by pooling adjacent violators. Plain Python,
deterministic: the same input gives the same output.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

SWEEPS = 8
Neighbours = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """``x`` is the column, from 0 at the left; ``y`` is in units of the gap, from 0; ``height`` is the greatest y."""

    x: Mapping[str, int]
    y: Mapping[str, float]
    columns: tuple[tuple[str, ...], ...]
    height: float


def lay_out(nodes: Iterable[tuple[str, int]], links: Iterable[tuple[str, str]]) -> Layout:
    """Place nodes, given as (id, column), with links between any of them (others are ignored).

    Columns are whole numbers, not always from 0; an empty one between two others keeps its place.
    """
    column = dict(nodes)
    if not column:
        return Layout({}, {}, (), 0.0)
    first = min(column.values())
    columns: list[list[str]] = [[] for _ in range(max(column.values()) - first + 1)]
    for node, number in column.items():
        columns[number - first].append(node)
    near = _neighbours(column, links)
    _order(columns, column, near)
    y = _heights(columns, near)
    return Layout(
        x={node: number - first for node, number in column.items()},
        y=y,
        columns=tuple(tuple(members) for members in columns),
        height=max(y.values()),
    )


def _neighbours(column: Mapping[str, int], links: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    near: dict[str, dict[str, None]] = {node: {} for node in column}
    for a, b in links:
        if a != b and a in column and b in column:
            near[a][b] = None
            near[b][a] = None
    return {node: list(others) for node, others in near.items()}


def _order(columns: list[list[str]], column: Mapping[str, int], near: Neighbours) -> None:
    """Sort each column, in place, by the median place of its neighbours on the side that was sorted last."""
    place = {node: index / max(1, len(members) - 1) for members in columns for index, node in enumerate(members)}
    for sweep in range(SWEEPS):
        side = 1 if sweep % 2 else -1
        for members in columns if side < 0 else reversed(columns):
            wish: dict[str, float] = {}
            for node in members:
                others = [place[o] for o in near[node] if (column[o] - column[node]) * side > 0]
                wish[node] = median(others) if others else place[node]
            members.sort(key=lambda node: (wish[node], place[node], node))
            for index, node in enumerate(members):
                place[node] = (index + 0.5) / len(members)


def _heights(columns: Sequence[Sequence[str]], near: Neighbours) -> dict[str, float]:
    tallest = max(len(members) for members in columns)
    y = {node: index + (tallest - len(members)) / 2 for members in columns for index, node in enumerate(members)}
    for sweep in range(SWEEPS):
        for members in columns if sweep % 2 else reversed(columns):
            wish = [
                sum(y[other] for other in near[node]) / len(near[node]) if near[node] else y[node] for node in members
            ]
            y.update(zip(members, spread(wish), strict=True))
    top = min(y.values())
    return {node: value - top for node, value in y.items()}


def spread(wish: Sequence[float]) -> list[float]:
    """The positions nearest to the wishes (least squares) that keep their order with a gap of at least 1."""
    pools: list[tuple[float, int]] = []
    for index, value in enumerate(wish):
        total, size = value - index, 1
        while pools and pools[-1][0] / pools[-1][1] > total / size:
            before, count = pools.pop()
            total, size = total + before, size + count
        pools.append((total, size))
    flat = [total / size for total, size in pools for _ in range(size)]
    return [value + index for index, value in enumerate(flat)]
