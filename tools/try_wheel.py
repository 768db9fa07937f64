"""Use an installed `kedja` as a newcomer would: in an empty folder, start the demo, fetch its page, stop."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tools.running_demo import running

FETCH_SECONDS = 20
STOP_SECONDS = 20
# Asked to stop, a server ends well: 0, or as the signal says.
GOOD_ENDS = {0, 130, -signal.SIGINT}


def fetch(address: str) -> bytes:
    """The page, tried again while the server starts; ends the run if it does not answer."""
    end = time.monotonic() + FETCH_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=FETCH_SECONDS) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            sys.exit(f"{address} answers {error.code}: {error.read(500)!r}")
        except OSError as error:
            if time.monotonic() > end:
                sys.exit(f"{address} does not answer: {error}")
        time.sleep(0.2)


def try_demo(kedja: Path, folder: Path) -> None:
    """Start, fetch, stop; ends with a message at the first thing that is wrong."""
    with running(kedja, folder) as (process, address):
        page = fetch(address)
        if b"<html" not in page.lower() or b"Demonstrationsdata" not in page:
            sys.exit(f"the page is not the demo's: {page[:500]!r}")
        process.send_signal(signal.SIGINT)
        status = process.wait(timeout=STOP_SECONDS)
    if status not in GOOD_ENDS:
        sys.exit(f"asked to stop, kedja demo ended with {status}")
    left = sorted(path.name for path in (folder / "empty").iterdir())
    if left:
        sys.exit(f"kedja demo left files in the folder it was started from: {left}")
    print(f"served {len(page)} bytes, stopped with {status}, left nothing behind")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        try_demo(Path(sys.argv[1]).absolute(), Path(work))
