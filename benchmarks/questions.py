"""The same questions put to a snapshot and to SQLite as recursive SQL; the answers must agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.filling import RISK
from benchmarks.freezing import USUAL
from benchmarks.kernels import AFFECTED_SQL, SMALL, TRACE_SQL
from benchmarks.measure import DisagreementError, Row, median_question, same
from benchmarks.peers import Data
from graph.kernels.paths import k_paths
from graph.kernels.reach import reach
from graph.kernels.worst import worst
from graph.questions.affected import affected
from graph.questions.exposure import exposure
from graph.questions.paths import paths
from graph.questions.trace import trace
from graph.questions.walks import GOODS
from graph.questions.walks import TIERS as TIER_KINDS

TIERS = 6
ANSWER = "snapshot, the whole answer"
"""With links, cycles, statements and what is not known, as pages and the API give it."""
FEW = 3
"""How many starts each question has."""
SUREST = 5
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
    """Trace by one to six tiers, affected contracts, lens A and the surest paths."""
    if data.size.backward < USUAL:  # the same number of rows again
        return []
    contracts = data.some(data.generated.contracts, FEW).tolist()
    rows = []
    for tiers in range(1, TIERS + 1):
        rows += _rows(data, f"trace, {tiers} tier{'s' * (tiers > 1)}", contracts, _trace(data, tiers))
    rows += _rows(data, "affected contracts", data.some(data.origins, FEW).tolist(), _affected(data))
    rows += _rows(data, "lens A", contracts, _lens_a(data))
    rows += _rows(data, f"{SUREST} surest paths", contracts, _surest(data))
    return rows


def _rows(data: Data, question: str, starts: Sequence[int], ways: dict[str, Ask]) -> list[Row]:
    """A row for each way to ask; the first way's answers are what the others' are held against."""
    expected: list[Any] = []
    rows = []
    for way, asked in ways.items():
        label = f"{data.size.name}: {question}"
        found = [asked(start) for start in starts]
        expected = expected or found
        for ours, theirs in zip(expected, found, strict=True):
            _agree(f"{label}, {way}", ours, theirs)
        rows.append(Row(label, way, median_question(asked, starts), _size(found)))
    return rows


def _size(answers: Sequence[Any]) -> str:
    return f"{np.median([len(a) for a in answers]):,.0f} rows" if isinstance(answers[0], dict) else ""


def _agree(what: str, ours: Any, theirs: Any) -> None:
    if isinstance(ours, float):
        if not np.isclose(ours, theirs, rtol=1e-9) and max(ours, theirs) >= CUT:
            raise DisagreementError(f"{what}: {ours} and {theirs}")
        return
    same(what, ours, theirs)


def _key(vertex: int) -> str:
    return f"demo:{vertex}"


def _vertex(data: Data, start: int) -> int:
    found = data.snapshot.keyed(_key(start))
    assert found is not None
    return found


def _id(data: Data, vertex: int) -> str:
    return data.snapshot.id(_vertex(data, vertex))


def _trace(data: Data, tiers: int) -> dict[str, Ask]:
    """What lies up to so many tiers upstream of a contract: tier by id."""
    s = data.snapshot

    def snapshot(start: int) -> dict[str, int]:
        found = reach(
            s.item_network, [_vertex(data, start)], upstream=True, kinds=GOODS, tier_kinds=TIER_KINDS, max_tier=tiers
        )
        return dict(zip(map(s.id, found.vertex.tolist()), found.tier.tolist(), strict=True))

    def answer(start: int) -> dict[str, int]:
        found = trace(s, [_key(start)], max_tier=tiers).data
        return {node.node.id: node.tier for node in found.nodes} if found else {}

    def sql(start: int) -> dict[str, int]:
        rows = data.sql.execute(TRACE_SQL, (start, tiers)).fetchall()
        return {_id(data, vertex): tier for vertex, tier in rows}

    return {"snapshot": snapshot, ANSWER: answer, "SQLite": sql}


def _affected(data: Data) -> dict[str, Ask]:
    """Contracts downstream of a raw material, however far, by id."""
    s, contracts = data.snapshot, set(data.generated.contracts.tolist())
    numbers = {_vertex(data, contract) for contract in contracts}

    def snapshot(start: int) -> dict[str, bool]:
        found = reach(s.item_network, [_vertex(data, start)], upstream=False, kinds=GOODS, tier_kinds=TIER_KINDS)
        return {s.id(vertex): True for vertex in found.vertex.tolist() if vertex in numbers}

    def answer(start: int) -> dict[str, bool]:
        found = affected(s, _key(start)).data
        return {one.contract.id: True for one in found.contracts} if found else {}

    def sql(start: int) -> dict[str, bool]:
        found = data.sql.execute(AFFECTED_SQL, (start,)).fetchall()
        return {_id(data, vertex): True for (vertex,) in found if vertex in contracts}

    return {"snapshot": snapshot, ANSWER: answer, "SQLite": sql}


def _lens_a(data: Data) -> dict[str, Ask]:
    """The worst credible path to a contract: its *low*."""
    s, at, likelihood = data.snapshot, *data.lane()
    steps = data.generated.tier[at] > 0
    seeds, values = [_vertex(data, one) for one in at[steps].tolist()], likelihood[steps]

    def snapshot(start: int) -> float:
        target = _vertex(data, start)
        return float(worst(s.item_network, seeds, values, [target], np.ones(32), use_confidence=True).value[0])

    def answer(start: int) -> float:
        found = exposure(s, _key(start), RISK).data
        return max((f.low for member in found.members for f in member.figures), default=0.0) if found else 0.0

    def sql(start: int) -> float:
        return float(data.sql.execute(LENS_A_SQL, (start, CUT)).fetchone()[0] or 0.0)

    ways: dict[str, Ask] = {"snapshot": snapshot, ANSWER: answer}
    return {**ways, f"SQLite, from {CUT}": sql} if data.network.n <= SMALL else ways


def _surest(data: Data) -> dict[str, Ask]:
    """The certainties of the surest paths from a raw material to a contract, to twelve digits, by rank."""
    s, source = data.snapshot, int(data.some(data.origins, 1)[0])

    def ranked(certainties: list[float]) -> dict[int, str]:
        return {rank: f"{certainty:.11e}" for rank, certainty in enumerate(certainties, start=1)}

    def snapshot(start: int) -> dict[int, str]:
        seeds, target = [_vertex(data, source)], _vertex(data, start)
        found = k_paths(s.item_network, seeds, [1.0], target, np.ones(32), SUREST, use_confidence=True)
        return ranked([path.value for path in found.paths])

    def answer(start: int) -> dict[int, str]:
        found = paths(s, _key(source), _key(start), k=SUREST).data
        return ranked([path.value for path in found.paths] if found else [])

    return {"snapshot": snapshot, ANSWER: answer}
