"""Who owns whom as BODS 0.4: a statement for each organisation, and for each relation of one to its owner."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from ontology.label import Label
from visualisation.exporters import Exporter, Given

if TYPE_CHECKING:
    from graph.store import Entity, StoredLink, StoredRecord
    from visualisation.facts import Facts

Json = dict[str, Any]
REASONS = {
    "no-owner-told": "noBeneficialOwners",
    "unable-to-identify": "subjectUnableToConfirmOrIdentifyBeneficialOwner",
    "not-provided": "interestedPartyHasNotProvidedInformation",
    "subject-exempt": "subjectExemptFromDisclosure",
    "owner-exempt": "interestedPartyExemptFromDisclosure",
    "unknown": "unknown",
}
"""Why an owner is not told, where BODS has a word for it."""
PERSONS, ANONYMOUS = "natural-persons", "anonymous"
CONTROL = "otherInfluenceOrControl"
CONTROLLING = {CONTROL, "appointmentOfBoard", "controlByLegalFramework", "controlViaCompanyRulesOrArticles"}
TYPES = CONTROLLING | {
    "shareholding", "votingRights", "seniorManagingOfficial", "settlor", "trustee", "protector",
    "beneficiaryOfLegalArrangement", "rightsToSurplusAssetsOnDissolution", "rightsToProfitOrIncome",
    "rightsGrantedByContract", "conditionalRightsGrantedByContract", "boardMember", "boardChair", "unknownInterest",
    "unpublishedInterest", "enjoymentAndUseOfAssets", "rightToProfitOrIncomeFromAssets", "nominee", "nominator",
}  # fmt: skip
UNTOLD = ("owner_not_told", "persons", "persons_share")


def write(given: Given) -> bytes:
    import orjson

    from visualisation.facts import Facts

    facts = Facts(given)
    statements = list(_Statements(facts).all())
    facts.account()
    return orjson.dumps(statements, option=orjson.OPT_INDENT_2)


class _Statements:
    """Natural persons are never told: of those that own there is a statement for each, without a name."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.given = facts, facts.given
        self.sources = self.given.store.sources(self.given.at)
        self.day = facts.s.known.at.date().isoformat()
        stamp = self.given.stamp()
        self.publisher = "Kedja" + (f" ({stamp['demonstration']})" if "demonstration" in stamp else "")

    def all(self) -> Iterator[Json]:
        shown = [one for one in self.facts.of("Organisation") if not self.facts.peek(one, "natural_person")]
        for one in shown:
            yield self._entity(one)
        told = {one.id for one in shown}
        for link in self.facts.links("OWNS"):
            if {link.source, link.target} <= told:
                self.facts.tell(link)
                yield self._owner(link)
        for record in self.given.records():
            if record.entity in told and any(record.properties.get(name) for name in UNTOLD):
                yield from self._untold(record)

    def _statement(self, record: str, what: str, subject: str, details: Json, source: str = "") -> Json:
        import hashlib

        said = self.sources.get(source)
        by = {"type": ["thirdParty"], "description": f"{said.publisher}: {said.title}"} if said else None
        return {
            "statementId": hashlib.sha256(f"{record}/{self.facts.s.hash}".encode()).hexdigest()[:32],
            "statementDate": self.day,
            "publicationDetails": {
                "publicationDate": self.day,
                "bodsVersion": "0.4",
                "publisher": {"name": self.publisher},
            },
            **({"source": by} if by else {}),
            "declarationSubject": subject,
            "recordId": record,
            "recordType": what,
            "recordStatus": "new",
            "recordDetails": {"isComponent": False, **details},
        }

    # -- organisations ----------------------------------------------------------------------------------------
    def _entity(self, one: Entity) -> Json:
        from ontology.org_ids import register_number

        facts = self.facts
        facts.tell(one)
        facts.get(one, "natural_person")
        details: Json = {"entityType": {"type": "registeredEntity"}, "name": facts.name(one)}
        if other := facts.get(one, "name_sv"):
            details["alternateNames"] = [other]
        numbers = filter(None, map(register_number, one.keys))
        if identifiers := [{"scheme": register, "id": number} for register, number in numbers]:
            details["identifiers"] = identifiers
        code, address = facts.country(one), facts.get(one, "address")
        country = {"name": self.given.words.country(code), "code": code} if code else None
        if country:
            details["jurisdiction"] = country
        if address:
            place = {"type": "registered", "address": address}
            details["addresses"] = [{**place, "country": country} if country else place]
        return self._statement(one.id, "entity", one.id, details)

    # -- owners -----------------------------------------------------------------------------------------------
    def _owner(self, link: StoredLink) -> Json:
        details = {
            "isComponent": bool(self.facts.get(link, "component")),
            "subject": link.target,
            "interestedParty": link.source,
            "interests": self._interests(link),
        }
        return self._statement(link.id, "relationship", link.target, details, link.origin)

    def _interests(self, link: StoredLink) -> list[Json]:
        """What the owner holds: the kinds that the source names, as far as BODS knows them, with share and control."""
        facts = self.facts
        least, most = facts.get(link, "share"), facts.peek(link, "share_max")
        words = [_camel(word) for word in (facts.peek(link, "interests") or "").split(", ")]
        types = [word for word in words if word in TYPES]
        if types == words:
            facts.get(link, "interests")
        if (least is not None or most is not None) and "shareholding" not in types:
            types.insert(0, "shareholding")
        if facts.get(link, "control") and not CONTROLLING & set(types):
            types.append(CONTROL)
        indirect = facts.get(link, "indirect")
        common = _days(link.common.valid_from, link.common.valid_to)
        if indirect is not None:
            common["directOrIndirect"] = "indirect" if indirect else "direct"
        if not types and common:
            types = ["unknownInterest"]
        found = [{"type": type, **common} for type in types]
        if found and found[0]["type"] != "shareholding":
            found.sort(key=lambda one: one["type"] != "shareholding")
        if least is not None or most is not None:
            facts.get(link, "share_max")
            found[0]["share"] = _share(least, most)
        return found

    # -- owners that are not told -----------------------------------------------------------------------------
    def _untold(self, record: StoredRecord) -> Iterator[Json]:
        said, left_out = record.properties, self.given.left_out
        for name in UNTOLD:  # counted here, record by record: each holds on other days
            self.facts.get(self.facts.entities[record.entity], name)
        count, share = said.get("persons") or 0, said.get("persons_share")
        reasons = list(said.get("owner_not_told") or ())
        days = _days(record.common.valid_from, record.common.valid_to)
        for number in range(count):
            alone = share if count == 1 else None
            yield from self._person(record, "knownPerson", f"{record.id}-{number + 1}", days, alone)
        left_out["Organisation.persons_share"] += share is not None and count != 1
        left_out["Organisation.owner_not_told"] += PERSONS in reasons and not count
        for number, reason in enumerate((one for one in reasons if one != PERSONS), start=1):
            if reason == ANONYMOUS:
                yield from self._person(record, "anonymousPerson", f"{record.id}-a{number}", days, None)
            elif reason in REASONS:
                yield self._relation(record, f"{record.id}-u{number}", {"reason": REASONS[reason]}, days, None)
            else:
                left_out["Organisation.owner_not_told"] += 1

    def _person(self, record: StoredRecord, type: str, id: str, days: Json, share: float | None) -> Iterator[Json]:
        yield self._statement(id, "person", record.entity, {"personType": type}, record.source)
        yield self._relation(record, f"{id}-r", id, days, share)

    def _relation(self, record: StoredRecord, id: str, party: str | Json, days: Json, share: float | None) -> Json:
        interest: Json = {"type": "unknownInterest" if share is None else "shareholding", **days}
        if share is not None:
            interest["share"] = {"minimum": _percent(share), "maximum": 100}
        interests = [interest] if days or share is not None else []
        details = {"subject": record.entity, "interestedParty": party, "interests": interests}
        return self._statement(id, "relationship", record.entity, details, record.source)


def _camel(word: str) -> str:
    return re.sub(r"-([a-z])", lambda found: found[1].upper(), word)


def _days(start: date | None, end: date | None) -> Json:
    """[start, end) as BODS has it: an interest ends on the first day on which it is no more."""
    found = {"startDate": start, "endDate": end}
    return {name: day.isoformat() for name, day in found.items() if day}


def _percent(share: float) -> float:
    return round(share * 100, 7)


def _share(least: float | None, most: float | None) -> Json:
    if least is not None and most is None:
        return {"exact": _percent(least)}
    bounds = {"minimum": least, "maximum": most}
    return {name: _percent(bound) for name, bound in bounds.items() if bound is not None}


HOLDS: Mapping[str, str] = {
    "Organisation": "an entity statement; natural persons are left out",
    "Organisation.name": "name",
    "Organisation.name_sv": "alternateNames",
    "Organisation.address": "addresses/address",
    "Organisation.natural_person": "no statement",
    "Organisation.owner_not_told": "interestedParty/reason, where BODS has the reason; anonymousPerson",
    "Organisation.persons": "a person statement for each, without a name",
    "Organisation.persons_share": "interests/share/minimum, where it is of one person",
    "OWNS": "a relationship statement",
    "OWNS.share": "interests/share: exact, or minimum",
    "OWNS.share_max": "interests/share/maximum",
    "OWNS.control": "interests/type: otherInfluenceOrControl, unless another says it",
    "OWNS.indirect": "interests/directOrIndirect",
    "OWNS.component": "isComponent",
    "OWNS.interests": "interests/type, where all of its words are BODS's",
    "LOCATED_IN": "jurisdiction: the country",
    "Place": "jurisdiction: the country",
}

BODS = Exporter(
    "bods",
    Label("BODS 0.4", "BODS 0.4"),
    Label(
        "Bolag och vem som äger dem, i Beneficial Ownership Data Standard. Fysiska personer står utan namn.",
        "Companies and who owns them, in the Beneficial Ownership Data Standard. Natural persons stand without a name.",
    ),
    "application/json",
    write,
    graph=True,
    ending="bods.json",
    holds=HOLDS,
)
