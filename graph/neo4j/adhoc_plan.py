"""What the server would do for an ad-hoc statement, read from its plan before anything is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from graph.neo4j.adhoc_text import refuse_procedure
from ontology.errors import InputError, LimitError

Plan = Mapping[str, Any]

# Operators that only read, by families of names: releases add members. What is in no family is refused.
_FAMILIES = (
    "Scan", "Seek", "SeekByRange", "Lookup", "IndexSearch", "CountFromCountStore", "Expand", "ShortestPath",
    "ShortestPaths", "Join", "Apply", "Aggregation", "Distinct", "Union", "Unwind", "Filter", "Projection",
    "Selection", "Sort", "Limit", "Skip", "Top", "Top1WithTies",
)  # fmt: skip
_ALONE = frozenset(
    {
        "ProduceResults", "EmptyResult", "EmptyRow", "Argument", "ArgumentTracker", "Eager", "Optional", "Anti",
        "CacheProperties", "CartesianProduct", "ProjectEndpoints", "NullifyMetadata", "PreserveOrder",
        "AssertSameNode", "AssertSameRelationship", "TriadicBuild", "PathPropagatingBFS", "Repeat",
        "BidirectionalRepeat", "ProcedureCall", "ShowIndexes", "ShowConstraints",
    }
)  # fmt: skip
_READS = re.compile(rf"(?:[A-Z][A-Za-z0-9]*)?(?:{'|'.join(_FAMILIES)})")
_SHOW = "It shows or ends what the server does, not what the store holds."
_WHY = {
    "LoadCSV": ("LOAD CSV makes the server open a file or an address.", "Load data with kedja load."),
    "TransactionApply": ("CALL { ... } IN TRANSACTIONS needs transactions of its own.", "Leave IN TRANSACTIONS out."),
    "TransactionForeach": ("CALL { ... } IN TRANSACTIONS needs transactions of its own.", "Leave IN TRANSACTIONS out."),
    "AdministrationCommand": ("It is a command to the server.", "Ask for nodes and relationships."),
}


def check(plan: Plan | None, kind: str | None, estimate: float, nodes: int) -> None:
    """Refuse a plan that does more than read, or that the server expects to be too much work.

    Args:
        plan: as the driver gives it: operatorType, args, children.
        kind: of statement, as the server says: ``r`` for one that reads.
        estimate: most rows that one operator may be expected to handle.
        nodes: how many the database holds.

    Raises:
        LimitError: too much work; the message names the operator.
        InputError: more than reading; the message names what.
    """
    operators = [] if plan is None else list(_walk(plan))
    if kind in ("w", "rw"):
        writing = next((name for name in map(name_of, operators) if not _only_reads(name)), "a change")
        raise InputError(f"The statement writes: its plan holds {writing}.", remedy="Only reading is done.")
    for operator in operators:
        _refuse_operator(operator)
    if kind != "r":
        raise InputError("The statement changes the schema or commands the server.", remedy="Only reading is done.")
    if plan is None:
        raise InputError("The server gives no plan for the statement, so it is not run.", remedy="Write it otherwise.")
    rows, heaviest = max(_work(plan, nodes)[1], key=lambda found: found[0])
    if rows > estimate:
        raise LimitError(
            f"The server expects {_amount(rows)} rows at {heaviest}; at most {_amount(estimate)} are allowed.",
            remedy="Start from a named thing, bound the number of hops, or use DISTINCT.",
        )


def name_of(operator: Plan) -> str:
    """``VarLengthExpand`` of ``VarLengthExpand(Pruning,BFS,All)@neo4j``."""
    return re.split(r"[@(]", str(operator["operatorType"]), maxsplit=1)[0]


def _walk(operator: Plan) -> Iterator[Plan]:
    yield operator
    for child in operator.get("children", ()):
        yield from _walk(child)


def _only_reads(name: str) -> bool:
    return name in _ALONE or _READS.fullmatch(name) is not None


def _refuse_operator(operator: Plan) -> None:
    name = name_of(operator)
    if name in _WHY:
        message, remedy = _WHY[name]
        raise InputError(f"The statement is not run: {message}", remedy=remedy)
    if name == "ProcedureCall":
        refuse_procedure(str(operator.get("args", {}).get("Details", "")).partition("(")[0].replace("`", ""))
    if not _only_reads(name):
        why = f" {_SHOW}" if name.startswith(("Show", "Terminate")) else ""
        raise InputError(
            f"The statement is not run: its plan holds {name}, which is not among the operators that only read.{why}",
            remedy="Ask for nodes and relationships; SHOW INDEXES and SHOW CONSTRAINTS are answered.",
        )


def _work(operator: Plan, nodes: int, share: float = 1.0) -> tuple[float, list[tuple[float, str]]]:
    """What each operator is expected to handle, as (rows, name), and the share that applies to who reads its rows.

    The server's estimate of a walk counts paths: 1e20 for a walk without end. An operator that prunes meets each node
    once for each start, so its estimate is cut to that, and with it (by the same share) the estimates above it.
    """
    name, children = name_of(operator), operator.get("children", ())
    found: list[tuple[float, str]] = []
    shares: list[float] = []
    for place, child in enumerate(children):
        # The right side of an Apply begins from the rows of its left side.
        from_left = "Apply" in name and place > 0
        given, below = _work(child, nodes, shares[0] if from_left else share)
        shares.append(given)
        found += below
    passed = _passed(name, shares, share)
    rows = _estimated(operator)
    if "Pruning" in str(operator["operatorType"]) and children:
        most = _estimated(children[0]) * passed * max(nodes, 1)
        if rows * passed > most:
            passed = most / rows
    found.append((rows * passed, name))
    return passed, found


def _passed(name: str, shares: list[float], share: float) -> float:
    if not shares:
        return share
    if len(shares) == 1 or (name.endswith("Apply") and name != "Apply"):  # SemiApply and the like pass the left rows on
        return shares[0]
    if name == "Apply":
        return shares[1]
    if "Union" in name:
        return max(shares)
    return shares[0] * shares[1]


def _estimated(operator: Plan) -> float:
    return float(operator.get("args", {}).get("EstimatedRows") or 0.0)


def _amount(rows: float) -> str:
    return f"{rows:,.0f}" if rows < 1e12 else f"{rows:.0e}"
