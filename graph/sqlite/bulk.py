"""Whole tables as columns."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from graph.sqlite.core import Core, translated
from graph.texts import Texts

BATCH = 65_536
"""Rows of a batch."""


def scan(core: Core, sql: str, kinds: str) -> Iterator[list[Any]]:
    """Batches of what ``sql`` asks, a column for each letter of ``kinds``: i int64, f float64, t ``Texts``.

    ``sql`` has no parameters and gives no NULL.
    """
    return _here(core.reader(), core.path, sql, kinds)


def _here(connection: sqlite3.Connection, path: Path, sql: str, kinds: str) -> Iterator[list[Any]]:
    with translated(path):
        cursor = connection.execute(sql)
        while rows := cursor.fetchmany(BATCH):
            yield [_column(kind, values) for kind, values in zip(kinds, zip(*rows, strict=True), strict=True)]


def _column(kind: str, values: Sequence[Any]) -> Any:
    if kind == "t":
        return Texts.of(values)
    return np.array(values, np.float64 if kind == "f" else np.int64)
