"""SC-DEX documents: sites, what they make, organisations, and how they are affiliated. See ``docs/how-to/chains.md``.

Read after opensupplyhub/supplychaindata.exchange 550c1e47: the core schema and its full and partial examples. The
types of affiliations are free text there; those that are read stand in ``AFFILIATIONS``, the exporter writes the
same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from loaders.base import NATURAL_PERSON, Progress, Report, called, checked
from loaders.fields import Fields, Unread
from loaders.os_ids import OsIds
from loaders.streams import opened, unpacked_size
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.model import LINKS
from ontology.records import Link, PropertyProblem, Record, Ref, Source, digest
from ontology.values import SCHEMES, make_key

Item = Record | Link

LARGEST = 256 << 20
"""Bytes of a document that is read: it is one object, whose affiliations stand last."""
LONGEST, NAME = 120, 500
LISTS = ("locations", "organizations", "affiliations")
AFFILIATIONS = {
    "is supplier of": ("SELLS_TO", False), "supplies": ("SELLS_TO", False), "is supplied by": ("SELLS_TO", True),
    "is operator of": ("OPERATES", False), "operates": ("OPERATES", False), "is operated by": ("OPERATES", True),
    "is parent company of": ("OWNS", False), "is subsidiary of": ("OWNS", True), "owns": ("OWNS", False),
    "is owned by": ("OWNS", True),
}  # fmt: skip
"""What is said -> (the link, whether it is turned)."""
_SCHEMES = {
    "osid": "os-id", "lei": "lei", "gln": "gln", "vat": "vat", "se-orgnr": "se-orgnr", "orgnr": "se-orgnr",
    "crn-gb": "gb-coh", "gb-coh": "gb-coh",
}  # fmt: skip


def document(path: Path) -> Mapping[str, Any]:
    """The file's one object; a location, an organisation or an affiliation alone as a document of it.

    Raises:
        FileFormatError: no JSON, or nothing of SC-DEX in it.
    """
    with opened(path) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise FileFormatError(f"{path.name} has more than {LARGEST} bytes.", remedy="Split it.")
    try:
        given = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        remedy = "Take its comments out: JSON has none." if data.lstrip().startswith(b"//") else "Fetch it again."
        raise FileFormatError(f"{path.name} is not JSON ({error}).", remedy=remedy) from error
    if isinstance(given, dict) and any(name in given for name in LISTS):
        return given
    found: dict[str, list[Any]] = {}
    for one in given if isinstance(given, list) else [given]:
        if isinstance(one, dict) and (name := _list_of(one)):
            found.setdefault(name, []).append(one)
    if not found:
        raise FileFormatError(
            f"{path.name} holds nothing of SC-DEX's core.", remedy=f"Give an object with {', '.join(LISTS)}."
        )
    return found


def _list_of(one: Mapping[str, Any]) -> str:
    if "location-identifier" in one:
        return "locations"
    if "organizational-identifier" in one or "organization-type" in one:
        return "organizations"
    return "affiliations" if "from-guid" in one else ""


class ScdexLoader:
    """Sites, organisations and their affiliations."""

    name = "sc-dex"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """Describe the source; the format has no place for who says it.

        Raises:
            FileFormatError: not SC-DEX.
        """
        document(path)
        name = called(path)
        return Source(
            series=options.get("series") or f"sc-dex-{name}",
            edition=options.get("edition", ""),
            title=f"SC-DEX, {path.name}",
            publisher=options.get("publisher") or name,
            licence=options.get("licence", ""),
        )

    def read(
        self,
        path: Path,
        source: Source,
        options: Mapping[str, str],  # noqa: ARG002
        secret: bytes,  # noqa: ARG002
        report: Report,
        progress: Progress,
    ) -> Iterator[Item]:
        """Yield locations and organisations, then how they are affiliated.

        Raises:
            FileFormatError: not SC-DEX.
        """
        given = document(path)
        report.tables |= set(LISTS)
        reading = _Reading(report, digest(source.publisher))
        size = unpacked_size(path)
        for name in LISTS:
            rows = given.get(name)
            for number, one in enumerate(rows if isinstance(rows, list) else [], start=1):
                report.rows_in += 1
                yield from reading.row(name, number, one)
        extra = Fields({key: value for key, value in given.items() if key not in (*LISTS, "$schema", "kedja")})
        reading.unread.note(extra)
        reading.unread.tell(report)
        progress(size or 0, size)
        report.accepted = report.rows_in - report.rejected


@dataclass(slots=True)
class _Reading:
    report: Report
    scope: str
    known: dict[str, Ref] = field(default_factory=dict)
    os_ids: OsIds = field(default_factory=OsIds)
    unread: Unread = field(default_factory=Unread)

    def row(self, name: str, number: int, given: Any) -> list[Item]:
        """What one entry says, all of it or nothing."""
        say = {"locations": self._location, "organizations": self._organisation, "affiliations": self._affiliation}
        at = f"{name}:{number}"
        try:
            of = _object(given, name)
            items = [checked(item) for item in say[name](of, at)]
        except ValueProblem as problem:
            self.report.reject(name, number, getattr(problem, "name", ""), problem)
            self.report.keep(name, number, name, ())
            return []
        self.unread.note(of)
        return items

    def _key(self, guid: str) -> str:
        if not guid:
            raise PropertyProblem("guid", Reason.MISSING, "", column="guid")
        return make_key("local", f"sc-dex/{self.scope}/{guid if len(guid) <= LONGEST else digest(guid)}")

    def _also(self, of: Fields, field_: str, type_: str, name: str, at: str) -> tuple[list[str], dict[str, str]]:
        """(keys, identifiers that identify nothing) of a thing.

        Raises:
            ValueProblem: one is a natural person's.
        """
        keys, raw = [], {}
        for text in of.texts(field_):
            scheme, colon, value = text.partition(":")
            ours = _SCHEMES.get(scheme.casefold(), "")
            if not colon or not ours or type_ not in SCHEMES[ours].identifies:
                self.report.notes["identifier_not_read"] += 1
                raw[f"identifier {text}"] = text
                continue
            try:
                keys.append(self.os_ids.key(value, name, at) if ours == "os-id" else make_key(ours, value))
            except ValueProblem as problem:
                if problem.reason is Reason.PERSONAL_NUMBER:
                    raise
                raw[f"identifier {scheme}"] = text
                self.report.leave_out(*_place(at), field_, problem)
        return keys, raw

    def _location(self, of: Fields, at: str) -> Iterator[Item]:
        key, name = self._key(of.text("guid")), of.text("name")[:NAME]
        of.leave("language")
        also, raw = self._also(of, "location-identifier", "Site", name, at)
        here = Ref("Site", key)
        address, country = _address(of)
        if not name:
            self.report.notes["name_not_told"] += 1
        latitude, longitude = self._coordinates(of, at)
        properties = {
            "name": name or of.text("guid"),
            "address": address or None,
            "latitude": latitude,
            "longitude": longitude,
        }
        made = of.texts("products")
        raw |= {
            "location-type": of.text("location-type", "type"),
            "processing": "; ".join(of.texts("processing-types")),
        }
        told = {label: text for label, text in raw.items() if text}
        yield Record("Site", key, properties, tuple(also), raw=told, locator=at, table="locations")
        country = country or of.text("country")
        if country:
            yield from self._located(here, country, at)
        else:
            self.report.notes["country_not_told"] += 1
        for product in made:
            kind = make_key("local", f"sc-dex/product {product.casefold()}"[:LONGEST])
            step = make_key("local", f"sc-dex/{self.scope}/{digest(key, product.casefold())}")
            label = {"name": f"{product}, {properties['name']}"[:NAME]}
            yield Record(
                "Category", kind, {"name": product[:NAME], "scheme": "SC-DEX product"}, locator=at, table="locations"
            )
            yield Record("Step", step, label, locator=at, table="locations")
            yield Link("PERFORMS", here, Ref("Step", step), locator=at, table="locations")
            yield Link("OUTPUTS", Ref("Step", step), Ref("Category", kind), locator=at, table="locations")
        self.known[of.text("guid")] = here

    def _organisation(self, of: Fields, at: str) -> Iterator[Item]:
        guid, name = of.text("guid"), of.text("name")[:NAME]
        key = self._key(guid)
        of.leave("language", "_note")
        self.known[guid] = Ref("Organisation", key)
        try:
            also, raw = self._also(of, "organizational-identifier", "Organisation", name, at)
        except ValueProblem:
            self.report.notes["hidden_person"] += 1
            of.leave(*of.given)
            properties: dict[str, Any] = {"name": NATURAL_PERSON, "natural_person": True}
            yield Record("Organisation", key, properties, locator=at, table="organizations")
            return
        address, country = _address(of)
        if not name:
            self.report.notes["name_not_told"] += 1
        kind = of.text("organization-type")
        properties = {
            "name": name or (also[0].partition(":")[2] if also else guid),
            "address": address or None,
            "roles": ("supplier",) if kind.casefold() == "supplier" else None,
        }
        raw |= {"organization-type": kind} if kind else {}
        yield Record("Organisation", key, properties, tuple(also), raw=raw, locator=at, table="organizations")
        if country:
            yield from self._located(Ref("Organisation", key), country, at)

    def _affiliation(self, of: Fields, at: str) -> Iterator[Item]:
        said = of.text("affiliation-type")
        ends = []
        for name in ("from-guid", "to-guid"):
            guid = of.text(name)
            if guid not in self.known:
                raise PropertyProblem(name, Reason.UNKNOWN_KEY if guid else Reason.MISSING, guid, key=guid, column=name)
            ends.append(self.known[guid])
        type_, turned = AFFILIATIONS.get(said.casefold().replace("-", " ").replace("_", " "), ("", False))
        source, target = ends[::-1] if turned else ends
        if not type_ or not LINKS[type_].allows(source.type, target.type):
            self.report.notes["affiliation_not_read"] += 1
            problem = ValueProblem(Reason.NOT_UNDERSTOOD, said, one_of=", ".join(AFFILIATIONS))
            self.report.leave_out(*_place(at), "affiliation-type", problem)
            return
        control = {"control": True} if said.casefold() in ("is parent company of", "is subsidiary of") else {}
        yield Link(type_, source, target, control, raw={"affiliation-type": said}, locator=at, table="affiliations")

    def _located(self, thing: Ref, country: str, at: str) -> Iterator[Item]:
        try:
            place = Ref("Place", make_key("iso3166-1", country))
        except ValueProblem as problem:
            self.report.leave_out(*_place(at), "country", problem)
            return
        yield Link("LOCATED_IN", thing, place, locator=at, table=at.partition(":")[0])

    def _coordinates(self, of: Fields, at: str) -> tuple[float | None, float | None]:
        point = of.inner("coordinates")
        latitude, longitude = point.number("latitude"), point.number("longitude")
        if not point:
            return None, None
        said = f"{latitude}, {longitude}"
        if latitude is None or longitude is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            self.report.leave_out(
                *_place(at), "coordinates", ValueProblem(Reason.OUT_OF_RANGE, said, ge="-90", le="90")
            )
            return None, None
        if latitude == longitude == 0:  # in the sea: how a missing pair is filled in
            self.report.leave_out(*_place(at), "coordinates", ValueProblem(Reason.PLACEHOLDER, said))
            return None, None
        return latitude, longitude


def _object(given: Any, name: str) -> Fields:
    if not isinstance(given, Mapping) or not given:
        raise ValueProblem(Reason.NOT_UNDERSTOOD, str(given)[:40], detail="no object")
    return Fields(given, name)


def _place(at: str) -> tuple[str, int]:
    name, _, number = at.partition(":")
    return name, int(number)


def _address(of: Fields) -> tuple[str, str]:
    """(an address in one line, its country)."""
    told = of.inner("address")
    lines = told.texts("address-line")
    parts = [
        " ".join(filter(None, (told.text("street-name"), told.text("building-number")))),
        " ".join(filter(None, (told.text("post-code", "postal-code"), told.text("town-name")))),
        told.text("country-sub-division"),
    ]
    return (", ".join(lines) if lines else ", ".join(filter(None, parts)))[:NAME], told.text("country")
