"""Tiers in groups: every contract and step stands in one box or is shown, the counts add up, and nothing is lost."""

from __future__ import annotations

import pytest

from graph.questions.tiering import BOXES, MEMBERS, Only, tiers
from graph.tiered import REST, UNTOLD, TiersData
from tests.graph.worlds import FORCED, World

BY = ("supplier", "category", "stage", "country", "certainty")
EVERYTHING = Only()


def market(contracts: int = 100, suppliers: int = 30) -> World:
    """Contracts of one buyer with many suppliers, every fourth with one that nobody names; every tenth is delivered
    from one factory, of which a very severe finding tells."""
    w = World()
    w.org("region")
    for n in range(suppliers):
        w.org(f"supplier{n:02}")
    w.place("SE", country="SE")
    w.site("factory", at="SE", operator="supplier01")
    w.step("making", stage="final-manufacture", site="factory")
    for n in range(contracts):
        w.contract(f"contract{n:03}", holder=f"supplier{n % suppliers:02}" if n % 4 else None, buyer="region")
        if n % 10 == 0:
            w.supply("making", f"contract{n:03}")
    w.said("found", FORCED, about=["factory"], severity=4)
    return w


def ask(w: World, by: str = "supplier", only: Only = EVERYTHING, opened: tuple[str, ...] = ()) -> TiersData:
    data = tiers(w.snapshot(), "all", FORCED, by=by, only=only, opened=opened).data
    assert data is not None
    return data


@pytest.mark.parametrize("by", BY)
def test_every_contract_and_step_is_counted_once_however_they_are_grouped(by: str) -> None:
    data = ask(market(), by)
    assert (data.contracts, data.total, data.size) == (100, 101, 101)
    assert sum(box.size for box in data.boxes) == 101
    for box in data.boxes:
        assert sum(row.size for row in box.levels) == box.size
    assert sum(row.size for box in data.boxes for row in box.levels if row.level == "4") == 11, "ten, and their step"
    assert sum(row.size for box in data.boxes for row in box.levels if row.level == "unknown") == 90, "never low"


def test_boxes_beyond_those_shown_stand_in_one_that_says_how_many_they_are() -> None:
    boxes = [box for box in ask(market()).boxes if box.tier == 0]
    (rest,) = [box for box in boxes if box.key == REST]
    assert (len(boxes), rest.groups) == (BOXES + 1, 31 - BOXES), "two tiers: there is room"
    assert any(box.key == UNTOLD and box.size == 25 for box in boxes), "nobody tells: a box of its own"


def test_an_open_box_shows_its_members_the_worst_first_and_counts_those_it_has_no_room_for() -> None:
    w = market()
    data = ask(w, "stage", opened=("0:contract",))
    (left,) = [box for box in data.boxes if box.id == "0:contract"]
    assert (len(data.members), left.size, left.opened) == (MEMBERS, 100 - MEMBERS, True)
    assert [one.level for one in data.members[:10]] == ["4"] * 10
    assert len({one.node.id for one in data.members}) == MEMBERS
    small = ask(market(20), "stage", opened=("0:contract",))
    assert [box.id for box in small.boxes] == ["1:final-manufacture"]


def test_links_between_boxes_count_those_that_they_stand_for() -> None:
    data = ask(market(), "stage")
    assert [(link.source, link.target, link.links) for link in data.wires] == [
        ("1:final-manufacture", "0:contract", 10),
        ("0:contract", "-1:region", 100),
    ]


def test_the_contracts_stand_by_their_buyers_too() -> None:
    (box,) = ask(market()).buyers
    assert (box.key, box.size, box.tier) == ("region", 100, -1)
    assert {row.level: row.size for row in box.levels} == {"4": 10, "unknown": 90}


def test_only_what_lies_between_the_contracts_and_a_site_is_left() -> None:
    data = ask(market(), only=Only(between="factory"))
    assert (data.contracts, data.total) == (100, 11)
    assert data.between == "factory"


def test_a_filter_leaves_what_it_says_and_its_counts_are_of_everything() -> None:
    w = market()
    data = ask(w, only=Only(level="unknown"))
    assert (data.size, data.total) == (90, 101)
    assert {(c.filter, c.value): c.size for c in data.choices}["level", "4"] == 11
    assert ask(w, only=Only(tier=1)).size == 1
    assert ask(w, only=Only(certainty="generic")).size == 0


def test_a_country_leaves_what_is_in_it_and_what_nobody_tells_the_country_of_is_a_choice_of_its_own() -> None:
    w = market()
    counts = {c.value: c.size for c in ask(w).choices if c.filter == "country"}
    assert counts == {"unknown": 100, "SE": 1}
    for country, n in counts.items():
        data = ask(w, only=Only(country=country))
        assert (data.size, data.total, sum(box.size for box in data.boxes)) == (n, 101, n)


def test_where_knowledge_ends_is_counted_in_each_box() -> None:
    answer = tiers(market().snapshot(), "all", FORCED, by="stage", only=EVERYTHING, opened=())
    assert answer.data is not None
    assert sum(box.ends for box in answer.data.boxes) == answer.completeness.ends_total > 0
