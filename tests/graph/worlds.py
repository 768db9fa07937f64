"""Small worlds for the tests of questions: nodes and links in a line each, and a snapshot of them.

Ids are what the test calls things; the demo's own words are not needed here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from graph.snapshot.topology import GraphLink, GraphNode
from graph.snapshot.view import Moment, Snapshot
from ontology.records import Polarity, Status
from ontology.values import BEGINNING, END, to_day

DAY = date(2026, 6, 1)

FORCED = "forced-labour"
CHILD = "child-labour"


class World:
    """Collects nodes and links; ``snapshot()`` freezes them. Links default to confidence 1, so sums stay readable."""

    def __init__(self) -> None:
        self.nodes: dict[str, GraphNode] = {}
        self.links: list[GraphLink] = []

    # -- nodes ------------------------------------------------------------------------------------------------
    def node(
        self,
        type: str,
        id: str,
        *,
        keys: Iterable[str] = (),
        status: Status = Status.DECLARED,
        confidence: float | None = None,
        valid: tuple[date | None, date | None] = (None, None),
        **properties: Any,
    ) -> str:
        self.nodes[id] = GraphNode(
            id=id,
            type=type,
            name=properties.pop("name", id),
            keys=tuple(keys),
            properties=properties,
            status=status,
            confidence=confidence,
            valid_from=to_day(valid[0], BEGINNING),
            valid_to=to_day(valid[1], END),
        )
        return id

    def org(self, id: str, *, area: bool = False) -> str:
        return self.node("Organisation", id, roles=["cooperation-area"] if area else [])

    def place(self, id: str, *, within: str | None = None, country: str | None = None) -> str:
        self.node("Place", id, keys=[f"iso3166-1:{country}"] if country else [])
        if within:
            self.link("PART_OF", id, within)
        return id

    def kind(self, id: str, *, broader: str | None = None, type: str = "Category") -> str:
        self.node(type, id)
        if broader:
            self.link("BROADER", id, broader)
        return id

    def site(self, id: str, *, at: str | None = None, operator: str | None = None) -> str:
        self.node("Site", id)
        if at:
            self.link("LOCATED_IN", id, at)
        if operator:
            self.link("OPERATES", operator, id)
        return id

    def step(
        self,
        id: str,
        *,
        stage: str | None = None,
        of: str | None = None,
        site: str | None = None,
        runs: str | None = None,
        at: str | None = None,
        known: str | None = None,
        generic: bool = False,
        feeds: Iterable[str] = (),
        confidence: float | None = 1.0,
    ) -> str:
        """A step with its actors; ``feeds`` are steps and contracts that it supplies."""
        properties: dict[str, Any] = {k: v for k, v in (("stage", stage), ("inputs_known", known)) if v}
        status = Status.GENERIC if generic else Status.DECLARED
        self.node("Step", id, status=status, **properties)
        for name, source, target in (
            ("OUTPUTS", id, of),
            ("PERFORMS", site, id),
            ("RUNS", runs, id),
            ("LOCATED_IN", id, at),
        ):
            if source and target:
                self.link(name, source, target)
        for buyer in feeds:
            self.supply(id, buyer, confidence=None if generic else confidence, status=status)
        return id

    def contract(
        self,
        id: str,
        *,
        holder: str | None = None,
        buyer: str | None = None,
        category: str | None = None,
        known: str | None = None,
        clause: str | None = None,
    ) -> str:
        properties: dict[str, Any] = {k: v for k, v in (("inputs_known", known), ("clause_level", clause)) if v}
        self.node("Contract", id, **properties)
        for name, source, target in (("HOLDS", holder, id), ("SERVES", id, buyer), ("IN_CATEGORY", id, category)):
            if source and target:
                self.link(name, source, target)
        return id

    # -- links ------------------------------------------------------------------------------------------------
    def link(
        self,
        type: str,
        source: str,
        target: str,
        *,
        confidence: float | None = 1.0,
        denied: bool = False,
        status: Status = Status.DECLARED,
        valid: tuple[date | None, date | None] = (None, None),
        **properties: Any,
    ) -> str:
        made = GraphLink(
            type=type,
            source=source,
            target=target,
            confidence=confidence,
            status=status,
            polarity=Polarity.DENIED if denied else Polarity.ASSERTED,
            valid_from=to_day(valid[0], BEGINNING),
            valid_to=to_day(valid[1], END),
            properties=properties,
        )
        self.links.append(made)
        return f"l{made.order:016x}"

    def supply(self, seller: str, buyer: str, **options: Any) -> str:
        type = "DELIVERED_UNDER" if self.nodes[buyer].type == "Contract" else "SUPPLIES"
        return self.link(type, seller, buyer, **options)

    # -- what is said -----------------------------------------------------------------------------------------
    def said(
        self,
        id: str,
        risk: str,
        about: Iterable[str],
        *,
        type: str = "Finding",
        confidence: float | None = 1.0,
        **properties: Any,
    ) -> str:
        """A finding (or assessment) of a risk about all of ``about`` together."""
        if f"risk-{risk}" not in self.nodes:
            self.node("RiskType", f"risk-{risk}", keys=[f"risk:{risk}"])
        self.node(type, id, confidence=confidence, **properties)
        self.link("OF_TYPE", id, f"risk-{risk}")
        for part in about:
            self.link("ABOUT", id, part)
        return id

    def assessed(self, id: str, risk: str, about: Iterable[str], **properties: Any) -> str:
        return self.said(id, risk, about, type="RiskAssessment", **properties)

    def snapshot(self, day: date = DAY) -> Snapshot:
        return Snapshot.made(self.nodes.values(), self.links, valid_at=day)

    def during(self, start: date, end: date) -> Snapshot:
        """The snapshot of a period, [start, end)."""
        s = self.snapshot()
        return Snapshot(s.topology, Moment(None, (start, end)), s.method, s.known)
