"""What a published graph says, as sources, records and links."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from typing import Any, TypeVar

from graph.identity import is_entity_id
from graph.neo4j import mark
from graph.neo4j.layout import ALIAS, ALSO, DENIED, DESCRIBES, ENTITY, FIRST_DAY, LAST_DAY, RECORD, SOURCE, decoded
from graph.neo4j.mark import Mark
from graph.neo4j.server import Server, chunks
from graph.snapshot.topology import Topology
from graph.snapshot.view import Known, Moment, Snapshot
from graph.sqlite.filling import PlacedLink, PlacedRecord
from graph.store import At, Entity
from ontology.errors import StoreError
from ontology.method import method
from ontology.model import LINKS, NODES, VERSION
from ontology.records import Common, Link, Mode, Polarity, Record, Ref, Secrecy, Source, Status

AT_ONCE = 1_000
"""Entities whose links are read by one statement, as one list."""
TRIES = 3
BROKEN = (LookupError, TypeError, ValueError, AttributeError)
"""What comes of reading a graph that is not as it was written."""

T = TypeVar("T")
_AGAIN = "Publish again: kedja publish."


def steadily(server: Server, read: Callable[[Mark], T]) -> T:
    """What is read of a graph while its mark does not change.

    Raises:
        StoreError: no graph of Kedja's, one that is not whole, of another ontology or method, or one that somebody has
            changed.
    """
    for _ in range(TRIES):
        stands = standing(server)
        try:
            found, broken = read(stands), None
        except BROKEN as error:
            broken = error
        if mark.read(server) == stands:
            if broken:
                raise changed(server) from broken
            return found
    raise StoreError(f"{server.address.url} is being published to, again and again.", remedy="Ask again later.")


def standing(server: Server) -> Mark:
    """The mark of a graph that can be read; errors as of ``steadily``."""
    stands, now = mark.read(server), method()
    if stands is None:
        raise StoreError(f"There is no graph of Kedja's in {server.address.url}.", remedy="Publish one: kedja publish.")
    if not stands.whole:
        raise StoreError(f"The graph in {server.address.url} is not whole: a publish is under way, or was cut short.",
                         remedy=_AGAIN)  # fmt: skip
    if (stands.ontology, stands.method) != (VERSION, f"{now.name}/{now.version}"):
        raise StoreError(
            f"The graph in {server.address.url} was published with ontology {stands.ontology} and method"
            f" {stands.method}; this Kedja has {VERSION} and {now.name}/{now.version}.",
            remedy=_AGAIN,
        )
    return stands


def changed(server: Server) -> StoreError:
    return StoreError(
        f"The graph in {server.address.url} is not the one that was published: somebody has changed it.",
        remedy="Remove it and publish it anew: kedja publish --remove, then kedja publish.",
    )


def at_of(stands: Mark) -> At:
    return At(stands.publication, Secrecy[stands.clearance.upper()])


def verified(server: Server, stands: Mark, topology: Topology) -> Snapshot:
    """The snapshot of what was read of a graph.

    Raises:
        StoreError: it is not the one that was published.
    """
    known = Known(stands.publication, stands.known_at.astimezone(UTC), stands.clearance)
    snapshot = Snapshot(topology, Moment(stands.valid_at), method(), known)
    if snapshot.hash != f"{stands.topology}/{stands.weights}":
        raise changed(server)
    return snapshot


@dataclass(slots=True)
class Things:
    """The sources, and what they say about things."""

    sources: list[Source] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    """The number of each entity, by its id."""
    records: list[PlacedRecord] = field(default_factory=list)
    ghosts: list[Entity] = field(default_factory=list)

    @staticmethod
    def read(server: Server) -> Things:
        things = Things()
        for (held,) in server.stream(f"MATCH (s:{SOURCE}) WHERE s.hash IS NOT NULL RETURN properties(s) ORDER BY s.id"):
            things.sources.append(_source(held))
        for kind, held in server.stream(
            f"MATCH (e:{ENTITY}) WHERE e.hash IS NOT NULL"
            " RETURN head([l IN labels(e) WHERE l IN $kinds]), properties(e)",
            {"kinds": list(NODES)},
        ):
            number = things.numbers[held["id"]] = len(things.numbers)
            if held.get("record"):  # its one record, of which it says all
                stated = held["confidence"] if held["confidence_stated"] else None
                things.records.append(_record(kind, held, stated, held["record"], held["id"]))
            elif held.get("ghost"):
                keys = tuple(held["keys"])
                things.ghosts.append(Entity(held["id"], number, kind, keys, held["name"], ghost=True))
        for held, id_ in server.stream(
            f"MATCH (r:{RECORD})-[:{DESCRIBES}]->(e:{ENTITY}) WHERE r.hash IS NOT NULL RETURN properties(r), e.id"
        ):
            things.records.append(_record(held["type"], held, held.get("confidence"), held["id"], id_))
        things.ghosts.sort(key=lambda entity: entity.id)
        return things


def moved(server: Server) -> Iterator[tuple[str, str]]:
    """(id, the entity that it finds) of ids that no entity bears."""
    rows = server.stream(
        f"MATCH (a:{ALIAS})-[x:{ALSO}]->(e:{ENTITY}) WHERE x.hash IS NOT NULL AND a.name STARTS WITH 'e'"
        " RETURN a.name, e.id"
    )
    return ((name, id_) for name, id_ in rows if is_entity_id(name))


STATEMENTS = (
    f"UNWIND $ids AS id MATCH (s:{ENTITY} {{id: id}}) USING INDEX SEEK s:{ENTITY}(id)"
    f" MATCH (s)-[x]->(t:{ENTITY}) WHERE x.hash IS NOT NULL AND x.derived IS NULL AND x.stretch IS NULL"
)
"""The statements from some entities, each once."""


def links(server: Server, things: Things) -> Iterator[list[PlacedLink]]:
    """What is said that relates things, some at a time."""
    for ids in chunks(things.numbers, AT_ONCE):
        ((rows,),) = server.read(f"{STATEMENTS} RETURN collect([s.id, t.id, type(x), properties(x)])", {"ids": ids})
        yield [_link(*row) for row in rows if row[2] in LINKS or row[2] == DENIED]


def _record(kind: str, held: Mapping[str, Any], stated: float | None, id_: str, entity: str) -> PlacedRecord:
    record = Record(
        kind, held["key"], decoded(NODES[kind].properties, native(held)),
        also=tuple(key for key in held["keys"] if key != held["key"]), locator=held.get("locator", ""),
        common=_common(held, stated, held.get("denied"), held["valid_from"], held["valid_to"]),
    )  # fmt: skip
    return PlacedRecord(record, id_, entity, held["source"])


def _link(source: str, target: str, kind: str, held: Mapping[str, Any]) -> PlacedLink:
    denied = kind == DENIED
    declared = LINKS[held["type"] if denied else kind]
    first, last = (held.get(f"stated_{end}", held[f"valid_{end}"]) for end in ("from", "to"))
    stated = held["confidence"] if held["confidence_stated"] else None
    link = Link(
        declared.name, Ref("", source), Ref("", target), decoded(declared.properties, native(held)),
        common=_common(held, stated, denied, first, last), locator=held.get("locator", ""),
    )  # fmt: skip
    return PlacedLink(link, held["id"], source, target, held["source"])


def _common(held: Mapping[str, Any], stated: float | None, denied: bool | None, first: Any, last: Any) -> Common:
    return Common(
        Status(held["status"]), stated, Polarity.DENIED if denied else Polarity.ASSERTED,
        Secrecy[held["secrecy"].upper()], _bound(first), _bound(last), held.get("cites", ""),
    )  # fmt: skip


def _source(held: Mapping[str, Any]) -> Source:
    facts = {name: value for name, value in native(held).items() if name in Source.__slots__}
    return replace(Source(**facts), mode=Mode(held["mode"]), secrecy=Secrecy[held["secrecy"].upper()])


def native(held: Mapping[str, Any]) -> dict[str, Any]:
    """Python's own days in place of the driver's."""
    return {name: value.to_native() if hasattr(value, "to_native") else value for name, value in held.items()}


def _bound(held: Any) -> date | None:
    day: date = held.to_native()
    return None if day in (FIRST_DAY, LAST_DAY) else day
