"""A snapshot: a topology at one valid_at (or during a period) under one method, with its seeds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np

from graph.network import Network
from graph.snapshot.arrays import F64, I8, I32, I64, Bool, content_hash
from graph.snapshot.kinds import Order, order_of_kinds, order_of_places
from graph.snapshot.memo import Memo
from graph.snapshot.pairs import Pairs
from graph.snapshot.periods import ALWAYS, NEVER
from graph.snapshot.sayings import Dispute, Saying, disputes, live, merged, speaking, standing_of
from graph.snapshot.scopes import Scopes
from graph.snapshot.seeds import Seeds, make_seeds
from graph.snapshot.topology import (
    ALL_KNOWN,
    FLOWING,
    GOODS,
    LINK_CODE,
    LINK_TYPES,
    NODE_CODE,
    NODE_TYPES,
    STATUSES,
    GraphLink,
    GraphNode,
    Topology,
    Vertices,
    edges_of,
    is_first_stage,
)
from ontology import model
from ontology.method import Method
from ontology.method import method as read_method
from ontology.records import Status
from ontology.values import to_day

WEAK_OWNERSHIP = len(LINK_TYPES)
"""Network link type of an OWNS link without control, along which nothing passes."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When the question is about: the day ``valid_at``, or every day of [``start``, ``end``) where that is given."""

    valid_at: date | None
    during: tuple[date, date] | None = None

    @property
    def days(self) -> tuple[int, int]:
        """[from, to) in days since 1970-01-01."""
        if self.during:
            return to_day(self.during[0], 0), to_day(self.during[1], 0)
        day = to_day(self.valid_at, 0)
        return day, day + 1


@dataclass(frozen=True, slots=True)
class Known:
    """What the reader knew: the publication, its time and the clearance. Never hashed."""

    publication: int
    at: datetime
    clearance: str
    told: int | None = None
    """The number by which the clearance knows the publication, where that is another."""

    @property
    def number(self) -> int:
        """The publication as the clearance is told of it."""
        return self.publication if self.told is None else self.told


class Snapshot:
    """What questions are asked of. Immutable; everything heavy is computed once, when first needed."""

    def __init__(self, topology: Topology, moment: Moment, method: Method, known: Known) -> None:
        self.topology = topology
        self.moment = moment
        self.method = method
        self.known = known

    @staticmethod
    def made(
        nodes: Iterable[GraphNode],
        links: Iterable[GraphLink],
        *,
        valid_at: date,
        derived: Iterable[GraphLink] = (),
        method: Method | None = None,
        known_at: datetime | None = None,
    ) -> Snapshot:
        """A snapshot straight from nodes and links, without a store. Generic links are derived as from a store."""
        from datetime import UTC

        from graph.snapshot.generic import with_generic_links

        vertices = Vertices.of(nodes)
        topology = with_generic_links(Topology(vertices, edges_of(vertices, [*links, *derived])))
        known = Known(0, known_at or datetime(1970, 1, 1, tzinfo=UTC), "public")
        return Snapshot(topology, Moment(valid_at), method or read_method(), known)

    # -- identity ---------------------------------------------------------------------------------------------
    @property
    def n(self) -> int:
        return self.topology.n

    @cached_property
    def hash(self) -> str:
        """``topology/weights``, two SHA-256 of content."""
        days = ",".join(map(str, self.moment.days))
        head = ("kedja-weights", self.topology.hash, self.method.name, self.method.version, days)
        weights = content_hash(head, (self.confidence, self.live, *self.seeds.columns()))
        return f"{self.topology.hash}/{weights}"

    # -- vertices ---------------------------------------------------------------------------------------------
    def vertex(self, id: str) -> int | None:
        return self.topology.vertices.id.find(id)

    def id(self, vertex: int) -> str:
        return self.topology.vertices.id[vertex]

    def keyed(self, key: str) -> int | None:
        """The vertex with a ``scheme:value`` key; the first in order where several entities share one."""
        return self.topology.lookup.vertex(key)

    def name(self, vertex: int) -> str:
        return str(self._merged(vertex)["name"]) if self.several(vertex) else self.topology.vertices.name[vertex]

    def names(self, vertices: I64) -> list[str]:
        """The names of some vertices, in the order given."""
        found = self.topology.vertices.name.some(vertices)
        for place in np.flatnonzero(self.topology.several[vertices]).tolist():
            found[place] = self.name(int(vertices[place]))
        return found

    def texts(self, name: str, vertices: I64) -> list[str | None]:
        """What some vertices have of a property that is a column (``hot.HOT``), in the order given."""
        value, code = self.topology.hot.texts, self.topology.hot.column(name)[vertices]
        found: list[str | None] = [value[c] for c in code.tolist()]
        for place in np.flatnonzero(self.topology.several[vertices]).tolist():
            found[place] = self.properties(int(vertices[place])).get(name)
        return found

    def keys(self, vertex: int) -> tuple[str, ...]:
        return tuple(k for k in self.topology.vertices.keys[vertex].split("\n") if k)

    def type(self, vertex: int) -> str:
        return NODE_TYPES[int(self.topology.vertices.type[vertex])]

    def is_type(self, vertex: int, *names: str) -> bool:
        return self.type(vertex) in names

    def among(self, vertices: I32 | I64, name: str) -> list[int]:
        """Those of some vertices that are of a node type, sorted."""
        rows = vertices[self.topology.vertices.type[vertices] == NODE_CODE[name]]
        found: list[int] = np.unique(rows).tolist()
        return found

    def of_type(self, name: str) -> I64:
        """Vertices of a node type that are valid at the moment."""
        return np.flatnonzero((self.topology.vertices.type == NODE_CODE[name]) & self.alive)

    def properties(self, vertex: int) -> dict[str, Any]:
        """What holds at the moment; where several records speak, as ``ontology/settling.py`` says."""
        if self.several(vertex):
            return dict(self._merged(vertex))
        found: dict[str, Any] = json.loads(self.topology.vertices.properties[vertex])
        return found

    def values(self, vertex: int) -> list[Mapping[str, Any]]:
        """The properties that each record gives at the moment; one where a single record speaks."""
        if self.several(vertex):
            return [one.properties for one in self._speaking(vertex)]
        return [self.properties(vertex)]

    def several(self, vertex: int) -> bool:
        """Whether more than one record speaks of a vertex, or one that denies it."""
        return vertex in self.topology.spoken

    def _speaking(self, vertex: int) -> list[Saying]:
        return speaking(self.topology.said_of(vertex), *self.moment.days)

    @cached_property
    def _settled(self) -> dict[int, dict[str, Any]]:
        return {}

    def _merged(self, vertex: int) -> dict[str, Any]:
        settled = self._settled
        if vertex not in settled:
            settled[vertex] = merged(self.type(vertex), self._speaking(vertex))
        return settled[vertex]

    def only_denied(self, vertex: int) -> bool:
        """Whether some source denies that a thing is at the moment, and none asserts it: shown beside, not counted."""
        return bool(self.alone_denied[vertex])

    def disputes(self, vertex: int) -> tuple[Dispute, ...]:
        """What sources are in conflict about at the moment."""
        if not self.several(vertex):
            return ()
        return disputes(self.type(vertex), live(self.topology.said_of(vertex), *self.moment.days))

    def validity(self, vertex: int) -> tuple[int, int]:
        """[from, to) of what is said of a vertex at the moment, in days since 1970-01-01."""
        v = self.topology.vertices
        heard = self._speaking(vertex) if self.several(vertex) else ()
        starts, ends = [one.valid_from for one in heard], [one.valid_to for one in heard]
        return min(starts, default=int(v.valid_from[vertex])), max(ends, default=int(v.valid_to[vertex]))

    def status(self, vertex: int) -> Status:
        return STATUSES[int(self.statuses[vertex])]

    @cached_property
    def memo(self) -> Memo:
        """Where questions keep what they have worked out for all vertices."""
        return Memo()

    def forget(self) -> None:
        """Let go of what was worked out, which also refers to the snapshot: Python then frees it without a search for
        cycles. Who still reads works it out again."""
        for name, declared in vars(type(self)).items():
            if isinstance(declared, cached_property):
                vars(self).pop(name, None)

    @cached_property
    def demonstration(self) -> bool:
        """Whether any entity carries an identifier of the demonstration data."""
        return b"\ndemo:" in b"\n" + self.topology.vertices.keys.blob.tobytes()

    def statement_confidence(self, vertex: int) -> float:
        """c_i of an assessment or finding, the method's default by status where none was stated."""
        stated = float(self.topology.vertices.confidence[vertex])
        if self.several(vertex):
            stated = standing_of(self._speaking(vertex))[1]
        return self.method.confidence[self.status(vertex)] if np.isnan(stated) else stated

    def is_open(self, vertex: int) -> bool:
        """Whether something may lie upstream of a step or contract that nobody has told: docs/method.md."""
        return bool(self.opens[vertex])

    @cached_property
    def opens(self) -> Bool:
        """``is_open`` of each vertex, shape (n,)."""
        hot = self.topology.hot
        stages = hot.column("stage")
        first = np.isin(stages, [c for c in np.unique(stages).tolist() if c >= 0 and is_first_stage(hot.value[c])])
        found: Bool = ~(first | (self.has_input & (hot.column("inputs_known") == hot.of_value(ALL_KNOWN))))
        for vertex in self.topology.spoken:
            if "inputs_known" in model.NODES[self.type(vertex)].properties:
                found[vertex] = not (self._is_first(vertex) or self._knows_all_inputs(vertex))
        return found

    def _is_first(self, vertex: int) -> bool:
        """Whether everyone who says at which stage a step stands says one that has nothing upstream."""
        stages = {str(said["stage"]) for said in self.values(vertex) if said.get("stage")}
        return bool(stages) and all(is_first_stage(stage) for stage in stages)

    def _knows_all_inputs(self, vertex: int) -> bool:
        """Whether all inputs are said to be known, and one of them stands."""
        return bool(self.has_input[vertex]) and self.properties(vertex).get("inputs_known") == ALL_KNOWN

    # -- at the moment ----------------------------------------------------------------------------------------
    @cached_property
    def _said_now(self) -> Bool:
        """Sayings of the moment, shape (sayings,)."""
        start, end = self.moment.days
        said = self.topology.sayings
        found: Bool = (said.valid_from < end) & (said.valid_to > start)
        return found

    @cached_property
    def alive(self) -> Bool:
        """Vertices that are valid at the moment, shape (n,): not in a gap, nor where a record only denies them."""
        start, end = self.moment.days
        v, said = self.topology.vertices, self.topology.sayings
        found: Bool = (v.valid_from < end) & (v.valid_to > start)
        found[said.vertex] = False
        found[said.vertex[self._said_now & ~said.denied]] = True
        return found

    @cached_property
    def alone_denied(self) -> Bool:
        """Vertices that are denied at the moment and not asserted, shape (n,)."""
        said = self.topology.sayings
        found = np.zeros(self.n, np.bool_)
        found[said.vertex[self._said_now & said.denied]] = True
        return found & ~self.alive

    @cached_property
    def statuses(self) -> I8:
        """The place in ``Status`` of each vertex at the moment, shape (n,): the best that a record has."""
        said, known = self.topology.sayings, self.topology.vertices.status
        rows = np.flatnonzero(self._said_now & ~said.denied)
        found = np.array(known)
        found[said.vertex[rows]] = -1
        np.maximum.at(found, said.vertex[rows], said.status[rows])
        return found

    @cached_property
    def has_input(self) -> Bool:
        """Vertices with a live input that a source tells of, shape (n,)."""
        e = self.topology.edges
        found = np.zeros(self.n, np.bool_)
        found[e.target[self.live & ~e.denied & ~e.derived & GOODS[e.type]]] = True
        return found

    @cached_property
    def current(self) -> Bool:
        """Edges that are said to hold at the moment, denied ones included, shape (edges,)."""
        start, end = self.moment.days
        e = self.topology.edges
        return (e.valid_from < end) & (e.valid_to > start)

    @cached_property
    def live(self) -> Bool:
        """Edges that hold at the moment and join valid vertices, denied ones included, shape (edges,)."""
        e = self.topology.edges
        return self.current & self.alive[e.source] & self.alive[e.target]

    @cached_property
    def confidence(self) -> F64:
        """c_e of every edge, the method's default by status where none was stated, shape (edges,)."""
        e = self.topology.edges
        defaults = np.array([self.method.confidence[status] for status in STATUSES])
        return np.where(np.isnan(e.confidence), defaults[e.status], e.confidence)

    @cached_property
    def network(self) -> Network:
        """The flowing, live, asserted links, item and generic; ``link`` is their place in the order of link ids."""
        e = self.topology.edges
        keep = np.flatnonzero(self.live & ~e.denied & FLOWING[e.type])
        kind = e.type[keep].astype(np.uint8)
        kind[(kind == LINK_CODE["OWNS"]) & (e.mark[keep] == 0)] = WEAK_OWNERSHIP
        rank = self.topology.rank[keep]
        return Network.build(self.n, e.source[keep], e.target[keep], kind, self.confidence[keep], rank)

    @cached_property
    def item_network(self) -> Network:
        """The network without generic links; the network itself where there are none."""
        generic = self.is_generic(self.topology.by_id[self.network.link])
        return self.network.only(~generic) if generic.any() else self.network

    def edges_of(self, network: Network, rows: Sequence[int] | I32) -> list[int]:
        """The edges of the topology that links of a network (by position in it) are, in the order given."""
        found: list[int] = self.topology.by_id[network.link[np.asarray(rows, np.int64)]].tolist()
        return found

    def by_link_id(self, edges: Iterable[int]) -> list[int]:
        """Edges in the order of their ids."""
        found = np.fromiter(edges, np.int64)
        ordered: list[int] = found[np.argsort(self.topology.rank[found], kind="stable")].tolist()
        return ordered

    def is_generic(self, edges: Any) -> Any:
        """Whether edges have status generic (stored or derived); shape as given."""
        return self.topology.edges.status[edges] == STATUSES.index(Status.GENERIC)

    @cached_property
    def _ends(self) -> dict[str, tuple[I64, I32, I32]]:
        return {}

    def ends(self, name: str) -> tuple[I64, I32, I32]:
        """(edges of the topology, sources, targets) of the live, asserted links of a type, shape (links,) each."""
        ends = self._ends
        if name not in ends:
            e = self.topology.edges
            edge = np.flatnonzero(self.live & ~e.denied & (e.type == LINK_CODE[name]))
            ends[name] = edge, e.source[edge], e.target[edge]
        return ends[name]

    @cached_property
    def _pairs(self) -> dict[str, Pairs]:
        return {}

    def pairs(self, name: str) -> Pairs:
        """The live, asserted links of a type."""
        pairs = self._pairs
        if name not in pairs:
            pairs[name] = Pairs.build(self.n, *self.ends(name))
        return pairs[name]

    def denied(self) -> I64:
        """Live edges that somebody denies ("not in our chain"): shown beside, removing nothing."""
        e, shown = self.topology.edges, self.alive | self.alone_denied
        return np.flatnonzero(self.current & e.denied & shown[e.source] & shown[e.target])

    @cached_property
    def kinds(self) -> Order:
        """The order of kinds of goods at the moment."""
        return order_of_kinds(self.topology, lambda edge: ALWAYS if self.live[edge] else NEVER)

    @cached_property
    def places(self) -> Order:
        """Which place lies in which at the moment."""
        return order_of_places(self.topology, self.live)

    @cached_property
    def scopes(self) -> Scopes:
        return Scopes(self)

    @cached_property
    def seeds(self) -> Seeds:
        return make_seeds(self)


def passes(risk_type_family: model.Family, labour: bool) -> F64:
    """t_k by network link type, shape (32,): 1 where the family passes, else 0."""
    table = np.zeros(32)
    for code, name in enumerate(LINK_TYPES):
        declared = model.LINKS[name]
        table[code] = risk_type_family in declared.passes and (labour or not declared.only_labour)
    return table
