"""Adding to a run: a transaction for every batch, bases interned, links placed where their ends are thought to stand.

A batch is written while the caller prepares the next one; what went wrong is said at the next call for the run.

What a run has added is also kept as a few numbers for each row, in the memory of the store that owns the run: settling
compares them without reading them back. A link is placed at once at the record that has its end's key, if one is known;
settling moves those that stand elsewhere after all.
"""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import Any

from graph.identity import entity_id
from graph.neo4j.core import Core, Tx
from graph.neo4j.runs import check, hold, note_types
from graph.neo4j.schema import LINK_TYPES
from graph.searching import MAX_FOLDED, fold, words_of
from graph.store import RunState
from graph.stored import SHIFT, Batch, prepare
from ontology.errors import StoreError
from ontology.model import LINKS
from ontology.records import Common, Link, Polarity, Record, Secrecy, canonical, link_order

_MOST_CACHED = 4_000_000
LINK_CODE = {name: code for code, name in enumerate(LINK_TYPES)}
_OWN_NAMES = frozenset(
    [
        "row",
        "added",
        "retracted",
        "said",
        "body",
        "ord",
        "hash",
        "source_base",
        "target_base",
        "source_key",
        "target_key",
        "status",
        "denied",
        "confidence",
        "secrecy",
        "valid_from",
        "valid_to",
        "properties",
        "raw",
        "locator",
        "cites",
    ]
)
"""Names of relationship properties that are the store's; an ontology property of such a name is in the JSON only."""


def _numbers() -> array[int]:
    return array("q")


@dataclass(slots=True)
class Added:
    """What a run has added: parallel columns. ``keys`` are (ghost, base) pairs; ``record_of`` the base of the record
    that has a key, -1 where several have it; ``head_of`` where a base of earlier runs stands."""

    row: array[int] = field(default_factory=_numbers)
    base: array[int] = field(default_factory=_numbers)
    hash: array[int] = field(default_factory=_numbers)
    secret: set[int] = field(default_factory=set)
    keys: list[tuple[int, int]] = field(default_factory=list)
    link_row: array[int] = field(default_factory=_numbers)
    ord: array[int] = field(default_factory=_numbers)
    link_hash: array[int] = field(default_factory=_numbers)
    type: array[int] = field(default_factory=_numbers)
    source_base: array[int] = field(default_factory=_numbers)
    target_base: array[int] = field(default_factory=_numbers)
    source: array[int] = field(default_factory=_numbers)
    target: array[int] = field(default_factory=_numbers)
    record_of: dict[int, int] = field(default_factory=dict)
    head_of: dict[int, int] = field(default_factory=dict)
    places: int = 0
    pending: Future[None] | None = None
    """The batch that was given last, on its way to the server or there."""
    careful: bool = False
    """Whether something added is not public."""

    def written(self) -> None:
        """Wait until all that was given is stored. Raises what went wrong, each time it is asked."""
        if self.pending is not None:
            self.pending.result()

    def ended(self) -> None:
        """Wait until nothing is on its way any more, whatever came of it."""
        if self.pending is not None:
            wait([self.pending])

    def stands(self, ghost: int) -> int:
        """Where a link's end is thought to stand."""
        base = self.record_of.get(ghost, -1)
        return base if base >= 0 else self.head_of.get(ghost, ghost)


def add(core: Core, runs: dict[int, Added], run: int, items: Sequence[Record | Link]) -> None:
    """See ``Store.add``."""
    if not items:
        return
    rows = core.read("MATCH (r:KedjaRun {run: $run}) RETURN properties(r)", run=run)
    facts = rows[0][0] if rows else {}
    if "series" not in facts:
        raise StoreError(f"Run {run} does not take records or links.")
    check(core, run, facts, [RunState.ADDING])
    batch = prepare(items, facts["series"], Secrecy(facts["secrecy"]))
    with core.writing:
        added = runs.setdefault(run, Added())
        first = added.places
        nodes, heads = intern(core, batch.bases)
        added.head_of.update(heads)
        records, keys = record_rows(batch, nodes, (run << SHIFT) + first, run)
        expect_keys(added, keys)
        links = link_rows(batch, nodes, (run << SHIFT) + first, run, added)

        def work(tx: Tx) -> None:
            hold(tx, core, run, [RunState.ADDING], places=first + len(items))
            _write(tx, records, keys, links)
            note_types(tx, run, links)

        added.written()
        added.pending = core.write_later(work, "add")
        added.places = first + len(items)
        _remember(added, records, keys, links)
    if len(core.nodes) > _MOST_CACHED:
        core.nodes.clear()
    core.nodes.update(nodes)


# -- bases ----------------------------------------------------------------------------------------------------
def intern(core: Core, bases: Mapping[str, tuple[str, str | None]]) -> tuple[dict[str, int], dict[int, int]]:
    """The node number of each base, new ones numbered on from the last; and the head of each that stood elsewhere."""
    _forget_erased(core)
    nodes = {id_: core.nodes[id_] for id_ in bases if id_ in core.nodes}
    heads: dict[int, int] = {}
    by_entity = {entity_id(id_): id_ for id_ in bases if id_ not in nodes}
    found = core.ask(
        "UNWIND $rows AS id MATCH (b:KedjaBase {id: id})"
        " USING INDEX SEEK b:KedjaBase(id) OPTIONAL MATCH (b)-[u:KEDJA_UNDER]->(h)"
        " WHERE u.retracted IS NULL RETURN b.id, b.node, b.key, max(h.node)",
        list(by_entity),
    )
    lost = []
    for id_, node, key, head in found:
        nodes[by_entity[id_]] = node
        if head is not None:
            heads[node] = head
        if key == "":  # erased once, and said again
            lost.append({"node": node, "key": bases[by_entity[id_]][1]})
    if lost:
        core.run(
            "UNWIND $rows AS x MATCH (b:KedjaBase {node: x.node}) USING INDEX SEEK b:KedjaBase(node) SET b.key = x.key",
            rows=lost,
        )
    if new := [id_ for id_ in bases if id_ not in nodes]:
        nodes |= _make(core, bases, new)
    return nodes, heads


def _make(core: Core, bases: Mapping[str, tuple[str, str | None]], new: Sequence[str]) -> dict[str, int]:
    # The numbers are taken in a transaction of their own: the store's node is locked for a moment only.
    first = core.run(
        "MATCH (s:KedjaStore {key: 'store'}) SET s.next_node = s.next_node + $n RETURN s.next_node - $n", n=len(new)
    )[0][0]
    rows = [
        {"id": entity_id(id_), "node": first + place, "kind": bases[id_][0], "key": bases[id_][1]}
        for place, id_ in enumerate(new)
    ]
    rows.sort(key=lambda row: str(row["id"]))  # everybody locks in one order
    ((made,),) = core.run(
        "UNWIND $rows AS x MERGE (b:KedjaBase {id: x.id}) ON CREATE SET b.node = x.node, b.kind = x.kind, b.key = x.key"
        " RETURN collect([b.id, b.node])",
        rows=rows,
    )
    by_entity = {entity_id(id_): id_ for id_ in new}
    return {by_entity[id_]: node for id_, node in made}


def _forget_erased(core: Core) -> None:
    """Drop the numbers kept in memory when somebody has erased keys since."""
    count = core.read("MATCH (t:KedjaTombstone) RETURN count(t)")[0][0]
    if count != core.erasures:
        core.erasures = count
        core.nodes.clear()


# -- rows -----------------------------------------------------------------------------------------------------
Facts = dict[str, Any]


def _common(common: Common, secrecy: int, run: int, row: int, said: int) -> Facts:
    facts: Facts = {
        "row": row, "added": run, "said": run, "body": row, "hash": said, "status": common.status.value,
        "denied": common.polarity is Polarity.DENIED, "confidence": common.confidence, "secrecy": int(secrecy),
        "valid_from": common.valid_from, "valid_to": common.valid_to, "cites": common.cites or None,
    }  # fmt: skip
    return facts


def _stored(facts: Facts) -> Facts:
    """Without what is not said: a graph stores no null, so none is sent."""
    return {name: value for name, value in facts.items() if value is not None}


def texts_of_record(name: str, alias: str, numbers: str) -> Facts:
    """What search looks at: names as folded words, and as one text that a search may begin."""
    words, words_sv = " ".join(_words(name)), " ".join(_words(alias))
    return {
        "words": words, "words_sv": words_sv, "folded": words[:MAX_FOLDED], "folded_sv": words_sv[:MAX_FOLDED],
        "numbers": " ".join(_words(numbers)),
    }  # fmt: skip


def _words(text: str) -> list[str]:
    return words_of(fold(text), most=len(text))


def record_rows(
    batch: Batch, nodes: Mapping[str, int], first: int, run: int
) -> tuple[list[Facts], list[tuple[int, int]]]:
    """The rows of a batch's records, numbered on from ``first``, and (ghost, base) for each of their keys."""
    rows: list[Facts] = []
    keys: list[tuple[int, int]] = []
    for place, record, id_, ghosts, text, said, secrecy in batch.records:
        base, facts = nodes[id_], record.properties
        name, alias = str(facts.get("name") or ""), str(facts.get("name_sv") or "")
        numbers = " ".join(key.partition(":")[2] for key in record.keys)
        rows.append(_stored({
            **_common(record.common, secrecy, run, first + place, said), "base": base, "entity": base,
            "kind": record.type, "apart": facts.get("natural_person") is True, "length": len(name), "name": name,
            "alias": alias, "keys": json.dumps(record.keys, ensure_ascii=False), "properties": text,
            "raw": canonical(record.raw) if record.raw else None, "locator": record.locator or None,
            "numbers_text": numbers, **texts_of_record(name, alias, numbers),
        }))  # fmt: skip
        keys += ((nodes[ghost], base) for ghost in ghosts)
    return rows, keys


def link_facts(type_: str, properties: Mapping[str, Any]) -> Facts:
    """A link's own properties as an analyst reads them in Browser."""
    return {
        name: list(value) if isinstance(value, (list, tuple)) else value
        for name, value in properties.items()
        if name not in _OWN_NAMES and name in LINKS[type_].properties
    }


def link_rows(batch: Batch, nodes: Mapping[str, int], first: int, run: int, added: Added) -> dict[str, list[Facts]]:
    """Rows by link type, in the order of the ends: parallel loaders lock in one order."""
    by_type: dict[str, list[Facts]] = defaultdict(list)
    for place, link, id_, source, target, text, said, secrecy in batch.links:
        ends = nodes[source], nodes[target]
        facts = _stored({
            **_common(link.common, secrecy, run, first + place, said), "ord": link_order(id_),
            "source_base": ends[0], "target_base": ends[1], "source_key": link.source.key,
            "target_key": link.target.key, "raw": canonical(link.raw) if link.raw else None,
            "locator": link.locator or None, "properties": None if text == "{}" else text,
            **link_facts(link.type, link.properties),
        })  # fmt: skip
        row = {"s": added.stands(ends[0]), "t": added.stands(ends[1]), "row": facts["row"], "p": facts}
        by_type[link.type].append(row)
    for rows in by_type.values():
        rows.sort(key=lambda row: (row["s"], row["t"]))
    return dict(sorted(by_type.items()))


def _write(tx: Tx, records: list[Facts], keys: list[tuple[int, int]], links: Mapping[str, list[Facts]]) -> None:
    if records:
        tx.rows("UNWIND $rows AS x MERGE (r:KedjaRecord {row: x.row}) ON CREATE SET r += x", rows=records)
        tx.rows(
            "UNWIND $rows AS x MATCH (k:KedjaBase {node: x[0]})"
            " USING INDEX SEEK k:KedjaBase(node) MATCH (b:KedjaBase {node: x[1]}) USING INDEX SEEK b:KedjaBase(node)"
            " MERGE (b)-[:KEDJA_KEY]->(k)",
            rows=sorted(set(keys)),
        )
    for type_, rows in links.items():
        tx.rows(place_links(type_), rows=rows)


def place_links(type_: str) -> str:
    """The statement that makes links of a type (``$rows``: ends s and t, row, properties p), once each."""
    return (
        "UNWIND $rows AS x MATCH (s:KedjaBase {node: x.s})"
        " USING INDEX SEEK s:KedjaBase(node) MATCH (t:KedjaBase {node: x.t}) USING INDEX SEEK t:KedjaBase(node)"
        f" MERGE (s)-[e:{type_} {{row: x.row}}]->(t) ON CREATE SET e += x.p"
    )


# -- memory ---------------------------------------------------------------------------------------------------
def expect_keys(added: Added, keys: Iterable[tuple[int, int]]) -> None:
    """Note which record has each key, so that links of this run can be placed there."""
    for ghost, base in keys:
        if added.record_of.setdefault(ghost, base) != base:
            added.record_of[ghost] = -1


def _remember(
    added: Added, records: list[Facts], keys: list[tuple[int, int]], links: Mapping[str, list[Facts]]
) -> None:
    for record in records:
        added.row.append(record["row"])
        added.base.append(record["base"])
        added.hash.append(record["hash"])
        if record["secrecy"]:
            added.secret.add(record["base"])
            added.careful = True
    added.keys += keys
    for type_, rows in links.items():
        code = LINK_CODE[type_]
        for row in rows:
            facts = row["p"]
            added.link_row.append(facts["row"])
            added.ord.append(facts["ord"])
            added.link_hash.append(facts["hash"])
            added.type.append(code)
            added.source_base.append(facts["source_base"])
            added.target_base.append(facts["target_base"])
            added.source.append(row["s"])
            added.target.append(row["t"])
            added.careful |= facts["secrecy"] > 0
