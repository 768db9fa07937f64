"""Parties, facilities and products as credentials of any version name them, to records with their keys."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from loaders.base import NATURAL_PERSON, Once, Report, checked
from loaders.fields import Fields
from loaders.gs1 import gs1_of
from ontology.errors import Reason, ValueProblem
from ontology.records import Common, Link, PropertyProblem, Record, Ref, digest
from ontology.values import SCHEMES, make_key

Item = Record | Link

LONGEST, NAME = 150, 500
ALSO = ("otherIdentifier", "issuerAlsoKnownAs", "facilityAlsoKnownAs", "partyAlsoKnownAs", "productAlsoKnownAs")
"""Further identifiers, in 0.5 and in 0.6 and 0.7."""


@cache
def _schemes() -> dict[str, str]:
    given = (files("loaders.untp") / "schemes.csv").read_text("utf-8")
    return {row["of"]: row["scheme"] for row in csv.DictReader(given.splitlines())}


def scheme_of(uri: str) -> str:
    """Our scheme for an identifier scheme's address; empty where it is another's."""
    bare = uri.partition("://")[2].removeprefix("www.").removeprefix("search.")
    return next((scheme for of, scheme in _schemes().items() if bare.startswith(of)), "")


def own_key(uri: str) -> str:
    """The key of what has an address and no number of ours: whoever issued the credential, the address is one thing's.

    Raises:
        ValueProblem: no identifier.
    """
    return make_key("local", f"untp/{uri if len(uri) <= LONGEST else digest(uri)}")


@dataclass(slots=True)
class Things:
    """What one credential says of things: collected in order, each statement once."""

    report: Report
    place: int
    common: Common
    proof: str
    issuer: Fields
    once: Once = field(default_factory=Once)
    items: list[Item] = field(default_factory=list)
    linked: set[str] = field(default_factory=set)

    # -- collecting ----------------------------------------------------------------------------------------------
    def record(self, record: Record) -> None:
        found = checked(record)
        assert isinstance(found, Record)
        if (new := self.once.new(found)) is not None:
            self.items.append(new)

    def link(self, type_: str, source: Ref, target: Ref, **properties: object) -> None:
        said = f"{type_} {source} {target}"
        if said not in self.linked:
            self.linked.add(said)
            made = Link(type_, source, target, properties, self.common, {"proof": self.proof}, f"{self.place}")
            self.items.append(checked(made))

    def say(self, type_: str, key: str, also: tuple[str, ...], properties: dict[str, object], **raw: str) -> Ref:
        told = {name: text for name, text in raw.items() if text} | {"proof": self.proof}
        self.record(Record(type_, key, properties, also, self.common, told, f"{self.place}"))
        return Ref(type_, key)

    # -- identifiers ---------------------------------------------------------------------------------------------
    def keys(self, of: Fields, type_: str) -> tuple[list[str], bool]:
        """The keys of a thing, the surest first, and whether a number of it is a natural person's.

        Raises:
            PropertyProblem: it has no identifier.
        """
        found: list[str] = []
        uri = of.text("id", "@id")
        known = [of, *of.each(*ALSO)]
        if uri and uri == self.issuer.text("id"):
            known += self.issuer.each(*ALSO)
        for one in known:
            one.leave("type", "@type")
            try:
                found += self._numbers(one, type_)
            except ValueProblem as problem:
                if problem.reason is Reason.PERSONAL_NUMBER:
                    return [], True
                self.report.notes["register_number_not_valid"] += 1
        bare = uri or " ".join(filter(None, (of.text("registeredId"), of.inner("idScheme").text("id"))))
        if not bare and not found:
            raise PropertyProblem("id", Reason.MISSING, "", column=of.place)
        if not any(key.startswith("gtin:") for key in found) and bare:  # an item's address is not its article's
            found.append(own_key(bare))
        return list(dict.fromkeys(found)), False

    def _numbers(self, one: Fields, type_: str) -> list[str]:
        uri, number = one.text("id", "@id"), one.text("registeredId")
        scheme_fields = one.inner("idScheme")
        scheme_fields.leave("type", "@type", "name")
        named = scheme_of(scheme_fields.text("id"))
        found = []
        gs1 = gs1_of(uri)
        if gs1 and gs1.gtin and type_ == "Product":
            found.append(make_key("gtin", gs1.gtin))
        elif gs1 and gs1.gln and type_ in SCHEMES["gln"].identifies:
            found.append(make_key("gln", gs1.gln))
        elif named and number and type_ in SCHEMES[named].identifies:
            found.append(make_key(named, number.partition(".")[0] if named == "gtin" else number))
        return found

    # -- things --------------------------------------------------------------------------------------------------
    def organisation(self, of: Fields, roles: tuple[str, ...] = ()) -> Ref:
        keys, person = self.keys(of, "Organisation")
        if person:
            self.report.notes["hidden_person"] += 1
            of.leave(*of.given)
            key = own_key(f"person/{digest(of.text('id'), of.text('registeredId'))}")
            return self.say("Organisation", key, (), {"name": NATURAL_PERSON, "natural_person": True})
        of.leave("partyRole", "description")
        address, country = self.address(of)
        of.text("registrationCountry")
        properties: dict[str, object] = {"name": self.name(of, keys[0]), "address": address or None}
        if roles:
            properties["roles"] = roles
        made = self.say(
            "Organisation", keys[0], tuple(keys[1:]), properties, id=of.text("id"), number=of.text("registeredId")
        )
        self.located(made, country or self.country(of, "registrationCountry"))
        return made

    def site(self, of: Fields) -> Ref:
        keys, _ = self.keys(of, "Site")
        address, country = self.address(of)
        latitude, longitude = self.coordinates(of)
        properties: dict[str, object] = {
            "name": self.name(of, keys[0]),
            "address": address or None,
            "latitude": latitude,
            "longitude": longitude,
        }
        raw = {"id": of.text("id"), "number": of.text("registeredId"), "description": of.text("description")[:NAME]}
        made = self.say("Site", keys[0], tuple(keys[1:]), properties, **raw)
        self.located(made, self.country(of, "countryOfOperation") or country)
        return made

    def product(self, of: Fields) -> Ref:
        keys, _ = self.keys(of, "Product")
        raw = {
            name: of.text(name)
            for name in ("id", "modelNumber", "serialNumber", "batchNumber", "itemNumber", "description",
                         "idGranularity", "granularityLevel", "productionDate")
        }  # fmt: skip
        of.leave("productImage", "furtherInformation")
        made = self.say("Product", keys[0], tuple(keys[1:]), {"name": self.name(of, keys[0])}, **raw)
        for one in of.each("productCategory"):
            self.link("IN_CATEGORY", made, self.category(one))
        return made

    def category(self, of: Fields) -> Ref:
        """The category that a classification names: of HS, UNSPSC or CPV where its system says so, else its own."""
        of.leave("type", "@type", "definition")
        code, name = of.text("code"), of.text("name")
        system, called = of.text("schemeID", "schemeId"), of.text("schemeName")
        try:
            return Ref("Category", _coded(code, f"{system} {called}".casefold()))
        except ValueProblem:
            self.report.notes["category_not_hs"] += 1
        key = own_key(of.text("id", "@id") or f"{system}#{code or name}")
        return self.say("Category", key, (), {"name": name or code, "scheme": called or system or None}, code=code)

    def name(self, of: Fields, key: str) -> str:
        said = of.text("name")
        if not said:
            self.report.notes["name_not_told"] += 1
        return (said or of.text("registeredId") or key.partition(":")[2])[:NAME]

    def country(self, of: Fields, name: str) -> str:
        """A country's code: text up to 0.6, an object in 0.7."""
        code = of.text(name)
        if not code and (inner := of.inner(name)):
            inner.leave("countryName", "type")
            code = inner.text("countryCode", "countryName")
        return code

    def address(self, of: Fields) -> tuple[str, str]:
        """(an address in one line, its country)."""
        told = of.inner("address", "partyAddress")
        told.leave("type")
        parts = [
            told.text("streetAddress"),
            " ".join(filter(None, (told.text("postalCode"), told.text("addressLocality")))),
            told.text("addressRegion"),
        ]
        return ", ".join(filter(None, parts))[:NAME], self.country(told, "addressCountry")

    def coordinates(self, of: Fields) -> tuple[float | None, float | None]:
        """(latitude, longitude): GeoJSON's order is the other one, 0.7 names them."""
        told = of.inner("locationInformation")
        told.text("plusCode")
        told.leave("geoBoundary", "type")
        point = told.inner("geoLocation")
        point.leave("type")
        latitude, longitude = point.number("latitude"), point.number("longitude")
        pair = point.texts("coordinates")
        if len(pair) >= 2 and latitude is None:
            longitude, latitude = (float(one) if _is_number(one) else None for one in pair[:2])
        if latitude is None or longitude is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            if pair or latitude is not None or longitude is not None:
                said = ", ".join(pair) or f"{latitude}, {longitude}"
                self.leave_out("geoLocation", ValueProblem(Reason.OUT_OF_RANGE, said, ge="-90", le="90"))
            return None, None
        return latitude, longitude

    def located(self, thing: Ref, country: str) -> None:
        if country:
            try:
                place = Ref("Place", make_key("iso3166-1", country))
            except ValueProblem as problem:
                self.leave_out("country", problem)
                return
            self.link("LOCATED_IN", thing, place)

    def leave_out(self, column: str, problem: ValueProblem) -> None:
        self.report.leave_out("", self.place, column, problem)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _coded(code: str, system: str) -> str:
    digits = "".join(sign for sign in code if sign.isdecimal())
    if "harmoni" in system or "wcoomd" in system or " hs" in f" {system}".split("/")[-1]:
        return make_key("hs", digits[:6])
    if "unspsc" in system:
        return make_key("unspsc", digits)
    if "cpv" in system or "common procurement" in system:
        return make_key("cpv", code)
    raise ValueProblem(Reason.UNKNOWN_SCHEME, system, schemes="hs, unspsc, cpv")
