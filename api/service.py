"""What the command line and the HTTP API share: a store, its snapshots, and the one place where *now* is resolved."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Lock
from typing import TYPE_CHECKING

from api.settings import MAX_TEXT, Settings, sqlite_path, today
from graph.snapshot.cache import Cache
from graph.snapshot.topology import Topology
from graph.snapshot.view import Known, Moment, Snapshot
from graph.store import At, Entity, Hit, Publication, Store
from ontology.errors import AmbiguousError, InputError, NotInGraphError
from ontology.method import method
from ontology.records import Secrecy
from ontology.values import guess_keys

if TYPE_CHECKING:
    from typing import Self

KEEP = 4


def open_store(url: str, *, create: bool = True) -> Store:
    """Open the store that a URL names; see ``graph.sqlite.open`` for the errors."""
    import graph.sqlite

    path = sqlite_path(url)
    if not create and not path.exists():
        raise InputError(f"There is no store at {path}.", remedy="Load something first: kedja load --help.")
    path.parent.mkdir(parents=True, exist_ok=True)
    return graph.sqlite.open(path, create=create)


@dataclass(frozen=True, slots=True)
class When:
    """What the user said of time and clearance; what was not said is resolved by ``Service.snapshot``."""

    valid_at: date | None = None
    during: tuple[date, date] | None = None
    known_at: datetime | None = None
    clearance: Secrecy = Secrecy.PUBLIC


class Service:
    """An open store with its snapshots."""

    def __init__(self, settings: Settings, *, create: bool = False, valid_at: date | None = None) -> None:
        """``valid_at`` stands for today where a question names no day: the demonstration pins it."""
        self.settings = settings
        self.valid_at = valid_at
        self.store = open_store(settings.store, create=create)
        self.cache = Cache(settings.cache)
        self._recent: OrderedDict[tuple[At, Moment], Snapshot] = OrderedDict()
        self._topologies: OrderedDict[At, Topology] = OrderedDict()
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.store.close()

    def publication(self, known_at: datetime | None = None) -> Publication:
        """The publication that a reader sees at a time; the empty store has number 0."""
        found = self.store.latest() if known_at is None else self.store.resolve(known_at)
        return found or Publication(0, 0, datetime(1970, 1, 1, tzinfo=UTC))

    def at(self, when: When) -> At:
        return At(self.publication(when.known_at).number, when.clearance)

    def snapshot(self, when: When) -> Snapshot:
        """The snapshot for a question: *now* is today in Stockholm and the last publication, resolved here once."""
        published = self.publication(when.known_at)
        at = At(published.number, when.clearance)
        moment = Moment(None if when.during else when.valid_at or self.valid_at or today(), when.during)
        with self._lock:
            if (at, moment) in self._recent:
                self._recent.move_to_end((at, moment))
                return self._recent[at, moment]
            topology = self._topology(at)
            known = Known(published.number, published.at, when.clearance.name.lower())
            snapshot = Snapshot(topology, moment, method(), known)
            self._recent[at, moment] = snapshot
            while len(self._recent) > KEEP:
                self._recent.popitem(last=False)
            return snapshot

    def _topology(self, at: At) -> Topology:
        if at not in self._topologies:
            self._topologies[at] = self.cache.topology(self.store, at)
            while len(self._topologies) > KEEP:
                self._topologies.popitem(last=False)
        return self._topologies[at]

    # -- what the user names --------------------------------------------------------------------------------
    def resolve(self, text: str, when: When) -> Entity:
        """The entity that a text names: an id, a ``scheme:value`` key, a bare identifier or a name.

        Raises:
            NotInGraphError: nothing fits; a valid identifier that is not in the graph says so.
            AmbiguousError: a name that fits several.
        """
        return self._found(text, when, similar=True)

    def resolve_exactly(self, text: str, when: When) -> Entity:
        """Like ``resolve``, but a name must be spelled as the entity's own, letter case aside."""
        return self._found(text, when, similar=False)

    def _found(self, text: str, when: When, *, similar: bool) -> Entity:
        if len(text) > MAX_TEXT:
            raise InputError(f"The name is longer than {MAX_TEXT} characters.", remedy="Give an identifier instead.")
        at = self.at(when)
        for candidate in (text, *guess_keys(text)):
            if found := self.store.find(at, candidate):
                return found
        hits = self.store.search(at, text, limit=8)
        exact = [hit for hit in hits if hit.exact] or [h for h in hits if h.name.casefold() == text.casefold()]
        return self._single(text, at, exact or (hits if similar else []))

    def _single(self, text: str, at: At, fitting: list[Hit]) -> Entity:
        if len(fitting) == 1:
            entity = self.store.find(at, fitting[0].entity)
            if entity is not None:
                return entity
        if fitting:
            names = [(hit.entity, hit.name) for hit in fitting]
            listed = "; ".join(f"{hit.name} ({hit.keys[0] if hit.keys else hit.entity})" for hit in fitting)
            raise AmbiguousError(f"“{text}” fits several: {listed}.", names, remedy="Give one identifier.")
        raise NotInGraphError(f"“{text}” is not in the graph.", remedy="Try kedja search with a part of the name.")
