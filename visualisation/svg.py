"""From a drawing to coordinates: what the template of the tier view writes as SVG. No text is shrunk or cut here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from graph.data import Node
from graph.questions.question import ALL
from visualisation.drawing import REGION, Drawing, Mark, Wire, lit
from visualisation.labels import NAME_LINE, NARROW, ROOMY, Label, label_width, wrapped
from visualisation.layout import Layout, lay_out
from visualisation.marks import RAMP, Level, digit, level_name, reach_span
from visualisation.text import shown
from visualisation.words import Words

PITCH = 192
"""Distance between columns in px where names may fade; the browser may stretch it, never below 128."""
LEFT, TOP, RIGHT, BOTTOM = 18, 12, 12, 12
LABEL = 18
"""Where a label begins, right of the middle of its symbol."""
ARROW = 8
"""Length of the arrowhead of a thick line, before where the line begins."""
STUB = 12
"""Width of the sign that knowledge ends, after the label."""
ROOM = 42
"""Room kept free between the widest label and the next column's symbol: there, and in lanes, the links run."""
SYMBOL = 14
"""Half the width of a symbol, with the room before it."""
WHOLE = 60
"""Most marks of a drawing in which every name and line stands whole, however tall that makes it."""
FRAME = 1180
"""Room for a drawing on a page that has a greatest width."""
BETWEEN = 12
"""Room between two marks whose text stands whole."""
TWO_LINES, ONE_LINE = 42, 25
COMPACT = 45
"""A column taller than this has no second line, where names may fade."""
LANE = 10
COUNT = 80
"""Room for a group's count, right of its bar."""


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
    below: tuple[tuple[float, str], ...]
    """The same of the smaller lines below it."""
    height: float
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
    way: tuple[tuple[int, float], ...]
    """The columns (from 0) and heights that it passes, left to right: the page draws it anew where columns move."""
    back: bool
    """Risk flows to the right here: the arrow stands at the right end."""
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
    whole: bool
    """Every label stands whole at this pitch and at wider ones."""
    drawing: Drawing
    selected: str | None


def heading_of(column: int, marks: Sequence[Mark], words: Words) -> tuple[str, str]:
    """The title of a column and, below it, its commonest stage with the number of things in it."""
    count = words.number(sum(mark.stands_for or mark.size for mark in marks))
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
    if mark.title:
        return shown(mark.title)
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


def lines_of(mark: Mark, words: Words) -> tuple[str, ...]:
    """What stands below a name: how the risk reaches it, and who does it."""
    if mark.group:
        return ()
    return tuple(part for part in (reach_span(mark.reach, words), who(mark, words)) if part)


def line_of(mark: Mark, words: Words) -> str:
    return " · ".join(lines_of(mark, words))


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


def line(way: Sequence[tuple[float, float]], start: float, end: float, room: float) -> str:
    """A link from the end of the left label to the right symbol: level past labels, bent only between columns.

    Args:
        way: the middles of the columns passed and the heights there (px), left to right.
        start: where the left label ends.
        end: how far left of the last middle it ends.
        room: the width of a column's labels, right of its middle; ``static/tier.mjs`` draws the same.
    """
    (x, y), *rest = way
    parts = [f"M{start:.0f} {y:.0f}"]
    for place, (next_x, next_y) in enumerate(rest):
        here = max(start, x + room)
        there = max(here, next_x - (end if place == len(rest) - 1 else SYMBOL))
        middle = (here + there) / 2
        parts.append(f"H{here:.0f}C{middle:.0f} {y:.0f} {middle:.0f} {next_y:.0f} {there:.0f} {next_y:.0f}")
        x, y = next_x, next_y
    return "".join(parts)


def bracket(left: DrawnMark, right: DrawnMark) -> str:
    """A link within a column: outside its symbols, so that it crosses no label."""
    x = left.x - (4 if left.mark.group else 16)
    return f"M{x:.0f} {left.y:.0f}C{x - 22:.0f} {left.y:.0f} {x - 22:.0f} {right.y:.0f} {x:.0f} {right.y:.0f}"


def _labels(drawing: Drawing, words: Words, whole: bool, clip: float, two: bool) -> dict[str, Label]:
    found = {}
    for mark in drawing.marks:
        name = name_of(mark, words)
        if whole and not mark.group:
            small = [line for part in lines_of(mark, words) for line in wrapped(part, clip, 12)]
            found[mark.id] = Label(wrapped(name, clip), tuple(small))
        elif mark.title:
            found[mark.id] = Label(wrapped(name, clip + LABEL - 14), ())
        else:
            below = line_of(mark, words) if two else ""
            found[mark.id] = Label((name,), (below,) if below else ())
    return found


def picture(
    drawing: Drawing,
    words: Words,
    *,
    href: Callable[[Mark], str],
    risk: str | None = None,
    selected: str | None = None,
    chosen: frozenset[tuple[str, str]] = frozenset(),
    frame: float = FRAME,
) -> Picture:
    """Place the drawing. ``chosen`` are the (source, target) pairs of the path that is drawn thick; ``frame`` (px) is
    filled where names stand whole."""
    whole = len(drawing.marks) <= WHOLE
    clip: float = PITCH - LABEL - ROOM
    if whole:
        columns = {mark.column for mark in drawing.marks} or {0}
        shared = frame / (max(columns) - min(columns) + 1) - LABEL - ROOM
        names = [name_of(mark, words) for mark in drawing.marks if not mark.group]
        clip = label_width(names, min(ROOMY, max(NARROW, shared)))
    box = clip + LABEL
    pitch = clip + LABEL + ROOM
    tallest = max(Counter(mark.column for mark in drawing.marks).values(), default=0)
    row = TWO_LINES if tallest <= COMPACT or drawing.grouped else ONE_LINE
    labels = _labels(drawing, words, whole, clip, row == TWO_LINES)
    tall = {
        mark.id: max(26.0, labels[mark.id].height) + BETWEEN
        if whole and not mark.group
        else row + NAME_LINE * (len(labels[mark.id].lines) - 1.0)
        for mark in drawing.marks
    }
    layout = lay_out(
        [(mark.id, mark.column) for mark in drawing.marks],
        [(w.source, w.target) for w in drawing.wires],
        tall.__getitem__,
        LANE,
    )
    picked = selected if selected in labels else None
    light = lit(drawing, picked) if picked else frozenset()
    marks = []
    for index, mark in enumerate(_reading_order(drawing, layout)):
        label = labels[mark.id]
        heights = label.heights()
        marks.append(
            DrawnMark(
                mark,
                index,
                round(LEFT + layout.x[mark.id] * pitch, 1),
                round(TOP + layout.y[mark.id], 1),
                name_of(mark, words),
                tuple(zip(heights, label.lines, strict=False)),
                tuple(zip(heights[len(label.lines) :], label.below, strict=True)),
                tall[mark.id] - 4,
                spoken(mark, words, risk),
                href(mark),
                digit(mark.level),
                clipped=label.width > (box - 10 if mark.group else clip)
                and (mark.group or not whole)
                and not mark.title,
                lit=mark.id in light,
                selected=mark.id == picked,
                end=round(box) if mark.group else round(LABEL + min(clip, label.width + 4)),
                bar=bar(mark.counts, box - COUNT) if mark.group else (),
            )
        )
    by_id = {drawn.mark.id: drawn for drawn in marks}
    wires = tuple(_draw_wire(wire, by_id, layout, pitch, light, chosen) for wire in drawing.wires)
    return Picture(
        tuple(marks),
        wires,
        _headings(drawing, layout, words, pitch),
        width=LEFT + max(0, len(layout.columns) - 1) * pitch + pitch - ROOM + STUB + RIGHT,
        height=round(TOP + layout.height + BOTTOM, 1),
        pitch=pitch,
        clip=clip,
        whole=whole,
        drawing=drawing,
        selected=picked,
    )


def _reading_order(drawing: Drawing, layout: Layout) -> list[Mark]:
    by_id = {mark.id: mark for mark in drawing.marks}
    return [by_id[id] for column in layout.columns for id in column]


def _draw_wire(
    wire: Wire,
    marks: Mapping[str, DrawnMark],
    layout: Layout,
    pitch: float,
    light: frozenset[str],
    chosen: frozenset[tuple[str, str]],
) -> DrawnWire:
    """Risk flows from ``source`` to ``target``, which stands left but in a loop; lines are drawn from the left."""
    source, target = marks[wire.source], marks[wire.target]
    back = source.x < target.x
    left, right = (source, target) if back else (target, source)
    thick = (wire.source, wire.target) in chosen
    way = () if left.x == right.x else layout.way(left.mark.id, right.mark.id)
    path = bracket(left, right)
    if way:
        start = left.x + left.end + (STUB if left.mark.end else 0) + (ARROW if thick and not back else 0)
        end = (0 if right.mark.group else SYMBOL) + (ARROW if thick and back else 0)
        placed = [(LEFT + column * pitch, TOP + y) for column, y in way]
        path = line(placed, start, end, pitch - ROOM)
    both = wire.source in light and wire.target in light
    rounded = tuple((column, round(TOP + y, 1)) for column, y in way)
    return DrawnWire(wire, source.index, target.index, path, rounded, back, both, thick)


def _headings(drawing: Drawing, layout: Layout, words: Words, pitch: float) -> tuple[Heading, ...]:
    columns: dict[int, list[Mark]] = {}
    for mark in drawing.marks:
        columns.setdefault(mark.column, []).append(mark)
    found = []
    for number, members in sorted(columns.items()):
        title, note = heading_of(number, members, words)
        found.append(Heading(LEFT + layout.x[members[0].id] * pitch - 10, title, note, number))
    return tuple(found)
