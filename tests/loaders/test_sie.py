"""SIE 4: corrections count once, letters are read as they are, and persons are hidden."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.base import Report
from loaders.registry import find
from loaders.sie.lines import encoding_of, parsed
from loaders.sie.loader import SieLoader
from ontology.errors import FileFormatError, Reason
from ontology.records import Link, Record
from tests.conftest import ROOT
from tests.loaders.damage import Items, read, survives

OURS = ROOT / "tests" / "data" / "sie" / "2025.se"
TEXT = OURS.read_bytes().decode("cp437")
HEAD = TEXT[: TEXT.index("#VER")]


def of(path: Path, text: str = TEXT, encoding: str = "cp437") -> tuple[Items, Report]:
    (path / "a.se").write_bytes(text.encode(encoding))
    assert find(str(path / "a.se")).kind == "sie"
    return read(SieLoader(), path / "a.se")


def voucher(*lines: str) -> str:
    return HEAD + "#VER L 1 20250310 Text\r\n{\r\n" + "".join(f"  {line}\r\n" for line in lines) + "}\r\n"


def bought(items: Items) -> list[tuple[str, str, str]]:
    found = [one for one in items if isinstance(one, Link)]
    return [(x.source.key.rpartition("/")[2], str(x.properties["amount"]), str(x.common.valid_from)) for x in found]


@pytest.mark.parametrize("kind", ["1", "2", "3"])
def test_accounts_of_another_type_are_told_what_to_export(tmp_path: Path, kind: str) -> None:
    (tmp_path / "balances.se").write_text(HEAD.replace("#SIETYP 4", f"#SIETYP {kind}") + '#UB 0 1930 "12.00"\r\n')
    assert find(str(tmp_path / "balances.se")).kind == "sie"
    with pytest.raises(FileFormatError, match=f"SIE of type {kind}, which has no vouchers. Export type 4"):
        SieLoader().source(tmp_path / "balances.se", {})


def test_accounts_that_do_not_say_their_type_are_of_the_first(tmp_path: Path) -> None:
    head = HEAD.replace("#SIETYP 4", "").encode("cp437")
    (tmp_path / "old.se").write_bytes(head)
    assert find(str(tmp_path / "old.se")).kind == "sie"
    with pytest.raises(FileFormatError, match="no SIE of type 4"):
        SieLoader().source(tmp_path / "old.se", {})


def test_a_voucher_with_a_correction_balances_and_is_summed_once() -> None:
    """Trap 42."""
    items, report = read(SieLoader(), OURS)
    assert ("1002", "450", "2025-04-02") in bought(items)
    assert (report.notes["added"], report.notes["struck"]) == (1, 1)
    assert [r.reason for r in report.rejects] == [Reason.NOT_BALANCED], "only the voucher that is wrong on purpose"


def test_an_invoice_is_bought_without_vat_a_credit_note_is_negative_and_a_payment_buys_nothing() -> None:
    items, report = read(SieLoader(), OURS)
    assert [one for one in bought(items) if one[0] == "1001"] == [
        ("1001", "800", "2025-03-10"), ("1001", "-80", "2025-04-20"),
    ]  # fmt: skip
    assert (report.notes["payment"], report.notes["voucher_without_supplier"]) == (1, 1)
    assert (report.rows_in, report.accepted, report.rejected) == (7, 6, 1)


def test_the_company_is_known_by_its_number_and_a_supplier_by_none(tmp_path: Path) -> None:
    """A supplier's number in the accounts is no organisation number, though it may look like one."""
    items, _ = of(tmp_path, TEXT.replace("1001", "5560360793"))
    companies = {one.key: one.properties["name"] for one in items if isinstance(one, Record)}
    assert companies["se-orgnr:4020000008"] == "Påhittade Region Nord"
    assert [key for key in companies if key.startswith("se-orgnr:")] == ["se-orgnr:4020000008"]
    assert any(key.endswith("/5560360793") for key in companies)


def test_a_tab_may_stand_after_a_label_and_blanks_within_braces(tmp_path: Path) -> None:
    """As three bookkeeping programs write it."""
    tabs = TEXT.replace("#VER ", "#VER\t").replace("#TRANS ", "#TRANS\t").replace("{}", "{ }")
    assert bought(of(tmp_path, tabs)[0]) == bought(of(tmp_path)[0])


@pytest.mark.parametrize(("encoding", "told"), [("cp437", 0), ("utf-8", 1), ("utf-8-sig", 1), ("cp1252", 1)])
def test_letters_are_read_in_whatever_encoding_they_stand(tmp_path: Path, encoding: str, told: int) -> None:
    items, report = of(tmp_path, encoding=encoding)
    names = {str(one.properties["name"]) for one in items if isinstance(one, Record)}
    assert {"Påhittade Region Nord", "Älvåkers Förband AB", 'Handskar "Öst" HB'} <= names
    assert report.notes["encoding"] == told


def test_persons_have_neither_name_nor_number(tmp_path: Path) -> None:
    items, report = of(tmp_path, TEXT.replace("1003", "811218-9876").replace("Privatperson", '"Anka Ankasson"'))
    said = repr(items)
    assert report.notes["hidden_person"] == 1
    assert not [word for word in ("Anka", "811218", "Lön", "Arvode") if word in said]
    items, report = of(tmp_path, TEXT.replace("402000-0008", "811218-9876"))
    assert "811218" not in repr(items)
    assert SieLoader().source(tmp_path / "a.se", {}).publisher == "natural person"


def test_the_costs_of_two_suppliers_in_one_voucher_are_each_its_own(tmp_path: Path) -> None:
    items, _ = of(tmp_path, voucher(
        '#TRANS 4010 {9 "1001"} 10', "#TRANS 4010 {9 1002} 20", "#TRANS 5000 {} 5", '#TRANS 2440 {9 "1001"} -35',
    ))  # fmt: skip
    assert [(who, amount) for who, amount, _ in bought(items)] == [("1001", "10"), ("1002", "20")]


def test_a_cut_file_loses_its_last_voucher_and_says_so(tmp_path: Path) -> None:
    items, report = of(tmp_path, TEXT[: TEXT.index("#VER L 3")] + "#VER L 3 20250420\r\n{\r\n#TRANS 4010 {} 1\r\n")
    assert (report.rows_in, report.rejected) == (3, 1)
    assert len(bought(items)) == 2


def test_a_file_of_balances_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.se").write_bytes(HEAD.replace("#SIETYP 4", "#SIETYP 1").encode("cp437"))
    with pytest.raises(FileFormatError, match="has no vouchers"):
        SieLoader().source(tmp_path / "a.se", {})


def test_words_are_read_with_quotes_blanks_and_objects() -> None:
    line = parsed(1, '#TRANS 4010 {1 "20 A" 9 S1} -1000.50 "" "En \\"text\\""')
    assert line.words == ("4010", "-1000.50", "", 'En "text"')
    assert line.objects == (("1", "20 A"), ("9", "S1"))


@given(st.lists(st.decimals(-10_000, 10_000, places=2), min_size=1, max_size=6))
def test_what_is_bought_is_the_sum_of_the_costs(tmp_path_factory: pytest.TempPathFactory, costs: list[Decimal]) -> None:
    lines = [f'#TRANS 4010 {{9 "1001"}} {cost}' for cost in costs]
    items, report = of(tmp_path_factory.mktemp("sie"), voucher(*lines, f"#TRANS 2440 {{}} {-sum(costs)}"))
    assert report.rejected == 0
    assert [Decimal(amount) for _, amount, _ in bought(items)] == ([sum(costs)] if sum(costs) else [])


def test_damage_gives_an_error_or_a_report(tmp_path: Path) -> None:
    assert survives(SieLoader(), tmp_path / "a.se", OURS.read_bytes(), range(80)) < 80
    assert encoding_of(OURS) == "cp437"


@pytest.mark.parametrize("blank", ["\x0b", "\x0c", " \x1c ", "\0"])
def test_a_line_of_blanks_of_another_system_is_none(tmp_path: Path, blank: str) -> None:
    assert of(tmp_path, TEXT.replace("\n", f"\n{blank}\n"))[0] == of(tmp_path, TEXT.replace("\n", "\n\n"))[0]


def test_a_company_with_an_endless_name_is_read_under_its_beginning(tmp_path: Path) -> None:
    items, _ = of(tmp_path, TEXT.replace("Påhittade Region Nord", "Påhittade Region " + "x" * 90_000))
    (name,) = (str(one.properties["name"]) for one in items if isinstance(one, Record) and "4020000008" in one.key)
    assert name.startswith("Påhittade Region xxx")
