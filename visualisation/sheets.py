"""An answer as plain tables, for the CSV and the workbook: every cell filled, unknown said in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from graph.answer import Answer
from graph.data import AffectedContract, AffectedData, ExposureData, LinkData, PathsData, TraceData
from visualisation.drawing import of_trace
from visualisation.marks import Level, level_name
from visualisation.sentences import Teller
from visualisation.svg import heading_of, name_of
from visualisation.tables import member_row
from visualisation.words import Words

Cell = str | int | float | date


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. ``name`` is at most 31 characters, as a workbook wants."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sheets(answer: Answer[Any], words: Words) -> list[Sheet]:
    """The tables of an answer, the main one first; those without rows are left out, but the main one says so in one."""
    teller = Teller(answer, words)
    data = answer.data
    if isinstance(data, AffectedData):
        found = [affected_sheet([answer], words)]
    elif isinstance(data, ExposureData):
        found = [_members(data, teller)]
    elif isinstance(data, PathsData):
        found = [_hops(data, teller)]
    elif isinstance(data, TraceData):
        found = [_nodes(data, teller)]
    else:
        found = [Sheet(words("export.unknown"), (words("not_in_graph.title"),), ((words("not_in_graph.none"),),))]
    more = [
        *_figures(teller),
        _links(getattr(data, "links", ()), teller),
        _statements(teller),
        _conflicts(teller),
        _unknown(answer, teller),
        _sources(answer, words),
    ]
    return [*found, *(sheet for sheet in more if sheet.rows)]


def _filled(sheet: Sheet, sentence: str, words: Words) -> Sheet:
    """The table; one without rows says in its first row why."""
    rest = (words("table.not_applicable"),) * (len(sheet.header) - 1)
    return sheet if sheet.rows else replace(sheet, rows=((sentence, *rest),))


def stamp(answer: Answer[Any], words: Words) -> list[tuple[str, str]]:
    """What the file must say of itself: both clocks, snapshot, method, clearance, and demonstration data."""
    as_of = answer.as_of
    if as_of.during:
        when = (words("as_of.during"), f"{words.day(as_of.during[0])}–{words.day(as_of.during[1])}")
    else:
        when = (words("as_of.valid_at"), words.day(as_of.valid_at))
    found = [
        when,
        (
            words("as_of.known_at"),
            f"{words.moment(as_of.known_at)} ({words('as_of.publication', n=as_of.publication)})",
        ),
        (words("as_of.snapshot"), answer.snapshot),
        (words("as_of.method"), f"{answer.method.name} {answer.method.version}"),
        (words("as_of.clearance"), words.term("secrecy", as_of.clearance)),
    ]
    return [*found, (words("export.data"), words("app.demonstration"))] if answer.demonstration else found


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


def _figures(teller: Teller) -> list[Sheet]:
    """What the figures count, over all contracts, and what is affected on another day."""
    data, words = teller.answer.data, teller.words
    if isinstance(data, ExposureData):
        rows = tuple((words.links(c.links), level_name(c.level, words), c.contracts) for c in data.levels)
        head = (words("panel.resolution"), words("members.severity"), words("affected.contracts_n"))
        return [Sheet(words("affected.figures"), head, rows)]
    if not isinstance(data, AffectedData):
        return []
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
    return _filled(Sheet(words("export.exposure"), header, tuple(rows)), none, words)


def _hops(data: PathsData, teller: Teller) -> Sheet:
    words = teller.words
    header = (
        words("export.path_number"),
        words("export.place"),
        words("table.name"),
        words("entity.link"),
        words("entity.evidence"),
        words("affected.weakest"),
    )
    rows = tuple(
        (
            number,
            place,
            hop.name,
            hop.link or words("table.not_applicable"),
            hop.evidence or words("table.not_applicable"),
            words("yes" if hop.weakest else "no"),
        )
        for number, path in enumerate(data.paths, 1)
        for place, hop in enumerate(teller.hops(path), 1)
    )
    return _filled(Sheet(words("export.paths"), header, rows), words("paths.none"), words)


def _nodes(data: TraceData, teller: Teller) -> Sheet:
    """Every mark of the trace, also those that the drawing would put in boxes."""
    words = teller.words
    drawing = of_trace(data)
    names = ("name", "column", "kind", "actors", "country", "severity", "resolution", "end")
    header = (*(words(f"table.{name}") for name in names), words("export.low"), words("export.high"), words("panel.id"))
    titles = {
        m.column: heading_of(m.column, [x for x in drawing.marks if x.column == m.column], words)[0]
        for m in {mark.column: mark for mark in drawing.marks}.values()
    }
    rows: list[tuple[Cell, ...]] = []
    for mark in drawing.marks:
        assert mark.node is not None
        reach, none = mark.reach, words("table.not_applicable")
        known = reach is not None and mark.level not in (Level.UNKNOWN, Level.UNSTATED)
        numbers: tuple[Cell, ...] = (
            (reach.low, reach.high) if reach and known else (none if reach is None else words("unknown"),) * 2
        )
        rows.append(
            (
                name_of(mark, words),
                titles[mark.column],
                teller.noted(mark.node, "stage", words.term("chain-stages", mark.node.stage))
                if mark.node.stage
                else words.node_type(mark.node.type),
                ", ".join(teller.name(actor.node.id) for actor in mark.actors) or words("table.no_actor"),
                words.country(mark.country) if mark.country or mark.node.type == "Step" else none,
                none if mark.level is Level.NO_RISK else level_name(mark.level, words),
                words.resolution(mark.resolution) if mark.resolution else none,
                words("end_short") if mark.end else words("table.no_end"),
                *numbers,
                mark.id,
            )
        )
    return _filled(Sheet(words("export.nodes"), header, tuple(rows)), words("tier.nothing"), words)


def _links(links: Iterable[LinkData], teller: Teller) -> Sheet:
    words = teller.words
    header = (
        words("entity.from"),
        words("entity.link"),
        words("entity.to"),
        words("panel.resolution"),
        words("export.status"),
        words("export.confidence"),
        words("export.valid_from"),
        words("export.valid_to"),
        words("entity.evidence"),
    )
    rows = tuple(
        (
            teller.name(link.source),
            words.link_type(link.type) + (f" ({words('entity.denied')})" if link.denied else ""),
            teller.name(link.target),
            words.resolution(link.resolution) if link.resolution else words("table.not_applicable"),
            words.term("statuses", link.status),
            link.confidence,
            link.valid_from or words("period.no_start"),
            words.last_day(link.valid_to),
            teller.evidence(link),
        )
        for link in links
    )
    return Sheet(words("export.links"), header, rows)


def _statements(teller: Teller) -> Sheet:
    words = teller.words
    labels = ("kind", "risk", "severity", "likelihood", "level", "standing", "reply")
    header = (words("statement.title"), *(words(f"statement.{label}") for label in labels))
    rows: list[tuple[Cell, ...]] = []
    for said in teller.statements.values():
        told = teller.statement(said)
        details = dict(told.details)
        cells = (details.get(words(f"statement.{label}"), words("table.not_applicable")) for label in labels)
        rows.append((told.sentence, *cells))
    return Sheet(words("export.statements"), header, tuple(rows))


def _conflicts(teller: Teller) -> Sheet:
    words = teller.words
    header = tuple(words(f"conflict.{name}") for name in ("what", "property", "values"))
    return Sheet(words("export.conflicts"), header, tuple(teller.conflicts()))


def _unknown(answer: Answer[Any], teller: Teller) -> Sheet:
    words = teller.words
    rows: list[tuple[Cell, ...]] = [(sentence, words("table.not_applicable")) for sentence in teller.unknown()]
    rows += [(teller.end(end), teller.ask(end.ask)) for end in answer.completeness.ends]
    rows += [(teller.listed(row), words.resolution("company")) for row in getattr(answer.data, "company_list", ())]
    return Sheet(words("export.unknown"), (words("unknown.heading"), words("terminal.who_to_ask")), tuple(rows))


def _sources(answer: Answer[Any], words: Words) -> Sheet:
    header = (
        words("source.publisher"),
        words("source.name"),
        "URL",
        words("source.licence"),
        words("source.published_on"),
    )
    rows = tuple(
        (
            c.publisher or words("unknown"),
            c.title,
            c.url or words("unknown"),
            c.licence or words("unknown"),
            c.published or words("unknown_date"),
        )
        for c in answer.evidence.cited
    )
    return Sheet(words("export.sources"), header, rows)
