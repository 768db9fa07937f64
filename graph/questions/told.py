"""Where what is known comes from and what the words mean: sources, loads, and the terms and rules of the method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import Field

from graph.answer import Answer, Frozen
from graph.questions.common import framed, wording
from graph.questions.coverage import age_in_years, day_of
from graph.snapshot.view import Snapshot
from graph.sqlite import Store
from graph.store import At, RunInfo
from ontology.errors import InputError, Reason
from ontology.model import LINKS, NODES
from ontology.records import Secrecy, Source
from ontology.vocabulary import vocabulary, vocabulary_names


# -- sources ----------------------------------------------------------------------------------------------------
class SourceLine(Frozen):
    """A source that may be read, and what rests on it now."""

    id: str
    series: str
    edition: str
    title: str
    publisher: str
    url: str
    licence: str = Field(description="empty: none is stated")
    language: str
    published: date | None
    retrieved: date | None
    age: int | None = Field(description="whole years since it was published, else retrieved; null: no day is given")
    said: dict[str, int] = Field(description="records and links by type that rest on it; empty: nothing does now")


class SourceCount(Frozen):
    """How many sources a publisher, or a licence, has; ``value`` is empty where none is stated."""

    by: Literal["publisher", "licence"]
    value: str
    asked: str = Field(description="what asks for them; empty: nothing does")
    sources: int


class SourcesData(Frozen):
    """Those on which most rests first. ``counts`` are of all sources, also those that the question leaves out."""

    publishers: int
    sources: tuple[SourceLine, ...]
    counts: tuple[SourceCount, ...]


NO_LICENCE = "none"
"""The licence that is asked for where none is stated."""


def sources(
    s: Snapshot,
    known: Mapping[str, Source],
    said: Mapping[str, Mapping[str, int]],
    *,
    publisher: str | None = None,
    licence: str | None = None,
) -> Answer[SourcesData]:
    """The sources by id, and of each how many records and links rest on it, by type; those of one publisher or licence
    where that is asked."""
    day = day_of(s)
    lines = [
        SourceLine(
            id=source.id,
            series=source.series,
            edition=source.edition,
            title=source.title,
            publisher=source.publisher,
            url=source.url,
            licence=source.licence,
            language=source.language,
            published=source.published,
            retrieved=source.retrieved,
            age=age_in_years(source, day),
            said={type: said[id][type] for type in (*NODES, *LINKS) if id in said and said[id].get(type)},
        )
        for id, source in known.items()
    ]
    lines.sort(key=lambda line: (-sum(line.said.values()), line.publisher, line.title, line.id))
    counts = Counter((by, value) for line in lines for by, value in _choices(line))
    lines = [
        line for line in lines if publisher in (None, line.publisher) and licence in (None, line.licence or NO_LICENCE)
    ]
    data = SourcesData(
        publishers=len({line.publisher for line in lines if line.publisher}),
        sources=tuple(lines),
        counts=tuple(_counted(by, value, n) for (by, value), n in counts.most_common()),
    )
    return framed(s, wording("sources", {"publisher": publisher, "licence": licence}), data)


def _counted(by: Literal["publisher", "licence"], value: str, n: int) -> SourceCount:
    return SourceCount(by=by, value=value, asked=value or (NO_LICENCE if by == "licence" else ""), sources=n)


def _choices(line: SourceLine) -> Iterator[tuple[Literal["publisher", "licence"], str]]:
    yield "publisher", line.publisher
    yield "licence", line.licence


# -- loads ------------------------------------------------------------------------------------------------------
class LoadLine(Frozen):
    """A load, a judgement, a withdrawal or an erasure."""

    run: int
    kind: str
    state: str
    title: str
    publisher: str
    series: str
    edition: str
    loader: str
    counts: dict[str, int]
    rejects: int = Field(description="values and rows that it did not accept, as far as they are kept")
    began: datetime
    publication: int | None
    published: datetime | None


class RejectLine(Frozen):
    """What a load did not accept: where it stood, what it was, why."""

    file: str
    sheet: str
    row: int | str
    column: str
    value: str
    reason: Reason
    parameters: dict[str, str]


class LoadsData(Frozen):
    """Newest first. ``rejects`` are of ``run``."""

    total: int
    rejected: int = Field(description="values and rows that all of them did not accept, as far as they are kept")
    loads: tuple[LoadLine, ...]
    run: int | None = None
    rejects: tuple[RejectLine, ...] = ()


def loads(s: Snapshot, store: Store, run: int | None, *, skip: int, most: int) -> Answer[LoadsData]:
    """What was loaded, judged and taken back up to the publication asked about, as far as the clearance may know.

    Raises:
        NotInGraphError: no run of that number concerns the clearance.
    """
    clearance = Secrecy.read(s.known.clearance)
    found = [one for one in store.runs_seen(clearance) if _known(one, s)][::-1]
    shown = found[skip : skip + most]
    rejects, kept = store.rejects(run, clearance) if run is not None else [], store.rejected(clearance)
    data = LoadsData(
        total=len(found),
        rejected=sum(kept[one.run] for one in found),
        loads=tuple(_load(one, kept[one.run]) for one in shown),
        run=run,
        rejects=tuple(
            RejectLine(
                file=one.file, sheet=one.sheet, row=one.row, column=one.column, value=one.value, reason=one.reason,
                parameters=dict(one.parameters),
            )
            for one in rejects
        ),
    )  # fmt: skip
    return framed(s, wording("loads", {"run": run, "skip": skip or None, "rows": most}), data)


def _known(run: RunInfo, s: Snapshot) -> bool:
    """Whether a run was known when the snapshot was published; what was never published belongs to all that follow."""
    return run.publication is None or run.publication.number <= s.known.number


def _load(run: RunInfo, rejects: int) -> LoadLine:
    source = run.source
    return LoadLine(
        run=run.run,
        kind=run.kind,
        state=run.stands,
        title=source.title if source else "",
        publisher=source.publisher if source else "",
        series=source.series if source else "",
        edition=source.edition if source else "",
        loader=run.loader,
        counts=dict(run.counts),
        rejects=rejects,
        began=run.began,
        publication=run.publication.number if run.publication else None,
        published=run.publication.at if run.publication else None,
    )


# -- words ------------------------------------------------------------------------------------------------------
class TermLine(Frozen):
    """One word: a term of a vocabulary, or a rule of the method (vocabulary ``method-rules``)."""

    vocabulary: str
    id: str
    broader: str | None
    sv: str
    en: str
    definition_sv: str
    definition_en: str
    source: str


class LevelLine(Frozen):
    """What a published level counts as; null: nothing, what it is said of stays unassessed."""

    level: str
    severity: int | None
    likelihood: float | None


class TermsData(Frozen):
    """``confidence`` of what states none, by status; ``levels`` as the method reads them."""

    vocabularies: tuple[str, ...]
    terms: tuple[TermLine, ...]
    confidence: dict[str, float]
    levels: tuple[LevelLine, ...]


RULES = "method-rules"


def terms(s: Snapshot, of: str | None) -> Answer[TermsData]:
    """Every word with its definition, the rules of the method first.

    Raises:
        InputError: there is no vocabulary of that name.
    """
    names = vocabulary_names()
    if of is not None and of not in names:
        raise InputError(f"{of} is not a vocabulary.", remedy=f"Use one of {', '.join(names)}.")
    chosen = (of,) if of else (RULES, *(name for name in names if name != RULES))
    data = TermsData(
        vocabularies=chosen,
        terms=tuple(
            TermLine(
                vocabulary=name, id=term.id, broader=term.broader, sv=term.label.sv, en=term.label.en,
                definition_sv=term.definition.sv, definition_en=term.definition.en, source=term.source,
            )
            for name in chosen
            for term in vocabulary(name).terms.values()
        ),
        confidence={status.value: value for status, value in s.method.confidence.items()},
        levels=tuple(
            LevelLine(level=level, severity=row.severity, likelihood=row.likelihood)
            for level, row in s.method.levels.items()
        ),
    )  # fmt: skip
    return framed(s, wording("terms", {"vocabulary": of}), data)


def at_of(s: Snapshot) -> At:
    """Where the reader of a snapshot stands."""
    return At(s.known.publication, Secrecy.read(s.known.clearance))
