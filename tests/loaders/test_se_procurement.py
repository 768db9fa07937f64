"""The Swedish procurement statistics: buyers, lots, contracts and holders; people stay hidden."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.sqlite import open as open_store
from graph.store import At
from loaders.base import Report, load, no_progress
from loaders.se_procurement import SwedishProcurementLoader
from loaders.tabular import decode, rows_of_xlsx
from ontology.errors import FileFormatError, Reason
from ontology.records import Link, Record, Source

SMALL = Path(__file__).parent.parent / "data" / "se-procurement"
TENDERS = "se-procurement-2021/number_of_contracted_tenders_with_suppliers.xlsx"


@dataclass(frozen=True)
class Said:
    """What the loader said of a file."""

    source: Source
    items: list[Record | Link]
    report: Report

    def records(self, kind: str) -> list[Record]:
        return [item for item in self.items if isinstance(item, Record) and item.type == kind]

    def links(self, kind: str) -> list[Link]:
        return [item for item in self.items if isinstance(item, Link) and item.type == kind]

    def persons(self) -> list[Record]:
        return [item for item in self.records("Organisation") if item.properties.get("natural_person")]

    def named(self, name: str) -> list[Record]:
        return [item for item in self.records("Organisation") if item.properties["name"] == name]


def read(path: Path) -> Said:
    loader, report = SwedishProcurementLoader(), Report(path.name)
    source = loader.source(path, {})
    return Said(source, list(loader.read(path, source, {}, b"secret", report, no_progress)), report)


@pytest.fixture(scope="module")
def real(kedja_data: Path) -> Said:
    return read(kedja_data / TENDERS)


@pytest.fixture(scope="module")
def rows(kedja_data: Path) -> list[dict[str, str]]:
    return [row for _, row in rows_of_xlsx(kedja_data / TENDERS)]


@pytest.fixture(scope="module")
def small() -> Said:
    return read(SMALL)


# -- the real file ----------------------------------------------------------------------------------------


def test_at_least_99_5_percent_of_the_23187_rows_are_accepted_and_the_counts_add_up(real: Said) -> None:
    assert real.report.rows_in == 23_187
    assert real.report.accepted + real.report.rejected == real.report.rows_in
    assert real.report.accepted == 23_187


def test_each_row_is_one_contract_with_its_holder_buyer_and_lot(real: Said) -> None:
    contracts = {record.key for record in real.records("Contract")}
    assert len(contracts) == 23_187
    for kind, end in (("HOLDS", "target"), ("SERVES", "source"), ("FOR_LOT", "source")):
        assert Counter(getattr(link, end).key for link in real.links(kind)) == Counter(contracts)
    # 12,501 lots, each a part of one of 10,141 procurements; two procurements are described twice.
    assert len(real.records("Lot")) == len(real.links("PART_OF")) == 12_501
    assert len({record.key for record in real.records("Procurement")}) == 10_141
    assert len(real.records("Procurement")) == 10_143


def test_no_statement_is_made_twice(real: Said) -> None:
    ids = Counter(item.id(real.source.series) for item in real.items)
    assert max(ids.values()) == 1


def test_the_year_is_read_from_the_data(real: Said) -> None:
    assert real.source.series == "se-procurement-2021"
    assert real.source.edition == "2021"


def test_the_229_masked_suppliers_stay_229(real: Said, rows: list[dict[str, str]]) -> None:
    assert sum(row["Namn för leverantör"] == "Personuppgift" for row in rows) == 229
    assert real.report.notes["masked_person"] == 229
    persons = [record for record in real.persons() if "supplier" in record.properties["roles"]]
    assert len({record.key for record in persons}) == len(persons) == 229 + real.report.notes["hidden_person"]
    held = Counter(link.source.key for link in real.links("HOLDS"))
    assert {held[record.key] for record in persons} == {1}


def test_sole_traders_that_the_source_forgot_to_mask_are_hidden_everywhere(
    real: Said, rows: list[dict[str, str]]
) -> None:
    """Trap 39.

    478 rows have the legal form of a natural person; 204 are masked, so 274 are hidden by the loader."""
    forgotten = {
        row["Namn för leverantör"]
        for row in rows
        if row["Juridisk form för leverantör"] == "Fysiska personer" and row["Namn för leverantör"] != "Personuppgift"
    }
    assert len(forgotten) == 212
    assert sum(row["Juridisk form för leverantör"] == "Fysiska personer" for row in rows) == 478
    said = {record.properties["name"] for record in real.records("Organisation")}
    assert not said & forgotten
    everything = "\n".join(text for item in real.items for text in (*item.raw.values(), item.row_key, item.locator))
    keys = "\n".join(record.key for record in real.items if isinstance(record, Record))
    long = [name for name in forgotten if len(name) > 6]
    assert len(long) > 200
    for name in long:
        assert name not in everything
        assert name not in keys
    for record in real.persons():
        assert record.properties["name"] == "natural person"
        assert not record.raw
        assert "industry" not in record.properties


def test_a_company_is_one_entity_however_many_contracts_it_holds(real: Said, rows: list[dict[str, str]]) -> None:
    name, form = "SWECO Sverige AB", "Övriga aktiebolag"
    expected = sum(row["Namn för leverantör"] == name and row["Juridisk form för leverantör"] == form for row in rows)
    assert expected > 200
    (company,) = real.named(name)
    assert sum(link.source.key == company.key for link in real.links("HOLDS")) == expected


def test_all_21_regions_are_buyers_under_their_organisation_numbers(real: Said) -> None:
    """Twenty have the legal form of a region; Gotland is a municipality with a region's tasks."""
    keys = {record.key for record in real.records("Organisation")}
    assert len({key for key in keys if key.startswith("se-orgnr:232100")}) == 20
    assert {"se-orgnr:2321000255", "se-orgnr:2120000803"} <= keys


def test_seven_buyer_numbers_fail_and_their_rows_are_kept(real: Said) -> None:
    """Trap 38.

    Five are misspelt and listed; two are valid Finnish ids, kept as the VAT numbers they are part of."""
    listed = {reject.value for reject in real.report.rejects if reject.reason is Reason.BAD_IDENTIFIER}
    assert listed == {"2331000180", "2220000449", "2220002542", "9950334511", "2120001050"}
    keys = {record.key for record in real.records("Organisation")}
    assert {f"se-stat:buyer/{number}" for number in listed} <= keys
    assert {"vat:FI01450767", "vat:FI02050343"} <= keys
    assert real.report.notes["buyer_number_invalid"] == 64
    assert real.report.notes["buyer_number_finnish"] == 8


def test_a_buyer_whose_number_is_a_personal_number_is_hidden(real: Said) -> None:
    assert real.report.notes["hidden_buyer"] == 3
    assert all("7809171056" not in str(item) for item in real.items)
    listed = [reject for reject in real.report.rejects if reject.reason is Reason.PERSONAL_NUMBER]
    assert [reject.value for reject in listed] == ["***"] * 3


def test_a_category_that_is_not_given_is_unknown_and_no_link(real: Said) -> None:
    assert real.report.notes["category_unknown"] == 4
    assert len(real.links("IN_CATEGORY")) == 23_187 - 4
    assert all(link.target.key != "cpv:00000000" for link in real.links("IN_CATEGORY"))


def test_an_empty_flag_is_unknown_and_never_no(real: Said, rows: list[dict[str, str]]) -> None:
    stated = {row["Upphandlings-ID"] for row in rows if row["Miljömässigt hållbar upphandling"] == "True"}
    flags = {
        record.key.removeprefix("se-stat:procurement/"): record.properties.get("environmental")
        for record in real.records("Procurement")
    }
    assert {number for number, flag in flags.items() if flag} == stated
    assert {flag for number, flag in flags.items() if number not in stated} == {None}


def test_what_is_delivered_is_never_claimed_to_be_known(real: Said) -> None:
    assert all("inputs_known" not in record.properties for record in real.records("Contract"))
    assert all("awarded_value" not in record.properties for record in real.records("Contract"))


# -- a small file of another year -------------------------------------------------------------------------


def test_another_year_in_csv_with_semicolons_loads_too(small: Said) -> None:
    assert small.source.series == "se-procurement-2022"
    # 6 rows of values, 2 of procurements, 13 of tenders.
    assert small.report.rows_in == 21
    assert (small.report.accepted, small.report.rejected) == (18, 3)
    assert {record.properties["name"] for record in small.records("Organisation")} == {
        "PÅHITTAD REGION",
        "PÅHITTAT LANDSKAP",
        "PÅHITTAD KOMMUN",
        "Handsk AB",
        "Annan Handsk AB",
        "Flera leverantörer",
        "natural person",
    }


def test_rows_without_a_lot_or_a_supplier_and_rows_said_twice_are_rejected_one_by_one(small: Said) -> None:
    rows = [(reject.row, reject.column, reject.reason) for reject in small.report.rejects if int(reject.row) >= 12]
    assert rows == [
        (12, "", Reason.DUPLICATE_KEY),
        (13, "Anbudsområdes-ID", Reason.MISSING),
        (14, "Namn för leverantör", Reason.MISSING),
    ]
    assert len(small.records("Contract")) == 10


def test_the_value_stands_on_the_procurement_and_zero_or_below_is_no_value(small: Said) -> None:
    values = {record.key[-2:]: record.properties.get("awarded_value") for record in small.records("Procurement")}
    assert values == {"X1": "1000000.50", "X2": None, "X3": None, "X4": None, "X5": "500"}
    left_out = [reject.value for reject in small.report.rejects if reject.column == "Kontrakterat värde, Summa"]
    assert left_out == ["0", "-5"]
    currencies = {record.properties.get("currency") for record in small.records("Procurement")}
    assert currencies == {"SEK", None}


def test_a_procurement_without_awarded_tenders_is_kept(small: Said) -> None:
    assert "se-stat:procurement/X5" in {record.key for record in small.records("Procurement")}


def test_flags_are_yes_no_or_unknown_and_nothing_else(small: Said) -> None:
    flags = {
        record.key[-2:]: (record.properties.get("environmental"), record.properties.get("social"))
        for record in small.records("Procurement")
    }
    assert flags["X1"] == (True, None)
    assert flags["X2"] == (None, False)
    assert flags["X3"] == (None, None)
    assert ("Miljömässigt hållbar upphandling", Reason.NOT_A_BOOLEAN) in {
        (reject.column, reject.reason) for reject in small.report.rejects
    }


def test_a_persons_name_is_hidden_also_where_the_legal_form_is_missing(small: Said) -> None:
    """Trap 39.

    Rows 6-8 have the legal form; row 9 has the name in capitals without; row 11's buyer is a person."""
    assert small.report.notes["masked_person"] == 2
    assert small.report.notes["hidden_person"] == 2
    suppliers = {record.key for record in small.persons() if "supplier" in record.properties["roles"]}
    assert suppliers == {
        "se-stat:person/L4/1",
        "se-stat:person/L4/2",
        "se-stat:person/L4/3",
        "se-stat:person/L5/1",
    }
    everything = str(small.items).casefold()
    assert "exempels" not in everything
    assert "karin" not in everything
    assert "7809171007" not in everything + str(small.report)


def test_the_same_name_with_and_without_legal_form_is_not_taken_for_one(small: Said) -> None:
    keys = {record.key for record in small.named("Handsk AB")}
    assert len(keys) == 2
    held = Counter(link.source.key for link in small.links("HOLDS") if link.source.key in keys)
    assert sorted(held.values()) == [1, 2]


def test_words_that_name_nobody_never_gather_contracts(small: Said) -> None:
    nobody = small.named("Flera leverantörer")
    assert len({record.key for record in nobody}) == 2
    assert small.report.notes["supplier_not_named"] == 2


def test_industry_is_the_code_with_its_leading_zero_for_the_labels_are_wrong(small: Said) -> None:
    industries = {record.key: record.properties.get("industry") for record in small.named("Handsk AB")}
    assert set(industries.values()) == {"01420", None}


def test_a_kind_of_agreement_that_is_not_known_is_left_out_and_listed(small: Said) -> None:
    kinds = Counter(record.properties.get("kind") for record in small.records("Contract"))
    assert kinds == {"framework": 8, "contract": 1, None: 1}
    listed = [reject.value for reject in small.report.rejects if reject.reason is Reason.NOT_IN_VOCABULARY]
    assert listed == ["Avrop"]


def test_a_file_that_is_not_the_table_of_tenders_is_refused_with_a_remedy() -> None:
    for path in (SMALL / "other.csv", SMALL / "procurements.csv", SMALL / "SOURCE.md"):
        with pytest.raises(FileFormatError) as refused:
            SwedishProcurementLoader().source(path, {})
        assert path.name in refused.value.message
        assert refused.value.remedy


def test_a_folder_with_one_table_twice_is_refused(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes((SMALL / "tenders.csv").read_bytes())
    with pytest.raises(FileFormatError, match=r"a\.csv and b\.csv"):
        SwedishProcurementLoader().source(tmp_path, {})


# -- any file of the kind ---------------------------------------------------------------------------------

PERSON = "Vilma Visslare"
CELLS = {
    "År": ["2022", "2023"],
    "Namn för köpare": ["", "REGION A", "KOMMUN B", "x" * 501],
    "Organisationsnummer för köpare": ["", "2129999997", "2129999990", "1234567-1", "7809171007", "inget"],
    "Juridisk form för köpare": ["", "Regioner", "Fysiska personer"],
    "Huvudsaklig CPV-kod": ["", "33141420 Handskar", "00000000 Uppgift saknas", "handskar"],
    "Typ av avtal": ["", "Ramavtal", "Kontrakt", "Avrop"],
    "Miljömässigt hållbar upphandling": ["", "True", "False", "kanske"],
    "Upphandlings-ID": ["", "X1", "X2"],
    "Upphandlingens titel": ["", "Handskar", "y" * 501],
    "Anbudsområdes-ID": ["", "L1", "L2", "L3"],
    "Namn för leverantör": ["", "Handsk AB", "Personuppgift", PERSON, PERSON.upper(), "xxx"],
    "Juridisk form för leverantör": ["", "Övriga aktiebolag", "Fysiska personer", "Enkla bolag"],
    "SNI-Detaljgrupp för leverantör": ["", "0 Uppgift saknas", "1420 Fel", "Fel"],
    "Antal kontrakterade anbud*, Summa": ["", "1", "3"],
}


@given(st.lists(st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()}), min_size=1))
def test_whatever_stands_in_the_rows_counts_add_up_ends_are_described_and_no_person_shows(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]
) -> None:
    # A name stands in the file as a person's at least once; a company of that name would be another's business.
    rows = [
        row | {"Juridisk form för leverantör": "Fysiska personer"} if row["Namn för leverantör"] == PERSON else row
        for row in rows
        if not (row["Namn för leverantör"] == PERSON.upper() and row["Juridisk form för leverantör"])
    ]
    person = dict.fromkeys(CELLS, "")
    person |= {"År": "2022", "Namn för leverantör": PERSON, "Juridisk form för leverantör": "Fysiska personer"}
    path = tmp_path_factory.mktemp("any") / "tenders.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(CELLS))
        writer.writeheader()
        writer.writerows([person, *rows])
    said = read(path)
    assert said.report.rows_in == len(rows) + 1 == said.report.accepted + said.report.rejected
    assert len(said.records("Contract")) == said.report.accepted
    described = {(item.type, item.key) for item in said.items if isinstance(item, Record)}
    for item in said.items:
        if isinstance(item, Link):
            for end in (item.source, item.target):
                assert (end.type, end.key) in described or end.key == "cpv:33141420"
    ids = Counter(item.id(said.source.series) for item in said.items)
    assert not ids or max(ids.values()) == 1
    told = f"{said.items} {said.report.rejects}".casefold()
    assert PERSON.casefold() not in told
    assert "7809171007" not in told


# -- in a store ---------------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_in_a_store_the_229_stay_229_and_the_same_file_again_changes_nothing(kedja_data: Path, tmp_path: Path) -> None:
    with open_store(tmp_path / "kedja.db") as store:
        loaded = load(store, SwedishProcurementLoader(), kedja_data / TENDERS, now=NOW)
        assert loaded.settled.records == 56_066
        at = At(loaded.publication.number)
        organisations = list(store.entities(at, types=["Organisation"]))
        # Suppliers 229 masked, 282 hidden by the loader; 2 buyers hidden (3 rows, 2 procurements).
        assert sum(entity.name == "natural person" for entity in organisations) == 229 + 282 + 2
        found = store.find(at, "se-orgnr:2321000255")
        assert found is not None
        assert found.name == "REGION SKÅNE"
        again = load(store, SwedishProcurementLoader(), kedja_data / TENDERS, now=NOW)
        assert again.unchanged
        assert store.latest() == loaded.publication


def test_a_corrected_file_of_the_same_year_replaces_it_and_another_year_stands_beside(tmp_path: Path) -> None:
    lines = decode((SMALL / "tenders.csv").read_bytes()).splitlines(keepends=True)
    text = "".join(lines[:12] + lines[14:])  # without the two rows that do not say what they are about
    first, corrected, other = (tmp_path / f"{name}.csv" for name in "abc")
    first.write_text(text, encoding="utf-8")
    corrected.write_text(text.replace("Annan Handsk AB", "Rätt Handsk AB"), encoding="utf-8")
    other.write_text(text.replace("2022;", "2023;").replace("L1", "M1"), encoding="utf-8")
    with open_store(tmp_path / "kedja.db") as store:

        def names(path: Path) -> set[str]:
            at = At(load(store, SwedishProcurementLoader(), path, now=NOW).publication.number)
            return {entity.name for entity in store.entities(at, types=["Organisation"])}

        assert "Annan Handsk AB" in names(first)
        after = names(corrected)
        assert "Annan Handsk AB" not in after
        assert "Rätt Handsk AB" in after
        both = names(other)
        assert {"Rätt Handsk AB", "Annan Handsk AB"} <= both
        handsk = [e for e in store.entities(At(3), types=["Organisation"]) if e.name == "Handsk AB"]
        # A company of both years is one entity: its key is made from name and legal form.
        assert len(handsk) == 2


def test_a_number_too_long_to_be_one_rejects_its_row_alone(tmp_path: Path) -> None:
    text = (SMALL / "tenders.csv").read_text("cp1252")
    header, cells = csv.reader(text.splitlines()[:2], delimiter=";")
    number = cells[header.index("Upphandlings-ID")]
    (tmp_path / "tenders.csv").write_text(text.replace(number, "X" * 900), "utf-8")
    report = read(tmp_path / "tenders.csv").report
    assert report.rejected
    assert report.rows_in == report.accepted + report.rejected
