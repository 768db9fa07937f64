"""Which of several live values of a property counts: as its declaration says, whatever the order they came in."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.model import NODES, Property, Settle
from ontology.settling import Claim, by_value, in_conflict, settled, weight
from ontology.vocabulary import vocabulary

PROPERTIES = [(type, name) for type, node in NODES.items() for name in node.properties]
WEIGHED = [
    (type, name) for type, name in PROPERTIES if NODES[type].properties[name].settle in (Settle.GREATEST, Settle.LEAST)
]


def values(declared: Property) -> st.SearchStrategy[Any]:
    """Values of a property as records hold them."""
    kind = str(declared.annotation)
    if declared.vocabulary:
        term = st.sampled_from(sorted(vocabulary(declared.vocabulary).terms))
        return st.lists(term, min_size=1, max_size=2) if declared.many else term
    if "date" in kind:
        return st.dates().map(str)
    if "bool" in kind:
        return st.booleans()
    if "Decimal" in kind:
        return st.sampled_from(["5", "5.00", "7.5"])
    if "int" in kind or "float" in kind:
        return st.integers(0, 4)
    return st.sampled_from(["a", "b", "c"])


@st.composite
def claims(draw: st.DrawFn, declared: Property) -> list[Claim]:
    found = draw(
        st.lists(st.tuples(values(declared), st.sampled_from("stu"), st.integers(0, 2)), min_size=1, max_size=6)
    )
    return [Claim(value, source, day, f"r{number}") for number, (value, source, day) in enumerate(found)]


@given(st.sampled_from(PROPERTIES), st.data(), st.randoms())
def test_the_order_in_which_sources_come_decides_nothing(
    named: tuple[str, str], data: st.DataObject, order: random.Random
) -> None:
    declared = NODES[named[0]].properties[named[1]]
    said = data.draw(claims(declared))
    mixed = order.sample(said, len(said))
    assert settled(declared, said) == settled(declared, mixed)
    assert in_conflict(declared, said) is in_conflict(declared, mixed)
    if declared.settle is not Settle.COMMON:
        assert settled(declared, said) in [claim.value for claim in said]


def test_an_audit_could_find_what_all_say_that_it_could() -> None:
    declared = NODES["Audit"].properties["could_find"]
    said = [["forced-labour", "child-labour"], ["water-pollution", "forced-labour"], ["forced-labour", "child-labour"]]
    claims = [Claim(value, source, 0, f"r{source}") for value, source in zip(said, "stu", strict=True)]
    assert settled(declared, claims) == ["forced-labour"]
    assert settled(declared, claims[::2]) == ["child-labour", "forced-labour"]
    assert not in_conflict(declared, claims)


@given(st.sampled_from(WEIGHED), st.data())
def test_of_what_bears_on_risk_no_value_is_worse_than_the_one_that_counts(
    named: tuple[str, str], data: st.DataObject
) -> None:
    declared = NODES[named[0]].properties[named[1]]
    said = data.draw(claims(declared))
    weights = [weight(declared, claim.value) for claim in said]
    counts = weight(declared, settled(declared, said))
    assert counts == (max(weights) if declared.settle is Settle.GREATEST else min(weights))


@given(st.sampled_from(PROPERTIES), st.data())
def test_one_source_is_in_conflict_with_nobody_nor_are_sources_that_agree(
    named: tuple[str, str], data: st.DataObject
) -> None:
    declared = NODES[named[0]].properties[named[1]]
    said = data.draw(claims(declared))
    sources = {claim.source for claim in said}
    differ = len(by_value(declared, said)) > 1 and len(sources) > 1
    assert in_conflict(declared, said) is (differ and declared.single)


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ([("a", "s", 0), ("a", "t", 0), ("b", "u", 9)], "a"),
        ([("a", "s", 0), ("a", "s", 0), ("b", "u", 9)], "b"),
        ([("b", "s", 1), ("a", "t", 2)], "a"),
        ([("b", "s", 1), ("a", "t", 1)], "b"),
    ],
)
def test_most_sources_then_the_newest_then_the_smallest_record_id(
    said: list[tuple[str, str, int]], counts: str
) -> None:
    declared = NODES["Procurement"].properties["procedure"]
    assert settled(declared, [Claim(v, s, d, f"r{n}") for n, (v, s, d) in enumerate(said)]) == counts


def test_every_term_that_is_weighed_has_a_weight() -> None:
    for type, name in WEIGHED:
        if named := NODES[type].properties[name].vocabulary:
            assert all(term.extra["weight"].isdigit() for term in vocabulary(named).terms.values())


def test_amounts_that_are_written_differently_are_one() -> None:
    declared = NODES["Contract"].properties["awarded_value"]
    assert not in_conflict(declared, [Claim("5", "s", 0, "r1"), Claim("5.00", "t", 0, "r2")])
