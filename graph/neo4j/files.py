"""A publication as files for Neo4j's own import tool, which fills an empty database many times faster than a driver.

A file for each kind of node and relationship, and ``import.args``, which names them. The tool writes the mark as not
whole: the publish that follows finds every row by its hash, makes constraints and indexes, and marks the graph whole.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from graph.neo4j import layout
from graph.neo4j.layout import ALIAS, ALSO, DESCRIBES, ENTITY, MARK, RECORD, SOURCE
from graph.neo4j.mark import Mark
from graph.neo4j.row import Row
from ontology.errors import StoreError, of_os_error
from ontology.model import NODES

DELIMITER = "\x1f"
"""Between the items of a list: texts may hold any other sign."""
OPTIONS = ("--overwrite-destination", "--array-delimiter=U+001F", "--multiline-fields=true")
TYPES = {bool: "boolean", int: "long", float: "double", str: "string", date: "date", datetime: "datetime"}
_PER_LINE = 1_000


@dataclass(slots=True)
class _Table:
    """Rows of one kind put aside until all their columns are known. ``fixed`` columns come first: ids and ends."""

    what: str
    fixed: tuple[str, ...]
    file: IO[bytes]
    columns: dict[str, str] = field(default_factory=dict)
    waiting: list[tuple[tuple[Any, ...], Mapping[str, Any]]] = field(default_factory=list)
    batches: int = 0

    def put(self, ends: tuple[Any, ...], properties: Mapping[str, Any]) -> None:
        kept = {name: value for name, value in properties.items() if value is not None and value != []}
        for name, value in kept.items():
            if (kind := _type(value)) != self.columns.setdefault(name, kind):
                self.columns[name] = _wider(name, kind, self.columns[name])
        self.waiting.append((ends, kept))
        if len(self.waiting) == _PER_LINE:
            self.flush()

    def flush(self) -> None:
        if self.waiting:
            pickle.dump(self.waiting, self.file)
            self.batches += 1
            self.waiting = []

    def write(self, path: Path) -> str:
        """Write the table as CSV; gives the tool's argument for it."""
        self.flush()
        self.file.seek(0)
        names = sorted(self.columns)
        with path.open("w", encoding="utf-8", newline="") as out:
            out.write(",".join([*self.fixed, *(f"{name}:{self.columns[name]}" for name in names)]) + "\n")
            for _ in range(self.batches):
                for ends, properties in pickle.load(self.file):  # noqa: S301 (our own file, just written)
                    cells = [*map(_cell, ends), *(_cell(properties.get(name)) for name in names)]
                    out.write(",".join(cells) + "\n")
        return f"{self.what}={path}"


def _type(value: Any) -> str:
    if isinstance(value, list):
        return _type(value[0]) + "[]"
    return TYPES[type(value)]


def _wider(name: str, one: str, other: str) -> str:
    if {one, other} == {"long", "double"}:
        return "double"
    raise StoreError(f"{name} is {one} here and {other} there.", remedy="Publish to a running server instead.")


def _cell(value: Any) -> str:
    """A value as the tool reads it. Quotes tell an empty text from none; only ``true`` in lower case is true."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return repr(value)
    text = value if isinstance(value, str) else DELIMITER.join(map(str, value))
    if text.count(DELIMITER) != (0 if isinstance(value, str) else len(value) - 1):
        raise StoreError(
            "A text holds the control sign U+001F, which the import tool cannot take.",
            remedy="Publish to a running server instead.",
        )
    return '"' + text.replace('"', '""') + '"'


def write(folder: Path, rows: Iterable[Row], mark: Mark) -> list[str]:
    """Write the files into an empty folder; gives the arguments of ``database import full``.

    Raises:
        StoreError: what the tool cannot take, a folder that is not empty or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise StoreError(f"{folder} is not empty.", remedy="Name a new folder.")
        with ExitStack() as stack:
            arguments = [*OPTIONS, *_written(folder.resolve(), rows, mark, stack)]
        (folder / "import.args").write_text("".join(f'"{one}"\n' for one in arguments), encoding="utf-8")
    except OSError as error:
        raise of_os_error(error, folder) from error
    return arguments


def _written(folder: Path, rows: Iterable[Row], mark: Mark, stack: ExitStack) -> Iterator[str]:
    tables: dict[str, _Table] = {}

    def table(kind: str, what: str, *fixed: str) -> _Table:
        if kind not in tables:
            path = folder / f"{kind}.rows"
            file = stack.enter_context(path.open("w+b"))
            stack.callback(path.unlink)
            tables[kind] = _Table(what, fixed, file)
        return tables[kind]

    aliases: set[str] = set()
    for number, row in enumerate(rows):
        properties = {**row.properties, "hash": row.hash}
        match row.kind:
            case kind if kind in NODES:
                table(kind, f"--nodes={ENTITY}:{kind}", f"id:ID({ENTITY})").put((row.id,), properties)
            case layout.SOURCE:
                table(SOURCE, f"--nodes={SOURCE}", f"id:ID({SOURCE})").put((row.id,), properties)
            case layout.RECORD:
                described = {**properties, "id": row.id}
                table(RECORD, f"--nodes={RECORD}", f":ID({RECORD})").put((number,), described)
                describes = table(DESCRIBES, f"--relationships={DESCRIBES}", *_ends(RECORD))
                describes.put((number, row.target), {})
            case layout.ALSO:
                if row.source not in aliases:
                    aliases.add(row.source)
                    table(ALIAS, f"--nodes={ALIAS}", f"name:ID({ALIAS})").put((row.source,), {"hash": 0})
                also = table(ALSO, f"--relationships={ALSO}", *_ends(ALIAS))
                also.put((row.source, row.target), {"hash": row.hash})
            case kind:
                link = table(kind, f"--relationships={kind}", *_ends(ENTITY))
                link.put((row.source, row.target), {**properties, "id": row.id})
    table(MARK, f"--nodes={MARK}").put((), {**mark.given, "key": "kedja"})
    for kind, made in tables.items():
        yield made.write(folder / f"{kind}.csv")


def _ends(source: str) -> tuple[str, str]:
    return f":START_ID({source})", f":END_ID({ENTITY})"
