"""Whole tables as columns: small ones through Python's SQLite, large ones through a process that makes no Python
objects of them.

Arrow's SQLite driver is a second SQLite library, and two of them must not open one file in one process: they do not
know of each other's POSIX locks, and the kernel drops all of a process's locks on a file when any descriptor of it is
closed (https://www.sqlite.org/howtocorrupt.html, 2.2.1). In a process of its own it is a reader like any other.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from graph.sqlite.core import Core
from graph.sqlite.faults import translated
from graph.texts import Texts
from ontology.errors import StoreError

BATCH = 65_536
"""Rows of a batch."""

LARGE = 16 * 1024 * 1024
"""Bytes of a store from which it pays to start a process."""

THREAD = "kedja-read"

_PUMP = Path(__file__).with_name("pump.py")


def scan(core: Core, sql: str, kinds: str) -> Iterator[list[Any]]:
    """Batches of what ``sql`` asks, a column for each letter of ``kinds``: i int64, f float64, t ``Texts``.

    ``sql`` has no parameters and gives no NULL. A large store is read from now on, beside what the caller does next.
    """
    if size(core.path) >= LARGE:
        with suppress(OSError):  # no process can be started: the slow way still gives the same
            return _apart(core, sql, kinds)
    return here(core, sql, kinds)


def size(path: Path) -> int:
    """Bytes of a store and of what has not yet been written back to it."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


# -- in this process ------------------------------------------------------------------------------------------------
def here(core: Core, sql: str, kinds: str) -> Iterator[list[Any]]:
    """``scan``, bit by bit."""
    with translated(core.path):
        cursor = core.reader().execute(sql)
        while rows := cursor.fetchmany(BATCH):
            yield [_made(kind, values) for kind, values in zip(kinds, zip(*rows, strict=True), strict=True)]


def _made(kind: str, values: Sequence[Any]) -> Any:
    if kind == "t":
        return Texts.of(values)
    return np.array(values, np.float64 if kind == "f" else np.int64)


# -- in another -----------------------------------------------------------------------------------------------------
def _apart(core: Core, sql: str, kinds: str) -> Iterator[list[Any]]:
    # -P: a folder that happens to be current, or this one, must not lend its modules.
    command = [sys.executable, "-P", str(_PUMP), core.uri, sql, kinds, str(BATCH)]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, close_fds=True
    )
    batches: SimpleQueue[list[Any] | StoreError | None] = SimpleQueue()
    Thread(target=drain, args=(process, core.path, kinds, batches), name=THREAD, daemon=True).start()
    return given(process, batches)


def given(process: subprocess.Popen[bytes], batches: SimpleQueue[list[Any] | StoreError | None]) -> Iterator[list[Any]]:
    try:
        while (batch := batches.get()) is not None:
            if isinstance(batch, StoreError):
                raise batch
            yield batch
    finally:
        process.kill()  # whoever stops early wants no more; one that has ended is not disturbed


def drain(
    process: subprocess.Popen[bytes], path: Path, kinds: str, batches: SimpleQueue[list[Any] | StoreError | None]
) -> None:
    """Take what the process gives until it ends, so that it never waits for the one who reads."""
    problem: BaseException | str = "the process that reads it ended"
    ended = False
    try:
        with process:
            ended = _take(process, kinds, batches)
            problem = _last_line(process) or problem
    except Exception as error:  # noqa: BLE001  (whatever it is, somebody waits to be told)
        problem = error
    batches.put(
        None
        if ended
        else StoreError(f"The store {path} could not be read: {problem}.", remedy="Try again; then run kedja doctor.")
    )


def _take(process: subprocess.Popen[bytes], kinds: str, batches: SimpleQueue[list[Any] | StoreError | None]) -> bool:
    """Pass the batches on; gives whether they came to their end."""
    assert process.stdout is not None
    while line := process.stdout.readline():
        sizes = json.loads(line)
        if not sizes:
            return True
        batches.put(_columns(process.stdout, kinds, iter(sizes[1:])))
    return False


def _last_line(process: subprocess.Popen[bytes]) -> str:
    assert process.stderr is not None
    lines = process.stderr.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _columns(out: IO[bytes], kinds: str, sizes: Iterator[int]) -> list[Any]:
    columns: list[Any] = []
    for kind in kinds:
        first = _read(out, next(sizes))
        if kind == "t":
            columns.append(Texts(_read(out, next(sizes)), first.view(np.int32).astype(np.int64)))
        else:
            columns.append(first.view(np.float64 if kind == "f" else np.int64))
    return columns


def _read(out: IO[bytes], size: int) -> npt.NDArray[np.uint8]:
    buffer = np.empty(size, np.uint8)
    place = 0
    while place < size:
        count = out.readinto(buffer.data[place:])  # type: ignore[attr-defined]
        if not count:
            raise EOFError("the process that reads it was cut short")
        place += count
    return buffer
