"""An answer as one SVG that stands alone: the drawing that its page shows, whole, with what it comes to, what is not
known, the legend, both clocks, what was asked and what is cut. It is light, whatever the screen is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

from graph.answer import Answer
from visualisation.grouping import grouped
from visualisation.labels import text_width, wrapped
from visualisation.marks import RAMP, Level, level_name
from visualisation.pages import environment, static_files
from visualisation.sentences import Teller
from visualisation.sheets import stamp
from visualisation.signs import Still, chain
from visualisation.svg import picture
from visualisation.tabled import tabled
from visualisation.text import shown
from visualisation.views import Headline, View, view_of
from visualisation.words import Words

MARGIN, LEAST = 20.0, 900.0
"""Room around, and the least width of what stands inside it (px)."""
SIZES = {"title": (20.0, 28.0), "figure": (16.0, 24.0), "strong": (13.0, 20.0), "": (13.0, 18.0), "soft": (12.0, 17.0)}
"""Size of a text and height of its line, by its class (px)."""
SIGN, SIGN_LINE = 26.0, 30.0
"""Half the room of a sign with its gap, and the height of a line of them."""
STATIC = Path(static_files())


@dataclass(frozen=True, slots=True)
class Line:
    y: float
    kind: str
    size: float
    text: str


class _Column:
    """Texts and what stands between them, from the top down."""

    def __init__(self, width: float) -> None:
        self.width, self.y = width, MARGIN
        self.lines: list[Line] = []

    def write(self, kind: str, texts: Iterable[str]) -> None:
        size, tall = SIZES[kind]
        for text in texts:
            for part in wrapped(shown(text), self.width, size):
                self.lines.append(Line(self.y + size, kind, size, part))
                self.y += tall

    def signs(self, listed: Sequence[tuple[str, str]]) -> list[tuple[float, float, str, str]]:
        """(x, y, sign, text) of each, as many on a line as it holds."""
        found, x = [], 0.0
        for name, text in listed:
            wide = 2 * SIGN + text_width(text) + 8
            if x and x + wide > self.width:
                x, self.y = 0.0, self.y + SIGN_LINE
            found.append((x + SIGN - 4, self.y + SIGN_LINE / 2, name, text))
            x += wide
        self.y += SIGN_LINE if listed else 0
        return found


def still_svg(answer: Answer[Any], words: Words) -> bytes:
    """The file. The same answer gives the same bytes."""
    view, teller, data = view_of(answer), Teller(answer, words), answer.data
    drawn = _drawn(answer, view, teller)
    column = _Column(max(drawn.width, LEAST))
    if answer.demonstration:
        column.write("strong", [words("app.demonstration")])
    column.write("title", [words("not_in_graph.title") if data is None else view.title(data, teller)])
    if data is not None:
        _first(column, view, data, teller)
    column.y += 14
    top, column.y = column.y, column.y + drawn.height + 10
    listed = [(level, level_name(level, words)) for level in RAMP] if drawn.levels else []
    signs = column.signs([*listed, *((name, words(key)) for name, key in drawn.signs)])
    column.y += 6
    column.write("strong", drawn.said)
    told = [f"{name}: {value}" for name, value in stamp(answer, words) if value != words("app.demonstration")]
    column.write("soft", [" · ".join(told), f"{words('picture.asked')}: {answer.question}", words("app.no_deviation")])
    values = drawn.values | {
        "w": words,
        "style": _style(),
        "margin": MARGIN,
        "width": ceil(column.width + 2 * MARGIN),
        "height": ceil(column.y + MARGIN),
        "top": top,
        "title": column.lines[0].text,
        "lines": column.lines,
        "signs": signs,
        "still": drawn,
    }
    return environment().get_template("picture.svg").render(values).encode()


def _first(column: _Column, view: View, data: Any, teller: Teller) -> None:
    """What it comes to, what is not known and whom to ask."""
    headline = view.headline(data, teller) if view.headline else Headline(())
    if risk := getattr(data, "risk", None):
        column.write("figure", [f"{teller.words('risk')}: {teller.words.risk(risk)}"])
    for number, (figure, what) in enumerate(headline.figures):
        column.write("figure" if number == 0 else "", [f"{figure} {what}"])
    column.write("", [headline.note] if headline.note else [])
    column.y += 6
    column.write("strong", [teller.words("unknown.heading")])
    column.write("", [f"? {text}" for text in (*teller.unknown(), headline.ask) if text])


def _drawn(answer: Answer[Any], view: View, teller: Teller) -> Still:
    """As the view draws it, else its marks and wires, else its tables."""
    if answer.data is not None and view.still is not None and (found := view.still(answer, teller)):
        return found
    if answer.data is not None and view.drawing is not None and (whole := view.drawing(answer.data)).marks:
        small = grouped(whole)
        placed = picture(small, teller.words, href=lambda _: "", risk=getattr(answer.data, "risk", None))
        said = teller.words("tier.shown", shown=small.shown, total=small.total)
        boxes = f" {teller.words('tier.in_boxes')}" if small.grouped else ""
        return chain(placed, levels=any(mark.level != Level.NO_RISK for mark in small.marks), said=said + boxes)
    return tabled(answer, teller)


@cache
def _style() -> str:
    """The rules of what is drawn, each colour as it is on light ground: not every program knows a style's variables."""
    tokens = re.search(r":root \{(.*?)\}", (STATIC / "kedja.css").read_text(encoding="utf-8"), re.DOTALL)
    assert tokens is not None
    known = dict(re.findall(r"(--[\w-]+): ([^;]+);", tokens[1]))
    rules = (STATIC / "drawing.css").read_text(encoding="utf-8")
    return re.sub(r"var\((--[\w-]+)\)", lambda found: known[found[1]], rules)
