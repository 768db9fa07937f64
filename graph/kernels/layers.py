"""Of the paths of the best value one of the fewest links, and of those the one with the smallest links."""

# Compiled functions take whatever Numba infers.
# mypy: allow-untyped-defs
# ruff: noqa: C901

from __future__ import annotations

import numpy as np

from graph.kernels.common import LOOK, compiled, grown, halted

TIE = 1e-12
"""Values that differ by no more than this part are tied: rounding orders two equal products by chance."""
SETTLED = 2
"""Mark of a vertex from which the rest of the way is known."""


@compiled
def weight(kind, confidence, passes, use_confidence, e):
    """w_e of a link."""
    return passes[kind[e]] * confidence[e] if use_confidence else passes[kind[e]]


@compiled
def within(array, item):
    for i in range(len(array)):  # noqa: SIM110
        if array[i] == item:
            return True
    return False


@compiled
def layers(
    out_start, out_edge, target, link, kind, confidence, passes, use_confidence, seed, seed_value, goal, best, banned,
    inside, rest, carried, place, blocked, stop,
):  # fmt: skip
    """Layers of beginnings with ever more links until the goal is among them: (found, links, links looked at).

    A beginning of value x that leads to v is followed if x * rest[v] may be the best value. Of those that lead to one
    vertex with equally many links the best stands for all; one with more links counts only if its value is higher.
    """
    # -- layers of beginnings: by vertex, with the value carried there --
    states = np.empty(256, np.int32)
    gains = np.empty(256, np.float64)
    layer_start = np.empty(256, np.int64)
    depth = 0
    used = 0
    slack = TIE
    arrived = False
    looked = np.int64(0)
    while best > 0.0 and not arrived and slack < 1e-3:
        least = best * (1.0 - slack)
        used = 0
        depth = 0
        for i in range(len(seed)):
            v = seed[i]
            if inside[v] == SETTLED and seed_value[i] > 0.0 and seed_value[i] * rest[v] >= least:
                if place[v] < 0:
                    states, gains = grown(states, used), grown(gains, used)
                    states[used] = v
                    gains[used] = seed_value[i]
                    place[v] = used
                    used += 1
                else:
                    gains[place[v]] = max(gains[place[v]], seed_value[i])
        layer_start[0] = 0
        depth = 1
        first = 0
        while True:
            last = used
            for s in range(first, last):
                place[states[s]] = -1
                carried[states[s]] = gains[s]
                arrived = arrived or states[s] == goal
            if arrived or first == last or (depth & LOOK == LOOK and halted(stop)):
                break
            for s in range(first, last):
                v = states[s]
                for at in range(out_start[v], out_start[v + 1]):
                    e = out_edge[at]
                    looked += 1
                    u = target[e]
                    if inside[u] != SETTLED or blocked[u]:
                        continue
                    gain = gains[s] * weight(kind, confidence, passes, use_confidence, e)
                    if gain * rest[u] < least or gain <= carried[u] or gain == 0.0 or within(banned, e):
                        continue
                    if place[u] >= 0:
                        gains[place[u]] = max(gains[place[u]], gain)
                        continue
                    states, gains = grown(states, used), grown(gains, used)
                    states[used] = u
                    gains[used] = gain
                    place[u] = used
                    used += 1
            layer_start = grown(layer_start, depth)
            layer_start[depth] = last
            depth += 1
            first = last
        for s in range(used):
            carried[states[s]] = 0.0
        if not arrived:
            # Rounding along a very long path.
            slack *= 1000.0

    # -- which states lead on to the goal with so many links, last layer first; then the smallest links --
    edges = np.empty(max(depth - 1, 0), np.int32)
    if arrived:
        least = best * (1.0 - slack) * (1.0 - 1e-14 * (depth + 10))
        after = np.zeros(used, np.float64)
        end = used
        for s in range(layer_start[depth - 1], end):
            after[s] = 1.0 if states[s] == goal else 0.0
        for layer in range(depth - 2, -1, -1):
            begin = layer_start[layer + 1]
            for s in range(begin, end):
                place[states[s]] = s
            for s in range(layer_start[layer], begin):
                v = states[s]
                for at in range(out_start[v], out_start[v + 1]):
                    e = out_edge[at]
                    looked += 1
                    p = place[target[e]]
                    if p >= 0 and after[p] > 0.0 and not within(banned, e):
                        further = after[p] * weight(kind, confidence, passes, use_confidence, e)
                        if gains[s] * further >= least:
                            after[s] = max(after[s], further)
            for s in range(begin, end):
                place[states[s]] = -1
            end = begin
        here = np.int64(-1)
        gain = 0.0
        for layer in range(depth - 1):
            begin = layer_start[layer + 1]
            end = layer_start[layer + 2] if layer + 2 < depth else used
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
                    if p < 0 or after[p] == 0.0 or within(banned, e):
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

    return arrived, edges, looked
