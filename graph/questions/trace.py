"""What lies upstream or downstream, tier by tier, how well it is known, and (given a risk) what it carries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from graph.answer import Answer, Completeness, Links, Page, Resolution, Truncated
from graph.asked import OtherDays
from graph.data import LinkData, Listed, Node, Reach, TraceData, TraceNode
from graph.kernels.reach import Reach as Found
from graph.kernels.reach import cycles, longest, reach
from graph.questions.common import checked_risk, evidence_of, framed, wording
from graph.questions.company import Related, buyers_from, listed, sellers_to
from graph.questions.denied import denied_beside, only_denied
from graph.questions.ends import Ends
from graph.questions.groups import days_on_which, downstream_contracts, find, walk_starts
from graph.questions.lens import LEVELS, Side
from graph.questions.naming import Naming, statements_data
from graph.questions.question import Part
from graph.questions.survey import UNASSESSED, Survey, ends_of
from graph.questions.walks import ACTORS, GOODS, TIERS
from graph.snapshot.arrays import I32, Bool, ranges
from graph.snapshot.seeds import UNKNOWN_SEVERITY
from graph.snapshot.topology import NODE_CODE
from graph.snapshot.view import Snapshot
from ontology.model import Family
from ontology.vocabulary import risk_family

LINKS = 20_000
"""Links listed."""

ACTORS_LISTED, ACTORS_EACH = 5_000, 10
"""Actors listed, those of the nearest steps first: in all, and for each of the steps and contracts asked for."""


@dataclass(slots=True)
class _Place:
    """Where a vertex stands in a trace. ``greatest`` None: a path to it touches a cycle, or the walk was cut."""

    tier: int
    greatest: int | None
    hops: int
    resolution: Resolution


def trace(
    s: Snapshot,
    starts: Sequence[str],
    *,
    upstream: bool = True,
    risk: str | None = None,
    max_tier: int | None = None,
    max_nodes: int | None = None,
    part: Part | None = None,
) -> Answer[TraceData]:
    """Walk the goods from what ``starts`` (ids or keys) name; actors stand in their step's tier. See ``TraceData``.

    ``max_nodes`` bounds the steps and contracts; their actors come with them. Of a ``part`` the links are those that
    lead to a node of it from one of it or before it.

    Raises:
        InputError: not a risk type, or a start from which nothing can be walked.
    """
    if risk is not None:
        checked_risk(risk)
    direction = "upstream" if upstream else "downstream"
    question = wording(
        "trace",
        {
            "start": ",".join(sorted(starts)),
            "direction": direction,
            "risk": risk,
            "max_tier": max_tier,
            "max_nodes": max_nodes,
        },
    )
    vertices = [find(s, start) for start in starts]
    if not vertices or None in vertices:
        return framed(s, question, None)
    asked = [vertex for vertex in vertices if vertex is not None]
    begin = _begin(s, asked, upstream)
    return _Trace(s, np.array(begin, np.int32), asked, upstream, risk, max_tier, max_nodes, part).answer(question)


def _begin(s: Snapshot, asked: Iterable[int], upstream: bool) -> list[int]:
    """The steps and contracts that a trace of some things walks from."""
    return sorted({v for vertex in asked for v in walk_starts(s, vertex, upstream=upstream)})


class _Trace:
    """One trace, worked out part by part."""

    def __init__(
        self,
        s: Snapshot,
        begin: I32,
        asked: Sequence[int],
        upstream: bool,
        risk: str | None,
        max_tier: int | None,
        max_nodes: int | None,
        part: Part | None,
    ) -> None:
        self.s = s
        self.part = part
        self.begin = begin
        self.asked = asked
        self.upstream = upstream
        self.risk = risk
        self.max_tier = max_tier
        self.max_nodes = max_nodes
        self.naming = Naming(s, part.beside) if part else Naming(s)
        self.walked = self._walk(Links.ITEM_GENERIC)
        self.goods = frozenset(self.walked.vertex.tolist())
        self.places: dict[int, _Place] = {}
        self.position: dict[int, int] = {}
        """Where each vertex of the tiers that are shown stands among all."""
        self.goods_edges = np.array(self._within(self.inside(self.walked.vertex)), np.int64)
        self.edges: set[int] = set()
        """Edges of actors."""
        self.left_out: set[int] = set()
        """Actors for which there is no room."""
        self.acts: dict[int, set[int]] = {}
        self._place_goods()
        self._attach_actors()

    def _walk(self, links: Links) -> Found:
        network = self.s.network if links is Links.ITEM_GENERIC else self.s.item_network
        return reach(
            network,
            self.begin,
            upstream=self.upstream,
            kinds=GOODS,
            tier_kinds=TIERS,
            max_tier=self.max_tier,
            max_nodes=self.max_nodes,
        )

    def _place_goods(self) -> None:
        walked, item = self.walked, self.inside(self._walk(Links.ITEM).vertex)
        greatest = longest(self.s.network, walked, self.begin, upstream=self.upstream, kinds=GOODS, tier_kinds=TIERS)
        if self.cut:  # a longer way may lead through what was left out
            greatest = np.full_like(greatest, -1)
        columns = (walked.vertex, walked.tier, greatest, walked.hops, item[walked.vertex])
        for vertex, tier, most, hops, known in zip(*(column.tolist() for column in columns), strict=True):
            resolution = Resolution.ITEM if known else Resolution.GENERIC
            self.places[vertex] = _Place(tier, None if most < 0 else most, hops, resolution)

    def inside(self, vertices: I32 | Sequence[int]) -> Bool:
        found = np.zeros(self.s.n, np.bool_)
        found[vertices] = True
        return found

    def _within(self, inside: Bool) -> list[int]:
        """Edges of goods between the vertices reached."""
        network = self.s.network
        vertices = np.flatnonzero(inside)
        rows = network.incoming.edge[ranges(network.incoming.start, vertices)]
        rows = rows[GOODS[network.kind[rows]] & inside[network.source[rows]]]
        return self.s.edges_of(network, rows)

    def _attach_actors(self) -> None:
        """Who performs, runs, holds, operates, owns or recruits: in the tier of their step, a holder in tier 1."""
        network = self.s.network
        room = ACTORS_LISTED if self.max_nodes is None else min(ACTORS_LISTED, ACTORS_EACH * self.max_nodes)
        frontier = sorted(self.places)
        while frontier:
            rows = network.incoming.edge[ranges(network.incoming.start, np.array(frontier, np.int64))]
            rows = rows[ACTORS[network.kind[rows]]]
            fresh: set[int] = set()
            for row, edge in zip(rows, self.s.edges_of(network, rows), strict=True):
                actor, at = int(network.source[row]), int(network.target[row])
                if actor not in self.places and len(self.places) - len(self.goods) >= room:
                    self.left_out.add(actor)
                    continue
                self.edges.add(edge)
                self.acts.setdefault(actor, set()).add(at)
                if self._stand(actor, at, bool(self.s.is_generic(edge))):
                    fresh.add(actor)
            frontier = sorted(fresh)

    def _stand(self, actor: int, at: int, generic: bool) -> bool:
        """Let an actor stand where what it acts on stands, at its nearest; gives whether that is news."""
        there = self.places[at]
        beside = 1 if self.upstream and self.s.is_type(at, "Contract") else 0
        resolution = Resolution.GENERIC if generic else there.resolution
        greatest = None if there.greatest is None else there.greatest + beside
        place = _Place(there.tier + beside, greatest, there.hops + 1, resolution)
        known = self.places.get(actor)
        if known is None:
            self.places[actor] = place
            return True
        if actor in self.goods:
            return False
        merged = _Place(
            min(known.tier, place.tier),
            None if known.greatest is None or place.greatest is None else max(known.greatest, place.greatest),
            min(known.hops, place.hops),
            Resolution.ITEM if Resolution.ITEM in (known.resolution, place.resolution) else Resolution.GENERIC,
        )
        self.places[actor] = merged
        return merged != known

    # -- the answer -------------------------------------------------------------------------------------------
    def answer(self, question: str) -> Answer[TraceData]:
        s, naming, part = self.s, self.naming, self.part
        steps = self.walked.vertex
        begins = part is None or part.skip == 0
        shown = self._in_order()
        ended = self._ended(shown if part else list(self.places))
        survey = Survey(s, self.risk, np.array(sorted(shown), np.int64)) if self.risk else None
        said = self._statements(survey, shown)
        nodes = self._nodes(shown, {vertex for _, vertex in ended}, survey, said)
        links = self._links(shown)
        buyers, buyer_links = self._buyers() if begins else ((), ())
        own = {node.node.id for node in nodes} | {buyer.id for buyer in buyers}
        nowhere = [vertex for vertex in self.asked if not _begin(s, [vertex], self.upstream)]
        data = TraceData(
            asked=tuple(map(naming.id, self.asked)),
            not_there=tuple(map(naming.id, nowhere)),
            other_days=None if len(self.begin) else self._other_days(),
            start=naming.first_ids("start", map(int, self.begin)),
            direction="upstream" if self.upstream else "downstream",
            risk=self.risk,
            nodes=nodes,
            links=links,
            cycles=self._cycles() if begins else (),
            denied=denied_beside(s, naming, np.array(sorted(shown), np.int64)),
            denied_nodes=only_denied(s, naming, {*self.asked, *shown}) if begins else (),
            company_list=self._company_list() if begins else (),
            statements=statements_data(s, naming.first("statements", sorted(set().union(*said.values())))),
            buyers=buyers,
            buyer_links=buyer_links,
        )
        naming.left_out("nodes", len(nodes), len(self.places) + len(self.left_out))
        naming.left_out("ends", len(ended), len(self._ended(list(self.places)))) if part else None
        completeness = Completeness(
            tiers_reached=int(self.walked.tier.max(initial=0)),
            ends=Ends(s, naming, self._contracts()).ends(ended),
            ends_total=int(ends_of(s)[steps].sum()),
            steps=len(s.among(steps, "Step")),
            unassessed=int(survey.marks[steps, UNASSESSED].sum()) if survey else None,
            truncated=self.cut,
            cut=naming.cut(),
        )
        page = Page(list="nodes", skip=part.skip, listed=len(nodes), total=len(self.places)) if part else None
        data = data.model_copy(update={"others": tuple(n for n in naming.nodes() if n.id not in own)})
        return framed(s, question, data, evidence=evidence_of(naming), completeness=completeness, page=page)

    def _in_order(self) -> list[int]:
        """The vertices to show by (tier, type, name, id): all, or those of the part that is asked for."""
        every = np.fromiter(self.places, np.int64)
        tier = np.fromiter((place.tier for place in self.places.values()), np.int64, len(every))
        order = np.argsort(tier, kind="stable")
        every, tier = every[order], tier[order]
        low, high = (self.part.skip, self.part.skip + self.part.limit) if self.part else (0, len(every))
        if not len(every[low:high]):
            return []
        # Whole tiers are put in order, and none before or after those that are asked for.
        first = int(np.searchsorted(tier, tier[low]))
        last = int(np.searchsorted(tier, tier[min(high, len(tier)) - 1], side="right"))
        here = every[first:last]
        types = self.s.topology.vertices.type[here].tolist()
        rows = sorted(zip(tier[first:last].tolist(), types, self.s.names(here), here.tolist(), strict=True))
        self.position = {vertex: first + place for place, (*_, vertex) in enumerate(rows)}
        return [vertex for *_, vertex in rows[low - first : high - first]]

    def _ended(self, vertices: Sequence[int]) -> list[tuple[int, int]]:
        """(tier, vertex) of those steps and contracts at which knowledge ends."""
        ends = ends_of(self.s)
        return sorted((self.places[v].tier, v) for v in vertices if v in self.goods and ends[v])

    def _nodes(
        self, shown: Sequence[int], ended: set[int], survey: Survey | None, said: dict[int, list[int]]
    ) -> tuple[TraceNode, ...]:
        reaches = self._reaches(survey) if survey else {}
        return tuple(
            TraceNode(
                node=node,
                tier=place.tier,
                tier_max=place.greatest,
                hops=place.hops,
                resolution=place.resolution,
                end=vertex in ended,
                reach=reaches.get(vertex),
                statements=tuple(sorted({self.s.id(v) for v in said.get(vertex, ())})),
            )
            for vertex, node in zip(shown, self.naming.described(shown), strict=True)
            for place in (self.places[vertex],)
        )

    def _links(self, shown: Sequence[int]) -> tuple[LinkData, ...]:
        """Links between what is shown and what is shown or stands before it, each with the later of its ends."""
        edges = np.concatenate((self.goods_edges, np.fromiter(self.edges, np.int64)))
        if self.part is None:
            return self.naming.described_links(self.naming.first("links", self.s.by_link_id(edges), LINKS))
        here, e = self.inside(shown), self.s.topology.edges
        near = edges[here[e.source[edges]] | here[e.target[edges]]]
        ends = zip(near.tolist(), e.source[near].tolist(), e.target[near].tolist(), strict=True)
        kept = [edge for edge, *both in ends if not any(self._follows(end, shown) for end in both)]
        self.naming.left_out("links", len(kept), len(edges))
        return self.naming.described_links(self.s.by_link_id(kept))

    def _follows(self, vertex: int, shown: Sequence[int]) -> bool:
        """Whether a vertex stands after those that are shown."""
        last = shown[-1]
        if vertex in self.position:
            return self.position[vertex] > self.position[last]
        return self.places[vertex].tier > self.places[last].tier

    def _other_days(self) -> OtherDays:
        return days_on_which(self.s, self.asked, lambda there: _begin(there, self.asked, self.upstream))

    def _contracts(self) -> list[int]:
        """The contracts whose clauses may entitle us: those traced, else those downstream of the start."""
        traced = self._of_type("Contract")
        return traced or downstream_contracts(self.s, (int(v) for v in self.begin), item=True)

    def _of_type(self, name: str) -> list[int]:
        """What of a type stands in the trace, sorted."""
        return self.s.among(np.fromiter(self.places, np.int64), name)

    def _cycles(self) -> tuple[tuple[str, ...], ...]:
        found = cycles(self.s.network, self.walked.vertex, kinds=GOODS)
        if self.part is None:
            return tuple(sorted(self.naming.ids(cycle.tolist()) for cycle in found))
        return tuple(sorted(self.naming.first_ids("cycles", cycle.tolist()) for cycle in found))

    def _buyers(self) -> tuple[tuple[Node, ...], tuple[LinkData, ...]]:
        contracts = self._of_type("Contract")
        serves = self.s.pairs("SERVES")
        links = self.naming.described_links(self.s.by_link_id(serves.leaving(*contracts)))
        return self.naming.described(v for v in serves.targets(*contracts) if v not in self.places), links

    def _company_list(self) -> tuple[Listed, ...]:
        companies, among = self._of_type("Organisation"), set(self._of_type("Contract"))
        related: list[Related]
        if self.upstream:
            related = sellers_to(self.s, companies)
        else:
            sellers = [*companies, *self._of_type("Site")]
            related = buyers_from(self.s, dict.fromkeys(sellers, ()), any_goods=False)
        found = listed(self.s, self.naming, related, among if self.upstream else None, set(), keep_empty=True)
        return found.rows

    @cached_property
    def cut(self) -> Truncated | None:
        """What ended the walk before its chains do."""
        if self.walked.truncated:
            return Truncated(why="max_nodes", limit=self.max_nodes)
        network, inside = self.s.network, self.inside(self.walked.vertex)
        way, beyond = (network.incoming, network.source) if self.upstream else (network.outgoing, network.target)
        rows = way.edge[ranges(way.start, self.walked.vertex)]
        more = GOODS[network.kind[rows]] & ~inside[beyond[rows]]
        return Truncated(why="max_tier", limit=self.max_tier) if more.any() else None

    # -- the risk ---------------------------------------------------------------------------------------------
    def _reaches(self, survey: Survey) -> dict[int, Reach]:
        targets = survey.targets.tolist()
        counts = survey.counts(Links.ITEM_GENERIC)[:, UNASSESSED].tolist()
        is_open = survey.upper_open(Links.ITEM_GENERIC).tolist()
        unknown = dict(zip(targets, zip(counts, is_open, strict=True), strict=True))
        for actor in unknown.keys() & (self.acts.keys() - self.goods):
            unknown[actor] = self._unknown_of(actor, survey)
        columns = self._columns(survey)
        return {
            vertex: Reach(
                severity=severity if severity >= 0 else None,
                severity_unknown=ungiven,
                low=low,
                high=high,
                upper_open=unknown[vertex][1],
                assessed=assessed if step else None,
                unassessed_below=unknown[vertex][0],
                resolution=None if severity < 0 else Resolution.ITEM if item else Resolution.GENERIC,
                own_severity=own if own in LEVELS else None,
            )
            for vertex, severity, ungiven, low, high, step, assessed, item, own in zip(
                targets, *(column.tolist() for column in columns), strict=True
            )
        }

    def _columns(self, survey: Survey) -> tuple[Any, ...]:
        """Of each target: severity, whether nobody gave it, low, high, whether it is a step and assessed, whether item
        links carry what reaches it, and the severity of its own statements; shape (t,) each."""
        lens, targets, seeds, whole = survey.lens, survey.targets, self.s.seeds, Links.ITEM_GENERIC
        severity = lens.severity(None, whole)
        low, high, item = np.zeros(len(targets)), np.zeros(len(targets)), np.zeros(len(targets))
        ungiven = np.zeros(len(targets), np.bool_)
        for level in np.unique(severity[severity >= 0]).tolist():
            here = severity == level
            low[here] = lens.values(level, None, whole, Side.LOW)[here]
            high[here] = lens.values(level, None, whole, Side.HIGH)[here]
            ungiven[here] = lens.ungiven(level, None, whole)[here]
            for side, chosen in ((Side.LOW, here & (low > 0)), (Side.HIGH, here & (low == 0))):
                if chosen.any():
                    item[chosen] = lens.values(level, None, Links.ITEM, side)[chosen]
        own = np.full(self.s.n, UNKNOWN_SEVERITY, np.int64)
        np.maximum.at(own, seeds.vertex[lens.rows], seeds.severity[lens.rows])
        step = self.s.topology.vertices.type[targets] == NODE_CODE["Step"]
        carried = item >= np.where(low > 0, low, high)
        return severity, ungiven, low, high, step, survey.assessed[targets], carried, own[targets]

    def _unknown_of(self, actor: int, survey: Survey) -> tuple[int, bool]:
        """(unassessed steps, whether the upper bound is open) of an actor: it is no better known than what it does, and
        an assessment of a harm at a site or step is none of a company."""
        seen, queue = {actor}, [actor]
        for here in queue:
            fresh = self.acts.get(here, set()) - seen
            seen |= fresh
            queue.extend(sorted(fresh))
        steps = {v for v in seen if self.s.is_type(v, "Step")}
        unassessed = sum(not survey.assessed[step] for step in steps)
        is_open = survey.open(Links.ITEM_GENERIC)
        held = any(is_open[v] for v in seen if self.s.is_type(v, "Contract"))
        company = self.s.is_type(actor, "Organisation") and risk_family(survey.lens.risk) is Family.HARM
        return unassessed, bool(unassessed) or held or company

    def _statements(self, survey: Survey | None, shown: Sequence[int]) -> dict[int, list[int]]:
        """The statements at each vertex that is shown: of the risk asked about, else of every risk."""
        seeds = self.s.seeds
        rows = survey.lens.rows if survey else np.arange(len(seeds.vertex))
        found: dict[int, list[int]] = {}
        rows = rows[self.inside(shown)[seeds.vertex[rows]]]
        for vertex, statement in zip(seeds.vertex[rows].tolist(), seeds.statement[rows].tolist(), strict=True):
            found.setdefault(vertex, []).append(statement)
        return found
