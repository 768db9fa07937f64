"""FollowTheMoney entities, one a line: companies, who owns or controls them, and lists that they are on. See
``docs/how-to/owners.md``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from graph.store import Stays
from loaders.base import Progress, Report, called, checked, mode_given
from loaders.bods.holdings import Stretch
from loaders.bods.loader import owns
from loaders.bods.spool import Spool, Thing
from loaders.bods.statements import HALF, What
from loaders.bods.untold import OWNERS, Owner, day_of, together, untold
from loaders.bods.untold import PERSON as A_PERSON
from loaders.ftm.entities import (
    EDGES,
    LISTINGS,
    NO_RISK,
    PERSON,
    Tree,
    days,
    first,
    id_of,
    interest_of,
    is_organisation,
    texts,
    unfolded,
)  # fmt: skip
from loaders.json_records import Damaged, records
from loaders.streams import opened, unpacked_size
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.ftm_topics import Topic, topic_of, topics
from ontology.records import Common, Link, Mode, PropertyProblem, Record, Ref, Source, digest
from ontology.values import make_key

Item = Record | Link

ENTITIES, OWNS, LISTED = "entity", "ownership", "listing"
LOOKED_AT = 1_000
EVERY = 1_000
OTHER = What.RELATION
"""What is neither a company nor a person: a ship, an address."""
_KEYS = (("leiCode", "lei"), ("vatCode", "vat"))


class FtmLoader:
    """Companies, their owners, and findings that they are on a list."""

    name = "ftm"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """Describe the source; each dataset is a series.

        Raises:
            FileFormatError: no entities in it, or an option that is none.
        """
        with opened(path) as file:
            head = [one for _, one in islice(records(file, ()), LOOKED_AT) if _is_entity(one)]
        if not head:
            raise FileFormatError(
                f"{path.name} holds no entity of FollowTheMoney.", remedy="Give JSON Lines of entities."
            )
        datasets = [name for one in head for name in one.get("datasets", ()) if isinstance(name, str)]
        seen = [one[name] for one in head for name in ("last_change", "last_seen") if isinstance(one.get(name), str)]
        edition = options.get("edition") or max(seen, default="")
        dataset = options.get("dataset") or (datasets[0] if len(set(datasets)) == 1 else called(path))
        return Source(
            series=f"ftm-{dataset}",
            edition=edition,
            title=f"FollowTheMoney entities, {dataset}",
            publisher=options.get("publisher") or dataset,
            licence=options.get("licence", ""),
            published=_published(edition),
            mode=mode_given(options) or Mode.FULL,
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
        """Yield companies, then (the file is read again) who owns them and which lists they are on.

        Raises:
            FileFormatError: the file cannot be read to its end.
        """
        report.tables |= {ENTITIES, OWNS, OWNERS, LISTED}
        with closing(Spool()) as spool:
            reading = _Reading(report, spool, digest(source.publisher, source.series), source.mode is Mode.DELTA, {})
            yield from reading.each(path, reading.thing, progress, count=True)
            yield from reading.each(path, reading.relation, progress)
            yield from reading.owners()
            yield from reading.called()
        report.accepted = report.rows_in - report.rejected


def _is_entity(one: Any) -> bool:
    return isinstance(one, dict) and isinstance(one.get("schema"), str) and isinstance(one.get("properties"), dict)


def _id(entity: Any) -> str:
    if isinstance(entity, Damaged):  # its text may be a person's
        raise ValueProblem(Reason.NOT_UNDERSTOOD, "***", detail=entity.why)
    return id_of(entity)


def _published(edition: str) -> date | None:
    try:
        return date.fromisoformat(edition[:10])
    except ValueError:
        return None


@dataclass(slots=True)
class _Reading:
    """``topics`` are those of the things that have any: their own, and those of which a listing has told."""

    report: Report
    spool: Spool
    scope: str
    delta: bool
    topics: dict[str, tuple[set[str], set[str]]]
    relations: set[str] = field(default_factory=set)
    """Those that were read, of a file with entities within entities."""
    risk_sources: dict[str, list[str]] = field(default_factory=dict)
    """Of what the topics of a thing are said to derive from: the ids of those that are listed themselves."""

    def each(
        self, path: Path, say: Callable[[Tree, str, int], Iterator[Item]], progress: Progress, count: bool = False
    ) -> Iterator[Item]:
        """What is said of each line, all of it or nothing; a line counts, and is rejected for its form, only once."""
        size = unpacked_size(path)
        with opened(path) as file:
            for place, whole in records(file, ()):
                self.report.rows_in += int(count)
                for number, entity in enumerate(unfolded(whole)):
                    self.report.notes["nested"] += int(count and number > 0)
                    try:
                        id = _id(entity)
                        if self._again(id, count):
                            continue
                        items = [checked(item) for item in say(entity, id, place)]
                    except ValueProblem as problem:
                        if ("", place) not in self.report.rejected_rows:
                            self._reject(place, problem)
                        continue
                    yield from items
                if place % EVERY == 0:
                    progress(file.done, size)

    def _again(self, id: str, thing: bool) -> bool:
        """Whether an entity was read before: those that are nested stand in each line that they belong to."""
        if not self.report.notes["nested"]:
            return False
        if thing:
            return self.spool.thing(id) is not None
        before = id in self.relations
        self.relations.add(id)
        return before

    def _reject(self, place: int, problem: ValueProblem) -> None:
        """Nothing is taken back where a line cannot be read: it may be any company's."""
        self.report.reject("", place, getattr(problem, "name", ""), problem)
        for table in (ENTITIES, OWNS, OWNERS, LISTED):
            self.report.keep("", place, table, [Stays(table, "")] if self.delta else [])

    def key(self, id: str) -> str:
        return make_key("local", f"ftm/{self.scope}/{id if len(id) <= 120 else digest(id)}")

    def thing(self, entity: Tree, id: str, place: int) -> Iterator[Item]:
        """A company; a person, and whoever may be one, is only noted."""
        schema = entity["schema"]
        if schema in EDGES or schema in LISTINGS:
            return
        given = set(texts(entity, "topics"))
        if given:
            self.topics.setdefault(id, (set(), set()))[0].update(given)
        if sources := [one for one in texts(entity, "riskSource") if one != id]:
            self.risk_sources[id] = sources
        organisation = is_organisation(entity)
        if not organisation:
            if organisation is None:
                self.report.notes["may_be_person"] += 1
            elif schema != PERSON:
                self.report.notes["other_schema"] += 1
            person = organisation is None or schema == PERSON
            told = A_PERSON if schema == PERSON else "unknown"
            self.spool.note_thing(id, Thing(What.PERSON, told) if person else Thing(OTHER, schema))
            return
        name = first(entity, "name") or str(entity.get("caption") or "").strip()
        if not name:
            raise PropertyProblem("name", Reason.MISSING, "", column="name")
        key = self.key(id)
        facts = {
            "name": name,
            "legal_form": first(entity, "legalForm") or None,
            "address": first(entity, "address") or None,
        }
        raw = {one: first(entity, one) for one in ("registrationNumber", "taxNumber", "idNumber") if first(entity, one)}
        yield Record("Organisation", key, facts, self._also(entity), raw=raw, locator=str(place), table=ENTITIES)
        yield from self._located(entity, key, place)
        self.spool.note_thing(id, Thing(What.ENTITY, key, name))
        if self.delta:
            self.report.named.update((
                Stays(ENTITIES, key), Stays(ENTITIES, key, "", "LOCATED_IN"), Stays(OWNS, "", key, "OWNS"),
                Stays(OWNERS, key),
            ))  # fmt: skip

    def _also(self, entity: Tree) -> tuple[str, ...]:
        found = []
        for name, scheme in _KEYS:
            for value in texts(entity, name):
                try:
                    found.append(make_key(scheme, value))
                except ValueProblem:
                    self.report.notes["register_number_not_valid"] += 1
        return tuple(dict.fromkeys(found))

    def _located(self, entity: Tree, key: str, place: int) -> Iterator[Item]:
        country = first(entity, "jurisdiction", "mainCountry", "country")
        if not country:
            return
        try:
            there = Ref("Place", make_key("iso3166-1", country))
        except ValueProblem as problem:
            self.report.leave_out("", place, "country", problem)
            return
        yield Link("LOCATED_IN", Ref("Organisation", key), there, locator=str(place), table=ENTITIES)

    def _end(self, entity: Tree, name: str) -> tuple[str, Thing]:
        id = first(entity, name)
        found = self.spool.thing(id) if id else None
        if found is None:
            reason = Reason.UNKNOWN_KEY if id else Reason.MISSING
            raise PropertyProblem(name, reason, "", key=name, column=name)  # an id may hold a person's name
        return id, found

    def relation(self, entity: Tree, id: str, place: int) -> Iterator[Item]:
        """An owner, a controller, or a list that a company is on."""
        schema = entity["schema"]
        if schema in LISTINGS:
            yield from self._listing(entity, id, place)
        elif schema in EDGES:
            owner_name, owned_name = EDGES[schema]
            (owner_id, owner), (subject_id, subject) = self._end(entity, owner_name), self._end(entity, owned_name)
            if subject.what is not What.ENTITY or owner.what is OTHER:
                self.report.notes["end_of_other_kind"] += 1
                return
            interest = interest_of(entity)
            stretch = Stretch(interest.start, interest.end, (interest,))
            if interest.start >= interest.end:
                raise PropertyProblem("endDate", Reason.PERIOD_REVERSED, interest.end)
            if owner.what is What.ENTITY:
                yield owns(owner.told, subject.told, stretch, False, id, str(place), OWNS)
                return
            self.spool.note_share(subject_id, False, Owner(owner_id, owner.told, (stretch,)))
            yield from self._sanctioned_person(owner_id, subject, stretch, id, place)

    def _sanctioned_person(self, owner: str, subject: Thing, stretch: Stretch, id: str, place: int) -> Iterator[Item]:
        """A person under sanctions is no node that could pass them on: the company is said to be owned by one.

        Where the share is, or may be, one half, or it is controlled.
        """
        given = self.topics.get(owner, (set(), set()))[0]
        most = stretch.shares[1]
        if "sanction" not in given or (most is not None and most < HALF):
            return
        common = Common(valid_from=day_of(stretch.start), valid_to=day_of(stretch.end))
        yield from self._finding(f"{id}/owner", subject, topics()["sanction.control"], common, None, "", place)

    def _listing(self, entity: Tree, id: str, place: int) -> Iterator[Item]:
        subject_id, subject = self._end(entity, "entity")
        if subject.what is not What.ENTITY:
            self.report.notes["listed_other"] += 1
            return
        own, told = self.topics.setdefault(subject_id, (set(), set()))
        given = [name for name in texts(entity, "topics") or sorted(own) if topic_of(name)]
        if entity["schema"] == "Sanction" and ("sanction" in own or not given):
            given = ["sanction"]
        told.update(given)
        start, end = days(entity)
        issued = first(entity, "listingDate")[:10] or start
        name = ": ".join(filter(None, (first(entity, "authority"), first(entity, "program", "reason"))))
        common = Common(valid_from=day_of(start), valid_to=day_of(end))
        for topic in dict.fromkeys(given):
            meant = topic_of(topic)
            assert meant is not None  # only such are given
            yield from self._finding(f"{id}/{topic}", subject, meant, common, _published(issued), name, place)

    def _finding(
        self, id: str, subject: Thing, topic: Topic, common: Common, issued: date | None, name: str, place: int
    ) -> Iterator[Item]:
        key = self.key(id)
        facts = {
            "name": (f"{subject.name}: {topic.name.en}" + (f" ({name})" if name else ""))[:500],
            "name_sv": (f"{subject.name}: {topic.name.sv}" + (f" ({name})" if name else ""))[:500],
            "standing": topic.standing,
            "issued": issued,
        }
        here, at = Ref("Finding", key), str(place)
        yield Record("Finding", key, facts, common=common, locator=at, table=LISTED)
        risk = Ref("RiskType", make_key("risk", topic.risk_type))
        yield Link("OF_TYPE", here, risk, common=common, locator=at, table=LISTED)
        yield Link("ABOUT", here, Ref("Organisation", subject.told), common=common, locator=at, table=LISTED)

    def owners(self) -> Iterator[Item]:
        """What persons, and owners that may be persons, hold of each company."""
        for subject, owners in self.spool.shares():
            thing = self.spool.thing(subject)
            assert thing is not None  # its edge named it
            for start, end, now in together(owners):
                yield checked(untold(thing, start, end, now))

    def _derived(self, id: str) -> str:
        """From whose listing a thing's topics derive (riskSource); a person is not named."""
        found = [self.spool.thing(one) for one in self.risk_sources.get(id, ())]
        names = [one.name if one and one.what is What.ENTITY else "somebody not named here" for one in found]
        return f"derived from the listing of {', '.join(dict.fromkeys(names))}" if names else ""

    def called(self) -> Iterator[Item]:
        """What companies are called that no listing of the file tells more of."""
        for id in sorted(self.topics):
            given, told = self.topics[id]
            thing = self.spool.thing(id)
            if thing is None or thing.what is not What.ENTITY:
                continue
            self.report.notes["near_sanctions"] += int(NO_RISK in given)
            for name in sorted(given - told):
                if (topic := topic_of(name)) is None:
                    self.report.notes["topic_without_risk"] += 1
                    continue
                common = Common(cites=self._derived(id))
                for item in self._finding(f"{id}/{name}", thing, topic, common, None, "", 0):
                    yield checked(item)
