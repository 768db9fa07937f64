"""The reference data: the vocabularies as facts, and what publishers say of risks in kinds of goods and places.

A folder of CSV files, by default the one that comes with Kedja (``loaders/reference``). Every statement cites its own
publisher; the run's source is the collection.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path

from loaders.base import Progress, Report, checked, stays_of
from loaders.reference_rows import MAKERS, Cells, Known
from loaders.reference_vocabulary import MAKERS as VOCABULARIES
from loaders.reference_vocabulary import Item
from loaders.tabular import rows_of_csv
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import Record, Source, canonical
from ontology.vocabulary import table

FIRST_ROW = 2
SERIES = "kedja-reference"


def packaged() -> Path:
    """The folder that comes with Kedja."""
    with as_file(files("loaders") / "reference") as folder:
        return folder


def _fingerprint_of_vocabularies() -> str:
    whole = hashlib.sha256()
    for name in VOCABULARIES:
        for row in table(name):
            whole.update(canonical(row).encode())
    return whole.hexdigest()[:8]


def _tables(path: Path) -> dict[str, Path]:
    found = {name: path / f"{name}.csv" for name in MAKERS if (path / f"{name}.csv").is_file()}
    if "sources" not in found:
        raise FileFormatError(
            f"{path.name} holds no sources.csv.",
            remedy="Give a folder with the files that loaders/reference/README.md tells of, or no folder.",
        )
    return found


class ReferenceLoader:
    """Risk types, areas, regions, categories, places, published assessments and findings, generic steps, recipes."""

    name = "reference"

    def __init__(self) -> None:
        self.version = f"1.{_fingerprint_of_vocabularies()}"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """Describe the collection; its edition is the latest month in which one of its sources was read.

        Raises:
            FileFormatError: not a folder of reference data.
        """
        read = [row.get("retrieved", "") for _, row in rows_of_csv(_tables(path)["sources"])]
        return Source(
            series=SERIES,
            edition=options.get("edition", max(read, default="")),
            title="Kedja reference data",
            publisher="Kedja",
            language="en sv",
        )

    def read(
        self,
        path: Path,
        source: Source,  # noqa: ARG002
        options: Mapping[str, str],  # noqa: ARG002
        secret: bytes,  # noqa: ARG002
        report: Report,
        progress: Progress,
    ) -> Iterator[Item]:
        """Yield the vocabularies' facts, then those of the folder's files."""
        tables = _tables(path)
        reading = _Reading(report, progress)
        for name, fact in VOCABULARIES.items():
            report.tables.add(f"vocabularies/{name}.csv")
            for number, cells in enumerate(table(name), start=FIRST_ROW):
                yield from reading.row(f"vocabularies/{name}.csv", number, partial(fact, cells))
        for name, maker in MAKERS.items():
            if name not in tables:
                report.notes["file_absent"] += 1
                continue
            try:
                rows = list(rows_of_csv(tables[name]))
            except FileFormatError as error:
                report.refuse(tables[name].name, error)
                continue
            report.tables.add(tables[name].name)
            for number, row in rows:
                yield from reading.row(tables[name].name, number, partial(maker, Cells(row, number), reading.known))
        progress(report.rows_in, report.rows_in)


class _Reading:
    """Reads row by row: all that a row says or nothing of it."""

    def __init__(self, report: Report, progress: Progress) -> None:
        self.report = report
        self.progress = progress
        self.known = Known()
        self.first: dict[str, int] = {}

    def row(self, sheet: str, number: int, make: Callable[[], list[Item]]) -> Iterator[Item]:
        self.report.rows_in += 1
        self.progress(self.report.rows_in, None)
        said: list[Item] = []
        try:
            said = [replace(item, table=sheet) for item in make()]
            items = self._new([checked(item) for item in said], number)
        except ValueProblem as problem:
            self.report.reject(sheet, number, getattr(problem, "name", ""), problem)
            self.report.keep(sheet, number, sheet, stays_of(said))
            return
        self.report.accepted += 1
        for item in items:
            self.known.learn(item)
            yield replace(item, locator=f"{sheet}!{number}")

    def _new(self, items: list[Item], number: int) -> list[Item]:
        """What no row said before. What a row is about stands first, and must be new; the rest may be repeated.

        Raises:
            ValueProblem: a row that is about what an earlier row is about.
        """
        new = []
        for place, item in enumerate(items):
            first = self.first.setdefault(item.id(""), number)
            if first == number:
                new.append(item)
            elif place == 0:
                said = item.key if isinstance(item, Record) else f"{item.source.key} {item.target.key}"
                raise ValueProblem(Reason.DUPLICATE_KEY, said, first_row=str(first))
        return new
