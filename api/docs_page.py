"""``/docs``: the HTTP API as a page of ours, made of its OpenAPI document; nothing is fetched from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from visualisation.pages import render_docs

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kind: str
    default: str
    said: str
    example: str
    required: bool
    choices: tuple[str, ...]
    in_path: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One route. ``example``: an address that asks it, where GET does."""

    method: str
    path: str
    summary: str
    said: str
    parameters: tuple[Parameter, ...]
    takes: str
    gives: tuple[str, ...]
    example: str


@router.get("/docs", summary="The HTTP API as a page")
def docs(request: Request) -> HTMLResponse:
    """The HTTP API: every route, what it takes and gives, with a form to ask it. In English."""
    document = request.app.openapi()
    found = [
        operation(method.upper(), path, told)
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    ]
    return HTMLResponse(render_docs(found))


def operation(method: str, path: str, told: dict[str, Any]) -> Operation:
    """A route as the OpenAPI document tells of it."""
    parameters = tuple(_parameter(one) for one in told.get("parameters", ()))
    body = told.get("requestBody", {}).get("content", {})
    example = path
    for one in parameters:
        example = example.replace(f"{{{one.name}}}", quote(one.example, safe=":"))
    return Operation(
        method,
        path,
        told["summary"],
        told.get("description", ""),
        parameters,
        ", ".join(f"{media}: {_kind(shape['schema'])}" for media, shape in body.items()),
        tuple(next(told for status, told in told["responses"].items() if status.startswith("2")).get("content", ())),
        example if method == "GET" and "{" not in example else "",
    )


def _parameter(told: dict[str, Any]) -> Parameter:
    schema = told["schema"]
    examples = told.get("examples") or schema.get("examples") or ()
    example = next(iter(examples.values()))["value"] if isinstance(examples, dict) else next(iter(examples), "")
    default = schema.get("default")
    return Parameter(
        told["name"],
        _kind(schema),
        "" if default is None else str(default),
        told.get("description", ""),
        str(example[0] if isinstance(example, list) else example),
        told["required"],
        tuple(map(str, schema.get("enum", ()))),
        told["in"] == "path",
    )


def _kind(schema: dict[str, Any]) -> str:
    """A JSON Schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(_kind, schema["anyOf"])))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    bounds = (("from", "minimum"), ("to", "maximum"), ("at most", "maxLength"))
    told = [f"{word} {schema[name]:g}" for word, name in bounds if name in schema]
    return " ".join((str(schema.get("format") or schema.get("type", "any")), *told))
