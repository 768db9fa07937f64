"""FollowTheMoney that is written says, read back, who owns whom and who is on which list: no more, no less."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from ontology.records import Common, Link, Record, Ref
from tests.contract.saying import company, owns
from tests.exchange.conftest import Exchange, World

ADA = "lei:5493001KJTIIGC8Y1R12"
SANCTION = {"name": "Ada: On a sanctions list (Body: Programme)", "standing": "authority-decision"}


def finding(key: str, of: str, risk: str, common: Common | None = None, **facts: Any) -> list[Record | Link]:
    here, said = Ref("Finding", key), common or Common()
    return [
        Record("Finding", key, facts, common=said),
        Link("OF_TYPE", here, Ref("RiskType", f"risk:{risk}"), common=said),
        Link("ABOUT", here, Ref("Organisation", of), common=said),
    ]


def meaning(world: World) -> dict[str, Any]:
    companies = {}
    for one in world.of("Organisation"):
        facts = world.facts(one)
        keys = [key for key in one.keys if key.startswith(("lei:", "vat:"))]
        companies[one.name] = (keys, *(facts.get(name) for name in ("legal_form", "address")))
    owners: dict[Any, set[Any]] = {}
    for a, b, link in world.linked("OWNS"):
        held = owners.setdefault((a, b, link.common.valid_from, link.common.valid_to), set())
        held.update((name, value) for name, value in link.properties.items() if name != "interests")
    about = {link.source: b for _, b, link in world.linked("ABOUT")}
    findings = []
    for one in world.of("Finding"):
        (record,) = world.service.store.records(world.at, entities=[one.id])
        said = tuple(record.properties.get(name) for name in ("name", "standing", "issued"))
        findings.append((about.get(one.id), *said, record.common.valid_from, record.common.valid_to))
    return {"companies": companies, "owners": owners, "findings": sorted(findings, key=repr)}


def test_companies_owners_and_listings_come_back(exchange: Exchange) -> None:
    held = Common(valid_from=date(2020, 1, 1), valid_to=date(2027, 7, 1))
    first = exchange.saying(
        [
            company(ADA, "Ada", "vat:SE556703748501", legal_form="Aktiebolag", address="Vägen 1"),
            company("local:bo", "Bo"), company("local:cy", "Cy"), company("local:di", "Di"),
            owns(ADA, "local:bo", share=0.255, share_max=0.5, indirect=True, common=held),
            owns("local:cy", "local:bo", share=0.51, control=True),
            owns("local:di", "local:bo", control=True),
            owns("local:bo", "local:cy"),
            *finding("local:f", ADA, "sanctions", held, issued="2020-01-02", **SANCTION),
            *finding("local:g", "local:bo", "forced-labour", name="Bo: Named for forced labour", standing="alleged"),
        ]
    )  # fmt: skip
    content, left_out = exchange.written(first, "ftm")
    lines = [json.loads(line) for line in content.splitlines()]
    (ada,) = [one for one in lines if one["properties"].get("name") == ["Ada"]]
    assert (ada["schema"], ada["properties"]["topics"]) == ("Company", ["sanction"])
    assert not left_out
    again = exchange.loaded("ftm", exchange.file(first, "ftm"))
    assert meaning(again) == meaning(first)


def test_a_finding_that_no_topic_says_or_that_is_about_more_is_counted(exchange: Exchange) -> None:
    more = finding(
        "local:g", "local:ada", "forced-labour", name="In one factory", standing="alleged", stage="processing"
    )
    first = exchange.saying(
        [
            company("local:ada", "Ada"),
            *finding(
                "local:f", "local:ada", "own-conduct", name="A decision of some kind", standing="authority-decision"
            ),
            *more,
        ]
    )
    content, left_out = exchange.written(first, "ftm")
    assert len(content.splitlines()) == 1
    assert b"topics" not in content
    assert (left_out["Finding"], left_out["ABOUT"], left_out["OF_TYPE"]) == (2, 2, 2)


def test_a_natural_person_is_no_entity(exchange: Exchange) -> None:
    person = Record("Organisation", "local:p", {"name": "natural person", "natural_person": True})
    first = exchange.saying([company("local:ada", "Ada"), person, owns("local:p", "local:ada", share=1.0)])
    content, left_out = exchange.written(first, "ftm")
    assert [json.loads(line)["properties"] for line in content.splitlines()] == [{"name": ["Ada"]}]
    assert left_out == {"Organisation": 1, "OWNS": 1}
