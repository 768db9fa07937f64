"""The snapshots of one store, and which publication a server answers from while the newest is being frozen."""

from __future__ import annotations

import gc
import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice, takewhile
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from api.memory import give_back
from graph import budget
from graph.snapshot.apart import topology_apart
from graph.snapshot.cache import Cache
from graph.snapshot.topology import Topology
from graph.snapshot.view import Known, Moment, Snapshot
from graph.sqlite import Store
from graph.store import At, Publication
from ontology.errors import PlaceError
from ontology.method import method
from ontology.records import Secrecy

log = logging.getLogger("kedja")
T = TypeVar("T")
KEEP = 2
"""Topologies and snapshots in memory. A topology is mapped from its file, so it takes little more than its pages."""

_POLL = 0.1

LOOK_BACK = 50
"""Publications before the newest among which a server that has just started looks for one that is frozen."""


class Snapshots:
    """Snapshots by publication, clearance and moment: from memory, mapped from the cache, or frozen.

    Nothing from before the last erasure is kept or answered from by itself: its bytes must leave every answer.
    """

    def __init__(
        self, store: Store, folder: Path, warm: Callable[[Publication, Moment, Secrecy], None] = lambda *_: None
    ) -> None:
        """``warm``: asked of what was frozen in the background, before it answers."""
        self.store = store
        self._warm = warm
        self.cache = Cache(folder)
        self._topologies: OrderedDict[At, Topology] = OrderedDict()
        self._recent: OrderedDict[tuple[At, Moment], Snapshot] = OrderedDict()
        self._lock = Lock()
        self._erased = self._last_erasure()
        self._builder = ThreadPoolExecutor(1, thread_name_prefix="freeze")
        self._freezing: dict[At, Future[Topology]] = {}
        self.preparing: tuple[At, Future[None]] | None = None
        """What is being frozen in the background, or was last; a new freeze starts only when it is done."""

    def close(self) -> None:
        """Wait for a freeze that has begun: to close a connection that it reads from would end the process."""
        self._builder.shutdown(wait=True, cancel_futures=True)

    # -- one snapshot -----------------------------------------------------------------------------------------
    def at(self, published: Publication, moment: Moment, clearance: Secrecy) -> Snapshot:
        """The snapshot at a publication; frozen first, where it never was."""
        at = At(published.number, clearance)
        if found := self.at_hand(at, moment):
            return found
        told = self.store.told(published, clearance)
        known = Known(published.number, told.at, clearance.name.lower(), told.number)
        snapshot = Snapshot(self._topology(at), moment, method(), known)
        with self._lock:
            if at.publication >= self._erased:
                snapshot = self._recent.setdefault((at, moment), snapshot)
                for old in _shorten(self._recent):
                    old.forget()
        return snapshot

    def at_hand(self, at: At, moment: Moment) -> Snapshot | None:
        """The snapshot, where it is in memory."""
        with self._lock:
            if found := self._recent.get((at, moment)):
                self._recent.move_to_end((at, moment))
            return found

    def _topology(self, at: At) -> Topology:
        with self._lock:
            if found := self._topologies.get(at):
                self._topologies.move_to_end(at)
                return found
        if budget.current() is None:  # a command
            return self._keep(at, self.cache.topology(self.store, at))
        found = self.cache.ready(self.store, at)
        return self._keep(at, found) if found else self._frozen_apart(at)

    def _frozen_apart(self, at: At) -> Topology:
        """What the builder freezes, once for all who wait for it: a request that ends does not end the freeze."""
        with self._lock:
            freezing = self._freezing.get(at)
            if freezing is None or freezing.done():
                self._freezing = {a: f for a, f in self._freezing.items() if not f.done()}
                freezing = self._freezing[at] = self._builder.submit(self._built, at)
        while not wait((freezing,), timeout=_POLL).done:
            budget.check()
        return freezing.result()

    def _built(self, at: At) -> Topology:
        return self._keep(at, topology_apart(self.cache, self.store, at))

    def _keep(self, at: At, topology: Topology) -> Topology:
        with self._lock:
            if at.publication >= self._erased:
                self._topologies[at] = topology
                _shorten(self._topologies)
        return topology

    # -- the newest, or the last one meanwhile ----------------------------------------------------------------
    def standing(self, newest: Publication, moment: Moment, clearance: Secrecy) -> Publication:
        """The publication to answer from now: the newest, or the last that is frozen while the newest is prepared.

        The newest all the same where there is nothing to answer from meanwhile, where everything frozen is from before
        the last erasure, and where preparing it failed: the question then waits, and meets the error itself.
        """
        at = At(newest.number, clearance)
        if self._is_frozen(at):
            return newest
        last = self._last_frozen(newest, clearance)
        if last is None or not self._prepare(newest, moment, clearance):
            return newest
        return last

    def _is_frozen(self, at: At) -> bool:
        with self._lock:
            if self.preparing and self.preparing[0] == at and not self.preparing[1].done():
                return False
            if at in self._topologies:
                return True
        topology = self.cache.ready(self.store, at)
        if topology is not None:
            self._keep(at, topology)
        return topology is not None

    def _last_frozen(self, newest: Publication, clearance: Secrecy) -> Publication | None:
        before = takewhile(lambda p: p.number >= self._erased, islice(self.store.before(newest.number), LOOK_BACK))
        return next((p for p in before if self._is_frozen(At(p.number, clearance))), None)

    def _prepare(self, newest: Publication, moment: Moment, clearance: Secrecy) -> bool:
        """Freeze in the background, one at a time, what is not there yet; False where that has been tried in vain."""
        at = At(newest.number, clearance)
        with self._lock:
            if self.preparing is None or self.preparing[1].done():
                if at in self._topologies:  # it has become ready since
                    return True
                if self.preparing and self.preparing[0] == at and self.preparing[1].exception():
                    return False
                self.preparing = at, self._builder.submit(self._freeze, newest, moment, clearance)
        return True

    def _freeze(self, newest: Publication, moment: Moment, clearance: Secrecy) -> None:
        self._built(At(newest.number, clearance))
        # What questions need is worked out here, and not while somebody waits for the first answer.
        snapshot = self.at(newest, moment, clearance)
        _ = snapshot.hash, snapshot.network, snapshot.item_network
        self._warm(newest, moment, clearance)
        gc.collect(1)  # what lately answered; a search among all that lives would hold up whoever asks
        give_back()

    # -- erasures ---------------------------------------------------------------------------------------------
    def _last_erasure(self) -> int:
        return max((tombstone.publication for tombstone in self.store.tombstones()), default=0)

    def heed_erasures(self) -> None:
        """Forget what was frozen before an erasure, if there has been one."""
        erased = self._last_erasure()
        with self._lock:
            if erased <= self._erased:
                return
            self._erased = erased
            self._topologies.clear()
            self._recent.clear()
        try:
            self.cache.clear()
        except PlaceError as error:  # nothing is answered from it any more; but its bytes must go
            log.warning("%s", error)


def _shorten(kept: OrderedDict[Any, T]) -> list[T]:
    """What was used longest ago, and is kept no more."""
    return [kept.popitem(last=False)[1] for _ in range(len(kept) - KEEP)]
