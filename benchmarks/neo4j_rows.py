"""Rows into Neo4j and out again: the whole pipeline beside a bare driver that writes the same rows, and a freeze."""

from __future__ import annotations

import json
from collections.abc import Sequence
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
from ontology.records import Link, Record, Secrecy

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

MOST = 1_000_000
"""Links up to which the bare driver writes them too: five million would take it half an hour."""

Statements = list[tuple[str, list[Any]]]


class Bare:
    """The rows that the store writes for a network, and the plain way to write them."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._nodes: dict[str, int] = {}
        self._added = adding.Added()
        self.rows = 0

    def write(self, driver: neo4j.Driver) -> float:
        """Seconds to write all of it; making the rows is not counted."""
        seconds = 0.0
        with driver.session(database="neo4j") as session:
            for items in batches(self._data):
                statements = self._statements(items)
                before = perf_counter()
                for cypher, rows in statements:
                    session.execute_write(_run, cypher, rows)
                seconds += perf_counter() - before
                self.rows += sum(len(rows) for _, rows in statements)
        return seconds

    def _statements(self, items: Sequence[Record | Link]) -> Statements:
        batch, nodes, added = prepare(items, "bench", Secrecy.PUBLIC), self._nodes, self._added
        new = [id_ for id_ in batch.bases if id_ not in nodes]
        nodes.update({id_: len(nodes) + place for place, id_ in enumerate(new)})
        bases = [[entity_id(i), nodes[i], *batch.bases[i]] for i in new]
        first = (1 << SHIFT) + added.places
        added.places += len(items)
        records, keys = adding.record_rows(batch, nodes, first, 1)
        adding.expect_keys(added, keys)
        links = adding.link_rows(batch, nodes, first, 1, added)
        under = [[ghost, base, (9 << SHIFT) + ghost] for ghost, base in keys]
        made: Statements = [(_BASES, sorted(bases)), (_RECORDS, records), (_KEYS, keys), (_UNDER, under)]
        made += [(adding.place_links(type_), rows) for type_, rows in links.items()]
        for kind in sorted({record["kind"] for record in records}):
            made.append((_SHOWN.format(kind), [_shown(record) for record in records if record["kind"] == kind]))
        return [(cypher, rows) for cypher, rows in made if rows]


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    facts = {"name": record["name"], "keys": json.loads(record["keys"]), "status": record["status"], "known_at": 1}
    return {"node": record["base"], "facts": {**json.loads(record["properties"]), **facts}}


def _run(tx: neo4j.ManagedTransaction, cypher: str, rows: list[Any]) -> None:
    tx.run(cypher, rows=rows).consume()


def load_and_freeze(data: Data) -> list[Row]:
    """Seconds to load a network through the store, to write its rows without it, and to freeze it."""
    if data.size.backward < USUAL:  # the same number of rows again
        return []
    ours, size = data.neo4j, data.size.name
    found = [Row(size, "Kedja, load", ours.loading, "settled and published")]
    if data.size.links <= MOST:
        bare = Bare(data)
        with empty_server() as server:
            with opened(server):
                pass  # constraints and indexes, as the store has them
            with neo4j.GraphDatabase.driver(server.uri) as driver:
                plain = bare.write(driver)
        note = "under the same constraints"
        found = [
            Row(size, "Kedja, load", ours.loading, f"{bare.rows / ours.loading:,.0f} rows/s, settled and published"),
            Row(size, "a bare driver, the same rows", plain, f"{bare.rows / plain:,.0f} rows/s, {note}"),
        ]
    return [*found, Row(size, "Kedja, freeze", ours.freezing, "once")]
