"""Rows into Neo4j and out again: the whole pipeline beside a bare driver that writes the same rows, and a freeze."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import neo4j

from benchmarks.filling import batches
from benchmarks.freezing import USUAL
from benchmarks.loading import empty_server, opened
from benchmarks.measure import Row
from benchmarks.peers import Data
from graph.identity import entity_id
from graph.neo4j import adding
from graph.stored import SHIFT, prepare
from ontology.records import Secrecy

_BASES = (
    "UNWIND $rows AS x MERGE (b:KedjaBase {id: x[0]}) ON CREATE SET b.node = x[1], b.kind = x[2], b.key = x[3]"
)  # fmt: skip
_RECORDS = "UNWIND $rows AS x MERGE (r:KedjaRecord {row: x.row}) ON CREATE SET r += x"
_ENDS = "UNWIND $rows AS x MATCH (k:KedjaBase {node: x[0]}) MATCH (b:KedjaBase {node: x[1]})"
_KEYS = f"{_ENDS} MERGE (b)-[:KEDJA_KEY]->(k)"
_UNDER = (
    f"{_ENDS} MERGE (k)-[u:KEDJA_UNDER {{row: x[2]}}]->(b) ON CREATE SET u.added = 1, u.partner = x[1], u.rule = ''"
)
_SHOWN = "UNWIND $rows AS x MATCH (b:KedjaBase {{node: x.node}}) SET b += x.facts, b:Entity:{}"
"""What an analyst reads in Browser is in the database too: labels, and the properties that the store writes."""


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
            nodes.update({id_: len(nodes) + place for place, id_ in enumerate(new)})
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
        for kind in sorted({record["kind"] for record in records}):
            shown = [_shown(record) for record in records if record["kind"] == kind]
            self.statements.append((_SHOWN.format(kind), shown))
        self.rows += len(bases) + 2 * len(records) + 2 * len(keys) + sum(map(len, links.values()))

    def write(self, driver: neo4j.Driver) -> None:
        with driver.session(database="neo4j") as session:
            for cypher, rows in self.statements:
                if rows:
                    session.execute_write(_run, cypher, rows)


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    facts = {"name": record["name"], "keys": json.loads(record["keys"]), "status": record["status"], "known_at": 1}
    return {"node": record["base"], "facts": {**json.loads(record["properties"]), **facts}}


def _run(tx: neo4j.ManagedTransaction, cypher: str, rows: list[Any]) -> None:
    tx.run(cypher, rows=rows).consume()


def load_and_freeze(data: Data) -> list[Row]:
    """Seconds to load a network through the store, to write its rows without it, and to freeze it."""
    if data.size.backward < USUAL:  # the same number of rows again
        return []
    bare = Bare.of(data)
    rows = bare.rows
    with empty_server() as server:
        with opened(server):
            pass  # constraints and indexes, as the store has them
        with neo4j.GraphDatabase.driver(server.uri) as driver:
            before = perf_counter()
            bare.write(driver)
            plain = perf_counter() - before
    del bare
    ours, size = data.neo4j, data.size.name
    return [
        Row(size, "Kedja, load", ours.loading, f"{rows / ours.loading:,.0f} rows/s, settled and published"),
        Row(size, "a bare driver, the same rows", plain, f"{rows / plain:,.0f} rows/s, under the same constraints"),
        Row(size, "Kedja, freeze", ours.freezing, "once"),
    ]
