"""Strings as one column of bytes: what a database gives in bulk, a snapshot keeps, and Python need not unpack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, overload

import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Texts(Sequence[str]):
    """Strings as one UTF-8 blob, shape (bytes,), and where each begins, shape (n + 1,)."""

    blob: U8
    start: I64

    @staticmethod
    def of(texts: Iterable[str]) -> Texts:
        return Texts.of_bytes([text.encode() for text in texts])

    @staticmethod
    def of_bytes(encoded: Sequence[bytes]) -> Texts:
        """Of texts that are UTF-8 already."""
        start = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)), out=start[1:])
        return Texts(np.frombuffer(b"".join(encoded), np.uint8), start)

    @staticmethod
    def joined(parts: Sequence[Texts]) -> Texts:
        """The texts of all parts, one part after the other."""
        if len(parts) == 1:
            return parts[0]
        sizes = np.cumsum([0, *(len(part.blob) for part in parts)])
        starts = [part.start[:-1] + size for part, size in zip(parts, sizes, strict=False)]
        return Texts(
            np.concatenate([np.empty(0, np.uint8), *(part.blob for part in parts)]),
            np.concatenate([*starts, sizes[-1:]]),
        )

    def take(self, rows: I64) -> Texts:
        """The texts at some positions, in that order."""
        begin = self.start[rows]
        counts = self.start[rows + 1] - begin
        start = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(counts, out=start[1:])
        blob = np.empty(int(start[-1]), np.uint8)
        # Texts of one length are moved at once, as items of that many bytes.
        by_length = np.argsort(counts, kind="stable")
        cuts = np.flatnonzero(np.diff(counts[by_length], prepend=0, append=-1))
        for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
            same = by_length[low:high]
            length = int(counts[same[0]])
            _windows(blob, length)[start[same]] = _windows(self.blob, length)[begin[same]]
        return Texts(blob, start)

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
        blob, start = self.blob.tobytes(), self.start.tolist()
        if blob.isascii():  # then a byte is a letter, and all are made letters at once
            text = blob.decode("ascii")
            return (text[low:high] for low, high in pairwise(start))
        return (blob[low:high].decode() for low, high in pairwise(start))

    def some(self, rows: npt.NDArray[Any]) -> list[str]:
        """The texts at some positions, in that order."""
        begin, end = self.start[rows].tolist(), self.start[rows + 1].tolist()
        blob = self.blob.data
        return [str(blob[low:high], "utf-8") for low, high in zip(begin, end, strict=True)]

    def find_all(self, texts: Sequence[str]) -> I64:
        """The positions of those texts that are in a sorted column; at once where all of it is of one length."""
        lengths = np.diff(self.start)
        length = int(lengths[0]) if len(self) else 0
        if not (length and texts) or (lengths != length).any():
            return np.array([place for text in texts if (place := self.find(text)) is not None], np.int64)
        column = self.blob[: self.start[-1]].view(f"S{length}")
        wanted = np.array([said for text in texts if len(said := text.encode()) == length], f"S{length}")
        places: I64 = np.minimum(np.searchsorted(column, wanted), len(self) - 1).astype(np.int64)
        found: I64 = places[column[places] == wanted]
        return found

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


def _windows(blob: U8, length: int) -> npt.NDArray[np.void]:
    """Every run of so many bytes, shape (bytes - length + 1,): a view."""
    return np.ndarray((len(blob) - length + 1,), f"V{length}", blob.data, strides=(1,))


def ranges(start: I64, rows: npt.NDArray[Any]) -> I64:
    """The concatenated positions ``start[r] .. start[r + 1] - 1`` of each row ``r``."""
    counts = start[rows + 1] - start[rows]
    total = int(counts.sum())
    if total == 0:
        return np.empty(0, np.int64)
    shift = np.repeat(start[rows] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
    places: I64 = np.arange(total, dtype=np.int64) + shift
    return places
