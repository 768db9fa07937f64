"""Texts that stand for what is not known, in Swedish and English."""

from __future__ import annotations

_PLACEHOLDERS = frozenset((
    "-", "--", "---", ".", "..", "...", "?", "??", "???", "*", "xx", "xxx", "n/a", "n.a.", "n.a", "na", "n\\a", "#n/a",
    "nan", "null", "none", "nil", "nothing", "missing", "unknown", "tbd", "tba", "tbc", "unspecified", "undefined",
    "blank", "not known", "not available", "not applicable", "not stated", "not specified", "to be determined",
    "okänd", "okänt", "okända", "saknas", "ingen", "inget", "inga", "tom", "tomt", "vet ej", "vet inte", "ej känd",
    "ej känt", "ej angivet", "ej angiven", "ej tillämpligt", "uppgift saknas", "uppgift saknas.",
))  # fmt: skip


def is_placeholder(text: str) -> bool:
    """Whether a text stands for an identifier that is not known: ``okänt``, ``n/a``, ``-``, ``#SAKNAS!``."""
    value = " ".join(text.casefold().split())
    # How a spreadsheet writes a cell that went wrong, in any language: #REF!, #SAKNAS!, #NAMN?
    return value in _PLACEHOLDERS or (value.startswith("#") and value.endswith(("!", "?")))
