"""What is known of each contract on two sides, a contract a row: what a comparison and a rehearsed load both tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from graph.compared import Kind
from graph.questions.exposed import Standing


class Change(NamedTuple):
    """A contract, by id, of which the two sides do not know the same; None: it is not there."""

    contract: str
    before: Standing | None
    after: Standing | None


def changes(before: Mapping[str, Standing], after: Mapping[str, Standing]) -> list[Change]:
    """Every contract that differs, by id."""
    found = (Change(contract, before.get(contract), after.get(contract)) for contract in sorted({*before, *after}))
    return [change for change in found if change.before != change.after]


def is_known(standing: Standing) -> bool:
    """Whether it is told how severe what reaches a contract is, or that nothing does."""
    return standing.knowledge in ("reached", "none_found") and not standing.unstated


def kind_of(change: Change) -> Kind:
    """What became of a contract, by what each side knows of it alone."""
    before, after = change.before, change.after
    if before is None:
        return Kind.NEW
    if after is None:
        return Kind.EXPIRED
    if is_known(before) and is_known(after):
        was, becomes = _level(before), _level(after)
        return Kind.RISEN if becomes > was else Kind.FALLEN if becomes < was else Kind.OTHERWISE
    if is_known(after):
        return Kind.BECAME_KNOWN
    return Kind.BECAME_UNKNOWN if is_known(before) else Kind.OTHERWISE


def _level(standing: Standing) -> tuple[int, float]:
    return standing.severity or 0, standing.low


def level_of(standing: Standing) -> str:
    """The level that a contract stands at: see ``LevelShift``."""
    if standing.unstated:
        return "unstated"
    if standing.knowledge == "reached":
        return str(standing.severity)
    return "0" if standing.knowledge == "none_found" else "unknown"
