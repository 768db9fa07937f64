"""A freeze in a process of its own: what it takes and leaves behind in memory goes with it.

Usage: python -m graph.snapshot.apart STORE FOLDER PUBLICATION CLEARANCE
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

from graph.snapshot.cache import Cache
from graph.snapshot.topology import Topology
from graph.sqlite import Store
from graph.sqlite.bulk import LARGE, size
from graph.store import At
from ontology.records import Secrecy

log = logging.getLogger("kedja")


def topology_apart(cache: Cache, store: Store, at: At) -> Topology:
    """Like ``cache.topology``; a large store is frozen by another process, and mapped here from what that one kept."""
    path = store.core.path
    if size(path) >= LARGE and cache.ready(store, at) is None:
        # -P: a folder named graph where the server was started is not what is run. A session of its own: Ctrl+C ends
        # the server, which waits for a freeze that has begun.
        command = [sys.executable, "-P", "-m", __spec__.name, str(path), str(cache.folder)]
        asked = [*command, str(at.publication), at.clearance.name]
        try:
            subprocess.run(asked, stderr=subprocess.PIPE, text=True, check=True, start_new_session=True)
        except subprocess.CalledProcessError as error:
            log.warning("A process that was to freeze ended with %d: %s", error.returncode, error.stderr.strip())
        except OSError as error:
            log.warning("No process could be started to freeze: %s", error)
    return cache.topology(store, at)


def main(store: str, folder: str, publication: str, clearance: str) -> None:
    import graph.sqlite

    opened = graph.sqlite.open(Path(store), create=False)
    try:
        Cache(Path(folder)).topology(opened, At(int(publication), Secrecy[clearance]))
    finally:
        opened.close()


if __name__ == "__main__":
    os.nice(10)  # questions go before
    main(*sys.argv[1:])
