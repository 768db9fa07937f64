"""A folder of frozen topologies: one builder at a time, atomic rename, the least recently used evicted."""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from graph.snapshot.reader import read_topology
from graph.snapshot.topology import LAYOUT, Topology
from graph.sqlite import Store
from graph.store import At
from ontology import model
from ontology.errors import of_os_error

KEEP = 8
BUILDING = "building-"
log = logging.getLogger("kedja")


class Cache:
    """Topologies by (store, publication, clearance), stored under their content hash."""

    def __init__(self, folder: Path, keep: int = KEEP) -> None:
        self.folder = folder
        self.keep = keep
        self._told: set[int | None] = set()

    def topology(self, store: Store, at: At) -> Topology:
        """The topology of a store at a publication, mapped from the cache; frozen and kept there first if need be.

        Where the folder cannot be used it is frozen in memory all the same, and a warning says what to do.
        """
        if found := self.ready(store, at):
            return found
        side = self._side(store, at)
        try:
            with self._lock():
                if found := self._open(side):
                    return found
                frozen = read_topology(store, at)
                self._keep(frozen, side)
                return self._open(side) or frozen
        except OSError as error:  # the lock's: what ``_keep`` meets it tells itself
            self._tell(error)
        return read_topology(store, at)

    def ready(self, store: Store, at: At) -> Topology | None:
        """The topology mapped from the cache, None where it has not been frozen since the last erasure."""
        return self._open(self._side(store, at))

    def _side(self, store: Store, at: At) -> Path:
        erased = len(store.tombstones())  # what was frozen before an erasure is never opened again
        parts = (store.uid, at.publication, at.clearance.name.lower(), erased, model.VERSION, LAYOUT)
        return self.folder / f"{'-'.join(map(str, parts))}.json"

    def clear(self) -> None:
        """Forget everything, as ``erase`` demands.

        Raises:
            PlaceError: something stays on the disk that may hold what was erased.
        """
        try:
            shutil.rmtree(self.folder)
        except FileNotFoundError:
            return
        except OSError as error:
            found = of_os_error(error)
            found.remedy = f"It may hold what was erased: remove the folder {self.folder} by hand."
            raise found from error

    def _open(self, side: Path) -> Topology | None:
        """What a side file names; None where it or the folder is not there, cut short or not readable."""
        try:
            folder = self.folder / f"{json.loads(side.read_text('utf-8'))['topology']}-{LAYOUT}"
            found = Topology.open(folder)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        with suppress(OSError):  # on a read-only disk nothing is evicted either
            os.utime(folder)
        return found

    def _keep(self, topology: Topology, side: Path) -> None:
        note = side.with_suffix(f".{os.getpid()}")
        final = self.folder / f"{topology.hash}-{LAYOUT}"
        try:
            for left in self.folder.glob(f"{BUILDING}*"):  # whoever has the lock is the only builder
                shutil.rmtree(left, ignore_errors=True)
            if not _is_whole(final):
                self._write(topology, final)
            note.write_text(json.dumps({"topology": topology.hash}), "utf-8")
            note.rename(side)
            self._evict(final)
        except OSError as error:
            self._tell(error)
            with suppress(OSError):
                note.unlink(missing_ok=True)

    def _write(self, topology: Topology, final: Path) -> None:
        made = Path(tempfile.mkdtemp(dir=self.folder, prefix=BUILDING))
        try:
            topology.save(made)
            if not _is_whole(made):  # a full disk may show only when a file is closed, where NumPy does not look
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(made))
            shutil.rmtree(final, ignore_errors=True)
            made.rename(final)
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def _tell(self, error: OSError) -> None:
        if error.errno not in self._told:
            self._told.add(error.errno)
            found = of_os_error(error, error.filename or self.folder)
            log.warning("Snapshots cannot be kept, so each process freezes its own in memory. %s", found)

    def _evict(self, newest: Path) -> None:
        folders = [p for p in self.folder.iterdir() if p.is_dir()]
        old = sorted(folders, key=lambda p: p.stat().st_mtime, reverse=True)[self.keep :]
        for folder in old:
            if folder != newest:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _is_whole(folder: Path) -> bool:
    """Whether every column of a frozen topology is there in its full length."""
    try:
        Topology.open(folder)
    except (OSError, ValueError, KeyError):
        return False
    return True
