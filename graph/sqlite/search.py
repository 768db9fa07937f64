"""Full-text search: FTS5 finds the candidates, ``graph.searching`` ranks them."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable
from dataclasses import dataclass

from graph.identity import entity_id
from graph.searching import Query, spelling, type_rank
from graph.sqlite.core import Core, View
from graph.sqlite.entities import entities, find
from graph.store import At, Hit
from ontology.values import guess_keys

_Rank = tuple[int, int, int, int, str, str]


@dataclass(slots=True)
class _Found:
    rank: _Rank
    exact: bool


def search(core: Core, at: At, text: str, types: Iterable[str] | None, limit: int) -> list[Hit]:
    """See ``Store.search``. No part of the text is read as FTS5 syntax."""
    view, query = core.view(at), Query.read(text)
    wanted = None if types is None else set(types)
    found = _by_words(core, view, query, wanted) if query.chunks else {}
    for entity in _by_identifier(core, at, text):
        if wanted is None or entity[1] in wanted:
            found[entity[0]] = _Found((0, 0, type_rank(entity[1]), 0, "", entity[0]), exact=True)
    best = heapq.nsmallest(max(limit, 0), found.items(), key=lambda item: item[1].rank)
    by_id = {e.id: e for e in entities(core, at, None, [id_ for id_, _ in best])}
    return [
        Hit(id_, by_id[id_].type, by_id[id_].name, by_id[id_].keys, hit.exact, float(6 - hit.rank[0]))
        for id_, hit in best
        if id_ in by_id
    ]


def _by_identifier(core: Core, at: At, text: str) -> list[tuple[str, str]]:
    """Entities that the text names by an id, a key or a bare identifier."""
    keys = guess_keys(text) if any(c.isdigit() for c in text) or len(text.strip()) <= 3 else ()
    found = [find(core, at, key) for key in (text, *keys) if key.strip()]
    return [(entity.id, entity.type) for entity in found if entity]


def _by_words(core: Core, view: View, query: Query, types: set[str] | None) -> dict[str, _Found]:
    # Quoted, a chunk is a phrase to FTS5 whatever stands in it; it folds and splits it as it did the names.
    match = " ".join(f'"{chunk}"' for chunk in query.chunks) + " *"
    kinds = ""
    if types is not None:
        kinds = f" AND e.type IN ({','.join(map(str, core.known_kinds(types)))})"
    rows = core.reader().execute(
        "SELECT e.id, e.type, d.name, d.alias, d.keys FROM words CROSS JOIN record r ON r.body = words.rowid"
        " JOIN base e ON e.node = r.entity JOIN record_body d ON d.body = r.body"
        f" WHERE words MATCH ? AND {view.sql('r')}{kinds}",
        (match,),
    )
    found: dict[str, _Found] = {}
    for id_, kind, name, alias, keys in rows:
        tier, strange, length = spelling(query, (name, alias), json.loads(keys))
        entity = entity_id(id_)
        rank = (tier, strange, type_rank(core.kind_name(kind)), length, name, entity)
        known = found.get(entity)
        if known is None or rank < known.rank:
            found[entity] = _Found(rank, exact=tier == 0)
    return found
