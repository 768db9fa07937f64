"""The store as the protocol has it: a thin face over the modules beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import neo4j

from graph.neo4j import (
    adding,
    checking,
    columns,
    dumping,
    entities,
    erasing,
    judging,
    projecting,
    reading,
    runs,
    schema,
    search,
    settling,
)
from graph.neo4j.address import Address
from graph.neo4j.core import RETRY_SECONDS, Core
from graph.neo4j.owners import Owners
from graph.store import (
    At,
    Begun,
    Changes,
    Entity,
    Hit,
    Judgement,
    LinkColumns,
    Publication,
    RecordColumns,
    RunInfo,
    Settled,
    StoredLink,
    StoredRecord,
    Tombstone,
)
from ontology.errors import StoreError
from ontology.records import Link, Record, Secrecy, Source


class Neo4jStore:
    """A store in a Neo4j database. Threads may share it; processes and machines open it each for themselves."""

    def __init__(self, core: Core, uid: str, secret: bytes) -> None:
        self.core = core
        self.owners = Owners(core)
        self.url = core.address.url
        self.uid = uid
        self._secret = secret
        self._adding: dict[int, adding.Added] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- runs -------------------------------------------------------------------------------------------------
    def begin(
        self, source: Source, loader: str, version: str, options: Mapping[str, str], began: datetime, kind: str = "load"
    ) -> Begun:
        projecting.project(self.core)  # for a process that died after it had published
        return runs.begin(self.core, self.owners, source, loader, version, options, began, kind)

    def add(self, run: int, items: Sequence[Record | Link]) -> None:
        adding.add(self.core, self._adding, run, items)

    def settle(self, run: int, counts: Mapping[str, int]) -> Settled:
        return settling.settle(self.core, self.owners, self._adding, run, counts)

    def publish(self, run: int, at: datetime) -> Publication:
        published = runs.publish(self.core, self.owners, run, at)
        projecting.project(self.core)
        return published

    def abandon(self, run: int, note: str) -> None:
        self._adding.pop(run, adding.Added()).ended()
        runs.abandon(self.core, self.owners, run, note)

    def sweep(self) -> int:
        return runs.clear_dead(self.core, self.owners)

    def runs(self) -> list[RunInfo]:
        return runs.runs(self.core)

    def judge(self, judgement: Judgement, at: datetime) -> Publication:
        published = judging.judge(self.core, self.owners, judgement, at)
        projecting.project(self.core)
        return published

    def withdraw(self, judgement: str, who: str, why: str, at: datetime) -> Publication:
        published = judging.withdraw(self.core, self.owners, judgement, who, why, at)
        projecting.project(self.core)
        return published

    def erase(self, ids: Sequence[str], reason: str, at: datetime) -> int:
        count = erasing.erase(self.core, self.owners, ids, reason, at)
        projecting.project(self.core)
        return count

    def tombstones(self) -> list[Tombstone]:
        return erasing.tombstones(self.core)

    # -- publications -----------------------------------------------------------------------------------------
    def publications(self) -> list[Publication]:
        return runs.publications(self.core)

    def latest(self) -> Publication | None:
        return runs.latest(self.core)

    def resolve(self, known_at: datetime) -> Publication | None:
        return runs.resolve(self.core, known_at)

    def changes(self, before: At, after: At) -> Changes:
        return reading.changes(self.core, before, after)

    # -- reading ----------------------------------------------------------------------------------------------
    def sources(self, at: At) -> dict[str, Source]:
        return reading.sources(self.core, at)

    def records(
        self, at: At, *, types: Iterable[str] | None = None, entities: Iterable[str] | None = None,
        ids: Iterable[str] | None = None, rows: Iterable[int] | None = None,
    ) -> Iterator[StoredRecord]:  # fmt: skip
        return reading.records(self.core, at, types=types, entities=entities, ids=ids, rows=rows)

    def links(
        self, at: At, *, types: Iterable[str] | None = None, source: Iterable[str] | None = None,
        target: Iterable[str] | None = None, ids: Iterable[str] | None = None, rows: Iterable[int] | None = None,
    ) -> Iterator[StoredLink]:  # fmt: skip
        return reading.links(self.core, at, types=types, source=source, target=target, ids=ids, rows=rows)

    def entities(
        self, at: At, *, types: Iterable[str] | None = None, ids: Iterable[str] | None = None
    ) -> Iterator[Entity]:
        return entities.entities(self.core, at, types, ids)

    def find(self, at: At, text: str) -> Entity | None:
        return entities.find(self.core, at, text)

    def search(self, at: At, text: str, *, types: Iterable[str] | None = None, limit: int = 20) -> list[Hit]:
        return search.search(self.core, at, text, types, limit)

    def history(self, id: str, clearance: Secrecy) -> list[tuple[StoredRecord | StoredLink, int, int | None]]:
        return reading.history(self.core, id, clearance)

    def judgements(self, at: At) -> list[Judgement]:
        return judging.judgements(self.core, at)

    def link_columns(self, at: At, types: Iterable[str]) -> Iterator[LinkColumns]:
        return columns.link_columns(self.core, at, types)

    def record_columns(self, at: At) -> Iterator[RecordColumns]:
        return columns.record_columns(self.core, at)

    def ghosts(self, at: At) -> Iterator[Entity]:
        found = entities.ghosts_of(self.core, self.core.view(at), None, None)
        return iter(sorted(found, key=lambda entity: entity.id))

    # -- whole ------------------------------------------------------------------------------------------------
    def secret(self) -> bytes:
        return self._secret

    def check(self) -> list[str]:
        return checking.check(self.core)

    def dump(self, path: Path) -> None:
        dumping.dump(self.core, path)

    def restore(self, path: Path) -> None:
        self._secret = dumping.restore(self.core, path)
        projecting.project(self.core)

    def close(self) -> None:
        if not self.core.closed:
            self.owners.close()
            self.core.close()


def open(address: Address, *, create: bool = True) -> Neo4jStore:  # noqa: A001
    """Open the store in a Neo4j database; ``create`` makes one where there is none.

    Raises:
        SchemaMismatchError: a store of another schema number; nothing is changed.
        StoreError: no server there, a wrong user or password, a server that is too old, or no store and not ``create``.
    """
    driver = neo4j.GraphDatabase.driver(
        address.uri, auth=address.auth, user_agent="kedja", max_transaction_retry_time=RETRY_SECONDS,
        # Names that the database has not met yet: an empty store has most of them.
        notifications_disabled_classifications=["UNRECOGNIZED"], notifications_min_severity="WARNING",
    )  # fmt: skip
    core = Core(address, driver)
    try:
        uid, secret = _known(core, create=create)
    except BaseException:
        core.close()
        raise
    return Neo4jStore(core, uid, secret)


def _known(core: Core, *, create: bool) -> tuple[str, bytes]:
    """The store's own name and secret key, after whatever the database lacks has been made."""
    known = schema.recognise(core)
    if known is None and not create:
        raise StoreError(
            f"There is no store in {core.address.url}.", remedy="Load something into it, or name another database."
        )
    if known is None:
        return schema.create(core)
    if create:
        schema.migrate(core)
    return known
