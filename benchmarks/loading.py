"""A generated network in a Neo4j server of its own, loaded through the store, and how long that and its freeze took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

import graph.neo4j
from benchmarks.filling import NOW, fill
from graph.neo4j import Address, Neo4jStore
from graph.snapshot.reader import read_topology
from graph.snapshot.view import Known, Moment, Snapshot
from graph.store import At
from ontology.method import method
from tools.neo4j_server import Server

if TYPE_CHECKING:
    from benchmarks.peers import Data

LINE = "2026"
HEAP_MB, PAGE_CACHE_MB = 4_096, 4_096
DAY = date(2026, 11, 1)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A store, the snapshot frozen from it, and the seconds that loading and freezing took."""

    store: Neo4jStore
    snapshot: Snapshot
    loading: float
    freezing: float


def opened(server: Server) -> Neo4jStore:
    """The store on a server, with its constraints and indexes."""
    return graph.neo4j.open(Address.read(server.uri))


@contextmanager
def empty_server() -> Iterator[Server]:
    """A server of its own with its data on a disk, as a user's are."""
    with (
        TemporaryDirectory(prefix="kedja-bench-") as folder,
        Server(LINE, folder=Path(folder), heap=HEAP_MB, page_cache=PAGE_CACHE_MB) as server,
    ):
        yield server


@contextmanager
def loaded(data: Data) -> Iterator[Loaded]:
    """Load and freeze; the server runs until the context ends."""
    with empty_server() as server, opened(server) as store:
        before = perf_counter()
        fill(store, data)
        loading = perf_counter() - before
        before = perf_counter()
        topology = read_topology(store, At(1))
        freezing = perf_counter() - before
        snapshot = Snapshot(topology, Moment(DAY), method(), Known(1, NOW, "public"))
        yield Loaded(store, snapshot, loading, freezing)
