"""Sites, organisations and how they are affiliated as SC-DEX, Open Supply Hub's exchange format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ontology.label import Label
from visualisation.exporters import Exporter, Given

if TYPE_CHECKING:
    from graph.store import Entity
    from visualisation.facts import Facts

Json = dict[str, Any]
SPACE = "5b0cf0f1-8a1e-5d0a-9f0c-6b1f6a2f7c11"
"""The namespace (RFC 9562) of the guids that stand for our ids."""
WORDS = {"os-id": "osid", "gb-coh": "crn-gb"}
"""How SC-DEX calls a scheme where it is not as we do."""


def write(given: Given) -> bytes:
    import orjson

    from visualisation.facts import Facts

    facts = Facts(given)
    document = _Document(facts).whole()
    facts.account()
    document["kedja"] = {**given.stamp(), "left_out": dict(sorted(given.left_out.items()))}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


class _Document:
    """All sites, the organisations that are affiliated with a site or with each other, and those affiliations that hold
    on the day: SC-DEX says of none when it holds."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.performs, self.outputs = facts.by_source("PERFORMS"), facts.by_source("OUTPUTS")

    def whole(self) -> Json:
        affiliations = self._affiliations()
        named = {end for one in affiliations for end in one["ends"]}
        organisations = [one for one in self.facts.of("Organisation") if one.id in named]
        return {
            "locations": [self._location(one) for one in self.facts.of("Site")],
            "organizations": [self._organisation(one) for one in organisations],
            "affiliations": [{key: value for key, value in one.items() if key != "ends"} for one in affiliations],
        }

    def _affiliations(self) -> list[Json]:
        facts, found = self.facts, []
        for type, said in (("SELLS_TO", "is supplier of"), ("OPERATES", "operates"), ("OWNS", "owns")):
            for link in facts.links(type):
                if not facts.holds_now(link):
                    facts.given.left_out["other_day"] += 1
                    facts.tell(link)
                    continue
                facts.tell(link)
                found.append(
                    {
                        "from-guid": _guid(link.source),
                        "to-guid": _guid(link.target),
                        "affiliation-type": said,
                        "ends": (link.source, link.target),
                    }
                )
        return found

    def _location(self, site: Entity) -> Json:
        facts = self.facts
        facts.tell(site)
        latitude, longitude = facts.peek(site, "latitude"), facts.peek(site, "longitude")
        found = {**self._common(site, "location"), "location-type": "unknown"}
        if latitude is not None and longitude is not None:
            facts.get(site, "latitude")
            facts.get(site, "longitude")
            found["coordinates"] = {"latitude": latitude, "longitude": longitude}
        if products := self._products(site):
            found["products"] = products
        return found

    def _products(self, site: Entity) -> list[str]:
        """What the site is known to make, by its steps: SC-DEX has a word for it and none for the step."""
        facts, found = self.facts, []
        for performed in self.performs.get(site.id, ()):
            made = self.outputs.get(performed.target, ())
            if made and facts.holds_now(performed):
                facts.tell(performed, performed.target, *made)
                for link in made:
                    kind = facts.entities[link.target]
                    facts.tell(kind)
                    found.append(facts.name(kind))
        return list(dict.fromkeys(found))

    def _organisation(self, one: Entity) -> Json:
        facts = self.facts
        facts.tell(one)
        roles = facts.peek(one, "roles") or []
        kind = roles[0] if len(roles) == 1 else "unknown"
        if len(roles) == 1:
            facts.get(one, "roles")
        facts.get(one, "natural_person")
        return {**self._common(one, "organizational"), "organization-type": kind}

    def _common(self, one: Entity, what: str) -> Json:
        facts = self.facts
        named = [_identifier(key) for key in one.keys]
        found: Json = {"guid": _guid(one.id), f"{what}-identifier": named[0] if len(named) == 1 else named}
        found["name"] = facts.name(one)
        country, address = facts.country(one), facts.peek(one, "address")
        if country:  # an address must have one
            found["address"] = {"country": country}
            if facts.get(one, "address"):
                found["address"]["address-line"] = [address]
        return found


def _guid(id: str) -> str:
    from uuid import UUID, uuid5

    return str(uuid5(UUID(SPACE), id))


def _identifier(key: str) -> str:
    scheme, _, value = key.partition(":")
    return f"{WORDS.get(scheme, scheme)}:{value}"


HOLDS: Mapping[str, str] = {
    "Site": "locations; what kind of place it is, Kedja does not know",
    "Site.name": "locations/name",
    "Site.address": "locations/address/address-line, where its country is known",
    "Site.latitude": "locations/coordinates/latitude",
    "Site.longitude": "locations/coordinates/longitude",
    "PERFORMS": "locations/products, where it is known what the step makes",
    "Step": "locations/products, where it is known what it makes",
    "OUTPUTS": "locations/products",
    "Product": "locations/products",
    "Product.name": "locations/products",
    "Material": "locations/products",
    "Material.name": "locations/products",
    "Category": "locations/products",
    "Category.name": "locations/products",
    "Organisation": "organizations: those that are affiliated",
    "Organisation.name": "organizations/name",
    "Organisation.roles": "organizations/organization-type, where there is one",
    "Organisation.natural_person": "its name is hidden",
    "Organisation.address": "organizations/address/address-line, where its country is known",
    "SELLS_TO": "affiliations: is supplier of",
    "OPERATES": "affiliations: operates",
    "OWNS": "affiliations: owns",
    "LOCATED_IN": "address/country",
    "Place": "address/country",
}

SCDEX = Exporter(
    "sc-dex",
    Label("SC-DEX", "SC-DEX"),
    Label(
        "Anläggningar, organisationer och hur de hör ihop, i Open Supply Hubs utbytesformat.",
        "Sites, organisations and how they are affiliated, in Open Supply Hub's exchange format.",
    ),
    "application/json",
    write,
    graph=True,
    ending="sc-dex.json",
    holds=HOLDS,
)
