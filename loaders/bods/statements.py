"""A statement of BODS 0.1 to 0.4 -> what of it is kept: no name, number or date of a natural person.

From 0.4 on a statement is a version of a record (``recordId``); before, a statement replaces others by their ids. Names
that differ between versions are read in both spellings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ontology.errors import Reason, ValueProblem
from ontology.records import PropertyProblem
from ontology.values import parse_day

Tree = Mapping[str, Any]


class What(StrEnum):
    """What a statement is about."""

    ENTITY = "entity"
    PERSON = "person"
    RELATION = "relationship"


WHATS = {
    "entity": What.ENTITY,
    "person": What.PERSON,
    "relationship": What.RELATION,
    "entityStatement": What.ENTITY,
    "personStatement": What.PERSON,
    "ownershipOrControlStatement": What.RELATION,
}
REASONS = {
    "no-beneficial-owners": "no-owner-told",
    "subject-unable-to-confirm-or-identify-beneficial-owner": "unable-to-identify",
    "interested-party-has-not-provided-information": "not-provided",
    "subject-exempt-from-disclosure": "subject-exempt",
    "interested-party-exempt-from-disclosure": "owner-exempt",
    "unknown": "unknown",
    "information-unknown-to-publisher": "unknown",
    "": "unknown",
}
"""Why a party is not told, as it is written in any version -> the term of ``owners-not-told``."""
OF_TYPE = {
    "anonymousPerson": "anonymous",
    "unknownPerson": "unknown",
    "anonymousEntity": "anonymous",
    "unknownEntity": "unknown",
}
CONTROL = frozenset({
    "appointment-of-board", "other-influence-or-control", "influence-or-control", "control-by-legal-framework",
    "control-via-company-rules-or-articles",
})  # fmt: skip
"""Interests that are control, whatever the share."""
SHAREHOLDING = "shareholding"
VOTES = "voting-rights"
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Interest:
    """What a party has in a subject, as fractions and days (``start`` first, ``end`` the first day on which not)."""

    type: str
    indirect: bool | None
    least: float | None
    most: float | None
    start: str
    end: str

    @property
    def control(self) -> bool:
        return self.type in CONTROL or (self.type == VOTES and (self.least or 0) >= HALF)


@dataclass(frozen=True, slots=True)
class Party:
    """An end of a relation: the record that it names, or why it names none."""

    record: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """``record`` is the id of the record that it is a version of, ``at`` when it was made (UTC, sortable)."""

    id: str
    what: What
    record: str
    at: str
    closed: bool
    replaces: tuple[str, ...] = ()
    name: str = ""
    type: str = ""
    reason: str = ""
    country: str = ""
    address: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    component: bool = False
    subject: Party = Party()
    party: Party = Party()
    interests: tuple[Interest, ...] = ()
    remarks: tuple[str, ...] = field(default=())


def text(tree: Any, *path: str) -> str:
    for name in path:
        tree = tree.get(name) if isinstance(tree, dict) else None
    return " ".join(tree.split()) if isinstance(tree, str) else ""


def _objects(tree: Any, name: str) -> Iterator[dict[str, Any]]:
    found = tree.get(name) if isinstance(tree, dict) else None
    yield from (one for one in (found if isinstance(found, list) else ()) if isinstance(one, dict))


def hyphened(name: str) -> str:
    """``votingRights`` as versions before 0.4 write it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def statement_of(tree: Tree) -> Statement:
    """What of a statement is kept.

    Raises:
        ValueProblem: no id, an unknown type, or a value that is none; nothing of a person stands in it.
    """
    id = text(tree, "statementId") or text(tree, "statementID")
    if not id:
        raise PropertyProblem("statementId", Reason.MISSING, "", column="statementId")
    given = text(tree, "recordType") or text(tree, "statementType")
    what = WHATS.get(given)
    if what is None:
        raise PropertyProblem("recordType", Reason.NOT_UNDERSTOOD, given, one_of=", ".join(WHATS))
    details = tree.get("recordDetails") if "recordType" in tree else tree
    if not isinstance(details, dict):
        raise PropertyProblem("recordDetails", Reason.MISSING, "", column="recordDetails")
    replaces = tree.get("replacesStatements")
    common: dict[str, Any] = {
        "id": id,
        "what": what,
        "record": text(tree, "recordId") or id,
        "at": instant(text(tree, "statementDate")),
        "closed": text(tree, "recordStatus") == "closed",
        "replaces": tuple(one for one in replaces if isinstance(one, str)) if isinstance(replaces, list) else (),
    }
    if what is What.PERSON:
        return Statement(**common, type=text(details, "personType"), reason=_of_type(details, "personType"))
    if what is What.ENTITY:
        return Statement(**common, **_entity(details))
    return Statement(**common, **_relation(details))


def instant(given: str) -> str:
    """A date or date-time as UTC text that sorts; empty where none is given."""
    if not given:
        return ""
    try:
        when = datetime.fromisoformat(given)
    except ValueError:
        raise PropertyProblem("statementDate", Reason.NOT_A_DATE, given) from None
    if len(given) <= len("2020-01-01"):
        return given
    return when.astimezone(UTC).isoformat() if when.tzinfo else when.isoformat()


def _of_type(details: Tree, name: str, given: str = "") -> str:
    """Why a party that a statement describes is not told; empty where it is told."""
    kind = given or text(details, name)
    if kind not in OF_TYPE:
        return ""
    for field_ in ("unspecifiedPersonDetails", "unspecifiedEntityDetails", "unspecified"):
        if reason := text(details, field_, "reason"):
            return REASONS.get(hyphened(reason), "other")
    return OF_TYPE[kind]


def _entity(details: Tree) -> dict[str, Any]:
    kind = text(details, "entityType", "type") or text(details, "entityType")
    addresses = list(_objects(details, "addresses"))
    registered = next(
        (one for one in addresses if text(one, "type") == "registered"), addresses[0] if addresses else {}
    )
    jurisdiction = text(details, "jurisdiction", "code") or text(details, "incorporatedInJurisdiction", "code")
    country = text(registered, "country", "code") or text(registered, "country") or jurisdiction.partition("-")[0]
    return {
        "name": text(details, "name"),
        "type": kind,
        "reason": _of_type(details, "entityType", kind),
        "country": country,
        "address": ", ".join(filter(None, (text(registered, "address"), text(registered, "postCode")))),
        "identifiers": tuple(
            (text(one, "scheme"), text(one, "id")) for one in _objects(details, "identifiers") if text(one, "id")
        ),
    }


def _relation(details: Tree) -> dict[str, Any]:
    subject = _party(details.get("subject"))
    party = _party(details.get("interestedParty"))
    if not (subject.record or party.record):
        raise PropertyProblem("subject", Reason.MISSING, "", column="subject")
    remarks: list[str] = []
    return {
        "component": details.get("isComponent") is True,
        "subject": subject,
        "party": party,
        "interests": tuple(_interest(one, remarks) for one in _objects(details, "interests")),
        "remarks": tuple(remarks),
    }


def _party(given: Any) -> Party:
    """A record's id (0.4), a statement's id under its kind (before), or a reason."""
    if isinstance(given, str):
        return Party(record=given.strip())
    for name in ("describedByEntityStatement", "describedByPersonStatement"):
        if found := text(given, name):
            return Party(record=found)
    reason = text(given, "reason") or text(given, "unspecified", "reason")
    return Party(reason=REASONS.get(hyphened(reason), "other"))


def _interest(given: Tree, remarks: list[str]) -> Interest:
    directness = text(given, "directOrIndirect") or text(given, "interestLevel")
    least, most = _share(given.get("share"), remarks)
    return Interest(
        hyphened(text(given, "type")) or "unknown",
        {"direct": False, "indirect": True}.get(directness),
        least,
        most,
        _day(given, "startDate"),
        _day(given, "endDate"),
    )


def _day(tree: Tree, name: str) -> str:
    given = text(tree, name)
    if not given:
        return ""
    try:
        return parse_day(given.partition("T")[0])[0].isoformat()
    except ValueProblem as problem:
        raise PropertyProblem(name, problem.reason, given) from None


def _share(given: Any, remarks: list[str]) -> tuple[float | None, float | None]:
    """The least and the most, as fractions.

    Raises:
        PropertyProblem: no percentage, or a minimum above the maximum.
    """
    if not isinstance(given, dict):
        return None, None
    exact = _percent(given, "exact")
    # A number from 0.4 on; before, whether the bound itself is left out.
    least = _bound(given, "minimum", "exclusiveMinimum")
    most = _bound(given, "maximum", "exclusiveMaximum")
    if least is not None and most is not None and least > most:
        raise PropertyProblem("share", Reason.OUT_OF_RANGE, f"{least:g}-{most:g}", ge="0", le="100")
    if exact is None:
        if least is None and most is None:
            return None, None
        return (least or 0) / 100, (100 if most is None else most) / 100
    if (least is not None and exact < least) or (most is not None and exact > most):
        remarks.append("exact_outside_range")
        bounds = [bound for bound in (exact, least, most) if bound is not None]
        return min(bounds) / 100, max(bounds) / 100
    return exact / 100, exact / 100


def _bound(given: Tree, name: str, exclusive: str) -> float | None:
    found = _percent(given, name)
    return found if found is not None else _percent(given, exclusive)


def _percent(given: Tree, name: str) -> float | None:
    value = given.get(name)
    if value is None or isinstance(value, bool):
        return None
    if not isinstance(value, int | float):
        raise PropertyProblem("share", Reason.NOT_A_NUMBER, str(value)[:80])
    if not 0 <= value <= 100:
        raise PropertyProblem("share", Reason.OUT_OF_RANGE, f"{value:g}", ge="0", le="100")
    return float(value)
