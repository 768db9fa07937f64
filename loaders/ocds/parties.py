"""The organisations of an OCDS process: who is who by checked numbers, and nobody by a number of the publisher's own.

A party's id is the publisher's: ``org-1`` is somebody else in each process, sometimes in each release. An id that bears
the publisher's own list (``GB-CFS-269943``) is taken for one body within that publisher while it bears one name. What
joins bodies is a number in a register that is known and checked. Contact persons are never read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from loaders.base import NATURAL_PERSON, Report
from loaders.ocds.merging import inner, listed, text
from loaders.ocds.reading import Json
from loaders.se_procurement_rows import PERSON_NAMES
from ontology.errors import Reason, ValueProblem
from ontology.org_ids import register_key
from ontology.records import Record, digest
from ontology.values import make_key

_VAT = re.compile(r"(?:EU|[A-Z]{2})-VAT|VAT", re.IGNORECASE)
_OWN_LIST = re.compile(r"[A-Z]{2}-[A-Z0-9]{2,}-.+")
_PREFIX = re.compile(r"ocds-[a-z0-9]{6}", re.IGNORECASE)
_PERSONS = frozenset(
    {"individual", "person", "naturalperson", "physicalperson", "selfemployed", "soletrader", "fysiskperson"}
)
NAME = 500


def publisher_of(ocid: str) -> str:
    """The registered prefix of an ocid, which is its publisher's; the whole ocid where it has none."""
    found = _PREFIX.match(ocid)
    return found[0].lower() if found else ocid


def _mentions(release: Json) -> Iterator[Json]:
    """Every mention of a party that is read."""
    yield inner(release, "buyer")
    yield inner(release, "tender", "procuringEntity")
    for award in (*listed(release, "awards"), *listed(release, "contracts")):
        yield from listed(award, "suppliers")


def _named(release: Json) -> Iterator[tuple[Json, str, str]]:
    """(a party or a mention of one, its id, its name): a mention means the party of its release that has its id,
    whatever it calls it."""
    parties = listed(release, "parties")
    here = {text(party, "id"): text(party, "name") for party in parties}
    for ref in parties:
        yield ref, text(ref, "id"), text(ref, "name").casefold()
    for ref in _mentions(release):
        id_ = text(ref, "id")
        yield ref, id_, (here.get(id_) or text(ref, "name")).casefold()


def tell_apart(releases: Sequence[Json]) -> None:
    """Give an id that names two bodies in a process another spelling for each, in place, before releases are merged."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for release in releases:
        for _, id_, name in _named(release):
            if id_ and name:
                names[id_].add(name)
    several = {id_ for id_, found in names.items() if len(found) > 1 and not key_of(*_split(id_))[0]}
    for release in releases if several else ():
        for ref, id_, name in list(_named(release)):
            if id_ in several:
                ref["id"] = f"{id_}~{digest(name)[:8]}"


def _split(id_: str) -> tuple[str, str]:
    """The list and the number of an org-id."""
    found = re.match(r"([A-Z]{2}-[A-Z]+)-(.+)", id_)
    return (found[1], found[2]) if found else ("", "")


def key_of(scheme: str, number: str) -> tuple[str, ValueProblem | None]:
    """The key of a number in a register that is known; empty where it is not known, or with what is wrong with it."""
    number = re.sub(r"(?<=^\d{7})\.0$|(?<=^\d{8})\.0$|(?<=^\d{10})\.0$", "", number)  # as spreadsheets write a number
    try:
        if _VAT.fullmatch(scheme) and number:
            before = "" if len(scheme) < 6 or scheme[:2].upper() == "EU" else scheme[:2].upper()
            return make_key("vat", number if number.upper().startswith(before) else before + number), None
        return register_key(scheme, number), None
    except ValueProblem as problem:
        return "", problem


@dataclass(slots=True)
class Parties:
    """The organisations of one process, made when they are asked for."""

    ocid: str
    release: Json
    report: Report
    place: tuple[str, int]
    """File and number of the release that rejects are told of."""
    by_id: dict[str, Json] = field(default_factory=dict)
    persons: int = 0
    made: dict[str, Record] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_id = {id_: party for party in listed(self.release, "parties") if (id_ := text(party, "id"))}

    def organisation(self, ref: Json, role: str) -> Record | None:
        """The body that a mention names; None where it names nobody."""
        id_, said = text(ref, "id"), text(ref, "name")
        party = self.by_id.get(id_) or ref
        name = text(party, "name") or said or text(party, "identifier", "legalName")
        if not name and not id_:
            return None
        place = digest(id_, name.casefold(), role)
        if place not in self.made:
            self.made[place] = self._made(party, id_, name or id_, role)
        return self.made[place]

    def _made(self, party: Json, id_: str, name: str, role: str) -> Record:
        at = f"{self.place[0]}!{self.place[1]}"
        keys, is_person = self._keys(party, id_)
        if is_person or name.casefold() in PERSON_NAMES or _is_person(party):
            self.report.notes["hidden_person"] += 1
            self.persons += 1
            key = make_key("ocds", f"{self.ocid}/person/{self.persons}")
            return Record(
                "Organisation", key, {"name": NATURAL_PERSON, "roles": (role,), "natural_person": True}, locator=at
            )
        if not keys:
            self.report.notes["party_without_number"] += 1
            keys = [self._own_key(id_, name)]
        raw = {"id": id_, "scheme": text(party, "identifier", "scheme"), "number": text(party, "identifier", "id")}
        country = text(party, "address", "countryName") or text(party, "address", "country")
        raw["country"] = country
        return Record(
            "Organisation",
            keys[0],
            {"name": name[:NAME], "roles": (role,), "size": text(party, "details", "scale") or None},
            also=tuple(keys[1:]),
            raw={key: value for key, value in raw.items() if value},
            locator=at,
        )

    def _own_key(self, id_: str, name: str) -> str:
        within = publisher_of(self.ocid) if _OWN_LIST.fullmatch(id_) else self.ocid
        return make_key("ocds", f"{within}/party/{digest(id_, name.casefold())}")

    def _keys(self, party: Json, id_: str) -> tuple[list[str], bool]:
        """The checked keys of a party, and whether one of its numbers is a person's."""
        told = [inner(party, "identifier"), *listed(party, "additionalIdentifiers")]
        numbers = [(text(one, "scheme"), text(one, "id")) for one in told]
        if not any(scheme and number for scheme, number in numbers):
            numbers.append(_split(id_))
        keys: dict[str, None] = {}
        for scheme, number in numbers:
            key, problem = key_of(scheme, number)
            if problem is not None:
                if problem.reason is Reason.PERSONAL_NUMBER:
                    return [], True
                self.report.leave_out(*self.place, "parties/identifier", problem)
            elif key:
                keys[key] = None
        return list(keys), False


def _is_person(party: Json) -> bool:
    details: Any = inner(party, "details")
    said = (text(details, name) for name in ("entityType", "legalEntityTypeDetail", "type", "legalForm"))
    return any(re.sub(r"[^a-z]", "", one.casefold()) in _PERSONS for one in said)
