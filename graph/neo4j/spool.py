"""Rows put aside: in memory while they are few, else in a file that goes with the process."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from graph.neo4j.row import Row

MEMORY = 64 * 1024 * 1024
"""Bytes that are kept in memory."""


class Spool:
    """Rows with their hashes, given back in the order in which they came, as often as asked."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=MEMORY)  # noqa: SIM115 (closed by ``__exit__``)
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def put(self, rows: Sequence[tuple[Row, int]]) -> None:
        if rows:
            self._file.seek(0, 2)
            pickle.dump(list(rows), self._file)
            self._count += len(rows)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[Row, int]]:
        self._file.seek(0)
        left = self._count
        while left:
            batch = pickle.load(self._file)  # noqa: S301 (our own file, which no one else can open)
            yield from batch
            left -= len(batch)
