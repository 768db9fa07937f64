"""Rows of the layout, many at a time: nodes or relationships of one kind, as columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import compress
from typing import Any

import numpy as np

from graph.neo4j.layout import fingerprint
from graph.store import I64, Bool
from ontology.model import LINKS

BLOCKS = 8
"""Parts of all entities: relationships between other parts are written beside each other."""
ALL = frozenset(range(BLOCKS))


@dataclass(frozen=True, slots=True)
class Row:
    """A node or a relationship. ``kind`` is an entity's type, another label, or a relationship type.

    ``source`` and ``target`` are the ids of a relationship's ends; of a record and an alias, ``target`` is the entity.
    """

    kind: str
    id: str
    properties: Mapping[str, Any]
    source: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind; in ``columns`` a property that a row does not have is None.

    ``hash`` tells whether a row is as it should be. ``source`` and ``target`` are empty where a kind has none.
    Two tables that share no block lock no node in common.
    """

    kind: str
    id: Sequence[str]
    hash: I64
    source: Sequence[str] = ()
    target: Sequence[str] = ()
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    blocks: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.hash)

    @property
    def is_derived(self) -> bool:
        """Whether these are links that no source says."""
        return self.kind in LINKS and "derived" in self.columns

    def only(self, wanted: Bool) -> Table:
        """Those of its rows that are wanted."""
        chosen = wanted.tolist()

        def of(column: Sequence[Any]) -> list[Any]:
            return list(compress(column, chosen))

        columns = {name: of(column) for name, column in self.columns.items()}
        return Table(
            self.kind, of(self.id), self.hash[wanted], of(self.source), of(self.target), columns, self.blocks
        )  # fmt: skip

    @property
    def varying(self) -> tuple[dict[str, Sequence[Any]], dict[str, Any]]:
        """The columns that differ from row to row, and the values of those that do not."""
        alike = {name: column[0] for name, column in self.columns.items() if _is_one(column)}
        return {name: column for name, column in self.columns.items() if name not in alike}, alike


def _is_one(column: Sequence[Any]) -> bool:
    """Whether a column holds one value; 1, 1.0 and True are three."""
    first = column[0]
    if isinstance(first, (str, list, date)):
        return column.count(first) == len(column)
    return all(one is first for one in column)


def tabled(rows: Iterable[Row]) -> Iterator[Table]:
    """A table for each kind among some rows, in the order in which the kinds come, but what has ends last."""
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        kinds.setdefault(row.kind, []).append(row)
    for kind, those in sorted(kinds.items(), key=lambda one: bool(one[1][0].target)):
        hashes = [fingerprint(kind, one.id, one.source, one.target, one.properties) for one in those]
        columns = columns_of([one.properties for one in those])
        made = Table(kind, [one.id for one in those], np.array(hashes, np.int64), columns=columns)
        if those[0].target:
            ends = [one.source for one in those], [one.target for one in those]
            made = replace(made, source=ends[0], target=ends[1], blocks=ALL)
        yield made


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Properties of rows as columns."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def mixed(*parts: Any) -> I64:
    """63 bits for each place of some columns of numbers, which tell any two rows apart that differ in one of them."""
    found: Any = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        for part in parts:
            column = np.asarray(part)
            if column.dtype == np.float64:
                column = column.view(np.int64)
            found = (found ^ column.astype(np.uint64)) * np.uint64(0xBF58476D1CE4E5B9)
            found = (found ^ (found >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)
            found = found ^ (found >> np.uint64(32))
    return np.asarray(found >> np.uint64(1), np.int64)
