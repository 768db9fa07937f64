"""Taking a published graph out of a database again: Kedja's own nodes and relationships, and nothing else."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from graph.neo4j import constraints, mark
from graph.neo4j.difference import KINDS, counts, pattern
from graph.neo4j.layout import ALIAS, ALSO, DESCRIBES, MARK, RELATIONSHIPS, WRITER
from graph.neo4j.server import Server, Tx

BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Removed:
    """How many nodes and relationships went; ``foreign`` are relationships of other people that led to the nodes."""

    nodes: int
    relationships: int
    foreign: int


def unpublish(server: Server) -> Removed | None:
    """Remove the graph; None where there is none. What was cut short is finished by the next call.

    Raises:
        StoreError: a graph of another layout; nothing is changed.
        StoreBusyError: a publish has begun meanwhile.
    """
    stands = mark.read(server)
    if stands is None:
        return None
    attempt = uuid.uuid4().hex
    server.write(lambda tx: mark.begin(tx, replace(stands, whole=False, rows=0, attempt=attempt)))
    relationships = nodes = foreign = 0
    there = counts(server.read)
    for kind in (kind for kind in reversed((ALIAS, *KINDS)) if there.get(kind, kind == ALIAS)):
        is_link = kind in RELATIONSHIPS or kind == ALSO
        gone, beside = _emptied(server, attempt, kind, is_link=is_link)
        relationships += gone if is_link else 0
        nodes += 0 if is_link else gone
        foreign += beside
    constraints.drop(server)
    server.run(f"MATCH (m:{MARK}|{WRITER}) WHERE m.key = 'kedja' OR m:{WRITER} DELETE m")
    return Removed(nodes, relationships, foreign)


def _emptied(server: Server, attempt: str, kind: str, *, is_link: bool) -> tuple[int, int]:
    """(what went of a kind, relationships of other people that went with it)."""
    found = f"MATCH {pattern(kind)} WHERE x.hash IS NOT NULL"
    one = (
        "DELETE x RETURN count(*), sum(0)"
        if is_link
        else f"OPTIONAL MATCH (x)-[f]-() WHERE type(f) <> '{DESCRIBES}' WITH x, count(f) AS foreign"
        " DETACH DELETE x RETURN count(*), coalesce(sum(foreign), 0)"
    )
    total = beside = 0

    def batch(tx: Tx) -> tuple[int, int]:
        mark.hold(tx, attempt)
        ((gone, foreign),) = tx.rows(f"{found} WITH x LIMIT {BATCH} {one}")
        return gone, foreign

    while (more := server.write(batch))[0]:
        total, beside = total + more[0], beside + more[1]
    return total, beside
