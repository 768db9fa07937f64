"""Statements of beneficial ownership: nothing is added twice, nobody is shown, nobody is invented."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import graph.sqlite
from graph.store import At
from loaders.base import load
from loaders.bods.loader import BodsLoader
from loaders.registry import find
from ontology.errors import KedjaError, Reason
from ontology.records import Common, Link, Record
from tests.loaders.bods_made import company, holds, of, older, person, read, shares, votes
from tests.loaders.test_gleif_forms import cut, doubled, flipped, nested, other_types

Items = list[Record | Link]


def live(common: Common, day: date) -> bool:
    return (common.valid_from is None or common.valid_from <= day) and (
        common.valid_to is None or day < common.valid_to
    )


def told(items: Items, name: str, day: date) -> dict[str, Any]:
    """What is said on a day of owners of a company that are not shown."""
    found: dict[str, Any] = {}
    for one in items:
        if isinstance(one, Record) and one.row_key and one.properties["name"] == name and live(one.common, day):
            assert not found, "two sayings for one day"
            found = dict(one.properties)
    return found


def owned(items: Items, name: str, day: date) -> list[Link]:
    """The links on a day from companies that own a company."""
    keys = {one.key for one in items if isinstance(one, Record) and one.properties["name"] == name}
    return [
        one
        for one in items
        if isinstance(one, Link) and one.type == "OWNS" and one.target.key in keys and live(one.common, day)
    ]


def total(items: Items, name: str, day: date) -> float:
    """Per cent of a company that is told on a day: by companies, parts of a way left out, and by persons."""
    by_companies = sum(
        one.properties.get("share", 0) for one in owned(items, name, day) if not one.properties.get("component")
    )
    return round(100 * float(by_companies + told(items, name, day).get("persons_share", 0)), 3)


UNABLE = "subjectUnableToConfirmOrIdentifyBeneficialOwner"
TODAY = date(2026, 11, 1)


# ---- 29: components are the path


@pytest.mark.parametrize(
    ("file", "subject", "naive", "right"),
    [
        ("mixed-direct-and-indirect-ownership.json", "Company A", 150, 100),
        ("indirect-ownership.json", "Company A", 90, 30),
        ("multiple-indirect-ownership.json", "Company B", 160, 60),
        ("mutilple-indirect-ownership-2.json", "Company A", 120, 60),
        ("bods-package-fi-soe.json", "Gasgrid Finland Oy", 200, 100),
    ],
)
def test_indirect_ownership_is_not_counted_twice(
    kedja_data: Path, file: str, subject: str, naive: float, right: float
) -> None:
    """Trap 29."""
    items, report = read(kedja_data / "bods-examples" / file)
    assert report.rejected == 0
    assert total(items, subject, TODAY) == right
    parts = [one for one in owned(items, subject, TODAY) if one.properties.get("component")]
    assert round(right + 100 * sum(one.properties["share"] for one in parts), 3) == naive


# ---- 30: statements are versions


@pytest.mark.parametrize(
    ("file", "name", "on"),
    [
        ("fermcat.json", "Fermcat Ltd", {"2020-01-01": 100, "2021-04-02": 100, "2021-04-03": 100, "2026-11-01": 100}),
        ("tecido.json", "Tecido Ltd", {"2010-01-01": 100, "2022-01-01": 100, "2022-12-01": 100, "2026-11-01": 80}),
    ],
)
def test_ownership_on_a_day_is_that_of_the_versions_of_the_day(
    kedja_data: Path, file: str, name: str, on: dict[str, float]
) -> None:
    """Trap 30."""
    items, _ = read(kedja_data / "bods-examples" / file)
    assert {day: total(items, name, date.fromisoformat(day)) for day in on} == on


def test_who_holds_what_when_in_the_two_examples(kedja_data: Path) -> None:
    items, _ = read(kedja_data / "bods-examples" / "fermcat.json")
    persons = [told(items, "Fermcat Ltd", date(year, 6, 1))["persons"] for year in (2020, 2021, 2023)]
    assert persons == [2, 2, 1]
    items, _ = read(kedja_data / "bods-examples" / "tecido.json")
    by_trust = [
        [one.properties["share"] for one in owned(items, "Tecido Ltd", date(y, 12, 1))]
        for y in (2020, 2021, 2022, 2024)
    ]
    by_person = [told(items, "Tecido Ltd", date(y, 12, 1)).get("persons_share") for y in (2020, 2021, 2022, 2024)]
    assert by_trust == [[], [0.6], [0.7], [0.8]]
    assert by_person == [1.0, 0.4, 0.3, None]


def test_a_closed_relation_ends_though_its_interest_is_open(tmp_path: Path) -> None:
    """Trap 30."""
    items, _ = of(
        tmp_path, company("a"), company("b"), holds("a", "b", shares(60)),
        holds("a", "b", shares(60), at="2022-03-01T12:00:00Z", status="closed"),
    )  # fmt: skip
    (link,) = [one for one in items if one.type == "OWNS"]
    assert link.common.valid_to == date(2022, 3, 1)


def test_an_interest_may_end_while_its_relation_goes_on(tmp_path: Path) -> None:
    items, _ = of(
        tmp_path, company("a"), company("b"), holds("a", "b", shares(60, end="2021-05-01"), votes(60)),
    )  # fmt: skip
    before, after = (owned(items, "b", date(2021, month, 1)) for month in (4, 6))
    assert [one.properties.get("share") for one in (*before, *after)] == [0.6, None]
    assert after[0].properties["control"] is True


def test_a_later_statement_goes_before_an_earlier_one_wherever_it_stands_and_whatever_its_offset(
    tmp_path: Path,
) -> None:
    later = holds("a", "b", shares(70, start="2021-01-01"), at="2021-01-02T00:30:00+02:00", id="2")
    first = holds("a", "b", shares(60), at="2021-01-01T21:00:00Z", id="1")
    items, _ = of(tmp_path, company("a"), company("b"), later, first)
    assert [one.properties["share"] for one in owned(items, "b", TODAY)] == [0.7]


@pytest.mark.parametrize("version", ["0.3", "0.4"])
def test_every_version_says_the_same(tmp_path: Path, version: str) -> None:
    statements = [
        company("a"), company("b"), person("p1"), holds("a", "b", shares(60)), holds("p1", "b", shares(40)),
        holds("a", "b", shares(70, start="2022-01-01"), at="2022-01-01"),
        holds({"reason": "unknown"}, "a", record="u"),
    ]  # fmt: skip
    items, report = of(tmp_path, *(statements if version == "0.4" else older(*statements)))
    assert report.rejected == 0
    assert [total(items, "b", date(year, 6, 1)) for year in (2021, 2023)] == [100, 110]
    assert told(items, "a", TODAY)["owner_not_told"] == ["unknown"]


# ---- 31: unspecified is three things


def test_two_unknown_owners_stay_two(tmp_path: Path) -> None:
    """Trap 31."""
    items, _ = of(
        tmp_path, company("a"), person("p1", personType="unknownPerson"), person("p2", personType="unknownPerson"),
        holds("p1", "a", shares(30)), holds("p2", "a", shares(30)),
    )  # fmt: skip
    assert told(items, "a", TODAY)["owner_not_told"] == ["unknown", "unknown"]
    assert len([one for one in items if one.type == "Organisation"]) == 2  # a, and what is said of its owners


def test_an_exempt_listed_company_is_not_without_owner(kedja_data: Path) -> None:
    """Trap 31."""
    items, _ = read(kedja_data / "bods-examples" / "listed-company-exempt-from-disclosure.json")
    assert told(items, "Listed Company OS-17", TODAY) == {
        "name": "Listed Company OS-17", "owner_not_told": ["subject-exempt"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("owner", "reason"),
    [
        (person("o", personType="anonymousPerson"), "anonymous"),
        (person("o", personType="unknownPerson", unspecified={"reason": UNABLE}), "unable-to-identify"),
        (company("o", type="unknownEntity"), "unknown"),
        (company("o", type="anonymousEntity"), "anonymous"),
    ],
)  # fmt: skip
def test_each_way_not_to_tell_has_its_reason_and_no_node(tmp_path: Path, owner: Any, reason: str) -> None:
    items, _ = of(tmp_path, company("a"), owner, holds("o", "a"))
    assert told(items, "a", TODAY)["owner_not_told"] == [reason]
    assert {one.key.rpartition("/")[2] for one in items if isinstance(one, Record)} == {"a"}


def test_an_owner_whose_interest_is_not_told_is_told(tmp_path: Path) -> None:
    items, _ = of(tmp_path, company("a"), company("b"), holds("a", "b", {"type": "unknownInterest"}))
    (link,) = owned(items, "b", TODAY)
    assert link.properties == {"interests": "unknown-interest"}


# ---- 32: what the schema lets through


@pytest.mark.parametrize(
    ("wrong", "column", "reason"),
    [
        (holds("a", "b", shares(minimum=75, maximum=50)), "share", Reason.OUT_OF_RANGE),
        (holds("a", "b", shares(130)), "share", Reason.OUT_OF_RANGE),
        (holds("a", "b", {"type": "shareholding", "share": {"exact": "75"}}), "share", Reason.NOT_A_NUMBER),
        (holds("a", "nowhere", shares(50)), "subject", Reason.UNKNOWN_KEY),
        (holds("nowhere", "b", shares(50)), "interestedParty", Reason.UNKNOWN_KEY),
        (holds({"reason": "unknown"}, {"reason": "unknown"}), "subject", Reason.MISSING),
        (holds("a", "b", shares(50), id="a-2020-01-01"), "", Reason.DUPLICATE_KEY),
        (holds("a", "b", shares(50, start="2020-02-30")), "startDate", Reason.NOT_A_DATE),
        (holds("a", "b", shares(50), at="yesterday"), "statementDate", Reason.NOT_A_DATE),
    ],
)
def test_nonsense_is_rejected_and_the_rest_is_read(tmp_path: Path, wrong: Any, column: str, reason: Reason) -> None:
    """Trap 32."""
    items, report = of(tmp_path, company("a"), company("b"), wrong, holds("b", "a", shares(10)))
    assert [(one.row, one.column, one.reason) for one in report.rejects] == [(3, column, reason)]
    assert [one.properties["share"] for one in items if one.type == "OWNS"] == [0.1]


@pytest.mark.parametrize(
    ("share", "least", "most"),
    [
        ({"minimum": 75, "exclusiveMaximum": 100}, 0.75, 1.0),  # numbers from 0.4 on
        ({"minimum": 25, "maximum": 50, "exclusiveMinimum": True}, 0.25, 0.5),  # yes or no before
        ({"exclusiveMinimum": 50}, 0.5, 1.0),
        ({"exact": 90, "minimum": 25, "maximum": 50}, 0.25, 0.9),  # outside its own range
    ],
)
def test_a_range_is_a_range(tmp_path: Path, share: Any, least: float, most: float) -> None:
    items, report = of(tmp_path, company("a"), company("b"), holds("a", "b", shares(**share)))
    (link,) = owned(items, "b", TODAY)
    assert (link.properties["share"], link.properties["share_max"]) == (least, most)
    assert report.notes["exact_outside_range"] == int("exact" in share)


def test_votes_are_no_shares(tmp_path: Path) -> None:
    """Trap 32."""
    items, _ = of(tmp_path, company("a"), company("b"), holds("a", "b", shares(75), votes(75)))
    (link,) = owned(items, "b", TODAY)
    assert link.properties["share"] == 0.75
    assert (link.properties["control"], link.properties["interests"]) == (True, "shareholding, voting-rights")


# ---- persons, identifiers, editions


def test_no_name_birthday_or_number_of_a_person_comes_out(kedja_data: Path) -> None:
    for file in sorted((kedja_data / "bods-examples").glob("*.json")):
        items, report = read(file)
        said = repr((items, report.rejects))
        for statement in json.loads(file.read_text("utf-8")):
            details = statement["recordDetails"]
            if statement["recordType"] == "person":
                for name in details.get("names", []):
                    assert name.get("fullName", "-") not in said
                assert details.get("birthDate") is None or f"'{details['birthDate']}'" not in said
        assert items


def test_numbers_of_registers_that_are_known_identify(tmp_path: Path) -> None:
    numbers = {"SE-BLV": "556036-0793", "XX-ODD": "17", "GB-COH": "3794455"}
    given = [{"scheme": scheme, "id": number} for scheme, number in numbers.items()]
    items, _ = of(
        tmp_path, company("a", identifiers=given), company("t", identifiers=[{"scheme": "SE-BLV", "id": "640823-3234"}])
    )
    a, t = (one for one in items if isinstance(one, Record))
    assert a.also == ("se-orgnr:5560360793", "gb-coh:03794455")
    assert a.raw["XX-ODD"] == "17"
    assert t.properties == {"name": "natural person", "natural_person": True}
    assert "640823" not in repr(t)


def test_a_later_file_replaces_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    now = datetime(2024, 6, 3, tzinfo=UTC)
    first = [
        company("a"),
        company("b"),
        company("c"),
        holds("a", "b", shares(60)),
        holds("a", "c", shares(10)),
        person("p"),
        holds("p", "b", shares(5)),
    ]
    second = [company("a"), company("b"), holds("a", "b", shares(60, end="2024-01-01"))]
    with graph.sqlite.open(tmp_path / "kedja.db", create=True) as store:
        for number, statements in enumerate((first, second)):
            file = tmp_path / f"{number}.json"
            file.write_text(json.dumps(statements), "utf-8")
            load(store, BodsLoader(), file, now=now, options={"edition": str(number)})
        latest = store.latest()
        assert latest is not None
        at = At(latest.number)
        ends = {(one.target_key[-1], one.common.valid_to) for one in store.links(at) if one.type == "OWNS"}
        assert ends == {("b", date(2024, 1, 1)), ("c", None)}
        assert not [one for one in store.records(at) if "persons" in one.properties]


def test_the_examples_are_recognised(kedja_data: Path) -> None:
    for file in sorted((kedja_data / "bods-examples").glob("*.json")):
        assert find(str(file)).kind == "bods"


@pytest.mark.parametrize("damage", [flipped, cut, doubled, nested, other_types])
def test_a_damaged_file_gives_an_error_or_a_report_that_adds_up(
    tmp_path: Path, damage: Callable[[bytes, random.Random], bytes]
) -> None:
    statements = [company("a"), company("b"), person("p"), holds("a", "b", shares(60)), holds("p", "a", shares(100))]
    texts = {"json": json.dumps(statements), "jsonl": "\n".join(map(json.dumps, statements))}
    for seed in range(40):
        chance = random.Random(seed)
        for form, text in texts.items():
            file = tmp_path / f"a.{form}"
            file.write_bytes(damage(text.encode(), chance))
            assert file.name in (refusal_of(file) or file.name)


def refusal_of(file: Path) -> str:
    try:
        _, report = read(file)
    except KedjaError as error:
        return str(error)
    assert "Påhittad" not in repr(report.rejects)
    return ""
