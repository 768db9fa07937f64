"""A record of level 1 -> an organisation under its LEI, and the country of its registered address."""

from __future__ import annotations

import csv
import hmac
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files

from graph.store import Stays
from loaders.base import Report
from loaders.gleif.files import Kind
from loaders.gleif.trees import Tree, day_of, deleted, several, text, texts
from ontology.errors import Reason, ValueProblem
from ontology.legal_forms import form_of_code
from ontology.records import Common, Link, PropertyProblem, Record, Ref, Status
from ontology.values import make_key

Item = Record | Link

PERSON = "SOLE_PROPRIETOR"
HIDDEN_NAME = "natural person"
OVER = frozenset({"RETIRED", "MERGED", "DUPLICATE", "ANNULLED"})
"""Registrations that may name a successor, which the thing is known by from then on."""
BY_TEXT = frozenset({"8888", "9999"})
"""Legal form codes that mean: no code, see the text."""
CORROBORATED = "FULLY_CORROBORATED"
TABLE = str(Kind.LEI)


def status_of(tree: Tree) -> Status:
    """How well what a record says is founded: corroborated with a register, or said by the entity itself."""
    whole = text(tree, "Registration", "ValidationSources") == CORROBORATED
    return Status.VERIFIED if whole else Status.DECLARED


def hidden_key(secret: bytes, lei: str) -> str:
    """The key of a natural person: the same at the next load, and nobody can tell the number from it."""
    return make_key("local", f"gleif-person/{hmac.new(secret, lei.encode(), 'sha256').hexdigest()[:20]}")


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
    key = keys_of(lei)
    entity = tree.get("Entity") or {}
    if text(entity, "EntityCategory") == PERSON:
        return _person(entity, lei, at, secret, report)
    try:
        also = _register_keys(entity, report)
    except ValueProblem:
        return _person(entity, lei, at, secret, report)
    if key.startswith("local:"):
        report.notes["lei_not_valid"] += 1
    successor, until = _successor(tree, key, report)
    name = text(entity, "LegalName")
    if not name:
        raise PropertyProblem("LegalName", Reason.MISSING, "", column="LegalName")
    common = Common(status=status_of(tree), valid_to=until)
    record = Record(
        "Organisation",
        key,
        {
            "name": name,
            "legal_form": _legal_form(entity) or None,
            "address": _address(entity) or None,
            "register_status": _register_status(tree) or None,
        },
        also=(*also, *successor),
        common=common,
        raw=_raw(tree, lei, key),
        locator=at,
        table=TABLE,
    )
    return [record, *_located(entity, key, common, at, report)]


def _person(entity: Tree, lei: str, at: str, secret: bytes, report: Report) -> list[Item]:
    report.notes["hidden_person"] += 1
    key = hidden_key(secret, lei)
    facts = {"name": HIDDEN_NAME, "natural_person": True}
    return [Record("Organisation", key, facts, locator=at, table=TABLE), *_located(entity, key, Common(), at, report)]


def _register_keys(entity: Tree, report: Report) -> tuple[str, ...]:
    """The number in a register, where the register's numbers are of a scheme that we know, and it is one.

    Raises:
        ValueProblem: it is a natural person's.
    """
    known = authorities().get(text(entity, "RegistrationAuthority", "RegistrationAuthorityID"))
    number = text(entity, "RegistrationAuthority", "RegistrationAuthorityEntityID")
    if known is None or not number or text(entity, "EntityCategory") == "FUND":  # a fund may have its umbrella's
        return ()
    scheme, prefix = known
    try:
        return (make_key(scheme, prefix + (number.zfill(8) if scheme == "gb-coh" else number)),)
    except ValueProblem as problem:
        if problem.reason is Reason.PERSONAL_NUMBER:
            raise
        report.notes["register_number_not_valid"] += 1
        return ()


def _successor(tree: Tree, key: str, report: Report) -> tuple[tuple[str, ...], date | None]:
    """The one LEI by which an entity is known once this record has ended, and the day from which it is."""
    gone = deleted(tree)
    registration = tree.get("Registration") or {}
    over = text(registration, "RegistrationStatus") in OVER or text(tree, "Entity", "EntityStatus") == "INACTIVE"
    if not over:
        return (), gone
    leis = {text(one, "SuccessorLEI") for one in several(tree.get("Entity"), "SuccessorEntity")} - {""}
    found = {keys_of(lei) for lei in leis} - {key}
    found = {one for one in found if one.startswith("lei:")}
    if len(found) != 1:
        if found:
            report.notes["several_successors"] += 1
        return (), gone
    ends = (day_of(tree, "Entity", "EntityExpirationDate"), day_of(registration, "LastUpdateDate"))
    return tuple(found), gone or next((day for day in ends if day), None)


def _legal_form(entity: Tree) -> str:
    code = text(entity, "LegalForm", "EntityLegalFormCode")
    other = text(entity, "LegalForm", "OtherLegalForm")
    return other if code in BY_TEXT or not code else form_of_code(code) or code


def _address(entity: Tree) -> str:
    address = entity.get("LegalAddress")
    lines = [text(address, "FirstAddressLine"), *texts(address, "AdditionalAddressLine")]
    town = " ".join(filter(None, (text(address, "PostalCode"), text(address, "City"))))
    return ", ".join(filter(None, (*lines, town)))


def _register_status(tree: Tree) -> str:
    said = (text(tree, "Entity", "EntityStatus"), text(tree, "Registration", "RegistrationStatus"))
    return ", ".join(filter(None, said))


def _raw(tree: Tree, lei: str, key: str) -> dict[str, str]:
    entity = tree.get("Entity") or {}
    found = {
        "LEI": "" if key.startswith("lei:") else lei,
        "RegistrationAuthorityID": text(entity, "RegistrationAuthority", "RegistrationAuthorityID"),
        "RegistrationAuthorityEntityID": text(entity, "RegistrationAuthority", "RegistrationAuthorityEntityID"),
        "EntityCategory": text(entity, "EntityCategory"),
        "EntityLegalFormCode": text(entity, "LegalForm", "EntityLegalFormCode"),
    }
    return {name: value for name, value in found.items() if value}


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
