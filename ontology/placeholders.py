"""Texts that stand for what is not known, in Swedish and English."""

from __future__ import annotations

_PLACEHOLDERS = frozenset((
    "-", "--", "---", ".", "..", "...", "?", "??", "???", "*", "xx", "xxx", "n/a", "n.a.", "n.a", "na", "n\\a", "#n/a",
    "nan", "null", "none", "nil", "nothing", "missing", "unknown", "tbd", "tba", "tbc", "unspecified", "undefined",
    "blank", "not known", "not available", "not applicable", "not stated", "not specified", "to be determined",
    "okänd", "okänt", "okända", "saknas", "ingen", "inget", "inga", "tom", "tomt", "vet ej", "vet inte", "ej känd",
    "ej känt", "ej angivet", "ej angiven", "ej tillämpligt", "uppgift saknas", "ingen uppgift", "inga uppgifter",
    "ej tillgänglig", "ej tillgängligt", "ej aktuell", "ej aktuellt", "finns ej", "finns inte", "inte känd",
    "inte känt", "no data", "no information", "not disclosed", "undisclosed", "to be confirmed",
    "to be announced", "empty",
))  # fmt: skip
_UNKNOWN = frozenset(("okänd", "okänt", "okända", "unknown"))
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


def is_placeholder(text: str) -> bool:
    """Whether a text stands for an identifier that is not known: ``okänt``, ``unknown supplier``, ``n/a``, ``(-)``,
    ``#SAKNAS!``. With a number (``okänd 2``) it tells one unknown from another."""
    value = " ".join(text.casefold().translate(_DASHES).split())
    bare = value.strip("()[]<>\"' ").removesuffix(".") or value
    # How a spreadsheet writes a cell that went wrong, in any language: #REF!, #SAKNAS!, #NAMN?
    if bare in _PLACEHOLDERS or value in _PLACEHOLDERS or (value.startswith("#") and value.endswith(("!", "?"))):
        return True
    return bare.partition(" ")[0] in _UNKNOWN and not any(c.isdecimal() for c in bare)
