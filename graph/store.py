"""The store protocol: runs that add, settle and publish; reading at a publication under a clearance.

See docs/method.md. ``graph/sqlite`` implements it; a contract suite holds every implementation to it. No method
reads the clock: a time comes in as an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from graph.texts import Texts
from ontology.records import Common, Link, Record, Secrecy, Source

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


@dataclass(frozen=True, slots=True)
class Settled:
    """What settling a run did: counts of versions. ``older_edition``: a newer edition is already published, so
    nothing of this run becomes visible."""

    records: int = 0
    links: int = 0
    unchanged: int = 0
    retracted: int = 0
    merged: int = 0
    ghosts: int = 0
    older_edition: bool = False


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
    is named by it; with ``hash`` and ``row`` these order the records of one entity. ``type`` indexes
    ``sorted(NODES)``, ``status`` the order of ``Status``; ``confidence`` is NaN where none was given; days are since
    1970-01-01 with ``BEGINNING``/``END`` for no bound. ``keys`` are sorted and each ends in a line feed;
    ``properties`` are canonical JSON.
    """

    id: Texts
    node: I32
    base: Texts
    primary: Bool
    hash: I64
    row: I64
    type: I8
    status: I8
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


class Store(Protocol):
    """See the module. A store is a context manager; ``url`` says where it is, ``uid`` names it for caches."""

    url: str
    uid: str

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    # -- runs -------------------------------------------------------------------------------------------------
    def begin(
        self, source: Source, loader: str, version: str, options: Mapping[str, str], began: datetime, kind: str = "load"
    ) -> Begun: ...
    def add(self, run: int, items: Sequence[Record | Link]) -> None:
        """Add checked items; invisible until the run is published. The same items again change nothing.

        A store may write a batch while the next one is prepared: what went wrong is then raised at the next call.
        """
        ...

    def settle(self, run: int, counts: Mapping[str, int]) -> Settled: ...
    def publish(self, run: int, at: datetime) -> Publication: ...
    def abandon(self, run: int, note: str) -> None: ...
    def sweep(self) -> int:
        """Remove the rows and marks of dead runs; gives how many runs were removed."""
        ...

    def runs(self) -> list[RunInfo]: ...
    def judge(self, judgement: Judgement, at: datetime) -> Publication:
        """Publish one judgement as a run of its own.

        Raises:
            NotInGraphError: a side that is not in the graph.
        """
        ...

    def withdraw(self, judgement: str, who: str, why: str, at: datetime) -> Publication: ...
    def erase(self, ids: Sequence[str], reason: str, at: datetime) -> int:
        """Remove the bytes of records and links for good, in every version; a tombstone stays. Gives rows erased."""
        ...

    def tombstones(self) -> list[Tombstone]:
        """What has been erased, in the order of publication."""
        ...

    # -- publications -----------------------------------------------------------------------------------------
    def publications(self) -> list[Publication]: ...
    def latest(self) -> Publication | None: ...
    def resolve(self, known_at: datetime) -> Publication | None:
        """The last publication at or before a time."""
        ...

    def changes(self, before: At, after: At) -> Changes: ...

    # -- reading ----------------------------------------------------------------------------------------------
    def sources(self, at: At) -> dict[str, Source]: ...
    def records(
        self,
        at: At,
        *,
        types: Iterable[str] | None = None,
        entities: Iterable[str] | None = None,
        ids: Iterable[str] | None = None,
        rows: Iterable[int] | None = None,
    ) -> Iterator[StoredRecord]:
        """Visible records, ordered by (entity, id); the filters given are all applied."""
        ...

    def links(
        self,
        at: At,
        *,
        types: Iterable[str] | None = None,
        source: Iterable[str] | None = None,
        target: Iterable[str] | None = None,
        ids: Iterable[str] | None = None,
        rows: Iterable[int] | None = None,
    ) -> Iterator[StoredLink]:
        """Visible links, ordered by (source, target, type, id); the filters given are all applied."""
        ...

    def entities(
        self, at: At, *, types: Iterable[str] | None = None, ids: Iterable[str] | None = None
    ) -> Iterator[Entity]:
        """Entities with something visible (a record, or a link that names them: then a ghost), ordered by id."""
        ...

    def find(self, at: At, text: str) -> Entity | None:
        """The entity with this id (redirects followed) or this ``scheme:value`` key."""
        ...

    def search(self, at: At, text: str, *, types: Iterable[str] | None = None, limit: int = 20) -> list[Hit]: ...
    def history(self, id: str, clearance: Secrecy) -> list[tuple[StoredRecord | StoredLink, int, int | None]]:
        """Every version of a record or link: (version, publication that added it, publication that retracted it)."""
        ...

    def judgements(self, at: At) -> list[Judgement]: ...
    def link_columns(self, at: At, types: Iterable[str]) -> Iterator[LinkColumns]: ...
    def record_columns(self, at: At) -> Iterator[RecordColumns]:
        """Visible records for a freeze, in no particular order."""
        ...

    def ghosts(self, at: At) -> Iterator[Entity]:
        """Entities that only links name, ordered by id."""
        ...

    # -- whole ------------------------------------------------------------------------------------------------
    def secret(self) -> bytes:
        """The store's own random key for hashing what must be hidden but compared."""
        ...

    def check(self) -> list[str]:
        """What is inconsistent, in English; empty when all is well."""
        ...

    def dump(self, path: Path) -> None: ...
    def restore(self, path: Path) -> None: ...
    def close(self) -> None: ...
