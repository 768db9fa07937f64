"""One eForms notice (UBL 2.3 with the EU's extensions) as what it says of who buys what from whom.

Names of elements are those of the standard without their prefixes: no two that are read here differ by namespace alone.
What the notice leaves out stays None; what it withholds is None and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from xml.etree.ElementTree import Element

from loaders.eforms import VERSION
from loaders.xml_file import parsed
from ontology.errors import FileFormatError

ROOTS = ("ContractAwardNotice", "ContractNotice", "PriorInformationNotice")
FILLER = date(2000, 1, 1)
"""Stands where the standard's schema demands an award date and there is none to give."""
MASKED = Decimal(-1)
MASKED_CODE = "unpublished"


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """A company of the notice. ``touch_points`` are other ids under which it is referred to: addresses of its own."""

    id: str
    name: str
    number: str
    country: str
    person: bool
    listed: str
    touch_points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lot:
    id: str
    name: str
    cpv: str
    framework: bool
    starts: date | None
    ends: date | None


@dataclass(frozen=True, slots=True)
class Tender:
    """``lot`` is the tender's own reference, which may differ from that of the result that lists it."""

    id: str
    lot: str
    value: Money | None
    party: str
    rank: int | None


@dataclass(frozen=True, slots=True)
class Party:
    """Who tendered together; ``lead`` is the one that leads them, ``subcontractors`` those that a tenderer names."""

    tenderers: tuple[str, ...]
    lead: str
    subcontractors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    lot: str
    code: str
    tenders: tuple[str, ...]
    contracts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    id: str
    reference: str
    signed: date | None
    tenders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    id: str
    version: str
    sdk: str
    type: str
    folder: str
    issued: date | None
    publication: str
    published: date | None
    language: str
    changes: str
    """What notice it changes, as it is named there; empty where it changes none."""
    cancelled: bool
    name: str
    reference: str
    procedure: str
    cpv: str
    estimated: Money | None
    ceiling: Money | None
    total: Money | None
    buyers: tuple[str, ...]
    lots: dict[str, Lot]
    organisations: dict[str, Organisation]
    results: tuple[Result, ...]
    tenders: dict[str, Tender]
    parties: dict[str, Party]
    contracts: dict[str, Contract]
    remarks: Counter[str] = field(default_factory=Counter)
    """What was withheld, masked without saying so, or stands beside a clear value."""

    def organisation(self, id: str) -> Organisation | None:
        """Who an id refers to: a company, or the company that a touch point belongs to."""
        if id in self.organisations:
            return self.organisations[id]
        return next((one for one in self.organisations.values() if id in one.touch_points), None)


def read_notice(path: Path) -> Notice:
    """Read a notice.

    Raises:
        FileFormatError: no XML, or no eForms notice of a procurement.
    """
    root = parsed(path)
    kind = _name(root)
    sdk = _text(root, "CustomizationID")
    if kind not in ROOTS or not sdk.startswith(VERSION):
        what = f"a {kind} of the version {sdk or 'that it does not say'}"
        raise FileFormatError(
            f"{path.name} is {what}, and no eForms notice of a procurement.",
            remedy="Give a notice in eForms XML, as TED and the national platforms publish it.",
        )
    if not _text(root, "ID"):
        raise FileFormatError(f"{path.name} has no notice id.", remedy="Fetch the notice again.")
    return _Reader(root, sdk).notice()


class _Reader:
    def __init__(self, root: Element, sdk: str) -> None:
        self.root = root
        self.sdk = sdk
        self.language = _text(root, "NoticeLanguageCode")
        self.remarks: Counter[str] = Counter()
        self.extension = _first(root, "UBLExtensions/UBLExtension/ExtensionContent/EformsExtension")
        self.result = _first(self.extension, "NoticeResult")

    def notice(self) -> Notice:
        root, project = self.root, _first(self.root, "ProcurementProject")
        changes = _first(self.extension, "Changes")
        published = _first(self.extension, "Publication")
        reasons = {_value(code) for code in _every(changes, "ChangeReason/ReasonCode")}
        return Notice(
            id=_text(root, "ID"),
            version=_text(root, "VersionID"),
            sdk=self.sdk,
            type=_text(root, "NoticeTypeCode"),
            folder=_text(root, "ContractFolderID"),
            issued=_day(_text(root, "IssueDate")),
            publication=_text(published, "NoticePublicationID"),
            published=_day(_text(published, "PublicationDate")),
            language=self.language,
            changes=_text(changes, "ChangedNoticeIdentifier"),
            cancelled="cancel" in reasons,
            name=self._words(project, "Name"),
            reference=_text(project, "ID"),
            procedure=_text(root, "TenderingProcess/ProcedureCode"),
            cpv=_text(project, "MainCommodityClassification/ItemClassificationCode"),
            estimated=self._money(project, "RequestedTenderTotal/EstimatedOverallContractAmount", ""),
            ceiling=self._money(self.result, "OverallMaximumFrameworkContractsAmount", "not-max-val"),
            total=self._money(self.result, "TotalAmount", "not-val"),
            buyers=tuple(
                dict.fromkeys(
                    _value(id) for id in _every(root, "ContractingParty/Party/PartyIdentification/ID")
                )
            ),
            lots={lot.id: lot for lot in self._lots()},
            organisations={one.id: one for one in self._organisations()},
            results=tuple(self._results()),
            tenders={one.id: one for one in self._tenders()},
            parties=dict(self._parties()),
            contracts={one.id: one for one in self._contracts()},
            remarks=self.remarks,
        )  # fmt: skip

    def _words(self, parent: Element | None, path: str) -> str:
        """A text in the notice's language, else the first that there is."""
        found = [(one.get("languageID", ""), _value(one)) for one in _every(parent, path)]
        return next((text for language, text in found if language == self.language), found[0][1] if found else "")

    def _money(self, parent: Element | None, path: str, field_code: str) -> Money | None:
        """An amount as stated. -1 is a mask: withheld where a block of the element speaks of the field's privacy, else
        not stated; a block beside a clear value hides nothing."""
        element = _first(parent, path)
        if parent is None or element is None:
            return None
        private = any(_value(one) == field_code for one in parent.iter() if _name(one) == "FieldIdentifierCode")
        try:
            amount = Decimal(_value(element))
        except InvalidOperation:
            self.remarks["amount_unreadable"] += 1
            return None
        currency = element.get("currencyID", "")
        if amount == MASKED or currency == MASKED_CODE:
            self.remarks["withheld" if private else "masked_unsaid"] += 1
            return None
        self.remarks["disclosed"] += private
        return Money(amount, currency) if amount.is_finite() and amount >= 0 else None

    def _lots(self) -> Iterator[Lot]:
        """The lots: no groups of them and no parts of a plan, whose values repeat theirs."""
        for one in _every(self.root, "ProcurementProjectLot"):
            id = _first(one, "ID")
            if id is None or id.get("schemeName", "Lot") != "Lot":
                self.remarks["lots_group"] += 1
                continue
            project = _first(one, "ProcurementProject")
            systems = {_value(c) for c in _every(one, "TenderingProcess/ContractingSystem/ContractingSystemTypeCode")}
            yield Lot(
                _value(id),
                self._words(project, "Name"),
                _text(project, "MainCommodityClassification/ItemClassificationCode"),
                any(code.startswith("fa-") for code in systems),
                _day(_text(project, "PlannedPeriod/StartDate")),
                _day(_text(project, "PlannedPeriod/EndDate")),
            )

    def _organisations(self) -> Iterator[Organisation]:
        for one in _every(self.extension, "Organizations/Organization"):
            company = _first(one, "Company")
            if company is None:
                continue
            yield Organisation(
                _text(company, "PartyIdentification/ID"),
                self._words(company, "PartyName/Name"),
                _text(company, "PartyLegalEntity/CompanyID"),
                _text(company, "PostalAddress/Country/IdentificationCode"),
                _text(one, "NaturalPersonIndicator") == "true",
                _text(one, "ListedOnRegulatedMarketIndicator"),
                tuple(_value(id) for id in _every(one, "TouchPoint/PartyIdentification/ID")),
            )

    def _results(self) -> Iterator[Result]:
        for one in _every(self.result, "LotResult"):
            yield Result(
                _text(one, "TenderLot/ID"),
                _text(one, "TenderResultCode"),
                tuple(_value(id) for id in _every(one, "LotTender/ID")),
                tuple(_value(id) for id in _every(one, "SettledContract/ID")),
            )

    def _tenders(self) -> Iterator[Tender]:
        for one in _every(self.result, "LotTender"):
            rank = _text(one, "RankCode")
            yield Tender(
                _text(one, "ID"),
                _text(one, "TenderLot/ID"),
                self._money(one, "LegalMonetaryTotal/PayableAmount", "win-ten-val"),
                _text(one, "TenderingParty/ID"),
                int(rank) if rank.isdecimal() and int(rank) > 0 else None,
            )

    def _parties(self) -> Iterator[tuple[str, Party]]:
        for one in _every(self.result, "TenderingParty"):
            tenderers = _every(one, "Tenderer")
            lead = next((_text(t, "ID") for t in tenderers if _text(t, "GroupLeadIndicator") == "true"), "")
            yield (
                _text(one, "ID"),
                Party(
                    tuple(_text(t, "ID") for t in tenderers),
                    lead,
                    tuple(_value(id) for id in _every(one, "SubContractor/ID")),
                ),
            )

    def _contracts(self) -> Iterator[Contract]:
        for one in _every(self.result, "SettledContract"):
            signed = _day(_text(one, "IssueDate")) or _day(_text(one, "AwardDate"))
            yield Contract(
                _text(one, "ID"),
                _text(one, "ContractReference/ID"),
                None if signed == FILLER else signed,
                tuple(_value(id) for id in _every(one, "LotTender/ID")),
            )


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _every(parent: Element | None, path: str) -> list[Element]:
    """The elements at a path of names, whatever their namespaces."""
    found = [] if parent is None else [parent]
    for name in path.split("/"):
        found = [child for one in found for child in one if _name(child) == name]
    return found


def _first(parent: Element | None, path: str) -> Element | None:
    return next(iter(_every(parent, path)), None)


def _value(element: Element) -> str:
    return " ".join((element.text or "").split())


def _text(parent: Element | None, path: str) -> str:
    element = _first(parent, path)
    return "" if element is None else _value(element)


def _day(text: str) -> date | None:
    """The civil date as written; its offset says where, and shifts nothing."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
