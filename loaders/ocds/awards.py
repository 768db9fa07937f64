"""One process -> its procurement, lots, contracts and who holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from graph.store import Stays
from loaders.base import Report
from loaders.ocds.merging import Merged, inner, listed, text
from loaders.ocds.parties import NAME, Parties
from loaders.ocds.reading import Json
from ontology.amounts import MAX_DIGITS
from ontology.errors import Reason, ValueProblem
from ontology.records import Common, Link, Record, Ref, digest
from ontology.values import make_key

Item = Record | Link

LIVE = frozenset({"active", "terminated"})
SCHEMES = {"CPV": "cpv", "ДК021": "cpv", "DK021": "cpv", "UNSPSC": "unspsc"}
NOT_CLASSIFIED = frozenset({"cpv:00000000", "cpv:99999999"})


@dataclass(frozen=True, slots=True)
class Money:
    """An amount above zero, and its currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


@dataclass
class Process:
    """What one process says, built part by part."""

    ocid: str
    merged: Merged
    report: Report
    place: tuple[str, int]
    named: set[Stays] = field(default_factory=set)
    """What was said before of its contracts: all of it is said anew here."""
    known_sum: bool = True
    awarded: list[Money] = field(default_factory=list)
    lots: dict[str, Record] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.release = self.merged.release
        self.at = f"{self.place[0]}!{self.place[1]}"
        self.parties = Parties(self.ocid, self.release, self.report, self.place)
        self.tender = inner(self.release, "tender")

    def key(self, *parts: str) -> str:
        rest = "/".join(part.removeprefix(f"{self.ocid}-") for part in parts if part)
        return make_key("ocds", "/".join(filter(None, (self.ocid, rest if len(rest) < 100 else digest(rest)))))

    def items(self) -> list[Item]:
        """Everything that the process says."""
        awards = listed(self.release, "awards")
        if not awards:
            self.report.notes["without_award"] += 1
        told = {text(award, "id") for award in awards}
        alone = [one for one in listed(self.release, "contracts") if text(one, "awardID") not in told]
        self.report.notes["contract_without_award"] += len(alone)
        buyers = self._buyers()
        found: list[Item] = [item for buyer in buyers for item in self._body(buyer)]
        replaced = may_replace(awards, self.merged, self.parties)
        self.known_sum &= not replaced
        if replaced:
            self.report.notes["may_replace"] += sum(map(len, replaced.values()))
        for award in awards:
            found += self._award(award, buyers, replaced.get(text(award, "id"), {}))
        procurement = self._procurement()
        links: list[Item] = [
            Link("PART_OF", Ref("Lot", lot.key), Ref("Procurement", procurement.key), locator=self.at)
            for lot in self.lots.values()
        ]
        return [procurement, *self.lots.values(), *links, *found]

    def _buyers(self) -> list[Record]:
        told = [inner(self.release, "buyer")]
        told += [one for one in listed(self.release, "parties") if "buyer" in _texts(one.get("roles"))]
        if not any(map(bool, told)):
            told = [inner(self.tender, "procuringEntity")]
            self.report.notes["procuring_entity_as_buyer" if any(told) else "buyer_not_named"] += 1
        found = (self.parties.organisation(one, "buyer") for one in told if one)
        return list({one.key: one for one in found if one}.values())

    def _body(self, body: Record) -> Iterator[Item]:
        """An organisation, and the country of its address where that is understood."""
        yield body
        if country := body.raw.get("country"):
            try:
                place = make_key("iso3166-1", country)
            except ValueProblem:
                self.report.notes["country_not_understood"] += 1
                return
            yield Link("LOCATED_IN", Ref("Organisation", body.key), Ref("Place", place), locator=self.at)

    # -- awards and contracts ---------------------------------------------------------------------------------
    def _award(self, award: Json, buyers: Sequence[Record], replaced: dict[str, str]) -> list[Item]:
        id_ = text(award, "id")
        if not id_:
            self.report.leave_out(*self.place, "awards", ValueProblem(Reason.MISSING, "", column="awards/id"))
            self.known_sum = False
            return []
        own = [one for one in listed(self.release, "contracts") if text(one, "awardID") == id_]
        live = text(award, "status") or "active"
        if live not in LIVE:
            self.report.notes["award_not_active"] += 1
        value = self._money(award, f"awards/{id_}/value")
        if live in LIVE:
            self._count(value)
        found: list[Item] = []
        # A contract may be with some of those that the award is to.
        awarded = [] if own and all(listed(one, "suppliers") for one in own) else self._suppliers(award)
        for contract in own or [{}]:
            status = text(contract, "status") or "active"
            if status not in LIVE:
                self.report.notes["contract_not_active"] += 1
            suppliers = self._suppliers(contract) if listed(contract, "suppliers") else awarded
            if "suppliers" in contract or "suppliers" in award:
                self._name(f"{self._contract_key(award, contract)}/")
            for supplier in (*suppliers,) or (None,):
                built = self._contract(award, contract, supplier, suppliers, value, replaced)
                self._name(built.key)
                if live in LIVE and status in LIVE:
                    found += self._with_links(built, award, contract, supplier, buyers)
        return found

    def _suppliers(self, award: Json) -> list[Record]:
        """The bodies that an award names, each once: a firm under a new id is no second winner."""
        told = [self.parties.organisation(ref, "supplier") for ref in listed(award, "suppliers")]
        found = [one for one in told if one]
        once = {
            one.key if one.properties.get("natural_person") else str(one.properties["name"]).casefold(): one
            for one in found
        }
        once = {one.key: one for one in once.values()}
        if len(found) > len(once):
            self.report.notes["supplier_twice"] += len(found) - len(once)
        if not once:
            self.report.notes["supplier_not_named"] += 1
        return list(once.values())

    def _contract(
        self, award: Json, contract: Json, supplier: Record | None, suppliers: list[Record], value: Money | None,
        replaced: dict[str, str],
    ) -> Record:  # fmt: skip
        id_ = text(award, "id")
        which = digest(supplier.key)[:10] if supplier else "nobody"
        period = contract if inner(contract, "period") else award
        signed = self._money(contract, f"contracts/{text(contract, 'id')}/value") if contract else None
        alone = len(suppliers) <= 1
        amount = signed or (None if contract else value)
        if not alone and amount:
            self.report.notes["value_shared"] += 1
        title = text(contract, "title") or text(award, "title") or self._title()
        raw = {
            "award": id_,
            "contract": text(contract, "id"),
            "award value": str(value or ""),
            "contract value": str(signed or ""),
            "award date": text(award, "date"),
            "date signed": text(contract, "dateSigned"),
            "earlier": self._earlier(id_, text(contract, "id")),
            "title": title if len(title) > NAME else "",
        }
        start, end = self._period(period, "period" if period is contract else "contractPeriod")
        properties = {
            "name": title[:NAME],
            "kind": self._kind(),
            "awarded_value": amount.amount if amount and alone else None,
            "shared_value": amount.amount if amount and not alone else None,
            "currency": amount.currency if amount else None,
            "may_be_replaced_by": replaced.get(supplier.key) if supplier else None,
        }
        return Record(
            "Contract",
            f"{self._contract_key(award, contract)}/{which}",
            properties,
            common=Common(valid_from=start, valid_to=end),
            raw={name: said for name, said in raw.items() if said},
            locator=self.at,
        )

    def _contract_key(self, award: Json, contract: Json) -> str:
        """The key under which those of a contract with each of its suppliers stand."""
        return self.key("contract", text(award, "id"), text(contract, "id"))

    def _with_links(
        self, built: Record, award: Json, contract: Json, supplier: Record | None, buyers: Sequence[Record]
    ) -> list[Item]:
        here = Ref("Contract", built.key)
        found: list[Item] = [built]
        if supplier:
            found += [*self._body(supplier), Link("HOLDS", Ref("Organisation", supplier.key), here, locator=self.at)]
        found += [Link("SERVES", here, Ref("Organisation", buyer.key), locator=self.at) for buyer in buyers]
        lots = _texts(award.get("relatedLots"))
        found += [Link("FOR_LOT", here, Ref("Lot", self._lot(lot).key), locator=self.at) for lot in lots or [""]]
        kinds = self._kinds(award, contract, lots)
        if not kinds:
            self.report.notes["category_unknown"] += 1
        return [*found, *(Link("IN_CATEGORY", here, Ref("Category", kind), locator=self.at) for kind in kinds)]

    def _name(self, key: str) -> None:
        self.named |= {Stays("", key), Stays("", key, ""), Stays("", "", key)}

    def _count(self, value: Money | None) -> None:
        self.known_sum &= value is not None
        if value:
            self.awarded.append(value)

    def _earlier(self, *ids: str) -> str:
        """What an award or a contract was worth in earlier releases."""
        told = []
        for one in self.merged.earlier:
            if one.path[0] in ("awards", "contracts") and one.path[1:2] and one.path[1] in ids and "value" in one.path:
                was = one.value if isinstance(one.value, dict) else {"amount": one.value}
                told.append(f"{text(was, 'amount')} {text(was, 'currency')}".strip() + f" until {one.until}")
        return "; ".join(told)

    # -- the procurement --------------------------------------------------------------------------------------
    def _title(self) -> str:
        return text(self.tender, "title") or text(self.release, "title") or self.ocid

    def _procurement(self) -> Record:
        """The procurement. What was awarded in all is told only where every award tells its amount in one currency."""
        estimated = self._money(self.tender, "tender/value")
        currencies = {money.currency for money in self.awarded}
        total = sum((m.amount for m in self.awarded), Decimal(0)) if self.known_sum and len(currencies) == 1 else None
        currency = currencies.pop() if total is not None else estimated.currency if estimated else None
        other = estimated is not None and estimated.currency != currency
        properties = {
            "name": self._title()[:NAME],
            "reference": text(self.tender, "id") or None,
            "procedure": text(self.tender, "procurementMethodDetails")
            or text(self.tender, "procurementMethod")
            or None,
            "estimated_value": estimated.amount if estimated and not other else None,
            "awarded_value": total,
            "currency": currency,
        }
        raw = {"estimated": str(estimated)} if estimated and other else {}
        return Record("Procurement", self.key(), properties, raw=raw, locator=self.at)

    def _lot(self, id_: str) -> Record:
        """A lot; a process that is not divided has one."""
        if id_ not in self.lots:
            told: Json = next((one for one in listed(self.tender, "lots") if text(one, "id") == id_), {})
            name = text(told, "title") or self._title()
            properties = {"name": name[:NAME], "number": id_ or None}
            self.lots[id_] = Record("Lot", self.key("lot", id_ or "-"), properties, locator=self.at)
        return self.lots[id_]

    def _kind(self) -> str | None:
        how = text(self.tender, "procurementMethodDetails").casefold()
        if how.startswith(("call-off", "avrop")):
            return "call-off"
        return "framework" if inner(self.tender, "techniques").get("hasFrameworkAgreement") is True else None

    def _kinds(self, award: Json, contract: Json, lots: Sequence[str]) -> list[str]:
        """The categories of a contract: of its items, else of the award's, else of what was tendered for its lots."""
        tendered = listed(self.tender, "items")
        own = [item for item in tendered if not lots or text(item, "relatedLot") in ("", *lots)]
        whole = [self.tender, *own]
        for items in (listed(contract, "items"), listed(award, "items"), whole):
            told = [
                one
                for item in items
                for one in (inner(item, "classification"), *listed(item, "additionalClassifications"))
            ]
            if found := [key for key in dict.fromkeys(map(self._category, told)) if key]:
                return found
        return []

    def _category(self, told: Json) -> str:
        scheme, code = SCHEMES.get(text(told, "scheme").upper(), ""), text(told, "id").removesuffix(".0")
        if not scheme or not code:
            return ""
        try:
            key = make_key(scheme, code)
        except ValueProblem as problem:
            self.report.leave_out(*self.place, "classification", problem)
            return ""
        return "" if key in NOT_CLASSIFIED else key

    # -- values -----------------------------------------------------------------------------------------------
    def _money(self, of: Json, column: str) -> Money | None:
        """The value of something; None where it is not told, or is 0, which says nothing."""
        value = inner(of, "value")
        said = text(value, "amount")
        if not said:
            self.report.notes["value_absent"] += 1
            return None
        try:
            money = _money(said, text(value, "currency"))
        except ValueProblem as problem:
            self.report.leave_out(*self.place, column, problem)
            return None
        if money is None:
            self.report.notes["value_zero"] += 1
        return money

    def _period(self, of: Json, name: str) -> tuple[date | None, date | None]:
        """[start, end) by the civil days as they are written, whatever their offset."""
        start = self._day(of, name, "startDate")
        last = self._day(of, name, "endDate")
        end = last + timedelta(days=1) if last else None
        if start and end and start >= end:
            said = f"{start}/{last}"
            self.report.leave_out(*self.place, name, ValueProblem(Reason.PERIOD_REVERSED, said))
            return None, None
        return start, end

    def _day(self, of: Json, *way: str) -> date | None:
        said = text(of, *way)
        if not said:
            return None
        try:
            found = date.fromisoformat(said[:10])
        except ValueError:
            self.report.leave_out(*self.place, "/".join(way), ValueProblem(Reason.NOT_A_DATE, said))
            return None
        if not 1900 <= found.year <= 2200:
            if found.year != 9999:  # how an open end is written
                self.report.leave_out(*self.place, "/".join(way), ValueProblem(Reason.YEAR_OUT_OF_RANGE, said))
            return None
        return found


def may_replace(awards: Sequence[Json], merged: Merged, parties: Parties) -> dict[str, dict[str, str]]:
    """Award -> supplier -> the later award of the same supplier and lot that may be its correction.

    A corrected award often comes under a new id, six minutes later, and the standard's merge keeps both.
    """
    known = []
    for award in awards:
        if (text(award, "status") or "active") in LIVE and text(award, "id"):
            bodies = (parties.organisation(ref, "supplier") for ref in listed(award, "suppliers"))
            keys = {one.key for one in bodies if one and not one.properties.get("natural_person")}
            when = text(award, "datePublished") or text(award, "date")
            known.append((merged.first.get(text(award, "id"), 0), when, text(award, "id"), keys, award))
    found: dict[str, dict[str, str]] = {}
    for first, when, id_, keys, award in known:
        for later, date_, other, others, twin in known:
            after = later > first or (later == first and merged.compiled and when < date_)
            if after and _texts(award.get("relatedLots")) == _texts(twin.get("relatedLots")):
                for key in keys & others:
                    found.setdefault(id_, {}).setdefault(key, other)
    return found


def _money(said: str, currency: str) -> Money | None:
    try:
        amount = Decimal(said)
    except InvalidOperation:
        raise ValueProblem(Reason.NOT_AN_AMOUNT, said) from None
    if not amount.is_finite() or amount < 0:
        raise ValueProblem(Reason.OUT_OF_RANGE, said, ge="0")
    if amount == 0:
        return None
    if len(f"{amount:f}".replace(".", "").strip("0")) > MAX_DIGITS or amount.adjusted() >= MAX_DIGITS:
        raise ValueProblem(Reason.OUT_OF_RANGE, said, digits=str(MAX_DIGITS))
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        raise ValueProblem(Reason.MISSING, currency, column="currency")
    return Money(amount, currency)


def _texts(value: object) -> list[str]:
    return sorted(one for one in value if isinstance(one, str)) if isinstance(value, list) else []
