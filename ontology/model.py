"""How a node type and a link type are declared. The declarations stand in ``nodes.py`` and ``links.py``.

A declaration is a pydantic class: its fields are the properties, its docstring the definition, and the
decorator adds the Swedish and English names and, for a link, its ends, what passes along it and how a walk
uses it. Everything else (validation, store columns, JSON Schema, RDF, documentation, workbook) reads it here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from ontology.errors import DeclarationError
from ontology.label import Label

VERSION = "1"


class Family(StrEnum):
    """Families of risk: what decides along which links a risk type passes."""

    HARM = "H"
    OWN_CONDUCT = "O"
    SANCTIONS = "S"
    DISRUPTION = "D"


class Walk(StrEnum):
    """How a question walks a link type; see docs/ontology.md."""

    GOODS = "goods"
    ACTOR = "actor"
    LIST = "list"
    NONE = "none"


class Settle(StrEnum):
    """Which of several live values of a property counts: see ``ontology/settling.py``.

    ``MOST``: that of most sources. ``GREATEST``: the greatest number or latest day, of terms the one of the greatest
    ``weight`` in their vocabulary: the worst, or the least known or promised. ``LEAST``: the earliest day.
    ``COMMON``: of lists the terms that all give.
    """

    MOST = "most"
    GREATEST = "greatest"
    LEAST = "least"
    COMMON = "common"


class Tells(StrEnum):
    """What one end of a link says of the other to whoever looks for it: where it is, of what kind, what it belongs to
    or is about."""

    PLACE = "place"
    KIND = "kind"
    WHOLE = "whole"
    ABOUT = "about"


class Properties(BaseModel):
    """Base of all property sets. An absent property is unknown, never a default."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


def prop(
    sv: str,
    en: str,
    note: str,
    *,
    vocabulary: str | None = None,
    required: bool = False,
    wording: bool = False,
    settle: Settle = Settle.MOST,
    blank_says: bool = False,
    sv_note: str = "",
    example: str = "",
    words: str = "",
    **constraints: Any,
) -> Any:
    """Declare a property: its names, what it means, and the vocabulary its values come from.

    ``settle`` says which of several live values counts. Two from different sources are a conflict, but for ``wording``
    (two words for one thing) and lists. ``blank_says`` marks a property whose absence says something (any stage; no
    person; no control): a value that cannot be read is then never just left out. ``words`` is a vocabulary whose ids
    are numbers, for a number that may be written as the words that stand for it.
    """
    extra: dict[str, Any] = {"sv": sv, "sv_note": sv_note, "vocabulary": vocabulary}
    extra |= {"wording": wording, "settle": settle, "blank_says": blank_says, "example": example, "words": words}
    default: Any = ... if required else None
    return Field(default, title=en, description=note, json_schema_extra=extra, **constraints)


@dataclass(frozen=True, slots=True)
class Property:
    """A property as the rest of the code sees it."""

    name: str
    label: Label
    note: Label
    vocabulary: str | None
    required: bool
    wording: bool
    settle: Settle
    blank_says: bool
    many: bool
    example: str
    words: str
    annotation: Any

    @property
    def single(self) -> bool:
        """Whether two live values from different sources are a conflict."""
        return not (self.many or self.wording)


def _property(name: str, info: FieldInfo) -> Property:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    vocabulary = extra.get("vocabulary")
    return Property(
        name=name,
        label=Label(str(extra.get("sv", name)), info.title or name),
        note=Label(str(extra.get("sv_note") or info.description or ""), info.description or ""),
        vocabulary=str(vocabulary) if vocabulary else None,
        required=info.is_required(),
        wording=bool(extra.get("wording")),
        settle=Settle(str(extra.get("settle", Settle.MOST))),
        blank_says=bool(extra.get("blank_says")),
        many="tuple" in str(info.annotation),
        example=str(extra.get("example", "")),
        words=str(extra.get("words", "")),
        annotation=info.annotation,
    )


@dataclass(frozen=True, slots=True)
class NodeType:
    name: str
    label: Label
    plural: Label
    definition: str
    model: type[Properties]
    properties: Mapping[str, Property]


@dataclass(frozen=True, slots=True)
class LinkType:
    """A link type. ``passes`` says which families of risk cross it (absent: none) from source to target; ``resolves``,
    whether it names the goods, so that a path along it has a resolution."""

    name: str
    label: Label
    definition: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    model: type[Properties]
    properties: Mapping[str, Property]
    walk: Walk = Walk.NONE
    tier: bool = False
    resolves: bool = False
    passes: frozenset[Family] = frozenset()
    only_labour: bool = False
    by_control: bool = False
    pairs: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    tells: Tells | None = None
    told: Tells | None = None
    shares: bool = False

    @property
    def flows(self) -> bool:
        return self.walk is not Walk.NONE

    def allows(self, source: str, target: str) -> bool:
        """Whether a link of this type may lead from a node of type ``source`` to one of type ``target``."""
        if self.pairs:
            return (source, target) in self.pairs
        return source in self.source and target in self.target


P = TypeVar("P", bound=Properties)

NODES: dict[str, NodeType] = {}
LINKS: dict[str, LinkType] = {}


def _definition(model: type[BaseModel]) -> str:
    text = " ".join((model.__doc__ or "").split())
    if not text:
        raise DeclarationError(f"{model.__name__} is declared without a definition.")
    return text


def _properties(model: type[Properties]) -> dict[str, Property]:
    return {name: _property(name, info) for name, info in model.model_fields.items()}


def node(sv: str, en: str, sv_plural: str, en_plural: str) -> Callable[[type[P]], type[P]]:
    """Register a node type under its class name."""

    def register(model: type[P]) -> type[P]:
        NODES[model.__name__] = NodeType(
            name=model.__name__,
            label=Label(sv, en),
            plural=Label(sv_plural, en_plural),
            definition=_definition(model),
            model=model,
            properties=_properties(model),
        )
        return model

    return register


def link(
    name: str,
    sv: str,
    en: str,
    source: str,
    target: str,
    *,
    walk: Walk = Walk.NONE,
    tier: bool = False,
    resolves: bool = False,
    passes: str = "",
    only_labour: bool = False,
    by_control: bool = False,
    pairs: tuple[tuple[str, str], ...] = (),
    tells: Tells | None = None,
    told: Tells | None = None,
    shares: bool = False,
) -> Callable[[type[P]], type[P]]:
    """Register a link type. ``source`` and ``target`` are space-separated node types; ``pairs`` narrows them."""

    def register(model: type[P]) -> type[P]:
        ends = (*source.split(), *target.split())
        if unknown := [end for end in ends if end not in NODES]:
            raise DeclarationError(f"{name} names ends that are not declared: {', '.join(unknown)}.")
        LINKS[name] = LinkType(
            name=name,
            label=Label(sv, en),
            definition=_definition(model),
            source=tuple(source.split()),
            target=tuple(target.split()),
            model=model,
            properties=_properties(model),
            walk=walk,
            tier=tier,
            resolves=resolves,
            passes=frozenset(Family(letter) for letter in passes),
            only_labour=only_labour,
            by_control=by_control,
            pairs=frozenset(pairs),
            tells=tells,
            told=told,
            shares=shares,
        )
        return model

    return register
