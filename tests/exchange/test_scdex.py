"""SC-DEX that is written says, read back, which sites and organisations there are and how they hang together."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema

from ontology.records import Common, Link, Record, Ref
from tests.contract.saying import company, owns
from tests.exchange.conftest import Exchange, World

KLANG, PLANT = Ref("Organisation", "local:klang"), Ref("Site", "os-id:CN2021250D1DTN7")
PAST = Common(valid_to=date(2020, 1, 1))


def meaning(world: World) -> dict[str, Any]:
    sites = {}
    for type in ("Site", "Organisation"):
        for one in world.of(type):
            facts = world.facts(one)
            keys = [key for key in one.keys if key.startswith(("os-id:", "lei:"))]
            sites[one.name] = (keys, *(facts.get(name) for name in ("address", "latitude", "longitude")))
    links = {type: [row[:2] for row in world.linked(type)] for type in ("SELLS_TO", "OPERATES", "OWNS")}
    step_of = {link.target: a for a, _, link in world.linked("PERFORMS")}
    made = sorted((step_of.get(link.source, ""), b) for _, b, link in world.linked("OUTPUTS"))
    countries = [(a, world.entities[link.target].keys) for a, _, link in world.linked("LOCATED_IN")]
    return {"things": sites, **links, "made": made, "countries": countries}


def said() -> list[Record | Link]:
    at = {"latitude": 3.0449, "longitude": 101.4456}
    return [
        company("local:klang", "Klang Sdn Bhd", "lei:5493001KJTIIGC8Y1R12"), company("local:mother", "Mother"),
        company("local:buyer", "Buyer"), Record("Place", "iso3166-1:MY", {"name": "Malaysia"}),
        Record("Site", PLANT.key, {"name": "Plant 4", "address": "Jalan 1", **at}),
        Record("Site", "local:bare", {"name": "Bare"}),
        Record("Step", "local:s", {"name": "Dipping"}), Record("Category", "own:gloves", {"name": "Gloves"}),
        Link("PERFORMS", PLANT, Ref("Step", "local:s")),
        Link("OUTPUTS", Ref("Step", "local:s"), Ref("Category", "own:gloves")),
        Link("LOCATED_IN", PLANT, Ref("Place", "iso3166-1:MY")), Link("OPERATES", KLANG, PLANT),
        owns("local:mother", "local:klang"), Link("SELLS_TO", PLANT, Ref("Organisation", "local:buyer")),
    ]  # fmt: skip


def test_sites_organisations_and_affiliations_come_back(exchange: Exchange) -> None:
    first = exchange.saying(said())
    _, left_out = exchange.written(first, "sc-dex")
    assert left_out == {"Step.name": 1}
    again = exchange.loaded("sc-dex", exchange.file(first, "sc-dex"))
    assert meaning(again) == meaning(first)


def test_what_held_on_another_day_is_counted_and_not_said(exchange: Exchange) -> None:
    first = exchange.saying([company("local:a"), company("local:b"), owns("local:a", "local:b", common=PAST)])
    content, left_out = exchange.written(first, "sc-dex")
    assert json.loads(content)["affiliations"] == []
    assert left_out["other_day"] == 1


def test_each_entry_passes_the_formats_own_schema(exchange: Exchange, kedja_data: Path) -> None:
    document = json.loads(exchange.written(exchange.saying(said()), "sc-dex")[0])
    folder = kedja_data / "sc-dex"
    for name, file in (("locations", "location"), ("organizations", "organization"), ("affiliations", "affiliation")):
        schema = json.loads((folder / f"schema-{file}.json").read_text())
        # What the schemas refer to besides is not published with them: an address has its own.
        text = json.dumps(schema).replace('"$ref"', '"$comment"')
        assert document[name]
        for one in document[name]:
            jsonschema.validate(one, json.loads(text), format_checker=jsonschema.FormatChecker())
    address = json.loads((folder / "schema-address.json").read_text())
    told = [one["address"] for name in ("locations", "organizations") for one in document[name] if "address" in one]
    assert told
    for one in told:
        jsonschema.validate(one, address)
