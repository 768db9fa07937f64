"""Identifiers without a scheme: the same rule for cells, questions and lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.model import NODES
from ontology.values import SCHEMES, bare_keys, guess_keys, implied_keys, is_personal_number, parse_key


def test_a_scheme_identifies_types_that_are_declared() -> None:
    assert {name for scheme in SCHEMES.values() for name in scheme.identifies} <= set(NODES)


def test_a_question_finds_a_company_by_its_vat_number_with_scheme_and_without() -> None:
    for text in ("SE402001111201", "vat:SE402001111201", "SE 402001-1112 01"):
        assert guess_keys(text) == ("vat:SE402001111201", "se-orgnr:4020011112")
    assert guess_keys("16402001-1112") == ("se-orgnr:4020011112",)
    assert guess_keys("se-orgnr:402001-1112") == ("se-orgnr:4020011112",)
    assert "gln:7350053850019" in guess_keys("7350053850019")
    assert guess_keys("SE640823323401") == ()
    assert implied_keys("vat:FI01450767") == ()


TEXTS = (
    st.text(max_size=20) | st.text("0123456789-+ .SE", max_size=16) | st.from_regex(r"\d{6}[-+ ]?\d{4}", fullmatch=True)
)


@given(TEXTS, st.sets(st.sampled_from(sorted(NODES))))
def test_whatever_is_written_each_key_is_in_normal_form_of_a_type_meant_and_no_persons(
    text: str, types: set[str]
) -> None:
    for key in (*bare_keys(text, types), *guess_keys(text)):
        assert parse_key(key) == key
        scheme, _, value = key.partition(":")
        assert scheme != "se-orgnr" or not is_personal_number(value)
    for key in bare_keys(text, types):
        assert set(SCHEMES[key.partition(":")[0]].identifies) & types


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("811218-9876", True),
        ("19811218-9876", True),
        ("811218+9876", True),
        ("SE811218987601", True),
        ("SE830623999901", True),  # whose last ten digits have a third of 2
        ("830623999901", True),
        ("811218-9876 (enskild firma)", True),
        ("0007:8112189876", True),
        ("SE556036079301", False),
        ("SE232100001601", False),  # a region's, whose last ten digits have a third of 0
        ("232100001601", False),
        ("202100548901", False),  # a state agency's
        ("SE202100548901", False),
        ("16202100-5489", False),
        ("16556036-0793", False),
        ("232100-0016", False),
        ("", False),
        ("1002", False),
    ],
)
def test_a_personal_number_is_told_from_that_of_a_company_also_in_a_vat_number(text: str, person: bool) -> None:
    assert is_personal_number(text) is person
