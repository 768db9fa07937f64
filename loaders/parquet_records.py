"""Parquet batch by batch, as rows of named values."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import arro3.io

from ontology.errors import FileFormatError

MAGIC = b"PAR1"
_SHORTEST = 12


def columns_of(path: Path) -> list[str]:
    """The names of the columns.

    Raises:
        FileFormatError: no Parquet, or damaged.
    """
    return list(_opened(path).schema.names)


def rows(path: Path, wanted: Callable[[str], bool]) -> Iterator[dict[str, Any]]:
    """The rows, with the columns that are wanted; a value that is null is left out.

    Raises:
        FileFormatError: no Parquet, or damaged.
    """
    reader = _opened(path)
    names = [name for name in reader.schema.names if wanted(name)]
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except Exception as error:
            raise _damaged(path, error) from error
        values = [batch.column(name).to_pylist() for name in names]
        for row in zip(*values, strict=True):
            yield {name: value for name, value in zip(names, row, strict=True) if value is not None}


def _opened(path: Path) -> Any:
    """A reader of the file; the library panics, and says so on standard error, where the footer is damaged."""
    with path.open("rb") as file:
        start = file.read(len(MAGIC))
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 8))
        footer = file.read()
    length = int.from_bytes(footer[:4], "little")
    if start != MAGIC or footer[4:] != MAGIC or size < _SHORTEST or length > size - _SHORTEST:
        raise _damaged(path, "no footer")
    try:
        with _silenced():
            return arro3.io.read_parquet(path)
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise _damaged(path, "its footer cannot be read") from error
        raise


@contextmanager
def _silenced() -> Iterator[None]:
    """Nothing on standard error meanwhile, of code that is not Python either."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 (no path of a user's)
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _damaged(path: Path, why: object) -> FileFormatError:
    return FileFormatError(
        f"{path.name} is not readable as Parquet ({why}): it is damaged or cut.", remedy="Fetch it again."
    )
