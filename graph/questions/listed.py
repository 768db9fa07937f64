"""Which contracts lie in categories with goods on a published list, from where, and what is known of their suppliers.

A statement of the list is about a kind of goods and a place. A contract is in a category of such goods where its own
category, or its lot's, is the same or narrower, by itself or by a match between schemes; in a broader one it may hold
them or not. No link says that a supplier's sites make these goods: sites and owners are a company list, to ask from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import Field

from graph.answer import Answer, Completeness, Frozen
from graph.data import LinkData, Node
from graph.questions.common import checked_risk, evidence_of, framed, wording
from graph.questions.groups import contracts_in, find, group_of, of_broader_kinds
from graph.questions.naming import Naming, by_name
from graph.questions.question import ALL
from graph.snapshot.view import Snapshot
from ontology.vocabulary import vocabulary

STATEMENTS = "RiskAssessment"


class Good(Frozen):
    """A kind of goods that the list names. ``places``: where it is made, as the list says; all ids."""

    good: str
    places: tuple[str, ...]
    risks: tuple[str, ...] = Field(description="risk types that the list states")
    statements: int
    contracts: int
    may: int = Field(description="contracts of a broader category: unknown whether they hold such goods")


class ListedContract(Frozen):
    contract: str
    buyers: tuple[str, ...]
    categories: tuple[str, ...]
    goods: tuple[str, ...]
    places: tuple[str, ...]
    suppliers: tuple[str, ...] = Field(description="none: no source says who holds it")


class ListedSupplier(Frozen):
    """A supplier of such contracts. No link says that its sites make the goods."""

    supplier: str
    contracts: int
    sites: tuple[str, ...] = Field(description="sites that it is told to operate; none: not told")
    owners: tuple[str, ...] = Field(description="who is told to own it, directly or through others; none: not told")


class ListedData(Frozen):
    subject: Node
    scheme: str
    risk: str | None
    contracts: int = Field(description="contracts of the subject")
    total: int = Field(description="of these, contracts in a category with listed goods")
    may: int = Field(description="contracts only of broader categories: unknown")
    uncategorised: int = Field(description="contracts whose category no source tells: unknown")
    buyers: int
    suppliers_total: int
    sites_untold: int = Field(description="suppliers of whom no site is told")
    owners_untold: int = Field(description="suppliers of whom no owner is told")
    goods: tuple[Good, ...]
    rows: tuple[ListedContract, ...]
    suppliers: tuple[ListedSupplier, ...]
    nodes: tuple[Node, ...]
    links: tuple[LinkData, ...]


@dataclass(slots=True)
class _Said:
    """What the list says of a kind of goods."""

    places: set[int] = field(default_factory=set)
    risks: set[str] = field(default_factory=set)
    statements: int = 0


def listed(s: Snapshot, subject: str, *, scheme: str, risk: str | None, most: int) -> Answer[ListedData]:
    """The contracts of ``subject`` (an id or a key), or of all, in categories with goods of the list ``scheme``.

    Raises:
        InputError: not a risk type, or ``subject`` is nothing that groups contracts.
    """
    asked = wording("listed", {"subject": subject, "scheme": scheme, "risk": risk and checked_risk(risk), "most": most})
    vertex = None if subject == ALL else find(s, subject)
    if vertex is None and subject != ALL:
        return framed(s, asked, None)
    naming = Naming(s)
    data = _Listing(s, naming, vertex, scheme, risk).data(most)
    completeness = Completeness(cut=naming.cut())
    return framed(s, asked, data, evidence=evidence_of(naming), completeness=completeness)


class _Listing:
    def __init__(self, s: Snapshot, naming: Naming, vertex: int | None, scheme: str, risk: str | None) -> None:
        self.s, self.naming, self.vertex, self.scheme, self.risk = s, naming, vertex, scheme, risk
        self.group = set(map(int, group_of(s, vertex).contracts))
        self.said = self._statements()
        self.of_good = {good: self.group.intersection(contracts_in(s, good)) for good in self.said}
        self.goods_of: dict[int, set[int]] = defaultdict(set)
        for good, contracts in self.of_good.items():
            for contract in contracts:
                self.goods_of[contract].add(good)
        self.may = {good: self._broader(good) for good in self.said}

    def _statements(self) -> Mapping[int, _Said]:
        """What is said of each kind of goods of the scheme, by the statements that name a place and no company."""
        s, found = self.s, defaultdict[int, _Said](_Said)
        about, of_type = s.pairs("ABOUT"), s.pairs("OF_TYPE")
        wanted = vocabulary("risk-types").within(self.risk) if self.risk else None
        for statement in map(int, s.of_type(STATEMENTS)):
            ends = about.targets(statement)
            goods = [v for v in ends if any(key.startswith(f"{self.scheme}:") for key in s.keys(v))]
            if not goods or s.scopes.silent(statement):
                continue
            keys = (key.partition(":") for v in of_type.targets(statement) for key in s.keys(v))
            risks = {value for kind, _, value in keys if kind == "risk"}
            if wanted is not None and not risks & set(wanted):
                continue
            for good in goods:
                said = found[good]
                said.places.update(v for v in ends if s.is_type(v, "Place"))
                said.risks |= risks
                said.statements += 1
        return found

    def _broader(self, good: int) -> set[int]:
        every = (contract for contracts in of_broader_kinds(self.s, good).values() for contract in contracts)
        return self.group.intersection(every) - self.of_good[good]

    # -- the answer ---------------------------------------------------------------------------------------------
    def data(self, most: int) -> ListedData:
        s, naming = self.s, self.naming
        suppliers = s.pairs("HOLDS").sources(*self.goods_of)
        sites, owners = {v: self._sites(v) for v in suppliers}, {v: self._owners(v) for v in suppliers}
        some = set(self.goods_of)
        goods = sorted(self.said, key=lambda v: (-len(self.of_good[v]), -len(self.may[v]), s.name(v), s.id(v)))
        goods = [good for good in goods if self.of_good[good] or self.may[good]]
        held = {v: len(some.intersection(s.pairs("HOLDS").targets(v))) for v in suppliers}
        order = sorted(suppliers, key=lambda v: (-held[v], s.name(v), s.id(v)))
        return ListedData(
            subject=Node(id=ALL, type=ALL, name=ALL) if self.vertex is None else naming.node(self.vertex),
            scheme=self.scheme,
            risk=self.risk,
            contracts=len(self.group),
            total=len(some),
            may=len(set().union(*self.may.values()) - some),
            uncategorised=len(self.group - self._categorised()),
            buyers=len(s.pairs("SERVES").targets(*some)),
            suppliers_total=len(suppliers),
            sites_untold=sum(not found for found in sites.values()),
            owners_untold=sum(not found for found in owners.values()),
            goods=tuple(map(self._good, naming.first("goods", goods, most))),
            rows=tuple(map(self._contract, naming.first("contracts", by_name(s, some), most))),
            suppliers=tuple(
                ListedSupplier(
                    supplier=naming.id(v), contracts=held[v], sites=naming.ids(sites[v]), owners=naming.ids(owners[v])
                )
                for v in naming.first("suppliers", order, most)
            ),
            nodes=naming.nodes(),
            links=naming.links(),
        )

    def _good(self, good: int) -> Good:
        said = self.said[good]
        return Good(
            good=self.naming.id(good),
            places=self.naming.ids(said.places),
            risks=tuple(sorted(said.risks)),
            statements=said.statements,
            contracts=len(self.of_good[good]),
            may=len(self.may[good]),
        )

    def _contract(self, contract: int) -> ListedContract:
        s, naming = self.s, self.naming
        goods = self.goods_of[contract]
        places = set().union(*(self.said[good].places for good in goods))
        categories = [v for v in self._categories(contract) if any(good in s.kinds.up(v) for good in goods)]
        naming.link_ids(s.pairs("HOLDS").arriving(contract))
        return ListedContract(
            contract=naming.id(contract),
            buyers=naming.ids(s.pairs("SERVES").targets(contract)),
            categories=naming.ids(categories),
            goods=naming.ids(goods),
            places=naming.ids(places),
            suppliers=naming.ids(s.pairs("HOLDS").sources(contract)),
        )

    def _categories(self, contract: int) -> list[int]:
        return self.s.pairs("IN_CATEGORY").targets(contract, *self.s.pairs("FOR_LOT").targets(contract))

    def _categorised(self) -> set[int]:
        return {contract for contract in self.group if self._categories(contract)}

    def _sites(self, supplier: int) -> list[int]:
        s = self.s
        run = s.pairs("PERFORMS").sources(*s.pairs("RUNS").targets(supplier))
        return sorted({*s.pairs("OPERATES").targets(supplier), *(v for v in run if s.is_type(v, "Site"))})

    def _owners(self, supplier: int) -> Iterable[int]:
        """Who owns it, directly or through others: a ring of owners ends where it began."""
        found, queue = {supplier}, [supplier]
        for here in queue:
            for owner in self.s.pairs("OWNS").sources(here):
                if owner not in found:
                    found.add(owner)
                    queue.append(owner)
        return sorted(found - {supplier})
