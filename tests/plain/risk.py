"""Risk, read plainly: where a statement enters, what passes along which links, and the worst credible path (lens A)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property
from itertools import product

from tests.plain.walks import places_of, tiers, ways
from tests.plain.world import ACTORS, GOODS, KINDS, Arrow, World, stage_within

FAMILY = {
    "forced-labour": "H", "debt-bondage": "H", "state-imposed-labour": "H", "water-pollution": "H",
    "antimicrobial-pollution": "H", "own-conduct": "O", "sanctions": "S",
}  # fmt: skip
LABOUR = ("forced-labour", "debt-bondage", "state-imposed-labour")
NARROWER = {
    "forced-labour": ("debt-bondage", "state-imposed-labour"), "water-pollution": ("antimicrobial-pollution",),
}  # fmt: skip
"""The risk types of these tests: an own letter for each family."""

LEVELS: dict[str, tuple[int, float] | None] = {
    "uhm-low": (1, 0.1), "uhm-insufficient-information": None, "uhm-high": (3, 0.6),
}  # fmt: skip
"""Published levels, the worst last, as (severity, likelihood). Who does not know does not say *low*."""

PASSES = {
    "PERFORMS": "HD", "RUNS": "OSD", "OPERATES": "OSD", "OWNS": "S", "RECRUITS_FOR": "H", "SUPPLIES": "HSD",
    "DELIVERED_UNDER": "HSD", "HOLDS": "OS", "SELLS_TO": "D",
}  # fmt: skip


def passes(arrow: Arrow, risk: str | None, item: bool) -> bool:
    """Whether a risk goes along an arrow (None: a harm, of labour or not); ``item``: not where it is only typical."""
    if (item and arrow.generic) or (arrow.type == "OWNS" and not arrow.controls):
        return False
    if arrow.type == "RECRUITS_FOR" and risk is not None and risk not in LABOUR:
        return False
    return FAMILY[risk or LABOUR[0]] in PASSES.get(arrow.type, "")


class Fit(IntEnum):
    """Whether a step falls under a scope; a part of which nothing exact is known may."""

    NO = 0
    MAY = 1
    YES = 2


@dataclass(frozen=True)
class Seed:
    """Where a statement of a risk enters. ``severity`` and ``likelihood`` are None where nobody said."""

    statement: str
    at: str
    risk: str
    severity: int | None
    likelihood: float | None
    confidence: float
    specific: bool
    recruited: bool = False
    """Whether it enters by who recruited for the step's site: what was looked at is the recruitment."""


@dataclass(frozen=True)
class Figure:
    """Lens A at a contract, for a severity, basis and set of links."""

    low: float
    high: float
    severity_unknown: bool


class Risks:
    """What is said of risks in a world."""

    def __init__(self, world: World) -> None:
        self.world = world

    @staticmethod
    def narrower(risk: str) -> tuple[str, ...]:
        return NARROWER.get(risk, ())

    # -- scopes -----------------------------------------------------------------------------------------------
    def scope(self, statement: str, *types: str) -> set[str]:
        """The parts of a scope that are of some types."""
        return self.world.targets("ABOUT", statement) & self.world.of_type(*types)

    def names_actor_only(self, statement: str) -> bool:
        about = self.world.targets("ABOUT", statement)
        actors = self.scope(statement, "Organisation", "Site")
        return bool(about) and about == actors and not self.world.stage(statement)

    def actors_of(self, step: str) -> set[str]:
        """The sites that perform a step, who operates them, and who runs it."""
        sites = self.world.sources("PERFORMS", step)
        return sites | self.world.sources("OPERATES", *sites) | self.world.sources("RUNS", step)

    def fit(self, statement: str, step: str, *, by_actors: bool = True) -> Fit:
        """Parts of several sorts mean *and*, parts of one sort *or*, an absent sort *any*."""
        world, fits = self.world, []
        if steps := self.scope(statement, "Step"):
            fits.append(Fit.YES if step in steps else Fit.NO)
        if by_actors and (actors := self.scope(statement, "Organisation", "Site")):
            fits.append(Fit.YES if self.actors_of(step) & actors else Fit.NO)
        if kinds := self.scope(statement, *KINDS):
            fits.append(self._fit_any(world.targets("OUTPUTS", step), kinds))
        if places := self.scope(statement, "Place"):
            fits.append(self._fit_any(places_of(world, step), places))
        if stage := world.stage(statement):
            fits.append(_fit_stage(world.stage(step), stage))
        return min(fits, default=Fit.NO)

    def _fit_any(self, things: set[str], scopes: set[str]) -> Fit:
        """The same or narrower falls under a scope; what is broader or not known may."""
        if any(scope in self.world.within(thing) for thing in things for scope in scopes):
            return Fit.YES
        broader = any(thing in self.world.within(scope) for thing in things for scope in scopes)
        return Fit.MAY if broader or not things else Fit.NO

    # -- seeds ------------------------------------------------------------------------------------------------
    def is_silent(self, statement: str) -> bool:
        """Whether every source that describes it says that it was refuted, revoked, or not made yet."""
        said = [record.properties for record in self.world.described(statement)]
        first, last = str(self.world.days[0]), str(self.world.days[-1])
        return bool(said) and all(
            one.get("standing") == "refuted" or (one.get("revoked", last) <= first and "revoked" in one)
            or one.get("issued", first) > last
            for one in said
        )  # fmt: skip

    def level(self, statement: str) -> tuple[int | None, float | None] | None:
        """(severity, likelihood) as stated, by a published level where a record states none; None: all unknown."""
        said = [record.properties for record in self.world.described(statement)]
        levels = sorted((one["level"] for one in said if "level" in one), key=list(LEVELS).index)
        stated = any(name in one for one in said for name in ("severity", "likelihood"))
        if levels and LEVELS[levels[-1]] is None and not stated:
            return None
        rows = [LEVELS.get(one.get("level", "")) or (None, None) for one in said]
        severities = [one.get("severity", row[0]) for one, row in zip(said, rows, strict=True)]
        likelihoods = [one.get("likelihood", row[1]) for one, row in zip(said, rows, strict=True)]
        return (
            max((severity for severity in severities if severity is not None), default=None),
            max((likelihood for likelihood in likelihoods if likelihood is not None), default=None),
        )

    @cached_property
    def statements(self) -> list[tuple[str, str]]:
        """Live findings and assessments, with each risk type that they are of."""
        return [
            (statement, risk.removeprefix("risk:"))
            for statement in sorted(self.world.of_type("Finding", "RiskAssessment"))
            for risk in sorted(self.world.targets("OF_TYPE", statement))
            if not self.is_silent(statement)
        ]

    @cached_property
    def seeds(self) -> list[Seed]:
        return [seed for statement, risk in self.statements for seed in self._seeds_of(statement, risk)]

    def _seeds_of(self, statement: str, risk: str) -> Iterator[Seed]:
        world = self.world
        level = self.level(statement)
        if level is None:
            return
        severity, likelihood = level
        if world.types[statement] == "Finding":
            likelihood = 1.0
        for at, specific in self._enters(statement, risk):
            yield Seed(statement, at, risk, severity, likelihood, world.confidence(statement), specific)
        for step, sure in self._recruited(statement, risk):
            confidence = world.confidence(statement) * sure
            yield Seed(statement, step, risk, severity, likelihood, confidence, specific=True, recruited=True)

    def _enters(self, statement: str, risk: str) -> Iterator[tuple[str, bool]]:
        """Where a statement enters, and whether it names an actor there."""
        world, actors = self.world, self.scope(statement, "Organisation", "Site")
        if self.names_actor_only(statement):
            for actor in actors:
                recruits = risk in LABOUR and world.targets("RECRUITS_FOR", actor)
                if FAMILY[risk] != "H" or world.types[actor] == "Site" or recruits:
                    yield actor, True
            return
        for step in world.of_type("Step"):
            if self.fit(statement, step) is Fit.YES:
                names = self.scope(statement, "Step") and self.actors_of(step)
                yield step, bool(actors or names)
        if risk in LABOUR:
            yield from ((place, False) for place, fit in self.places_of_recruitment(statement) if fit is Fit.YES)

    def places_of_recruitment(self, statement: str) -> Iterator[tuple[str, Fit]]:
        """Places whence somebody recruits that a statement of places alone is about, or may be: it is narrower."""
        world, scope = self.world, self.scope(statement, "Place")
        if not scope or world.targets("ABOUT", statement) != scope or world.stage(statement):
            return
        for place in world.of_type("Place"):
            if world.targets("RECRUITS_FOR", place) and (fit := self._fit_any({place}, scope)):
                yield place, fit

    def recruited_to(self, recruiter: str) -> set[str]:
        """Steps of the sites that somebody recruits for."""
        return self.world.targets("PERFORMS", *self.world.targets("RECRUITS_FOR", recruiter))

    def entering_nowhere(self) -> Iterator[tuple[str, str]]:
        """(risk, actor) of statements that enter no step: a harm of a bare company, or of goods of nobody's steps."""
        for statement, risk in self.statements:
            if self.level(statement) is None:
                continue
            actors = self.scope(statement, "Organisation", "Site")
            if self.names_actor_only(statement):
                yield from ((risk, a) for a in actors if FAMILY[risk] == "H" and self.world.types[a] != "Site")
            elif not any(self.fit(statement, step) is Fit.YES for step in self.world.of_type("Step")):
                yield from ((risk, actor) for actor in actors)

    def carried(self, seeds: Iterable[Seed]) -> set[str]:
        """Steps that goods reach by name from those at which some seeds enter, those left out."""
        entered, found = set[str](), set[str]()
        for seed in seeds:
            arrows = [a for a in self.world.links if passes(a, seed.risk, item=False)]
            here = _closed([a for a in arrows if a.type in ACTORS], {seed.at})
            here &= self.world.of_type("Step", "Contract")
            entered |= here
            found |= _closed([a for a in arrows if a.type in GOODS and not a.generic], here)
        return (found - entered) & self.world.of_type("Step")

    def _recruited(self, statement: str, risk: str) -> Iterator[tuple[str, float]]:
        """Steps that meet the rest of a recruiter's scope, by the sites recruited for, and how sure that is."""
        if risk not in LABOUR or self.names_actor_only(statement):
            return
        actors = self.scope(statement, "Organisation", "Site")
        hires = [a for a in self.world.stored if a.type == "RECRUITS_FOR" and a.source in actors]
        works = [a for a in self.world.stored if a.type == "PERFORMS"]
        for hired, work in product(hires, works):
            if hired.target == work.source and self.fit(statement, work.target, by_actors=False) is Fit.YES:
                yield work.target, hired.confidence * work.confidence

    # -- assessed ---------------------------------------------------------------------------------------------
    @cache  # noqa: B019
    def assessed(self, risk: str) -> set[str]:
        """Steps where somebody assessed a risk, or each of the narrower ones."""
        world, found = self.world, set()
        for seed in self.seeds:
            if seed.risk == risk and not seed.recruited:
                type = world.types[seed.at]
                found |= {seed.at} if type == "Step" else set()
                found |= world.targets("PERFORMS", seed.at) if type == "Site" else set()
                found |= world.targets("RUNS", seed.at) if type == "Organisation" and FAMILY[risk] != "H" else set()
        found |= self._clean(risk)
        if narrower := NARROWER.get(risk):
            found |= set.intersection(*(self.assessed(one) for one in narrower))
        return found

    def _clean(self, risk: str) -> set[str]:
        """Steps that an audit examined, by themselves or by their site, which could find the risk and did not."""
        world, found = self.world, set()
        for audit in world.of_type("Audit"):
            if max(world.values(audit, "performed"), default="") > str(world.days[-1]):
                continue
            reported = world.targets("OF_TYPE", *world.targets("REPORTED", audit))
            if (
                risk in world.common(audit, "could_find")
                and f"risk:{risk}" not in reported
                and risk != "state-imposed-labour"
            ):
                examined = world.targets("EXAMINED", audit)
                found |= examined & world.of_type("Step") | world.targets("PERFORMS", *examined)
        return found

    def is_open(self, contract: str, risk: str, *, item: bool) -> bool:
        """Whether something upstream is not known: a step that nobody assessed, or inputs that nobody told."""
        cone = tiers(ways(self.world, upstream=True, item=item), [contract])
        steps = cone.keys() & self.world.of_type("Step")
        return bool(steps - self.assessed(risk)) or any(map(self.world.is_open, cone))

    # -- lens A -----------------------------------------------------------------------------------------------
    def figures(self, risk: str, *, item: bool, specific: bool) -> dict[tuple[str, int], Figure]:
        """By (contract, severity), where *high* reaches it: over all seeds of at least that severity and all paths."""
        asked = {risk, *NARROWER.get(risk, ())}
        found = {}
        for level in range(5):
            seeds = [s for s in self.seeds if s.risk in asked and s.specific is specific]
            known = [s for s in seeds if s.severity is not None and s.severity >= level]
            low = self._worst(known, item, low=True)
            high = self._worst([s for s in seeds if s.severity is None or s.severity >= level], item, low=False)
            stated = self._worst(known, item, low=False)
            for contract in self.world.of_type("Contract"):
                if top := high.get(contract, 0.0):
                    only_unknown = not stated.get(contract, 0.0)
                    found[contract, level] = Figure(low.get(contract, 0.0), top, only_unknown)
        return found

    def _worst(self, seeds: Iterable[Seed], item: bool, *, low: bool) -> dict[str, float]:
        """The largest product along any path: of likelihood and confidences for *low*, of likelihood for *high*."""
        best: dict[str, float] = {}
        for seed in seeds:
            reached = self._along(seed.at, seed.risk, item, low)
            enters = (seed.likelihood or 0.0) * seed.confidence if low else _likelihood_in_high(seed)
            for at, value in reached.items():
                best[at] = max(enters * value, best.get(at, 0.0))
        return best

    @cache  # noqa: B019 (one world's, gone with it)
    def _along(self, start: str, risk: str, item: bool, low: bool) -> dict[str, float]:
        """The largest product of confidences (1 each for *high*) along any path from a start."""
        best, fresh = {start: 1.0}, {start}
        while fresh:
            better: dict[str, float] = {}
            for arrow in self.world.links:
                if arrow.source in fresh and passes(arrow, risk, item):
                    value = best[arrow.source] * (arrow.confidence if low else 1.0)
                    if value > max(best.get(arrow.target, -1.0), better.get(arrow.target, -1.0)):
                        better[arrow.target] = value
            best |= better
            fresh = set(better)
        return best

    # -- counts -----------------------------------------------------------------------------------------------
    def counts(self, contract: str, risk: str) -> tuple[int, int, int]:
        """Upstream of a contract: steps, those that nobody assessed, and ends of knowledge (the contract included)."""
        world = self.world
        cone = tiers(ways(world, upstream=True, item=False), [contract]).keys()
        steps = cone & world.of_type("Step")
        ends = {key for key in cone if world.is_open(key) and not (key in steps and world.is_typical(key))}
        return len(steps), len(steps - self.assessed(risk)), len(ends)


def _closed(arrows: Iterable[Arrow], starts: set[str]) -> set[str]:
    """Everything that some arrows lead to from some starts, and these."""
    found, fresh = set(starts), set(starts)
    while fresh:
        fresh = {arrow.target for arrow in arrows if arrow.source in fresh} - found
        found |= fresh
    return found


def _fit_stage(stage: str | None, wanted: str) -> Fit:
    if stage is None:
        return Fit.MAY
    if stage_within(stage, wanted):
        return Fit.YES
    return Fit.MAY if stage_within(wanted, stage) else Fit.NO


def _likelihood_in_high(seed: Seed) -> float:
    return 1.0 if seed.likelihood is None else seed.likelihood
