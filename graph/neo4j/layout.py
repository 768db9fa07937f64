"""The layout of the graph that Kedja publishes to Neo4j, number 1; what stands where, and in which values.

::

    (:Entity:<Type> {id, hash, name, key, keys[], <ontology properties as settled>, status, confidence,
        confidence_stated, valid_from, valid_to, sources[], ghost?, denied?, open?, one_kind?, conflicts[]?, record?,
        source?, locator?, cites?, secrecy?})
    (:Record {id, hash, type, name, key, keys[], <its properties>, status, confidence?, denied, valid_from, valid_to,
        source, locator?, cites?, secrecy})-[:DESCRIBES]->(:Entity)
    (:Source {id, hash, series, edition, title, publisher, url, licence, language, published?, retrieved?, sha256, mode,
        secrecy})
    (:Alias {name, hash})-[:ALSO {hash}]->(:Entity)
    (:RiskType {family, labour, passes[], assessed})-[:WITHIN {id, hash}]->(:RiskType)
    [:<LINK_TYPE> {id, hash, resolution?, status, confidence, confidence_stated, valid_from, valid_to, source, locator?,
        cites?, secrecy, <ontology properties>, stated_from?, stated_to?, stretch?}]
                                                       one for each statement; derived ones: derived, rests_on[], method
    [:DENIED {type, ...}]                              a statement that is denied, with the type that it denies
    (:RiskAssessment|Finding)-[:ENTERS {id, hash, derived, risk, severity?, likelihood?, confidence, low, high, basis,
        valid_from, valid_to}]->(step or actor)        see ``entering.py``
    (:Contract)-[:EXPOSED_TO {id, hash, derived, lens, severity?, severity_unknown, upper_open, and for each basis and
        set of links that is reached: <basis>_<links>_severity, _low, _high}]->(:RiskType)
    (:KedjaPublication {key: 'kedja', ...})            see ``mark.py``
    (:KedjaWriter {key, attempt})                      while a publish writes in several transactions

- A day is a DATE and always there: no bound is 0001-01-01 or 9999-12-31, so that a statement holds on a day where
  ``e.valid_from <= $day < e.valid_to``.
- The bounds of a relationship say when it holds: the statement's own, cut to those of its ends, so that no pattern need
  look at the nodes on its way. Where they were cut ``stated_from`` and ``stated_to`` keep the statement's own. A
  statement that holds in several periods is there once for each, all but the first with their ``stretch``.
- ``open`` of a step or contract says whether something may lie upstream that nobody has told, ``one_kind`` of an
  organisation whether its known outputs are exactly one kind, ``conflicts`` which properties sources are in conflict
  about (``polarity``: whether there is such a thing), ``denied`` that somebody denies it and nobody asserts it; all on
  the mark's day, as all settled properties.
- ``confidence`` is always there on entities and links: the method's own by status where the source stated none.
- A ``Record`` stands apart only where an entity has several, or a denied one, or where its properties are not those of
  the entity on the mark's day; else the entity carries ``record``, ``source``, ``locator``, ``cites`` and ``secrecy``.
- An ``Alias`` is another name, another identifier than ``key``, or an id by which the entity was known before or is
  known to others: of one that was merged into it, of a record that was taken back, of a key that several entities have.
- Whatever a native value would not give back as it was (a map, an amount with trailing zeros) stands in ``as_written``,
  a list of JSON texts of one property each, beside the nearest native value where there is one.
- What Kedja publishes has a ``hash``, which is another where the content is; nodes and relationships without one are
  somebody else's. A statement's is made from its row in the record, under which what it says never changes.
- No relationship leads to a ``Source``: it would be a hub that every writer locks. ``source`` holds its id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import ontology.links  # noqa: F401  (declares the links)
from ontology.model import LINKS, NODES, Property
from ontology.records import canonical
from ontology.values import BEGINNING, END, from_day

LAYOUT = 1

FIRST_DAY, LAST_DAY = date.min, date.max
"""How "no bound" is written."""

ENTITY, RECORD, SOURCE, ALIAS, MARK, WRITER = (
    "Entity", "Record", "Source", "Alias", "KedjaPublication", "KedjaWriter",
)  # fmt: skip
DESCRIBES, ALSO, WITHIN, DENIED, ENTERS, EXPOSED_TO = (
    "DESCRIBES", "ALSO", "WITHIN", "DENIED", "ENTERS", "EXPOSED_TO",
)  # fmt: skip
RISK = "RiskType"

LINK_TYPES = tuple(sorted(LINKS))
DERIVED = (ENTERS, EXPOSED_TO)
"""What Kedja computes and no source says."""
RELATIONSHIPS = (*LINK_TYPES, DENIED, WITHIN, *DERIVED)
"""The relationship types between entities that Kedja writes."""

NAMES = "kedja_names"
"""The full-text index of names."""

RESERVED = frozenset(
    {
        "id", "hash", "type", "key", "keys", "record", "source", "sources", "locator", "cites", "secrecy", "status",
        "confidence", "confidence_stated", "valid_from", "valid_to", "denied", "derived", "rests_on", "method",
        "resolution", "ghost", "open", "one_kind", "conflicts", "as_written", "stated_from", "stated_to", "stretch",
        "family", "labour", "passes", "assessed",
    }
)  # fmt: skip
"""Names that the layout uses itself; no declared property may bear one."""


# -- values ---------------------------------------------------------------------------------------------------------


def bound(day: int) -> date:
    """A day as ``valid_from`` or ``valid_to``."""
    if day == BEGINNING:
        return FIRST_DAY
    return LAST_DAY if day == END else from_day(day) or FIRST_DAY


def encoded(declared: Mapping[str, Property], given: Mapping[str, Any]) -> dict[str, Any]:
    """JSON-ready properties as Neo4j holds them; see ``decoded``."""
    found: dict[str, Any] = {}
    beside: list[str] = []
    for name, value in sorted(given.items()):
        native = _native(declared[name], value) if name in declared else None
        if native is not None:
            found[name] = native
        if native is None or not _same(_plain(declared[name], native), value):
            beside.append(canonical({name: value}))
    return {**found, "as_written": beside} if beside else found


def decoded(declared: Mapping[str, Property], held: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of ``encoded``: the declared properties among those of a node or relationship, JSON-ready."""
    found = {name: _plain(declared[name], held[name]) for name in declared if held.get(name) is not None}
    for text in held.get("as_written") or ():
        found |= json.loads(text)
    return found


def _same(one: object, other: object) -> bool:
    """Whether both are written alike in JSON; a whole number is not the same as one with a fraction of nought."""
    return one is other or canonical({"": one}) == canonical({"": other})


@cache
def _kind(annotation: object) -> type | None:
    """Of which of Python's types a declared value is, where JSON has no such type."""
    text = str(annotation)
    return date if "datetime.date" in text else Decimal if "Decimal" in text else None


def _native(declared: Property, value: Any) -> Any:
    """The value as Neo4j holds it; None where it has no such value."""
    kind = _kind(declared.annotation)
    try:
        if kind is date:
            return date.fromisoformat(value)
        if kind is Decimal:
            return float(Decimal(value))
    except (TypeError, ValueError, InvalidOperation):
        return None
    if isinstance(value, (list, tuple)):
        return list(value) if all(isinstance(item, str) for item in value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -(2**63) <= value < 2**63 else None
    return value if isinstance(value, (str, float, bool)) else None


def _plain(declared: Property, native: Any) -> Any:
    """The JSON-ready value of a native one."""
    if isinstance(native, float) and _kind(declared.annotation) is Decimal:
        return str(int(native)) if native.is_integer() else repr(native)
    return native.isoformat() if isinstance(native, date) else native


def fingerprint(*parts: object) -> int:
    """The first 63 bits of a hash of content: what tells whether a row is as it should be."""
    text = json.dumps(parts, default=str, separators=(",", ":"))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


# -- constraints and indexes ----------------------------------------------------------------------------------------


def constraints() -> Iterator[tuple[str, str]]:
    """(name, statement) of what must stand before anything is written."""
    for label, key in ((ENTITY, "id"), (SOURCE, "id"), (ALIAS, "name"), (MARK, "key")):
        name = f"kedja_{label}_{key}_unique".lower()
        yield name, f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:`{label}`) REQUIRE n.`{key}` IS UNIQUE"


def indexes(kinds: Collection[str] = (*NODES, RECORD, *RELATIONSHIPS)) -> Iterator[tuple[str, str]]:
    """(name, statement) of what is quicker made after the first load, for the kinds of rows that there are."""
    labels = (label for label in sorted(NODES) if label in kinds)
    for label, key in (*[(RECORD, "id")] * (RECORD in kinds), *((label, "key") for label in (ENTITY, *labels))):
        name = f"kedja_{label}_{key}".lower()
        yield name, f"CREATE INDEX {name} IF NOT EXISTS FOR (n:`{label}`) ON (n.`{key}`)"
    for kind in (kind for kind in RELATIONSHIPS if kind in kinds):
        name = f"kedja_{kind}_id".lower()
        yield name, f"CREATE INDEX {name} IF NOT EXISTS FOR ()-[e:`{kind}`]-() ON (e.id)"
    yield (
        NAMES,
        (
            f"CREATE FULLTEXT INDEX {NAMES} IF NOT EXISTS FOR (n:{ENTITY}|{ALIAS}) ON EACH [n.name, n.name_sv]"
            " OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-folding'}}"
        ),
    )
