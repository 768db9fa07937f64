"""What a timeline holds: what was said of a thing, of which days, and when we learnt it. Codes and numbers only."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from graph.answer import Cited, Frozen
from graph.data import Node

SELF, STATEMENT, INCIDENT = "self", "statement", "incident"


class Telling(Frozen):
    """A record or link about the subject, a statement about it or its chain, or an incident that gathers those.

    ``lane`` is ``self``, ``statement``, ``incident``, or a type of link and the subject's end of it:
    ``SUPPLIES:target``.
    """

    fact: str = Field(description="id of the record, link, statement or incident")
    lane: str
    type: str
    other: str | None = Field(None, description="the other end of a link; the statement or incident itself")
    status: str
    confidence: float | None
    denied: bool = False
    valid_from: date | None
    valid_to: date | None = Field(description="the day after the last; null: no end is told")
    day: date | None = Field(None, description="when a statement was issued, an incident began")
    severity: int | None = None
    learnt: datetime = Field(description="when the publication came from which on it stands")
    learnt_in: int = Field(description="the number of that publication")
    before: bool = Field(False, description="it stood already at the oldest publication that was looked at")
    withdrawn: datetime | None = Field(None, description="when a publication came in which it no longer stands")
    sources: tuple[str, ...] = ()


class Gap(Frozen):
    """Days of which nothing of a lane is told: not known. null: from the beginning, or without an end."""

    lane: str
    first: date | None
    last: date | None = Field(description="the last day")


class TimelineData(Frozen):
    """``first`` and ``last`` are the days that it spans. Tellings by lane, then by day."""

    subject: Node
    first: date
    last: date
    current: int = Field(description="tellings that hold on the day asked about, and are not withdrawn")
    tellings: tuple[Telling, ...]
    gaps: tuple[Gap, ...]
    nodes: tuple[Node, ...]
    sources: tuple[Cited, ...] = ()
