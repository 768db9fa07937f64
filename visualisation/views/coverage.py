"""Where knowledge ends: whom to ask, then tiers, suppliers, categories and the age of the sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ontology.label import Label
from visualisation.pages import entity_path
from visualisation.sentences import Teller
from visualisation.views import KNOWLEDGE, Cell, Headline, Rich, Sheet, View, filled
from visualisation.words import Words

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.coverage import CoverageData, Known


def _headline(data: CoverageData, teller: Teller) -> Headline:
    words, whole = teller.words, data.whole
    steps = sum(tier.steps for tier in data.tiers)
    unassessed = sum(tier.unassessed for tier in data.tiers)
    figures = [
        (words.share(whole.whole, whole.contracts), words("coverage.whole")),
        (words.share(whole.begun, whole.contracts), words("coverage.begun")),
        (words.share(steps - unassessed, steps), words("coverage.assessed_steps", risk=_risk(data, teller))),
        (words.share(data.disclosed.made, data.disclosed.suppliers), words("coverage.disclosed")),
    ]
    return Headline(tuple(figures), words("coverage.note"), ask_first(data, teller))


def _risk(data: CoverageData, teller: Teller) -> str:
    return teller.words.risk(data.risk) if data.risk else teller.words("any_risk")


def ask_first(data: CoverageData, teller: Teller) -> str:
    """Whom to ask first: who could tell most."""
    for row in data.asks:
        if row.organisation:
            key = "coverage.ask_entitled" if row.entitled else "coverage.ask_nearest"
            return teller.words(key, who=teller.name(row.organisation), n=row.ends)
    return teller.words("ask.nobody") if data.asks else ""


def uncut(answer: Answer[Any], words: Words) -> list[str]:
    """What an answer does not know, where another page tells it that does not show the lists that were cut."""
    whole = answer.completeness.model_copy(update={"cut": ()})
    return Teller(answer.model_copy(update={"completeness": whole}), words).unknown()


def _unknown(data: CoverageData, teller: Teller) -> Iterator[str]:
    words, whole = teller.words, data.whole
    if left := whole.contracts - whole.begun:
        yield words("coverage.nothing_told", n=left, total=whole.contracts)
    steps, unassessed = (sum(getattr(tier, name) for tier in data.tiers) for name in ("steps", "unassessed"))
    if unassessed and not data.risk:
        yield words("unassessed_any", n=unassessed, steps=steps)
    if nobody := sum(row.ends for row in data.asks if row.organisation is None):
        yield words("coverage.nobody_to_ask", n=nobody)


def _asks(data: CoverageData, teller: Teller) -> Sheet:
    words = teller.words
    header = tuple(words(f"coverage.asks.{name}") for name in ("who", "right", "ends", "contracts"))
    rows: list[tuple[Cell, ...]] = [
        (
            _named(row.organisation, "ask.nobody", teller),
            words("coverage.asks.entitled" if row.entitled else "coverage.asks.voluntary"),
            row.ends,
            row.contracts if row.entitled else words("table.not_applicable"),
        )
        for row in data.asks
    ]
    none = "coverage.no_ends" if data.whole.contracts else "coverage.no_contracts"
    return filled(Sheet(words("coverage.asks")[:31], header, tuple(rows)), words(none), words)


def _named(id: str | None, absent: str, teller: Teller) -> Cell:
    return teller.words(absent) if id is None else Rich(teller.name(id), entity_path(id))


def _more(data: CoverageData, teller: Teller) -> Iterable[Sheet]:
    yield _disclosed(data, teller)
    yield _tiers(data, teller)
    yield _known("suppliers", data.suppliers, teller)
    yield _known("categories", data.categories, teller)
    yield _ages(data, teller)


def _tiers(data: CoverageData, teller: Teller) -> Sheet:
    words = teller.words
    header = tuple(words(f"tiers.{name}") for name in ("tier", "steps", "unassessed", "ends"))
    rows = tuple(
        (
            words("column.tier", tier=row.tier) if row.tier else words("column.contract"),
            row.steps,
            _share(row.unassessed, row.steps, words, known=False),
            row.ends,
            row.typical,
        )
        for row in data.tiers
    )
    return Sheet(words("tiers.title"), (*header, words("coverage.typical")), rows)


def _share(n: int, total: int, words: Words, *, known: bool = True) -> Cell:
    """A part of a whole, in words and as a bar of what is known; of nothing there is no bar."""
    return Rich(words.share(n, total), share=(n if known else total - n) / total if total else None)


def _counts(row: Known) -> tuple[int, ...]:
    return row.begun, row.whole, row.assessed, row.entitled, row.made, row.next, row.raw


def _disclosed(data: CoverageData, teller: Teller) -> Sheet:
    """Of the suppliers, not the contracts, how many have disclosed what."""
    words, told = teller.words, data.disclosed
    names = ("made", "next", "raw")
    rows = tuple((words(f"coverage.{name}"), _share(getattr(told, name), told.suppliers, words)) for name in names)
    header = (words("coverage.what"), words("coverage.suppliers_share"))
    return Sheet(words("coverage.disclosure"), header, rows if told.suppliers else ())


def _known(name: str, lines: Sequence[Known], teller: Teller) -> Sheet:
    words = teller.words
    columns = ("contracts", "begun_short", "whole_short", "assessed_short", "entitled_short", "made", "next", "raw")
    header = (words(f"coverage.{name}.one"), *(words(f"coverage.{column}") for column in columns))
    rows = tuple(
        (
            _named(row.of, f"coverage.{name}.none", teller),
            row.contracts,
            *(_share(n, row.contracts, words) for n in _counts(row)),
        )
        for row in lines
    )
    return Sheet(words(f"coverage.{name}")[:31], header, rows)


def _ages(data: CoverageData, teller: Teller) -> Sheet:
    words = teller.words
    header = tuple(words(f"coverage.ages.{name}") for name in ("age", "sources", "said"))
    every = sum(row.said for row in data.ages)
    rows = []
    for row in data.ages:
        if row.since is None:
            text = words("coverage.ages.unknown")
        elif row.until is None:
            text = words("coverage.ages.over", years=row.since)
        else:
            text = words("coverage.ages.between", since=row.since, until=row.until)
        rows.append((text, row.sources, _share(row.said, every, words)))
    return Sheet(words("coverage.ages"), header, tuple(rows) if every else ())


VIEW = View(
    "coverage",
    Label("Täckning", "Coverage"),
    about=lambda data, teller: teller.name(data.subject.id),
    sheet=_asks,
    more=_more,
    headline=_headline,
    report=_headline,
    unknown=_unknown,
    group=KNOWLEDGE,
    place=60,
)
