"""What is written of sources and of batches: their ids and hashes, which no store gives."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from graph.identity import content_tail
from ontology.records import (
    Common,
    Link,
    Mode,
    Polarity,
    Record,
    Secrecy,
    Source,
    Status,
    canonical,
    content_order,
    digest,
)
from ontology.values import BEGINNING, END, to_day

STATUSES = tuple(Status)


def describe_source(source: Source) -> str:
    """A source as JSON text."""
    fields = {name: getattr(source, name) for name in source.__slots__}
    for name in ("published", "retrieved"):
        fields[name] = fields[name].isoformat() if fields[name] else None
    fields["secrecy"] = int(source.secrecy)
    return canonical(fields)


def read_source(described: str) -> Source:
    """The inverse of ``describe_source``."""
    fields: dict[str, Any] = json.loads(described)
    for name in ("published", "retrieved"):
        fields[name] = date.fromisoformat(fields[name]) if fields[name] else None
    return Source(**{**fields, "mode": Mode(fields["mode"]), "secrecy": Secrecy(fields["secrecy"])})


End = tuple[str, str]
"""What a link's end and a record's key name: a node type and a key."""

Facts = tuple[int, int, float | None, int, int, int]
"""Numbers of what every statement has: status, denied or not, confidence, first and last day, secrecy."""

_STATUS = {status: number for number, status in enumerate(STATUSES)}


@dataclass(slots=True)
class Batch:
    """Items as rows, but for the numbers that only the store can give. A place counts items, repeats included."""

    ends: dict[End, None] = field(default_factory=dict)
    """What the items name, each once, in their order."""
    names: set[str] = field(default_factory=set)
    """Of the types of the items, and of the tables of their source."""
    records: list[tuple[int, Record, str, tuple[End, ...], str, int, Facts]] = field(default_factory=list)
    """(place, record, its id, its keys, properties as JSON, content hash, facts)."""
    links: list[tuple[int, Link, int, End, End, str, int, Facts]] = field(default_factory=list)
    """(place, link, its order, its ends, properties as JSON, content hash, facts)."""


def facts_of(common: Common, secrecy: int) -> Facts:
    """The numbers of what every statement has."""
    return (
        _STATUS[common.status], int(common.polarity is Polarity.DENIED), common.confidence,
        to_day(common.valid_from, BEGINNING), to_day(common.valid_to, END), int(secrecy),
    )  # fmt: skip


def fingerprint(source: Source, loader: str, version: str, options: Mapping[str, str]) -> str:
    """What a load is known by; empty for a source without bytes (an edit by hand), which is never the same again."""
    if not source.sha256:
        return ""
    parts = (source.series_key, source.edition, source.mode, source.sha256, loader, version, canonical(options))
    return digest(*parts)


def prepare(items: Sequence[Record | Link], series: str, least: Secrecy) -> Batch:
    """Ids, hashes and numbers of a batch: all that needs no lock. A row is as secret as its source at least."""
    batch = Batch()
    seen: set[tuple[str | int, int]] = set()
    told: dict[int, tuple[str, Facts]] = {}  # many items share what they have in common
    hashes: dict[tuple[str, str], int] = {}  # and links mostly say nothing else
    for place, item in enumerate(items):
        batch.names.add(item.type)
        batch.names.add(item.table)
        common = item.common
        if (known := told.get(id(common))) is None:
            secrecy = max(int(common.secrecy), int(least))
            known = told[id(common)] = (content_tail(common, secrecy), facts_of(common, secrecy))
        tail, facts = known
        text = canonical(item.properties) if item.properties else "{}"
        if isinstance(item, Record):
            id_, said = item.id(series), content_order(item.key, text, tail)
            if (id_, said) not in seen:
                keys = tuple([(item.type, key) for key in item.keys])
                batch.ends.update(dict.fromkeys(keys))
                batch.records.append((place, item, id_, keys, text, said, facts))
            seen.add((id_, said))
        else:
            order = item.order(series)
            if (stated := hashes.get((text, tail))) is None:
                stated = hashes[text, tail] = content_order("", text, tail)
            if (order, stated) not in seen:
                source, target = (item.source.type, item.source.key), (item.target.type, item.target.key)
                batch.ends[source] = batch.ends[target] = None
                batch.links.append((place, item, order, source, target, text, stated, facts))
            seen.add((order, stated))
    return batch
