"""Start an installed `kedja demo` in an empty folder, as a newcomer would, and stop it again."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 120
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")


def read_address(process: subprocess.Popen[bytes]) -> str:
    """The address in the program's output, echoed as it comes; ends the run if there is none in time."""
    assert process.stdout is not None
    end = time.monotonic() + START_SECONDS
    seen = b""
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < end:
            if not ready.select(timeout=1):
                continue
            piece = os.read(process.stdout.fileno(), 65536)
            sys.stdout.buffer.write(piece)
            sys.stdout.flush()
            seen += piece
            found = ADDRESS.search(seen.decode("utf-8", errors="backslashreplace"))
            if found:
                return found[0]
            if not piece:
                sys.exit("kedja demo ended before it served")
    sys.exit(f"kedja demo named no address within {START_SECONDS} s")


def environment(home: Path) -> dict[str, str]:
    """Nothing of this checkout, nothing of the user's folders or settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KEDJA_", "PYTHON", "XDG_"))}
    return {**kept, "HOME": str(home), "PYTHONUNBUFFERED": "1"}


@contextmanager
def running(kedja: Path, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process and its address. It works in `folder`/empty, its home is `folder`/home."""
    home, empty = folder / "home", folder / "empty"
    home.mkdir()
    empty.mkdir()
    process = subprocess.Popen(
        [str(kedja), "demo", "--port", "0"],
        cwd=empty,
        env=environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process, read_address(process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
