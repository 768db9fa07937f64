"""Rows into a graph and out of it: one statement for each kind, rows as parameters, names from the declaration only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Any, Self

from graph.neo4j.difference import KINDS, NODE_KINDS, Gone
from graph.neo4j.layout import ALIAS, ALSO, DESCRIBES, ENTITY, RECORD, RELATIONSHIPS, SOURCE
from graph.neo4j.mark import hold
from graph.neo4j.row import Row
from graph.neo4j.server import Server, Tx
from ontology.errors import StoreError
from ontology.model import NODES

Added = tuple[Row, int]
"""A row and its hash."""


def write(tx: Tx, kind: str, rows: Sequence[Added]) -> None:
    """Write rows of one kind. An entity or source that is there is overwritten, everything else is made.

    Raises:
        StoreError: an end of a relationship is not there.
    """
    given = [{"p": {**row.properties, "id": row.id, "hash": said}, "s": row.source, "t": row.target}
             for row, said in rows]  # fmt: skip
    ((made,),) = tx.rows(_writing(kind), {"rows": given})
    if made != len(rows):
        raise StoreError(
            f"The graph in Neo4j lacks the ends of {len(rows) - made} {kind} of {len(rows)}: others change it.",
            remedy="Publish again; if that does not help, remove the graph first: kedja publish --remove.",
        )


def _writing(kind: str) -> str:
    end = f"MATCH (e:{ENTITY} {{id: x.t}}) USING INDEX SEEK e:{ENTITY}(id)"
    if kind in NODES:
        return f"UNWIND $rows AS x MERGE (n:{ENTITY} {{id: x.p.id}}) SET n = x.p SET n:`{kind}` RETURN count(*)"
    if kind == SOURCE:
        return f"UNWIND $rows AS x MERGE (n:{SOURCE} {{id: x.p.id}}) SET n = x.p RETURN count(*)"
    if kind == RECORD:
        return f"UNWIND $rows AS x {end} CREATE (n:{RECORD})-[:{DESCRIBES}]->(e) SET n = x.p RETURN count(*)"
    if kind == ALSO:
        return (
            f"UNWIND $rows AS x {end} MERGE (n:{ALIAS} {{name: x.s}}) ON CREATE SET n.hash = 0"
            f" CREATE (n)-[:{ALSO} {{hash: x.p.hash}}]->(e) RETURN count(*)"
        )
    return (
        f"UNWIND $rows AS x MATCH (s:{ENTITY} {{id: x.s}}) USING INDEX SEEK s:{ENTITY}(id) {end}"
        f" CREATE (s)-[n:`{kind}`]->(e) SET n = x.p RETURN count(*)"
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
    """Writes rows as they come, a transaction for every so many of one kind, one beside what the caller prepares.

    An entity is written before what hangs on it, and all nodes before the first relationship.
    """

    def __init__(self, server: Server, attempt: str, size: int) -> None:
        self._server, self._attempt, self._size = server, attempt, size
        self._pool = ThreadPoolExecutor(1, "kedja-publish")
        self._waiting: dict[str, list[Added]] = {kind: [] for kind in KINDS}
        self._under_way: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush_all(KINDS)
                self._wait()
        finally:
            self._pool.shutdown(cancel_futures=True)

    def put(self, one: Added) -> None:
        kind = one[0].kind
        waiting = self._waiting[kind]
        waiting.append(one)
        if kind in RELATIONSHIPS:
            self._flush_all((*NODE_KINDS, ALSO))
        if len(waiting) >= self._size:
            if kind in (RECORD, ALSO):
                self._flush_all(tuple(NODES))
            self._flush(kind)

    def _flush_all(self, kinds: Iterable[str]) -> None:
        for kind in kinds:
            self._flush(kind)

    def _flush(self, kind: str) -> None:
        if batch := self._waiting[kind]:
            self._waiting[kind] = []
            self._wait()
            self._under_way = self._pool.submit(self._server.write, partial(self._write, kind, batch))

    def _write(self, kind: str, batch: list[Added], tx: Tx) -> None:
        hold(tx, self._attempt)
        write(tx, kind, batch)

    def _wait(self) -> None:
        if self._under_way:
            self._under_way.result()
            self._under_way = None
