"""Where the sites behind some contracts lie, and what is said of the risk at each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from graph.answer import Answer, Completeness, Links
from graph.data import Node, Path
from graph.kernels.reach import reach
from graph.placed import MapData, PlacedSite, Stop
from graph.questions.beside import beside
from graph.questions.common import checked_risk, evidence_of, framed, wording
from graph.questions.describing import country_of
from graph.questions.ends import Ends
from graph.questions.exposure import GroupExposure
from graph.questions.groups import find, group_of
from graph.questions.lens import LEVELS, Lens, Side
from graph.questions.levels import WORST_FIRST
from graph.questions.naming import Naming, statements_data
from graph.questions.question import ALL
from graph.questions.survey import STEP, UNASSESSED, Survey
from graph.questions.walks import ACTORS, GOODS, TIERS
from graph.snapshot.arrays import I64, Bool
from graph.snapshot.seeds import risk_types
from graph.snapshot.view import Snapshot
from graph.tiered import LevelSize
from ontology.errors import InputError

ENDS = 20
"""Ends of knowledge listed."""


def sites_of(s: Snapshot, subject: str, risk: str | None, *, level: str | None = None, most: int) -> Answer[MapData]:
    """The sites in the chains of the contracts of ``subject`` (an id or a key), or every site (``all``); those at one
    level of the risk where that is asked.

    The severity at a site is of what is said of it, of its steps, or of who runs them and passes on; what comes from
    further upstream is the site's there.

    Raises:
        InputError: not a risk type, a level without a risk, or ``subject`` is nothing that groups contracts.
    """
    if level is not None and risk is None:
        raise InputError("A level is of a risk.", remedy="Name the risk too, or leave the level out.")
    question = wording("sites", {"subject": subject, "risk": risk and checked_risk(risk), "level": level, "most": most})
    vertex = None if subject == ALL else find(s, subject)
    if vertex is None and subject != ALL:
        return framed(s, question, None)
    return _Placing(s, vertex, risk).answer(question, level, most)


class _Placing:
    def __init__(self, s: Snapshot, vertex: int | None, risk: str | None) -> None:
        self.s = s
        self.vertex = vertex
        self.risk = risk
        self.group = group_of(s, vertex)
        self.naming = Naming(s)
        self.survey = Survey(s, risk or risk_types()[0], self.group.contracts)
        self.sites = self._sites()
        performs = s.pairs("PERFORMS")
        self.steps = {site: performs.targets(site) for site in self.sites}
        self.severity, self.ungiven = self._severities(self.survey.lens) if risk else ({}, set())

    def _sites(self) -> list[int]:
        if self.vertex is None:
            return [int(v) for v in self.s.of_type("Site")]
        starts = self.group.contracts.astype(np.int32)
        cone = reach(self.s.network, starts, upstream=True, kinds=GOODS | ACTORS, tier_kinds=TIERS).vertex
        own = [self.vertex] if self.s.is_type(self.vertex, "Site") else []
        return sorted({*self.s.among(cone, "Site"), *own})

    def _severities(self, lens: Lens) -> tuple[dict[int, int], set[int]]:
        """The highest severity said at each site of which something is said; those where nobody gave it."""
        found: dict[int, int] = {}
        ungiven: set[int] = set()
        for level in LEVELS:
            here, given = (self._where(lens, lens.seeds(level, None, side)) for side in (Side.HIGH, Side.KNOWN))
            for site in self.sites:
                if site not in found and here[[site, *self.steps[site]]].any():
                    found[site] = level
                    if not given[[site, *self.steps[site]]].any():
                        ungiven.add(site)
        return found, ungiven

    def _where(self, lens: Lens, rows: I64) -> Bool:
        """Sites, and steps by themselves or by who acts there, at which some seeds enter, shape (n,)."""
        found = lens.entering(rows)
        found[self.s.seeds.vertex[rows]] = True
        return found

    # -- the answer ---------------------------------------------------------------------------------------------
    def answer(self, question: str, level: str | None, most: int) -> Answer[MapData]:
        s, naming = self.s, self.naming
        order = sorted(self.sites, key=lambda v: (-self._rank(v), s.name(v), s.id(v)))
        counts = Counter(map(self._level, order)) if self.risk else Counter[str]()
        wanted = order if level is None else [v for v in order if self._level(v) == level]
        listed = [self._site(v) for v in naming.first("sites", wanted, most)]
        said = sorted({s.vertex(id) or 0 for site in listed for id in site.statements})
        path, stops = self._path()
        where = [self._position(v) for v in order]
        completeness = self._completeness()
        data = MapData(
            subject=Node(id=ALL, type=ALL, name=ALL) if self.vertex is None else naming.node(self.vertex),
            view=self.group.view,
            risk=self.risk,
            contracts=len(self.group.contracts),
            total=len(order),
            placed=sum(latitude is not None for latitude, _ in where),
            in_country=sum(p[0] is None and self._country(v) is not None for v, p in zip(order, where, strict=True)),
            unplaced=sum(p[0] is None and self._country(v) is None for v, p in zip(order, where, strict=True)),
            unknown=sum(self._is_unknown(v) for v in order),
            levels=tuple(LevelSize(level=name, size=counts[name]) for name in WORST_FIRST if counts[name]),
            sites=tuple(listed),
            path=path,
            stops=stops,
            statements=statements_data(s, naming.first("statements", said)),
            nodes=(),
            **beside(naming, self.vertex, self.group),
        )
        data = data.model_copy(update={"nodes": naming.nodes()})
        return framed(s, question, data, evidence=evidence_of(naming), completeness=completeness)

    def _rank(self, site: int) -> int:
        """Most severe first, what nobody gave a severity as the worst known, unknown before none found."""
        if site in self.severity and self.severity[site] > 0:
            return self.severity[site] + 1
        return 1 if self._is_unknown(site) else 0

    def _level(self, site: int) -> str:
        """The name of the level of a site, as in ``WORST_FIRST``."""
        if site in self.ungiven:
            return "unstated"
        if severity := self.severity.get(site):
            return str(severity)
        return "unknown" if self._is_unknown(site) else "0"

    def _is_unknown(self, site: int) -> bool:
        return bool(self.risk) and not self.severity.get(site) and not self._assessed(site)

    def _assessed(self, site: int) -> bool:
        steps = self.steps[site]
        return bool(steps) and bool(self.survey.assessed[steps].all())

    def _position(self, site: int) -> tuple[float | None, float | None]:
        properties = self.s.properties(site)
        latitude, longitude = properties.get("latitude"), properties.get("longitude")
        if latitude is None or longitude is None:
            return None, None
        return float(latitude), float(longitude)

    def _country(self, site: int) -> str | None:
        places = self.s.pairs("LOCATED_IN").targets(site)
        return next((found for place in places if (found := country_of(self.s, place))), None)

    def _site(self, site: int) -> PlacedSite:
        latitude, longitude = self._position(site)
        severity = self.severity.get(site)
        return PlacedSite(
            site=self.naming.node(site),
            latitude=latitude,
            longitude=longitude,
            steps=len(self.steps[site]),
            severity=severity,
            severity_unknown=site in self.ungiven,
            assessed=self._assessed(site) if self.risk else None,
            statements=self._statements(site),
        )

    def _statements(self, site: int) -> tuple[str, ...]:
        seeds, lens = self.s.seeds, self.survey.lens
        if not self.risk:
            return ()
        rows = lens.rows[np.isin(seeds.vertex[lens.rows], [site, *self.steps[site]])]
        return tuple(sorted({self.s.id(int(v)) for v in seeds.statement[rows]}))

    def _path(self) -> tuple[Path | None, tuple[Stop, ...]]:
        """The worst path of the subject, and the sites of each thing on it."""
        if self.risk is None or not len(self.group.contracts):
            return None, ()
        exposure = GroupExposure(self.s, self.vertex, self.risk, 0)
        exposure.naming = self.naming
        paths = [figure for figure in exposure.worst() if figure.path]
        best = max(paths, key=lambda f: (f.severity, f.links is Links.ITEM, f.low, f.high), default=None)
        if best is None or best.path is None:
            return None, ()
        return best.path, tuple(Stop(node=id, sites=self._at(id)) for id in best.path.nodes)

    def _at(self, id: str) -> tuple[str, ...]:
        vertex = self.s.vertex(id)
        if vertex is None:
            return ()
        if self.s.is_type(vertex, "Site"):
            return (id,)
        sites: Iterable[int] = self.s.pairs("PERFORMS").sources(vertex) if self.s.is_type(vertex, "Step") else ()
        return tuple(sorted(self.s.id(site) for site in sites))

    def _completeness(self) -> Completeness:
        marks, cone, ends = self.survey.marks, self.survey.whole, self.survey.ends()
        asks = Ends(self.s, self.naming, map(int, self.group.contracts))
        return Completeness(
            tiers_reached=int(cone.tier.max(initial=0)),
            ends=asks.ends(ends[:ENDS]),
            ends_total=len(ends),
            steps=int(marks[cone.vertex, STEP].sum()),
            unassessed=int(marks[cone.vertex, UNASSESSED].sum()) if self.risk else None,
            cut=self.naming.cut(),
        )
