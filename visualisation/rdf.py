"""The graph as RDF: entities, direct relations, and a statement node for each link with who says it and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from graph.store import Entity, StoredLink
from ontology.formats.rdf import (
    ENTITY,
    KEDJA,
    LINK,
    datatype,
    new_graph,
    relation_iri,
    statement_iri,
    term_iri,
)
from ontology.model import LINKS, NODES, Property
from ontology.records import Common, Polarity, Source
from visualisation.exporters import Given
from visualisation.words import LANGUAGES, Words


def demonstration() -> dict[str, str]:
    """The banner of demonstration data by language."""
    return {lang: Words(lang)("app.demonstration") for lang in LANGUAGES}


def _properties(graph: Graph, subject: URIRef, declared: Mapping[str, Property], given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        for item in value if isinstance(value, list) else [value]:
            vocabulary = declared[name].vocabulary
            node = term_iri(vocabulary, str(item)) if vocabulary else Literal(item, datatype=datatype(declared[name]))
            graph.add((subject, KEDJA[name], node))


def _day(graph: Graph, subject: URIRef, name: str, day: date | None) -> None:
    if day is not None:
        graph.add((subject, KEDJA[name], Literal(day)))


def _source_iri(id: str) -> URIRef:
    return URIRef(f"urn:kedja:source:{id}")


def _common(graph: Graph, subject: URIRef, common: Common, source: str) -> None:
    graph.add((subject, KEDJA.status, Literal(common.status.value)))
    graph.add((subject, KEDJA.polarity, Literal(common.polarity.value)))
    graph.add((subject, KEDJA.secrecy, Literal(common.secrecy.name.lower())))
    if common.confidence is not None:
        graph.add((subject, KEDJA.confidence, Literal(float(common.confidence))))
    _day(graph, subject, "valid_from", common.valid_from)
    _day(graph, subject, "valid_to", common.valid_to)
    if common.cites:
        graph.add((subject, DCTERMS.bibliographicCitation, Literal(common.cites)))
    graph.add((subject, DCTERMS.source, _source_iri(source)))


def _source(graph: Graph, source: Source) -> None:
    subject = _source_iri(source.id)
    graph.add((subject, RDF.type, KEDJA.Source))
    for predicate, text in (
        (DCTERMS.title, source.title),
        (DCTERMS.publisher, source.publisher),
        (DCTERMS.license, source.licence),
        (RDFS.seeAlso, source.url),
    ):
        if text:
            graph.add((subject, predicate, Literal(text)))


def graph_as_rdf(given: Given) -> Graph:
    """The facts of what is given. A denied link has its statement node but no direct relation."""
    graph = new_graph()
    for entity in given.entities():
        _entity(graph, entity)
    for record in given.records():
        _properties(graph, ENTITY[record.entity], NODES[record.type].properties, record.properties)
        graph.add((ENTITY[record.entity], DCTERMS.source, _source_iri(record.source)))
    for link in given.links():
        _link(graph, link)
    for known in given.store.sources(given.at).values():
        _source(graph, known)
    if given.snapshot.demonstration:
        for lang, text in demonstration().items():
            graph.add((URIRef("urn:kedja:graph"), RDFS.comment, Literal(text, lang=lang)))
    return graph


def _entity(graph: Graph, entity: Entity) -> None:
    subject = ENTITY[entity.id]
    graph.add((subject, RDF.type, KEDJA[entity.type]))
    for key in entity.keys:
        graph.add((subject, DCTERMS.identifier, Literal(key)))
    if entity.ghost:
        graph.add((subject, KEDJA.name, Literal(entity.name)))
        graph.add((subject, KEDJA.ghost, Literal(True)))


def _link(graph: Graph, link: StoredLink) -> None:
    subject, source, target = LINK[link.id], ENTITY[link.source], ENTITY[link.target]
    graph.add((subject, RDF.type, statement_iri(link.type)))
    graph.add((subject, KEDJA.source, source))
    graph.add((subject, KEDJA.target, target))
    _properties(graph, subject, LINKS[link.type].properties, link.properties)
    _common(graph, subject, link.common, link.origin)
    if link.common.polarity is Polarity.ASSERTED:
        graph.add((source, relation_iri(link.type), target))
