"""From what a question names to what it is about: the contracts of a group, and the steps where a walk begins.

Buyer, supplier, product, category, area and place are views: groups of steps and contracts (docs/method.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from graph.asked import OtherDays
from graph.kernels.reach import reach
from graph.questions.nearest import Found, at_any_time, nearest
from graph.questions.question import ALL
from graph.questions.walks import GOODS, TIERS
from graph.snapshot.arrays import I64
from graph.snapshot.kinds import KIND_TYPES, Fit
from graph.snapshot.topology import LINK_CODE
from graph.snapshot.view import Snapshot
from ontology.errors import InputError
from ontology.roles import CHAIN, FOUND_LAST, KINDS, TELLING_OF_CHAIN

AREA = "cooperation-area"
ANY = np.ones(32, np.bool_)


@dataclass(frozen=True, slots=True)
class Group:
    """``view`` as in ``ExposureData``; ``contracts`` are sorted vertices."""

    view: str
    contracts: I64


def find(s: Snapshot, text: str) -> int | None:
    """The vertex with an id or a key (``scheme:value``); None where the graph has none."""
    vertex = s.vertex(text)
    return s.keyed(text) if vertex is None else vertex


def own_part(s: Snapshot, vertex: int) -> list[int] | None:
    """The contracts or steps that a vertex itself is or stands for, its steps before its contracts; None of what has no
    place in a chain."""
    steps: list[int] = []
    match s.type(vertex):
        case type if type in FOUND_LAST:
            return None
        case "Contract" | "Lot" | "Procurement" | "Category":
            pass
        case _:
            steps = steps_of(s, vertex)
    return steps or [int(contract) for contract in group_of(s, vertex).contracts]


def group_of(s: Snapshot, vertex: int | None) -> Group:
    """The contracts that a question about a vertex is about (None: all of them)."""
    if vertex is None:
        return Group(ALL, s.of_type("Contract"))
    view, found = _group(s, vertex)
    contracts = np.array(sorted(set(found)), np.int64)
    return Group(view, contracts)


def other_days(s: Snapshot, vertex: int | None) -> OtherDays:
    """The nearest days on which a group that has no contract at the moment has one."""
    return days_on_which(
        s, [] if vertex is None else [vertex], lambda there: group_of(there, vertex).contracts.tolist()
    )


def days_on_which(s: Snapshot, asked: Collection[int], found: Found) -> OtherDays:
    """The nearest days on which something is found of what is asked about, and of which nothing is at the moment."""
    whole = at_any_time(s)
    ever = set(found(whole))
    if not ever:
        return OtherDays(until=None, since=None)
    upstream = reach(whole.network, np.array(sorted(ever), np.int32), upstream=True, kinds=ANY, tier_kinds=TIERS)
    around = upstream.vertex.tolist()
    near = np.zeros(s.n, np.bool_)
    near[[*asked, *around]] = True
    for name in TELLING_OF_CHAIN:
        near[whole.pairs(name).targets(*around)] = True
    days = nearest(s, found, ever, near).values()
    return OtherDays(
        until=max((day.until for day in days if day.until), default=None),
        since=min((day.since for day in days if day.since), default=None),
    )


def _group(s: Snapshot, vertex: int) -> tuple[str, Iterable[int]]:
    match s.type(vertex):
        case "Contract":
            return "contract", [vertex] if s.alive[vertex] else []
        case "Lot" | "Procurement" as type:
            return type.lower(), contracts_of_lots(s, vertex)
        case "Organisation":
            return _organisation(s, vertex)
        case "Category":
            return "category", contracts_in(s, vertex) or downstream_contracts(s, steps_of(s, vertex))
        case "Product" | "Material" | "Site" | "Place" | "Step" as type:
            return type.lower(), downstream_contracts(s, steps_of(s, vertex))
        case other:
            raise InputError(
                f"A {other} is not a group of contracts.",
                remedy="Ask about a contract, organisation, category, product, site, place or step.",
            )


def members(s: Snapshot, organisation: int) -> list[int]:
    """An organisation and those that are part of it: a region's units, an area's regions."""
    found = {organisation}
    queue = [organisation]
    for here in queue:
        for part in s.pairs("PART_OF").sources(here):
            if part not in found:
                found.add(part)
                queue.append(part)
    return sorted(found)


def is_area(s: Snapshot, vertex: int) -> bool:
    return AREA in s.properties(vertex).get("roles", ())


def _organisation(s: Snapshot, vertex: int) -> tuple[str, Iterable[int]]:
    own = members(s, vertex)
    served = s.pairs("SERVES").sources(*own)
    if is_area(s, vertex):
        return "area", served
    if served:
        return "buyer", served
    held = s.pairs("HOLDS").targets(*own)
    return "supplier", held or downstream_contracts(s, steps_of(s, vertex))


def contracts_of_lots(s: Snapshot, vertex: int) -> list[int]:
    """Contracts on a lot, or on the lots of a procurement."""
    lots = [vertex] if s.is_type(vertex, "Lot") else s.pairs("PART_OF").sources(vertex)
    return s.pairs("FOR_LOT").sources(*lots)


def contracts_in(s: Snapshot, kind: int) -> list[int]:
    """Contracts in a category or a narrower one, by themselves or by their lot."""
    inside = s.pairs("IN_CATEGORY").sources(*s.kinds.down(kind))
    contracts = {v for v in inside if s.is_type(v, "Contract")}
    lots = [v for v in inside if s.is_type(v, "Lot")]
    return sorted(contracts.union(s.pairs("FOR_LOT").sources(*lots)))


def of_broader_kinds(s: Snapshot, kind: int) -> dict[int, list[int]]:
    """Of each kind broader than one (by itself or by a match between schemes), the contracts categorised as just that
    kind, but for those that are of the narrower one too: unknown whether they belong to it."""
    inside = set(contracts_in(s, kind))
    broader = (other for other in sorted(s.kinds.up(kind)) if s.kinds.fit(other, kind) is Fit.MAY)
    return {other: left for other in broader if (left := sorted(_categorised(s, other) - inside))}


def of_matched_kinds(s: Snapshot, kind: int) -> dict[int, list[int]]:
    """Of each kind that a match between schemes makes the same as, or narrower than, one: the contracts categorised as
    just that kind, which count for the one."""
    found = {}
    for other in s.kinds.down(kind):
        facts = s.kinds.facts(other, kind) if kind in s.kinds.up(other) else ()
        by_match = any(s.topology.edges.type[edge] == LINK_CODE["MATCHES"] for edge in facts)
        if by_match and (there := _categorised(s, other)):
            found[other] = sorted(there)
    return found


def _categorised(s: Snapshot, kind: int) -> set[int]:
    """The contracts that are categorised as just a kind, by themselves or by their lots."""
    there = s.pairs("IN_CATEGORY").sources(kind)
    lots = [v for v in there if s.is_type(v, "Lot")]
    return {v for v in there if s.is_type(v, "Contract")}.union(s.pairs("FOR_LOT").sources(*lots))


def steps_of(s: Snapshot, vertex: int) -> list[int]:
    """Steps where a walk from a vertex begins: itself, performed there, located there, run by it, of that kind."""
    type = s.type(vertex)
    if type == "Step":
        return [vertex]
    if type == "Site":
        return s.pairs("PERFORMS").targets(vertex)
    if type == "Place":
        return steps_in(s, vertex)
    if type == "Organisation":
        sites = s.pairs("OPERATES").targets(vertex)
        return sorted({*s.pairs("RUNS").targets(vertex), *s.pairs("PERFORMS").targets(*sites)})
    if s.topology.vertices.type[vertex] in KIND_TYPES:
        return s.pairs("OUTPUTS").sources(*s.kinds.down(vertex))
    return []


def steps_in(s: Snapshot, place: int) -> list[int]:
    """Steps in a place or within it: a step lies where it, or a site that performs it, is said to lie."""
    here = s.pairs("LOCATED_IN").sources(*s.places.down(place))
    steps = {v for v in here if s.is_type(v, "Step")}
    sites = [v for v in here if s.is_type(v, "Site")]
    return sorted(steps.union(s.pairs("PERFORMS").targets(*sites)))


def downstream_contracts(s: Snapshot, steps: Iterable[int], *, item: bool = False) -> list[int]:
    """Contracts that goods of some steps reach, along item links only or along any."""
    starts = np.array(sorted(set(steps)), np.int32)
    if not starts.size:
        return []
    network = s.item_network if item else s.network
    found = reach(network, starts, upstream=False, kinds=GOODS, tier_kinds=TIERS)
    return s.among(found.vertex, "Contract")


def walk_starts(s: Snapshot, vertex: int, *, upstream: bool) -> list[int]:
    """The steps and contracts that a trace walks from."""
    match s.type(vertex):
        case type if type in CHAIN:
            return [vertex] if s.alive[vertex] else []
        case "Lot" | "Procurement":
            return contracts_of_lots(s, vertex)
        case "Organisation":
            return _organisation_starts(s, vertex)
        case "Category" if upstream:
            return contracts_in(s, vertex) or steps_of(s, vertex)
        case type if type in (*KINDS, "Site", "Place"):
            return steps_of(s, vertex)
        case type:
            raise InputError(
                f"A walk cannot start at a {type}.",
                remedy="Start at a contract, organisation, category, product, site, place or step.",
            )


def _organisation_starts(s: Snapshot, vertex: int) -> list[int]:
    own = members(s, vertex)
    served = s.pairs("SERVES").sources(*own)
    if served or is_area(s, vertex):
        return served
    held = s.pairs("HOLDS").targets(*own)
    return sorted({*held, *(step for one in own for step in steps_of(s, one))})


def regions_of(s: Snapshot, buyers: Iterable[int]) -> list[int]:
    """The organisations that buyers are units of (themselves where of none); a cooperation area is no buyer."""
    found = set()
    for buyer in buyers:
        here, seen = buyer, {buyer}
        while wholes := [v for v in s.pairs("PART_OF").targets(here) if v not in seen and not is_area(s, v)]:
            here = wholes[0]
            seen.add(here)
        found.add(here)
    return sorted(found)
