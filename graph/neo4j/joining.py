"""Identity in the store: the rows that the rule is given, and the versions that move. See ``graph.joining``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graph.joining import Standing
from graph.neo4j.core import Core, Row, chunks
from graph.neo4j.runs import hold, note_types
from graph.neo4j.schema import ANY_LINK
from graph.store import RunState, Verdict
from graph.stored import SHIFT

_MOVE = 5_000
"""Links that one transaction moves."""
_REPLACE = 2_000
"""Links that one transaction takes away and makes anew: more at once cost the square of their number."""

_RECORD = "MATCH ({0}:KedjaRecord {{row: {1}}}) USING INDEX SEEK {0}:KedjaRecord(row)"

STOOD = "-[:KEDJA_UNDER|KEDJA_KEY*0..1]-(at)"
"""From a base to wherever links that name it may stand: at it, where it stood, at the records with its key."""


class StoredRows:
    """See ``graph.joining.Rows``. ``hidden`` are the runs, but this one, that are not published."""

    def __init__(self, core: Core, run: int) -> None:
        self._core = core
        ((self.judged, hidden),) = core.read(
            "MATCH (s:KedjaStore {key: 'store'}) OPTIONAL MATCH (r:KedjaRun)"
            " WHERE r.publication IS NULL AND r.state <> 'abandoned' AND r.run <> $run RETURN s.judged, collect(r.run)",
            run=run,
        )
        self.hidden: list[int] = hidden

    def _ask(self, cypher: str, numbers: Iterable[int]) -> Iterator[Row]:
        return self._core.ask(cypher, sorted(set(numbers)), hidden=self.hidden)

    _SHOWN = "{0}.retracted IS NULL AND NOT {0}.added IN $hidden"

    def records(self, bases: Iterable[int]) -> Iterator[tuple[int, int, bool]]:
        rows = self._ask(
            f"UNWIND $rows AS n MATCH (r:KedjaRecord {{base: n}})"
            f" USING INDEX SEEK r:KedjaRecord(base) WHERE {self._SHOWN.format('r')}"
            " RETURN n, r.secrecy, max(r.apart) ORDER BY r.secrecy DESC",
            bases,
        )
        yield from ((base, secrecy, apart) for base, secrecy, apart in rows)

    def keys(self, bases: Iterable[int]) -> Iterator[tuple[int, int]]:
        rows = self._ask(
            "UNWIND $rows AS n MATCH (b:KedjaBase {node: n})-[:KEDJA_KEY]->(k) USING INDEX SEEK b:KedjaBase(node)"
            " RETURN n, k.node",
            bases,
        )
        yield from ((base, key) for base, key in rows)

    def holders(self, keys: Iterable[int]) -> Iterator[int]:
        rows = self._ask(
            "UNWIND $rows AS n MATCH (k:KedjaBase {node: n})<-[:KEDJA_KEY]-(b) USING INDEX SEEK k:KedjaBase(node)"
            " RETURN b.node",
            keys,
        )
        yield from (base for (base,) in rows)

    def same_as(self, bases: Iterable[int]) -> Iterator[int]:
        bases = set(bases)
        for one, other in (("a", "b"), ("b", "a")):
            yield from (base for (base,) in self._ask(
                f"UNWIND $rows AS n MATCH (j:KedjaJudgement {{{one}: n}}) USING INDEX SEEK j:KedjaJudgement({one})"
                f" WHERE {self._SHOWN.format('j')}"
                f" AND j.verdict = '{Verdict.SAME}' RETURN j.{other}",
                bases,
            ))  # fmt: skip

    def names(self, bases: Iterable[int]) -> Iterator[tuple[int, str, str | None]]:
        rows = self._ask(
            "UNWIND $rows AS n MATCH (b:KedjaBase {node: n}) USING INDEX SEEK b:KedjaBase(node) RETURN n, b.id, b.key",
            bases,
        )
        yield from ((node, base_id(id_, key), key) for node, id_, key in rows)

    def ghost_levels(self, ghosts: Iterable[int]) -> Iterator[tuple[int, int]]:
        for pattern, end in ((f"-[e:{ANY_LINK}]->()", "source"), (f"<-[e:{ANY_LINK}]-()", "target")):
            rows = self._ask(
                f"UNWIND $rows AS n MATCH (b:KedjaBase {{node: n}}){STOOD}{pattern} USING INDEX SEEK b:KedjaBase(node)"
                f" WHERE e.{end}_base = n AND {self._SHOWN.format('e')} RETURN n, min(e.secrecy)",
                ghosts,
            )
            yield from ((ghost, level) for ghost, level in rows)

    def first_shown(self, bases: Iterable[int]) -> Iterator[tuple[int, int, int]]:
        rows = self._ask(
            "UNWIND $rows AS n MATCH (r:KedjaRecord {base: n})"
            " USING INDEX SEEK r:KedjaRecord(base) MATCH (p:KedjaRun {run: r.added})"
            " WHERE p.publication IS NOT NULL RETURN n, r.secrecy, min(p.publication)",
            bases,
        )
        yield from ((base, secrecy, number) for base, secrecy, number in rows)

    def manual(self, bases: Iterable[int]) -> Iterator[tuple[int, int, int, str]]:
        rows = self._ask(
            f"UNWIND $rows AS n MATCH (j:KedjaJudgement {{a: n}}) USING INDEX SEEK j:KedjaJudgement(a)"
            f" WHERE {self._SHOWN.format('j')}"
            f" AND j.verdict <> '{Verdict.UNSURE}' RETURN j.row, j.a, j.b, j.verdict",
            bases,
        )
        yield from ((row, a, b, verdict) for row, a, b, verdict in rows)

    def members(self, bases: Iterable[int]) -> Iterator[tuple[int, int, int, int]]:
        rows = self._ask(
            "UNWIND $rows AS n MATCH (b:KedjaBase {node: n})-[u:KEDJA_UNDER]->(h) USING INDEX SEEK b:KedjaBase(node)"
            " WHERE u.retracted IS NULL"
            " RETURN n, u.row, h.node, u.partner",
            bases,
        )
        yield from ((base, row, head, partner) for base, row, head, partner in rows)


def base_id(entity: str, key: str | None) -> str:
    """The id of a base from its entity id: a record's or a ghost's."""
    return ("r" if key is None else "g") + entity[1:]


class Writer:
    """Writes what a settling run changes, batch by batch; each batch checks that the run is still this store's."""

    def __init__(self, core: Core, run: int, places: int, hidden: Sequence[int]) -> None:
        self._core = core
        self.run = run
        self.places = places
        self._hidden = list(hidden)

    def batches(self, cypher: str, rows: Iterable[Any], *, size: int = _MOVE, types: Sequence[str] = ()) -> None:
        for batch in chunks(rows, size):

            def work(tx: Any, batch: list[Any] = batch) -> None:
                hold(tx, self._core, self.run, [RunState.SETTLING], places=self.places)
                if types:
                    note_types(tx, self.run, types)
                tx.rows(cypher, rows=batch, run=self.run)

            self._core.write(work, "settle")

    def take(self, count: int) -> int:
        """The first of ``count`` new row numbers."""
        first = (self.run << SHIFT) + self.places
        self.places += count
        return first

    # -- rows ---------------------------------------------------------------------------------------------------
    def drop_records(self, rows: Sequence[int]) -> None:
        self.batches(f"UNWIND $rows AS n {_RECORD.format('r', 'n')} DELETE r", rows)

    def drop_links(self, type_: str, rows: Sequence[int]) -> None:
        self.batches(
            f"UNWIND $rows AS n MATCH ()-[e:{type_} {{row: n}}]->() USING INDEX SEEK e:{type_}(row) DELETE e", rows
        )

    def retract_records(self, rows: Sequence[int]) -> None:
        self.batches(f"UNWIND $rows AS n {_RECORD.format('r', 'n')} SET r.retracted = $run", rows)

    def retract_links(self, type_: str, rows: Sequence[int]) -> None:
        cypher = (
            f"UNWIND $rows AS n MATCH ()-[e:{type_} {{row: n}}]->() USING INDEX SEEK e:{type_}(row)"
            " SET e.retracted = $run"
        )
        self.batches(cypher, rows, types=[type_])

    def put_records(self, entities: Mapping[int, int]) -> None:
        """Give rows that nobody has seen the entities that they stand at."""
        rows = [[row, entity] for row, entity in entities.items()]
        self.batches(f"UNWIND $rows AS x {_RECORD.format('r', 'x[0]')} SET r.entity = x[1]", rows)

    def put_links(self, type_: str, rows: Sequence[tuple[int, int, int]]) -> None:
        """Give links that nobody has seen, (row, source, target), the ends that they stand at."""
        cypher = (
            f"UNWIND $rows AS x MATCH ()-[o:{type_} {{row: x[0]}}]->()"
            f" USING INDEX SEEK o:{type_}(row) WITH x, o, properties(o) AS p DELETE o WITH x, p"
            " MATCH (s:KedjaBase {node: x[1]}) USING INDEX SEEK s:KedjaBase(node) MATCH (t:KedjaBase {node: x[2]})"
            " USING INDEX SEEK t:KedjaBase(node)"
            f" CREATE (s)-[e:{type_}]->(t) SET e = p"
        )
        self.batches(cypher, [list(row) for row in rows], size=_REPLACE)

    # -- standing -----------------------------------------------------------------------------------------------
    def rejoin(self, stands: Standing, plain: Mapping[int, int], plain_moved: Iterable[int]) -> None:
        """Move what stands elsewhere now and write the members: those of plain records, then those of the rule.

        ``plain`` is the record base of each ghost of a plain record, ``plain_moved`` those ghosts at which links of
        earlier runs stand.
        """
        moved = {ghost: plain[ghost] for ghost in plain_moved} | dict(stands.moved)
        self._move_records(moved)
        self._move_links(moved, stands.before)
        self.batches(
            "UNWIND $rows AS n MATCH ()-[u:KEDJA_UNDER {row: n}]->()"
            " USING INDEX SEEK u:KEDJA_UNDER(row) SET u.retracted = $run",
            stands.gone,
        )
        usual = [(ghost, base, base, "") for ghost, base in sorted(plain.items())]
        for members in (usual, list(stands.members())):
            first = self.take(len(members))
            rows = [[first + i, *member] for i, member in enumerate(members)]
            self.batches(
                "UNWIND $rows AS x MATCH (b:KedjaBase {node: x[1]}) USING INDEX SEEK b:KedjaBase(node)"
                " MATCH (h:KedjaBase {node: x[2]}) USING INDEX SEEK h:KedjaBase(node)"
                " MERGE (b)-[u:KEDJA_UNDER {row: x[0]}]->(h)"
                " ON CREATE SET u.added = $run, u.partner = x[3], u.rule = x[4]",
                rows,
            )
        self._core.write(lambda tx: hold(tx, self._core, self.run, [RunState.SETTLING], places=self.places), "settle")

    _STANDING = "{0}.retracted IS NULL AND {0}.added <> $run AND NOT {0}.added IN $hidden"

    def _move_records(self, moved: Mapping[int, int]) -> None:
        found = self._core.ask(
            f"UNWIND $rows AS n MATCH (r:KedjaRecord {{base: n}})"
            f" USING INDEX SEEK r:KedjaRecord(base) WHERE {self._STANDING.format('r')}"
            " RETURN r.row, r.base, r.entity, r.said",
            sorted(moved), run=self.run, hidden=self._hidden,
        )  # fmt: skip
        old = sorted((row, moved[base], said) for row, base, entity, said in found if moved[base] != entity)
        first = self.take(len(old))
        self._carry({said for _, _, said in old})
        rows = [[row, first + i, entity] for i, (row, entity, _) in enumerate(old)]
        self.batches(
            f"UNWIND $rows AS x {_RECORD.format('o', 'x[0]')} MERGE (r:KedjaRecord {{row: x[1]}})"
            " SET r = o {.*, row: x[1], added: $run, entity: x[2], retracted: null} SET o.retracted = $run",
            rows,
        )

    def _move_links(self, moved: Mapping[int, int], before: Mapping[int, int]) -> None:
        old: dict[int, tuple[str, int, int, int]] = {}
        asked = [[base, before.get(base, base)] for base in sorted(moved)]
        for pattern, end in (("(h)-[e:{0}]->(o)", "source"), ("(h)<-[e:{0}]-(o)", "target")):
            found = self._core.ask(
                f"UNWIND $rows AS x MATCH (h:KedjaBase {{node: x[1]}})"
                f" USING INDEX SEEK h:KedjaBase(node) MATCH {pattern.format(ANY_LINK)}"
                f" WHERE e.{end}_base = x[0] AND {self._STANDING.format('e')}"
                " RETURN e.row, type(e), e.source_base, e.target_base, startNode(e).node, endNode(e).node, e.said",
                asked, run=self.run, hidden=self._hidden,
            )  # fmt: skip
            for row, type_, source_base, target_base, source, target, said in found:
                ends = moved.get(source_base, source), moved.get(target_base, target)
                if ends != (source, target):
                    old[row] = (type_, *ends, said)
        first = self.take(len(old))
        self._carry({said for _, _, _, said in old.values()})
        by_type: dict[str, list[list[int]]] = defaultdict(list)
        for i, (row, (type_, source, target, _)) in enumerate(sorted(old.items())):
            by_type[type_].append([row, first + i, source, target])
        for type_, rows in sorted(by_type.items()):
            self.batches(
                f"UNWIND $rows AS x MATCH ()-[o:{type_} {{row: x[0]}}]->() USING INDEX SEEK o:{type_}(row)"
                " MATCH (s:KedjaBase {node: x[2]}) USING INDEX SEEK s:KedjaBase(node)"
                " MATCH (t:KedjaBase {node: x[3]}) USING INDEX SEEK t:KedjaBase(node)"
                f" MERGE (s)-[e:{type_} {{row: x[1]}}]->(t)"
                " SET e = o {.*, row: x[1], added: $run, retracted: null} SET o.retracted = $run",
                sorted(rows, key=lambda row: (row[2], row[3])), types=[type_],
            )  # fmt: skip

    def _carry(self, said: set[int]) -> None:
        """Note whose statements the run says again at other places: a later edition looks for them here too."""
        if said:
            self._core.run(
                "MATCH (r:KedjaRun {run: $run}) SET r.carried = [x IN r.carried WHERE NOT x IN $said] + $said",
                run=self.run, said=sorted(said),
            )  # fmt: skip
