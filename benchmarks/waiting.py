"""What a user waits for: whole answers with their bytes, of this Kedja and of an earlier one on the same network.

The earlier one is what ``make peer`` puts into ``.peer``; without it there are no rows of it. It cuts a trace at its
first 1,000 nodes; here the first page has 100 rows and totals of the whole. Both must find as much.
"""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from api.parts import as_lines, every_part
from benchmarks import world
from benchmarks.measure import Row, same
from benchmarks.peers import Data
from benchmarks.published import PEER
from graph.answer import Answer
from graph.questions.affected import affected
from graph.questions.exposure import exposure
from graph.questions.question import ALL, Part
from graph.questions.trace import trace

SIZE = 100_000
"""Vertices of the largest network: an earlier Kedja's snapshot of a million takes too much memory to make so."""
TIERS = 6
FIRST = Part(0, 100)
WHOLE = ("trace", "exposure of all")
"""Questions whose whole is measured; of the others the first page is most."""
ASKED = 4
"""Starts of each question; the first only warms up what the day's view keeps."""
Ask = Callable[[str, Part | None], Answer[Any]]

THEN = """
import gc, json, statistics, sys, time
from types import ModuleType
from graph.questions.affected import affected
from graph.questions.exposure import exposure
from graph.questions.trace import trace
from benchmarks.generator import Size, generate
given = json.load(sys.stdin)
world = ModuleType("world")
exec(given["world"], world.__dict__)
s = world.snapshot_of(generate(Size(**given["size"])), given["seeds"])
s.hash, s.network, s.item_network, s.seeds
R = world.RISK
asks = {
    "trace, first": lambda start: trace(s, [start], risk=R, max_tier=given["tiers"], max_nodes=1000),
    "trace, whole": lambda start: trace(s, [start], risk=R, max_tier=given["tiers"]),
    "exposure": lambda start: exposure(s, start, R),
    "exposure of all": lambda start: exposure(s, "all", R),
    "exposure of all, whole": lambda start: exposure(s, "all", R, members=5000),
    "affected": lambda start: affected(s, start),
}
found = {}
for name, starts in given["asked"].items():
    taken = []
    for start in starts:
        gc.collect()
        before = time.perf_counter()
        answer = asks[name](start)
        written = answer.model_dump_json().encode()
        taken.append(time.perf_counter() - before)
    data = answer.data
    size = data.contracts if name.startswith("exposure") else len(data.contracts if name == "affected" else data.nodes)
    found[name] = [statistics.median(taken[1:]), len(written), size]
json.dump(found, sys.stdout)
"""
"""Runs in the earlier Kedja's own environment."""


def compared(data: Data) -> list[Row]:
    """A row for the first page and for the whole of each question, beside what the earlier Kedja took."""
    if data.size.vertices > SIZE or data.size.backward < 0.01:
        return []
    at, value = data.lane()
    seeds = list(zip(at.tolist(), value.tolist(), strict=True))
    s = world.snapshot_of(data.generated, seeds)
    _ = s.hash, s.network, s.item_network, s.seeds
    contracts = [world.identity(v) for v in data.some(data.generated.contracts, ASKED).tolist()]
    origins = [world.identity(v) for v in data.some(data.origins, ASKED).tolist()]
    asks: dict[str, tuple[Ask, list[str]]] = {
        "trace": (lambda one, part: trace(s, [one], risk=world.RISK, max_tier=TIERS, part=part), contracts),
        "exposure": (lambda one, part: exposure(s, one, world.RISK, part=part), contracts),
        "exposure of all": (lambda _, part: exposure(s, ALL, world.RISK, part=part), contracts),
        "affected": (lambda one, part: affected(s, one, part=part), origins),
    }
    then = _then(data, seeds, {name: starts for name, (_, starts) in asks.items()})
    rows = []
    for name, (ask, starts) in asks.items():
        label = f"{data.size.name}: {name}{f', {TIERS} tiers, with a risk' if name == 'trace' else ''}"
        total, first = _taken(partial(_first, ask), starts)
        rows.append(Row(label, "first page and totals", total, f"{first[0]:,.0f} kB of {first[1]:,} rows"))
        if before := then.get("trace, first" if name == "trace" else name):
            same(label, first[1], before[2]) if name != "trace" else None
            rows.append(Row(label, "then (0c77dc2)", before[0], _note(name, before)))
        if name not in WHOLE:
            continue
        total, (size, _) = _taken(partial(_whole, ask), starts)
        rows.append(Row(f"{label}, whole", "streamed as lines", total, f"{size / 1e3:,.1f} MB"))
        if before := then.get(f"{name}, whole"):
            same(label, first[1], before[2])
            rows.append(Row(f"{label}, whole", "then (0c77dc2)", before[0], f"{before[1] / 1e6:,.1f} MB"))
    return rows


def _note(name: str, before: list[Any]) -> str:
    return f"{before[1] / 1e3:,.0f} kB{', its first 1,000 nodes' if name == 'trace' else ''}"


def _taken(ask: Callable[[str], tuple[float, int]], starts: list[str]) -> tuple[float, tuple[float, int]]:
    """Median seconds of all starts but the first, and what the last gave."""
    taken = []
    for start in starts:
        gc.collect()
        before = perf_counter()
        found = ask(start)
        taken.append(perf_counter() - before)
    return statistics.median(taken[1:]), found


def _first(ask: Ask, start: str) -> tuple[float, int]:
    """(kB, rows of the whole list)."""
    answer = ask(start, FIRST)
    size = len(answer.model_dump_json().encode()) / 1e3
    assert answer.page is not None
    return size, answer.page.total


def _whole(ask: Ask, start: str) -> tuple[float, int]:
    return sum(map(len, as_lines(every_part(partial(ask, start))))) / 1e3, 0


def _then(data: Data, seeds: list[tuple[int, float]], starts: dict[str, list[str]]) -> dict[str, list[Any]]:
    """Seconds, bytes and rows of each question as the earlier Kedja answers it."""
    if not PEER.is_dir():
        return {}
    asked = {**starts, "trace, first": starts["trace"], **{f"{name}, whole": starts[name] for name in WHOLE}}
    del asked["trace"]
    given = {
        "world": Path(world.__file__).read_text("utf-8"), "size": asdict(data.size), "seeds": seeds, "tiers": TIERS,
        "asked": asked,
    }  # fmt: skip
    done = subprocess.run(
        [PEER / ".venv/bin/python", "-c", THEN], input=json.dumps(given), capture_output=True, text=True, cwd=PEER,
        check=True,
    )  # fmt: skip
    found: dict[str, list[Any]] = json.loads(done.stdout)
    return found
