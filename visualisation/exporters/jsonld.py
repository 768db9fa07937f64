"""The facts as JSON-LD: as in Turtle, and beside it in the words of ORG, RegOrg, ePO, PROV and SKOS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ontology.label import Label
from visualisation.exporters import Exporter, Given

if TYPE_CHECKING:
    from rdflib import Graph

    from graph.store import StoredLink

CONTEXT = {
    "k": "urn:kedja:ontology#",
    "org": "http://www.w3.org/ns/org#",
    "rov": "http://www.w3.org/ns/regorg#",
    "adms": "http://www.w3.org/ns/adms#",
    "epo": "http://data.europa.eu/a4g/ontology#",
    "prov": "http://www.w3.org/ns/prov#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "foaf": "http://xmlns.com/foaf/0.1/",
}


def write(given: Given) -> bytes:
    from visualisation.rdf import graph_as_rdf

    graph = graph_as_rdf(given)
    _things(graph, given)
    for link in given.links():
        _link(graph, link)
    _sources(graph, given)
    return graph.serialize(format="json-ld", context=CONTEXT, sort_keys=True, encoding="utf-8", auto_compact=True)


def _things(graph: Graph, given: Given) -> None:
    """Classes, names and registrations; and of each thing who says something of it."""
    from rdflib import RDF, RDFS, SKOS, BNode, Literal, Namespace, URIRef

    from ontology.alignments import ROV, alignments
    from ontology.formats.rdf import ENTITY, KEDJA
    from ontology.org_ids import register_number

    rov, adms = Namespace(ROV), Namespace(CONTEXT["adms"])
    meant = alignments()
    for one in given.entities():
        subject = ENTITY[one.id]
        if one.type in meant:
            graph.add((subject, RDF.type, URIRef(meant[one.type])))
        concept = meant.get(one.type) == str(SKOS.Concept)
        graph.add((subject, SKOS.prefLabel if concept else RDFS.label, Literal(one.name)))
        if concept and one.keys:
            graph.add((subject, SKOS.notation, Literal(one.keys[0].partition(":")[2])))
        for key in one.keys if one.type == "Organisation" else ():
            if (found := register_number(key)) is not None:
                register, number = found
                told = BNode(f"{one.id}-{register}")
                graph.add((subject, RDF.type, rov.RegisteredOrganization))
                graph.add((subject, rov.legalName, Literal(one.name)))
                graph.add((subject, rov.registration, told))
                graph.add((told, RDF.type, adms.Identifier))
                graph.add((told, SKOS.notation, Literal(number)))
                graph.add((told, adms.schemaAgency, Literal(register)))
    for what, means in meant.items():
        type, _, name = what.partition(".")
        for thing, value in list(graph.subject_objects(KEDJA[name])) if name else ():
            if (thing, RDF.type, KEDJA[type]) in graph:
                graph.add((thing, URIRef(means), value))


def _link(graph: Graph, link: StoredLink) -> None:
    """The relation in others' words, where it is asserted: what is denied holds in none."""
    from rdflib import RDF, SKOS, Namespace, URIRef

    from ontology.alignments import EPO, MATCHES, SIGNS, alignments
    from ontology.formats.rdf import ENTITY, KEDJA, LINK
    from ontology.records import Polarity

    if link.common.polarity is Polarity.DENIED:
        return
    epo, source, target = Namespace(EPO), ENTITY[link.source], ENTITY[link.target]
    if link.type in alignments():
        graph.add((source, URIRef(alignments()[link.type]), target))
    elif link.type == "MATCHES":
        graph.add((source, SKOS[MATCHES[link.properties["relation"]]], target))
    elif link.type in SIGNS:
        signs, role = SIGNS[link.type]
        agent, contract = (source, target) if link.type == "HOLDS" else (target, source)
        part = URIRef(f"{LINK[link.id]}:role")
        graph.add((contract, epo[signs], part))
        graph.add((part, RDF.type, epo[role]))
        graph.add((part, epo.playedBy, agent))
    elif link.type == "PART_OF" and (source, RDF.type, KEDJA.Lot) in graph:
        graph.add((target, epo.hasProcurementScopeDividedIntoLot, source))
    elif link.type == "PART_OF" and (source, RDF.type, KEDJA.Organisation) in graph:
        graph.add((source, URIRef(CONTEXT["org"] + "subOrganizationOf"), target))


def _sources(graph: Graph, given: Given) -> None:
    """Who says it: each thing and each statement has its primary sources, each source its publisher."""
    from rdflib import PROV, RDF, Literal, URIRef
    from rdflib.namespace import DCTERMS, FOAF

    from ontology.records import digest

    for subject, origin in list(graph.subject_objects(DCTERMS.source)):
        graph.add((subject, PROV.hadPrimarySource, origin))
    for id, source in given.store.sources(given.at).items():
        said = URIRef(f"urn:kedja:source:{id}")
        publisher = URIRef(f"urn:kedja:publisher:{digest(source.publisher)}")
        graph.add((said, RDF.type, PROV.Entity))
        graph.add((said, PROV.wasAttributedTo, publisher))
        graph.add((publisher, RDF.type, PROV.Agent))
        graph.add((publisher, FOAF.name, Literal(source.publisher)))
        if source.published is not None:
            graph.add((said, DCTERMS.issued, Literal(source.published)))


JSONLD = Exporter(
    "jsonld",
    Label("JSON-LD", "JSON-LD"),
    Label(
        "Utsagorna som i RDF, och därtill med orden i ORG, RegOrg, ePO, PROV och SKOS.",
        "The statements as in RDF, and beside it in the words of ORG, RegOrg, ePO, PROV and SKOS.",
    ),
    "application/ld+json",
    write,
    graph=True,
)
