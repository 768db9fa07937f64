"""Rows into Neo4j and out again: the whole pipeline beside a bare driver that writes the same rows, and a freeze."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import neo4j

import graph.neo4j
from benchmarks.freezing import batches, fill
from benchmarks.measure import Row
from benchmarks.peers import Data
from graph.identity import entity_id
from graph.neo4j import Address, Neo4jStore, adding
from graph.snapshot.reader import read_topology
from graph.store import At
from graph.stored import SHIFT, prepare
from ontology.records import Secrecy
from tools.neo4j_server import Server

HEAP_MB, PAGE_CACHE_MB = 4_096, 4_096
LINE = "2026"

_BASES = (
    "UNWIND $rows AS x MERGE (b:KedjaBase {id: x[0]}) ON CREATE SET b.node = x[1], b.kind = x[2], b.key = x[3]"
)  # fmt: skip
_RECORDS = "UNWIND $rows AS x MERGE (r:KedjaRecord {row: x.row}) ON CREATE SET r += x"
_ENDS = "UNWIND $rows AS x MATCH (k:KedjaBase {node: x[0]}) MATCH (b:KedjaBase {node: x[1]})"
_KEYS = f"{_ENDS} MERGE (b)-[:KEDJA_KEY]->(k)"
_UNDER = (
    f"{_ENDS} MERGE (k)-[u:KEDJA_UNDER {{row: x[2]}}]->(b) ON CREATE SET u.added = 1, u.partner = x[1], u.rule = ''"
)


@dataclass(slots=True)
class Bare:
    """The rows that the store writes for a network, made before the clock starts, and the plain way to write them."""

    statements: list[tuple[str, list[Any]]] = field(default_factory=list)
    rows: int = 0

    @staticmethod
    def of(data: Data) -> Bare:
        bare, nodes, added = Bare(), dict[str, int](), adding.Added()
        for items in batches(data):
            batch = prepare(items, "bench", Secrecy.PUBLIC)
            new = [id_ for id_ in batch.bases if id_ not in nodes]
            nodes.update((id_, len(nodes) + place) for place, id_ in enumerate(new))
            bases = [[entity_id(i), nodes[i], *batch.bases[i]] for i in new]
            first = (1 << SHIFT) + added.places
            added.places += len(items)
            records, keys = adding._records(batch, nodes, first, 1)
            adding._expect(added, keys)
            links = adding._links(batch, nodes, first, 1, added)
            bare._note(bases, records, keys, links)
        return bare

    def _note(self, bases: list[Any], records: list[Any], keys: list[Any], links: dict[str, list[Any]]) -> None:
        under = [[ghost, base, (9 << SHIFT) + ghost] for ghost, base in keys]
        self.statements += [(_BASES, sorted(bases)), (_RECORDS, records), (_KEYS, keys), (_UNDER, under)]
        self.statements += [(adding.place_links(type_), rows) for type_, rows in links.items()]
        self.rows += len(bases) + len(records) + 2 * len(keys) + sum(map(len, links.values()))

    def write(self, driver: neo4j.Driver) -> None:
        with driver.session(database="neo4j") as session:
            for cypher, rows in self.statements:
                if rows:
                    session.execute_write(_run, cypher, rows)


def _run(tx: neo4j.ManagedTransaction, cypher: str, rows: list[Any]) -> None:
    tx.run(cypher, rows=rows).consume()


def _servers() -> Iterator[Server]:
    """A server with an empty database, and another."""
    for _ in range(2):
        with Server(LINE, heap=HEAP_MB, page_cache=PAGE_CACHE_MB) as server:
            yield server


def _opened(server: Server) -> Neo4jStore:
    return graph.neo4j.open(Address.read(server.uri))


def load_and_freeze(data: Data) -> list[Row]:
    """Seconds to load a network through the store, to write its rows without it, and to freeze it."""
    if data.size.backward < 0.01:  # the same number of rows again
        return []
    bare = Bare.of(data)
    servers = _servers()
    server = next(servers)
    with _opened(server):
        pass  # constraints and indexes, as the store has them
    with neo4j.GraphDatabase.driver(server.uri) as driver:
        before = perf_counter()
        bare.write(driver)
        plain = perf_counter() - before
    rows = bare.rows
    bare.statements.clear()
    with _opened(next(servers)) as store:
        before = perf_counter()
        fill(store, data)
        loaded = perf_counter() - before
        before = perf_counter()
        read_topology(store, At(1))
        frozen = perf_counter() - before
    servers.close()  # type: ignore[attr-defined]
    size = data.size.name
    return [
        Row(size, "Kedja, load into Neo4j", loaded, f"{rows / loaded:,.0f} rows/s, with settling and publication"),
        Row(size, "a bare driver, the same rows", plain, f"{rows / plain:,.0f} rows/s, the same constraints"),
        Row(size, "Kedja, freeze from Neo4j", frozen),
    ]
