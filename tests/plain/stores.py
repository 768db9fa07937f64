"""Small random stores: a handful of things, what several sources say of them, and when."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import combinations, product
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

import graph.sqlite
from graph.snapshot.reader import read_topology
from graph.snapshot.view import Known, Moment, Snapshot
from graph.store import At
from ontology.method import method
from ontology.records import Common, Link, Mode, Polarity, Record, Ref, Secrecy, Source, Status
from tests.plain.risk import LEVELS
from tests.plain.standing import Edition, Item, shown
from tests.plain.world import World

FAST = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where a file needs no disk, if there is such a place: many small stores are made."""

DAYS = tuple(date(2026, 3, 1) + timedelta(days=n) for n in range(5))
TYPES = {
    "step": "Step", "contract": "Contract", "site": "Site", "org": "Organisation", "place": "Place",
    "kind": "Category", "lot": "Lot", "finding": "Finding", "assessment": "RiskAssessment", "audit": "Audit",
    "risk": "RiskType", "incident": "Incident",
}  # fmt: skip
STEPS = tuple(f"step-{n}" for n in range(5))
TYPICAL = ("step-3", "step-4")
CONTRACTS = ("contract-0", "contract-1")
SITES = ("site-0", "site-1")
ORGS = ("org-0", "org-1")
WHOLESALER = "org-2"
"""Who buys and sells goods unknown, where somebody does."""
PLACES = ("place-0", "place-1")
KINDS = ("kind-0", "kind-1", "kind-2")
LOTS = ("lot-0",)
STATEMENTS = ("finding-0", "finding-1", "assessment-0", "assessment-1")
AUDITS = ("audit-0",)
INCIDENTS = ("incident-0",)
RISKS = ("forced-labour", "debt-bondage", "water-pollution", "own-conduct", "sanctions")
RELATIONS = ("exact", "broader", "narrower")
STARTS = (*STEPS, *SITES, *ORGS, *PLACES, *KINDS)


SCOPES = [
    *((part,) for part in (*SITES, *ORGS, *KINDS, *PLACES, "step-0") * 2),
    *product(KINDS, (*SITES, *ORGS, *PLACES)),
    *(("place-0", site) for site in SITES),
]
"""What findings and assessments are about."""


def key(name: str) -> str:
    kind, _, rest = name.partition("-")
    return f"risk:{rest}" if kind == "risk" else f"local:{name}"


def type_of(name: str) -> str:
    return TYPES[name.partition("-")[0]]


@dataclass(frozen=True)
class Varied:
    """What varies in a store; the less, the easier a difference is understood."""

    periods: bool = False
    gaps: bool = False
    denials: bool = False
    typical: bool = False
    risks: bool = False
    recruits: bool = False
    conflicts: bool = False
    sources: bool = False
    secrecy: bool = False
    matches: bool = False
    sells: bool = False
    """Of companies: whom they sell to, goods unknown; and clauses of contracts, and cases."""
    days: bool = False
    """Of statements and audits: when they were made, revoked, performed."""
    levels: bool = False


@cache
def _commons(varied: Varied) -> list[Common]:
    """What links and records have in common, each as likely as the next: one draw instead of six."""
    often = [Common(status=status) for status in (Status.DECLARED, Status.VERIFIED)]
    often += [Common(confidence=sure) for sure in (0.0, 0.25, 0.5, 1.0)]
    found = often * 2
    if varied.periods:
        bounds = [(a, b) for a in (None, *DAYS) for b in (*DAYS, None) if (a or b) and (not a or not b or a < b)]
        found += [Common(confidence=0.5, valid_from=a, valid_to=b) for a, b in bounds]
    if varied.denials:
        found += [replace(common, polarity=Polarity.DENIED) for common in found[:: len(found) // 6]]
    if varied.secrecy:
        found += [replace(common, secrecy=secrecy) for secrecy in Secrecy for common in found]
    return found


@cache
def _few(names: tuple[str, ...], most: int) -> list[tuple[str, ...]]:
    return [(), *(few for n in range(1, most + 1) for few in combinations(names, n))]


class Drawing:
    """Draws one store's statements."""

    def __init__(self, draw: st.DrawFn, varied: Varied) -> None:
        self.draw = draw
        self.varied = varied
        self.commons = _commons(varied)
        self.orgs = (*ORGS, WHOLESALER) if varied.sells else ORGS

    def common(self, *, generic: bool = False) -> Common:
        found = self.draw(st.sampled_from(self.commons))
        return replace(found, status=Status.GENERIC) if generic else found

    def some(self, names: Sequence[str], most: int = 1) -> tuple[str, ...]:
        """A few of some names, most often one."""
        return self.draw(st.sampled_from(_few(tuple(names), most)))

    def record(self, name: str) -> Record:
        draw = self.draw
        facts: dict[str, Any] = {"name": name}
        if name in STEPS:
            stage = draw(st.sampled_from(["processing", "component", "final-manufacture", "cultivation", None]))
            facts |= {"stage": stage} if stage else {}
        if name in STEPS or name in CONTRACTS:
            known = draw(st.sampled_from(["all", "all", "some", None]))
            facts |= {"inputs_known": known} if known else {}
        if name in CONTRACTS and self.varied.sells:
            clause = draw(st.sampled_from(["advanced", "basic", "basic", "none", "unknown", None]))
            facts |= {"clause_level": clause} if clause else {}
        if type_of(name) in ("Finding", "RiskAssessment"):
            facts |= self.statement(name)
        if name in AUDITS:
            facts["could_find"] = list(self.some(RISKS, 2))
            facts |= self.on_a_day("performed")
        generic = self.is_typical(name)
        common = self.common(generic=generic)
        return Record(type_of(name), key(name), facts, common=common)

    def statement(self, name: str) -> dict[str, Any]:
        """What a finding or an assessment says."""
        draw = self.draw
        facts: dict[str, Any] = {
            "severity": draw(st.sampled_from([None, 0, 1, 2, 3, 4])),
            "stage": draw(st.sampled_from([None, None, "processing", "component"])),
        }
        if type_of(name) == "Finding":
            facts["standing"] = draw(st.sampled_from([None, "alleged", "remedied", "refuted"]))
            facts |= self.on_a_day("issued") | self.on_a_day("revoked")
        else:
            facts["likelihood"] = draw(st.sampled_from([None, 0.0, 0.25, 0.5, 1.0]))
            facts |= self.on_a_day("issued")
            if self.varied.levels and draw(st.booleans()):
                facts = {"level": draw(st.sampled_from(tuple(LEVELS))), "stage": facts["stage"]}
        return {name: value for name, value in facts.items() if value is not None}

    def on_a_day(self, name: str) -> dict[str, Any]:
        """Now and then a property that is a day."""
        day = self.draw(st.sampled_from([None, None, *DAYS])) if self.varied.days else None
        return {name: str(day)} if day else {}

    def about(self, statement: str) -> Iterator[Link]:
        """A scope of one or two parts, and a risk type."""
        parts = self.draw(st.sampled_from(SCOPES))
        yield from (self.link("ABOUT", statement, part) for part in parts)
        yield self.link("OF_TYPE", statement, f"risk-{self.draw(st.sampled_from(RISKS))}")

    def records(self) -> Iterator[Record]:
        """Most things have one record; some have two periods, or two sources; some are only named by links."""
        said = (*STATEMENTS, *AUDITS) if self.varied.risks else ()
        cases = INCIDENTS if self.varied.sells else ()
        for name in (*STEPS, *CONTRACTS, *SITES, *self.orgs, *PLACES, *KINDS, *LOTS, *said, *cases):
            how = self.draw(st.integers(0, 9))
            if how > 0:
                first = self.record(name)
                yield first
                if self.varied.gaps and how == 8:
                    yield replace(first, common=replace(first.common, valid_from=DAYS[3], valid_to=None))
                if self.varied.conflicts and how > 6:
                    yield replace(self.record(name), row_key="another row")

    def is_typical(self, name: str) -> bool:
        return self.varied.typical and name in TYPICAL

    def link(self, type: str, source: str, target: str, **properties: Any) -> Link:
        ends = Ref(type_of(source), key(source)), Ref(type_of(target), key(target))
        generic = self.is_typical(source) and type == "SUPPLIES"
        return Link(type, *ends, properties, common=self.common(generic=generic))

    def links(self) -> Iterator[Link]:
        for step in STEPS:
            for buyer in self.some((*STEPS, *CONTRACTS), 2):
                if buyer in STEPS:
                    yield self.link("SUPPLIES", step, buyer)
                elif not self.is_typical(step):
                    yield self.link("DELIVERED_UNDER", step, buyer)
            yield from (self.link("OUTPUTS", step, kind) for kind in self.some(KINDS))
            yield from (self.link("LOCATED_IN", step, place) for place in self.some(PLACES))
            if not self.is_typical(step):
                yield from (self.link("PERFORMS", site, step) for site in self.some(SITES))
                yield from (self.link("RUNS", org, step) for org in self.some(self.orgs))
        for contract in CONTRACTS:
            yield from (self.link("HOLDS", org, contract) for org in self.some(self.orgs))
            yield from (self.link("IN_CATEGORY", contract, kind) for kind in self.some(KINDS))
            yield from (self.link("FOR_LOT", contract, lot) for lot in self.some(LOTS))
        yield from (self.link("IN_CATEGORY", lot, kind) for lot in LOTS for kind in self.some(KINDS))
        for org in ORGS:
            yield from (self.link("OPERATES", org, site) for site in self.some(SITES))
            yield from (self.link("OWNS", org, other, share=0.6) for other in self.some(ORGS))
        for site in SITES:
            yield from (self.link("LOCATED_IN", site, place) for place in self.some(PLACES))
        for names, type in ((PLACES, "PART_OF"), (KINDS, "BROADER")):
            for name in names:
                yield from (self.link(type, name, wider) for wider in self.some(names))

    def matches(self) -> Iterator[Link]:
        for kind in KINDS if self.varied.matches else ():
            for other in self.some(KINDS):
                yield self.link("MATCHES", kind, other, relation=self.draw(st.sampled_from(RELATIONS)))

    def sales(self) -> Iterator[Link]:
        for seller in (*SITES, *self.orgs) if self.varied.sells else ():
            yield from (self.link("SELLS_TO", seller, buyer) for buyer in self.some(self.orgs) if buyer != seller)
        for case in INCIDENTS if self.varied.sells and self.varied.risks else ():
            yield from (self.link("GATHERS", case, finding) for finding in self.some(STATEMENTS[:2], 2))

    def links_of_risks(self) -> Iterator[Link]:
        for statement in STATEMENTS:
            yield from self.about(statement)
        for audit in AUDITS:
            yield from (self.link("EXAMINED", audit, thing) for thing in self.some((*SITES, *STEPS[:2]), 2))
            yield from (self.link("REPORTED", audit, finding) for finding in self.some(STATEMENTS[:2]))
        for site in SITES if self.varied.recruits else ():
            yield from (self.link("RECRUITS_FOR", who, site) for who in self.some((*ORGS, *PLACES)))

    def loads(self) -> tuple[Edition, ...]:
        items: list[Item] = [*self.records(), *self.links(), *self.matches(), *self.sales()]
        if self.varied.risks:
            items += [Record("RiskType", key(f"risk-{risk}"), {"name": risk}) for risk in RISKS]
            items += self.links_of_risks()
        if not self.varied.sources:
            return (Edition(Source("register", "1", "A register", "A publisher"), tuple(items)),)
        return self.editions(items)

    def editions(self, items: Sequence[Item]) -> tuple[Edition, ...]:
        """Four editions of two series, in any order: each says some of the items."""
        draw, says = self.draw, dict[int, list[Item]]({number: [] for number in range(4)})
        for item in items:
            for number in draw(st.sampled_from(_BY)):
                says[number].append(item)
        modes = st.sampled_from([Mode.FULL, Mode.FULL, Mode.DELTA, Mode.APPEND])
        levels = st.sampled_from(
            [Secrecy.PUBLIC, Secrecy.PUBLIC, *Secrecy] if self.varied.secrecy else [Secrecy.PUBLIC]
        )
        found = []
        for number in draw(st.permutations(range(4))):
            publisher, edition = ("One publisher", "Another")[number // 2], ("9", "10")[number % 2]
            day = draw(st.sampled_from(DAYS))
            mode, secrecy = draw(modes), draw(levels)
            source = Source("list", edition, "A list", publisher, published=day, mode=mode, secrecy=secrecy)
            found.append(Edition(source, tuple(says[number])))
        return tuple(found)


_BY = [(n,) for n in range(4)] + [(0, 1), (2, 3), (0, 1), (0, 1, 2, 3), (1, 2), (0, 3), (0, 2)]
"""By which editions something is said."""


@st.composite
def stores(draw: st.DrawFn, varied: Varied) -> tuple[Edition, ...]:
    return Drawing(draw, varied).loads()


@dataclass(frozen=True)
class When:
    """The moment and the reader of a question."""

    first: date = DAYS[2]
    until: date | None = None
    """The day after the last, where a period is asked about."""
    publication: int = 1
    clearance: Secrecy = Secrecy.PUBLIC

    @property
    def days(self) -> list[date]:
        if self.until is None:
            return [self.first]
        return [day for day in DAYS if self.first <= day < self.until]


class Asked:
    """A store as loaded, and its plain reading, at one moment for one reader."""

    def __init__(self, snapshot: Snapshot, world: World) -> None:
        self.snapshot = snapshot
        self.world = world

    def name(self, id: str) -> str:
        """The key of an entity of an answer."""
        vertex = self.snapshot.vertex(id)
        assert vertex is not None
        (only,) = self.snapshot.keys(vertex)
        return only


@cache
def _empty() -> bytes:
    """A new store: made once, copied for each example."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.kedja"
        graph.sqlite.open(path).close()
        return path.read_bytes()


@contextmanager
def asked(loads: Sequence[Edition], when: When) -> Iterator[Asked]:
    """Load everything into a store, freeze it, and read it plainly."""
    with tempfile.TemporaryDirectory(dir=FAST) as folder, ExitStack() as stack:
        path = Path(folder) / "store.kedja"
        path.write_bytes(_empty())
        store = stack.enter_context(graph.sqlite.open(path))
        for number, edition in enumerate(loads):
            run = store.begin(edition.source, "test", "1", {}, datetime(2026, 1, 1 + number, tzinfo=UTC)).run
            store.add(run, list(edition.items))
            store.settle(run, {})
            store.publish(run, datetime(2026, 1, 1 + number, tzinfo=UTC))
        topology = read_topology(store, At(when.publication, when.clearance))
        known = Known(when.publication, datetime(2026, 1, 1, tzinfo=UTC), when.clearance.name.lower())
        moment = Moment(None, (when.first, when.until)) if when.until else Moment(when.first)
        snapshot = Snapshot(topology, moment, method(), known)
        yield Asked(snapshot, World(shown(loads, when.publication, when.clearance), when.days))
