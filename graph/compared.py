"""What the comparison of two days or publications holds. Codes and numbers, never sentences."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from graph.answer import Cited, Frozen
from graph.data import Node


class Kind(StrEnum):
    """What became of a contract, as far as one risk type is known of it. What was not known and is, or the reverse, is
    neither a rise nor a fall."""

    RISEN = "risen"
    BECAME_KNOWN = "became_known"
    NEW = "new"
    BECAME_UNKNOWN = "became_unknown"
    CORRECTED = "corrected"
    FALLEN = "fallen"
    EXPIRED = "expired"
    OTHERWISE = "otherwise"


class How(StrEnum):
    """What happened to a link or statement that a figure rests on."""

    CAME = "came"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"
    BEGAN = "began"
    ENDED = "ended"
    APPLIES = "applies"
    APPLIES_NO_MORE = "applies_no_more"


class Side(Frozen):
    """One of the two that are compared."""

    valid_at: date | None
    during: tuple[date, date] | None
    known_at: datetime
    publication: int


class Known(Frozen):
    """What one side knows of a contract and a risk type. ``severity`` is the highest reached, null where none is."""

    severity: int | None
    low: float
    knowledge: str = Field(description="reached, supplier_link_only, unknown or none_found")
    unstated: bool = Field(False, description="reached only by statements whose severity nobody gave")


class Altered(Frozen):
    """A property that differs; null: not said."""

    property: str
    before: str | None
    after: str | None


class Cause(Frozen):
    """A link, statement or thing upstream of a contract that is not on both sides alike.

    ``nodes`` are the ends of a link, or the thing itself; ``sources`` say it, on the side where it stands.
    """

    how: How
    fact: str
    type: str = Field(description="the type of link or node")
    nodes: tuple[str, ...]
    altered: tuple[Altered, ...] = ()
    sources: tuple[str, ...] = ()


class Changed(Frozen):
    """A contract of which something changed. null: there was no such contract on that side."""

    risk: str
    contract: str
    kind: Kind
    before: Known | None
    after: Known | None
    causes: tuple[Cause, ...] = ()
    causes_total: int = 0


class KindCount(Frozen):
    risk: str
    kind: Kind
    contracts: int


class LevelShift(Frozen):
    """How many contracts stand at a level on each side."""

    risk: str
    level: str = Field(description="the highest severity reached: 1 to 4, unstated, 0 (none found) or unknown")
    before: int
    after: int


class CompareData(Frozen):
    """``counts`` and ``levels`` are of every contract; ``changes`` list the first, see ``completeness.cut``."""

    subject: Node
    risk: str | None
    risks: tuple[str, ...] = Field(description="risk types that were compared: somebody has assessed them")
    before: Side
    after: Side
    publications: tuple[Side, ...] = Field(description="what may be compared with: the latest publications before")
    contracts_before: int
    contracts_after: int
    contracts_changed: int = Field(description="contracts of which something changed, each once")
    counts: tuple[KindCount, ...]
    levels: tuple[LevelShift, ...]
    changes: tuple[Changed, ...]
    nodes: tuple[Node, ...]
    sources: tuple[Cited, ...] = Field((), description="who says the causes, on either side")
