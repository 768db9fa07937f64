"""Two sources may differ about any declared property: a value counts, and the same in any order."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

import ontology.links  # noqa: F401  (declares the links)
from graph.snapshot.sayings import Saying, disputes, in_order, merged
from ontology.model import NODES, Property
from ontology.vocabulary import vocabulary

PROPERTIES = [(type_, name) for type_, node in sorted(NODES.items()) for name in sorted(node.properties)]


def values(declared: Property) -> list[Any]:
    kind = str(declared.annotation)
    pool: list[Any] = ["a", "b"]
    if declared.vocabulary:
        pool = list(vocabulary(declared.vocabulary).terms)[:3]
    elif "date" in kind:
        pool = ["2025-01-01", "2026-01-01"]
    elif "bool" in kind:
        pool = [False, True]
    elif any(number in kind for number in ("int", "float", "Decimal")):
        pool = [1, 2]
    return [[one] for one in pool] if declared.many else pool


def saying(number: int, properties: dict[str, Any]) -> Saying:
    return Saying(
        f"r{number}", f"s{number}", "p", "", number, 0, False, float("nan"), -(10**6), 10**6, properties
    )  # fmt: skip


@pytest.mark.parametrize(("type_", "name"), PROPERTIES)
def test_what_sources_differ_about_is_settled_the_same_in_any_order(type_: str, name: str) -> None:
    declared = NODES[type_].properties[name]
    said = [saying(number, {name: value}) for number, value in enumerate(values(declared))]
    found = {str((merged(type_, order), disputes(type_, in_order(order)))) for order in permutations(said)}
    assert len(found) == 1
    assert declared.single == any(one.property == name for one in disputes(type_, said))
