"""Asks the server about one ad-hoc statement, in a process of its own: this file is a script.

Only a process can be ended when the server does not end (it stops neither a planner that met nested subqueries nor a
loop inside one expression), and only a process can be kept from filling the memory: one value of a row may be a
thousand million numbers, and the driver gives no way to see that before it has them.

Standard input holds a line of JSON, the request; the plan goes to standard output; another line lets the statement run,
and the answer follows. The password is in neither arguments nor environment. Nothing of Kedja is imported, so that
it starts soon.
"""

from __future__ import annotations

import base64
import json
import math
import signal
import sys
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path as File
from typing import Any

import neo4j
from neo4j import exceptions as failures
from neo4j.graph import Node, Path, Relationship
from neo4j.spatial import Point
from neo4j.time import Date, DateTime, Duration, Time
from neo4j.types import UnsupportedType
from neo4j.vector import Vector

STORE = "MATCH (k:KedjaStore {key: 'store'}) RETURN k.secret AS secret, k.publication AS publication"
WITHHELD = {"KedjaStore": frozenset({"secret"})}
"""Properties of nodes, by label, that no answer holds."""
FETCH = 1_000


class Refused(Exception):
    """``kind`` of refusal: size, secret, value."""

    def __init__(self, kind: str, message: str = "") -> None:
        super().__init__(message)
        self.kind = kind


def ready(value: Any) -> Any:
    """A value of an answer as JSON has it, without the server's own ids.

    Raises:
        Refused: a kind of value that this driver does not know.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else _odd(value)
    for kind, made in _MADE:
        if isinstance(value, kind):
            return made(value)
    raise Refused("value", type(value).__name__)


def _odd(value: float) -> str:
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def _node(node: Node) -> dict[str, Any]:
    withheld = frozenset[str]().union(*(WITHHELD.get(label, ()) for label in node.labels))
    shown = {key: ready(value) for key, value in sorted(node.items()) if key not in withheld}
    return {"labels": sorted(node.labels), "properties": shown}


def _relationship(link: Relationship) -> dict[str, Any]:
    return {"type": link.type, "properties": {key: ready(value) for key, value in sorted(link.items())}}


def _path(path: Path) -> dict[str, Any]:
    """``from`` and ``to`` are places in the list of nodes."""
    links = []
    for place, link in enumerate(path.relationships):
        ends = (place, place + 1) if link.start_node == path.nodes[place] else (place + 1, place)
        links.append({**_relationship(link), "from": ends[0], "to": ends[1]})
    return {"nodes": [_node(node) for node in path.nodes], "relationships": links}


_MADE: tuple[tuple[Any, Any], ...] = (
    (Node, _node),
    (Relationship, _relationship),
    (Path, _path),
    (dict, lambda map_: {key: ready(value) for key, value in map_.items()}),
    (Point, lambda point: {"srid": point.srid, "coordinates": [ready(part) for part in point]}),
    ((Date, Time, DateTime, Duration), lambda moment: moment.iso_format()),
    ((bytes, bytearray), lambda data: base64.b64encode(data).decode()),
    (Vector, lambda vector: [ready(part) for part in vector.to_native()]),
    ((list, tuple), lambda items: [ready(item) for item in items]),
    (uuid.UUID, str),
    (UnsupportedType, lambda value: str(value.name)),
)


def answer(tx: neo4j.Transaction, request: dict[str, Any]) -> str:
    """The statement's answer as JSON: columns, rows, truncated (null, rows, size), publication, notices.

    Raises:
        Refused: a first row beyond the size of an answer, a value that cannot be had, the store's secret in a row.
    """
    secret, publication = next(iter(tx.run(STORE).values()), (None, None))
    result = tx.run(request["text"], request["params"])
    columns = list(result.keys())
    rows: list[str] = []
    truncated = None
    size = 0
    for row in _rows(result):
        if len(rows) == request["rows"]:
            truncated = "rows"
            break
        size += len(row.encode())
        if size > request["size"]:
            truncated = "size"
            break
        if secret and secret in row:
            raise Refused("secret")
        rows.append(row)
    if truncated == "size" and not rows:
        raise Refused("size")
    notices = [s.status_description for s in result.consume().gql_status_objects if s.gql_status.startswith("01")]
    said = {"columns": columns, "truncated": truncated, "publication": publication, "notices": notices}
    return f'{json.dumps(said)[:-1]}, "rows": [{",".join(rows)}]}}'


def _rows(result: neo4j.Result) -> Iterator[str]:
    for record in result:
        try:
            values = [ready(value) for value in record.values()]
        except failures.DriverError as error:  # raised when a value is looked at that Python has no room for
            raise Refused("value", str(error.__cause__ or error)) from error
        yield json.dumps(values, ensure_ascii=False, allow_nan=False)


def planned(session: neo4j.Session, request: dict[str, Any]) -> str:
    """What the server would do, and how many nodes there are, as JSON."""
    nodes = session.run("MATCH (n) RETURN count(n)").single(strict=True)[0]
    with session.begin_transaction(timeout=request["seconds"], metadata=request["metadata"]) as tx:
        summary = tx.run(f"EXPLAIN\n{request['text']}", request["params"]).consume()
    said = {"plan": summary.plan, "kind": summary.query_type, "database": summary.database, "nodes": nodes}
    return json.dumps(said, default=str)


def answered(session: neo4j.Session, request: dict[str, Any]) -> str:
    """See ``answer``."""
    with session.begin_transaction(timeout=request["seconds"], metadata=request["metadata"]) as tx:
        return answer(tx, request)


def _or_error(step: Any, session: neo4j.Session, request: dict[str, Any]) -> str:
    """What the step gives, or {"error": kind, "code", "message"}."""
    try:
        return str(step(session, request))
    except Refused as refused:
        return _error(refused.kind, "", str(refused))
    except failures.Neo4jError as error:
        return _error("server", error.code or "", error.message or str(error))
    except failures.DriverError as error:
        return _error("driver", "", str(error))
    except (MemoryError, RecursionError):
        return _error("size")


def _error(kind: str, code: str = "", message: str = "") -> str:
    return json.dumps({"error": kind, "code": code, "message": message})


def limit_memory(more: int) -> None:
    """Let this process take ``more`` bytes beside what it has; does nothing where the system cannot (not Linux)."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(File("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def main() -> None:
    """Plan, wait to be let, answer."""
    request = json.loads(sys.stdin.buffer.readline())
    auth = tuple(request["auth"]) if request["auth"] else None
    limit_memory(request["memory"])
    if hasattr(signal, "alarm"):  # for when who started it is gone and cannot end it
        signal.alarm(math.ceil(request["seconds"] + request["grace"]) + 5)
    with (
        neo4j.GraphDatabase.driver(
            request["uri"], auth=auth, connection_timeout=10, notifications_min_severity="WARNING"
        ) as driver,
        driver.session(
            database=request["database"], default_access_mode=neo4j.READ_ACCESS, fetch_size=FETCH,
            bookmarks=neo4j.Bookmarks.from_raw_values(request["bookmarks"]),
        ) as session,
    ):  # fmt: skip
        for step in (planned, answered):
            sys.stdout.buffer.write(_or_error(step, session, request).encode() + b"\n")
            sys.stdout.buffer.flush()
            if step is planned and not sys.stdin.buffer.readline():
                return


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        main()
