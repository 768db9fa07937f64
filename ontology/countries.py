"""Countries by code or name, as people write them in Swedish and English; by pycountry and CLDR's names (babel)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

KOSOVO = "XK"
"""No ISO code: the user-assigned one that the EU uses."""

_OTHER_CODES = {"UK": "GB", "EL": "GR", "XK": KOSOVO, "XKX": KOSOVO}
"""Codes that the EU's statistics and notices use instead of the ISO ones (Interinstitutional style guide, 7.1)."""

_SHORT = {
    "America": "US", "Britain": "GB", "Burma": "MM", "Cape Verde": "CV", "Czech Republic": "CZ", "East Timor": "TL",
    "England": "GB", "Great Britain": "GB", "Holland": "NL", "Hong Kong": "HK", "Hongkong": "HK", "Ivory Coast": "CI",
    "Kap Verde": "CV", "Macao": "MO", "Macau": "MO", "Macedonia": "MK", "Makedonien": "MK", "Palestina": "PS",
    "Palestine": "PS", "Swaziland": "SZ", "Turkey": "TR", "U K": "GB", "U S": "US", "U S A": "US", "USA": "US",
    "Vitryssland": "BY",
}  # fmt: skip
"""Names in use that neither ISO 3166 nor CLDR lists."""

_TWO_STATES = frozenset(("congo", "kongo", "korea"))
"""Names that two states bear: a guess would be wrong half the time."""


def _folded(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", bare.casefold().replace("&", " and ")).split())


def _names() -> Iterator[tuple[str, str]]:
    """(name, code), the surest last."""
    import pycountry
    from babel import Locale

    yield from _SHORT.items()
    codes = set()
    for country in pycountry.countries:
        known: Any = country
        codes.add(known.alpha_2)
        for field in ("official_name", "common_name", "name"):
            if name := getattr(known, field, None):
                yield name, known.alpha_2
    for language in ("en", "sv"):
        for code, name in Locale(language).territories.items():
            if code in codes or code == KOSOVO:
                yield name, code


@cache
def _by_name() -> dict[str, str]:
    return {_folded(name): code for name, code in _names() if _folded(name) not in _TWO_STATES}


def country_code(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country by alpha-2, alpha-3, an EU code, or its Swedish or English name.

    None where nothing fits, or where two states bear the name. ``NA`` is Namibia.
    """
    import pycountry

    value = text.strip().upper()
    if value in _OTHER_CODES:
        return _OTHER_CODES[value]
    if value.isascii() and value.isalpha() and len(value) in (2, 3):
        known = pycountry.countries
        found: Any = known.get(alpha_2=value) if len(value) == 2 else known.get(alpha_3=value)
        if found is not None:
            return str(found.alpha_2)
    return _by_name().get(_folded(text))
