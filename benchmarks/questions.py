"""The same questions put to a snapshot, to Neo4j as Cypher and to SQLite as recursive SQL; the answers must agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.filling import RISK
from benchmarks.freezing import USUAL
from benchmarks.kernels import AFFECTED_SQL, SMALL, TRACE_SQL
from benchmarks.loading import DAY
from benchmarks.measure import DisagreementError, Row, median_question, same
from benchmarks.peers import Data
from graph.neo4j.questions import Limits, ask
from graph.questions.affected import affected
from graph.questions.exposure import exposure
from graph.questions.trace import trace
from ontology.errors import StoreBusyError

TIERS = 6
FEW = 3
"""How many starts each question has."""
LIMITS = Limits(seconds=300.0, rows=10_000_000)
CUT = 0.1
"""Least value that the recursive query for lens A follows; as it cannot drop a worse path, less would take minutes."""

LENS_A_SQL = """
    WITH RECURSIVE up(vertex, value) AS (
        SELECT ?1, 1.0
        UNION
        SELECT link.source, up.value * link.confidence
        FROM up JOIN link ON link.target = up.vertex WHERE up.value * link.confidence >= ?2
    )
    SELECT max(up.value * seed.value) FROM up JOIN seed USING (vertex)
"""

Ask = Callable[[int], Any]


def compared(data: Data) -> list[Row]:
    """Trace by one to six tiers, affected contracts and lens A."""
    if data.size.backward < USUAL:  # the same number of rows again
        return []
    contracts = data.some(data.generated.contracts, FEW).tolist()
    rows = []
    for tiers in range(1, TIERS + 1):
        rows += _rows(data, f"trace, {tiers} tier{'s' * (tiers > 1)}", contracts, _trace(data, tiers))
    rows += _rows(data, "affected contracts", data.some(data.origins, FEW).tolist(), _affected(data))
    rows += _rows(data, "lens A", contracts, _lens_a(data))
    return rows


def _rows(data: Data, question: str, starts: Sequence[int], ways: dict[str, Ask]) -> list[Row]:
    """A row for each way to ask; the first way's answers are what the others' are held against."""
    expected: list[Any] = []
    rows = []
    for way, asked in ways.items():
        label = f"{data.size.name}: {question}"
        try:
            found = [asked(start) for start in starts]
            expected = expected or found
            for ours, theirs in zip(expected, found, strict=True):
                _agree(f"{label}, {way}", ours, theirs)
            rows.append(Row(label, way, median_question(asked, starts), _size(found)))
        except StoreBusyError:
            rows.append(Row(label, way, LIMITS.seconds, "stopped at its time limit: it takes longer"))
    return rows


def _size(answers: Sequence[Any]) -> str:
    return f"{np.median([len(a) for a in answers]):,.0f} rows" if isinstance(answers[0], dict) else ""


def _agree(what: str, ours: Any, theirs: Any) -> None:
    if isinstance(ours, float):
        if not np.isclose(ours, theirs, rtol=1e-9) and max(ours, theirs) >= CUT:
            raise DisagreementError(f"{what}: {ours} and {theirs}")
        return
    same(what, ours, theirs)


def _cypher(data: Data, name: str, **params: Any) -> list[dict[str, Any]]:
    given = {name: str(value) for name, value in params.items()} | {"valid_at": DAY.isoformat()}
    asked = ask(data.neo4j.store.core, name, given, limits=LIMITS)
    return [dict(zip(asked.columns, row, strict=True)) for row in asked.rows]


def _key(vertex: int) -> str:
    return f"demo:{vertex}"


def _id(data: Data, vertex: int) -> str:
    s = data.neo4j.snapshot
    return s.id(s.by_key[_key(vertex)])


def _trace(data: Data, tiers: int) -> dict[str, Ask]:
    """What lies up to so many tiers upstream of a contract: tier by id."""

    def snapshot(start: int) -> dict[str, int]:
        found = trace(data.neo4j.snapshot, [_key(start)], max_tier=tiers).data
        return {node.node.id: node.tier for node in found.nodes} if found else {}

    def cypher(start: int) -> dict[str, int]:
        return {row["id"]: row["tier"] for row in _cypher(data, "upstream", start=_key(start), max_tier=tiers)}

    def sql(start: int) -> dict[str, int]:
        rows = data.sql.execute(TRACE_SQL, (start, tiers)).fetchall()
        return {_id(data, vertex): tier for vertex, tier in rows}

    return {"snapshot": snapshot, "Cypher": cypher, "SQLite": sql}


def _affected(data: Data) -> dict[str, Ask]:
    """Contracts downstream of a raw material, however far: tier by id (SQL gives no tier)."""
    contracts = set(data.generated.contracts.tolist())

    def snapshot(start: int) -> dict[str, bool]:
        found = affected(data.neo4j.snapshot, _key(start)).data
        return {one.contract.id: True for one in found.contracts} if found else {}

    def cypher(start: int) -> dict[str, bool]:
        return {row["contract"]: True for row in _cypher(data, "affected-contracts", start=_key(start))}

    def sql(start: int) -> dict[str, bool]:
        found = data.sql.execute(AFFECTED_SQL, (start,)).fetchall()
        return {_id(data, vertex): True for (vertex,) in found if vertex in contracts}

    return {"snapshot": snapshot, "Cypher": cypher, "SQLite": sql}


def _lens_a(data: Data) -> dict[str, Ask]:
    """The worst credible path to a contract: its *low*."""

    def snapshot(start: int) -> float:
        found = exposure(data.neo4j.snapshot, _key(start), RISK).data
        return max((f.low for member in found.members for f in member.figures), default=0.0) if found else 0.0

    def cypher(start: int) -> float:
        rows = _cypher(data, "lens-a", contract=_key(start), risk=RISK)
        if not all(row["complete"] for row in rows):
            raise DisagreementError("lens-a did not finish its rounds")
        return max((row["low"] for row in rows), default=0.0)

    def sql(start: int) -> float:
        return float(data.sql.execute(LENS_A_SQL, (start, CUT)).fetchone()[0] or 0.0)

    ways: dict[str, Ask] = {"snapshot": snapshot, "Cypher": cypher}
    return {**ways, f"SQLite, from {CUT}": sql} if data.network.n <= SMALL else ways
