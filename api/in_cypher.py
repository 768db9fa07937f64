"""The Cypher of what a page shows: the same question, its values in place, to paste into Neo4j Browser."""

from __future__ import annotations

from typing import Any

from graph.answer import Answer
from graph.neo4j.questions import question, values
from visualisation.views import view_of


def in_cypher(answer: Answer[Any]) -> tuple[tuple[str, str], ...]:
    """(name, text) of each question that asks the like of a published graph; none for a period.

    See docs/reference/cypher.md for what each leaves to the snapshot.
    """
    day = answer.as_of.valid_at
    if answer.data is None or day is None:
        return ()
    asked = ((question(name), given) for name, given in view_of(answer).cypher(answer.data))
    return tuple((one.name, one.written(values(one, {"day": day.isoformat(), **given}))) for one, given in asked)
