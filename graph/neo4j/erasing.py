"""Erasing: the one operation that breaks history. Rows and their texts leave the database; a tombstone stays.

Neo4j writes what it deletes over only in time, and its transaction logs and backups keep older bytes: see
docs/how-to/neo4j.md for what the server's owner does about those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from graph.joining import standing
from graph.neo4j.core import Core
from graph.neo4j.joining import STOOD, StoredRows, Writer, base_id
from graph.neo4j.owners import Owners
from graph.neo4j.reading import entity_ids, is_link
from graph.neo4j.runs import at_once
from graph.neo4j.schema import ANY_LINK, LINK_TYPES, patterns
from graph.store import Tombstone
from graph.stored import stamp, unstamp
from ontology.errors import NotInGraphError
from ontology.records import link_order


def erase(core: Core, owners: Owners, ids: Sequence[str], reason: str, at: datetime) -> int:
    """See ``Store.erase``.

    Raises:
        NotInGraphError: an id that is neither stored nor erased; nothing is changed.
    """
    buried, counts = {t.id for t in tombstones(core)}, dict[str, int]()

    def work(run: int) -> dict[str, int]:
        said = _Said(core, run, ids)
        counts.update(said.versions())
        for id_ in ids:
            if id_ not in counts and id_ not in buried:
                raise NotInGraphError(f"{id_} is not stored.", remedy="Give ids of records (r…) or links (l…).")
        said.take_back()
        seeds = {*said.bases, *said.keys()}
        Writer(core, run, 0, said.rows.hidden).rejoin(standing(said.rows, seeds), {}, ())
        said.delete()
        rows = [[i, run, reason, stamp(at), n] for i, n in counts.items()]
        core.batches(
            "UNWIND $rows AS x MERGE (t:KedjaTombstone {key: x[0] + ' ' + toString(x[1])})"
            " SET t.id = x[0], t.run = x[1], t.reason = x[2], t.at = x[3], t.rows = x[4], t.name = x[0]",
            rows,
        )
        return {"erased": sum(counts.values())}

    at_once(core, owners, "erasure", reason, at, work)
    return sum(counts.values())


class _Said:
    """Every version of some records and links, but for what another run has added and not yet published: that is said
    again, and stays."""

    def __init__(self, core: Core, run: int, ids: Sequence[str]) -> None:
        self._core = core
        self._run = run
        self.rows = StoredRows(core, run)
        found = core.ask(
            "UNWIND $rows AS id MATCH (b:KedjaBase {id: id}) USING INDEX SEEK b:KedjaBase(id) WHERE b.key IS NULL"
            " RETURN b.node, b.id",
            entity_ids(ids, "r"),
        )
        self.bases = {node: base_id(id_, None) for node, id_ in found}
        self.links = {link_order(id_): id_ for id_ in ids if is_link(id_)}

    def _matches(self) -> Iterator[tuple[dict[int, str], str]]:
        """The ids of some records or links by number (called ``x``), and what finds their versions (called ``e``)."""
        coming = "WITH e, x WHERE NOT e.added IN $hidden"
        base = "MATCH (e:KedjaRecord {base: x}) USING INDEX SEEK e:KedjaRecord(base)"
        yield self.bases, f"UNWIND $rows AS x {base} {coming}"
        for kind in patterns(self._core, LINK_TYPES) if self.links else ():
            yield self.links, f"MATCH ()-[e:{kind}]->() WHERE e.ord IN $rows WITH e, e.ord AS x {coming}"

    def versions(self) -> dict[str, int]:
        """How many versions there are of each id that has any."""
        counts = defaultdict[str, int](int)
        for ids, match in self._matches():
            for number, count in self._core.ask(f"{match} RETURN x, count(e)", ids, hidden=self.rows.hidden):
                counts[ids[number]] += count
        return dict(counts)

    def take_back(self) -> None:
        for ids, match in self._matches():
            self._core.batches(
                f"{match} AND e.retracted IS NULL SET e.retracted = $run",
                ids, hidden=self.rows.hidden, run=self._run,
            )  # fmt: skip

    def keys(self) -> list[int]:
        """Ghosts of the keys that the records have and the links name."""
        keys = {key for _, key in self.rows.keys(self.bases)}
        for ids, match in self._matches():
            if ids is self.links:
                ends = self._core.ask(f"{match} RETURN e.source_base, e.target_base", ids, hidden=self.rows.hidden)
                keys.update(node for row in ends for node in row)
        return sorted(keys)

    def delete(self) -> None:
        """Delete every version with its texts, and the keys that nothing else says."""
        keys = self.keys()
        for ids, match in self._matches():
            self._core.batches(f"{match} DELETE e", ids, hidden=self.rows.hidden)
        self._core.batches(
            "UNWIND $rows AS n MATCH (b:KedjaBase {node: n})-[k:KEDJA_KEY]->() USING INDEX SEEK b:KedjaBase(node)"
            " WHERE NOT EXISTS { MATCH (r:KedjaRecord {base: n}) USING INDEX SEEK r:KedjaRecord(base) } DELETE k",
            self.bases,
        )
        self._core.batches(
            f"UNWIND $rows AS n MATCH (b:KedjaBase {{node: n}})"
            f" USING INDEX SEEK b:KedjaBase(node) WHERE NOT EXISTS {{ (b)<-[:KEDJA_KEY]-() }}"
            f" AND NOT EXISTS {{ MATCH (b){STOOD}-[l:{ANY_LINK}]-()"
            " WHERE l.source_base = b.node OR l.target_base = b.node }"
            " SET b.key = ''",
            keys,
        )


def tombstones(core: Core) -> list[Tombstone]:
    """See ``Store.tombstones``."""
    rows = core.read(
        "MATCH (t:KedjaTombstone) MATCH (r:KedjaRun {run: t.run}) WHERE r.publication IS NOT NULL"
        " RETURN t.id, r.publication, t.reason, t.at, t.rows ORDER BY r.publication, t.id"
    )
    return [Tombstone(id_, number, reason, unstamp(at), count) for id_, number, reason, at, count in rows]
