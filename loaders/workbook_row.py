"""One row of a workbook: what its cells said, and what of them could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from loaders.base import NATURAL_PERSON
from loaders.spreadsheet_marks import NoValue
from loaders.workbook_binding import Bound, stops
from loaders.workbook_columns import Column, Role
from loaders.workbook_values import common_value, property_value, said_currency
from ontology.amounts import allows
from ontology.errors import Reason, ValueProblem
from ontology.model import NODES
from ontology.records import PropertyProblem, Record


@dataclass(slots=True)
class Row:
    """A row being read: what its cells said, the problems that stop it, and the cells that are left out of it."""

    number: int
    ids: dict[Role, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    common: dict[str, Any] = field(default_factory=dict)
    shortcuts: list[tuple[Column, str, str]] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[str, ValueProblem]] = field(default_factory=list)
    left_out: list[tuple[str, ValueProblem]] = field(default_factory=list)
    unread: list[tuple[Column, str]] = field(default_factory=list)
    """(short cut, what it names) of those of them that said links; empty where that cannot be read."""
    hidden: bool = False
    currencies: list[tuple[str, str, str]] = field(default_factory=list)
    """(heading, text, currency) of each amount; empty where its own words name none."""

    def heading(self, name: str) -> str:
        return self.headings.get(name, name)

    def problem(self, found: PropertyProblem) -> tuple[str, ValueProblem]:
        """A problem under its heading, with the cell as it was written."""
        text = self.texts.get(found.name, found.value)
        return self.heading(found.name), ValueProblem(found.reason, text, **found.parameters)


def parse(bound: Bound, number: int, cells: list[str]) -> Row:
    """Read the cells of a row; what stops it and what is left out stands with it."""
    row = Row(number)
    for extra in bound.without_heading(cells):
        row.left_out.append(("", ValueProblem(Reason.NO_HEADING, extra)))
    for column, heading, text in bound.cells(cells):
        row.headings[column.name], row.texts[column.name] = heading, text
        try:
            _cell(row, column, heading, text)
        except ValueProblem as problem:
            if column.role is Role.SHORTCUT:
                row.unread.append((column, ""))
            (row.problems if stops(column) else row.left_out).append((heading, problem))
    for heading, text, currency in row.currencies:
        if currency:
            row.properties.setdefault("currency", currency)
        if (given := row.properties.get("currency")) and not allows(text, given):
            row.left_out.append((heading, ValueProblem(Reason.OTHER_CURRENCY, text, currency=currency)))
            for name in [name for name, said in row.headings.items() if said == heading]:
                row.properties.pop(name, None)
    return row


def _cell(row: Row, column: Column, heading: str, text: str) -> None:
    if isinstance(text, NoValue):
        raise text.problem
    if column.role is Role.SHORTCUT:
        row.shortcuts.append((column, heading, text))
    elif column.role is Role.COMMON:
        row.common[column.name] = common_value(column, text)
    elif column.declared is None:
        row.ids[column.role] = text
    else:
        value = property_value(column.declared, text)
        if (currency := said_currency(column.declared, text)) is not None:
            row.currencies.append((heading, text, currency))
        row.properties[column.name] = value
        row.hidden = row.hidden or (column.name == "natural_person" and value)
        if not _same(value, text):
            row.raw[column.name] = text


def _same(value: Any, text: str) -> bool:
    return (";".join(value) if isinstance(value, tuple) else str(value)) == text


def hidden(record: Record, ids: Mapping[Role, str]) -> Record:
    """A natural person's record with name, numbers and free text left out; only coded properties stay."""
    declared = NODES[record.type].properties
    coded = {name: value for name, value in record.properties.items() if declared[name].vocabulary}
    properties = {"name": NATURAL_PERSON, "natural_person": True, **coded}
    told = [str(record.properties.get("name", "")), *ids.values()]
    cites = record.common.cites
    if any(word and word.casefold() in cites.casefold() for word in told):
        cites = ""
    return replace(record, properties=properties, also=(), raw={}, common=replace(record.common, cites=cites))
