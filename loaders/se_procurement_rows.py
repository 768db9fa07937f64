"""One row of the Swedish procurement statistics -> records. See ``se_procurement.py`` for the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from loaders.base import NATURAL_PERSON, Report
from ontology.errors import Reason, ValueProblem
from ontology.records import PropertyProblem, Record, digest
from ontology.values import is_personal_number, make_key, parse_bool

YEAR = "År"
BUYER_NAME = "Namn för köpare"
BUYER_NUMBER = "Organisationsnummer för köpare"
BUYER_FORM = "Juridisk form för köpare"
BUYER_INDUSTRY = "SNI-Avdelning för köpare"
CPV = "Huvudsaklig CPV-kod"
PROCEDURE = "Förfarande"
AGREEMENT = "Typ av avtal"
ENVIRONMENTAL = "Miljömässigt hållbar upphandling"
SOCIAL = "Socialt hållbar upphandling"
INNOVATION = "Innovationsupphandling"
PROCUREMENT_ID = "Upphandlings-ID"
TITLE = "Upphandlingens titel"
PUBLISHED = "Publiceringsdatum"
COORDINATED = "Samordnad upphandling"
LOT_ID = "Anbudsområdes-ID"
SUPPLIER_NAME = "Namn för leverantör"
SUPPLIER_NUMBER = "Organisationsnummer för leverantör"
SUPPLIER_SIZE = "Företagsstorlek för leverantör"
SUPPLIER_FORM = "Juridisk form för leverantör"
SUPPLIER_INDUSTRY = "SNI-Detaljgrupp för leverantör"
CONTRACTED = "Kontrakterad"
TENDERS = "Antal kontrakterade anbud"

MASKED = "personuppgift"
PERSON_NAMES = frozenset({MASKED, "privatperson", "private person", "individual", "arbetar privat", "dr"})
"""What stands in the name column where a person is meant, case folded."""
PERSON_FORMS = frozenset({"Fysiska personer", "Enkla bolag", "Dödsbon"})
"""Legal forms in which the registered name is, or may be, a person's own."""
NOBODY = frozenset(
    {
        "flera leverantörer",
        "enligt upphandlingsprotokoll",
        "se tilldelningsbeslut i ärendet",
        "sekretess",
        "uppgift saknas",
        "notyetdecided",
        "not yet registered",
        "av form",
        "xxx",
    }
)
"""What stands in the name column where no supplier is named, case folded: never one supplier."""
NO_NUMBER = frozenset(
    {"", "-", "0", "uppgift saknas", "saknas", "okänt", "okänd", "ej angivet", "#n/a", "n/a", "#saknas!"}
)
"""What stands in the number column where no number is given, case folded."""
CONTRACTED_OR_NOT = {
    "kontrakterad": True,
    "kontrakterat": True,
    "inte kontrakterad": False,
    "inte kontrakterat": False,
    "ej kontrakterad": False,
    "icke kontrakterad": False,
}
KINDS = {"Ramavtal": "framework", "Kontrakt": "contract"}
NO_CPV = frozenset({"00000000", "99999999"})
"""Not classified: *Uppgift saknas*, and what no other section has."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, with where it stands."""

    sheet: str
    number: int
    cells: Mapping[str, str]

    @property
    def locator(self) -> str:
        return f"{self.sheet}!{self.number}"

    def text(self, column: str) -> str:
        return self.cells.get(column, "")

    def needed(self, column: str) -> str:
        """The cell's text.

        Raises:
            PropertyProblem: it is empty.
        """
        if text := self.text(column):
            return text
        raise PropertyProblem(column, Reason.MISSING, "", column=column)

    def raw(self, *columns: str) -> dict[str, str]:
        return {column: self.cells[column] for column in columns if self.cells.get(column)}


def is_person(name: str, legal_form: str) -> bool:
    """Whether a name is a natural person's, or must be taken for one."""
    return legal_form in PERSON_FORMS or name.casefold() in PERSON_NAMES


def buyer_of(row: Row, report: Report) -> Record:
    """The buyer, under its organisation number where that is one; a person's name and number are hidden."""
    name, form = row.needed(BUYER_NAME), row.text(BUYER_FORM)
    key = _buyer_key(row, report)
    if key is None or is_person(name, form):
        report.notes["hidden_buyer"] += 1
        key = make_key("se-stat", f"person/buyer/{row.needed(PROCUREMENT_ID)}")
        return Record("Organisation", key, _person("buyer", form, ""), locator=row.locator)
    properties = {
        "name": name,
        "roles": ("buyer",),
        "legal_form": form or None,
        "industry": row.text(BUYER_INDUSTRY).partition(" ")[0] or None,
    }
    return Record("Organisation", key, properties, raw=row.raw(BUYER_NUMBER), locator=row.locator)


def _buyer_key(row: Row, report: Report) -> str | None:
    """The buyer's key; None where the number is a person's."""
    number = row.text(BUYER_NUMBER)
    try:
        return make_key("se-orgnr", row.needed(BUYER_NUMBER))
    except ValueProblem as problem:
        if problem.reason is Reason.PERSONAL_NUMBER or is_personal_number(number):
            report.leave_out(row.sheet, row.number, BUYER_NUMBER, ValueProblem(Reason.PERSONAL_NUMBER, "***"))
            return None
        if finnish := _finnish(number):
            report.notes["buyer_number_finnish"] += 1
            return finnish
        report.notes["buyer_number_invalid"] += 1
        report.leave_out(row.sheet, row.number, BUYER_NUMBER, problem)
    return make_key("se-stat", f"buyer/{number or digest(row.text(BUYER_NAME))}")


def _finnish(number: str) -> str | None:
    """A Finnish business id as the VAT number that it is part of; None for anything else."""
    from stdnum.fi import ytunnus

    return make_key("vat", f"FI{ytunnus.compact(number)}") if ytunnus.is_valid(number) else None


def _person(role: str, legal_form: str, size: str) -> dict[str, object]:
    """Properties that tell nothing of who it is: no name, no industry."""
    return {
        "name": NATURAL_PERSON,
        "roles": (role,),
        "legal_form": legal_form or None,
        "natural_person": True,
        "size": size or None,
    }


def _flag(row: Row, column: str, report: Report) -> bool | None:
    """Yes, no, or None: an empty flag means that nobody said."""
    text = row.text(column)
    if not text:
        report.notes["empty_flag"] += 1
        return None
    try:
        return parse_bool(text)
    except ValueProblem as problem:
        report.leave_out(row.sheet, row.number, column, problem)
        return None


def procurement_key(number: str) -> str:
    return make_key("se-stat", f"procurement/{number}")


def procurement_of(row: Row, report: Report, buyer: Record, values: Mapping[str, Decimal]) -> Record:
    """The procurement, with the value of the whole; ``raw`` keeps what the ontology has no property for."""
    number = row.needed(PROCUREMENT_ID)
    if not row.text(TITLE):
        report.notes["title_absent"] += 1
    value = values.get(number)
    properties = {
        "name": row.text(TITLE) or number,
        "procedure": row.text(PROCEDURE) or None,
        "awarded_value": value,
        "currency": None if value is None else "SEK",
        "environmental": _flag(row, ENVIRONMENTAL, report),
        "social": _flag(row, SOCIAL, report),
        "innovation": _flag(row, INNOVATION, report),
    }
    named = () if buyer.properties.get("natural_person") else (BUYER_NAME, BUYER_NUMBER)
    raw = row.raw(*named, PUBLISHED, CPV, COORDINATED, AGREEMENT)
    return Record("Procurement", procurement_key(number), properties, raw=raw, locator=row.locator)


def tenders_of(row: Row) -> tuple[str, str]:
    """The column of how many tenders a row stands for, and what it says; both empty where there is none."""
    column = next((name for name in row.cells if name.startswith(TENDERS)), "")
    return column, row.text(column)


def is_contracted(row: Row) -> bool:
    """Whether a row is a tender that became a contract. Editions without the column list no others.

    Raises:
        PropertyProblem: the column is empty or not understood, or the count of contracted tenders contradicts it.
    """
    column, count = tenders_of(row)
    none_counted = count.isdecimal() and int(count) == 0
    if CONTRACTED not in row.cells:
        return not none_counted
    said = row.needed(CONTRACTED)
    try:
        contracted = CONTRACTED_OR_NOT.get(" ".join(said.casefold().split()))
        contracted = parse_bool(said) if contracted is None else contracted
    except ValueProblem:
        known = "Kontrakterad, Inte kontrakterad"
        raise PropertyProblem(CONTRACTED, Reason.NOT_IN_VOCABULARY, said, one_of=known) from None
    if contracted and none_counted:
        raise PropertyProblem(column, Reason.OUT_OF_RANGE, count, ge="1")
    return contracted


def lot_of(row: Row) -> Record:
    """The lot. The statistics give it a number and no title; a procurement that is not divided has one lot."""
    number = row.needed(LOT_ID)
    properties = {"name": row.text(TITLE) or number, "number": number}
    return Record("Lot", make_key("se-stat", f"lot/{number}"), properties, locator=row.locator)


def hides_person(row: Row) -> bool:
    """Whether the supplier of a row is a natural person, by its name, its legal form or its number."""
    number = row.text(SUPPLIER_NUMBER)
    digits = "".join(filter(str.isdecimal, number))  # whatever separates them: a plus sign from a hundred years of age
    by_number = number.casefold() in PERSON_NAMES or is_personal_number(digits)
    return by_number or is_person(row.text(SUPPLIER_NAME), row.text(SUPPLIER_FORM))


def supplier_of(row: Row, report: Report, persons: Counter[str], hidden: frozenset[str] = frozenset()) -> Record:
    """The supplier.

    A company is one entity for each organisation number, so that it is the same here as in other sources; where none
    is given, for each name and legal form, so that its contracts gather. A person is an entity of the row alone,
    numbered within its lot by ``persons``; so is a name that names nobody. ``hidden`` are the names that are a
    person's elsewhere in the file, case folded.
    """
    form, lot, size = row.text(SUPPLIER_FORM), row.needed(LOT_ID), row.text(SUPPLIER_SIZE)
    given = row.text(SUPPLIER_NAME)
    numbered = row.text(SUPPLIER_NUMBER).casefold() not in NO_NUMBER
    if hides_person(row) or (not form and not numbered and given.casefold() in hidden):
        report.notes["masked_person" if given.casefold() == MASKED else "hidden_person"] += 1
        persons[lot] += 1
        key = make_key("se-stat", f"person/{lot}/{persons[lot]}")
        return Record("Organisation", key, _person("supplier", form, size), locator=row.locator)
    key = _supplier_key(row, report)
    nobody = given.casefold() in NOBODY
    by_number = key and (nobody or not given)  # the number says who it is, the name does not
    name = key.partition(":")[2] if by_number else row.needed(SUPPLIER_NAME)
    if not form:
        report.notes["legal_form_unknown"] += 1
    if not key:
        if nobody:
            report.notes["supplier_not_named"] += 1
        key = make_key("se-stat", f"supplier/{digest(name, lot if nobody else form)}")
    properties = {
        "name": name,
        "roles": ("supplier",),
        "legal_form": form or None,
        "size": size or None,
        "industry": _industry(row.text(SUPPLIER_INDUSTRY)),
    }
    raw = row.raw(SUPPLIER_NUMBER, SUPPLIER_INDUSTRY)
    return Record("Organisation", key, properties, raw=raw, locator=row.locator)


def _supplier_key(row: Row, report: Report) -> str:
    """The supplier's key by its number; empty where none is given, or it is not valid (then it is listed)."""
    number = row.text(SUPPLIER_NUMBER)
    if number.casefold() in NO_NUMBER:
        if SUPPLIER_NUMBER in row.cells:
            report.notes["supplier_number_absent"] += 1
        return ""
    try:
        return make_key("se-orgnr", number)
    except ValueProblem as problem:
        if finnish := _finnish(number):
            return finnish
        report.notes["supplier_number_invalid"] += 1
        report.leave_out(row.sheet, row.number, SUPPLIER_NUMBER, problem)
        return ""


def _industry(text: str) -> str | None:
    """The SNI code, with the leading zero that the source drops; many of its labels are wrong, so none is used."""
    code = text.partition(" ")[0]
    return code.zfill(5) if code.isdigit() and int(code) else None


def contract_of(row: Row, report: Report, supplier: Record) -> tuple[Record, str | None]:
    """The contract of one supplier on one lot, and the key of its category where it has one."""
    kind = row.text(AGREEMENT)
    if kind and kind not in KINDS:
        near = ValueProblem(Reason.NOT_IN_VOCABULARY, kind, one_of=", ".join(KINDS))
        report.leave_out(row.sheet, row.number, AGREEMENT, near)
    number = row.needed(LOT_ID)
    holder = supplier.key.partition(":")[2]
    which = holder.rpartition("/")[2]
    person = "person/" if supplier.properties.get("natural_person") else ""
    tenders = _several_tenders(row, report)
    properties = {"name": row.text(TITLE) or number, "kind": KINDS.get(kind)}
    key = make_key("se-stat", f"contract/{number}/{person}{which}")
    raw = row.raw(CPV, *tenders)
    return Record("Contract", key, properties, raw=raw, locator=row.locator), _category(row, report)


def _several_tenders(row: Row, report: Report) -> list[str]:
    """The column of the count where a row stands for several tenders; a count that is no number is listed."""
    column, count = tenders_of(row)
    if not count:
        return []
    if not count.isdecimal():
        report.leave_out(row.sheet, row.number, column, ValueProblem(Reason.NOT_A_NUMBER, count))
        return []
    if int(count) <= 1:
        return []
    report.notes["several_tenders"] += 1
    return [column]


def _category(row: Row, report: Report) -> str | None:
    text = row.text(CPV)
    code = text.partition(" ")[0]
    if not code or code.partition("-")[0] in NO_CPV:
        report.notes["category_unknown"] += 1
        return None
    try:
        return make_key("cpv", code)
    except ValueProblem as problem:
        report.leave_out(row.sheet, row.number, CPV, problem)
        return None
