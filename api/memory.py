"""What a server that runs for months asks of glibc's allocator; elsewhere (macOS, musl) nothing is asked."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ARENAS = 2
"""Heaps that threads allocate from. By default there are eight for each processor, and each keeps what it once needed,
though Python's lock lets one thread at a time allocate."""

_M_ARENA_MAX = -8

_SELDOM = (20_000, 50, 100)
"""Objects made between two looks at the youngest, and how many of these are between two looks at the older."""


def share_heaps() -> None:
    """Let the threads allocate from few heaps; to be said before they start."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)


def search_seldom() -> None:
    """Let Python search for cycles of garbage among what is new, and seldom among all that lives: that takes up to a
    quarter of a second, in which nobody is answered. What lives now is not searched any more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SELDOM)


def give_back() -> None:
    """Let the system have what was freed."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def given_back() -> Iterator[None]:
    """Let the system have what was freed of what is done meanwhile."""
    yield
    give_back()


def own_memory(process: int) -> int:
    """Bytes that a process has for itself, without those of mapped files; 0 where the system does not tell (macOS)."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text("utf-8").splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0
