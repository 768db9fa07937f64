"""Which things are the same: the pure rule that every store follows.

A *base* is a record id, or the ghost of a (node type, key) that links name. Every key of a record has its ghost base.
Manual judgements come first, newest first; then bases join, in canonical order, those that share a key. Three rules
limit joining: natural persons are never joined; a judgement *different* between any members of two clusters; and
secrecy: what is withheld from some readers may join an entity, never merge two entities that those readers see. So the
clusters that a clearance sees are those that it would see if nothing more secret were stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from ontology.records import Common, Link, Record, content_order, digest
from ontology.values import SCHEMES

UNSEEN = 3
"""Level of a base with nothing visible: above every secrecy."""

GHOST_RULE = "ghost"

JUDGED = "judged"
"""The rule of members that stand where they stand because a person said so."""

SILENT = ""
"""The rule of ghosts that stand under a record with their key: the usual thing, not noted as a judgement."""


def ghost_id(type_: str, key: str) -> str:
    """The base id of a thing known only by a key that a link names."""
    return "g" + digest("ghost", type_, key)


def entity_id(base: str) -> str:
    """The entity id of a canonical base (a record id or a ghost id)."""
    return "e" + base[1:]


def is_entity_id(text: str) -> bool:
    """Whether a text is made as the id of an entity is."""
    return len(text) == 21 and text[0] == "e" and all(c in "0123456789abcdef" for c in text[1:])


def ordinal(id_: str) -> int:
    """The first 63 bits of an id's digest: an integer that sorts as the id does."""
    return int(id_[1:17], 16) >> 1


def content_tail(common: Common, secrecy: int) -> str:
    """The last of what ``content_hash`` hashes: what many items share."""
    confidence = "" if common.confidence is None else repr(float(common.confidence))
    return "\x1f".join((common.status, confidence, common.polarity, str(int(secrecy)), common.cites))


def content_hash(item: Record | Link, properties: str, secrecy: int) -> int:
    """63 bits of what is said, beside what the id holds. Where it stood and how it was spelled are not content.

    ``properties`` is the item's as canonical JSON.
    """
    first = item.key if isinstance(item, Record) else ""
    return content_order(first, properties, content_tail(item.common, secrecy))


def is_strong_key(key: str) -> bool:
    """Whether sharing this key makes two records one; a scheme that is not declared never does."""
    scheme = SCHEMES.get(key.partition(":")[0])
    return scheme is not None and scheme.strong


@dataclass(frozen=True, slots=True)
class Base:
    """A base as the rule sees it.

    ``keys`` are the ghost bases of its keys, in the order of their ids (empty when no record of it is visible);
    ``level`` the least secrecy of what is visible of it; ``since`` the publication that first showed it; ``apart``
    a natural person, who never joins another record by a rule.
    """

    node: int
    id: str
    ghost: bool
    keys: tuple[int, ...]
    level: int
    since: int
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Manual:
    """A person's judgement between two bases: the same, or different."""

    a: int
    b: int
    same: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """A base that stands under another one. ``partner`` is the base it met; ``rule`` is empty where a person judged."""

    entity: int
    partner: int
    rule: str


def canonical_order(base: Base) -> tuple[int, bool, int, str]:
    """The first of a cluster in this order names the entity."""
    return base.level, base.ghost, base.since, base.id


class _Clusters:
    """Union-find with enemies and the level of each cluster's most public member."""

    def __init__(self, bases: Sequence[Base]) -> None:
        self.parent = {b.node: b.node for b in bases}
        self.level = {b.node: b.level for b in bases}
        self.enemies: dict[int, set[int]] = {}

    def find(self, node: int) -> int:
        parent = self.parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def enemy(self, a: int, b: int) -> None:
        self.enemies.setdefault(a, set()).add(b)
        self.enemies.setdefault(b, set()).add(a)

    def hostile(self, a: int, b: int) -> bool:
        return any(self.find(other) == b for other in self.enemies.get(a, ()))

    def union(self, a: int, b: int) -> None:
        self.parent[b] = a
        self.level[a] = min(self.level[a], self.level[b])
        if others := self.enemies.pop(b, None):
            self.enemies.setdefault(a, set()).update(others)


def join(bases: Iterable[Base], manual: Sequence[Manual], schemes: Mapping[int, str]) -> dict[int, Joined]:
    """What each base that is not canonical stands under.

    ``manual`` is newest first. ``schemes`` gives the scheme of each ghost base's key. The bases are whole connected
    parts: every base that shares a key or a judgement *same* with one of them is among them.
    """
    order = sorted(bases, key=canonical_order)
    clusters = _Clusters(order)
    met: dict[int, tuple[int, str]] = {}
    by_node = {b.node: b for b in order}
    _join_manual(clusters, manual, met, by_node)
    groups: dict[int, list[int]] = {}
    for base in order:
        for key in (base.node,) if base.ghost else base.keys:
            _join_key(clusters, groups.setdefault(key, []), base, by_node, met, schemes.get(key, ""))
    heads: dict[int, int] = {}
    for base in order:
        heads.setdefault(clusters.find(base.node), base.node)
    result = {}
    for base in order:
        head = heads[clusters.find(base.node)]
        if head != base.node:
            partner, rule = met.get(base.node, (head, ""))
            result[base.node] = Joined(head, partner, rule)
    return result


def _join_manual(
    clusters: _Clusters, manual: Sequence[Manual], met: dict[int, tuple[int, str]], by_node: Mapping[int, Base]
) -> None:
    holders: dict[int, list[Base]] = {}
    for base in by_node.values() if manual else ():
        for key in base.keys:
            holders.setdefault(key, []).append(base)
    persons = {node for base in by_node.values() if base.apart for node in (base.node, *base.keys)} if manual else set()
    for judged in manual:
        a, b = clusters.find(judged.a), clusters.find(judged.b)
        if a == b:
            continue
        if not judged.same:
            clusters.enemy(a, b)
            # Two keys are two things: then so are the records that have them, whatever else these share.
            for one, other in product(holders.get(judged.a, ()), holders.get(judged.b, ())):
                of_one, of_other = clusters.find(one.node), clusters.find(other.node)
                if of_one != of_other and judged.b not in one.keys and judged.a not in other.keys:
                    clusters.enemy(of_one, of_other)
        elif not (judged.a in persons or judged.b in persons or clusters.hostile(a, b)):
            clusters.union(a, b)
            met.setdefault(judged.a, (judged.b, ""))
            met.setdefault(judged.b, (judged.a, ""))


def _join_key(
    clusters: _Clusters, group: list[int], base: Base, by_node: Mapping[int, Base],
    met: dict[int, tuple[int, str]], scheme: str,
) -> None:  # fmt: skip
    mine = clusters.find(base.node)
    for other in group:
        theirs = clusters.find(other)
        if theirs == mine:
            return
        if _may_join(clusters, by_node[other], theirs, base, mine):
            clusters.union(theirs, mine)
            ghost = base.ghost or by_node[other].ghost
            met.setdefault(base.node, (other, GHOST_RULE if ghost else f"identifier:{scheme}"))
            return
    group.append(base.node)


def _may_join(clusters: _Clusters, other: Base, theirs: int, base: Base, mine: int) -> bool:
    records = [b for b in (base, other) if not b.ghost]
    if len(records) == 2 and (base.apart or other.apart):
        return False
    # Who may read the records knows that they share the key; that its ghost has it needs no telling.
    level = max(b.level for b in records)
    if clusters.level[theirs] < level and clusters.level[mine] < level:
        return False
    return not clusters.hostile(theirs, mine)
