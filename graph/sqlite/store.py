"""The store: runs that add, settle and publish; reading at a publication under a clearance. See docs/method.md.

A thin face over the modules beside it. No method reads the clock: a time comes in as an argument.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from graph.sqlite import (
    adding,
    checking,
    columns,
    dumping,
    entities,
    erasing,
    judging,
    projections,
    reading,
    rejecting,
    runs,
    schema,
    search,
    settling,
    withdrawing,
)
from graph.sqlite.core import Core
from graph.sqlite.faults import translated
from graph.sqlite.seeing import Seeing
from graph.store import (
    ALL_READ,
    I64,
    At,
    Begun,
    Changes,
    Entity,
    Hit,
    Judgement,
    LinkColumns,
    Projection,
    Publication,
    Read,
    RecordColumns,
    Reject,
    RunInfo,
    Settled,
    StoredLink,
    StoredRecord,
    Tombstone,
    Verdict,
    Withdrawn,
)
from ontology.errors import NotInGraphError, StoreError
from ontology.records import Link, Record, Secrecy, Source

F = TypeVar("F", bound=Callable[..., Any])
OLDEST = (3, 35, 0)


def _reads(method: F) -> F:
    """SQLite's errors become ours."""

    @wraps(method)
    def wrapped(self: Store, *args: Any, **kwargs: Any) -> Any:
        with translated(self.core.path):
            result = method(self, *args, **kwargs)
            self.core.unchanged()
            return result

    return cast(F, wrapped)


def _streams(method: F) -> F:
    """The same for what is read bit by bit."""

    @wraps(method)
    def wrapped(self: Store, *args: Any, **kwargs: Any) -> Iterator[Any]:
        with translated(self.core.path):
            yield from method(self, *args, **kwargs)
            self.core.unchanged()

    return cast(F, wrapped)


class Store:
    """One SQLite file, and a context manager. Threads may share it; processes open it each for themselves.

    ``url`` says where it is, ``uid`` names it for caches.
    """

    def __init__(self, path: Path) -> None:
        self.core = Core(path)
        self._seeing = Seeing(self.core)
        self.url = f"sqlite://{path}"
        try:
            facts = self.core.facts()
        except StoreError:
            self.core.close()
            raise
        self.uid: str = facts["uid"]
        self._secret: bytes = facts["secret"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- runs -------------------------------------------------------------------------------------------------
    @_reads
    def begin(
        self, source: Source, loader: str, version: str, options: Mapping[str, str], began: datetime, kind: str = "load"
    ) -> Begun:
        return runs.begin(self.core, source, loader, version, options, began, kind)

    @_reads
    def add(self, run: int, items: Sequence[Record | Link]) -> None:
        """Add checked items; invisible until the run is published. The same items again change nothing."""
        adding.add(self.core, run, items)

    @_reads
    def keep_rejects(self, run: int, rejects: Iterable[Reject]) -> None:
        """Keep the first ``MOST_REJECTS`` of what a run did not accept, in place of what was kept of it."""
        rejecting.keep(self.core, run, rejects)

    @_reads
    def settle(self, run: int, counts: Mapping[str, int], read: Read = ALL_READ) -> Settled:
        """Take back what the run's series no longer says, where it was read, and place what it says."""
        return settling.settle(self.core, run, counts, read)

    @_reads
    def publish(self, run: int, at: datetime) -> Publication:
        return runs.publish(self.core, run, at)

    @_reads
    def abandon(self, run: int, note: str) -> None:
        runs.abandon(self.core, run, note)

    @_reads
    def sweep(self) -> int:
        """Remove the rows and marks of dead runs; gives how many runs were removed."""
        return runs.sweep(self.core)

    @_reads
    def runs(self) -> list[RunInfo]:
        return runs.runs(self.core)

    @_reads
    def runs_seen(self, clearance: Secrecy) -> list[RunInfo]:
        """The runs that concern a clearance, oldest first; see ``graph.sqlite.seeing``."""
        return self._seeing.runs(clearance)

    @_reads
    def rejects(self, run: int, clearance: Secrecy) -> list[Reject]:
        """What a run did not accept, as far as it is kept.

        Raises:
            NotInGraphError: no run of that number concerns the clearance.
        """
        stored = self._seeing.stored(clearance).get(run)
        if stored is None:
            raise NotInGraphError(f"There is no run {run}.", remedy="kedja runs lists the runs.")
        return rejecting.rejects(self.core, stored)

    @_reads
    def rejected(self, clearance: Secrecy) -> dict[int, int]:
        """How many rejects are kept of each run that concerns a clearance, by the number that it has there."""
        counts = rejecting.counts(self.core)
        return {seen: counts.get(run, 0) for seen, run in self._seeing.stored(clearance).items()}

    @_reads
    def told(self, published: Publication, clearance: Secrecy) -> Publication:
        """The last publication, up to one, that concerns a clearance, under the number that it has there."""
        return self._seeing.told(published, clearance)

    @_reads
    def judge(self, judgement: Judgement | Sequence[Judgement], at: datetime) -> Publication:
        """Publish one judgement, or several at once, as a run of its own.

        Raises:
            NotInGraphError: a side that is not in the graph.
        """
        several = [judgement] if isinstance(judgement, Judgement) else judgement
        return judging.judge(self.core, several, at)

    @_reads
    def withdraw(self, judgement: str, who: str, why: str, at: datetime) -> Publication:
        return judging.withdraw(self.core, judgement, who, why, at)

    @_reads
    def withdraw_source(
        self, series: str, edition: str | None = None, *, publisher: str | None = None, reason: str, at: datetime
    ) -> Withdrawn:
        """Publish a run that takes back what a series, or one edition of it, says now; it may be loaded again.

        Raises:
            NotInGraphError: nothing of that series, publisher or edition shows.
            InputError: a series of several publishers, or an edition that a later one has replaced.
        """
        return withdrawing.withdraw(self.core, series, edition, publisher, reason, at)

    @_reads
    def erase(self, ids: Sequence[str], reason: str, at: datetime) -> int:
        """Remove the bytes of records and links for good, in every version; a tombstone stays. Gives rows erased."""
        return erasing.erase(self.core, ids, reason, at)

    @_reads
    def erase_rejects(self, run: int, reason: str, at: datetime) -> int:
        """Remove what is kept of what a run did not accept, for good. Gives how many rejects are gone.

        Raises:
            NotInGraphError: nothing of that run is kept.
        """
        return erasing.erase_rejects(self.core, run, reason, at)

    @_reads
    def copy(self, path: Path, progress: Callable[[int, int], None]) -> None:
        """Write the store as it stands to a new file; ``progress`` is called with (pages done, pages in all)."""
        dumping.copy(self.core, path, progress)

    @_reads
    def tombstones(self) -> list[Tombstone]:
        """What has been erased, in the order of publication."""
        return erasing.tombstones(self.core)

    # -- publications -----------------------------------------------------------------------------------------
    @_reads
    def publications(self) -> list[Publication]:
        return runs.publications(self.core)

    @_streams
    def before(self, number: int) -> Iterator[Publication]:
        """The publications before one, the last first."""
        return runs.before(self.core, number)

    @_reads
    def latest(self) -> Publication | None:
        return runs.latest(self.core)

    @_reads
    def resolve(self, known_at: datetime) -> Publication | None:
        """The last publication at or before a time."""
        return runs.resolve(self.core, known_at)

    @_reads
    def changes(self, before: At, after: At) -> Changes:
        return reading.changes(self.core, before, after)

    # -- reading ----------------------------------------------------------------------------------------------
    @_reads
    def sources(self, at: At) -> dict[str, Source]:
        """Sources of published runs, by id, but those that are withdrawn or were too old when they came."""
        return reading.sources(self.core, at)

    @_reads
    def resting(self, at: At) -> Mapping[str, Mapping[str, int]]:
        """How many visible records and links of each type every source says, by its id."""
        return reading.resting(self.core, at)

    @_streams
    def records(
        self, at: At, *, types: Iterable[str] | None = None, entities: Iterable[str] | None = None,
        ids: Iterable[str] | None = None, rows: Iterable[int] | None = None,
    ) -> Iterator[StoredRecord]:  # fmt: skip
        """Visible records, ordered by (entity, id); the filters given are all applied."""
        return reading.records(self.core, at, types=types, entities=entities, ids=ids, rows=rows)

    @_streams
    def links(
        self, at: At, *, types: Iterable[str] | None = None, source: Iterable[str] | None = None,
        target: Iterable[str] | None = None, ids: Iterable[str] | None = None, rows: Iterable[int] | None = None,
    ) -> Iterator[StoredLink]:  # fmt: skip
        """Visible links, ordered by (source, target, type, id); the filters given are all applied."""
        return reading.links(self.core, at, types=types, source=source, target=target, ids=ids, rows=rows)

    @_reads
    def link_sources(self, at: At, ids: Iterable[str]) -> set[str]:
        """The sources that say some visible links."""
        return reading.link_sources(self.core, at, ids)

    @_streams
    def entities(
        self, at: At, *, types: Iterable[str] | None = None, ids: Iterable[str] | None = None
    ) -> Iterator[Entity]:
        """Entities with something visible (a record, or a link that names them: then a ghost), ordered by id."""
        return entities.entities(self.core, at, types, ids)

    @_reads
    def count(self, at: At, types: Iterable[str]) -> int:
        """How many visible records are of these types."""
        return reading.count(self.core, at, types)

    @_reads
    def find(self, at: At, text: str) -> Entity | None:
        """The entity with this id (redirects followed) or this ``scheme:value`` key."""
        return entities.find(self.core, at, text)

    @_streams
    def redirects(self, at: At) -> Iterator[tuple[str, str]]:
        """(id, entity that it finds) of ids that no visible record or link bears, and that ``find`` knows."""
        return entities.redirects(self.core, at)

    @_reads
    def search(self, at: At, text: str, *, types: Iterable[str] | None = None, limit: int = 20) -> list[Hit]:
        return search.search(self.core, at, text, types, limit)

    @_reads
    def named(self, at: At, text: str, most: int) -> list[str]:
        """Entities with every word of a text, or a word that begins or ends so, in one record's names or identifiers;
        of more than ``most`` records, those with the shortest names."""
        return search.named(self.core, at, text, most)

    @_reads
    def near(self, at: At, word: str, most: int) -> list[str]:
        """Words of names that are spelled nearly so, nearest first: the word itself is none of them."""
        return search.near(self.core, at, word, most)

    @_reads
    def history(self, id: str, clearance: Secrecy) -> list[tuple[StoredRecord | StoredLink, int, int | None]]:
        """Every version of a record or link: (version, publication that added it, publication that retracted it)."""
        return reading.history(self.core, id, clearance)

    @_reads
    def judgements(self, at: At) -> list[Judgement]:
        return judging.judgements(self.core, at)

    @_reads
    def decided(self, at: At) -> list[tuple[str, str, Verdict]]:
        """What people have judged, in their order, as the entities that its two sides stand under: what they called the
        same may be one."""
        return judging.decided(self.core, at)

    @_reads
    def link_columns(self, at: At, types: Iterable[str]) -> Iterator[LinkColumns]:
        return columns.link_columns(self.core, at, types)

    @_reads
    def record_columns(self, at: At) -> Iterator[RecordColumns]:
        """Visible records for a freeze, in no particular order."""
        return columns.record_columns(self.core, at)

    @_reads
    def record_places(self, at: At) -> Iterator[list[Any]]:
        """Batches of visible records as (row, ordinal of the entity's id), int64 columns."""
        return columns.record_places(self.core, at)

    @_streams
    def bodies(self, at: At, table: str, rows: I64 | None = None) -> Iterator[list[Any]]:
        """What stands beside the columns of visible rows of ``record`` or ``link``, all or some, in batches: row, run
        that says it * 4 + secrecy, then texts: of a record its id, keys as JSON, locator, what it cites; of a link its
        properties as JSON, locator, what it cites."""
        return columns.bodies(self.core, at, table, rows)

    @_streams
    def ghosts(self, at: At) -> Iterator[Entity]:
        """Entities that only links name, ordered by id."""
        return columns.ghosts(self.core, at)

    # -- published elsewhere ----------------------------------------------------------------------------------
    @_reads
    def projections(self) -> list[Projection]:
        """The graphs that were published from this record, by address, as each was last."""
        return projections.projections(self.core)

    @_reads
    def note(self, projection: Projection) -> None:
        """Remember that a graph was published, in place of what was known of that address."""
        projections.note(self.core, projection)

    @_reads
    def forget(self, url: str) -> None:
        """A graph is no longer there."""
        projections.forget(self.core, url)

    # -- whole ------------------------------------------------------------------------------------------------
    def secret(self) -> bytes:
        """The store's own random key for hashing what must be hidden but compared."""
        return self._secret

    @_reads
    def check(self) -> list[str]:
        """What is inconsistent, in English; empty when all is well."""
        return checking.check(self.core)

    @_reads
    def dump(self, path: Path) -> None:
        dumping.dump(self.core, path)

    @_reads
    def restore(self, path: Path) -> None:
        self._secret = dumping.restore(self.core, path)

    def close(self) -> None:
        self.core.close()


def open(path: Path, *, create: bool = True) -> Store:  # noqa: A001
    """Open a store file; ``create`` makes one where there is none.

    Raises:
        SchemaMismatchError: a store of another schema number; nothing is changed.
        StoreError: not a Kedja store, no file and ``create`` is false, or an SQLite that is too old.
    """
    path = Path(path).absolute()
    if sqlite3.sqlite_version_info < OLDEST:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old.", remedy="Use a Python with SQLite 3.35 or newer."
        )
    if not schema.recognise(path):
        if not create:
            raise StoreError(f"There is no store at {path}.", remedy="Load something into it, or name another file.")
        core = Core(path)
        with translated(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with core.locks.writing():
                if not schema.recognise(path):
                    schema.create(path)
    return Store(path)
