"""Worlds larger than any real one, synthetic, and every question asked of them: run as a process of its own.

Usage: python -m tests.graph.big chain 200000
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from graph.budget import Budget, within
from graph.questions.affected import affected
from graph.questions.exposure import exposure
from graph.questions.paths import paths
from graph.questions.trace import trace
from graph.snapshot.view import Snapshot
from ontology.errors import TimeLimitError
from tests.graph.worlds import FORCED, World
from tests.memory import peak

LIMIT = 30.0
"""Seconds that a question may take before it is to refuse."""


def world(shape: str, n: int) -> World:
    """A *chain* of n steps to one contract, each run by a company that sells to the next; or a *hub* of n suppliers."""
    w = World()
    w.org("supplier")
    w.org("buyer")
    w.contract("contract", holder="supplier", buyer="buyer")
    w.place("MY", country="MY")
    w.site("site", at="MY")
    for number in range(n):
        step, company = f"s{number:07}", f"o{number:07}"
        w.org(company)
        w.step(step, runs=company, at="MY" if number % 3 == 0 else None)
        if shape == "hub":
            w.supply(step, "contract")
            w.link("HOLDS", company, "contract")
        elif number:
            w.supply(f"s{number - 1:07}", step, confidence=0.99 if number < 100 else 1.0)
            w.link("SELLS_TO", f"o{number - 1:07}", company)
    w.supply(f"s{n - 1:07}", "contract")
    w.link("PERFORMS", "site", "s0000000")
    w.said("finding", FORCED, ["site"], severity=4, likelihood=1.0)
    w.assessed("country", FORCED, ["MY"], severity=3, likelihood=0.5)
    return w


def questions(s: Snapshot) -> dict[str, Callable[[], Any]]:
    return {
        "trace": lambda: trace(s, ["contract"], risk=FORCED, max_nodes=5_000),
        "trace downstream": lambda: trace(s, ["s0000000"], upstream=False, max_nodes=5_000),
        "exposure": lambda: exposure(s, "contract", FORCED),
        "exposure of all": lambda: exposure(s, "all", FORCED),
        "exposure of a place": lambda: exposure(s, "MY", FORCED),
        "affected by a site": lambda: affected(s, "site"),
        "affected by a place": lambda: affected(s, "MY"),
        "affected by a company": lambda: affected(s, "o0000000"),
        "paths": lambda: paths(s, "site", "contract", k=50),
        "paths from a place": lambda: paths(s, "MY", "buyer", k=5),
    }


def main(shape: str, n: int) -> None:
    s = world(shape, n).snapshot()
    for name, ask in questions(s).items():
        begun = time.monotonic()
        try:
            with within(Budget(LIMIT)):
                told = f"{len(ask().model_dump_json())} bytes"
        except TimeLimitError:
            told = "refused"
        most = peak() // 2**20
        sys.stdout.write(f"{name}\t{told}\t{time.monotonic() - begun:.1f} s\t{most} MB\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
