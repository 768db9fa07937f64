"""A workbook's tables to records and links, row by row, with every value that stops a row reported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches

from graph.searching import slips_in
from graph.store import Stays
from loaders import workbook_keeping as keeping
from loaders.base import Progress, Report, checked
from loaders.spreadsheet_marks import NoValue
from loaders.workbook_binding import Bound, bind
from loaders.workbook_cells import Table
from loaders.workbook_columns import SEPARATOR, Column, Role, find_sheet
from loaders.workbook_row import Row, hidden, parse
from loaders.workbook_values import (
    HIDDEN,
    Keys,
    common,
    several,
    without_persons,
)
from ontology.countries import countries_near
from ontology.errors import Reason, ValueProblem
from ontology.model import NODES, LinkType
from ontology.records import Link, PropertyProblem, Record, Ref, Source, check_link
from ontology.values import SCHEMES, bare_keys, guess_keys, implied_keys, parse_bool
from ontology.vocabulary import vocabulary

SCHEME_TYPES: Mapping[str, str] = {
    name: scheme.identifies[0] for name, scheme in SCHEMES.items() if len(scheme.identifies) == 1
}
"""The type of what a public identifier names, where its scheme has only one; for ends of several types."""

_TYPE_OF = {Role.FROM: Role.FROM_TYPE, Role.TO: Role.TO_TYPE}
"""Where a row says the type of an end, which may leave one reading of a bare identifier."""
PROGRESS_EVERY = 1_000


class Reader:
    """Reads the tables of one workbook. Ids are gathered first, so that sheets may stand in any order."""

    def __init__(self, source: Source, secret: bytes, report: Report, progress: Progress) -> None:
        self.source = source
        self.keys = Keys(source, secret)
        self.report = report
        self.progress = progress
        self.types: dict[str, set[str]] = {}
        self.primary: dict[str, str] = {}
        self.seen: dict[tuple[str, ...], str] = {}
        self.total = 0

    def read(self, tables: list[Table]) -> Iterator[Record | Link]:
        bound = [found for table in tables if (found := bind(table, self.report)) is not None]
        for b in bound:
            self.report.stays.update(keeping.of_columns(b))
        bound.sort(key=lambda b: isinstance(b.sheet.declared, LinkType))
        self.total = sum(len(b.table.rows) for b in bound)
        for b in bound:
            if not isinstance(b.sheet.declared, LinkType):
                self._gather(b)
        for b in bound:
            for number, cells in b.table.rows:
                yield from self._row(b, number, cells)
        self.progress(self.report.rows_in, self.total)

    def _gather(self, bound: Bound) -> None:
        """Note the type of each own id, and its further identifiers; a bad one is reported at its row."""
        for number, cells in bound.table.rows:
            filled = bound.cells(cells)
            texts: dict[Role, str] = {c.role: text for c, _, text in filled if c.role in (Role.ID, Role.ALSO)}
            try:
                key, also, person = self._node_keys(bound, texts, cells, [])
            except ValueProblem:
                continue
            self.types.setdefault(key, set()).add(bound.sheet.name)
            said = {other: other for other in also}
            said |= {other: text for text, other, _ in self._further(texts, (bound.sheet.name,), [])}
            said[self._row_key(bound, texts[Role.ID], cells)[0]] = texts[Role.ID]
            for other, text in said.items():
                if self.primary.setdefault(other, key) != key:
                    self._share(bound, number, text)
            if not person:
                self.primary[key] = key

    def _share(self, bound: Bound, number: int, text: str) -> None:
        """Remark on an identifier that a row of another id gave already: they become one thing."""
        problem = ValueProblem(Reason.SHARED_IDENTIFIER, without_persons(text))
        self.report.leave_out(bound.table.title, number, "identifiers", problem)
        self.report.notes[str(Reason.SHARED_IDENTIFIER)] += 1

    def _node_keys(
        self, bound: Bound, texts: Mapping[Role, str], cells: list[str], left_out: list[ValueProblem]
    ) -> tuple[str, tuple[str, ...], bool]:
        """A row's key, its further keys, and whether it is a natural person (then hashed and alone)."""
        if not (text := texts.get(Role.ID, "")):
            raise ValueProblem(Reason.MISSING, "", column="id")
        if isinstance(text, NoValue):
            raise text.problem
        types = (bound.sheet.name,)
        key, person = self._row_key(bound, text, cells)
        also = [*implied_keys(key)]
        number = key if person else ""
        for _, other, of_person in self._further(texts, types, left_out):
            number = number or (other if of_person else "")
            also += [other, *implied_keys(other)]
        if number:
            if "natural_person" not in bound.sheet.declared.properties:
                raise ValueProblem(Reason.PERSONAL_NUMBER, HIDDEN)
            return number, (), True
        if self._says_person(bound, cells):
            return self.keys.person(text), (), True
        return key, tuple(also), False

    def _further(
        self, texts: Mapping[Role, str], types: tuple[str, ...], left_out: list[ValueProblem]
    ) -> Iterator[tuple[str, str, bool]]:
        """Each further identifier that can be read: as written, its key, and whether it is a natural person's."""
        for text in several(texts.get(Role.ALSO, "")):
            try:
                yield text, *self.keys.read(text, types)
            except ValueProblem as problem:
                if without_persons(text) != text:  # a slip of the pen is no less a person's
                    yield text, self.keys.person(text), True
                left_out.append(problem)

    def _row_key(self, bound: Bound, text: str, cells: list[str]) -> tuple[str, bool]:
        """The key that a row's id gives. Only with a name that says the same is one the code or name of a country."""
        key, person = self.keys.read(text, (bound.sheet.name,))
        if key.startswith("iso3166-") and ":" not in text:
            names = [cell for column, _, cell in bound.cells(cells) if column.name == "name"]
            if key not in {other for name in names for other in bare_keys(name, (bound.sheet.name,))}:
                return self.keys.said(text), False
        return key, person

    @staticmethod
    def _says_person(bound: Bound, cells: list[str]) -> bool:
        for column, _, text in bound.cells(cells):
            if column.role is Role.PROPERTY and column.name == "natural_person":
                if isinstance(text, NoValue):
                    raise text.problem
                return parse_bool(text)
        return False

    def _resolve(self, text: str, allowed: tuple[str, ...]) -> str:
        """The key that an end of one of the allowed types names; an own id must be in the workbook, and goes first."""
        key, person = self.keys.read(text, allowed)
        implied = implied_keys(key)
        for known in (self.keys.own(text), key, *implied):
            if known in self.primary:
                return self.primary[known]
        if person:
            self.types.setdefault(key, {SCHEME_TYPES["se-orgnr"]})
        elif self.keys.own_id(key):
            own = [found for k in self.types if (found := self.keys.own_id(k))]
            meant = [key for key in guess_keys(text) if set(SCHEMES[key.partition(":")[0]].identifies) & set(allowed)]
            country = allowed == (SCHEME_TYPES["iso3166-1"],)
            words = [*countries_near(text, slips_in(text))] if country else []
            if allowed == (SCHEME_TYPES["risk"],):
                words = [vocabulary("risk-types").nearest(text)]
            near = [*meant, *words, *get_close_matches(text, own, n=3, cutoff=0.6)]
            raise ValueProblem(
                Reason.UNKNOWN_KEY, text,
                several=self._several(text),
                nearest=", ".join(filter(None, near)),
                country=text if country else "",
                sheets=", ".join(allowed),
            )  # fmt: skip
        return implied[0] if implied else key

    def _several(self, text: str) -> str:
        """The ids that a cell holds with another mark between them than the semicolon, as they should stand."""
        parts = [part.strip() for part in re.split(r"[/,|&+\n]", text)]
        known = len(parts) > 1 and all(part and self.keys.own(part) in self.primary for part in parts)
        return f"{SEPARATOR} ".join(parts) if known else ""

    def _end_types(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        if key in self.types:
            return tuple(sorted(self.types[key]))
        known = SCHEME_TYPES.get(key.partition(":")[0])
        return (known,) if known else allowed

    def _ends(self, link: LinkType, source: str, target: str, given: Mapping[Role, str]) -> tuple[Ref, Ref]:
        """The ends with their types: as given, else those of the workbook's own rows, else the scheme's."""

        def types(role: Role, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
            return (_node_type(given[role]),) if role in given else self._end_types(key, allowed)

        sources = types(Role.FROM_TYPE, source, link.source)
        targets = types(Role.TO_TYPE, target, link.target)
        pairs = [(s, t) for s in sources for t in targets if link.allows(s, t)]
        if not pairs:
            ends = f"{'/'.join(sources)} -> {'/'.join(targets)}"
            types_allowed = f"{' '.join(link.source)} -> {' '.join(link.target)}"
            side = Role.TO if set(sources) & set(link.source) else Role.FROM
            raise PropertyProblem(side.value, Reason.WRONG_END, ends, link=link.name, ends=ends, types=types_allowed)
        if len(pairs) > 1:
            side = Role.FROM_TYPE if len({s for s, _ in pairs}) > 1 else Role.TO_TYPE
            either = dict.fromkeys(pair[side is Role.TO_TYPE] for pair in pairs)
            raise PropertyProblem(side.value, Reason.MISSING, "", column=side.value, types=", ".join(either))
        return Ref(pairs[0][0], source), Ref(pairs[0][1], target)

    def _row(self, bound: Bound, number: int, cells: list[str]) -> Iterator[Record | Link]:
        report = self.report
        report.rows_in += 1
        if report.rows_in % PROGRESS_EVERY == 0:
            self.progress(report.rows_in, self.total)
        row = parse(bound, number, cells)
        made: list[Record | Link] = []
        try:
            is_link = isinstance(bound.sheet.declared, LinkType)
            made = self._link(bound, row) if is_link else self._node(bound, row, cells)
        except PropertyProblem as problem:
            row.problems.append(row.problem(problem))
        except ValueProblem as problem:
            row.problems.append(("", problem))
        if row.problems:
            self._reject(bound, row)
            self.report.keep(bound.table.title, number, bound.sheet.name, self._stays(bound, row))
            return
        report.accepted += 1
        for heading, left in row.left_out:
            report.leave_out(bound.table.title, number, heading, self._told(row, left))
            report.notes["cells_left_out"] += 1
        for column, said in row.unread:
            others = self._named(said, column.ends)
            report.stays.update(keeping.of_shortcut(bound.sheet.name, _key(made), column, others))
        yield from made

    def _stays(self, bound: Bound, row: Row) -> set[Stays]:
        """What a rejected row said before, if it says what it is about."""
        table = bound.sheet.name
        if not isinstance(bound.sheet.declared, LinkType):
            return keeping.of_node(table, self.keys, row.ids, row.hidden)
        if self.report.unread & NODES.keys():  # which keys its ends had is not known
            return set()
        ends = ((Role.FROM, bound.sheet.declared.source), (Role.TO, bound.sheet.declared.target))
        return keeping.of_link(table, *(self._named(row.ids.get(role, ""), types) for role, types in ends))

    def _named(self, text: str, types: tuple[str, ...]) -> set[str]:
        """The keys of what an end may name; none where it cannot be read."""
        try:
            keys = self.keys.may_be(text, types) if text else set[str]()
        except ValueProblem:
            return set()
        return keys | {self.primary[key] for key in keys if key in self.primary}

    def _reject(self, bound: Bound, row: Row) -> None:
        for heading, problem in row.problems + row.left_out:
            self.report.reject(bound.table.title, row.number, heading, self._told(row, problem))

    @staticmethod
    def _told(row: Row, problem: ValueProblem) -> ValueProblem:
        """The problem as it may be shown."""
        text = HIDDEN if row.hidden and problem.value else without_persons(str(problem.value))
        return ValueProblem(problem.reason, text, **problem.parameters)

    def _node(self, bound: Bound, row: Row, cells: list[str]) -> list[Record | Link]:
        left_out: list[ValueProblem] = []
        try:
            key, also, person = self._node_keys(bound, row.ids, cells, left_out)
        except ValueProblem as problem:
            if any(said.value == problem.value or Role.ID not in row.ids for _, said in row.problems):
                return []  # said already, where the cell was read
            heading = row.heading("id") if problem.value else "id"
            row.problems.append((heading, _as_written(problem, row.ids.get(Role.ID, ""))))
            return []
        row.left_out += ((row.heading("identifiers"), problem) for problem in left_out)
        locator = f"{bound.table.title}:{row.number}"
        shared = common(row.common, self.source.secrecy)
        raw = row.raw | self.keys.raw(Role.ID, row.ids[Role.ID], key)
        record = Record(bound.sheet.name, key, row.properties, also, shared, raw, locator, table=bound.sheet.name)
        if person:
            row.hidden = True
            record = hidden(record, row.ids)
        when = str(record.common.valid_from), str(record.common.valid_to)
        self._once(Reason.DUPLICATE_KEY, "id", row.ids[Role.ID], (record.type, record.key, *when), locator)
        made: list[Record | Link] = []
        if not row.problems:
            made.append(self._checked(bound, row, record))
        for column, heading, text in row.shortcuts:
            made += self._shortcut(record, row, column, heading, text)
        return made

    def _once(self, reason: Reason, column: str, said: str, what: tuple[str, ...], locator: str) -> None:
        """Refuse what an earlier row said already, for the same time."""
        first = self.seen.setdefault(what, locator)
        if first != locator:
            raise PropertyProblem(column, reason, said, first_row=first)

    def _shortcut(self, record: Record, row: Row, column: Column, heading: str, text: str) -> list[Link]:
        link = column.link
        assert link is not None  # a short cut is made from a link type
        made = []
        given = {Role.TO_TYPE if column.incoming else Role.FROM_TYPE: record.type}
        for part in several(text):
            try:
                other = self._resolve(part, column.ends)
                ends = (other, record.key) if column.incoming else (record.key, other)
                source, target = self._ends(link, *ends, given)
                raw = self.keys.raw(column.name, part, other)
                said = Link(link.name, source, target, {}, record.common, raw, f"{record.locator}:{heading}")
                said = replace(said, table=record.table)
                self._once(Reason.DUPLICATE_LINK, heading, part, (said.id(self.source.series),), said.locator)
                made.append(check_link(said))
            except ValueProblem as problem:
                row.left_out.append((heading, ValueProblem(problem.reason, part, **problem.parameters)))
                row.unread.append((column, part))
        return made

    @staticmethod
    def _checked(bound: Bound, row: Row, item: Record | Link) -> Record | Link:
        """The item in normal form, without the optional properties that are refused.

        Raises:
            ValueProblem: what is refused may not be left out.
        """
        while True:
            try:
                return checked(item)
            except PropertyProblem as problem:
                declared = bound.sheet.declared.properties.get(problem.name)
                if problem.name not in item.properties or declared is None or declared.required or declared.blank_says:
                    raise
                row.left_out.append(row.problem(problem))
                kept = {name: value for name, value in item.properties.items() if name != problem.name}
                raw = {name: text for name, text in item.raw.items() if name != problem.name}
                item = replace(item, properties=kept, raw=raw)

    def _link(self, bound: Bound, row: Row) -> list[Record | Link]:
        link = bound.sheet.declared
        assert isinstance(link, LinkType)
        ends = {Role.FROM: self._end(row, Role.FROM, link.source), Role.TO: self._end(row, Role.TO, link.target)}
        source, target = ends[Role.FROM], ends[Role.TO]
        if source is None or target is None:
            return []
        refs = self._ends(link, source, target, row.ids)
        locator = f"{bound.table.title}:{row.number}"
        shared = common(row.common, self.source.secrecy)
        row_key = row.ids.get(Role.ROW, "")
        raw = (
            row.raw
            | self.keys.raw(Role.FROM, row.ids[Role.FROM], source)
            | self.keys.raw(Role.TO, row.ids[Role.TO], target)
        )
        said = Link(link.name, *refs, row.properties, shared, raw, locator, row_key, link.name)
        ends_said = f"{row.ids[Role.FROM]} -> {row.ids[Role.TO]}"
        self._once(Reason.DUPLICATE_LINK, "", ends_said, (said.id(self.source.series),), locator)
        return [] if row.problems else [self._checked(bound, row, said)]

    def _end(self, row: Row, role: Role, allowed: tuple[str, ...]) -> str | None:
        if role not in row.ids:
            if any(heading == row.heading(role.value) for heading, _ in row.problems):
                return None  # said already: the cell shows an error
            row.problems.append((role.value, ValueProblem(Reason.MISSING, "", column=role.value)))
            return None
        sheet = find_sheet(row.ids.get(_TYPE_OF[role], ""))
        try:
            return self._resolve(row.ids[role], (sheet.name,) if sheet else allowed)
        except ValueProblem as problem:
            row.problems.append((row.heading(role.value), _as_written(problem, row.ids[role])))
            return None


def _as_written(problem: ValueProblem, cell: str) -> ValueProblem:
    """The problem with the whole cell, where it is of a part of it."""
    part = str(problem.value)
    return ValueProblem(problem.reason, cell, **problem.parameters) if part and part in cell else problem


def _key(made: list[Record | Link]) -> str:
    """The key of a row's record, which stands first."""
    assert isinstance(made[0], Record)
    return made[0].key


def _node_type(text: str) -> str:
    """A node type by name or label."""
    sheet = find_sheet(text)
    if sheet is None or isinstance(sheet.declared, LinkType):
        raise ValueProblem(Reason.UNKNOWN_TYPE, text, types=", ".join(NODES))
    return sheet.name
