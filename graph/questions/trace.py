"""What lies upstream or downstream, tier by tier, how well it is known, and (given a risk) what it carries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graph.answer import Answer, Completeness, Links, Resolution, Truncated
from graph.data import LinkData, Listed, Node, OtherDays, Reach, TraceData, TraceNode
from graph.kernels.reach import Reach as Found
from graph.kernels.reach import cycles, longest, reach
from graph.questions.common import checked_risk, evidence_of, framed, wording
from graph.questions.company import Related, buyers_from, listed, sellers_to
from graph.questions.denied import denied_beside, only_denied
from graph.questions.ends import Ends
from graph.questions.groups import days_on_which, downstream_contracts, find, walk_starts
from graph.questions.lens import LEVELS, Side
from graph.questions.naming import Naming, statements_data
from graph.questions.survey import UNASSESSED, Survey
from graph.questions.walks import ACTORS, GOODS, TIERS
from graph.snapshot.arrays import I32, Bool, ranges
from graph.snapshot.seeds import UNKNOWN_SEVERITY
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
) -> Answer[TraceData]:
    """Walk the goods from what ``starts`` (ids or keys) name; actors stand in their step's tier. See ``TraceData``.

    ``max_nodes`` bounds the steps and contracts; their actors come with them.

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
    return _Trace(s, np.array(begin, np.int32), asked, upstream, risk, max_tier, max_nodes).answer(question)


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
    ) -> None:
        self.s = s
        self.begin = begin
        self.asked = asked
        self.upstream = upstream
        self.risk = risk
        self.max_tier = max_tier
        self.max_nodes = max_nodes
        self.naming = Naming(s)
        self.walked = self._walk(Links.ITEM_GENERIC)
        self.goods = frozenset(self.walked.vertex.tolist())
        self.places: dict[int, _Place] = {}
        self.edges: set[int] = set()
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
        walked, item = self.walked, {int(v) for v in self._walk(Links.ITEM).vertex}
        greatest = longest(self.s.network, walked, self.begin, upstream=self.upstream, kinds=GOODS, tier_kinds=TIERS)
        if self.cut:  # a longer way may lead through what was left out
            greatest = np.full_like(greatest, -1)
        for vertex, tier, most, hops in zip(walked.vertex, walked.tier, greatest, walked.hops, strict=True):
            resolution = Resolution.ITEM if int(vertex) in item else Resolution.GENERIC
            self.places[int(vertex)] = _Place(int(tier), None if most < 0 else int(most), int(hops), resolution)
        self.edges.update(self._within(self.inside(walked.vertex)))

    def inside(self, vertices: I32) -> Bool:
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
        s, naming = self.s, self.naming
        steps = self.walked.vertex
        contracts = self._contracts()
        ends = Ends(s, naming, contracts)
        ended = sorted((self.places[int(v)].tier, int(v)) for v in steps if ends.is_end(int(v)))
        survey = Survey(s, self.risk, np.array(sorted(self.places), np.int64)) if self.risk else None
        reaches = self._reaches(survey) if survey else {}
        said = self._statements(survey)
        known_no_further = {vertex for _, vertex in ended}
        nodes = [self._node(v, place, known_no_further, reaches, said.get(v, [])) for v, place in self.places.items()]
        edges = naming.first("links", sorted(self.edges, key=self.s.topology.rank.__getitem__), LINKS)
        links = tuple(sorted((naming.link(edge) for edge in edges), key=lambda link: link.id))
        buyers, buyer_links = self._buyers()
        own = {node.node.id for node in nodes} | {buyer.id for buyer in buyers}
        nowhere = [vertex for vertex in self.asked if not _begin(s, [vertex], self.upstream)]
        data = TraceData(
            asked=tuple(map(naming.id, self.asked)),
            not_there=tuple(map(naming.id, nowhere)),
            other_days=None if len(self.begin) else self._other_days(),
            start=naming.first_ids("start", map(int, self.begin)),
            direction="upstream" if self.upstream else "downstream",
            risk=self.risk,
            nodes=tuple(sorted(nodes, key=lambda n: (n.tier, n.node.type, n.node.name, n.node.id))),
            links=links,
            cycles=self._cycles(),
            denied=denied_beside(s, naming, np.array(sorted(self.places), np.int64)),
            denied_nodes=only_denied(s, naming, {*self.asked, *self.places}),
            company_list=self._company_list(),
            statements=statements_data(s, naming.first("statements", sorted(set().union(*said.values())))),
            buyers=buyers,
            buyer_links=buyer_links,
        )
        naming.left_out("nodes", len(nodes), len(nodes) + len(self.left_out))
        completeness = Completeness(
            tiers_reached=int(self.walked.tier.max(initial=0)),
            ends=tuple(ends.end(vertex, tier) for tier, vertex in ended),
            ends_total=len(ended),
            steps=sum(s.is_type(int(v), "Step") for v in steps),
            unassessed=int(survey.marks[steps, UNASSESSED].sum()) if survey else None,
            truncated=self.cut,
            cut=naming.cut(),
        )
        data = data.model_copy(update={"others": tuple(n for n in naming.nodes() if n.id not in own)})
        return framed(s, question, data, evidence=evidence_of(naming), completeness=completeness)

    def _other_days(self) -> OtherDays:
        return days_on_which(self.s, self.asked, lambda there: _begin(there, self.asked, self.upstream))

    def _contracts(self) -> list[int]:
        """The contracts whose clauses may entitle us: those traced, else those downstream of the start."""
        traced = [v for v in self.places if self.s.is_type(v, "Contract")]
        return traced or downstream_contracts(self.s, (int(v) for v in self.begin), item=True)

    def _node(
        self, vertex: int, place: _Place, ended: set[int], reaches: dict[int, Reach], said: Sequence[int]
    ) -> TraceNode:
        return TraceNode(
            node=self.naming.node(vertex),
            tier=place.tier,
            tier_max=place.greatest,
            hops=place.hops,
            resolution=place.resolution,
            end=vertex in ended,
            reach=reaches.get(vertex),
            statements=tuple(sorted({self.s.id(v) for v in said})),
        )

    def _cycles(self) -> tuple[tuple[str, ...], ...]:
        found = cycles(self.s.network, self.walked.vertex, kinds=GOODS)
        return tuple(sorted(self.naming.ids(int(v) for v in cycle) for cycle in found))

    def _buyers(self) -> tuple[tuple[Node, ...], tuple[LinkData, ...]]:
        contracts = [v for v in self.places if self.s.is_type(v, "Contract")]
        serves = self.s.pairs("SERVES")
        links = sorted((self.naming.link(edge) for edge in serves.leaving(*contracts)), key=lambda link: link.id)
        buyers = [self.naming.node(v) for v in serves.targets(*contracts) if v not in self.places]
        return tuple(sorted(buyers, key=lambda node: node.id)), tuple(links)

    def _company_list(self) -> tuple[Listed, ...]:
        companies = [v for v in self.places if self.s.is_type(v, "Organisation")]
        among = {v for v in self.places if self.s.is_type(v, "Contract")}
        related: list[Related]
        if self.upstream:
            related = sellers_to(self.s, companies)
        else:
            sellers = [v for v in self.places if self.s.is_type(v, "Organisation", "Site")]
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
        lens, targets = survey.lens, survey.targets
        severity = lens.severity(None, Links.ITEM_GENERIC)
        counts = survey.counts(Links.ITEM_GENERIC)
        is_open = survey.upper_open(Links.ITEM_GENERIC)
        unknown = {int(v): (int(n), bool(o)) for v, n, o in zip(targets, counts[:, UNASSESSED], is_open, strict=True)}
        for actor in self.acts.keys() - self.goods:
            unknown[actor] = self._unknown_of(actor, survey, unknown)
        return {
            int(vertex): self._reach(survey, row, int(vertex), int(severity[row]), *unknown[int(vertex)])
            for row, vertex in enumerate(targets)
        }

    def _unknown_of(self, actor: int, survey: Survey, unknown: dict[int, tuple[int, bool]]) -> tuple[int, bool]:
        """(unassessed steps, whether the upper bound is open) of an actor: it is no better known than what it does, and
        an assessment of a harm at a site or step is none of a company."""
        seen, queue = {actor}, [actor]
        for here in queue:
            fresh = self.acts.get(here, set()) - seen
            seen |= fresh
            queue.extend(sorted(fresh))
        steps = {v for v in seen if self.s.is_type(v, "Step")}
        unassessed = sum(not survey.assessed[step] for step in steps)
        held = any(unknown[v][1] for v in seen if self.s.is_type(v, "Contract"))
        company = self.s.is_type(actor, "Organisation") and risk_family(survey.lens.risk) is Family.HARM
        return unassessed, bool(unassessed) or held or company

    def _reach(self, survey: Survey, row: int, vertex: int, level: int, unassessed: int, is_open: bool) -> Reach:
        lens, s = survey.lens, self.s
        own = lens.rows[s.seeds.vertex[lens.rows] == vertex]
        top = int(s.seeds.severity[own].max(initial=UNKNOWN_SEVERITY))
        low, high, known, resolution = 0.0, 0.0, 1.0, None
        if level >= 0:
            low, high, known = (float(lens.values(level, None, Links.ITEM_GENERIC, side)[row]) for side in Side)
            side, value = (Side.LOW, low) if low > 0 else (Side.HIGH, high)
            item = float(lens.values(level, None, Links.ITEM, side)[row])
            resolution = Resolution.ITEM if item >= value else Resolution.GENERIC
        return Reach(
            severity=level if level >= 0 else None,
            severity_unknown=known == 0,
            low=low,
            high=high,
            upper_open=is_open,
            assessed=bool(survey.assessed[vertex]) if s.is_type(vertex, "Step") else None,
            unassessed_below=unassessed,
            resolution=resolution,
            own_severity=top if top in LEVELS else None,
        )

    def _statements(self, survey: Survey | None) -> dict[int, list[int]]:
        """The statements at each vertex: of the risk asked about, else of every risk."""
        seeds = self.s.seeds
        rows = survey.lens.rows if survey else np.arange(len(seeds.vertex))
        found: dict[int, list[int]] = {}
        for row in rows[np.isin(seeds.vertex[rows], list(self.places))]:
            found.setdefault(int(seeds.vertex[row]), []).append(int(seeds.statement[row]))
        return found
