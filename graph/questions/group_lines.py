"""What is said of each of many groups of contracts: a line of what the exposure of each comes to."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from graph.answer import Frozen
from graph.asked import OtherDays
from graph.data import Figure, LevelCount


class Status(StrEnum):
    """How a group of contracts stands to a risk: the gravest that is so of any of its contracts."""

    REACHED = "reached"
    SUPPLIER_LINK_ONLY = "supplier_link_only"
    UNKNOWN = "unknown"
    NONE_FOUND = "none_found"
    NO_CONTRACTS = "no_contracts"


class GroupLine(Frozen):
    """What the exposure of one group of contracts comes to; the whole of it, with paths and evidence, is the answer to
    ``exposure`` of the same subject. ``none_found`` is what the sources say and never *low*."""

    view: str = Field(description="contract, buyer, supplier, category, area, product, site, step, place or all")
    risk: str
    status: Status
    contracts: int
    reached: int
    supplier_link_only: int
    unknown: int
    none_found: int
    worst: Figure | None = Field(description="of the contract reached most severely, without its path")
    levels: tuple[LevelCount, ...]
    other_days: OtherDays | None = Field(None, description="given where there is no contract on the day asked about")
