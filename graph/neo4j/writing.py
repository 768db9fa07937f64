"""Rows into a graph and out of it: one statement for each kind, rows as parameters, names from the declaration only."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import groupby
from operator import itemgetter
from types import TracebackType
from typing import Any, Self

from graph.neo4j.difference import Gone
from graph.neo4j.layout import ALIAS, ALSO, DESCRIBES, ENTITY, RECORD, RELATIONSHIPS, SOURCE
from graph.neo4j.mark import WRITERS, hold
from graph.neo4j.server import Server, Tx
from graph.neo4j.table import Table
from ontology.errors import StoreError
from ontology.model import NODES

AHEAD = 6
"""Tables that wait for a writer, at most."""


def write(tx: Tx, table: Table) -> None:
    """Write rows of one kind. An entity or source that is there is overwritten, everything else is made.

    Raises:
        StoreError: an end of a relationship is not there.
    """
    varying, alike = table.varying
    ends = [table.source, table.target] if table.target else []
    columns = [table.id, table.hash.tolist(), *ends, *varying.values()]
    values = {"id": "x[0]", "hash": "x[1]"}
    values |= {name: f"x[{place}]" for place, name in enumerate(varying, len(columns) - len(varying))}
    values |= {name: f"$alike.`{name}`" for name in alike}
    facts = ", ".join(f"`{name}`: {value}" for name, value in values.items())
    rows: Iterable[Any] = list(zip(*columns, strict=True))
    if table.kind in RELATIONSHIPS:  # in the order of their starts, each of which is looked for once
        rows = [(start, list(some)) for start, some in groupby(rows, itemgetter(2))]
    ((made,),) = tx.rows(_writing(table.kind, f"{{{facts}}}"), {"rows": rows, "alike": alike})
    if made != len(table):
        raise StoreError(
            f"The graph in Neo4j lacks the ends of {len(table) - made} {table.kind} of {len(table)}: others change it.",
            remedy="Publish again; if that does not help, remove the graph first: kedja publish --remove.",
        )


def _writing(kind: str, facts: str) -> str:
    end = f"MATCH (e:{ENTITY} {{id: x[3]}}) USING INDEX SEEK e:{ENTITY}(id)"
    if kind in NODES:
        return f"UNWIND $rows AS x MERGE (n:{ENTITY} {{id: x[0]}}) SET n = {facts} SET n:`{kind}` RETURN count(*)"
    if kind == SOURCE:
        return f"UNWIND $rows AS x MERGE (n:{SOURCE} {{id: x[0]}}) SET n = {facts} RETURN count(*)"
    if kind == RECORD:
        return f"UNWIND $rows AS x {end} CREATE (n:{RECORD} {facts})-[:{DESCRIBES}]->(e) RETURN count(*)"
    if kind == ALSO:
        return (
            f"UNWIND $rows AS x {end} MERGE (n:{ALIAS} {{name: x[2]}}) ON CREATE SET n.hash = 0"
            f" CREATE (n)-[:{ALSO} {{hash: x[1]}}]->(e) RETURN count(*)"
        )
    return (
        f"UNWIND $rows AS start MATCH (s:{ENTITY} {{id: start[0]}}) USING INDEX SEEK s:{ENTITY}(id)"
        f" UNWIND start[1] AS x {end}"
        f" CREATE (s)-[:`{kind}` {facts}]->(e) RETURN count(*)"
    )


def remove(tx: Tx, kind: str, rows: Iterable[Gone]) -> int:
    """Remove rows of one kind; gives how many relationships of other people went with the nodes."""
    given: list[dict[str, Any]] = [row._asdict() for row in rows]
    if kind in NODES or kind == SOURCE:
        label = SOURCE if kind == SOURCE else ENTITY
        ((foreign,),) = tx.rows(
            f"UNWIND $rows AS x MATCH (n:{label} {{id: x.id}}) USING INDEX SEEK n:{label}(id)"
            " OPTIONAL MATCH (n)-[f]-() WITH n, count(f) AS foreign DETACH DELETE n RETURN sum(foreign)",
            {"rows": given},
        )
        return int(foreign)
    one = "WITH x, collect(n)[..x.times] AS gone UNWIND gone AS n"
    if kind == RECORD:
        tx.rows(f"UNWIND $rows AS x MATCH (n:{RECORD} {{id: x.id}}) WHERE n.hash = x.hash {one} DETACH DELETE n",
                {"rows": given})  # fmt: skip
    elif kind == ALSO:
        tx.rows(
            f"UNWIND $rows AS x MATCH (a:{ALIAS} {{name: x.id}})-[n:{ALSO}]->() WHERE n.hash = x.hash DELETE n",
            {"rows": given},
        )
        tx.rows(
            f"UNWIND $rows AS x MATCH (a:{ALIAS} {{name: x.id}}) WHERE NOT (a)-[:{ALSO}]->() AND a.hash = 0"
            " DETACH DELETE a",
            {"rows": given},
        )
    else:
        tx.rows(f"UNWIND $rows AS x MATCH ()-[n:`{kind}` {{id: x.id}}]->() WHERE n.hash = x.hash {one} DELETE n",
                {"rows": given})  # fmt: skip
    return 0


class Writer:
    """Writes tables as they come, each as a transaction, several beside each other where they lock no node in common.

    What has ends waits for all nodes that came before it.
    """

    def __init__(self, server: Server, attempt: str) -> None:
        self._server, self._attempt = server, attempt
        self._pool = ThreadPoolExecutor(WRITERS, "kedja-publish")
        self._waiting: list[Table] = []
        self._running: dict[Future[None], tuple[Table, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            while kind is None and (self._waiting or self._running):
                self._go_on()
        finally:
            self._pool.shutdown(cancel_futures=True)

    def put(self, table: Table) -> None:
        if len(table):
            self._waiting.append(table)
        while self._start():
            pass
        while len(self._waiting) > AHEAD:
            self._go_on()

    def _go_on(self) -> None:
        """Wait until a writer is free, hear what it met, and start what can start."""
        for one in wait(self._running, return_when=FIRST_COMPLETED).done:
            del self._running[one]
            one.result()
        while self._start():
            pass

    def _start(self) -> bool:
        """Let a free writer begin what meets nothing that is being written; gives whether there was such."""
        free = {*range(WRITERS)} - {writer for _, writer in self._running.values()}
        running = [table for table, _ in self._running.values()]
        for place, table in enumerate(self._waiting if free else ()):
            before = (*running, *self._waiting[:place]) if table.target else ()
            if any(table.blocks & other.blocks for other in running) or not all(other.target for other in before):
                continue
            del self._waiting[place]
            writer = min(free)
            self._running[self._pool.submit(self._write, table, writer)] = table, writer
            return True
        return False

    def _write(self, table: Table, writer: int) -> None:
        def work(tx: Tx) -> None:
            hold(tx, self._attempt, writer)
            write(tx, table)

        self._server.write(work)
