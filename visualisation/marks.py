"""What a mark says: the severity reached, or that it is unknown. Unknown is never low, never zero, never blank."""

from __future__ import annotations

from enum import StrEnum

from graph.data import Figure, Reach
from visualisation.words import Words


class Level(StrEnum):
    """The steps of the ramp, most severe first; the value is also the CSS class's ending."""

    VERY_SEVERE = "4"
    SEVERE = "3"
    MODERATE = "2"
    LIMITED = "1"
    UNSTATED = "unstated"
    UNKNOWN = "unknown"
    NONE_FOUND = "0"
    NO_RISK = "plain"


FILLS = {
    Level.VERY_SEVERE: "#6B0F1A",
    Level.SEVERE: "#C8401E",
    Level.MODERATE: "#F79433",
    Level.LIMITED: "#FFE08A",
    Level.UNSTATED: "#BBD3EC",
    Level.UNKNOWN: "#BBD3EC",
    Level.NONE_FOUND: "#FFFFFF",
    Level.NO_RISK: "#ECECEC",
}
"""The ramp where no style sheet reaches (the pyvis file, the workbook). The pages have it in ``static/kedja.css``."""

WHITE_TEXT = frozenset({Level.VERY_SEVERE, Level.SEVERE})
RAMP = tuple(level for level in Level if level is not Level.NO_RISK)


def severity_level(severity: int | None, *, unstated: bool, known: bool) -> Level:
    """The level of a severity that was reached; ``known``: everything that could raise it has been assessed."""
    if unstated:
        return Level.UNSTATED
    if severity:
        return Level(str(severity))
    return Level.NONE_FOUND if known else Level.UNKNOWN


def level_of(reach: Reach | None) -> Level:
    """None found only where the step and all upstream of it were assessed and knowledge does not end."""
    if reach is None:
        return Level.NO_RISK
    known = reach.assessed is not False and not reach.upper_open and reach.unassessed_below == 0
    return severity_level(reach.severity, unstated=reach.severity_unknown, known=known)


def digit(level: Level | str) -> str:
    """What stands in the mark, so that colour never carries it alone: ``!`` is found, but nobody said how severe."""
    return {Level.UNKNOWN: "?", Level.UNSTATED: "!", Level.NO_RISK: ""}.get(Level(level), str(level))


def level_name(level: Level | str, words: Words) -> str:
    level = Level(level)
    if level.value.isdigit():
        return words.severity(int(level.value))
    return words(f"level.{level.value}")


def figure_level(figure: Figure) -> Level:
    return severity_level(figure.severity, unstated=figure.severity_unknown, known=not figure.upper_open)


def span(low: float, high: float, upper_open: bool, words: Words) -> str:
    """The interval of lens A; ``≥`` where what is unknown may raise it."""
    if not upper_open:
        return words.interval(low, high)
    if low == 0:
        return words("up_to", value=words.number(1)) if high else words("unknown")
    return f"≥\u00a0{words.probability(low)}"


def reach_span(reach: Reach | None, words: Words) -> str:
    """``≥ 0,35 · 3 ej bedömda`` for a node; words where nothing was reached."""
    level = level_of(reach)
    if reach is None or level is Level.NO_RISK:
        return ""
    if level is Level.UNKNOWN:
        text = words("level.unknown_short")
    elif level is Level.NONE_FOUND:
        return words("level.0_short")
    else:
        text = span(reach.low, reach.high, reach.upper_open, words)
    below = reach.unassessed_below
    return f"{text} · {words('n_unassessed', n=below)}" if below else text
