"""Heavy questions in processes of their own: they hold up no light ones, and what they take of memory goes with them.

Such a process is a server of the same app on a socket that only its parent has. It answers one request at a time, at
the publication that the parent says, and ends with its parent: ``api/led.py``.
"""

from __future__ import annotations

import logging
import pickle
import select
import socket
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from queue import LifoQueue
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from api.admission import beside
from api.memory import own_memory
from graph import budget
from graph.budget import Why
from ontology.errors import TimeLimitError
from ontology.records import Secrecy

if TYPE_CHECKING:
    from fastapi import Request

    from api.service import When
    from api.settings import Settings
    from graph.neo4j.mark import Mark

log = logging.getLogger("kedja")

PUBLICATION = "Kedja-Publication"
"""Header of the parent's requests: the number of the publication that is read and, if any, of the one to come."""
PASSED_ON = ("accept", "accept-language")
GROWTH = 256_000_000
"""Bytes by which a process may have grown since its first answer; then another takes its place."""
_POLL = 0.02


class AnsweredError(Exception):
    """What another process answered where it was no answer to keep: a problem, as it is to be sent."""

    def __init__(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


@dataclass(frozen=True, slots=True)
class Serving:
    """What a process serves: as ``create_app``. ``graph`` is what was read of a published graph, where one answers."""

    settings: Settings
    clearance: Secrecy
    valid_at: date | None
    seconds: float
    graph: tuple[Mark, Path] | None = None


class Apart:
    """As many processes as heavy questions at once; each is started when it is needed first."""

    def __init__(self, serving: Serving) -> None:
        self._free: LifoQueue[Process] = LifoQueue()
        self.processes = [Process(serving) for _ in range(beside())]
        for process in self.processes:
            self._free.put(process)

    def close(self) -> None:
        for process in self.processes:
            process.end()

    def answer(self, request: Request, when: When) -> tuple[bytes, dict[str, str]] | None:
        """The bytes that a request is answered with and their headers; None where no process could be had: the log says
        why.

        Raises:
            TimeLimitError: it did not come in time; the process that was at it has been ended.
            AnsweredError: the answer is a problem.
        """
        assert when.publication is not None
        numbers = [when.publication.number, *([when.newer.number] if when.newer else [])]
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        headers |= {PUBLICATION: " ".join(map(str, numbers)), "Accept-Encoding": "gzip"}
        address = f"{request.url.path}?{request.url.query}"
        process = self._free.get()  # there is one for each place among the heavy questions
        try:
            return process.ask(address, headers)
        except (OSError, HTTPException) as error:
            log.warning("A process for heavy questions failed, and the server answers itself: %r", error)
            process.end()
            return None
        finally:
            self._free.put(process)


class Process:
    """A process that answers one request at a time."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self.running: subprocess.Popen[bytes] | None = None
        self._folder: TemporaryDirectory[str] | None = None
        self._first: int | None = None
        """Bytes of its own memory after its first answer."""

    def ask(self, address: str, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
        """See ``Apart.answer``.

        Raises:
            OSError, HTTPException: the process is not there any more.
        """
        connection = self._connected()
        try:
            connection.request("GET", address, headers=headers)
            while not select.select([connection.sock], [], [], _POLL)[0]:
                budget.check()
            response = connection.getresponse()
            body = response.read()
        except TimeLimitError:
            asked = budget.current()
            if asked is None or asked.flag[0] == Why.TIME:
                self.end()  # work that does not end when nobody waits ends here
            raise
        finally:
            connection.close()
        self._weigh()
        told = {name.lower(): value for name, value in response.getheaders()}
        if response.status != 200:
            raise AnsweredError(
                response.status, body, {n: v for n, v in told.items() if n in ("content-type", "retry-after")}
            )
        return body, told

    def end(self) -> None:
        """End the process, if there is one; the next question starts another."""
        if self.running:
            self.running.kill()
            self.running.communicate()
        if self._folder:
            self._folder.cleanup()
        self.running = self._folder = self._first = None

    def _weigh(self) -> None:
        """End a process that has taken much memory since its first answer."""
        assert self.running
        now = own_memory(self.running.pid)
        if self._first is None:
            self._first = now
        elif now > self._first + GROWTH:
            self.end()

    def _connected(self) -> HTTPConnection:
        if self.running is None or self.running.poll() is not None:
            self.end()
            self._start()
        assert self._folder
        connection = HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(f"{self._folder.name}/socket")
        return connection

    def _start(self) -> None:
        self._folder = TemporaryDirectory(prefix="kedja-")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(f"{self._folder.name}/socket")
            listening.listen()  # who connects before the process is there waits for it
            # -P: a folder named api where the server was started is not what is run. A session of its own: Ctrl+C ends
            # the server, and that ends this.
            self.running = subprocess.Popen(
                [sys.executable, "-P", "-m", "api.led", str(listening.fileno())], stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL, pass_fds=[listening.fileno()], start_new_session=True,
            )  # fmt: skip
        assert self.running.stdin
        pickle.dump(self._serving, self.running.stdin)
        self.running.stdin.flush()  # and left open: when it closes, the parent has ended
