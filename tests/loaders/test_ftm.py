"""FollowTheMoney lines: who owns whom, who is on which list, and which relation passes what."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from loaders.base import Report, no_progress
from loaders.ftm.loader import FtmLoader
from loaders.registry import find
from ontology.errors import KedjaError, Reason
from ontology.records import Link, Record
from tests.loaders.test_gleif_forms import cut, doubled, flipped, nested, other_types

Items = list[Record | Link]


def entity(id: str, schema: str = "Company", **properties: Any) -> dict[str, Any]:
    given = {name: value if isinstance(value, list) else [value] for name, value in properties.items()}
    if schema in ("Company", "Person", "LegalEntity", "PublicBody", "Vessel"):
        given.setdefault("name", [f"Påhittade {id}"])
    return {
        "id": id,
        "schema": schema,
        "properties": given,
        "datasets": ["made-up"],
        "last_change": "2024-06-01T10:00:00",
    }


def owns(owner: str, asset: str, **more: Any) -> dict[str, Any]:
    return entity(f"{owner}>{asset}", "Ownership", owner=owner, asset=asset, **more)


def read(path: Path) -> tuple[Items, Report]:
    loader, report = FtmLoader(), Report(path.name)
    items = list(loader.read(path, loader.source(path, {}), {}, b"k" * 32, report, no_progress))
    assert report.rows_in == report.accepted + report.rejected
    return items, report


def of(path: Path, *entities: dict[str, Any]) -> tuple[Items, Report]:
    file = path / "entities.ftm.json"
    file.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in entities), "utf-8")
    assert find(str(file)).kind == "ftm"
    return read(file)


def links(items: Items, type: str) -> list[Link]:
    return [one for one in items if isinstance(one, Link) and one.type == type]


def findings(items: Items) -> list[tuple[str, str, str]]:
    """(about whom, risk type, standing) of each finding."""
    standing = {
        one.key: one.properties["standing"] for one in items if one.type == "Finding" and isinstance(one, Record)
    }
    risk = {one.source.key: one.target.key for one in links(items, "OF_TYPE")}
    return [
        (one.target.key.rpartition("/")[2], risk[one.source.key], standing[one.source.key])
        for one in links(items, "ABOUT")
    ]


def told(items: Items, id: str) -> dict[str, Any]:
    (one,) = [x for x in items if isinstance(x, Record) and x.row_key == "owners" and x.key.endswith(f"/{id}")]
    return dict(one.properties)


def test_an_owner_and_an_edge_may_come_in_any_order(tmp_path: Path) -> None:
    lines = [
        owns("a", "b", percentage="51 %", startDate="2020", endDate="2023-05"),
        entity("b", country="se"),
        entity("a"),
    ]
    for order in (lines, lines[::-1]):
        items, report = of(tmp_path, *order)
        (link,) = links(items, "OWNS")
        assert (link.source.key[-1], link.target.key[-1], link.properties["share"]) == ("a", "b", 0.51)
        assert (link.common.valid_from, link.common.valid_to) == (date(2020, 1, 1), date(2023, 6, 1))
        assert report.rejected == 0


@pytest.mark.parametrize(
    ("percentage", "least", "most"),
    [("75", 0.75, None), ("25-50%", 0.25, 0.5), (">50", 0.5, 1.0), ("33,3", 0.333, None), ("", None, None)],
)
def test_a_percentage_is_read_as_people_write_it(
    tmp_path: Path, percentage: str, least: float | None, most: float | None
) -> None:
    items, _ = of(tmp_path, entity("a"), entity("b"), owns("a", "b", percentage=percentage))
    (link,) = links(items, "OWNS")
    assert (link.properties.get("share"), link.properties.get("share_max")) == (least, most)


def test_control_is_control_and_nearness_is_nothing(tmp_path: Path) -> None:
    control = entity("c", "Control", controller="a", controlled="b")
    near = entity("n", "UnknownLink", subject="a", object="d")
    items, report = of(
        tmp_path, entity("a", topics="sanction"), entity("b"), entity("d", topics="sanction.linked"), control, near
    )
    (link,) = links(items, "OWNS")
    assert link.properties["control"] is True
    assert findings(items) == [("a", "risk:sanctions", "authority-decision")]
    assert report.notes["near_sanctions"] == 1
    assert report.notes["other_schema"] == 1


@pytest.mark.parametrize(
    ("topic", "risk"),
    [
        ("sanction", "sanctions"), ("sanction.control", "sanctions"), ("debarment", "own-conduct"),
        ("forced.labor", "forced-labour"), ("crime.fraud", "own-conduct"), ("export.control", "own-conduct"),
        ("role.pep", None), ("corp.public", None),
    ],
)  # fmt: skip
def test_a_topic_is_the_risk_that_it_is_and_no_other(tmp_path: Path, topic: str, risk: str | None) -> None:
    items, report = of(tmp_path, entity("a", topics=topic))
    assert [one[1] for one in findings(items)] == ([f"risk:{risk}"] if risk else [])
    assert report.notes["topic_without_risk"] == int(risk is None)


def test_a_listing_tells_when_and_by_whom_and_is_not_said_twice(tmp_path: Path) -> None:
    sanction = entity(
        "s", "Sanction", entity="a", authority="Council", program="X", listingDate="2022-03-01", endDate="2024-01-31"
    )
    risk = entity("r", "Risk", entity="a", authority="Body", topics="reg.warn", startDate="2023")
    items, _ = of(tmp_path, sanction, risk, entity("a", topics=["sanction", "reg.warn"]))
    assert sorted(findings(items)) == [
        ("a", "risk:own-conduct", "alleged"),
        ("a", "risk:sanctions", "authority-decision"),
    ]
    (listed,) = [one for one in items if isinstance(one, Record) and "Council: X" in one.properties["name"]]
    assert listed.properties["issued"] == "2022-03-01"
    assert listed.common.valid_to == date(2024, 2, 1)
    assert "På en sanktionslista" in listed.properties["name_sv"]


@pytest.mark.parametrize(("percentage", "passes"), [("60", True), ("", True), ("30-60", True), ("25", False)])
def test_a_person_under_sanctions_is_no_node_and_the_company_says_so(
    tmp_path: Path, percentage: str, passes: bool
) -> None:
    person = entity("p", "Person", name="Eva Påhittad", birthDate="1964-08-23", topics="sanction")
    listed = entity("s", "Sanction", entity="p", authority="Council", reason="Eva Påhittad did it")
    items, report = of(tmp_path, person, listed, entity("b"), owns("p", "b", percentage=percentage))
    assert findings(items) == ([("b", "risk:sanctions", "authority-decision")] if passes else [])
    assert told(items, "b")["persons"] == 1
    assert "Eva" not in repr((items, report.rejects))
    assert report.notes["listed_other"] == 1


def test_who_may_be_a_person_is_not_shown_and_two_such_stay_two(tmp_path: Path) -> None:
    items, report = of(
        tmp_path, entity("x", "LegalEntity"), entity("y", "LegalEntity"), entity("z", "LegalEntity", legalForm="GmbH"),
        entity("b"), owns("x", "b"), owns("y", "b"), owns("z", "b"),
    )  # fmt: skip
    assert told(items, "b")["owner_not_told"] == ["unknown", "unknown"]
    assert [one.source.key[-1] for one in links(items, "OWNS")] == ["z"]
    assert report.notes["may_be_person"] == 2


def test_numbers_identify_where_their_column_says_what_they_are(tmp_path: Path) -> None:
    known = entity(
        "a", leiCode="213800KUD8LAJWSQ9D15", vatCode=["SE556703748501", "XX1"], registrationNumber="5567037485"
    )
    items, report = of(tmp_path, known)
    (record,) = [one for one in items if isinstance(one, Record)]
    assert record.also == ("lei:213800KUD8LAJWSQ9D15", "vat:SE556703748501", "se-orgnr:5567037485")
    assert record.raw == {"registrationNumber": "5567037485"}
    assert report.notes["register_number_not_valid"] == 1


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (owns("a", "nowhere"), "asset", Reason.UNKNOWN_KEY),
        (owns("a", "b", percentage="most of it"), "percentage", Reason.NOT_A_NUMBER),
        (owns("a", "b", percentage="120"), "percentage", Reason.OUT_OF_RANGE),
        (owns("a", "b", startDate="2020", endDate="2019"), "endDate", Reason.PERIOD_REVERSED),
        ({"id": "x", "properties": {}}, "schema", Reason.MISSING),
        (entity("n", name=[]), "name", Reason.MISSING),
    ],
)
def test_what_cannot_be_read_is_rejected_once_with_its_line(
    tmp_path: Path, line: dict[str, Any], column: str, reason: Reason
) -> None:
    items, report = of(tmp_path, entity("a"), entity("b"), line, owns("b", "a"))
    assert [(one.row, one.column, one.reason) for one in report.rejects] == [(3, column, reason)]
    assert len(links(items, "OWNS")) == 1


@pytest.mark.parametrize("damage", [flipped, cut, doubled, nested, other_types])
def test_a_damaged_file_gives_an_error_or_a_report_that_adds_up(
    tmp_path: Path, damage: Callable[[bytes, random.Random], bytes]
) -> None:
    lines = [
        entity("a", topics="sanction"),
        entity("b"),
        entity("p", "Person"),
        owns("a", "b", percentage="51"),
        owns("p", "b"),
    ]
    text = "\n".join(map(json.dumps, lines)).encode()
    file = tmp_path / "a.json"
    for seed in range(40):
        file.write_bytes(damage(text, random.Random(seed)))
        try:
            read(file)
        except KedjaError as error:
            refused = str(error)
            assert "a.json" in refused


def test_nested_entities_say_what_their_own_lines_would(tmp_path: Path) -> None:
    """As OpenSanctions' ``targets.nested.json``: an edge lies in its owner, without the end that leads back."""
    flat = [entity("a", topics="sanction"), entity("b"), owns("a", "b", percentage="60"),
            entity("l", "Sanction", entity="a", authority="Council")]  # fmt: skip
    edge = owns("a", "b", percentage="60")
    edge["properties"]["asset"] = [entity("b")]
    del edge["properties"]["owner"]
    listing = entity("l", "Sanction", authority="Council")
    whole = entity("a", topics="sanction")
    whole["properties"] |= {"ownershipOwner": [edge], "sanctions": [listing]}
    items, _ = of(tmp_path, *flat)
    nested_, report = of(tmp_path, whole)
    assert (report.rows_in, report.accepted, report.notes["nested"]) == (1, 1, 3)
    assert findings(nested_) == findings(items)

    def told_of(all_: Items) -> list[tuple[str, str, dict[str, Any]]]:
        return [(x.source.key[-1], x.target.key[-1], dict(x.properties)) for x in links(all_, "OWNS")]

    assert told_of(nested_) == told_of(items)
    assert told_of(items)[0][:2] == ("a", "b")


def test_a_topic_that_derives_from_another_s_listing_says_so_and_names_no_person(tmp_path: Path) -> None:
    items, _ = of(
        tmp_path, entity("a", topics="sanction"), entity("p", "Person", name="Påhittad Person", topics="sanction"),
        entity("b", topics="sanction.control", riskSource="a"), entity("c", topics="sanction.control", riskSource="p"),
    )  # fmt: skip
    cited = {x.key.split("/")[-2]: x.common.cites for x in items if isinstance(x, Record) and x.type == "Finding"}
    assert cited["a"] == ""
    assert cited["b"] == "derived from the listing of Påhittade a"
    assert cited["c"] == "derived from the listing of somebody not named here"
    assert "Påhittad Person" not in repr(items)
