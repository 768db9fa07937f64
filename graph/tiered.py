"""What a tier view in groups holds: boxes of contracts and steps, counted, and the links between them."""

from __future__ import annotations

from pydantic import Field

from graph.answer import Frozen
from graph.asked import OfGroup
from graph.data import Node

REST, UNTOLD = "*", ""
"""Keys of a box of all that the others leave, and of what nobody tells the group of."""
NOWHERE = "unknown"
"""The country to filter by of what nobody tells the country of."""


class LevelSize(Frozen):
    """How many things stand at a level."""

    level: str = Field(description="1 to 4, unstated, unknown, 0 (none found); plain where no risk was asked about")
    size: int


class Box(Frozen):
    """Things of one tier and one group. ``key`` is an entity id, a code, "" (nobody tells) or ``*`` (the rest)."""

    id: str
    tier: int
    key: str
    size: int
    levels: tuple[LevelSize, ...]
    ends: int = Field(description="of them, those at which knowledge ends")
    groups: int = Field(1, description="groups that it stands for: several in the rest")
    opened: bool = Field(False, description="whether its members stand beside it: then it holds those left out")


class Member(Frozen):
    """A thing of a box that was opened."""

    node: Node
    box: str
    tier: int
    level: str
    end: bool


class BoxLink(Frozen):
    """Links of goods from one box or member to another, in the direction risk flows."""

    source: str
    target: str
    links: int
    typical: int = Field(description="of them, those that are only typical of the goods")


class Choice(Frozen):
    """A value to filter by, with how many things have it."""

    filter: str = Field(description="level, tier, certainty or country")
    value: str
    size: int


class TiersData(OfGroup):
    """Boxes by tier, the worst first. ``size`` counts the contracts and steps that the filters leave, of ``total``."""

    subject: Node
    view: str
    risk: str | None
    by: str
    between: str | None
    contracts: int
    total: int
    size: int
    buyers: tuple[Box, ...] = Field(
        description="contracts by the buyer that they serve; tier -1; one may serve several"
    )
    buyers_total: int
    boxes: tuple[Box, ...]
    members: tuple[Member, ...]
    wires: tuple[BoxLink, ...]
    choices: tuple[Choice, ...]
    nodes: tuple[Node, ...]
