"""Answers and the whole graph as GraphML, by way of networkx: for Gephi, Cytoscape and notebooks."""

from __future__ import annotations

import io
from typing import Any

import networkx as nx

from graph.answer import Answer
from graph.data import LinkData, Node
from graph.snapshot.topology import LINK_TYPES, NODE_TYPES, STATUSES
from graph.snapshot.view import Snapshot
from ontology.values import from_day
from visualisation.drawing import drawing_of
from visualisation.marks import Level, level_name
from visualisation.sentences import Teller
from visualisation.sheets import stamp
from visualisation.text import shown
from visualisation.words import Words

UNKNOWN = "unknown"
NONE = "none"
Network = nx.MultiDiGraph


def answer_graphml(answer: Answer[Any], words: Words) -> bytes:
    """Everything that an answer names, with the stamp as attributes of the graph."""
    return graphml(answer_to_networkx(answer, words))


def graph_graphml(snapshot: Snapshot) -> bytes:
    """The whole snapshot: every entity and every stored link, of every validity."""
    return graphml(graph_to_networkx(snapshot))


def graphml(network: Network[str]) -> bytes:
    out = io.BytesIO()
    nx.write_graphml_xml(network, out, encoding="utf-8", prettyprint=True)
    return out.getvalue()


def answer_to_networkx(answer: Answer[Any], words: Words) -> Network[str]:
    """The answer's nodes and links as a networkx graph. What is not known reads ``unknown``, never zero or nothing."""
    network: Network[str] = nx.MultiDiGraph()
    network.graph.update({name: shown(value) for name, value in stamp(answer, words)})
    if answer.data is None:
        return network
    teller = Teller(answer, words)
    marks = {mark.id: mark for mark in drawing_of(answer.data).marks}
    for node in sorted(teller.nodes.values(), key=lambda node: node.id):
        mark = marks.get(node.id)
        level = mark.level if mark else Level.NO_RISK
        more: dict[str, str | int | float] = {"drawn": mark is not None}
        if mark is not None and mark.tier is not None:
            more["tier"] = mark.tier
        if level is not Level.NO_RISK:
            more["level"] = level.value
            more["severity"] = level_name(level, words)
        if mark is not None and mark.reach is not None and level not in (Level.UNKNOWN, Level.UNSTATED):
            more |= {"low": mark.reach.low, "high": mark.reach.high}
        network.add_node(node.id, **_node(node, teller), **more)
    for link in sorted(teller.links.values(), key=lambda link: link.id):
        network.add_edge(link.source, link.target, key=link.id, **_link(link))
    return network


def _node(node: Node, teller: Teller) -> dict[str, str | bool]:
    words = teller.words
    conflicts = [f"{words.property(node.type, c.property)}: {teller.differing(node.type, c)}" for c in node.conflicts]
    return {
        "label": shown(node.name or node.id),
        "type": node.type,
        "keys": shown(" ".join(node.keys)) or UNKNOWN,
        "stage": node.stage or UNKNOWN,
        "country": node.country or UNKNOWN,
        "generic": node.generic,
        "ghost": node.ghost,
        "denied": node.denied,
        "conflicts": shown("; ".join(conflicts)) or NONE,
    }


def _link(link: LinkData) -> dict[str, str | float | bool]:
    return {
        "type": link.type,
        "resolution": link.resolution.value if link.resolution else NONE,
        "status": link.status,
        "confidence": link.confidence,
        "valid_from": link.valid_from.isoformat() if link.valid_from else UNKNOWN,
        "valid_to": link.valid_to.isoformat() if link.valid_to else UNKNOWN,
        "denied": link.denied,
    }


def graph_to_networkx(snapshot: Snapshot) -> Network[str]:
    """The whole snapshot as a networkx graph; derived links are left out, they follow from the others."""
    vertices, edges = snapshot.topology.vertices, snapshot.topology.edges
    demonstration = Words("en")("app.demonstration") if snapshot.demonstration else ""
    network: Network[str] = nx.MultiDiGraph(snapshot=snapshot.hash, demonstration=demonstration)
    ids = [snapshot.id(vertex) for vertex in range(snapshot.n)]
    for vertex, id in enumerate(ids):
        keys = " ".join(snapshot.keys(vertex))
        network.add_node(
            id,
            label=shown(snapshot.name(vertex) or id),
            type=NODE_TYPES[int(vertices.type[vertex])],
            keys=shown(keys) or UNKNOWN,
            ghost=bool(vertices.ghost[vertex]),
        )
    for edge in range(len(edges)):
        if edges.derived[edge]:
            continue
        confidence = float(edges.confidence[edge])
        start, end = from_day(int(edges.valid_from[edge])), from_day(int(edges.valid_to[edge]))
        network.add_edge(
            ids[int(edges.source[edge])],
            ids[int(edges.target[edge])],
            key=edges.id(edge),
            type=LINK_TYPES[int(edges.type[edge])],
            status=STATUSES[int(edges.status[edge])].value,
            confidence=UNKNOWN if confidence != confidence else repr(confidence),
            denied=bool(edges.denied[edge]),
            valid_from=start.isoformat() if start else UNKNOWN,
            valid_to=end.isoformat() if end else UNKNOWN,
        )
    return network
