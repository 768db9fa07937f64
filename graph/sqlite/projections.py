"""Which graphs were published from a record, so that it can be said which of them are behind."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime

from graph.sqlite.core import Core
from graph.store import Projection
from ontology.records import canonical

_KEY = "projection:"
"""How the facts begin under which ``meta`` keeps them."""


def projections(core: Core) -> list[Projection]:
    """See ``Store.projections``."""
    rows = core.reader().execute("SELECT value FROM meta WHERE key GLOB ? ORDER BY key", (f"{_KEY}*",))
    return [_read(text) for (text,) in rows.fetchall()]


def note(core: Core, projection: Projection) -> None:
    """See ``Store.note``."""
    with core.writing(durable=True) as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY + projection.url, _text(projection)))


def forget(core: Core, url: str) -> None:
    """See ``Store.forget``."""
    with core.writing(durable=True) as connection:
        connection.execute("DELETE FROM meta WHERE key = ?", (_KEY + url,))


def _text(projection: Projection) -> str:
    return canonical(
        {name: value if isinstance(value, int) else str(value) for name, value in asdict(projection).items()}
    )


def _read(text: str) -> Projection:
    held = json.loads(text)
    at, day = datetime.fromisoformat(held["at"]), date.fromisoformat(held["valid_at"])
    return Projection(held["url"], held["publication"], held["clearance"], day, at)
