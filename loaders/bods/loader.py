"""Statements of beneficial ownership (BODS): companies, who owns them, and what persons own. See
``docs/how-to/owners.md``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from graph.store import Stays
from loaders.base import NATURAL_PERSON, Progress, Report, checked, mode_given
from loaders.bods.holdings import LAST, Stretch, held_by, stretches
from loaders.bods.spool import Spool, Thing
from loaders.bods.statements import Statement, What, instant, statement_of, text
from loaders.bods.untold import OWNERS, PERSON, Owner, day_of, fraction, together, untold
from loaders.json_records import Damaged, records
from loaders.streams import opened, unpacked_size
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.org_ids import register_key
from ontology.records import Common, Link, Mode, PropertyProblem, Record, Ref, Source, digest
from ontology.values import make_key

Item = Record | Link

ENTITIES, OWNS = "entity", "relationship"
"""The source's tables: what is said of companies, and of companies that own them; ``OWNERS`` is the third."""
KNOWN = frozenset({"0.1", "0.2", "0.3", "0.4"})
LOOKED_AT = 1_000
LONGEST = 120
EVERY = 1_000


@dataclass(slots=True)
class _Head:
    """What the first statements say of the whole file."""

    publisher: str = ""
    version: str = ""
    licence: str = ""
    edition: str = ""


def _head(path: Path) -> _Head:
    head = _Head()
    found = False
    with opened(path) as file:
        for _, tree in islice(records(file, ()), LOOKED_AT):
            if not isinstance(tree, dict) or not {"statementId", "statementID"} & tree.keys():
                continue
            found = True
            details = tree.get("publicationDetails")
            head.publisher = head.publisher or text(details, "publisher", "name")
            head.version = head.version or text(details, "bodsVersion")
            head.licence = head.licence or text(details, "license")
            head.edition = max(head.edition, text(details, "publicationDate") or text(tree, "statementDate"))
    if not found:
        raise FileFormatError(
            f"{path.name} holds no statement of BODS.", remedy="Give a list of statements, or JSON Lines."
        )
    return head


def _published(edition: str) -> date | None:
    try:
        return date.fromisoformat(instant(edition)[:10])
    except (ValueError, ValueProblem):
        return None


class BodsLoader:
    """Companies, who owns them, what natural persons own of them, and why an owner is not told."""

    name = "bods"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """Describe the source; each publisher's statements are a series.

        Raises:
            FileFormatError: no statements in it, or an option that is none.
        """
        head = _head(path)
        edition = options.get("edition") or head.edition
        publisher = options.get("publisher") or head.publisher or path.stem
        return Source(
            series="bods",
            edition=edition,
            title=f"Beneficial ownership statements (BODS {head.version or 'of no stated version'})",
            publisher=publisher,
            licence=options.get("licence") or head.licence,
            published=_published(edition),
            mode=mode_given(options) or Mode.DELTA,
        )

    def read(
        self,
        path: Path,
        source: Source,
        options: Mapping[str, str],  # noqa: ARG002
        secret: bytes,  # noqa: ARG002
        report: Report,
        progress: Progress,
    ) -> Iterator[Item]:
        """Yield companies, then who owns them, then what owners that are not shown own of each.

        Raises:
            FileFormatError: the file cannot be read to its end.
        """
        report.tables |= {ENTITIES, OWNS, OWNERS}
        with closing(Spool()) as spool:
            reading = _Reading(report, spool, digest(source.publisher), source.mode is Mode.DELTA)
            reading.lay_by(path, progress)
            yield from reading.entities()
            yield from reading.relations()
            yield from reading.owners()
        report.accepted = report.rows_in - report.rejected


@dataclass(slots=True)
class _Reading:
    report: Report
    spool: Spool
    scope: str
    delta: bool

    def lay_by(self, path: Path, progress: Progress) -> None:
        """Read every statement, once."""
        size = unpacked_size(path)
        with opened(path) as file:
            for place, tree in records(file, ()):
                self.report.rows_in += 1
                self._one(place, tree)
                if place % EVERY == 0:
                    progress(file.done, size)
            progress(file.done, size)

    def _one(self, place: int, tree: Any) -> None:
        if isinstance(tree, Damaged):  # its text may be a person's
            self.reject(place, ValueProblem(Reason.NOT_UNDERSTOOD, "***", detail=tree.why), [])
            return
        try:
            said = statement_of(tree)
        except ValueProblem as problem:
            self.reject(place, problem, self._about(tree))
            return
        if first := self.spool.lay_by(place, said):
            twice = ValueProblem(Reason.DUPLICATE_KEY, said.id, first_row=str(first))
            self.reject(place, twice, [Stays(ENTITIES, "")])
            return
        for remark in said.remarks:
            self.report.notes[remark] += 1
        if (version := text(tree, "publicationDetails", "bodsVersion")) and version[:3] not in KNOWN:
            self.report.notes["version_not_known"] += 1

    def _about(self, tree: Any) -> list[Stays]:
        """What a statement that cannot be read may have said before; nothing where it does not say what it is about."""
        details = tree.get("recordDetails", tree) if isinstance(tree, dict) else {}
        subject = details.get("subject") if isinstance(details, dict) else None
        id = subject if isinstance(subject, str) else text(subject, "describedByEntityStatement")
        if id:
            return self._of_subject(self.key(self.spool.record_of(id)))
        record = text(tree, "recordId")
        return (
            [Stays(ENTITIES, self.key(record)), Stays(ENTITIES, self.key(record), "", "LOCATED_IN")] if record else []
        )

    @staticmethod
    def _of_subject(key: str) -> list[Stays]:
        return [Stays(OWNS, "", key, "OWNS"), Stays(OWNERS, key)]

    def reject(self, place: int, problem: ValueProblem, stays: list[Stays]) -> None:
        self.report.reject("", place, getattr(problem, "name", ""), problem)
        for table in {one.table for one in stays} or {ENTITIES, OWNS, OWNERS}:
            said = [one for one in stays if one.table == table]
            self.report.keep("", place, table, said or ([Stays(table, "")] if self.delta else []))

    def key(self, record: str) -> str:
        """The key of a record, which is the publisher's own."""
        return make_key("local", f"bods/{self.scope}/{record if len(record) <= LONGEST else digest(record)}")

    def entities(self) -> Iterator[Item]:
        """Companies as their last statements describe them; owners that are none are noted."""
        for record, versions in self.spool.versions(What.PERSON):
            self.spool.note_thing(record, Thing(What.PERSON, versions[-1][1].reason or PERSON))
        for record, versions in self.spool.versions(What.ENTITY):
            place, last = versions[-1]
            if last.reason:
                self.spool.note_thing(record, Thing(What.PERSON, last.reason))
                continue
            try:
                items = [checked(item) for item in self._entity(record, last, f"{place}")]
            except ValueProblem as problem:
                self.reject(place, problem, self._named(self.key(record)))
                continue
            first = items[0]
            assert isinstance(first, Record)  # it stands first
            self.spool.note_thing(record, Thing(What.ENTITY, first.key, str(first.properties["name"])))
            if self.delta:
                self.report.named.update(self._named(first.key), self._of_subject(first.key))
            yield from items

    @staticmethod
    def _named(key: str) -> list[Stays]:
        return [Stays(ENTITIES, key), Stays(ENTITIES, key, "", "LOCATED_IN")]

    def _entity(self, record: str, said: Statement, at: str) -> Iterator[Item]:
        key = self.key(record)
        common = Common(valid_to=day_of(said.at[:10]) if said.closed else None)
        also, raw, person = self._identifiers(said)
        facts: dict[str, Any] = {"name": NATURAL_PERSON, "natural_person": True}
        if person:
            self.report.notes["hidden_person"] += 1
        else:
            if not said.name:
                self.report.notes["name_not_told"] += 1
            facts = {
                "name": said.name or next(iter(raw.values()), record),
                "address": said.address or None,
            }
        raw = {} if person else {**raw, "entityType": said.type}
        yield Record("Organisation", key, facts, also, common, raw, at, table=ENTITIES)
        if said.country:
            try:
                there = Ref("Place", make_key("iso3166-1", said.country))
            except ValueProblem as problem:
                self.report.leave_out("", int(at), "country", problem)
                return
            yield Link("LOCATED_IN", Ref("Organisation", key), there, common=common, locator=at, table=ENTITIES)

    def _identifiers(self, said: Statement) -> tuple[tuple[str, ...], dict[str, str], bool]:
        """Keys, the numbers as they are written, and whether one of them is a natural person's."""
        keys = []
        for given, value in said.identifiers:
            try:
                keys.append(register_key(given, value))
            except ValueProblem as problem:
                if problem.reason is Reason.PERSONAL_NUMBER:
                    return (), {}, True
                self.report.notes["register_number_not_valid"] += 1
        raw = {given or "id": value for given, value in said.identifiers}
        return tuple(dict.fromkeys(filter(None, keys))), raw, False

    def relations(self) -> Iterator[Item]:
        """Which company owns which; what others own is noted for ``owners``."""
        for record, versions in self.spool.versions(What.RELATION):
            place, last = versions[-1]
            try:
                items = [checked(item) for item in self._relation(record, [said for _, said in versions], f"{place}")]
            except ValueProblem as problem:
                subject = self.spool.thing(last.subject.record) if last.subject.record else None
                self.reject(place, problem, self._of_subject(subject.told) if subject else [Stays(OWNS, "")])
                continue
            yield from items

    def _relation(self, record: str, versions: list[Statement], at: str) -> Iterable[Item]:
        last = versions[-1]
        if not last.subject.record:
            self.report.notes["subject_not_told"] += 1
            return
        subject = self._thing(last.subject.record, "subject")
        if subject.what is not What.ENTITY:
            self.report.notes["subject_not_told"] += 1
            return
        held = stretches(held_by(versions)) or _bare(versions)
        owner = self._thing(last.party.record, "interestedParty") if last.party.record else None
        if owner is not None and owner.what is What.ENTITY:
            for stretch in held:
                yield owns(owner.told, subject.told, stretch, last.component, record, at)
            return
        reason = owner.told if owner else last.party.reason
        party = self.spool.record_of(last.party.record) if owner else record
        self.spool.note_share(last.subject.record, last.component, Owner(party, reason, tuple(held)))

    def _thing(self, record: str, column: str) -> Thing:
        found = self.spool.thing(record)
        if found is None:
            raise PropertyProblem(column, Reason.UNKNOWN_KEY, record, key=record)
        return found

    def owners(self) -> Iterator[Item]:
        """What persons, and others that are not shown, own of each company, for each stretch of days."""
        for subject, owners in self.spool.shares():
            thing = self._thing(subject, "subject")
            for start, end, now in together(owners):
                yield checked(untold(thing, start, end, now))


def _bare(versions: list[Statement]) -> list[Stretch]:
    """A relation of which no interest is told: it is there from its first statement on, unless it was closed."""
    if any(version.interests for version in versions):
        return []
    end = versions[-1].at[:10] if versions[-1].closed else LAST
    return [Stretch("", end, ())] if end else []


def owns(owner: str, subject: str, stretch: Stretch, component: bool, record: str, at: str, table: str = OWNS) -> Link:
    """The link of a company that owns another, as it is held for a stretch of days."""
    least, most = stretch.shares
    directness = {one.indirect for one in stretch.interests}
    facts = {
        "share": fraction(least),
        "share_max": fraction(most) if most != least else None,
        "control": True if any(one.control for one in stretch.interests) else None,
        "indirect": directness.pop() if len(directness) == 1 else None,
        "component": component or None,
        "interests": ", ".join(dict.fromkeys(one.type for one in stretch.interests)) or None,
    }
    ends = (Ref("Organisation", owner), Ref("Organisation", subject))
    common = Common(valid_from=day_of(stretch.start), valid_to=day_of(stretch.end))
    return Link("OWNS", *ends, facts, common=common, locator=at, row_key=record, table=table)
