"""What is affected: the contracts as a table, with the question to ask under each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graph.answer import Answer
from graph.data import AffectedContract, AffectedData
from ontology.label import Label
from visualisation.drawing import of_affected
from visualisation.lines import MOST, denied, few, heading, wrap
from visualisation.page import Page
from visualisation.pages import frame_of, plain, rendered
from visualisation.sentences import Teller
from visualisation.views import Cell, Headline, Sheet, View
from visualisation.words import Words


def render_affected(answer: Answer[AffectedData], page: Page) -> str:
    """The contracts that something touches, surest first, with the question to ask under each."""
    words = Words(page.lang)
    assert answer.data is not None
    teller = Teller(answer, words)
    title = words("affected.title_of", what=teller.name(answer.data.start.id))
    drawn = plain(of_affected(answer.data), page, words)
    return rendered(
        "affected.html",
        page,
        title,
        frame_of(answer),
        data=answer.data,
        teller=teller,
        picture=drawn,
        completeness=answer.completeness,
    )


def affected_sheet(answers: Sequence[Answer[AffectedData]], words: Words) -> Sheet:
    """The affected contracts of one or several starts, with the question to ask under each."""
    names = (
        "start",
        "contract",
        "identifiers",
        "region",
        "supplier",
        "resolution",
        "tier",
        "clause",
        "weakest",
        "question",
    )
    rows: list[tuple[Cell, ...]] = []
    for answer in answers:
        if answer.data is None:
            continue
        teller = Teller(answer, words)
        start = teller.name(answer.data.start.id)
        rows += [_affected_row(start, row, teller) for row in answer.data.contracts]
        if not answer.data.contracts:
            rows.append((start, words("affected.none"), *(words("table.not_applicable"),) * (len(names) - 2)))
    return Sheet(words("export.contracts"), tuple(words(f"affected.{name}") for name in names), tuple(rows))


def _affected_row(start: str, row: AffectedContract, teller: Teller) -> tuple[Cell, ...]:
    words = teller.words
    return (
        start,
        teller.name(row.contract.id),
        ", ".join(row.contract.keys) or row.contract.id,
        ", ".join(map(teller.name, row.regions)) or words("unknown"),
        ", ".join(map(teller.name, row.suppliers)) or words("unknown"),
        teller.resolution(row),
        words("affected.no_tier") if row.tier is None else row.tier,
        teller.clause(row.contract),
        teller.weakest(row.path) if row.path else words("affected.no_tier"),
        teller.question(row),
    )


def _affected(answer: Answer[AffectedData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    lines = [words("affected.title_of", what=teller.name(data.start.id))]
    lines += [line for row in teller.counts() for line in wrap(teller.count(row), "", "  ")]
    lines.append(teller.of_all(data))
    if not data.contracts:
        lines += wrap(words("affected.none"))
    for row in data.contracts[:MOST]:
        buyers = ", ".join(map(teller.name, row.regions)) or words("unknown")
        suppliers = ", ".join(map(teller.name, row.suppliers)) or words("unknown")
        lines += heading(teller.name(row.contract.id))
        lines += wrap(f"{words('affected.region')}: {buyers} · {words('affected.supplier')}: {suppliers}", "  ")
        lines += wrap(
            f"{teller.resolution(row)} · {words('affected.clause')}: {teller.clause(row.contract)}",
            "  ",
        )
        if row.path is not None:
            lines += wrap(" → ".join(map(teller.name, row.path.nodes)), "  ", "    ")
            lines += wrap(teller.weakest(row.path), "  ")
        lines += wrap(
            f"{words('affected.question')}: {teller.question(row)}",
            "  ",
            "    ",
        )
    if len(data.contracts) > MOST:
        lines += ["", words("terminal.more", n=len(data.contracts) - MOST)]
    other_days = teller.formerly()
    if other_days:
        lines += [*heading(words("formerly.title")), *few(other_days, words)]
    return [*lines, *denied(data.denied, teller)]


def _figures(data: AffectedData, teller: Teller) -> list[Sheet]:
    """What the figures count, over all contracts, and what is affected on another day."""
    words = teller.words
    start = teller.name(data.start.id)
    counts = [(start, words(f"affected.count.{c.what}", n=c.contracts), c.contracts, c.regions) for c in data.counts]
    names = ("start", "figure", "contracts_n", "buyers_n")
    never = words("table.not_applicable")
    days = [(start, teller.name(f.contract.id), f.until or never, f.since or never) for f in data.formerly]
    other_days = (words("affected.start"), words("affected.contract"), words("formerly.last"), words("formerly.first"))
    return [
        Sheet(words("affected.figures"), tuple(words(f"affected.{name}") for name in names), tuple(counts)),
        Sheet(words("formerly.sheet"), other_days, tuple(days)),
    ]


def _report(data: AffectedData, teller: Teller) -> Headline:
    words = teller.words
    figures = tuple(
        (
            words.number(row.contracts),
            f"{words(f'affected.count.{row.what}', n=row.contracts)} {words('affected.in_regions', n=row.regions)}",
        )
        for row in teller.counts()
    )
    return Headline(figures, teller.of_all(data))


def _cypher(data: AffectedData) -> Iterator[tuple[str, dict[str, str]]]:
    match data.start.type:
        case "Step" | "Site":
            yield "affected-contracts", {"start": data.start.id}
            yield "company-list", {"start": data.start.id}
        case "Finding" | "RiskAssessment" | "Incident":
            yield "affected-contracts", {"start": data.start.id}


VIEW = View(
    "affected",
    Label("Berörda avtal", "Affected contracts"),
    about=lambda data, teller: teller.name(data.start.id),
    sheet=lambda _, teller: affected_sheet([teller.answer], teller.words),
    more=_figures,
    text=_affected,
    page=render_affected,
    drawing=of_affected,
    report=_report,
    cypher=_cypher,
    place=40,
)
