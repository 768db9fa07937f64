"""Rows of equal rank stand by name, those of one name by id: never as the ids happen to fall."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from graph.questions.affected import affected
from graph.questions.exposure import exposure
from tests.graph.worlds import FORCED, World

NAMES = ("Alfa", "Beta", "Gamma")


def world(names: tuple[str, ...]) -> World:
    """Three contracts alike, each of a buyer and a holder of its own, fed by one dipping line with a finding."""
    w = World()
    w.site("factory")
    w.kind("glove")
    for number, name in enumerate(names):
        holder, buyer = w.org(f"holder{number}"), w.org(f"buyer{number}")
        w.contract(f"c{number}", holder=holder, buyer=buyer, category="glove")
        w.nodes[buyer] = replace(w.nodes[buyer], name=f"buyer {name}")
        w.nodes[f"c{number}"] = replace(w.nodes[f"c{number}"], name=name)
    w.step("dip", stage="final-manufacture", of="glove", site="factory", feeds=["c0", "c1", "c2"])
    w.said("f", FORCED, ["factory"], severity=4)
    return w


@pytest.mark.parametrize("names", tuple(permutations(NAMES)))
def test_equal_rows_stand_by_name(names: tuple[str, ...]) -> None:
    s = world(names).snapshot()
    touched = affected(s, "factory").data
    exposed = exposure(s, "all", FORCED).data
    assert touched is not None
    assert exposed is not None
    assert tuple(row.contract.name for row in touched.contracts) == NAMES
    assert tuple(row.contract.name for row in exposed.members) == NAMES
    told = {node.id: node.name for node in (*touched.nodes, *exposed.nodes)}
    assert [told[region] for region in touched.regions] == [f"buyer {name}" for name in NAMES]
    assert [told[row.buyer] for row in exposed.buyers] == [f"buyer {name}" for name in NAMES]
