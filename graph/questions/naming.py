"""How an answer names vertices and edges of a snapshot: once each, with what a reader needs to recognise them."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan
from typing import Any, TypeVar

import numpy as np

from graph.answer import Cut, Resolution
from graph.data import LinkData, Node, Path, StatementData
from graph.kernels.worst import Path as Walked
from graph.network import Network
from graph.questions.describing import conflicts_of, described, described_links
from graph.snapshot.seeds import UNKNOWN_SEVERITY, level_of
from graph.snapshot.view import Snapshot
from ontology.values import from_day

NAMED = 500
"""Links of a path that are named."""

LISTED = 1_000
"""Entries of a list of an answer, unless it says another number."""

T = TypeVar("T")


class Naming:
    """Notes what an answer names, as numbers, and describes it at the end, all at once and each thing once: ``nodes()``
    and ``links()``, sorted by id."""

    def __init__(self, snapshot: Snapshot, most: int | None = None) -> None:
        """``most``: entries of any list of the answer, but for the one that it is about; None: as each list says."""
        self.s = snapshot
        self.most = most
        self._noted: set[int] = set()
        self._nodes: dict[int, Node] = {}
        self._edges: set[int] = set()
        self._links: dict[int, LinkData] = {}
        self._cuts: dict[str, tuple[int, int]] = {}

    def first(self, name: str, items: Iterable[T], most: int = LISTED) -> list[T]:
        """The first of the items that a list of the answer has room for; what is left out is counted."""
        found, most = list(items), most if self.most is None else min(most, self.most)
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
        self._noted.add(vertex)
        return self.s.id(vertex)

    def ids(self, vertices: Iterable[int]) -> tuple[str, ...]:
        """Ids of vertices, by name; those of one name by id. The vertices become named."""
        return tuple(self.id(vertex) for vertex in by_name(self.s, vertices))

    def named(self, id: str) -> None:
        """Let what has an id be named."""
        if (vertex := self.s.vertex(id)) is not None:
            self._noted.add(vertex)

    def link_ids(self, edges: Iterable[int]) -> tuple[str, ...]:
        """Ids of edges in the order given; the edges and their ends become named."""
        found, e = list(edges), self.s.topology.edges
        self._edges.update(found)
        self._noted.update(e.source[found].tolist(), e.target[found].tolist())
        return tuple(map(e.id, found))

    def nodes(self) -> tuple[Node, ...]:
        return self.described(sorted(self._noted))  # vertices stand in the order of their ids

    def links(self) -> tuple[LinkData, ...]:
        return self.described_links(self.s.by_link_id(self._edges))

    def node(self, vertex: int) -> Node:
        return self.described((vertex,))[0]

    def described(self, vertices: Iterable[int]) -> tuple[Node, ...]:
        """Vertices in the order given; they become named."""
        every = list(vertices)
        self._noted.update(every)
        fresh = [vertex for vertex in dict.fromkeys(every) if vertex not in self._nodes]
        self._nodes.update(zip(fresh, described(self.s, fresh), strict=True))
        return tuple(self._nodes[vertex] for vertex in every)

    def described_links(self, edges: Iterable[int]) -> tuple[LinkData, ...]:
        """Edges in the order given; they and their ends become named."""
        every = list(edges)
        self.link_ids(every)
        fresh = [edge for edge in dict.fromkeys(every) if edge not in self._links]
        self._links.update(zip(fresh, described_links(self.s, fresh), strict=True))
        return tuple(self._links[edge] for edge in every)

    def link(self, edge: int) -> LinkData:
        return self.described_links((edge,))[0]


def by_name(s: Snapshot, vertices: Iterable[int]) -> list[int]:
    """Vertices in the order of their names, those of one name by id."""
    found = list(vertices)
    if len(found) < 2:
        return found
    return [vertex for _, vertex in sorted(zip(s.names(np.array(found, np.int64)), found, strict=True))]


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
