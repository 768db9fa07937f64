"""What a record keeps beside the columns that a snapshot is frozen from: texts, and who says them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.neo4j.layout import bound
from graph.sqlite import Store
from graph.store import I64, At
from graph.texts import Texts
from ontology.records import Secrecy

_SECRECY = [one.name.lower() for one in sorted(Secrecy)]


@dataclass(frozen=True, slots=True, eq=False)
class Bodies:
    """Visible rows of one table in order, each with the source that says it; see ``Store.bodies``. The last two
    columns of text are the locator and what is cited."""

    row: I64
    said: I64
    columns: list[Texts]
    sources: dict[int, str]

    @staticmethod
    def of(store: Store, at: At, table: str, rows: I64, *, every: bool) -> Bodies:
        """Those with some row numbers, or with any."""
        batches = [] if not len(rows) else list(store.bodies(at, table, None if every else rows))
        if not batches:
            return Bodies(np.empty(0, np.int64), np.empty(0, np.int64), [], {})
        row, said, *texts = zip(*batches, strict=True)
        order = np.argsort(np.concatenate(row), kind="stable")
        columns = [Texts.joined(parts) for parts in texts]
        if (np.diff(order) < 0).any():
            columns = [column.take(order) for column in columns]
        sources = {run.run: run.source.id for run in store.runs() if run.source}
        return Bodies(np.concatenate(row)[order], np.concatenate(said)[order], columns, sources)

    def places(self, rows: I64) -> I64:
        """The places of rows that are there."""
        return np.searchsorted(self.row, rows)

    def texts(self, column: int, places: I64) -> list[str]:
        """A column of text; empty where a place is -1."""
        there = places >= 0
        found = list(self.columns[column].take(places[there])) if there.any() else []
        if not there.all():
            each = iter(found)
            found = [next(each) if one else "" for one in there.tolist()]
        return found

    def where(self, places: I64) -> dict[str, list[Any]]:
        """Who says it and where, as columns of the layout."""
        if (places < 0).all():
            return dict.fromkeys(("source", "secrecy", "locator", "cites"), [None] * len(places))
        said = self.said[places]
        run, inverse = np.unique(said >> 2, return_inverse=True)
        nobody = places < 0
        found = {
            "source": named([self.sources[number] for number in run.tolist()], inverse, nobody),
            "secrecy": named(_SECRECY, said & 3, nobody),
        }
        return found | {
            name: [text or None for text in self.texts(column, places)]
            for name, column in (("locator", -2), ("cites", -1))
        }


def named(names: Sequence[Any], codes: Any, nobody: Any = None) -> list[Any]:
    """The name of each code; None where nobody says it."""
    table = np.empty(len(names), object)
    table[:] = names
    found = table[codes]
    if nobody is not None:
        found[nobody] = None
    listed: list[Any] = found.tolist()
    return listed


def days(column: Any, without: Any = None) -> list[Any]:
    """Days since 1970-01-01 as bounds of the layout; None for those that are to be ``without``."""
    day, inverse = np.unique(column, return_inverse=True)
    return named([bound(one) for one in day.tolist()], inverse, without)
