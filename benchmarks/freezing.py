"""A store frozen into a snapshot and the snapshot reopened: the same network, through the store's own methods."""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter

import graph.sqlite
from benchmarks.filling import DAY, NOW, fill
from benchmarks.measure import Row, seconds
from benchmarks.peers import Data
from graph.snapshot.reader import read_topology
from graph.snapshot.topology import Topology
from graph.snapshot.view import Known, Moment, Snapshot
from graph.store import At
from ontology.method import method

USUAL = 0.01
"""Part of the links backwards in the networks that are frozen."""


def freeze(data: Data) -> list[Row]:
    """From the store's rows to arrays on disk, and from the disk to a snapshot that can be asked."""
    size = data.size.name
    if data.size.backward < USUAL:  # the same number of rows again
        return []
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        store = graph.sqlite.open(folder / "bench.sqlite")
        before = perf_counter()
        fill(store, data)
        loaded = perf_counter() - before
        frozen = seconds(lambda: read_topology(store, At(1)))
        topology = read_topology(store, At(1))
        (folder / "snapshot").mkdir()
        topology.save(folder / "snapshot")
        known = Known(1, NOW, "public")

        def reopen() -> Snapshot:
            return Snapshot(Topology.open(folder / "snapshot"), Moment(DAY), method(), known)

        opened, view = seconds(reopen), seconds(lambda: reopen().network)
        store.close()
    return [
        Row(size, "Kedja, freeze from SQLite", frozen),
        Row(size, "Kedja, reopen", opened),
        Row(size, "Kedja, reopen and view of a day", view),
        Row(size, "Kedja, load the same rows", loaded, "once; not part of a freeze"),
    ]
