"""What a reader did to a drawing: marks hidden, tiers folded. A way through what is gone stays as one implied link."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from graph.answer import Resolution
from visualisation.drawing import Drawing, Wire, joined
from visualisation.page import Page


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Ids of marks that are ``hidden``, or ``pinned``: drawn themselves and never in a box; ``folded`` columns."""

    hidden: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    folded: tuple[int, ...] = ()


def read(page: Page) -> Arrangement:
    """The arrangement in an address: ``hide`` and ``pin`` ids, ``fold`` columns, with commas between."""
    columns = [text for text in _parts(page, "fold") if text.removeprefix("-").isdecimal()]
    return Arrangement(_parts(page, "hide"), _parts(page, "pin"), tuple(map(int, columns)))


def toggled(page: Page, name: str, value: str) -> str:
    """The address of the page with one value put to a list of it, or taken away where it stands there."""
    found = _parts(page, name)
    left = [one for one in found if one != value] if value in found else [*found, value]
    return page.url(**{name: ",".join(left) or None, "selected": None})


def _parts(page: Page, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in page.value(name).split(",") if part))


def arranged(drawing: Drawing, how: Arrangement) -> Drawing:
    """The drawing without what is hidden or folded; what hung together through it still does."""
    gone = {mark.id for mark in drawing.marks if mark.id in how.hidden or mark.column in how.folded}
    if not gone:
        return drawing
    kept = [wire for wire in drawing.wires if wire.source not in gone and wire.target not in gone]
    pairs = {(wire.source, wire.target) for wire in kept}
    through = [wire for wire in _implied(drawing, gone) if (wire.source, wire.target) not in pairs]
    marks = tuple(mark for mark in drawing.marks if mark.id not in gone)
    return replace(drawing, marks=marks, wires=tuple(sorted((*kept, *joined(through)), key=_ends)))


def _ends(wire: Wire) -> tuple[str, str]:
    return wire.source, wire.target


def _implied(drawing: Drawing, gone: set[str]) -> Iterator[Wire]:
    """From each mark that is left, through what is gone, to the next that is left; typical where any link is."""
    onward: dict[str, list[Wire]] = defaultdict(list)
    for wire in drawing.wires:
        onward[wire.source].append(wire)
    for source in sorted(onward.keys() - gone):
        seen: set[tuple[str, bool]] = set()
        waiting = [(wire.target, wire.resolution is Resolution.GENERIC) for wire in onward[source]]
        waiting = [one for one in waiting if one[0] in gone]
        while waiting:
            here = waiting.pop()
            if here in seen:
                continue
            seen.add(here)
            for wire in onward[here[0]]:
                typical = here[1] or wire.resolution is Resolution.GENERIC
                if wire.target in gone:
                    waiting.append((wire.target, typical))
                elif wire.target != source:
                    yield Wire(source, wire.target, Resolution.GENERIC if typical else Resolution.ITEM, implied=True)
