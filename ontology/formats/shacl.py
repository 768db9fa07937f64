"""The ontology as SHACL shapes: what a graph exported as RDF must look like."""

from __future__ import annotations

from itertools import count

from rdflib import RDF, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from ontology.formats.rdf import COMMON, KEDJA, STATEMENT, datatype, new_graph, statement_iri, term_iri
from ontology.model import LINKS, NODES, LinkType, Property
from ontology.vocabulary import vocabulary


class _Shapes:
    """Builds shapes with numbered blank nodes, so that the text is the same every time."""

    def __init__(self) -> None:
        self.graph: Graph = new_graph()
        self.graph.bind("sh", SH)
        self._number = count()

    def blank(self) -> BNode:
        return BNode(f"b{next(self._number):05d}")

    def list(self, items: list[Node]) -> BNode:
        head = self.blank()
        nodes = [head, *(self.blank() for _ in items[1:])]
        for place, item in enumerate(items):
            self.graph.add((nodes[place], RDF.first, item))
            self.graph.add((nodes[place], RDF.rest, nodes[place + 1] if place + 1 < len(items) else RDF.nil))
        return head

    def property(self, shape: URIRef, path: URIRef, **constraints: Node) -> BNode:
        node = self.blank()
        self.graph.add((shape, SH.property, node))
        self.graph.add((node, SH.path, path))
        for name, value in constraints.items():
            self.graph.add((node, SH[name], value))
        return node

    def declared(self, shape: URIRef, name: str, declared: Property) -> None:
        constraints: dict[str, Node] = {}
        if declared.required:
            constraints["minCount"] = Literal(1)
        if declared.vocabulary:
            terms: list[Node] = [term_iri(declared.vocabulary, t) for t in vocabulary(declared.vocabulary).terms]
            constraints["in"] = self.list(terms)
        else:
            constraints["datatype"] = datatype(declared)
        self.property(shape, KEDJA[name], **constraints)

    def end(self, shape: URIRef, path: URIRef, types: tuple[str, ...]) -> None:
        options: list[Node] = []
        for name in types:
            option = self.blank()
            self.graph.add((option, SH["class"], KEDJA[name]))
            options.append(option)
        constraints: dict[str, Node] = {"minCount": Literal(1), "maxCount": Literal(1), "or": self.list(options)}
        self.property(shape, path, **constraints)

    def link(self, link: LinkType) -> None:
        shape = URIRef(f"{statement_iri(link.name)}Shape")
        self.graph.add((shape, RDF.type, SH.NodeShape))
        self.graph.add((shape, SH.targetClass, statement_iri(link.name)))
        self.end(shape, KEDJA.source, link.source)
        self.end(shape, KEDJA.target, link.target)
        for name, declared in link.properties.items():
            self.declared(shape, name, declared)

    def common(self) -> None:
        shape = URIRef(f"{STATEMENT}Shape")
        self.graph.add((shape, RDF.type, SH.NodeShape))
        for link in LINKS.values():
            self.graph.add((shape, SH.targetClass, statement_iri(link.name)))
        for name, values in COMMON.items():
            items: list[Node] = [Literal(value) for value in values]
            self.property(shape, KEDJA[name], **{"in": self.list(items), "minCount": Literal(1)})
        limits = {"minInclusive": Literal(0.0), "maxInclusive": Literal(1.0)}
        self.property(shape, KEDJA.confidence, datatype=XSD.double, **limits)
        for name in ("valid_from", "valid_to"):
            self.property(shape, KEDJA[name], datatype=XSD.date, maxCount=Literal(1))


def shapes_graph() -> Graph:
    """A node shape for each node type and each class of statements."""
    shapes = _Shapes()
    for node in NODES.values():
        shape = KEDJA[f"{node.name}Shape"]
        shapes.graph.add((shape, RDF.type, SH.NodeShape))
        shapes.graph.add((shape, SH.targetClass, KEDJA[node.name]))
        for name, declared in node.properties.items():
            shapes.declared(shape, name, declared)
    for link in LINKS.values():
        shapes.link(link)
    shapes.common()
    return shapes.graph


def shapes_turtle() -> str:
    return str(shapes_graph().serialize(format="longturtle"))
