"""The Swedish procurement statistics: one row an awarded tender and its supplier.

The statistics service of Upphandlingsmyndigheten gives each of its tables as a workbook or a CSV file, all with
the same columns about the procurement; the table of awarded tenders adds the lot and the supplier. Older editions
give suppliers without organisation numbers; newer ones also list tenders that were not contracted. Knowledge ends at
the contract: nothing here says what was delivered. What is hidden and what is left out is told in
``docs/how-to/load.md``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from graph.store import Stays
from loaders.base import Once, Progress, Report, checked
from loaders.se_procurement_rows import (
    LOT_ID,
    PROCUREMENT_ID,
    SUPPLIER_NAME,
    YEAR,
    Row,
    buyer_of,
    contract_of,
    hides_person,
    is_contracted,
    lot_of,
    procurement_key,
    procurement_of,
    supplier_of,
)
from loaders.se_procurement_tables import (
    Kind,
    all_rows,
    no_refusal,
    passed_over,
    remark_columns,
    tables_in,
    total_of,
    value_column,
)
from loaders.tabular import Table
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import Link, Record, Ref, Source
from ontology.values import parse_number

Item = Record | Link
EVERY = 500
MOST = Decimal(10) ** 13
"""No procurement is worth as much, in kronor; larger is a slip of the pen or a number of another sort."""


@dataclass(slots=True)
class _Reading:
    """What is remembered while one file or folder is read."""

    report: Report
    values: Mapping[str, Decimal]
    hidden: frozenset[str]
    once: Once = field(default_factory=Once)
    lots: set[tuple[str, str]] = field(default_factory=set)
    persons: Counter[str] = field(default_factory=Counter)
    contracts: dict[str, int] = field(default_factory=dict)

    def procurement(self, row: Row) -> tuple[list[Item], Ref, Ref]:
        """The buyer and the procurement of a row, where they are new, and what to link to."""
        buyer = buyer_of(row, self.report)
        procurement = procurement_of(row, self.report, buyer, self.values)
        return [buyer, procurement], Ref("Organisation", buyer.key), Ref("Procurement", procurement.key)

    def announced(self, row: Row) -> list[Item]:
        """What a row of the tables without suppliers says."""
        return self.procurement(row)[0]

    def tender(self, row: Row) -> list[Item]:
        """Everything that one tender says. One that was not contracted tells of its procurement and no more."""
        if not is_contracted(row):
            self.report.notes["not_contracted"] += 1
            return self.announced(row)
        items, buyer, procurement = self.procurement(row)
        lot = lot_of(row)
        supplier = supplier_of(row, self.report, self.persons, self.hidden)
        contract, category = contract_of(row, self.report, supplier)
        first = self.contracts.setdefault(contract.key, row.number)
        if first != row.number:
            raise ValueProblem(Reason.DUPLICATE_KEY, row.text(LOT_ID), first_row=str(first))
        here = Ref("Contract", contract.key)
        there = Ref("Lot", lot.key)
        at = row.locator
        items += [lot, supplier, contract]
        if (lot.key, procurement.key) not in self.lots:
            self.lots.add((lot.key, procurement.key))
            items.append(Link("PART_OF", there, procurement, locator=at))
        items += [
            Link("HOLDS", Ref("Organisation", supplier.key), here, locator=at),
            Link("SERVES", here, buyer, locator=at),
            Link("FOR_LOT", here, there, locator=at),
        ]
        if category:
            items.append(Link("IN_CATEGORY", here, Ref("Category", category), locator=at))
        return items

    def accept(self, table: str, items: list[Item]) -> Iterator[Item]:
        """The items of a row in normal form, without what was said before; on a problem none of them."""
        good = [replace(checked(item), table=table) for item in items]
        for item in good:
            said = item if isinstance(item, Link) else self.once.new(item)
            if said is not None:
                yield said


class SwedishProcurementLoader:
    """Buyers, procurements, lots, contracts and their holders from the Swedish procurement statistics."""

    name = "swedish-procurement"
    version = "2"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """Describe the source; a series for each year, for one year's statistics do not replace another's.

        Raises:
            FileFormatError: not the table of awarded tenders, or it names no year.
        """
        table = tables_in(path, no_refusal)[Kind.TENDERS].table
        years = sorted({row.get(YEAR, "") for _, row in table.rows} - {""})
        if not years:
            raise FileFormatError(f"{path.name} has no year in the column {YEAR}.", remedy="Fetch the table again.")
        span = years[0] if len(years) == 1 else f"{years[0]}-{years[-1]}"
        return Source(
            series=f"se-procurement-{span}",
            edition=options.get("edition", years[-1]),
            title=f"Annonserade upphandlingar i Sverige {span}",
            publisher="Upphandlingsmyndigheten",
            url="https://www.upphandlingsmyndigheten.se/statistik/",
            licence=options.get("licence", ""),
            language="sv",
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
        """Yield what the tables say: procurements with their values first, then who was awarded what."""
        hidden = hidden_names(tables_in(path, no_refusal)[Kind.TENDERS].table)
        tables = tables_in(path, report.refuse)
        for file in passed_over(path, tables, report):
            report.pass_over(file)
        for found in tables.values():
            remark_columns(found, report)
        total = total_of(tables)
        value_rows = all_rows(tables, Kind.VALUES, report)
        values = awarded_values(value_rows, value_column(tables[Kind.VALUES].table), report) if value_rows else {}
        reading = _Reading(report, values, hidden)
        work: list[tuple[Kind, Iterable[Row], Callable[[Row], list[Item]]]] = [
            (Kind.VALUES, value_rows, reading.announced),
            (Kind.PROCUREMENTS, all_rows(tables, Kind.PROCUREMENTS, report), reading.announced),
            (Kind.TENDERS, tables[Kind.TENDERS].rows(), reading.tender),
        ]
        report.tables.update(tables)
        rows = ((kind, row, make) for kind, found, make in work for row in found)
        for done, (kind, row, make) in enumerate(rows, start=1):
            yield from _row(reading, kind, row, make)
            if done % EVERY == 0:
                progress(done, total)
        progress(report.rows_in, report.rows_in)


def hidden_names(table: Table) -> frozenset[str]:
    """The suppliers' names that stand with a person's legal form or number somewhere in the table, case folded."""
    rows = (Row(table.name, number, cells) for number, cells in table.rows)
    return frozenset(row.text(SUPPLIER_NAME).casefold() for row in rows if hides_person(row)) - {""}


def _row(reading: _Reading, kind: Kind, row: Row, make: Callable[[Row], list[Item]]) -> Iterator[Item]:
    report = reading.report
    report.rows_in += 1
    try:
        yield from reading.accept(kind, make(row))
    except ValueProblem as problem:
        report.reject(row.sheet, row.number, getattr(problem, "name", ""), problem)
        report.keep(row.sheet, row.number, kind, said_before(row, kind, reading.hidden))
    else:
        report.accepted += 1


def _amount(text: str) -> Decimal:
    value = parse_number(text)
    if not 0 < value < MOST:
        raise ValueProblem(Reason.OUT_OF_RANGE, text, gt="0", lt=str(MOST))
    return value


def awarded_values(rows: list[Row], column: str, report: Report) -> dict[str, Decimal]:
    """What was awarded for each procurement: the sum of its rows.

    A value of zero or below is left out, and then the procurement's value is unknown: part of a sum is no sum.
    """
    values: dict[str, Decimal] = {}
    unknown: set[str] = set()
    for row in rows:
        text = row.text(column)
        if not text:
            report.notes["value_absent"] += 1
            unknown.add(row.text(PROCUREMENT_ID))
            continue
        try:
            value = _amount(text)
        except ValueProblem as problem:
            report.leave_out(row.sheet, row.number, column, problem)
            report.notes["value_left_out"] += 1
            unknown.add(row.text(PROCUREMENT_ID))
            continue
        key = row.text(PROCUREMENT_ID)
        values[key] = values.get(key, Decimal(0)) + value
    return {key: value for key, value in values.items() if key not in unknown}


def said_before(row: Row, kind: Kind, hidden: frozenset[str]) -> set[Stays]:
    """What a rejected row said in the edition before, if it says what it is about: its procurement, or its contract."""
    unheard = Report("")
    stays: set[Stays] = set()
    with suppress(ValueProblem):
        stays.add(Stays(kind, buyer_of(row, unheard).key))
    if row.text(PROCUREMENT_ID):
        try:
            stays.add(Stays(kind, procurement_key(row.text(PROCUREMENT_ID))))
        except ValueProblem:  # too long to be a number
            return set()
    elif kind is not Kind.TENDERS:
        return set()
    if kind is not Kind.TENDERS:
        return stays
    try:
        lot, supplier = lot_of(row), supplier_of(row, unheard, Counter(), hidden)
        contract, _ = contract_of(row, unheard, supplier)
    except ValueProblem:
        return set()
    if supplier.properties.get("natural_person"):  # numbered by its place: which one it was cannot be told
        return set()
    stays |= {Stays(kind, key) for key in (lot.key, supplier.key, contract.key)}
    return stays | {Stays(kind, *ends) for ends in ((contract.key, ""), ("", contract.key), (lot.key, ""))}
