"""Arrays that outlive a process: text columns, ranges, and a folder of them, memory-mapped and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]
I8 = npt.NDArray[np.int8]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Texts(Sequence[str]):
    """Strings as one UTF-8 blob, shape (bytes,), and where each begins, shape (n + 1,)."""

    blob: U8
    start: I64

    @staticmethod
    def of(texts: Iterable[str]) -> Texts:
        encoded = [text.encode() for text in texts]
        start = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)), out=start[1:])
        return Texts(np.frombuffer(b"".join(encoded), np.uint8), start)

    def __len__(self) -> int:
        return len(self.start) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return self.blob[self.start[index] : self.start[index + 1]].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        return (self[i] for i in range(len(self)))

    def find(self, text: str) -> int | None:
        """The position of a text in a sorted column (sorted as UTF-8 bytes), or None; O(log n)."""
        wanted, low, high = text.encode(), 0, len(self)
        while low < high:
            middle = (low + high) // 2
            here = self.blob[self.start[middle] : self.start[middle + 1]].tobytes()
            if here < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self[low] == text else None


def save(folder: Path, columns: Mapping[str, Array]) -> None:
    """Write each column as ``name.npy``."""
    for name, column in columns.items():
        np.save(folder / f"{name}.npy", np.ascontiguousarray(column), allow_pickle=False)


def load(folder: Path) -> dict[str, Array]:
    """Map every column of a folder into memory, read-only."""
    found: dict[str, Array] = {}
    for path in sorted(folder.glob("*.npy")):
        column = np.load(path, mmap_mode="r", allow_pickle=False)
        found[path.stem] = column
    return found


def content_hash(head: Sequence[str], columns: Iterable[Array]) -> str:
    """SHA-256 of some text and of the bytes, types and shapes of columns, in the order given."""
    whole = hashlib.sha256("\x1f".join(head).encode())
    for column in columns:
        whole.update(f"{column.dtype.str}{column.shape}".encode())
        whole.update(np.ascontiguousarray(column).tobytes())
    return whole.hexdigest()


def ranges(start: I64, rows: Array) -> I64:
    """The concatenated positions ``start[r] .. start[r + 1] - 1`` of each row ``r``."""
    counts = start[rows + 1] - start[rows]
    total = int(counts.sum())
    if total == 0:
        return np.empty(0, np.int64)
    shift = np.repeat(start[rows] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
    return np.arange(total, dtype=np.int64) + shift
