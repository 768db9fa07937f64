"""What the question about every risk type answers with."""

from __future__ import annotations

from pydantic import Field

from graph.answer import Frozen
from graph.asked import OfGroup
from graph.data import Figure, LevelCount, Node


class RiskLine(Frozen):
    """What a group's exposure to one risk type comes to. ``said``: somebody said or assessed anything of it."""

    risk: str
    said: bool
    worst: Figure | None = Field(description="of the contract reached most severely, without its path")
    levels: tuple[LevelCount, ...]
    steps: int
    unassessed: int = Field(description="of ``steps``, those that nobody assessed for the risk")


class RisksData(OfGroup):
    """One group of contracts and every risk type."""

    subject: Node
    contracts: int
    risks: tuple[RiskLine, ...]
    nodes: tuple[Node, ...] = ()
