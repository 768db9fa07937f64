"""An answer as the API gives it."""

from __future__ import annotations

from ontology.label import Label
from visualisation.exporters import Exporter, Given


def _write(given: Given) -> bytes:
    assert given.answer is not None
    return given.answer.model_dump_json(indent=2).encode()


JSON = Exporter(
    "json",
    Label("JSON", "JSON"),
    Label("Hela svaret, som API:et ger det.", "The whole answer, as the API gives it."),
    "application/json",
    _write,
)
