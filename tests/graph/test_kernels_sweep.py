"""The sweep of all vertices in sixteen lanes says what the exact kernel says, as far as float32 goes."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.generator import Size, generate
from graph.kernels import plan as planning
from graph.kernels.plan import ROUNDS, SHARED, Plan, plan
from graph.kernels.sweep import sweep
from graph.kernels.worst import worst
from graph.network import F32, Network
from ontology.errors import InputError
from tests.graph.brute import networks, tables

LANES = 16


def lanes_of(network: Network, random: np.random.Generator) -> tuple[F32, F32, F32]:
    """(low, high, seeds): the first eight lanes of *low*, the others of *high*, each with families of its own."""
    low, high = np.zeros((32, LANES), np.float32), np.zeros((32, LANES), np.float32)
    low[:, :8] = random.integers(0, 2, (32, 8))
    high[:, 8:] = random.integers(0, 2, (32, 8))
    seeds = random.random((network.n, LANES)) * (random.random((network.n, LANES)) < 0.2)
    return low, high, seeds.astype(np.float32)


def agrees(network: Network, order: Plan, low: F32, high: F32, seeds: F32) -> None:
    found = sweep(order, low, high, None, seeds)
    assert found.shape == (network.n, LANES)
    for lane in range(LANES):
        use = lane < 8
        at = np.flatnonzero(seeds[:, lane])
        table = (low if use else high)[:, lane]
        exact = worst(network, at, seeds[at, lane], range(network.n), table, use_confidence=use).value
        assert np.allclose(found[:, lane], exact, rtol=1e-5, atol=1e-30), lane
        assert np.array_equal(found[:, lane] > 0, exact > 0), lane


@given(st.data(), st.integers(0, 2**32 - 1), st.sampled_from((0, 3, 20_000)))
def test_every_lane_is_the_exact_value(data: Any, seed: int, worth: int) -> None:
    weights = st.sampled_from((0.0, 0.25, 0.5, 1.0)) | st.floats(0.01, 1)
    network = data.draw(networks(most=12, links=40, weights=weights))
    # Blocks of any size go to the threads too, not only those for which they pay.
    with patch.object(planning, "WORTH_SHARING", worth):
        order = plan(network)
    agrees(network, order, *lanes_of(network, np.random.default_rng(seed)))


@pytest.mark.parametrize("backward", [0.0, 0.003, 0.01])
def test_a_network_with_a_giant_cycle_is_swept_by_all_threads(backward: float) -> None:
    network = generate(Size("", 20_000, 100_000, backward)).network
    with patch.object(planning, "WORTH_SHARING", 200):
        order = plan(network)
    kinds = set(order.stages[:, 0].tolist())
    assert SHARED in kinds
    assert (ROUNDS in kinds) == (backward > 0)
    agrees(network, order, *lanes_of(network, np.random.default_rng(3)))


@given(networks(most=10, links=30))
def test_the_order_puts_suppliers_first_and_cycles_together(network: Network) -> None:
    order = plan(network)
    assert sorted(order.order.tolist()) == [*range(network.n)]
    assert np.array_equal(order.order[order.place], np.arange(network.n))
    covered = [place for begin, end, _ in order.blocks.tolist() for place in range(begin, end)]
    assert covered == [*range(network.n)]
    block = np.repeat(np.arange(len(order.blocks)), order.blocks[:, 1] - order.blocks[:, 0])
    cyclic = order.blocks[:, 2] == 1
    for supplier, buyer in zip(network.source, network.target, strict=True):
        of, to = block[order.place[supplier]], block[order.place[buyer]]
        assert of < to or (of == to and cyclic[to])


@given(st.data(), tables())
def test_other_confidences_are_given_by_the_networks_links(data: Any, table: Any) -> None:
    network = data.draw(networks())
    m = len(network.source)
    sure = np.array(data.draw(st.lists(st.sampled_from((0.0, 0.5, 1.0)), min_size=m, max_size=m)))
    other = Network.build(network.n, network.source, network.target, network.kind, sure, network.link)
    low, none = np.repeat(table[:, None], LANES, axis=1), np.zeros((32, LANES))
    seeds = np.ones((network.n, LANES)) * np.linspace(0, 1, network.n)[:, None]
    given_ = sweep(plan(network), low, none, sure, seeds)
    assert np.array_equal(given_, sweep(plan(other), low, none, None, seeds))


def test_shapes_that_do_not_fit_are_refused() -> None:
    network = Network.build(2, [0], [1], [0], [1.0])
    order, table, seeds = plan(network), np.ones((32, LANES)), np.ones((2, LANES))
    with pytest.raises(InputError):
        sweep(order, table[:31], table, None, seeds)
    with pytest.raises(InputError):
        sweep(order, table, table, None, seeds[:1])
    with pytest.raises(InputError):
        sweep(order, table, table, np.ones(3), seeds)


def test_no_vertices_and_no_links_are_swept_too() -> None:
    table = np.ones((32, LANES))
    empty, lonely = Network.build(0, [], [], [], []), Network.build(3, [], [], [], [])
    assert sweep(plan(empty), table, table, None, np.ones((0, LANES))).shape == (0, LANES)
    seeds = np.random.default_rng(0).random((3, LANES)).astype(np.float32)
    assert np.array_equal(sweep(plan(lonely), table, table, None, seeds), seeds)
