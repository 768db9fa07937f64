"""An exposure: distribution and worst paths, the contracts as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from graph.answer import Answer
from graph.data import ExposureData
from ontology.label import Label
from visualisation.drawing import of_exposure
from visualisation.lines import MOST, columns, denied, heading, way, wrap
from visualisation.marks import Level, digit, level_name
from visualisation.page import Page
from visualisation.pages import frame_of, rendered, risk_choices
from visualisation.sentences import Teller
from visualisation.tables import exposure_view, member_row
from visualisation.views import Cell, Headline, Sheet, View, filled
from visualisation.words import Words


def render_exposure(answer: Answer[ExposureData], page: Page) -> str:
    """Lens A for a group of contracts: distribution, worst paths, tiers, contracts, what is not known."""
    words = Words(page.lang)
    assert answer.data is not None
    teller = Teller(answer, words)
    title = words("exposure.title_of", what=teller.name(answer.data.subject.id), risk=words.risk(answer.data.risk))
    return rendered(
        "exposure.html",
        page,
        title,
        frame_of(answer),
        data=answer.data,
        teller=teller,
        view=exposure_view(answer, teller),
        risks=risk_choices(words),
        completeness=answer.completeness,
    )


def _members(data: ExposureData, teller: Teller) -> Sheet:
    words = teller.words
    names = ("contract", "buyers", "suppliers", "clause", "severity", "bounds", "basis", "unknown")
    header = (
        *(words(f"members.{name}") for name in names),
        words("export.low"),
        words("export.high"),
        words("export.upper"),
    )
    rows: list[tuple[Cell, ...]] = []
    for member in data.members:
        row = member_row(member, teller)
        figure = member.figures[0] if member.figures else None
        none = words("unknown") if row.level in (Level.UNKNOWN, Level.UNSTATED) else words("table.not_applicable")
        numbers: tuple[Cell, ...] = (figure.low, figure.high, figure.upper) if figure else (none, none, none)
        rows.append(
            (
                row.name,
                row.buyers or words("unknown"),
                row.suppliers or words("unknown"),
                teller.clause(member.contract),
                row.severity,
                row.bounds or none,
                row.basis or words("table.not_applicable"),
                row.unknown or words("unknown.none_here"),
                *numbers,
            )
        )
    none = words("shown_of", shown=0, total=data.contracts) if data.contracts else " ".join(teller.unknown())
    return filled(Sheet(words("export.exposure"), header, tuple(rows)), none, words)


def _exposure(answer: Answer[ExposureData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    view = exposure_view(answer, teller)
    lines = [words("exposure.title_of", what=teller.name(data.subject.id), risk=words.risk(data.risk))]
    lines += [words("exposure.of_contracts", n=data.contracts)]
    for sentence in teller.by_match():
        lines += wrap(sentence)
    if not data.contracts:
        return [*lines, *denied(data.denied, teller)]
    lines += heading(words("exposure.reach"))
    severities = sorted({severity for row in view.sets for severity, _ in row.counts}, reverse=True)
    for row in view.sets:
        counts = dict(row.counts)
        cells = [f"{words.severity(s)} {counts[s]}" for s in severities if s in counts]
        lines += wrap(f"{row.name}: " + ("; ".join(cells) if row.counts else words("exposure.not_reached")), "", "    ")
    for row in view.sets:
        if row.way is not None:
            also = [other.name for other in view.sets if other.same_as == row.name]
            lines += [*heading(words("terminal.worst_path")), row.way.bounds]
            lines += [words("path.same_for", name=name) for name in also]
            lines += way(row.way, words)
    if view.tiers:
        lines += heading(words("tiers.title"))
        names = ("tier", "steps", "item", "seeded", "unassessed", "ends")
        rows = [
            (
                words("column.tier", tier=t.tier) if t.tier else words("column.contract"),
                *map(words.number, (t.steps, t.item_steps, t.seeded, t.unassessed, t.ends)),
            )
            for t in view.tiers
        ]
        lines += columns(rows, [words(f"tiers.{n}") for n in names], (10, 10, 16, 26, 14, 16))
    lines += _buyers(view.buyers, words) if len(view.buyers) > 1 else []
    lines += _origins(data, teller)
    lines += heading(
        f"{words('members.title')} ({words('shown_of', shown=len(view.members[:MOST]), total=data.contracts)})"
    )
    members = [
        (
            digit(r.level),
            r.name,
            r.severity,
            r.bounds or words("table.not_applicable"),
            r.unknown or words("unknown.none_here"),
        )
        for r in view.members[:MOST]
    ]
    header = (
        "",
        words("members.contract"),
        words("members.severity"),
        words("members.bounds"),
        words("members.unknown"),
    )
    return lines + columns(members, header, (1, 38, 26, 12, 25))


def _buyers(buyers: Sequence[Any], words: Words) -> list[str]:
    names = ("buyer", "severity", "contracts", "reached", "item", "link_only", "unknown", "none")
    rows = [
        (
            name,
            level_name(level, words),
            *map(words.number, (r.contracts, r.reached, r.reached_item, r.supplier_link_only, r.unknown, r.none_found)),
        )
        for r, name, level in buyers
    ]
    return heading(words("buyers.title")) + columns(
        rows, [words(f"buyers.{n}") for n in names], (26, 22, 9, 9, 9, 12, 9, 9)
    )


def _origins(data: ExposureData, teller: Teller) -> list[str]:
    words = teller.words
    if not data.origins:
        return []
    rows = [
        (teller.name(o.node), words.severity(o.severity), words.number(o.contracts), words.number(o.contracts_item))
        for o in data.origins[:MOST]
    ]
    header = (words("origins.where"), words("table.severity"), words("origins.contracts"), words("origins.item"))
    return heading(words("origins.title")) + columns(rows, header, (46, 24, 16, 20))


def _figures(data: ExposureData, teller: Teller) -> list[Sheet]:
    """How many contracts stand at each level, over all of them."""
    words = teller.words
    rows = tuple((words.links(c.links), level_name(c.level, words), c.contracts) for c in data.levels)
    head = (words("panel.resolution"), words("members.severity"), words("affected.contracts_n"))
    return [Sheet(words("affected.figures"), head, rows)]


def _report(data: ExposureData, teller: Teller) -> Headline:
    """The verdict, and how many contracts stand at each level."""
    words, view = teller.words, exposure_view(teller.answer, teller)
    title = words("exposure.title_of", what=teller.name(data.subject.id), risk=words.risk(data.risk))
    figures = [(view.verdict[1], words("exposure.of_contracts", n=data.contracts))] if data.contracts else [("", title)]
    for name, bar in view.bars:
        told = "; ".join(f"{level_name(level, words)}: {words.number(n)}" for level, n in bar)
        figures.append((told, words("exposure.levels", links=name, n=data.contracts)))
    return Headline(tuple(figures), words("exposure.note"))


def _cypher(data: ExposureData) -> Iterator[tuple[str, dict[str, str]]]:
    match data.subject.type:
        case "Contract":
            yield "lens-a", {"contract": data.subject.id, "risk": data.risk}
            yield "single-points", {"contract": data.subject.id}
        case "Organisation" | "Procurement" | "Lot":
            yield "shared-origins", {"start": data.subject.id}


VIEW = View(
    "exposure",
    Label("Exponering", "Exposure"),
    about=lambda data, teller: teller.name(data.subject.id),
    sheet=_members,
    more=_figures,
    text=_exposure,
    page=render_exposure,
    drawing=of_exposure,
    report=_report,
    cypher=_cypher,
    place=20,
)
