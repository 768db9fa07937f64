"""A folder of frozen topologies: one builder at a time, atomic rename, the least recently used evicted."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph.snapshot.reader import read_topology
from graph.snapshot.topology import LAYOUT, Topology
from graph.store import At, Store
from ontology import model

KEEP = 8


class Cache:
    """Topologies by (store, publication, clearance), stored under their content hash."""

    def __init__(self, folder: Path, keep: int = KEEP) -> None:
        self.folder = folder
        self.keep = keep

    def topology(self, store: Store, at: At) -> Topology:
        """The topology of a store at a publication: mapped from the cache, or frozen and kept."""
        if found := self.ready(store, at):
            return found
        self.folder.mkdir(parents=True, exist_ok=True)
        side = self._side(store, at)
        with self._lock():
            if found := self._open(side):
                return found
            return self._build(store, at, side)

    def ready(self, store: Store, at: At) -> Topology | None:
        """The topology mapped from the cache, None where it has not been frozen since the last erasure."""
        return self._open(self._side(store, at))

    def _side(self, store: Store, at: At) -> Path:
        erased = len(store.tombstones())  # what was frozen before an erasure is never opened again
        parts = (store.uid, at.publication, at.clearance.name.lower(), erased, model.VERSION, LAYOUT)
        return self.folder / f"{'-'.join(map(str, parts))}.json"

    def clear(self) -> None:
        """Forget everything, as ``erase`` demands."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _open(self, side: Path) -> Topology | None:
        if not side.exists():
            return None
        folder = self.folder / f"{json.loads(side.read_text('utf-8'))['topology']}-{LAYOUT}"
        if not folder.is_dir():
            return None
        os.utime(folder)
        return Topology.open(folder)

    def _build(self, store: Store, at: At, side: Path) -> Topology:
        topology = read_topology(store, at)
        final = self.folder / f"{topology.hash}-{LAYOUT}"
        if not final.exists():
            made = Path(tempfile.mkdtemp(dir=self.folder, prefix="building-"))
            topology.save(made)
            made.rename(final)
        note = side.with_suffix(f".{os.getpid()}")
        note.write_text(json.dumps({"topology": topology.hash}), "utf-8")
        note.rename(side)
        self._evict(final)
        return topology

    def _evict(self, newest: Path) -> None:
        folders = [p for p in self.folder.iterdir() if p.is_dir()]
        old = sorted(folders, key=lambda p: p.stat().st_mtime, reverse=True)[self.keep :]
        for folder in old:
            if folder != newest:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
