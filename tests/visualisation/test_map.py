"""The map: a projection that keeps areas, shapes of countries from TopoJSON, marks that stand together."""

from __future__ import annotations

import json
from math import cos, radians
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.data import Node
from graph.placed import MapData, PlacedSite, Stop
from tools import shapes as fetching
from visualisation import mapped, shapes
from visualisation.equal_earth import project
from visualisation.marks import Level

SQUARE = {
    "type": "Topology",
    "transform": {"scale": [1, 1], "translate": [10, 50]},
    "objects": {"countries": {"type": "GeometryCollection", "geometries": [
        {"type": "Polygon", "arcs": [[0, 1]], "id": "752"},
        {"type": "MultiPolygon", "arcs": [[[~0, 2]]], "id": "246"},
    ]}},
    "arcs": [[[4, 0], [0, 4]], [[4, 4], [-4, 0], [0, -4], [4, 0]], [[4, 0], [4, 0], [0, 4], [-4, 0]]],
}  # fmt: skip
"""Two squares of four degrees that share a border: Sweden and Finland, as nobody knows them."""


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    found = tuple(shapes.decoded(SQUARE))
    monkeypatch.setattr(mapped, "countries", lambda _="": found)
    monkeypatch.setattr(mapped, "middles", lambda: {c.code: c.middle() for c in found})


def site(id: str, latitude: float | None, longitude: float | None, country: str = "SE", **more: Any) -> PlacedSite:
    given = {"severity": None, "assessed": False, "steps": 1} | more
    node = Node(id=id, type="Site", name=id, country=country)
    return PlacedSite(site=node, latitude=latitude, longitude=longitude, **given)


def data(*sites: PlacedSite, stops: tuple[Stop, ...] = ()) -> MapData:
    counts = dict.fromkeys(("contracts", "placed", "in_country", "unplaced", "unknown"), 0)
    subject = Node(id="all", type="all", name="all")
    told = {"subject": subject, "view": "all", "risk": "forced-labour", "sites": sites, "stops": stops, "nodes": ()}
    return MapData.model_validate(told | counts | {"total": len(sites)})


def test_the_projection_has_the_published_width_and_height() -> None:
    assert project(180, 0) == pytest.approx((2.706629, 0), abs=1e-5)
    assert project(0, 90) == pytest.approx((0, 1.317363), abs=1e-5)


@given(st.floats(-170, 170), st.floats(-85, 85))
def test_the_projection_keeps_areas(longitude: float, latitude: float) -> None:
    d = 1e-3
    (x0, y0), (x1, y1), (x2, y2) = (project(longitude + a, latitude + b) for a, b in ((0, 0), (d, 0), (0, d)))
    on_paper = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
    assert on_paper == pytest.approx(radians(d) ** 2 * cos(radians(latitude)), rel=2e-3, abs=1e-12)


def test_arcs_become_rings_and_a_shared_border_is_read_backwards() -> None:
    sweden, finland = shapes.decoded(SQUARE)
    assert (sweden.code, finland.code) == ("SE", "FI")
    assert list(map(list, sweden.rings)) == [[(14, 50), (14, 54), (10, 54), (10, 50), (14, 50)]]
    assert list(map(list, finland.rings)) == [[(14, 54), (14, 50), (18, 50), (18, 54), (14, 54)]]
    assert finland.middle() == (16, 52)


def test_a_country_over_the_antimeridian_is_drawn_on_both_edges_and_not_across_the_world() -> None:
    parts = shapes.cut(((170, 0), (180, 0), (-180, 0), (-170, 5), (-180, 10), (180, 10), (170, 10), (170, 0)))
    assert [sorted({x for x, _ in part}) for part in parts] == [[170, 180], [-180, -170]]


@pytest.mark.usefixtures("world")
def test_what_is_near_stands_together_with_the_worst_colour_and_the_unknown_counted() -> None:
    drawn = mapped.drawn(
        data(site("a", 52, 12, severity=3), site("b", 52.01, 12), site("c", 53, 17, severity=1)), mapped.WORLD
    )
    assert drawn is not None
    (spot,) = [spot for spot in drawn.spots if len(spot.sites) > 1]
    assert (spot.level, spot.unknown) == (Level.SEVERE, 2 - 1)


@pytest.mark.usefixtures("world")
def test_an_estimated_position_is_its_countrys_middle_and_never_in_a_mark_with_told_ones() -> None:
    drawn = mapped.drawn(data(site("told", 52, 12), site("guessed", None, None), site("nowhere", None, None, "")), None)
    assert drawn is not None
    assert sorted((s.estimated, s.sites[0].site.id) for s in drawn.spots) == [(False, "told"), (True, "guessed")]
    assert mapped.where(site("guessed", None, None)) == ((12, 52), True)


@pytest.mark.usefixtures("world")
def test_a_path_is_a_line_between_the_sites_that_have_a_place() -> None:
    stops = (Stop(node="x", sites=("a",)), Stop(node="y", sites=()), Stop(node="z", sites=("b",)))
    drawn = mapped.drawn(data(site("a", 51, 11), site("b", 53, 17), stops=stops), None)
    assert drawn is not None
    assert drawn.way.count("L") == 1


def test_without_shapes_there_is_no_map(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped, "countries", lambda _="": ())
    assert mapped.drawn(data(site("a", 51, 11)), None) is None


@given(st.text(max_size=40))
def test_an_area_is_read_or_is_none(text: str) -> None:
    area = mapped.read_area(text)
    assert area is None or (-180 <= area[0] < area[2] <= 180 and -90 <= area[1] < area[3] <= 90)


def test_shapes_that_are_not_those_pinned_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / fetching.SHAPES.name / "-"
    archive.mkdir(parents=True)
    (archive / f"{fetching.SHAPES.name}-{fetching.SHAPES.version}.tgz").write_bytes(json.dumps(SQUARE).encode())
    monkeypatch.setattr(fetching, "registry", lambda: tmp_path.as_uri())
    with pytest.raises(SystemExit, match="not what is pinned"):
        fetching.fetch(folder=tmp_path / "world")
    assert not (tmp_path / "world").exists()
