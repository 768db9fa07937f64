"""Text from outside, made safe to show: hidden characters are written out, spreadsheet cells neutralised."""

from __future__ import annotations

import re

# Overrides, embeddings and isolates reorder the text around a name; control characters hide in it.
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def shown(text: str) -> str:
    """The text with characters that would reorder or hide it written out as their code point."""
    return _HIDDEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def cell(text: str) -> str:
    """The text as a spreadsheet cell that no program takes for a formula."""
    safe = shown(text)
    return f"'{safe}" if safe.startswith(_FORMULA) else safe
