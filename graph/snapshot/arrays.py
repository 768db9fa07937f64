"""Arrays as a snapshot has them: batches made whole, and a folder of them, memory-mapped and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from graph.store import F64, I8, I32, I64, Bool, LinkColumns, RecordColumns
from graph.texts import U8, Texts, ranges

__all__ = [
    "F64",
    "I8",
    "I32",
    "I64",
    "U8",
    "Array",
    "Bool",
    "Texts",
    "content_hash",
    "load",
    "ranges",
    "save",
    "taken",
    "whole",
]

Array = npt.NDArray[Any]
Columns = TypeVar("Columns", LinkColumns, RecordColumns)

LONG = 1 << 18
"""Rows from which it pays to start threads."""

_DTYPES = {"I8": np.int8, "I32": np.int32, "I64": np.int64, "F64": np.float64, "Bool": np.bool_}


def whole(kind: type[Columns], batches: Sequence[Columns]) -> Columns:
    """All batches of a store's columns as one; every column has its declared type, whatever the store gave."""
    joined: dict[str, Any] = {}
    for f in fields(kind):
        parts: list[Any] = [getattr(batch, f.name) for batch in batches]
        if f.type == "Texts":
            joined[f.name] = Texts.joined(parts)
        else:
            dtype = _DTYPES[str(f.type)]
            joined[f.name] = np.concatenate([np.empty(0, dtype), *parts]).astype(dtype, copy=False)
    return kind(**joined)


def taken(columns: Mapping[str, Array], rows: I64) -> dict[str, Array]:
    """Each column at some positions; long ones beside each other, as NumPy holds no lock while it moves numbers."""
    if len(rows) < LONG:
        return {name: column[rows] for name, column in columns.items()}
    with ThreadPoolExecutor() as pool:
        return dict(zip(columns, pool.map(lambda column: column[rows], columns.values()), strict=True))


def save(folder: Path, columns: Mapping[str, Array]) -> None:
    """Write each column as ``name.npy``."""
    for name, column in columns.items():
        np.save(folder / f"{name}.npy", np.ascontiguousarray(column), allow_pickle=False)


def load(folder: Path) -> dict[str, Array]:
    """Map every column of a folder into memory, read-only."""
    found: dict[str, Array] = {}
    for path in sorted(folder.glob("*.npy")):
        # As a plain array: NumPy takes parts of one several times faster than of its own class for files.
        found[path.stem] = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    return found


def content_hash(head: Sequence[str], columns: Iterable[Array]) -> str:
    """SHA-256 of some text and of the bytes, types and shapes of columns, in the order given."""
    digest = hashlib.sha256("\x1f".join(head).encode())
    for column in columns:
        digest.update(f"{column.dtype.str}{column.shape}".encode())
        digest.update(np.ascontiguousarray(column).reshape(-1).data)
    return digest.hexdigest()
