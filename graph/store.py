"""What the store takes and gives: runs, publications, records, links, entities, and columns of them for a freeze."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.texts import Texts
from ontology.errors import Reason
from ontology.records import Common, Secrecy, Source

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
I8 = npt.NDArray[np.int8]
F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]


class RunState(StrEnum):
    ADDING = "adding"
    SETTLING = "settling"
    PUBLISHED = "published"
    ABANDONED = "abandoned"


class Verdict(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Publication:
    """One published run. ``number`` grows by one; ``at`` is when (UTC, aware)."""

    number: int
    run: int
    at: datetime


@dataclass(frozen=True, slots=True)
class At:
    """Where a reader stands: a publication and a clearance. Publication 0 is the empty store."""

    publication: int
    clearance: Secrecy = Secrecy.PUBLIC


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that may add, or (``published`` set) the earlier run of the same bytes, loader, version and options."""

    run: int
    published: Publication | None = None


class Stays(NamedTuple):
    """What a row says: one that could not be read, so that its series goes on saying it; or one of a delta, so that it
    does not. ``table`` is the source's.

    The record that has ``source`` for a key, where ``target`` is None. Else the links between the two keys, each
    empty where any key will do, of the type ``link`` (empty: of any). A key that ends in ``/`` stands for every key
    that has one more part after it.
    """

    table: str
    source: str
    target: str | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """What of a file was read; what was not, its edition does not take back.

    ``tables`` are the source's tables that were read whole (None: every one), but for what ``stays``. ``named`` is what
    a delta speaks about beside the ids that it repeats: of it only what it says anew goes on.
    """

    tables: frozenset[str] | None = None
    stays: frozenset[Stays] = frozenset()
    named: frozenset[Stays] = frozenset()


ALL_READ = Read()


@dataclass(frozen=True, slots=True)
class Reject:
    """A value or row that was not accepted: where it stood, what it was, why. Words: ``visualisation/strings``."""

    file: str
    sheet: str
    row: int | str
    column: str
    value: str
    reason: Reason
    parameters: Mapping[str, str] = field(default_factory=dict)


MOST_REJECTS = 10_000
"""Rejects that the record keeps of a run, the first ones."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What settling a run did: counts of versions. ``older_edition``: a newer edition is already published, so
    nothing of this run becomes visible. ``kept`` are those that the run does not repeat and that stay, since they
    could not be read, ``kept_in`` the tables of the source that say them."""

    records: int = 0
    links: int = 0
    unchanged: int = 0
    retracted: int = 0
    kept: int = 0
    merged: int = 0
    ghosts: int = 0
    older_edition: bool = False
    kept_in: tuple[str, ...] = ()


def shows_nothing(settled: Settled) -> bool:
    """Whether nothing of a run became visible: a newer edition shows already, or none of it could be used."""
    return settled.older_edition or not (settled.records or settled.links or settled.unchanged or settled.retracted)


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A run as ``kedja runs`` shows it. ``counts`` holds rows_in, accepted, rejected and the fields of Settled."""

    run: int
    kind: str
    state: RunState
    source: Source | None
    loader: str
    version: str
    options: Mapping[str, str]
    counts: Mapping[str, int]
    began: datetime
    publication: Publication | None
    note: str = ""

    @property
    def stands(self) -> str:
        """Its state; ``superseded`` of a published one that shows nothing, since a newer edition did already."""
        return "superseded" if self.counts.get("older_edition") else self.state.value


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judgement that two records' entities are the same thing, or not. ``a`` and ``b`` are entity ids or keys."""

    a: str
    b: str
    verdict: Verdict
    who: str
    why: str
    rule: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What stays of an erased record or link: its id, the publication that erased it, why, when, how many versions."""

    id: str
    publication: int
    reason: str
    at: datetime
    rows: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal took back: of which source, how many records and links."""

    publication: Publication
    title: str
    records: int
    links: int


@dataclass(frozen=True, slots=True)
class Projection:
    """A graph that was published elsewhere: where, of which publication, at which clearance, for which day, when."""

    url: str
    publication: int
    clearance: str
    valid_at: date
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A visible version of a record. ``entity`` is the canonical entity id, ``node`` its dense internal number."""

    row: int
    id: str
    entity: str
    node: int
    type: str
    keys: tuple[str, ...]
    properties: Mapping[str, Any]
    common: Common
    source: str
    locator: str
    raw: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.properties.get("name", ""))


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A visible version of a link. ``source``/``target`` are canonical entity ids, ``*_node`` their numbers,
    ``*_key`` the keys that the source used; ``origin`` is the id of the Source that says it."""

    row: int
    id: str
    type: str
    source: str
    target: str
    source_node: int
    target_node: int
    source_key: str
    target_key: str
    properties: Mapping[str, Any]
    common: Common
    origin: str
    locator: str
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entity:
    """A set of records judged to be the same thing; a *ghost* has no record, only links that name its key."""

    id: str
    node: int
    type: str
    keys: tuple[str, ...]
    name: str
    ghost: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A search result, best first. ``score`` orders only; ``exact`` is an exact spelling of the whole query."""

    entity: str
    type: str
    name: str
    keys: tuple[str, ...]
    exact: bool
    score: float


@dataclass(frozen=True, slots=True)
class LinkColumns:
    """A batch of visible links as columns of equal length.

    ``type`` indexes ``sorted(LINKS)``, ``status`` the order of ``Status``; ``confidence`` is NaN where none was given;
    ``denied`` 1 or 0; days are since 1970-01-01 with ``BEGINNING``/``END`` for no bound; ``order`` is
    ``ontology.records.link_order`` of the link's id, and gives the id back.
    """

    row: I64
    source: I32
    target: I32
    type: I8
    status: I8
    denied: I8
    confidence: F64
    valid_from: I32
    valid_to: I32
    order: I64


@dataclass(frozen=True, slots=True, eq=False)
class RecordColumns:
    """A batch of visible records as columns of equal length, for a freeze.

    ``id`` is the entity's id and ``node`` its number; ``base`` is the record's own id, ``primary`` whether the entity
    is named by it; with ``hash`` and ``row`` these order the records of one entity. ``said`` is the run whose source
    says it, ``denied`` whether that denies it. ``type`` indexes ``sorted(NODES)``, ``status`` the order of
    ``Status``; ``confidence`` is NaN where none was given; days are since
    1970-01-01 with ``BEGINNING``/``END`` for no bound. ``keys`` are sorted and each ends in a line feed;
    ``properties`` are canonical JSON.
    """

    id: Texts
    node: I32
    base: Texts
    primary: Bool
    hash: I64
    row: I64
    said: I64
    type: I8
    status: I8
    denied: Bool
    confidence: F64
    valid_from: I32
    valid_to: I32
    name: Texts
    keys: Texts
    properties: Texts


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two publications, as ids of records and links, within a clearance."""

    added: tuple[str, ...]
    retracted: tuple[str, ...]
