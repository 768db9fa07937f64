"""All tables of an answer as a workbook."""

from __future__ import annotations

from ontology.label import Label
from visualisation.exporters import Exporter, Given


def _write(given: Given) -> bytes:
    from visualisation.export_xlsx import answer_xlsx

    assert given.answer is not None
    return answer_xlsx(given.answer, given.words)


XLSX = Exporter(
    "xlsx",
    Label("Excel (XLSX)", "Excel (XLSX)"),
    Label(
        "Alla svarets tabeller, ett blad var: även länkar, utsagor, källor och vad som inte är känt.",
        "All tables of the answer, a sheet each: links, statements, sources and what is not known as well.",
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    _write,
)
