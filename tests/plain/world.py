"""What is so at a moment (one day, or every day of a period): things, their properties, their links.

A plain reading of the ontology's design. A thing is known by its one key; a link is a tuple.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from ontology.records import Link, Record, Status
from tests.plain.standing import Said

STAGES = (
    "raw-material", "extraction", "cultivation", "recycling", "processing", "component", "final-manufacture",
    "packaging", "distribution", "service",
)  # fmt: skip
FIRST_STAGES = ("extraction", "cultivation")
WITHIN = {
    "extraction": "raw-material", "cultivation": "raw-material", "recycling": "raw-material", "component": "processing",
}  # fmt: skip
INPUTS_KNOWN = ("all", "some", "none", "refused", "not-asked")
CLAUSES = ("advanced", "basic", "six-routine-requirements", "none", "unknown")
CONFIDENCE = {Status.VERIFIED: 0.95, Status.DECLARED: 0.7, Status.GENERIC: 0.3}

GOODS = ("SUPPLIES", "DELIVERED_UNDER")
ACTORS = ("PERFORMS", "RUNS", "OPERATES", "OWNS", "HOLDS", "RECRUITS_FOR")
FLOWS = (*GOODS, *ACTORS, "SELLS_TO")
KINDS = ("Product", "Material", "Category")


class Arrow(NamedTuple):
    """A link that holds, from key to key. ``derived``: made where inputs are not all known, from what is typical."""

    type: str
    source: str
    target: str
    generic: bool
    confidence: float
    controls: bool = False
    derived: bool = False
    relation: str = ""
    """Of a match between schemes: what the target is to the source."""


def stage_within(stage: str, other: str) -> bool:
    return stage == other or WITHIN.get(stage) == other


def _precedence(said: Sequence[Said]) -> tuple[int, int, str]:
    """Sorts what several sources say: most sources first, then the newest, then the smallest record id."""
    sources = {one.source for one in said}
    newest = max((one.source.published or date.min).toordinal() for one in said)
    return -len(sources), -newest, min(one.item.id(one.source.series_key) for one in said)


class World:
    """Some statements at a moment: ``days`` are all the days that it has."""

    def __init__(self, said: Sequence[Said], days: Sequence[date]) -> None:
        self.said = said
        self.days = days

    # -- things -----------------------------------------------------------------------------------------------
    @cached_property
    def records(self) -> dict[str, list[Said]]:
        """What is asserted of each thing at the moment."""
        found: dict[str, list[Said]] = {}
        for said in self.said:
            if isinstance(said.item, Record) and not said.denied and said.holds(self.days):
                found.setdefault(said.item.key, []).append(said)
        return found

    @cached_property
    def types(self) -> dict[str, str]:
        """The things that are there: somebody asserts them at the moment, or only links ever name them."""
        recorded = {said.item.key for said in self.said if isinstance(said.item, Record)}
        found: dict[str, str] = {}
        for said in self.said:
            if isinstance(said.item, Link):
                ends = (said.item.source, said.item.target)
                found |= {end.key: end.type for end in ends if end.key not in recorded}
        return found | {key: records[0].item.type for key, records in self.records.items()}

    def of_type(self, *types: str) -> set[str]:
        return {key for key, type in self.types.items() if type in types}

    def described(self, key: str) -> list[Record]:
        return [said.item for said in self.records.get(key, ()) if isinstance(said.item, Record)]

    # -- properties -------------------------------------------------------------------------------------------
    def values(self, key: str, name: str) -> list[Any]:
        """Every value that somebody gives a property at the moment."""
        found = [record.properties.get(name) for record in self.described(key)]
        return [value for value in found if value is not None]

    def inputs_known(self, key: str) -> str | None:
        """Of several, the least."""
        return max(self.values(key, "inputs_known"), key=INPUTS_KNOWN.index, default=None)

    def clause(self, key: str) -> str | None:
        """Of several levels of a contract's clause the least that it promises."""
        return max(self.values(key, "clause_level"), key=CLAUSES.index, default=None)

    def of_most(self, key: str, name: str) -> Any:
        """Of several values the one of most sources, then of the newest source, then of the smallest record id."""
        said: dict[Any, list[Said]] = {}
        for one in self.records.get(key, ()):
            if isinstance(one.item, Record) and (value := one.item.properties.get(name)) is not None:
                said.setdefault(value, []).append(one)
        return min(said, key=lambda value: _precedence(said[value]), default=None)

    def common(self, key: str, name: str) -> set[Any]:
        """Of several lists what all of them have."""
        given = self.values(key, name)
        return set[Any].intersection(*map(set, given)) if given else set()

    def stage(self, key: str) -> str | None:
        found: str | None = self.of_most(key, "stage")
        return found

    def told_stage(self, key: str) -> str | None:
        """The stage, unless sources are in conflict about it: that counts as unknown for what is typical."""
        sources = {said.source.id for said in self.records.get(key, ()) if said.item.properties.get("stage")}
        conflict = len(set(self.values(key, "stage"))) > 1 and len(sources) > 1
        return None if conflict else self.stage(key)

    def begins(self, key: str) -> bool:
        """Whether a step stands where chains begin, in all words."""
        stages = self.values(key, "stage")
        return bool(stages) and set(stages) <= set(FIRST_STAGES)

    def confidence(self, key: str) -> float:
        """How sure a statement is: what its sources say, the highest; else by how it is founded."""
        commons = [record.common for record in self.described(key)]
        stated = [common.confidence for common in commons if common.confidence is not None]
        return max(stated or [CONFIDENCE[common.status] for common in commons], default=CONFIDENCE[Status.DECLARED])

    def is_typical(self, key: str) -> bool:
        """Whether a step only says what is typical of a kind."""
        return {record.common.status for record in self.described(key)} == {Status.GENERIC}

    def all_known(self, key: str) -> bool:
        """Whether all inputs are known: *all* is believed only where one of them stands, or where the chain begins."""
        return self.inputs_known(key) == "all" and (self.begins(key) or bool(self.inputs(key)))

    def is_open(self, key: str) -> bool:
        """Whether something may lie upstream of a step or contract that nobody has told."""
        return not self.begins(key) and not self.all_known(key)

    def inputs(self, key: str) -> set[str]:
        """The steps from which goods are said to come to a step or contract."""
        return {arrow.source for arrow in self.stored if arrow.type in GOODS and arrow.target == key}

    # -- links ------------------------------------------------------------------------------------------------
    def _holding(self, there: Set[str], *, denied: bool) -> Iterable[tuple[Link, Said]]:
        """The links said to hold between things that are there."""
        for said in self.said:
            link = said.item
            if not isinstance(link, Link) or said.denied is not denied or not said.holds(self.days):
                continue
            if {link.source.key, link.target.key} <= there:
                yield link, said

    @cached_property
    def stored(self) -> list[Arrow]:
        """The links that hold as somebody says them. Several sources may say the same: none is forgotten."""
        found = []
        for link, said in self._holding(self.types.keys(), denied=False):
            common = said.item.common
            sure = CONFIDENCE[common.status] if common.confidence is None else common.confidence
            shares = [float(link.properties.get(name) or 0) for name in ("share", "share_max")]
            controls = bool(link.properties.get("control")) or max(shares) >= 0.5
            generic = common.status is Status.GENERIC
            ends, relation = (link.source.key, link.target.key), str(link.properties.get("relation", ""))
            found.append(Arrow(link.type, *ends, generic, sure, controls, relation=relation))
        return found

    @cached_property
    def links(self) -> list[Arrow]:
        """The links that hold, those that stand for unknown inputs included."""
        derived = {arrow for day in self.days for arrow in World(self.said, [day]).typical_links()}
        return [*self.stored, *sorted(derived)]

    @cached_property
    def denied(self) -> list[tuple[str, str, str]]:
        """Flowing links that somebody denies: shown beside, removing nothing. So are things that are only denied."""
        records = [said for said in self.said if isinstance(said.item, Record) and said.holds(self.days)]
        there = self.types.keys() | {said.item.key for said in records if isinstance(said.item, Record)}
        found = [(k.type, k.source.key, k.target.key) for k, _ in self._holding(there, denied=True) if k.type in FLOWS]
        return sorted(found)

    def sources(self, type: str, *targets: str) -> set[str]:
        return {a.source for a in self.stored if a.type == type and a.target in targets}

    def targets(self, type: str, *sources: str) -> set[str]:
        return {a.target for a in self.stored if a.type == type and a.source in sources}

    # -- kinds and places -------------------------------------------------------------------------------------
    def within(self, thing: str) -> set[str]:
        """A kind of goods and every broader one; a place and every one that it lies in."""
        up: dict[str, set[str]] = {}
        for arrow in self.stored:
            if arrow.type == "BROADER" or (arrow.type == "IN_CATEGORY" and self.types[arrow.source] in KINDS):
                up.setdefault(arrow.source, set()).add(arrow.target)
            if arrow.type == "MATCHES" and arrow.relation in ("exact", "broader"):
                up.setdefault(arrow.source, set()).add(arrow.target)
            if arrow.type == "MATCHES" and arrow.relation in ("exact", "narrower"):
                up.setdefault(arrow.target, set()).add(arrow.source)
            if arrow.type == "PART_OF" and self.types[arrow.source] == "Place":
                up.setdefault(arrow.source, set()).add(arrow.target)
        found, fresh = {thing}, {thing}
        while fresh:
            fresh = {wider for one in fresh for wider in up.get(one, ())} - found
            found |= fresh
        return found

    def narrower(self, thing: str) -> set[str]:
        """A kind or place and everything within it."""
        return {one for one in self.types if thing in self.within(one)}

    # -- what is typical --------------------------------------------------------------------------------------
    @cached_property
    def typical_steps(self) -> set[str]:
        """Generic steps: of a kind and a stage, and nobody performs or runs them."""
        acted = {a.target for a in self.stored if a.type in ("PERFORMS", "RUNS")}
        return {
            step for step in self.of_type("Step") - acted
            if self.is_typical(step) and self.told_stage(step) and self.targets("OUTPUTS", step)
        }  # fmt: skip

    def kinds_of(self, contract: str) -> set[str]:
        return self.targets("IN_CATEGORY", contract, *self.targets("FOR_LOT", contract))

    def has_specific_input(self, buyer: str, kind: str) -> bool:
        """Whether an input of that kind, or a narrower one, is known."""
        known = self.inputs(buyer) - self.typical_steps
        return any(kind in self.within(output) for output in self.targets("OUTPUTS", *known))

    def last_steps(self, kind: str) -> set[str]:
        """The generic steps of a kind at its last stage."""
        steps = [step for step in self.typical_steps if kind in self.targets("OUTPUTS", step)]
        order = {step: STAGES.index(self.told_stage(step) or "") for step in steps}
        return {step for step in steps if order[step] == max(order.values())}

    def typical_links(self) -> set[Arrow]:
        """What is typical, for contracts and steps whose inputs are not all known; for a moment of one day."""
        found: set[tuple[str, str, str]] = set()
        told = {key for key in self.types if self.all_known(key)}
        for contract in self.of_type("Contract") - told:
            for kind in {wider for own in self.kinds_of(contract) for wider in self.within(own)}:
                if not self.has_specific_input(contract, kind):
                    found |= {("DELIVERED_UNDER", step, contract) for step in self.last_steps(kind)}
        for step in self.of_type("Step") - self.typical_steps - told:
            for twin in self.typical_steps:
                if self._same_kind_and_stage(step, twin):
                    found |= {("SUPPLIES", supplier, step) for supplier in self._suppliers(twin, step)}
        return {Arrow(*ends, generic=True, confidence=CONFIDENCE[Status.GENERIC], derived=True) for ends in found}

    def _same_kind_and_stage(self, step: str, twin: str) -> bool:
        stage, typical = self.told_stage(step), self.told_stage(twin)
        wider = {kind for output in self.targets("OUTPUTS", step) for kind in self.within(output)}
        return bool(stage and typical and stage_within(stage, typical) and wider & self.targets("OUTPUTS", twin))

    def _suppliers(self, twin: str, step: str) -> set[str]:
        """The generic suppliers of a generic step, of kinds of which the step has no known input."""
        return {
            supplier for supplier in self.inputs(twin) & self.typical_steps
            if any(not self.has_specific_input(step, kind) for kind in self.targets("OUTPUTS", supplier))
        }  # fmt: skip
