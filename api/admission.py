"""Who may begin: a few heavy questions at once, the rest in a short queue, light ones always."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from api.memory import given_back
from graph import budget
from graph.questions.costs import LIGHT as LIGHT
from ontology.errors import BusyError

WAITING = 16
"""Heavy questions that wait for their turn."""
THREADS = 2 * WAITING
"""Threads that answer: those of heavy questions that wait for their turn in one, and a few more."""
LIGHT_THREADS = 4
"""Threads of light questions, where heavy ones are answered by other processes: as Python lets one thread at a time
work, more of them would only hold each other up, and with them the loop that serves all."""

_POLL = 0.05
_SOON = 0.005
T = TypeVar("T")


def beside() -> int:
    """Heavy questions at once: half of the processors."""
    return max(1, (os.cpu_count() or 1) // 2)


class MovedError(Exception):
    """A heavy question that is to be answered by another process."""


_MOVABLE: ContextVar[bool] = ContextVar("movable", default=False)


@contextmanager
def movable() -> Iterator[None]:
    """Whatever is asked meanwhile may be asked again in another process."""
    token = _MOVABLE.set(True)
    try:
        yield
    finally:
        _MOVABLE.reset(token)


async def patiently(coming: Awaitable[T]) -> T:
    """What comes, awaited as long as the question's budget lasts.

    Raises:
        TimeLimitError: it did not come in time.
    """
    task = asyncio.ensure_future(coming)
    try:
        while not (await asyncio.wait((task,), timeout=_POLL))[0]:
            budget.check()
    finally:
        task.cancel()
    return task.result()


class Admission:
    """The places for heavy questions. A request takes one place, whatever it asks, and keeps it until it has ended."""

    def __init__(self, places: int | None = None, waiting: int = WAITING) -> None:
        self._free = threading.Semaphore(places or beside())
        self._queue = threading.Semaphore(waiting)
        self._seated: set[int] = set()
        self._order = asyncio.Lock()

    def admit(self, cost: int) -> None:
        """Let a question of an estimated cost (in vertices) begin, or wait for its turn.

        Raises:
            MovedError: it is heavy, and another process can answer it.
            BusyError: as many wait already as may.
            TimeLimitError: its turn did not come in time.
        """
        mine = budget.current()
        if cost <= LIGHT or mine is None or id(mine) in self._seated:  # who has no budget is alone
            return
        if _MOVABLE.get():
            raise MovedError
        if not self._free.acquire(blocking=False):
            with self._queued():
                while not self._free.acquire(timeout=_POLL):
                    mine.check()
        mine.hold(given_back())
        mine.hold(self._place(id(mine)))

    async def turn(self) -> None:
        """Wait for the turn of a heavy question in the loop, in the order of coming.

        Raises:
            BusyError, TimeLimitError: as ``admit``.
        """
        mine = budget.current()
        if mine is None or id(mine) in self._seated:
            return
        if self._order.locked() or not self._free.acquire(blocking=False):
            with self._queued():
                await patiently(self._first())
        mine.hold(self._place(id(mine)))

    async def _first(self) -> None:
        async with self._order:
            while not self._free.acquire(blocking=False):
                await asyncio.sleep(_SOON)

    @contextmanager
    def _queued(self) -> Iterator[None]:
        if not self._queue.acquire(blocking=False):
            raise BusyError(
                "The server answers as many heavy questions as it can.",
                remedy="Ask again in a while, or for less: fewer tiers, one contract, a narrower start.",
            )
        try:
            yield
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
