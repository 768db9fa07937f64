"""A Kedja that serves the demonstration in a process of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import uvicorn

from api.app import create_app
from api.commands.serve import bind
from api.settings import DEMO_VALID_AT, Settings
from tools.running_demo import read_address

T = TypeVar("T")


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The address, without a slash at its end, of a server that stops with the block."""
    command = [sys.executable, "-u", "-m", "api.cli", "serve", "--port", "0", "--store", settings.store]
    process = subprocess.Popen(
        [*command, "--valid-at", DEMO_VALID_AT.isoformat()], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        yield read_address(process).rstrip("/")
    finally:
        process.terminate()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@contextmanager
def serving_here(settings: Settings, **given: Any) -> Iterator[str]:
    """The same from a thread of this process, which has compiled what questions need and gives them time; ``given``:
    as ``create_app``."""
    app = create_app(settings, **{"valid_at": DEMO_VALID_AT, "seconds": 600, **given})
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    with bind("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.05)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def in_a_loop(work: Coroutine[Any, Any, T]) -> T:
    """What comes of it, in a loop of its own: while a browser runs, the thread that tests has one already."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()
