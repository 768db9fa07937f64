"""What the kernels share: masks of link types, the two directions of a walk, scratch arrays kept per thread."""

# mypy: allow-untyped-defs

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

import numba
import numpy as np
import numpy.typing as npt

from graph.kernels.llvm import now_in
from graph.network import I32, LINK_TYPES, Bool, Csr, Network
from ontology.errors import InputError

log = logging.getLogger("kedja")
FAR, NEAR = 16, 8
"""How many vertices ahead of the one being read memory is asked for."""
Mask = Bool | int
"""Link types: a bool array of shape (32,), or an integer with one bit per type."""


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled on the first call and kept on disk where that can be written; releases the interpreter lock."""
    try:
        made: Any = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # Numba finds no folder that it can write: each process compiles for itself
        made = numba.njit(nogil=True)(function)
        return cast(Callable[..., Any], made)
    made._cache.load_overload = _without_disk(made._cache.load_overload)
    made._cache.save_overload = _without_disk(made._cache.save_overload)
    return cast(Callable[..., Any], made)


def _without_disk(function: Callable[..., Any]) -> Callable[..., Any]:
    """A disk that is full or gone costs the compiled code its place there, and no question its answer."""

    @wraps(function)
    def tried(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except OSError as error:
            log.warning("Compiled code cannot be kept: %s.", error)
            return None

    return tried


def mask(kinds: Mask) -> Bool:
    """A mask as a bool array of shape (32,)."""
    if isinstance(kinds, int | np.integer):
        return np.array([int(kinds) >> code & 1 for code in range(LINK_TYPES)], np.bool_)
    return np.ascontiguousarray(kinds, np.bool_)


def direction(network: Network, *, upstream: bool) -> tuple[Csr, I32]:
    """The edges to walk from a vertex, and the far end of every edge."""
    return (network.incoming, network.source) if upstream else (network.outgoing, network.target)


def vertices(values: Any, n: int) -> I32:
    """Vertices as a kernel takes them, which looks nothing up twice.

    Raises:
        InputError: one is not in [0, n).
    """
    found = np.ascontiguousarray(np.atleast_1d(values), np.int32)
    if found.size and not (int(found.min()) >= 0 and int(found.max()) < n):
        raise InputError(f"A vertex is not among the {n} of the network.", remedy="Give vertices of this network.")
    return found


class Scratch(threading.local):
    """Arrays of one value per vertex that a question leaves clean, so that the next need not fill them.

    A kernel that takes one resets every place that it wrote, so a small question costs no pass over all vertices.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], npt.NDArray[Any]] = {}

    def take(self, name: str, n: int, dtype: npt.DTypeLike, fill: float) -> npt.NDArray[Any]:
        """At least ``n`` places that all hold ``fill``. Give it back with ``keep`` once it does again."""
        found = self._kept.pop((name, np.dtype(dtype).str), None)
        if found is None or len(found) < n:
            found = np.full(n, fill, dtype)
        return found

    def keep(self, name: str, array: npt.NDArray[Any]) -> None:
        self._kept[name, array.dtype.str] = array


SCRATCH = Scratch()


LOOK = 4095
"""Steps of a loop between two looks at the budget, a power of two less one."""


@compiled
def halted(stop):
    """Whether the question has been ended: what a loop has found then is of no use."""
    stop[1] += 1
    return now_in(stop) != 0


@compiled
def grown(array, used):
    """The array, or one of twice the size where it is full."""
    if used < len(array):
        return array
    larger = np.empty(2 * len(array), array.dtype)
    larger[:used] = array[:used]
    return larger


@compiled
def push(values, items, size, value, item):
    """Put an item into a binary heap, highest value first; the arrays have room for it."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if values[above] >= value:
            break
        values[at] = values[above]
        items[at] = items[above]
        at = above
    values[at] = value
    items[at] = item


@compiled
def pop(values, items, size):
    """Take the first item out of a binary heap of ``size`` items: (value, item)."""
    value, item = values[0], items[0]
    last = size - 1
    moved, moved_item = values[last], items[last]
    at = 0
    while 2 * at + 1 < last:
        below = 2 * at + 1
        if below + 1 < last and values[below + 1] > values[below]:
            below += 1
        if values[below] <= moved:
            break
        values[at] = values[below]
        items[at] = items[below]
        at = below
    values[at] = moved
    items[at] = moved_item
    return value, item
