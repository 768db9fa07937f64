"""The search for one best path among those that avoid some vertices and links, ties included."""

# Compiled functions take whatever Numba infers.
# mypy: allow-untyped-defs
# ruff: noqa: C901

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graph import budget
from graph.kernels.common import LOOK, SCRATCH, compiled, grown, halted, pop, push, vertices
from graph.kernels.layers import SETTLED, TIE, layers, weight, within
from graph.kernels.llvm import prefetch
from graph.network import F64, I32, Network


class Turnings(NamedTuple):
    """Places on a path at which it could be left: what a way on is worth at most, and the value carried there."""

    place: I32
    bound: F64
    gain: F64


class Ways:
    """The ways to one vertex, for one question; ``close`` gives the scratch arrays back clean.

    Values below ``floor`` need not be known. Without ``whole`` only the way from the best of the seeds is.
    """

    def __init__(
        self, network: Network, target: int, passes: F64, use_confidence: bool, seed: I32, value: F64, *, whole: bool,
        floor: float = 0.0,
    ) -> None:  # fmt: skip
        self.network = network
        self.target = vertices(target, network.n)[0]
        self.weights = (network.kind, network.confidence, passes, use_confidence)
        self.seed, self.value = seed, value
        n = network.n
        self.inside = SCRATCH.take("inside", n, np.uint8, 0)
        self.rest = SCRATCH.take("reached", n, np.float64, 0)
        self.carried = SCRATCH.take("carried", n, np.float64, 0)
        self.place = SCRATCH.take("place", n, np.int32, -1)
        self.blocked = SCRATCH.take("seen", n, np.uint8, 0)
        self._touched, self.best, self.looked = _rest_of_way(
            network.incoming.start, network.incoming.edge, network.source, *self.weights, seed, value, self.target,
            whole, floor, self.inside, self.rest, self.carried, budget.flag(),
        )  # fmt: skip
        budget.check()

    def path(self) -> I32 | None:
        """Links of the best path from a seed; None where nothing arrives."""
        none = np.empty(0, np.int32)
        return self._layers(self.seed, self.value, float(self.best), none)

    def turnings(self, path: I32, edges: I32, value: float, first: int, banned: I32, floor: float) -> Turnings:
        """Where a path with these vertices and links could be left for another, from its vertex ``first`` on (there by
        none of the ``banned`` links); none that would end below ``floor``."""
        place, bound, gain, looked = _turnings(
            self.network.outgoing.start, self.network.outgoing.edge, self.network.target, *self.weights, path, edges,
            value, first, banned, floor, self.inside, self.rest, self.blocked,
        )  # fmt: skip
        self.looked += looked
        return Turnings(place, bound, gain)

    def onward(self, passed: I32, value: float, banned: I32, floor: float) -> I32 | None:
        """Links of the best way on from the last of the vertices ``passed``, where a path has a value, that passes
        none of them again and takes none of the ``banned`` links; None where it would end below ``floor``."""
        start, gain = passed[-1:], np.array([value])
        self.blocked[passed] = 1
        best, looked = _best_onward(
            self.network.outgoing.start, self.network.outgoing.edge, self.network.target, *self.weights, start[0],
            value, self.target, banned, floor, self.inside, self.rest, self.carried, self.blocked, budget.flag(),
        )  # fmt: skip
        budget.check()
        self.looked += looked + len(passed)
        found = self._layers(start, gain, float(best), banned) if best > 0 else None
        self.blocked[passed] = 0
        return found

    def _layers(self, start: I32, value: F64, best: float, banned: I32) -> I32 | None:
        found, edges, looked = layers(
            self.network.outgoing.start, self.network.outgoing.edge, self.network.target, self.network.link,
            *self.weights, start, value, self.target, best, banned, self.inside, self.rest, self.carried, self.place,
            self.blocked, budget.flag(),
        )  # fmt: skip
        budget.check()
        self.looked += looked
        return np.asarray(edges, np.int32) if found else None

    def close(self) -> None:
        self.inside[self._touched] = 0
        self.rest[self._touched] = 0
        for name, array in (
            ("inside", self.inside), ("reached", self.rest), ("carried", self.carried), ("place", self.place),
            ("seen", self.blocked),
        ):  # fmt: skip
            SCRATCH.keep(name, array)


@compiled
def _turnings(
    out_start, out_edge, target, kind, confidence, passes, use_confidence, path, edges, value, first, banned, floor,
    inside, rest, blocked,
):  # fmt: skip
    """(places on the path, what a way that leaves it there can be worth at most, value carried there, links looked at).

    A place has an entry only if some way from it may be worth ``floor``: along a plain chain there is none.
    """
    looked = np.int64(0)
    place = np.empty(16, np.int32)
    bound = np.empty(16, np.float64)
    gain = np.empty(16, np.float64)
    used = 0
    for i in range(len(edges)):
        v = path[i]
        blocked[v] = 1
        if i >= first:
            best = 0.0
            for at in range(out_start[v], out_start[v + 1]):
                e = out_edge[at]
                looked += 1
                u = target[e]
                if e == edges[i] or inside[u] != SETTLED or blocked[u] or (i == first and within(banned, e)):
                    continue
                best = max(best, value * weight(kind, confidence, passes, use_confidence, e) * rest[u])
            if best > 0.0 and best >= floor:
                place, bound, gain = grown(place, used), grown(bound, used), grown(gain, used)
                place[used] = i
                bound[used] = best
                gain[used] = value
                used += 1
        value *= weight(kind, confidence, passes, use_confidence, edges[i])
    for i in range(len(edges)):
        blocked[path[i]] = 0
    return place[:used].copy(), bound[:used].copy(), gain[:used].copy(), looked


@compiled
def _rest_of_way(
    in_start, in_edge, source, kind, confidence, passes, use_confidence, seed, seed_value, goal, whole, floor, inside,
    rest, carried, stop,
):  # fmt: skip
    """``rest[v]``, the best product from v to the goal, best first, until no seed can gain by more."""
    looked = np.int64(0)
    touched = np.empty(256, np.int32)
    touched[0] = goal
    touches = 1
    top = 0.0
    for i in range(len(seed)):
        top = max(top, seed_value[i])
        carried[seed[i]] = max(carried[seed[i]], seed_value[i])
    values = np.empty(256, np.float64)
    items = np.empty(256, np.int32)
    rest[goal] = 1.0
    push(values, items, 0, 1.0, goal)
    size = 1
    best = 0.0
    settled = 0
    while size > 0 and top > 0.0:
        value, v = pop(values, items, size)
        size -= 1
        if inside[v] == SETTLED or value != rest[v]:
            continue
        if value * top < floor or (value * top < best * (1.0 - 2.0 * TIE) and not whole):
            break
        settled += 1
        if settled & LOOK == 0 and halted(stop):
            break
        inside[v] = SETTLED
        best = max(best, value * carried[v])
        # Room for all that this vertex may add, so that the loop over its links need not ask.
        room = in_start[v + 1] - in_start[v]
        while size + room > len(values):
            values, items = grown(values, len(values)), grown(items, len(items))
        while touches + room > len(touched):
            touched = grown(touched, len(touched))
        if size > 0:
            prefetch(in_start, items[0])
        for at in range(in_start[v], in_start[v + 1]):
            e = in_edge[at]
            looked += 1
            u = source[e]
            if inside[u] == SETTLED:
                continue
            further = value * weight(kind, confidence, passes, use_confidence, e)
            if further > rest[u]:
                if rest[u] == 0.0:
                    touched[touches] = u
                    touches += 1
                rest[u] = further
                push(values, items, size, further, u)
                size += 1
    for i in range(len(seed)):
        carried[seed[i]] = 0.0
    return touched[:touches].copy(), best, looked


@compiled
def _best_onward(
    out_start, out_edge, target, kind, confidence, passes, use_confidence, start, start_value, goal, banned, floor,
    inside, rest, carried, blocked, stop,
):  # fmt: skip
    """Value of the best way on that avoids what is blocked and banned, 0 if below the floor.

    A* search: ``rest`` bounds what a beginning can still become. The start is blocked, so that no way comes back.
    """
    looked = np.int64(0)
    best = 0.0
    touched = np.empty(64, np.int32)
    touches = 0
    values = np.empty(64, np.float64)
    items = np.empty(64, np.int32)
    gains = np.empty(64, np.float64)
    vertex = np.empty(64, np.int32)
    vertex[0] = start
    gains[0] = start_value
    entries = 1
    push(values, items, 0, start_value, 0)
    size = 1
    passes_by = 0
    while size > 0:
        bound, entry = pop(values, items, size)
        size -= 1
        v, gain = vertex[entry], gains[entry]
        passes_by += 1
        if passes_by & LOOK == 0 and halted(stop):
            break
        if bound < floor or bound < best * (1.0 - 2.0 * TIE):
            break
        if gain < carried[v]:
            continue
        if v == goal:
            best = max(best, gain)
            continue
        room = out_start[v + 1] - out_start[v]
        while size + room > len(values):
            values, items = grown(values, len(values)), grown(items, len(items))
        while entries + room > len(vertex):
            vertex, gains = grown(vertex, len(vertex)), grown(gains, len(gains))
        while touches + room > len(touched):
            touched = grown(touched, len(touched))
        for at in range(out_start[v], out_start[v + 1]):
            e = out_edge[at]
            looked += 1
            u = target[e]
            if inside[u] != SETTLED or blocked[u]:
                continue
            further = gain * weight(kind, confidence, passes, use_confidence, e)
            if further <= carried[u] or further * rest[u] < floor or within(banned, e):
                continue
            if carried[u] == 0.0:
                touched[touches] = u
                touches += 1
            carried[u] = further
            vertex[entries] = u
            gains[entries] = further
            push(values, items, size, further * rest[u], entries)
            entries += 1
            size += 1
    for i in range(touches):
        carried[touched[i]] = 0.0
    return best, looked
