"""Newer editions of the Swedish procurement statistics: tenders without a contract, suppliers by number."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.errors import FileFormatError, Reason
from ontology.values import is_personal_number
from tests.loaders.test_se_procurement import Said, read
from visualisation.words import Words

COMPANY, OTHER = "4020011112", "4020022226"
PERSON, NAME = "6408233234", "Pia Påhittsson"
BASE = {
    "År": "2025",
    "Anbudsområdes-ID": "A1",
    "Huvudsaklig CPV-kod": "33141420 Handskar",
    "Typ av avtal": "Ramavtal",
    "Upphandlingens titel": "Handskar",
    "Upphandlings-ID": "U1",
    "Namn för köpare": "PÅHITTAD REGION",
    "Organisationsnummer för köpare": "212999-9997",
    "Namn för leverantör": "Handsk AB",
    "Organisationsnummer för leverantör": COMPANY,
    "Juridisk form för leverantör": "Övriga aktiebolag",
    "Kontrakterad": "Kontrakterad",
    "Antal kontrakterade anbud*": "1",
}
NUMBER, SUPPLIER, LOT = "Organisationsnummer för leverantör", "Namn för leverantör", "Anbudsområdes-ID"
COUNT, FORM = "Antal kontrakterade anbud*", "Juridisk form för leverantör"


def table(folder: Path, *rows: dict[str, str], without: tuple[str, ...] = ()) -> Path:
    """A file with the rows; each says how it differs from ``BASE``."""
    path = folder / "tenders.csv"
    columns = [name for name in dict.fromkeys([*BASE, *(c for row in rows for c in row)]) if name not in without]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter=";", extrasaction="ignore")
        writer.writeheader()
        writer.writerows({**BASE, **row} for row in rows)
    return path


def holders(said: Said) -> list[str]:
    return sorted(link.source.key for link in said.links("HOLDS"))


@pytest.mark.parametrize(
    "row",
    [
        {"Kontrakterad": "Inte kontrakterad", COUNT: "0"},
        {"Kontrakterad": "inte  kontrakterad", COUNT: "1"},
        {"Kontrakterad": "Nej", COUNT: ""},
    ],
)
def test_a_tender_that_was_not_contracted_is_no_contract_and_is_counted(tmp_path: Path, row: dict[str, str]) -> None:
    lost = {SUPPLIER: "Förlorare AB", NUMBER: OTHER, **row}
    said = read(table(tmp_path, {}, lost))
    assert holders(said) == [f"se-orgnr:{COMPANY}"]
    assert not said.named("Förlorare AB")
    assert said.report.notes["not_contracted"] == 1
    assert said.report.notes["several_tenders"] == 0
    assert (said.report.rows_in, said.report.accepted, said.report.rejected) == (2, 2, 0)


def test_a_count_of_zero_is_no_contract_where_no_column_says_so(tmp_path: Path) -> None:
    said = read(table(tmp_path, {COUNT: "0"}, {LOT: "A2", COUNT: "2"}, without=("Kontrakterad",)))
    assert len(said.records("Contract")) == 1
    assert (said.report.notes["not_contracted"], said.report.notes["several_tenders"]) == (1, 1)


def test_a_procurement_of_which_nothing_was_contracted_is_kept(tmp_path: Path) -> None:
    said = read(table(tmp_path, {"Kontrakterad": "Inte kontrakterad", COUNT: "0", LOT: "", SUPPLIER: ""}))
    assert [record.key for record in said.records("Procurement")] == ["se-stat:procurement/U1"]
    assert not said.records("Contract")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"Kontrakterad": ""}, Reason.MISSING),
        ({"Kontrakterad": "Kanske"}, Reason.NOT_IN_VOCABULARY),
        ({"Kontrakterad": "Kontrakterad", COUNT: "0"}, Reason.OUT_OF_RANGE),
    ],
)
def test_a_row_that_does_not_say_what_became_of_it_is_rejected(
    tmp_path: Path, row: dict[str, str], reason: Reason
) -> None:
    said = read(table(tmp_path, row, {LOT: "A2"}))
    assert [reject.reason for reject in said.report.rejects] == [reason]
    assert (said.report.accepted, said.report.rejected) == (1, 1)
    assert len(said.records("Contract")) == 1


def test_a_column_that_may_change_what_a_row_is_is_refused_and_any_other_is_listed(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="Anbudsstatus"):
        read(table(tmp_path, {"Anbudsstatus": "Avbruten"}))
    said = read(table(tmp_path, {"Diarieplan": "7"}))
    assert [(reject.column, reject.reason) for reject in said.report.rejects] == [("Diarieplan", Reason.UNKNOWN_COLUMN)]
    assert said.report.accepted == 1


@pytest.mark.parametrize("number", ["402001-1112", "16402001-1112", " 4020011112 "])
def test_a_supplier_is_one_company_by_its_number_however_it_and_its_name_are_written(
    tmp_path: Path, number: str
) -> None:
    said = read(table(tmp_path, {}, {LOT: "A2", SUPPLIER: "HANDSK AKTIEBOLAG", NUMBER: number}))
    assert holders(said) == [f"se-orgnr:{COMPANY}"] * 2
    assert len({record.key for record in said.records("Contract")}) == 2


@pytest.mark.parametrize("number", ["", "-", "Uppgift saknas", "#N/A"])
def test_without_a_number_the_name_and_legal_form_stand_in_its_place(tmp_path: Path, number: str) -> None:
    said = read(table(tmp_path, {NUMBER: number}, {NUMBER: number, LOT: "A2"}))
    assert len(set(holders(said))) == 1
    assert holders(said)[0].startswith("se-stat:supplier/")
    assert said.report.notes["supplier_number_absent"] == 2
    assert not said.report.rejects


def test_a_number_that_is_not_valid_is_listed_and_names_nobody(tmp_path: Path) -> None:
    said = read(table(tmp_path, {NUMBER: "4020011113"}, {NUMBER: COMPANY, LOT: "A2"}))
    assert len(set(holders(said))) == 2
    assert [(r.column, r.value, r.reason) for r in said.report.rejects] == [
        (NUMBER, "4020011113", Reason.BAD_IDENTIFIER)
    ]
    assert said.report.rejected == 0


def test_a_number_names_the_company_where_the_name_column_names_nobody(tmp_path: Path) -> None:
    said = read(table(tmp_path, {SUPPLIER: "Sekretess"}, {SUPPLIER: "", LOT: "A2"}))
    assert holders(said) == [f"se-orgnr:{COMPANY}"] * 2
    assert {r.properties["name"] for r in said.records("Organisation")} == {"PÅHITTAD REGION", COMPANY}


@pytest.mark.parametrize(
    "number", [PERSON, "640823-3234", "19640823-3234", "640823+3234", "640823-3235", "Personuppgift"]
)
def test_a_personal_number_hides_the_name_of_its_row_and_the_name_wherever_it_stands_alone(
    tmp_path: Path, number: str
) -> None:
    person = {SUPPLIER: NAME, NUMBER: number, FORM: ""}
    said = read(table(tmp_path, person, {**person, NUMBER: "", LOT: "A2"}, {LOT: "A3"}))
    assert said.report.accepted == 3
    assert len(said.persons()) == 2
    told = f"{said.items} {said.report}"
    assert NAME not in told
    assert "640823" not in told


CELLS = {
    LOT: ["A1", "A2", ""],
    SUPPLIER: ["Handsk AB", "", "Sekretess", NAME],
    NUMBER: ["", COMPANY, OTHER, "x", PERSON, "0" * 10, "1e9", "４０２００１１１１２"],
    "Kontrakterad": ["Kontrakterad", "Inte kontrakterad", "", "?"],
    COUNT: ["", "0", "1", "2", "-1", "²", "1,5"],
    "Huvudsaklig CPV-kod": ["33141420 Handskar", "", "x"],
}


@given(st.lists(st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()}), min_size=1))
def test_every_row_is_a_contract_a_tender_without_one_or_rejected(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]
) -> None:
    rows = [row | {NUMBER: PERSON} if row[SUPPLIER] == NAME else row for row in rows]
    said = read(table(tmp_path_factory.mktemp("any"), *rows))
    report = said.report
    assert report.rows_in == len(rows) == report.accepted + report.rejected
    assert len(said.records("Contract")) + report.notes["not_contracted"] == report.accepted
    numbers = [key.partition(":")[2] for key in holders(said) if key.startswith("se-orgnr:")]
    assert not any(is_personal_number(number) for number in numbers)
    assert NAME not in f"{said.items} {report.rejects}"


@pytest.mark.parametrize("column", ["Leverantörens organisationsnummer", "Orgnr leverantör", "Person-/org.nr"])
def test_numbers_of_suppliers_under_another_heading_are_not_passed_over(tmp_path: Path, column: str) -> None:
    path = table(tmp_path, {SUPPLIER: NAME, column: PERSON}, without=(NUMBER,))
    with pytest.raises(FileFormatError, match=column.replace(".", r"\.")) as told:
        read(path)
    path.write_text(path.read_text("utf-8-sig").replace(column, NUMBER), "utf-8")
    assert NUMBER in str(told.value.remedy)
    said = read(path)
    assert not said.named(NAME)


@pytest.mark.parametrize(
    ("column", "written", "remedy"),
    [
        ("Kontrakterad", "Avbruten", "Choose one of: Kontrakterad, Inte kontrakterad."),
        ("Ny kolumn", "x", "No edition that Kedja knows has it"),
    ],
)
def test_a_remedy_of_the_statistics_names_no_template(tmp_path: Path, column: str, written: str, remedy: str) -> None:
    (reject,) = read(table(tmp_path, {column: written})).report.rejects
    told = Words("en").remedy(reject.reason, reject.parameters)
    assert told.startswith(remedy)
    assert "template" not in told
