"""A drawing too large to read, made small: boxes by tier and country, each with what it holds. Nothing is left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from visualisation.drawing import Drawing, Mark, joined
from visualisation.marks import Level

LIMIT = 300
"""Most marks drawn; beyond it they are grouped by tier and country."""
SMALL_COLUMN = 12
"""A column of at most so many marks is not worth grouping."""


def grouped(
    drawing: Drawing, opened: frozenset[str] = frozenset(), limit: int = LIMIT, pinned: frozenset[str] = frozenset()
) -> Drawing:
    """The drawing with at most ``limit`` marks: large columns become boxes by country, but for those ``opened`` and the
    marks ``pinned`` (the first of them, where they are too many).

    A box's id is ``group:COLUMN:COUNTRY``; what does not fit stays in a box with its count, never left out silently.
    """
    if len(drawing.marks) <= limit:
        return drawing
    columns: dict[int, list[Mark]] = defaultdict(list)
    for mark in drawing.marks:
        columns[mark.column].append(mark)
    boxes = max(1, limit // len(columns) - 1)
    small = min(SMALL_COLUMN, boxes)
    kept: list[Mark] = []
    home: dict[str, str] = {}
    stay = {mark.id for mark in [m for m in drawing.marks if m.id in pinned][: limit // 4]}
    limit += len(stay)
    for number, every in sorted(columns.items()):
        kept.extend(mark for mark in every if mark.id in stay)
        members = [mark for mark in every if mark.id not in stay]
        if len(members) <= small:
            kept.extend(members)
            continue
        kept.extend(_boxes(number, members, boxes, home))
    for box in [mark for mark in kept if mark.id in opened]:
        place = kept.index(box)
        kept[place : place + 1] = _opened(box, columns[box.column], limit - len(kept), home)
    wires = joined(
        replace(wire, source=home.get(wire.source, wire.source), target=home.get(wire.target, wire.target))
        for wire in drawing.wires
    )
    return replace(drawing, marks=tuple(kept), wires=tuple(wire for wire in wires if wire.source != wire.target))


def _boxes(column: int, members: Sequence[Mark], most: int, home: dict[str, str]) -> list[Mark]:
    countries: dict[str, list[Mark]] = defaultdict(list)
    for mark in members:
        countries[mark.country or ""].append(mark)
    ordered = sorted(countries.items(), key=lambda item: (-len(item[1]), item[0]))
    shown = ordered if len(ordered) <= most else ordered[: most - 1]
    boxes = [_box(f"group:{column}:{country}", column, country or None, marks, home) for country, marks in shown]
    rest = [mark for _, marks in ordered[len(shown) :] for mark in marks]
    if rest:
        boxes.append(replace(_box(f"group:{column}:*", column, None, rest, home), rest=True))
    return boxes


def _box(id: str, column: int, country: str | None, marks: Sequence[Mark], home: dict[str, str]) -> Mark:
    home.update((mark.id, id) for mark in marks)
    counts = Counter(mark.level for mark in marks)
    worst = min(counts, key=list(Level).index)
    return Mark(
        id=id,
        column=column,
        node=None,
        level=worst,
        tier=marks[0].tier,
        country=country,
        size=len(marks),
        counts=counts,
    )


def _opened(box: Mark, column: Sequence[Mark], room: int, home: dict[str, str]) -> list[Mark]:
    """The members of a box, most severe first, as many as there is room for; the others stay in the box."""
    rank = list(Level).index
    members = sorted((m for m in column if home.get(m.id) == box.id), key=lambda m: (rank(m.level), m.id))
    out = members if len(members) <= room + 1 else members[: max(0, room)]
    for member in out:
        del home[member.id]
    rest = members[len(out) :]
    return [*out, replace(box, size=len(rest), counts=Counter(m.level for m in rest), rest=True)] if rest else out
