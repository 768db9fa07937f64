"""Where the marks of a tiered drawing stand: the column is given, the order and the height are found here.

A link over several columns gets a place of its own (a *lane*) in each column that it passes, so that no line runs
through a label. Orders each column by the median of its neighbours (Sugiyama's sweeps), then places it as near as it
can to the mean of its neighbours with room for each: least squares under order, by pooling adjacent violators. Plain
Python, deterministic: the same input gives the same output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

SWEEPS = 8
LANE = 0.25
"""Height of a lane where nothing is said of it, in the unit of the marks' heights."""
Lane = tuple[str, int]
"""The links that leave a mark to the right, where they pass a column."""
Place = str | Lane
Neighbours = Mapping[Place, Sequence[Place]]


@dataclass(frozen=True, slots=True)
class Layout:
    """``x`` is the column, from 0 at the left; ``y`` the middle of a mark, below 0 and above ``height``; ``lanes`` is
    the same of the lanes, by the mark that the links leave to the right and the column."""

    x: Mapping[str, int]
    y: Mapping[str, float]
    columns: tuple[tuple[str, ...], ...]
    height: float
    lanes: Mapping[Lane, float]

    def way(self, a: str, b: str) -> tuple[tuple[int, float], ...]:
        """The places that a link passes, left to right, as (column, y); both ends included."""
        left, right = sorted((a, b), key=self.x.__getitem__)
        between = range(self.x[left] + 1, self.x[right])
        lanes = ((column, self.lanes[left, column]) for column in between)
        return (self.x[left], self.y[left]), *lanes, (self.x[right], self.y[right])


def _one(_: str) -> float:
    return 1.0


def lay_out(
    nodes: Iterable[tuple[str, int]],
    links: Iterable[tuple[str, str]],
    size: Callable[[str], float] = _one,
    lane: float = LANE,
) -> Layout:
    """Place nodes, given as (id, column), with links between any of them (others are ignored).

    Columns are whole numbers, not always from 0; an empty one between two others keeps its place. ``size`` is the
    height of a node, ``lane`` that of a lane.
    """
    given = dict(nodes)
    if not given:
        return Layout({}, {}, (), 0.0, {})
    first = min(given.values())
    column: dict[Place, int] = {node: number - first for node, number in given.items()}
    near = _neighbours(column, links)
    columns: list[list[Place]] = [[] for _ in range(max(column.values()) + 1)]
    for place, number in column.items():
        columns[number].append(place)
    _order(columns, column, near)
    sizes = {place: size(place) if isinstance(place, str) else lane for place in column}
    y = _heights(columns, near, sizes)
    return Layout(
        x={node: column[node] for node in given},
        y={node: y[node] for node in given},
        columns=tuple(tuple(place for place in members if isinstance(place, str)) for members in columns),
        height=max(y[place] + sizes[place] / 2 for place in y),
        lanes={place: at for place, at in y.items() if not isinstance(place, str)},
    )


def _neighbours(column: dict[Place, int], links: Iterable[tuple[str, str]]) -> dict[Place, list[Place]]:
    """Who stands beside whom, once a link has its lanes, which are put into ``column``."""
    near: dict[Place, dict[Place, None]] = {node: {} for node in column}
    for a, b in links:
        if a == b or a not in column or b not in column:
            continue
        left, right = (a, b) if column[a] <= column[b] else (b, a)
        chain: list[Place] = [left, *((left, number) for number in range(column[left] + 1, column[right])), right]
        for before, after in pairwise(chain):
            column.setdefault(after, column[left] + chain.index(after))
            near.setdefault(before, {})[after] = None
            near.setdefault(after, {})[before] = None
    return {place: list(others) for place, others in near.items()}


def _order(columns: list[list[Place]], column: Mapping[Place, int], near: Neighbours) -> None:
    """Sort each column, in place, by the median place of its neighbours on the side that was sorted last."""
    place = {node: index / max(1, len(members) - 1) for members in columns for index, node in enumerate(members)}
    for sweep in range(SWEEPS):
        side = 1 if sweep % 2 else -1
        for members in columns if side < 0 else reversed(columns):
            wish: dict[Place, float] = {}
            for node in members:
                others = [place[o] for o in near[node] if (column[o] - column[node]) * side > 0]
                wish[node] = median(others) if others else place[node]
            members.sort(key=lambda node: (wish[node], place[node], str(node)))
            for index, node in enumerate(members):
                place[node] = (index + 0.5) / len(members)


def _heights(columns: Sequence[Sequence[Place]], near: Neighbours, sizes: Mapping[Place, float]) -> dict[Place, float]:
    heights = [[sizes[place] for place in members] for members in columns]
    tallest = max(map(sum, heights))
    y: dict[Place, float] = {}
    for members, tall in zip(columns, heights, strict=True):
        y.update(zip(members, spread([(tallest - sum(tall)) / 2] * len(tall), tall), strict=True))
    for sweep in range(SWEEPS):
        order = list(zip(columns, heights, strict=True))
        for members, tall in order if sweep % 2 else reversed(order):
            wish = [
                sum(y[other] for other in near[node]) / len(near[node]) if near[node] else y[node] for node in members
            ]
            y.update(zip(members, spread(wish, tall), strict=True))
    top = min(y[place] - sizes[place] / 2 for place in y)
    return {place: value - top for place, value in y.items()}


def spread(wish: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """The middles nearest to the wishes (least squares) that keep their order and overlap nowhere."""
    offsets, at = [], 0.0
    for index, size in enumerate(sizes):
        at += (sizes[index - 1] + size) / 2 if index else 0.0
        offsets.append(at)
    pools: list[tuple[float, int]] = []
    for value, offset in zip(wish, offsets, strict=True):
        total, size = value - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / size:
            before, count = pools.pop()
            total, size = total + before, size + count
        pools.append((total, size))
    flat = [total / size for total, size in pools for _ in range(size)]
    return [value + offset for value, offset in zip(flat, offsets, strict=True)]
