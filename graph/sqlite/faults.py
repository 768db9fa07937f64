"""What a disk, its rights or another program can do to a store file, as our errors with their remedies."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph import budget
from ontology.errors import DiskFullError, PlaceError, StoreBusyError, StoreError, of_os_error

_KNOWN: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_FULL: (DiskFullError, "Make room on that disk; what was published before is whole."),
    sqlite3.SQLITE_READONLY: (PlaceError, "Give the right to write to the file and its folder, or name another store."),
    sqlite3.SQLITE_PERM: (PlaceError, "Give the right to the file and its folder, or name another store."),
    sqlite3.SQLITE_CANTOPEN: (
        PlaceError,
        "Check that the file and its folder are there and can be written, or copy both the file and its -wal.",
    ),
    sqlite3.SQLITE_IOERR: (PlaceError, "Check that the disk has room and gives no errors; then run kedja doctor."),
    sqlite3.SQLITE_BUSY: (StoreBusyError, "Another program holds the file: wait for it, or end it."),
    sqlite3.SQLITE_LOCKED: (StoreBusyError, "Another program holds the file: wait for it, or end it."),
    sqlite3.SQLITE_CORRUPT: (StoreError, "The file is damaged: restore a backup into a new file (kedja restore)."),
    sqlite3.SQLITE_NOTADB: (StoreError, "The file is damaged: restore a backup into a new file (kedja restore)."),
}


_SIDE_FILE = 64 * 1024
"""Bytes that SQLite needs beside a file to open it."""


def _of_sqlite(error: sqlite3.Error, path: Path) -> StoreError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the rest says more of the same
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY) and (why := _of_disk(path)):
        return of_os_error(OSError(why, os.strerror(why)), path)
    kind, remedy = _KNOWN.get(code, (StoreError, "Check disk space and rights, then run kedja doctor."))
    return kind(f"The store {path} could not be used: {error}.", remedy=remedy)


def _of_disk(path: Path) -> int | None:
    """What is the matter with the disk itself, which SQLite calls an error in general."""
    try:
        disk = os.statvfs(path.parent)
    except OSError as error:
        return error.errno
    if disk.f_flag & os.ST_RDONLY:
        return errno.EROFS
    return errno.ENOSPC if disk.f_bavail * disk.f_frsize < _SIDE_FILE else None


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the exceptions of SQLite and of the operating system into ours."""
    try:
        yield
    except sqlite3.Error as error:
        budget.check()  # what was interrupted
        raise _of_sqlite(error, path) from error
    except OSError as error:
        raise of_os_error(error, error.filename or path) from error


def as_it_stands(path: Path) -> tuple[int, int]:
    """Size and time of change of a store file.

    Raises:
        OSError: it is not there, or hidden from us.
    """
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def logged(path: Path) -> bool:
    """Whether something has been committed that stands in SQLite's log only, and not yet in the file itself."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0
