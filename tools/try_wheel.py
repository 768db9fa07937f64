"""Use an installed `kedja` as a newcomer would: in an empty folder, start the demo, fetch its page, stop."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

START_SECONDS = 120
FETCH_SECONDS = 20
STOP_SECONDS = 20
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")
# Asked to stop, a server ends well: 0, or as the signal says.
GOOD_ENDS = {0, 130, -signal.SIGINT}


def read_address(process: subprocess.Popen[bytes]) -> str:
    """The address in the program's output, echoed as it comes; ends the run if there is none in time."""
    assert process.stdout is not None
    end = time.monotonic() + START_SECONDS
    seen = ""
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < end:
            if not ready.select(timeout=1):
                continue
            piece = os.read(process.stdout.fileno(), 65536)
            if not piece:
                sys.exit("kedja demo ended before it served:\n" + seen)
            seen += piece.decode("utf-8", errors="backslashreplace")
            found = ADDRESS.search(seen)
            if found:
                print(seen, flush=True)
                return found[0]
    sys.exit(f"no address within {START_SECONDS} s; its output:\n{seen}")


def fetch(address: str) -> bytes:
    """The page, tried again while the server starts."""
    end = time.monotonic() + FETCH_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=FETCH_SECONDS) as answer:
                return bytes(answer.read())
        except ConnectionError as error:
            refused = error
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError):
                raise
            refused = error.reason
        if time.monotonic() > end:
            sys.exit(f"{address} does not answer: {refused}")
        time.sleep(0.2)


def environment(home: Path) -> dict[str, str]:
    """Nothing of this checkout, nothing of the user's folders."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("KEDJA_", "PYTHON", "XDG_"))
    }
    return {**kept, "HOME": str(home), "PYTHONUNBUFFERED": "1"}


def try_demo(kedja: Path, folder: Path) -> None:
    """Start, fetch, stop; ends with a message at the first thing that is wrong."""
    home = folder / "home"
    empty = folder / "empty"
    home.mkdir()
    empty.mkdir()
    command = [str(kedja), "demo", "--port", "0"]
    process = subprocess.Popen(
        command, cwd=empty, env=environment(home), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        page = fetch(read_address(process))
        if b"<html" not in page.lower() or b"Demonstrationsdata" not in page:
            sys.exit(f"the page is not the demo's: {page[:500]!r}")
        process.send_signal(signal.SIGINT)
        status = process.wait(timeout=STOP_SECONDS)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if status not in GOOD_ENDS:
        sys.exit(f"asked to stop, kedja demo ended with {status}")
    left = sorted(path.name for path in empty.iterdir())
    if left:
        sys.exit(f"kedja demo left files in the folder it was started from: {left}")
    print(f"served {len(page)} bytes, stopped with {status}, left nothing behind")


def main() -> None:
    """Try the program named on the command line."""
    with tempfile.TemporaryDirectory() as folder:
        try_demo(Path(sys.argv[1]).absolute(), Path(folder))


if __name__ == "__main__":
    main()
