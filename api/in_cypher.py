"""The Cypher of what a page shows: the same question, its values in place, to paste into Neo4j Browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graph.answer import Answer
from graph.data import AffectedData, ExposureData, PathsData, TraceData
from graph.neo4j.questions import question, values


def in_cypher(answer: Answer[Any]) -> tuple[tuple[str, str], ...]:
    """(name, text) of each question that asks the like of a published graph; none for a period.

    See docs/reference/cypher.md for what each leaves to the snapshot.
    """
    day = answer.as_of.valid_at
    if answer.data is None or day is None:
        return ()
    asked = ((question(name), given) for name, given in _asked(answer.data))
    return tuple((one.name, one.written(values(one, {"day": day.isoformat(), **given}))) for one, given in asked)


def _asked(data: object) -> Iterator[tuple[str, dict[str, str]]]:
    match data:
        case TraceData(direction="upstream", start=(start, *_)):
            yield from ((name, {"start": start}) for name in ("upstream", "blind-spots", "coverage"))
        case TraceData(start=(start, *_)):
            yield "downstream", {"start": start}
        case ExposureData(subject=subject, risk=risk) if subject.type == "Contract":
            yield "lens-a", {"contract": subject.id, "risk": risk}
            yield "single-points", {"contract": subject.id}
        case ExposureData(subject=subject) if subject.type in ("Organisation", "Procurement", "Lot"):
            yield "shared-origins", {"start": subject.id}
        case AffectedData(start=start):
            if start.type in ("Step", "Site", "Finding", "RiskAssessment", "Incident"):
                yield "affected-contracts", {"start": start.id}
            if start.type in ("Step", "Site"):
                yield "company-list", {"start": start.id}
        case PathsData(source=source, target=target):
            yield "best-paths", {"source": source, "target": target}
