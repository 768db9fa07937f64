"""A store frozen into a snapshot and the snapshot reopened: the same network, through the store's own methods."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

import graph.sqlite
from benchmarks.measure import Row, seconds
from benchmarks.peers import Data
from graph.snapshot.reader import read_topology
from graph.snapshot.topology import Topology
from graph.snapshot.view import Known, Moment, Snapshot
from graph.store import At, Store
from ontology.method import method
from ontology.records import Common, Link, Record, Ref, Source

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BATCH = 10_000
USUAL = 0.01
"""Part of the links backwards in the networks that are frozen."""


def batches(data: Data) -> Iterator[list[Record | Link]]:
    """The network as records of steps and contracts, and their links."""
    network, tier = data.network, data.generated.tier.tolist()
    types = ["Contract" if t == 0 else "Step" for t in tier]
    for low in range(0, network.n, BATCH):
        yield [Record(types[v], f"demo:{v}", {"name": f"Vertex {v}"}) for v in range(low, min(low + BATCH, network.n))]
    source, target = network.source.tolist(), network.target.tolist()
    confidence = network.confidence.tolist()
    for low in range(0, len(source), BATCH):
        yield [
            Link(
                "DELIVERED_UNDER" if types[target[e]] == "Contract" else "SUPPLIES",
                Ref(types[source[e]], f"demo:{source[e]}"), Ref(types[target[e]], f"demo:{target[e]}"),
                common=Common(confidence=confidence[e]), row_key=str(e),
            )
            for e in range(low, min(low + BATCH, len(source)))
            if types[source[e]] == "Step"
        ]  # fmt: skip


def fill(store: Store, data: Data) -> None:
    """Load the network and publish it."""
    begun = store.begin(Source("bench", "1", "Generated network", "bench"), "bench", "1", {}, NOW)
    for batch in batches(data):
        store.add(begun.run, batch)
    store.settle(begun.run, {})
    store.publish(begun.run, NOW)


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
            return Snapshot(Topology.open(folder / "snapshot"), Moment(date(2026, 11, 1)), method(), known)

        opened, view = seconds(reopen), seconds(lambda: reopen().network)
        store.close()
    return [
        Row(size, "Kedja, freeze from SQLite", frozen),
        Row(size, "Kedja, reopen", opened),
        Row(size, "Kedja, reopen and view of a day", view),
        Row(size, "Kedja, load the same rows", loaded, "once; not part of a freeze"),
    ]
