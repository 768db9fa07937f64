"""Sites on a map: GeoJSON (RFC 7946), a feature for each. A position that nobody has stated is none, and says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ontology.label import Label
from visualisation.exporters import Exporter, Given

if TYPE_CHECKING:
    from graph.store import Entity
    from visualisation.facts import Facts


def write(given: Given) -> bytes:
    import orjson

    from visualisation.facts import Facts

    facts = Facts(given)
    operators = facts.by_target("OPERATES")
    features = [_feature(facts, site, operators.get(site.id, ())) for site in facts.of("Site")]
    facts.account()
    collection = {
        "type": "FeatureCollection",
        "features": features,
        "kedja": {**given.stamp(), "left_out": dict(sorted(given.left_out.items()))},
    }
    return orjson.dumps(collection, option=orjson.OPT_INDENT_2)


def _feature(facts: Facts, site: Entity, operators: Any) -> dict[str, Any]:
    facts.tell(site, *operators)
    latitude, longitude = facts.get(site, "latitude"), facts.get(site, "longitude")
    stated = latitude is not None and longitude is not None
    start, end = facts.valid(site)
    companies = []
    for link in operators:
        company = facts.entities[link.source]
        facts.tell(company)
        companies.append({"id": company.id, "name": facts.name(company), "keys": list(company.keys)})
    properties = {
        "name": facts.name(site),
        "name_sv": facts.get(site, "name_sv"),
        "keys": list(site.keys),
        "address": facts.get(site, "address"),
        "country": facts.country(site),
        "workers": facts.get(site, "workers"),
        "operators": companies,
        "valid_from": start,
        "valid_to": end,
        # An estimate would be another word: Kedja makes none, and a position at the country's middle is none.
        "position": "stated" if stated else "unknown",
    }
    return {
        "type": "Feature",
        "id": site.id,
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]} if stated else None,
        "properties": {name: value for name, value in properties.items() if value not in (None, [])},
    }


HOLDS: Mapping[str, str] = {
    "Site": "features",
    "Site.name": "properties/name",
    "Site.name_sv": "properties/name_sv",
    "Site.address": "properties/address",
    "Site.latitude": "geometry/coordinates, the second number",
    "Site.longitude": "geometry/coordinates, the first number",
    "Site.workers": "properties/workers",
    "OPERATES": "properties/operators",
    "Organisation": "properties/operators: those that operate a site",
    "Organisation.name": "properties/operators/name",
    "LOCATED_IN": "properties/country: the country",
    "Place": "properties/country: the country",
}

GEOJSON = Exporter(
    "geojson",
    Label("GeoJSON", "GeoJSON"),
    Label(
        "Anläggningar för kartor. En plats som ingen har angett är okänd, och står utan geometri.",
        "Sites for maps. A position that nobody has stated is unknown, and stands without a geometry.",
    ),
    "application/geo+json",
    write,
    graph=True,
    holds=HOLDS,
)
