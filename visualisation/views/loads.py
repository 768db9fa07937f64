"""What was loaded, judged and taken back, and what a load did not accept, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ontology.label import Label
from visualisation.sentences import Teller
from visualisation.views import KNOWLEDGE, Cell, Headline, Rich, Sheet, View, filled
from visualisation.words import Words

if TYPE_CHECKING:
    from graph.questions.told import LoadLine, LoadsData

COUNTS = ("rows_in", "accepted", "rejected", "records", "links", "unchanged", "retracted")


def _headline(data: LoadsData, teller: Teller) -> Headline:
    words = teller.words
    figures = [
        (words.number(data.total), words("loads.total", n=data.total)),
        (words.number(data.rejected), words("loads.rejected", n=data.rejected)),
    ]
    published = [line for line in data.loads if line.published]
    if published:
        figures.append((words.day(published[0].published), words("loads.latest", title=what(published[0], words))))
    return Headline(tuple(figures), words("loads.note"), words("loads.ask") if data.rejected else "")


def _unknown(data: LoadsData, teller: Teller) -> Iterator[str]:
    words = teller.words
    if not data.total:
        yield words("start.no_runs")
    if data.rejected:
        yield words("loads.not_in_graph", n=data.rejected)
    if dead := sum(line.state in ("abandoned", "adding", "settling") for line in data.loads):
        yield words("loads.unpublished", n=dead)


def what(line: LoadLine, words: Words) -> str:
    """What a run was, in a few words."""
    kind = words(f"run.kind.{line.kind}") if line.kind != "load" and words.has(f"run.kind.{line.kind}") else ""
    return ": ".join(part for part in (kind, line.title) if part) or line.kind


def _sheet(data: LoadsData, teller: Teller) -> Sheet:
    words = teller.words
    columns = ("number", "began", "what", "publisher", "edition", "state", "publication")
    none = words("table.not_applicable")
    rows: list[tuple[Cell, ...]] = [
        (
            Rich(str(line.run), query={"run": str(line.run)}) if line.rejects else str(line.run),
            words.moment(line.began),
            what(line, words),
            line.publisher or none,
            line.edition or none,
            words(f"run.state.{line.state}"),
            line.publication or none,
            *(line.counts.get(name, none) for name in COUNTS),
            line.rejects,
        )
        for line in data.loads
    ]
    header = (
        *(words(f"loads.{name}") for name in columns),
        *(words(f"loads.count.{name}") for name in (*COUNTS, "rejects")),
    )
    return filled(Sheet(words("loads.sheet"), header, tuple(rows)), words("start.no_runs"), words)


def _more(data: LoadsData, teller: Teller) -> Iterable[Sheet]:
    words = teller.words
    if data.run is None:
        return
    columns = ("file", "sheet", "row", "column", "value", "reason", "remedy")
    rows = tuple(
        (
            *(text or words("table.not_applicable") for text in (r.file, r.sheet, str(r.row), r.column, r.value)),
            words.reason(r.reason, r.parameters),
            words.remedy(r.reason, r.parameters),
        )
        for r in data.rejects
    )
    sheet = Sheet(words("loads.rejects_of", run=data.run)[:31], tuple(words(f"reject.{c}") for c in columns), rows)
    yield filled(sheet, words("loads.no_rejects"), words)


VIEW = View(
    "loads",
    Label("Laddningar", "Loads"),
    about=lambda data, teller: teller.words("loads.about", n=data.total),
    sheet=_sheet,
    more=_more,
    headline=_headline,
    unknown=_unknown,
    group=KNOWLEDGE,
    place=85,
)
