"""Python's search for cycles of garbage, which looks at all that lives: seldom while a lot is made that has none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (500_000, 20, 100)
"""Objects made between two looks at the youngest, and how many of these are between two looks at the older."""


@contextmanager
def few_collections() -> Iterator[None]:
    """Look seldom until the end: what is made by the million, and lives, is looked through again and again else."""
    usual = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
