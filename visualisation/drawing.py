"""An answer as marks in columns: what is drawn, listed and exported, before anybody knows where it stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import ontology.links  # noqa: F401  (declares the links)
from graph.answer import Resolution
from graph.data import (
    AffectedData,
    ExposureData,
    LinkData,
    Node,
    PathsData,
    Reach,
    TraceData,
    TraceNode,
)
from ontology.model import LINKS, Walk
from ontology.roles import BY_ACTOR, CHAIN
from ontology.vocabulary import vocabulary
from visualisation.marks import Level, figure_level, level_of

REGION = -1
"""Column of the buyers, left of the contracts."""
RAW = "raw-material"
"""The stage at which, and within which, a step is drawn as raw material."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who stands behind a mark: a site, a company or a place, and by what link."""

    node: Node
    link: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing drawn. A *group* stands for ``size`` things, counted by level in ``counts``."""

    id: str
    column: int
    node: Node | None
    level: Level = Level.NO_RISK
    tier: int | None = None
    tier_max: int | None = None
    reach: Reach | None = None
    actors: tuple[Actor, ...] = ()
    resolution: Resolution | None = None
    end: bool = False
    statements: tuple[str, ...] = ()
    country: str | None = None
    size: int = 1
    counts: Mapping[Level, int] = field(default_factory=dict)
    rest: bool = False
    """A group of what is left when the countries are too many to show each."""
    stands_for: int = 0
    """How many things of its column a group is, where its ``size`` counts what they have: a buyer's contracts."""
    title: str = ""
    """What a group is called, where it is not by its country."""

    @property
    def group(self) -> bool:
        return self.node is None

    @property
    def shape(self) -> str:
        if self.node is None:
            return "group"
        if self.node.type == "Contract":
            return "contract"
        if self.column == REGION:
            return "region"
        if self.node.type != "Step":
            return "actor"
        if self.node.generic:
            return "generic"
        return "raw" if self.node.stage in vocabulary("chain-stages").within(RAW) else "step"


@dataclass(frozen=True, slots=True)
class Wire:
    """A link as drawn: ``source`` and ``target`` are marks; ``links`` how many it stands for."""

    source: str
    target: str
    resolution: Resolution | None
    uncertain: bool = False
    links: int = 1
    implied: bool = False
    """It stands for ways through marks that the reader hid or folded."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Marks in reading order and the wires between them. ``total`` counts what the answer holds of things to draw."""

    marks: tuple[Mark, ...]
    wires: tuple[Wire, ...]
    total: int
    direction: str = "upstream"

    @property
    def shown(self) -> int:
        return sum(1 for mark in self.marks if not mark.group)

    @property
    def grouped(self) -> bool:
        return any(mark.group for mark in self.marks)

    def counts(self) -> Mapping[Level, int]:
        """How many things, drawn or inside a group, stand at each level."""
        found: Counter[Level] = Counter()
        for mark in self.marks:
            if mark.group:
                found.update(mark.counts)
            else:
                found[mark.level] += 1
        return found


def _attached(links: Iterable[LinkData]) -> dict[str, list[tuple[str, str]]]:
    """For each node the actors that links attach to it, as (actor, link type)."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for link in links:
        declared = LINKS.get(link.type)
        if declared is not None and declared.walk is Walk.ACTOR and not link.denied:
            found[link.target].append((link.source, link.type))
    return found


def _actors(
    mark: str, attached: Mapping[str, Sequence[tuple[str, str]]], nodes: Mapping[str, Node]
) -> tuple[Actor, ...]:
    """The actors of a mark, nearest first: who performs and runs a step, then who operates and owns those."""
    found: dict[str, Actor] = {}
    waiting = [mark]
    while waiting:
        here = waiting.pop(0)
        for actor, link in sorted(attached.get(here, ()), key=lambda pair: (_NEARNESS.get(pair[1], 9), pair)):
            if actor not in found and actor in nodes and actor != mark:
                found[actor] = Actor(nodes[actor], link)
                waiting.append(actor)
    return tuple(found.values())


_NEARNESS = {name: place for place, name in enumerate(BY_ACTOR)}


def _flows(link: LinkData) -> bool:
    declared = LINKS.get(link.type)
    return declared is not None and declared.walk is Walk.GOODS and not link.denied


def of_trace(data: TraceData) -> Drawing:
    """Steps and contracts as marks in the column of their tier, buyers left of them; actors inside their step's mark.

    Downstream, tiers are counted from the start: they are mirrored so that contracts stand left all the same.
    """
    nodes = {item.node.id: item.node for item in data.nodes}
    attached = _attached(data.links)
    column = _columns(data)
    actors = {id: _actors(id, attached, nodes) for id, node in nodes.items() if _drawn(node)}
    inside = {actor.node.id for found in actors.values() for actor in found}
    marks = [
        _mark(item, column[item.node.id], actors.get(item.node.id, ()))
        for item in data.nodes
        if _drawn(item.node) or item.node.id not in inside
    ]
    marks += [Mark(node.id, REGION, node, country=node.country) for node in data.buyers]
    present = {mark.id for mark in marks}
    wires = [
        _wire(link)
        for link in (*data.links, *data.buyer_links)
        if (_flows(link) or link.type == "SERVES") and {link.source, link.target} <= present and not link.denied
    ]
    return Drawing(_sorted(marks), joined(wires), len(marks), data.direction)


def _drawn(node: Node) -> bool:
    return node.type in CHAIN


def _columns(data: TraceData) -> dict[str, int]:
    if data.direction != "downstream":
        return {item.node.id: item.tier for item in data.nodes}
    deepest = max((item.tier for item in data.nodes if item.node.type != "Contract"), default=0)
    return {item.node.id: 0 if item.node.type == "Contract" else deepest - item.tier + 1 for item in data.nodes}


def _mark(item: TraceNode, column: int, actors: tuple[Actor, ...]) -> Mark:
    country = item.node.country or next((a.node.country for a in actors if a.node.country), None)
    return Mark(
        id=item.node.id,
        column=column,
        node=item.node,
        level=level_of(item.reach),
        tier=item.tier,
        tier_max=item.tier_max,
        reach=item.reach,
        actors=actors,
        resolution=item.resolution,
        end=item.end,
        statements=item.statements,
        country=country,
    )


def _wire(link: LinkData) -> Wire:
    """``SERVES`` reads from the contract to its buyer, as risk would go on."""
    return Wire(link.source, link.target, link.resolution, uncertain=link.confidence < 0.7)


def _sorted(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    return tuple(sorted(marks, key=lambda mark: (mark.column, mark.node.name.casefold() if mark.node else "", mark.id)))


def joined(wires: Iterable[Wire]) -> tuple[Wire, ...]:
    """One wire for each pair of marks: the surest of parallel links, with how many there are."""
    order = [*Resolution, None]
    found: dict[tuple[str, str], Wire] = {}
    for wire in wires:
        key = (wire.source, wire.target)
        other = found.get(key)
        if other is None:
            found[key] = wire
            continue
        best = min(wire, other, key=lambda w: (order.index(w.resolution), w.uncertain))
        found[key] = replace(best, links=wire.links + other.links)
    return tuple(found[key] for key in sorted(found))


def of_paths(data: PathsData) -> Drawing:
    """The nodes of the paths: the target stands left, each in the column of its most links to it."""
    nodes = {node.id: node for node in data.nodes}
    column: dict[str, int] = {}
    for path in data.paths:
        for place, id in enumerate(reversed(path.nodes)):
            column[id] = max(column.get(id, place), place)
    return _chains(nodes, data.links, column, {}, (), "upstream")


def of_affected(data: AffectedData) -> Drawing:
    """Regions and contracts left, the start at the right edge, the paths between them."""
    nodes = {node.id: node for node in data.nodes}
    nodes |= {item.contract.id: item.contract for item in data.contracts}
    column: dict[str, int] = {}
    resolution: dict[str, Resolution] = {}
    serves: list[Wire] = []
    for item in data.contracts:
        if item.path is None:
            continue
        for place, id in enumerate(reversed(item.path.nodes)):
            column[id] = max(column.get(id, place), place)
        resolution[item.contract.id] = item.resolution
        for region in item.regions:
            if region in nodes:
                column[region] = REGION
                serves.append(Wire(item.contract.id, region, None))
    return _chains(nodes, data.links, column, resolution, serves, "downstream")


def of_exposure(data: ExposureData) -> Drawing:
    """The worst paths of an exposure, as the paths between their seeds and contracts."""
    nodes = {node.id: node for node in data.nodes} | {m.contract.id: m.contract for m in data.members}
    figures = [*data.worst, *(figure for member in data.members for figure in member.figures)]
    column: dict[str, int] = {}
    level: dict[str, Level] = {}
    for figure in figures:
        if figure.path is None:
            continue
        for place, id in enumerate(reversed(figure.path.nodes)):
            column[id] = max(column.get(id, place), place)
            level[id] = max(level.get(id, Level.NONE_FOUND), figure_level(figure), key=_RANK.__getitem__)
    drawing = _chains(nodes, data.links, column, {}, (), "upstream")
    return replace(drawing, marks=tuple(replace(m, level=level.get(m.id, Level.NO_RISK)) for m in drawing.marks))


_RANK = {level: -place for place, level in enumerate(Level)}


def _chains(
    nodes: Mapping[str, Node],
    links: Sequence[LinkData],
    column: Mapping[str, int],
    resolution: Mapping[str, Resolution],
    more: Sequence[Wire],
    direction: str,
) -> Drawing:
    attached = _attached(links)
    marks = [
        Mark(
            id=id,
            column=place,
            node=nodes[id],
            resolution=resolution.get(id),
            actors=() if place == REGION else tuple(a for a in _actors(id, attached, nodes) if a.node.id not in column),
            country=nodes[id].country,
        )
        for id, place in column.items()
        if id in nodes
    ]
    wires = [_wire(link) for link in links if link.source in column and link.target in column and not link.denied]
    return Drawing(_sorted(marks), joined([*wires, *more]), len(marks), direction)


def lit(drawing: Drawing, selected: str) -> frozenset[str]:
    """The mark and everything upstream and downstream of it, along the wires."""
    forth: dict[str, list[str]] = defaultdict(list)
    back: dict[str, list[str]] = defaultdict(list)
    for wire in drawing.wires:
        forth[wire.source].append(wire.target)
        back[wire.target].append(wire.source)
    found = {selected}
    for step in (forth, back):
        waiting = [selected]
        seen = {selected}
        while waiting:
            for other in step[waiting.pop()]:
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        found |= seen
    return frozenset(found)
