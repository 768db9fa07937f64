"""The k worst paths, held equal to the first k of all paths."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.budget import Budget, within
from graph.kernels.paths import k_paths
from graph.network import Network
from tests.graph.brute import EXACT, Walked, networks, ranked, seeds, tables

PLAIN = np.ones(32)


def several(network: Network, start: dict[int, float], target: int, table: Any, k: int, use: bool) -> list[Walked]:
    found = k_paths(network, [*start], [*start.values()], target, table, k, use_confidence=use)
    assert not found.truncated
    for path in found.paths:
        assert [*start][path.seed] == path.vertices[0]
    return [Walked(path.value, path.vertices, path.edges) for path in found.paths]


@given(st.data(), tables(), st.integers(0, 12), st.booleans())
def test_they_are_the_first_k_of_all_paths_ties_included(data: Any, table: Any, k: int, use: bool) -> None:
    weights = st.sampled_from(EXACT)
    network = data.draw(networks(most=6, links=14, weights=weights))
    start = data.draw(seeds(network, weights))
    target = data.draw(st.integers(0, network.n - 1))
    assert (
        several(network, start, target, table, k, use) == ranked(network, start, target, table, use_confidence=use)[:k]
    )


@given(st.data(), st.integers(1, 12))
def test_with_any_weights_they_are_the_k_highest_values_by_different_paths(data: Any, k: int) -> None:
    network = data.draw(networks(most=6, links=14, weights=st.floats(0.05, 1)))
    start = data.draw(seeds(network, st.floats(0.05, 1)))
    target = data.draw(st.integers(0, network.n - 1))
    found = several(network, start, target, PLAIN, k, True)
    expected = ranked(network, start, target, PLAIN, use_confidence=True)
    assert len({(path.vertices, path.edges) for path in found}) == len(found) == min(k, len(expected))
    assert np.allclose([path.value for path in found], [path.value for path in expected[:k]], rtol=1e-10, atol=0)


def test_between_two_vertices_a_path_is_worth_its_weights() -> None:
    network = Network.build(4, [0, 1, 0, 2, 0], [1, 3, 2, 3, 3], [0] * 5, [0.5, 0.5, 1.0, 1.0, 0.125])
    found = k_paths(network, [0], [1.0], 3, PLAIN, 9, use_confidence=True)
    assert [(path.vertices, path.value) for path in found.paths] == [
        ((0, 2, 3), 1.0), ((0, 1, 3), 0.25), ((0, 3), 0.125),
    ]  # fmt: skip


def test_parallel_links_are_paths_of_their_own() -> None:
    network = Network.build(2, [0, 0], [1, 1], [0, 0], [0.5, 0.5], link=[7, 3])
    found = k_paths(network, [0], [1.0], 1, PLAIN, 5, use_confidence=True)
    assert [path.edges for path in found.paths] == [(1,), (0,)]


def test_a_search_that_gives_up_says_so_and_the_same_each_time() -> None:
    # Twenty diamonds one after the other: a million paths of one value.
    middle = np.arange(20) * 3
    source = np.concatenate((middle, middle, middle + 1, middle + 2))
    target = np.concatenate((middle + 1, middle + 2, middle + 3, middle + 3))
    network = Network.build(61, source, target, np.zeros(80), np.ones(80))
    answers = [k_paths(network, [0], [1.0], 60, PLAIN, 50, use_confidence=True, most_links=1_000) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0].truncated
    assert 0 < len(answers[0].paths) < 50
    whole = k_paths(network, [0], [1.0], 60, PLAIN, 50, use_confidence=True)
    assert whole.paths[: len(answers[0].paths)] == answers[0].paths
    assert (len(whole.paths), whole.truncated) == (50, False)


def chained(n: int, links: int) -> Network:
    """``n`` vertices in a row, each joined to the next by so many links."""
    ends = np.repeat(np.arange(n - 1), links)
    return Network.build(n, ends, ends + 1, np.zeros(len(ends)), np.full(len(ends), 0.999))


def test_what_a_chain_costs_grows_with_its_length_and_not_with_its_square() -> None:
    looked = []
    for n in (10_000, 100_000):
        with within(Budget()) as budget:
            found = k_paths(chained(n, 1), [0], [1.0], n - 1, PLAIN, 50, use_confidence=False)
        looked.append(budget.looks)
        assert (len(found.paths), found.truncated) == (1, False)
        assert len(found.paths[0].taken) == n - 1
    assert looked[1] < 12 * looked[0]


def test_ways_that_are_told_or_kept_are_no_more_than_k() -> None:
    # Every link has a double: the next best paths leave the best one at each of its places.
    network = chained(1_000, 2)
    tracemalloc.start()
    found = k_paths(network, [0], [1.0], 999, PLAIN, 5, use_confidence=True, most_links=10**7)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.truncated or len(found.paths) == 5
    assert most < 4 * 1024 * 1024
