"""An answer's main table as CSV."""

from __future__ import annotations

from ontology.label import Label
from visualisation.exporters import Exporter, Given


def _write(given: Given) -> bytes:
    from visualisation.export_csv import answer_csv

    assert given.answer is not None
    return answer_csv(given.answer, given.words)


CSV = Exporter(
    "csv",
    Label("CSV", "CSV"),
    Label(
        "Svarets huvudtabell, i UTF-8. På varje rad står när, vilket underlag och vad som inte är känt.",
        "The answer's main table, in UTF-8. Each row says when, on what ground, and what is not known.",
    ),
    "text/csv; charset=utf-8",
    _write,
)
