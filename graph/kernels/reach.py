"""What a walk along links reaches: fewest tiers and links, and the greatest tier."""

# Compiled functions take whatever Numba infers, and one loop with its cases is what compiles well.
# mypy: allow-untyped-defs
# ruff: noqa: C901

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graph import budget
from graph.kernels.common import (
    FAR,
    LOOK,
    NEAR,
    SCRATCH,
    Mask,
    compiled,
    direction,
    grown,
    halted,
    mask,
    vertices,
)
from graph.kernels.cycles import components, cycles
from graph.kernels.llvm import prefetch
from graph.network import I32, Network
from ontology.errors import InputError

__all__ = ["Reach", "components", "cycles", "longest", "reach"]

NO_LIMIT = np.int64(2**62)
UNSEEN = np.int64(2**62)


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """Vertices in the order found, the starts among them, each once; shapes (r,).

    ``tier`` is the fewest tiers and ``hops`` the fewest links of the walks with so few tiers. ``truncated``: there
    were more vertices than ``max_nodes``; those left out are no nearer than the last one kept.
    """

    vertex: I32
    tier: I32
    hops: I32
    truncated: bool


def reach(
    network: Network,
    starts: Any,
    *,
    upstream: bool,
    kinds: Mask,
    tier_kinds: Mask,
    max_tier: int | None = None,
    max_nodes: int | None = None,
    start_tiers: Any = None,
) -> Reach:
    """Breadth-first walk by (tiers, links) from ``starts`` along links of ``kinds``.

    A walked link of ``tier_kinds`` adds a tier, any other adds none; every one adds a hop. ``start_tiers``, one per
    start, are the tiers that the starts stand in (0 if not given). Tiers above ``max_tier`` are not entered.
    """
    start = vertices(starts, network.n)
    tiers = _tiers(start, start_tiers)
    csr, far = direction(network, upstream=upstream)
    walked, counted = mask(kinds), mask(tier_kinds)
    most_tiers = NO_LIMIT if max_tier is None else np.int64(max_tier)
    most_nodes = NO_LIMIT if max_nodes is None else np.int64(max_nodes)
    if not np.any(tiers != 0) and not np.any(walked & ~counted):
        seen = SCRATCH.take("seen", network.n, np.uint8, 0)
        found = _plain(
            csr.start, csr.edge, far, network.kind, start, walked, most_tiers, most_nodes, seen, csr.plain,
            budget.flag(),
        )  # fmt: skip
        budget.check()
        SCRATCH.keep("seen", seen)
        return Reach(found[0], found[1], found[1], bool(found[2]))
    order = np.argsort(tiers, kind="stable")
    label = SCRATCH.take("label", network.n, np.int64, float(UNSEEN))
    vertex, tier, hops, truncated = _reach(
        csr.start, csr.edge, far, network.kind, start[order], tiers[order], walked, counted, most_tiers, most_nodes,
        label, budget.flag(),
    )  # fmt: skip
    budget.check()
    SCRATCH.keep("label", label)
    return Reach(vertex, tier, hops, bool(truncated))


def _tiers(start: I32, given: Any) -> I32:
    tiers = np.zeros(len(start), np.int32) if given is None else np.ascontiguousarray(given, np.int32)
    if tiers.shape != start.shape:
        raise InputError(f"{len(start)} starts have {len(tiers)} tiers.", remedy="Give one tier for each start.")
    return tiers


@compiled
def _plain(begin, edge, far, kind, start, walked, max_tier, max_nodes, seen, ordered, stop):
    """Breadth-first search where every link walked is a tier. The answer itself is the queue."""
    found = np.empty(1024, np.int32)
    count = 0
    truncated = False
    ends = np.empty(64, np.int64)
    tiers = 0
    at = 0
    for i in range(len(start)):
        if seen[start[i]] == 0:
            if count >= max_nodes:
                truncated = True
                break
            seen[start[i]] = 1
            found = grown(found, count)
            found[count] = start[i]
            count += 1
    while not truncated and at < count:
        end = count
        ends = grown(ends, tiers)
        ends[tiers] = end
        tiers += 1
        if tiers > max_tier:
            break
        while at < end and not truncated:
            # A row of a large network is seldom in the cache: ask for the next ones in time.
            if at + FAR < count:
                prefetch(begin, found[at + FAR])
            if at + NEAR < count:
                soon = begin[found[at + NEAR]]
                if ordered:
                    prefetch(far, soon)
                    prefetch(kind, soon)
                else:
                    prefetch(edge, soon)
            if not ordered and at + NEAR // 2 < count:
                for place in range(begin[found[at + NEAR // 2]], begin[found[at + NEAR // 2] + 1]):
                    prefetch(far, edge[place])
                    prefetch(kind, edge[place])
            if at & LOOK == LOOK and halted(stop):
                truncated = True
                break
            v = found[at]
            at += 1
            # Room for all that this vertex may add, so that the loop over its links need not ask.
            while count + begin[v + 1] - begin[v] > len(found):
                found = grown(found, len(found))
            for place in range(begin[v], begin[v + 1]):
                e = np.int64(place) if ordered else np.int64(edge[place])
                u = far[e]
                if seen[u] == 0 and walked[kind[e]]:
                    if count >= max_nodes:
                        truncated = True
                        break
                    seen[u] = 1
                    found[count] = u
                    count += 1
    if count > len(seen) >> 4:
        seen[:] = 0
    else:
        for i in range(count):
            seen[found[i]] = 0
    tier = np.full(count, tiers, np.int32)
    first = 0
    for t in range(tiers):
        tier[first : ends[t]] = t
        first = ends[t]
    return found[:count].copy(), tier, truncated


@compiled
def _reach(begin, edge, far, kind, start, start_tier, walked, counted, max_tier, max_nodes, label, stop):
    """0-1 breadth-first search. A label is tier * 2^31 + hops; SETTLED once the vertex is in the answer.

    The vertices of one tier leave two queues, those that entered it by a tier link and those found inside it, in
    the order of their hops. So those of the next tier enter in that order too, and no heap is needed.
    """
    settled = np.int64(-1)
    shift = np.int64(2) ** 31
    found = np.empty(256, np.int32)
    tiers = np.empty(256, np.int32)
    hops = np.empty(256, np.int32)
    count = 0
    touched = np.empty(256, np.int32)
    touches = 0
    entered = np.empty(256, np.int32)
    entered_hops = np.empty(256, np.int32)
    following = np.empty(256, np.int32)
    following_hops = np.empty(256, np.int32)
    inside = np.empty(256, np.int32)
    inside_hops = np.empty(256, np.int32)
    waiting = 0
    position = 0
    tier = np.int64(0)
    truncated = False
    while not truncated:
        if waiting == 0:
            if position == len(start):
                break
            tier = max(tier, np.int64(start_tier[position]))
        if tier > max_tier:
            break
        # The starts of this tier stand before those that entered it: they have no hops.
        first = position
        while position < len(start) and start_tier[position] <= tier:
            position += 1
        entries = position - first + waiting
        while len(entered) < entries:
            entered = np.empty(2 * len(entered), np.int32)
            entered_hops = np.empty(len(entered), np.int32)
        for i in range(first, position):
            v = start[i]
            entered[i - first] = v
            entered_hops[i - first] = 0
            if label[v] != settled and tier * shift < label[v]:
                if label[v] == UNSEEN:
                    touched = grown(touched, touches)
                    touched[touches] = v
                    touches += 1
                label[v] = tier * shift
        entered[position - first : entries] = following[:waiting]
        entered_hops[position - first : entries] = following_hops[:waiting]
        waiting = 0
        at_entered = 0
        at_inside = 0
        insiders = 0
        while at_entered < entries or at_inside < insiders:
            if at_inside == insiders or (at_entered < entries and entered_hops[at_entered] <= inside_hops[at_inside]):
                v = entered[at_entered]
                h = np.int64(entered_hops[at_entered])
                at_entered += 1
            else:
                v = inside[at_inside]
                h = np.int64(inside_hops[at_inside])
                at_inside += 1
            if label[v] == settled:
                continue
            if count >= max_nodes or (count & LOOK == LOOK and halted(stop)):
                truncated = True
                break
            label[v] = settled
            found = grown(found, count)
            tiers = grown(tiers, count)
            hops = grown(hops, count)
            found[count] = v
            tiers[count] = tier
            hops[count] = h
            count += 1
            for place in range(begin[v], begin[v + 1]):
                e = edge[place]
                if not walked[kind[e]]:
                    continue
                u = far[e]
                known = label[u]
                if known == settled:
                    continue
                step = np.int64(1) if counted[kind[e]] else np.int64(0)
                if tier + step > max_tier:
                    continue
                value = (tier + step) * shift + h + 1
                if value >= known:
                    continue
                if known == UNSEEN:
                    touched = grown(touched, touches)
                    touched[touches] = u
                    touches += 1
                label[u] = value
                if step == 1:
                    following = grown(following, waiting)
                    following_hops = grown(following_hops, waiting)
                    following[waiting] = u
                    following_hops[waiting] = h + 1
                    waiting += 1
                else:
                    inside = grown(inside, insiders)
                    inside_hops = grown(inside_hops, insiders)
                    inside[insiders] = u
                    inside_hops[insiders] = h + 1
                    insiders += 1
        tier += 1
    for i in range(touches):
        label[touched[i]] = UNSEEN
    return found[:count].copy(), tiers[:count].copy(), hops[:count].copy(), truncated


def longest(
    network: Network,
    found: Reach,
    starts: Any,
    *,
    upstream: bool,
    kinds: Mask,
    tier_kinds: Mask,
    start_tiers: Any = None,
) -> I32:
    """Greatest tier of each vertex of ``found`` by the longest path among them; -1 where a path touches a cycle.

    The condensation's longest path equals the graph's where no cycle lies on the way, and elsewhere there is none.
    The other arguments are those that ``reach`` was called with. Shape (r,).
    """
    start = vertices(starts, network.n)
    tiers = _tiers(start, start_tiers)
    csr, far = direction(network, upstream=upstream)
    place = SCRATCH.take("place", network.n, np.int32, -1)
    greatest = _longest(
        csr.start, csr.edge, far, network.kind, found.vertex, start, tiers, mask(kinds), mask(tier_kinds), place,
        budget.flag(),
    )  # fmt: skip
    budget.check()
    SCRATCH.keep("place", place)
    return np.asarray(greatest, np.int32)


@compiled
def _longest(begin, edge, far, kind, found, start, start_tier, walked, counted, place, stop):
    """Vertices leave in topological order; what never loses its last predecessor lies on or after a cycle."""
    r = len(found)
    for i in range(r):
        place[found[i]] = i
    missing = np.zeros(r, np.int64)
    for i in range(r):
        for at in range(begin[found[i]], begin[found[i] + 1]):
            e = edge[at]
            if walked[kind[e]] and place[far[e]] >= 0:
                missing[place[far[e]]] += 1
    value = np.full(r, -1, np.int32)
    for i in range(len(start)):
        if place[start[i]] >= 0:
            value[place[start[i]]] = max(value[place[start[i]]], start_tier[i])
    queue = np.empty(r, np.int32)
    last = 0
    for i in range(r):
        if missing[i] == 0:
            queue[last] = i
            last += 1
    done = np.zeros(r, np.bool_)
    first = 0
    while first < last:
        if first & LOOK == LOOK and halted(stop):
            break
        i = queue[first]
        first += 1
        done[i] = True
        for at in range(begin[found[i]], begin[found[i] + 1]):
            e = edge[at]
            j = place[far[e]]
            if not walked[kind[e]] or j < 0:
                continue
            further = value[i] + (1 if counted[kind[e]] else 0)
            value[j] = max(value[j], further)
            missing[j] -= 1
            if missing[j] == 0:
                queue[last] = j
                last += 1
    for i in range(r):
        if not done[i]:
            value[i] = -1
        place[found[i]] = -1
    return value
