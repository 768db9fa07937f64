"""What the record says of the things that may be one, as matching takes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from graph.matching.profiles import Profile, profile
from graph.sqlite import Store
from graph.store import At
from ontology.model import LINKS, NODES, Tells
from ontology.roles import ALIKE, RELATING


@dataclass(slots=True)
class _Said:
    """What the records of one entity say."""

    id: str
    type: str
    key: str = ""
    names: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    places: set[int] = field(default_factory=set)
    relatives: set[int] = field(default_factory=set)
    person: bool = False


@dataclass(frozen=True, slots=True)
class Things:
    """Things that may be matched; ``keys`` is by which key each is judged: one that its source goes on using."""

    profiles: list[Profile]
    keys: dict[str, str]
    said_by: dict[str, frozenset[int]]
    """The runs that say something of each."""


def read_things(store: Store, at: At) -> Things:
    """The things of a publication that may be matched. Natural persons, what is only denied, and names that are
    nobody's are left out."""
    said, runs = _records(store, at)
    countries = _countries(store, at)
    _links(store, at, said)
    profiles: list[Profile] = []
    for node in list(said):
        one = said[node]
        if one.person:
            continue
        where = {countries[place] for place in one.places if place in countries}
        relatives = {said[other].id for other in one.relatives if other in said}
        if (made := profile(one.id, one.type, one.names, where, one.addresses, one.keys, relatives)) is not None:
            profiles.append(made)
    profiles.sort(key=lambda thing: thing.id)
    return Things(
        profiles,
        {one.id: one.key for one in said.values()},
        {said[node].id: frozenset(those) for node, those in runs.items()},
    )


def _records(store: Store, at: At) -> tuple[dict[int, _Said], dict[int, set[int]]]:
    types = sorted(NODES)
    wanted = {types.index(name) for name in ALIKE}
    said: dict[int, _Said] = {}
    runs: dict[int, set[int]] = {}
    for batch in store.record_columns(at):
        for place, kind in enumerate(batch.type.tolist()):
            if kind not in wanted or batch.denied[place]:
                continue
            node = int(batch.node[place])
            one = said.get(node)
            if one is None:
                one = said[node] = _Said(batch.id[place], types[kind])
            facts = json.loads(batch.properties[place])
            keys = batch.keys[place].split()
            one.names += [str(facts[name]) for name in ("name", "name_sv") if facts.get(name)]
            one.addresses += [str(facts["address"])] if facts.get("address") else []
            one.person = one.person or facts.get("natural_person") is True
            one.keys += keys
            if batch.primary[place] or not one.key:
                one.key = min(keys, default="")
            runs.setdefault(node, set()).add(int(batch.said[place]))
    return said, runs


def _countries(store: Store, at: At) -> dict[int, str]:
    """The country of each place that has a code, or lies in one that has."""
    found: dict[int, str] = {}
    for place in store.entities(at, types=["Place"]):
        for key in place.keys:
            scheme, _, code = key.partition(":")
            if scheme in ("iso3166-1", "iso3166-2"):
                found[place.node] = code.partition("-")[0]
    within = [(source, target) for _, source, target in _pairs(store, at, ("PART_OF",))]
    for _ in range(4):  # district, province, region, country
        more = {source: found[target] for source, target in within if target in found and source not in found}
        if not more:
            break
        found |= more
    return found


def _links(store: Store, at: At, said: dict[int, _Said]) -> None:
    for type_, source, target in _pairs(store, at, RELATING):
        if LINKS[type_].tells is Tells.PLACE:
            if source in said:
                said[source].places.add(target)
        elif source in said and target in said:
            said[source].relatives.add(target)
            said[target].relatives.add(source)


def _pairs(store: Store, at: At, types: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    for type_ in types:
        for batch in store.link_columns(at, [type_]):
            ends = (batch.source.tolist(), batch.target.tolist(), batch.denied.tolist())
            for source, target, denied in zip(*ends, strict=True):
                if not denied:
                    yield type_, source, target
