"""JSON-LD that is written is the graph of Turtle, with others' words beside ours; it passes our shapes."""

from __future__ import annotations

import pytest
from pyshacl import validate
from rdflib import PROV, RDF, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS
from rdflib.term import Node

from api.export import given
from api.service import Service, When
from ontology.alignments import EPO, ROV, alignments
from ontology.formats.rdf import ENTITY, KEDJA
from ontology.formats.shacl import shapes_graph
from ontology.records import Common, Link, Polarity, Record, Ref
from tests.contract.saying import company
from tests.exchange.conftest import Exchange, World
from visualisation.exporters import exporters
from visualisation.facts import codes
from visualisation.words import Words

ORG, EP, ROVS = Namespace("http://www.w3.org/ns/org#"), Namespace(EPO), Namespace(ROV)


def read(service: Service, format: str) -> Graph:
    content = exporters().known[format].write(given(service, When(), Words("en")))
    return Graph().parse(data=content, format={"jsonld": "json-ld", "ttl": "turtle"}[format])


def plain(node: Node) -> object:
    """A node as RDF 1.1 knows it: text without a datatype is xsd:string, and 1.0 is the decimal 1."""
    if not isinstance(node, Literal):
        return node
    value = node.toPython() if node.datatype == XSD.decimal else str(node)
    return value, node.language, node.datatype or (None if node.language else XSD.string)


def test_what_is_aligned_is_declared() -> None:
    assert set(alignments()) <= set(codes())


def test_all_that_turtle_says_is_said_and_more(demo: Service) -> None:
    ours, other = read(demo, "ttl"), read(demo, "jsonld")
    assert len(other) > len(ours)
    assert {tuple(map(plain, triple)) for triple in ours} <= {tuple(map(plain, triple)) for triple in other}


@pytest.fixture
def world(exchange: Exchange) -> World:
    def link(type: str, source: tuple[str, str], target: tuple[str, str], common: Common | None = None) -> Link:
        return Link(type, Ref(*source), Ref(*target), common=common or Common())

    contract, holder, buyer = (
        ("Contract", "local:c"),
        ("Organisation", "se-orgnr:5566778899"),
        ("Organisation", "local:b"),
    )
    cpv, own = ("Category", "cpv:33141420"), ("Category", "own:gloves")
    return exchange.saying(
        [
            company(holder[1], "Holder"), company(buyer[1], "Buyer"), Record("Contract", "local:c", {"name": "Gloves"}),
            Record("Lot", "local:l", {"name": "Lot"}), Record("Procurement", "local:p", {"name": "All"}),
            Record("Category", cpv[1], {"name": "Gloves"}), Record("Category", own[1], {"name": "Gloves"}),
            Record("Site", "local:s", {"name": "Plant", "latitude": 3.5, "longitude": 101.5}),
            link("HOLDS", holder, contract), link("SERVES", contract, buyer),
            link("PART_OF", ("Lot", "local:l"), ("Procurement", "local:p")),
            Link("MATCHES", Ref(*own), Ref(*cpv), {"relation": "broader"}),
            link("OPERATES", holder, ("Site", "local:s")),
            link("OPERATES", buyer, ("Site", "local:s"), Common(polarity=Polarity.DENIED)),
        ]
    )  # fmt: skip


def test_it_says_the_same_in_the_words_of_others(world: World) -> None:
    graph = read(world.service, "jsonld")
    id = {one.name if one.type != "Category" else one.keys[0]: ENTITY[one.id] for one in world.entities.values()}
    contract = next(ENTITY[one.id] for one in world.of("Contract"))
    (role,) = graph.objects(contract, EP.signedByContractor)
    assert (role, EP.playedBy, id["Holder"]) in graph
    assert (next(iter(graph.objects(contract, EP.signedByBuyer))), EP.playedBy, id["Buyer"]) in graph
    assert (id["All"], EP.hasProcurementScopeDividedIntoLot, id["Lot"]) in graph
    assert (id["own:gloves"], SKOS.broadMatch, id["cpv:33141420"]) in graph
    assert (id["Holder"], ORG.hasSite, id["Plant"]) in graph
    assert (id["Buyer"], ORG.hasSite, id["Plant"]) not in graph, "that is denied"
    (number,) = graph.objects(id["Holder"], ROVS.registration)
    assert (number, SKOS.notation, Literal("5566778899")) in graph
    assert not list(graph.objects(id["Buyer"], ROVS.registration))
    assert (id["Plant"], RDF.type, ORG.Site) in graph
    (latitude,) = graph.objects(id["Plant"], URIRef(alignments()["Site.latitude"]))
    assert float(str(latitude)) == 3.5
    (source,) = graph.objects(id["Plant"], PROV.hadPrimarySource)
    assert (id["Plant"], DCTERMS.source, source) in graph
    assert list(graph.objects(source, PROV.wasAttributedTo))


def test_it_passes_the_shapes_of_the_ontology(world: World) -> None:
    graph = read(world.service, "jsonld")
    conforms, _, text = validate(graph, shacl_graph=shapes_graph())
    assert conforms, text
    assert (None, RDF.type, KEDJA.Contract) in graph
