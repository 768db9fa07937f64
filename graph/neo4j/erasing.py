"""Erasing: the one operation that breaks history. Rows and their texts leave the database; a tombstone stays.

Neo4j writes what it deletes over only in time, and its transaction logs and backups keep older bytes: see
docs/how-to/neo4j.md for what the server's owner does about those.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from graph.joining import standing
from graph.neo4j.core import Core
from graph.neo4j.joining import STOOD, StoredRows, Writer
from graph.neo4j.owners import Owners
from graph.neo4j.reading import entity_ids, is_link
from graph.neo4j.runs import at_once
from graph.neo4j.schema import ANY_LINK, LINK_TYPES, patterns
from graph.store import Tombstone
from graph.stored import stamp, unstamp
from ontology.errors import NotInGraphError
from ontology.records import link_order


def erase(core: Core, owners: Owners, ids: Sequence[str], reason: str, at: datetime) -> int:
    """See ``Store.erase``.

    Raises:
        NotInGraphError: an id that is neither stored nor erased; nothing is changed.
    """
    buried = {t.id for t in tombstones(core)}
    found = {id_: _stored(core, id_) for id_ in ids}
    for id_ in ids:
        if not found[id_] and id_ not in buried:
            raise NotInGraphError(f"{id_} is not stored.", remedy="Give ids of records (r…) or links (l…).")

    def work(run: int) -> dict[str, int]:
        for id_ in ids:
            _take_back(core, run, id_)
        _rejoin(core, run, [i for i in ids if found[i]])
        _delete(core, [i for i in ids if found[i]])
        rows = [[i, run, reason, stamp(at), n] for i, n in found.items() if n]
        core.run(
            "UNWIND $rows AS x MERGE (t:KedjaTombstone {key: x[0] + ' ' + toString(x[1])})"
            " SET t.id = x[0], t.run = x[1], t.reason = x[2], t.at = x[3], t.rows = x[4], t.name = x[0]",
            rows=rows,
        )
        return {"erased": sum(found.values())}

    at_once(core, owners, "erasure", reason, at, work)
    return sum(found.values())


def _where(core: Core, id_: str) -> tuple[list[str], dict[str, Any]]:
    """Patterns of the versions of a record or link (called ``e``), and their parameters."""
    if is_link(id_):
        return [f"()-[e:{kind} {{ord: $ord}}]->()" for kind in patterns(core, LINK_TYPES)], {"ord": link_order(id_)}
    base = entity_ids([id_], "r")
    pattern = (
        "(x:KedjaBase {id: $id}) WHERE x.key IS NULL MATCH (e:KedjaRecord {base: x.node})"
        " USING INDEX e:KedjaRecord(base)"
    )
    return ([pattern], {"id": base[0]}) if base else ([], {})


def _stored(core: Core, id_: str) -> int:
    """How many versions of a record or link there are."""
    patterns, given = _where(core, id_)
    return sum(core.read(f"MATCH {pattern} RETURN count(e)", **given)[0][0] for pattern in patterns)


def _take_back(core: Core, run: int, id_: str) -> None:
    patterns, given = _where(core, id_)
    for pattern in patterns:
        core.run(f"MATCH {pattern} WITH e WHERE e.retracted IS NULL SET e.retracted = $run", run=run, **given)


def _bases(core: Core, ids: Sequence[str]) -> list[int]:
    rows = core.read(
        "MATCH (b:KedjaBase) WHERE b.id IN $ids AND b.key IS NULL RETURN b.node ORDER BY b.node",
        ids=entity_ids(ids, "r"),
    )
    return [node for (node,) in rows]


def _keys(core: Core, ids: Sequence[str], bases: list[int]) -> list[int]:
    """Ghosts of the keys that records have and links name."""
    keys = {key for _, key in StoredRows(core, -1).keys(bases)}
    for id_ in filter(is_link, ids):
        patterns, given = _where(core, id_)
        for pattern in patterns:
            rows = core.read(f"MATCH {pattern} RETURN e.source_base, e.target_base", **given)
            keys.update(node for row in rows for node in row)
    return sorted(keys)


def _rejoin(core: Core, run: int, ids: Sequence[str]) -> None:
    rows = StoredRows(core, run)
    bases = _bases(core, ids)
    seeds = {*bases, *_keys(core, ids, bases)}
    Writer(core, run, 0, rows.hidden).rejoin(standing(rows, seeds), {}, ())


def _delete(core: Core, ids: Sequence[str]) -> None:
    """Delete every version with its texts, and the keys that nothing else says."""
    bases = _bases(core, ids)
    keys = _keys(core, ids, bases)
    for id_ in ids:
        patterns, given = _where(core, id_)
        for pattern in patterns:
            core.run(f"MATCH {pattern} DELETE e", **given)
    # What another run has added and not yet settled is said again, and keeps its keys.
    core.run(
        "UNWIND $rows AS n MATCH (b:KedjaBase {node: n})-[k:KEDJA_KEY]->()"
        " WHERE NOT EXISTS { MATCH (r:KedjaRecord {base: n}) USING INDEX r:KedjaRecord(base) } DELETE k",
        rows=bases,
    )
    core.run(
        f"UNWIND $rows AS n MATCH (b:KedjaBase {{node: n}})"
        f" USING INDEX b:KedjaBase(node) WHERE NOT EXISTS {{ (b)<-[:KEDJA_KEY]-() }}"
        f" AND NOT EXISTS {{ MATCH (b){STOOD}-[l:{ANY_LINK}]-()"
        " WHERE l.source_base = b.node OR l.target_base = b.node }"
        " SET b.key = ''",
        rows=keys,
    )


def tombstones(core: Core) -> list[Tombstone]:
    """See ``Store.tombstones``."""
    rows = core.read(
        "MATCH (t:KedjaTombstone) MATCH (r:KedjaRun {run: t.run}) WHERE r.publication IS NOT NULL"
        " RETURN t.id, r.publication, t.reason, t.at, t.rows ORDER BY r.publication, t.id"
    )
    return [Tombstone(id_, number, reason, unstamp(at), count) for id_, number, reason, at, count in rows]
