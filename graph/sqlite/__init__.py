"""The embedded store: one SQLite file, nothing to install. See DESIGN.md 4 and ``graph/store.py``."""

from __future__ import annotations

from graph.sqlite.store import SqliteStore, open

__all__ = ["SqliteStore", "open"]
