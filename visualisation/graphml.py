"""Answers and the whole graph as GraphML, by way of networkx: for Gephi, Cytoscape and notebooks."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Sequence
from math import isnan
from typing import Any

import networkx as nx

from graph.answer import Answer
from graph.data import LinkData, Node
from graph.snapshot.topology import LINK_TYPES, NODE_TYPES, STATUSES
from graph.snapshot.view import Snapshot
from ontology.values import from_day
from visualisation.marks import Level, level_name
from visualisation.sentences import Teller
from visualisation.sheets import stamp
from visualisation.text import shown
from visualisation.views import view_of
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


class _Writer(nx.readwrite.graphml.GraphMLWriter):
    """Writes yes and no as XML does. networkx writes them as Python does, which rustworkx refuses."""

    def add_data(self, name: str, element_type: type, value: str, scope: str = "all", default: object = None) -> Any:
        text = value.lower() if element_type is bool else value
        return super().add_data(name, element_type, text, scope, default)


def graphml(network: Network[str]) -> bytes:
    """The file, in which each attribute has one type. Changes the network's attributes to that end.

    What is missing is left out, as readers expect; but a yes or no that some lack is a text everywhere, with
    ``unknown``, since igraph reads a missing one as no.
    """
    for rows in ([data for _, data in network.nodes(data=True)], [data for *_, data in network.edges(data=True)]):
        _even(rows)
    out = io.BytesIO()
    _Writer(network, infer_numeric_types=True).dump(out)
    return out.getvalue()


def _even(rows: Sequence[dict[str, Any]]) -> None:
    kinds: dict[str, Counter[type]] = defaultdict(Counter)
    for row in rows:
        for name, value in row.items():
            kinds[name][type(value)] += 1
    for name, found in kinds.items():
        if found[bool] and found != {bool: len(rows)}:
            for row in rows:
                value = row.get(name, UNKNOWN)
                row[name] = str(value).lower() if isinstance(value, bool) else str(value)


def answer_to_networkx(answer: Answer[Any], words: Words) -> Network[str]:
    """The answer's nodes and links as a networkx graph. What is not known reads ``unknown``, or is no number at all.

    ``link_id`` is a link's id, which igraph 1.0.0 does not give as such.
    """
    network: Network[str] = nx.MultiDiGraph()
    network.graph.update({name: shown(value) for name, value in stamp(answer, words)})
    if answer.data is None:
        return network
    teller = Teller(answer, words)
    drawing = view_of(answer).drawing
    marks = {mark.id: mark for mark in drawing(answer.data).marks} if drawing else {}
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
        "link_id": link.id,
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
        stated = {} if isnan(confidence) else {"confidence": confidence}
        network.add_edge(
            ids[int(edges.source[edge])],
            ids[int(edges.target[edge])],
            key=edges.id(edge),
            link_id=edges.id(edge),
            type=LINK_TYPES[int(edges.type[edge])],
            status=STATUSES[int(edges.status[edge])].value,
            denied=bool(edges.denied[edge]),
            valid_from=start.isoformat() if start else UNKNOWN,
            valid_to=end.isoformat() if end else UNKNOWN,
            **stated,
        )
    return network
