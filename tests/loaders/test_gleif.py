"""What GLEIF's records say, and what they do not: the traps seen in its files, each as a test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import graph.sqlite
from graph.sqlite import Store
from graph.store import At
from loaders.base import Loaded, load
from loaders.gleif.files import Kind
from loaders.gleif.loader import GleifLoader
from ontology.errors import FileFormatError, Reason
from ontology.model import NODES
from ontology.records import Link, Mode, Record
from ontology.settling import Claim, settled
from tests.loaders.gleif_made import (
    A,
    B,
    C,
    D,
    csv_text,
    entity,
    exception,
    json_text,
    of_xml,
    period,
    read,
    register,
    relation,
    without,
    xml,
)  # fmt: skip

FULL = {"ContentDate": "2024-06-01T08:00:00Z", "FileContent": "GLEIF_FULL_PUBLISHED"}
DELTA = {"ContentDate": "2024-06-02T08:00:00Z", "FileContent": "GLEIF_DELTA_PUBLISHED"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with graph.sqlite.open(tmp_path / "kedja.db", create=True) as opened:
        yield opened


def loaded(store: Store, path: Path, kind: Kind, header: dict[str, str], *trees: Any) -> Loaded:
    file = path / f"{kind}-{header['ContentDate'][:10]}.xml"
    file.write_text(xml(kind, trees, header), "utf-8")
    return load(store, GleifLoader(), file, now=datetime(2024, 6, 3, tzinfo=UTC))


def now(store: Store) -> At:
    last = store.latest()
    return At(last.number if last else 0)


def owners(store: Store) -> list[tuple[str, str, date | None, date | None]]:
    return [
        (one.source_key[-2:], one.target_key[-2:], one.common.valid_from, one.common.valid_to)
        for one in store.links(now(store))
        if one.type == "OWNS"
    ]


def thing(store: Store, number: str) -> str:
    found = store.find(now(store), f"lei:{number}")
    assert found is not None
    return found.id


def only(items: list[Record | Link]) -> Link:
    (link,) = items
    assert isinstance(link, Link)
    return link


def record(items: list[Record | Link]) -> Record:
    return next(one for one in items if isinstance(one, Record))


# ---- 23: deletions and statuses


def test_a_deletion_ends_the_link_on_its_date(store: Store, tmp_path: Path) -> None:
    """Trap 23."""
    loaded(store, tmp_path, Kind.RELATION, FULL, relation(A, B), relation(C, B))
    gone = relation(A, B) | without("2024-05-30T08:00:00Z")
    did = loaded(store, tmp_path, Kind.RELATION, DELTA, gone).settled
    assert (did.retracted, did.links) == (1, 1)
    assert {(child, end) for _, child, _, end in owners(store)} == {(A[-2:], date(2024, 5, 30)), (C[-2:], None)}


def test_a_null_deletion_does_nothing(tmp_path: Path) -> None:
    """Trap 23."""
    file = tmp_path / "rr.json"
    file.write_text(json_text(Kind.RELATION, [relation() | without(None)]), "utf-8")
    items, report = read(file)
    assert only(items).common.valid_to is None
    assert report.notes["deleted"] == 0


@pytest.mark.parametrize("prefix", ["", "gleif:"])
@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_deletion_is_seen_in_every_form(tmp_path: Path, form: str, prefix: str) -> None:
    gone = relation() | {"Extension": {f"{prefix}Deletion": {f"{prefix}DeletedAt": "2024-05-30T08:00:00Z"}}}
    file = tmp_path / f"rr.{form}"
    file.write_text(json_text(Kind.RELATION, [gone]) if form == "json" else csv_text([gone]), "utf-8")
    items, report = read(file)
    assert only(items).common.valid_to == date(2024, 5, 30)
    assert report.notes["deleted"] == 1


def test_lapsed_and_active_stays_in_the_group(tmp_path: Path) -> None:
    """Trap 23."""
    items, _ = of_xml(tmp_path, Kind.RELATION, relation(_RegistrationStatus="LAPSED"))
    assert only(items).common.valid_to is None
    items, _ = of_xml(tmp_path, Kind.LEI, entity(_RegistrationStatus="LAPSED"))
    assert record(items).common.valid_to is None


@pytest.mark.parametrize("status", ["RETIRED", "MERGED", "DUPLICATE", "ANNULLED"])
def test_what_is_over_does_not_vanish_and_is_an_alias_of_its_successor(
    store: Store, tmp_path: Path, status: str
) -> None:
    old = entity(
        A, "Gamla AB", EntityStatus="INACTIVE", EntityExpirationDate="2024-01-10T00:00:00Z",
        SuccessorEntity={"SuccessorLEI": B}, _RegistrationStatus=status,
    )  # fmt: skip
    alone = entity(C, "Ensam AB", EntityStatus="INACTIVE", _RegistrationStatus=status)
    loaded(store, tmp_path, Kind.LEI, FULL, old, entity(B, "Nya AB"), alone)
    assert thing(store, A) == thing(store, B) != thing(store, C)
    ends = {one.name: one.common.valid_to for one in store.records(now(store))}
    assert ends == {"Gamla AB": date(2024, 1, 10), "Nya AB": None, "Ensam AB": None}


def test_two_successors_are_none(tmp_path: Path) -> None:
    split = entity(A, SuccessorEntity=[{"SuccessorLEI": B}, {"SuccessorLEI": C}], _RegistrationStatus="RETIRED")
    items, report = of_xml(tmp_path, Kind.LEI, split)
    assert record(items).also == ()
    assert report.notes["several_successors"] == 1


def test_the_word_null_is_no_status(tmp_path: Path) -> None:
    items, report = of_xml(tmp_path, Kind.RELATION, relation(RelationshipStatus="NULL"))
    assert only(items).common.valid_to is None
    assert report.notes["status_not_told"] == 1
    items, _ = of_xml(tmp_path, Kind.LEI, entity(EntityStatus="NULL"))
    assert record(items).properties["register_status"] == "ISSUED"


def test_an_inactive_relation_without_an_end_is_not_open(tmp_path: Path) -> None:
    items, report = of_xml(tmp_path, Kind.RELATION, relation(RelationshipStatus="INACTIVE"))
    assert only(items).common.valid_to == date(2024, 5, 2)
    assert report.notes["end_not_told"] == 1


@pytest.mark.parametrize("status", ["ANNULLED", "DUPLICATE"])
def test_a_relation_entered_in_error_says_nothing_and_takes_back_what_it_said(
    store: Store, tmp_path: Path, status: str
) -> None:
    loaded(store, tmp_path, Kind.RELATION, FULL, relation(A, B))
    loaded(store, tmp_path, Kind.RELATION, DELTA, relation(A, B, _RegistrationStatus=status))
    assert owners(store) == []


# ---- 24: not every relationship is a parent


@pytest.mark.parametrize("kind", ["IS_FUND-MANAGED_BY", "IS_SUBFUND_OF", "IS_FEEDER_TO"])
def test_a_fund_manager_is_not_an_owner(tmp_path: Path, kind: str) -> None:
    """Trap 24."""
    items, report = of_xml(tmp_path, Kind.RELATION, relation(A, B, kind))
    assert items == []
    assert (report.accepted, report.notes["fund_link"]) == (1, 1)


def test_the_start_is_the_child_and_consolidation_is_control(tmp_path: Path) -> None:
    items, _ = of_xml(tmp_path, Kind.RELATION, relation(A, B), relation(A, C, "IS_ULTIMATELY_CONSOLIDATED_BY"))
    direct, ultimate = items
    assert isinstance(direct, Link)
    assert isinstance(ultimate, Link)
    assert (direct.source.key, direct.target.key) == (f"lei:{B}", f"lei:{A}")
    assert direct.properties == {"control": True}
    assert ultimate.properties == {"control": True, "indirect": True}


def test_a_direct_parent_that_is_the_ultimate_one_too_is_said_twice(store: Store, tmp_path: Path) -> None:
    loaded(
        store, tmp_path, Kind.RELATION, FULL, relation(A, B), relation(A, B, "IS_ULTIMATELY_CONSOLIDATED_BY")
    )  # fmt: skip
    loaded(store, tmp_path, Kind.RELATION, DELTA, relation(A, C))
    assert {(owner, child) for owner, child, *_ in owners(store)} == {(C[-2:], A[-2:]), (B[-2:], A[-2:])}


def test_a_branch_is_the_legal_person_that_its_head_office_is(store: Store, tmp_path: Path) -> None:
    """Trap 24."""
    branch = entity(A, "Beta Ltd, Swedish branch", EntityCategory="BRANCH")
    loaded(store, tmp_path, Kind.LEI, FULL, branch, entity(B, "Beta Ltd"))
    told = relation(A, B, "IS_INTERNATIONAL_BRANCH_OF")
    loaded(store, tmp_path, Kind.RELATION, FULL, told)
    assert thing(store, A) == thing(store, B)
    assert owners(store) == []
    loaded(store, tmp_path, Kind.RELATION, DELTA, told | without("2024-06-01T00:00:00Z"))
    assert thing(store, A) != thing(store, B)


# ---- 25: percent


@pytest.mark.parametrize(("amount", "doubtful"), [("1.00", 1), ("100.00", 0), ("0.6", 1)])
def test_a_percentage_lowers_no_link(tmp_path: Path, amount: str, doubtful: int) -> None:
    """Trap 25."""
    stated = {"RelationshipQuantifier": {"QuantifierAmount": amount, "QuantifierUnits": "PERCENTAGE"}}
    items, report = of_xml(tmp_path, Kind.RELATION, relation(RelationshipQuantifiers=stated))
    assert only(items).properties == {"control": True}
    assert only(items).raw["QuantifierAmount"] == amount
    assert report.notes["percentage_doubtful"] == doubtful


# ---- 26: periods, keys, exceptions

ACCOUNTS = period("2022-01-01T00:00:00Z", "2022-12-31T00:00:00Z", "ACCOUNTING_PERIOD")
FILED = period("2023-04-01T00:00:00Z", "2024-04-01T00:00:00Z", "DOCUMENT_FILING_PERIOD")
RELATED = period("2015-06-30T00:00:00.000+02:00", "2021-12-31T23:59:59Z")


@pytest.mark.parametrize("form", ["xml", "json", "csv"])
@pytest.mark.parametrize("periods", [(ACCOUNTS, FILED, RELATED), (RELATED, ACCOUNTS), (RELATED,)])
def test_only_the_relationship_period_dates_the_link(tmp_path: Path, form: str, periods: Any) -> None:
    """Trap 26."""
    trees = [relation(A, B, "IS_DIRECTLY_CONSOLIDATED_BY", *periods)]
    file = tmp_path / f"rr.{form}"
    texts = {"xml": xml(Kind.RELATION, trees), "json": json_text(Kind.RELATION, trees), "csv": csv_text(trees)}
    file.write_text(texts[form], "utf-8")
    link = only(read(file)[0])
    assert (link.common.valid_from, link.common.valid_to) == (date(2015, 6, 30), date(2022, 1, 1))


def test_without_its_own_period_a_relation_has_no_dates(tmp_path: Path) -> None:
    items, report = of_xml(tmp_path, Kind.RELATION, relation(A, B, "IS_DIRECTLY_CONSOLIDATED_BY", ACCOUNTS))
    assert only(items).common.valid_from is None
    assert report.notes["period_not_told"] == 1


@pytest.mark.parametrize("form", ["xml", "json", "csv"])
def test_a_missing_parent_is_not_told_because_and_has_every_reason(tmp_path: Path, form: str) -> None:
    """Trap 26."""
    trees = [exception(A, "NON_PUBLIC", "LEGAL_OBSTACLES"), exception(A, "NO_LEI", category="ULTIMATE")]
    file = tmp_path / f"repex.{form}"
    texts = {"xml": xml(Kind.EXCEPTION, trees), "json": json_text(Kind.EXCEPTION, trees), "csv": csv_text(trees)}
    file.write_text(texts[form], "utf-8")
    direct, ultimate = read(file)[0]
    assert direct.properties["owner_not_told"] == ["non-public", "legal-obstacles"]
    assert ultimate.properties["ultimate_owner_not_told"] == ["no-lei"]


def test_a_parent_that_is_a_natural_person_is_a_reason_and_no_node(store: Store, tmp_path: Path) -> None:
    loaded(store, tmp_path, Kind.LEI, FULL, entity(A, "Alfa AB"))
    loaded(
        store, tmp_path, Kind.EXCEPTION, FULL, exception(A, "NATURAL_PERSONS") | {"ExceptionReference": "E. Made-Up"}
    )
    (one,) = {found.entity for found in store.records(now(store))}
    assert one == thing(store, A)
    assert "Made-Up" not in repr(list(store.records(now(store))))


def test_a_parent_of_another_kind_than_an_lei_is_refused(tmp_path: Path) -> None:
    person = relation(A, B, EndNode={"NodeID": "E. Made-Up", "NodeIDType": "NATURAL_PERSON"})
    items, report = of_xml(tmp_path, Kind.RELATION, person, relation(C, D))
    assert [one.target.key for one in items if isinstance(one, Link)] == [f"lei:{C}"]
    assert [one.reason for one in report.rejects] == [Reason.NOT_UNDERSTOOD]


# ---- 27: the LEI itself, header counts


def test_a_wrong_check_digit_identifies_nothing_and_the_record_is_kept(tmp_path: Path) -> None:
    """Trap 27."""
    wrong = A[:-1] + str((int(A[-1]) + 1) % 10)
    items, report = of_xml(tmp_path, Kind.LEI, entity(wrong, "Alfa AB", _RegistrationStatus="ANNULLED"))
    assert record(items).key == f"local:gleif/{wrong}"
    assert record(items).raw["LEI"] == wrong
    assert report.notes["lei_not_valid"] == 1


def test_the_samples_load_with_a_note_not_an_error(kedja_data: Path) -> None:
    """Trap 27."""
    for file in sorted((kedja_data / "gleif-level2").glob("*.xml")):
        items, report = read(file)
        assert report.rejected == 0
        assert report.notes["extract"] == 1
        assert GleifLoader().source(file, {}).mode is Mode.DELTA
        assert items


def test_a_file_that_claims_to_be_whole_and_is_not_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "lei2.xml"
    file.write_text(xml(Kind.LEI, [entity()] * 3, FULL | {"RecordCount": "2"}), "utf-8")
    with pytest.raises(Exception, match="holds 3 records and claims 2"):
        read(file)
    assert read(file, {"mode": "delta"})[1].accepted == 3


# ---- 28: legal forms; 38: register numbers


@pytest.mark.parametrize("code", ["8888", "9999"])
def test_a_legal_form_that_is_no_code_is_its_text(tmp_path: Path, code: str) -> None:
    """Trap 28."""
    form = {"EntityLegalFormCode": code, "OtherLegalForm": "Ideell förening"}
    items, _ = of_xml(tmp_path, Kind.LEI, entity(LegalForm=form))
    assert record(items).properties["legal_form"] == "Ideell förening"
    items, _ = of_xml(tmp_path, Kind.LEI, entity(LegalForm={"EntityLegalFormCode": "XJHM"}))
    assert record(items).properties["legal_form"] == "AB"


@pytest.mark.parametrize(
    ("authority", "number", "also"),
    [
        ("RA000544", "556036-0793", ("se-orgnr:5560360793",)),
        ("RA000735", "8024069513", ("se-orgnr:8024069513",)),
        ("RA000544", "556036-0794", ()),  # its check digit is wrong
        ("RA000547", "556036-0793", ()),  # a register of other numbers
        ("RA000188", "3007894-1", ("vat:FI30078941",)),
        ("RA000585", "3794455", ("gb-coh:03794455",)),
        ("RA000602", "4386463", ()),  # whose numbers have no scheme here
    ],
)
def test_what_a_number_means_is_declared_for_each_register(
    tmp_path: Path, authority: str, number: str, also: tuple[str, ...]
) -> None:
    items, _ = of_xml(tmp_path, Kind.LEI, entity(RegistrationAuthority=register(authority, number)))
    assert record(items).also == also
    assert record(items).raw["RegistrationAuthorityEntityID"] == number


@pytest.mark.parametrize(
    "of_a_person",
    [{"EntityCategory": "SOLE_PROPRIETOR"}, {"RegistrationAuthority": register("RA000544", "640823-3234")}],
)
def test_a_sole_trader_has_neither_name_nor_number(tmp_path: Path, of_a_person: dict[str, Any]) -> None:
    items, report = of_xml(tmp_path, Kind.LEI, entity(A, "Eva Påhittad", **of_a_person))
    hidden = record(items)
    assert hidden.properties == {"name": "natural person", "natural_person": True}
    assert not {"Eva", A, "640823"} & set(repr(items).replace("'", " ").split())
    assert A not in repr((items, report.rejects))
    assert report.notes["hidden_person"] == 1


def test_no_name_of_a_sole_trader_comes_out_of_the_real_extract(kedja_data: Path) -> None:
    import arro3.io

    file = kedja_data / "gleif-lei-health" / "gleif_healthcare_medical_devices.parquet"
    items, report = read(file)
    assert (report.accepted, report.notes["hidden_person"]) == (18_304, 542)
    names = {one.properties["name"] for one in items if isinstance(one, Record)}
    keys = {one.key for one in items if isinstance(one, Record)}
    persons, firms = [], set()
    for batch in arro3.io.read_parquet(file):
        columns = ("LEI", "Entity.LegalName", "Entity.EntityCategory")
        for number, name, category in zip(*(batch.column(c).to_pylist() for c in columns), strict=True):
            if category == "SOLE_PROPRIETOR":
                persons.append(name)
                assert f"lei:{number}" not in keys
            else:
                firms.add(name)
    assert len(persons) == 542
    assert not names & (set(persons) - firms)


# ---- editions


def test_a_full_file_takes_back_what_it_no_longer_says_and_a_delta_does_not(store: Store, tmp_path: Path) -> None:
    loaded(store, tmp_path, Kind.LEI, FULL, entity(A, "Alfa"), entity(B, "Beta"))
    loaded(store, tmp_path, Kind.LEI, DELTA, entity(B, "Beta, renamed", LegalAddress={"Country": "NO"}))
    assert {one.name for one in store.records(now(store))} == {"Alfa", "Beta, renamed"}
    assert sorted(one.target_key for one in store.links(now(store))) == ["iso3166-1:NO", "iso3166-1:SE"]
    later = FULL | {"ContentDate": "2024-06-03T08:00:00Z"}
    loaded(store, tmp_path, Kind.LEI, later, entity(A, "Alfa"))
    assert {one.name for one in store.records(now(store))} == {"Alfa"}


def test_a_record_that_cannot_be_read_takes_nothing_back(store: Store, tmp_path: Path) -> None:
    loaded(store, tmp_path, Kind.RELATION, FULL, relation(A, B), relation(C, B))
    later = FULL | {"ContentDate": "2024-06-03T08:00:00Z"}
    bad = relation(A, B, "IS_DIRECTLY_CONSOLIDATED_BY", period("2020-02-30"))
    report = loaded(store, tmp_path, Kind.RELATION, later, bad).report
    assert [(one.column, one.value, one.reason) for one in report.rejects] == [
        ("StartDate", "2020-02-30", Reason.NOT_A_DATE)
    ]
    assert [child for _, child, *_ in owners(store)] == [A[-2:]]


def test_the_name_of_level_1_goes_before_the_number_of_an_exception() -> None:
    name = NODES["Organisation"].properties["name"]
    for others in (["s"], ["s", "t", "u"]):
        numbers = [Claim(A, source, 9, f"r{source}") for source in others]
        assert settled(name, [*numbers, Claim("Alfa AB", "x", 0, "rx")]) == "Alfa AB"
    assert settled(name, [Claim(A, "s", 9, "rs"), Claim(B, "t", 1, "rt")]) in (A, B)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_file_that_is_cut_leaves_the_edition_before(store: Store, tmp_path: Path, part: float) -> None:
    loaded(store, tmp_path, Kind.RELATION, FULL, relation(A, B), relation(C, B))
    before = owners(store)
    text = xml(Kind.RELATION, [relation(A, C), relation(C, A), relation(B, D)], DELTA)
    file = tmp_path / "cut.xml"
    file.write_text(text[: int(len(text) * part)], "utf-8")
    with pytest.raises(FileFormatError, match=r"cut\.xml"):
        load(store, GleifLoader(), file, now=datetime(2024, 6, 4, tzinfo=UTC))
    assert owners(store) == before
    assert len(store.publications()) == 1
