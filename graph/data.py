"""What each question's answer holds (the ``data`` of an ``Answer``). Codes and numbers, never sentences.

Ids are entity ids or link ids; ``Node`` carries what a reader needs to recognise one. Days are ISO dates.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from graph.answer import Basis, Frozen, Links, Resolution
from graph.asked import OfGroup, OfKind, OtherDays

DENIED_NODES = "of what is asked about and what links relate it to: what a source denies and none asserts; not counted"


class Conflict(Frozen):
    """Different live values of a single-valued property, or opposite polarities, from different sources."""

    property: str
    values: tuple[str, ...]
    records: tuple[str, ...]


class Node(Frozen):
    """An entity as an answer names it. ``place`` is the key of its nearest place, ``country`` ISO 3166-1 alpha-2.
    Where sources are in conflict, what it says is the value that counts: see docs/method.md.
    """

    id: str
    type: str
    name: str
    name_sv: str | None = None
    keys: tuple[str, ...] = ()
    stage: str | None = None
    place: str | None = None
    country: str | None = None
    kinds: tuple[str, ...] = Field((), description="keys of what a step outputs or a contract is categorised as")
    inputs_known: str | None = None
    clause_level: str | None = None
    ghost: bool = False
    generic: bool = False
    denied: bool = Field(False, description="some source denies that it is, and none asserts it: not counted")
    conflicts: tuple[Conflict, ...] = Field((), description="what sources are in conflict about on the day asked about")


class LinkData(Frozen):
    """A link of an answer. ``rests_on`` are the facts under a derived one; ``resolution`` is null where the type of
    link names no goods."""

    id: str
    type: str
    source: str
    target: str
    resolution: Resolution | None
    status: str
    confidence: float
    valid_from: date | None
    valid_to: date | None
    denied: bool = False
    rests_on: tuple[str, ...] = ()


class Path(Frozen):
    """A path in the direction risk flows. ``value`` is the product of the seed and the confidences along it;
    ``weakest`` is the link with the least confidence, nearest the contract on a tie (null: no link).

    A path of very many links is named by those at its ends: ``left_out`` of its links, between the halves of
    ``links``, are not named. Ask for the path between the two nodes beside the gap.
    """

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    value: float
    weakest: str | None
    resolution: Resolution
    statement: str | None = Field(None, description="the assessment or finding at the seed")
    left_out: int = Field(0, description="links in the middle of the path that are not named")


class Figure(Frozen):
    """Lens A at one vertex for one (risk type, severity at least L, basis, links): see docs/method.md.

    ``upper`` is 1 where ``upper_open`` (an unassessed step in the cone, or an end of knowledge), else ``high``.
    """

    lens: str = "A"
    risk: str
    severity: int = Field(ge=0, le=4)
    basis: Basis
    links: Links
    low: float
    high: float
    upper_open: bool
    upper: float
    severity_unknown: bool = Field(False, description="reached only by a seed whose severity nobody gave")
    path: Path | None = Field(None, description="the path of low; of high where low is 0")
    high_statement: str | None = Field(None, description="a different statement that attains high")


class Reach(Frozen):
    """What a trace says of one node on the way, for the tier view: the highest severity reached and how surely."""

    severity: int | None = Field(description="highest L reached by high; null: nothing reached")
    severity_unknown: bool = False
    low: float
    high: float
    upper_open: bool
    assessed: bool | None = Field(description="whether this step itself was assessed; null: not a step")
    unassessed_below: int = Field(description="steps at or upstream of it that nobody assessed")
    resolution: Resolution | None = Field(description="least certain link of the best path; null: nothing reached")
    own_severity: int | None = Field(None, description="highest severity of a statement about this node itself")


class TraceNode(Frozen):
    node: Node
    tier: int
    tier_max: int | None = Field(
        description="longest path in the condensation; null: a path touches a cycle, or the trace was cut"
    )
    hops: int
    resolution: Resolution
    end: bool = Field(False, description="knowledge ends here")
    reach: Reach | None = None
    statements: tuple[str, ...] = Field(
        (), description="statements whose scope the node falls under: of the risk asked about, else of every risk"
    )


class Listed(Frozen):
    """A row of the company list: ``company`` may have the goods in ``contracts``, which is unknown: ask it.

    Never counted in a figure.
    """

    company: str
    resolution: Resolution = Resolution.COMPANY
    contracts: tuple[str, ...]
    via: tuple[str, ...] = Field(description="links that relate the company")
    why: str = Field(description="sells_to, runs, operates, holds, owns, recruits_for or harm_of_company")
    above: tuple[str, ...] = Field((), description="its contracts that the goods are known to reach: not listed here")
    told: int = Field(0, description="its contracts of which everything upstream is told, without the goods")
    outside: int = Field(0, description="its contracts that the question is not about")


class TraceData(Frozen):
    """``asked`` is what was asked about, ``start`` the vertices walked from. ``nodes`` by (tier, type, name, id);
    ``links`` by id.

    ``buyers`` are a view of the contracts among the nodes (``buyer_links``: SERVES): they stand in no tier. ``others``
    are nodes that denied links and the company list name, and that the trace did not reach.
    """

    asked: tuple[str, ...]
    not_there: tuple[str, ...] = Field((), description="of what was asked about, that of which nothing holds then")
    other_days: OtherDays | None = Field(None, description="given where nothing that was asked about holds then")
    start: tuple[str, ...]
    direction: str = Field(description="upstream or downstream")
    risk: str | None
    nodes: tuple[TraceNode, ...]
    links: tuple[LinkData, ...]
    cycles: tuple[tuple[str, ...], ...] = Field(description="strongly connected sets of nodes; harmless, named")
    denied: tuple[LinkData, ...] = ()
    denied_nodes: tuple[Node, ...] = Field((), description=DENIED_NODES)
    company_list: tuple[Listed, ...] = ()
    statements: tuple[StatementData, ...] = ()
    buyers: tuple[Node, ...] = ()
    buyer_links: tuple[LinkData, ...] = ()
    others: tuple[Node, ...] = ()


class StatementData(Frozen):
    """An assessment or finding that an answer rests on, attributed and dated."""

    id: str
    type: str
    name: str
    name_sv: str | None
    risk: tuple[str, ...]
    severity: int | None
    likelihood: float | None
    level: str | None
    standing: str | None
    issued: date | None
    valid_from: date | None
    valid_to: date | None
    reply: str | None
    cites: str
    sources: tuple[str, ...] = Field(description="ids of the sources that say it")
    specific: bool
    conflicts: tuple[Conflict, ...] = Field((), description="what its sources are in conflict about")


class ContractExposure(Frozen):
    """One contract of the group. ``figures`` are those reached, most severe first; empty means none found *or*
    unknown: see ``unassessed`` and ``ends``."""

    contract: Node
    buyers: tuple[str, ...]
    suppliers: tuple[str, ...]
    figures: tuple[Figure, ...]
    knowledge: str = Field(description="reached, supplier_link_only, unknown or none_found")
    steps: int
    unassessed: int
    ends: int
    may_apply: tuple[str, ...] = Field((), description="generic steps with the risk that may apply: unknown")


class Distribution(Frozen):
    """How many of the group's contracts reach a severity, with one basis on one set of links."""

    severity: int
    basis: Basis
    links: Links
    contracts: int
    severity_unknown: int = Field(0, description="of those, reached only by statements whose severity nobody gave")


class LevelCount(Frozen):
    """How many of the group's contracts stand at a level along one set of links; the counts are of all of them."""

    links: Links
    level: str = Field(description="the highest severity reached: 1 to 4, unstated, 0 (none found) or unknown")
    contracts: int


class TierCount(Frozen):
    """Steps of the group's chains in one tier: all, traced ones, those with a seed, those that nobody assessed."""

    tier: int
    steps: int
    item_steps: int
    seeded: int
    unassessed: int
    ends: int


class BuyerCount(Frozen):
    """One buyer's contracts of the group, by what is known of them. ``severity`` is the highest reached."""

    buyer: str
    contracts: int
    severity: int | None
    severity_unknown: bool = Field(False, description="reached so severely only by statements of no given severity")
    reached: int
    reached_item: int = Field(description="of ``reached``, those reached along item links alone")
    supplier_link_only: int
    unknown: int
    none_found: int


class Origin(Frozen):
    """A vertex at which the risk enters the group's chains: where it comes from, on whose word."""

    node: str
    statements: tuple[str, ...]
    severity: int | None = Field(description="highest severity of the statements; null: nobody gave one")
    contracts: int = Field(description="contracts of the group that it reaches")
    contracts_item: int = Field(description="of those, along item links alone")


class ExposureData(OfGroup):
    """Lens A for a group of contracts. A distribution, never a maximum handed on."""

    subject: Node
    view: str = Field(description="contract, buyer, supplier, category, area, product, site, step, place or all")
    risk: str
    contracts: int
    by_match: tuple[OfKind, ...] = Field((), description="of the contracts counted, those of a matched kind")
    distribution: tuple[Distribution, ...]
    levels: tuple[LevelCount, ...] = ()
    worst: tuple[Figure, ...] = Field(description="per (basis, links): the most severe, then surest figure")
    worst_contract: str | None
    tiers: tuple[TierCount, ...]
    members: tuple[ContractExposure, ...] = Field(description="most severe first; see completeness.truncated")
    buyers: tuple[BuyerCount, ...] = ()
    origins: tuple[Origin, ...] = ()
    denied: tuple[LinkData, ...] = ()
    denied_nodes: tuple[Node, ...] = Field((), description=DENIED_NODES)
    may_apply: tuple[str, ...] = Field((), description="generic steps that may apply: unknown, never exposure")
    company_list: tuple[Listed, ...]
    statements: tuple[StatementData, ...]
    nodes: tuple[Node, ...] = Field(description="every node named above")
    links: tuple[LinkData, ...] = Field(description="every link named above")


class Question(StrEnum):
    """What to ask the supplier of an affected contract. ``*_voluntary``: the clause gives no right to the answer."""

    CONFIRM_ARTICLE = "confirm_article"
    CONFIRM_ARTICLE_VOLUNTARY = "confirm_article_voluntary"
    ASK_INPUTS = "ask_inputs"
    ASK_INPUTS_VOLUNTARY = "ask_inputs_voluntary"
    ASK_ORIGIN = "ask_origin"
    ASK_ORIGIN_VOLUNTARY = "ask_origin_voluntary"
    ASK_SUPPLIER_LINK = "ask_supplier_link"
    ASK_SUPPLIER_LINK_VOLUNTARY = "ask_supplier_link_voluntary"


class AffectedContract(Frozen):
    contract: Node
    regions: tuple[str, ...]
    suppliers: tuple[str, ...]
    resolution: Resolution
    clause_level: str | None
    tier: int | None = Field(description="tiers between it and the start; null for the company list")
    path: Path | None
    question: Question


class AffectedCount(Frozen):
    """How many contracts are affected how surely, and how many regions they serve. The counts are of all contracts that
    are valid then, each counted once."""

    what: str = Field(
        description="item, generic, company (a link only: not counted), may_apply (of a broader kind, or the statement"
        " may be about their goods: unknown), untold (their chains are not all told: unknown) or told (everything"
        " upstream is told, and it is not there)"
    )
    contracts: int
    regions: int


class Formerly(Frozen):
    """A contract that was, or will be, affected on another day and is not on the day asked about."""

    contract: Node
    until: date | None = Field(description="the last day before it on which it was affected; null: none found")
    since: date | None = Field(description="the first day after it on which it will be; null: none found")


class AffectedData(Frozen):
    """Contracts that a site, company, place, kind of goods or incident touches, surest first."""

    start: Node
    start_steps: tuple[str, ...]
    contracts: tuple[AffectedContract, ...]
    company_list: tuple[Listed, ...]
    may_apply: tuple[str, ...] = Field((), description="contracts of a broader kind: unknown whether affected")
    regions: tuple[str, ...] = Field(description="regions of every contract listed, those of a link only included")
    counts: tuple[AffectedCount, ...] = ()
    formerly: tuple[Formerly, ...] = ()
    contracts_all: int = Field(0, description="contracts that are valid then, affected or not")
    contracts_untold: int = Field(0, description="contracts not listed whose chains are not all told: unknown")
    denied: tuple[LinkData, ...]
    denied_nodes: tuple[Node, ...] = Field((), description=DENIED_NODES)
    statements: tuple[StatementData, ...]
    nodes: tuple[Node, ...]
    links: tuple[LinkData, ...]


class PathPair(Frozen):
    """A source and a target that a path joins. ``path`` is the place of the surest one in ``paths``."""

    source: str
    target: str
    path: int


class PathsData(Frozen):
    """Of one source and one target ``paths`` are the surest between them; of several, the surest of each pair. Where
    none leads that way, ``sources`` and ``targets`` have changed places. A pair without a path: none is known."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    pairs: tuple[PathPair, ...]
    joined: int = Field(description="pairs that a path joins, also those not listed")
    paths: tuple[Path, ...]
    other_days: OtherDays | None = Field(None, description="given where no path holds then")
    nodes: tuple[Node, ...]
    links: tuple[LinkData, ...]


class Said(Frozen):
    """One record about an entity: who says what, valid when."""

    record: str
    type: str
    properties: dict[str, object]
    status: str
    confidence: float | None
    denied: bool
    valid_from: date | None
    valid_to: date | None
    source: str
    cites: str
    locator: str


class EntityData(Frozen):
    node: Node
    said: tuple[Said, ...]
    links: tuple[LinkData, ...]
    neighbours: tuple[Node, ...]
    conflicts: tuple[Conflict, ...]
    redirected_from: str | None = None


TraceData.model_rebuild()
