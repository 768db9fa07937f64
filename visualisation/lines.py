"""Lines of plain text: wrapped, headed, in columns, long lists cut and counted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from unicodedata import east_asian_width

from graph.data import LinkData
from visualisation.panel import Way
from visualisation.sentences import Teller
from visualisation.text import shown
from visualisation.words import Words

WIDTH = 110
MOST = 20
"""Longest list that is printed whole; the rest is counted."""


def wrap(text: str, indent: str = "", hang: str | None = None) -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if hang is None else hang,
        break_long_words=True,
        break_on_hyphens=False,
    )


def heading(text: str) -> list[str]:
    return ["", text, "─" * min(WIDTH, width(text))]


def width(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def columns(rows: Iterable[Sequence[str]], header: Sequence[str], most: Sequence[int]) -> list[str]:
    """Aligned columns, each at most so wide; a longer text continues on the next line of its column."""
    table = [tuple(header), *(tuple(shown(cell) for cell in row) for row in rows)]
    widths = [max(1, min(limit, max(width(row[i]) for row in table))) for i, limit in enumerate(most)]
    lines = []
    for row in table:
        cells = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
        for place in range(max(map(len, cells))):
            parts = [cell[place] if place < len(cell) else "" for cell in cells]
            lines.append("  ".join(p + " " * (w - width(p)) for p, w in zip(parts, widths, strict=True)).rstrip())
    return lines


def few(items: Sequence[str], words: Words, most: int = MOST) -> list[str]:
    lines = [line for item in items[:most] for line in wrap(item, "- ", "  ")]
    return [*lines, words("terminal.more", n=len(items) - most)] if len(items) > most else lines


def way(way: Way, words: Words) -> list[str]:
    lines = [*wrap(way.intro, "  ")]
    for place, hop in enumerate(way.hops):
        mark = f"  ← {words('path.is_weakest')}" if hop.weakest else ""
        arrow = "  " if place == 0 else "  ↑ "
        lines += wrap(hop.name + (f" ({hop.link})" if hop.link else "") + mark, arrow, "      ")
        lines += wrap(hop.evidence, "      ") if hop.evidence else []
    return [*lines, *wrap(way.weakest, "  ")]


def denied(links: Sequence[LinkData], teller: Teller) -> list[str]:
    """Links that somebody denies: shown beside, removing nothing."""
    words = teller.words
    rows = [words("denied.row", source=teller.name(k.source), target=teller.name(k.target)) for k in links]
    return [*heading(words("denied.title")), *few(rows, words)] if rows else []
