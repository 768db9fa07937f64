"""The ontology as OWL, its vocabularies as SKOS. Names of things in RDF are made here, for the graph's export too."""

from __future__ import annotations

from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS

from ontology.model import LINKS, NODES, VERSION, Property
from ontology.records import Polarity, Secrecy, Status
from ontology.vocabulary import Vocabulary, vocabulary, vocabulary_names

KEDJA = Namespace("urn:kedja:ontology#")
ENTITY = Namespace("urn:kedja:entity:")
LINK = Namespace("urn:kedja:link:")
STATEMENT = KEDJA.Statement
COMMON = {
    "status": tuple(s.value for s in Status),
    "polarity": tuple(p.value for p in Polarity),
    "secrecy": tuple(s.name.lower() for s in Secrecy),
}


def term_iri(name: str, term: str) -> URIRef:
    return URIRef(f"urn:kedja:vocabulary:{name}#{term}")


def camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(part.capitalize() for part in rest)


def relation_iri(link: str) -> URIRef:
    """The direct property of a link type: ``k:deliveredUnder``."""
    return KEDJA[camel(link)]


def statement_iri(link: str) -> URIRef:
    """The class of statements of a link type: ``k:DeliveredUnderStatement``."""
    name = camel(link)
    return KEDJA[f"{name[0].upper()}{name[1:]}Statement"]


def datatype(declared: Property) -> URIRef:
    """The XSD datatype of a property that has no vocabulary."""
    text = str(declared.annotation)
    for word, type in (
        ("bool", XSD.boolean),
        ("int", XSD.integer),
        ("float", XSD.double),
        ("Decimal", XSD.decimal),
        ("date", XSD.date),
    ):
        if word in text:
            return type
    return XSD.string


def new_graph() -> Graph:
    graph = Graph()
    for prefix, namespace in (("k", KEDJA), ("skos", SKOS), ("owl", OWL), ("dcterms", DCTERMS)):
        graph.bind(prefix, namespace)
    return graph


def _labels(graph: Graph, subject: URIRef, sv: str, en: str, definition: str) -> None:
    graph.add((subject, RDFS.label, Literal(sv, lang="sv")))
    graph.add((subject, RDFS.label, Literal(en, lang="en")))
    graph.add((subject, SKOS.definition, Literal(definition, lang="en")))


def _properties(graph: Graph, owner: URIRef, properties: dict[str, Property]) -> None:
    for name, declared in properties.items():
        subject = KEDJA[name]
        kind = OWL.ObjectProperty if declared.vocabulary else OWL.DatatypeProperty
        graph.add((subject, RDF.type, kind))
        graph.add((subject, RDFS.label, Literal(declared.label.sv, lang="sv")))
        graph.add((subject, RDFS.label, Literal(declared.label.en, lang="en")))
        graph.add((subject, KEDJA.ofType, owner))
        if not declared.vocabulary:
            graph.add((subject, RDFS.range, datatype(declared)))


def _scheme(graph: Graph, terms: Vocabulary) -> None:
    scheme = URIRef(f"urn:kedja:vocabulary:{terms.name}")
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    for term in terms.terms.values():
        subject = term_iri(terms.name, term.id)
        graph.add((subject, RDF.type, SKOS.Concept))
        graph.add((subject, SKOS.inScheme, scheme))
        graph.add((subject, SKOS.notation, Literal(term.id)))
        for lang, label, text in (("sv", term.label.sv, term.definition.sv), ("en", term.label.en, term.definition.en)):
            graph.add((subject, SKOS.prefLabel, Literal(label, lang=lang)))
            graph.add((subject, SKOS.definition, Literal(text, lang=lang)))
        graph.add((subject, DCTERMS.source, Literal(term.source)))
        if term.broader:
            graph.add((subject, SKOS.broader, term_iri(terms.name, term.broader)))
        else:
            graph.add((subject, SKOS.topConceptOf, scheme))


def ontology_graph() -> Graph:
    """Classes, relations, statement classes, properties and concept schemes."""
    graph = new_graph()
    ontology = URIRef("urn:kedja:ontology")
    graph.add((ontology, RDF.type, OWL.Ontology))
    graph.add((ontology, OWL.versionInfo, Literal(VERSION)))
    _labels(graph, STATEMENT, "Utsaga", "Statement", "What one source says relates two things.")
    graph.add((STATEMENT, RDF.type, OWL.Class))
    for node in NODES.values():
        subject = KEDJA[node.name]
        graph.add((subject, RDF.type, OWL.Class))
        _labels(graph, subject, node.label.sv, node.label.en, node.definition)
        _properties(graph, subject, dict(node.properties))
    for link in LINKS.values():
        relation, statement = relation_iri(link.name), statement_iri(link.name)
        graph.add((relation, RDF.type, OWL.ObjectProperty))
        _labels(graph, relation, link.label.sv, link.label.en, link.definition)
        graph.add((statement, RDF.type, OWL.Class))
        graph.add((statement, RDFS.subClassOf, STATEMENT))
        graph.add((statement, KEDJA.relation, relation))
        for family in sorted(link.passes):
            graph.add((relation, KEDJA.passes, Literal(family.value)))
        _properties(graph, statement, dict(link.properties))
    for name in vocabulary_names():
        _scheme(graph, vocabulary(name))
    return graph


def ontology_turtle() -> str:
    return str(ontology_graph().serialize(format="longturtle"))
