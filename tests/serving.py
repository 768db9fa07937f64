"""A Kedja that serves the demonstration in a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.app import create_app
from api.settings import DEMO_VALID_AT, Settings
from tools.running_demo import read_address


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
def serving_here(settings: Settings) -> Iterator[str]:
    """The same from a thread of this process, which has compiled what questions need and gives them time."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    app = create_app(settings, valid_at=DEMO_VALID_AT, seconds=600)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
