"""What a search answers with."""

from __future__ import annotations

from pydantic import BaseModel, Field

from graph.answer import Frozen, NewerPublication


class Named(Frozen):
    """A thing that tells of a hit."""

    id: str
    type: str
    name: str
    name_sv: str | None = None
    keys: tuple[str, ...] = ()


class Found(Frozen):
    """A hit and what it is."""

    id: str
    type: str
    name: str
    name_sv: str | None = None
    keys: tuple[str, ...]
    exact: bool = Field(description="its whole name or an identifier is spelled as asked")
    similar: bool = Field(False, description="nothing is called as asked: a name spelled nearly so, proposed")
    country: str | None = Field(None, description="ISO 3166-1 alpha-2; null where unknown, or where there are several")
    countries: tuple[str, ...] = Field((), description="where it is, or is made")
    places: tuple[Named, ...] = ()
    kinds: tuple[Named, ...] = ()
    part_of: tuple[Named, ...] = Field((), description="what it belongs to: its owner, site, buyer, lot and the like")
    level: str | None = Field(
        None,
        description="1 to 4, unstated, unknown or 0 (none found): the worst that reaches its steps, or its contracts "
        "where it has none; null: no risk was asked about, or it has no place in a chain",
    )
    about: tuple[Named, ...] = Field((), description="what an assessment, a finding, an audit or a measure is about")


class SearchAnswer(BaseModel):
    query: str
    hits: list[Found] = Field(
        description="Best first: the whole name, its beginning, its words, parts of them, and what is told of a thing"
    )
    publication: int
    newer_publication: NewerPublication | None = Field(None, exclude=True)
    """A publication that is being prepared and is not searched yet."""
