"""Tables and mappings made for a test, read or loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import graph.sqlite
from graph.sqlite import Store
from graph.store import At
from loaders.base import Loaded, Report, load, no_progress
from loaders.mapping.files import path_of
from loaders.mapping.table import TableLoader
from ontology.records import Link, Record, Secrecy

SOURCE = '[source]\npublisher = "P"\nseries = "mine"\ntitle = "T"\nedition = "1"\n'
SECRET = b"k" * 32


@dataclass(frozen=True)
class Read:
    """What a mapped table says, and the report."""

    items: list[Record | Link]
    report: Report

    def records(self, type_: str = "") -> list[Record]:
        return [item for item in self.items if isinstance(item, Record) and type_ in ("", item.type)]

    def links(self, type_: str = "") -> list[Link]:
        return [item for item in self.items if isinstance(item, Link) and type_ in ("", item.type)]

    def told(self) -> list[tuple[int | str, str, str, str]]:
        """(row, column, value, reason) of each reject."""
        return [(r.row, r.column, r.value, str(r.reason)) for r in self.report.rejects]


def written(folder: Path, rows: str, table: str, name: str = "table.csv", source: str = SOURCE) -> dict[str, str]:
    """Write a table and its mapping; the loader's options."""
    (folder / name).write_text(table, encoding="utf-8")
    (folder / "map.toml").write_text(f"{source}\n{rows}", encoding="utf-8")
    return {"map": str(folder / "map.toml")}


def read(folder: Path, rows: str, table: str, name: str = "table.csv") -> Read:
    return read_file(folder / name, **written(folder, rows, table, name))


def read_file(path: Path, **options: str) -> Read:
    """What a file says by a mapping: its path, or the name of one that comes with Kedja."""
    options["map"] = str(path_of(options["map"]))
    report = Report(path.name)
    source = TableLoader().source(path, options)
    items = list(TableLoader().read(path, source, options, SECRET, report, no_progress))
    assert report.rows_in == report.accepted + report.rejected
    return Read(items, report)


@dataclass
class Editions:
    """Loads one edition after another into one store."""

    store: Store
    folder: Path
    rows: str
    number: int = 0

    def load(self, table: str, source: str = "") -> Loaded:
        self.number += 1
        source = source or SOURCE.replace('edition = "1"', f'edition = "{self.number}"')
        options = written(self.folder, self.rows, table, source=source)
        now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=self.number)
        return load(self.store, TableLoader(), self.folder / "table.csv", now=now, options=options)

    @property
    def at(self) -> At:
        latest = self.store.latest()
        assert latest
        return At(latest.number, Secrecy.RESTRICTED)

    def names(self) -> list[str]:
        return sorted(record.name for record in self.store.records(self.at))

    def links(self) -> list[str]:
        def own(key: str) -> str:
            return key.rpartition("/")[2]

        return sorted(f"{own(x.source_key)} {x.type} {own(x.target_key)}" for x in self.store.links(self.at))


@contextmanager
def editions(folder: Path, rows: str) -> Iterator[Editions]:
    with graph.sqlite.open(folder / "kedja.sqlite") as store:
        yield Editions(store, folder, rows)
