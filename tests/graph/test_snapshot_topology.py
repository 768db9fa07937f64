"""Frozen topologies: canonical order, content hashes, arrays on disk."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.snapshot import arrays
from graph.snapshot.topology import (
    LINK_TYPES,
    Edges,
    GraphLink,
    GraphNode,
    Topology,
    Vertices,
    canonical_edges,
    edges_of,
    mark_of,
)
from graph.snapshot.view import Moment, Snapshot
from graph.texts import Texts, ranges
from ontology.records import Status
from tests.graph.worlds import DAY, FORCED, World

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def topology(w: World) -> Topology:
    return w.snapshot().topology


def small() -> World:
    w = World()
    w.org("holder")
    w.kind("glove")
    w.contract("c", holder="holder", category="glove")
    w.step("s", of="glove", feeds=["c"])
    w.said("f", FORCED, ["s"], severity=3)
    return w


# -- text and ranges ----------------------------------------------------------------------------------------------
@given(st.lists(TEXT))
def test_texts_give_back_what_they_hold(texts: list[str]) -> None:
    assert list(Texts.of(texts)) == texts
    assert Texts.of(texts)[1:3] == texts[1:3]


@given(st.lists(st.lists(TEXT)), st.data())
def test_texts_are_joined_and_moved_as_a_list_is(parts: list[list[str]], data: st.DataObject) -> None:
    texts = [text for part in parts for text in part]
    column = Texts.joined([Texts.of(part) for part in parts])
    assert list(column) == texts
    rows = data.draw(st.lists(st.sampled_from(range(len(texts))))) if texts else []
    assert list(column.take(np.array(rows, np.int64))) == [texts[row] for row in rows]


def test_many_texts_are_moved_in_several_parts() -> None:
    texts = [f"{n}å" * (n % 3) for n in range(10_000)]
    order = np.random.default_rng(1).permutation(len(texts))
    assert list(Texts.of(texts).take(order)) == [texts[row] for row in order]


@given(st.lists(TEXT, unique=True), TEXT)
def test_a_text_is_found_in_a_sorted_column_and_only_there(texts: list[str], other: str) -> None:
    ordered = sorted(texts, key=str.encode)
    column = Texts.of(ordered)
    for place, text in enumerate(ordered):
        assert column.find(text) == place
    assert (column.find(other) is None) == (other not in texts)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8), st.data())
def test_ranges_are_the_positions_of_each_row(counts: list[int], data: st.DataObject) -> None:
    start = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    rows = data.draw(st.lists(st.integers(0, len(counts) - 1), max_size=6))
    wanted = [place for row in rows for place in range(start[row], start[row + 1])]
    assert ranges(start, np.array(rows, np.int64)).tolist() == wanted


# -- canonical order and hash -------------------------------------------------------------------------------------
def test_vertices_stand_in_the_order_of_their_ids_and_edges_by_ends_type_and_id() -> None:
    t = topology(small())
    ids = list(t.vertices.id)
    assert ids == sorted(ids, key=str.encode)
    e = t.edges
    rows = list(zip(e.source.tolist(), e.target.tolist(), e.type.tolist(), e.order.tolist(), strict=True))
    assert rows == sorted(rows)


def test_edges_by_id_are_sorted_by_the_text_of_their_ids() -> None:
    w = small()
    w.step("g", stage="final-manufacture", of="glove", generic=True)
    w.contract("c2", category="glove")
    t = topology(w)
    assert t.edges.derived.any()
    ids = [t.edges.id(int(edge)) for edge in t.by_id]
    assert ids == sorted(ids)
    assert t.rank[t.by_id].tolist() == list(range(len(t.edges)))


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 5), max_size=30), st.sampled_from([1, 2**28]))
def test_edges_stand_by_ends_type_link_and_row_however_many_vertices_there_are(
    rows: list[tuple[int, ...]], far: int
) -> None:
    edges = links_of(rows, far)
    e = canonical_edges(edges)
    found = list(zip(*(c.tolist() for c in (e.source, e.target, e.type, e.order, e.row)), strict=True))
    assert found == sorted((a * far, b * far, kind, order, row) for a, b, kind, order, row in rows)
    assert e.confidence.tolist() == [row / 4 for *_, row in found]


def links_of(rows: list[tuple[int, ...]], far: int) -> Edges:
    """Edges of (source, target, type, order, row), vertices ``far`` apart."""
    n = len(rows)
    source, target, kind, order, row = np.array(rows, np.int64).reshape(n, 5).T
    return Edges(
        source=(source * far).astype(np.int32), target=(target * far).astype(np.int32), type=kind.astype(np.int8),
        mark=np.zeros(n, np.int8), status=np.zeros(n, np.int8), denied=np.zeros(n, np.bool_),
        derived=np.zeros(n, np.bool_), confidence=row / 4, valid_from=np.zeros(n, np.int32),
        valid_to=np.zeros(n, np.int32), order=order, row=row, fact_start=np.zeros(n + 1, np.int64),
        fact=np.empty(0, np.int64),
    )  # fmt: skip


def test_many_edges_are_moved_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = topology(small()).hash
    monkeypatch.setattr(arrays, "LONG", 0)
    assert topology(small()).hash == expected


@given(st.randoms(use_true_random=False))
def test_the_hash_does_not_depend_on_the_order_of_the_input(order: random.Random) -> None:
    w = small()
    nodes, links = list(w.nodes.values()), list(w.links)
    order.shuffle(nodes)
    order.shuffle(links)
    assert Snapshot.made(nodes, links, valid_at=DAY).hash == w.snapshot().hash


def test_the_hash_tells_every_change_of_content() -> None:
    base = topology(small()).hash
    seen = {base}
    node: GraphNode
    for change in (
        {"name": "other"}, {"keys": ("demo:x",)}, {"properties": {"inputs_known": "all"}}, {"ghost": True},
        {"status": Status.VERIFIED}, {"confidence": 0.5}, {"valid_from": 10}, {"valid_to": 20_000},
    ):  # fmt: skip
        w = small()
        node = replace(w.nodes["s"], **change)
        w.nodes["s"] = node
        seen.add(topology(w).hash)
    for change in ({"confidence": 0.4}, {"valid_to": 20_000}, {"status": Status.VERIFIED}):
        w = small()
        w.links[-3] = replace(w.links[-3], **change)
        seen.add(topology(w).hash)
    assert len(seen) == 1 + 8 + 3


def test_the_weights_hash_tells_the_day_but_the_topology_hash_does_not() -> None:
    w = small()
    one, other = w.snapshot(date(2026, 1, 1)).hash, w.snapshot(date(2026, 1, 2)).hash
    assert one.split("/")[0] == other.split("/")[0]
    assert one != other


def test_rows_of_a_store_are_never_hashed() -> None:
    t = topology(small())
    other = Topology(t.vertices, replace(t.edges, row=t.edges.row + 7))
    assert other.hash == t.hash


# -- on disk ------------------------------------------------------------------------------------------------------
def test_a_saved_topology_opens_as_it_was(tmp_path: Path) -> None:
    w = small()
    w.step("g", stage="final-manufacture", of="glove", generic=True)
    w.contract("c2", category="glove")
    t = topology(w)
    t.save(tmp_path)
    opened = Topology.open(tmp_path)
    assert opened.hash == t.hash
    assert isinstance(opened.edges.source.base, np.memmap)
    assert opened.by_id.tolist() == t.by_id.tolist()
    assert list(opened.vertices.name) == list(t.vertices.name)
    derived = int(np.flatnonzero(t.edges.derived)[0])
    assert opened.edges.facts(derived) == t.edges.facts(derived) != ()


def test_an_empty_graph_is_a_topology_too(tmp_path: Path) -> None:
    s = World().snapshot()
    s.topology.save(tmp_path)
    assert Topology.open(tmp_path).hash == s.topology.hash
    assert s.network.n == 0
    assert len(s.seeds.vertex) == 0


# -- the view -----------------------------------------------------------------------------------------------------
def test_a_period_shows_what_holds_on_any_of_its_days() -> None:
    w = World()
    w.contract("c")
    for id, start, end in (("before", None, date(2026, 1, 1)), ("within", date(2026, 1, 1), date(2026, 3, 1)),
                           ("after", date(2026, 6, 1), None)):  # fmt: skip
        w.step(id)
        w.supply(id, "c", valid=(start, end))
    whole = w.snapshot()

    def suppliers(moment: Moment) -> set[str]:
        s = Snapshot(whole.topology, moment, whole.method, whole.known)
        c = s.vertex("c")
        assert c is not None
        return {s.id(v) for v in s.pairs("DELIVERED_UNDER").sources(c)}

    assert suppliers(Moment(date(2025, 12, 31))) == {"before"}
    assert suppliers(Moment(date(2026, 1, 1))) == {"within"}
    assert suppliers(Moment(None, (date(2025, 12, 1), date(2026, 7, 1)))) == {"before", "within", "after"}
    assert suppliers(Moment(None, (date(2026, 3, 1), date(2026, 6, 1)))) == set()


def test_an_entity_that_is_not_valid_takes_its_links_with_it() -> None:
    w = World()
    w.contract("c")
    w.node("Step", "s", valid=(date(2020, 1, 1), date(2026, 1, 1)))
    w.supply("s", "c")
    assert len(w.snapshot(date(2025, 1, 1)).network.source) == 1
    assert len(w.snapshot(date(2026, 1, 1)).network.source) == 0


def test_pairs_lead_both_ways_without_denied_links() -> None:
    w = World()
    w.org("a")
    w.contract("c1", holder="a")
    w.contract("c2", holder="a")
    w.contract("c3")
    w.link("HOLDS", "a", "c3", denied=True)
    s = w.snapshot()
    a, c1, c2, c3 = (s.vertex(id) for id in ("a", "c1", "c2", "c3"))
    assert a is not None
    assert c1 is not None
    assert c2 is not None
    assert c3 is not None
    held = s.pairs("HOLDS")
    assert held.targets(a) == [c1, c2]
    assert held.targets(a, a) == [c1, c2]
    assert held.sources(c1, c2) == [a]
    assert held.sources(c3) == held.targets() == []
    assert [LINK_TYPES[int(s.topology.edges.type[e])] for e in held.leaving(a)] == ["HOLDS", "HOLDS"]
    assert len(s.denied()) == 1


def test_one_key_finds_its_entity() -> None:
    w = World()
    w.node("Contract", "c", keys=["demo:avtal-1", "local:7"])
    s = w.snapshot()
    assert s.keyed("demo:avtal-1") == s.keyed("local:7") == s.vertex("c")
    assert s.keyed("demo:avtal") is s.keyed("local:8") is None
    assert s.demonstration
    assert not small().snapshot().demonstration


def test_links_made_without_an_id_get_one_of_content() -> None:
    w = small()
    vertices = Vertices.of(w.nodes.values())
    link = GraphLink("SUPPLIES", "s", "s")
    edges = edges_of(vertices, [link])
    assert edges.id(0) == f"l{link.order:016x}"
    assert edges.id(0) == edges_of(vertices, [replace(link, id=edges.id(0))]).id(0)


@pytest.mark.parametrize(
    ("owned", "passes"),
    [
        ({"share": 0.5}, 1), ({"share": 0.49}, 0), ({"share": 0.25, "share_max": 0.75}, 1), ({"share_max": 0.4}, 0),
        ({"control": True}, 1), ({"control": True, "share": 0.1}, 1), ({}, 0),
    ],
)  # fmt: skip
def test_what_may_be_one_half_passes_as_one_half_does(owned: dict[str, float | bool], passes: int) -> None:
    assert mark_of("OWNS", owned) == passes
