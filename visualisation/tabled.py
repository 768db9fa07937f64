"""Tables as a picture: columns as wide as what they hold, text on as many lines as it takes, shares as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph.answer import Answer
from visualisation.labels import text_width, wrapped
from visualisation.sentences import Teller
from visualisation.sheets import sheets
from visualisation.signs import Still
from visualisation.text import shown
from visualisation.views import Cell, Sheet, rich, view_of
from visualisation.words import Words

WIDTH = 1180.0
NARROW, ROOMY, BETWEEN = 70.0, 320.0, 16.0
"""Least width of a column, what one may take, and the room between two (px)."""
LINE, HEADING = 16.0, 40.0
CHIP, BAR = 24.0, 10.0
"""Room for a level's sign left of its name, and for the bar of a share below it."""
ROWS = 200
"""Rows drawn of a table: the files of rows have all of them."""


@dataclass(frozen=True, slots=True)
class DrawnCell:
    x: float
    width: float
    lines: tuple[str, ...]
    level: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A row of a table, or its head, with its top and height (px)."""

    y: float
    height: float
    cells: tuple[DrawnCell, ...]
    head: bool


@dataclass(frozen=True, slots=True)
class DrawnTable:
    y: float
    name: str
    count: str
    rows: tuple[DrawnRow, ...]


def tabled(answer: Answer[Any], teller: Teller) -> Still:
    """The tables of an answer, those that its page shows."""
    view, words, data = view_of(answer), teller.words, answer.data
    found = (
        sheets(answer, words)[:1]
        if data is None
        else [view.sheet(data, teller), *(sheet for sheet in view.more(data, teller) if sheet.rows)]
    )
    y, tables, said = 0.0, [], []
    for sheet in found:
        table, y = _placed(sheet, y, words)
        tables.append(table)
        if len(sheet.rows) > ROWS:
            said.append(f"{sheet.name}: {words('shown_of', shown=ROWS, total=len(sheet.rows))}")
    width = max((row.cells[-1].x + row.cells[-1].width for table in tables for row in table.rows), default=0.0)
    levels = any(cell.level for table in tables for row in table.rows for cell in row.cells)
    return Still("_still_tables.svg", {"tables": tables, "wide": width}, width, y, levels=levels, said=tuple(said))


def _text(value: Cell, words: Words) -> str:
    return shown(words.number(value) if isinstance(value, int | float) else str(value))


def _placed(sheet: Sheet, y: float, words: Words) -> tuple[DrawnTable, float]:
    lines = [sheet.header, *sheet.rows[:ROWS]]
    widths = _widths([[_text(value, words) for value in line] for line in lines])
    top, y = y, y + HEADING
    rows = []
    for line in lines:
        x, cells = 0.0, []
        for value, width in zip(line, widths, strict=True):
            one = rich(value)
            inside = width - (CHIP if one.level else 0)
            cells.append(DrawnCell(x, width, wrapped(_text(value, words), inside), one.level, one.share))
            x += width + BETWEEN
        tall = max(LINE * len(cell.lines) + (BAR if cell.share is not None else 0) for cell in cells) + 10
        rows.append(DrawnRow(y, tall, tuple(cells), head=line is sheet.header))
        y += tall
    return DrawnTable(top, shown(sheet.name), words("table.rows", n=len(sheet.rows)), tuple(rows)), y + 16


def _widths(texts: Sequence[Sequence[str]]) -> list[float]:
    """At least as wide as the widest word; what room is left goes by how wide the texts are."""
    columns = list(zip(*texts, strict=True))
    words = [max(text_width(word) for text in column for word in text.split(" ")) for column in columns]
    least = [min(ROOMY, max(NARROW, width + CHIP)) for width in words]
    wanted = [min(ROOMY, max(map(text_width, column)) + CHIP) for column in columns]
    more = [max(1.0, width - low) for width, low in zip(wanted, least, strict=True)]
    room = max(0.0, WIDTH - BETWEEN * (len(columns) - 1) - sum(least))
    return [low + room * extra / sum(more) for low, extra in zip(least, more, strict=True)]
