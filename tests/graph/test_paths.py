"""The k surest paths between two things."""

from __future__ import annotations

import pytest

from graph.answer import Knowledge, Resolution
from graph.data import PathsData
from graph.questions.declared.paths import Paths
from graph.questions.paths import paths
from ontology.errors import InputError
from tests.graph.worlds import World
from visualisation.sentences import Teller
from visualisation.words import LANGUAGES, Words


def world() -> World:
    """farm (field, estate) -0.9-> mill -0.9-> gown -1-> c;  farm -0.7-> gown;  mill <-> dye is a cycle.

    From field to c: by farm, gown 0.7; by farm, mill, gown 0.9 * 0.9 = 0.81; by the dye house 0.9 * 0.8 * 0.5 = 0.36.
    """
    w = World()
    for org in ("region", "estate", "holder"):
        w.org(org)
    w.place("XX", country="CN")
    w.kind("cotton", type="Material")
    w.site("field", at="XX", operator="estate")
    w.contract("c", holder="holder", buyer="region")
    w.step("farm", of="cotton", site="field")
    for step in ("mill", "dye", "gown"):
        w.step(step)
    for seller, buyer, confidence in (
        ("farm", "mill", 0.9), ("mill", "gown", 0.9), ("gown", "c", 1.0), ("farm", "gown", 0.7), ("mill", "dye", 0.8),
        ("dye", "mill", 0.8), ("dye", "gown", 0.5),
    ):  # fmt: skip
        w.supply(seller, buyer, confidence=confidence)
    return w


def ask(w: World, source: str, target: str, k: int = 5) -> PathsData:
    data = paths(w.snapshot(), source, target, k=k).data
    assert data is not None
    return data


def test_the_surest_come_first_and_no_path_turns_back() -> None:
    found = ask(world(), "farm", "c")
    assert [path.nodes for path in found.paths] == [
        ("farm", "mill", "gown", "c"),
        ("farm", "gown", "c"),
        ("farm", "mill", "dye", "gown", "c"),
    ]
    assert [path.value for path in found.paths] == pytest.approx([0.81, 0.7, 0.36])


def test_each_path_names_its_weakest_link_and_its_resolution() -> None:
    found = ask(world(), "farm", "c", k=1)
    (path,) = found.paths
    weakest = next(link for link in found.links if link.id == path.weakest)
    # Both 0.9: the one nearest the contract.
    assert (weakest.source, weakest.target) == ("mill", "gown")
    assert path.resolution is Resolution.ITEM


@pytest.mark.parametrize(
    ("source", "first"), [("field", "field"), ("estate", "estate"), ("XX", "farm"), ("cotton", "farm")]
)
def test_a_site_or_company_is_on_the_path_and_a_place_or_kind_stands_for_its_steps(source: str, first: str) -> None:
    for target in ("c", "region", "holder"):
        found = ask(world(), source, target)
        assert found.paths[0].nodes[0] == first
        assert found.paths[0].nodes[-1] == "c"
        assert [path.value for path in found.paths] == pytest.approx([0.81, 0.7, 0.36])


def test_of_a_view_the_best_paths_to_any_of_its_contracts_are_given() -> None:
    w = world()
    w.contract("c2", buyer="region")
    w.supply("mill", "c2", confidence=1.0)
    found = ask(w, "farm", "region", k=3)
    assert [path.nodes[-1] for path in found.paths] == ["c2", "c", "c"]
    assert [path.value for path in found.paths] == pytest.approx([0.9, 0.81, 0.7])


def test_asked_the_wrong_way_round_it_says_which_way_the_goods_go() -> None:
    found = ask(world(), "c", "farm")
    assert (found.sources, found.targets) == (("farm",), ("c",))
    assert len(found.paths) == 3


def test_no_path_is_an_answer() -> None:
    w = world()
    w.step("alone")
    found = ask(w, "alone", "c")
    assert (found.sources, found.targets, found.paths) == (("alone",), ("c",), ())


def test_a_company_relation_without_goods_is_no_path() -> None:
    w = world()
    w.org("trader")
    w.link("SELLS_TO", "trader", "holder")
    assert ask(w, "trader", "c").paths == ()


def test_a_step_that_needs_one_generic_link_makes_the_path_generic() -> None:
    w = world()
    w.step("typical", generic=True, feeds=["mill"])
    (path, *_) = ask(w, "typical", "c").paths
    assert path.resolution is Resolution.GENERIC
    assert path.value == pytest.approx(0.3 * 0.9)


def test_what_is_not_there_and_what_cannot_be_asked() -> None:
    answer = paths(world().snapshot(), "farm", "nobody")
    assert (answer.knowledge, answer.data) == (Knowledge.NOT_IN_GRAPH, None)
    for k in (0, 1_001):
        with pytest.raises(InputError):
            Paths.of({"source": "farm", "target": "c", "k": k})


def test_a_path_of_very_many_links_is_named_at_its_ends_and_counted_whole() -> None:
    w = World()
    for number in range(2_001):
        w.step(f"s{number:04}")
        if number:
            w.supply(f"s{number - 1:04}", f"s{number:04}", confidence=0.5 if number == 1_000 else 1.0)
    answer = paths(w.snapshot(), "s0000", "s2000", k=3)
    assert answer.data is not None
    (path,) = answer.data.paths
    assert (len(path.links), path.left_out, answer.completeness.tiers_reached) == (500, 1_500, 2_000)
    assert path.nodes == tuple(f"s{n:04}" for n in (*range(251), *range(1_750, 2_001)))
    assert path.weakest in {link.id for link in answer.data.links}, "named though it lies in the gap"
    assert len(answer.data.nodes) < 600
    for lang in LANGUAGES:
        hops = Teller(answer, Words(lang)).hops(path)
        assert sum(Words(lang)("path.left_out", n=1_500) == hop.link for hop in hops) == 1
        assert len(hops) == len(path.nodes)
    between = paths(w.snapshot(), path.nodes[250], path.nodes[251])
    assert between.data is not None
    assert between.data.paths[0].left_out == 1_000, "and so on: 1 500 links between them"


def test_of_several_sources_and_targets_each_pair_has_its_surest_path() -> None:
    w = world()
    data = paths(w.snapshot(), ["field", "estate"], ["c", "gown"]).data
    assert data is not None
    assert data.joined == len(data.pairs) >= len(data.paths) == len({path.links for path in data.paths})
    for pair in data.pairs:
        (best,) = ask(w, pair.source, pair.target, k=1).paths
        assert data.paths[pair.path] == best
    values = [data.paths[pair.path].value for pair in data.pairs]
    assert values == sorted(values, reverse=True)


def test_what_is_left_out_of_the_pairs_is_counted_and_a_pair_without_a_path_is_none() -> None:
    w = world()
    w.org("alone")
    whole = paths(w.snapshot(), ["field", "estate", "alone"], ["c", "gown"])
    answer = paths(w.snapshot(), ["field", "estate", "alone"], ["c", "gown"], k=1)
    assert whole.data is not None
    assert answer.data is not None
    assert "alone" not in {pair.source for pair in whole.data.pairs}
    (cut,) = answer.completeness.cut
    assert (cut.list, cut.listed, cut.total) == ("pairs", 1, whole.data.joined)
