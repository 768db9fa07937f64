"""The facts that are given to be written, by what they are about, and what of them found no place in the file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from graph.questions.describing import COUNTRY, describe
from graph.store import Entity, StoredLink
from ontology.model import LINKS, NODES
from ontology.records import Polarity, Secrecy
from ontology.values import BEGINNING, END, from_day, to_day
from visualisation.exporters import Given


class Facts:
    """Entities as they are on the day of the snapshot, and links of every validity; denied ones are counted, not given.

    What an exporter reads by ``get`` and ``tell`` has its place in the file; ``account`` counts all else.
    """

    def __init__(self, given: Given) -> None:
        self.given, self.s = given, given.snapshot
        self.entities: dict[str, Entity] = {one.id: one for one in given.entities()}
        self._links: defaultdict[str, list[StoredLink]] = defaultdict(list)
        self._told: set[str] = set()
        self._wholly: set[str] = set()
        self._values: dict[str, Mapping[str, Any]] = {}
        for link in given.links():
            if link.common.polarity is Polarity.DENIED:
                given.left_out["denied"] += 1
            else:
                self._links[link.type].append(link)
        for id in list(self.entities):
            vertex = self.s.vertex(id)
            if vertex is not None and self.s.only_denied(vertex):
                given.left_out["denied"] += 1
                del self.entities[id]
        self._places = self.by_source("LOCATED_IN")

    # -- what there is ----------------------------------------------------------------------------------------
    def of(self, type: str) -> Iterator[Entity]:
        """The entities of a type, by id."""
        return (one for one in self.entities.values() if one.type == type)

    def links(self, type: str) -> list[StoredLink]:
        """The links of a type whose ends are both given."""
        return [one for one in self._links[type] if {one.source, one.target} <= self.entities.keys()]

    def by_source(self, type: str) -> Mapping[str, list[StoredLink]]:
        return _grouped((one.source, one) for one in self.links(type))

    def by_target(self, type: str) -> Mapping[str, list[StoredLink]]:
        return _grouped((one.target, one) for one in self.links(type))

    def valid(self, entity: Entity) -> tuple[date | None, date | None]:
        """[from, to) of what is said of an entity."""
        vertex = self.s.vertex(entity.id)
        start, end = (None, None) if vertex is None else map(from_day, self.s.validity(vertex))
        return start, end

    def holds_now(self, link: StoredLink) -> bool:
        """Whether a link holds on the day, or some day of the period, that is asked about."""
        first, end = self.s.moment.days
        return to_day(link.common.valid_from, BEGINNING) < end and to_day(link.common.valid_to, END) > first

    # -- what has its place -----------------------------------------------------------------------------------
    def get(self, thing: Entity | StoredLink, name: str) -> Any:
        """A property's value, which gets its place; None where it is unknown."""
        self._told.add(f"{thing.id} {name}")
        return self._of(thing).get(name)

    def peek(self, thing: Entity | StoredLink, name: str) -> Any:
        """The same, where it is not known yet whether it gets one."""
        return self._of(thing).get(name)

    def name(self, entity: Entity) -> str:
        return str(self.get(entity, "name") or entity.name)

    def tell(self, *things: Entity | StoredLink | str) -> None:
        """These stand in the file (a text: the id of an entity)."""
        self._told.update(one if isinstance(one, str) else one.id for one in things)

    def tell_wholly(self, id: str) -> None:
        """An entity stands in the file by a code that says all that is said of it."""
        self._told.add(id)
        self._wholly.add(id)

    def country(self, entity: Entity) -> str | None:
        """The ISO 3166-1 code of the country that an organisation or a site is in, which has its place so."""
        vertex = self.s.vertex(entity.id)
        found = None if vertex is None else describe(self.s, vertex).country
        for link in self._places.get(entity.id, ()) if found else ():
            if f"{COUNTRY}{found}" in self.entities[link.target].keys:
                self.tell(link)
                self.tell_wholly(link.target)  # its code says what it is called
        return found

    def account(self) -> None:
        """Count what found no place: by node type, by link type, by ``TYPE.property`` of what did, and by what stands
        in ``NAMED``."""
        found = self.given.left_out
        things: list[Entity | StoredLink] = [*self.entities.values()]
        for thing in things + [link for links in self._links.values() for link in links]:
            if thing.id not in self._told:
                found[thing.type] += 1
                continue
            values = [name for name, value in self._of(thing).items() if value not in (None, [], ())]
            if thing.id not in self._wholly:
                found.update(f"{thing.type}.{name}" for name in values if f"{thing.id} {name}" not in self._told)
            if isinstance(thing, StoredLink):
                found["secrecy"] += thing.common.secrecy > Secrecy.PUBLIC
            elif (vertex := self.s.vertex(thing.id)) is not None:
                found["conflict"] += len(self.s.disputes(vertex))
        told = (one for one in self.given.records() if one.entity in self._told)
        found["secrecy"] += sum(one.common.secrecy > Secrecy.PUBLIC for one in told)
        for what in [what for what, number in found.items() if not number]:
            del found[what]

    def _of(self, thing: Entity | StoredLink) -> Mapping[str, Any]:
        if isinstance(thing, StoredLink):
            return thing.properties
        if thing.id not in self._values:
            vertex = self.s.vertex(thing.id)
            self._values[thing.id] = {} if vertex is None else self.s.properties(vertex)
        return self._values[thing.id]


def _grouped(pairs: Iterable[tuple[str, StoredLink]]) -> Mapping[str, list[StoredLink]]:
    found: defaultdict[str, list[StoredLink]] = defaultdict(list)
    for key, link in pairs:
        found[key].append(link)
    return found


NAMED = {
    "denied": "what some source denies",
    "secrecy": "marks of secrecy above public",
    "conflict": "values that another source disputes",
    "other_day": "links that hold on other days",
}


def sentence(left_out: Mapping[str, int]) -> str:
    """What found no place, for a reader of English: ``12 findings; 3 clause level of contracts``."""
    return "; ".join(f"{number:,} {_words(what)}" for what, number in sorted(left_out.items()))


def codes() -> list[str]:
    """Every node type and link type, and then every ``TYPE.property``, as what a format holds or leaves out."""
    properties = {name: one.properties for name, one in NODES.items()}
    properties |= {name: one.properties for name, one in LINKS.items()}
    return [*properties, *(f"{name}.{one}" for name, declared in properties.items() for one in declared)]


def _words(what: str) -> str:
    type, _, name = what.partition(".")
    if type in NODES:
        kind, properties = NODES[type].plural.en.lower(), NODES[type].properties
    elif type in LINKS:
        kind, properties = f"links “{LINKS[type].label.en}”", LINKS[type].properties
    else:
        return NAMED.get(what, what)
    return f"{properties[name].label.en.lower()} of {kind}" if name else kind
