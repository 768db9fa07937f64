"""What a server that runs for months asks of glibc's allocator; elsewhere (macOS, musl) nothing is asked."""

from __future__ import annotations

import ctypes
from contextlib import suppress

ARENAS = 2
"""Heaps that threads allocate from. By default there are eight for each processor, and each keeps what it once needed,
though Python's lock lets one thread at a time allocate."""

_M_ARENA_MAX = -8


def share_heaps() -> None:
    """Let the threads allocate from few heaps; to be said before they start."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Let the system have what was freed."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
