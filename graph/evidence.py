"""From ids to their sources: who says each record and link that an answer rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from graph.answer import Answer, Cited, Evidence, Fact
from graph.sqlite import Store
from graph.store import At, StoredLink, StoredRecord
from ontology.records import Source

T = TypeVar("T")

MAX_FACTS = 5_000
"""Most facts that one answer lists; all their ids stand in the evidence whatever their number."""


def with_sources(store: Store, at: At, answer: Answer[T], *, facts: bool = True) -> Answer[T]:
    """The answer with its sources and what its statements cite filled in from the store, and if wanted its facts."""
    statements = tuple(getattr(answer.data, "statements", ()))
    ends = [end.node for end in answer.completeness.ends]
    resting_on = {*(s.id for s in statements), *ends[:MAX_FACTS], *answer.evidence.entities}
    said = _records(store, at, resting_on)
    stated = {record.id: record for group in said.values() for record in group}
    resting = sorted({*answer.evidence.records, *_differing(answer.data)})
    if resting:
        stated.update((r.id, r) for r in store.records(at, ids=resting[:MAX_FACTS]))
    records = list(stated.values())
    links = answer.evidence.links[:MAX_FACTS]
    known = store.sources(at)
    speaking = {record.source for record in records}.union(one.source for one in getattr(answer.data, "said", ()))
    if links:
        speaking |= store.link_sources(at, links)
    named = tuple(cited(known[id]) for id in sorted(speaking) if id in known)
    evidence = answer.evidence.model_copy(
        update={
            "records": tuple(sorted({*resting, *(record.id for record in records)})),
            "sources": tuple(source.id for source in named),
            "facts": _facts(records, store.links(at, ids=links) if links else ()) if facts else (),
            "cited": named,
        }
    )
    return answer.model_copy(
        update={
            "data": _attributed(answer.data, statements, said),
            "evidence": Evidence.model_validate(evidence),
            "completeness": answer.completeness.model_copy(
                update={"oldest_source": min((s.published for s in named if s.published), default=None)}
            ),
        }
    )


def _differing(data: Any) -> Iterator[str]:
    """The records that the conflicts shown of an answer's nodes are between: each side of one is cited."""
    for node in getattr(data, "nodes", ()):
        for conflict in getattr(getattr(node, "node", node), "conflicts", ()):
            yield from conflict.records


def _records(store: Store, at: At, entities: Iterable[str]) -> dict[str, list[StoredRecord]]:
    found: dict[str, list[StoredRecord]] = defaultdict(list)
    wanted = sorted(entities)
    for record in store.records(at, entities=wanted) if wanted else ():
        found[record.entity].append(record)
    return found


def _facts(records: Iterable[StoredRecord], links: Iterable[StoredLink]) -> tuple[Fact, ...]:
    found = [*(_fact(record, record.source) for record in records), *(_fact(link, link.origin) for link in links)]
    return tuple(sorted(found, key=lambda fact: fact.id)[:MAX_FACTS])


def _fact(row: StoredRecord | StoredLink, source: str) -> Fact:
    common = row.common
    return Fact(
        id=row.id,
        source=source,
        locator=row.locator,
        cites=common.cites,
        status=common.status.value,
        secrecy=common.secrecy.name.lower(),
    )


def cited(source: Source) -> Cited:
    """A source as an answer cites it."""
    return Cited(
        id=source.id,
        series=source.series,
        edition=source.edition,
        title=source.title,
        publisher=source.publisher,
        url=source.url,
        licence=source.licence,
        published=source.published,
        retrieved=source.retrieved,
    )


def _attributed(data: Any, statements: tuple[Any, ...], said: dict[str, list[StoredRecord]]) -> Any:
    """The data with each statement's attribution and the sources that say it."""
    if not statements:
        return data
    named = tuple(
        statement.model_copy(
            update={
                "cites": "; ".join(dict.fromkeys(r.common.cites for r in said[statement.id] if r.common.cites)),
                "sources": tuple(sorted({record.source for record in said[statement.id]})),
            }
        )
        for statement in statements
    )
    return data.model_copy(update={"statements": named})
