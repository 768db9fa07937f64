"""The vocabularies as facts of the graph: risk types, regions, cooperation areas A-H, the regions' own categories.

What each maker gets is a row of a file in ``ontology/vocabularies``; what it gives is what the row says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ontology.records import Common, Link, Record, Ref
from ontology.values import make_key, parse_day, parse_end
from ontology.vocabulary import table

Cells = Mapping[str, str]
Item = Record | Link
Maker = Callable[[Cells], list[Item]]

OWN = "Kedja"
"""What a vocabulary's source column says where the words are our own."""


def common_of(cells: Cells, cites: str) -> Common:
    """Period and attribution; the last day given is the last day it held."""
    start, end = cells.get("valid_from", ""), cells.get("valid_to", "")
    return Common(
        valid_from=parse_day(start)[0] if start else None,
        valid_to=parse_end(end) if end else None,
        cites="" if cites == OWN else cites,
    )


def region_key(cells: Cells) -> str:
    """A region's key: its organisation number, or where that is not known one of our own."""
    number = cells.get("orgnr", "")
    return make_key("se-orgnr", number) if number else make_key("ref", f"region-{cells['id']}")


def _regions() -> dict[str, str]:
    return {cells["id"]: region_key(cells) for cells in table("regions")}


def risk_type(cells: Cells) -> list[Item]:
    """A risk type under ``risk:``; which is within which stands in the vocabulary."""
    properties = {"name": cells["en"], "name_sv": cells["sv"]}
    return [Record("RiskType", make_key("risk", cells["id"]), properties, common=common_of(cells, cells["source"]))]


def region(cells: Cells) -> list[Item]:
    """A region and the county that it lies in. A region buys, so both roles stand on it."""
    common = common_of(cells, cells["source"])
    key, own = region_key(cells), make_key("ref", f"region-{cells['id']}")
    properties = {"name": cells["sv"], "roles": ("buyer", "region")}
    return [
        Record("Organisation", key, properties, also=(own,), common=common),
        *county(cells["id"]),
        Link("LOCATED_IN", Ref("Organisation", key), Ref("Place", make_key("iso3166-2", cells["id"])), common=common),
    ]


def county(code: str) -> list[Item]:
    """A Swedish county by its ISO 3166-2 code, with its place in Sweden."""
    import pycountry

    key = make_key("iso3166-2", code)
    subdivisions: Any = pycountry.subdivisions
    name = subdivisions.get(code=code).name.partition(" [")[0]
    common = Common(cites="ISO 3166-2:SE")
    within = Link("PART_OF", Ref("Place", key), Ref("Place", make_key("iso3166-1", "SE")), common=common)
    return [Record("Place", key, {"name": name, "name_sv": name}, common=common), within]


def area(cells: Cells) -> list[Item]:
    """A cooperation area: an organisation of its own kind."""
    properties = {"name": cells["sv"], "roles": ("cooperation-area",)}
    common = common_of(cells, cells["source"])
    return [Record("Organisation", make_key("area", cells["id"]), properties, common=common)]


def area_region(cells: Cells) -> list[Item]:
    """A region's membership of an area, in its period."""
    member = Ref("Organisation", _regions()[cells["region"]])
    whole = Ref("Organisation", make_key("area", cells["area"]))
    return [Link("PART_OF", member, whole, common=common_of(cells, cells["source"]))]


def area_category(cells: Cells) -> list[Item]:
    """A category that an area coordinates for all regions, in its period."""
    who = Ref("Organisation", make_key("area", cells["area"]))
    what = Ref("Category", make_key("own", cells["category"]))
    return [Link("COORDINATES", who, what, common=common_of(cells, cells["source"]))]


def category(cells: Cells) -> list[Item]:
    """One of the regions' own purchasing categories, under the broader one where it has one."""
    key = make_key("own", cells["id"])
    common = common_of(cells, cells["source"])
    properties = {"name": cells["en"], "name_sv": cells["sv"], "scheme": "own"}
    items: list[Item] = [Record("Category", key, properties, common=common)]
    if cells["broader"]:
        there = Ref("Category", make_key("own", cells["broader"]))
        items.append(Link("BROADER", Ref("Category", key), there, common=common))
    return items


MAKERS: Mapping[str, Maker] = {
    "risk-types": risk_type,
    "regions": region,
    "areas": area,
    "areas-regions": area_region,
    "categories": category,
    "areas-categories": area_category,
}
"""The vocabularies that become facts, in the order in which they are read."""
