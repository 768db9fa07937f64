"""The shared store: a Neo4j database, on Community features only. See docs/how-to/neo4j.md and ``graph/store.py``."""

from __future__ import annotations

from graph.neo4j.address import Address
from graph.neo4j.store import Neo4jStore, open  # noqa: A004 (reads well with its module)

__all__ = ["Address", "Neo4jStore", "open"]
