"""Search as a person means it: by names, else by names and what is told of a thing, with what each hit is.

*handskar malaysia* finds the site in Malaysia whose step puts out *Handskar*: each word is in the thing's own names or
in the names of its place, kind or whole. Only what the reader may see is in the snapshot, so only that tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice, product

import numpy as np

from graph.questions.describing import country_of
from graph.questions.found import Found, Named
from graph.questions.groups import own_part
from graph.questions.levels import worst_of
from graph.questions.telling import telling, told_by
from graph.searching import Query, fold, slips_in, type_rank, words_of
from graph.snapshot.arrays import I64, Bool
from graph.snapshot.topology import NODE_CODE, NODE_TYPES
from graph.snapshot.view import Snapshot
from graph.sqlite import Store
from graph.store import At, Hit
from ontology.countries import countries_near, country_code
from ontology.model import NODES, Tells
from ontology.records import Secrecy
from ontology.roles import FOUND_LAST
from ontology.values import make_key

MOST_NAMED = 5_000
"""Entities that one word may name; of more, those with the shortest names."""
MOST_TOLD = 3
MOST_SPELLINGS = 3
"""Words of names that one which names nothing may have been meant for."""
_MOST_TEXTS = 9
_BETWEEN = frozenset(("i", "in", "fran", "from", "av", "of", "by", "for", "till", "to", "pa", "at", "och", "and"))
"""Words that join others and name nothing, folded."""
_LONGEST_COUNTRY, _LONGEST_CODE = 4, 3


def find(store: Store, s: Snapshot, text: str, *, types: Iterable[str] | None = None, limit: int = 20) -> list[Found]:
    """Hits, best first: those of the names alone, then those whose other words are told of them.

    Where something is told, things stand before what is said of them, so that many findings hide no factory. Where
    nothing is found at all, hits of words spelled nearly so, which are ``similar`` and never certain.
    """
    if found := _find(store, s, text, types, limit):
        return found
    near: dict[str, Found] = {}
    for other in _spelled_nearly(store, s, text):
        for hit in _find(store, s, other, types, limit - len(near)):
            near.setdefault(hit.id, hit.model_copy(update={"exact": False, "similar": True}))
        if len(near) >= limit:
            break
    return list(near.values())


def with_levels(s: Snapshot, hits: Sequence[Found], risk: str) -> list[Found]:
    """The hits, each with the level of a risk that reaches what it names."""
    parts = {hit.id: own_part(s, vertex) for hit in hits if (vertex := s.vertex(hit.id)) is not None}
    placed = {id: part for id, part in parts.items() if part is not None}
    levels = dict(zip(placed, worst_of(s, risk, list(placed.values())), strict=True))
    return [hit.model_copy(update={"level": levels.get(hit.id)}) for hit in hits]


def _spelled_nearly(store: Store, s: Snapshot, text: str) -> Iterator[str]:
    """The text with each word that names nothing in the place of one that does; nothing where every word does."""
    at = At(s.known.publication, Secrecy.read(s.known.clearance))
    words = Query.read(text).words
    known = {word: bool(word in _BETWEEN or country_code(word) or store.named(at, word, 1)) for word in words}
    if all(known.values()):
        return
    choices = [[word] if known[word] else _meant(store, at, word) for word in words]
    yield from islice((" ".join(chosen) for chosen in product(*choices)), _MOST_TEXTS)


def _meant(store: Store, at: At, word: str) -> list[str]:
    """Words that one which names nothing may have been meant for: of countries that there are, and of names."""
    countries = countries_near(word, slips_in(word)).items()
    there = [fold(name) for name, code in countries if store.find(at, make_key("iso3166-1", code))]
    return list(dict.fromkeys([*there, *store.near(at, word, MOST_SPELLINGS)]))[:MOST_SPELLINGS]


def _find(store: Store, s: Snapshot, text: str, types: Iterable[str] | None, limit: int) -> list[Found]:
    at = At(s.known.publication, Secrecy.read(s.known.clearance))
    wanted = None if types is None else tuple(types)
    hits = store.search(at, text, types=wanted, limit=limit)
    if sum(not _is_said(hit) for hit in hits) < limit:
        known = {hit.entity for hit in hits}
        told = [
            Hit(s.id(v), s.type(v), s.name(v), s.keys(v), exact=False, score=-1.0)
            for v in _by_what_is_told(store, s, at, text, wanted, limit)
            if s.id(v) not in known
        ]
        hits = sorted([*hits, *told], key=_is_said) if told else hits
    return _described(s, hits[: max(limit, 0)])


def _is_said(hit: Hit) -> bool:
    return hit.type in FOUND_LAST and not hit.exact


def _by_what_is_told(
    store: Store, s: Snapshot, at: At, text: str, types: Sequence[str] | None, limit: int
) -> list[int]:
    """Vertices that every word names or tells of; those named by most words first."""
    query = Query.read(text)
    # In capitals among others a code: "in" is a word, "IN" is India.
    codes = {word for word in words_of(text) if word.isupper()} if not text.isupper() else set()
    phrases = [chunk[0] for chunk in query.chunks if chunk[0] not in _BETWEEN or chunk[0].upper() in codes]
    if len(query.chunks) < 2 or not phrases:
        return []
    tellers = [_mask(s, store.named(at, phrase, MOST_NAMED)) for phrase in phrases]
    for place, country in _countries(store, s, at, phrases, codes):
        tellers[place][country] = True
    named = np.array([teller | _of_type(s, phrase) for teller, phrase in zip(tellers, phrases, strict=True)])
    fits = np.array([own | told_by(s, teller) for own, teller in zip(named, tellers, strict=True)])
    every = fits.all(axis=0)
    if types is not None:
        every &= np.isin(s.topology.vertices.type, [NODE_CODE[name] for name in types if name in NODE_CODE])
    return _best(s, np.flatnonzero(every), named, limit)


def _best(s: Snapshot, vertices: I64, named: Bool, limit: int) -> list[int]:
    """Things before what is said of them, those named by most words, short names first; of equal rank by name."""
    ranks = np.array([type_rank(name) for name in NODE_TYPES])
    said = np.isin(NODE_TYPES, FOUND_LAST)
    v = s.topology.vertices
    length = v.name.start[vertices + 1] - v.name.start[vertices]
    words = named[:, vertices].sum(axis=0)
    order = np.lexsort((length, ranks[v.type[vertices]], -words, said[v.type[vertices]]))[:MOST_NAMED]
    chosen: list[int] = vertices[order].tolist()

    def rank(vertex: int) -> tuple[bool, int, int, int, str, str]:
        type, name = s.type(vertex), s.name(vertex)
        words = int(named[:, vertex].sum())
        return type in FOUND_LAST, -words, type_rank(type), len(name), name, s.id(vertex)

    return sorted(chosen, key=rank)[: 2 * limit]


def _mask(s: Snapshot, ids: Sequence[str]) -> Bool:
    found = np.zeros(s.n, np.bool_)
    found[s.topology.vertices.id.find_all(ids)] = True
    return found


def _of_type(s: Snapshot, word: str) -> Bool:
    """Vertices of the node types that a word names, in Swedish or English: *fabriker*, *contract*."""
    names = [name for name, node in NODES.items() if word in {fold(label) for label in (*node.label, *node.plural)}]
    return np.isin(s.topology.vertices.type, [NODE_CODE[name] for name in names])


def _countries(store: Store, s: Snapshot, at: At, phrases: list[str], codes: set[str]) -> Iterator[tuple[int, int]]:
    """(place among the phrases, vertex of the country that it, with those beside it, is the name or code of)."""
    for first, last in combinations(range(len(phrases) + 1), 2):
        said = " ".join(phrases[first:last])
        if last - first > _LONGEST_COUNTRY or (len(said) <= _LONGEST_CODE and said.upper() not in codes):
            continue
        if (code := country_code(said)) and (entity := store.find(at, make_key("iso3166-1", code))):
            vertex = s.vertex(entity.id)
            yield from ((place, vertex) for place in range(first, last) if vertex is not None)


def _described(s: Snapshot, hits: Sequence[Hit]) -> list[Found]:
    at = {hit.entity: vertex for hit in hits if (vertex := s.vertex(hit.entity)) is not None}
    told = {what: telling(s, what, at.values()) for what in Tells}
    return [_found(s, hit, at.get(hit.entity), told) for hit in hits]


def _found(s: Snapshot, hit: Hit, vertex: int | None, told: dict[Tells, dict[int, tuple[int, ...]]]) -> Found:
    if vertex is None:
        return Found(id=hit.entity, type=hit.type, name=hit.name, keys=hit.keys, exact=hit.exact)
    places = told[Tells.PLACE][vertex]
    countries = sorted({code for place in places or (vertex,) if (code := country_of(s, place))})
    named = {what: tuple(_named(s, v) for v in found[vertex][:MOST_TOLD]) for what, found in told.items()}
    return Found(
        id=hit.entity,
        type=hit.type,
        name=s.name(vertex),
        name_sv=s.properties(vertex).get("name_sv"),
        keys=hit.keys,
        exact=hit.exact,
        country=countries[0] if len(countries) == 1 else None,
        countries=tuple(countries),
        places=named[Tells.PLACE],
        kinds=named[Tells.KIND],
        part_of=named[Tells.WHOLE],
        about=named[Tells.ABOUT],
    )


def _named(s: Snapshot, vertex: int) -> Named:
    return Named(
        id=s.id(vertex),
        type=s.type(vertex),
        name=s.name(vertex),
        name_sv=s.properties(vertex).get("name_sv"),
        keys=s.keys(vertex),
    )
