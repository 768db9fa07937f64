"""SIE 4: who sold to a company, by its vouchers. See ``docs/how-to/load.md``.

A correction stands as #RTRANS, followed by its copy as #TRANS for readers that know no corrections; what was struck
stands as #BTRANS. So #TRANS alone is summed. Suppliers are objects of dimension 9, by a number of the accounts' own:
it is no organisation number, whatever it looks like. Texts, signatures and employees (dimension 7) are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from loaders.base import NATURAL_PERSON, Progress, Report, checked
from loaders.sie.lines import PC8, Line, encoding_of, lines_of, parsed
from loaders.streams import opened, unpacked_size
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import Common, Link, PropertyProblem, Record, Ref, Source, digest
from ontology.values import is_personal_number, make_key, parse_day, parse_number

Item = Record | Link

SUPPLIER = "9"
"""The dimension of suppliers (SIE filformat 4B, 8.17)."""
PAID_FROM = ("19",)
OWED = ("244",)
COSTS = ("4", "5", "6", "7", "8")
"""How accounts begin (BAS): banks, what is owed to suppliers, goods and costs."""
PERSONS = frozenset({"privatperson", "personuppgift", "fysisk person", "enskild person"})
_HEAD = 20_000
EVERY = 5_000


@dataclass(slots=True)
class _Head:
    """What the file says of itself."""

    number: str = ""
    name: str = ""
    made: str = ""
    start: str = ""
    currency: str = "SEK"

    def take(self, line: Line) -> None:
        """Note what a line says of the file."""
        first, second = (*line.words, "", "")[:2]
        name = {"ORGNR": "number", "FNAMN": "name", "GEN": "made", "VALUTA": "currency"}.get(line.label)
        if name:
            setattr(self, name, first[:500])
        elif line.label == "RAR" and first == "0":
            self.start = second


def head_of(path: Path, encoding: str) -> _Head:
    """What the first lines say.

    Raises:
        FileFormatError: not SIE, or not of type 4.
    """
    head, seen = _Head(), False
    with opened(path) as file:
        for number, text in lines_of(file, encoding):
            line = parsed(number, text)
            if line.label == "SIETYP" and not "".join(line.words[:1]).startswith("4"):
                raise FileFormatError(
                    f"{path.name} is SIE of type {''.join(line.words[:1])}, which has no vouchers.",
                    remedy="Export type 4.",
                )
            seen |= line.label in ("SIETYP", "VER")
            if line.label == "VER" or number > _HEAD:
                break
            head.take(line)
    if not seen:
        raise FileFormatError(f"{path.name} is no SIE of type 4.", remedy="Export the vouchers as SIE 4.")
    return head


class SieLoader:
    """A company, its suppliers, and a link for each purchase."""

    name = "sie"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """A company's financial year is a series, the day on which the file was made an edition.

        Raises:
            FileFormatError: not SIE of type 4.
        """
        head = head_of(path, encoding_of(path))
        who = head.name or path.stem
        hidden = is_personal_number(head.number)
        return Source(
            series=f"sie-{digest(head.number, '' if head.number else who)}-{head.start[:8]}",
            edition=options.get("edition") or head.made,
            title=f"Accounts (SIE 4) {head.start[:4]}".strip(),
            publisher=NATURAL_PERSON if hidden else who,
            licence=options.get("licence", ""),
            language="sv",
        )

    def read(
        self,
        path: Path,
        source: Source,  # noqa: ARG002
        options: Mapping[str, str],  # noqa: ARG002
        secret: bytes,
        report: Report,
        progress: Progress,
    ) -> Iterator[Item]:
        """Yield the company, then suppliers as they first occur, and purchases.

        Raises:
            FileFormatError: the file cannot be read to its end.
        """
        encoding = encoding_of(path)
        report.notes["encoding"] += encoding != PC8
        reading = _Reading(report, head_of(path, encoding), secret)
        size = unpacked_size(path)
        with opened(path) as file:
            yield from reading.company()
            voucher: _Voucher | None = None
            for number, text in lines_of(file, encoding):
                if text.startswith("#VER"):
                    if voucher is not None:
                        yield from reading.close(voucher, cut=True)
                    voucher = _Voucher(parsed(number, text))
                elif voucher is not None and text.startswith("}"):
                    yield from reading.close(voucher)
                    voucher = None
                elif text.startswith("#"):
                    reading.line(parsed(number, text), voucher)
                if number % EVERY == 0:
                    progress(file.done, size)
            if voucher is not None:
                yield from reading.close(voucher, cut=True)
            progress(file.done, size)
        report.accepted = report.rows_in - report.rejected


@dataclass(slots=True)
class _Voucher:
    head: Line
    lines: list[Line] = field(default_factory=list)

    @property
    def called(self) -> str:
        """Its series and number."""
        return " ".join(word for word in self.head.words[:2] if word)


@dataclass(slots=True)
class _Reading:
    report: Report
    head: _Head
    secret: bytes
    names: dict[str, str] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    own: Ref | None = None
    scope: str = ""

    def company(self) -> Iterator[Item]:
        """The company whose accounts they are."""
        self.scope = digest(self.head.number or self.head.name)
        try:
            key = make_key("se-orgnr", self.head.number)
        except ValueProblem as problem:
            key = make_key("local", f"sie/{self.scope}")
            if problem.reason is Reason.PERSONAL_NUMBER:
                self.report.notes["hidden_person"] += 1
                facts: dict[str, object] = {"name": NATURAL_PERSON, "natural_person": True, "roles": ("buyer",)}
                self.own = Ref("Organisation", key)
                yield checked(Record("Organisation", key, facts))
                return
        self.own = Ref("Organisation", key)
        yield checked(Record("Organisation", key, {"name": self.head.name or key, "roles": ("buyer",)}))

    def line(self, line: Line, voucher: _Voucher | None) -> None:
        """A line within a voucher, or one that names a supplier."""
        match line.label:
            case "TRANS" if voucher is not None:
                voucher.lines.append(line)
            case "RTRANS":
                self.report.notes["added"] += 1
            case "BTRANS":
                self.report.notes["struck"] += 1
            case "OBJEKT" if line.words[:1] == (SUPPLIER,) and len(line.words) > 1:
                self.names[line.words[1]] = line.words[2] if len(line.words) > 2 else ""
            case "FLAGGA" | "FORMAT" | "SIETYP" | "GEN" | "ORGNR" | "FNAMN" | "RAR" | "VALUTA" | "PROGRAM":
                pass
            case _:
                self.report.notes["label_not_read"] += 1

    def close(self, voucher: _Voucher, cut: bool = False) -> list[Item]:
        """What a voucher says, all of it or nothing."""
        self.report.rows_in += 1
        try:
            return [checked(item) for item in self._purchases(voucher, cut)]
        except ValueProblem as problem:
            number = voucher.head.number
            self.report.reject("", number, getattr(problem, "name", ""), problem)
            self.report.keep("", number, "", ())
            return []

    def _purchases(self, voucher: _Voucher, cut: bool) -> Iterator[Item]:
        when = voucher.head.words[2] if len(voucher.head.words) > 2 else ""
        start, after = parse_day(when)
        if (after - start).days != 1:
            raise PropertyProblem("verdatum", Reason.NOT_A_DATE, when, day=when)
        amounts = [(one, _amount(one)) for one in voucher.lines]
        total = sum((amount for _, amount in amounts), Decimal(0))
        if total or cut:
            raise ValueProblem(Reason.NOT_BALANCED, voucher.called, total=format(total, "f"))
        suppliers = dict.fromkeys(id_ for one in voucher.lines for dim, id_ in one.objects if dim == SUPPLIER)
        if not suppliers:
            self.report.notes["voucher_without_supplier"] += 1
        for supplier in suppliers:
            spent = self._spent(amounts, supplier, alone=len(suppliers) == 1)
            if not spent:
                self.report.notes["payment"] += 1
                continue
            yield from self._supplier(supplier, voucher)
            assert self.own is not None  # the company is told first
            properties = {"amount": format(spent.normalize(), "f"), "currency": self.head.currency}
            yield Link(
                "SELLS_TO", Ref("Organisation", self._key(supplier)), self.own, properties,
                Common(valid_from=start, valid_to=start + timedelta(days=1)), locator=f"{voucher.head.number}",
                row_key=digest(voucher.called, str(date.isoformat(start)), f"{voucher.head.number}"),
            )  # fmt: skip

    def _spent(self, amounts: list[tuple[Line, Decimal]], supplier: str, alone: bool) -> Decimal:
        """What was bought of a supplier, without VAT: the costs of the voucher that are its own, or all where it is
        alone.

        A voucher that pays from a bank account buys nothing.
        """
        tagged = [(one.words[0], amount) for one, amount in amounts if (SUPPLIER, supplier) in one.objects]
        paid = any(one.words[0].startswith(PAID_FROM) for one, _ in amounts)
        if paid and any(account.startswith(OWED) for account, _ in tagged):
            return Decimal(0)
        every = [(one.words[0], amount) for one, amount in amounts]
        own = [amount for account, amount in tagged if account[:1] in COSTS]
        if own or not alone:
            return sum(own, Decimal(0))
        return sum((amount for account, amount in every if account[:1] in COSTS), Decimal(0))

    def _key(self, supplier: str) -> str:
        return make_key("local", f"sie/{self.scope}/{digest(supplier, self.secret.hex())}" if self._person(supplier)
                        else f"sie/{self.scope}/{supplier[:60]}")  # fmt: skip

    def _person(self, supplier: str) -> bool:
        return is_personal_number(supplier) or self.names.get(supplier, "").casefold() in PERSONS

    def _supplier(self, supplier: str, voucher: _Voucher) -> Iterator[Item]:
        if supplier in self.said:
            return
        self.said.add(supplier)
        name, at = self.names.get(supplier, ""), f"{voucher.head.number}"
        if self._person(supplier):
            self.report.notes["hidden_person"] += 1
            facts: dict[str, object] = {"name": NATURAL_PERSON, "natural_person": True, "roles": ("supplier",)}
            yield Record("Organisation", self._key(supplier), facts, locator=at)
            return
        if not name:
            self.report.notes["name_not_told"] += 1
        facts = {"name": (name or supplier)[:500], "roles": ("supplier",)}
        yield Record("Organisation", self._key(supplier), facts, raw={"number": supplier}, locator=at)


def _amount(line: Line) -> Decimal:
    if len(line.words) < 2:
        raise PropertyProblem("belopp", Reason.MISSING, "", column="belopp")
    return parse_number(line.words[1])
