"""Organisations, their owners and the lists that they are on, as FollowTheMoney entities, one a line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ontology.label import Label
from visualisation.exporters import Exporter, Given

if TYPE_CHECKING:
    from graph.store import Entity, StoredLink
    from visualisation.facts import Facts

Json = dict[str, Any]
PUBLIC = {"region", "authority", "buyer", "cooperation-area"}
NUMBERS = {"lei": "leiCode", "vat": "vatCode"}


def write(given: Given) -> bytes:
    import orjson

    from visualisation.facts import Facts

    facts = Facts(given)
    dataset = "kedja-demonstration" if given.snapshot.demonstration else "kedja"
    lines = [orjson.dumps({**one, "datasets": [dataset]}) for one in _Entities(facts).all()]
    facts.account()
    return b"".join(line + b"\n" for line in lines)


class _Entities:
    """A natural person is no entity here, nor what he owns a relation: FollowTheMoney wants a name."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.day = facts.s.moment.days[0]
        self.shown = {one.id for one in facts.of("Organisation") if not facts.peek(one, "natural_person")}
        self.topics: defaultdict[str, list[str]] = defaultdict(list)

    def all(self) -> Iterator[Json]:
        listings = list(self._listings())  # first: an organisation bears the topics that hold on the day
        for id in sorted(self.shown):
            yield self._organisation(self.facts.entities[id])
        for link in self.facts.links("OWNS"):
            if {link.source, link.target} <= self.shown:
                yield from self._owner(link)
        yield from listings

    def _organisation(self, one: Entity) -> Json:
        from ontology.org_ids import register_number

        facts = self.facts
        facts.tell(one)
        form, country = facts.get(one, "legal_form"), facts.country(one)
        public = PUBLIC & set(facts.peek(one, "roles") or ())
        numbers: defaultdict[str, list[str]] = defaultdict(list)
        for key in one.keys:
            scheme, _, value = key.partition(":")
            if scheme in NUMBERS:
                numbers[NUMBERS[scheme]].append(value)
            elif register_number(key):
                numbers["registrationNumber"].append(value)
        facts.get(one, "natural_person")
        return _entity(
            "PublicBody" if public else "Company" if form else "Organization",
            one.id,
            name=facts.name(one),
            alias=facts.get(one, "name_sv"),
            legalForm=form,
            country=country and country.lower(),
            address=facts.get(one, "address"),
            status=facts.get(one, "register_status"),
            sector=facts.get(one, "industry"),
            topics=sorted(set(self.topics[one.id])),
            **numbers,
        )

    def _owner(self, link: StoredLink) -> Iterator[Json]:
        """An Ownership, and beside it a Control where the owner controls: neither has a place for the other."""
        facts = self.facts
        facts.tell(link)
        days = _days(link.common.valid_from, link.common.valid_to)
        least, most = facts.get(link, "share"), facts.peek(link, "share_max")
        control, indirect = facts.get(link, "control"), facts.get(link, "indirect")
        if least is not None:
            facts.get(link, "share_max")
        if least is not None or not control:
            yield _entity(
                "Ownership",
                link.id,
                owner=_id(link.source),
                asset=_id(link.target),
                percentage=_percentage(least, most),
                ownershipType=None if indirect is None else "indirect" if indirect else "direct",
                role=facts.get(link, "interests"),
                **days,
            )
        if control:
            ends = {"controller": _id(link.source), "controlled": _id(link.target)}
            yield _entity("Control", f"{link.id}-control", role=facts.get(link, "interests"), **ends, **days)

    def _listings(self) -> Iterator[Json]:
        """A Sanction or a Risk for each finding that is about one organisation and nothing else."""
        from ontology.ftm_topics import topic_for

        facts, types = self.facts, self.facts.by_source("OF_TYPE")
        about = facts.by_source("ABOUT")
        for finding in facts.of("Finding"):
            of, risks = about.get(finding.id, ()), types.get(finding.id, ())
            if len(of) != 1 or len(risks) != 1 or of[0].target not in self.shown:
                continue
            if facts.peek(finding, "stage") or facts.peek(finding, "revoked"):
                continue
            company, said = facts.entities[of[0].target], str(facts.peek(finding, "name") or finding.name)
            risk = next((key for key in facts.entities[risks[0].target].keys if key.startswith("risk:")), "")
            topic = topic_for(risk.removeprefix("risk:"), facts.peek(finding, "standing"), said)
            if topic is not None:
                facts.tell(finding, of[0], risks[0])
                facts.tell_wholly(risks[0].target)
                yield self._listing(finding, company, topic, said)

    def _listing(self, finding: Entity, company: Entity, topic: str, said: str) -> Json:
        from ontology.ftm_topics import topics

        facts = self.facts
        for name in ("name", "name_sv", "standing"):
            facts.get(finding, name)
        issued, (start, end) = facts.get(finding, "issued"), facts.valid(finding)
        vertex = facts.s.vertex(finding.id)
        if vertex is not None and facts.s.alive[vertex]:
            self.topics[company.id].append(topic)
        label = topics()[topic].name.en
        within = re.fullmatch(rf"{re.escape(facts.name(company))}: {re.escape(label)}(?: \((.*)\))?", said)
        return _entity(
            "Sanction" if topic == "sanction" else "Risk",
            finding.id,
            entity=_id(company.id),
            topics=None if topic == "sanction" else topic,
            reason=within[1] if within else None,
            summary=None if within else said,
            listingDate=issued and str(issued),
            **_days(start, end),
        )


def _id(id: str) -> str:
    return f"kedja-{id}"


def _entity(schema: str, id: str, **properties: Any) -> Json:
    """An entity; what is not known has no property."""
    given = {name: value if isinstance(value, list) else [value] for name, value in properties.items() if value}
    return {"id": _id(id), "schema": schema, "properties": given}


def _days(start: date | None, end: date | None) -> dict[str, str]:
    """[start, end) with its last day, as FollowTheMoney has it; an open bound is left out."""
    last = end and end - timedelta(days=1)
    return {name: day.isoformat() for name, day in (("startDate", start), ("endDate", last)) if day}


def _percentage(least: float | None, most: float | None) -> str | None:
    if least is None:
        return None
    bounds = [f"{round(one * 100, 7):.7f}".rstrip("0").rstrip(".") for one in (least, most) if one is not None]
    return "-".join(bounds)


HOLDS: Mapping[str, str] = {
    "Organisation": "PublicBody, Company where a legal form is known, else Organization; natural persons are left out",
    "Organisation.name": "name",
    "Organisation.name_sv": "alias",
    "Organisation.roles": "the schema alone",
    "Organisation.legal_form": "legalForm",
    "Organisation.natural_person": "no entity",
    "Organisation.address": "address",
    "Organisation.register_status": "status",
    "Organisation.industry": "sector",
    "OWNS": "Ownership, and Control where the owner controls",
    "OWNS.share": "percentage",
    "OWNS.share_max": "percentage, the end of its range",
    "OWNS.control": "Control",
    "OWNS.indirect": "ownershipType",
    "OWNS.interests": "role",
    "Finding": "Sanction or Risk, where it is about one organisation alone and its kind is a topic",
    "Finding.name": "reason, summary",
    "Finding.name_sv": "reason, summary",
    "Finding.standing": "topics",
    "Finding.issued": "listingDate",
    "OF_TYPE": "topics",
    "ABOUT": "entity",
    "RiskType": "topics",
    "LOCATED_IN": "country",
    "Place": "country",
}

FTM = Exporter(
    "ftm",
    Label("FollowTheMoney", "FollowTheMoney"),
    Label(
        "Bolag, vem som äger eller styr dem, och listor som de står på: FollowTheMoney, en rad för var och en.",
        "Companies, who owns or controls them, and lists that they are on: FollowTheMoney, one a line.",
    ),
    "application/json+ftm",
    write,
    graph=True,
    ending="ftm.json",
    holds=HOLDS,
)
