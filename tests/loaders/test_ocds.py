"""OCDS as publishers write it: each trap of the format is a test, on invented releases; then the real files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.sqlite import Store
from graph.sqlite import open as open_store
from loaders.base import Report, load, no_progress
from loaders.ocds.loader import OcdsLoader
from loaders.ocds.merging import merged
from loaders.ocds.reading import found_in, instant, text_ids
from loaders.registry import find
from ontology.errors import FileFormatError, Reason
from ontology.records import Link, Record
from tests.conftest import ROOT
from tests.contract.saying import START

SAMPLE = ROOT / "tests" / "data" / "ocds" / "releases.json"
Json = dict[str, Any]
OCID = "ocds-abc123-1"
BUYER = {"id": "XX-OWN-1", "name": "Invented Region", "roles": ["buyer"]}
GLOVES = {"id": "GB-COH-01234567", "name": "Glove Ltd", "identifier": {"scheme": "GB-COH", "id": "01234567"}}


def award(id: object = "a", suppliers: list[Json] | None = None, **more: Any) -> Json:
    named = [{"id": GLOVES["id"], "name": "Glove Ltd"}] if suppliers is None else suppliers
    return {"id": id, "status": "active", "suppliers": named, **more}


def gbp(amount: object) -> Json:
    return {"amount": amount, "currency": "GBP"}


def release(date: str = "2026-01-01T00:00:00Z", ocid: str = OCID, **more: Any) -> Json:
    return {
        "ocid": ocid, "id": f"{ocid}-{date}", "date": date, "tag": ["award"], "parties": [BUYER, GLOVES],
        "buyer": {"id": BUYER["id"], "name": BUYER["name"]}, **more,
    }  # fmt: skip


class Read:
    """What a file of releases says."""

    def __init__(self, path: Path) -> None:
        loader = OcdsLoader()
        self.report = Report(path.name)
        self.source = loader.source(path, {})
        self.items = list(loader.read(path, self.source, {}, b"", self.report, no_progress))
        assert self.report.rows_in == self.report.accepted + self.report.rejected

    def of(self, type: str) -> list[Record]:
        return [item for item in self.items if isinstance(item, Record) and item.type == type]

    def links(self, type: str) -> list[Link]:
        return [item for item in self.items if isinstance(item, Link) and item.type == type]

    def names(self) -> list[str]:
        return sorted(one.properties["name"] for one in self.of("Organisation"))

    @property
    def procurement(self) -> Record:
        (one,) = self.of("Procurement")
        return one


Reader = Callable[..., Read]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    def written(*releases: Json, **package: Any) -> Read:
        path = tmp_path / "package.json"
        path.write_text(json.dumps({"publisher": {"name": "Invented"}, "releases": releases, **package}))
        return Read(path)

    return written


# -- traps ---------------------------------------------------------------------------------------------------------


def test_a_value_set_to_null_is_no_value_and_its_history_has_the_old_one(read: Reader) -> None:
    """Trap 14."""
    said = read(
        release("2026-01-01T00:00:00Z", awards=[award(value=gbp(100))]),
        release("2026-02-01T00:00:00Z", awards=[award(value=None)]),
    )
    (contract,) = said.of("Contract")
    assert "awarded_value" not in contract.properties
    assert contract.raw["earlier"] == "100 GBP until 2026-02-01T00:00:00Z"
    assert "awarded_value" not in said.procurement.properties


def test_a_list_set_to_null_is_withdrawn() -> None:
    assert merged([{"awards": [award()], "date": "1"}, {"awards": None, "date": "2"}]).release == {}


def test_releases_are_merged_by_instant_and_not_by_text(read: Reader) -> None:
    """Trap 15: 23:00Z is later than 00:30+02:00 of the next day."""
    said = read(
        release("2026-01-01T23:00:00Z", awards=[award(value=gbp(2))]),
        release("2026-01-02T00:30:00+02:00", awards=[award(value=gbp(1))]),
    )
    assert said.of("Contract")[0].properties["awarded_value"] == "2"
    assert instant("2026-01-02T00:30:00+02:00") < instant("2026-01-01T23:00:00Z") < instant("2026-01-02T00:00:00")


def test_of_equal_dates_the_place_in_the_file_decides(read: Reader) -> None:
    """Trap 15."""
    said = read(release(awards=[award(value=gbp(1))]), release(awards=[award(value=gbp(2))]))
    assert said.of("Contract")[0].properties["awarded_value"] == "2"


def test_the_ids_1_and_1_as_text_are_one(read: Reader) -> None:
    """Trap 16."""
    said = read(
        release("2026-01-01T00:00:00Z", awards=[award(1, value=gbp(1))]),
        release("2026-01-02T00:00:00Z", awards=[award("1", value=gbp(2)), award(1.0, value=gbp(3))]),
    )
    assert [one.properties["awarded_value"] for one in said.of("Contract")] == ["3"]


def test_items_without_an_id_do_not_double() -> None:
    """Trap 16."""
    items = [{"description": "Gloves"}]
    whole = merged([{"tender": {"items": items}}, {"tender": {"items": items}}])
    assert whole.release["tender"]["items"] == items


def test_an_award_that_may_correct_another_is_shown_beside_it_and_no_sum_is_made(read: Reader) -> None:
    """Trap 17."""
    said = read(
        release("2026-03-11T12:21:44Z", awards=[award("a-1", value=gbp(18_848_731))]),
        release("2026-03-11T12:27:50Z", awards=[award("a-2", value=gbp(188_487))]),
    )
    found = {one.properties["awarded_value"]: one.properties.get("may_be_replaced_by") for one in said.of("Contract")}
    assert found == {"18848731": "a-2", "188487": None}
    assert "awarded_value" not in said.procurement.properties
    assert said.report.notes["may_replace"] == 1


def test_two_awards_of_one_release_are_two_and_are_summed(read: Reader) -> None:
    said = read(release(awards=[award("a-1", value=gbp(10)), award("a-2", value=gbp(20))]))
    assert said.procurement.properties["awarded_value"] == "30"
    assert not said.report.notes["may_replace"]


def test_org_1_of_two_processes_are_two_bodies(read: Reader) -> None:
    def of(ocid: str, name: str) -> Json:
        return release(ocid=ocid, parties=[], buyer={"id": "org-1", "name": name})

    assert len(read(of("ocds-abc123-1", "One"), of("ocds-abc123-2", "One")).of("Organisation")) == 2


def test_org_1_of_two_releases_of_a_process_are_two_bodies(read: Reader) -> None:
    """Trap 18."""

    def of(date: str, id_: str, name: str) -> Json:
        told = {"id": "org-1", "name": name}
        return release(date, parties=[told], buyer={"id": "b", "name": "Buyer"}, awards=[award(id_, [told])])

    said = read(of("2026-01-01T00:00:00Z", "a", "One"), of("2026-01-02T00:00:00Z", "b", "Two"))
    assert said.names() == ["Buyer", "One", "Two"]
    assert len({link.source.key for link in said.links("HOLDS")}) == 2


def test_a_company_number_with_two_names_is_one(tmp_path: Path, read: Reader) -> None:
    """Trap 18."""
    other = {**GLOVES, "name": "Glove Ltd T/A Hands"}
    said = read(
        release(awards=[award()]),
        release(ocid="ocds-abc123-2", parties=[BUYER, other], awards=[award("b", [other])]),
    )
    assert {link.source.key for link in said.links("HOLDS")} == {"gb-coh:01234567"}
    assert said.names() == ["Glove Ltd", "Glove Ltd T/A Hands", "Invented Region"]


def test_a_publisher_that_writes_its_prefix_in_capitals_has_one_series(read: Reader) -> None:
    said = {read(release(ocid=f"OCDS-ABC123-{n}", awards=[award()])).source.series for n in (1, 2)}
    assert said == {read(release()).source.series} == {"ocds-abc123"}


def test_suppliers_without_an_id_are_those_of_the_last_release_and_bear_none(read: Reader) -> None:
    first, last = ({"name": name, "address": {"countryName": "SE"}} for name in ("Wrong Ltd", "Right Ltd"))
    said = read(
        release(awards=[award("a", [first])], parties=[BUYER]),
        release("2026-02-01T00:00:00Z", awards=[award("a", [last])], parties=[BUYER]),
    )
    names = {one.key: one for one in said.of("Organisation")}
    assert [names[link.source.key].properties["name"] for link in said.links("HOLDS")] == ["Right Ltd"]
    assert [one.raw for one in names.values() if one.properties["name"] == "Right Ltd"] == [{"country": "SE"}]


def test_a_supplier_without_an_id_is_none_of_the_parties_without_one(read: Reader) -> None:
    nameless = {"name": "Invented Region", "identifier": GLOVES["identifier"], "address": {"countryName": "SE"}}
    said = read(release(parties=[nameless], buyer=None, awards=[award("a", [{"name": "Other Ltd"}])]))
    (held,) = said.links("HOLDS")
    assert held.source.key != "gb-coh:01234567"
    assert not [link for link in said.links("LOCATED_IN") if link.source == held.source]


def test_a_mention_is_the_party_whose_id_it_bears_in_its_release_whatever_it_calls_it(read: Reader) -> None:
    region = {"id": "1", "name": "Invented Region", "roles": ["buyer"], "address": {"countryName": "SE"}}
    firm = {"id": "2", "name": "Glove Ltd", "address": {"countryName": "GB"}}
    said = read(
        release(
            parties=[region, firm],
            buyer={"id": "1", "name": "Inv. Region, purchasing"},
            awards=[award("a", [{"id": "2", "name": "Glove"}])],
        )
    )
    assert said.names() == ["Glove Ltd", "Invented Region"]
    assert len(said.links("SERVES")) == len(said.links("HOLDS")) == 1
    assert len(said.links("LOCATED_IN")) == 2


def test_a_publishers_own_list_is_no_register_of_companies(read: Reader) -> None:
    own = {"id": "GB-CFS-1", "name": "Own Ltd", "identifier": {"scheme": "GB-SRS", "id": "123"}}
    said = read(release(parties=[BUYER, own], awards=[award("a", [own])]))
    (link,) = said.links("HOLDS")
    assert link.source.key.startswith("ocds:ocds-abc123/party/")
    assert said.report.notes["party_without_number"] == 2


def test_a_number_that_is_not_valid_is_listed_and_identifies_nobody(read: Reader) -> None:
    bad = {**GLOVES, "identifier": {"scheme": "GB-COH", "id": "12"}}
    said = read(release(parties=[BUYER, bad], awards=[award()]))
    assert [(one.value, one.reason) for one in said.report.rejects] == [("12", Reason.BAD_IDENTIFIER)]
    assert said.links("HOLDS")[0].source.key.startswith("ocds:")


def test_a_firm_under_two_ids_in_one_award_wins_once(read: Reader) -> None:
    twice = [{"id": "GB-CFS-1", "name": "Aurora"}, {"id": "GB-CFS-2", "name": "AURORA"}]
    said = read(release(awards=[award("a", twice, value=gbp(5))]))
    assert len(said.of("Contract")) == 1
    assert said.report.notes["supplier_twice"] == 1


def test_a_value_of_twelve_suppliers_is_the_share_of_none(read: Reader) -> None:
    """Trap 19."""
    twelve = [{"id": f"s{n}", "name": f"Supplier {n}"} for n in range(12)]
    said = read(release(awards=[award("a", twelve, value=gbp(776_888.48))]))
    contracts = said.of("Contract")
    assert len(contracts) == 12
    assert not any("awarded_value" in one.properties for one in contracts)
    assert {one.properties["shared_value"] for one in contracts} == {"776888.48"}
    assert said.procurement.properties["awarded_value"] == "776888.48"


def test_a_value_of_zero_is_unknown(read: Reader) -> None:
    """Trap 19."""
    said = read(release(awards=[award(value=gbp(0)), award("b", value=gbp(5))]))
    assert sorted(one.properties.get("awarded_value", "?") for one in said.of("Contract")) == ["5", "?"]
    assert "awarded_value" not in said.procurement.properties
    assert said.report.notes["value_zero"] == 1


def test_a_contract_has_its_suppliers_from_the_award_that_it_names(read: Reader) -> None:
    contract = {
        "id": "c", "awardID": "a", "status": "active", "value": gbp(7), "dateSigned": "2026-01-05T00:00:00Z",
        "period": {"startDate": "2026-02-01T00:00:00+01:00", "endDate": "2026-12-31T23:59:59+01:00"},
    }  # fmt: skip
    said = read(release(awards=[award(value=gbp(9))], contracts=[contract]))
    (built,) = said.of("Contract")
    assert said.links("HOLDS")[0].source.key == "gb-coh:01234567"
    assert built.properties["awarded_value"] == "7"
    assert (str(built.common.valid_from), str(built.common.valid_to)) == ("2026-02-01", "2027-01-01")
    assert built.raw["date signed"].startswith("2026-01-05")


def test_a_contract_that_names_its_own_suppliers_is_held_by_those_alone(read: Reader) -> None:
    """An award to three, a contract with each: the extension for suppliers of contracts."""
    three = [{"id": f"s{n}", "name": f"Supplier {n}"} for n in range(3)]
    contracts = [
        {"id": f"c{n}", "awardID": "a", "value": gbp(n + 1), "suppliers": [{"id": f"s{n}", "name": f"Supplier {n}"}]}
        for n in range(3)
    ]
    said = read(release(parties=[BUYER, *three], awards=[award("a", three, value=gbp(6))], contracts=contracts))
    names = {one.key: one.properties["name"] for one in said.of("Organisation")}
    values = {one.key: one.properties["awarded_value"] for one in said.of("Contract")}
    held = {names[link.source.key]: values[link.target.key] for link in said.links("HOLDS")}
    assert held == {"Supplier 0": "1", "Supplier 1": "2", "Supplier 2": "3"}
    assert len(said.links("HOLDS")) == 3
    assert not said.report.notes["value_shared"]


def test_a_contract_whose_award_is_not_told_is_counted_and_no_contract(read: Reader) -> None:
    contracts = [{"id": "c", "awardID": "elsewhere", "value": gbp(1)}, {"id": "d"}, {"id": "e", "awardID": "a"}]
    said = read(release(awards=[award()], contracts=contracts))
    assert [one.raw["contract"] for one in said.of("Contract")] == ["e"]
    assert said.report.notes["contract_without_award"] == 2


def test_a_contract_without_a_period_has_the_one_that_was_awarded(read: Reader) -> None:
    period = {"startDate": "2026-02-01T00:00:00Z", "endDate": "2026-12-31T00:00:00Z"}
    said = read(release(awards=[award(contractPeriod=period)], contracts=[{"id": "c", "awardID": "a"}]))
    (built,) = said.of("Contract")
    assert (str(built.common.valid_from), str(built.common.valid_to)) == ("2026-02-01", "2027-01-01")


@pytest.mark.parametrize(
    ("tender", "note"), [({"procuringEntity": BUYER}, "procuring_entity_as_buyer"), ({}, "buyer_not_named")]
)
def test_a_process_without_a_buyer_says_who_stands_in_its_place_or_that_nobody_does(
    read: Reader, tender: Json, note: str
) -> None:
    said = read(release(buyer=None, parties=[GLOVES], tender=tender, awards=[award()]))
    assert len(said.links("SERVES")) == bool(tender)
    assert {one for one in said.report.notes if "buyer" in one} == {note}


@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        ({"scheme": "CPV", "id": "72000000"}, ["cpv:72000000"]),
        ({"scheme": "ДК021", "id": "72000000-5"}, ["cpv:72000000"]),
        ({"scheme": "CPV", "id": "09310000-5"}, ["cpv:09310000"]),
        ({"scheme": "CPV", "id": 72000000}, ["cpv:72000000"]),
        ({"scheme": "UNSPSC", "id": "42132203"}, ["unspsc:42132203"]),
        ({"scheme": "CPV", "id": "99999999-9"}, []),
        ({"scheme": "CPV", "id": "00000000"}, []),
        ({"scheme": "CPV", "id": "gloves"}, []),
        ({"scheme": "other", "id": "72000000"}, []),
    ],
)
def test_categories_are_what_their_scheme_says(read: Reader, told: Json, kinds: list[str]) -> None:
    """Trap 20."""
    said = read(release(tender={"classification": told}, awards=[award()]))
    assert [link.target.key for link in said.links("IN_CATEGORY")] == kinds
    assert said.report.notes["category_unknown"] == (not kinds)


# -- persons -------------------------------------------------------------------------------------------------------


def test_persons_and_contact_points_leave_no_trace(read: Reader) -> None:
    person = {"id": "p", "name": "Xylofonsson", "details": {"entityType": "individual"}}
    own = {**GLOVES, "contactPoint": {"name": "Xylofonsson", "email": "x@example.org"}}
    number = {"id": "SE-BLV-8112189876", "name": "Xylofonsson Firma"}
    said = read(release(parties=[BUYER, person, own, number], awards=[award("a", [person, own, number])]))
    assert "Xylofonsson" not in repr(said.items) + repr(said.report)
    assert "8112189876" not in repr(said.items) + repr(said.report)
    hidden = [one for one in said.of("Organisation") if one.properties.get("natural_person")]
    assert len(hidden) == 2
    assert len(said.links("HOLDS")) == 3


# -- forms ---------------------------------------------------------------------------------------------------------


def forms(releases: list[Json]) -> Iterator[tuple[str, bytes]]:
    """The same releases in every form."""
    lines = "\n".join(map(json.dumps, releases)).encode()
    whole = merged(json.loads(json.dumps(releases))).release
    text_ids(whole)
    compiled = {"ocid": OCID, "releases": [], "compiledRelease": {**whole, "date": releases[-1]["date"]}}
    yield "package.json", json.dumps({"releases": releases, "publisher": {"name": "Invented"}}).encode()
    yield "list.json", json.dumps(releases).encode()
    yield "lines.jsonl", lines
    yield "lines.jsonl.gz", gzip.compress(lines)
    yield "record.json", json.dumps({"records": [{"ocid": OCID, "releases": releases}]}).encode()
    yield "compiled.json", json.dumps({"records": [compiled], "uri": "https://example.org/"}).encode()
    yield "records.jsonl", json.dumps(compiled).encode()
    yield "pretty.json", json.dumps({"releases": releases}, indent=2).encode()
    yield "packages.jsonl", b"\n".join(json.dumps({"releases": [one]}).encode() for one in releases)


def said_by(read_: Read) -> set[str]:
    return {f"{item.type} {item.properties}" for item in read_.items}


def test_every_form_says_the_same(tmp_path: Path) -> None:
    releases = [
        release("2026-01-01T00:00:00Z", tender={"title": "Gloves", "value": gbp(10)}),
        release("2026-02-01T00:00:00Z", awards=[award(value=gbp(9))]),
    ]
    said = {}
    for name, content in forms(releases):
        (tmp_path / name).write_bytes(content)
        assert find(str(tmp_path / name)).kind == "ocds", name
        said[name] = said_by(Read(tmp_path / name))
    first = said["package.json"]
    assert any("Contract" in one for one in first)
    assert {name: one ^ first for name, one in said.items() if one != first} == {}


@pytest.mark.parametrize("joined", [b"\n", b"", b"\n\n"])
@pytest.mark.parametrize("name", ["packages.json", "packages.jsonl", "packages.ndjson"])
def test_packages_one_after_another_are_read_whatever_the_file_is_called(
    tmp_path: Path, name: str, joined: bytes
) -> None:
    packages = [
        {
            "publisher": {"name": "Invented"},
            "releases": [release(ocid=f"ocds-abc123-{n}", awards=[award()])],
            "uri": f"{n}",
        }
        for n in range(3)
    ]
    records = {
        "records": [{"ocid": "ocds-abc123-9", "compiledRelease": release(ocid="ocds-abc123-9")}],
        "version": "1.1",
    }
    several = [json.dumps(packages), json.dumps(records), json.dumps(packages[0], indent=1)]
    lines = [json.dumps(one) for one in [*packages, records]]
    for texts in (several, lines):
        (tmp_path / name).write_bytes(joined.join(text.encode() for text in texts))
        said = Read(tmp_path / name)
        assert [one.key for one in said.of("Contract")].__len__() == 3
        assert len(said.of("Procurement")) == 4
        assert said.report.rejects == []


def test_a_file_in_another_encoding_is_called_so(tmp_path: Path) -> None:
    whole = {"publisher": {"name": "Påhittad region"}, "releases": [release(title="Åkerbär"), release(title="Öl")]}
    (tmp_path / "latin.json").write_bytes(json.dumps(whole, ensure_ascii=False).encode("iso-8859-1"))
    with pytest.raises(FileFormatError, match=r"latin\.json .*not in UTF-8") as raised:
        OcdsLoader().source(tmp_path / "latin.json", {})
    assert "UTF-8" in raised.value.remedy


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_release_with_letters_in_another_encoding_costs_itself_wherever_it_stands(tmp_path: Path, place: int) -> None:
    releases = [release(ocid=f"ocds-abc123-{n}", title="Åkerbär", awards=[award()]) for n in range(3)]
    texts = [
        json.dumps(one, ensure_ascii=False).encode("iso-8859-1" if n == place else "utf-8")
        for n, one in enumerate(releases)
    ]
    (tmp_path / "mixed.json").write_bytes(b'{"releases":[' + b",".join(texts) + b'],"uri":"https://example.org/"}')
    said = Read(tmp_path / "mixed.json")
    assert len(said.of("Contract")) == 2
    assert [(one.row, one.parameters["detail"]) for one in said.report.rejects] == [(place + 1, "not in UTF-8")]


def test_a_record_that_only_links_to_its_releases_says_so(tmp_path: Path) -> None:
    links = [{"url": f"https://example.org/{n}", "date": "2026-01-01T00:00:00Z"} for n in range(2)]
    (tmp_path / "links.json").write_text(json.dumps({"records": [{"ocid": OCID, "releases": links}]}))
    with pytest.raises(FileFormatError, match="a link to a release"):
        OcdsLoader().source(tmp_path / "links.json", {})


def test_a_single_release_and_a_folder(tmp_path: Path) -> None:
    for number in (1, 2):
        one = release(f"2026-0{number}-01T00:00:00Z", awards=[award(value=gbp(number))])
        (tmp_path / f"{number}.json").write_text(json.dumps(one))
    assert Read(tmp_path / "1.json").of("Contract")[0].properties["awarded_value"] == "1"
    both = Read(tmp_path)
    assert both.of("Contract")[0].properties["awarded_value"] == "2"
    assert both.source.edition == "2026-02-01T00:00:00Z"


def test_a_damaged_file_of_a_folder_costs_itself(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text('{"releases": [{"ocid": "ocds-abc123-1", "da')
    (tmp_path / "2.json").write_text(json.dumps(release(awards=[award()])))
    said = Read(tmp_path)
    assert len(said.of("Contract")) == 1
    assert [error.message.split()[0] for error in said.report.refused] == ["1.json"]


def test_what_is_no_release_is_rejected_with_its_place(read: Reader) -> None:
    said = read({"id": "without"}, {"url": "https://example.org/1"}, release(awards=[award()]))
    assert [(one.row, one.reason) for one in said.report.rejects] == [
        (1, Reason.NOT_UNDERSTOOD),
        (2, Reason.NOT_UNDERSTOOD),
    ]
    assert len(said.of("Contract")) == 1


def test_a_versioned_release_is_no_release_and_says_so(read: Reader) -> None:
    def versions(value: object) -> list[Json]:
        return [{"releaseID": "1", "releaseDate": "2026-01-01T00:00:00Z", "releaseTag": ["award"], "value": value}]

    versioned = {"ocid": OCID, "initiationType": versions("tender"), "awards": [{"id": "a", "title": versions("x")}]}
    said = read(versioned, release(ocid="ocds-abc123-2", awards=[award()]))
    assert len(said.of("Contract")) == 1
    assert ["versioned" in one.parameters["detail"] for one in said.report.rejects] == [True]


def test_a_file_without_a_release_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"releases": []}')
    with pytest.raises(FileFormatError):
        OcdsLoader().source(tmp_path / "x.json", {})


def test_a_newer_file_replaces_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "package.json"

    def loaded(store: Store, edition: str, *releases: Json) -> None:
        path.write_text(json.dumps({"publishedDate": edition, "publisher": {"name": "X"}, "releases": releases}))
        load(store, OcdsLoader(), path, now=START)

    with open_store(tmp_path / "k.sqlite") as store:
        old = {**GLOVES, "id": "GB-COH-07654321", "name": "Old", "identifier": {"scheme": "GB-COH", "id": "07654321"}}
        loaded(
            store, "2026-01-01T00:00:00Z",
            release(awards=[award("a", [GLOVES])]), release(ocid="ocds-abc123-2", awards=[award("b", [old])]),
        )  # fmt: skip
        loaded(store, "2026-02-01T00:00:00Z", release("2026-02-01T00:00:00Z", awards=[award("a", status="cancelled")]))
        from tests.contract.saying import now

        keys = {record.keys[0] for record in store.records(now(store), types=["Contract"])}
        assert len(keys) == 1
        assert next(iter(keys)).startswith("ocds:ocds-abc123-2/")
        assert not [link for link in store.links(now(store), types=["HOLDS"]) if "abc123-1/" in link.target_key]


def holders_now(store: Store) -> set[str]:
    from tests.contract.saying import now

    held = {link.source_key for link in store.links(now(store), types=["HOLDS"])}
    contracts = list(store.records(now(store), types=["Contract"]))
    assert len(contracts) == max(len(held), 1), "each contract has its holder"
    return held


def test_a_newer_file_that_names_other_suppliers_of_an_award_takes_back_those_that_it_does_not(tmp_path: Path) -> None:
    """The award of 12 suppliers that is corrected to one of 13, and the one that names another winner."""
    one, two, three = (
        {"id": f"GB-COH-0000000{n}", "name": f"Firm {n}", "identifier": {"scheme": "GB-COH", "id": f"0000000{n}"}}
        for n in (1, 2, 3)
    )
    contract = {"id": "c/1", "awardID": "a"}
    with open_store(tmp_path / "k.sqlite") as store:
        for month, suppliers, held in (
            (1, [one, two], {"gb-coh:00000001", "gb-coh:00000002"}),
            (2, [two, three], {"gb-coh:00000002", "gb-coh:00000003"}),
            (3, [one], {"gb-coh:00000001"}),
            (4, [], set()),
        ):
            date = f"2026-0{month}-01T00:00:00Z"
            said = release(date, parties=[BUYER, one, two, three], awards=[award("a", suppliers)], contracts=[contract])
            (tmp_path / "package.json").write_text(json.dumps({"publishedDate": date, "releases": [said]}))
            load(store, OcdsLoader(), tmp_path / "package.json", now=START)
            assert holders_now(store) == held, month


def test_a_newer_file_that_does_not_tell_the_suppliers_of_an_award_takes_back_none(tmp_path: Path) -> None:
    from tests.contract.saying import now

    with open_store(tmp_path / "k.sqlite") as store:
        for month, more in ((1, {"suppliers": [GLOVES]}), (2, {})):
            date = f"2026-0{month}-01T00:00:00Z"
            said = release(date, awards=[{"id": "a", "status": "active", **more}])
            (tmp_path / "package.json").write_text(json.dumps({"publishedDate": date, "releases": [said]}))
            load(store, OcdsLoader(), tmp_path / "package.json", now=START)
        assert {link.source_key for link in store.links(now(store), types=["HOLDS"])} == {"gb-coh:01234567"}


# -- damage --------------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
WHOLE = release(
    tender={
        "id": "t",
        "title": "Gloves",
        "items": [{"id": "1", "classification": {"scheme": "CPV", "id": "33141420"}}],
    },
    awards=[
        award(value=gbp(5), contractPeriod={"startDate": "2026-01-01", "endDate": "2027-01-01"}, relatedLots=["1"])
    ],
    contracts=[{"id": "c", "awardID": "a", "value": gbp(5), "period": {"startDate": "2026-01-01"}}],
)


def ways(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield way
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in pairs:
        yield from ways(one, (*way, key))


@settings(max_examples=200)
@given(st.data())
def test_a_value_of_another_type_anywhere_costs_itself_and_no_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    broken = json.loads(json.dumps(WHOLE))
    for _ in range(data.draw(st.integers(1, 3))):
        way = data.draw(st.sampled_from([way for way in ways(broken) if way]))
        place = broken
        for key in way[:-1]:
            place = place[key]
        place[way[-1]] = data.draw(JSON)
    path = tmp_path_factory.mktemp("ocds") / "x.json"
    path.write_text(json.dumps({"releases": [broken, release(ocid="ocds-abc123-2", awards=[award()])]}))
    said = Read(path)
    assert any("ocds-abc123-2" in one.key for one in said.of("Contract"))


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_cut_file_is_refused_or_rejected_and_never_a_traceback(tmp_path: Path, cut: int) -> None:
    whole = json.dumps({"releases": [WHOLE, WHOLE]}).encode()
    path = tmp_path / "x.json"
    path.write_bytes(whole[: len(whole) * cut // 20])
    with pytest.raises(FileFormatError):
        Read(path)


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"[" * 100_000, b'{"ocid":' * 50_000, "åäö".encode("utf-16")])
def test_what_is_no_ocds_at_all_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(FileFormatError):
        Read(path)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_ocds_that_was_flattened_to_a_table_is_refused_for_what_it_is(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"releases.{ending}"
    rows = [["ocid", "id", "tag", "date", "tender/title", "awards/0/id"], ["ocds-aaaaaa-1", "1", "award", "", "T", "a"]]
    if ending == "csv":
        path.write_text("\n".join(map(",".join, rows)), "utf-8")
    else:
        with xlsxwriter.Workbook(path) as made:
            sheet = made.add_worksheet("releases")
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    assert find(str(path)).kind == "ocds"
    with pytest.raises(FileFormatError, match="flattened to a table") as error:
        OcdsLoader().source(path, {})
    assert "unflatten" in error.value.remedy


def test_a_deeply_nested_release_and_a_huge_text_cost_themselves(tmp_path: Path) -> None:
    deep = '{"ocid": "ocds-abc123-9", "id": ' + "[" * 900 + "]" * 900 + "}"
    huge = json.dumps(release(ocid="ocds-abc123-8", tender={"title": "x" * 5_000_000}, awards=[award()]))
    path = tmp_path / "x.jsonl"
    path.write_text("\n".join([deep, huge, json.dumps(release(awards=[award()]))]))
    said = Read(path)
    assert {one.key.split("/")[0] for one in said.of("Contract")} == {"ocds:ocds-abc123-8", f"ocds:{OCID}"}
    assert max(len(one.properties["name"]) for one in said.of("Contract")) == 500


# -- the sample and the real files ---------------------------------------------------------------------------------


def test_the_sample() -> None:
    said = Read(SAMPLE)
    assert said.report.rejected == 0
    assert said.source.publisher == "Invented publisher"


def test_merging_gives_the_reference_record(kedja_data: Path) -> None:
    """Trap 14."""
    folder = kedja_data / "ocds-lifecycle-example"
    releases = [found.release for found in found_in(folder / "ocds-213czf-000-00001.json", {}, lambda _: None)]
    (record,) = json.loads((folder / "record" / "ocds-213czf-000-00001.json").read_text())["records"]
    reference = record["compiledRelease"]
    text_ids(reference)
    own = {key: value for key, value in reference.items() if key not in ("id", "date", "tag")}
    assert merged(releases).release == own


def test_releases_and_their_record_say_the_same(kedja_data: Path) -> None:
    folder = kedja_data / "ocds-lifecycle-example"
    releases, record = (Read(folder / name / "ocds-213czf-000-00001.json") for name in ("", "record"))
    assert said_by(releases) == said_by(record)
    assert len(releases.of("Contract")) == 1


def test_the_british_files(kedja_data: Path) -> None:
    said = Read(kedja_data / "ocds-uk")
    assert (said.report.rows_in, said.report.rejected) == (200, 0)
    corrected = [one for one in said.of("Contract") if "e0d4b2ec" in one.key]
    assert sorted(Decimal(one.properties["awarded_value"]) for one in corrected) == [188_487, 18_848_731]
    assert sum("may_be_replaced_by" in one.properties for one in corrected) == 1
    procurement = next(one for one in said.of("Procurement") if "e0d4b2ec" in one.key)
    assert "awarded_value" not in procurement.properties
    shared = [one for one in said.of("Contract") if one.properties.get("shared_value") == "776888.48"]
    assert len(shared) == 12
    under_one_id = next(one for one in said.of("Contract") if "09a309a3" in one.key)
    assert under_one_id.properties["awarded_value"] == "109320"
    assert "10932000" in under_one_id.raw["earlier"]
    numbered = {one.key for one in said.of("Organisation") if one.key.startswith("gb-coh:")}
    assert "gb-coh:03794455" in numbered
