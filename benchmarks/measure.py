"""How long something takes: the median of five, beside others that answer the same question in the same run."""

from __future__ import annotations

import gc
import os
import platform
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

TIMES = 5
LONG = 20.0
"""Seconds from which one run has to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One program's time for one question. ``times`` is how much of the question ours answers in the same call."""

    data: str
    program: str
    seconds: float
    note: str = ""
    times: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """The first row of each ``data`` is Kedja's: the others are shown as a ratio to it."""

    title: str
    question: str
    goal: str
    rows: list[Row] = field(default_factory=list)
    when: str = ""


class DisagreementError(Exception):
    """Two programs gave different answers to one question, so that their times say nothing."""


def same(what: str, ours: Any, theirs: Any) -> None:
    if ours != theirs:
        raise DisagreementError(f"{what}: {ours} and {theirs}")


def seconds(function: Callable[[], object], times: int = TIMES) -> float:
    """Median of several runs after one to warm up, which is all where it takes ``LONG``."""
    taken = _once(function)
    if taken >= LONG:
        return taken
    return statistics.median(_once(function) for _ in range(times))


def _once(function: Callable[[], object]) -> float:
    gc.collect()
    before = time.perf_counter()
    function()
    return time.perf_counter() - before


def median_question(ask: Callable[[int], object], questions: Sequence[int], times: int = TIMES) -> float:
    """Median over the questions (p50), and of that the median over several rounds, after one to warm up."""
    rounds = []
    for _ in range(times + 1):
        taken = []
        for question in questions:
            before = time.perf_counter()
            ask(question)
            taken.append(time.perf_counter() - before)
        rounds.append(statistics.median(taken))
        if sum(taken) >= LONG:
            return rounds[-1]
    return statistics.median(rounds[1:])


def machine() -> list[str]:
    """What the figures depend on. No names of machines or users."""
    processor = platform.processor() or platform.machine()
    memory = ""
    if Path("/proc/cpuinfo").exists():
        names = [
            line for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if line.startswith("model name")
        ]
        processor = names[0].partition(":")[2].strip() if names else processor
        total = Path("/proc/meminfo").read_text("utf-8").split()[1]
        memory = f", {int(total) / 2**20:.0f} GB"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numba", "numpy", "scipy", "networkx"))
    return [
        f"Machine: {processor}, {cores} cores{memory}; {platform.system()} {platform.machine()}.",
        f"Programs: Python {platform.python_version()}, {libraries}, SQLite {sqlite3.sqlite_version}.",
    ]


def when() -> str:
    """The state of the code and the load that a table was made under."""
    load = f"; load when the run began: {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"Commit: {_commit()}{load}."


def _commit() -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout.strip()

    try:
        changed = git("status", "--porcelain", "--untracked-files=no", "--", "graph", "benchmarks")
        return git("rev-parse", "--short=12", "HEAD") + (" with changes" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def written(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    if seconds >= 1e3:
        return f"{seconds:,.0f} s"
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def as_markdown(table: Table) -> str:
    lines = [f"## {table.title}", "", table.question]
    lines += ["", f"Goal: {table.goal}."] if table.goal else []
    lines += ["", table.when] if table.when else []
    lines += ["", "| data | program | time | ratio | |", "|---|---|---:|---:|---|"]
    first: dict[str, float] = {}
    for row in table.rows:
        ours = first.setdefault(row.data, row.seconds)
        ratio = row.seconds * row.times / ours
        shown = "1" if row.seconds == ours else f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}"
        lines.append(f"| {row.data} | {row.program} | {written(row.seconds)} | {shown} | {row.note} |")
    return "\n".join(lines) + "\n"
