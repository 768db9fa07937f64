"""What was worked out of a snapshot for every question to look up: kept as long as it, and at most so much."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Protocol, TypeVar

MOST = 1 << 28
"""Bytes that are kept of a snapshot; what was used longest ago goes first."""


class Sized(Protocol):
    """An array, or something made of arrays."""

    @property
    def nbytes(self) -> int: ...


S = TypeVar("S", bound=Sized)


class Memo:
    """Arrays under the name of what they are made of."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], S]) -> S:
        """What is kept, or made now. Who asks for the same meanwhile makes it too; it is the same."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: S = self._kept[key]
                return found
        made = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._size += made.nbytes
            while self._size > self.most and len(self._kept) > 1:
                self._size -= self._kept.popitem(last=False)[1].nbytes
        return made
