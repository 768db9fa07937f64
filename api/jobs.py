"""Heavy questions that nobody waits for at the line (``Prefer: respond-async``): answered later, or cancelled."""

from __future__ import annotations

import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from threading import Lock

from fastapi import Request, Response
from pydantic import BaseModel, Field

from api.admission import beside
from api.settings import now
from graph import budget
from graph.budget import Budget, Why
from ontology.errors import BusyError, KedjaError

log = logging.getLogger("kedja")

MOST = 20
"""Jobs that are remembered; of those that have ended the oldest go first."""
MOST_BEGUN = 8
"""Jobs that run or wait."""
MOST_BYTES = 64_000_000
"""Bytes of answers that are held for whoever fetches them."""
AGE = 3_600.0
"""Seconds for which an answer is held."""
SECONDS = 600.0
"""Longest time that a job may take."""


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class Job:
    """A question that is answered apart from the request that asked it. ``cost`` is in vertices, estimated before."""

    what: str
    cost: int
    media_type: str
    erasures: int
    began: datetime = field(default_factory=now)
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    budget: Budget = field(default_factory=Budget)
    state: State = State.WAITING
    made: bytes | None = None
    error: KedjaError | None = None
    ended: float | None = None
    future: Future[None] | None = None

    @property
    def is_over(self) -> bool:
        return self.state in (State.DONE, State.FAILED, State.CANCELLED)


class Jobs:
    """The jobs of a server, by id. Ids are not to be guessed."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._threads = ThreadPoolExecutor(beside(), thread_name_prefix="job")
        self._lock = Lock()

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            for job in self._jobs.values():
                job.budget.stop(Why.NOBODY_WAITS)
        self._threads.shutdown(wait=True, cancel_futures=True)

    def start(self, what: str, cost: int, media_type: str, erasures: int, make: Callable[[], bytes]) -> Job:
        """
        Raises:
            BusyError: as many run or wait already as may.
        """
        job = Job(what, cost, media_type, erasures)
        with self._lock:
            self._sweep()
            if sum(not other.is_over for other in self._jobs.values()) >= MOST_BEGUN:
                raise BusyError(
                    f"{MOST_BEGUN} jobs run or wait already.", remedy="Ask again in a while, or cancel one."
                )
            self._jobs[job.id] = job
        job.future = self._threads.submit(self._run, job, make)
        return job

    def _run(self, job: Job, make: Callable[[], bytes]) -> None:
        if job.state is not State.WAITING:
            return
        job.budget, job.state = Budget(SECONDS), State.RUNNING
        try:
            with budget.within(job.budget):
                made = make()
            self._end(job, State.DONE, made=made)
        except KedjaError as error:
            self._end(job, State.FAILED, error=error)
        except Exception:
            log.exception("A job failed: %s", job.what)
            told = KedjaError("Something went wrong here.", remedy="Tell who runs the server.")
            self._end(job, State.FAILED, error=told)
        finally:
            job.budget.end()

    def _end(self, job: Job, state: State, made: bytes | None = None, error: KedjaError | None = None) -> None:
        with self._lock:
            job.ended = time.monotonic()
            if job.state is not State.CANCELLED:
                job.state, job.made, job.error = state, made, error
            self._sweep()

    def get(self, id: str, erasures: int) -> Job | None:
        """The job, if it is still known; none from before an erasure."""
        with self._lock:
            self._sweep()
            job = self._jobs.get(id)
            if job is not None and job.erasures != erasures:
                job.budget.stop(Why.NOBODY_WAITS)
                del self._jobs[id]
                return None
            return job

    def cancel(self, id: str) -> bool:
        """End a job and forget its answer; whether there was one."""
        with self._lock:
            job = self._jobs.pop(id, None)
            if job is None:
                return False
            if not job.is_over:
                job.state = State.CANCELLED
                job.budget.stop(Why.NOBODY_WAITS)
            return True

    def _sweep(self) -> None:
        """Forget what is old, and the oldest of what is too much."""
        over = [job for job in self._jobs.values() if job.is_over]
        size = sum(len(job.made or b"") for job in over)
        for job in over:
            old = job.ended is not None and time.monotonic() - job.ended > AGE
            if old or size > MOST_BYTES or len(self._jobs) > MOST:
                size -= len(job.made or b"")
                del self._jobs[job.id]


class JobRow(BaseModel):
    """A question that is answered apart from the request that asked it."""

    id: str
    asked: str
    state: State
    cost: int = Field(description="Vertices that it may look at, estimated before")
    began: datetime
    result: str | None = Field(None, description="Where the answer is, once it is done")
    problem: str = Field("", description="Of one that failed: why, and what to do")


def row_of(job: Job) -> JobRow:
    done = job.state is State.DONE
    return JobRow(
        id=job.id, asked=job.what, state=job.state, cost=job.cost, began=job.began,
        result=f"/v1/jobs/{job.id}/result" if done else None, problem=str(job.error or ""),
    )  # fmt: skip


def accepted(job: Job) -> Response:
    """202, with where to ask how it stands."""
    headers = {"Location": f"/v1/jobs/{job.id}", "Preference-Applied": "respond-async", "Retry-After": "1"}
    return Response(row_of(job).model_dump_json(), 202, headers, "application/json")


def wants_later(request: Request) -> bool:
    """Whether the client prefers not to wait (RFC 7240)."""
    said = ",".join(request.headers.getlist("prefer")).lower()
    return "respond-async" in (one.partition(";")[0].strip() for one in said.split(","))
