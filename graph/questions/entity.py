"""Everything that is said of one entity, by whom, and where the sources disagree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice

from graph.answer import Answer, Completeness, Evidence, Truncated
from graph.data import Conflict, EntityData, LinkData, Said
from graph.questions.common import framed, wording
from graph.questions.describing import conflicts_of, describe, described, resolution_of
from graph.snapshot.view import Snapshot
from graph.sqlite import Store
from graph.store import At, StoredLink, StoredRecord
from ontology.records import Common, Polarity, Secrecy, repeating
from ontology.values import BEGINNING, END, to_day

LINKS = 1_000
"""Links listed."""

RECORDS = 1_000
"""Records listed."""


def entity(store: Store, s: Snapshot, id_or_key: str) -> Answer[EntityData]:
    """What the records say, the links at the entity (of every validity) and their other ends, and the conflicts.

    ``redirected_from`` is the id asked about where that was merged away.
    """
    question = wording("entity", {"id": id_or_key})
    at = At(s.known.publication, Secrecy.read(s.known.clearance))
    found = store.find(at, id_or_key)
    vertex = s.vertex(found.id) if found else None
    if found is None or vertex is None:
        return framed(s, question, None)
    records = list(islice(store.records(at, entities=[found.id]), RECORDS + 1))
    links, more = _links(store, at, found.id)
    others = {end for link in links for end in (link.source, link.target)} - {found.id}
    neighbours = s.topology.vertices.id.find_all(sorted(others)).tolist()
    says_now = {id: source.id for id, source in repeating(store.sources(at).values()).items()}
    data = EntityData(
        node=describe(s, vertex),
        said=tuple(_said(record) for record in records[:RECORDS]),
        links=tuple(sorted((_link(s, link) for link in links), key=lambda link: link.id)),
        neighbours=tuple(described(s, neighbours)),
        conflicts=(*conflicts_of(s, vertex), *_conflicting_links(s, links, says_now)),
        redirected_from=id_or_key if id_or_key != found.id and ":" not in id_or_key else None,
    )
    evidence = Evidence(
        links=tuple(sorted(link.id for link in links)), records=tuple(sorted(record.id for record in records))
    )
    truncated = Truncated(why="links", limit=LINKS) if more else None
    if len(records) > RECORDS:
        truncated = Truncated(why="records", limit=RECORDS)
    return framed(s, question, data, evidence=evidence, completeness=Completeness(truncated=truncated))


def _links(store: Store, at: At, id: str) -> tuple[list[StoredLink], bool]:
    """The links at an entity, each once, and whether there are more than are listed."""
    found: dict[int, StoredLink] = {}
    for link in islice(chain(store.links(at, source=[id]), store.links(at, target=[id])), LINKS + 2):
        found.setdefault(link.row, link)
    return list(found.values())[:LINKS], len(found) > LINKS


def _said(record: StoredRecord) -> Said:
    common = record.common
    return Said(
        record=record.id,
        type=record.type,
        properties=dict(record.properties),
        status=common.status.value,
        confidence=common.confidence,
        denied=common.polarity is Polarity.DENIED,
        valid_from=common.valid_from,
        valid_to=common.valid_to,
        source=record.source,
        cites=common.cites,
        locator=record.locator,
    )


def _link(s: Snapshot, link: StoredLink) -> LinkData:
    common = link.common
    return LinkData(
        id=link.id,
        type=link.type,
        source=link.source,
        target=link.target,
        resolution=resolution_of(link.type, common.status),
        status=common.status.value,
        confidence=s.method.confidence[common.status] if common.confidence is None else common.confidence,
        valid_from=common.valid_from,
        valid_to=common.valid_to,
        denied=common.polarity is Polarity.DENIED,
    )


def _live(s: Snapshot, common: Common) -> bool:
    start, end = s.moment.days
    return to_day(common.valid_from, BEGINNING) < end and to_day(common.valid_to, END) > start


def _conflicting_links(s: Snapshot, links: Iterable[StoredLink], says_now: Mapping[str, str]) -> list[Conflict]:
    """Links of one type between the same two that one source asserts and another denies.

    ``says_now``: the source that says now what a source said first.
    """
    said: dict[tuple[str, str, str], list[StoredLink]] = defaultdict(list)
    for link in links:
        if _live(s, link.common):
            said[link.type, link.source, link.target].append(link)
    return [conflict for (type, *_), rows in sorted(said.items()) if (conflict := _conflict(type, rows, says_now))]


def _conflict(type: str, said: Sequence[StoredLink], says_now: Mapping[str, str]) -> Conflict | None:
    by_value: dict[str, set[str]] = defaultdict(set)
    for link in said:
        by_value[link.common.polarity.value].add(says_now.get(link.origin, link.origin))
    if len(by_value) < 2 or len(set().union(*by_value.values())) < 2:
        return None
    return Conflict(property=type, values=tuple(sorted(by_value)), records=tuple(sorted({link.id for link in said})))
