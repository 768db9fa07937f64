"""The ontology as a JSON Schema (2020-12) of the records and links that a loader delivers."""

from __future__ import annotations

import json
from typing import Any

from ontology.model import LINKS, NODES, VERSION, LinkType, NodeType, Property
from ontology.records import Polarity, Secrecy, Status
from ontology.values import SCHEMES
from ontology.vocabulary import vocabulary

KEY = {"type": "string", "pattern": f"^({'|'.join(SCHEMES)}):.+$", "maxLength": 200}
DAY = {"type": ["string", "null"], "format": "date"}
COMMON: dict[str, Any] = {
    "status": {"enum": [s.value for s in Status], "default": Status.DECLARED.value},
    "confidence": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
    "polarity": {"enum": [p.value for p in Polarity], "default": Polarity.ASSERTED.value},
    "secrecy": {"enum": [s.name.lower() for s in Secrecy], "default": Secrecy.PUBLIC.name.lower()},
    "valid_from": DAY,
    "valid_to": {**DAY, "description": "exclusive"},
    "cites": {"type": "string"},
}


def _values(declared: Property, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of one property, with the ids of its vocabulary where it has one."""
    schema = {key: value for key, value in schema.items() if key not in ("sv", "sv_note", "single", "example")}
    name = schema.pop("vocabulary", None)
    if name is None:
        return schema
    terms = {"type": "string", "enum": list(vocabulary(str(name)).terms)}
    schema.pop("anyOf", None)
    value = {"type": "array", "items": terms} if declared.many else terms
    return {**schema, "anyOf": [value, {"type": "null"}], "x-vocabulary": name}


def _properties(type: NodeType | LinkType) -> dict[str, Any]:
    schema = type.model.model_json_schema(mode="validation")
    given = schema.get("properties", {})
    return {
        "type": "object",
        "properties": {name: _values(declared, given[name]) for name, declared in type.properties.items()},
        "required": [name for name, declared in type.properties.items() if declared.required],
        "additionalProperties": False,
    }


def _record(type: NodeType) -> dict[str, Any]:
    return {
        "title": type.label.en,
        "description": type.definition,
        "type": "object",
        "properties": {
            "type": {"const": type.name},
            "key": KEY,
            "also": {"type": "array", "items": KEY},
            "properties": _properties(type),
            **COMMON,
        },
        "required": ["type", "key", "properties"],
    }


def _end(types: tuple[str, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"type": {"enum": list(types)}, "key": KEY},
        "required": ["type", "key"],
    }


def _link(type: LinkType) -> dict[str, Any]:
    return {
        "title": type.label.en,
        "description": type.definition,
        "type": "object",
        "properties": {
            "type": {"const": type.name},
            "source": _end(type.source),
            "target": _end(type.target),
            "properties": _properties(type),
            **COMMON,
        },
        "required": ["type", "source", "target"],
    }


def schema() -> dict[str, Any]:
    """The schema as a dictionary."""
    definitions = {name: _record(node) for name, node in NODES.items()}
    definitions |= {name: _link(link) for name, link in LINKS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:kedja:ontology:{VERSION}",
        "title": f"Kedja ontology {VERSION}: records and links",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in definitions],
        "$defs": definitions,
    }


def json_schema() -> str:
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"
