"""What a mapping is: its source, and for each set of rows the things and links that a row speaks of.

What may be said of a thing or a link is read from the ontology; nothing about a type is listed here. Every fault is
told with its place in the file (``rows[1].node.site.naem``) and the nearest name that is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from loaders.mapping.template import Several, Strict, Template, Text, Value, near
from loaders.workbook_columns import COMMON
from ontology.model import LINKS, NODES, LinkType, NodeType, Tells, Walk
from ontology.values import SCHEMES

COMMON_NAMES = tuple(column.name for column in COMMON)
SOURCE = "source."
"""How a place that stands for a field of the source begins: ``{source.edition}``."""

STEPS = {type for link in LINKS.values() if link.walk is Walk.GOODS for type in link.source}
"""The node types that goods come from: each is one output, so its goods must be told."""
OUTPUTS = {link.name for link in LINKS.values() if link.tells is Tells.KIND and set(link.source) <= STEPS}
_COMPANIES = ", ".join(link.name for link in LINKS.values() if link.walk is Walk.LIST)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9-]*):(.*)", re.DOTALL)
OWN = "local"
ENDS = ("from.", "to.")
"""How the columns of a relationship begin that are properties of its ends."""

Pattern = str | int | float | bool


class SourceBlock(Strict):
    """Who says this; see ``ontology.records.Source``. What the mapping leaves out is given with the file."""

    publisher: str = ""
    series: str = ""
    title: str = ""
    edition: str = ""
    url: str = ""
    licence: str = ""
    language: str = ""
    published: str = ""
    retrieved: str = ""
    mode: Literal["full", "append"] = "full"
    secrecy: Literal["public", "internal", "restricted"] = "public"


class Condition(Strict):
    """Rows in which a column, or the first of several that is filled (``a|b``), holds one of some texts, letter case
    aside; ``*`` stands for anything."""

    column: str
    texts: tuple[str, ...]

    @property
    def place(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.column.split("|"))


def _conditions(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    return [
        {"column": column, "texts": [str(one) for one in (texts if isinstance(texts, list) else [texts])]}
        for column, texts in given.items()
    ]


Conditions = Annotated[tuple[Condition, ...], BeforeValidator(_conditions)]


class Each(Strict):
    """A block said once for each part of a cell that holds several."""

    column: str
    split: Several = (";", ",")


class Key(Strict):
    """An identifier with the scheme that the mapping says it has: nothing is guessed. Without one, it is the source's
    own id."""

    scheme: str
    value: Text


def _key(given: Any) -> Any:
    said = dict(given) if isinstance(given, Mapping) else {"from": given}
    found = _SCHEME.fullmatch(str(said.get("from", "")))
    if found is None:
        return {"scheme": OWN, "value": said}
    scheme = found[1].lower()
    if scheme not in SCHEMES:
        raise ValueError(
            f"{found[1]} is no kind of identifier; is one of these meant: {near(scheme, SCHEMES)}?"
            f" For an id of the source's own write {OWN}:..."
        )
    return {"scheme": scheme, "value": said | {"from": found[2]}}


OneKey = Annotated[Key, BeforeValidator(_key)]
Keys = Annotated[
    tuple[OneKey, ...], BeforeValidator(lambda given: given if isinstance(given, list | tuple) else [given])
]


class Block(Strict):
    """What nodes and links share. ``values`` are the properties and the common fields, by name."""

    type: str
    when: Conditions = ()
    unless: Conditions = ()
    values: Mapping[str, Value] = Field(default_factory=dict)

    @property
    def declared(self) -> NodeType | LinkType:
        raise NotImplementedError

    def texts(self) -> Iterator[Text]:
        yield from self.values.values()


def _apart(block: type[Block], types: Mapping[str, Any], given: Any) -> Any:
    """The block with what the ontology says of its type put under ``values``."""
    if not isinstance(given, dict) or "values" in given:
        return given
    name = given.get("type")
    if not isinstance(name, str) or name not in types:
        kind = "node type" if types is NODES else "link type"
        raise ValueError(f"{name!r} is no {kind}; is one of these meant: {near(str(name), types)}?")
    fields = {field.alias or key for key, field in block.model_fields.items()} - {"values"}
    values = {key: value for key, value in given.items() if key not in fields}
    known = {*types[name].properties, *COMMON_NAMES}
    if unknown := [key for key in values if key not in known]:
        raise ValueError(f"{name} has no {unknown[0]}; is one of these meant: {near(unknown[0], known | fields)}?")
    return {key: value for key, value in given.items() if key in fields} | {"values": values}


class NodeBlock(Block):
    """A thing that a row speaks of. With a name it is told of; without one it is only referred to."""

    key: Keys
    also: Keys = ()
    each: Each | None = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        return _apart(NodeBlock, NODES, given)

    @model_validator(mode="after")
    def _complete(self) -> NodeBlock:
        for key in (*self.key, *self.also):
            types = SCHEMES[key.scheme].identifies
            if types and self.type not in types:
                raise ValueError(f"{key.scheme} identifies {' or '.join(types)}, no {self.type}")
        if self.values.keys() - {"name"} and "name" not in self.values:
            raise ValueError(f'a {self.type} of which something is said needs a name: name = "{{column}}"')
        return self

    @property
    def declared(self) -> NodeType:
        return NODES[self.type]

    @property
    def named(self) -> bool:
        return "name" in self.values

    def texts(self) -> Iterator[Text]:
        yield from (key.value for key in (*self.key, *self.also))
        yield from self.values.values()


class LinkBlock(Block):
    """A link that a row speaks of, between two of its things. ``row`` tells apart links that are otherwise the same."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    row: Value | None = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        return _apart(LinkBlock, LINKS, given)

    @property
    def declared(self) -> LinkType:
        return LINKS[self.type]

    def texts(self) -> Iterator[Text]:
        yield from self.values.values()
        if self.row is not None:
            yield self.row


class Rows(Strict):
    """Some rows, and what each says: a table's (a sheet's), or the nodes with a label or the relationships of a type of
    a graph. Columns are headings; of a relationship also ``from.name`` and ``to.name``, properties of its ends."""

    name: str = ""
    sheet: str = ""
    records: str = ""
    label: str = ""
    relationship: str = ""
    ignore: Several = ()
    optional: Several = ()
    missing: Several = ()
    when: Conditions = ()
    unless: Conditions = ()
    common: Mapping[str, Value] = Field(default_factory=dict)
    node: dict[str, NodeBlock]
    link: tuple[LinkBlock, ...] = ()

    @model_validator(mode="after")
    def _fitting(self) -> Rows:
        if unknown := [name for name in self.common if name not in COMMON_NAMES]:
            raise ValueError(f"common: {unknown[0]} is not one of {', '.join(COMMON_NAMES)}")
        for number, link in enumerate(self.link, start=1):
            self._check(f"link[{number}]", link)
        return self

    def _check(self, place: str, link: LinkBlock) -> None:
        for side, end in (("from", link.source), ("to", link.target)):
            if end not in self.node:
                raise ValueError(f"{place}.{side}: these rows have no node {end!r}, but {near(end, self.node)}")
        ends = self.node[link.source].type, self.node[link.target].type
        if not link.declared.allows(*ends):
            allowed = f"{' or '.join(link.declared.source)} to {' or '.join(link.declared.target)}"
            fitting = ", ".join(other.name for other in LINKS.values() if other.allows(*ends)) or "none"
            raise ValueError(
                f"{place}: {link.type} leads from {allowed}, not from {ends[0]} to {ends[1]}; links that do: {fitting}"
            )

    @property
    def title(self) -> str:
        """What the rows are called: in ids of what is kept, reports and locators, the same in every edition."""
        return self.name or self.sheet or self.label or self.relationship or "rows"

    def templates(self) -> Iterator[Template]:
        """Everything that is filled from columns."""
        blocks = (*self.node.values(), *self.link)
        for text in (*self.common.values(), *(text for block in blocks for text in block.texts())):
            yield text.template

    @cached_property
    def asked(self) -> tuple[tuple[str, ...], ...]:
        """The columns that the rows must have, each with those that may stand in its place."""
        found = dict.fromkeys(place for template in self.templates() for place in template.places)
        conditions = (*self.when, *self.unless)
        for block in (*self.node.values(), *self.link):
            conditions += (*block.when, *block.unless)
        found |= {one.place: None for one in conditions}
        found |= {(block.each.column,): None for block in self.node.values() if block.each}
        return tuple(place for place in found if not place[0].startswith(SOURCE))

    def goods(self, step: str) -> tuple[str, ...]:
        """The nodes that the output of a step is said to be."""
        return tuple(link.target for link in self.link if link.type in OUTPUTS and link.source == step)


class Map(Strict):
    """A whole mapping."""

    source: SourceBlock
    ignore: Several = ()
    rows: tuple[Rows, ...]

    @model_validator(mode="after")
    def _goods(self) -> Map:
        """A step is one output. A mapping that makes steps without goods would make one step of all that a company
        sells, and expose its every customer to whatever it buys."""
        if not self.rows:
            raise ValueError("there are no [[rows]]: nothing is mapped")
        steps = [
            (f"rows[{number}].node.{name}", node, rows.goods(name))
            for number, rows in enumerate(self.rows, start=1)
            for name, node in rows.node.items()
            if node.type in STEPS
        ]
        for place, node, goods in steps:
            if node.named and not goods:
                raise ValueError(
                    f"{place}: a {node.type} needs its goods: add a link {' or '.join(OUTPUTS)} from it. Where goods"
                    f" are not named, let the companies be linked by {_COMPANIES}"
                )
        if steps and not any(node.named for _, node, _ in steps):
            raise ValueError(
                f"{steps[0][0]}: no rows of the mapping say what this {steps[0][1].type} is, and of which goods. Where"
                f" goods are not named, let the companies be linked by {_COMPANIES}"
            )
        return self

    @property
    def of_graph(self) -> bool:
        return any(rows.label or rows.relationship for rows in self.rows)
