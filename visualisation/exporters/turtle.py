"""The facts of an answer, or all, as RDF in Turtle."""

from __future__ import annotations

from ontology.label import Label
from visualisation.exporters import Exporter, Given


def _write(given: Given) -> bytes:
    from visualisation.rdf import graph_as_rdf

    return graph_as_rdf(given).serialize(format="turtle", encoding="utf-8")


TURTLE = Exporter(
    "ttl",
    Label("RDF (Turtle)", "RDF (Turtle)"),
    Label(
        "De utsagor som svaret vilar på, med vem som säger dem och när de gäller.",
        "The statements that the answer rests on, with who says them and when they hold.",
    ),
    "text/turtle; charset=utf-8",
    _write,
    graph=True,
)
