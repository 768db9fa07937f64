"""Who may begin: a few heavy questions at once, the rest in a short queue, light ones always."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from api.memory import give_back
from graph import budget
from graph.questions.costs import LIGHT as LIGHT
from ontology.errors import BusyError

WAITING = 8
"""Heavy questions that wait for their turn; each keeps a thread."""

THREADS = 2 * WAITING
"""Threads that answer: a few for heavy questions and those that wait, the rest for light ones."""

_POLL = 0.05


def beside() -> int:
    """Heavy questions at once: half of the processors."""
    return max(1, (os.cpu_count() or 1) // 2)


class Admission:
    """The places for heavy questions. A request takes one place, whatever it asks, and keeps it until it has ended."""

    def __init__(self, places: int | None = None, waiting: int = WAITING) -> None:
        self._free = threading.Semaphore(places or beside())
        self._queue = threading.Semaphore(waiting)
        self._seated: set[int] = set()

    def admit(self, cost: int) -> bool:
        """Let a question of an estimated cost (in vertices) begin, or wait for its turn; gives whether it is heavy.

        Raises:
            BusyError: as many wait already as may.
            TimeLimitError: its turn did not come in time.
        """
        mine = budget.current()
        if cost <= LIGHT or mine is None:  # who has no budget is alone
            return False
        if id(mine) not in self._seated:
            if not self._free.acquire(blocking=False):
                self._wait(mine)
            mine.hold(self._place(id(mine)))
        return True

    def _wait(self, mine: budget.Budget) -> None:
        if not self._queue.acquire(blocking=False):
            raise BusyError(
                "The server answers as many heavy questions as it can.",
                remedy="Ask again in a while, or for less: fewer tiers, one contract, a narrower start.",
            )
        try:
            while not self._free.acquire(timeout=_POLL):
                mine.check()
        finally:
            self._queue.release()

    @contextmanager
    def _place(self, mine: int) -> Iterator[None]:
        self._seated.add(mine)
        try:
            yield
        finally:
            self._seated.discard(mine)
            self._free.release()
            give_back()
