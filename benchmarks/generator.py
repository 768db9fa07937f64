"""Seeded networks that look like supply chains: tiers, sectors, a few suppliers with very many buyers, links back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph.network import F64, I32, I64, Network

SUPPLIES, DELIVERED_UNDER = 0, 1
TIER_SHARES = (0.02, 0.10, 0.16, 0.20, 0.20, 0.17, 0.15)
"""Part of the vertices in each tier, contracts first, raw materials last."""
SECTOR = 10_000
"""Vertices in a sector, over all tiers. Most suppliers are found within it, the popular ones more often."""
OUTSIDE = 0.1
"""Part of the links whose supplier may be anyone in its tier, with a chance of about 1 / rank: hubs that all sectors
share."""
SKEW = 3.0
"""Within a sector the chance falls with rank^(1/SKEW - 1)."""
CONFIDENCE = (0.95, 0.8, 0.6, 0.3)
CONFIDENCE_SHARES = (0.25, 0.25, 0.2, 0.3)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a network is; ``backward`` is the part of the links that lead from a buyer to its supplier."""

    name: str
    vertices: int
    links: int
    backward: float = 0.01


SIZES = (
    Size("10k / 50k cyclic", 10_000, 50_000),
    Size("100k / 500k cyclic", 100_000, 500_000),
    Size("1 M / 5 M cyclic", 1_000_000, 5_000_000),
    Size("1 M / 5 M mostly acyclic", 1_000_000, 5_000_000, backward=0.003),
)


@dataclass(frozen=True, slots=True, eq=False)
class Generated:
    """A network, the tier of each vertex, shape (n,), and its contracts."""

    network: Network
    tier: I32
    contracts: I32


def generate(size: Size, seed: int = 1) -> Generated:
    """The same network for the same size and seed, on every machine."""
    random = np.random.default_rng(seed)
    n, m = size.vertices, size.links
    bounds = np.round(np.cumsum((0.0, *TIER_SHARES)) * n).astype(np.int64)
    tier = np.repeat(np.arange(len(TIER_SHARES), dtype=np.int32), np.diff(bounds))
    at = random.choice(len(TIER_SHARES) - 1, m, p=_weights())
    skips = (random.random(m) < 0.1) & (at + 2 < len(TIER_SHARES))
    place = random.random(m)
    buyer = _member(bounds, at, place)
    supplier = _member(bounds, at + 1 + skips, _chosen(random, place, bounds, at + 1 + skips))
    # Contracts buy and never supply.
    backward = (random.random(m) < size.backward) & (at > 0)
    supplier, buyer = np.where(backward, buyer, supplier), np.where(backward, supplier, buyer)
    number = random.permutation(n).astype(np.int32)
    source, target = number[supplier], number[buyer]
    kind = np.where(at == 0, DELIVERED_UNDER, SUPPLIES).astype(np.uint8)
    confidence = random.choice(CONFIDENCE, m, p=CONFIDENCE_SHARES)
    order = np.argsort(source.astype(np.int64) * n + target, kind="stable")
    network = Network.build(n, source[order], target[order], kind[order], confidence[order])
    shuffled = np.empty(n, np.int32)
    shuffled[number] = tier
    return Generated(network, shuffled, np.flatnonzero(shuffled == 0).astype(np.int32))


def _weights() -> F64:
    """Part of the links that arrive at each tier, in proportion to its vertices."""
    shares = np.array(TIER_SHARES[:-1])
    return np.asarray(shares / shares.sum(), np.float64)


def _member(bounds: I64, tier: I64, place: F64) -> I64:
    """The vertex at a place in [0, 1) of a tier; those of one sector lie side by side."""
    return bounds[tier] + np.floor((bounds[tier + 1] - bounds[tier]) * place).astype(np.int64)


def _chosen(random: np.random.Generator, place: F64, bounds: I64, tier: I64) -> F64:
    """The place in its tier of each link's supplier, from the place of the buyer in its own."""
    sectors = max(1, int(bounds[-1]) // SECTOR)
    chance = random.random(len(place))
    near = (np.floor(place * sectors) + chance**SKEW) / sectors
    far = np.exp((chance - 1) * np.log(bounds[tier + 1] - bounds[tier]))
    return np.asarray(np.where(random.random(len(place)) < OUTSIDE, far, near), np.float64)
