"""The embedded store: one SQLite file, nothing to install. See docs/method.md and ``graph/store.py``."""

from __future__ import annotations

from graph.sqlite.store import SqliteStore, open  # noqa: A004 (reads well with its module)

__all__ = ["SqliteStore", "open"]
