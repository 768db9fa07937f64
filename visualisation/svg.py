"""From a drawing to coordinates: what the template of the tier view writes as SVG. No text is shrunk or cut here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from graph.data import Node
from graph.questions.groups import ALL
from visualisation.drawing import REGION, Drawing, Mark, Wire, lit
from visualisation.layout import Layout, lay_out
from visualisation.marks import RAMP, Level, digit, level_name, reach_span
from visualisation.text import shown
from visualisation.words import Words

PITCH, TIGHT = 184, 164
"""Distance between columns in px; the browser may stretch it, never below 128. Beside a panel, six columns stand in a
window of 1,440 px where they are tight."""
LEFT, TOP, RIGHT, BOTTOM = 18, 30, 12, 30
LABEL = 18
"""Where a label begins, right of the middle of its symbol."""
ROOM = 34
"""Room kept free between the end of a label and the next column's symbol, for the links."""
ARROW = 8
"""Length of the arrowhead of a thick line, before where the line begins."""
STUB = 12
"""Width of the sign that knowledge ends, after the label."""
LEAST = 2
"""Least room for a link between a label and the next column's symbol: its arrow may touch a label that fades."""
THREE_LINES, TWO_LINES, ONE_LINE = 58, 42, 25
ROOMY, COMPACT = 20, 45
"""A column of at most ``ROOMY`` marks has names on two lines; one taller than ``COMPACT`` has no second line."""
BOX_WIDTH = 150


@dataclass(frozen=True, slots=True)
class DrawnMark:
    """A mark with its place (px) and its words. ``name`` is whole: the page clips it, ``clipped`` says that it does."""

    mark: Mark
    index: int
    x: float
    y: float
    name: str
    lines: tuple[tuple[float, str], ...]
    """The lines of the name with their height (px)."""
    line: str
    line_y: float
    label: str
    href: str
    digit: str
    clipped: bool
    lit: bool
    selected: bool
    end: int = 0
    """Where the label ends, right of the symbol's middle: links leave here."""
    bar: tuple[tuple[Level, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class DrawnWire:
    wire: Wire
    source: int
    target: int
    path: str
    lit: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Heading:
    x: float
    title: str
    note: str
    column: int


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the template needs. ``clip`` is the width of a label in px."""

    marks: tuple[DrawnMark, ...]
    wires: tuple[DrawnWire, ...]
    headings: tuple[Heading, ...]
    width: float
    height: float
    pitch: float
    clip: float
    gap: int
    drawing: Drawing
    selected: str | None


_NARROW = frozenset("ijlftrI.,:;'|!()[] ")
_WIDE = frozenset("mwMW@%ÅÄÖ—")


def text_width(text: str, size: float = 13) -> float:
    """Roughly how wide a text is, in px: enough to let a link leave where its label ends."""
    units = sum(0.33 if c in _NARROW else 0.9 if c in _WIDE else 0.68 if c.isupper() else 0.6 for c in text)
    return units * size


def broken(name: str, width: float) -> tuple[str, ...]:
    """A name on at most two lines, broken at a space; the second line holds all that is left."""
    if text_width(name) <= width:
        return (name,)
    words = name.split(" ")
    fits = 1
    while fits < len(words) and text_width(" ".join(words[: fits + 1])) <= width:
        fits += 1
    rest = " ".join(words[fits:])
    return (" ".join(words[:fits]), rest) if rest else (name,)


def _line_heights(names: int, below: bool) -> tuple[float, ...]:
    """Baselines (px from the middle of the symbol) of the lines of the name, then of the line below."""
    if not below:
        return (4.5, 4.5) if names == 1 else (-3.0, 13.0, 13.0)
    return (-3.0, 13.0) if names == 1 else (-11.0, 5.0, 21.0)


def heading_of(column: int, marks: Sequence[Mark], words: Words) -> tuple[str, str]:
    """The title of a column and, below it, its commonest stage with the number of things in it."""
    size = sum(mark.size for mark in marks)
    count = words.number(size)
    kinds = {mark.node.type for mark in marks if mark.node}
    if column == REGION:
        return words("column.region"), count
    if kinds == {"Contract"} or (column == 0 and not kinds):
        return words("column.contract"), count
    tiers = Counter(mark.tier for mark in marks if mark.tier is not None)
    tier = tiers.most_common(1)[0][0] if tiers else None
    title = "" if tier is None else words("column.start") if tier == 0 else words("column.tier", tier=tier)
    stages = Counter(mark.node.stage for mark in marks if mark.node and mark.node.stage)
    if not stages:
        return title or words.node_type(min(kinds, default="")), count
    stage = words.term("chain-stages", min(stages, key=lambda s: (-stages[s], s)))
    if len(stages) > 1:
        stage = words("and_more", what=stage)
    return (title, f"{stage} · {count}") if title else (stage, count)


def name_of(mark: Mark, words: Words) -> str:
    if mark.node is not None:
        return shown(node_name(mark.node, words))
    if mark.rest and mark.country is None:
        return words("group.rest")
    if mark.column == 0:
        return words("group.contracts")
    return words.country(mark.country)


def node_name(node: Node, words: Words) -> str:
    """The name, in Swedish where there is one and Swedish is asked for; the id of a thing that nobody has described."""
    if node.id == ALL:
        return words("exposure.all")
    name = (node.name_sv if words.lang == "sv" else None) or node.name
    if name in node.keys and (coded := words.coded(name)):
        return f"{coded} ({name})"
    return name or words("unnamed", id=node.id)


def who(mark: Mark, words: Words) -> str:
    """The nearest actor and the country; a generic step says that it names no supplier."""
    parts = [node_name(mark.actors[0].node, words)] if mark.actors else []
    if mark.node is not None and mark.node.generic:
        parts.append(words("generic_short"))
    if mark.country and mark.shape not in ("region", "contract"):
        parts.append(words.country(mark.country))
    return ", ".join(shown(part) for part in parts if part)


def line_of(mark: Mark, words: Words) -> str:
    if mark.group:
        return ""
    return " · ".join(part for part in (reach_span(mark.reach, words), who(mark, words)) if part)


def spoken(mark: Mark, words: Words, risk: str | None) -> str:
    """What a screen reader says: name, column, stage, actor, country, severity, interval, what is not known."""
    name = name_of(mark, words)
    if mark.group:
        parts = [words("group.spoken", name=name, n=mark.size)]
        parts += [f"{level_name(level, words)}: {words.number(n)}" for level, n in _ordered(mark.counts)]
        return "; ".join(parts)
    assert mark.node is not None
    parts = [name, words.node_type(mark.node.type)]
    if mark.node.stage:
        parts.append(words.term("chain-stages", mark.node.stage))
    if mark.tier is not None and mark.shape not in ("region", "contract"):
        parts.append(words("column.tier", tier=mark.tier))
    parts.append(who(mark, words))
    if mark.level is not Level.NO_RISK:
        parts.append(f"{words.risk(risk)}: {level_name(mark.level, words)}" if risk else level_name(mark.level, words))
        if mark.reach is not None:
            parts.append(reach_span(mark.reach, words))
    if mark.end:
        parts.append(words("end_short"))
    return "; ".join(part for part in parts if part)


def _ordered(counts: Mapping[Level, int]) -> list[tuple[Level, int]]:
    return [(level, counts[level]) for level in Level if counts.get(level)]


def bar(counts: Mapping[Level, int], width: float) -> tuple[tuple[Level, float, float], ...]:
    """A stacked bar: (level, x, width) with the unknown last; a share that is there is at least 2 px wide."""
    total = sum(counts.values())
    order = [level for level in (*RAMP, Level.NO_RISK) if counts.get(level)]
    order.sort(key=lambda level: level is Level.UNKNOWN)
    widths = [max(2.0, width * counts[level] / total) for level in order]
    scale = width / sum(widths) if widths else 1.0
    found, x = [], 0.0
    for level, raw in zip(order, widths, strict=True):
        found.append((level, round(x, 1), round(raw * scale, 1)))
        x += raw * scale
    return tuple(found)


def curve(x1: float, y1: float, x2: float, y2: float) -> str:
    """A link from the end of the left label to the right symbol; one that goes back loops below."""
    if x2 > x1:
        reach = min(max(18.0, (x2 - x1) * 0.45), x2 - x1)
        return f"M{x1:.0f} {y1:.0f}C{x1 + reach:.0f} {y1:.0f} {x2 - reach:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    return f"M{x1:.0f} {y1:.0f}C{x1 + 34:.0f} {y1 + 16:.0f} {x2 - 34:.0f} {y2 + 16:.0f} {x2:.0f} {y2:.0f}"


def bracket(left: DrawnMark, right: DrawnMark) -> str:
    """A link within a column: outside its symbols, so that it crosses no label."""
    x = left.x - (4 if left.mark.group else 16)
    return f"M{x:.0f} {left.y:.0f}C{x - 26:.0f} {left.y:.0f} {x - 26:.0f} {right.y:.0f} {x:.0f} {right.y:.0f}"


def picture(
    drawing: Drawing,
    words: Words,
    *,
    href: Callable[[Mark], str],
    risk: str | None = None,
    selected: str | None = None,
    chosen: frozenset[tuple[str, str]] = frozenset(),
    pitch: float = PITCH,
) -> Picture:
    """Place the drawing. ``chosen`` are the (source, target) pairs of the path that is drawn thick."""
    layout = lay_out([(mark.id, mark.column) for mark in drawing.marks], [(w.source, w.target) for w in drawing.wires])
    tallest = max((len(members) for members in layout.columns), default=0)
    gap = THREE_LINES if tallest <= ROOMY else TWO_LINES if tallest <= COMPACT or drawing.grouped else ONE_LINE
    clip = pitch - LABEL - ROOM
    present = {mark.id for mark in drawing.marks}
    picked = selected if selected in present else None
    light = lit(drawing, picked) if picked else frozenset()
    place = {id: (LEFT + layout.x[id] * pitch, TOP + layout.y[id] * gap) for id in present}
    marks = []
    for index, mark in enumerate(_reading_order(drawing, layout)):
        x, y = place[mark.id]
        name, line = name_of(mark, words), line_of(mark, words)
        lines = broken(name, clip) if gap == THREE_LINES and not mark.group else (name,)
        below = line if gap > ONE_LINE else ""
        heights = _line_heights(len(lines), bool(below))
        widest = max(*map(text_width, lines), text_width(below, 12))
        marks.append(
            DrawnMark(
                mark,
                index,
                round(x, 1),
                round(y, 1),
                name,
                tuple(zip(heights, lines, strict=False)),
                below,
                heights[-1],
                spoken(mark, words, risk),
                href(mark),
                digit(mark.level),
                clipped=widest > clip,
                lit=mark.id in light,
                selected=mark.id == picked,
                end=BOX_WIDTH if mark.group else round(LABEL + min(clip, widest + 4)),
                bar=bar(mark.counts, BOX_WIDTH) if mark.group else (),
            )
        )
    by_id = {drawn.mark.id: drawn for drawn in marks}
    wires = tuple(_draw_wire(wire, by_id, light, chosen) for wire in drawing.wires)
    return Picture(
        tuple(marks),
        wires,
        _headings(drawing, layout, words, pitch),
        width=LEFT + max(0, len(layout.columns) - 1) * pitch + pitch - ROOM + RIGHT,
        height=round(TOP + layout.height * gap + BOTTOM, 1),
        pitch=pitch,
        clip=clip,
        gap=gap,
        drawing=drawing,
        selected=picked,
    )


def _reading_order(drawing: Drawing, layout: Layout) -> list[Mark]:
    by_id = {mark.id: mark for mark in drawing.marks}
    return [by_id[id] for column in layout.columns for id in column]


def _draw_wire(
    wire: Wire, marks: Mapping[str, DrawnMark], light: frozenset[str], chosen: frozenset[tuple[str, str]]
) -> DrawnWire:
    """Risk flows from ``source`` (right) to ``target`` (left); the line is drawn from the left one's label."""
    left, right = marks[wire.target], marks[wire.source]
    thick = (wire.source, wire.target) in chosen
    end = right.x - (0 if right.mark.group else 14)
    start = left.x + left.end + (STUB if left.mark.end else 0) + (ARROW if thick else 0)
    if left.x < right.x:
        start = min(start, end - LEAST)
    path = bracket(left, right) if left.x == right.x else curve(start, left.y, end, right.y)
    both = wire.source in light and wire.target in light
    return DrawnWire(wire, right.index, left.index, path, both, thick)


def _headings(drawing: Drawing, layout: Layout, words: Words, pitch: float) -> tuple[Heading, ...]:
    columns: dict[int, list[Mark]] = {}
    for mark in drawing.marks:
        columns.setdefault(mark.column, []).append(mark)
    found = []
    for number, members in sorted(columns.items()):
        title, note = heading_of(number, members, words)
        found.append(Heading(LEFT + layout.x[members[0].id] * pitch - 10, title, note, number))
    return tuple(found)
