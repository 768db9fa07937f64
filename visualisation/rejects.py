"""What a load did and what it refused, in words: the lines on the terminal and the report as CSV.

The loaders are not known here: what they report is described by its shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from graph.matching.proposing import Proposal
from graph.store import Publication, Reject, Settled, shows_nothing
from visualisation.export_csv import table_csv
from visualisation.review import Changes, changes_lines, rehearsed_proposals
from visualisation.text import shown
from visualisation.words import Words


class Report(Protocol):
    @property
    def rows_in(self) -> int: ...
    @property
    def accepted(self) -> int: ...
    @property
    def rejected(self) -> int: ...
    @property
    def rejects(self) -> Sequence[Reject]: ...
    @property
    def notes(self) -> Mapping[str, int]: ...


class Loaded(Protocol):
    """See ``loaders.base.Loaded``."""

    @property
    def report(self) -> Report: ...
    @property
    def settled(self) -> Settled: ...
    @property
    def publication(self) -> Publication: ...
    @property
    def unchanged(self) -> bool: ...


class Rehearsed(Protocol):
    """See ``api.rehearsal.Rehearsed``."""

    @property
    def loaded(self) -> Loaded: ...
    @property
    def changes(self) -> Mapping[str, Changes]: ...
    @property
    def assessed(self) -> int: ...
    @property
    def proposed(self) -> Sequence[Proposal] | None: ...


def rejects_csv(rejects: Iterable[Reject], words: Words) -> bytes:
    """Every rejected value with where it stood, why, and what to do about it."""
    columns = ("file", "sheet", "row", "column", "value", "reason", "remedy")
    rows = (
        (
            *(r.file, r.sheet, r.row, r.column, r.value),
            words.reason(r.reason, r.parameters),
            words.remedy(r.reason, r.parameters),
        )
        for r in rejects
    )
    return table_csv([words(f"reject.{name}") for name in columns], rows)


def loaded_text(loaded: Loaded, file: str, words: Words, notes: Mapping[str, str]) -> str:
    """A few lines: counts that add up, what became visible, the reasons of what was refused.

    ``notes`` are the words of the remarks that the format makes, by their code.
    """
    name = shown(file)
    if loaded.unchanged:
        return words("loaded.unchanged", file=name)
    report, settled = loaded.report, loaded.settled
    lines = [words("loaded.counts", file=name, rows=report.rows_in, accepted=report.accepted, rejected=report.rejected)]
    if settled.older_edition:
        lines.append(words("loaded.older", file=name))
    elif shows_nothing(settled):
        lines.append(words("loaded.nothing", file=name))
    else:
        lines.append(
            words(
                "loaded.stored",
                records=settled.records,
                links=settled.links,
                unchanged=settled.unchanged,
                retracted=settled.retracted,
                publication=loaded.publication.number,
            )
        )
    if settled.kept:
        lines.append(words("loaded.kept", n=settled.kept, where=", ".join(map(words.table, settled.kept_in))))
    for note, count in sorted((note, count) for note, count in report.notes.items() if count):
        key = f"note.{note}"
        what = words(key) if words.has(key) else notes.get(note, note)
        lines.append("  " + words("loaded.note", what=what, n=count))
    if report.rejects:
        lines += [words("loaded.reasons"), *_reasons(report.rejects, words)]
    return "\n".join(lines)


TOLD = 5
"""Remedies, and values of one of them, that the terminal tells of one reason; the report holds all."""


def _reasons(rejects: Sequence[Reject], words: Words) -> Iterator[str]:
    """A line for each reason with its remedy; where the remedies differ, a line for each with what it is of."""
    by_reason: dict[str, dict[str, list[Reject]]] = {}
    for reject in rejects:
        remedy = words.remedy(reject.reason, reject.parameters)
        by_reason.setdefault(str(reject.reason), {}).setdefault(remedy, []).append(reject)
    counted = {reason: sum(map(len, of.values())) for reason, of in by_reason.items()}
    for reason in sorted(by_reason, key=lambda reason: -counted[reason]):
        remedies = sorted(by_reason[reason].items(), key=lambda item: -len(item[1]))
        told = "  " + words("loaded.note", what=words.reason(reason, {}), n=counted[reason])
        if len(remedies) == 1:
            yield f"{told}. {remedies[0][0]}"
            continue
        yield told
        for remedy, of in remedies[:TOLD]:
            yield "    " + words("loaded.remedy", values=_values(of), remedy=remedy)
        if rest := sum(len(of) for _, of in remedies[TOLD:]):
            yield "    " + words("loaded.more", n=rest)


def _values(of: Iterable[Reject]) -> str:
    values = list(dict.fromkeys(shown(reject.value or reject.column)[:40] for reject in of))
    return ", ".join(values[:TOLD]) + (" …" if len(values) > TOLD else "")


def rehearsed_text(done: Rehearsed, file: str, words: Words, notes: Mapping[str, str]) -> str:
    """What a load would do: its counts, and by risk type the contracts of which something changes."""
    lines = [words("rehearsed.nothing_stored"), loaded_text(done.loaded, file, words, notes)]
    if done.loaded.unchanged:
        return "\n".join(lines)
    lines.append(words("rehearsed.merged", n=done.loaded.settled.merged))
    lines += rehearsed_proposals(done.proposed, words)
    return "\n".join([*lines, *changes_lines(done, words)])
