"""The OpenAPI document: as FastAPI makes it, and with errors as they are sent."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from api.problems import MEDIA_TYPE

PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}
RETRY = {"Retry-After": {"description": "Seconds after which to ask again", "schema": {"type": "integer"}}}
ALLOW = {"Allow": {"description": "The methods that there are", "schema": {"type": "string"}}}


def install(app: FastAPI) -> None:
    """Describe every error of every route as the problem document that is sent."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            for operations in plain()["paths"].values():
                for operation in operations.values():
                    _errors(operation["responses"])
        return plain()

    app.openapi = openapi  # type: ignore[method-assign]


def _errors(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status >= "400":
            response["content"] = {MEDIA_TYPE: PROBLEM}
        if status == "503":
            response["headers"] = RETRY
        if status == "405":
            response["headers"] = ALLOW
