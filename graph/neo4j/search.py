"""Full-text search: an index finds the candidates, ``graph.searching`` ranks them.

The index holds words that are already split and folded, and is asked for such words only: letters and digits in lower
case. No character that means something to Lucene ever reaches its parser.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from graph.neo4j.core import Core, View, seen
from graph.neo4j.entities import entities, find
from graph.neo4j.schema import WORDS
from graph.searching import CANDIDATES, LAST_TIERS, MAX_FOLDED, NEAR_LENGTH, Query, fold, spelling, type_rank, words_of
from graph.store import At, Hit
from ontology.model import NODES
from ontology.values import guess_keys

_LONGEST = 255
"""Characters of the longest word in the index: its tokenizer splits what is longer."""

_Rank = tuple[int, int, int, int, str, str]


@dataclass(slots=True)
class _Found:
    rank: _Rank
    exact: bool


def search(core: Core, at: At, text: str, types: Iterable[str] | None, limit: int) -> list[Hit]:
    """See ``Store.search``."""
    view, query = core.view(at), Query.read(text)
    wanted = None if types is None else set(types)
    found = _by_words(core, view, query, wanted, limit) if query.chunks else {}
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


def _by_words(core: Core, view: View, query: Query, types: set[str] | None, limit: int) -> dict[str, _Found]:
    """Ranked candidates, stage by stage: names that begin so and identifiers, then whole words, then an unfinished one.

    Every hit of a stage ranks above those that only a later one finds, so enough of them end the search.
    """
    found: dict[str, _Found] = {}
    for stage, (cypher, given) in enumerate(_stages(query)):
        for id_, kind, name, alias, keys in _candidates(core, view, cypher, given, types, len(query.text)):
            tier, strange, length = spelling(query, (name, alias), json.loads(keys))
            rank = (tier, strange, type_rank(kind), length, name, id_)
            known = found.get(id_)
            if known is None or rank < known.rank:
                found[id_] = _Found(rank, exact=tier == 0)
        if sum(hit.rank[0] <= LAST_TIERS[stage] for hit in found.values()) >= limit:
            break
    return found


def _stages(query: Query) -> Iterator[tuple[str, dict[str, Any]]]:
    phrases = [words_of(fold(chunk)) for chunk in query.chunks]
    everything = [word for words in phrases for word in words]
    whole = " ".join(everything)
    index = f"CALL db.index.fulltext.queryNodes('{WORDS}', $lucene) YIELD node AS r"
    begins = " UNION ".join((
        "MATCH (r:KedjaRecord) WHERE r.folded STARTS WITH $whole RETURN r",
        "MATCH (r:KedjaRecord) WHERE r.folded_sv STARTS WITH $whole RETURN r",
        f"{index} RETURN r",
    ))  # fmt: skip
    yield begins, {"whole": whole[:MAX_FOLDED], "lucene": f'numbers:"{whole}"'}
    yield f"{index} RETURN r", {"lucene": " AND ".join(_anywhere(f'"{" ".join(words)}"') for words in phrases)}
    last = phrases[-1][-1]
    finished = [_anywhere(f'"{" ".join(words)}"') for words in (*phrases[:-1], phrases[-1][:-1]) if words]
    yield f"{index} RETURN r", {"lucene": " AND ".join((*finished, _anywhere(f"{last[:_LONGEST]}*")))}


def _anywhere(term: str) -> str:
    return f"(words:{term} OR words_sv:{term} OR numbers:{term})"


def _candidates(
    core: Core, view: View, cypher: str, given: dict[str, Any], types: set[str] | None, length: int
) -> Iterator[Any]:
    ranks = " ".join(f"WHEN '{name}' THEN {type_rank(name)}" for name in NODES)
    chosen = "" if types is None else " AND r.kind IN $kinds"
    yield from core.read(
        f"CALL () {{ {cypher} }} WITH r WHERE {seen('r')}{chosen}"
        " WITH r ORDER BY abs(r.length - $length) > $near,"
        f" CASE r.kind {ranks} ELSE 99 END, r.length, r.base, r.hash LIMIT {CANDIDATES}"
        " MATCH (e:KedjaBase {node: r.entity})"
        " USING INDEX SEEK e:KedjaBase(node) RETURN e.id, r.kind, r.name, r.alias, r.keys",
        length=length, near=NEAR_LENGTH, kinds=sorted(types or ()), **given, **view.given,
    )  # fmt: skip
