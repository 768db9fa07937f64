"""Where the contract's stores stand. A second implementation is one more entry of ``KINDS``, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import graph.sqlite
from graph.sqlite import SqliteStore

AnyStore = SqliteStore

KINDS: dict[str, Callable[[Path, str], AnyStore]] = {
    "sqlite": lambda folder, name: graph.sqlite.open(folder / f"{name}.kedja"),
}


def open_store(kind: str, folder: Path, name: str = "store") -> AnyStore:
    """Open the store of this name, made when it is not there."""
    return KINDS[kind](folder, name)
