"""The graph as RDF conforms to the ontology's own shapes; a broken copy does not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pyshacl import validate
from rdflib import RDF, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from api.ask import ask
from api.export import given
from api.service import Service, When
from graph.answer import Answer
from graph.questions.declared.trace import Trace
from ontology.formats.rdf import ENTITY, KEDJA, statement_iri, term_iri
from ontology.formats.shacl import shapes_graph
from visualisation.exporters import exporters
from visualisation.rdf import demonstration, graph_as_rdf
from visualisation.words import Words


@pytest.fixture(scope="module")
def data(demo: Service) -> Graph:
    return graph_as_rdf(given(demo, When(), Words("en")))


def turtle(demo: Service, answer: Answer[Any] | None = None) -> str:
    return exporters().known["ttl"].write(given(demo, When(), Words("en"), answer)).decode()


def conforms(data: Graph) -> bool:
    result, _, text = validate(data, shacl_graph=shapes_graph())
    assert isinstance(text, str)
    return bool(result)


def test_the_demonstration_conforms_to_its_own_shapes(data: Graph) -> None:
    assert conforms(data)


def break_an_end(data: Graph) -> None:
    """A link that performs a contract, of all things."""
    statement = next(data.subjects(RDF.type, statement_iri("PERFORMS")))
    contract = next(data.subjects(RDF.type, KEDJA.Contract))
    data.set((statement, KEDJA.target, contract))


def break_a_term(data: Graph) -> None:
    step = next(data.subjects(KEDJA.stage, None))
    data.set((step, KEDJA.stage, term_iri("chain-stages", "somewhere")))


def break_a_confidence(data: Graph) -> None:
    statement = next(data.subjects(KEDJA.confidence, None))
    data.set((statement, KEDJA.confidence, Literal(1.5, datatype=XSD.double)))


def break_a_name(data: Graph) -> None:
    site = next(data.subjects(RDF.type, KEDJA.Site))
    data.remove((site, KEDJA.name, None))


@pytest.mark.parametrize("damage", [break_an_end, break_a_term, break_a_confidence, break_a_name])
def test_a_copy_with_one_thing_broken_does_not(data: Graph, damage: object) -> None:
    copy = Graph()
    for triple in data:
        copy.add(triple)
    assert callable(damage)
    damage(copy)
    assert not conforms(copy)


def test_a_denied_link_has_a_statement_but_no_direct_relation(demo: Service, data: Graph) -> None:
    links = list(demo.store.links(demo.at(When())))
    denied = [link for link in links if link.common.polarity.value == "denied"]
    assert denied
    for link in denied:
        assert (None, KEDJA.polarity, Literal("denied")) in data
        said = {
            other.common.polarity.value
            for other in links
            if (other.type, other.source, other.target) == (link.type, link.source, link.target)
        }
        direct = (ENTITY[link.source], KEDJA[link.type.lower()], ENTITY[link.target])
        assert (direct in data) == ("asserted" in said)


def test_every_link_has_a_statement_that_names_its_source(demo: Service, data: Graph) -> None:
    for link in demo.store.links(demo.at(When())):
        subject = URIRef(f"urn:kedja:link:{link.id}")
        assert (subject, DCTERMS.source, URIRef(f"urn:kedja:source:{link.origin}")) in data


def test_the_graph_says_that_it_is_a_demonstration(demo: Service) -> None:
    text = turtle(demo)
    assert all(words in text for words in demonstration().values())


def test_an_answer_as_rdf_is_the_part_of_the_graph_that_it_names(demo: Service, data: Graph) -> None:
    answer = ask(demo, When(), Trace(start=("demo:contract-gloves-kalmar",), risk="forced-labour"))
    part = Graph().parse(data=turtle(demo, answer), format="turtle")
    assert answer.data is not None
    assert 0 < len(part) < len(data)
    for item in answer.data.nodes:
        assert (ENTITY[item.node.id], RDF.type, KEDJA[item.node.type]) in part


def test_a_day_is_a_day_without_a_zone_and_reads_back_as_it_was_written(demo: Service, data: Graph) -> None:
    """rdflib 7.6.0 drops the zone of a day, and then tells days apart by it: none may have one."""
    days = {literal for literal in data.objects() if isinstance(literal, Literal) and literal.datatype == XSD.date}
    assert len(days) > 5
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(day)) for day in days)
    again = Graph().parse(data=turtle(demo), format="turtle")
    read = {literal for literal in again.objects() if isinstance(literal, Literal) and literal.datatype == XSD.date}
    assert {literal.n3() for literal in read} == {literal.n3() for literal in days}


def test_all_facts_stand_in_one_graph(data: Graph) -> None:
    """pySHACL 0.40.1 asks each named graph by itself: a firm in one and its name in another would not conform."""
    assert type(data) is Graph
    assert not data.context_aware
