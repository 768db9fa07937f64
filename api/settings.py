"""Where things are and what is allowed. Only this module reads the environment and the clock."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from platformdirs import user_cache_path, user_data_path

from graph.questions.question import MAX_TEXT as MAX_TEXT
from ontology.errors import InputError

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DEMO_VALID_AT = date(2026, 11, 1)
"""The day that the demonstration and every documented command are pinned to."""

MAX_SECONDS = 30.0

MAX_BODY = 8_000_000
"""Bytes of a request that are read: 10,000 names of any script."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``store`` is a URL; ``cache`` the folder of snapshots; ``graph`` the published graph that Cypher is asked of, and
    with ``from_graph`` all questions, in place of the store."""

    store: str
    cache: Path
    graph: str | None = None
    from_graph: bool = False

    @property
    def graphs(self) -> Path:
        """The folder of what was read of published graphs."""
        return self.cache.with_name("graphs")


def data_folder() -> Path:
    return user_data_path("kedja")


def settings(store: str | None = None) -> Settings:
    """The settings of the record: from the argument, else KEDJA_STORE, else a file in the user's data folder."""
    url = store or os.environ.get("KEDJA_STORE") or f"sqlite:///{data_folder() / 'kedja.sqlite'}"
    return Settings(url, user_cache_path("kedja") / "snapshots", graph_url(None))


def asked(store: str | None, graph: str | None) -> Settings:
    """The settings of who asks: the graph or the record that is named, else KEDJA_GRAPH, else the record.

    Raises:
        InputError: both a record and a graph are named.
    """
    if store and graph:
        raise InputError("A record answers, or a graph.", remedy="Give --store or --graph, not both.")
    url = graph_url(graph)
    if url and not store:
        return replace(settings(), graph=url, from_graph=True)
    return settings(store)


def graph_url(given: str | None) -> str | None:
    """The published graph in Neo4j that is asked: the one named, else KEDJA_GRAPH."""
    return given or os.environ.get("KEDJA_GRAPH") or None


def publish_url(given: str | None) -> str | None:
    """The graph in Neo4j that follows the record's publications: the one named, else KEDJA_PUBLISH."""
    return given or os.environ.get("KEDJA_PUBLISH") or None


def demo_settings(store: str | None = None) -> Settings:
    """The demonstration has a store of its own, never the user's, unless one is named."""
    url = store or f"sqlite:///{data_folder() / 'demo.sqlite'}"
    return Settings(url, user_cache_path("kedja") / "snapshots")


def neo4j_user() -> tuple[str, str]:
    """User and password for a Neo4j server: never in a URL, which logs and process lists show."""
    return os.environ.get("KEDJA_NEO4J_USER", ""), os.environ.get("KEDJA_NEO4J_PASSWORD", "")


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in Stockholm."""
    return now().astimezone(STOCKHOLM).date()


def language() -> str:
    """The language of answers in the terminal: Swedish where the environment says so, else English."""
    for name in ("KEDJA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "sv" if value.lower().startswith("sv") else "en"
    return "en"
