"""Labels of a drawing whose text stands whole: on as many lines as it takes, in a width that fits any system font."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NARROW, ROOMY, WIDE = 122, 190, 240
"""Least width of a label whose text stands whole; what it takes where there is room; what it may take for its name."""
LINES = 3
"""The lines that a name may take before labels are made wider."""
NAME_LINE, SMALL_LINE = 16, 14
"""Heights of a line of a name and of what stands below it."""

_SIZES = ((0.3, "ijlI.,:;'|!"), (0.32, " "), (0.41, "ftr()[]-·"), (1.0, "mwMW@%—"))
_WIDTHS = {char: width for width, chars in _SIZES for char in chars}


def text_width(text: str, size: float = 13) -> float:
    """At least how wide a text is, in px, in the widest of the usual system fonts (DejaVu Sans)."""
    return size * sum(_WIDTHS.get(c, 0.78 if c.isupper() else 0.65) for c in text)


def wrapped(text: str, width: float, size: float = 13) -> tuple[str, ...]:
    """A text on as many lines as it takes, broken at spaces; a word that is wider than a line, where the line ends."""
    lines: list[str] = []
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if text_width(joined, size) <= width:
            lines[-1:] = [joined]
            continue
        rest = word
        while text_width(rest, size) > width:
            fits = max(1, sum(text_width(rest[:end], size) <= width for end in range(1, len(rest))))
            lines.append(rest[:fits])
            rest = rest[fits:]
        lines.append(rest)
    return tuple(lines)


def label_width(names: Sequence[str], least: float = NARROW) -> int:
    """The least width at which each name stands on ``LINES`` lines with its words whole, up to ``WIDE``."""
    words = [word for name in names for word in name.split(" ")]
    width = max(least, *(text_width(word) for word in words), 0)
    while width < WIDE and any(len(wrapped(name, width)) > LINES for name in names):
        width += 8
    return round(min(WIDE, width))


@dataclass(frozen=True, slots=True)
class Label:
    """The lines of a name and of what stands below it, each as it is shown."""

    lines: tuple[str, ...]
    below: tuple[str, ...]

    @property
    def height(self) -> float:
        return NAME_LINE * len(self.lines) + SMALL_LINE * len(self.below)

    @property
    def width(self) -> float:
        return max((*(text_width(t) for t in self.lines), *(text_width(t, 12) for t in self.below)))

    def heights(self) -> tuple[float, ...]:
        """The baselines of all lines, from the middle of the symbol."""
        top = -self.height / 2
        names = [top + NAME_LINE * (n + 1) - 4 for n in range(len(self.lines))]
        return *names, *(top + NAME_LINE * len(names) + SMALL_LINE * (n + 1) - 3 for n in range(len(self.below)))
