"""What differs between two days, or two publications, in how exposed contracts are, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from graph import budget
from graph.answer import Answer, Cited, Completeness
from graph.compared import Cause, Changed, CompareData, How, Kind, KindCount, Known, LevelShift, Side
from graph.data import LinkData, Node
from graph.evidence import cited
from graph.questions.causes import Chain, causes, of_contract
from graph.questions.common import as_of, checked_risk, framed, wording
from graph.questions.describing import describe, describe_link
from graph.questions.differing import Change, changes, kind_of, level_of
from graph.questions.ends import Ends
from graph.questions.exposed import Standing, assessed, standings
from graph.questions.groups import find, group_of
from graph.questions.naming import Naming
from graph.questions.question import ALL
from graph.questions.survey import STEP, UNASSESSED, Survey
from graph.snapshot.seeds import risk_types
from graph.snapshot.view import Snapshot
from graph.sqlite import Store
from graph.store import At
from ontology.model import LINKS
from ontology.records import Secrecy, Source
from ontology.vocabulary import vocabulary

CAUSES = 20
"""Causes listed of one change."""
ENDS = 20
"""Ends of knowledge listed."""
PUBLICATIONS = 10
"""Publications offered to compare with."""
EXAMINED = 2_000
"""Rises and falls of which it is found out whether they are corrections."""
CORRECTING = frozenset((How.CHANGED, How.WITHDRAWN))
ORDER = tuple(Kind)


@dataclass(frozen=True, slots=True)
class _Found:
    """A change of one contract and one risk type."""

    risk: str
    change: Change
    kind: Kind


def compare(
    store: Store, before: Snapshot, after: Snapshot, subject: str, risk: str | None, *, most: int
) -> Answer[CompareData]:
    """Compare what is known of the contracts of ``subject`` (an id, a key or ``all``) on two sides, by risk type.

    A contract that only one side has counts as new, expired, or (its source took it back) corrected; one that left or
    joined the subject but is there all the same as changed otherwise.

    Raises:
        InputError: not a risk type, or ``subject`` is nothing that groups contracts.
    """
    asked: dict[str, object] = {"subject": subject, "risk": risk and checked_risk(risk), "most": most}
    asked |= {"before": before.moment.valid_at, "before_known": before.known.at.isoformat()}
    question = wording("compare", asked)
    if subject != ALL and find(after, subject) is None and find(before, subject) is None:
        return framed(after, question, None)
    return _Comparison(store, before, after, subject, risk).answer(question, most)


class _Comparison:
    def __init__(self, store: Store, before: Snapshot, after: Snapshot, subject: str, risk: str | None) -> None:
        self.store = store
        self.before, self.after = before, after
        self.subject, self.risk = subject, risk
        self.contracts = {s: self._contracts(s) for s in (before, after)}
        self.moved = self._redirected()
        known = sorted({*assessed(before), *assessed(after)}, key=list(vocabulary("risk-types").terms).index)
        self.risks = (risk,) if risk else tuple(known)
        self.chains: dict[str, tuple[Chain, Chain]] = {}
        self.why: dict[tuple[str, str], list[Cause]] = {}

    def _contracts(self, s: Snapshot) -> set[str]:
        vertex = None if self.subject == ALL else find(s, self.subject)
        if vertex is None and self.subject != ALL:
            return set()
        return {s.id(int(contract)) for contract in group_of(s, vertex).contracts}

    def _redirected(self) -> Mapping[str, str]:
        """Of contracts that bear another id after: the new one by the old."""
        if self.before.known.publication == self.after.known.publication:
            return {}
        gone = self.contracts[self.before] - self.contracts[self.after]
        return {old: new for old, new in self.store.redirects(_at(self.after)) if old in gone} if gone else {}

    def _standings(self, s: Snapshot, risk: str) -> dict[str, Standing]:
        own = self.contracts[s]
        found = {id: standing for id, standing in standings(s, risk).items() if id in own}
        return {self.moved.get(id, id): one for id, one in found.items()} if s is self.before else found

    # -- the answer ---------------------------------------------------------------------------------------------
    def answer(self, question: str, most: int) -> Answer[CompareData]:
        naming = Naming(self.after)
        found, levels = self._found()
        found = sorted(self._corrected(sorted(found, key=self._order), naming), key=self._order)
        listed = [self._changed(one) for one in found[:most]]
        naming.left_out("changes", len(listed), len(found))
        sources, listed = self._attributed(listed)
        completeness = self._completeness(naming)
        data = CompareData(
            subject=self._subject(),
            risk=self.risk,
            risks=self.risks,
            before=_side(self.before),
            after=_side(self.after),
            publications=self._publications(),
            contracts_before=len(self.contracts[self.before]),
            contracts_after=len(self.contracts[self.after]),
            contracts_changed=len({one.change.contract for one in found}),
            counts=_counted(found),
            levels=levels,
            changes=tuple(listed),
            nodes=self._nodes(listed, naming),
            sources=sources,
        )
        return framed(self.after, question, data, completeness=completeness)

    def _publications(self) -> tuple[Side, ...]:
        """The latest publications before the one answered from, as the clearance knows them, newest first."""
        at, found = _at(self.after), {}
        for one in self.store.publications()[: -3 * PUBLICATIONS : -1]:
            told = self.store.told(one, at.clearance)
            if one.number < at.publication and 0 < told.number < self.after.known.number:
                found[told.number] = told.at
        side = _side(self.after)
        rows = [side.model_copy(update={"publication": n, "known_at": when}) for n, when in sorted(found.items())]
        return tuple(rows[: -PUBLICATIONS - 1 : -1])

    def _found(self) -> tuple[list[_Found], tuple[LevelShift, ...]]:
        found: list[_Found] = []
        levels: list[LevelShift] = []
        for risk in self.risks:
            was, becomes = self._standings(self.before, risk), self._standings(self.after, risk)
            found += [_Found(risk, change, self._kind(change)) for change in changes(was, becomes)]
            then, now = (Counter(map(level_of, side.values())) for side in (was, becomes))
            levels += [
                LevelShift(risk=risk, level=level, before=then[level], after=now[level])
                for level in sorted({*then, *now})
            ]
        if not self.risks:  # nobody has assessed anything: contracts come and go all the same
            found += [_Found("", change, self._kind(change)) for change in self._come_and_gone()]
        return found, tuple(levels)

    def _come_and_gone(self) -> list[Change]:
        nothing = Standing(None, 0.0, "unknown")
        was = {self.moved.get(id, id): nothing for id in self.contracts[self.before]}
        return changes(was, dict.fromkeys(self.contracts[self.after], nothing))

    def _kind(self, change: Change) -> Kind:
        """What became of a contract; one that is there on both sides is neither new nor expired."""
        kind = kind_of(change)
        if kind not in (Kind.NEW, Kind.EXPIRED):
            return kind
        other = self.before if kind is Kind.NEW else self.after
        vertex = other.vertex(change.contract)
        if vertex is not None and other.alive[vertex]:
            return Kind.OTHERWISE
        return Kind.CORRECTED if kind is Kind.EXPIRED and vertex is None else kind

    def _order(self, one: _Found) -> tuple[int, int, int, str, str]:
        """The most telling kinds first, the most severe first in each."""
        side = one.change.after or one.change.before
        assert side is not None
        place, risk = ORDER.index(one.kind), self.risks.index(one.risk) if one.risk else 0
        return place, -(side.severity or 0), risk, self._name(one.change.contract), one.change.contract

    # -- why ----------------------------------------------------------------------------------------------------
    def _chain(self, risk: str) -> tuple[Chain, Chain]:
        if risk not in self.chains:
            names, terms = risk_types(), vocabulary("risk-types")
            within = [names.index(term) for term in terms.within(risk)] if risk else []
            self.chains[risk] = Chain(self.before, within), Chain(self.after, within)
        return self.chains[risk]

    def _why(self, one: _Found) -> list[Cause]:
        key = (one.risk, one.change.contract)
        if key not in self.why:
            budget.check()
            was, becomes = self._chain(one.risk)
            contract, came = one.change.contract, one.change.before is None
            if came or one.change.after is None:
                self.why[key] = [of_contract(becomes if came else was, was if came else becomes, contract, came=came)]
            else:
                old = next((old for old, new in self.moved.items() if new == contract), contract)
                self.why[key] = causes(was, becomes, contract, old)
        return self.why[key]

    def _corrected(self, found: list[_Found], naming: Naming) -> list[_Found]:
        """A rise or a fall that rests on corrections alone is none: what was believed then was wrong."""
        if self.before.known.publication == self.after.known.publication:
            return found
        doubtful = [one for one in found if one.kind in (Kind.RISEN, Kind.FALLEN)]
        naming.left_out("causes", EXAMINED, len(doubtful))
        for one in doubtful[:EXAMINED]:
            why = self._why(one)
            if why and all(cause.how in CORRECTING for cause in why):
                found[found.index(one)] = replace(one, kind=Kind.CORRECTED)
        return found

    def _changed(self, one: _Found) -> Changed:
        why = self._why(one)
        return Changed(
            risk=one.risk,
            contract=one.change.contract,
            kind=one.kind,
            before=_known(one.change.before),
            after=_known(one.change.after),
            causes=tuple(why[:CAUSES]),
            causes_total=len(why),
        )

    def _attributed(self, listed: list[Changed]) -> tuple[tuple[Cited, ...], list[Changed]]:
        """The changes with the sources of their causes, and those sources."""
        whole = [cause for one in listed for cause in one.causes]
        links = {cause.fact for cause in whole if cause.type in LINKS}
        things = {cause.fact for cause in whole if cause.type not in LINKS}
        said: dict[str, set[str]] = defaultdict(set)
        known: dict[str, Source] = {}
        for s in (self.before, self.after):
            at = _at(s)
            rests = {fact: link.id for link in _derived(s, links) for fact in link.rests_on}
            for link in self.store.links(at, ids=sorted(links | rests.keys())) if links else ():
                said[rests.get(link.id, link.id)].add(link.origin)
            for record in self.store.records(at, entities=sorted(things)) if things else ():
                said[record.entity].add(record.source)
            known |= self.store.sources(at)
        told = [
            one.model_copy(
                update={
                    "causes": tuple(
                        cause.model_copy(update={"sources": tuple(sorted(said[cause.fact] & known.keys()))})
                        for cause in one.causes
                    )
                }
            )
            for one in listed
        ]
        named = sorted({source for one in told for cause in one.causes for source in cause.sources})
        return tuple(cited(known[source]) for source in named), told

    # -- what is named ------------------------------------------------------------------------------------------
    def _name(self, id: str) -> str:
        for s in (self.after, self.before):
            if (vertex := s.vertex(id)) is not None:
                return s.name(vertex)
        return id

    def _subject(self) -> Node:
        if self.subject == ALL:
            return Node(id=ALL, type=ALL, name=ALL)
        side = self.after if find(self.after, self.subject) is not None else self.before
        vertex = find(side, self.subject)
        assert vertex is not None
        return describe(side, vertex)

    def _nodes(self, listed: Iterable[Changed], naming: Naming) -> tuple[Node, ...]:
        """Everything that the changes name, as it is after, or was."""
        ids = {one.contract for one in listed} | {id for one in listed for cause in one.causes for id in cause.nodes}
        for id in ids:
            naming.named(id)
        found = {node.id: node for node in naming.nodes()}
        for id in sorted(ids - found.keys()):
            if (vertex := self.before.vertex(id)) is not None:
                found[id] = describe(self.before, vertex)
        return tuple(found[id] for id in sorted(found))

    def _completeness(self, naming: Naming) -> Completeness:
        """What is not known after: the same ends whatever the risk."""
        s = self.after
        contracts = np.array(sorted(v for id in self.contracts[s] if (v := s.vertex(id)) is not None), np.int64)
        survey = Survey(s, self.risks[0] if self.risks else risk_types()[0], contracts)
        marks, cone, ends = survey.marks, survey.whole, survey.ends()
        asks = Ends(s, naming, map(int, contracts))
        return Completeness(
            tiers_reached=int(cone.tier.max(initial=0)),
            ends=asks.ends(ends[:ENDS]),
            ends_total=len(ends),
            steps=int(marks[cone.vertex, STEP].sum()),
            unassessed=int(marks[cone.vertex, UNASSESSED].sum()) if self.risk else None,
            cut=naming.cut(),
        )


def _counted(found: Iterable[_Found]) -> tuple[KindCount, ...]:
    counted = Counter((one.risk, one.kind) for one in found)
    counts = [KindCount(risk=risk, kind=kind, contracts=n) for (risk, kind), n in counted.items()]
    return tuple(sorted(counts, key=lambda count: (count.risk, ORDER.index(count.kind))))


def _known(standing: Standing | None) -> Known | None:
    if standing is None:
        return None
    return Known(
        severity=standing.severity, low=standing.low, knowledge=standing.knowledge, unstated=standing.unstated
    )  # fmt: skip


def _side(s: Snapshot) -> Side:
    at = as_of(s)
    return Side(valid_at=at.valid_at, during=at.during, known_at=at.known_at, publication=at.publication)


def _at(s: Snapshot) -> At:
    return At(s.known.publication, Secrecy.read(s.known.clearance))


def _derived(s: Snapshot, links: set[str]) -> Iterable[LinkData]:
    """The derived ones of some links, which a store does not have."""
    edges = s.topology.edges
    for edge in map(int, np.flatnonzero(edges.derived)) if links else ():
        if edges.id(edge) in links:
            yield describe_link(s, edge)
