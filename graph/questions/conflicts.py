"""Everything that sources are in conflict about: who says what, what counts, and by which rule."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from pydantic import Field

from graph.answer import Answer, Completeness, Evidence, Frozen
from graph.data import LinkData, Node
from graph.questions.common import framed, wording
from graph.questions.naming import Naming
from graph.snapshot.sayings import POLARITY, UNSAID, Dispute, asserted, live
from graph.snapshot.topology import LINK_TYPES
from graph.snapshot.view import Snapshot
from ontology.errors import InputError
from ontology.model import LINKS, NODES
from ontology.settling import Claim, by_value

BESIDE = "beside"
"""The rule for what is both asserted and denied: it counts, and the denial is shown beside."""


class Position(Frozen):
    """One side: a value, and the records or links that give it. An empty value: says it without taking it back."""

    value: str
    facts: tuple[str, ...] = Field(description="ids of records or links; evidence says whose they are")
    counts: bool = Field(description="whether this is the value that counts")


class Disagreement(Frozen):
    """A conflict about one thing, or about a link from it to ``target``."""

    node: str
    type: str = Field(description="the node type, or the link type")
    property: str = Field(description="a property, polarity, or the link type where it is the link")
    target: str | None = None
    positions: tuple[Position, ...]
    counts: str | None = Field(description="what counts where no source says just that: of lists what all give")
    rule: str = Field(description="most, greatest, least, common or beside: see docs/method.md")


class DisagreementCount(Frozen):
    type: str
    property: str
    conflicts: int


class ConflictsData(Frozen):
    """``counts`` are of all conflicts, also those that ``type`` and ``property`` leave out or that are not listed."""

    total: int = Field(description="conflicts that fit the question")
    everything: int = Field(description="conflicts of the snapshot")
    things: int = Field(description="things, of those that fit, that a conflict is about")
    counts: tuple[DisagreementCount, ...]
    conflicts: tuple[Disagreement, ...]
    nodes: tuple[Node, ...]
    links: tuple[LinkData, ...]


def conflicts(s: Snapshot, *, type: str | None, of: str | None, skip: int, most: int) -> Answer[ConflictsData]:
    """Every conflict at the moment, most frequent sort first; see ``ConflictsData``.

    Raises:
        InputError: ``type`` is no node or link type.
    """
    if type is not None and type not in NODES and type not in LINKS:
        raise InputError(f"{type} is no type.", remedy=f"Use one of {', '.join((*NODES, *LINKS))}.")
    asked = {"type": type, "property": of, "skip": skip or None, "rows": most}
    rows = [*_of_things(s), *_of_links(s)]
    counts = Counter(row[1:3] for row in rows)
    fitting = [row for row in rows if type in (None, row[1]) and of in (None, row[2])]
    fitting.sort(key=lambda row: (-counts[row[1], row[2]], row[1], row[2], s.name(row[0]), s.id(row[0])))
    naming = Naming(s)
    shown = fitting[skip : skip + most]
    naming.left_out("conflicts", len(shown), len(fitting))
    found = tuple(_told(s, naming, *row) for row in shown)
    data = ConflictsData(
        total=len(fitting),
        everything=len(rows),
        things=len({row[0] for row in fitting}),
        counts=tuple(
            DisagreementCount(type=kind, property=name, conflicts=n)
            for (kind, name), n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ),
        conflicts=found,
        nodes=naming.nodes(),
        links=naming.links(),
    )
    facts = {fact for one in found for position in one.positions for fact in position.facts}
    links = {link.id for link in naming.links()}
    evidence = Evidence(links=tuple(sorted(facts & links)), records=tuple(sorted(facts - links)))
    question = wording("conflicts", asked)
    return framed(s, question, data, evidence=evidence, completeness=Completeness(cut=naming.cut()))


_Row = tuple[int, str, str, "Dispute | tuple[int, ...]"]
"""(vertex, type, property, what is in dispute, or the edges that differ)."""


def _of_things(s: Snapshot) -> Iterator[_Row]:
    for vertex in sorted(s.topology.spoken):
        for dispute in s.disputes(vertex):
            yield vertex, s.type(vertex), dispute.property, dispute


def _of_links(s: Snapshot) -> Iterator[_Row]:
    """Links of one type between the same two that one source asserts and another denies."""
    e, denied = s.topology.edges, s.denied()
    sides: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for edge in denied.tolist():
        sides[int(e.type[edge]), int(e.source[edge]), int(e.target[edge])].append(edge)
    if not sides:
        return
    near = np.zeros(s.n, np.bool_)
    near[[source for _, source, _ in sides]] = True
    for edge in np.flatnonzero(s.live & ~e.denied & near[e.source]).tolist():
        key = int(e.type[edge]), int(e.source[edge]), int(e.target[edge])
        if key in sides:
            sides[key].append(edge)
    for (type, source, _), edges in sorted(sides.items()):
        if len({bool(e.denied[edge]) for edge in edges}) > 1:
            yield source, LINK_TYPES[type], LINK_TYPES[type], tuple(edges)


def _told(
    s: Snapshot, naming: Naming, vertex: int, type: str, name: str, about: Dispute | tuple[int, ...]
) -> Disagreement:
    node = naming.id(vertex)
    if not isinstance(about, Dispute):
        e = s.topology.edges
        beside = {denied: [edge for edge in about if bool(e.denied[edge]) is denied] for denied in (False, True)}
        links = [(word, naming.link_ids(beside[denied]), not denied) for word, denied in _POLARITIES]
        return _of(node, type, name, links, None, BESIDE, naming.id(int(e.target[about[0]])))
    said = live(s.topology.said_of(vertex), *s.moment.days)
    if name == POLARITY:
        heard = {denied: [one.record for one in said if one.denied is denied] for denied in (False, True)}
        return _of(node, type, name, [(w, heard[denied], not denied) for w, denied in _POLARITIES], None, BESIDE)
    declared, counts = NODES[type].properties[name], s.properties(vertex).get(name)
    claims = [
        Claim(one.properties.get(name, UNSAID), one.source, one.published, one.record)
        for one in asserted(said)
        if one.record in about.records
    ]
    groups = by_value(declared, claims)
    right = None if counts is None else next(iter(by_value(declared, [Claim(counts, "", 0, "")])))
    sides = [(_text(group[0].value), [c.record for c in group], value == right) for value, group in groups.items()]
    settled = None if counts is None or right in groups else _text(counts)
    ordered = sorted(sides, key=lambda side: (not side[2], side[0]))
    return _of(node, type, name, ordered, settled, declared.settle.value)


_POLARITIES = (("asserted", False), ("denied", True))


def _of(
    node: str,
    type: str,
    name: str,
    sides: Iterable[tuple[str, Iterable[str], bool]],
    counts: str | None,
    rule: str,
    target: str | None = None,
) -> Disagreement:
    positions = tuple(Position(value=v, facts=tuple(sorted(set(facts))), counts=right) for v, facts, right in sides)
    return Disagreement(
        node=node, type=type, property=name, target=target, positions=positions, counts=counts, rule=rule
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
