"""An answer or the whole graph for Gephi, Cytoscape and notebooks."""

from __future__ import annotations

from ontology.label import Label
from visualisation.exporters import Exporter, Given


def _write(given: Given) -> bytes:
    from visualisation.graphml import answer_graphml, graph_graphml

    return answer_graphml(given.answer, given.words) if given.answer else graph_graphml(given.snapshot)


GRAPHML = Exporter(
    "graphml",
    Label("GraphML", "GraphML"),
    Label(
        "Noder och länkar för Gephi, Cytoscape, R och Python.", "Nodes and links for Gephi, Cytoscape, R and Python."
    ),
    "application/graphml+xml",
    _write,
    graph=True,
)
