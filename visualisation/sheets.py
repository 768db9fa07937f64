"""An answer as plain tables, for the CSV and the workbook: every cell filled, unknown said in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graph.answer import Answer
from graph.data import LinkData
from visualisation.absent import absent
from visualisation.sentences import Teller
from visualisation.views import Cell, Sheet, view_of
from visualisation.words import Words


def sheets(answer: Answer[Any], words: Words) -> list[Sheet]:
    """The tables of an answer, the main one first; those without rows are left out, but the main one says so in one."""
    teller, data = Teller(answer, words), answer.data
    if data is None:
        found = [Sheet(words("export.unknown"), (words("not_in_graph.title"),), ((absent(answer, words),),))]
    else:
        found = [view_of(answer).sheet(data, teller), *view_of(answer).more(data, teller)]
    more = [
        *found[1:],
        _links(getattr(data, "links", ()), teller),
        _statements(teller),
        _conflicts(teller),
        _unknown(answer, teller),
        _sources(answer, words),
    ]
    return [found[0], *(sheet for sheet in more if sheet.rows)]


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
