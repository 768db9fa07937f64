"""What a load would do, tried in a copy of the record that is thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from api.service import Service, When
from api.settings import Settings
from api.stores import store_path
from graph.questions.differing import changes
from graph.questions.exposed import Standing, assessed, standings
from graph.snapshot.view import Snapshot
from loaders.base import Loaded, Progress
from ontology.records import Secrecy

FIRST = 20
"""Contracts named of each risk type."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a load changes of one contract; None: there is no such contract (at the moment)."""

    contract: str
    name: str
    before: Standing | None
    after: Standing | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Of one risk type: how many contracts change, come and go, and the first of those that change, by name."""

    changed: int
    added: int
    removed: int
    first: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What was loaded into the copy, and by risk type what it changes; risk types of which nothing changes are left
    out, ``assessed`` counts all that were compared."""

    loaded: Loaded
    changes: Mapping[str, Changes]
    assessed: int


def rehearse(settings: Settings, work: Callable[[Service], Loaded], progress: Callable[[str], Progress]) -> Rehearsed:
    """Copy the record, do ``work`` on the copy, and compare what is known of every contract today.

    ``progress`` is told what begins, and gives what is told how far it is.

    Raises:
        what ``work`` raises; PlaceError: the copy has no room in the folder of temporary files (TMPDIR).
    """
    with tempfile.TemporaryDirectory(prefix="kedja-dry-run-") as folder, ExitStack() as open_services:
        own = Settings(f"sqlite:///{Path(folder) / 'record.sqlite'}", Path(folder) / "snapshots")
        real = None
        if store_path(settings.store).exists():
            real = open_services.enter_context(Service(settings))
            real.store.copy(store_path(own.store), progress("copying"))
        copied = open_services.enter_context(Service(own, create=True))
        before = _snapshot(real) if real else None
        loaded = work(copied)
        if loaded.unchanged:
            return Rehearsed(loaded, {}, 0)
        after = _snapshot(copied)
        risks = sorted({*assessed(after), *(assessed(before) if before else ())})
        told, changes = progress("comparing"), {}
        for done, risk in enumerate(risks, start=1):
            if changed := _changes(before, after, risk):
                changes[risk] = changed
            told(done, len(risks))
        return Rehearsed(loaded, changes, len(risks))


def _snapshot(service: Service) -> Snapshot:
    return service.snapshot(When(clearance=Secrecy.RESTRICTED))


def _changes(before: Snapshot | None, after: Snapshot, risk: str) -> Changes | None:
    """What changes of one risk type; None: nothing."""
    was, becomes = standings(before, risk) if before else {}, standings(after, risk)
    found = [Change(id, _name(id, after, before), before=then, after=now) for id, then, now in changes(was, becomes)]
    if not found:
        return None
    found.sort(key=lambda change: (change.before is None, change.after is None, change.name, change.contract))
    added = sum(change.before is None for change in found)
    removed = sum(change.after is None for change in found)
    return Changes(len(found) - added - removed, added, removed, tuple(found[:FIRST]))


def _name(contract: str, *snapshots: Snapshot | None) -> str:
    for s in snapshots:
        if s is not None and (vertex := s.vertex(contract)) is not None:
            return s.name(vertex)
    return contract
