"""Records as a freeze takes them: flat rows, texts unparsed."""

from __future__ import annotations

from collections.abc import Iterator

from graph.identity import entity_id
from graph.sqlite.core import Core
from graph.sqlite.entities import ghosts_of
from graph.store import At, Described, Entity


def described(core: Core, at: At) -> Iterator[Described]:
    """See ``Store.described``."""
    view = core.view(at)
    rows = core.reader().execute(
        "SELECT e.id, r.entity, r.type, d.name, d.keys, d.properties, r.status, r.confidence, r.valid_from, r.valid_to"
        " FROM record r JOIN base e ON e.node = r.entity JOIN base b ON b.node = r.base"
        f" JOIN record_body d ON d.body = r.body WHERE {view.sql('r')}"
        " ORDER BY substr(e.id, 2), r.base <> r.entity, b.id, r.hash, r.row"
    )
    for id_, node, kind, *rest in rows:
        yield Described(entity_id(id_), node, core.kind_name(kind), *rest)


def ghosts(core: Core, at: At) -> Iterator[Entity]:
    """See ``Store.ghosts``."""
    return iter(sorted(ghosts_of(core, core.view(at), None, None), key=lambda entity: entity.id))
