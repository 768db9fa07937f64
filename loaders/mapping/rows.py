"""Rows to records and links, as a mapping says; every value that is refused is told with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graph.store import Stays
from loaders.base import NATURAL_PERSON, Report
from loaders.mapping.model import OWN, SOURCE, Block, Condition, LinkBlock, NodeBlock, Rows
from loaders.mapping.row import Place, Row, Said, Thing, columns_of, each_column, pair, told
from loaders.mapping.template import Cells, is_like
from loaders.os_ids import SCHEME as OS_ID
from loaders.spreadsheet_marks import NoValue
from loaders.workbook_columns import COMMON, Role
from loaders.workbook_row import hidden
from loaders.workbook_values import (
    HIDDEN,
    Keys,
    common,
    common_value,
    property_value,
    said_currency,
)
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import (
    Common,
    Link,
    PropertyProblem,
    Record,
    Ref,
    Source,
    check_link,
    check_record,
    content_order,
)
from ontology.values import implied_keys

_COMMON = {column.name: column for column in COMMON}
_PERSON = "natural_person"


class RowReader:
    """Reads the rows of one table. ``columns`` gives the heading of each column that the mapping names and that is
    there."""

    def __init__(
        self, rows: Rows, columns: Mapping[str, str], source: Source, keys: Keys, report: Report, said: Said
    ) -> None:
        self.rows, self.columns, self.source, self.keys, self.report, self.said = (
            rows, columns, source, keys, report, said
        )  # fmt: skip
        self.table = rows.title
        self.of_node = {name: self._headings(block) for name, block in rows.node.items()}
        self.missing = [pattern for pattern in rows.missing if "*" in pattern]
        self.missing_texts = {pattern.casefold() for pattern in rows.missing if "*" not in pattern}

    def read(self, place: Place, cells: Mapping[str, str]) -> list[Record | Link]:
        """What a row says: nothing where it is rejected, which is reported."""
        self.report.rows_in += 1
        row = Row(place, cells)
        if not self._meets(self.rows, row, {}):
            self.report.accepted += 1
            self.report.notes["rows_not_asked_for"] += 1
            return []
        self._things(row)
        if row.persons:  # once more, with everything that tells who it is put aside
            row = replace(row, things={}, problems=[], left_out=[], unread=set(), settled=set(), empty=[])
            self._things(row)
        self._drop_steps(row)
        links = self._links(row)
        items: list[Record | Link] = [t.record for things in row.things.values() for t in things if t.record]
        items += links
        if not items and not row.problems and row.empty:
            row.problems.append((row.empty[0], ValueProblem(Reason.MISSING, "", column=row.empty[0])))
        if row.problems:
            self._reject(row)
            return []
        self._name_unsaid(row)
        if row.persons:
            self.report.notes["hidden_person"] += len(row.persons)
        self._accept(row, said=bool(items))
        return list(self.said.new(items))

    # -- cells ---------------------------------------------------------------------------------------------------
    def _cells(self, row: Row, parts: Mapping[str, str], masked: bool = False) -> Cells:
        def first(names: tuple[str, ...]) -> str:
            for name in names:
                text = parts[name] if name in parts else self._cell(row, name)
                if isinstance(text, NoValue):
                    raise text.problem
                if text and not self._is_missing(text):
                    return row.masks.get(self.columns.get(name, ""), text) if masked else text
            return ""

        return first

    def _cell(self, row: Row, name: str) -> str:
        if name.startswith(SOURCE):
            return str(getattr(self.source, name.removeprefix(SOURCE)) or "")
        return row.cells.get(self.columns.get(name, ""), "")

    def _is_missing(self, text: str) -> bool:
        return text.casefold() in self.missing_texts or any(is_like(text, pattern) for pattern in self.missing)

    def _meets(self, block: Block | Rows, row: Row, parts: Mapping[str, str]) -> bool:
        def holds(one: Condition) -> bool:
            text = next(filter(None, (parts.get(name, self._cell(row, name)) for name in one.place)), "")
            return any(is_like(text, pattern) for pattern in one.texts)

        return all(map(holds, block.when)) and not any(map(holds, block.unless))

    # -- things --------------------------------------------------------------------------------------------------
    def _things(self, row: Row) -> None:
        for name, block in self.rows.node.items():
            row.things[name] = [
                thing
                for parts in self._parts(block, row)
                if self._meets(block, row, parts) and (thing := self._thing(name, block, row, parts)) is not None
            ]
            if not row.things[name] and not any(self._meets(block, row, parts) for parts in self._parts(block, row)):
                row.settled.add(name)

    def _parts(self, block: NodeBlock, row: Row) -> list[dict[str, str]]:
        """The column that the block is said once for each part of, with the part."""
        if block.each is None:
            return [{}]
        texts = [self._cell(row, block.each.column)]
        for mark in block.each.split:
            texts = [part for text in texts for part in text.split(mark)]
        return [{block.each.column: text} for text in dict.fromkeys(part.strip() for part in texts) if text]

    def _thing(self, name: str, block: NodeBlock, row: Row, parts: Mapping[str, str]) -> Thing | None:
        part = next(iter(parts.values()), "")
        try:
            key, written = self._key(name, block, row, parts)
        except ValueProblem as problem:
            row.unread.add(name)
            (row.problems if block.named else row.left_out).append((columns_of(block.key[0].value), problem))
            return None
        if not key:
            return None
        ref = Ref(block.type, key)
        if not block.named:
            return Thing(ref, part=part)
        properties, raw, shared = self._values(block, row, parts)
        raw |= written
        if properties.get(_PERSON) and (name, part) not in row.persons:
            self._hide(name, block, row, part, self.keys.person(key))
        try:
            also = () if row.persons else self._also(name, block, row, parts, key)
            record = Record(block.type, key, properties, also, shared, raw, row.locator, table=self.table)
            record = check_record(record)
        except PropertyProblem as problem:
            self._refuse(block, row, problem.name, problem)
            return Thing(ref, part=part)
        if (name, part) in row.persons:
            record = hidden(record, {Role.ID: self._written(block, row, parts)})
        return Thing(ref, record, part)

    def _written(self, block: NodeBlock, row: Row, parts: Mapping[str, str]) -> str:
        """What stands where the block's first identifier is read; empty where that is no value."""
        try:
            return self._cells(row, parts)(each_column(block.key[0].value))
        except ValueProblem:
            return ""

    def _key(self, name: str, block: NodeBlock, row: Row, parts: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """The first of the block's identifiers that can be read, and what it was read from where it does not say so;
        empty where none is filled in.

        Raises:
            ValueProblem: those that are filled in cannot be read.
        """
        known = row.persons.get((name, next(iter(parts.values()), "")))
        if known:
            return known, {}
        problem: ValueProblem | None = None
        for one in block.key:
            try:
                text, written = one.value.read(self._cells(row, parts, masked=one.scheme == OWN))
                if not text:
                    continue
                key, person = self.keys.declared(one.scheme, text, (block.type,))
            except ValueProblem as found:
                problem = problem or found
                continue
            if person:
                self._hide(name, block, row, next(iter(parts.values()), ""), key)
            if problem is not None:
                self.report.notes["next_identifier"] += 1
            told = one.scheme == OWN or key.endswith(f":{written}")
            return key, {} if told else {columns_of(one.value): written}
        if problem is not None:
            raise problem
        row.empty.append(columns_of(block.key[0].value))
        return "", {}

    def _hide(self, name: str, block: NodeBlock, row: Row, part: str, key: str) -> None:
        """Note that a node is a natural person, and put a mark in place of what tells who it is.

        Raises:
            ValueProblem: it is of a type that no person is.
        """
        if _PERSON not in block.declared.properties:
            raise ValueProblem(Reason.PERSONAL_NUMBER, HIDDEN)
        row.persons[name, part] = key
        mark = self.keys.own_id(key) or HIDDEN
        told = [(key.value, mark) for key in (*block.key, *block.also)]
        told += [(value, NATURAL_PERSON) for named, value in block.values.items() if named == "name"]
        for text, mask in told:
            row.masks |= {self.columns[column]: mask for column in each_column(text) if column in self.columns}

    def _also(self, node: str, block: NodeBlock, row: Row, parts: Mapping[str, str], key: str) -> tuple[str, ...]:
        """Every further identifier; one that cannot be read is left out, and one of a person hides who it is."""
        found: list[str] = [*implied_keys(key)]
        for one in (*block.key, *block.also):
            try:
                text, _ = one.value.read(self._cells(row, parts))
                if text and one.scheme == OS_ID:  # it identifies beside a name only, and may be mistyped
                    name = block.values["name"].read(self._cells(row, parts))[0] if block.named else ""
                    found.append(self.said.os_ids.key(text, name, row.locator))
                elif text and (one in block.also or one.scheme != OWN):
                    other, person = self.keys.declared(one.scheme, text, (block.type,))
                    if person:
                        self._hide(node, block, row, next(iter(parts.values()), ""), other)
                    found += [] if person else [other, *implied_keys(other)]
            except ValueProblem as problem:
                if one in block.also:
                    row.left_out.append((columns_of(one.value), problem))
        if not row.persons:
            self._share(row, key, found)
        return tuple(other for other in dict.fromkeys(found) if other != key)

    def _share(self, row: Row, key: str, also: list[str]) -> None:
        """Remark on identifiers that a row of another id gave already: they become one thing."""
        for other in (other for other in also if self.said.shares(key, other)):
            self.report.leave_out(*row.place, "", ValueProblem(Reason.SHARED_IDENTIFIER, other))
            self.report.notes[str(Reason.SHARED_IDENTIFIER)] += 1

    # -- values --------------------------------------------------------------------------------------------------
    def _values(
        self, block: Block, row: Row, parts: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, str], Common]:
        """(properties, raw texts of those that are written otherwise, common fields) of a block."""
        properties: dict[str, Any] = {}
        raw: dict[str, str] = {}
        shared: dict[str, Any] = {}
        for name, value in {**self.rows.common, **block.values}.items():
            try:
                text, said = value.read(self._cells(row, parts, masked=name != _PERSON))
                if not text:
                    continue
                if name in _COMMON:
                    shared[name] = common_value(_COMMON[name], text)
                    continue
                declared = block.declared.properties[name]
                found = property_value(declared, text)
                _agree(properties, said_currency(declared, text), text)
                properties[name] = found
            except ValueProblem as problem:
                self._refuse(block, row, name, problem)
            else:
                if value.template.places and said != str(properties[name]):
                    raw[name] = said
        return properties, raw, common(shared, self.source.secrecy)

    def _refuse(self, block: Block, row: Row, name: str, problem: ValueProblem) -> None:
        """Note a value that was refused: it stops the row where a blank would say something else."""
        value = block.values.get(name) or self.rows.common.get(name)
        declared = block.declared.properties.get(name)
        stops = declared is None or declared.required or declared.blank_says
        column = (columns_of(value) if value else "") or name
        (row.problems if stops else row.left_out).append((column, problem))

    # -- steps and links -----------------------------------------------------------------------------------------
    def _drop_steps(self, row: Row) -> None:
        """A step whose goods the row does not name is not said: it would be all that its actor sells."""
        for name, things in row.things.items():
            goods = self.rows.goods(name)
            if not goods or not self.rows.node[name].named:
                continue
            kept = [t for t in things if any(pair(t, g) for other in goods for g in row.things[other])]
            if len(kept) < len(things):
                self.report.notes["goods_not_named"] += len(things) - len(kept)
                row.settled.add(name)
            row.things[name] = kept

    def _links(self, row: Row) -> list[Link]:
        made = []
        for block in self.rows.link:
            if not self._meets(block, row, {}):
                continue
            pairs = [(s, t) for s in row.things[block.source] for t in row.things[block.target] if pair(s, t)]
            if pairs:
                row.said |= self.of_node[block.source] | self.of_node[block.target] | self._headings(block)
            for source, target in pairs:
                self._check_goods(block, source, target)
                properties, raw, shared = self._values(block, row, {})
                text = block.row.read(self._cells(row, {}, masked=True))[0] if block.row else ""
                link = Link(block.type, source.ref, target.ref, properties, shared, raw, row.locator, text, self.table)
                try:
                    made.append(check_link(link))
                except PropertyProblem as problem:
                    self._refuse(block, row, problem.name, problem)
        return made

    def _check_goods(self, block: LinkBlock, step: Thing, goods: Thing) -> None:
        if block.target not in self.rows.goods(block.source):
            return
        first = self.said.goods.setdefault(content_order(step.ref.key, self.table, block.target), goods.ref.key)
        if first != goods.ref.key:
            raise FileFormatError(
                f"The mapping makes one step, {step.ref.key}, of two sorts of goods: {first} and {goods.ref.key}.",
                remedy=f"One step is one output: add the goods to the key of {block.source!r} in {self.table!r}.",
            )

    def _headings(self, block: Block) -> set[str]:
        names = {name for text in block.texts() for name in each_column(text)}
        names |= {name for one in (*block.when, *block.unless) for name in one.place}
        names |= {block.each.column} if isinstance(block, NodeBlock) and block.each else set()
        return {self.columns[name] for name in names if name in self.columns}

    def _name_unsaid(self, row: Row) -> None:
        """Leave out, by name, each value of nothing: its thing has no identifier, or nothing that it is linked to."""
        said = set(row.said)
        lost: set[str] = set()
        for name, block in self.rows.node.items():
            told = name in row.settled or name in row.unread or (block.named and row.things[name])
            (said if told else lost).update(self.of_node[name])
        for heading in sorted(lost - said):
            text = row.cells.get(heading, "")
            if text and not self._is_missing(text):
                row.left_out.append((heading, ValueProblem(Reason.OF_NOTHING, text)))

    # -- what becomes of the row ---------------------------------------------------------------------------------
    def _stays(self, row: Row) -> set[Stays]:
        """What a row that was not read whole said before: its things, and its links with what could be read."""
        told = (things for name, things in row.things.items() if self.rows.node[name].named)
        stays = {Stays(self.table, thing.ref.key) for things in told for thing in things}

        def ends(name: str) -> list[str]:
            return [""] if name in row.unread else [thing.ref.key for thing in row.things[name]]

        for block in self.rows.link:
            sources, targets = ends(block.source), ends(block.target)
            stays |= {Stays(self.table, s, t, block.type) for s in sources for t in targets if s or t}
        return stays

    def _reject(self, row: Row) -> None:
        for column, problem in row.problems + row.left_out:
            self.report.reject(*row.place, column, told(row, problem))
        named = any(self.rows.node[name].named for name in row.unread)
        lost = named or (row.empty and not any(row.things.values()))
        self.report.keep(*row.place, self.table, set() if lost else self._stays(row))

    def _accept(self, row: Row, *, said: bool) -> None:
        self.report.accepted += 1
        if not said:
            self.report.notes["rows_not_asked_for"] += 1
        for column, problem in row.left_out:
            self.report.leave_out(*row.place, column, told(row, problem))
            self.report.notes["cells_left_out"] += 1
        if row.unread:
            self.report.stays |= {stay for stay in self._stays(row) if "" in (stay.source, stay.target)}


def _agree(properties: dict[str, Any], currency: str | None, text: str) -> None:
    """Take the currency that an amount's own words name, where no other is said."""
    if currency and properties.setdefault("currency", currency) != currency:
        raise ValueProblem(Reason.OTHER_CURRENCY, text, currency=currency)
