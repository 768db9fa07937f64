"""Trace and affected, read plainly: goods are walked step by step, actors stand beside what they act on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.plain.world import ACTORS, GOODS, KINDS, World

Ways = Mapping[str, set[str]]
"""From a step or contract to the next ones."""


def ways(world: World, *, upstream: bool, item: bool) -> Ways:
    """The links of goods, in the direction walked; ``item``: without those that are only typical."""
    found: dict[str, set[str]] = {key: set() for key in world.types}
    for arrow in world.links:
        if arrow.type in GOODS and not (item and arrow.generic):
            here, there = (arrow.target, arrow.source) if upstream else (arrow.source, arrow.target)
            found[here].add(there)
    return found


def tiers(ways: Ways, starts: Iterable[str], most: int | None = None) -> dict[str, int]:
    """Everything reached, with the fewest tiers to it."""
    found: dict[str, int] = {}
    fresh, tier = set(starts), 0
    while fresh:
        found |= dict.fromkeys(fresh, tier)
        if tier == most:
            break
        fresh = {there for here in fresh for there in ways[here]} - found.keys()
        tier += 1
    return found


def on_cycle(ways: Ways, key: str) -> bool:
    return any(key in tiers(ways, [there]) for there in ways[key])


def cycles(ways: Ways, keys: Iterable[str]) -> set[frozenset[str]]:
    """Sets of things that are upstream of one another."""
    reached = {key: tiers(ways, ways[key]).keys() for key in keys}
    return {
        frozenset(two for two in reached if two in reached[one] and one in reached[two])
        for one in reached if one in reached[one]
    }  # fmt: skip


def greatest(ways: Ways, starts: Iterable[str]) -> dict[str, int | None]:
    """The longest way to everything reached; None where a way to it touches a cycle."""
    inside = tiers(ways, starts).keys()
    here = {key: ways[key] & inside for key in inside}
    loose = tiers(here, [key for key in inside if on_cycle(here, key)]).keys()
    found: dict[str, int | None] = dict.fromkeys(loose)
    longest = dict.fromkeys(inside - loose, 0)
    for _ in longest:
        for key in longest:
            for there in here[key] - loose:
                longest[there] = max(longest[there], longest[key] + 1)
    return found | longest


# -- where a walk begins ------------------------------------------------------------------------------------------
def steps_of(world: World, start: str) -> set[str]:
    """The steps that a site performs, a company runs or its sites perform, that lie in a place, that give a kind."""
    type = world.types[start]
    if type == "Step":
        return {start}
    if type == "Site":
        return world.targets("PERFORMS", start)
    if type == "Organisation":
        return world.targets("RUNS", start) | world.targets("PERFORMS", *world.targets("OPERATES", start))
    if type == "Place":
        there = world.narrower(start)
        return {step for step in world.of_type("Step") if places_of(world, step) & there}
    if type in KINDS:
        return world.sources("OUTPUTS", *world.narrower(start))
    return set()


def places_of(world: World, step: str) -> set[str]:
    """A step's places are its own and its sites'."""
    return world.targets("LOCATED_IN", step, *world.sources("PERFORMS", step))


def contracts_in(world: World, kind: str) -> set[str]:
    """Contracts of a kind or a narrower one, by themselves or by their lot."""
    named = world.sources("IN_CATEGORY", *world.narrower(kind))
    lots = named & world.of_type("Lot")
    return (named & world.of_type("Contract")) | world.sources("FOR_LOT", *lots)


def starts_of(world: World, start: str, *, upstream: bool) -> set[str]:
    """The steps and contracts from which a trace walks: upstream a category is a view of its contracts."""
    type = world.types[start]
    if type == "Contract":
        return {start}
    if type == "Category" and upstream:
        return contracts_in(world, start) or steps_of(world, start)
    if type == "Organisation":
        served = world.sources("SERVES", start)
        return served or world.targets("HOLDS", start) | steps_of(world, start)
    return steps_of(world, start)


# -- trace --------------------------------------------------------------------------------------------------------
@dataclass
class Place:
    """Where something stands in a trace."""

    tier: int
    greatest: int | None
    hops: int
    item: bool


@dataclass
class Trace:
    places: dict[str, Place] = field(default_factory=dict)
    links: list[tuple[str, str, str]] = field(default_factory=list)
    cycles: set[frozenset[str]] = field(default_factory=set)
    denied: list[tuple[str, str, str]] = field(default_factory=list)
    ends: dict[str, int] = field(default_factory=dict)


def trace(world: World, start: str, *, upstream: bool, most: int | None = None) -> Trace:
    begin = starts_of(world, start, upstream=upstream)
    any_ways = ways(world, upstream=upstream, item=False)
    reached = tiers(any_ways, begin, most)
    item = tiers(ways(world, upstream=upstream, item=True), begin, most)
    longest = greatest(any_ways, begin)
    if any(any_ways[key] - reached.keys() for key in reached):  # a longer way may lead through what was cut off
        longest = dict.fromkeys(reached)
    found = Trace()
    found.places = {key: Place(tier, longest[key], tier, key in item) for key, tier in reached.items()}
    found.links = [a[:3] for a in world.links if a.type in GOODS and {a.source, a.target} <= reached.keys()]
    found.cycles = cycles({key: any_ways[key] & reached.keys() for key in reached}, reached)
    found.ends = {
        key: tier for key, tier in reached.items()
        if world.is_open(key) and not (world.types[key] == "Step" and world.is_typical(key))
    }  # fmt: skip
    _attach_actors(world, found, upstream)
    found.denied = [link for link in world.denied if found.places.keys() & {link[1], link[2]}]
    return found


def _attach_actors(world: World, found: Trace, upstream: bool) -> None:
    """Who performs, runs, holds, operates, owns or recruits stands where what it acts on stands; a holder one up."""
    goods = set(found.places)
    acts = [a for a in world.stored if a.type in ACTORS]
    for _ in world.types:  # owners of owners: once for each thing is enough
        for arrow in acts:
            if arrow.target not in found.places:
                continue
            there = found.places[arrow.target]
            beside = 1 if upstream and world.types[arrow.target] == "Contract" else 0
            most = None if there.greatest is None else there.greatest + beside
            new = Place(there.tier + beside, most, there.hops + 1, there.item and not arrow.generic)
            if arrow.source not in goods:
                known = found.places.get(arrow.source, new)
                found.places[arrow.source] = _nearest(known, new)
    found.links += [a[:3] for a in acts if a.target in found.places]


def _nearest(one: Place, two: Place) -> Place:
    loose = one.greatest is None or two.greatest is None
    most = None if loose else max(one.greatest or 0, two.greatest or 0)
    return Place(min(one.tier, two.tier), most, min(one.hops, two.hops), one.item or two.item)


# -- affected -----------------------------------------------------------------------------------------------------
def untold(world: World, contracts: Iterable[str]) -> set[str]:
    """Those of some contracts with an end of knowledge at or upstream of them, as far as the goods are named."""
    up = ways(world, upstream=True, item=True)
    return {contract for contract in contracts if any(map(world.is_open, tiers(up, [contract])))}


def broader_contracts(world: World, kind: str) -> set[str]:
    """Contracts, by themselves or by their lot, of just a kind that is broader than one and not the same."""
    broader = {other for other in world.within(kind) if kind not in world.within(other)}
    named = world.sources("IN_CATEGORY", *broader)
    return named & world.of_type("Contract") | world.sources("FOR_LOT", *(named & world.of_type("Lot")))


@dataclass
class Affected:
    """Contracts with the fewest tiers to them: known by the goods, or only by what is typical of their kind."""

    item: dict[str, int]
    generic: dict[str, int]


def affected(world: World, start: str) -> Affected:
    begin = steps_of(world, start)
    contracts = world.of_type("Contract")
    found = tiers(ways(world, upstream=False, item=True), begin)
    item = {key: tier for key, tier in found.items() if key in contracts}
    if world.types[start] in KINDS:
        item |= dict.fromkeys(contracts_in(world, start), 0)
    found = tiers(ways(world, upstream=False, item=False), begin)
    return Affected(item, {key: tier for key, tier in found.items() if key in contracts and key not in item})
