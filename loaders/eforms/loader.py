"""Notices of the EU's eForms as procurements, lots, buyers, and contracts with who holds them.

A notice stands for itself and is its own edition of a thread: the notices of one kind about the same lots of one
procedure, whatever ids their corrections bear; each supersedes the one before whole. What a notice does not tell, its
traps and what is left out are told in ``docs/how-to/load.md``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from loaders.base import NATURAL_PERSON, Progress, Report, checked
from loaders.eforms.award import Award, awards
from loaders.eforms.notice import Money, Notice, Organisation, read_notice
from ontology.errors import ValueProblem
from ontology.records import Common, Link, Record, Ref, Source, digest
from ontology.values import is_personal_number, make_key

Item = Record | Link
KNOWN_SDK = range(3, 17)
"""The minor versions of the SDK that were looked at; a notice of another is read, with a remark."""
_SDK = re.compile(r"eforms-sdk-1\.(\d+)(?!\d)")
"""The version of the SDK, before what a platform adds to it (``eforms-sdk-1.7#urn:...``)."""
INTENDED = "veat"
"""A notice that tells whom a buyer means to award to: no contract yet."""
NO_CPV = frozenset({"00000000", "99999999"})
"""Not classified: Sweden's *Uppgift saknas*, Ukraine's *not reflected in other sections*."""
KOSOVO = ("1A0", "XKX")
"""The codes of the EU's country list for it, of before and after 2024."""


def thread(notice: Notice) -> str:
    """What the notice is an edition of: its corrections have ids of their own, and all of its lots."""
    return digest(notice.folder or notice.id, notice.type, *sorted(notice.lots))[:24]


class EformsLoader:
    """One notice. A folder is loaded file by file."""

    name = "eforms"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:  # noqa: ARG002
        """Describe the notice.

        Raises:
            FileFormatError: it is none.
        """
        notice = read_notice(path)
        said = notice.published or notice.issued
        publication = notice.publication.lstrip("0")
        return Source(
            series=f"eforms/{thread(notice)}",
            edition=f"{said or ''} {notice.version} {publication}".strip(),
            title=f"{notice.name or notice.id} ({publication or notice.id})",
            publisher="Publications Office of the European Union, TED",
            url=f"https://ted.europa.eu/en/notice/{publication}" if publication else "",
            licence="CC-BY-4.0" if publication else "",
            language=notice.language,
            published=said,
        )

    def read(
        self,
        path: Path,
        source: Source,  # noqa: ARG002
        options: Mapping[str, str],  # noqa: ARG002
        secret: bytes,  # noqa: ARG002
        report: Report,
        progress: Progress,
    ) -> Iterator[Item]:
        """Yield what the notice says. A row is a notice."""
        notice = read_notice(path)
        report.rows_in += 1
        report.accepted += 1
        report.notes.update(notice.remarks)
        found = _SDK.match(notice.sdk)
        if not (found and int(found[1]) in KNOWN_SDK):
            report.notes["unknown_sdk"] += 1
        if notice.changes:
            report.notes["change_notice"] += 1
        if not notice.folder:
            report.notes["planning_only"] += 1
        else:
            for item in _Telling(notice, report).items():
                yield checked(item)
        progress(1, 1)


class _Telling:
    """What one notice says, as records and links."""

    def __init__(self, notice: Notice, report: Report) -> None:
        self.notice = notice
        self.report = report
        self.procurement = Ref("Procurement", make_key("eforms", notice.folder))
        numbers = Counter(_bare(one) for one in notice.organisations.values())
        self.shared = {number for number, times in numbers.items() if number and times > 1}
        self.told: set[str] = set()

    def items(self) -> Iterator[Item]:
        notice = self.notice
        if notice.cancelled:
            self.report.notes["cancelled"] += 1
            yield self._procurement()
            return
        yield self._procurement()
        for id in notice.buyers:
            yield from self._organisation(id, "buyer")
        for lot in notice.lots.values():
            here = self._lot(lot.id)
            yield Record("Lot", here.key, {"name": lot.name or lot.id, "number": lot.id}, locator=lot.id)
            yield Link("PART_OF", here, self.procurement, locator=lot.id)
        if notice.type == INTENDED:
            self.report.notes["intended"] += 1
            return
        for award in awards(notice, self.report.notes):
            yield from self._award(award)

    def _procurement(self) -> Record:
        notice = self.notice
        stated = {"estimated_value": notice.estimated, "ceiling_value": notice.ceiling, "awarded_value": notice.total}
        currency = next((m.currency for m in reversed(stated.values()) if m), None)
        kept = {name: m.amount for name, m in stated.items() if m and m.currency == currency}
        other = {name: f"{m.amount} {m.currency}" for name, m in stated.items() if m and m.currency != currency}
        self.report.notes["other_currency"] += len(other)
        ended = (notice.published or notice.issued) if notice.cancelled else None
        properties = {
            "name": notice.name or notice.folder,
            "reference": notice.reference or None,
            "procedure": notice.procedure or None,
            "currency": currency,
            **kept,
        }
        raw = {**other, "notice": notice.id, "version": notice.version, "sdk": notice.sdk}
        common = Common(valid_to=ended)
        return Record("Procurement", self.procurement.key, properties, raw=raw, common=common, locator=notice.id)

    def _lot(self, id: str) -> Ref:
        return Ref("Lot", make_key("eforms", f"{self.notice.folder}/{id}"))

    def _ref(self, one: Organisation) -> Ref:
        """The organisation by its number; one whose number another of the notice has too, or whose number is none's,
        by its place in the notice."""
        key = None if _hides_person(one) or _bare(one) in self.shared else _number(one)
        return Ref("Organisation", key or make_key("eforms", f"{self.notice.folder}/{thread(self.notice)}/{one.id}"))

    def _organisation(self, id: str, role: str) -> Iterator[Item]:
        """An organisation of the notice, once, with its country."""
        one = self.notice.organisation(id)
        if one is None:
            self.report.notes["unknown_organisation"] += 1
            return
        ref = self._ref(one)
        if one.id in self.told:
            return
        self.told.add(one.id)
        if _hides_person(one):
            self.report.notes["hidden_person"] += 1
            hidden = {"name": NATURAL_PERSON, "roles": (role,), "natural_person": True}
            yield Record("Organisation", ref.key, hidden, locator=one.id)
            return
        if ref.key.startswith("eforms:"):
            shared = _bare(one) in self.shared
            self.report.notes["same_number" if shared else "number_not_read" if one.number else "number_absent"] += 1
        raw = {"CompanyID": one.number, "ListedOnRegulatedMarketIndicator": one.listed}
        properties = {"name": one.name or one.number or one.id, "roles": (role,)}
        yield Record(
            "Organisation", ref.key, properties, raw={k: v for k, v in raw.items() if v}, locator=one.id
        )  # fmt: skip
        if country := _country(one):
            yield Link("LOCATED_IN", ref, Ref("Place", make_key("iso3166-1", country)), locator=one.id)
        else:
            self.report.notes["country_not_read"] += bool(one.country)

    def _award(self, award: Award) -> Iterator[Item]:
        """A contract on its lots, who holds it and whom it serves."""
        notice = self.notice
        here = Ref("Contract", make_key("eforms", f"{notice.folder}/{thread(notice)}/{award.id}"))
        at = award.id
        lots = [notice.lots[id] for id in award.lots if id in notice.lots]
        starts = [lot.starts for lot in lots if lot.starts]
        ends = [lot.ends for lot in lots if lot.ends]
        properties: dict[str, object] = {
            "name": award.reference or next((lot.name for lot in lots if lot.name), None) or notice.name or award.id,
            "kind": "framework" if any(lot.framework for lot in lots) else "contract" if lots else None,
            "rank": award.rank,
            **_amount(award.value),
        }
        yield Record(
            "Contract",
            here.key,
            properties,
            raw=award.raw,
            common=Common(
                valid_from=min(starts) if starts else award.signed,
                valid_to=max(ends) if ends and len(ends) == len(lots) else None,
            ),
            locator=at,
        )
        for id, role, share in award.holders:
            one = notice.organisation(id)
            yield from self._organisation(id, "supplier")
            if one is not None:
                sure = Common(confidence=share)
                yield Link("HOLDS", self._ref(one), here, {"role": role or None}, common=sure, locator=at)
        for id in award.subcontractors:
            yield from self._organisation(id, "supplier")
            sub, main = notice.organisation(id), notice.organisation(award.holders[0][0]) if award.holders else None
            if sub is not None and main is not None:
                yield Link("SELLS_TO", self._ref(sub), self._ref(main), locator=at)
        for id in notice.buyers:
            if buyer := notice.organisation(id):
                yield Link("SERVES", here, self._ref(buyer), locator=at)
        for id in award.lots:
            if id in notice.lots:
                yield Link("FOR_LOT", here, self._lot(id), locator=at)
        for code in sorted({lot.cpv or notice.cpv for lot in lots} or {notice.cpv}):
            yield from self._category(here, code)

    def _category(self, contract: Ref, code: str) -> Iterator[Item]:
        if not code or code.partition("-")[0] in NO_CPV:
            self.report.notes["category_unknown"] += 1
            return
        try:
            yield Link("IN_CATEGORY", contract, Ref("Category", make_key("cpv", code)), locator=code)
        except ValueProblem as problem:
            self.report.leave_out("", 1, "ItemClassificationCode", problem)


def _amount(value: Money | None) -> dict[str, object]:
    return {} if value is None else {"awarded_value": value.amount, "currency": value.currency}


def _country(one: Organisation) -> str:
    """The two-letter code of the address; empty where none is given or known."""
    try:
        return make_key("iso3166-1", "XK" if one.country in KOSOVO else one.country).partition(":")[2]
    except ValueProblem:
        return ""


def _hides_person(one: Organisation) -> bool:
    """A natural person by the notice's word, or by a number that is a Swedish person's."""
    return one.person or (_country(one) in ("SE", "") and is_personal_number(one.number))


def _bare(one: Organisation) -> str:
    """Its number without signs, to see whether it is another's."""
    return "".join(filter(str.isalnum, one.number)).upper()


def _number(one: Organisation) -> str | None:
    """The key of a company's number, which is free text: by the country of its address, or by its own prefix."""
    text, country = one.number.strip(), _country(one)
    if not text:
        return None
    prefix = "EL" if country == "GR" else country
    tries = [("se-orgnr", text)] if country == "SE" else []
    tries += [("vat", text), ("vat", f"{prefix}{text}")] if prefix else [("vat", text)]
    for scheme, number in tries:
        try:
            return make_key(scheme, number)
        except ValueProblem:
            continue
    return None
