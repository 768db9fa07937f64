"""The embedded store: one SQLite file, nothing to install. See docs/method.md."""

from __future__ import annotations

from graph.sqlite.store import Store, open  # noqa: A004 (reads well with its module)

__all__ = ["Store", "open"]
