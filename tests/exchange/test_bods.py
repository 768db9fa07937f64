"""BODS that is written says, read back, who owns whom as it was known: no more, no less."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ontology.records import Common
from tests.contract.saying import company, owns
from tests.exchange.conftest import Exchange, World

HOLDING = ("share", "share_max", "control", "indirect", "component")
UNTOLD = ("owner_not_told", "persons", "persons_share")


def meaning(world: World) -> dict[str, Any]:
    owners = [
        (a, b, *(link.properties.get(name) for name in HOLDING), link.common.valid_from, link.common.valid_to)
        for a, b, link in world.linked("OWNS")
    ]
    untold = []
    companies = {}
    for one in world.of("Organisation"):
        facts = world.facts(one)
        keys = [key for key in one.keys if not key.startswith("local:")]
        companies[one.name] = (keys, facts.get("address"), facts.get("natural_person"))
    for record in world.service.store.records(world.at, types=["Organisation"]):
        said = tuple(record.properties.get(name) for name in UNTOLD)
        if any(said):
            untold.append((world.entities[record.entity].name, *said, record.common.valid_from, record.common.valid_to))
    places = [(a, world.entities[link.target].keys) for a, _, link in world.linked("LOCATED_IN")]
    return {
        "owners": sorted(owners, key=repr),
        "untold": sorted(untold, key=repr),
        "companies": companies,
        "places": places,
    }


FILES = (
    "bods-package-entity-owning-entity", "bods-package-fi-soe", "fermcat", "indirect-ownership", "joint-ownership",
    "listed-company-exempt-from-disclosure", "mixed-direct-and-indirect-ownership", "multiple-indirect-ownership",
    "mutilple-indirect-ownership-2", "tecido", "plc-entity-statement", "levent",
)  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_an_official_example_comes_back_as_it_was(exchange: Exchange, kedja_data: Path, name: str) -> None:
    first = exchange.loaded("bods", kedja_data / "bods-examples" / f"{name}.json")
    _, left_out = exchange.written(first, "bods")
    again = exchange.loaded("bods", exchange.file(first, "bods"))
    before, after = meaning(first), meaning(again)
    assert before["companies"]
    if left_out["Organisation.persons_share"]:  # of several persons together: BODS has no place for it
        for said in (before, after):
            said["untold"] = [(*row[:3], *row[4:]) for row in said["untold"]]
    assert after == before


def test_what_is_not_known_of_a_holding_is_not_said(exchange: Exchange) -> None:
    first = exchange.saying([company("local:a"), company("local:b"), owns("local:a", "local:b")])
    content, left_out = exchange.written(first, "bods")
    (relation,) = [one for one in json.loads(content) if one["recordType"] == "relationship"]
    assert relation["recordDetails"]["interests"] == []
    assert not left_out
    assert meaning(exchange.loaded("bods", exchange.file(first, "bods")))["owners"] == meaning(first)["owners"]


def test_share_range_control_and_days_come_back(exchange: Exchange) -> None:
    held = Common(valid_from=date(2020, 1, 1), valid_to=date(2024, 7, 1))
    first = exchange.saying(
        [
            *(company(f"local:{one}", one.upper()) for one in "abcde"),
            owns("local:a", "local:e", share=0.25, share_max=0.5, common=held),
            owns("local:b", "local:e", share=0.333333333),
            owns("local:c", "local:e", control=True, indirect=True),
            owns("local:d", "local:e", share=0.0),
        ]
    )
    again = exchange.loaded("bods", exchange.file(first, "bods"))
    assert meaning(again)["owners"] == meaning(first)["owners"]


def test_an_owner_that_is_not_told_for_a_reason_that_bods_has_not_is_counted(exchange: Exchange) -> None:
    first = exchange.saying([company("local:a", "A", owner_not_told=["no-lei"])])
    content, left_out = exchange.written(first, "bods")
    assert left_out == {"Organisation.owner_not_told": 1}
    assert [one["recordType"] for one in json.loads(content)] == ["entity"]


def test_what_is_written_passes_the_standards_own_schema(exchange: Exchange, kedja_data: Path) -> None:
    from libcovebods.config import LibCoveBODSConfig
    from libcovebods.data_reader import DataReader
    from libcovebods.jsonschemavalidate import JSONSchemaValidator
    from libcovebods.schema import SchemaBODS

    for name in FILES:
        first = exchange.loaded("bods", kedja_data / "bods-examples" / f"{name}.json")
        reader = DataReader(str(exchange.file(first, "bods")))
        schema = SchemaBODS(reader, LibCoveBODSConfig())
        assert schema.schema_version == "0.4"
        assert [error.json() for error in JSONSchemaValidator(schema).validate(reader)] == []
