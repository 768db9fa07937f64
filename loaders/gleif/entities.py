"""A record of level 1 -> an organisation under its LEI, and the country of its registered address."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Any

from graph.store import Stays
from loaders.base import NATURAL_PERSON, Report
from loaders.gleif.files import Kind
from loaders.gleif.trees import Tree, day_of, deleted, several, text, texts
from ontology.errors import Reason, ValueProblem
from ontology.legal_forms import form_of_code
from ontology.records import Common, Link, PropertyProblem, Record, Ref, Status
from ontology.values import make_key

Item = Record | Link

PERSON = "SOLE_PROPRIETOR"
FUND = "FUND"
"""It may have the number of its umbrella."""
OVER = frozenset({"RETIRED", "MERGED", "DUPLICATE", "ANNULLED"})
"""Registrations that may name a successor, which the thing is known by from then on."""
BY_TEXT = frozenset({"8888", "9999"})
"""Legal form codes that mean: no code, see the text."""
CORROBORATED = "FULLY_CORROBORATED"
TABLE = str(Kind.LEI)


def status_of(registration: Tree) -> Status:
    """How well what a record says is founded: corroborated with a register, or said by the entity itself."""
    whole = text(registration, "ValidationSources") == CORROBORATED
    return Status.VERIFIED if whole else Status.DECLARED


def hidden_key(secret: bytes, lei: str) -> str:
    """The key of a natural person: the same at the next load, and nobody can tell the number from it."""
    return f"local:gleif-person/{blake2b(lei.encode(), key=secret, digest_size=10).hexdigest()}"


@cache
def authorities() -> dict[str, tuple[str, str]]:
    """What the numbers of a registration authority are: its code in GLEIF's list -> (scheme, prefix)."""
    given = (files("loaders.gleif") / "authorities.csv").read_text("utf-8")
    return {row["authority"]: (row["scheme"], row["prefix"]) for row in csv.DictReader(given.splitlines())}


@cache
def _place(country: str) -> Ref:
    return Ref("Place", make_key("iso3166-1", country))


def keys_of(lei: str) -> str:
    """The key of an LEI; one of the publisher's own where its check digits are wrong, so that it identifies nothing."""
    try:
        return make_key("lei", lei)
    except ValueProblem:
        return make_key("local", f"gleif/{lei}")


def items_of(tree: Tree, at: str, secret: bytes, report: Report) -> list[Item]:
    """What a record says.

    Raises:
        ValueProblem: no LEI, no name, or a value that is none.
    """
    lei = text(tree, "LEI")
    if not lei:
        raise PropertyProblem("LEI", Reason.MISSING, "", column="LEI")
    entity, registration = tree.get("Entity") or {}, tree.get("Registration") or {}
    category = text(entity, "EntityCategory")
    if category == PERSON:
        return _person(entity, lei, at, secret, report)
    register = _Register.of(entity)
    try:
        also = register.keys(category, report)
    except ValueProblem:
        return _person(entity, lei, at, secret, report)
    key = keys_of(lei)
    if key.startswith("local:"):
        report.notes["lei_not_valid"] += 1
    name = text(entity, "LegalName")
    if not name:
        raise PropertyProblem("LegalName", Reason.MISSING, "", column="LegalName")
    statuses = (text(entity, "EntityStatus"), text(registration, "RegistrationStatus"))
    successor, until = _successor(tree, key, statuses, report)
    code, other = (text(entity.get("LegalForm"), field) for field in ("EntityLegalFormCode", "OtherLegalForm"))
    facts = {
        "name": name,
        "legal_form": (other if code in BY_TEXT or not code else form_of_code(code) or code) or None,
        "address": _address(entity.get("LegalAddress")) or None,
        "register_status": ", ".join(filter(None, statuses)) or None,
    }
    raw = {
        "LEI": "" if key.startswith("lei:") else lei,
        "RegistrationAuthorityID": register.authority,
        "RegistrationAuthorityEntityID": register.number,
        "EntityCategory": category,
        "EntityLegalFormCode": code,
    }
    record = Record(
        "Organisation",
        key,
        facts,
        also=(*also, *successor),
        common=Common(status=status_of(registration), valid_to=until),
        raw={name: value for name, value in raw.items() if value},
        locator=at,
        table=TABLE,
    )
    return [record, *_located(entity, key, record.common, at, report)]


@dataclass(frozen=True, slots=True)
class _Register:
    """The number of an entity in a register, by the register's code in GLEIF's list."""

    authority: str
    number: str

    @staticmethod
    def of(entity: Tree) -> _Register:
        given = entity.get("RegistrationAuthority")
        return _Register(text(given, "RegistrationAuthorityID"), text(given, "RegistrationAuthorityEntityID"))

    def keys(self, category: str, report: Report) -> tuple[str, ...]:
        """The key that the number is, where the register's numbers are of a scheme that we know, and it is one.

        Raises:
            ValueProblem: it is a natural person's.
        """
        known = authorities().get(self.authority)
        if known is None or not self.number or category == FUND:
            return ()
        scheme, prefix = known
        try:
            return (make_key(scheme, prefix + (self.number.zfill(8) if scheme == "gb-coh" else self.number)),)
        except ValueProblem as problem:
            if problem.reason is Reason.PERSONAL_NUMBER:
                raise
            report.notes["register_number_not_valid"] += 1
            return ()


def _person(entity: Tree, lei: str, at: str, secret: bytes, report: Report) -> list[Item]:
    report.notes["hidden_person"] += 1
    key = hidden_key(secret, lei)
    facts = {"name": NATURAL_PERSON, "natural_person": True}
    return [Record("Organisation", key, facts, locator=at, table=TABLE), *_located(entity, key, Common(), at, report)]


def _successor(tree: Tree, key: str, statuses: tuple[str, str], report: Report) -> tuple[tuple[str, ...], date | None]:
    """The one LEI by which an entity is known once this record has ended, and the day from which it is."""
    gone = deleted(tree)
    if statuses[0] != "INACTIVE" and statuses[1] not in OVER:
        return (), gone
    leis = {text(one, "SuccessorLEI") for one in several(tree.get("Entity"), "SuccessorEntity")} - {""}
    found = {one for one in map(keys_of, leis) if one.startswith("lei:")} - {key}
    if len(found) != 1:
        if found:
            report.notes["several_successors"] += 1
        return (), gone
    ends = (day_of(tree, "Entity", "EntityExpirationDate"), day_of(tree, "Registration", "LastUpdateDate"))
    return tuple(found), gone or next((day for day in ends if day), None)


def _address(address: Any) -> str:
    lines = [text(address, "FirstAddressLine"), *texts(address, "AdditionalAddressLine")]
    town = " ".join(filter(None, (text(address, "PostalCode"), text(address, "City"))))
    return ", ".join(filter(None, (*lines, town)))


def _located(entity: Tree, key: str, common: Common, at: str, report: Report) -> Iterable[Item]:
    country = text(entity, "LegalAddress", "Country")
    if not country:
        report.notes["country_not_told"] += 1
        return
    try:
        there = _place(country)
    except ValueProblem as problem:
        report.leave_out(TABLE, int(at.rpartition("!")[2]), "LegalAddress.Country", problem)
        return
    yield Link("LOCATED_IN", Ref("Organisation", key), there, common=common, locator=at, table=TABLE)


def said_before(tree: Tree, secret: bytes) -> set[Stays]:
    """What the record's LEI said in the edition before: as an organisation, or as a person."""
    if not (lei := text(tree, "LEI")):
        return set()
    keys = (keys_of(lei), hidden_key(secret, lei))
    return {stay for key in keys for stay in (Stays(TABLE, key), Stays(TABLE, key, "", "LOCATED_IN"))}
