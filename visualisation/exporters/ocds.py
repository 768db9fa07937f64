"""Procurements, contracts and who holds them as OCDS 1.1: a release package, one process for each procurement."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ontology.label import Label
from visualisation.exporters import Exporter, Given

if TYPE_CHECKING:
    from graph.store import Entity
    from visualisation.facts import Facts

Json = dict[str, Any]
EXTENSIONS = "https://raw.githubusercontent.com/open-contracting-extensions/"
USED = ("ocds_lots_extension/master/extension.json", "ocds_techniques_extension/master/extension.json")
SCHEMES = {"cpv": "CPV", "unspsc": "UNSPSC"}
FRAMEWORK = "framework"


def write(given: Given) -> bytes:
    import orjson

    from visualisation.facts import Facts

    facts = Facts(given)
    moment = given.snapshot.known.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    releases = _Releases(facts, moment).all()
    facts.account()
    package = {
        "uri": f"urn:kedja:snapshot:{given.snapshot.hash}",
        "version": "1.1",
        "publishedDate": moment,
        "publisher": {"name": "Kedja"},
        "extensions": [EXTENSIONS + name for name in USED],
        "kedja": {**given.stamp(), "left_out": dict(sorted(given.left_out.items()))},
        "releases": releases,
    }
    return orjson.dumps(package, option=orjson.OPT_INDENT_2)


class _Releases:
    """The processes: each procurement, and each contract of none. Where contracts of one procurement serve different
    buyers, which OCDS says of a whole process only, it is a process for each set of buyers."""

    def __init__(self, facts: Facts, moment: str) -> None:
        self.facts, self.moment = facts, moment
        self.lots = {one.source: one for one in facts.links("PART_OF") if facts.entities[one.source].type == "Lot"}
        self.on_lots, self.serves = facts.by_source("FOR_LOT"), facts.by_source("SERVES")
        self.holders, self.kinds = facts.by_target("HOLDS"), facts.by_source("IN_CATEGORY")

    def all(self) -> list[Json]:
        facts = self.facts
        of: defaultdict[str, list[Entity]] = defaultdict(list)
        for contract in facts.of("Contract"):
            of[self._procurement(contract)].append(contract)
        found: list[Json] = []
        for procurement in facts.of("Procurement"):
            found += self._processes(procurement, of.pop(procurement.id, []))
        for contracts in of.values():
            for contract in contracts:
                found += self._processes(None, [contract])
        return found

    def _procurement(self, contract: Entity) -> str:
        whole = {self.lots[lot.target].target for lot in self.on_lots.get(contract.id, ()) if lot.target in self.lots}
        return min(whole, default="")

    def _processes(self, procurement: Entity | None, contracts: Sequence[Entity]) -> Iterable[Json]:
        by_buyers: defaultdict[tuple[str, ...], list[Entity]] = defaultdict(list)
        for contract in contracts:
            by_buyers[tuple(sorted({link.target for link in self.serves.get(contract.id, ())}))].append(contract)
        about = procurement or contracts[0]
        keys = [key.removeprefix("ocds:") for key in about.keys if key.startswith("ocds:")]
        ocid = keys[0] if procurement and keys else f"kedja-{about.id}"
        for number, (buyers, own) in enumerate(sorted(by_buyers.items()) or [((), [])], start=1):
            process = _Process(self, ocid if number == 1 else f"{ocid}-{number}", procurement if number == 1 else None)
            release = process.release(procurement, own, buyers)
            if number > 1:
                release["relatedProcesses"] = [
                    {"id": "1", "relationship": ["parent"], "scheme": "ocid", "identifier": ocid}
                ]
            yield release


class _Process:
    """One process. ``whole`` is the procurement, if what is said of it stands in this process."""

    def __init__(self, releases: _Releases, ocid: str, whole: Entity | None) -> None:
        self.of, self.facts, self.ocid, self.whole = releases, releases.facts, ocid, whole
        self.parties: dict[str, Json] = {}
        self.lots: dict[str, str] = {}

    def release(self, procurement: Entity | None, contracts: Sequence[Entity], buyers: Sequence[str]) -> Json:
        tender = self._tender(procurement, contracts)
        named = [self._party(buyer, "buyer") for buyer in buyers]
        awards, signed = self._awards(contracts)
        for contract in contracts:
            self.facts.tell(contract, *self.of.serves.get(contract.id, ()))
        sections = {"tender": tender, "awards": awards, "contracts": signed}
        tags = [word for word, held in (("tender", tender), ("award", awards), ("contract", signed)) if held]
        return {
            "ocid": self.ocid,
            "id": f"{self.ocid}-{self.moment_id}",
            "date": self.of.moment,
            "tag": tags or ["planning"],
            "initiationType": "tender",
            "parties": list(self.parties.values()),
            **({"buyer": named[0]} if named else {}),
            **{name: held for name, held in sections.items() if held},
        }

    @property
    def moment_id(self) -> str:
        return self.of.moment.replace(":", "")

    # -- parties ----------------------------------------------------------------------------------------------
    def _party(self, id: str, role: str) -> Json:
        """The mention of an organisation; it is described among the parties."""
        from ontology.org_ids import register_number

        entity, facts = self.facts.entities[id], self.facts
        numbers = [found for key in entity.keys if (found := register_number(key))]
        party_id = "-".join(numbers[0]) if numbers else id
        name = facts.name(entity)
        if party_id not in self.parties:
            facts.tell(entity)
            party: Json = {"id": party_id, "name": name, "roles": []}
            told = [{"scheme": register, "id": number} for register, number in numbers]
            if told:
                party |= {"identifier": told[0]} | ({"additionalIdentifiers": told[1:]} if told[1:] else {})
            if country := facts.country(entity):
                party["address"] = {"countryName": country}
            details = {"scale": facts.get(entity, "size")}
            if facts.get(entity, "natural_person"):
                details["entityType"] = "individual"
            if held := {key: value for key, value in details.items() if value}:
                party["details"] = held
            facts.get(entity, "roles")  # the role in each process
            self.parties[party_id] = party
        if role not in self.parties[party_id]["roles"]:
            self.parties[party_id]["roles"].append(role)
        return {"id": party_id, "name": name}

    # -- the tender -------------------------------------------------------------------------------------------
    def _tender(self, procurement: Entity | None, contracts: Sequence[Entity]) -> Json:
        facts, tender = self.facts, dict[str, Any]()
        if procurement is not None:
            facts.tell(procurement)
            name = facts.name(procurement)
            tender = {"id": facts.get(procurement, "reference") or procurement.id, "title": name}
            if procedure := facts.get(procurement, "procedure"):
                tender["procurementMethodDetails"] = procedure
            if self.whole is not None and (value := self._value(procurement, "estimated_value")):
                tender["value"] = value
        if contracts and {facts.peek(contract, "kind") for contract in contracts} == {FRAMEWORK}:
            tender.setdefault("id", contracts[0].id)
            tender["techniques"] = {"hasFrameworkAgreement": True}
            for contract in contracts:
                facts.get(contract, "kind")
        self._lots(tender, procurement, contracts)
        return tender

    def _lots(self, tender: Json, procurement: Entity | None, contracts: Sequence[Entity]) -> None:
        """The lots of the process, and the goods of each. One that has no number, and stands alone, is the whole."""
        facts, own = self.facts, {link.target for one in contracts for link in self.of.on_lots.get(one.id, ())}
        if procurement is not None and self.whole is not None:
            own |= {lot for lot, link in self.of.lots.items() if link.target == procurement.id}
        lots = [facts.entities[lot] for lot in sorted(own)]
        numbers = Counter(facts.peek(lot, "number") for lot in lots)
        told: list[Json] = []
        items: list[Json] = []
        for lot in lots:
            facts.tell(lot, *([self.of.lots[lot.id]] if lot.id in self.of.lots else ()))
            number, name = facts.get(lot, "number"), facts.name(lot)
            divided = len(lots) > 1 or number is not None
            self.lots[lot.id] = "" if not divided else number if number and numbers[number] == 1 else lot.id
            if divided:
                told.append({"id": self.lots[lot.id], "title": name})
            goods = self._items(lot)
            items += [{**one, "relatedLot": self.lots[lot.id]} if divided else one for one in goods]
        if told:
            tender.setdefault("id", procurement.id if procurement else self.ocid)
            tender["lots"] = told
        if items:
            tender.setdefault("id", procurement.id if procurement else self.ocid)
            tender["items"] = [{**one, "id": str(number)} for number, one in enumerate(items, start=1)]

    def _items(self, of: Entity) -> list[Json]:
        facts, found = self.facts, []
        for number, link in enumerate(self.of.kinds.get(of.id, ()), start=1):
            kind = facts.entities[link.target]
            facts.tell(link, kind)
            facts.get(kind, "scheme")
            scheme, _, code = (kind.keys[0] if kind.keys else f"kedja:{kind.id}").partition(":")
            told = {"scheme": SCHEMES.get(scheme, scheme), "id": code, "description": facts.name(kind)}
            found.append({"id": str(number), "classification": told})
        return found

    # -- awards and contracts ---------------------------------------------------------------------------------
    def _awards(self, contracts: Sequence[Entity]) -> tuple[list[Json], list[Json]]:
        """An award and a contract for each; one of both for the contracts that share a value."""
        groups: defaultdict[tuple[Any, ...], list[Entity]] = defaultdict(list)
        for contract in contracts:
            groups[self._shared(contract) or (contract.id,)].append(contract)
        awards, signed = [], []
        for group in groups.values():
            award, made = self._award(group)
            awards.append(award)
            signed.append(made)
        return awards, signed

    def _shared(self, contract: Entity) -> tuple[Any, ...] | None:
        facts = self.facts
        if facts.peek(contract, "shared_value") is None:
            return None
        lots = tuple(sorted(link.target for link in self.of.on_lots.get(contract.id, ())))
        said = tuple(str(facts.peek(contract, name)) for name in ("name", "shared_value", "currency"))
        return (*said, lots, facts.valid(contract))

    def _award(self, group: Sequence[Entity]) -> tuple[Json, Json]:
        facts, first = self.facts, group[0]
        suppliers = []
        for one in group:
            held = self.of.holders.get(one.id, ())
            facts.tell(*held, *self.of.on_lots.get(one.id, ()))
            suppliers += [self._party(link.source, "supplier") for link in held]
        suppliers = list({one["id"]: one for one in suppliers}.values())
        # A value that several share, of whom only one is seen, would read as his alone.
        value = self._value(first, "awarded_value")
        if value is None and len(suppliers) > 1:
            for one in group:
                value = self._value(one, "shared_value")
        common: Json = {"title": facts.name(first), "status": "active"}
        for one in group:
            facts.name(one)
        if value is not None:
            common["value"] = value
        if items := self._items(first):
            common["items"] = items
            for one in group[1:]:
                self._items(one)
        period = _period(*facts.valid(first))
        lots = [lot for link in self.of.on_lots.get(first.id, ()) if (lot := self.lots.get(link.target))]
        award = {"id": first.id, **common, "suppliers": suppliers}
        award |= ({"relatedLots": lots} if lots else {}) | ({"contractPeriod": period} if period else {})
        contract = {"id": first.id, "awardID": first.id, **common} | ({"period": period} if period else {})
        return award, contract

    def _value(self, of: Entity, name: str) -> Json | None:
        amount = self.facts.peek(of, name)
        currency = self.facts.peek(of, "currency")
        if amount is None or currency is None:
            return None
        self.facts.get(of, name)
        self.facts.get(of, "currency")
        number = float(amount)  # of at most 15 digits: it is the same amount
        return {"amount": int(number) if number.is_integer() else number, "currency": currency}


def _period(start: date | None, end: date | None) -> Json:
    """[start, end) as OCDS has it: with its last moment."""
    found = {}
    if start:
        found["startDate"] = f"{start}T00:00:00Z"
    if end:
        found["endDate"] = f"{end - timedelta(days=1)}T23:59:59Z"
    return found


HOLDS: Mapping[str, str] = {
    "Procurement": "a release: ocid, tender",
    "Procurement.name": "tender/title",
    "Procurement.reference": "tender/id",
    "Procurement.procedure": "tender/procurementMethodDetails",
    "Procurement.estimated_value": "tender/value/amount",
    "Procurement.currency": "tender/value/currency",
    "Lot": "tender/lots, where a procurement is divided",
    "Lot.name": "tender/lots/title",
    "Lot.number": "tender/lots/id",
    "PART_OF": "the lots of a tender",
    "Contract": "awards and contracts",
    "Contract.name": "awards/title",
    "Contract.kind": "tender/techniques/hasFrameworkAgreement, where all are frameworks",
    "Contract.awarded_value": "contracts/value/amount",
    "Contract.shared_value": "contracts/value/amount of an award with several suppliers",
    "Contract.currency": "contracts/value/currency",
    "FOR_LOT": "awards/relatedLots",
    "HOLDS": "awards/suppliers",
    "SERVES": "buyer; a process for each set of buyers",
    "IN_CATEGORY": "items",
    "Category": "items/classification",
    "Category.name": "items/classification/description",
    "Category.scheme": "items/classification/scheme",
    "Organisation": "parties: buyers and suppliers",
    "Organisation.name": "parties/name",
    "Organisation.roles": "parties/roles, in each process",
    "Organisation.size": "parties/details/scale",
    "Organisation.natural_person": "parties/details/entityType; its name is hidden",
    "LOCATED_IN": "parties/address: the country",
    "Place": "parties/address/countryName: the country",
}

OCDS = Exporter(
    "ocds",
    Label("OCDS 1.1", "OCDS 1.1"),
    Label(
        "Upphandlingar, avtal, köpare och leverantörer i Open Contracting Data Standard, ett releasepaket.",
        "Procurements, contracts, buyers and suppliers in the Open Contracting Data Standard, a release package.",
    ),
    "application/json",
    write,
    graph=True,
    ending="ocds.json",
    holds=HOLDS,
)
