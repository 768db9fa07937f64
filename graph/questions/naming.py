"""How an answer names vertices and edges of a snapshot: once each, with what a reader needs to recognise them."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan
from typing import Any, TypeVar

import numpy as np

from graph import budget
from graph.answer import Cut, Resolution
from graph.data import Conflict, LinkData, Node, Path, StatementData
from graph.kernels.worst import Path as Walked
from graph.network import Network
from graph.snapshot.seeds import UNKNOWN_SEVERITY, level_of
from graph.snapshot.topology import LINK_TYPES, STATUSES
from graph.snapshot.view import Snapshot
from ontology.model import LINKS
from ontology.records import Status
from ontology.values import from_day

NAMED = 500
"""Links of a path that are named."""

LISTED = 1_000
"""Entries of a list of an answer, unless it says another number."""

T = TypeVar("T")
COUNTRY = "iso3166-1:"


class Naming:
    """Describes what an answer names, and remembers it: ``nodes()`` and ``links()`` list each once, sorted by id."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.s = snapshot
        self._nodes: dict[int, Node] = {}
        self._links: dict[int, LinkData] = {}
        self._by_id: dict[str, LinkData] = {}
        self._cuts: dict[str, tuple[int, int]] = {}

    def first(self, name: str, items: Iterable[T], most: int = LISTED) -> list[T]:
        """The first of the items that a list of the answer has room for; what is left out is counted."""
        found = list(items)
        if len(found) > most:
            listed, total = self._cuts.get(name, (0, 0))
            self._cuts[name] = listed + most, total + len(found)
        return found[:most]

    def left_out(self, name: str, listed: int, total: int) -> None:
        """Note a list that was cut elsewhere."""
        if total > listed:
            self._cuts[name] = listed, total

    def cut(self) -> tuple[Cut, ...]:
        """The lists of which not all is listed."""
        return tuple(Cut(list=name, listed=n, total=total) for name, (n, total) in sorted(self._cuts.items()))

    def first_ids(self, name: str, vertices: Iterable[int], most: int = LISTED) -> tuple[str, ...]:
        """Ids of the first by name that a list has room for; they become named."""
        return tuple(self.id(vertex) for vertex in self.first(name, by_name(self.s, vertices), most))

    def id(self, vertex: int) -> str:
        """The id of a vertex that the answer names."""
        return self.node(vertex).id

    def ids(self, vertices: Iterable[int]) -> tuple[str, ...]:
        """Ids of vertices, by name; those of one name by id. The vertices become named."""
        return tuple(self.id(vertex) for vertex in by_name(self.s, vertices))

    def named(self, id: str) -> None:
        """Let what has an id be named."""
        if (vertex := self.s.vertex(id)) is not None:
            self.node(vertex)

    def link_ids(self, edges: Iterable[int]) -> tuple[str, ...]:
        """Ids of edges in the order given; the edges and their ends become named."""
        return tuple(self.link(edge).id for edge in edges)

    def nodes(self) -> tuple[Node, ...]:
        return tuple(sorted(self._nodes.values(), key=lambda node: node.id))

    def links(self) -> tuple[LinkData, ...]:
        return tuple(sorted(self._links.values(), key=lambda link: link.id))

    def named_link(self, id: str) -> LinkData:
        """A link that the answer names already."""
        return self._by_id[id]

    def node(self, vertex: int) -> Node:
        if vertex not in self._nodes:
            budget.check()
            self._nodes[vertex] = describe(self.s, vertex)
        return self._nodes[vertex]

    def link(self, edge: int) -> LinkData:
        if edge not in self._links:
            self._links[edge] = described = describe_link(self.s, edge)
            self._by_id[described.id] = described
            edges = self.s.topology.edges
            self.node(int(edges.source[edge]))
            self.node(int(edges.target[edge]))
        return self._links[edge]


def by_name(s: Snapshot, vertices: Iterable[int]) -> list[int]:
    """Vertices in the order of their names, those of one name by id."""
    return sorted(vertices, key=lambda vertex: (s.name(vertex), s.id(vertex)))


def named_path(naming: Naming, network: Network, walked: Walked, statement: str | None = None) -> Path:
    """A path of a kernel, by ids; of a long one the links at its ends, ``NAMED`` in all."""
    s, taken = naming.s, walked.taken
    generic = bool(s.is_generic(s.topology.by_id[network.link[taken]]).any())
    left_out = max(len(taken) - NAMED, 0)
    if left_out:
        half = NAMED // 2
        taken = np.concatenate((taken[:half], taken[-half:]))
    passed = [*walked.passed[:1], *network.target[taken]]
    if left_out:  # the vertex after the gap is where no link that is named leads
        passed.insert(half + 1, network.source[taken[half]])
    return Path(
        nodes=tuple(naming.id(int(vertex)) for vertex in passed),
        links=naming.link_ids(s.edges_of(network, taken)),
        left_out=left_out,
        value=walked.value,
        weakest=None if walked.weakest is None else naming.link_ids(naming.s.edges_of(network, [walked.weakest]))[0],
        resolution=Resolution.GENERIC if generic else Resolution.ITEM,
        statement=statement,
    )


def describe(s: Snapshot, vertex: int) -> Node:
    properties = s.properties(vertex)
    type = s.type(vertex)
    place, country = where(s, vertex)
    return Node(
        id=s.id(vertex),
        type=type,
        name=s.name(vertex),
        name_sv=properties.get("name_sv"),
        keys=s.keys(vertex),
        stage=properties.get("stage"),
        place=place,
        country=country,
        kinds=_kinds(s, vertex, type),
        inputs_known=properties.get("inputs_known"),
        clause_level=properties.get("clause_level"),
        ghost=bool(s.topology.vertices.ghost[vertex]),
        generic=type == "Step" and s.status(vertex) is Status.GENERIC,
        denied=s.only_denied(vertex),
        conflicts=conflicts_of(s, vertex),
    )


def conflicts_of(s: Snapshot, vertex: int) -> tuple[Conflict, ...]:
    """What sources are in conflict about, by property."""
    return tuple(Conflict(property=d.property, values=d.values, records=d.records) for d in s.disputes(vertex))


def describe_link(s: Snapshot, edge: int) -> LinkData:
    edges = s.topology.edges
    type, status = LINK_TYPES[int(edges.type[edge])], STATUSES[int(edges.status[edge])]
    return LinkData(
        id=edges.id(edge),
        type=type,
        source=s.id(int(edges.source[edge])),
        target=s.id(int(edges.target[edge])),
        resolution=resolution_of(type, status),
        status=status.value,
        confidence=float(s.confidence[edge]),
        valid_from=from_day(int(edges.valid_from[edge])),
        valid_to=from_day(int(edges.valid_to[edge])),
        denied=bool(edges.denied[edge]),
        rests_on=tuple(sorted(edges.facts(edge))),
    )


def resolution_of(type: str, status: Status) -> Resolution | None:
    """How exactly a link knows the goods: as its status says, none where its type names no goods."""
    if not LINKS[type].resolves:
        return None
    return Resolution.GENERIC if status is Status.GENERIC else Resolution.ITEM


def statement_data(s: Snapshot, statement: int) -> StatementData:
    """An assessment or finding. Who said it, in words, and the ids of the sources are the store's to add."""
    properties: dict[str, Any] = s.properties(statement)
    rows = s.seeds.statement == statement
    risks = {
        key.partition(":")[2]
        for risk in s.pairs("OF_TYPE").targets(statement)
        for key in s.keys(risk)
        if key.startswith("risk:")
    }
    severity, likelihood, _ = level_of(s, statement)
    valid_from, valid_to = s.validity(statement)
    return StatementData(
        id=s.id(statement),
        type=s.type(statement),
        name=s.name(statement),
        name_sv=properties.get("name_sv"),
        risk=tuple(sorted(risks)),
        severity=None if severity == UNKNOWN_SEVERITY else severity,
        likelihood=None if isnan(likelihood) else likelihood,
        level=properties.get("level"),
        standing=properties.get("standing"),
        issued=properties.get("issued"),
        valid_from=from_day(valid_from),
        valid_to=from_day(valid_to),
        reply=properties.get("reply"),
        cites="",
        sources=(),
        specific=bool(s.seeds.specific[rows].any()) or statement in set(map(int, s.seeds.listed[:, 0])),
        conflicts=conflicts_of(s, statement),
    )


def statements_data(s: Snapshot, statements: Iterable[int]) -> tuple[StatementData, ...]:
    """Each statement once, by id."""
    return tuple(statement_data(s, statement) for statement in sorted(set(statements)))


def _kinds(s: Snapshot, vertex: int, type: str) -> tuple[str, ...]:
    if type == "Step":
        found = s.pairs("OUTPUTS").targets(vertex)
    elif type == "Contract":
        found = s.pairs("IN_CATEGORY").targets(vertex, *s.pairs("FOR_LOT").targets(vertex))
    elif type in ("Product", "Lot"):
        found = s.pairs("IN_CATEGORY").targets(vertex)
    else:
        return ()
    return tuple(sorted(name_key(s, kind) for kind in found))


def name_key(s: Snapshot, vertex: int) -> str:
    """The first key of a vertex, or its id where it has none."""
    return next(iter(s.keys(vertex)), s.id(vertex))


def where(s: Snapshot, vertex: int) -> tuple[str | None, str | None]:
    """(key of the nearest place, country): a step's own place before its site's; the first by id where several."""
    if s.is_type(vertex, "Place"):
        places = [vertex]
    elif s.is_type(vertex, "Step", "Site", "Organisation"):
        places = s.pairs("LOCATED_IN").targets(vertex)
        if not places and s.is_type(vertex, "Step"):
            places = s.pairs("LOCATED_IN").targets(*s.pairs("PERFORMS").sources(vertex))
    else:
        places = []
    if not places:
        return None, None
    return name_key(s, places[0]), country_of(s, places[0])


def country_of(s: Snapshot, place: int) -> str | None:
    """ISO 3166-1 alpha-2 of the country that a place is or lies in."""
    for broader in sorted(s.places.up(place)):
        for key in s.keys(broader):
            if key.startswith(COUNTRY):
                return key.removeprefix(COUNTRY)
    return None
