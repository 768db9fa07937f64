"""Full-text search: FTS5 finds the candidates, ``graph.searching`` ranks them."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from graph.identity import entity_id
from graph.searching import (
    CANDIDATES,
    LAST_TIERS,
    NEAR_LENGTH,
    PART_TIER,
    SHORTEST_PART,
    Query,
    slips_in,
    spelling,
    type_rank,
)
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
    found = _by_words(core, view, query, wanted, limit) if query.chunks else {}
    for entity in _by_identifier(core, at, text):
        if wanted is None or entity[1] in wanted:
            found[entity[0]] = _Found((0, 0, type_rank(entity[1]), 0, "", entity[0]), exact=True)
    best = heapq.nsmallest(max(limit, 0), found.items(), key=lambda item: item[1].rank)
    by_id = {e.id: e for e in entities(core, at, None, [id_ for id_, _ in best])}
    return [
        Hit(id_, by_id[id_].type, by_id[id_].name, by_id[id_].keys, hit.exact, float(PART_TIER - hit.rank[0]))
        for id_, hit in best
        if id_ in by_id
    ]


def _by_identifier(core: Core, at: At, text: str) -> list[tuple[str, str]]:
    """Entities that the text names by an id, a key or a bare identifier."""
    found = [find(core, at, key) for key in (text, *guess_keys(text)) if key.strip()]
    return [(entity.id, entity.type) for entity in found if entity]


def _by_words(core: Core, view: View, query: Query, types: set[str] | None, limit: int) -> dict[str, _Found]:
    """Ranked candidates, stage by stage: names that begin so and identifiers, whole words, an unfinished one, parts.

    Every hit of a stage ranks above those that only a later one finds, so enough of them end the search.
    """
    kinds = None if types is None else core.known_kinds(types)
    found: dict[str, _Found] = {}
    for stage, match in enumerate(_stages(query)):
        for id_, kind, name, alias, keys in _candidates(core, view, match, kinds, len(query.text)):
            tier, strange, length = spelling(query, (name, alias), json.loads(keys))
            entity = entity_id(id_)
            rank = (tier, strange, type_rank(core.kind_name(kind)), length, name, entity)
            known = found.get(entity)
            if known is None or rank < known.rank:
                found[entity] = _Found(rank, exact=tier == 0)
        if sum(hit.rank[0] <= LAST_TIERS[stage] for hit in found.values()) >= limit:
            break
    return found


def _stages(query: Query) -> Iterator[str]:
    """What to match, stage by stage. Only folded letters and digits reach FTS5, as phrases in quotation marks."""
    spellings = [[f'"{spelling}"' for spelling in chunk] for chunk in query.chunks]
    whole = " ".join(query.words)
    begins = "" if whole == query.core else f' OR ({{name_folded alias_folded}} : ^ "{whole}" *)'
    yield f'({{name_folded alias_folded also}} : ^ "{query.core}" *) OR ({{numbers}} : "{whole}"){begins}'
    yield f"{NAMES} : ({_every(spellings)})"
    yield f"{NAMES} : ({_every([*spellings[:-1], [f'{text} *' for text in spellings[-1]]])})"
    parts = [[f"{NAMES} : {text} *" for text in chunk] for chunk in spellings]
    for place, (word, *_) in enumerate(query.chunks):
        if len(word) < SHORTEST_PART:
            parts[place] = [f"{NAMES} : {text}" for text in spellings[place]]
        elif " " not in word:
            parts[place].append(f'ends : "{word[::-1]}" *')
    yield _every(parts)


NAMES = "{name_folded alias_folded numbers also}"


def named(core: Core, at: At, text: str, most: int) -> list[str]:
    """See ``Store.named``."""
    view, query = core.view(at), Query.read(text)
    if not query.chunks:
        return []
    *_, match = _stages(query)
    rows = core.reader().execute(
        "SELECT e.id FROM (SELECT r.entity FROM words CROSS JOIN record r ON r.body = words.rowid"
        f" WHERE words MATCH ? AND {view.sql('r')} ORDER BY r.length, r.hash, r.base LIMIT ?)"
        " JOIN base e ON e.node = entity",
        (match, most),
    )
    return [entity_id(id_) for (id_,) in rows]


MOST_TERMS = 200_000
"""Words of the index that are compared with one that names nothing: at first those of the same first letter."""
_MOST_NEAR = 100


def near(core: Core, at: At, word: str, most: int) -> list[str]:
    """See ``Store.near``. Only words that a reader at ``at`` may see are given, as many as there were none else."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    slips = slips_in(word)
    if not slips:
        return []
    view, read = core.view(at), core.reader().execute
    between = "FROM terms WHERE {} AND length(term) BETWEEN ? AND ? LIMIT ?"
    lengths = (len(word) - slips, len(word) + slips, MOST_TERMS)
    said = "SELECT 1 FROM words CROSS JOIN record r ON r.body = words.rowid"
    seen = f"{said} WHERE words MATCH ? AND {view.sql('r')} LIMIT 1"
    for which, given in (("term >= ? AND term < ?", (word[0], chr(ord(word[0]) + 1))), ("term <> ?", (word,))):
        terms = [term for (term,) in read(f"SELECT term {between.format(which)}", (*given, *lengths))]
        ranked = extract(word, terms, scorer=OSA.distance, score_cutoff=slips, limit=_MOST_NEAR)
        found = (term for term, *_ in ranked if term != word and read(seen, (f'{NAMES} : "{term}"',)).fetchone())
        if chosen := list(islice(found, most)):
            return chosen
    return []


def _every(chunks: list[list[str]]) -> str:
    return " AND ".join(f"({' OR '.join(chunk)})" for chunk in chunks)


def _candidates(
    core: Core, view: View, match: str, kinds: list[int] | None, length: int
) -> Iterator[tuple[str, int, str, str, str]]:
    ranks = " ".join(f"WHEN {number} THEN {type_rank(name)}" for name, number in core.node_kinds())
    chosen = "" if kinds is None else f" AND r.type IN ({','.join(map(str, kinds))})"
    yield from core.reader().execute(
        "WITH best AS MATERIALIZED (SELECT r.entity, r.type, r.body FROM words"
        " CROSS JOIN record r ON r.body = words.rowid"
        f" WHERE words MATCH ? AND {view.sql('r')}{chosen}"
        f" ORDER BY abs(r.length - ?) > {NEAR_LENGTH}, CASE r.type {ranks} ELSE 99 END, r.length, r.hash, r.base"
        f" LIMIT {CANDIDATES})"
        " SELECT e.id, best.type, d.name, d.alias, d.keys FROM best JOIN base e ON e.node = best.entity"
        " JOIN record_body d ON d.body = best.body",
        (match, length),
    )
