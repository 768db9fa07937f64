"""The graph as RDF: entities, direct relations, and a statement node for each link with who says it and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from graph.answer import Answer
from graph.sqlite import Store
from graph.store import At, Entity, StoredLink
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


def graph_as_rdf(store: Store, at: At, only: frozenset[str] | None = None) -> Graph:
    """Everything visible at a publication (``only``: of these entity and link ids). A denied link has its statement
    node but no direct relation."""
    graph = new_graph()

    def wanted(*ids: str) -> bool:
        return only is None or only.issuperset(ids)

    entities = [entity for entity in store.entities(at) if wanted(entity.id)]
    for entity in entities:
        _entity(graph, entity)
    for record in store.records(at):
        if wanted(record.entity):
            _properties(graph, ENTITY[record.entity], NODES[record.type].properties, record.properties)
            graph.add((ENTITY[record.entity], DCTERMS.source, _source_iri(record.source)))
    for link in store.links(at):
        if wanted(link.id, link.source, link.target):
            _link(graph, link)
    for known in store.sources(at).values():
        _source(graph, known)
    if any(key.startswith("demo:") for entity in entities for key in entity.keys):
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


def named_in(answer: Answer[Any]) -> frozenset[str]:
    """Ids of the entities and stored links that an answer names or rests on."""
    found = set(answer.evidence.links)
    for name in ("nodes", "links", "statements", "denied"):
        for item in getattr(answer.data, name, ()):
            found.add(item.node.id if hasattr(item, "node") else item.id)
    return frozenset(found)


def answer_turtle(store: Store, at: At, answer: Answer[Any]) -> str:
    """The part of the graph that an answer names: what was derived is not in it, only the facts that it rests on."""
    return str(graph_as_rdf(store, at, named_in(answer)).serialize(format="turtle"))


def graph_turtle(store: Store, at: At) -> str:
    return str(graph_as_rdf(store, at).serialize(format="turtle"))
