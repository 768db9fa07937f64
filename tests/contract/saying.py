"""Short words for what sources say, and for loading it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import graph.sqlite
from graph.sqlite import Store
from graph.store import At, Publication, Settled
from ontology.records import Common, Link, Mode, Record, Ref, Secrecy, Source

START = datetime(2026, 1, 1, tzinfo=UTC)
ALL = Secrecy.RESTRICTED


def open_store(folder: Path, name: str = "store") -> Store:
    """The store of this name, made when it is not there."""
    return graph.sqlite.open(folder / f"{name}.kedja")


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def source(
    series: str = "register",
    edition: str = "1",
    *,
    mode: Mode = Mode.FULL,
    secrecy: Secrecy = Secrecy.PUBLIC,
    sha: str = "",
) -> Source:
    return Source(series, edition, f"{series} {edition}", "A publisher", mode=mode, secrecy=secrecy, sha256=sha)


def company(
    key: str, name: str = "", *also: str, row_key: str = "", common: Common | None = None, **more: Any
) -> Record:
    facts = {"name": name or key, **more}
    return Record("Organisation", key, facts, also=also, common=common or Common(), row_key=row_key)


def owns(a: str, b: str, *, row_key: str = "", common: Common | None = None, **more: Any) -> Link:
    ends = (Ref("Organisation", a), Ref("Organisation", b))
    return Link("OWNS", *ends, more, common=common or Common(), row_key=row_key)


def secret(level: Secrecy = Secrecy.RESTRICTED) -> Common:
    return Common(secrecy=level)


def run_of(store: Store, said: Source, items: Iterable[Record | Link], number: int = 0) -> tuple[int, Settled]:
    """Begin, add and settle; not yet published."""
    begun = store.begin(said, "test", "1", {}, day(number))
    assert begun.published is None
    store.add(begun.run, list(items))
    return begun.run, store.settle(begun.run, {})


def load(store: Store, said: Source, items: Iterable[Record | Link], number: int = 0) -> tuple[Publication, Settled]:
    run, settled = run_of(store, said, items, number)
    return store.publish(run, day(number)), settled


def now(store: Store, clearance: Secrecy = Secrecy.PUBLIC) -> At:
    published = store.latest()
    return At(published.number if published else 0, clearance)


def names(store: Store, at: At | None = None) -> list[str]:
    """Names of all entities, sorted."""
    return sorted(e.name for e in store.entities(at or now(store)))


def entity(store: Store, key: str, at: At | None = None) -> str:
    """The entity id that a key or id stands for."""
    found = store.find(at or now(store), key)
    assert found is not None, key
    return found.id


def whole(store: Store, at: At) -> tuple[list[Any], ...]:
    """Everything that a reader sees; columns of links come in no particular order."""
    columns = sorted(
        row
        for batch in store.link_columns(at, ["OWNS"])
        for row in zip(*(map(repr, getattr(batch, name).tolist()) for name in batch.__slots__), strict=True)
    )
    return (
        list(store.records(at)), list(store.links(at)), list(store.entities(at)), store.judgements(at), columns,
        sorted(store.sources(at)),
    )  # fmt: skip
