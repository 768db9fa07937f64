"""Random small chains, told to a store in two editions, and what follows from them by going through all of them.

Cycles, links to oneself, parallel, ended, denied, generic and restricted links all occur, and so do things that two
records describe, that are not valid on the day, or that only links name. Confidences are powers of two: products of
them are exact, so ties are plenty and equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st

from graph.sqlite.store import Store
from ontology.model import LINKS
from ontology.records import Common, Link, Mode, Polarity, Record, Ref, Secrecy, Source, Status

DAY = date(2026, 6, 1)
LOADED = datetime(2026, 6, 2, tzinfo=UTC)

COUNTS = {
    "Contract": 3, "Step": 6, "Site": 3, "Organisation": 4, "Place": 2, "Category": 2, "Material": 1, "Procurement": 1,
    "Lot": 1, "Finding": 3, "RiskAssessment": 2, "Incident": 1, "Audit": 1,
}  # fmt: skip
THINGS = {f"{type[:2].lower()}{n}": type for type, count in COUNTS.items() for n in range(count)}
RISKS = ("forced-labour", "workers-rights", "sanctions", "own-conduct", "disruption")
MOST = {
    "SUPPLIES": 9, "DELIVERED_UNDER": 5, "PERFORMS": 5, "RUNS": 3, "OPERATES": 3, "HOLDS": 3, "SERVES": 3, "OWNS": 2,
    "RECRUITS_FOR": 2, "SELLS_TO": 4, "PART_OF": 3, "FOR_LOT": 2, "LOCATED_IN": 4, "OUTPUTS": 6, "BROADER": 2,
    "MATCHES": 2, "ABOUT": 7, "GATHERS": 2, "EXAMINED": 2,
}  # fmt: skip
CONFIDENCES = (None, 0.0, 0.25, 0.5, 1.0, 1.0)
ALWAYS = (None, None)
PERIODS = (
    ALWAYS, ALWAYS, ALWAYS, (date(2020, 1, 1), None), (None, date(2027, 1, 1)), (DAY, date(2026, 6, 2)),
    (date(2020, 1, 1), DAY), (date(2026, 6, 2), None),
)  # fmt: skip
Period = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class Said:
    """A record of a thing or a link between two (``target`` is empty for a record), and in which editions it stands."""

    type: str
    source: str
    target: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    valid: Period = ALWAYS
    confidence: float | None = None
    status: Status = Status.DECLARED
    denied: bool = False
    secrecy: Secrecy = Secrecy.PUBLIC
    editions: tuple[int, ...] = (1, 2)
    number: int = 0

    @property
    def common(self) -> Common:
        polarity = Polarity.DENIED if self.denied else Polarity.ASSERTED
        return Common(self.status, self.confidence, polarity, self.secrecy, *self.valid)


@dataclass(frozen=True, slots=True)
class Chain:
    """``name`` keeps the keys of one chain apart from all others in a store; it is not drawn, for an example may be
    played again."""

    said: tuple[Said, ...]
    generic: bool
    name: str = field(default_factory=lambda: uuid4().hex[:12], repr=False, compare=False)

    def key(self, thing: str) -> str:
        return thing if ":" in thing else f"demo:{self.name}-{thing}"

    def items(self, edition: int) -> Iterator[Record | Link]:
        for one in self.said:
            if edition not in one.editions:
                continue
            row = str(one.number)
            if not one.target:
                facts = {"name": one.source, **one.facts}
                yield Record(one.type, self.key(one.source), facts, common=one.common, row_key=row)
                continue
            source, target = (Ref(type_of(end), self.key(end)) for end in (one.source, one.target))
            yield Link(one.type, source, target, one.facts, common=one.common, row_key=row)

    def load(self, store: Store) -> list[int]:
        """Publish both editions; gives the number of each publication."""
        published = []
        for edition in (1, 2):
            said = Source(f"chain {self.name}", str(edition), "A chain", "A publisher", mode=Mode.FULL)
            begun = store.begin(said, "test", "1", {}, LOADED)
            store.add(begun.run, list(self.items(edition)))
            store.settle(begun.run, {})
            published.append(store.publish(begun.run, LOADED).number)
        return published


def type_of(thing: str) -> str:
    return "RiskType" if thing.startswith("risk:") else THINGS[thing]


# -- drawing ------------------------------------------------------------------------------------------------------


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    generic = draw(st.booleans())
    said = [one for thing in THINGS for one in _records(draw, thing)]
    for type, most in MOST.items():
        pairs = [(a, b) for a in THINGS for b in THINGS if LINKS[type].allows(THINGS[a], THINGS[b])]
        for pair in draw(st.lists(st.sampled_from(pairs), max_size=most)):
            said.append(_link(draw, type, *pair, len(said), generic=generic))
    for thing, type in THINGS.items():
        if type in ("Finding", "RiskAssessment"):
            risk = f"risk:{draw(st.sampled_from(RISKS))}"
            said.append(_link(draw, "OF_TYPE", thing, risk, len(said), generic=False))
    return Chain(tuple(said), generic)


def _editions(draw: st.DrawFn) -> tuple[int, ...]:
    return draw(st.sampled_from(((1, 2), (1, 2), (1, 2), (1,), (2,))))


def _secrecy(draw: st.DrawFn) -> Secrecy:
    secrecy: Secrecy = draw(st.sampled_from((Secrecy.PUBLIC,) * 5 + (Secrecy.RESTRICTED,)))
    return secrecy


def _link(draw: st.DrawFn, type: str, source: str, target: str, number: int, *, generic: bool) -> Said:
    facts: dict[str, Any] = {}
    if type == "MATCHES":
        facts = {"relation": draw(st.sampled_from(("exact", "broader", "narrower")))}
    if type == "OWNS":
        facts = draw(st.sampled_from(({}, {"share": 0.4}, {"share": 0.5}, {"share": 0.1, "control": True})))
    status = draw(st.sampled_from((Status.DECLARED, Status.VERIFIED, Status.GENERIC if generic else Status.DECLARED)))
    return Said(
        type, source, target, facts, draw(st.sampled_from(PERIODS)), draw(st.sampled_from(CONFIDENCES)), status,
        draw(st.integers(0, 9)) == 0, _secrecy(draw), _editions(draw), number,
    )  # fmt: skip


def _records(draw: st.DrawFn, thing: str) -> list[Said]:
    """None, one or two records; a second one says what the first does not."""
    count = draw(st.sampled_from((1, 1, 1, 1, 2, 0)))
    facts = _facts(draw, THINGS[thing])
    status, confidence = (
        draw(st.sampled_from((Status.DECLARED, Status.VERIFIED))),
        draw(st.sampled_from((None, 0.5, 1.0))),
    )
    return [
        Said(
            THINGS[thing], thing, "", dict(list(facts.items())[number::count]), draw(st.sampled_from(PERIODS)),
            confidence, status, False, _secrecy(draw), _editions(draw), number,
        )
        for number in range(count)
    ]  # fmt: skip


def _facts(draw: st.DrawFn, type: str) -> dict[str, Any]:
    """Properties of a thing; absent ones are unknown."""
    day = st.sampled_from((None, "2026-05-31", "2026-06-01", "2026-06-02"))
    sorts: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "Step": {"stage": st.sampled_from((None, "processing", "component", "extraction", "raw-material"))},
        "Contract": {"clause_level": st.sampled_from((None, "advanced", "basic", "none"))},
        "Finding": {"standing": st.sampled_from((None, "alleged", "refuted")), "revoked": day},
        "RiskAssessment": {
            "likelihood": st.sampled_from((None, 0.0, 0.25, 1.0)),
            "level": st.sampled_from((None, "uhm-low", "uhm-high", "uhm-insufficient-information")),
        },
    }  # fmt: skip
    found = sorts.get(type, {})
    if type in ("Step", "Contract"):
        found = {**found, "inputs_known": st.sampled_from((None, "all", "some"))}
    if type in ("Finding", "RiskAssessment"):
        stage = st.sampled_from((None, None, None, "processing", "extraction"))
        found = {**found, "severity": st.sampled_from((None, 0, 2, 3, 4)), "issued": day, "stage": stage}
    drawn = {name: draw(values) for name, values in found.items()}
    return {name: value for name, value in drawn.items() if value is not None}
