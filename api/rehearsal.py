"""What a load, or a merge, would do: tried in a copy of the record that is thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from api.service import Service, When
from api.settings import Settings
from api.stores import store_path
from graph.matching.proposing import Proposal
from graph.questions.differing import changes
from graph.questions.exposed import Standing, assessed, standings
from graph.snapshot.view import Snapshot
from loaders.base import Loaded, Progress
from ontology.records import Secrecy

T = TypeVar("T")

FIRST = 20
"""Contracts named of each risk type."""


@dataclass(frozen=True, slots=True)
class Change:
    """What changes of one contract; None: there is no such contract (at the moment)."""

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
class Compared:
    """By risk type what changes of contracts; risk types of which nothing changes are left out, ``assessed`` counts all
    that were compared."""

    changes: Mapping[str, Changes] = field(default_factory=dict)
    assessed: int = 0


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What was loaded into the copy, what it changes, and what it says that may be known already (None: not compared,
    there is too much)."""

    loaded: Loaded
    changes: Mapping[str, Changes]
    assessed: int
    proposed: Sequence[Proposal] | None = ()


def rehearse(settings: Settings, work: Callable[[Service], Loaded], progress: Callable[[str], Progress]) -> Rehearsed:
    """Load into a copy of the record, and compare what is known of every contract today.

    Raises:
        see ``compared``.
    """
    from api.reviewing import Mark, brought

    def load(service: Service) -> tuple[Loaded, Sequence[Proposal] | None]:
        mark = Mark.of(service)
        loaded = work(service)
        if loaded.unchanged:
            return loaded, ()
        return loaded, brought(service, mark, service.at(When(clearance=Secrecy.RESTRICTED)), progress("matching"))

    (loaded, proposed), found = compared(settings, load, progress, unchanged=lambda done: done[0].unchanged)
    return Rehearsed(loaded, found.changes, found.assessed, proposed)


def compared(
    settings: Settings, work: Callable[[Service], T], progress: Callable[[str], Progress],
    unchanged: Callable[[T], bool] = lambda _: False,
) -> tuple[T, Compared]:  # fmt: skip
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
        done = work(copied)
        if unchanged(done):
            return done, Compared()
        after = _snapshot(copied)
        risks = sorted({*assessed(after), *(assessed(before) if before else ())})
        told, changes = progress("comparing"), {}
        for count, risk in enumerate(risks, start=1):
            if changed := _changes(before, after, risk):
                changes[risk] = changed
            told(count, len(risks))
        return done, Compared(changes, len(risks))


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
