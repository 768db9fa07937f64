"""Why two snapshots do not know the same of a contract: the links and statements in its chain that differ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from graph.compared import Altered, Cause, How
from graph.kernels.reach import reach
from graph.questions.naming import statement_data
from graph.questions.walks import ACTORS, GOODS, TIERS
from graph.snapshot.arrays import ranges
from graph.snapshot.topology import LINK_TYPES, STATUSES
from graph.snapshot.view import Snapshot
from ontology.model import LINKS, NODES, Tells
from ontology.roles import STATEMENTS
from ontology.values import from_day

SCOPING = frozenset(name for name, link in LINKS.items() if link.tells in (Tells.PLACE, Tells.KIND, Tells.ABOUT))
"""Links that say where, of what kind or about what something is: they decide which statements apply."""


class Fact(NamedTuple):
    """A link or thing as one side has it; ``said`` is what of it may differ."""

    id: str
    type: str
    nodes: tuple[str, ...]
    said: tuple[tuple[str, str | None], ...]

    @property
    def pair(self) -> tuple[str, tuple[str, ...]]:
        return self.type, self.nodes


class Chain:
    """The facts that what one snapshot knows of contracts rests on."""

    def __init__(self, s: Snapshot, risks: Iterable[int]) -> None:
        self.s = s
        seeds = s.seeds
        self.seeds = np.flatnonzero(np.isin(seeds.risk, list(risks)))
        self.scopes = s.scopes
        self.scoping = np.isin(s.topology.edges.type, [LINK_TYPES.index(name) for name in sorted(SCOPING)])

    def facts(self, contract: str) -> dict[str, Fact]:
        """Every link and thing upstream of a contract, by id: those that flow, and what applies to them."""
        s, vertex = self.s, self.s.vertex(contract)
        if vertex is None or not s.alive[vertex]:
            return {}
        kinds = GOODS | ACTORS
        cone = reach(s.network, np.array([vertex], np.int32), upstream=True, kinds=kinds, tier_kinds=TIERS).vertex
        inside = np.zeros(s.n, np.bool_)
        inside[cone] = True
        network = s.network
        rows = network.incoming.edge[ranges(network.incoming.start, np.flatnonzero(inside))]
        rows = rows[kinds[network.kind[rows]] & inside[network.source[rows]]]
        here = self.seeds[inside[s.seeds.vertex[self.seeds]]]
        statements = np.unique(s.seeds.statement[here])
        inside[statements] = True
        scoping = np.flatnonzero(self.scoping & s.live & ~s.topology.edges.denied & inside[s.topology.edges.source])
        found = [self._link(edge) for edge in {*s.edges_of(network, rows), *map(int, scoping)}]
        found += [self._thing(int(v)) for v in cone]
        found += [self._statement(int(v)) for v in statements]
        return {fact.id: fact for fact in found}

    def _link(self, edge: int) -> Fact:
        edges = self.s.topology.edges
        said = (("status", STATUSES[int(edges.status[edge])].value), ("confidence", f"{self.s.confidence[edge]:g}"))
        ends = (self.s.id(int(edges.source[edge])), self.s.id(int(edges.target[edge])))
        return Fact(edges.id(edge), LINK_TYPES[int(edges.type[edge])], ends, said)

    def _thing(self, vertex: int) -> Fact:
        """What is said of a thing but how it is worded."""
        s, type = self.s, self.s.type(vertex)
        properties = s.properties(vertex)
        declared = NODES[type].properties
        names = sorted(name for name in properties if name in declared and not declared[name].wording)
        return Fact(s.id(vertex), type, (s.id(vertex),), tuple((name, _text(properties[name])) for name in names))

    def _statement(self, vertex: int) -> Fact:
        said = statement_data(self.s, vertex)
        told = {
            "severity": said.severity,
            "likelihood": said.likelihood,
            "level": said.level,
            "standing": said.standing,
        }
        confidence = f"{self.s.statement_confidence(vertex):g}"
        named = tuple((name, None if value is None else _text(value)) for name, value in told.items())
        return Fact(said.id, said.type, (said.id,), (*named, ("confidence", confidence)))

    # -- what became of a fact that is not here ------------------------------------------------------------------
    def has(self, fact: Fact) -> bool:
        """Whether a fact stands here on some day, as one that the chain need not hold."""
        if fact.type in NODES:
            return self.s.vertex(fact.id) is not None
        return self._edge(fact) is not None

    def stands(self, fact: Fact) -> bool:
        """Whether it stands here on the day asked about, wherever."""
        if fact.type in NODES:
            vertex = self.s.vertex(fact.id)
            if vertex is None or not self.s.alive[vertex]:
                return False
            return fact.type not in STATEMENTS or not self.scopes.silent(vertex)
        edge = self._edge(fact)
        return edge is not None and bool(self.s.live[edge])

    def altered(self, fact: Fact, *, came: bool) -> tuple[Altered, ...]:
        """What this side, the one before where ``came``, says otherwise of a statement that it has."""
        here = self._statement(self.s.vertex(fact.id) or 0)
        return _altered(here, fact) if came else _altered(fact, here)

    def days(self, fact: Fact) -> str | None:
        """The days of a link, as an interval of ISO 8601."""
        edge = self._edge(fact)
        if edge is None:
            return None
        edges = self.s.topology.edges
        ends = (from_day(int(edges.valid_from[edge])), from_day(int(edges.valid_to[edge])))
        return "/".join(str(end or "..") for end in ends)

    def _edge(self, fact: Fact) -> int | None:
        ends = [self.s.vertex(id) for id in fact.nodes]
        edges = self.s.topology.edges
        if None in ends:
            return None
        rows = np.flatnonzero((edges.source == ends[0]) & (edges.target == ends[1]))
        return next((int(row) for row in rows if edges.id(int(row)) == fact.id), None)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def causes(was: Chain, becomes: Chain, contract: str, old: str) -> list[Cause]:
    """What differs in the chain of a contract, which had the id ``old`` before; statements first."""
    before, after = was.facts(old), becomes.facts(contract)
    gone = [fact for id, fact in before.items() if id not in after]
    come = [fact for id, fact in after.items() if id not in before]
    found = [
        Cause(how=How.CHANGED, fact=id, type=fact.type, nodes=fact.nodes, altered=altered)
        for id, fact in after.items()
        if id in before and (altered := _altered(before[id], fact))
    ]
    replaced = _replaced(gone, come, was, becomes)
    found += replaced.values()
    found += [_cause(fact, becomes, came=False) for fact in gone if fact.pair not in replaced]
    found += [_cause(fact, was, came=True) for fact in come if fact.pair not in replaced]
    told = {cause.fact for cause in found if cause.type in STATEMENTS}
    kept = [cause for cause in found if not (_idle(cause) or (cause.type in LINKS and cause.nodes[0] in told))]
    return sorted(kept, key=lambda c: (c.type not in STATEMENTS, list(How).index(c.how), c.type, c.nodes, c.fact))


def _idle(cause: Cause) -> bool:
    """A thing that is or is no more in the chain tells nothing that its links do not."""
    return cause.type in NODES and cause.type not in STATEMENTS and cause.how is not How.CHANGED


def of_contract(side: Chain, other: Chain, contract: str, *, came: bool) -> Cause:
    """Why there is a contract on one side only."""
    vertex = side.s.vertex(contract)
    type = "Contract" if vertex is None else side.s.type(vertex)
    return _cause(Fact(contract, type, (contract,), ()), other, came=came)


def _altered(before: Fact, after: Fact) -> tuple[Altered, ...]:
    was, becomes = dict(before.said), dict(after.said)
    names = [name for name in dict.fromkeys((*was, *becomes)) if was.get(name) != becomes.get(name)]
    return tuple(Altered(property=name, before=was.get(name), after=becomes.get(name)) for name in names)


def _replaced(
    gone: Iterable[Fact], come: Iterable[Fact], was: Chain, becomes: Chain
) -> dict[tuple[str, tuple[str, ...]], Cause]:
    """Links that one version of took another's place: the same ends, said anew with other days."""
    old = {fact.pair: fact for fact in gone if fact.type in LINKS and not becomes.has(fact)}
    new = {fact.pair: fact for fact in come if fact.type in LINKS and not was.has(fact)}
    found = {}
    for pair in old.keys() & new.keys():
        days = (Altered(property="valid", before=was.days(old[pair]), after=becomes.days(new[pair])),)
        altered = (*(days if days[0].before != days[0].after else ()), *_altered(old[pair], new[pair]))
        found[pair] = Cause(how=How.CHANGED, fact=new[pair].id, type=pair[0], nodes=pair[1], altered=altered)
    return found


def _cause(fact: Fact, other: Chain, *, came: bool) -> Cause:
    """Why a fact stands on one side only, by what the other side has of it."""
    if not other.has(fact):
        how = How.CAME if came else How.WITHDRAWN
    elif fact.type in STATEMENTS and (altered := other.altered(fact, came=came)):
        return Cause(how=How.CHANGED, fact=fact.id, type=fact.type, nodes=fact.nodes, altered=altered)
    elif not other.stands(fact):
        how = How.BEGAN if came else How.ENDED
    else:
        how = How.APPLIES if came else How.APPLIES_NO_MORE
    return Cause(how=how, fact=fact.id, type=fact.type, nodes=fact.nodes)
