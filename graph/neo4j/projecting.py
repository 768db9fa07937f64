"""Entities as an analyst meets them in Browser: labels, name and properties, a projection of their public records.

Nothing in Kedja reads it: questions and search read the versions. It is made anew, after each publication, for the
entities that this touched, and stamped with the publication's number; whoever opens or publishes next makes up for a
process that died before it came to that.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from typing import Any

from graph.neo4j.core import Core, Row, Tx, View, chunks, seen
from graph.neo4j.schema import ANY_LINK, patterns
from graph.store import At
from graph.stored import SHIFT
from ontology.model import NODES

_BATCH = 2_000
_LABELS = ":".join(("Entity", *NODES))


def project(core: Core) -> int:
    """Bring the projection to the last publication; gives how many entities were looked at."""
    ((done, last),) = core.read("MATCH (s:KedjaStore {key: 'store'}) RETURN s.projected, s.publication")
    if done >= last:
        return 0
    view, count = core.view(At(last)), 0
    writing: Future[None] | None = None
    runs = core.read(
        "MATCH (r:KedjaRun) WHERE r.publication > $done AND r.publication <= $last"
        " RETURN r.run, r.types ORDER BY r.run",
        done=done, last=last,
    )  # fmt: skip
    for run, types in runs:
        for nodes in chunks(sorted(_touched(core, run, types)), _BATCH):
            rows = _rows(core, view, nodes)
            if writing:
                writing.result()
            writing = core.write_later(partial(_write, *rows), "project")
            count += len(nodes)
        if writing:  # the next run asks for labels
            writing.result()
    core.run("MATCH (s:KedjaStore {key: 'store'}) WHERE s.projected < $last SET s.projected = $last", last=last)
    return count


def _touched(core: Core, run: int, types: list[str]) -> set[int]:
    """Heads of what a run added and took back; of its links only where nothing stands yet, or no longer."""
    given = {"run": run, "first": run << SHIFT, "end": (run + 1) << SHIFT}
    added, back = "e.row >= $first AND e.row < $end", "e.retracted = $run"
    found: set[int] = set()
    # What now stands under another is looked at if it has stood alone; most are keys, which never have.
    for which, ends in (
        (added, "CASE WHEN b:Entity THEN [b.node, h.node] ELSE [h.node] END"),
        (back, "[b.node, h.node]"),
    ):
        for text in (
            f"MATCH (e:KedjaRecord) WHERE {which} RETURN collect(DISTINCT e.entity)",
            f"MATCH (b)-[e:KEDJA_UNDER]->(h) WHERE {which} UNWIND {ends} AS n RETURN collect(DISTINCT n)",
        ):
            found.update(*(nodes for (nodes,) in core.stream(text, **given)))
    for kind in patterns(core, types):
        for which, of in ((added, "NOT n:Entity"), (back, "true")):
            text = f"MATCH (s)-[e:{kind}]->(t) WHERE {which} UNWIND [s, t] AS n WITH DISTINCT n WHERE {of}"
            found.update(*(nodes for (nodes,) in core.stream(f"{text} RETURN collect(n.node)", **given)))
    return found


Rows = list[dict[str, Any]]


def _rows(core: Core, view: View, nodes: list[int]) -> tuple[dict[str, Rows], Rows]:
    """What is public of some entities now, by node type, and those of which nothing is."""
    by_kind: dict[str, Rows] = defaultdict(list)
    there = set()
    for node, kind, facts in _facts(core, view, nodes):
        there.add(node)
        by_kind[kind].append({"node": node, "facts": {**facts, "known_at": view.publication}})
    return by_kind, [{"node": node, "facts": {}} for node in nodes if node not in there]


def _write(by_kind: dict[str, Rows], gone: Rows, tx: Tx) -> None:
    """Write what is public, and take the labels from the rest."""
    base = (
        "UNWIND $rows AS x MATCH (b:KedjaBase {node: x.node}) USING INDEX SEEK b:KedjaBase(node) WITH b, x.facts AS f"
        " SET b = f {.*, node: b.node, id: b.id, kind: b.kind, key: b.key, judged: b.judged}"
    )
    for kind, rows in by_kind.items():
        tx.rows(f"{base} SET b:Entity:{kind}", rows=rows)
    if gone:
        tx.rows(f"{base} REMOVE b:{_LABELS}", rows=gone)


def _facts(core: Core, view: View, nodes: list[int]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """(node, node type, properties) of those that have something public."""
    records: dict[int, list[Row]] = defaultdict(list)
    rows = core.lists(
        f"UNWIND $rows AS n MATCH (r:KedjaRecord {{entity: n}})"
        f" USING INDEX SEEK r:KedjaRecord(entity) WHERE {seen('r')} MATCH (b:KedjaBase {{node: r.base}})"
        f" USING INDEX SEEK b:KedjaBase(node)"
        " WITH n, b, r ORDER BY n, r.base <> r.entity, b.id, r.hash"
        " RETURN collect([n, b.kind, r.name, r.keys, r.properties, r.status, r.valid_from, r.valid_to])",
        nodes, **view.given,
    )  # fmt: skip
    for row in rows:
        records[row[0]].append(row)
    for node, said in records.items():
        yield node, said[0][1], _of_records(said)
    named = core.read(
        "UNWIND $rows AS n MATCH (b:KedjaBase {node: n}) USING INDEX SEEK b:KedjaBase(node) CALL (b) {"
        f" MATCH (b)-[l:{ANY_LINK}]->() WHERE {seen('l')} RETURN DISTINCT l.source_key AS key"
        f" UNION MATCH (b)<-[l:{ANY_LINK}]-() WHERE {seen('l')} RETURN DISTINCT l.target_key AS key }}"
        " RETURN n, b.kind, collect(key)",
        rows=[node for node in nodes if node not in records], **view.given,
    )  # fmt: skip
    for node, kind, keys in named:
        yield node, kind, {"name": min(keys), "keys": sorted(keys), "ghost": True}


def _of_records(said: list[Row]) -> dict[str, Any]:
    """Where records differ the first speaks, and the thing is valid as long as any of them, as in a snapshot."""
    facts: dict[str, Any] = {}
    for _, _, _, _, properties, status, _, _ in reversed(said):
        facts.update({k: v for k, v in json.loads(properties).items() if not isinstance(v, dict)})
        facts["status"] = status
    begins, ends = [row[6] for row in said], [row[7] for row in said]
    facts["valid_from"] = None if None in begins else min(begins)
    facts["valid_to"] = None if None in ends else max(ends)
    facts["name"] = said[0][2]
    facts["keys"] = sorted({key for row in said for key in json.loads(row[3])})
    return facts
