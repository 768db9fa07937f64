"""Exposures as relationships: ``(:Contract)-[:EXPOSED_TO]->(:RiskType)``, computed by Kedja and read by nothing in it.

They are a *full* series of their own. A new edition is written in batches beside the one that counts, becomes the one
that counts in one small transaction (``KedjaStore.exposures``), and then the older ones are removed. What a process
that died has left is of no edition that ever counted, and goes with the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from graph.neo4j.core import Core
from graph.neo4j.schema import migrate
from graph.stored import SHIFT
from ontology.errors import NotInGraphError, StoreError

_BATCH = 5_000
CURRENT = (
    "MATCH (k:KedjaStore) WITH k.exposures AS edition"
    " MATCH (c:Contract)-[e:EXPOSED_TO {edition: edition}]->(r:RiskType)"
)  # fmt: skip
"""How the exposures that count are read."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What all exposures of one edition share."""

    method: str
    valid_at: date | None
    publication: int
    snapshot: str


@dataclass(frozen=True, slots=True)
class Written:
    """``number`` is the edition's; counts of relationships written and removed."""

    number: int
    written: int
    removed: int


def write(core: Core, edition: Edition, rows: Iterable[tuple[str, str, Mapping[str, Any]]]) -> Written:
    """Write the exposures (contract's entity id, risk type's key, properties) in place of those that stand.

    Raises:
        NotInGraphError: a risk type that the graph does not have; nothing that counts is changed.
        StoreError: a later edition has been published meanwhile.
    """
    migrate(core)
    number = core.run(
        "MATCH (s:KedjaStore {key: 'store'}) SET s.next_exposures = coalesce(s.next_exposures, 0) + 1"
        " RETURN s.next_exposures"
    )[0][0]
    shared = {
        "edition": number, "method": edition.method, "valid_at": edition.valid_at, "known_at": edition.publication,
        "snapshot": edition.snapshot,
    }  # fmt: skip
    count = 0
    for batch in _batches(core, rows, number, shared):
        made = core.run(
            "UNWIND $rows AS x MATCH (c:KedjaBase {id: x.contract})"
            " USING INDEX SEEK c:KedjaBase(id) MATCH (r:KedjaBase {node: x.risk}) USING INDEX SEEK r:KedjaBase(node)"
            " MERGE (c)-[e:EXPOSED_TO {row: x.row}]->(r) SET e += x.p RETURN count(e)",
            rows=batch,
        )
        if made[0][0] != len(batch):
            raise NotInGraphError("A contract of the snapshot is not in the store.", remedy="Ask again and retry.")
        count += len(batch)
    flipped = core.run(
        "MATCH (s:KedjaStore {key: 'store'}) WHERE coalesce(s.exposures, 0) < $number SET s.exposures = $number"
        " RETURN s.exposures",
        number=number,
    )
    if not flipped:
        raise StoreError("A later edition of the exposures was published meanwhile.", remedy="It stands; do nothing.")
    return Written(number, count, _remove(core, "e.edition < $number", number))


def clear(core: Core) -> int:
    """Remove every exposure; gives how many."""
    core.run("MATCH (s:KedjaStore {key: 'store'}) REMOVE s.exposures")
    return _remove(core, "true", 0)


def _batches(
    core: Core, rows: Iterable[tuple[str, str, Mapping[str, Any]]], number: int, shared: Mapping[str, Any]
) -> Iterator[list[dict[str, Any]]]:
    risks: dict[str, int] = {}
    batch: list[dict[str, Any]] = []
    for place, (contract, risk, facts) in enumerate(rows):
        if risk not in risks:
            risks[risk] = _risk(core, risk)
        row = (number << SHIFT) + place
        batch.append({"contract": contract, "risk": risks[risk], "row": row, "p": {**facts, **shared}})
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _risk(core: Core, key: str) -> int:
    rows = core.read("MATCH (r:RiskType) WHERE $key IN r.keys RETURN r.node ORDER BY r.id LIMIT 1", key=key)
    if not rows:
        raise NotInGraphError(
            f"The graph has no risk type {key}.", remedy="Load the reference data: kedja load reference."
        )
    return int(rows[0][0])


def _remove(core: Core, which: str, number: int) -> int:
    """Remove the exposures ``e`` that a condition names; gives how many."""
    total = 0
    while gone := core.run(
        f"MATCH ()-[e:EXPOSED_TO]->() WHERE {which} WITH e LIMIT {_BATCH} DELETE e RETURN count(*)", number=number
    )[0][0]:
        total += gone
    return total
