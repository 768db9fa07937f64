"""Each trap that real data set before us is a test: its docstring names the number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TRAPS = {
    1: "eForms: who won which lot", 2: "several lots, one contract, one party", 3: "buyer or service provider",
    4: "references by way of another", 5: "a company's number is free text", 6: "four kinds of amount, and currencies",
    7: "withheld values", 8: "which notice counts", 9: "the next SDK", 10: "code lists move",
    11: "lots, groups, parts", 12: "filler dates and civil dates", 13: "a flag is a claim",
    14: "OCDS: merging null", 15: "order of releases", 16: "ids of two types", 17: "a corrected award is a new award",
    18: "ids of parties are the publisher's own", 19: "one value for many suppliers",
    20: "CPV with and without check digit", 21: "CPV codes whose parent is missing, and codes for not classified",
    23: "GLEIF: deletions and statuses", 24: "not every relationship is a parent", 25: "a percentage that is none",
    26: "which period dates a link", 27: "an LEI that fails its check", 28: "a legal form without a code",
    29: "BODS: indirect ownership counted twice", 30: "statements are versions", 31: "unspecified is three things",
    32: "the schema accepts nonsense", 33: "what an OS ID proves", 34: "rows of facility lists",
    35: "DoL: goods made with inputs", 36: "names of goods and countries", 37: "country indices and their editions",
    38: "a number means what its source says", 39: "named natural persons",
    40: "EPCIS: a retraction bears its event's id",
    42: "SIE: corrections of a voucher",
}  # fmt: skip
"""What each is about. 22 and 41 wait for their loaders, as Svefaktura does in 42."""


@pytest.fixture(scope="module")
def named() -> set[int]:
    tests = "".join(file.read_text("utf-8") for file in Path(__file__).parent.glob("test_*.py"))
    return {int(number) for number in re.findall(r"(?i)\btrap (\d+)\b", tests)}


@pytest.mark.parametrize("number", TRAPS, ids=TRAPS.__getitem__)
def test_a_trap_is_held_by_a_test_that_names_it(number: int, named: set[int]) -> None:
    assert number in named


def test_no_other_trap_is_named(named: set[int]) -> None:
    assert named == set(TRAPS)
