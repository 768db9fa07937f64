"""A Kedja that serves the demonstration in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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
