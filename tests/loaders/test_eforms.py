"""Notices in eForms: who won is said where the notice is of one mind; amounts, dates and numbers are what they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import graph.sqlite
from graph.sqlite import Store
from graph.store import At
from loaders.base import Report, load, no_progress
from loaders.each import load_each
from loaders.eforms.award import CANDIDATE
from loaders.eforms.loader import EformsLoader
from loaders.eforms.notice import read_notice
from loaders.registry import find
from ontology.errors import FileFormatError
from ontology.records import Link, Record

AWARD = Path(__file__).parent.parent / "data" / "eforms" / "award.xml"
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Told:
    """What the loader says of a notice."""

    def __init__(self, path: Path) -> None:
        loader, self.report = EformsLoader(), Report(path.name)
        items = list(loader.read(path, loader.source(path, {}), {}, b"", self.report, no_progress))
        self.records = [item for item in items if isinstance(item, Record)]
        self.links = [item for item in items if isinstance(item, Link)]

    def named(self, type: str) -> dict[str, Record]:
        """The records of a type, by the last part of their keys."""
        return {r.key.rpartition("/")[2]: r for r in self.records if r.type == type}

    def ends(self, type: str, at: str = "") -> list[tuple[str, str]]:
        """The ends of the links of a type, by the names of organisations and last parts of other keys."""
        names = {r.key: str(r.properties["name"]) for r in self.records if r.type == "Organisation"}

        def short(key: str) -> str:
            return names.get(key, key.rpartition("/")[2])

        found = [(short(link.source.key), short(link.target.key)) for link in self.links if link.type == type]
        return [pair for pair in found if not at or at in pair]

    def notes(self) -> Mapping[str, int]:
        return {code: count for code, count in self.report.notes.items() if count}


def altered(folder: Path, name: str, **changes: str) -> Path:
    """The award with texts replaced: keys name them."""
    file = folder / name
    text = AWARD.read_text(encoding="utf-8")
    for old, new in changes.items():
        before = OLD[old]
        assert before in text
        text = text.replace(before, new)
    file.write_text(text, encoding="utf-8")
    return file


OLD = {
    "id": "00000000-0000-4000-8000-000000000001",
    "version": "<cbc:VersionID>01<",
    "day": "2026-03-10Z",
    "masked": '<cbc:PayableAmount currencyID="SEK">-1</cbc:PayableAmount>',
    "sdk": "eforms-sdk-1.10",
    "changes": "    <efac:Organizations>",
    "value": "2500000",
}


# -- who won ------------------------------------------------------------------------------------------------


def test_a_winner_is_named_by_the_result_and_by_its_contract() -> None:
    """Trap 1; trap 12."""
    told = Told(AWARD)
    contract = told.named("Contract")["CON-0001"]
    assert contract.properties["name"] == "Avtal A"
    assert contract.properties["kind"] == "framework"
    assert (contract.properties["awarded_value"], contract.properties["currency"]) == ("2500000", "SEK")
    assert contract.common.valid_from == date(2026, 3, 4), "the civil date as written"
    assert told.ends("HOLDS", "CON-0001") == [("Ett Påhittat Bolag AB", "CON-0001")]
    assert told.ends("FOR_LOT", "CON-0001") == [("CON-0001", "LOT-0001")]


def test_where_no_contract_names_a_tender_of_the_result_all_of_them_are_candidates() -> None:
    told = Told(AWARD)
    held = [link for link in told.links if link.type == "HOLDS" and link.target.key.endswith("/LOT-0002")]
    assert [(link.properties["role"], link.common.confidence) for link in held] == [(CANDIDATE, 0.5)] * 2
    assert "awarded_value" not in told.named("Contract")["LOT-0002"].properties
    assert "LOT-0003" not in told.named("Contract"), "a closed lot is no award"


SECOND = '<efac:LotTender><cbc:ID schemeName="tender">TEN-0003</cbc:ID></efac:LotTender>\n        <efac:TenderLot>'
RESULT = re.compile(r"      <efac:LotResult>\s*<cbc:ID schemeName=\"result\">RES-0003.*?</efac:LotResult>\n", re.DOTALL)


def rewritten(folder: Path, *changes: tuple[str, str]) -> Told:
    text = AWARD.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "own.xml").write_text(text, "utf-8")
    return Told(folder / "own.xml")


@pytest.mark.parametrize(("code", "role", "share"), [("selec-w", None, None), ("", CANDIDATE, 0.5)])
def test_one_tender_without_a_contract_won_where_the_result_says_that_a_winner_was_chosen(
    tmp_path: Path, code: str, role: str | None, share: float | None
) -> None:
    """Trap 1."""
    second = "RES-0002</cbc:ID>\n        <cbc:TenderResultCode>"
    told = rewritten(tmp_path, (SECOND, "<efac:TenderLot>"), (f"{second}selec-w", f"{second}{code}"))
    held = [link for link in told.links if link.type == "HOLDS" and link.target.key.endswith("/LOT-0002")]
    assert [(link.properties.get("role"), link.common.confidence) for link in held] == [(role, share)]
    assert told.notes().get("sole_tender", 0) == (role is None)


def test_those_who_tendered_together_are_one_candidate(tmp_path: Path) -> None:
    """Trap 1."""
    one = '<efac:Tenderer><cbc:ID schemeName="organization">ORG-0003</cbc:ID></efac:Tenderer>'
    told = rewritten(tmp_path, (one, one + one.replace("ORG-0003", "ORG-0001")))
    held = [link for link in told.links if link.type == "HOLDS" and link.target.key.endswith("/LOT-0002")]
    assert [link.common.confidence for link in held] == [0.5] * 3


def test_a_lot_that_no_result_names_is_remarked_on(tmp_path: Path) -> None:
    """Trap 2."""
    (whole,) = RESULT.findall(AWARD.read_text("utf-8"))
    told = rewritten(tmp_path, (whole, ""))
    assert told.notes()["lot_without_result"] == 1
    assert "lot_without_result" not in Told(AWARD).notes()


def test_a_swedish_vat_number_is_the_organisation_number_too(tmp_path: Path) -> None:
    (buyer,) = (one for one in read_notice(AWARD).organisations.values() if one.name == "Region Påhitt")
    told = rewritten(tmp_path, (buyer.number, "SE402000001601"))
    (found,) = (one for one in told.records if one.properties["name"] == buyer.name)
    assert "se-orgnr:4020000016" in found.keys


def test_lots_1_3_4_5_go_to_one_firm_and_lot_2_is_uncertain_with_two_candidates(kedja_data: Path) -> None:
    """Trap 1; trap 13."""
    told = Told(kedja_data / "eforms-notices" / "published-notices" / "2024-OJS065-00191534.xml")
    assert told.ends("HOLDS", "CON-0001") == [("Belgo Facility Services", "CON-0001")]
    assert [lot for _, lot in told.ends("FOR_LOT", "CON-0001")] == ["LOT-0001", "LOT-0003", "LOT-0004", "LOT-0005"]
    assert {who for who, _ in told.ends("HOLDS", "LOT-0002")} == {"Belgo Facility Services", "M&G CLEANING"}
    contract = told.named("Contract")["CON-0001"]
    assert "awarded_value" not in contract.properties, "two of its tenders name another lot"
    assert "doubt" in contract.raw
    assert told.named("Organisation")["vat:BE0832584553"].raw["ListedOnRegulatedMarketIndicator"] == "true"


def test_two_contracts_two_suppliers_five_awarded_lots_one_without_winner_and_four_buyers(kedja_data: Path) -> None:
    """Trap 2; trap 3."""
    told = Told(kedja_data / "eforms-notices" / "published-notices" / "2024-OJS198-00611835.xml")
    assert len(told.named("Contract")) == 2
    assert len(told.ends("HOLDS")) == 2
    assert len(told.ends("FOR_LOT")) == 5
    buyers = {buyer for _, buyer in told.ends("SERVES")}
    assert len(buyers) == 4
    assert not any("Stratégie" in name or "Beleid" in name for name in buyers), "a service provider is no buyer"
    assert told.notes()["same_number"] == 2, "two ombudsmen with one number stay two"
    assert told.notes()["not_awarded"] == 1


@pytest.mark.parametrize("name", ["can-social_24.xml", "can_24_maximal.xml"])
def test_a_lot_with_a_tender_and_no_contract_has_a_holder(kedja_data: Path, name: str) -> None:
    """Trap 1."""
    told = Told(kedja_data / "eforms-notices" / "sdk-examples" / name)
    assert told.named("Contract")
    assert told.ends("HOLDS")


# -- parties ------------------------------------------------------------------------------------------------


def test_a_touch_point_is_its_company_and_a_service_provider_no_buyer() -> None:
    """Trap 3; trap 4."""
    told = Told(AWARD)
    assert {buyer for _, buyer in told.ends("SERVES")} == {"Region Påhitt", "Avdelning ett"}
    assert "se-orgnr:4020000016" in told.named("Organisation")
    assert not any("Hjälpbyrån" in str(r.properties["name"]) for r in told.records)


def test_departments_that_share_a_number_stay_apart_and_a_subcontractor_hangs_on_its_main_contractor() -> None:
    """Trap 5."""
    told = Told(AWARD)
    keys = {r.key for r in told.records if str(r.properties["name"]).startswith("Avdelning")}
    assert len(keys) == 2
    assert all(key.startswith("eforms:") for key in keys)
    assert told.ends("SELLS_TO") == [("Avdelning två", "Ett Påhittat Bolag AB")]
    places = [link.target.key for link in told.links if link.type == "LOCATED_IN"]
    assert "iso3166-1:XK" in places, "1A0 is Kosovo, as XKX is"


def test_a_natural_person_has_neither_name_nor_number() -> None:
    told = Told(AWARD)
    said = repr(told.records) + repr(told.links)
    assert "Anna" not in said
    assert "850101" not in said
    assert told.notes()["hidden_person"] == 1


# -- amounts ------------------------------------------------------------------------------------------------


def test_minus_one_is_withheld_where_the_notice_says_so_and_else_not_stated_and_no_sum_changes_by_it() -> None:
    """Trap 7."""
    notes = Told(AWARD).notes()
    assert (notes["withheld"], notes["masked_unsaid"]) == (1, 1)


def test_a_block_beside_a_clear_value_hides_nothing(kedja_data: Path) -> None:
    """Trap 7."""
    notice = read_notice(kedja_data / "eforms-notices" / "sdk-examples" / "can_25_withheld.xml")
    assert notice.total is not None
    assert notice.total.amount == Decimal("9.99")
    assert notice.remarks["disclosed"] == 1


def test_no_total_is_made_over_two_currencies(kedja_data: Path) -> None:
    """Trap 6."""
    told = Told(kedja_data / "eforms-notices" / "sdk-examples" / "can_23_contracts.xml")
    (procurement,) = told.named("Procurement").values()
    assert (procurement.properties["awarded_value"], procurement.properties["currency"]) == ("3000000", "EUR")
    money = {(r.properties["awarded_value"], r.properties["currency"]) for r in told.named("Contract").values()}
    assert money == {("2000000", "GBP"), ("1000000", "GBP")}
    (own,) = Told(AWARD).named("Procurement").values()
    assert "estimated_value" not in own.properties, "an estimate in another currency than the total"
    assert own.raw["estimated_value"] == "9000000 SEK"


def test_groups_add_no_lot_and_a_filler_no_date() -> None:
    """Trap 11; trap 12."""
    told = Told(AWARD)
    assert set(told.named("Lot")) == {"LOT-0001", "LOT-0002", "LOT-0003"}
    assert told.notes()["lots_group"] == 1
    assert all(record.common.valid_from != date(2000, 1, 1) for record in told.records)


# -- which notice counts ------------------------------------------------------------------------------------

CHANGES = """    <efac:Changes><efbc:ChangedNoticeIdentifier>00000001-2026</efbc:ChangedNoticeIdentifier>
    <efac:ChangeReason><cbc:ReasonCode>{}</cbc:ReasonCode></efac:ChangeReason></efac:Changes>
    <efac:Organizations>"""


def loaded(store: Store, *files: Path) -> At:
    done = [load(store, EformsLoader(), file, now=NOW) for file in files]
    return At(done[-1].publication.number)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_original_change_and_cancel_in_any_order_leave_one_procedure_and_no_live_contract(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    """Trap 8."""
    files = [
        AWARD,
        altered(tmp_path, "b.xml", id="2" * 8, day="2026-03-12Z", changes=CHANGES.format("cor-esen"), value="2400000"),
        altered(tmp_path, "c.xml", id="3" * 8, day="2026-03-14Z", changes=CHANGES.format("cancel")),
    ]
    with graph.sqlite.open(tmp_path / "store.sqlite") as store:
        at = loaded(store, *(files[n] for n in order))
        assert len(store.search(at, "Handskar", types=["Procurement"])) == 1
        assert not store.search(at, "Avtal A")


def test_a_notice_disclosed_later_replaces_the_masked_one(tmp_path: Path) -> None:
    """Trap 7; trap 8."""
    clear = OLD["masked"].replace("-1", "500000")
    later = altered(tmp_path, "later.xml", day="2027-03-10Z", masked=clear)
    for number, files in enumerate(((AWARD, later), (later, AWARD))):
        with graph.sqlite.open(tmp_path / f"{number}.sqlite") as store:
            at = loaded(store, *files)
            assert len(store.search(at, "Vinyl", types=["Contract"])) == 1
            assert len(store.search(at, "Avtal A")) == 1


@pytest.mark.parametrize(
    ("number", "hidden"), [("SE232100001601", False), ("SE830623999901", True), ("811218-9876 (enskild firma)", True)]
)
def test_a_vat_number_hides_a_sole_trader_and_no_region(tmp_path: Path, number: str, hidden: bool) -> None:
    companies = [one for one in read_notice(AWARD).organisations.values() if one.number]
    (tmp_path / "vat.xml").write_text(AWARD.read_text("utf-8").replace(companies[0].number, number), "utf-8")
    told = Told(tmp_path / "vat.xml")
    assert (companies[0].name in repr(told.records)) is not hidden
    assert not hidden or number not in repr(told.records)


def test_a_notice_of_an_unknown_version_loads_with_a_remark(tmp_path: Path) -> None:
    """Trap 9."""
    told = Told(altered(tmp_path, "next.xml", sdk="eforms-sdk-1.99"))
    assert told.notes()["unknown_sdk"] == 1
    assert told.named("Contract")


@pytest.mark.parametrize(
    ("version", "known"),
    [
        ("eforms-sdk-1.13", True),
        ("eforms-sdk-1.10.2", True),
        ("eforms-sdk-1.7#extended#urn:fdc:platform.example:2026:national", True),
        ("eforms-de-1.2", False),
        ("eforms-sdk-2.10", False),
    ],
)
def test_a_notice_that_a_country_or_a_platform_tailored_is_a_notice_of_the_version_that_it_names(
    tmp_path: Path, version: str, known: bool
) -> None:
    file = altered(tmp_path, "national.xml", sdk=version)
    assert find(str(file)).kind == "eforms"
    told = Told(file)
    assert told.named("Contract").keys() == Told(AWARD).named("Contract").keys()
    assert told.notes().get("unknown_sdk", 0) == (not known)


def test_a_notice_whose_many_organisations_stand_before_its_version_is_found(tmp_path: Path) -> None:
    file = altered(tmp_path, "large.xml", changes=f"<!-- {'.' * 70_000} -->{OLD['changes']}")
    assert file.read_text(encoding="utf-8").index("CustomizationID>") > 70_000
    assert find(str(file)).kind == "eforms"


def test_what_is_no_notice_of_eforms_is_not_taken_for_one(tmp_path: Path) -> None:
    file = altered(tmp_path, "order.xml", sdk="urn:fdc:peppol.eu:poacc:trns:order:3")
    with pytest.raises(FileFormatError, match=r"of the version urn:fdc:peppol\.eu"):
        read_notice(file)


def test_all_published_notices_load_from_their_folder_and_a_file_that_is_none_stops_no_other(
    tmp_path: Path, kedja_data: Path
) -> None:
    folder = kedja_data / "eforms-notices" / "published-notices"
    assert find(str(folder)).kind == find(str(AWARD)).kind == "eforms"
    mixed = tmp_path / "notices"
    mixed.mkdir()
    for file in [*folder.glob("*.xml"), AWARD]:
        (mixed / file.name).write_bytes(file.read_bytes())
    (mixed / "none.xml").write_text("<html/>", encoding="utf-8")
    with graph.sqlite.open(tmp_path / "store.sqlite") as store:
        loader = EformsLoader()
        done = load_each(loader, mixed, {}, lambda file: load(store, loader, file, now=NOW))
        assert done.report.accepted == len(list(folder.glob("*.xml"))) + 1
        assert [error.message.partition(" ")[0] for error in done.report.refused] == ["none.xml"]
        again = load_each(loader, mixed, {}, lambda file: load(store, loader, file, now=NOW))
        assert again.unchanged


def test_a_code_of_a_place_that_is_old_is_no_error(kedja_data: Path) -> None:
    """Trap 10."""
    told = Told(kedja_data / "eforms-notices" / "published-notices" / "2024-OJS047-00137599.xml")
    assert (told.report.accepted, told.report.rejects) == (1, [])


def test_every_example_is_read_or_refused_by_name(kedja_data: Path) -> None:
    read, refused = 0, []
    for file in sorted((kedja_data / "eforms-notices" / "sdk-examples").iterdir()):
        try:
            told = Told(file)
        except FileFormatError as error:
            refused.append((file.name, file.name in error.message))
        else:
            read += 1
            assert all(record.properties.get("awarded_value") != "-1" for record in told.records)
    assert read > 70
    assert all(name.startswith(("INVALID", "X0")) and named for name, named in refused), "only what is no notice"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_damaged_notice_is_read_or_refused_and_never_a_traceback(tmp_path: Path, data: st.DataObject) -> None:
    text: Any = AWARD.read_bytes()
    at = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 400))
    file = tmp_path / "damaged.xml"
    file.write_bytes(text[:at] + data.draw(st.binary(max_size=8)) + text[at + length :])
    with suppress(FileFormatError):
        Told(file)


@pytest.mark.parametrize("code", ["99999999", "99999999-9", "00000000"])
def test_a_code_that_stands_for_none_classifies_nothing(tmp_path: Path, code: str) -> None:
    text = AWARD.read_text("utf-8")
    changed = re.sub(r"(<cbc:ItemClassificationCode[^>]*>)[^<]*<", rf"\g<1>{code}<", text)
    assert changed != text
    (tmp_path / "notice.xml").write_text(changed, "utf-8")
    told = Told(tmp_path / "notice.xml")
    assert not [one for one in told.links if one.type == "IN_CATEGORY"]
    assert told.report.notes["category_unknown"] > 0
