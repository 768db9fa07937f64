"""Affected by a risk, from a statement or a case, and whom else to ask: read plainly from docs/method.md."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.plain.risk import FAMILY, LABOUR, Fit, Risks, passes
from tests.plain.walks import Affected, broader_contracts, contracts_in, steps_of, tiers, untold, ways
from tests.plain.world import KINDS, World

CLOSEST = ("harm_of_company", "holds", "runs", "operates", "owns", "recruits_for", "sells_to")
"""What relates a company, the closest relation first."""


@dataclass
class Beginning:
    """The steps and the persons that are walked from, steps that may be meant, and whom the company list begins at."""

    steps: set[str] = field(default_factory=set)
    persons: set[str] = field(default_factory=set)
    maybe: set[str] = field(default_factory=set)
    companies: set[str] = field(default_factory=set)
    recruiters: set[str] = field(default_factory=set)
    sellers: set[str] = field(default_factory=set)


def beginning(world: World, start: str, risk: str | None = None, goods: str | None = None) -> Beginning:
    """A site, place or kind begins at its steps, a company at those that it runs and that its sites perform."""
    found, type = Beginning(), world.types[start]
    if type in ("Finding", "RiskAssessment", "Incident"):
        statements = world.targets("GATHERS", start) if type == "Incident" else {start}
        for statement in statements:
            _say(Risks(world), found, statement, risk)
        return found
    found.steps = _of_kind(world, steps_of(world, start), goods if type not in KINDS else None)
    if type == "Organisation":
        _company(world, found, start, risk, goods, [risk] if risk else [])
    elif type == "Place":
        sites = world.of_type("Site")
        found.sellers = {site for site in sites if world.targets("LOCATED_IN", site) & world.narrower(start)}
        if risk in LABOUR and goods is None:  # who recruits there, recruits for what its sites make
            found.persons = {place for place in world.narrower(start) if world.targets("RECRUITS_FOR", place)}
    elif type not in KINDS:
        found.sellers = {start} if type == "Site" else world.sources("PERFORMS", start)
    return found


def _of_kind(world: World, steps: set[str], goods: str | None) -> set[str]:
    return steps if goods is None else steps & world.sources("OUTPUTS", *world.narrower(goods))


def _company(
    world: World, found: Beginning, company: str, risk: str | None, goods: str | None, said_of: Collection[str]
) -> None:
    """``said_of``: the risks that it is about; none are named: it may be about labour."""
    found.steps |= _of_kind(world, steps_of(world, company), goods)
    if risk and FAMILY[risk] != "H":
        found.persons.add(company)  # its own conduct goes with all that it holds
    if goods is not None:
        found.sellers.add(company)
        return
    found.companies.add(company)
    labour = bool(set(said_of) & set(LABOUR))
    if labour and world.targets("RECRUITS_FOR", company):
        found.persons.add(company)
    if labour or not said_of:
        found.recruiters.add(company)


def _say(risks: Risks, found: Beginning, statement: str, risk: str | None) -> None:
    """What a live statement of the risk asked about is about; actors alone, or steps that meet all parts."""
    world = risks.world
    said_of = {one.removeprefix("risk:") for one in world.targets("OF_TYPE", statement)}
    if risks.is_silent(statement) or (risk and not said_of & {risk, *risks.narrower(risk)}):
        return
    actors = risks.scope(statement, "Organisation", "Site")
    if risks.names_actor_only(statement):
        for actor in actors:
            if world.types[actor] == "Organisation":
                _company(world, found, actor, risk, None, said_of)
            else:
                found.steps |= steps_of(world, actor)
                found.sellers.add(actor)
        return
    found.sellers |= actors
    fits = {step: risks.fit(statement, step) for step in world.of_type("Step")}
    if said_of & set(LABOUR):
        for place, fit in risks.places_of_recruitment(statement):
            if fit is Fit.YES:
                found.persons.add(place)
            else:
                fits |= {step: max(Fit.MAY, fits[step]) for step in risks.recruited_to(place)}
        for recruiter in actors:
            for step in risks.recruited_to(recruiter):
                fits[step] = max(fits[step], risks.fit(statement, step, by_actors=False))
    found.steps |= {step for step, fit in fits.items() if fit is Fit.YES}
    found.maybe |= {step for step, fit in fits.items() if fit is Fit.MAY}


# -- how far ------------------------------------------------------------------------------------------------------
def touched(world: World, start: str, risk: str | None = None, goods: str | None = None) -> Affected:
    """Contracts that goods reach from where it begins, or that a person's own risk passes to."""
    begin, contracts = beginning(world, start, risk, goods), world.of_type("Contract")
    item = {key: tier for key, tier in _reached(world, begin, risk, item=True).items() if key in contracts}
    if world.types[start] in KINDS:
        item |= dict.fromkeys(contracts_in(world, start), 0)
    every = _reached(world, begin, risk, item=False)
    return Affected(item, {key: tier for key, tier in every.items() if key in contracts and key not in item})


def _reached(world: World, begin: Beginning, risk: str | None, *, item: bool) -> dict[str, int]:
    """Everything reached, with the fewest tiers to it: goods that go on are a tier each, who acts stands at what it
    acts on."""
    found = dict.fromkeys(begin.steps | begin.persons, 0)
    arrows = [a for a in world.links if passes(a, risk, item)]
    for _ in world.types:
        for arrow in arrows:
            if arrow.source in found:
                tier = found[arrow.source] + (arrow.type in ("SUPPLIES", "DELIVERED_UNDER"))
                found[arrow.target] = min(tier, found.get(arrow.target, tier))
    return found


# -- the company list ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Row:
    """Why a company is listed, with the contracts to ask it about, those known to be reached, and how many others of
    which everything is told; ``own``: its contracts are its own, not those of sites that it recruits for."""

    company: str
    own: bool
    why: str
    contracts: frozenset[str]
    above: frozenset[str]
    told: int
    outside: int = 0


@dataclass(frozen=True)
class _Relation:
    company: str
    why: str
    named: bool = False
    contracts: frozenset[str] | None = None


def contracts_of(world: World, company: str) -> set[str]:
    """What a company holds, and what goods of its steps reach by name."""
    return world.targets("HOLDS", company) | _item_contracts(world, steps_of(world, company))


def _item_contracts(world: World, steps: Iterable[str]) -> set[str]:
    return tiers(ways(world, upstream=False, item=True), steps).keys() & world.of_type("Contract")


def one_kind(world: World, company: str) -> bool:
    return len(world.targets("OUTPUTS", *steps_of(world, company))) == 1


def buyers(world: World, sellers: set[str], *, any_goods: bool) -> set[str]:
    """Who buys, goods unknown, from some sellers, and onward from those whose known outputs are one kind."""
    passing = {v for v in sellers if any_goods or world.types[v] == "Site" or one_kind(world, v)}
    found: set[str] = set()
    while passing:
        fresh = world.targets("SELLS_TO", *passing) - found - sellers
        found |= fresh
        passing = {buyer for buyer in fresh if one_kind(world, buyer)}
    return found


def owned(world: World, owners: set[str]) -> set[str]:
    """What some companies own by half or more, or control, themselves or through others."""
    found, fresh = set(owners), set(owners)
    while fresh:
        fresh = {a.target for a in world.stored if a.type == "OWNS" and a.controls and a.source in fresh} - found
        found |= fresh
    return found - owners


def behind(world: World, steps: set[str], sites: set[str]) -> set[str]:
    """Who runs some steps, or operates the sites that perform them, or some others."""
    return world.sources("RUNS", *steps) | world.sources("OPERATES", *world.sources("PERFORMS", *steps), *sites)


def company_list(
    world: World, start: str, affected: Affected, risk: str | None = None, goods: str | None = None
) -> set[Row]:
    """Beside what is affected: whom else to ask, of what is asked about."""
    begin = beginning(world, start, risk, goods)
    related = [r for company in begin.companies for r in _itself(world, company)]
    below = owned(world, begin.companies)
    related += [_Relation(company, "owns", named=True) for company in below]
    for recruiter in begin.recruiters if risk is None else ():
        if sites := world.targets("RECRUITS_FOR", recruiter):
            reached = _item_contracts(world, world.targets("PERFORMS", *sites))
            related.append(_Relation(recruiter, "recruits_for", named=True, contracts=frozenset(reached)))
    sellers = begin.companies | begin.sellers | below
    if world.types[start] not in KINDS:
        first = behind(world, begin.steps, begin.sellers & world.of_type("Site"))
        further = tiers(ways(world, upstream=False, item=True), begin.steps).keys() - begin.steps
        between = _standing(world, further & world.of_type("Step"), set(affected.item))
        between = {company: why for company, why in between.items() if company not in first}
        related += [_Relation(company, why) for company, why in between.items()]
        related += [_Relation(c, "sells_to") for c in buyers(world, set(between), any_goods=False)]
        sellers |= first
    related += [_Relation(company, "sells_to") for company in buyers(world, sellers, any_goods=True)]
    rows = rows_of(world, related, None, set(affected.item))
    # Of who is asked about, what is known stands above.
    return {row for row in rows if row.contracts or not row.above or row.company not in begin.companies}


def _itself(world: World, company: str) -> Iterator[_Relation]:
    for why, type in (("holds", "HOLDS"), ("runs", "RUNS"), ("operates", "OPERATES")):
        if world.targets(type, company):
            yield _Relation(company, why, named=True)


def _standing(world: World, steps: set[str], contracts: set[str]) -> dict[str, str]:
    """Who stands on the way: holds a contract, runs a step or operates its site."""
    found = dict.fromkeys(world.sources("OPERATES", *world.sources("PERFORMS", *steps)), "operates")
    found |= dict.fromkeys(world.sources("RUNS", *steps), "runs")
    return found | dict.fromkeys(world.sources("HOLDS", *contracts), "holds")


def rows_of(world: World, related: Iterable[_Relation], among: set[str] | None, known: set[str]) -> set[Row]:
    """A row for each company, by its closest relation, and one more for contracts that are not its own."""
    closest: dict[tuple[str, bool], _Relation] = {}
    for relation in sorted(related, key=lambda r: CLOSEST.index(r.why)):
        closest.setdefault((relation.company, relation.contracts is None), relation)
    found = set()
    for (company, own), relation in closest.items():
        its = contracts_of(world, company) if relation.contracts is None else set(relation.contracts)
        outside = 0 if among is None else len(its - among - known)
        its = its if among is None else its & among
        left = its - known
        to_ask = left if relation.named else untold(world, left)
        row = Row(company, own, relation.why, frozenset(to_ask), frozenset(its & known), len(left - to_ask), outside)
        found.add(row)
    return found


def may_apply(world: World, start: str, risk: str | None = None) -> set[str]:
    """Contracts that steps deliver to which may be meant, or that are of just a broader kind."""
    begin = beginning(world, start, risk)
    found = _item_contracts(world, begin.maybe)
    return found | broader_contracts(world, start) if world.types[start] in KINDS else found


# -- a risk -------------------------------------------------------------------------------------------------------
def at_risk(risks: Risks, risk: str, known: Mapping[str, object] | set[str]) -> set[Row]:
    """Who may have goods that bear a risk: beside the exposure of every contract. ``known``: contracts reached by the
    goods from a named actor."""
    world = risks.world
    asked = {risk, *risks.narrower(risk)}
    seeds = [s for s in risks.seeds if s.risk in asked and s.specific and s.severity != 0]
    listed = {actor for of, actor in risks.entering_nowhere() if of in asked}
    at = {seed.at for seed in seeds}
    sites = {v for v in at if world.types[v] == "Site"}
    steps = at & world.of_type("Step")
    sites |= world.sources("PERFORMS", *steps)
    sellers = listed | (at - steps) | sites | world.sources("OPERATES", *sites) | world.sources("RUNS", *at)
    related = [
        _Relation(actor, "harm_of_company", named=True) for actor in listed if world.types[actor] == "Organisation"
    ]
    related += [_Relation(company, "sells_to") for company in buyers(world, sellers, any_goods=True)]
    between = _standing(world, risks.carried(seeds), set(known))
    related += [_Relation(company, why) for company, why in between.items()]
    related += [_Relation(company, "sells_to") for company in buyers(world, set(between), any_goods=False)]
    rows = rows_of(world, related, world.of_type("Contract"), set(known))
    return {row for row in rows if row.contracts}


# -- whom to ask --------------------------------------------------------------------------------------------------
RIGHT = {"advanced": 1_000, "basic": 1, "six-routine-requirements": 1}
"""How many tiers up a clause gives a right to ask."""


@dataclass(frozen=True)
class Ask:
    """(company, contract) pairs any of which is right, and whether the clause entitles us."""

    who: frozenset[tuple[str, str | None]]
    entitled: bool


def ask(world: World, end: str, contracts: set[str]) -> Ask | None:
    """The nearest holder downstream of a contract among some whose clause reaches up to here; else the nearest company
    that is known."""
    down = tiers(ways(world, upstream=False, item=True), [end])
    near = {}
    for contract in contracts & down.keys():
        holders = world.sources("HOLDS", contract)
        right = RIGHT.get(world.clause(contract) or "")
        if holders and right and down[contract] <= right:
            near[contract] = down[contract]
    if near:
        first = {contract for contract, tier in near.items() if tier == min(near.values())}
        return Ask(frozenset((c, k) for k in first for c in world.sources("HOLDS", k)), entitled=True)
    company = {key: _companies(world, key) for key in down}
    known = {key: tier for key, tier in down.items() if company[key]}
    first = {key for key, tier in known.items() if tier == min(known.values())}
    found = frozenset((c, None) for key in first for c in company[key])
    return Ask(found, entitled=False) if found else None


def _companies(world: World, key: str) -> set[str]:
    """Who runs a step, else operates its site; who holds a contract."""
    ran = world.sources("RUNS", key) | world.sources("HOLDS", key)
    return ran or world.sources("OPERATES", *world.sources("PERFORMS", key))
