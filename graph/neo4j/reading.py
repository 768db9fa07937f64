"""Reading at a publication under a clearance: records, links, history, changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from graph.neo4j.core import Core, Row, View, seen
from graph.neo4j.joining import base_id
from graph.neo4j.schema import LINK_TYPES, patterns
from graph.store import At, Changes, StoredLink, StoredRecord
from graph.stored import SHIFT, read_source
from ontology.errors import InputError
from ontology.model import NODES
from ontology.records import Common, Polarity, Secrecy, Source, Status, link_id, link_order

_COMMON = (
    "{0}.status, {0}.confidence, {0}.denied, {0}.secrecy, toString({0}.valid_from), toString({0}.valid_to), {0}.cites"
)
_RECORD = (
    "b.id, e.id, e.node, b.kind, r.row, r.keys, r.properties, r.said, r.locator, r.raw, r.added, r.retracted, "
    + _COMMON.format("r")
)
_LINK = (
    "s.id, t.id, s.node, t.node, type(l), l.row, l.ord, l.source_key, l.target_key, l.properties, l.said, l.locator,"
    " l.raw, l.added, l.retracted, " + _COMMON.format("l")
)
_OF_RECORD = (
    "MATCH (b:KedjaBase {node: r.base})"
    " USING INDEX SEEK b:KedjaBase(node) MATCH (e:KedjaBase {node: r.entity}) USING INDEX SEEK e:KedjaBase(node)"
)


def _common(row: Row) -> Common:
    status, confidence, denied, secrecy, valid_from, valid_to, cites = row
    return Common(
        Status(status), confidence, Polarity.DENIED if denied else Polarity.ASSERTED, Secrecy(secrecy),
        date.fromisoformat(valid_from) if valid_from else None, date.fromisoformat(valid_to) if valid_to else None,
        cites or "",
    )  # fmt: skip


def _record(core: Core, row: Row) -> StoredRecord:
    return StoredRecord(
        row=row[4], id=base_id(row[0], None), entity=row[1], node=row[2], type=row[3], keys=tuple(json.loads(row[5])),
        properties=json.loads(row[6]), common=_common(row[12:19]), source=core.source_of(row[7]),
        locator=row[8] or "", raw=json.loads(row[9]) if row[9] else {},
    )  # fmt: skip


def _link(core: Core, row: Row) -> StoredLink:
    return StoredLink(
        row=row[5], id=link_id(row[6]), type=row[4], source=row[0], target=row[1], source_node=row[2],
        target_node=row[3], source_key=row[7], target_key=row[8], properties=json.loads(row[9]) if row[9] else {},
        common=_common(row[15:22]), origin=core.source_of(row[10]), locator=row[11] or "",
        raw=json.loads(row[12]) if row[12] else {},
    )  # fmt: skip


def sources(core: Core, at: At) -> dict[str, Source]:
    """See ``Store.sources``: those of published runs, within the clearance, as the last of its runs described each."""
    rows = core.read(
        "MATCH (r:KedjaRun) WHERE r.source IS NOT NULL AND r.secrecy <= $clearance AND r.publication <= $publication"
        " RETURN r.source, r.described ORDER BY r.source, r.publication",
        clearance=int(at.clearance), publication=core.view(at).publication,
    )  # fmt: skip
    last = {str(id_): str(described) for id_, described in rows}
    return {id_: read_source(described) for id_, described in last.items()}


def entity_ids(ids: Iterable[str], first: str) -> list[str]:
    """Those texts that are ids beginning with one of some letters, as the entity id of the same base."""
    return sorted({"e" + i[1:] for i in ids if len(i) == 21 and i[0] in first and is_hex(i[1:])})


def is_hex(text: str) -> bool:
    return all(c in "0123456789abcdef" for c in text)


def is_link(text: str) -> bool:
    """Whether a text is the id of a stored link."""
    return len(text) == 17 and text[0] == "l" and is_hex(text[1:]) and text[1] < "8"


def records(
    core: Core, at: At, *, types: Iterable[str] | None, entities: Iterable[str] | None, ids: Iterable[str] | None,
    rows: Iterable[int] | None,
) -> Iterator[StoredRecord]:  # fmt: skip
    """See ``Store.records``."""
    view = core.view(at)
    start, given = "MATCH (r:KedjaRecord)", view.given
    where = [seen("r")]
    if entities is not None:
        given["entities"] = entity_ids(entities, "e")
        start = (
            "UNWIND $entities AS id MATCH (x:KedjaBase {id: id})"
            " USING INDEX SEEK x:KedjaBase(id) MATCH (r:KedjaRecord {entity: x.node})"
            " USING INDEX SEEK r:KedjaRecord(entity)"
        )
    if ids is not None:
        given["ids"] = entity_ids(ids, "r")
        where.append("r.base IN [x IN ids | x.node]")
        start = f"MATCH (i:KedjaBase) WHERE i.id IN $ids AND i.key IS NULL WITH collect(i) AS ids {start}"
    if rows is not None:
        given["rows"] = [int(n) for n in rows]
        where.append("r.row IN $rows")
    if types is not None:
        given["types"] = [name for name in types if name in NODES]
        where.append("r.kind IN $types")
    found = core.stream(
        f"{start} WHERE {' AND '.join(where)} {_OF_RECORD} RETURN {_RECORD} ORDER BY e.id, b.id, r.hash, r.row", **given
    )
    for row in found:
        yield _record(core, row)


def links(
    core: Core, at: At, *, types: Iterable[str] | None, source: Iterable[str] | None, target: Iterable[str] | None,
    ids: Iterable[str] | None, rows: Iterable[int] | None,
) -> Iterator[StoredLink]:  # fmt: skip
    """See ``Store.links``."""
    view = core.view(at)
    wanted = [name for name in LINK_TYPES if types is None or name in set(types)]
    if not wanted:
        return
    given, where = view.given, [seen("l")]
    for end, name, given_ids in (("s", "source", source), ("t", "target", target)):
        if given_ids is not None:
            given[name] = entity_ids(given_ids, "e")
            where.append(f"{end}.id IN ${name}")
    for name, column, numbers in (
        ("ords", "ord", None if ids is None else [link_order(i) for i in set(ids) if is_link(i)]),
        ("rows", "row", None if rows is None else [int(n) for n in rows]),
    ):
        if numbers is not None:
            given[name] = numbers
            where.append(f"l.{column} IN ${name}")
    indexed = source is None and target is None and not (ids is None and rows is None)
    kinds = patterns(core, wanted) if indexed else ["|".join(wanted)]
    if types is not None:
        given["types"] = wanted
        where.append("type(l) IN $types")
    parts = [
        f"MATCH (s:KedjaBase)-[l:{kind}]->(t:KedjaBase) WHERE {' AND '.join(where)} RETURN s, l, t" for kind in kinds
    ]
    found = core.stream(
        f"CALL () {{ {' UNION ALL '.join(parts)} }} RETURN {_LINK} ORDER BY s.id, t.id, type(l), l.ord, l.hash, l.row",
        **given,
    )
    for row in found:
        yield _link(core, row)


def history(core: Core, id_: str, clearance: Secrecy) -> list[tuple[StoredRecord | StoredLink, int, int | None]]:
    """See ``Store.history``."""
    published: dict[int, int] = dict(
        core.read("MATCH (r:KedjaRun) WHERE r.publication IS NOT NULL RETURN r.run, r.publication")  # type: ignore[arg-type]
    )
    versions: list[tuple[StoredRecord | StoredLink, int, int | None]] = []
    if is_link(id_):
        parts = [
            f"MATCH (s)-[l:{kind}]->(t) WHERE l.ord = $ord AND l.secrecy <= $clearance RETURN s, l, t"
            for kind in patterns(core, LINK_TYPES)
        ]
        found = core.read(
            f"CALL () {{ {' UNION ALL '.join(parts)} }} RETURN {_LINK}",
            ord=link_order(id_), clearance=int(clearance),
        )  # fmt: skip
        made = [(_link(core, row), row[13], row[14]) for row in found]
    elif base := entity_ids([id_], "r"):
        found = core.read(
            "MATCH (x:KedjaBase {id: $id})"
            " USING INDEX SEEK x:KedjaBase(id) WHERE x.key IS NULL MATCH (r:KedjaRecord {base: x.node})"
            " USING INDEX SEEK r:KedjaRecord(base)"
            f" WHERE r.secrecy <= $clearance {_OF_RECORD} RETURN {_RECORD}",
            id=base[0], clearance=int(clearance),
        )  # fmt: skip
        made = [(_record(core, row), row[10], row[11]) for row in found]  # type: ignore[misc]
    else:
        return []
    for version, added, retracted in made:
        if added in published:
            versions.append((version, published[added], published.get(retracted)))
    versions.sort(key=lambda v: (v[1], v[0].row))
    return versions


def changes(core: Core, before: At, after: At) -> Changes:
    """See ``Store.changes``. A statement with a new version is in both lists.

    Raises:
        InputError: two different clearances.
    """
    if before.clearance != after.clearance:
        raise InputError("Changes are between two publications under one clearance.")
    low, high = sorted((before.publication, after.publication))
    old, new = core.view(before), core.view(after)
    touched = core.read(
        "MATCH (r:KedjaRun) WHERE r.publication > $low AND r.publication <= $high RETURN r.run, r.types",
        low=low, high=high,
    )  # fmt: skip
    added: set[str] = set()
    retracted: set[str] = set()
    for run, types in touched:
        for id_, is_ in _differing(core, run, types, old, new):
            (added if is_ else retracted).add(id_)
    return Changes(tuple(sorted(added)), tuple(sorted(retracted)))


def _differing(core: Core, run: int, types: list[str], old: View, new: View) -> Iterator[tuple[str, bool]]:
    """(id, whether it is seen now) of what a run added or took back and only one of two views sees."""
    given: dict[str, Any] = {"of": run, "first": run << SHIFT, "end": (run + 1) << SHIFT}
    for prefix, view in (("old", old), ("new", new)):
        given |= {f"{prefix}_{name}": value for name, value in view.given.items()}
    sees = {prefix: seen("e").replace("$", f"${prefix}_") for prefix in ("old", "new")}
    differs = f"WITH *, {sees['old']} AS was, {sees['new']} AS is WHERE was <> is"
    for which in ("e.row >= $first AND e.row < $end", "e.retracted = $of"):
        found = core.stream(
            f"MATCH (e:KedjaRecord) WHERE {which} MATCH (b:KedjaBase {{node: e.base}})"
            f" USING INDEX SEEK b:KedjaBase(node) {differs} RETURN b.id, is",
            **given,
        )
        yield from ((base_id(id_, None), is_) for id_, is_ in found)
        for kind in patterns(core, types):
            found = core.stream(f"MATCH ()-[e:{kind}]->() WHERE {which} {differs} RETURN e.ord, is", **given)
            yield from ((link_id(ord_), is_) for ord_, is_ in found)
