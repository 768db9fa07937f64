"""A remedy does what it says: each reason is read as its user would, and what it tells is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.store import Reject
from loaders.base import Report, no_progress
from loaders.workbook import WorkbookLoader
from ontology.errors import Reason
from visualisation.words import LANGUAGES, Words

SOURCE = "field,value\nseries,mine\nedition,1\ntitle,T\npublisher,P\n"
STEPS = "id,name\nS1,Dipping\nS2,Packing\n"
ORGANISATIONS = "id,name\nO1,Alfa\nO2,Beta\n"


def rejects(path: Path, files: dict[str, str]) -> list[Reject]:
    for old in path.iterdir():
        old.unlink()
    for name, text in {"source": SOURCE, "organisations": ORGANISATIONS, "steps": STEPS, **files}.items():
        (path / f"{name}.csv").write_text(text, "utf-8")
    loader, report = WorkbookLoader(), Report("mine")
    list(loader.read(path, loader.source(path, {}), {}, b"k" * 32, report, no_progress))
    return report.rejects


CELLS = [
    # sheet and headings, row, what is written, why it is refused, what the remedy gives in Swedish and in English
    ("contracts", "id,name,kind", "K1,Gloves,{}", "frame", Reason.NOT_IN_VOCABULARY, "Ramavtal", "Framework agreement"),
    ("steps", "id,name,stage", "S1,Dipping,{}", "qwerty", Reason.NOT_IN_VOCABULARY, "Råvara", "Raw material"),
    ("contracts", "id,name,holds", "K1,Gloves,{}", "O1 / O2", Reason.UNKNOWN_KEY, "O1; O2", "O1; O2"),
    ("contracts", "id,name,holds", "K1,Gloves,{}", "O11", Reason.UNKNOWN_KEY, "O1", "O1"),
    ("sites", "id,name,located in", "F1,Plant,{}", "Korea", Reason.UNKNOWN_KEY, "Sydkorea", "South Korea"),
    ("sites", "id,name,located in", "F1,Plant,{}", "Malaysien", Reason.UNKNOWN_KEY, "Malaysia", "Malaysia"),
    ("sites", "id,name,located in", "F1,Plant,{}", "Tysklnd", Reason.UNKNOWN_KEY, "Tyskland", "Tyskland"),
    ("findings", "id,name,of type", "X1,Said,{}", "forcd-labour", Reason.UNKNOWN_KEY, "forced-labour", "forced-labour"),
    ("sites", "id,name,workers", "F1,Plant,{}", "12.5", Reason.NOT_A_NUMBER, "12", "12"),
    ("sites", "id,name,workers", "F1,Plant,{}", "tolv", Reason.NOT_A_NUMBER, "12", "12"),
    ("sites", "id,name,latitude", "F1,Plant,{}", "95", Reason.OUT_OF_RANGE, "90", "90"),
    ("contracts", "id,name,awarded value", 'K1,Gloves,"{}"', "18,500", Reason.AMBIGUOUS_AMOUNT, "18500", "18500"),
    ("contracts", "id,name,awarded value", 'K1,Gloves,"{}"', "12 %", Reason.NOT_AN_AMOUNT, "18 500 000 kr", "18500000"),
    ("contracts", "id,name,currency", "K1,Gloves,{}", "kronor", Reason.NOT_UNDERSTOOD, "SEK", "SEK"),
    ("findings", "id,name,of type", "X1,Said,{}", "risk:bribes", Reason.NOT_IN_VOCABULARY, "Mutor", "Bribery"),
    ("findings", "id,name,severity", "X1,Said,{}", "5", Reason.OUT_OF_RANGE, "4", "4"),
    ("findings", "id,name,severity", "X1,Said,{}", "severe risk", Reason.NOT_IN_VOCABULARY, "Allvarlig", "Severe"),
    ("owns", "from,to,share", "O1,O2,{}", "60", Reason.OUT_OF_RANGE, "60 %", "60 %"),
    ("owns", "from,to,share", "O1,O2,{}", "-1", Reason.OUT_OF_RANGE, "0", "0"),
    ("supplies", "from,to,share unit", "S1,S2,{}", "weight", Reason.NOT_UNDERSTOOD, "value", "mass"),
]


@pytest.mark.parametrize(("sheet", "headings", "row", "written", "reason", "sv", "en"), CELLS)
def test_what_the_remedy_gives_is_accepted(
    tmp_path: Path, sheet: str, headings: str, row: str, written: str, reason: Reason, sv: str, en: str
) -> None:
    def found(cell: str) -> list[Reject]:
        return rejects(tmp_path, {sheet: f"{headings}\n{row.replace('{}', cell)}\n"})

    (reject,) = found(written)
    assert reject.reason is reason
    for lang, given in zip(LANGUAGES, (sv, en), strict=True):
        words = Words(lang)
        assert given in words.remedy(reason, reject.parameters) + words.reason(reason, reject.parameters)
        assert found(given) == []


@pytest.mark.parametrize(("written", "meant"), [("adress line", "adress"), ("adres", "adress"), ("workrs", "workers")])
def test_a_heading_that_is_near_to_one_is_told_that_one_in_its_language(
    tmp_path: Path, written: str, meant: str
) -> None:
    (reject,) = rejects(tmp_path, {"sites": f"id,name,{written}\nF1,Plant,12\n"})
    assert reject.parameters["nearest"].split(", ")[0].casefold() == meant
    assert rejects(tmp_path, {"sites": f"id,name,{reject.parameters['nearest'].split(', ')[0]}\nF1,Plant,12\n"}) == []


def test_a_day_is_asked_for_where_a_year_will_not_do(tmp_path: Path) -> None:
    for written in ("2025", "idag", "250101"):
        (reject,) = rejects(tmp_path, {"measures": f"id,name,due\nM1,Plan,{written}\n"})
        remedy = Words("en").remedy(reject.reason, reject.parameters)
        assert "YYYY-MM-DD" in remedy
        assert "YYYY-MM " not in remedy


def test_a_cell_is_told_as_it_was_written(tmp_path: Path) -> None:
    files = {
        "contracts": "id,name,valid from,valid to\nK1,Gloves,2026-01-01,2025-12-31\n",
        "supplies": "from,to\nS1,O1\nos-id:XX,S2\n",
    }
    assert {(reject.column, reject.value) for reject in rejects(tmp_path, files)} == {
        ("valid to", "2025-12-31"),
        ("to", "O1"),
        ("from", "os-id:XX"),
    }


def test_a_sheet_that_is_not_known_is_named_by_what_stands_on_it(tmp_path: Path) -> None:
    sheets = {"Suppliers": "id,name\nO3,G\n", "Leverantörsregister": "id,namn\nO4,D\n", "Ränta": "a,b\n1,2\n"}
    found = {reject.sheet: reject.parameters["sheets"] for reject in rejects(tmp_path, sheets)}
    assert found == {"Suppliers": "Organisation", "Leverantörsregister": "Organisation", "Ränta": ""}
    assert "Menas Organisationer?" in Words("sv").remedy(Reason.UNKNOWN_SHEET, {"sheets": "Organisation"})


def test_what_stands_twice_is_told_for_what_it_is(tmp_path: Path) -> None:
    files = {"organisations": "id,name,name\nO1,Alfa,A\nO1,Alfa,A\n", "supplies": "from,to\nS1,S2\nS1,S2\n"}
    assert [reject.reason for reject in rejects(tmp_path, files)] == [
        Reason.DUPLICATE_COLUMN, Reason.DUPLICATE_KEY, Reason.DUPLICATE_LINK
    ]  # fmt: skip


def test_a_swedish_reject_holds_no_code_of_ours(tmp_path: Path) -> None:
    cells = [{sheet: f"{headings}\n{row.replace('{}', written)}\n"} for sheet, headings, row, written, *_ in CELLS]
    words = Words("sv")
    for files in [
        *cells,
        {"owns": "from,to,share\nO1,S1,\nO1,O2,2\n", "Suppliers": "id\nx\n", "supplies": "from\n1\n"},
    ]:
        for reject in rejects(tmp_path, files):
            told = words.reason(reject.reason, reject.parameters) + " " + words.remedy(reject.reason, reject.parameters)
            assert not [name for name in reject.parameters if f"{name}:" in told], told
            assert not [code for code in ("Step", "OWNS", "SUPPLIES", "contract-kinds", "{") if code in told], told
