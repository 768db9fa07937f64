"""A process that answers heavy questions for a server, its parent: see ``api/apart.py``.

Usage: python -m api.led FD; what it serves comes pickled on standard input, which stays open while it is wanted.
"""

from __future__ import annotations

import os
import pickle
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

import uvicorn

from api.apart import PUBLICATION, Serving
from api.app import create_app
from api.memory import share_heaps
from api.service import Service, When
from graph.neo4j.restoring import Restored


class Led(Service):
    """A service whose parent says where its readers stand, and keeps the answers."""

    def stand(self, when: When, headers: Mapping[str, str]) -> When:
        self.snapshots.heed_erasures()
        known = {publication.number: publication for publication in self.store.publications()}
        publication, *newer = (known[int(number)] for number in headers[PUBLICATION].split())
        return replace(when, publication=publication, newer=newer[0] if newer else None)


def main(listening: int) -> None:
    share_heaps()
    os.nice(10)  # light questions go before
    serving: Serving = pickle.load(sys.stdin.buffer)  # noqa: S301  (from the parent)
    Thread(target=_end_with_parent, daemon=True).start()

    @contextmanager
    def services(put: Callable[[Service], None]) -> Iterator[None]:
        restored = Restored.again(*serving.graph) if serving.graph else None
        with Led(serving.settings, valid_at=serving.valid_at, waits=False, restored=restored) as service:
            put(service)
            yield

    app = create_app(serving.settings, clearance=serving.clearance, seconds=serving.seconds, services=services, keep=0)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[socket.socket(fileno=listening)])


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
