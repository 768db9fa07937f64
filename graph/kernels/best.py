"""The search for one best path among those that avoid some vertices and links, ties included."""

# Compiled functions take whatever Numba infers.
# mypy: allow-untyped-defs
# ruff: noqa: C901

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graph.kernels.common import SCRATCH, compiled, grown, pop, push, vertices
from graph.kernels.llvm import prefetch
from graph.network import F64, I32, Network

TIE = 1e-12
"""Values that differ by no more than this part are tied: rounding orders two equal products by chance."""


@compiled
def weight(kind, confidence, passes, use_confidence, e):
    """w_e of a link."""
    return passes[kind[e]] * confidence[e] if use_confidence else passes[kind[e]]


def constrained(
    network: Network,
    seed: I32,
    value: F64,
    target: int,
    passes: F64,
    use_confidence: bool,
    blocked: Sequence[int],
    banned: Sequence[int],
) -> tuple[tuple[int, ...] | None, int]:
    """Links of the best path that enters no ``blocked`` vertex and takes no ``banned`` link; and the links looked at.

    A path may start at a blocked vertex. None where there is no path of a value above 0.
    """
    scratch = {
        "inside": SCRATCH.take("inside", network.n, np.uint8, 0),
        "reached": SCRATCH.take("reached", network.n, np.float64, 0),
        "carried": SCRATCH.take("carried", network.n, np.float64, 0),
        "place": SCRATCH.take("place", network.n, np.int32, -1),
    }
    found, edges, looked = _best(
        network.incoming.start, network.incoming.edge, network.outgoing.start, network.outgoing.edge, network.source,
        network.target, network.kind, network.confidence, network.link, passes, use_confidence, seed, value,
        vertices(target, network.n)[0], vertices(list(blocked), network.n),
        np.array(banned, np.int32), *scratch.values(),
    )  # fmt: skip
    for name, array in scratch.items():
        SCRATCH.keep(name, array)
    return (tuple(int(e) for e in edges) if found else None), int(looked)


@compiled
def _within(array, item):
    for i in range(len(array)):  # noqa: SIM110
        if array[i] == item:
            return True
    return False


@compiled
def _best(
    in_start, in_edge, out_start, out_edge, source, target, kind, confidence, link, passes, use_confidence, seed,
    seed_value, goal, blocked, banned, inside, rest, carried, place,
):  # fmt: skip
    """Rest of the way from every vertex, then layers of ever more links until the goal is among them.

    ``rest[v]`` is the best product from v to the goal, so a beginning of value x that leads to v is on a best path if
    x * rest[v] is the best value: no other is followed. Of the beginnings that lead to one vertex with equally many
    links the best stands for all; one with more links counts only if its value is higher. ``inside``: 1 seen, 2
    settled, 3 blocked.
    """
    looked = np.int64(0)
    touched = np.empty(256, np.int32)
    touches = 0
    for i in range(len(blocked)):
        inside[blocked[i]] = 3
    top = 0.0
    for i in range(len(seed)):
        top = max(top, seed_value[i])
        carried[seed[i]] = max(carried[seed[i]], seed_value[i])

    # -- the rest of the way, from the goal backwards, best first --
    values = np.empty(256, np.float64)
    items = np.empty(256, np.int32)
    size = 0
    best = 0.0
    if inside[goal] != 3 or carried[goal] > 0.0:
        rest[goal] = 1.0
        push(values, items, size, 1.0, goal)
        size = 1
        touched[0] = goal
        touches = 1
    while size > 0:
        value, v = pop(values, items, size)
        size -= 1
        if inside[v] == 2 or value != rest[v]:
            continue
        if value * top < best * (1.0 - 2.0 * TIE):
            break
        best = max(best, value * carried[v])
        if inside[v] == 3:
            continue
        inside[v] = 2
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
            if inside[u] == 2 or (inside[u] == 3 and carried[u] == 0.0):
                continue
            further = value * weight(kind, confidence, passes, use_confidence, e)
            if further > rest[u] and not _within(banned, e):
                if rest[u] == 0.0:
                    touched[touches] = u
                    touches += 1
                rest[u] = further
                push(values, items, size, further, u)
                size += 1

    # -- layers of beginnings: by vertex, with the value carried there --
    states = np.empty(256, np.int32)
    gains = np.empty(256, np.float64)
    layer_start = np.empty(256, np.int64)
    layers = 0
    used = 0
    slack = TIE
    arrived = False
    for i in range(len(seed)):
        carried[seed[i]] = 0.0
    while best > 0.0 and not arrived and slack < 1e-3:
        least = best * (1.0 - slack)
        used = 0
        layers = 0
        for i in range(len(seed)):
            v = seed[i]
            if seed_value[i] > 0.0 and seed_value[i] * rest[v] >= least:
                if place[v] < 0:
                    states, gains = grown(states, used), grown(gains, used)
                    states[used] = v
                    gains[used] = seed_value[i]
                    place[v] = used
                    used += 1
                else:
                    gains[place[v]] = max(gains[place[v]], seed_value[i])
        layer_start[0] = 0
        layers = 1
        first = 0
        while True:
            last = used
            for s in range(first, last):
                place[states[s]] = -1
                carried[states[s]] = gains[s]
                arrived = arrived or states[s] == goal
            if arrived or first == last:
                break
            for s in range(first, last):
                v = states[s]
                for at in range(out_start[v], out_start[v + 1]):
                    e = out_edge[at]
                    looked += 1
                    u = target[e]
                    if rest[u] == 0.0 or inside[u] == 3:
                        continue
                    gain = gains[s] * weight(kind, confidence, passes, use_confidence, e)
                    if gain * rest[u] < least or gain <= carried[u] or gain == 0.0 or _within(banned, e):
                        continue
                    if place[u] >= 0:
                        gains[place[u]] = max(gains[place[u]], gain)
                        continue
                    states, gains = grown(states, used), grown(gains, used)
                    states[used] = u
                    gains[used] = gain
                    place[u] = used
                    used += 1
            layer_start = grown(layer_start, layers)
            layer_start[layers] = last
            layers += 1
            first = last
        for s in range(used):
            carried[states[s]] = 0.0
        if not arrived:
            # Rounding along a very long path.
            slack *= 1000.0

    # -- which states lead on to the goal with so many links, last layer first; then the smallest links --
    edges = np.empty(max(layers - 1, 0), np.int32)
    if arrived:
        least = best * (1.0 - slack) * (1.0 - 1e-14 * (layers + 10))
        after = np.zeros(used, np.float64)
        end = used
        for s in range(layer_start[layers - 1], end):
            after[s] = 1.0 if states[s] == goal else 0.0
        for layer in range(layers - 2, -1, -1):
            begin = layer_start[layer + 1]
            for s in range(begin, end):
                place[states[s]] = s
            for s in range(layer_start[layer], begin):
                v = states[s]
                for at in range(out_start[v], out_start[v + 1]):
                    e = out_edge[at]
                    looked += 1
                    p = place[target[e]]
                    if p >= 0 and after[p] > 0.0 and not _within(banned, e):
                        further = after[p] * weight(kind, confidence, passes, use_confidence, e)
                        if gains[s] * further >= least:
                            after[s] = max(after[s], further)
            for s in range(begin, end):
                place[states[s]] = -1
            end = begin
        here = np.int64(-1)
        gain = 0.0
        for layer in range(layers - 1):
            begin = layer_start[layer + 1]
            end = layer_start[layer + 2] if layer + 2 < layers else used
            for s in range(begin, end):
                place[states[s]] = s
            chosen = np.int32(-1)
            chosen_gain = 0.0
            for s in range(layer_start[layer], begin):
                if after[s] == 0.0 or (here >= 0 and s != here):
                    continue
                value = gains[s] if here < 0 else gain
                v = states[s]
                for at in range(out_start[v], out_start[v + 1]):
                    e = out_edge[at]
                    looked += 1
                    p = place[target[e]]
                    if p < 0 or after[p] == 0.0 or _within(banned, e):
                        continue
                    further = value * weight(kind, confidence, passes, use_confidence, e)
                    if further * after[p] >= least and (chosen < 0 or link[e] < link[chosen]):
                        chosen = e
                        chosen_gain = further
            here = np.int64(place[target[chosen]])
            gain = chosen_gain
            edges[layer] = chosen
            for s in range(begin, end):
                place[states[s]] = -1

    for i in range(touches):
        rest[touched[i]] = 0.0
        inside[touched[i]] = 0
    for i in range(len(blocked)):
        inside[blocked[i]] = 0
    return arrived, edges, looked
