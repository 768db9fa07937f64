"""What became of each line of a list: what it was taken for, and the answer, or why there is none."""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import Field

from graph.answer import AsOf, Frozen

T = TypeVar("T")


class Outcome(StrEnum):
    """What became of a line."""

    ANSWERED = "answered"
    NOT_IN_GRAPH = "not_in_graph"
    AMBIGUOUS = "ambiguous"
    REFUSED = "refused"
    NOT_ANSWERED = "not_answered"


class Candidate(Frozen):
    """What a line was, or may be, meant for. ``key`` is the first of its identifiers, or its id."""

    key: str
    name: str


class Line(Frozen, Generic[T]):
    """One line of a list. There are as many as were asked about, in their order: what ends sooner was cut off."""

    line: int = Field(description="its number in the list")
    asked: str
    outcome: Outcome
    why: str = Field("", description="of what is not answered: why, and what to do")
    found: Candidate | None = Field(None, description="what it was taken for")
    candidates: tuple[Candidate, ...] = Field((), description="of an ambiguous line, what it fits")
    as_of: AsOf
    snapshot: str = Field(description="topology hash / weights hash (SHA-256)")
    answer: T | None = None
