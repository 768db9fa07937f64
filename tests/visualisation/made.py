"""Answers made by hand for the tests of pages and exports: the models themselves, with invented names."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from graph.answer import (
    Answer,
    Ask,
    AsOf,
    Basis,
    Cited,
    Completeness,
    End,
    Evidence,
    Fact,
    Links,
    MethodName,
    Resolution,
)
from graph.data import (
    AffectedContract,
    AffectedCount,
    AffectedData,
    BuyerCount,
    Conflict,
    ContractExposure,
    Distribution,
    EntityData,
    ExposureData,
    Figure,
    Formerly,
    LevelCount,
    LinkData,
    Listed,
    Node,
    Origin,
    Path,
    PathPair,
    PathsData,
    Question,
    Reach,
    Said,
    StatementData,
    TierCount,
    TraceData,
    TraceNode,
)
from graph.questions.describing import resolution_of
from ontology.records import Status

T = TypeVar("T")
AS_OF = AsOf(
    valid_at=date(2026, 11, 1), known_at=datetime(2026, 11, 2, 9, 30, tzinfo=UTC), publication=4, clearance="public"
)
SOURCE = Cited(
    id="s1",
    series="demo:gloves",
    edition="1",
    title="Glove report 2025",
    publisher="Invented Watch",
    url="https://example.org/r",
    licence="CC0",
    published=date(2025, 3, 1),
    retrieved=date(2026, 11, 1),
)


def answer(data: T, *, question: str = "trace", demonstration: bool = True, **more: Any) -> Answer[T]:
    return Answer[Any](
        question=question,
        data=data,
        as_of=AS_OF,
        snapshot="ab12cd34ef56ab12/99",
        demonstration=demonstration,
        method=MethodName(name="spine", version="2"),
        **more,
    )


def node(id: str, type: str, name: str | None = None, **more: Any) -> Node:
    return Node(id=id, type=type, name=id.title() if name is None else name, **more)


def link(type: str, source: str, target: str, confidence: float = 0.95, **more: Any) -> LinkData:
    given = {
        "resolution": resolution_of(type, Status.DECLARED),
        "status": "declared",
        "valid_from": date(2024, 1, 1),
        "valid_to": None,
    } | more
    return LinkData(
        id=f"l-{type}-{source}-{target}", type=type, source=source, target=target, confidence=confidence, **given
    )


def reach(
    severity: int | None, low: float = 0.0, high: float = 0.0, *, upper_open: bool = False, below: int = 0, **more: Any
) -> Reach:
    given = {"assessed": True, "resolution": Resolution.ITEM if severity else None} | more
    return Reach(severity=severity, low=low, high=high, upper_open=upper_open, unassessed_below=below, **given)


def traced(item: Node, tier: int, reached: Reach | None = None, **more: Any) -> TraceNode:
    given = {"tier_max": tier, "hops": tier, "resolution": Resolution.ITEM} | more
    return TraceNode(node=item, tier=tier, reach=reached, **given)


STATEMENT = StatementData(
    id="f1",
    type="Finding",
    name="Workers paid recruitment fees",
    name_sv="Arbetare betalade rekryteringsavgifter",
    risk=("forced-labour",),
    severity=4,
    likelihood=1.0,
    level=None,
    standing="found-by-audit",
    issued=date(2025, 3, 1),
    valid_from=None,
    valid_to=None,
    reply="The company disputes the figure (2025-04-02).",
    cites="",
    sources=("s1",),
    specific=True,
)

REGION = node("region", "Organisation", "Region Exempel")
CONTRACT = node(
    "contract",
    "Contract",
    "Avtal handskar 2025",
    clause_level="advanced",
    keys=("demo:contract-1",),
    inputs_known="some",
)
HOLDER = node("holder", "Organisation", "Nordsken Grossist AB")
DIPPING = node("dipping", "Step", "Doppning av nitrilhandskar", stage="final-manufacture", country="MY")
SITE = node("site", "Site", "Klang plant 4", country="MY")
LATEX = node("latex", "Step", "Latex", stage="cultivation", country="TH")
SPARE = node("spare", "Step", "Kartonger", stage="processing", inputs_known="refused")


def gloves() -> Answer[TraceData]:
    """Region <- contract <- dipping at Klang plant 4 (severity 4) <- latex; cartons nobody has assessed."""
    nodes = (
        traced(CONTRACT, 0, reach(4, 0.6, 1.0, upper_open=True, below=1)),
        traced(HOLDER, 1),
        traced(DIPPING, 1, reach(4, 0.63, 1.0, upper_open=True, below=0, own_severity=4), statements=("f1",)),
        traced(SITE, 1),
        traced(SPARE, 1, reach(None, upper_open=True, below=1, assessed=False), end=True),
        traced(LATEX, 2, reach(0)),
    )
    links = (
        link("DELIVERED_UNDER", "dipping", "contract"),
        link("DELIVERED_UNDER", "spare", "contract", 0.6),
        link("SUPPLIES", "latex", "dipping", 0.3, resolution=Resolution.GENERIC, rests_on=("l-x",)),
        link("PERFORMS", "site", "dipping"),
        link("HOLDS", "holder", "contract"),
    )
    data = TraceData(
        asked=("contract",),
        start=("contract",),
        direction="upstream",
        risk="forced-labour",
        nodes=nodes,
        links=links,
        cycles=(),
        statements=(STATEMENT,),
        buyers=(REGION,),
        buyer_links=(link("SERVES", "contract", "region"),),
        denied=(link("SUPPLIES", "latex", "spare", denied=True),),
        company_list=(Listed(company="holder", contracts=("contract",), via=(), why="sells_to"),),
    )
    end = End(
        node="spare",
        tier=1,
        inputs_known="refused",
        ask=Ask(organisation="holder", contract="contract", clause_level="advanced", entitled=True),
    )
    return answer(
        data,
        evidence=evidence(),
        completeness=Completeness(tiers_reached=2, ends=(end,), ends_total=1, steps=3, unassessed=1),
    )


def evidence() -> Evidence:
    facts = (
        Fact(
            id="l-PERFORMS-site-dipping", source="s1", locator="row 12", cites="", status="declared", secrecy="public"
        ),
        Fact(
            id="l-DELIVERED_UNDER-dipping-contract",
            source="s1",
            locator="row 3",
            cites="",
            status="declared",
            secrecy="public",
        ),
    )
    return Evidence(facts=facts, cited=(SOURCE,), sources=("s1",))


PATH = Path(
    nodes=("site", "dipping", "contract"),
    links=("l-PERFORMS-site-dipping", "l-DELIVERED_UNDER-dipping-contract"),
    value=0.6,
    weakest="l-DELIVERED_UNDER-dipping-contract",
    resolution=Resolution.ITEM,
    statement="f1",
)


def figure(severity: int = 4, **more: Any) -> Figure:
    given: dict[str, Any] = {
        "basis": Basis.SPECIFIC,
        "links": Links.ITEM,
        "low": 0.6,
        "high": 1.0,
        "upper_open": True,
        "upper": 1.0,
        "path": PATH,
    }
    return Figure(risk="forced-labour", severity=severity, **(given | more))


def exposed() -> Answer[ExposureData]:
    trace = gloves().data
    assert trace is not None
    other = node("contract-2", "Contract", "Avtal tvål 2024", clause_level="unknown")
    data = ExposureData(
        subject=REGION,
        view="buyer",
        risk="forced-labour",
        contracts=2,
        levels=(
            LevelCount(links=Links.ITEM, level="4", contracts=1),
            LevelCount(links=Links.ITEM, level="unknown", contracts=1),
            LevelCount(links=Links.ITEM_GENERIC, level="4", contracts=1),
            LevelCount(links=Links.ITEM_GENERIC, level="unknown", contracts=1),
        ),
        distribution=(
            Distribution(severity=4, basis=Basis.SPECIFIC, links=Links.ITEM, contracts=1),
            Distribution(severity=3, basis=Basis.SPECIFIC, links=Links.ITEM, contracts=1),
        ),
        worst=(figure(),),
        worst_contract="contract",
        tiers=(TierCount(tier=1, steps=2, item_steps=2, seeded=1, unassessed=1, ends=1),),
        members=(
            ContractExposure(
                contract=CONTRACT,
                buyers=("region",),
                suppliers=("holder",),
                figures=(figure(),),
                knowledge="reached",
                steps=3,
                unassessed=1,
                ends=1,
            ),
            ContractExposure(
                contract=other,
                buyers=("region",),
                suppliers=("holder",),
                figures=(),
                knowledge="supplier_link_only",
                steps=0,
                unassessed=0,
                ends=1,
            ),
        ),
        buyers=(
            BuyerCount(
                buyer="region",
                contracts=2,
                severity=4,
                reached=1,
                reached_item=1,
                supplier_link_only=1,
                unknown=0,
                none_found=0,
            ),
        ),
        origins=(Origin(node="site", statements=("f1",), severity=4, contracts=1, contracts_item=1),),
        company_list=(Listed(company="holder", contracts=("contract-2",), via=(), why="sells_to"),),
        statements=(STATEMENT,),
        nodes=(REGION, CONTRACT, other, HOLDER, DIPPING, SITE),
        links=trace.links,
    )
    return answer(data, question="exposure", evidence=evidence(), completeness=gloves().completeness)


def affected() -> Answer[AffectedData]:
    trace = gloves().data
    assert trace is not None
    listed = node("contract-2", "Contract", "=cmd|' /C calc'!A0", clause_level="none")
    data = AffectedData(
        start=SITE,
        start_steps=("dipping",),
        contracts=(
            AffectedContract(
                contract=CONTRACT,
                regions=("region",),
                suppliers=("holder",),
                resolution=Resolution.ITEM,
                clause_level="advanced",
                tier=1,
                path=PATH,
                question=Question.CONFIRM_ARTICLE,
            ),
            AffectedContract(
                contract=listed,
                regions=("region",),
                suppliers=("holder",),
                resolution=Resolution.COMPANY,
                clause_level=None,
                tier=None,
                path=None,
                question=Question.ASK_SUPPLIER_LINK_VOLUNTARY,
            ),
        ),
        company_list=(Listed(company="holder", contracts=("contract-2",), via=(), why="sells_to"),),
        regions=("region",),
        counts=(
            AffectedCount(what="item", contracts=1, regions=1),
            AffectedCount(what="company", contracts=1, regions=2),
            AffectedCount(what="untold", contracts=7, regions=3),
        ),
        formerly=(Formerly(contract=node("ended", "Contract", "Avtal 2019"), until=date(2020, 12, 31), since=None),),
        contracts_all=9,
        contracts_untold=7,
        denied=(),
        statements=(STATEMENT,),
        nodes=(SITE, DIPPING, REGION, HOLDER, CONTRACT, listed),
        links=trace.links,
    )
    return answer(data, question="affected", evidence=evidence())


def paths() -> Answer[PathsData]:
    trace = gloves().data
    assert trace is not None
    data = PathsData(
        sources=("site",),
        targets=("contract",),
        pairs=(PathPair(source="site", target="contract", path=0),),
        joined=1,
        paths=(PATH,),
        nodes=(SITE, DIPPING, CONTRACT),
        links=trace.links,
    )
    return answer(data, question="paths", evidence=evidence())


def entity() -> Answer[EntityData]:
    said = Said(
        record="r1",
        type="Site",
        properties={"name": "Klang plant 4", "workers": 1200},
        status="declared",
        confidence=None,
        denied=False,
        valid_from=date(2024, 1, 1),
        valid_to=None,
        source="s1",
        cites="",
        locator="row 2",
    )
    data = EntityData(
        node=SITE,
        said=(said,),
        links=(link("PERFORMS", "site", "dipping"),),
        neighbours=(DIPPING,),
        conflicts=(Conflict(property="workers", values=("1200", "900"), records=("r1", "r2")),),
    )
    return answer(data, question="entity", evidence=evidence())


COUNTRIES = ("MY", "TH", "CN", "PK", "DE", "IN", "SE", "BD", "VN", "CD")
GOODS = (
    "nitrilhandskar",
    "kirurgiska saxar",
    "kompresser",
    "operationstextil",
    "infusionspumpar",
    "antibiotika",
    "kaffe",
)
WORDS = (
    "Klang",
    "Sialkot",
    "Verk",
    "Norra",
    "Delta",
    "Östra",
    "Precision",
    "Textil",
    "Kemi",
    "Polymer",
    "Steril",
    "Metall",
)
STAGES = ("distribution", "final-manufacture", "component", "processing", "raw-material", "cultivation")


def network(steps: int, tiers: int = 5, seed: int = 1, names: Sequence[str] = ()) -> Answer[TraceData]:
    """A seeded tiered chain: ``steps`` steps in ``tiers`` tiers under a few contracts of three regions."""
    rng = random.Random(seed)
    contracts = [
        node(
            f"c{i}",
            "Contract",
            f"Avtal {2019 + i % 7}-{rng.randint(100, 999)} {rng.choice(GOODS)}",
            clause_level="advanced",
        )
        for i in range(max(2, steps // 12))
    ]
    regions = [
        node(f"r{i}", "Organisation", name)
        for i, name in enumerate(("Region Skåne", "Region Uppsala", "Region Västerbotten"))
    ]
    found: list[TraceNode] = [
        traced(
            c, 0, reach(rng.choice((4, 3, 2)), rng.uniform(0.05, 0.7), 1.0, upper_open=True, below=rng.randint(1, 9))
        )
        for c in contracts
    ]
    links: list[LinkData] = []
    layers: list[list[Node]] = [contracts, *([] for _ in range(tiers))]
    for i in range(steps):
        tier = min(tiers, 1 + i * tiers // steps)
        country = rng.choice(COUNTRIES)
        goods = rng.choice(GOODS)
        generic = rng.random() < 0.15
        step = node(
            f"s{i}",
            "Step",
            names[i] if i < len(names) else f"{rng.choice(WORDS)} {rng.choice(WORDS).lower()} {i}, {goods}",
            stage=STAGES[min(tier - 1, 5)],
            country=country,
            generic=generic,
        )
        draw = rng.random()
        if draw < 0.35:
            reached = reach(None, upper_open=True, below=rng.randint(1, 5), assessed=False)
        elif draw < 0.5:
            reached = reach(0)
        else:
            low = round(rng.uniform(0.02, 0.9), 3)
            reached = reach(
                rng.choice((1, 2, 3, 4)),
                low,
                min(1.0, low + 0.2),
                upper_open=rng.random() < 0.6,
                below=rng.randint(0, 4),
            )
        found.append(traced(step, tier, reached, end=draw < 0.2))
        layers[tier].append(step)
        for parent in rng.sample(layers[tier - 1], k=min(len(layers[tier - 1]), rng.choice((1, 1, 1, 2)))):
            kind = "DELIVERED_UNDER" if tier == 1 else "SUPPLIES"
            links.append(
                link(
                    kind,
                    step.id,
                    parent.id,
                    rng.choice((0.95, 0.7, 0.5)),
                    resolution=Resolution.GENERIC if generic else Resolution.ITEM,
                )
            )
        if not generic:
            site = node(
                f"site{i}", "Site", f"{rng.choice(WORDS)} {rng.choice(WORDS).lower()} anläggning {i}", country=country
            )
            found.append(traced(site, tier))
            links.append(link("PERFORMS", site.id, step.id))
    serves = tuple(link("SERVES", c.id, regions[i % 3].id) for i, c in enumerate(contracts))
    data = TraceData(
        asked=tuple(c.id for c in contracts),
        start=tuple(c.id for c in contracts),
        direction="upstream",
        risk="forced-labour",
        nodes=tuple(found),
        links=tuple(links),
        cycles=(),
        buyers=tuple(regions),
        buyer_links=serves,
        statements=(STATEMENT,),
    )
    return answer(
        data, evidence=evidence(), completeness=Completeness(tiers_reached=tiers, steps=steps, unassessed=steps // 3)
    )
