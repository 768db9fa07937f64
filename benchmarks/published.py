"""Neo4j, then and now: a network loaded into the versioned store of an earlier Kedja, and published by this one.

The earlier one is what ``make peer`` puts into ``.peer``; without it there are no rows of it. Both answer the same
questions on the same days, and must agree.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import graph.sqlite
from benchmarks.filling import DAY, NOW, RISK, batches, fill
from benchmarks.measure import Row, median_question, same
from benchmarks.peers import Data
from graph.neo4j.address import Address
from graph.neo4j.freezing import freeze
from graph.neo4j.publishing import publish
from graph.neo4j.questions import ask
from graph.neo4j.server import Server, connected
from graph.snapshot.reader import read_topology
from graph.snapshot.view import Known, Moment, Snapshot
from graph.sqlite import Store
from graph.store import At
from ontology.method import method
from ontology.records import Common, Link, Mode, Source
from tools import neo4j_server

SIZE = 100_000
"""Vertices of the network that is compared."""
HEAP_MB, PAGE_CACHE_MB = 2_048, 2_048
CONTRACTS = 3
DAYS = (DAY, DAY - timedelta(days=1_000), DAY + timedelta(days=1_000))
PEER = Path(__file__).resolve().parent.parent / ".peer"
THEN = """
import json, statistics, sys, time
from types import SimpleNamespace
import numpy as np
import graph.neo4j
from benchmarks.filling import fill
from benchmarks.generator import Size, generate
from graph.neo4j import Address
from graph.neo4j.questions import ask
given = json.load(sys.stdin)
made = generate(Size(**given["size"]))
lane = [np.array(given["at"]), np.array(given["value"])]
store = graph.neo4j.open(Address.read(given["uri"]))
before = time.perf_counter()
fill(store, SimpleNamespace(network=made.network, generated=made, lane=lambda: lane))
loaded, taken, rows = time.perf_counter() - before, [], []
for name, params, day in given["questions"]:
    each = []
    for _ in range(6):
        before = time.perf_counter()
        asked = ask(store.core, name, {**params, "valid_at": day})
        found = [dict(zip(asked.columns, row)) for row in asked.rows]
        each.append(time.perf_counter() - before)
    taken.append(statistics.median(each[1:]))
    rows.append(found)
json.dump([loaded, taken, rows], sys.stdout, default=str)
"""
"""Runs in the earlier Kedja's own environment."""

Question = tuple[str, dict[str, str], str]


def compared(data: Data) -> list[Row]:
    """Loading then and publishing now; upstream by one to three tiers and lens A on three days."""
    if not data.size.backward or data.size.vertices > SIZE:
        return []
    questions = list(_questions(data))
    label = data.size.name
    with _server() as server, _record(data) as store:
        rows = [Row(label, "publish", _seconds(lambda: _publish(server, store, 1)))]
        taken, answers = zip(*(_asked(server, *question) for question in questions), strict=True)
        frozen = _seconds(lambda: freeze(server))
        _change(store, data)
        changed = _seconds(lambda: _publish(server, store, 2))
    then = _then(data, questions) if PEER.is_dir() else None
    if then:
        rows.append(Row(label, "then: load", then[0], "into the versioned store"))
    rows.append(Row(label, "publish again with 1 % of the links changed", changed))
    rows.append(Row(label, "freeze a snapshot from the graph", frozen))
    for place, (name, params, day) in enumerate(questions):
        what = f"{label}: {name} {params.get('max_tier', '')} on {day}"
        rows.append(Row(what, "Cypher", taken[place], f"{len(answers[place])} rows"))
        if then:
            same(what, _alike(answers[place]), _alike(then[2][place]))
            rows.append(Row(what, "then: Cypher", then[1][place]))
    return rows


def _seconds(work: Callable[[], object]) -> float:
    before = perf_counter()
    work()
    return perf_counter() - before


def _questions(data: Data) -> Iterator[Question]:
    start = f"demo:{data.some(data.generated.contracts, 1)[0]}"
    for day in DAYS:
        for tiers in (1, 2, 3):
            yield "upstream", {"start": start, "max_tier": str(tiers)}, day.isoformat()
        yield "lens-a", {"contract": start, "risk": RISK}, day.isoformat()


@contextmanager
def _server() -> Iterator[Server]:
    """A server of its own with its data on a disk, as a user's are."""
    with (
        TemporaryDirectory(prefix="kedja-bench-") as folder,
        neo4j_server.Server("2026", folder=Path(folder), heap=HEAP_MB, page_cache=PAGE_CACHE_MB) as started,
        connected(Address.read(started.uri)) as server,
    ):
        yield server


@contextmanager
def _record(data: Data) -> Iterator[Store]:
    with (
        TemporaryDirectory(prefix="kedja-bench-") as folder,
        graph.sqlite.open(Path(folder) / "bench.sqlite") as store,
    ):
        fill(store, data)
        yield store


def _publish(server: Server, store: Store, number: int) -> None:
    at = At(number)
    snapshot = Snapshot(read_topology(store, at), Moment(DAY), method(), Known(number, NOW, "public"))
    publish(server, store, at, snapshot, clock=lambda: NOW)


def _change(store: Store, data: Data) -> None:
    """Another confidence for every hundredth link."""
    begun = store.begin(Source("bench", "2", "Generated network", "bench", mode=Mode.DELTA), "bench", "1", {}, NOW)
    links = [one for batch in batches(data) for one in batch if isinstance(one, Link)]
    store.add(begun.run, [replace(one, common=Common(confidence=0.5)) for one in links[::100]])
    store.settle(begun.run, {})
    store.publish(begun.run, NOW)


def _asked(server: Server, name: str, params: dict[str, str], day: str) -> tuple[float, list[dict[str, Any]]]:
    given = {**params, "day": day}
    found = ask(server, name, given)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    return median_question(lambda _: ask(server, name, given), [0]), rows


def _then(data: Data, questions: list[Question]) -> tuple[float, list[float], list[list[dict[str, Any]]]]:
    """Seconds of the load, seconds of each question, and its rows."""
    at, value = data.lane()
    with _server() as server:
        given = {
            "uri": server.address.uri, "size": asdict(data.size), "at": at.tolist(), "value": value.tolist(),
            "questions": questions,
        }  # fmt: skip
        done = subprocess.run(
            [PEER / ".venv/bin/python", "-c", THEN], input=json.dumps(given), capture_output=True, text=True,
            cwd=PEER, check=True,
        )  # fmt: skip
    loaded, taken, rows = json.loads(done.stdout)
    return loaded, taken, rows


def _alike(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """What both Kedjas give of an answer."""
    names = ("tier", "name", "severity", "basis", "low", "high")
    return sorted(
        tuple(f"{row[name]:.9g}" if isinstance(row[name], float) else str(row[name]) for name in names if name in row)
        for row in rows
    )
