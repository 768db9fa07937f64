"""A published graph as a record of its one publication, in a folder: what answers questions without the record.

It holds what the graph does and no more, is made once for all processes that share the folder, and goes when the graph
shows another publication and nobody reads it any more.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import graph.sqlite
from graph.neo4j import reading
from graph.neo4j.mark import Mark
from graph.neo4j.reading import Things, at_of, changed, steadily, verified
from graph.neo4j.server import Server
from graph.snapshot.cache import BUILDING, Cache
from graph.snapshot.topology import LAYOUT
from graph.sqlite.faults import translated
from graph.sqlite.filling import fill
from graph.sqlite.schema import SCHEMA
from graph.store import Publication
from ontology.errors import of_os_error

RECORD, SNAPSHOTS, USED = "record.sqlite", "snapshots", "used"


@dataclass(slots=True)
class Restored:
    """A record in ``folder`` that nobody removes before ``close``, and the mark of the graph that it was made from."""

    mark: Mark
    folder: Path
    used: IO[bytes] = field(repr=False)

    @property
    def record(self) -> Path:
        return self.folder / RECORD

    @property
    def snapshots(self) -> Path:
        return self.folder / SNAPSHOTS

    @staticmethod
    def again(mark: Mark, folder: Path) -> Restored:
        """What another process holds as long as this one reads it."""
        return Restored(mark, folder, (folder / USED).open("rb"))

    def close(self) -> None:
        self.used.close()

    def sweep(self) -> None:
        """Remove the records of earlier publications that nobody reads: they may hold what was erased."""
        for other in self.folder.parent.iterdir():
            if other != self.folder and other.is_dir() and not other.name.startswith(BUILDING):
                with (other / USED).open("ab") as file:
                    try:
                        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        continue
                    shutil.rmtree(other)


def restored(server: Server, place: Path) -> Restored:
    """The record of the publication that a graph shows, in a folder below ``place``; made where it is not there yet.

    Raises:
        StoreError: as ``reading.steadily``, or a place that cannot be written.
    """
    own = place / hashlib.sha256(server.address.url.encode()).hexdigest()[:16]
    try:
        while True:
            with _building(own):
                stands, made = steadily(server, lambda stands: (stands, _made(server, stands, own)))
                if made:  # only now is it known that the graph did not change meanwhile
                    made.rename(own / name_of(stands))
            if found := _held(stands, own / name_of(stands)):
                found.sweep()
                return found
    except OSError as error:
        raise of_os_error(error, own) from error


def name_of(stands: Mark) -> str:
    """What two marks share whose graphs give the same record."""
    known = (stands.record, stands.publication, stands.clearance, stands.topology, stands.weights, stands.ontology)
    return hashlib.sha256(repr((*known, SCHEMA, LAYOUT)).encode()).hexdigest()[:32]


def _held(stands: Mark, folder: Path) -> Restored | None:
    """The record, kept from being removed; None where that has just happened."""
    try:
        used = (folder / USED).open("rb")
    except FileNotFoundError:
        return None
    fcntl.flock(used, fcntl.LOCK_SH)
    if not (folder / RECORD).exists():
        used.close()
        return None
    return Restored(stands, folder, used)


def _made(server: Server, stands: Mark, own: Path) -> Path | None:
    """A folder with the record of a mark, under another name; None where it has been made."""
    if (own / name_of(stands)).exists():
        return None
    folder = Path(tempfile.mkdtemp(dir=own, prefix=BUILDING))
    things, path = Things.read(server), folder / RECORD
    published = Publication(stands.publication, 0, stands.known_at)
    with translated(path):
        try:
            fill(
                path, published, things.sources, things.records, things.ghosts, reading.links(server, things),
                reading.moved(server),
            )  # fmt: skip
        except sqlite3.IntegrityError as error:
            raise changed(server) from error
    with graph.sqlite.open(path, create=False) as store:
        verified(server, stands, Cache(folder / SNAPSHOTS).topology(store, at_of(stands)))
    path.chmod(0o400)
    (folder / USED).touch()
    return folder


@contextmanager
def _building(own: Path) -> Iterator[None]:
    """One builder at a time."""
    own.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (own / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            _clear(own)
            yield
        finally:
            _clear(own)


def _clear(own: Path) -> None:
    for left in own.glob(f"{BUILDING}*"):
        shutil.rmtree(left, ignore_errors=True)
