"""GeoJSON that is written is read back: every site, where it is, and where that is not known."""

from __future__ import annotations

import json

from ontology.records import Link, Record, Ref
from tests.contract.saying import company
from tests.exchange.conftest import Exchange


def test_a_site_stands_where_it_was_said_to_be_and_nowhere_where_nobody_said(exchange: Exchange) -> None:
    at = {"latitude": 3.0449, "longitude": 101.4456}
    world = exchange.saying(
        [
            company("local:klang", "Klang Sdn Bhd"),
            Record("Place", "iso3166-1:MY", {"name": "Malaysia", "name_sv": "Malaysia"}),
            Record("Site", "local:plant", {"name": "Plant 4", **at, "workers": 1200}),
            Record("Site", "local:other", {"name": "Plant 5"}),
            Link("LOCATED_IN", Ref("Site", "local:other"), Ref("Place", "iso3166-1:MY")),
            Link("OPERATES", Ref("Organisation", "local:klang"), Ref("Site", "local:plant")),
        ]
    )  # fmt: skip
    content, left_out = exchange.written(world, "geojson")
    collection = json.loads(content)
    assert collection["type"] == "FeatureCollection"
    plant, other = sorted(collection["features"], key=lambda one: str(one["properties"]["name"]))
    assert plant["geometry"] == {"type": "Point", "coordinates": [101.4456, 3.0449]}
    assert (plant["properties"]["position"], plant["properties"]["workers"]) == ("stated", 1200)
    assert [one["name"] for one in plant["properties"]["operators"]] == ["Klang Sdn Bhd"]
    assert "country" not in plant["properties"]
    assert (other["geometry"], other["properties"]["position"]) == (None, "unknown")
    assert other["properties"]["country"] == "MY"
    assert "workers" not in other["properties"]
    assert not left_out
