"""One FollowTheMoney entity, as its line has it: values by property, each a list of texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from loaders.bods.holdings import LAST
from loaders.bods.statements import SHAREHOLDING, Interest
from ontology.errors import Reason, ValueProblem
from ontology.records import PropertyProblem
from ontology.values import parse_day

Tree = Mapping[str, Any]

ORGANISATIONS = frozenset({"Company", "Organization", "PublicBody"})
EITHER = "LegalEntity"
"""A company or a person: the source does not say which."""
PERSON = "Person"
MARKS = (
    "legalForm", "leiCode", "registrationNumber", "vatCode", "incorporationDate", "dissolutionDate", "uscCode",
    "ogrnCode", "dunsCode", "swiftBic", "cageCode", "uniqueEntityId",
)  # fmt: skip
"""Properties that a person does not have."""
EDGES = {"Ownership": ("owner", "asset"), "Control": ("controller", "controlled")}
LISTINGS = frozenset({"Sanction", "Risk"})
NO_RISK = "sanction.linked"
"""Said of those near somebody under sanctions. Which links pass sanctions, OWNS says; nearness does not."""


def texts(entity: Tree, name: str) -> list[str]:
    """The values of a property."""
    properties = entity.get("properties")
    given = properties.get(name) if isinstance(properties, dict) else None
    found = given if isinstance(given, list) else [given]
    return [" ".join(one.split()) for one in found if isinstance(one, str) and one.strip()]


def first(entity: Tree, *names: str) -> str:
    """The first value of the first of some properties that has any."""
    return next((one for name in names for one in texts(entity, name)), "")


DEEPEST = 10
"""Entities within entities that are read."""


def unfolded(entity: Any, deep: int = DEEPEST) -> Iterator[Any]:
    """An entity, and those nested in its properties, each as a line of its own has it: with ids in their place.

    A nested one leaves out the end that leads back to what holds it: it is filled in.
    """
    properties = entity.get("properties") if isinstance(entity, dict) else None
    if not isinstance(properties, dict):
        yield entity
        return
    flat: dict[str, Any] = {}
    within: list[dict[str, Any]] = []
    for name, given in properties.items():
        nested = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
        within += nested
        flat[name] = [one.get("id") if isinstance(one, dict) else one for one in given] if nested else given
    yield entity | {"properties": flat} if within else entity
    for one in within if deep else ():
        ends = EDGES.get(str(one.get("schema")), ("entity",) if one.get("schema") in LISTINGS else ())
        own = one.get("properties")
        if ends and isinstance(own, dict) and isinstance(entity.get("id"), str):
            missing = [name for name in ends if not own.get(name)]
            one = one | {"properties": own | ({missing[0]: [entity["id"]]} if missing else {})}
        yield from unfolded(one, deep - 1)


def id_of(entity: Any) -> str:
    """The entity's id.

    Raises:
        PropertyProblem: it has none, or no schema.
    """
    for name in ("id", "schema"):
        if not isinstance(entity, dict) or not isinstance(entity.get(name), str) or not entity[name].strip():
            raise PropertyProblem(name, Reason.MISSING, "", column=name)
    return str(entity["id"]).strip()


def is_organisation(entity: Tree) -> bool | None:
    """Whether it is one; None where it may as well be a person."""
    if entity["schema"] in ORGANISATIONS:
        return True
    if entity["schema"] == EITHER:
        return True if any(texts(entity, name) for name in MARKS) else None
    return False


def days(entity: Tree) -> tuple[str, str]:
    """The days of an interval as [from, to): the first start, and the day after the last end."""
    starts = [_range(entity, "startDate", one)[0] for one in texts(entity, "startDate")]
    ends = [_range(entity, "endDate", one)[1] for one in texts(entity, "endDate")]
    return min(starts, default=""), max(ends, default=LAST)


def _range(entity: Tree, name: str, text: str) -> tuple[str, str]:  # noqa: ARG001 (one signature for both ends)
    try:
        start, end = parse_day(text.partition("T")[0])
    except ValueProblem as problem:
        raise PropertyProblem(name, problem.reason, text) from None
    return start.isoformat(), end.isoformat()


_SHARE = re.compile(r"([<>]?)=?\s*(\d+(?:[.,]\d+)?)\s*%?(?:\s*(?:-|–|to)\s*(\d+(?:[.,]\d+)?)\s*%?)?")


def share_of(text: str) -> tuple[float | None, float | None]:
    """A percentage as people write it, ``51``, ``25-50 %``, ``>50``, as fractions: the least and the most.

    Raises:
        PropertyProblem: it is none.
    """
    if not text:
        return None, None
    found = _SHARE.fullmatch(text)
    if found is None:
        raise PropertyProblem("percentage", Reason.NOT_A_NUMBER, text)
    one = float(found[2].replace(",", "."))
    least, most = one, float(found[3].replace(",", ".")) if found[3] else one
    if found[1]:
        least, most = (one, 100.0) if found[1] == ">" else (0.0, one)
    if not 0 <= least <= most <= 100:
        raise PropertyProblem("percentage", Reason.OUT_OF_RANGE, text, ge="0", le="100")
    return least / 100, most / 100


def interest_of(entity: Tree) -> Interest:
    """What the owner of an Ownership, or the controller of a Control, has."""
    start, end = days(entity)
    if entity["schema"] == "Control":
        return Interest("other-influence-or-control", None, None, None, start, end)
    kind = first(entity, "ownershipType").casefold()
    least, most = share_of(first(entity, "percentage"))
    indirect = {"direct": False, "indirect": True, "ultimate": True}.get(kind)
    return Interest(SHAREHOLDING, indirect, least, most, start, end)
