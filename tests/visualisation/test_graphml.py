"""GraphML as its readers read it: networkx, rustworkx and igraph."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import igraph
import networkx as nx
import pytest
import rustworkx

from graph.snapshot.topology import GraphLink, GraphNode
from graph.snapshot.view import Snapshot
from ontology.records import Polarity
from tests.visualisation import made
from visualisation.graphml import answer_graphml, graph_graphml, graphml
from visualisation.words import Words

NAMESPACE = "{http://graphml.graphdrawing.org/xmlns}"


def whole() -> bytes:
    """One site with three links: with a broken confidence, a whole one and none; one of them denied."""
    nodes = [GraphNode("site", "Site", "Plant"), *(GraphNode(n, "Step", n, ghost=n == "b") for n in "abc")]
    denied = {"b": Polarity.DENIED}
    links = [
        GraphLink("PERFORMS", "site", step, confidence=confidence, polarity=denied.get(step, Polarity.ASSERTED))
        for step, confidence in (("a", 0.5), ("b", 1), ("c", None))
    ]
    return graph_graphml(Snapshot.made(nodes, links, valid_at=date(2026, 11, 1)))


FILES: dict[str, Callable[[], bytes]] = {
    "whole graph": whole,
    "trace": lambda: answer_graphml(made.gloves(), Words("en")),
    "exposure": lambda: answer_graphml(made.exposed(), Words("sv")),
    "affected": lambda: answer_graphml(made.affected(), Words("en")),
    "paths": lambda: answer_graphml(made.paths(), Words("en")),
}
every_file = pytest.mark.parametrize("name", FILES)


def by_networkx(content: bytes) -> Any:
    return nx.read_graphml(io.BytesIO(content), force_multigraph=True)


def by_rustworkx(content: bytes, folder: Path) -> Any:
    (folder / "it.graphml").write_bytes(content)
    [graph] = rustworkx.read_graphml(str(folder / "it.graphml"))
    return graph


def by_igraph(content: bytes, folder: Path) -> Any:
    (folder / "it.graphml").write_bytes(content)
    return igraph.Graph.Read_GraphML(str(folder / "it.graphml"))


@every_file
def test_each_attribute_has_one_type_and_yes_and_no_are_as_xml_has_them(name: str) -> None:
    root = ET.fromstring(FILES[name]())
    keys = {key.attrib["id"]: key.attrib for key in root.iter(f"{NAMESPACE}key")}
    assert set(Counter((key["for"], key["attr.name"]) for key in keys.values()).values()) == {1}
    texts = [data.text for data in root.iter(f"{NAMESPACE}data") if keys[data.attrib["key"]]["attr.type"] == "boolean"]
    assert texts
    assert set(texts) <= {"true", "false"}
    types = {key["attr.name"]: key["attr.type"] for key in keys.values() if key["for"] == "edge"}
    assert types["confidence"] == "double"


def told(node: dict[str, Any]) -> tuple[Any, ...]:
    """What a reader says of a node; of text that is missing igraph says that it is empty."""
    return node.get("label") or None, node.get("type") or None, node["ghost"]


@every_file
def test_the_readers_agree_on_every_node_and_link(name: str, tmp_path: Path) -> None:
    content = FILES[name]()
    first = by_networkx(content)
    rust, other = by_rustworkx(content, tmp_path), by_igraph(content, tmp_path)
    nodes = {id: told(data) for id, data in first.nodes(data=True)}
    assert nodes == {node["id"]: told(node) for node in rust.nodes()}
    assert nodes == {vertex["id"]: told(vertex.attributes()) for vertex in other.vs}
    links = {data["link_id"]: (a, b, data["type"], data["denied"]) for a, b, data in first.edges(data=True)}
    assert {key for *_, key in first.edges(keys=True)} == set(links)
    ids = [node["id"] for node in rust.nodes()]
    assert links == {
        data["link_id"]: (ids[a], ids[b], data["type"], data["denied"]) for a, b, data in rust.weighted_edge_list()
    }
    assert links == {
        e["link_id"]: (other.vs[e.source]["id"], other.vs[e.target]["id"], e["type"], e["denied"]) for e in other.es
    }


def test_a_confidence_that_nobody_gave_is_missing_and_no_number(tmp_path: Path) -> None:
    content = whole()
    stated = {b: data.get("confidence") for _, b, data in by_networkx(content).edges(data=True)}
    assert stated == {"a": 0.5, "b": 1.0, "c": None}
    rust = by_rustworkx(content, tmp_path)
    assert sorted(str(data.get("confidence")) for data in rust.edges()) == ["0.5", "1.0", "None"]
    read = by_igraph(content, tmp_path)
    assert sorted(str(e["confidence"]) for e in read.es) == ["0.5", "1.0", "nan"]


def test_a_yes_or_no_that_some_lack_is_told_apart_from_no_by_every_reader(tmp_path: Path) -> None:
    network: Any = nx.MultiDiGraph()
    for id, more in (("a", {"known": True}), ("b", {"known": False}), ("c", {})):
        network.add_node(id, **more)
    network.add_edge("a", "b", key="l", weight=3)
    network.add_edge("b", "c", key="m", weight=2.5)
    content = graphml(network)
    expected = {"a": "true", "b": "false", "c": "unknown"}
    assert dict(by_networkx(content).nodes(data="known")) == expected
    assert {n["id"]: n["known"] for n in by_rustworkx(content, tmp_path).nodes()} == expected
    read = by_igraph(content, tmp_path)
    assert {v["id"]: v["known"] for v in read.vs} == expected
    assert [e["weight"] for e in read.es] == [3.0, 2.5]
