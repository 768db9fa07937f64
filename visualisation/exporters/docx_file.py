"""An answer as a report in Word."""

from __future__ import annotations

from ontology.label import Label
from visualisation.exporters import Exporter, Given


def _write(given: Given) -> bytes:
    from visualisation.export_docx import answer_docx

    assert given.answer is not None
    return answer_docx(given.answer, given.words)


DOCX = Exporter(
    "docx",
    Label("Rapport (DOCX)", "Report (DOCX)"),
    Label(
        "Svaret som rapport: vad det blir, vad som är okänt och vem som kan svara, och tabellerna.",
        "The answer as a report: what it comes to, what is unknown and who could tell, and the tables.",
    ),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    _write,
    shows=lambda view: view.report is not None,
)
