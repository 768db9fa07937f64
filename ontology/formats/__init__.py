"""The declaration in other languages: Markdown, JSON Schema, OWL with SKOS, SHACL. Nothing is written twice by hand."""

from __future__ import annotations

from collections.abc import Callable


def formats() -> dict[str, Callable[[], str]]:
    """What ``kedja ontology --format`` offers: name and the function that gives the text."""
    from ontology.formats.json_schema import json_schema
    from ontology.formats.markdown import markdown
    from ontology.formats.rdf import ontology_turtle
    from ontology.formats.shacl import shapes_turtle

    return {"md": markdown, "jsonschema": json_schema, "ttl": ontology_turtle, "shacl": shapes_turtle}


NAMES = ("md", "jsonschema", "ttl", "shacl")
