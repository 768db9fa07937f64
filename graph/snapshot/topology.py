"""The topology of a snapshot: every visible entity and link as arrays, of every validity, in canonical order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from graph.snapshot.arrays import F64, I8, I32, I64, Bool, Texts, content_hash, load, save, taken
from graph.snapshot.hot import Hot
from graph.snapshot.lookup import Lookup
from graph.snapshot.sayings import Saying, Sayings
from ontology import model
from ontology.records import Polarity, Status, canonical, content_order, link_id, link_order
from ontology.values import BEGINNING, END
from ontology.vocabulary import vocabulary

LAYOUT = 7
"""Number of the columns that ``save`` writes, and of what is derived at the freeze: another is frozen anew."""

NODE_TYPES = tuple(sorted(model.NODES))
LINK_TYPES = tuple(sorted(model.LINKS))
STATUSES = tuple(Status)
NODE_CODE = {name: code for code, name in enumerate(NODE_TYPES)}
LINK_CODE = {name: code for code, name in enumerate(LINK_TYPES)}
FLOWING = np.array([model.LINKS[name].flows for name in LINK_TYPES])
GOODS = np.array([model.LINKS[name].walk is model.Walk.GOODS for name in LINK_TYPES])

ALL_KNOWN = "all"
"""The term of ``inputs-known`` that says so."""


def is_first_stage(stage: str) -> bool:
    """Whether knowledge may rightly end at a stage: extraction, cultivation."""
    return vocabulary("chain-stages")[stage].extra.get("end") == "yes"


@dataclass(frozen=True, slots=True)
class GraphNode:
    """An entity as the snapshot takes it. ``properties`` are JSON-ready; conflicting ones are settled by the caller."""

    id: str
    type: str
    name: str = ""
    keys: tuple[str, ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict)
    ghost: bool = False
    status: Status = Status.DECLARED
    confidence: float | None = None
    valid_from: int = BEGINNING
    valid_to: int = END


@dataclass(frozen=True, slots=True)
class GraphLink:
    """A link as the snapshot takes it when there is no store. Days are since 1970-01-01; ``id`` is made if empty."""

    type: str
    source: str
    target: str
    confidence: float | None = None
    status: Status = Status.DECLARED
    polarity: Polarity = Polarity.ASSERTED
    valid_from: int = BEGINNING
    valid_to: int = END
    id: str = ""
    rests_on: tuple[str, ...] = ()
    """For a derived link: the ids of the links that it rests on."""
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> int:
        if self.id:
            return link_order(self.id)
        parts = (self.type, self.source, self.target, str(self.valid_from), str(self.valid_to), *self.rests_on)
        return content_order(*parts)


class VertexRow(NamedTuple):
    """A row of ``Vertices``; ``status`` is the place in ``Status``, ``confidence`` NaN where none was stated."""

    id: str
    type: str
    name: str
    keys: str
    properties: str
    ghost: bool
    status: int
    confidence: float
    valid_from: int
    valid_to: int


@dataclass(frozen=True, slots=True, eq=False)
class Vertices:
    """Entities in the order of their ids. ``properties`` are JSON texts, each of ``keys`` ends in a line feed."""

    id: Texts
    type: I8
    name: Texts
    keys: Texts
    properties: Texts
    ghost: Bool
    status: I8
    confidence: F64
    valid_from: I32
    valid_to: I32

    @staticmethod
    def of(nodes: Iterable[GraphNode]) -> Vertices:
        return Vertices.from_rows(sorted((row_of(node) for node in nodes), key=lambda row: row.id.encode()))

    @staticmethod
    def from_rows(rows: Sequence[VertexRow]) -> Vertices:
        """The vertices of rows in the order of their ids."""
        names = VertexRow._fields
        column = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
        codes = [NODE_CODE[name] for name in column["type"]]
        return Vertices(
            id=Texts.of(column["id"]),
            type=np.array(codes, np.int8),
            name=Texts.of(column["name"]),
            keys=Texts.of(column["keys"]),
            properties=Texts.of(column["properties"]),
            ghost=np.array(column["ghost"], np.bool_),
            status=np.array(column["status"], np.int8),
            confidence=np.array(column["confidence"], np.float64),
            valid_from=np.array(column["valid_from"], np.int32),
            valid_to=np.array(column["valid_to"], np.int32),
        )


def joined_keys(keys: Iterable[str]) -> str:
    """Keys as ``Vertices`` holds them: each ends in a line feed."""
    return "".join(f"{key}\n" for key in keys)


def row_of(node: GraphNode) -> VertexRow:
    confidence = float("nan") if node.confidence is None else node.confidence
    return VertexRow(
        node.id,
        node.type,
        node.name,
        joined_keys(node.keys),
        canonical(node.properties),
        node.ghost,
        STATUSES.index(node.status),
        confidence,
        node.valid_from,
        node.valid_to,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Links in the order (source, target, type, order). ``derived`` marks links made at the freeze; ``row`` is the
    store's row (-1: none), ``mark`` what ``mark_of`` says of its properties, ``fact_start``/``fact``
    the link orders that a derived link rests on. ``confidence`` is NaN where none was stated."""

    source: I32
    target: I32
    type: I8
    mark: I8
    status: I8
    denied: Bool
    derived: Bool
    confidence: F64
    valid_from: I32
    valid_to: I32
    order: I64
    row: I64
    fact_start: I64
    fact: I64

    def __len__(self) -> int:
        return len(self.source)

    def id(self, edge: int) -> str:
        return link_id(int(self.order[edge]), derived=bool(self.derived[edge]))

    def facts(self, edge: int) -> tuple[str, ...]:
        """Ids of the links that a derived link rests on."""
        return tuple(link_id(int(o)) for o in self.fact[self.fact_start[edge] : self.fact_start[edge + 1]])


CONTROLLING = 0.5
"""The share from which sanctions of an owner pass on."""
RELATIONS = ("exact", "broader", "narrower")


def mark_of(type: str, properties: Mapping[str, Any]) -> int:
    """What a snapshot keeps of a link's properties: the relation of a match, and whether an owner controls."""
    if type == "MATCHES":
        return RELATIONS.index(properties["relation"])
    if model.LINKS[type].by_control:
        most = max(float(properties.get(name) or 0) for name in ("share", "share_max"))
        return int(bool(properties.get("control")) or most >= CONTROLLING)
    return 0


def _edge_columns(n: int) -> dict[str, Any]:
    """Empty columns but for the ends and types, which the caller fills."""
    return {
        "status": np.zeros(n, np.int8),
        "denied": np.zeros(n, np.bool_),
        "derived": np.zeros(n, np.bool_),
        "confidence": np.full(n, np.nan),
        "valid_from": np.full(n, BEGINNING, np.int32),
        "valid_to": np.full(n, END, np.int32),
        "row": np.full(n, -1, np.int64),
    }


def edges_of(vertices: Vertices, links: Sequence[GraphLink], *, derived: bool = False) -> Edges:
    """Edges from plain links whose ends are ids of ``vertices``."""
    place = {id: number for number, id in enumerate(vertices.id)}
    n = len(links)
    columns = _edge_columns(n)
    columns["status"] = np.array([STATUSES.index(link.status) for link in links], np.int8)
    columns["denied"] = np.array([link.polarity is Polarity.DENIED for link in links], np.bool_)
    columns["derived"] = np.full(n, derived)
    columns["confidence"] = np.array([np.nan if k.confidence is None else k.confidence for k in links], np.float64)
    columns["valid_from"] = np.array([link.valid_from for link in links], np.int32)
    columns["valid_to"] = np.array([link.valid_to for link in links], np.int32)
    facts = [[link_order(fact) for fact in link.rests_on] for link in links]
    start = np.zeros(n + 1, np.int64)
    np.cumsum([len(f) for f in facts], out=start[1:])
    return canonical_edges(
        Edges(
            source=np.array([place[link.source] for link in links], np.int32),
            target=np.array([place[link.target] for link in links], np.int32),
            type=np.array([LINK_CODE[link.type] for link in links], np.int8),
            mark=np.array([mark_of(link.type, link.properties) for link in links], np.int8),
            order=np.array([link.order for link in links], np.int64),
            fact_start=start,
            fact=np.array([order for f in facts for order in f], np.int64),
            **columns,
        )
    )


def canonical_edges(edges: Edges) -> Edges:
    """The edges in the order (source, target, type, order)."""
    n = int(max(edges.source.max(initial=0), edges.target.max(initial=0))) + 1
    ends = edges.source.astype(np.int64) * n + edges.target
    permutation = _order(ends, n * n)
    sorted_ends = ends[permutation]
    tied = np.flatnonzero(sorted_ends[1:] == sorted_ends[:-1])
    if tied.size:
        touched = np.unique(np.concatenate((tied, tied + 1)))
        rows = permutation[touched]
        # Two versions of one link may be seen at once: what they say tells which comes first, wherever they are stored.
        said = (edges.valid_to, edges.valid_from, edges.confidence, edges.denied, edges.status, edges.mark)
        keys = (*(column[rows] for column in (edges.row, *said, edges.order, edges.type)), ends[rows])
        permutation[touched] = rows[np.lexsort(keys)]
    return take(edges, permutation)


def _order(keys: I64, limit: int) -> I64:
    """The positions of keys in [0, limit) in the order of the keys, equal ones as they stand."""
    bits = len(keys).bit_length()
    if limit << bits < 2**63:  # keys with their positions below them: values are sorted much faster than positions
        return np.sort((keys << bits) | np.arange(len(keys))) & ((1 << bits) - 1)
    return np.argsort(keys, kind="stable")


def take(edges: Edges, rows: I64) -> Edges:
    """The edges at some positions, in that order."""
    start = np.zeros(len(rows) + 1, np.int64)
    fact = edges.fact
    if fact.size:
        counts = edges.fact_start[rows + 1] - edges.fact_start[rows]
        np.cumsum(counts, out=start[1:])
        shift = np.repeat(edges.fact_start[rows] - start[:-1], counts)
        fact = fact[np.arange(start[-1]) + shift]
    plain = {f.name: getattr(edges, f.name) for f in fields(Edges) if f.name not in ("fact_start", "fact")}
    return Edges(**taken(plain, rows), fact_start=start, fact=fact)


def joined(one: Edges, other: Edges) -> Edges:
    """Both sets of edges, in canonical order."""
    plain = [f.name for f in fields(Edges) if f.name not in ("fact_start", "fact")]
    columns = {name: np.concatenate((getattr(one, name), getattr(other, name))) for name in plain}
    start = np.concatenate((one.fact_start, other.fact_start[1:] + len(one.fact)))
    return canonical_edges(Edges(**columns, fact_start=start, fact=np.concatenate((one.fact, other.fact))))


@dataclass(frozen=True, eq=False)
class Topology:
    """Vertices and edges, stored and derived. Its hash covers content, never rows or publications.

    ``saved`` is ``lookup``, and ``columns`` is ``hot``, where they were worked out before.
    """

    vertices: Vertices
    edges: Edges
    sayings: Sayings = field(default_factory=lambda: Sayings.of({}))
    saved: Lookup | None = None
    columns: Hot | None = None

    @property
    def n(self) -> int:
        return len(self.vertices.id)

    @cached_property
    def spoken(self) -> frozenset[int]:
        """The vertices of which more than one record speaks, or one that denies."""
        return frozenset(np.unique(self.sayings.vertex).tolist())

    def said_of(self, vertex: int) -> tuple[Saying, ...]:
        """What is said of a vertex on any day, where several records speak, or one that denies."""
        if vertex not in self.spoken:
            return ()
        if vertex not in self._said:
            self._said[vertex] = self.sayings.about(vertex)
        return self._said[vertex]

    @cached_property
    def _said(self) -> dict[int, tuple[Saying, ...]]:
        return {}

    @cached_property
    def hash(self) -> str:
        v, e = self.vertices, self.edges
        texts = tuple(part for text in (v.id, v.name, v.keys, v.properties) for part in (text.blob, text.start))
        named = (*texts, v.type, v.ghost, v.status, v.confidence, v.valid_from, v.valid_to)
        arrays = (
            e.source,
            e.target,
            e.type,
            e.order,
            e.mark,
            e.status,
            e.denied,
            e.derived,
            e.confidence,
            e.valid_from,
            e.valid_to,
            e.fact_start,
            e.fact,
        )
        return content_hash(("kedja-topology", model.VERSION), (*named, *arrays, *self.sayings.columns()))

    @cached_property
    def lookup(self) -> Lookup:
        return self.saved or Lookup.of(self.edges.order, self.edges.derived, self.vertices.keys)

    @cached_property
    def hot(self) -> Hot:
        return self.columns or Hot.of(self.vertices.properties)

    @cached_property
    def several(self) -> Bool:
        """Which vertices are ``spoken``, shape (n,)."""
        found = np.zeros(self.n, np.bool_)
        found[self.sayings.vertex] = True
        return found

    @property
    def by_id(self) -> I32:
        """Edges in the order of their ids, derived ones first, shape (edges,)."""
        return self.lookup.by_id

    @cached_property
    def rank(self) -> I32:
        """The place of each edge in ``by_id``, shape (edges,)."""
        rank = np.empty(len(self.edges), np.int32)
        rank[self.by_id] = np.arange(len(self.edges), dtype=np.int32)
        return rank

    def save(self, folder: Path) -> None:
        columns: dict[str, Any] = {}
        parts = ("v", self.vertices), ("e", self.edges), ("s", self.sayings), ("l", self.lookup), ("h", self.hot)
        for part, holder in parts:
            for f in fields(holder):
                value = getattr(holder, f.name)
                if isinstance(value, Texts):
                    columns[f"{part}-{f.name}-blob"] = value.blob
                    columns[f"{part}-{f.name}-start"] = value.start
                else:
                    columns[f"{part}-{f.name}"] = value
        save(folder, columns)

    @staticmethod
    def open(folder: Path) -> Topology:
        columns = load(folder)

        def column(name: str) -> Any:
            found = columns.get(name)
            return Texts(columns[f"{name}-blob"], columns[f"{name}-start"]) if found is None else found

        def part(letter: str, holder: Any) -> dict[str, Any]:
            return {f.name: column(f"{letter}-{f.name}") for f in fields(holder)}

        return Topology(
            Vertices(**part("v", Vertices)),
            Edges(**part("e", Edges)),
            Sayings(**part("s", Sayings)),
            Lookup(**part("l", Lookup)),
            Hot(**part("h", Hot)),
        )
