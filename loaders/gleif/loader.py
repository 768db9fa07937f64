"""GLEIF's golden copy and deltas: level 1, level 2, reporting exceptions. See ``docs/how-to/owners.md``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from graph.store import Stays
from loaders.base import Progress, Report, checked, mode_given
from loaders.gleif import entities, exceptions, relations
from loaders.gleif.files import Damaged, Kind, Look, Tree, look_at, records
from loaders.gleif.trees import deleted, text
from loaders.streams import unpacked_size
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import Link, Mode, Record, Source

Item = Record | Link

EVERY = 1_000
TITLES = {
    Kind.LEI: "LEI records (level 1)",
    Kind.RELATION: "Relationships between legal entities (level 2)",
    Kind.EXCEPTION: "Level 2 reporting exceptions",
}
TABLES = {
    Kind.LEI: frozenset({str(Kind.LEI)}),
    Kind.RELATION: frozenset(relations.TYPES),
    Kind.EXCEPTION: frozenset(exceptions.CATEGORIES),
}
LEAST = {Kind.LEI: 600, Kind.RELATION: 400, Kind.EXCEPTION: 100}
"""Bytes of XML that a record takes at least: a file shorter than its header claims is an extract of it."""
_FULL_NAME = re.compile(r"golden-?copy\.|concatenated|gleif-full", re.IGNORECASE)
_DATED = re.compile(r"(?<!\d)(20\d{6})-?([0-2]\d[0-5]\d)?(?!\d)")


def mode_of(path: Path, look: Look, options: Mapping[str, str]) -> Mode:
    """Whether a file claims to be the whole of its kind. One that does not, a delta or an extract, takes back only
    what it speaks about.

    Raises:
        FileFormatError: an option that is none.
    """
    if given := mode_given(options):
        return given
    content = look.header.get("FileContent", "")
    if not content:
        return Mode.FULL if _FULL_NAME.search(path.name) else Mode.DELTA
    size = unpacked_size(path)
    least = _count(look) * LEAST[look.kind]
    return Mode.FULL if "FULL" in content and (size is None or size >= least) else Mode.DELTA


def _count(look: Look) -> int:
    count = look.header.get("RecordCount", "")
    return int(count) if count.isdecimal() else 0


def edition_of(path: Path, look: Look) -> str:
    """When a file was made: its header, else its name, else the last change among its first records."""
    if made := look.header.get("ContentDate"):
        return made
    if found := _DATED.search(path.name):
        day, time = found.groups()
        return f"{day[:4]}-{day[4:6]}-{day[6:]}" + (f"T{time[:2]}:{time[2:]}:00Z" if time else "")
    first = islice(records(path, look, lambda _: None), EVERY)
    changed = (text(tree, *way) for _, tree in first if not isinstance(tree, Damaged) for way in _CHANGED)
    return max(changed, default="")


_CHANGED = (("Registration", "LastUpdateDate"), ("ContentDate",))


def _day(edition: str) -> date | None:
    try:
        return date.fromisoformat(edition[:10])
    except ValueError:
        return None


class GleifLoader:
    """Organisations under their LEI, who consolidates whom, and why a parent is not told."""

    name = "gleif"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """Describe the source; each kind of file is a series of its own, as is one of which no date is known.

        Raises:
            FileFormatError: none of GLEIF's files, or damaged.
        """
        look = look_at(path)
        edition = options.get("edition") or edition_of(path, look)
        return Source(
            series=f"gleif-{look.kind}" if edition else f"gleif-{look.kind}-undated",
            edition=edition,
            title=f"GLEIF {TITLES[look.kind]}",
            publisher="Global Legal Entity Identifier Foundation (GLEIF)",
            url="https://www.gleif.org/en/lei-data/gleif-golden-copy",
            licence="CC0-1.0",
            published=_day(edition),
            mode=mode_of(path, look, options),
        )

    def read(
        self,
        path: Path,
        source: Source,
        options: Mapping[str, str],  # noqa: ARG002
        secret: bytes,
        report: Report,
        progress: Progress,
    ) -> Iterator[Item]:
        """Yield what each record says, all of it or nothing.

        Raises:
            FileFormatError: the file cannot be read to its end, or holds fewer records than it claims.
        """
        look = look_at(path)
        report.tables |= TABLES[look.kind]
        size = unpacked_size(path)
        done = 0

        def told(bytes_read: int) -> None:
            nonlocal done
            done = bytes_read

        reading = _Reading(look.kind, source.mode is Mode.DELTA, secret, report)
        for place, tree in records(path, look, told):
            yield from reading.record(place, tree)
            if report.rows_in % EVERY == 0:
                progress(done, size)
        progress(done, size or done)
        _check_count(path, look, source, report)


def _check_count(path: Path, look: Look, source: Source, report: Report) -> None:
    claimed = _count(look)
    if not claimed or claimed == report.rows_in:
        return
    if source.mode is Mode.DELTA:
        report.notes["extract"] += 1
        return
    raise FileFormatError(
        f"{path.name} holds {report.rows_in} records and claims {claimed}: it is cut, or an extract.",
        remedy="Fetch it again; give mode=delta if it is an extract.",
    )


@dataclass(slots=True)
class _Reading:
    """Reads record by record: all that one says or nothing of it."""

    kind: Kind
    delta: bool
    secret: bytes
    report: Report

    def record(self, place: int, tree: Tree | Damaged) -> Iterator[Item]:
        report = self.report
        report.rows_in += 1
        if isinstance(tree, Damaged):
            said = tree.text if not tree.text.startswith("{") else "{"  # a record may be a person's
            self._reject(place, "", ValueProblem(Reason.NOT_UNDERSTOOD, said, detail=tree.why), set())
            return
        try:
            items = [checked(item) for item in self._items(tree, f"{self.kind}!{place}")]
        except ValueProblem as problem:
            self._reject(place, getattr(problem, "name", ""), problem, self._said_before(tree))
            return
        report.accepted += 1
        if self.delta:
            report.named |= self._said_before(tree)
        yield from items

    def _items(self, tree: Tree, at: str) -> list[Item]:
        if deleted(tree):
            self.report.notes["deleted"] += 1
        if self.kind is Kind.LEI:
            return entities.items_of(tree, at, self.secret, self.report)
        if self.kind is Kind.RELATION:
            return relations.items_of(tree, at, self.report)
        return exceptions.items_of(tree, at, self.report)

    def _said_before(self, tree: Tree) -> set[Stays]:
        if self.kind is Kind.LEI:
            return entities.said_before(tree, self.secret)
        return relations.said_before(tree) if self.kind is Kind.RELATION else exceptions.said_before(tree)

    def _reject(self, place: int, column: str, problem: ValueProblem, stays: set[Stays]) -> None:
        """A record of a delta that does not even say what it is about keeps nothing else from being replaced."""
        self.report.reject(self.kind, place, column, problem)
        for table in TABLES[self.kind]:
            said = {stay for stay in stays if stay.table == table}
            if said or not stays:
                self.report.keep(self.kind, place, table, said or ({Stays(table, "")} if self.delta else ()))
