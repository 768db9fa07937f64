"""Entities: what is visible of a thing, under one id. A ghost has links that name it and no record."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator
from itertools import groupby

from graph.identity import entity_id, ghost_id
from graph.neo4j.core import Core, View, seen
from graph.neo4j.reading import entity_ids
from graph.neo4j.schema import ANY_LINK
from graph.neo4j.seeing import named, shown
from graph.store import At, Entity
from ontology.errors import ValueProblem
from ontology.model import NODES
from ontology.records import Secrecy
from ontology.values import parse_key


def entities(core: Core, at: At, types: Iterable[str] | None, ids: Iterable[str] | None) -> Iterator[Entity]:
    """See ``Store.entities``."""
    view = core.view(at)
    kinds = None if types is None else [name for name in types if name in NODES]
    wanted = None if ids is None else entity_ids(ids, "e")
    ghosts = sorted(ghosts_of(core, view, kinds, wanted), key=lambda e: e.id)
    return heapq.merge(_described(core, view, kinds, wanted), ghosts, key=lambda e: e.id)


def _described(core: Core, view: View, kinds: list[str] | None, ids: list[str] | None) -> Iterator[Entity]:
    start, given = "MATCH (r:KedjaRecord)", view.given
    if ids is not None:
        given["ids"] = ids
        start = (
            "UNWIND $ids AS id MATCH (x:KedjaBase {id: id})"
            " USING INDEX SEEK x:KedjaBase(id) MATCH (r:KedjaRecord {entity: x.node})"
            " USING INDEX SEEK r:KedjaRecord(entity)"
        )
    chosen = ""
    if kinds is not None:
        given["kinds"] = kinds
        chosen = "WHERE e.kind IN $kinds"
    rows = core.stream(
        f"{start} WHERE {seen('r')} MATCH (e:KedjaBase {{node: r.entity}}) USING INDEX SEEK e:KedjaBase(node)"
        f" {chosen or ''}"
        " MATCH (b:KedjaBase {node: r.base}) USING INDEX SEEK b:KedjaBase(node)"
        " RETURN e.id, e.node, e.kind, r.keys, r.name ORDER BY e.id, r.base <> r.entity, b.id, r.hash",
        **given,
    )
    for id_, group in groupby(rows, key=lambda row: str(row[0])):
        found = list(group)
        keys = {key for row in found for key in json.loads(row[3])}
        yield Entity(id_, found[0][1], found[0][2], tuple(sorted(keys)), found[0][4], ghost=False)


def ghosts_of(core: Core, view: View, kinds: list[str] | None, ids: list[str] | None) -> Iterator[Entity]:
    """Entities that only links name, as far as the clearance sees: so also those whose records are withheld."""
    given = view.given
    nodes: Iterable[int]
    if ids is None:
        nodes = sorted({*_unjoined(core, view), *_withheld(core, view)})
    else:
        nodes = [n for (n,) in core.read("MATCH (b:KedjaBase) WHERE b.id IN $ids RETURN b.node", ids=ids)]
    keys_of = " UNION ".join(
        f"MATCH {pattern} WHERE {seen('l')} RETURN DISTINCT l.{end}_key AS key"
        for pattern, end in ((f"(b)-[l:{ANY_LINK}]->()", "source"), (f"(b)<-[l:{ANY_LINK}]-()", "target"))
    )
    rows = core.ask(
        "UNWIND $rows AS n MATCH (b:KedjaBase {node: n}) USING INDEX SEEK b:KedjaBase(node)"
        f" WHERE NOT EXISTS {{ MATCH (r:KedjaRecord {{entity: n}})"
        f" USING INDEX SEEK r:KedjaRecord(entity) WHERE {seen('r')} }}"
        f" CALL (b) {{ {keys_of} }} RETURN b.node, b.id, b.kind, collect(key)",
        nodes, **given,
    )  # fmt: skip
    for node, id_, kind, names in rows:
        if kinds is None or kind in kinds:
            keys = tuple(sorted(names))
            yield Entity(id_, node, kind, keys, keys[0], ghost=True)


def _unjoined(core: Core, view: View) -> Iterator[int]:
    """Ghosts that stand under nothing."""
    rows = core.stream(
        "MATCH (b:KedjaBase) WHERE b.key IS NOT NULL"
        f" AND NOT EXISTS {{ MATCH (b)-[m:KEDJA_UNDER]->() WHERE {seen('m', secrecy=False)} }} RETURN b.node",
        **view.given,
    )
    yield from (node for (node,) in rows)


def _withheld(core: Core, view: View) -> Iterator[int]:
    """Heads of records that the clearance may not read; looked for only where something is secret."""
    if view.clearance is Secrecy.RESTRICTED:
        return
    if not core.read("MATCH (s:KedjaStore {key: 'store'}) RETURN s.careful")[0][0]:
        return
    rows = core.stream(
        f"MATCH (r:KedjaRecord) WHERE r.secrecy > $clearance AND {seen('r', secrecy=False)} RETURN DISTINCT r.entity",
        **view.given,
    )
    yield from (node for (node,) in rows)


def find(core: Core, at: At, text: str) -> Entity | None:
    """See ``Store.find``."""
    view, text = core.view(at), text.strip()
    if wanted := entity_ids([text], "e"):
        for base in core.read(
            "MATCH (b:KedjaBase {id: $id}) USING INDEX SEEK b:KedjaBase(id) RETURN b.node", id=wanted[0]
        ):
            return _of_id(core, at, view, base[0])
        return None
    try:
        key = parse_key(text)
    except ValueProblem:
        key = text
    return _of_key(core, at, view, key)


def _entity(core: Core, at: At, node: int) -> Entity | None:
    ((id_,),) = core.read("MATCH (b:KedjaBase {node: $node}) USING INDEX SEEK b:KedjaBase(node) RETURN b.id", node=node)
    return next(iter(entities(core, at, None, [id_])), None)


def _stands(core: Core, view: View, base: int) -> int:
    rows = core.read(
        f"MATCH (b:KedjaBase {{node: $base}})-[m:KEDJA_UNDER]->(h) USING INDEX SEEK b:KedjaBase(node)"
        f" WHERE {seen('m', secrecy=False)} RETURN h.node",
        base=base, **view.given,
    )  # fmt: skip
    return int(rows[0][0]) if rows else base


def _of_id(core: Core, at: At, view: View, base: int) -> Entity | None:
    if not shown(core, view, [base]):
        return None
    if found := _entity(core, at, _stands(core, view, base)):
        return found
    # A record that was taken back: its keys say where the thing went.
    keys = core.read(
        "MATCH (b:KedjaBase {node: $base})-[:KEDJA_KEY]->(k) USING INDEX SEEK b:KedjaBase(node)"
        " RETURN k.node ORDER BY k.id",
        base=base,
    )
    for (key,) in keys:
        if found := _of_ghost(core, at, view, key):
            return found
    return None


def _of_key(core: Core, at: At, view: View, key: str) -> Entity | None:
    ids = [entity_id(ghost_id(type_, key)) for type_ in NODES]
    rows = core.read(
        "UNWIND $ids AS id MATCH (b:KedjaBase {id: id})"
        " USING INDEX SEEK b:KedjaBase(id) WHERE b.key IS NOT NULL RETURN b.id, b.node",
        ids=ids,
    )
    there: dict[str, int] = dict(rows)  # type: ignore[arg-type]
    for id_ in ids:
        if id_ in there and (found := _of_ghost(core, at, view, there[id_])):
            return found
    return None


def _of_ghost(core: Core, at: At, view: View, ghost: int) -> Entity | None:
    """The entity that a key stands for, if something visible says the key.

    Where the ghost was judged to be another thing than the records with its key, and no link is left to show it, it
    still finds the first of these.
    """
    rows = core.read(
        "MATCH (k:KedjaBase {node: $ghost})<-[:KEDJA_KEY]-(b) USING INDEX SEEK k:KedjaBase(node)"
        " MATCH (r:KedjaRecord {base: b.node})"
        " USING INDEX SEEK r:KedjaRecord(base)"
        f" WHERE {seen('r')} MATCH (e:KedjaBase {{node: r.entity}})"
        f" USING INDEX SEEK e:KedjaBase(node) RETURN e.node ORDER BY e.id LIMIT 1",
        ghost=ghost, **view.given,
    )  # fmt: skip
    stands = _stands(core, view, ghost)
    if not rows and not named(core, view, [ghost]):
        return None
    return _entity(core, at, stands) or (_entity(core, at, rows[0][0]) if rows else None)
