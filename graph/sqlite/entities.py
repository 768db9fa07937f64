"""Entities: what is visible of a thing, under one id. A ghost has links that name it and no record."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator
from itertools import groupby

from graph.identity import entity_id, ghost_id
from graph.sqlite.core import Core, View, chunks
from graph.sqlite.reading import bases_at, nodes_of
from graph.store import At, Entity
from ontology.errors import ValueProblem
from ontology.model import NODES
from ontology.values import parse_key


def entities(core: Core, at: At, types: Iterable[str] | None, ids: Iterable[str] | None) -> Iterator[Entity]:
    """See ``Store.entities``."""
    view = core.view(at)
    kinds = None if types is None else core.known_kinds(types)
    nodes = None if ids is None else nodes_of(core, ids, "e")
    ghosts = sorted(ghosts_of(core, view, kinds, nodes), key=lambda e: e.id)
    return heapq.merge(_described(core, view, kinds, nodes), ghosts, key=lambda e: e.id)


def _described(core: Core, view: View, kinds: list[int] | None, nodes: list[int] | None) -> Iterator[Entity]:
    where, given = [view.sql("r")], {}
    if nodes is not None:
        given["nodes"] = json.dumps(nodes)
        where.append(f"r.base IN {bases_at(view, ':nodes')}")
        where.append("+r.entity IN (SELECT value FROM json_each(:nodes))")
    if kinds is not None:
        where.append(f"e.type IN ({','.join(map(str, kinds))})")
    rows = core.reader().execute(
        "SELECT e.id, r.entity, e.type, d.keys, d.name FROM record r JOIN base e ON e.node = r.entity"
        " JOIN base b ON b.node = r.base JOIN record_body d ON d.body = r.body"
        f" WHERE {' AND '.join(where)} ORDER BY substr(e.id, 2), r.base <> r.entity, b.id, r.hash",
        given,
    )
    for _, group in groupby(rows, key=lambda row: row[0]):
        found = list(group)
        id_, node, kind = found[0][:3]
        keys = {key for row in found for key in json.loads(row[3])}
        yield Entity(entity_id(id_), node, core.kind_name(kind), tuple(sorted(keys)), found[0][4], ghost=False)


def ghosts_of(core: Core, view: View, kinds: list[int] | None, nodes: list[int] | None) -> Iterator[Entity]:
    """Entities that only links name, as far as the clearance sees: so also those whose records are withheld."""
    connection = core.reader()
    if nodes is None:
        member = f"SELECT 1 FROM member m WHERE m.base = b.node AND {view.sql('m', secrecy=False)}"
        candidates = f"SELECT b.node FROM base b WHERE b.key IS NOT NULL AND NOT EXISTS ({member})"
        withheld = (
            f"SELECT r.entity FROM record r WHERE r.secrecy > {int(view.clearance)} AND {view.sql('r', secrecy=False)}"
        )
        nodes = [node for (node,) in connection.execute(f"{candidates} UNION {withheld}")]
    seen = f"SELECT 1 FROM record r WHERE r.base = c.base AND r.entity = c.entity AND {view.sql('r')}"
    for batch in chunks(nodes):
        named: dict[int, set[str]] = {}
        under = (
            "WITH c(entity, base) AS MATERIALIZED (SELECT value, value FROM json_each(?1) UNION SELECT m.entity, m.base"
            " FROM member m WHERE m.entity IN (SELECT value FROM json_each(?1))"
            f" AND {view.sql('m', secrecy=False)})"
        )
        described = {node for (node,) in connection.execute(
            f"{under} SELECT DISTINCT c.entity FROM c WHERE EXISTS ({seen})", (batch,)
        )}  # fmt: skip
        for end in ("source", "target"):
            rows = connection.execute(
                f"{under} SELECT DISTINCT c.entity, b.key FROM c CROSS JOIN link l ON l.{end}_base = c.base"
                f" JOIN base b ON b.node = c.base WHERE l.{end} = c.entity AND {view.sql('l')}",
                (batch,),
            )
            for entity, key in rows:
                if entity not in described:
                    named.setdefault(entity, set()).add(key)
        facts = connection.execute(
            "SELECT node, id, type FROM base WHERE node IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(named)),),
        )
        for node, id_, kind in facts:
            if kinds is None or kind in kinds:
                keys = tuple(sorted(named[node]))
                yield Entity(entity_id(id_), node, core.kind_name(kind), keys, keys[0], ghost=True)


def find(core: Core, at: At, text: str) -> Entity | None:
    """See ``Store.find``."""
    view, text = core.view(at), text.strip()
    if bases := nodes_of(core, [text], "e"):
        return _of_id(core, at, view, bases)
    try:
        key = parse_key(text)
    except ValueProblem:
        key = text
    return _of_key(core, at, view, key)


def _entity(core: Core, at: At, node: int) -> Entity | None:
    row = core.reader().execute("SELECT id FROM base WHERE node = ?", (node,)).fetchone()
    return next(iter(entities(core, at, None, [entity_id(row[0])])), None)


def _stands(core: Core, view: View, base: int) -> int:
    row = (
        core.reader()
        .execute(f"SELECT entity FROM member m WHERE base = ? AND {view.sql('m', secrecy=False)}", (base,))
        .fetchone()
    )
    return int(row[0]) if row else base


def _of_id(core: Core, at: At, view: View, bases: list[int]) -> Entity | None:
    for base in bases:
        if not was_shown(core, view, base):
            continue
        found = _entity(core, at, _stands(core, view, base))
        if found:
            return found
        # A record that was taken back: its keys say where the thing went.
        keys = core.reader().execute(
            "SELECT k.key FROM record_key k JOIN base b ON b.node = k.key WHERE k.base = ? ORDER BY b.id", (base,)
        )
        for (key,) in keys.fetchall():
            if found := _of_ghost(core, at, view, key):
                return found
    return None


def redirects(core: Core, at: At) -> Iterator[tuple[str, str]]:
    """(id, the entity that it finds) for the ids of which what is visible does not tell it by itself: of records and
    ghosts that are there no more, and of keys that several entities have, or that only a link says."""
    view = core.view(at)
    seen, member = view.sql("r"), view.sql("m", secrecy=False)
    held = f"SELECT 1 FROM record_key k CROSS JOIN record r ON r.base = k.base WHERE k.key = m.base AND {seen}"
    bases = core.reader().execute(
        "SELECT o.base FROM record o WHERE o.retracted IS NOT NULL"
        f" AND NOT EXISTS (SELECT 1 FROM record r WHERE r.base = o.base AND {seen})"
        f" UNION SELECT k.key FROM record_key k CROSS JOIN record r ON r.base = k.base WHERE {seen}"
        " GROUP BY k.key HAVING min(r.entity) < max(r.entity)"
        " UNION SELECT m.base FROM member m JOIN base b ON b.node = m.base"
        f" WHERE b.key IS NOT NULL AND {member} AND (m.rule <> '' OR NOT EXISTS ({held}))"
    )
    for (base,) in bases.fetchall():
        found = _of_id(core, at, view, [base])
        (id_,) = core.reader().execute("SELECT id FROM base WHERE node = ?", (base,)).fetchone()
        if found and found.id != entity_id(id_):
            yield entity_id(id_), found.id


def was_shown(core: Core, view: View, base: int) -> bool:
    """Whether the clearance has seen the base by now, even if it no longer stands."""
    holds = f"SELECT 1 FROM record r WHERE r.base = :base AND {view.added('r')}"
    named = " OR ".join(
        f"EXISTS (SELECT 1 FROM link l WHERE l.{end}_base = :base AND {view.added('l')})"
        for end in ("source", "target")
    )
    keyed = (
        f"SELECT 1 FROM record_key k CROSS JOIN record r ON r.base = k.base WHERE k.key = :base AND {view.added('r')}"
    )
    sql = f"SELECT EXISTS ({holds}) OR {named} OR EXISTS ({keyed})"
    return bool(core.reader().execute(sql, {"base": base}).fetchone()[0])


def _of_key(core: Core, at: At, view: View, key: str) -> Entity | None:
    if not nodes_of(core, [ghost_id(type_, key) for type_ in NODES], "g"):
        return None  # of most keys that are asked for in lists: nothing of any type
    for type_ in NODES:
        for base in nodes_of(core, [ghost_id(type_, key)], "g"):
            if found := _of_ghost(core, at, view, base):
                return found
    return None


def _of_ghost(core: Core, at: At, view: View, ghost: int) -> Entity | None:
    """The entity that a key stands for, if something visible says the key.

    Where the ghost was judged to be another thing than the records with its key, and no link is left to show it, it
    still finds the first of these.
    """
    connection = core.reader()
    row = connection.execute(
        "SELECT r.entity FROM record_key k CROSS JOIN record r ON r.base = k.base JOIN base e ON e.node = r.entity"
        f" WHERE k.key = ? AND {view.sql('r')} ORDER BY substr(e.id, 2) LIMIT 1",
        (ghost,),
    ).fetchone()
    stands = _stands(core, view, ghost)
    if row is None:
        named = " OR ".join(
            f"EXISTS (SELECT 1 FROM link l WHERE l.{end}_base = :g AND {view.sql('l')})" for end in ("source", "target")
        )
        if not connection.execute(f"SELECT {named}", {"g": ghost}).fetchone()[0]:
            return None
    return _entity(core, at, stands) or (_entity(core, at, row[0]) if row else None)
