"""The company list: who may have the goods although no link names them. A list, never a figure; docs/method.md.

Relations of which the goods are unknown pass on from a company only if its known outputs are one kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from graph import budget
from graph.answer import Basis
from graph.data import Listed
from graph.kernels.reach import reach
from graph.questions.groups import downstream_contracts, steps_of
from graph.questions.lens import Lens, Side
from graph.questions.naming import Naming
from graph.questions.untold import untold
from graph.questions.walks import GOODS, TIERS
from graph.snapshot.view import Snapshot

WHYS = ("harm_of_company", "holds", "runs", "operates", "owns", "recruits_for", "sells_to")
"""Why a company is listed, closest relation first."""

Via = tuple[int, ...]
"""Edges of the topology that relate a company; of a longer way the first ``WAY``."""

WAY = 50
TIES = 1_000
"""Ties through which a company is told to buy; the walk ends there."""

ROWS = 500
"""Companies listed, the closest first."""


@dataclass(frozen=True, slots=True)
class Related:
    """A company that may have the goods, why, and by which edges.

    ``named``: the company itself is what is asked about, so its contracts count even where all goods are known.
    ``contracts``: those that the relation is about, where they are not the company's own.
    """

    company: int
    why: str
    via: Via
    named: bool = False
    contracts: frozenset[int] | None = None


def further(via: Via, edge: int) -> Via:
    """A way one edge longer."""
    return (*via, edge) if len(via) < WAY else via


def one_kind(s: Snapshot, company: int) -> bool:
    """Whether the known outputs of a company are exactly one kind."""
    return len(s.pairs("OUTPUTS").targets(*steps_of(s, company))) == 1


def buyers_from(s: Snapshot, sellers: Mapping[int, Via], *, any_goods: bool) -> list[Related]:
    """Companies that buy, directly or onwards, from some sites or companies, goods unknown.

    ``any_goods``: the sellers pass on whatever they sell, else only if their outputs are one kind.
    """
    found: dict[int, Via] = {}
    frontier = {v: via for v, via in sellers.items() if any_goods or s.is_type(v, "Site") or one_kind(s, v)}
    seen = set(sellers)
    while frontier:
        reached: dict[int, Via] = {}
        for seller in sorted(frontier):
            for edge in s.pairs("SELLS_TO").leaving(seller):
                buyer = int(s.topology.edges.target[edge])
                if buyer not in seen:
                    reached.setdefault(buyer, further(frontier[seller], edge))
        seen.update(reached)
        found |= reached
        frontier = {v: via for v, via in reached.items() if one_kind(s, v)}
    return [Related(company, "sells_to", via) for company, via in sorted(found.items())]


def sellers_to(s: Snapshot, companies: Iterable[int]) -> list[Related]:
    """For each company, the edges by which it buys goods unknown, onwards upstream through sellers of one kind."""
    found = []
    for company in sorted(set(companies)):
        via: list[int] = []
        seen, queue = {company}, [company]
        for here in queue:
            budget.check()
            for edge in s.pairs("SELLS_TO").arriving(here) if len(via) < TIES else ():
                via.append(edge)
                seller = int(s.topology.edges.source[edge])
                if seller not in seen and not s.is_type(seller, "Site") and one_kind(s, seller):
                    seen.add(seller)
                    queue.append(seller)
        if via:
            found.append(Related(company, "sells_to", tuple(via[:TIES])))
    return found


def on_path(s: Snapshot, steps: Iterable[int], contracts: Iterable[int]) -> list[Related]:
    """Companies that stand on an item path: they run one of its steps, operate its site, or hold its contract."""
    found: dict[int, Related] = {}

    def note(name: str, why: str, vertices: Iterable[int]) -> None:
        for edge in s.pairs(name).arriving(*sorted(set(vertices))):
            company = int(s.topology.edges.source[edge])
            found.setdefault(company, Related(company, why, (edge,)))

    held = list(contracts)
    ran = list(steps)
    note("HOLDS", "holds", held)
    note("RUNS", "runs", ran)
    note("OPERATES", "operates", s.pairs("PERFORMS").sources(*ran))
    return [found[company] for company in sorted(found)]


def contracts_of(s: Snapshot, company: int) -> set[int]:
    """Contracts that a company holds, or that goods of its steps reach along item links."""
    return {*s.pairs("HOLDS").targets(company), *downstream_contracts(s, steps_of(s, company), item=True)}


@dataclass(frozen=True, slots=True)
class CompanyList:
    """``rows``: the closest companies, by name. ``contracts``: those of every row, of those not listed too. ``actors``:
    the companies listed and those between them and where the risk is said to be."""

    rows: tuple[Listed, ...]
    contracts: frozenset[int]
    actors: frozenset[int]


def contracts_of_all(s: Snapshot, related: Iterable[Related]) -> set[int]:
    """Contracts that some relations are about: one walk for all of them."""
    found: set[int] = set()
    own: list[int] = []
    for relation in related:
        if relation.contracts is None:
            own.append(relation.company)
        else:
            found |= relation.contracts
    sites = s.pairs("OPERATES").targets(*own)
    steps = {*s.pairs("RUNS").targets(*own), *s.pairs("PERFORMS").targets(*sites)}
    return found.union(s.pairs("HOLDS").targets(*own), downstream_contracts(s, steps, item=True))


def listed(
    s: Snapshot,
    naming: Naming,
    related: Iterable[Related],
    among: set[int] | None,
    known: set[int],
    *,
    keep_empty: bool = False,
) -> CompanyList:
    """Rows of the list, each company once for its closest relation (and once more for contracts not its own).

    ``among``: only these contracts. ``known``: contracts known to have the goods, named apart; those of which
    everything upstream is told, and those that are not ``among``, are counted apart.
    """
    closest: dict[tuple[int, bool], Related] = {}
    for relation in sorted(related, key=lambda r: (WHYS.index(r.why), len(r.via), r.via)):
        closest.setdefault((relation.company, relation.contracts is not None), relation)
    whole = contracts_of_all(s, closest.values()) if among is None else contracts_of_all(s, closest.values()) & among
    unsure = untold(s, whole - known)
    sure = contracts_of_all(s, (relation for relation in closest.values() if relation.named))
    closest = dict(naming.first("company_list", closest.items(), ROWS))
    contracts = {
        key: contracts_of(s, relation.company) if relation.contracts is None else set(relation.contracts)
        for key, relation in closest.items()
    }
    outside: dict[tuple[int, bool], int] = {}
    if among is not None:
        outside = {key: len(found - among - known) for key, found in contracts.items()}
        contracts = {key: found & among for key, found in contracts.items()}
    rows = []
    actors: set[int] = set()
    for key, relation in sorted(closest.items(), key=lambda item: (s.name(item[0][0]), item[0])):
        open_ones = contracts[key] - known
        mine = open_ones if relation.named else open_ones & unsure
        if mine or keep_empty:
            actors.update((relation.company, *s.topology.edges.source[list(relation.via)].tolist()))
            rows.append(
                Listed(
                    company=naming.id(relation.company),
                    contracts=naming.first_ids("company_list.contracts", mine),
                    via=naming.link_ids(relation.via),
                    why=relation.why,
                    above=naming.first_ids("company_list.above", contracts[key] & known),
                    told=len(open_ones - mine),
                    outside=outside.get(key, 0),
                )
            )
    return CompanyList(tuple(rows), frozenset((whole - known) & (sure | unsure)), frozenset(actors))


def owned_by(s: Snapshot, owners: Iterable[int]) -> list[Related]:
    """Companies that some companies own by half or more, or control, and those that these own in turn."""
    found: dict[int, Via] = dict.fromkeys(sorted(set(owners)), ())
    queue = list(found)
    for owner in queue:
        for edge in s.pairs("OWNS").leaving(owner):
            company = int(s.topology.edges.target[edge])
            if s.topology.edges.mark[edge] and company not in found:
                found[company] = further(found[owner], edge)
                queue.append(company)
    return [Related(company, "owns", via, named=True) for company, via in sorted(found.items()) if via]


def recruited_by(s: Snapshot, recruiters: Iterable[int]) -> list[Related]:
    """Recruiters, with the contracts that goods of the sites reach (along item links) for which they recruit."""
    found = []
    for recruiter in sorted(set(recruiters)):
        if via := s.pairs("RECRUITS_FOR").leaving(recruiter):
            sites = s.pairs("RECRUITS_FOR").targets(recruiter)
            contracts = downstream_contracts(s, s.pairs("PERFORMS").targets(*sites), item=True)
            found.append(Related(recruiter, "recruits_for", tuple(via), named=True, contracts=frozenset(contracts)))
    return found


# -- a risk -------------------------------------------------------------------------------------------------------
def harms_of_companies(s: Snapshot, lens: Lens) -> list[tuple[int, int]]:
    """(statement, actor) of what is said of an actor, for the risk of a lens, without a known step that it enters."""
    names = {lens.of.names[number] for number in lens.of.numbers}
    return [
        (int(statement), int(actor))
        for statement, actor in s.seeds.listed
        if names.intersection(_risks(s, int(statement)))
    ]


def _risks(s: Snapshot, statement: int) -> set[str]:
    keys = (key for risk in s.pairs("OF_TYPE").targets(statement) for key in s.keys(risk))
    return {key.removeprefix("risk:") for key in keys}


def _named_rows(lens: Lens) -> list[int]:
    return [int(row) for row in lens.seeds(1, Basis.SPECIFIC, Side.HIGH)]


def sellers_at_risk(s: Snapshot, lens: Lens) -> dict[int, Via]:
    """Sites and companies named by what is said of the risk, and the companies behind those sites and steps."""
    found: dict[int, Via] = {actor: () for _, actor in harms_of_companies(s, lens)}
    for vertex in sorted({int(s.seeds.vertex[row]) for row in _named_rows(lens)}):
        sites = [vertex] if s.is_type(vertex, "Site") else s.pairs("PERFORMS").sources(vertex)
        if not s.is_type(vertex, "Step"):
            found.setdefault(vertex, ())
        for site in sites:
            found.setdefault(site, ())
        for edge in (*s.pairs("OPERATES").arriving(*sites), *s.pairs("RUNS").arriving(vertex)):
            found.setdefault(int(s.topology.edges.source[edge]), (edge,))
    return found


def steps_at_risk(s: Snapshot, lens: Lens) -> list[int]:
    """Steps that goods reach along item links from those at which a risk of a named actor enters, those left out."""
    found = np.zeros(s.n, np.bool_)
    rows = np.array(_named_rows(lens), np.int64)
    entered = lens.entering(rows)
    for table, group in lens.groups(rows):
        starts = np.flatnonzero(lens.entering(group)).astype(np.int32)
        below = reach(s.item_network, starts, upstream=False, kinds=GOODS & (table > 0), tier_kinds=TIERS)
        found[below.vertex] = True
    return s.among(np.flatnonzero(found & ~entered), "Step")


def company_list(s: Snapshot, naming: Naming, lens: Lens, contracts: set[int], known: set[int]) -> CompanyList:
    """Who may have goods that bear the risk in some of ``contracts``; ``known``: contracts reached along item links."""
    related = [
        Related(actor, "harm_of_company", (), named=True)
        for _, actor in harms_of_companies(s, lens)
        if s.is_type(actor, "Organisation")
    ]
    related += buyers_from(s, sellers_at_risk(s, lens), any_goods=True)
    standing = on_path(s, steps_at_risk(s, lens), known)
    related += standing
    related += buyers_from(s, {r.company: r.via for r in standing}, any_goods=False)
    return listed(s, naming, related, contracts, known)
