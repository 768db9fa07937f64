"""Who is alive, and who may publish: an owner's heartbeat in the database, and one lease on the store.

An owner is an open store that has begun a run. It is dead when it was closed, when its process is gone (seen from the
same machine at once), or when its heartbeat has stopped (seen from anywhere, by the server's clock). The lease is held
from settling until publication; it is free when its holder is dead.
"""

from __future__ import annotations

import os
import platform
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from graph.neo4j.core import Core, Tx
from ontology.errors import KedjaError, StoreBusyError

ALIVE, BEAT = 60.0, 15.0
"""Seconds for which a heartbeat counts, and between two."""
LEASE_WAIT = 900.0
_POLL = 0.05


class Owners:
    """The liveness of one open store."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._stop = threading.Event()
        self._beating: threading.Thread | None = None
        self._guard = threading.Lock()
        self._leaser = 0

    def appear(self) -> str:
        """Say that this store is alive, from now on until it is closed; gives its owner name."""
        with self._guard:
            if self._beating is None:
                self._beat()
                self._beating = threading.Thread(target=self._go_on, name="kedja-heartbeat", daemon=True)
                self._beating.start()
        return self._core.owner

    def _beat(self) -> None:
        self._core.run(
            "MERGE (o:KedjaOwner {owner: $owner})"
            " SET o.host = $host, o.process = $process, o.until = timestamp() + $ms",
            owner=self._core.owner, host=_host(), process=_process(os.getpid()), ms=int(ALIVE * 1000),
        )  # fmt: skip

    def _go_on(self) -> None:
        while not self._stop.wait(BEAT):
            # A beat that is missed is made up by the next; a server that stays away makes this owner dead.
            with suppress(KedjaError):
                self._beat()

    def dead(self, tx: Tx, owners: list[str]) -> set[str]:
        """Those of some owners that are dead."""
        rows = tx.rows(
            "UNWIND $owners AS name OPTIONAL MATCH (o:KedjaOwner {owner: name})"
            " RETURN name, o IS NULL OR o.until < timestamp(), o.host, o.process",
            owners=owners,
        )
        return {
            name
            for name, gone, host, process in rows
            if name != self._core.owner and (gone or (host == _host() and not _runs(process)))
        }

    def take_lease(self, wait: float = LEASE_WAIT) -> None:
        """Wait for the publication lock.

        Raises:
            StoreBusyError: somebody alive held it for ``wait`` seconds.
        """
        owner = self.appear()
        until = time.monotonic() + wait
        while not self._core.write(lambda tx: self._try(tx, owner), "lease"):
            mine = self._leaser == threading.get_ident()  # nobody else could ever publish what this thread has settled
            if mine or time.monotonic() > until:
                raise StoreBusyError(
                    "Another load is publishing to this store and has not finished.",
                    remedy="Wait for it, or end its process; what it did not publish is removed.",
                )
            time.sleep(_POLL)
        self._leaser = threading.get_ident()

    def _try(self, tx: Tx, owner: str) -> bool:
        # The write takes the node's lock, so that nobody else decides at the same moment.
        holder = tx.value("MATCH (s:KedjaStore {key: 'store'}) SET s.asked = timestamp() RETURN s.lease")
        if holder and not self.dead(tx, [holder]):
            return False
        tx.rows("MATCH (s:KedjaStore {key: 'store'}) SET s.lease = $owner", owner=owner)
        return True

    def drop_lease(self) -> None:
        self._leaser = 0
        self._core.run("MATCH (s:KedjaStore {key: 'store', lease: $owner}) REMOVE s.lease", owner=self._core.owner)

    def lease_is_gone(self) -> None:
        """Note that the publishing transaction has dropped the lease."""
        self._leaser = 0

    def close(self) -> None:
        """Be dead from now on."""
        self._stop.set()
        if self._beating is not None and not self._core.closed:
            with suppress(KedjaError):  # a server that is away learns it from the heartbeat that stops
                self._core.run("MATCH (o:KedjaOwner {owner: $owner}) DELETE o", owner=self._core.owner)


@cache
def _host() -> str:
    """This machine, since its last start, as far as process numbers mean anything."""
    facts = [platform.node()]
    with suppress(OSError):
        facts.append(Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip())
    with suppress(OSError):
        facts.append(str(Path("/proc/self/ns/pid").readlink()))
    return " ".join(facts)


def _process(pid: int) -> str:
    """A process as number and start, so that a number given again is another process."""
    try:
        return f"{pid} {Path(f'/proc/{pid}/stat').read_text('utf-8').rpartition(')')[2].split()[19]}"
    except (OSError, IndexError):
        return str(pid)


def _runs(process: str) -> bool:
    pid = int(process.split()[0])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _process(pid) == process
