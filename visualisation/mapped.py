"""From sites to a map: what of the world it shows, where each site stands there, which of them stand together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot

from graph.placed import MapData, PlacedSite
from visualisation.equal_earth import project
from visualisation.marks import Level, severity_level
from visualisation.shapes import COARSE, FINE, Point, countries, middles

WIDTH, HEIGHT = 860.0, 470.0
"""Greatest size of a map, px."""
SMALL = (440.0, 240.0)
"""That of a map beside other things."""
TOGETHER = 24.0
"""Sites nearer than this (px) are one mark."""
LEAST = 6.0
"""Least width and height that a map shows, in degrees."""
FINE_BELOW = 70.0
"""Degrees of width below which the finer shapes are drawn."""

Area = tuple[float, float, float, float]
"""West, south, east, north in degrees."""
WORLD: Area = (-180, -60, 180, 84)
AREAS: dict[str, Area] = {
    "world": WORLD,
    "europe": (-25, 34, 45, 72),
    "asia": (45, -11, 150, 56),
    "africa": (-20, -36, 55, 38),
    "north_america": (-170, 6, -50, 74),
    "south_america": (-90, -57, -32, 14),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """Sites that stand together, or one. ``level`` is the worst of them; ``x`` and ``y`` are px."""

    x: float
    y: float
    sites: tuple[PlacedSite, ...]
    level: Level
    estimated: bool
    unknown: int
    area: Area | None
    """What shows them apart; None where they stand at one point, or where there is one."""

    @property
    def radius(self) -> float:
        """It grows with the square root of how many they are."""
        return 9.0 if len(self.sites) == 1 else min(26.0, 13.0 + 1.5 * len(self.sites) ** 0.5)


@dataclass(frozen=True, slots=True)
class WorldMap:
    """All that the template needs: ``land`` are paths of countries, ``way`` the path of the worst, px."""

    width: float
    height: float
    land: tuple[str, ...]
    spots: tuple[Spot, ...]
    way: str
    area: Area
    inside: tuple[PlacedSite, ...]
    """The sites within what the map shows, as they are listed."""


def level_of_site(site: PlacedSite) -> Level:
    if site.assessed is None:
        return Level.NO_RISK
    return severity_level(site.severity, unstated=site.severity_unknown, known=site.assessed)


def where(site: PlacedSite) -> tuple[Point, bool] | None:
    """The point of a site and whether it is estimated: the middle of its country; None where nobody says."""
    if site.latitude is not None and site.longitude is not None:
        return (site.longitude, site.latitude), False
    middle = middles().get(site.site.country or "")
    return (middle, True) if middle else None


def read_area(text: str) -> Area | None:
    """An area as it stands in an address; None where it is none: its edges are kept within the world."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    west, east = max(-180.0, west), min(180.0, east)
    south, north = max(-90.0, south), min(90.0, north)
    return (west, south, east, north) if west < east and south < north else None


def written(area: Area) -> str:
    return ",".join(f"{edge:g}" for edge in area)


def around(points: Sequence[Point], margin: float = 0.12) -> Area:
    """What shows some points, with room around them."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    wide, tall = max(LEAST, max(xs) - min(xs)), max(LEAST, max(ys) - min(ys))
    x, y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    half = (wide * (0.5 + margin), tall * (0.5 + margin))
    edges = (x - half[0], y - half[1], x + half[0], y + half[1])
    return (max(-180, edges[0]), max(-90, edges[1]), min(180, edges[2]), min(90, edges[3]))


def zoomed(area: Area, factor: float) -> Area:
    """The same middle, nearer (below 1) or farther."""
    x, y = (area[0] + area[2]) / 2, (area[1] + area[3]) / 2
    wide, tall = (area[2] - area[0]) * factor / 2, (area[3] - area[1]) * factor / 2
    edges = (max(-180, x - wide), max(-90, y - tall), min(180, x + wide), min(90, y + tall))
    return (round(edges[0], 2), round(edges[1], 2), round(edges[2], 2), round(edges[3], 2))


class _Frame:
    """Puts points on the map's paper."""

    def __init__(self, area: Area, most: tuple[float, float]) -> None:
        west, south, east, north = area
        edge = [project(x, y) for x in (west, (west + east) / 2, east) for y in (south, (south + north) / 2, north)]
        if south < 0 < north:
            edge += [project(west, 0), project(east, 0)]
        xs, ys = [x for x, _ in edge], [y for _, y in edge]
        self.left, self.top = min(xs), max(ys)
        self.scale = min(most[0] / (max(xs) - min(xs)), most[1] / (max(ys) - min(ys)))
        self.left -= (most[0] / self.scale - (max(xs) - min(xs))) / 2  # what is tall is shown with what lies beside it
        self.width = most[0]
        self.height = round((max(ys) - min(ys)) * self.scale, 1)

    def place(self, point: Point) -> tuple[float, float]:
        x, y = project(*point)
        return (x - self.left) * self.scale, (self.top - y) * self.scale

    def shows(self, x: float, y: float, margin: float = 0.0) -> bool:
        return -margin <= x <= self.width + margin and -margin <= y <= self.height + margin


def drawn(data: MapData, area: Area | None, most: tuple[float, float] = (WIDTH, HEIGHT)) -> WorldMap | None:
    """The map; None where the shapes of countries have not been fetched."""
    if not countries():
        return None
    points = {site.site.id: found for site in data.sites if (found := where(site))}
    shown = area or (around([point for point, _ in points.values()]) if points else WORLD)
    frame = _Frame(shown, most)
    placed = [
        (site, point, frame.place(point), estimated)
        for site in data.sites
        if site.site.id in points
        for point, estimated in [points[site.site.id]]
    ]
    inside = [one for one in placed if frame.shows(*one[2])]
    way = [points[id][0] for stop in data.stops for id in stop.sites[:1] if id in points]
    return WorldMap(
        frame.width,
        frame.height,
        tuple(_land(frame, shown)),
        tuple(_spots(inside)),
        _line([frame.place(point) for point in way]) if len(way) > 1 else "",
        shown,
        tuple(site for site, *_ in inside),
    )


Placed = tuple[PlacedSite, Point, tuple[float, float], bool]


def _spots(placed: Iterable[Placed]) -> list[Spot]:
    """Sites together with the first within reach; what is estimated never with what is told. The worst comes first."""
    heaps: list[list[Placed]] = []
    for one in placed:
        near = (h for h in heaps if h[0][3] == one[3] and _apart(h[0][2], one[2]) < TOGETHER)
        heap = next(near, None)
        if heap is None:
            heaps.append([one])
        else:
            heap.append(one)
    return [_spot(heap) for heap in heaps][::-1]


def _apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    return hypot(a[0] - b[0], a[1] - b[1])


def _spot(heap: Sequence[Placed]) -> Spot:
    levels = Counter(level_of_site(site) for site, *_ in heap)
    x, y = heap[0][2]
    points = [point for _, point, _, _ in heap]
    return Spot(
        x=round(x, 1),
        y=round(y, 1),
        sites=tuple(site for site, *_ in heap),
        level=min(levels, key=list(Level).index),
        estimated=heap[0][3],
        unknown=levels[Level.UNKNOWN],
        area=around(points) if len(set(points)) > 1 else None,
    )


def _land(frame: _Frame, area: Area) -> Iterable[str]:
    """Rings of countries that the map touches; points that fall on the pixel before them are left out."""
    for country in countries(FINE if area[2] - area[0] < FINE_BELOW else COARSE):
        parts = []
        for ring in country.rings:
            placed = [frame.place(point) for point in ring]
            xs, ys = [x for x, _ in placed], [y for _, y in placed]
            if max(xs) < 0 or min(xs) > frame.width or max(ys) < 0 or min(ys) > frame.height:
                continue
            parts.append(_line(placed) + "Z")
        if parts:
            yield "".join(parts)


def _line(points: Iterable[tuple[float, float]]) -> str:
    parts: list[str] = []
    last = None
    for x, y in points:
        here = (round(x), round(y))
        if here != last:
            parts.append(f"{here[0]} {here[1]}")
        last = here
    return "M" + "L".join(parts)
