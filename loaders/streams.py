"""A file as a stream of bytes, whether packed (.gz, .zip) or not, with bounds on what it may unpack to."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from ontology.errors import FileFormatError

MOST_RATIO = 200
"""Times its size that a packed file may unpack to; XML and JSON of the field come to 15 to 40."""
ALWAYS = 100_000_000
"""Bytes that any packed file may unpack to."""
BAD = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)
"""What the standard library raises of a damaged, encrypted or strangely packed file."""


class Counted(io.RawIOBase):
    """A stream to read from, with the bytes read so far, that ends in an error past a bound."""

    def __init__(self, inner: BinaryIO, name: str, most: int | None) -> None:
        self.inner = inner
        self.name = name
        self.most = most
        self.done = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Some bytes, none at the end.

        Raises:
            FileFormatError: a damaged file, or one that unpacks to more than it may.
        """
        try:
            data = self.inner.read(size)
        except BAD as error:
            raise _damaged(self.name, error) from error
        self.done += len(data)
        if self.most is not None and self.done > self.most:
            raise FileFormatError(
                f"{self.name} unpacks to more than {MOST_RATIO} times its size.", remedy="Unpack it, and look at it."
            )
        return data

    def readinto(self, buffer: Any) -> int:
        """The same, for what reads into a buffer."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _damaged(name: str, error: BaseException) -> FileFormatError:
    return FileFormatError(f"{name} cannot be unpacked ({error}): it is damaged or cut.", remedy="Fetch it again.")


@contextmanager
def opened(path: Path) -> Iterator[Counted]:
    """A file's bytes, unpacked; of a .zip the one file in it.

    Raises:
        FileFormatError: damaged, or an archive of no or several files.
    """
    most = max(path.stat().st_size * MOST_RATIO, ALWAYS)
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive, archive.open(_only(archive, path.name)) as file:
                yield Counted(cast(BinaryIO, file), path.name, most)
        elif _starts_packed(path):
            with gzip.open(path) as file:
                yield Counted(cast(BinaryIO, file), path.name, most)
        else:
            with path.open("rb") as plain:
                yield Counted(plain, path.name, None)
    except BAD as error:
        raise _damaged(path.name, error) from error


def _starts_packed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _only(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    found = [one for one in archive.infolist() if not one.is_dir() and "__MACOSX" not in one.filename]
    if len(found) != 1:
        raise FileFormatError(
            f"{name} holds {len(found)} files, and one is read.", remedy="Unpack it, and load the files one by one."
        )
    return found[0]


def unpacked_size(path: Path) -> int | None:
    """Bytes of what is in a file; None where that is not told without unpacking."""
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                return _only(archive, path.name).file_size
        except BAD as error:
            raise _damaged(path.name, error) from error
    return None if _starts_packed(path) else path.stat().st_size


def start_of(path: Path, size: int = 65_536) -> bytes:
    """The first bytes of what is in a file.

    Raises:
        FileFormatError: damaged.
    """
    with opened(path) as file:
        found = b""
        while len(found) < size and (more := file.read(size - len(found))):
            found += more
    return found
