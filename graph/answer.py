"""The frame of every answer: the question, as of when, which snapshot and method, the evidence, how complete."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """Base of everything that leaves ``graph``: immutable, no unexpected fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Resolution(StrEnum):
    """How exactly a path knows the goods; see docs/method.md. Side by side, never merged."""

    ITEM = "item"
    GENERIC = "generic"
    COMPANY = "company"


class Links(StrEnum):
    """The set of links that a figure rests on (cumulative)."""

    ITEM = "item"
    ITEM_GENERIC = "item+generic"


class Basis(StrEnum):
    """*specific* where the seed's scope names an actor, else *generic*."""

    SPECIFIC = "specific"
    GENERIC = "generic"


class Knowledge(StrEnum):
    KNOWN = "known"
    NOT_IN_GRAPH = "not_in_graph"


class AsOf(Frozen):
    """Both clocks and the clearance; ``during`` replaces ``valid_at`` for a period."""

    valid_at: date | None
    during: tuple[date, date] | None = None
    known_at: datetime
    publication: int
    clearance: str


class NewerPublication(Frozen):
    """A publication after the one that is answered from; ``at`` is when it was published."""

    number: int
    at: datetime


class MethodName(Frozen):
    name: str
    version: str


class Fact(Frozen):
    """One record or link that the data rests on: who says it, where in the source, how well founded, how secret."""

    id: str
    source: str
    locator: str
    cites: str
    status: str
    secrecy: str


class Cited(Frozen):
    """A source that the data rests on."""

    id: str
    series: str
    edition: str
    title: str
    publisher: str
    url: str
    licence: str
    published: date | None
    retrieved: date | None


class Evidence(Frozen):
    """Ids that the data rests on, sorted; ``derived`` links with the facts under them in ``links``."""

    links: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    entities: tuple[str, ...] = Field((), exclude=True)  # whose records are to be found: they become ``records``
    facts: tuple[Fact, ...] = Field((), description="the records and links, each with its source")
    cited: tuple[Cited, ...] = ()


class Ask(Frozen):
    """Whom to ask: the nearest company downstream under a clause that entitles us, else the nearest."""

    organisation: str
    contract: str | None = None
    clause_level: str | None = None
    entitled: bool


class End(Frozen):
    """A step or contract at which knowledge ends."""

    node: str
    tier: int
    inputs_known: str | None = Field(description="all, some, none, refused, not-asked; null when nobody has said")
    ask: Ask | None


class Truncated(Frozen):
    why: str = Field(description="max_tier, max_nodes, members, contracts, ends, paths, links or time")
    limit: int | None = None


class Cut(Frozen):
    """A list of the answer that is longer than what is listed of it. Ask for less at once, or for one of its things."""

    list: str = Field(description="the list, for instance company_list, or contracts.suppliers within each contract")
    listed: int
    total: int = Field(description="of all; of a list within others, added up over those that are cut")


class Completeness(Frozen):
    """What is not known. ``unassessed`` counts steps in the cone that nobody assessed for the risk type asked about."""

    tiers_reached: int = 0
    ends: tuple[End, ...] = ()
    ends_total: int = Field(0, description="all ends, also those beyond the number listed in ends")
    steps: int = 0
    unassessed: int | None = None
    share_unknown: float | None = Field(None, description="Share of value from unknown origin; null: not computed")
    truncated: Truncated | None = None
    cut: tuple[Cut, ...] = Field((), description="lists that are longer than what is listed of them, by name")
    oldest_source: date | None = None


class Narrower(Frozen):
    """The codes of the graph that lie within one that is not there itself: these can be asked about."""

    codes: tuple[str, ...] = Field(description="the nearest of them")
    total: int


class Page(Frozen):
    """Which rows of the list that the answer is about are here. Totals and counts are of the whole."""

    list: str
    skip: int = Field(description="rows before the first one here")
    listed: int
    total: int
    next: str | None = Field(None, description="the cursor of the rows that follow; null: there are none")


T = TypeVar("T")


class Answer(Frozen, Generic[T]):
    """An answer. The same question on the same snapshot gives the same bytes."""

    question: str
    knowledge: Knowledge = Knowledge.KNOWN
    data: T | None
    as_of: AsOf
    snapshot: str = Field(description="topology hash / weights hash (SHA-256)")
    method: MethodName
    evidence: Evidence = Evidence()
    completeness: Completeness = Completeness()
    page: Page | None = Field(None, description="given where the answer comes in pages")
    narrower: Narrower | None = Field(
        None,
        exclude_if=lambda found: found is None,
        description="given where a code is asked about that is not in the graph, and narrower ones are",
    )
    demonstration: bool = Field(False, description="true when the graph holds demonstration data")
    newer_publication: NewerPublication | None = Field(None, exclude=True)
    """A publication that the server is preparing and that this answer does not know yet: it varies, so a page says it,
    and a header over HTTP, and the answer's bytes do not."""
