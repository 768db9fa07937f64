"""A Neo4j server as Kedja meets it: one version of Cypher, a time limit on every statement, its errors made ours."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import neo4j
from neo4j import exceptions as failures

from graph.neo4j.address import Address
from ontology.errors import StoreError

T = TypeVar("T")
Row = Sequence[Any]
Given = Mapping[str, Any]

CYPHER = "CYPHER 5 "
"""The version of the language that every statement is in: 2026.x has another default than 5.26, which has only this."""
OLDEST = (5, 26)

READ_SECONDS, WRITE_SECONDS = 120.0, 600.0
"""Time limits of one transaction, kept by the server."""
RETRY_SECONDS = 30.0
"""How long the driver tries again what failed for a passing reason: a deadlock, a server that is away."""
FETCHED = 5_000
"""How many rows of an answer are asked for at a time."""


@dataclass(frozen=True, slots=True)
class Tx:
    """A transaction in which statements run one after another."""

    _tx: neo4j.ManagedTransaction

    def rows(self, cypher: str, given: Given | None = None) -> list[Row]:
        return [record.values() for record in self._tx.run(CYPHER + cypher, dict(given or {}))]


@dataclass(frozen=True, slots=True)
class Server:
    """An open connection to one database. Threads may share it; ``version`` is the server's, as ``5.26.28``."""

    address: Address
    driver: neo4j.Driver
    version: str = ""

    def read(self, cypher: str, given: Given | None = None, *, seconds: float = READ_SECONDS) -> list[Row]:
        """The rows of one statement in read access mode, asked again when it failed for a passing reason.

        Raises:
            StoreBusyError: not done within ``seconds``, or too large for the server's memory.
            StoreError: whatever else the server or the network refused.
        """
        query = neo4j.Query(CYPHER + cypher, timeout=seconds, metadata={"app": "kedja"})
        for last in (False, False, True):
            try:
                with self._translated(), self._session(neo4j.READ_ACCESS) as session:
                    return [record.values() for record in session.run(query, dict(given or {}))]
            except StoreError as error:
                if last or not getattr(error.__cause__, "is_retryable", bool)():
                    raise
                time.sleep(0.2)
        raise AssertionError("unreachable")

    def stream(self, cypher: str, given: Given | None = None, *, seconds: float = WRITE_SECONDS) -> Iterator[Row]:
        """The same, row by row; not tried again once it has begun."""
        with (
            self._translated(),
            self._session(neo4j.READ_ACCESS) as session,
            session.begin_transaction(timeout=seconds, metadata={"app": "kedja"}) as tx,
        ):
            for record in tx.run(CYPHER + cypher, dict(given or {})):
                yield record.values()

    def write(self, work: Callable[[Tx], T], *, seconds: float = WRITE_SECONDS) -> T:
        """One transaction, tried again when it failed for a passing reason: ``work`` must give the same again.

        A commit of which nobody knows whether it happened is not tried again: it is an error.
        """
        unit = neo4j.unit_of_work(timeout=seconds, metadata={"app": "kedja"})
        with self._translated(), self._session(neo4j.WRITE_ACCESS) as session:
            return session.execute_write(unit(lambda tx: work(Tx(tx))))

    def run(self, cypher: str, given: Given | None = None, *, seconds: float = WRITE_SECONDS) -> list[Row]:
        """One statement that writes, as a transaction."""
        return self.write(lambda tx: tx.rows(cypher, given), seconds=seconds)

    def _session(self, mode: str) -> neo4j.Session:
        return self.driver.session(database=self.address.database, default_access_mode=mode, fetch_size=FETCHED)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn the driver's exceptions into ours."""
        try:
            yield
        except (failures.Neo4jError, failures.DriverError) as error:
            raise self.address.problem(error) from error


@contextmanager
def connected(address: Address) -> Iterator[Server]:
    """A server that has been found to be there, to let us in and to be new enough.

    Raises:
        StoreError: no server there, a wrong user or password, no such database, or a server that is too old.
    """
    # What the driver logs is said again by our error; where nobody has set up logging it would go to the terminal.
    logging.getLogger("neo4j").addHandler(logging.NullHandler())
    driver = neo4j.GraphDatabase.driver(
        address.uri, auth=address.auth, user_agent="kedja", max_transaction_retry_time=RETRY_SECONDS,
        # Names that the database has not met yet: an empty one has none.
        notifications_disabled_classifications=["UNRECOGNIZED"], notifications_min_severity="WARNING",
    )  # fmt: skip
    with driver:
        yield Server(address, driver, _version(Server(address, driver)))


def _version(server: Server) -> str:
    ((version,),) = server.read(
        "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0]"
    )
    # Year or major number, and minor, of a version such as 5.26.28 or 5.27-aura.
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < OLDEST:
        raise StoreError(f"Neo4j {version} is too old.", remedy="Use Neo4j 5.26 LTS or a newer one.")
    return str(version)


def chunks(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows in lists of at most ``size``: what goes into one statement as ``$rows``."""
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch
