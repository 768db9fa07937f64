"""What a walk reaches, held equal to brute force."""

from __future__ import annotations

import threading
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.generator import Size, generate
from graph.kernels.reach import Reach, components, cycles, longest, reach
from graph.kernels.worst import best_path, worst
from graph.network import Network
from ontology.errors import InputError
from tests.graph.brute import networks

MASKS = st.integers(0, 7)


def walk(network: Network, upstream: bool, kinds: int) -> list[tuple[int, int, int]]:
    """(from, to, kind) of the links walked."""
    ends = (network.target, network.source) if upstream else (network.source, network.target)
    rows = zip(ends[0], ends[1], network.kind, strict=True)
    return [(int(a), int(b), int(kind)) for a, b, kind in rows if kinds >> int(kind) & 1]


def nearest(
    network: Network, starts: dict[int, int], upstream: bool, kinds: int, tier_kinds: int, max_tier: int
) -> dict[int, tuple[int, int]]:
    """(tier, hops) by relaxing every link until nothing changes."""
    found = {v: (tier, 0) for v, tier in starts.items() if tier <= max_tier}
    changed = True
    while changed:
        changed = False
        for a, b, kind in walk(network, upstream, kinds):
            if a not in found:
                continue
            step = (found[a][0] + (tier_kinds >> kind & 1), found[a][1] + 1)
            if step[0] <= max_tier and (b not in found or step < found[b]):
                found[b] = step
                changed = True
    return found


def as_dict(found: Reach) -> dict[int, tuple[int, int]]:
    assert len(set(found.vertex.tolist())) == len(found.vertex)
    rows = zip(found.vertex, found.tier, found.hops, strict=True)
    return {int(v): (int(tier), int(hops)) for v, tier, hops in rows}


@given(st.data())
def test_fewest_tiers_and_links_are_those_of_brute_force(data: Any) -> None:
    network = data.draw(networks(most=8, links=20))
    starts = data.draw(st.dictionaries(st.integers(0, network.n - 1), st.integers(0, 3), max_size=3))
    upstream, kinds, tier_kinds = data.draw(st.booleans()), data.draw(MASKS), data.draw(MASKS)
    max_tier = data.draw(st.none() | st.integers(0, 4))
    options: dict[str, Any] = {"upstream": upstream, "kinds": kinds, "tier_kinds": tier_kinds}
    found = reach(network, [*starts], **options, max_tier=max_tier, start_tiers=[*starts.values()])
    expected = nearest(network, starts, upstream, kinds, tier_kinds, 99 if max_tier is None else max_tier)
    assert as_dict(found) == expected
    assert not found.truncated
    assert [*zip(found.tier, found.hops, strict=True)] == sorted(zip(found.tier, found.hops, strict=True))
    # Cut short, it is the beginning of the same answer.
    most = data.draw(st.integers(0, network.n))
    part = reach(network, [*starts], **options, max_tier=max_tier, max_nodes=most, start_tiers=[*starts.values()])
    assert part.vertex.tolist() == found.vertex.tolist()[:most]
    assert part.truncated == (len(found.vertex) > most)


def test_a_start_in_a_cycle_is_listed_once_at_its_own_tier() -> None:
    network = Network.build(2, [0, 1], [1, 0], [0, 0], [1, 1])
    found = reach(network, [0, 0], upstream=True, kinds=1, tier_kinds=1)
    assert as_dict(found) == {0: (0, 0), 1: (1, 1)}


def test_masks_may_be_bits_or_flags() -> None:
    network = Network.build(3, [0, 1], [1, 2], [0, 31], [1, 1])
    flags = np.zeros(32, np.bool_)
    flags[31] = True
    by_flags = reach(network, [1], upstream=False, kinds=flags, tier_kinds=flags)
    by_bits = reach(network, [1], upstream=False, kinds=1 << 31, tier_kinds=1 << 31)
    assert as_dict(by_flags) == as_dict(by_bits) == {1: (0, 0), 2: (1, 1)}


def test_no_starts_reach_nothing() -> None:
    network = Network.build(2, [0], [1], [0], [1])
    assert as_dict(reach(network, [], upstream=False, kinds=1, tier_kinds=1)) == {}


def test_a_large_walk_grows_past_every_buffer() -> None:
    n = 5_000
    star = Network.build(n, np.zeros(n - 1), np.arange(1, n), np.arange(n - 1) % 2, np.ones(n - 1))
    found = reach(star, [0], upstream=False, kinds=3, tier_kinds=1)
    assert sorted(found.vertex.tolist()) == [*range(n)]
    assert as_dict(found)[1] == (1, 1)
    assert as_dict(found)[2] == (0, 1)


def test_threads_do_not_disturb_each_other() -> None:
    n = 2_000
    chain = Network.build(n, np.arange(n - 1), np.arange(1, n), np.zeros(n - 1), np.ones(n - 1))
    wrong: list[int] = []

    def ask(start: int) -> None:
        for _ in range(20):
            found = reach(chain, [start], upstream=False, kinds=1, tier_kinds=1)
            if found.vertex.tolist() != [*range(start, n)]:
                wrong.append(start)

    threads = [threading.Thread(target=ask, args=(start,)) for start in (0, 500, 1_000, 1_500)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def directed(network: Network, upstream: bool, kinds: int, among: set[int]) -> Any:
    made: Any = nx.MultiDiGraph()
    made.add_nodes_from(among)
    made.add_edges_from(
        (a, b, {"kind": kind}) for a, b, kind in walk(network, upstream, kinds) if a in among and b in among
    )
    return made


def in_cycles(made: Any) -> list[set[int]]:
    return [
        part
        for part in nx.strongly_connected_components(made)
        if len(part) > 1 or made.has_edge(*[next(iter(part))] * 2)
    ]


@given(st.data())
def test_the_greatest_tier_is_the_longest_path_or_none_where_a_cycle_lies_on_the_way(data: Any) -> None:
    network = data.draw(networks(most=7, links=9))
    starts = data.draw(st.dictionaries(st.integers(0, network.n - 1), st.integers(0, 2), max_size=2))
    upstream, kinds, tier_kinds = data.draw(st.booleans()), data.draw(MASKS), data.draw(MASKS)
    options: dict[str, Any] = {"upstream": upstream, "kinds": kinds, "tier_kinds": tier_kinds}
    found = reach(network, [*starts], **options, start_tiers=[*starts.values()])
    greatest = longest(network, found, [*starts], **options, start_tiers=[*starts.values()])
    cone = directed(network, upstream, kinds, {int(v) for v in found.vertex})
    around = {v for part in in_cycles(cone) for v in part}
    for v, tier in zip(found.vertex, greatest, strict=True):
        if around & ({int(v)} | nx.ancestors(cone, int(v))):
            assert tier == -1
            continue
        lengths = [start_tier for start, start_tier in starts.items() if start == v]
        for start in starts.keys() - {int(v)}:
            every: Any = nx.all_simple_edge_paths(cone, start, int(v))
            lengths += [starts[start] + sum(tier_kinds >> cone.edges[e]["kind"] & 1 for e in path) for path in every]
        assert tier == max(lengths)


@given(networks(most=9, links=20))
def test_components_are_strongly_connected_and_numbered_against_the_links(network: Network) -> None:
    number = components(network)
    made = directed(network, False, 7, {*range(network.n)})
    expected = {frozenset(part) for part in nx.strongly_connected_components(made)}
    assert {frozenset(np.flatnonzero(number == c).tolist()) for c in np.unique(number)} == expected
    assert all(number[a] >= number[b] for a, b in zip(network.source, network.target, strict=True))


@given(st.data())
def test_cycles_are_named_within_the_cone_only(data: Any) -> None:
    network = data.draw(networks(most=8, links=16))
    among = data.draw(st.sets(st.integers(0, network.n - 1)))
    kinds = data.draw(MASKS)
    found = cycles(network, sorted(among), kinds=kinds)
    expected = in_cycles(directed(network, False, kinds, among))
    assert [part.tolist() for part in found] == sorted(sorted(part) for part in expected)


def test_a_chain_of_a_million_links_needs_no_recursion() -> None:
    n = 1_000_000
    ring = Network.build(n, np.arange(n), np.roll(np.arange(n), -1), np.zeros(n), np.ones(n))
    assert components(ring).max() == 0


def test_mapped_arrays_are_used_as_they_are(tmp_path: Any) -> None:
    columns = {"source": np.array([0, 1], np.int32), "target": np.array([1, 2], np.int32)}
    for name, column in columns.items():
        np.save(tmp_path / f"{name}.npy", column)
    mapped = {name: np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in columns}
    network = Network.build(3, **mapped, kind=np.zeros(2, np.uint8), confidence=np.ones(2))
    assert np.shares_memory(network.source, mapped["source"])
    assert as_dict(reach(network, [2], upstream=True, kinds=1, tier_kinds=1)) == {2: (0, 0), 1: (1, 1), 0: (2, 2)}


def same(one: Network, other: Network) -> None:
    for name in ("source", "target", "kind", "confidence", "link"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    for side in ("incoming", "outgoing"):
        assert np.array_equal(getattr(one, side).start, getattr(other, side).start), side
        assert np.array_equal(getattr(one, side).edge, getattr(other, side).edge), side
        assert getattr(one, side).plain == getattr(other, side).plain


def picked(network: Network, keep: Any) -> Network:
    columns = (network.source, network.target, network.kind, network.confidence, network.link)
    return Network.build(network.n, *(column[keep] for column in columns))


@given(st.data())
def test_a_part_of_a_network_is_the_network_of_those_links(data: Any) -> None:
    network = data.draw(networks())
    m = len(network.source)
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=m, max_size=m)), np.bool_)
    same(network.only(keep), picked(network, keep))


def test_a_part_of_many_links_is_too() -> None:
    network = generate(Size("small", 500, 3_000)).network
    keep = np.random.default_rng(0).random(3_000) < 0.7
    same(network.only(keep), picked(network, keep))


@given(networks())
def test_the_links_of_a_vertex_stand_in_the_order_of_their_numbers(network: Network) -> None:
    for csr, end in ((network.incoming, network.target), (network.outgoing, network.source)):
        for v in range(network.n):
            edges = csr.edge[csr.start[v] : csr.start[v + 1]]
            assert set(edges.tolist()) == set(np.flatnonzero(end == v).tolist())
            assert network.link[edges].tolist() == sorted(network.link[edges].tolist())


@pytest.mark.parametrize(
    "columns",
    [
        ([0], [2], [0], [1.0]),
        ([-1], [1], [0], [1.0]),
        ([0], [1], [32], [1.0]),
        ([0], [1], [0], [1.5]),
        ([0], [1], [0], [float("nan")]),
        ([0], [1], [0], [1.0, 1.0]),
    ],
)
def test_links_that_do_not_fit_are_refused(columns: Any) -> None:
    with pytest.raises(InputError):
        Network.build(2, *columns)


def test_a_vertex_that_is_not_there_is_refused() -> None:
    network = Network.build(2, [0], [1], [0], [1.0])
    for vertex in (-1, 2):
        with pytest.raises(InputError):
            reach(network, [vertex], upstream=True, kinds=1, tier_kinds=1)
        with pytest.raises(InputError):
            worst(network, [0], [1.0], [vertex], np.ones(32), use_confidence=True)
        with pytest.raises(InputError):
            best_path(network, [0], [1.0], vertex, np.ones(32), use_confidence=True)
