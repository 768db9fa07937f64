"""A generated network as a store holds it: steps, contracts, their links, and assessments where the seeds are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from graph.garbage import few_collections
from graph.sqlite import Store
from ontology.records import Common, Link, Record, Ref, Source

if TYPE_CHECKING:
    from benchmarks.peers import Data

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DAY = NOW.date()
RISK = "forced-labour"
SEVERITY = 3
BATCH = 10_000


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
    yield list(_assessments(data, types))


def _assessments(data: Data, types: list[str]) -> Iterator[Record | Link]:
    """A potential impact at each step that is a seed of the first lane, of its likelihood and certain in all else."""
    sure = Common(confidence=1.0)
    for vertex, likelihood in zip(*(values.tolist() for values in data.lane()), strict=True):
        if types[vertex] != "Step":
            continue
        key = f"demo:seed-{vertex}"
        yield Record("RiskAssessment", key, {"name": key, "severity": SEVERITY, "likelihood": likelihood}, common=sure)
        said = Ref("RiskAssessment", key)
        yield Link("ABOUT", said, Ref(types[vertex], f"demo:{vertex}"), common=sure)
        yield Link("OF_TYPE", said, Ref("RiskType", f"risk:{RISK}"), common=sure)


def fill(store: Store, data: Data) -> None:
    """Load the network and publish it."""
    begun = store.begin(Source("bench", "1", "Generated network", "bench"), "bench", "1", {}, NOW)
    with few_collections():
        for batch in batches(data):
            store.add(begun.run, batch)
    store.settle(begun.run, {})
    store.publish(begun.run, NOW)
