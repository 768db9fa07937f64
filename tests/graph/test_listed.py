"""Contracts in categories with goods on a published list, and what is told of their suppliers; worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from graph.questions.listed import listed
from ontology.errors import InputError
from tests.graph.worlds import CHILD, FORCED, World


def world() -> World:
    """Gloves are listed for MY (both forms of labour) and CN (forced). Of five contracts one is on gloves, one on a
    narrower kind, one on a broader kind, one on linen, which nobody lists, one on nothing that is told. The first
    supplier runs a plant and is owned through two firms that own each other too; of the second nothing is told."""
    w = World()
    for code in ("MY", "CN"):
        w.place(code, country=code)
    w.node("Category", "listed-gloves", keys=["dol:gloves"])
    w.node("Category", "listed-bricks", keys=["dol:bricks"])
    w.kind("medical")
    w.kind("gloves", broader="medical")
    w.kind("surgical", broader="gloves")
    w.kind("linen")
    w.link("MATCHES", "listed-gloves", "gloves", relation="exact")
    for one in ("north", "south", "first", "second", "parent", "mother"):
        w.org(one)
    w.contract("c1", buyer="north", holder="first", category="gloves")
    w.contract("c2", buyer="south", holder="second", category="surgical")
    w.contract("c3", buyer="south", holder="second", category="medical")
    w.contract("c4", buyer="south", holder="first", category="linen")
    w.contract("c5", buyer="north", holder="first")
    w.site("plant", at="MY", operator="first")
    w.link("OWNS", "parent", "first")
    w.link("OWNS", "mother", "parent")
    w.link("OWNS", "parent", "mother")
    w.assessed("gloves-my-forced", FORCED, ["listed-gloves", "MY"])
    w.assessed("gloves-my-child", CHILD, ["listed-gloves", "MY"])
    w.assessed("gloves-cn-forced", FORCED, ["listed-gloves", "CN"])
    w.assessed("bricks-cn-child", CHILD, ["listed-bricks", "CN"])
    w.assessed("of-a-company", FORCED, ["second"])
    return w


def asked(subject: str = "all", risk: str | None = None, scheme: str = "dol", most: int = 100) -> Any:
    return listed(world().snapshot(), subject, scheme=scheme, risk=risk, most=most).data


def test_contracts_of_listed_kinds_and_narrower_ones_are_counted_and_broader_ones_are_unknown() -> None:
    found = asked()
    assert (found.contracts, found.total, found.may, found.uncategorised) == (5, 2, 1, 1)
    assert [(one.contract, one.buyers, one.categories, one.suppliers) for one in found.rows] == [
        ("c1", ("north",), ("gloves",), ("first",)), ("c2", ("south",), ("surgical",), ("second",)),
    ]  # fmt: skip
    assert {(one.goods, one.places) for one in found.rows} == {(("listed-gloves",), ("CN", "MY"))}
    (good,) = found.goods
    assert (good.good, good.places, good.risks) == ("listed-gloves", ("CN", "MY"), (CHILD, FORCED))
    assert (good.statements, good.contracts, good.may) == (3, 2, 1)


def test_sites_and_all_owners_of_suppliers_are_named_and_what_nobody_tells_is_counted() -> None:
    found = asked()
    assert [(one.supplier, one.contracts, one.sites, one.owners) for one in found.suppliers] == [
        ("first", 1, ("plant",), ("mother", "parent")), ("second", 1, (), ()),
    ]  # fmt: skip
    assert (found.suppliers_total, found.buyers, found.sites_untold, found.owners_untold) == (2, 2, 1, 1)
    assert {node.id for node in found.nodes} >= {"c1", "first", "plant", "mother", "MY", "listed-gloves", "gloves"}
    assert {(link.source, link.target) for link in found.links} == {("first", "c1"), ("second", "c2")}


def test_one_buyer_one_risk_and_another_list_are_asked_about() -> None:
    assert [one.contract for one in asked("north").rows] == ["c1"]
    assert (asked("south").total, asked("south").may) == (1, 1)
    (good,) = asked(risk=CHILD).goods
    assert (good.places, good.statements) == (("MY",), 1)
    assert (asked(scheme="hs").total, asked(scheme="hs").goods) == (0, ())
    assert asked("nobody") is None
    with pytest.raises(InputError):
        asked(risk="sorrow")


def test_a_list_that_is_cut_is_counted_whole() -> None:
    answer = listed(world().snapshot(), "all", scheme="dol", risk=None, most=1)
    assert answer.data is not None
    assert (len(answer.data.rows), answer.data.total) == (1, 2)
    assert {one.list: one.total for one in answer.completeness.cut} == {"contracts": 2, "suppliers": 2}
