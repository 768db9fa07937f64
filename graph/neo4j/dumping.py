"""A whole store as one file, and back; see ``graph.dump``."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from graph import dump as files
from graph.dump import FIELDS, Row
from graph.identity import entity_id
from graph.neo4j.adding import link_facts, place_links, texts_of_record
from graph.neo4j.core import Core
from graph.neo4j.joining import base_id
from graph.neo4j.schema import ANY_LINK
from graph.stored import SHIFT, STATUSES
from ontology.errors import FileFormatError, StoreError
from ontology.model import LINKS, NODES
from ontology.values import BEGINNING, END, from_day, to_day

_BATCH = 2_000
_KEPT = "MATCH (k:KedjaRun) WHERE k.publication IS NOT NULL WITH collect(k.run) AS kept "
_PATTERNS = {
    "run": "MATCH (t:KedjaRun) WHERE t.publication IS NOT NULL OR t.state = 'abandoned'",
    "base": "MATCH (t:KedjaBase)",
    "record_key": "MATCH (b:KedjaBase)-[:KEDJA_KEY]->(k:KedjaBase) WITH k.node AS key, b.node AS base",
    "member": "MATCH (b)-[t:KEDJA_UNDER]->(h) WHERE t.added IN kept WITH *, b.node AS base, h.node AS entity",
    "record": "MATCH (t:KedjaRecord) WHERE t.added IN kept",
    "link": f"MATCH (s)-[t:{ANY_LINK}]->(e) WHERE t.added IN kept WITH *, s.node AS source, e.node AS target",
    "judgement": "MATCH (t:KedjaJudgement) WHERE t.added IN kept",
    "tombstone": "MATCH (t:KedjaTombstone)",
}
_COMPUTED = {
    "record_key": {"key", "base"}, "member": {"base", "entity"}, "link": {"source", "target"},
}  # fmt: skip
_TEXTS = {
    "record": {"name", "alias", "numbers_text", "keys", "properties", "raw", "locator", "cites"},
    "link": {"properties", "raw", "locator", "cites"},
}


def dump(core: Core, path: Path) -> None:
    """See ``Store.dump``. The same content gives the same bytes."""
    secret = core.read("MATCH (s:KedjaStore {key: 'store'}) RETURN s.secret")[0][0]
    files.write(path, bytes.fromhex(secret), lambda kind: _rows(core, kind))


def _rows(core: Core, kind: str) -> Iterator[Row]:
    names = FIELDS[kind]
    columns = ", ".join(f"{_column(kind, name)} AS c{i}" for i, name in enumerate(names))
    for row in core.stream(f"{_KEPT}{_PATTERNS[kind]} RETURN {columns} ORDER BY c0, c1"):
        yield _line(kind, dict(zip(names, row, strict=True)))


def _column(kind: str, name: str) -> str:
    if name in _COMPUTED.get(kind, ()):
        return name
    if name == "type":
        return {"link": "type(t)", "record": "t.kind", "base": "t.kind"}[kind]
    if name == "retracted":
        return "CASE WHEN t.retracted IN kept THEN t.retracted END"
    if name in ("valid_from", "valid_to") and kind in _TEXTS:
        return f"toString(t.{name})"
    if kind == "record" and name == "numbers":
        return "t.numbers_text"
    return f"t.{name}"


def _line(kind: str, row: dict[str, Any]) -> Row:
    if kind == "base":
        row["id"] = base_id(row["id"], row["key"])
    if kind in _TEXTS:
        row["status"] = [status.value for status in STATUSES].index(row["status"])
        row["denied"] = int(row["denied"])
        for end, none in (("valid_from", BEGINNING), ("valid_to", END)):
            row[end] = to_day(date.fromisoformat(row[end]), none) if row[end] else none
        own = row["body"] == row["row"]
        for name in ("numbers" if name == "numbers_text" else name for name in _TEXTS[kind]):
            row[name] = (row[name] or ("{}" if name == "properties" else "")) if own else None
    if kind == "record":
        row["apart"] = int(row["apart"])
    return tuple(row[name] for name in FIELDS[kind])


def restore(core: Core, path: Path) -> bytes:
    """See ``Store.restore``: into an empty store only. Gives the secret key.

    Raises:
        StoreError: something has been loaded here before.
        FileFormatError: not a dump, of another format, or cut short; the store stays empty.
    """
    if core.read("MATCH (r:KedjaRun) RETURN count(r)")[0][0]:
        raise StoreError("The store is not empty.", remedy="Restore into an empty database.")
    filling = _Filling(core)
    try:
        secret = files.read(path, filling.fill)
        filling.finish(secret)
    except BaseException:
        filling.undo()
        raise
    core.forget()
    return secret


class _Filling:
    """Rows of a dump on their way into an empty database. Runs come last: until they are there, nothing is seen."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._runs: list[dict[str, Any]] = []
        self._types: dict[int, set[str]] = defaultdict(set)
        self._carried: dict[int, set[int]] = defaultdict(set)
        self._keys: dict[int, str] = {}
        self._flags = {"careful": False, "judged": False}
        self._most = -1

    def fill(self, kind: str, batch: list[dict[str, Any]]) -> None:
        getattr(self, f"_{kind}")(batch)

    def _write(self, cypher: str, rows: list[Any]) -> None:
        self._core.batches(cypher, rows, size=_BATCH)

    def _run(self, batch: list[dict[str, Any]]) -> None:
        self._runs += batch

    def _base(self, batch: list[dict[str, Any]]) -> None:
        for row in batch:
            if row["type"] not in NODES:
                raise FileFormatError(
                    f"The dump has things of an unknown type {row['type']}.", remedy="Choose another."
                )
            self._most = max(self._most, row["node"])
            if row["key"] is not None:
                self._keys[row["node"]] = row["key"]
        rows = [[row["node"], entity_id(row["id"]), row["type"], row["key"]] for row in batch]
        self._write(
            "UNWIND $rows AS x MERGE (b:KedjaBase {id: x[1]}) SET b.node = x[0], b.kind = x[2], b.key = x[3]", rows
        )

    def _record_key(self, batch: list[dict[str, Any]]) -> None:
        self._write(
            "UNWIND $rows AS x MATCH (k:KedjaBase {node: x[0]})"
            " USING INDEX SEEK k:KedjaBase(node) MATCH (b:KedjaBase {node: x[1]}) USING INDEX SEEK b:KedjaBase(node)"
            " MERGE (b)-[:KEDJA_KEY]->(k)",
            [[row["key"], row["base"]] for row in batch],
        )

    def _member(self, batch: list[dict[str, Any]]) -> None:
        self._write(
            "UNWIND $rows AS x MATCH (b:KedjaBase {node: x.base}) USING INDEX SEEK b:KedjaBase(node)"
            " MATCH (h:KedjaBase {node: x.entity}) USING INDEX SEEK h:KedjaBase(node)"
            " MERGE (b)-[u:KEDJA_UNDER {row: x.row}]->(h) SET u.added = x.added,"
            " u.partner = x.partner, u.rule = x.rule, u.retracted = x.retracted",
            [row | {"added": row["row"] >> SHIFT} for row in batch],
        )

    def _version(self, row: dict[str, Any]) -> dict[str, Any]:
        """What versions of records and links share, as they are stored."""
        added = row["row"] >> SHIFT
        if row["said"] != added:
            self._carried[added].add(row["said"])
        self._flags["careful"] |= row["secrecy"] > 0
        facts = {
            "added": added, "status": STATUSES[row["status"]].value, "denied": bool(row["denied"]),
            "valid_from": from_day(row["valid_from"]), "valid_to": from_day(row["valid_to"]),
        }  # fmt: skip
        return {name: value for name, value in {**row, **facts}.items() if name != "type" and value not in ("", None)}

    def _record(self, batch: list[dict[str, Any]]) -> None:
        said, moved = [], []
        for row in batch:
            facts = {**self._version(row), "kind": row["type"], "apart": bool(row["apart"])}
            if row["body"] != row["row"]:
                moved.append(facts)
                continue
            facts |= {name: row[name] for name in ("name", "alias", "keys", "properties")}
            facts |= {"numbers_text": row["numbers"], **texts_of_record(row["name"], row["alias"], row["numbers"])}
            said.append(facts)
        self._write("UNWIND $rows AS x MERGE (r:KedjaRecord {row: x.row}) SET r = x", said)
        self._write(
            "UNWIND $rows AS x MATCH (o:KedjaRecord {row: x.body}) WITH x, o {.*, retracted: null} AS p"
            " MERGE (r:KedjaRecord {row: x.row}) SET r = p SET r += x",
            moved,
        )

    def _link(self, batch: list[dict[str, Any]]) -> None:
        by_type: dict[str, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
        for row in batch:
            if row["type"] not in LINKS:
                raise FileFormatError(f"The dump has links of an unknown type {row['type']}.", remedy="Choose another.")
            self._types[row["row"] >> SHIFT].add(row["type"])
            if row["retracted"] is not None:
                self._types[row["retracted"]].add(row["type"])
            facts = {name: v for name, v in self._version(row).items() if name not in ("source", "target")}
            facts |= {"source_key": self._keys[row["source_base"]], "target_key": self._keys[row["target_base"]]}
            own = row["body"] == row["row"]
            if own:
                facts |= _properties(row)
            by_type[row["type"]][0 if own else 1].append({
                "s": row["source"], "t": row["target"], "row": row["row"], "body": row["body"], "p": facts,
            })  # fmt: skip
        for type_, (said, moved) in by_type.items():
            self._write(place_links(type_), sorted(said, key=lambda x: (x["s"], x["t"])))
            self._write(
                f"UNWIND $rows AS x MATCH ()-[o:{type_} {{row: x.body}}]->() WITH x, o {{.*, retracted: null}} AS p"
                " MATCH (s:KedjaBase {node: x.s}) USING INDEX SEEK s:KedjaBase(node) MATCH (t:KedjaBase {node: x.t})"
                " USING INDEX SEEK t:KedjaBase(node)"
                f" MERGE (s)-[e:{type_} {{row: x.row}}]->(t) SET e = p {{.*, row: x.row}} SET e += x.p",
                moved,
            )

    def _judgement(self, batch: list[dict[str, Any]]) -> None:
        self._flags["judged"] = True
        rows = [row | {"added": row["row"] >> SHIFT, "name": row["verdict"]} for row in batch]
        self._write("UNWIND $rows AS x MERGE (j:KedjaJudgement {row: x.row}) SET j = x", rows)
        both = [n for row in batch for n in (row["a"], row["b"])]
        self._write(
            "UNWIND $rows AS n MATCH (b:KedjaBase {node: n}) USING INDEX SEEK b:KedjaBase(node) SET b.judged = true",
            both,
        )

    def _tombstone(self, batch: list[dict[str, Any]]) -> None:
        rows = [row | {"key": f"{row['id']} {row['run']}", "name": row["id"]} for row in batch]
        self._write("UNWIND $rows AS x MERGE (t:KedjaTombstone {key: x.key}) SET t = x", rows)

    def finish(self, secret: bytes) -> None:
        """Write the runs and what the store says of itself: from then on the rows are seen."""
        rows = []
        for row in self._runs:
            facts = {name: value for name, value in row.items() if value is not None}
            types, carried = sorted(self._types[row["run"]]), sorted(self._carried[row["run"]])
            rows.append(facts | {
                "owner": "", "types": types, "carried": carried, "name": f"Run {row['run']}",
                "token": f"restored {row['run']}",
            })  # fmt: skip
        published = sorted((row["publication"], row["run"], row["at"]) for row in self._runs if row["publication"])
        number, _, at = published[-1] if published else (0, -1, "")
        facts = {
            "secret": secret.hex(), "next_node": self._most + 1, "publication": number, "at": at, "projected": 0,
            "next_run": max((row["run"] for row in self._runs), default=0) + 1, "hidden": [],
            "run": max((run for _, run, _ in published), default=-1), **self._flags,
        }  # fmt: skip

        def work(tx: Any) -> None:
            tx.rows("UNWIND $rows AS x MERGE (r:KedjaRun {run: x.run}) SET r = x", rows=rows)
            tx.rows("MATCH (s:KedjaStore {key: 'store'}) SET s += $facts", facts=facts)

        self._core.write(work, "restore")

    def undo(self) -> None:
        for label in ("KedjaRun", "KedjaRecord", "KedjaJudgement", "KedjaTombstone", "KedjaBase"):
            while self._core.run(f"MATCH (n:{label}) WITH n LIMIT {_BATCH} DETACH DELETE n RETURN count(*)")[0][0]:
                pass


def _properties(row: dict[str, Any]) -> dict[str, Any]:
    if row["properties"] == "{}":
        return {"properties": None}
    return link_facts(row["type"], json.loads(row["properties"]))
