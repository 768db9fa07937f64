"""`make demo-neo4j`: the demonstration in a Neo4j server started here, and served from there without the record.

    python -m tools.demo_neo4j [--no-serve] [--port N]

Its data, and a generated password, lie in the git-ignored folder .neo4j/demo and are there again the next time.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from api.commands.demo import SUBJECT
from api.settings import DEMO_VALID_AT, demo_settings
from api.skins import RISK
from tools.neo4j_parts import CACHE, RELEASES, NeoServerError, browser_jars, find_java
from tools.neo4j_server import USER, Server, free_port, interrupted

FOLDER = CACHE / "demo"
BOLT_PORT, HTTP_PORT = 7687, 7474  # those that Neo4j's own tools propose
# What lies upstream of the gloves' contracts.
CONTRACT = "demo:contract-gloves-kalmar"
DAY = ("--valid-at", DEMO_VALID_AT.isoformat())
TO_PASTE = (
    "MATCH p = (c:Contract)<-[:DELIVERED_UNDER]-(:Step)<-[:SUPPLIES*0..6]-(:Step) "
    "WHERE c.name STARTS WITH 'Handskar' RETURN p"
)


def kept_password(file: Path) -> str:
    """The password in `file`, which only the user can read; made the first time."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as made:
            made.write(secrets.token_hex(16) + "\n")
    return file.read_text(encoding="utf-8").strip()


def this_or_free(port: int) -> int:
    """`port` if nothing listens on it, else a free one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return free_port()
    return port


def newest_line() -> str:
    """The newest line that a Java of this machine runs.

    Raises:
        NeoServerError: none does; about the newest.
    """
    problems = []
    for line in reversed(RELEASES):
        try:
            find_java(RELEASES[line])
        except NeoServerError as problem:
            problems.append(problem)
        else:
            return line
    raise problems[0]


def has_browser() -> bool:
    """True if Neo4j Browser is there or could be fetched; the demonstration does without."""
    try:
        browser_jars()
    except NeoServerError as problem:
        print(f"Without Neo4j Browser: {problem}", flush=True)
        return False
    return True


def how_to_look(server: Server, browser: bool) -> Iterable[str]:
    """Lines that say where the graph can be seen."""
    yield f"Neo4j {server.version} runs at {server.routing_uri}, user {USER}, password {server.password}"
    if browser:
        yield f"Look at the graph in Neo4j Browser: http://127.0.0.1:{server.http_port}/browser/"
        yield f"(server {server.routing_uri}), and paste:"
    else:
        yield "Look at the graph in Neo4j Desktop or another Neo4j Browser: connect to that address, and paste:"
    yield f"  {TO_PASTE}"
    yield f"It ends with this command; its data stay in {server.folder.relative_to(CACHE.parent)}."


def publish(server: Server) -> None:
    """Load the demonstration and write its graph, as of the day that it is about, into the server.

    Raises:
        NeoServerError: one of the two failed, and has said why.
    """
    store = demo_settings().store
    loading, publishing = ("demo", "--no-serve"), ("publish", server.routing_uri, "--store", store, *DAY)
    if kedja(server, *loading, quiet=True) or kedja(server, *publishing):
        raise NeoServerError("The demonstration is not in Neo4j.", remedy="See above.")


def first_answers(server: Server) -> None:
    """What lies upstream of a contract of gloves, asked in Cypher, and how exposed a region's contracts are.

    Raises:
        NeoServerError: they could not be asked, and it was said why.
    """
    for what, asked in (
        ("What lies upstream of a contract, tier by tier", ("cypher", "upstream", "--param", f"start={CONTRACT}")),
        ("How exposed a region's contracts are", ("exposure", SUBJECT, "--risk", RISK, "--members", "5")),
    ):
        words = (*asked, *DAY, "--graph", server.routing_uri)
        print(f"\n{what}: kedja {' '.join(words)}", flush=True)
        if kedja(server, *words):
            raise NeoServerError("The graph was not asked.", remedy="See above.")
    print(flush=True)


def kedja(server: Server, *arguments: str, quiet: bool = False) -> int:
    """A command with this server's password; its exit status. Ctrl-C reaches it by itself and ends both."""
    environment = {**os.environ, "KEDJA_NEO4J_USER": USER, "KEDJA_NEO4J_PASSWORD": server.password or ""}
    program, out = Path(sys.executable).parent / "kedja", subprocess.DEVNULL if quiet else None
    with subprocess.Popen([str(program), *arguments], env=environment, stdout=out) as child:
        try:
            return child.wait()
        except KeyboardInterrupt:
            child.send_signal(signal.SIGINT)
            return child.wait()


def main() -> None:
    """Start Neo4j, publish the demonstration to it and run it, end Neo4j."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo_neo4j", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--no-serve", action="store_true", help="stop after the answer")
    parser.add_argument("--port", type=int, help="port of the explorer")
    given = parser.parse_args()
    port = ["--port", str(given.port)] if given.port is not None else []
    signal.signal(signal.SIGTERM, interrupted)
    try:
        line, browser = newest_line(), has_browser()
        print("Starting Neo4j, some ten seconds", flush=True)
        with Server(
            line,
            folder=FOLDER / RELEASES[line].version,
            port=this_or_free(BOLT_PORT),
            http_port=this_or_free(HTTP_PORT),
            browser=browser,
            password=kept_password(FOLDER / "password"),
        ) as server:
            publish(server)
            first_answers(server)
            print("\n".join(how_to_look(server, browser)), flush=True)
            serve = ("serve", "--graph", server.routing_uri, *DAY, *port)
            status = 0 if given.no_serve else kedja(server, *serve)
            print("Neo4j is ending, some ten seconds", flush=True)
            server.stop()
    except NeoServerError as problem:
        sys.exit(f"{problem}\nWith Docker instead: docs/how-to/docker.md.")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(status)


if __name__ == "__main__":
    main()
