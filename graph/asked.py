"""What every answer about a group of contracts says of the group itself: why there may be none, and what may belong."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from graph.answer import Frozen


class OtherDays(Frozen):
    """The nearest days on which there was something to tell, where there is nothing when it is asked about."""

    until: date | None = Field(description="the last such day before; null: none found")
    since: date | None = Field(description="the first such day after; null: none found")


class OfKind(Frozen):
    """Contracts of a broader kind than the one asked about, not counted; or of one that a match puts within it."""

    kind: str
    links: tuple[str, ...] = Field(description="the links by which one kind is within the other: BROADER, MATCHES")
    matched: bool = Field(description="whether one of them is a match between schemes")
    contracts_n: int = Field(description="how many contracts")
    contracts: tuple[str, ...] = Field(description="the first of them")


class OfGroup(Frozen):
    """What answers about a group of contracts have in common."""

    other_days: OtherDays | None = Field(None, description="given where there is no contract to ask about")
    may_belong: tuple[OfKind, ...] = Field((), description="contracts of broader kinds: unknown, not counted")
