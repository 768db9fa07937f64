"""A published graph that answers in place of the record: opened for a command, followed by a server."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from threading import Event, Thread

from api.apart import Apart, Serving
from api.publishing import opened
from api.service import Service, When
from api.settings import MAX_SECONDS, Settings
from graph.neo4j.reading import standing
from graph.neo4j.restoring import name_of, restored
from ontology.errors import KedjaError, NoGraphError

log = logging.getLogger("kedja")

LOOK = 10.0
"""Seconds between two looks at the mark of the graph."""


def from_graph(
    settings: Settings, *, valid_at: date | None = None, waits: bool = True, apart: Serving | None = None
) -> Service:
    """A service on what the graph shows now; its answers are those of the record but for history. ``apart``: heavy
    questions are answered by processes that serve so.

    Raises:
        StoreError: no server there, none that lets us in, or no graph that this Kedja reads.
    """
    assert settings.graph is not None
    with opened(settings.graph) as server:
        found = restored(server, settings.graphs)
    processes = Apart(replace(apart, graph=(found.mark, found.folder))) if apart else None
    return Service(settings, valid_at=valid_at, waits=waits, restored=found, apart=processes)


class Following:
    """A server's service on a published graph. A newer publication is taken up when it is whole; until then, and while
    the graph cannot be read, the last one answers, and the log says so."""

    def __init__(self, serving: Serving, put: Callable[[Service], None], *, apart: bool) -> None:
        """``put`` is told of the first service, and of each that takes its place."""
        self.serving, self.put, self.apart = serving, put, apart
        self.service = self._opened()
        self._retired: list[tuple[float, Service]] = []
        self._stop = Event()
        self._thread = Thread(target=self._follow, name="follow", daemon=True)
        put(self.service)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(timeout=1.0)  # a graph that is being read is read in vain
        for service in (self.service, *(one for _, one in self._retired)):
            service.close()

    def _opened(self) -> Service:
        asked, apart = self.serving, self.serving if self.apart else None
        service = from_graph(asked.settings, valid_at=asked.valid_at, waits=False, apart=apart)
        try:
            service.standing(When(clearance=asked.clearance))
        except KedjaError:
            service.close()
            raise
        return service

    def _follow(self) -> None:
        said = ""
        while not self._stop.wait(LOOK):
            try:
                self._retire()
                self.look()
                said = ""
            except Exception as error:  # noqa: BLE001  (whatever it is, the last publication goes on answering)
                if str(error) != said:
                    said = str(error)
                    stays = "Nothing" if self.service.refusal else f"Publication {self._number}"
                    log.warning("%s goes on answering. %s", stays, said)

    def look(self) -> None:
        """Take up what the graph shows, where that is another publication."""
        assert self.serving.settings.graph is not None
        with opened(self.serving.settings.graph) as server:
            stands = standing(server)
        shown = self.service.restored
        if shown and name_of(stands) == name_of(shown.mark):
            self.service.refusal = None
            return
        try:
            newer = self._opened()
        except NoGraphError as error:  # it is for other readers now: what is left out for them is answered no more
            self.service.refusal = error
            raise
        self._retired.append((time.monotonic(), self.service))
        self.service = newer
        self.put(newer)
        log.info("Publication %d answers now.", self._number)

    @property
    def _number(self) -> int:
        return self.service.restored.mark.publication if self.service.restored else 0

    def _retire(self) -> None:
        """Close the services that no request asks any more."""
        before = time.monotonic() - 2 * MAX_SECONDS
        for since, service in list(self._retired):
            if since < before:
                self._retired.remove((since, service))
                service.close()
        if self.service.restored:
            self.service.restored.sweep()


@contextmanager
def started(serving: Serving, put: Callable[[Service], None], *, apart: bool = False) -> Iterator[None]:
    """A server's service, on the record or on the graph that answers; ``put`` is told of it.

    Args:
        apart: heavy questions are answered by processes of their own.
    """
    if serving.settings.from_graph:
        following = Following(serving, put, apart=apart)
        try:
            yield
        finally:
            following.close()
    else:
        processes = Apart(serving) if apart else None
        with Service(serving.settings, valid_at=serving.valid_at, waits=False, apart=processes) as service:
            put(service)
            yield
