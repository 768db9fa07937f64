"""How much lies beyond each of many vertices, and what reaches each: equal to a walk from each."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.kernels.condensed import Condensation
from graph.kernels.levels import spread
from graph.kernels.reach import reach
from graph.network import Network


@given(st.data())
def test_counts_equal_a_walk_from_each_target(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 90))
    vertex = st.integers(0, n - 1)
    links = data.draw(st.lists(st.tuples(vertex, vertex, st.integers(0, 2)), max_size=150))
    source, target, kind = (np.array([link[i] for link in links], np.int64) for i in range(3))
    network = Network.build(n, source, target, kind, np.ones(len(links)))
    kinds = np.zeros(32, np.bool_)
    kinds[data.draw(st.lists(st.integers(0, 2)))] = True
    marks = np.array(data.draw(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=n, max_size=n)))
    targets = np.array(data.draw(st.lists(vertex, max_size=140)), np.int64)
    upstream = data.draw(st.booleans())
    wanted = [
        marks[reach(network, [one], upstream=upstream, kinds=kinds, tier_kinds=kinds).vertex].sum(axis=0).tolist()
        for one in targets
    ]
    whole = Condensation.of(network, kinds)
    assert whole.count(targets, whole.marked(marks), upstream=upstream).tolist() == wanted
    bits = np.array([1 << (place % 12) for place in range(len(targets))], np.uint16)
    reached = np.zeros(n, np.uint16)
    for one, bit in zip(targets, bits, strict=True):
        reached[reach(network, [one], upstream=False, kinds=kinds, tier_kinds=kinds).vertex] |= bit
    assert spread(network, targets, bits, kinds).tolist() == reached.tolist()
