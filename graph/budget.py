"""The budget of a question: whoever asks may end it, and whatever works for it looks whether it may go on.

The budget goes with the context (``contextvars``), into the threads that work for a request too. Compiled loops read
its flag, an array, every few thousand steps; Python looks where it names things and where SQLite reads.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from ontology.errors import TimeLimitError

Flag = npt.NDArray[np.int64]
"""Shape (2,): whether to stop, and how often somebody has looked."""


class Why(IntEnum):
    """Why work is ended."""

    NOT_ENDED = 0
    TIME = 1
    NOBODY_WAITS = 2


class Budget:
    """What one question may use. ``seconds``: None for no limit."""

    def __init__(self, seconds: float | None = None) -> None:
        self.flag: Flag = np.zeros(2, np.int64)
        self.seconds = seconds
        self._until = None if seconds is None else time.monotonic() + seconds
        self._held = ExitStack()
        """What is given back when the work has ended."""

    def stop(self, why: Why) -> None:
        """Let what works for the question end soon, from any thread."""
        self.flag[0] = why

    def hold(self, thing: AbstractContextManager[object]) -> None:
        """Keep something until the work has ended."""
        self._held.enter_context(thing)

    def end(self) -> None:
        """The work has ended: give back what it held."""
        self._held.close()

    @property
    def looks(self) -> int:
        """How often it was looked whether to go on."""
        return int(self.flag[1])

    def check(self) -> None:
        """
        Raises:
            TimeLimitError: the question is to end.
        """
        self.flag[1] += 1
        if self._until is not None and not self.flag[0] and time.monotonic() > self._until:
            self.stop(Why.TIME)
        if self.flag[0] == Why.NOBODY_WAITS:
            raise TimeLimitError("Nobody waits for the answer any more.", remedy="Ask again.")
        if self.flag[0]:
            raise TimeLimitError(
                f"The question took longer than {self.seconds or 0:g} seconds.",
                remedy="Ask for fewer tiers or a narrower start.",
            )


_CURRENT: ContextVar[Budget | None] = ContextVar("budget", default=None)
_NEVER: Flag = np.zeros(2, np.int64)


def current() -> Budget | None:
    """The budget of the question that this works for, if it has one."""
    return _CURRENT.get()


def flag() -> Flag:
    """What a compiled loop looks at."""
    budget = _CURRENT.get()
    return _NEVER if budget is None else budget.flag


def check() -> None:
    """
    Raises:
        TimeLimitError: the question that this works for is to end.
    """
    budget = _CURRENT.get()
    if budget is not None:
        budget.check()


@contextmanager
def within(budget: Budget) -> Iterator[Budget]:
    """Work for a question with this budget."""
    token = _CURRENT.set(budget)
    try:
        yield budget
    finally:
        _CURRENT.reset(token)
