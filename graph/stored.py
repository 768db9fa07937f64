"""What is written of sources and of batches: their ids and hashes, which no store gives."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from graph.identity import content_hash, ghost_id
from ontology.records import Link, Mode, Record, Secrecy, Source, Status, canonical, digest

STATUSES = tuple(Status)

_ghost = lru_cache(maxsize=200_000)(ghost_id)


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


@dataclass(slots=True)
class Batch:
    """Items as rows, but for the numbers that only the store can give. A place counts items, repeats included."""

    bases: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    """Id of each base that the items name: (node type, key; None for a record)."""
    records: list[tuple[int, Record, str, tuple[str, ...], str, int, int]] = field(default_factory=list)
    """(place, record, its id, ghosts of its keys, properties as JSON, content hash, secrecy)."""
    links: list[tuple[int, Link, str, str, str, str, int, int]] = field(default_factory=list)
    """(place, link, its id, ghosts of its two ends, properties as JSON, content hash, secrecy)."""


def fingerprint(source: Source, loader: str, version: str, options: Mapping[str, str]) -> str:
    """What a load is known by; empty for a source without bytes (an edit by hand), which is never the same again."""
    if not source.sha256:
        return ""
    parts = (source.series_key, source.edition, source.mode, source.sha256, loader, version, canonical(options))
    return digest(*parts)


def prepare(items: Sequence[Record | Link], series: str, least: Secrecy) -> Batch:
    """Ids, hashes and bases of a batch: all that needs no lock. A row is as secret as its source at least."""
    batch = Batch()
    seen: set[tuple[str, int]] = set()
    for place, item in enumerate(items):
        secrecy = max(item.common.secrecy, least)
        text = canonical(item.properties) if item.properties else "{}"
        id_, said = item.id(series), content_hash(item, text, secrecy)
        if (id_, said) in seen:
            continue
        seen.add((id_, said))
        if isinstance(item, Record):
            batch.bases[id_] = (item.type, None)
            keys = tuple(_ghost(item.type, key) for key in item.keys)
            for ghost, key in zip(keys, item.keys, strict=True):
                batch.bases[ghost] = (item.type, key)
            batch.records.append((place, item, id_, keys, text, said, secrecy))
        else:
            ends = [_ghost(end.type, end.key) for end in (item.source, item.target)]
            batch.bases[ends[0]] = (item.source.type, item.source.key)
            batch.bases[ends[1]] = (item.target.type, item.target.key)
            batch.links.append((place, item, id_, ends[0], ends[1], text, said, secrecy))
    return batch
