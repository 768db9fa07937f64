"""One thing: what is said of it, by whom."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graph.answer import Answer
from graph.data import AffectedData, Conflict, EntityData, Said
from graph.questions.declared.affected import Affected
from graph.questions.declared.coverage import Coverage
from graph.questions.declared.risks import Risks
from graph.questions.declared.sites import Sites
from graph.questions.question import Question
from graph.snapshot.sayings import POLARITY
from ontology.label import Label
from visualisation.lines import few, heading
from visualisation.mapped import SMALL, Spot, drawn
from visualisation.marks import Level
from visualisation.page import Page
from visualisation.pages import entity_path, frame_of, rendered
from visualisation.sentences import Teller
from visualisation.views import Cell, Headline, Sheet, View, filled
from visualisation.views.coverage import ask_first, uncut
from visualisation.views.risks import risk_rows, risks_headline
from visualisation.views.sites import spoken
from visualisation.words import Words

if TYPE_CHECKING:
    from graph.placed import MapData
    from graph.questions.coverage import CoverageData
    from graph.questions.risk_lines import RisksData


NAMED = 8
"""Things of one relation that the page names; the rest are counted, and stand in the list of links."""


@dataclass(frozen=True, slots=True)
class Touch:
    """What one thing touches by one sort of link: its name, which way, how many, and the first of them."""

    name: str
    outwards: bool
    total: int
    first: tuple[tuple[str, str], ...]
    """(id, name)."""


def render_entity(
    answer: Answer[EntityData],
    page: Page,
    *,
    risks: Answer[RisksData] | None = None,
    affected: Answer[AffectedData] | None = None,
    coverage: Answer[CoverageData] | None = None,
    sites: Answer[MapData] | None = None,
) -> str:
    """Everything said about one thing, by whom, valid when, what it touches; conflicts are shown, never settled
    silently. Beside: every risk of its contracts, which contracts it affects, what is not known of them,
    where the sites behind them lie."""
    words = Words(page.lang)
    assert answer.data is not None
    teller = Teller(answer, words)
    name = teller.name(answer.data.node.id)
    lines = risk_rows(risks, words) if risks and risks.data and risks.data.contracts else []
    return rendered(
        "entity.html",
        page,
        name,
        frame_of(answer),
        data=answer.data,
        teller=teller,
        headline=_headline(answer.data, teller, risks, affected, coverage),
        unknown=_unknown(answer.data, teller, affected, coverage),
        risks=[row for row in lines if row[2] is not Level.UNKNOWN],
        silent=[row for row in lines if row[2] is Level.UNKNOWN],
        touches=_touches(answer.data, teller),
        conflicts=[(c, _sides(answer.data, c, teller)) for c in answer.data.conflicts],
        **_map(sites, page, words),
    )


def _map(sites: Answer[MapData] | None, page: Page, words: Words) -> dict[str, Any]:
    """The small map, where there are sites: its marks lead to their page, or to the map."""
    if sites is None or sites.data is None or not sites.data.sites:
        return {"map": None}
    subject = sites.data.subject.id

    def href(spot: Spot) -> str:
        return (
            page.url(entity_path(spot.sites[0].site.id)) if len(spot.sites) == 1 else page.url("/map", subject=subject)
        )

    return {
        "map": drawn(sites.data, None, SMALL),
        "sites": sites,
        "sites_teller": Teller(sites, words),
        "site_href": href,
        "spoken_spot": spoken,
    }


def _sides(data: EntityData, conflict: Conflict, teller: Teller) -> str:
    """``4 100 (Tillsynen) ≠ 5 400 (Fabrikslistan)``."""
    type, found = data.node.type, []
    for value in conflict.values:
        speaking = [said for said in data.said if said.record in conflict.records and _says(said, conflict, value)]
        who = ", ".join(dict.fromkeys(_who(said, teller) for said in speaking))
        text = teller.words.said(type, conflict.property, value) if value else teller.words("conflicts.unsaid")
        found.append(f"{text} ({who})" if who else text)
    return " ≠ ".join(found)


def _who(said: Said, teller: Teller) -> str:
    """On whose word, in short: the sources stand in full further down."""
    source = teller.cited.get(said.source)
    return said.cites or (source.publisher or source.title if source else teller.words("source_unknown"))


def _says(said: Said, conflict: Conflict, value: str) -> bool:
    if conflict.property == POLARITY:
        return said.denied == (value == "denied")
    own = said.properties.get(conflict.property, "")
    return (own if isinstance(own, str) else json.dumps(own, ensure_ascii=False, sort_keys=True)) == value


def _headline(
    data: EntityData,
    teller: Teller,
    risks: Answer[RisksData] | None,
    affected: Answer[AffectedData] | None,
    coverage: Answer[CoverageData] | None,
) -> Headline:
    words = teller.words
    figures: list[tuple[str, str]] = []
    level = ""
    if risks and risks.data and risks.data.contracts:
        figure, level = risks_headline(risks, words)
        figures.append(figure)
    if coverage and coverage.data and coverage.data.whole.contracts:
        whole = coverage.data.whole
        figures.append((words.share(whole.whole, whole.contracts), words("coverage.whole")))
    if affected and affected.data:
        counts = Teller(affected, words).counts()
        told_ = [(words.number(c.contracts), words(f"affected.count.{c.what}", n=c.contracts)) for c in counts[:3]]
        figures += [f for f in told_ if f[0] != "0" or not figures]
    sources = len({said.source for said in data.said})
    figures.append((words.number(len(data.said)), words("entity.said_by_sources", n=len(data.said), sources=sources)))
    if data.conflicts:
        figures.append((words.number(len(data.conflicts)), words("conflicts.total", n=len(data.conflicts))))
    return Headline(tuple(figures), "", _ask(words, coverage, affected), level)


def _ask(words: Words, coverage: Answer[CoverageData] | None, affected: Answer[AffectedData] | None) -> str:
    """Who could tell most of what is not known of its contracts; else what to ask of the surest affected one."""
    if coverage and coverage.data and (found := ask_first(coverage.data, Teller(coverage, words))):
        return found
    if affected and affected.data and affected.data.contracts:
        first, teller = affected.data.contracts[0], Teller(affected, words)
        who = ", ".join(map(teller.name, first.suppliers)) or words("unknown")
        return words("entity.ask", who=who, what=teller.question(first))
    return ""


def _unknown(
    data: EntityData, teller: Teller, affected: Answer[AffectedData] | None, coverage: Answer[CoverageData] | None
) -> list[str]:
    """What is not known of it: of its contracts, else of what it affects, else that nobody describes it."""
    beside = coverage if coverage and coverage.data and coverage.data.whole.contracts else affected
    found = [] if data.said else [teller.words("entity.nothing_said")]
    if beside is not None and beside.data is not None:
        return found + uncut(beside, teller.words)
    return found or teller.unknown()


def _touches(data: EntityData, teller: Teller) -> list[Touch]:
    """By sort of link and direction, those with most first; what is denied stands in the list of links alone."""
    own, found = data.node.id, dict[tuple[str, bool], dict[str, str]]()
    for link in data.links:
        if not link.denied:
            outwards = link.source == own
            other = link.target if outwards else link.source
            found.setdefault((link.type, outwards), {})[other] = teller.name(other)
    order = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        Touch(
            teller.words.link_type(type),
            outwards,
            len(others),
            tuple(sorted(others.items(), key=lambda one: teller.words.collation(one[1]))[:NAMED]),
        )
        for (type, outwards), others in order
    ]


def _beside(data: EntityData) -> dict[str, Question]:
    id = data.node.id
    return {
        "risks": Risks(subject=id),
        "affected": Affected(start=id),
        "coverage": Coverage(subject=id, rows=5),
        "sites": Sites(subject=id),
    }


def _entity(answer: Answer[EntityData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    lines = [f"{teller.name(data.node.id)} ({words.node_type(data.node.type)})", *map(words.key, data.node.keys)]
    for said in data.said:
        lines += heading(words("entity.by", who=teller.said_by(said)))
        lines += [
            f"  {words.property(said.type, k)}: {words.said(said.type, k, v)}" for k, v in said.properties.items()
        ]
    if not data.said:
        lines.append(words("entity.nothing_said"))
    if data.conflicts:
        lines += heading(words("entity.conflicts"))
        type = data.node.type
        lines += few(
            [f"{words.property(type, c.property)}: {teller.differing(type, c)}" for c in data.conflicts], words
        )
    lines += heading(words("entity.links"))
    return lines + few(
        [
            f"{teller.name(k.source)} {words.link_type(k.type)} {teller.name(k.target)} · {teller.evidence(k)}"
            for k in data.links
        ],
        words,
        40,
    )


def _said(data: EntityData, teller: Teller) -> Sheet:
    """Each property that a record says, by whom."""
    words = teller.words
    header = (
        words("conflict.property"),
        words("conflict.values"),
        words("source.name"),
        words("export.status"),
        words("export.valid_from"),
        words("export.valid_to"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            words.property(said.type, name),
            words.said(said.type, name, value),
            teller.said_by(said),
            words.term("statuses", said.status),
            said.valid_from or words("period.no_start"),
            words.last_day(said.valid_to),
        )
        for said in data.said
        for name, value in said.properties.items()
    ]
    return filled(Sheet(words("entity.said")[:31], header, tuple(rows)), words("entity.nothing_said"), words)


VIEW = View(
    "entity",
    Label("Aktör", "Entity"),
    about=lambda data, teller: teller.name(data.node.id),
    sheet=_said,
    text=_entity,
    page=render_entity,
    beside=_beside,
    path="/entity/{id:path}",
)
