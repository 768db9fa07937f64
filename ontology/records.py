"""What a loader says: a source, records about things and links between them; checked against the declaration.

Ids are made from content, so that two stores given the same runs agree: see docs/method.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any

from pydantic import ValidationError

import ontology.links  # noqa: F401  (declares the links)
from ontology.errors import Reason, ValueProblem
from ontology.model import LINKS, NODES, Properties, Property
from ontology.values import implied_keys
from ontology.vocabulary import vocabulary


class Status(StrEnum):
    """How well a statement is founded."""

    GENERIC = "generic"
    DECLARED = "declared"
    VERIFIED = "verified"


class Polarity(StrEnum):
    """A denied statement ("not in our chain") is a dated claim: shown beside, it removes nothing."""

    ASSERTED = "asserted"
    DENIED = "denied"


class Secrecy(IntEnum):
    """Who may read a row; a question's clearance is the highest secrecy it may read."""

    PUBLIC = 0
    INTERNAL = 1
    RESTRICTED = 2

    @classmethod
    def read(cls, text: str) -> Secrecy:
        try:
            return cls[text.strip().upper()]
        except KeyError:
            names = ", ".join(s.name.lower() for s in cls)
            raise ValueProblem(Reason.NOT_IN_VOCABULARY, text, vocabulary="secrecy", nearest=names) from None


class Mode(StrEnum):
    """What a newer edition does to its series: *full* retracts what it no longer says, *delta* what it names."""

    FULL = "full"
    DELTA = "delta"
    APPEND = "append"


def edition_order(edition: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts editions as people count them: v9 before v10, 2024-2 before 2024-10; letter case aside."""
    parts = re.findall(r"[0-9]+|[^0-9]+", edition.strip().casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


DEMONSTRATION = "demo:"
"""How the series of a demonstration source begins."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document or a data set. ``series`` groups its publisher's editions, which ``edition_order`` orders."""

    series: str
    edition: str
    title: str
    publisher: str
    url: str = ""
    licence: str = ""
    language: str = ""
    published: date | None = None
    retrieved: date | None = None
    sha256: str = ""
    mode: Mode = Mode.FULL
    secrecy: Secrecy = Secrecy.PUBLIC

    @property
    def id(self) -> str:
        """Content id, from publisher, series, edition and the bytes read."""
        return "s" + digest(self.series_key, self.edition, self.sha256)

    @property
    def series_key(self) -> str:
        """What names the series: one publisher's series is never another's of the same name."""
        return f"{self.publisher}\x1e{self.series}"

    @property
    def demonstration(self) -> bool:
        """Whether what it says is invented, for demonstration."""
        return self.series.startswith(DEMONSTRATION)


def repeating(sources: Iterable[Source]) -> dict[str, Source]:
    """Which of the published sources says now what each said first, by the ids of these.

    The newest full edition says all that stands of its series, repeated or not; what was appended is its own's.
    """
    found = {source.id: source for source in sources}
    newest: dict[str, Source] = {}
    for source in sorted(found.values(), key=_in_series):
        if source.mode is Mode.FULL:
            newest[source.series_key] = source
    for id_, source in found.items():
        full = newest.get(source.series_key, source)
        if source.mode is not Mode.APPEND and _in_series(source) < _in_series(full):
            found[id_] = full
    return found


def _in_series(source: Source) -> tuple[object, ...]:
    return (edition_order(source.edition), source.published or date.min, source.id)


@dataclass(frozen=True, slots=True)
class Ref:
    """An end of a link: a node type and a key (``scheme:value``)."""

    type: str
    key: str


@dataclass(frozen=True, slots=True)
class Common:
    """The fields that every record and link has. ``source`` names a cited source that differs from the run's own."""

    status: Status = Status.DECLARED
    confidence: float | None = None
    polarity: Polarity = Polarity.ASSERTED
    secrecy: Secrecy = Secrecy.PUBLIC
    valid_from: date | None = None
    valid_to: date | None = None
    cites: str = ""
    """Attribution in words when the run's source passes on what somebody else says: publisher, title, URL."""


@dataclass(frozen=True, slots=True)
class Record:
    """What one source says about one thing.

    ``key`` is the source's own key for it (its links use this one); ``also`` are further identifiers. ``properties``
    are those of the node type, JSON-ready. ``locator`` says where in the source (sheet and row, page), ``table`` which
    of its tables says it, by a name that is the same in every edition: a table that was not read takes nothing back.
    """

    type: str
    key: str
    properties: Mapping[str, Any]
    also: tuple[str, ...] = ()
    common: Common = field(default_factory=Common)
    raw: Mapping[str, str] = field(default_factory=dict)
    locator: str = ""
    row_key: str = ""
    table: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        if not self.also:
            return (self.key,)
        return (self.key, *(k for k in self.also if k != self.key))

    def id(self, series: str) -> str:
        """The id that the source's series (``Source.series_key``) gives it."""
        return "r" + digest(series, self.type, *sorted(self.keys), *_period(self.common), self.row_key)


@dataclass(frozen=True, slots=True)
class Link:
    """What one source says relates two things, in the direction of the link type."""

    type: str
    source: Ref
    target: Ref
    properties: Mapping[str, Any] = field(default_factory=dict)
    common: Common = field(default_factory=Common)
    raw: Mapping[str, str] = field(default_factory=dict)
    locator: str = ""
    row_key: str = ""
    table: str = ""

    def id(self, series: str) -> str:
        """The id that the source's series (``Source.series_key``) gives it."""
        return link_id(self.order(series))

    def order(self, series: str) -> int:
        """The number of that id (``link_order``)."""
        source, target = self.source, self.target
        ends = (source.type, source.key, target.type, target.key)
        return content_order(series, self.type, *ends, *_period(self.common), self.row_key)


def digest(*parts: str) -> str:
    """Twenty hexadecimal digits of the SHA-256 of the parts, unambiguous between them."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_order(*parts: str) -> int:
    """The first 63 bits of the SHA-256 of the parts: an integer that fits SQLite, Java and NumPy, and sorts links."""
    return int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:8], "big") >> 1


def link_id(order: int, *, derived: bool = False) -> str:
    """A link's id from its order: ``l`` (``d`` for a derived link) and sixteen hexadecimal digits."""
    return f"{'d' if derived else 'l'}{order:016x}"


def link_order(id: str) -> int:
    """The inverse of ``link_id``; ids and orders sort alike."""
    return int(id[1:], 16)


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys: the same content gives the same text."""
    return _ENCODER.encode(value)


def _period(common: Common) -> tuple[str, str]:
    if common.valid_from is None and common.valid_to is None:
        return "", ""
    return str(common.valid_from or ""), str(common.valid_to or "")


_PYDANTIC_REASONS = {
    "missing": Reason.MISSING,
    "greater_than_equal": Reason.OUT_OF_RANGE,
    "less_than_equal": Reason.OUT_OF_RANGE,
    "string_too_long": Reason.OUT_OF_RANGE,
    "string_too_short": Reason.MISSING,
    "bool_parsing": Reason.NOT_A_BOOLEAN,
    "decimal_parsing": Reason.NOT_A_NUMBER,
    "float_parsing": Reason.NOT_A_NUMBER,
    "int_parsing": Reason.NOT_A_NUMBER,
    "int_from_float": Reason.NOT_A_NUMBER,
    "date_from_datetime_parsing": Reason.NOT_A_DATE,
    "date_parsing": Reason.NOT_A_DATE,
    "extra_forbidden": Reason.UNKNOWN_COLUMN,
}


class PropertyProblem(ValueProblem):
    """A ``ValueProblem`` that knows its property."""

    def __init__(self, name: str, reason: Reason, value: object, **parameters: str) -> None:
        super().__init__(reason, value, **parameters)
        self.name = name


def _check_vocabulary(name: str, declared: Property, value: object) -> None:
    if declared.vocabulary is None or value is None:
        return
    terms = vocabulary(declared.vocabulary)
    for item in value if isinstance(value, (list, tuple)) else (value,):
        if item not in terms:
            near = terms.nearest(str(item))
            raise PropertyProblem(name, Reason.NOT_IN_VOCABULARY, item, vocabulary=declared.vocabulary, nearest=near)


def _spelling(pattern: str, declared: Property) -> dict[str, str]:
    """What may be written where only a pattern says it: one of a few words, or something like the example."""
    words = re.fullmatch(r"\^\(([a-z|]+)\)\$", pattern)
    return {"one_of": words[1].replace("|", ", ")} if words else {"example": declared.example}


def check_properties(
    model: type[Properties], declared: Mapping[str, Property], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The properties in their normal, JSON-ready form; absent ones are left out.

    Raises:
        PropertyProblem: the first value that the declaration refuses.
    """
    try:
        parsed = model.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        context = first.get("ctx", {})
        limits = {k: str(v) for k, v in context.items() if k in ("ge", "le", "max_length")}
        if "pattern" in context:
            limits |= _spelling(str(context["pattern"]), declared[name])
        if context.get("le") == 1 and 1 < (share := float(first["input"])) <= 100:
            limits = {"percent": f"{share:g} %", **limits}
        reason = _PYDANTIC_REASONS.get(first["type"], Reason.NOT_UNDERSTOOD)
        raise PropertyProblem(name, reason, first["input"] if name in given else "", **limits) from None
    result = parsed.model_dump(mode="json", exclude_none=True)
    for name, value in result.items():
        _check_vocabulary(name, declared[name], value)
    return result


def _check_common(common: Common) -> None:
    if common.confidence is not None and not 0 <= common.confidence <= 1:
        raise PropertyProblem("confidence", Reason.OUT_OF_RANGE, common.confidence, ge="0", le="1")
    if common.valid_from and common.valid_to and common.valid_from >= common.valid_to:
        raise PropertyProblem("valid_to", Reason.PERIOD_REVERSED, str(common.valid_to))


def check_record(record: Record) -> Record:
    """The record with its properties in normal form, and with what its keys say besides.

    Raises:
        ValueProblem: unknown type, a bad property or a reversed period.
    """
    declared = NODES.get(record.type)
    if declared is None:
        raise ValueProblem(Reason.UNKNOWN_TYPE, record.type, types=", ".join(NODES))
    _check_common(record.common)
    implied = [other for key in record.keys for other in implied_keys(key)]
    also = tuple(dict.fromkeys((*record.also, *implied))) if implied else record.also
    found = check_properties(declared.model, declared.properties, record.properties)
    return replace(record, also=also, properties=found)


def check_link(link: Link) -> Link:
    """The link with its properties in normal form.

    Raises:
        ValueProblem: unknown type, ends that the type does not allow, a bad property or a reversed period.
    """
    declared = LINKS.get(link.type)
    if declared is None:
        raise ValueProblem(Reason.UNKNOWN_TYPE, link.type, types=", ".join(LINKS))
    if not declared.allows(link.source.type, link.target.type):
        ends = f"{link.source.type} -> {link.target.type}"
        types = f"{' '.join(declared.source)} -> {' '.join(declared.target)}"
        raise ValueProblem(Reason.WRONG_END, ends, link=link.type, types=types)
    _check_common(link.common)
    if not link.properties and not any(one.required for one in declared.properties.values()):
        return link
    return replace(link, properties=check_properties(declared.model, declared.properties, link.properties))
