"""Lens A: the worst credible path, held equal to enumerating every path."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.kernels.best import Ways
from graph.kernels.worst import best_path, worst
from graph.network import Network
from ontology.errors import InputError
from tests.graph.brute import EXACT, networks, ranked, seeds, tables

PLAIN = np.ones(32)


def asked(data: Any, **options: Any) -> tuple[Network, dict[int, float], Any, bool]:
    network = data.draw(networks(**options))
    values = options.get("weights")
    return network, data.draw(seeds(network, values)), data.draw(tables()), data.draw(st.booleans())


@given(st.data())
def test_the_value_at_every_vertex_is_that_of_the_best_of_all_paths(data: Any) -> None:
    network, start, table, use = asked(data)
    found = worst(network, [*start], [*start.values()], range(network.n), table, use_confidence=use).value
    for target in range(network.n):
        all_paths = ranked(network, start, target, table, use_confidence=use)
        assert found[target] == (all_paths[0].value if all_paths else 0.0)


@given(st.data())
def test_a_value_does_not_depend_on_which_targets_are_asked_for(data: Any) -> None:
    network, start, table, use = asked(data)
    everywhere = worst(network, [*start], [*start.values()], range(network.n), table, use_confidence=use).value
    some = data.draw(st.lists(st.integers(0, network.n - 1), max_size=4))
    assert list(worst(network, [*start], [*start.values()], some, table, use_confidence=use).value) == [
        everywhere[v] for v in some
    ]


@given(st.data())
def test_of_equal_paths_the_one_of_fewest_and_then_smallest_links_is_named(data: Any) -> None:
    network, start, table, use = asked(data, weights=st.sampled_from(EXACT))
    for target in range(network.n):
        all_paths = ranked(network, start, target, table, use_confidence=use)
        found = best_path(network, [*start], [*start.values()], target, table, use_confidence=use)
        if not all_paths:
            assert found is None
            continue
        assert found is not None
        best = all_paths[0]
        assert (found.value, found.vertices, found.edges) == (best.value, best.vertices, best.edges)
        assert [*start][found.seed] == best.vertices[0]


@given(st.data())
def test_with_any_weights_the_path_has_the_value_and_joins_seed_and_target(data: Any) -> None:
    network, start, table, use = asked(data)
    values = worst(network, [*start], [*start.values()], range(network.n), table, use_confidence=use).value
    for target in range(network.n):
        found = best_path(network, [*start], [*start.values()], target, table, use_confidence=use)
        assert (found is None) == (values[target] == 0)
        if found is not None:
            assert found.value == pytest.approx(values[target], rel=1e-11, abs=0)
            assert found.vertices[-1] == target
            assert [int(v) for v in network.source[list(found.edges)]] == [*found.vertices[:-1]]
            assert [int(v) for v in network.target[list(found.edges)]] == [*found.vertices[1:]]


@given(st.data())
def test_confidences_never_move_the_upper_end(data: Any) -> None:
    network, start, table, _ = asked(data)
    sure = data.draw(st.lists(st.floats(0, 1), min_size=len(network.source), max_size=len(network.source)))
    other = Network.build(network.n, network.source, network.target, network.kind, sure, network.link)
    targets = range(network.n)
    high, low = (
        worst(network, [*start], [*start.values()], targets, table, use_confidence=use).value for use in (False, True)
    )
    assert np.array_equal(high, worst(other, [*start], [*start.values()], targets, table, use_confidence=False).value)
    assert np.all(low <= high)


def test_the_weakest_link_is_the_nearest_to_the_target_of_the_least_sure() -> None:
    network = Network.build(4, [0, 1, 2], [1, 2, 3], [0, 0, 0], [0.5, 0.9, 0.5])
    for use in (True, False):
        found = best_path(network, [0], [1.0], 3, PLAIN, use_confidence=use)
        assert found is not None
        assert found.weakest == 2


def test_a_seed_at_the_target_is_a_path_without_links() -> None:
    network = Network.build(2, [0, 1], [1, 1], [0, 0], [1.0, 1.0])
    found = best_path(network, [0, 1], [0.5, 0.5], 1, PLAIN, use_confidence=True)
    assert found is not None
    assert (found.vertices, found.edges, found.seed, found.weakest, found.value) == ((1,), (), 1, None, 0.5)


def test_of_two_seeds_at_one_vertex_the_first_of_the_highest_is_named() -> None:
    network = Network.build(2, [0], [1], [0], [0.5])
    found = best_path(network, [0, 0, 0], [0.2, 0.8, 0.8], 1, PLAIN, use_confidence=True)
    assert found is not None
    assert (found.seed, found.value) == (1, 0.4)


def test_products_that_only_rounding_tells_apart_are_tied() -> None:
    # The same factors in another order, by links of smaller numbers.
    network = Network.build(4, [0, 1, 0, 2], [1, 3, 2, 3], [0] * 4, [0.3, 0.8, 0.8, 0.3], link=[2, 3, 0, 1])
    assert 0.7 * 0.3 * 0.8 > 0.7 * 0.8 * 0.3
    found = best_path(network, [0], [0.7], 3, PLAIN, use_confidence=True)
    assert found is not None
    assert found.edges == (2, 3)


def test_a_chain_of_ten_thousand_links_is_followed_to_its_end() -> None:
    n = 10_001
    network = Network.build(n, range(n - 1), range(1, n), np.zeros(n - 1), np.full(n - 1, 0.999))
    found = best_path(network, [0], [1.0], n - 1, PLAIN, use_confidence=True)
    assert found is not None
    assert len(found.edges) == n - 1
    assert found.value == pytest.approx(0.999 ** (n - 1), rel=1e-9)


def test_the_cost_is_that_of_the_cone_and_not_of_the_network() -> None:
    # Of the factory's two buyers one is the contract asked about; ten thousand links lie beyond the other.
    far = np.arange(2, 10_002)
    network = Network.build(10_003, [0, 0, *far], [1, 2, *(far + 1)], np.zeros(10_002), np.full(10_002, 0.5))
    ways = Ways(network, 1, PLAIN, True, np.array([0], np.int32), np.array([1.0]), whole=False)
    assert ways.path() == (0,)
    assert ways.looked < 10
    ways.close()


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_value_outside_zero_to_one_is_refused(value: float) -> None:
    network = Network.build(2, [0], [1], [0], [0.5])
    with pytest.raises(InputError):
        worst(network, [0], [value], [1], PLAIN, use_confidence=True)
    with pytest.raises(InputError):
        worst(network, [0], [0.5], [1], np.full(32, value), use_confidence=True)


def test_as_many_values_as_seeds_are_needed() -> None:
    network = Network.build(2, [0], [1], [0], [0.5])
    with pytest.raises(InputError):
        worst(network, [0, 1], [0.5], [1], PLAIN, use_confidence=True)
