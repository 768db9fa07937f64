"""A publication as files for Neo4j's own import tool, which fills an empty database many times faster than a driver.

A file for each kind of node and relationship and set of properties, and ``import.args``, which names them. The tool
writes the mark as not whole: the publish that follows counts the rows, makes constraints and indexes, and marks the
graph whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from graph.neo4j.layout import ALIAS, ALSO, DESCRIBES, ENTITY, MARK, RECORD, SOURCE
from graph.neo4j.mark import Mark
from graph.neo4j.table import Table
from ontology.errors import StoreError, of_os_error
from ontology.model import NODES

DELIMITER = "\x1f"
"""Between the items of a list: texts may hold any other sign."""
OPTIONS = ("--overwrite-destination", "--array-delimiter=U+001F", "--multiline-fields=true")
TYPES = {bool: "boolean", int: "long", float: "double", str: "string", date: "date", datetime: "datetime"}


def _type(column: Sequence[Any]) -> str:
    """The tool's name for what a column holds; empty where it holds nothing, which an empty list is, too."""
    kinds = {type(value[0] if isinstance(value, list) else value): isinstance(value, list)
             for value in column if value is not None and value != []}  # fmt: skip
    if kinds.keys() == {int, float}:
        kinds = {float: False}
    if len(kinds) > 1:
        raise StoreError(f"{kinds} in one column.", remedy="Publish to a running server instead.")
    return "".join(TYPES[kind] + "[]" * listed for kind, listed in kinds.items())


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
    if DELIMITER in text and text.count(DELIMITER) != (0 if isinstance(value, str) else len(value) - 1):
        raise StoreError(
            "A text holds the control sign U+001F, which the import tool cannot take.",
            remedy="Publish to a running server instead.",
        )
    return '"' + text.replace('"', '""') + '"'


def _cells(column: Sequence[Any]) -> list[str]:
    """The cells of a column; one that is written again and again is made once."""
    if any(isinstance(value, list) for value in column):
        return [_cell(value) for value in column]
    made = {value: _cell(value) for value in column[:100]}
    return [made.get(value) or _cell(value) for value in column]


@dataclass(slots=True)
class Files:
    """Writes tables into a new folder as they come.

    Raises:
        StoreError: what the tool cannot take, a folder that is not empty or cannot be written.
    """

    folder: Path
    arguments: list[str] = field(default_factory=lambda: list(OPTIONS))
    _stack: ExitStack = field(default_factory=ExitStack)
    _open: dict[tuple[str, ...], IO[str]] = field(default_factory=dict)
    _aliases: set[str] = field(default_factory=set)
    _records: int = 0

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if any(self.folder.iterdir()):
                raise StoreError(f"{self.folder} is not empty.", remedy="Name a new folder.")
        except OSError as error:
            raise of_os_error(error, self.folder) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        if isinstance(error, OSError):
            raise of_os_error(error, self.folder) from error

    def put(self, table: Table) -> None:
        """Write a table."""
        columns, ends = {**table.columns, "hash": table.hash.tolist()}, (table.source, table.target)
        if table.kind in NODES:
            self._write(f"--nodes={ENTITY}:{table.kind}", {f"id:ID({ENTITY})": table.id}, columns)
        elif table.kind == SOURCE:
            self._write(f"--nodes={SOURCE}", {f"id:ID({SOURCE})": table.id}, columns)
        elif table.kind == RECORD:
            numbers = [str(self._records + place) for place in range(len(table))]
            self._records += len(table)
            self._write(f"--nodes={RECORD}", {f":ID({RECORD})": numbers}, {**columns, "id": table.id})
            self._write(f"--relationships={DESCRIBES}", _ends(RECORD, numbers, table.target), {})
        elif table.kind == ALSO:
            new = [name for name in dict.fromkeys(table.source) if name not in self._aliases]
            self._aliases.update(new)
            self._write(f"--nodes={ALIAS}", {f"name:ID({ALIAS})": new}, {"hash": [0] * len(new)})
            self._write(f"--relationships={ALSO}", _ends(ALIAS, *ends), {"hash": columns["hash"]})
        else:
            self._write(f"--relationships={table.kind}", _ends(ENTITY, *ends), {**columns, "id": table.id})

    def end(self, mark: Mark) -> list[str]:
        """Write the mark and the arguments, which are given."""
        facts = {name: [value] for name, value in {**mark.given, "key": "kedja"}.items()}
        self._write(f"--nodes={MARK}", {}, facts)
        (self.folder / "import.args").write_text("".join(f'"{one}"\n' for one in self.arguments), encoding="utf-8")
        return self.arguments

    def _write(self, what: str, fixed: Mapping[str, Sequence[Any]], columns: Mapping[str, Sequence[Any]]) -> None:
        """Rows into the file for what they are and which properties they have, made with its first line if need be."""
        named = {f"{name}:{kind}": column for name, column in sorted(columns.items()) if (kind := _type(column))}
        all_ = {**fixed, **named}
        if not all_ or not len(next(iter(all_.values()))):
            return
        if (key := (what, *all_)) not in self._open:
            path = self.folder.resolve() / f"{len(self._open):03}-{what.rpartition('=')[2].rpartition(':')[2]}.csv"
            self._open[key] = self._stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            self._open[key].write(",".join(all_) + "\n")
            self.arguments.append(f"{what}={path}")
        rows: Iterator[tuple[str, ...]] = zip(*map(_cells, all_.values()), strict=True)
        self._open[key].writelines(f"{','.join(row)}\n" for row in rows)


def _ends(source: str, sources: Sequence[str], targets: Sequence[str]) -> dict[str, Sequence[str]]:
    return {f":START_ID({source})": sources, f":END_ID({ENTITY})": targets}
