"""What an answer shows of vertices and edges, gathered for many at once from the columns of a snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from graph import budget
from graph.answer import Resolution
from graph.data import Conflict, LinkData, Node
from graph.snapshot.arrays import I32, I64
from graph.snapshot.topology import LINK_TYPES, NODE_CODE, NODE_TYPES, STATUSES
from graph.snapshot.view import Snapshot
from ontology.model import LINKS
from ontology.records import Status, link_id
from ontology.roles import LOCATED
from ontology.values import from_day

COUNTRY = "iso3166-1:"
NOWHERE = -1
AT_ONCE = 1_000
"""Vertices described between two looks at the budget."""


def described(s: Snapshot, vertices: Iterable[int]) -> list[Node]:
    """Each vertex as an answer names it, in the order given."""
    every = np.fromiter(vertices, np.int64)
    found: list[Node] = []
    for low in range(0, len(every), AT_ONCE):
        budget.check()
        found += _described(s, every[low : low + AT_ONCE])
    return found


def describe(s: Snapshot, vertex: int) -> Node:
    return described(s, (vertex,))[0]


def _described(s: Snapshot, at: I64) -> list[Node]:
    columns, types = s.topology.vertices, s.topology.vertices.type[at]
    where = places_of(s, at)
    step = types == NODE_CODE["Step"]
    generic = step & (s.statuses[at] == STATUSES.index(Status.GENERIC))
    several = s.topology.several[at].tolist()
    rows = zip(
        at.tolist(), columns.id.some(at), types.tolist(), s.names(at), s.texts("name_sv", at), columns.keys.some(at),
        s.texts("stage", at), where.tolist(), _kinds(s, at), s.texts("inputs_known", at), s.texts("clause_level", at),
        columns.ghost[at].tolist(), generic.tolist(), s.alone_denied[at].tolist(), several, strict=True,
    )  # fmt: skip
    known = {place: _place(s, place) for place in np.unique(where).tolist()}
    return [
        Node(
            id=id, type=NODE_TYPES[type], name=name, name_sv=name_sv, keys=_split(keys), stage=stage,
            place=known[place][0], country=known[place][1], kinds=kinds, inputs_known=inputs, clause_level=clause,
            ghost=ghost, generic=typical, denied=denied, conflicts=conflicts_of(s, vertex) if disputed else (),
        )
        for vertex, id, type, name, name_sv, keys, stage, place, kinds, inputs, clause, ghost, typical, denied, disputed
        in rows
    ]  # fmt: skip


def _split(keys: str) -> tuple[str, ...]:
    return tuple(keys.split("\n")[:-1])


def conflicts_of(s: Snapshot, vertex: int) -> tuple[Conflict, ...]:
    """What sources are in conflict about, by property."""
    return tuple(Conflict(property=d.property, values=d.values, records=d.records) for d in s.disputes(vertex))


# -- links --------------------------------------------------------------------------------------------------------
def described_links(s: Snapshot, edges: Sequence[int]) -> list[LinkData]:
    """Each edge as an answer names it, in the order given."""
    budget.check()
    at, e, ids = np.asarray(edges, np.int64), s.topology.edges, s.topology.vertices.id
    rows = zip(
        edges, e.order[at].tolist(), e.derived[at].tolist(), e.type[at].tolist(), ids.some(e.source[at]),
        ids.some(e.target[at]), e.status[at].tolist(), s.confidence[at].tolist(), e.valid_from[at].tolist(),
        e.valid_to[at].tolist(), e.denied[at].tolist(), strict=True,
    )  # fmt: skip
    days = {day: from_day(day) for day in {*np.unique(e.valid_from[at]).tolist(), *np.unique(e.valid_to[at]).tolist()}}
    return [
        LinkData(
            id=link_id(order, derived=derived), type=LINK_TYPES[type], source=source, target=target,
            resolution=_RESOLUTION[type][status], status=STATUSES[status].value, confidence=confidence,
            valid_from=days[start], valid_to=days[end], denied=denied,
            rests_on=tuple(sorted(e.facts(edge))) if derived else (),
        )
        for edge, order, derived, type, source, target, status, confidence, start, end, denied in rows
    ]  # fmt: skip


def describe_link(s: Snapshot, edge: int) -> LinkData:
    return described_links(s, (edge,))[0]


def resolution_of(type: str, status: Status) -> Resolution | None:
    """How exactly a link knows the goods: as its status says, none where its type names no goods."""
    if not LINKS[type].resolves:
        return None
    return Resolution.GENERIC if status is Status.GENERIC else Resolution.ITEM


_RESOLUTION = tuple(tuple(resolution_of(type, status) for status in STATUSES) for type in LINK_TYPES)


# -- where and of what kind ---------------------------------------------------------------------------------------
def places_of(s: Snapshot, at: I64) -> I32:
    """The nearest place of some vertices, -1 where none is known: a place itself, a step's own before its site's; the
    first by id where several. Shape as given."""
    found: I32 = s.memo.get(("places",), lambda: _places(s))[at]
    return found


def _places(s: Snapshot) -> I32:
    types = s.topology.vertices.type
    _, source, target = s.ends("LOCATED_IN")
    located = _least(s.n, source, target)
    _, site, step = s.ends("PERFORMS")
    found = np.where(np.isin(types, [NODE_CODE[name] for name in LOCATED]), located, NOWHERE)
    there = located[site] != NOWHERE
    by_site = _least(s.n, step[there], located[site[there]])
    lost = (types == NODE_CODE["Step"]) & (found == NOWHERE)
    found[lost] = by_site[lost]
    place = types == NODE_CODE["Place"]
    found[place] = np.flatnonzero(place)
    return found.astype(np.int32)


def _least(n: int, at: I32, value: I32) -> I32:
    """The least value given for each vertex, -1 where none is, shape (n,)."""
    found = np.full(n, NOWHERE, np.int32)
    order = np.lexsort((value, at))[::-1]
    found[at[order]] = value[order]  # of several for one vertex the last one stays: the least
    return found


def _place(s: Snapshot, place: int) -> tuple[str | None, str | None]:
    """(key, country) of a place."""
    return (None, None) if place == NOWHERE else (name_key(s, place), country_of(s, place))


def _kinds(s: Snapshot, at: I64) -> list[tuple[str, ...]]:
    """Keys of what steps output, and of what contracts, products and lots are categorised as, sorted."""
    types = s.topology.vertices.type[at]
    kinds: dict[int, set[int]] = defaultdict(set)

    def gather(link: str, *names: str) -> None:
        rows = at[np.isin(types, [NODE_CODE[name] for name in names])]
        for vertex, kind in zip(*(ends.tolist() for ends in s.pairs(link).of_each(rows)), strict=True):
            kinds[vertex].add(kind)

    gather("OUTPUTS", "Step")
    gather("IN_CATEGORY", "Contract", "Product", "Lot")
    lots = s.pairs("FOR_LOT").of_each(at[types == NODE_CODE["Contract"]])
    for contract, lot in zip(*(ends.tolist() for ends in lots), strict=True):
        kinds[contract].update(s.pairs("IN_CATEGORY").targets(lot))
    keys = {kind: name_key(s, kind) for kind in set().union(*kinds.values())}
    none: tuple[str, ...] = ()
    return [tuple(sorted(keys[k] for k in kinds[v])) if v in kinds else none for v in at.tolist()]


def where(s: Snapshot, vertex: int) -> tuple[str | None, str | None]:
    """(key, country) of the nearest place of a vertex."""
    return _place(s, int(places_of(s, np.array([vertex]))[0]))


def name_key(s: Snapshot, vertex: int) -> str:
    """The first key of a vertex, or its id where it has none."""
    return next(iter(s.keys(vertex)), s.id(vertex))


def country_of(s: Snapshot, place: int) -> str | None:
    """ISO 3166-1 alpha-2 of the country that a place is or lies in."""
    for broader in sorted(s.places.up(place)):
        for key in s.keys(broader):
            if key.startswith(COUNTRY):
                return key.removeprefix(COUNTRY)
    return None
