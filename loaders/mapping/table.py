"""Loads a table by a mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from graph.store import Reject
from loaders.base import Progress, Report
from loaders.mapping.files import read_map, source_of
from loaders.mapping.model import ENDS, Rows
from loaders.mapping.row import Said
from loaders.mapping.rows import RowReader
from loaders.mapping.tables import table_of
from loaders.mapping.template import is_like, near
from loaders.statements import remarked
from loaders.workbook_values import Keys, without_persons
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import Link, Record, Source

PROGRESS_EVERY = 1_000


def bound(rows: Rows, header: tuple[str, ...], where: str) -> dict[str, str]:
    """The heading of each column that the mapping names, letter case aside; those that may be absent are left out.

    Raises:
        FileFormatError: a column that is not there, with the nearest headings.
    """
    folded = {heading.strip().casefold(): heading for heading in reversed(header)}
    found: dict[str, str] = {}
    for place in rows.asked:
        there = {name: heading for name in place if (heading := _heading(name, folded))}
        found |= there
        if not there and not any(is_like(name, pattern) for name in place for pattern in rows.optional):
            raise FileFormatError(
                f"{where} has no column {' or '.join(place)}, which the mapping reads.",
                remedy=f"Is {near(place[0], header)} meant? Correct the mapping, or name the column under optional.",
            )
    return found


def _heading(name: str, folded: Mapping[str, str]) -> str:
    """The heading that a column's name means; a part of a list (``position.0``) where the list is there."""
    if name.casefold() in folded:
        return folded[name.casefold()]
    whole, point, part = name.rpartition(".")
    return f"{folded[whole.casefold()]}.{part}" if point and whole.casefold() in folded else ""


def unmapped(rows: Rows, header: tuple[str, ...], columns: Mapping[str, str]) -> list[str]:
    """The headings that the mapping neither reads nor leaves out on purpose."""
    read = set(columns.values())

    def is_read(name: str) -> bool:  # a part of a list is the list's
        return name in read or any(other.startswith(f"{name}.") or name.startswith(f"{other}.") for other in read)

    own = [name for name in header if not (rows.relationship and name.startswith(ENDS))]  # its ends have rows of theirs
    left = [name for name in own if not is_read(name) and not any(is_like(name, one) for one in rows.ignore)]
    return [name for name in left if not any(name.startswith(f"{one}.") for one in (*rows.ignore, *left))]


class Found(NamedTuple):
    """Rows that were found, wherever they are: their headings, their numbers (of a graph: element ids) and cells."""

    name: str
    header: tuple[str, ...]
    rows: Iterator[tuple[int | str, dict[str, str]]]
    total: int | None


def _found(path: Path, rows: Rows) -> Found:
    table = table_of(path, rows.sheet, rows.records)
    return Found(table.name, table.header, table.rows, table.total)


class TableLoader:
    """Reads tables by a mapping. Options: ``map``, the mapping's file, and the fields of the source that are given."""

    name = "table"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """What the mapping says of the source, and what is given beside it; the edition is the day of the file where
        nobody says one.

        Raises:
            FileFormatError: no mapping, no table, or one that lacks what the mapping reads.
        """
        called = options["map"]
        mapping = read_map(Path(called))
        if any(rows.label or rows.relationship for rows in mapping.rows):
            raise FileFormatError(f"{called} maps a graph, no table.", remedy=f"kedja load neo4j URL --map {called}")
        for rows in mapping.rows:
            found = _found(path, rows)
            bound(rows, found.header, found.name)
        day = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
        return source_of(mapping, options, Path(called).name, day)

    def read(
        self,
        path: Path,
        source: Source,
        options: Mapping[str, str],
        secret: bytes,
        report: Report,
        progress: Progress,
    ) -> Iterator[Record | Link]:
        """See ``loaders.base.Loader``."""
        mapping = read_map(Path(options["map"]))
        found = [(rows, _found(path, rows)) for rows in mapping.rows]
        yield from remarked(read_rows(found, source, secret, report, progress), report)


def read_rows(
    found: Sequence[tuple[Rows, Found]], source: Source, secret: bytes, report: Report, progress: Progress
) -> Iterator[Record | Link]:
    """What some tables say, each by its rows of the mapping."""
    report.tables.clear()
    keys, said = Keys(source, secret), Said()
    totals = [table.total for _, table in found]
    total = None if None in totals else sum(one or 0 for one in totals)
    for rows, table in found:
        report.tables.add(rows.title)
        columns = bound(rows, table.header, table.name)
        for name in unmapped(rows, table.header, columns):
            shown = without_persons(name)[:200]
            report.rejects.append(Reject(report.file, table.name, 1, shown, shown, Reason.NOT_MAPPED))
        reader = RowReader(rows, columns, source, keys, report, said)
        headings = set(table.header)
        for number, cells in table.rows:
            for name in sorted(cells.keys() - headings):
                if name.partition(".")[0] in headings:  # a part of a list
                    continue
                shown = without_persons(cells[name])
                report.leave_out(table.name, number, name, ValueProblem(Reason.NO_HEADING, shown))
            yield from reader.read((table.name, number), cells)
            if report.rows_in % PROGRESS_EVERY == 0:
                progress(report.rows_in, total)
    progress(report.rows_in, total)
