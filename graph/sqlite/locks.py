"""Locks that die with their holder: the kernel drops a ``flock`` when a process ends, however it ends.

Three sorts of file stand in a folder beside the database: ``write`` (one writer at a time; SQLite's own lock is not
fair), ``lease`` (from settling until publication) and one ``owner-…`` for each store that has begun a run: a run whose
owner's file nobody holds is dead.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ontology.errors import StoreBusyError

LEASE_WAIT = 900.0
_POLL = 0.02


class FileLock:
    """An exclusive ``flock`` on one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None

    @property
    def held(self) -> bool:
        return self._fd is not None

    def acquire(self, *, wait: bool = True) -> bool:
        """Take the lock; without ``wait``, give False when somebody else holds it."""
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd
        return True

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


class Locks:
    """The locks of one open store."""

    def __init__(self, database: Path) -> None:
        self.folder = database.with_name(database.name + ".locks")
        self._write = FileLock(self.folder / "write")
        self._lease = FileLock(self.folder / "lease")
        self._leaser = 0
        self._presence: FileLock | None = None
        self._threads = threading.RLock()
        self.owner = uuid.uuid4().hex

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One writer at a time, among threads and among processes."""
        with self._threads:
            self.folder.mkdir(exist_ok=True)
            self._write.acquire()
            try:
                yield
            finally:
                self._write.release()

    def appear(self) -> str:
        """Say that this store is alive; gives its owner name."""
        with self._threads:
            if self._presence is None:
                self.folder.mkdir(exist_ok=True)
                presence = FileLock(self.folder / f"owner-{self.owner}")
                presence.acquire()
                self._presence = presence
        return self.owner

    def is_dead(self, owner: str) -> bool:
        """Whether the store that began a run is gone."""
        if owner == self.owner:
            return False
        path = self.folder / f"owner-{owner}"
        if not path.exists():
            return True
        probe = FileLock(path)
        if not probe.acquire(wait=False):
            return False
        path.unlink(missing_ok=True)
        probe.release()
        return True

    def take_lease(self, wait: float = LEASE_WAIT) -> None:
        """Wait for the publication lock.

        Raises:
            StoreBusyError: somebody alive held it for ``wait`` seconds.
        """
        until = time.monotonic() + wait
        if self._lease.held and self._leaser == threading.get_ident():
            until = 0.0  # nobody else could ever publish what this thread has settled
        self.folder.mkdir(exist_ok=True)
        while self._lease.held or not self._lease.acquire(wait=False):
            if time.monotonic() > until:
                raise StoreBusyError(
                    "Another load is publishing to this store and has not finished.",
                    remedy="Wait for it, or end its process; what it did not publish is removed.",
                )
            time.sleep(_POLL)
        self._leaser = threading.get_ident()

    @property
    def has_lease(self) -> bool:
        return self._lease.held

    def drop_lease(self) -> None:
        self._lease.release()

    def close(self) -> None:
        self._lease.release()
        if self._presence is not None:
            with suppress(FileNotFoundError):
                self._presence.path.unlink()
            self._presence.release()
            self._presence = None
