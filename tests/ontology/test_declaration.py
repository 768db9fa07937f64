"""The ontology is declared once, and everything said of it elsewhere equals the declaration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, Literal, URIRef

import ontology.links
from ontology.formats import NAMES, formats
from ontology.formats.json_schema import schema
from ontology.formats.rdf import KEDJA, relation_iri, statement_iri, term_iri
from ontology.model import LINKS, NODES, Family, LinkType, NodeType, Walk
from ontology.records import Link, Record, Ref, check_link, check_record
from ontology.vocabulary import risk_family, vocabulary, vocabulary_names

ROOT = Path(__file__).parents[2]
ALL: dict[str, NodeType | LinkType] = {**NODES, **LINKS}


@pytest.fixture(scope="module")
def owl() -> Graph:
    return Graph().parse(data=formats()["ttl"](), format="turtle")


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return Graph().parse(data=formats()["shacl"](), format="turtle")


def test_every_format_is_offered_and_the_same_every_time() -> None:
    made = formats()
    assert tuple(made) == NAMES
    for text in made.values():
        assert text() == text()


def test_the_ontology_page_in_docs_is_the_declaration() -> None:
    page = (ROOT / "docs" / "ontology.md").read_text("utf-8")
    assert page == formats()["md"](), "run: kedja ontology --format md > docs/ontology.md"


@pytest.mark.parametrize("name", ALL)
def test_the_page_names_every_type_property_and_label(name: str) -> None:
    page = formats()["md"]()
    declared = ALL[name]
    for p in declared.properties.values():
        assert f"| `{p.name}` | {p.label.sv} | {p.label.en} |" in page
    assert declared.definition in page


def test_the_json_schema_holds_the_declared_types_properties_and_vocabularies() -> None:
    made = schema()
    Draft202012Validator.check_schema(made)
    assert set(made["$defs"]) == set(ALL)
    for name, declared in ALL.items():
        given = made["$defs"][name]["properties"]["properties"]
        assert set(given["properties"]) == set(declared.properties)
        assert set(given["required"]) == {n for n, p in declared.properties.items() if p.required}
        for p in declared.properties.values():
            if p.vocabulary:
                text = json.dumps(given["properties"][p.name])
                assert all(f'"{term}"' in text for term in vocabulary(p.vocabulary).terms)


def test_the_json_schema_accepts_what_the_declaration_accepts_and_refuses_what_it_refuses() -> None:
    validator = Draft202012Validator(schema())
    good = {"type": "Site", "key": "demo:s1", "properties": {"name": "Klang 4", "workers": 12}}
    assert validator.is_valid(good)
    assert check_record(Record("Site", "demo:s1", {"name": "Klang 4", "workers": 12}))
    assert not validator.is_valid({**good, "properties": {"name": "Klang 4", "workers": -1}})
    assert not validator.is_valid({**good, "properties": {"workers": 1}})
    assert not validator.is_valid({**good, "type": "Factory"})
    site, step = {"type": "Site", "key": "demo:s1"}, {"type": "Step", "key": "demo:t1"}
    link = {"type": "PERFORMS", "source": site, "target": step}
    assert validator.is_valid(link)
    assert check_link(Link("PERFORMS", Ref("Site", "demo:s1"), Ref("Step", "demo:t1")))
    assert not validator.is_valid({**link, "source": {"type": "Contract", "key": "demo:c1"}})


def test_the_owl_ontology_has_the_declared_classes_relations_labels_and_passes(owl: Graph) -> None:
    classes = {KEDJA[name] for name in NODES} | {statement_iri(name) for name in LINKS} | {KEDJA.Statement}
    assert set(owl.subjects(RDF.type, OWL.Class)) == classes
    for name, link in LINKS.items():
        relation = relation_iri(name)
        assert Literal(link.label.sv, lang="sv") in set(owl.objects(relation, RDFS.label))
        assert {str(o) for o in owl.objects(relation, KEDJA.passes)} == {f.value for f in link.passes}


def test_the_concept_schemes_are_the_vocabularies(owl: Graph) -> None:
    schemes = {str(s).rpartition(":")[2] for s in owl.subjects(RDF.type, SKOS.ConceptScheme)}
    assert schemes == set(vocabulary_names())
    for name in vocabulary_names():
        for term in vocabulary(name).terms.values():
            labels = set(owl.objects(term_iri(name, term.id), SKOS.prefLabel))
            assert labels == {Literal(term.label.sv, lang="sv"), Literal(term.label.en, lang="en")}


def test_the_shapes_hold_ends_and_vocabularies(shapes: Graph) -> None:
    for name, link in LINKS.items():
        shape = URIRef(f"{statement_iri(name)}Shape")
        ends = {}
        for node in shapes.objects(shape, SH.property):
            path = shapes.value(node, SH.path)
            options = shapes.value(node, SH["or"])
            if options is not None:
                ends[path] = {shapes.value(option, SH["class"]) for option in shapes.items(options)}
        assert ends[KEDJA.source] == {KEDJA[n] for n in link.source}
        assert ends[KEDJA.target] == {KEDJA[n] for n in link.target}
    targets = {str(s) for s in shapes.objects(None, SH.targetClass)}
    assert {str(KEDJA[name]) for name in NODES} <= targets


def test_a_link_that_flows_is_walked_and_one_that_does_not_is_not() -> None:
    assert ontology.links
    flowing = {name for name, link in LINKS.items() if link.walk is not Walk.NONE}
    assert flowing == {
        "PERFORMS",
        "RUNS",
        "OPERATES",
        "OWNS",
        "RECRUITS_FOR",
        "SUPPLIES",
        "DELIVERED_UNDER",
        "HOLDS",
        "SELLS_TO",
    }
    assert all(link.passes for name, link in LINKS.items() if name in flowing)
    assert not any(link.passes for name, link in LINKS.items() if name not in flowing)


def test_no_flowing_link_leaves_a_contract_and_a_step_leads_only_to_a_step_or_a_contract() -> None:
    for link in LINKS.values():
        if link.flows:
            assert "Contract" not in link.source
            if "Step" in link.source:
                assert set(link.target) <= {"Step", "Contract"}


def test_harm_never_passes_from_a_company() -> None:
    for link in LINKS.values():
        if link.flows and "Organisation" in link.source and not link.only_labour:
            assert Family.HARM not in link.passes, link.name


def test_the_four_areas_carry_harm_and_beside_them_stand_three_families() -> None:
    tops = {t.id for t in vocabulary("risk-types").terms.values() if t.broader is None}
    families = {top: risk_family(top) for top in tops}
    assert list(families.values()).count(Family.HARM) == 4
    assert set(families.values()) == set(Family)
