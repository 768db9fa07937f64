"""Random small networks, and what kernels compute worked out by enumerating paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from graph.network import F64, Network

EXACT = (0.0, 0.25, 0.5, 1.0)
"""Powers of two: products are exact, so equal products are equal numbers and ties are plenty."""


@st.composite
def networks(draw: Any, *, most: int = 6, links: int = 12, weights: Any = None, kinds: int = 3) -> Network:
    """Cycles, links to oneself, parallel links and weights 0 and 1 all occur; link numbers are not in array order."""
    n = draw(st.integers(1, most))
    vertex = st.integers(0, n - 1)
    confidence = weights if weights is not None else st.sampled_from(EXACT) | st.floats(0, 1, allow_subnormal=False)
    rows = draw(st.lists(st.tuples(vertex, vertex, st.integers(0, kinds - 1), confidence), max_size=links))
    numbers = draw(st.permutations(range(len(rows))))
    source, target, kind, sure = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Network.build(n, source, target, kind, sure, link=np.array(numbers, np.int32))


@st.composite
def seeds(draw: Any, network: Network, values: Any = None) -> dict[int, float]:
    value = values if values is not None else st.sampled_from(EXACT) | st.floats(0, 1, allow_subnormal=False)
    return draw(st.dictionaries(st.integers(0, network.n - 1), value, max_size=3))  # type: ignore[no-any-return]


@st.composite
def tables(draw: Any, kinds: int = 3) -> F64:
    """t by link type: mostly 0 or 1, as families of risk have it."""
    table = np.zeros(32)
    table[:kinds] = draw(st.lists(st.sampled_from((0.0, 1.0, 1.0, 0.5)), min_size=kinds, max_size=kinds))
    return table


@dataclass(frozen=True, slots=True)
class Walked:
    """A path as brute force finds it."""

    value: float
    vertices: tuple[int, ...]
    edges: tuple[int, ...]


def paths(network: Network, seeds: dict[int, float], table: F64, *, use_confidence: bool) -> Iterator[Walked]:
    """Every path without a repeated vertex from every seed, with its value from the seed on."""

    def further(walked: Walked) -> Iterator[Walked]:
        yield walked
        here = walked.vertices[-1]
        for e in np.flatnonzero(network.source == here):
            there = int(network.target[e])
            if there not in walked.vertices:
                w = table[network.kind[e]] * (network.confidence[e] if use_confidence else 1.0)
                yield from further(Walked(float(walked.value * w), (*walked.vertices, there), (*walked.edges, int(e))))

    for seed, value in seeds.items():
        yield from further(Walked(value, (seed,), ()))


def order(network: Network, walked: Walked) -> tuple[float, int, tuple[int, ...]]:
    """Highest value, fewest links, smallest sequence of link numbers; seeds part paths without links."""
    return -walked.value, len(walked.edges), tuple(int(network.link[e]) for e in walked.edges)


def ranked(network: Network, seeds: dict[int, float], target: int, table: F64, *, use_confidence: bool) -> list[Walked]:
    """The paths to a target along which anything arrives, the best first."""
    found = paths(network, seeds, table, use_confidence=use_confidence)
    arriving = [walked for walked in found if walked.vertices[-1] == target and walked.value > 0]
    return sorted(arriving, key=lambda walked: order(network, walked))
