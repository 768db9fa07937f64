"""The layout keeps tiers as columns, leaves room between marks, and is the same every time."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from visualisation.layout import lay_out, spread

Graph = tuple[list[tuple[str, int]], list[tuple[str, str]]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Nodes in tiers -1 to 6, links between any of them, some to nodes that are not there, self-loops included."""
    tiers = draw(st.lists(st.integers(-1, 6), max_size=40))
    nodes = [(f"n{i}", tier) for i, tier in enumerate(tiers)]
    ends = st.integers(0, len(nodes) + 1).map(lambda i: f"n{i}")
    return nodes, draw(st.lists(st.tuples(ends, ends), max_size=80))


@given(graphs())
def test_the_column_is_the_tier(graph: Graph) -> None:
    nodes, links = graph
    layout = lay_out(nodes, links)
    first = min((tier for _, tier in nodes), default=0)
    assert dict(layout.x) == {node: tier - first for node, tier in nodes}


@given(graphs())
def test_no_two_marks_of_a_column_are_nearer_than_the_gap(graph: Graph) -> None:
    layout = lay_out(*graph)
    for column in layout.columns:
        heights = [layout.y[node] for node in column]
        assert all(lower - upper >= 1 - 1e-9 for upper, lower in pairwise(heights))
    assert min(layout.y.values(), default=0) >= 0
    assert layout.height == max(layout.y.values(), default=0)


@given(graphs())
def test_the_same_input_gives_the_same_output(graph: Graph) -> None:
    assert lay_out(*graph) == lay_out(*graph)


@given(st.lists(st.floats(-100, 100), max_size=30))
def test_spread_keeps_order_and_gap_and_moves_no_more_than_it_must(wish: list[float]) -> None:
    found = spread(wish)
    assert all(b - a >= 1 - 1e-6 for a, b in pairwise(found))
    roomy = all(b - a >= 1 for a, b in pairwise(wish))
    if roomy:
        assert all(abs(a - b) < 1e-6 for a, b in zip(found, wish, strict=True))
    if wish:
        assert abs(sum(found) - sum(wish)) < 1e-6, "least squares under order keeps the mean of each pool"


def test_a_chain_that_crosses_is_uncrossed() -> None:
    nodes = [("a1", 0), ("a2", 0), ("a3", 0), ("b1", 1), ("b2", 1), ("b3", 1)]
    layout = lay_out(nodes, [("a1", "b3"), ("a2", "b2"), ("a3", "b1")])
    straight = [abs(layout.y[a] - layout.y[b]) for a, b in (("a1", "b3"), ("a2", "b2"), ("a3", "b1"))]
    assert max(straight) < 1e-6
