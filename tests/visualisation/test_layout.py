"""The layout keeps tiers as columns, leaves room between marks, and is the same every time."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from visualisation.layout import LANE, lay_out, spread

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


@given(graphs(), st.integers(1, 4))
def test_no_two_marks_or_lanes_of_a_column_overlap(graph: Graph, most: int) -> None:
    def size(node: str) -> float:
        return 1.0 + int(node[1:]) % most

    layout = lay_out(*graph, size)
    for number, column in enumerate(layout.columns):
        bands = [(layout.y[node] - size(node) / 2, layout.y[node] + size(node) / 2) for node in column]
        bands += [(y - LANE / 2, y + LANE / 2) for (_, at), y in layout.lanes.items() if at == number]
        bands.sort()
        assert all(upper[1] <= lower[0] + 1e-6 for upper, lower in pairwise(bands))
        assert all(top >= -1e-6 and bottom <= layout.height + 1e-6 for top, bottom in bands)


@given(graphs())
def test_a_link_passes_each_column_between_its_ends_in_a_lane(graph: Graph) -> None:
    nodes, links = graph
    layout = lay_out(nodes, links)
    for a, b in links:
        if a != b and a in layout.x and b in layout.x:
            way = layout.way(a, b)
            left, right = sorted((layout.x[a], layout.x[b]))
            assert [column for column, _ in way] == (list(range(left, right + 1)) if left < right else [left, left])


@given(graphs())
def test_the_same_input_gives_the_same_output(graph: Graph) -> None:
    assert lay_out(*graph) == lay_out(*graph)


@given(st.lists(st.floats(-100, 100), max_size=30))
def test_spread_keeps_order_and_gap_and_moves_no_more_than_it_must(wish: list[float]) -> None:
    found = spread(wish, [1.0] * len(wish))
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
