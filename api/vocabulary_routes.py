"""``/v1/vocabularies``: the terms that parameters and answers use, as lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from api.routes import PROBLEMS, known_parameters
from ontology.errors import NotInGraphError
from ontology.vocabulary import vocabulary, vocabulary_names

router = APIRouter(responses=PROBLEMS, dependencies=[Depends(known_parameters)])


Name = Annotated[str, Path(pattern="^[a-z][a-z-]*$", max_length=60, examples=["risk-types"])]


class Listed(BaseModel):
    name: str
    terms: int = Field(description="How many")


class TermRow(BaseModel):
    """One term. ``more`` holds what only this vocabulary says of its terms."""

    id: str
    sv: str
    en: str
    definition_sv: str
    definition_en: str
    broader: str | None = Field(description="the id of the broader term; null: there is none")
    order: int
    source: str
    valid_from: str = Field(description="YYYY-MM-DD, or empty: not limited")
    valid_to: str
    more: dict[str, str]


@router.get("/v1/vocabularies", summary="The vocabularies")
def names() -> list[Listed]:
    return [Listed(name=name, terms=len(vocabulary(name).terms)) for name in vocabulary_names()]


@router.get("/v1/vocabularies/{name}", summary="The terms of a vocabulary, in its order")
def terms(name: Name) -> list[TermRow]:
    if name not in vocabulary_names():
        raise NotInGraphError(f"{name[:60]} is no vocabulary.", remedy="GET /v1/vocabularies lists them.")
    return [
        TermRow(
            id=term.id,
            sv=term.label.sv,
            en=term.label.en,
            definition_sv=term.definition.sv,
            definition_en=term.definition.en,
            broader=term.broader,
            order=term.order,
            source=term.source,
            valid_from=term.valid_from,
            valid_to=term.valid_to,
            more=dict(term.extra),
        )
        for term in vocabulary(name).terms.values()
    ]
