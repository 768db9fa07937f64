"""The demonstration data in a store, made once for each worker."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import graph.sqlite
from api.commands.demo import parts
from api.settings import Settings
from loaders.base import load
from ontology.errors import Reason

LOADED_AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def make_demo(folder: Path) -> Settings:
    """Load the demonstration into a store in ``folder`` and say where it is."""
    path = folder / "demo.sqlite"
    store = graph.sqlite.open(path)
    for loader, file in parts():
        loaded = load(store, loader, file, now=LOADED_AT)
        assert {reject.reason for reject in loaded.report.rejects} <= {Reason.PASSED_OVER}  # the folder within
    store.close()
    return Settings(f"sqlite:///{path}", folder / "snapshots")
