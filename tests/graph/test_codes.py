"""Kinds whose codes say by themselves what lies within what, where no list of the codes has been loaded."""

from __future__ import annotations

import pytest

from graph.answer import Basis
from graph.questions.exposure import exposure
from graph.snapshot.kinds import codes_within
from ontology.codes import broader_codes
from tests.graph.test_exposure import ALL_LINKS, ask, figure
from tests.graph.worlds import FORCED, World


def coded(*keys: str) -> World:
    """A contract in each category, which is called what its code is."""
    w = World()
    for key in keys:
        w.node("Category", key, keys=[key])
        w.contract(f"of {key}", category=key)
    return w


@pytest.mark.parametrize(
    ("broad", "narrow", "beside"),
    [
        ("cpv:33000000", "cpv:33141420", "cpv:34000000"),
        ("cpv:33140000", "cpv:33141420", "cpv:33150000"),
        ("cpv:30100000", "cpv:30192121", "cpv:30200000"),
        ("hs:40", "hs:401511", "hs:41"),
        ("hs:4015", "hs:401511", "hs:4016"),
        ("atc:J01", "atc:J01CA04", "atc:J02"),
        ("emdn:T01", "emdn:T010201", "emdn:T02"),
    ],
)
def test_a_narrower_code_belongs_to_the_broader_one_and_the_broader_may_to_the_narrower(
    broad: str, narrow: str, beside: str
) -> None:
    s = coded(broad, narrow, beside).snapshot()
    found = exposure(s, broad, FORCED).data
    assert found is not None
    assert (found.contracts, found.may_belong) == (2, ())
    found = exposure(s, narrow, FORCED).data
    assert found is not None
    assert found.contracts == 1
    (row,) = found.may_belong
    assert (row.kind, row.matched, row.links, row.contracts) == (broad, False, (), (f"of {broad}",))


def test_codes_of_other_schemes_say_nothing_of_each_other() -> None:
    s = coded("own:3314", "own:331", "dol:cotton", "dol:cot", "hs:33", "cpv:33000000").snapshot()
    for key in ("own:331", "dol:cot", "hs:33", "cpv:33000000"):
        found = exposure(s, key, FORCED).data
        assert found is not None
        assert (found.contracts, found.may_belong) == (1, ())


def test_what_is_typical_of_a_broader_code_is_typical_of_a_narrower() -> None:
    w = coded("cpv:33140000", "cpv:33141420")
    w.place("XX", country="MY")
    w.step("g-dip", stage="processing", of="cpv:33140000", at="XX", generic=True)
    w.assessed("a", FORCED, ["cpv:33140000", "XX"], severity=4, likelihood=0.5)
    assert figure(ask(w, "of cpv:33141420"), 4, Basis.GENERIC, ALL_LINKS, "of cpv:33141420") is not None


def test_the_codes_within_one_that_is_not_there_are_found_nearest_first() -> None:
    vertices = (
        coded("cpv:33141420", "cpv:33140000", "cpv:33690000", "cpv:45000000", "own:33").snapshot().topology.vertices
    )
    assert codes_within(vertices, ["cpv:33000000"]) == ["cpv:33140000", "cpv:33690000", "cpv:33141420"]
    assert codes_within(vertices, ["cpv:33141420"]) == codes_within(vertices, ["hs:33"]) == []


@pytest.mark.parametrize(
    ("key", "broader"),
    [
        ("cpv:33141420", ["cpv:33141400", "cpv:33141000", "cpv:33140000", "cpv:33100000", "cpv:33000000"]),
        ("cpv:30190120", ["cpv:30190100", "cpv:30190000", "cpv:30100000", "cpv:30000000"]),
        ("cpv:33001000", ["cpv:33000000"]),
        ("cpv:33000000", []),
        ("cpv:00000000", []),
        ("hs:40", []),
        ("atc:J", []),
        ("own:gloves", []),
    ],
)
def test_each_code_says_what_it_lies_within_nearest_first(key: str, broader: list[str]) -> None:
    assert list(broader_codes(key)) == broader
