"""What the command line and the HTTP API share: a store, its snapshots, and the one place where *now* is resolved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from anyio import CapacityLimiter

from api.admission import LIGHT_THREADS, Admission
from api.settings import MAX_TEXT, Settings, today
from api.snapshots import Snapshots
from api.stores import open_store
from graph import budget
from graph.searching import UNFINISHED, fold
from graph.snapshot.view import Moment, Snapshot
from graph.store import At, Entity, Hit, Publication, Reject, RunInfo
from ontology.errors import AmbiguousError, InputError, KedjaError, NoGraphError, NotInGraphError
from ontology.records import Secrecy
from ontology.values import SCHEMES, guess_keys

if TYPE_CHECKING:
    from typing import Self

    from api.apart import Apart
    from graph.neo4j.restoring import Restored


@dataclass(frozen=True, slots=True)
class When:
    """What the user said of time and clearance, and once ``Service.standing`` has resolved it, where a reader stands.

    ``newer`` is a publication that is being prepared and not answered from yet.
    """

    valid_at: date | None = None
    during: tuple[date, date] | None = None
    known_at: datetime | None = None
    clearance: Secrecy = Secrecy.PUBLIC
    publication: Publication | None = None
    newer: Publication | None = None


class Service:
    """An open store with its snapshots: the record's, or that of a published graph, which knows no history."""

    def __init__(
        self, settings: Settings, *, create: bool = False, valid_at: date | None = None, waits: bool = True,
        restored: Restored | None = None, apart: Apart | None = None,
    ) -> None:  # fmt: skip
        """
        Args:
            settings: where the store and the snapshots are.
            create: make the store if there is none.
            valid_at: stands for today where a question names no day: the demonstration pins it.
            waits: for the newest publication's snapshot, as a command does. A server does not: until it is ready, it
                answers from the last one and says so.
            restored: what was read of the published graph that answers, where it is one; closed with the service.
            apart: the processes that answer heavy questions, where a server has such; closed with the service.
        """
        self.settings = settings
        self.valid_at = valid_at
        self.waits = waits
        self.restored = restored
        self.apart = apart
        self.refusal: KedjaError | None = None
        """Why nothing is answered any more, where that is so."""
        self.store = open_store(f"sqlite:///{restored.record}" if restored else settings.store, create=create)
        self.snapshots = Snapshots(self.store, restored.snapshots if restored else settings.cache, self._ask_again)
        self.asked: dict[str, Callable[[When], object]] = {}
        """How to ask the last light question of each kind again, where there is a server."""
        self.admission = Admission()
        self.light = CapacityLimiter(LIGHT_THREADS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self.apart:
            self.apart.close()
        self.snapshots.close()
        self.store.close()
        if self.restored:
            self.restored.close()

    # -- where a reader stands ------------------------------------------------------------------------------
    def standing(self, when: When) -> When:
        """The question with its publication resolved, once, so that all that is read for it is of one publication."""
        budget.check()  # whose time ran out while it waited for a thread begins nothing
        if when.publication is not None:
            return when
        self._refuse(when)
        if not self.waits:
            self.snapshots.heed_erasures()
        found = self.store.latest() if when.known_at is None else self.store.resolve(when.known_at)
        newest = found or Publication(0, 0, datetime(1970, 1, 1, tzinfo=UTC))  # the empty store
        if self.waits or when.known_at is not None:
            return replace(when, publication=newest)
        stands = self.snapshots.standing(newest, self._moment(when), when.clearance)
        return replace(when, publication=stands, newer=newest if stands != newest else None)

    def stand(self, when: When, _headers: Mapping[str, str]) -> When:
        """Where who sends a request stands."""
        return self.standing(when)

    def _refuse(self, when: When) -> None:
        """
        Raises:
            NoGraphError: another clearance than that of the graph that answers.
            InputError: a graph is asked for what was known before.
        """
        if self.refusal:
            raise self.refusal
        if self.restored is None:
            return
        holds, asks = self.restored.mark.clearance, when.clearance.name.lower()
        if holds != asks:
            raise NoGraphError(
                f"The graph that answers was published as {holds}, and it is asked as {asks}.",
                remedy=f"Ask with --clearance {holds}, or publish it with --clearance {asks}.",
            )
        if when.known_at is not None:
            self.needs_record()

    def needs_record(self) -> None:
        """
        Raises:
            InputError: a graph answers, which knows no history.
        """
        if self.restored:
            raise InputError(
                "History is not known here: a published graph answers, which holds what its last publication shows.",
                remedy="Leave known_at out, ask a Kedja that has the record, or publish --known-at elsewhere.",
            )

    def publication(self, when: When) -> Publication:
        """The publication that a reader sees; the empty store has number 0."""
        stands = self.standing(when).publication
        assert stands is not None
        return stands

    def at(self, when: When) -> At:
        return At(self.publication(when).number, when.clearance)

    def runs(self, clearance: Secrecy) -> list[RunInfo]:
        """What was loaded, judged and edited, newest first, as far as a clearance may know; not known to a graph."""
        self.needs_record()
        return self.store.runs_seen(clearance)[::-1]

    def rejects(self, run: int, clearance: Secrecy) -> list[Reject]:
        """What a run did not accept; see ``Store.rejects``; not known to a graph."""
        self.needs_record()
        return self.store.rejects(run, clearance)

    def told(self, when: When) -> Publication:
        """The publication that a reader sees, by the number that it has for the clearance."""
        return self.store.told(self.publication(when), when.clearance)

    def newer(self, when: When) -> Publication | None:
        """The publication that is being prepared, if it changes what the clearance sees."""
        if when.newer is None:
            return None
        coming = self.store.told(when.newer, when.clearance)
        return None if coming == self.told(when) else coming

    def snapshot(self, when: When) -> Snapshot:
        """The snapshot for a question: *now* is today in Stockholm and the last publication."""
        return self.snapshots.at(self.publication(when), self._moment(when), when.clearance)

    def snapshot_at_hand(self, when: When) -> Snapshot | None:
        """The same where it is in memory; nothing is waited for."""
        at = At(self.publication(when).number, when.clearance)
        return self.snapshots.at_hand(at, self._moment(when))

    def _moment(self, when: When) -> Moment:
        return Moment(None if when.during else when.valid_at or self.valid_at or today(), when.during)

    def _ask_again(self, publication: Publication, moment: Moment, clearance: Secrecy) -> None:
        """Ask the last light questions of a publication that is to answer next: what they need is then there."""
        when = When(moment.valid_at, moment.during, clearance=clearance, publication=publication)
        for again in [*self.asked.values()]:
            with suppress(KedjaError):  # what was asked about may be there no more
                again(when)

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
        if found := self.store.find(at, text):
            return found
        hits = [] if not similar and _is_no_name(text) else self.store.search(at, text, limit=8)
        exact = [hit for hit in hits if hit.exact] or [h for h in hits if h.name.casefold() == text.casefold()]
        fitting = {hit.entity: hit for hit in exact}
        # A name and a bare identifier may both fit: THA is Thailand, and may be a company.
        for key in guess_keys(text):
            if other := self.store.find(at, key):
                fitting.setdefault(other.id, Hit(other.id, other.type, other.name, other.keys, exact=True, score=0.0))
        # A part of a word is no name: what it may be of is proposed and never taken, even where it is the only one.
        near = [hit for hit in hits if hit.score > UNFINISHED and not _is_begun(text, hit.name)] if similar else []
        return self._single(text, at, list(fitting.values()) or near, hits)

    def _single(self, text: str, at: At, fitting: list[Hit], near: list[Hit]) -> Entity:
        if len(fitting) == 1:
            entity = self.store.find(at, fitting[0].entity)
            if entity is not None:
                return entity
        if fitting:
            names = [(hit.entity, hit.name) for hit in fitting]
            raise AmbiguousError(f"“{text}” fits several: {_listed(fitting)}.", names, remedy="Give one identifier.")
        remedy = f"Did you mean {_listed(near)}?" if near else "Try kedja search with a part of the name."
        raise NotInGraphError(f"“{text}” is not in the graph.", remedy=remedy)


def _is_begun(text: str, name: str) -> bool:
    """Whether a name begins as a text does, which ends within a word of it: *Björk* of *Björkvik*."""
    return bool(re.match(re.escape(fold(text)) + r"[^\W_]", fold(name)))


def _is_no_name(text: str) -> bool:
    """Whether a text is written as an identifier and cannot be a name: with its scheme, or a number that fits one."""
    return text.partition(":")[0].lower() in SCHEMES or (bool(guess_keys(text)) and not any(map(str.isalpha, text)))


def _listed(hits: list[Hit]) -> str:
    from visualisation.words import Words

    words = Words("en")
    return "; ".join(f"{words.coded(hit.name) or hit.name} ({hit.keys[0] if hit.keys else hit.entity})" for hit in hits)
