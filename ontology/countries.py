"""Countries by code or name, as people write them in Swedish and English and as they call themselves; by pycountry and
CLDR's names (babel)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from gettext import translation
from typing import Any

KOSOVO = "XK"
"""No ISO code: the user-assigned one that the EU uses."""

_OTHER_CODES = {"UK": "GB", "EL": "GR", "XI": "GB", "XK": KOSOVO, "XKX": KOSOVO}
"""Codes that the EU's statistics and notices use instead of the ISO ones (Interinstitutional style guide, 7.1). XI is
Northern Ireland, in VAT and customs numbers."""

_SHORT = {
    "America": "US", "Amerikas förenta stater": "US", "Bosnia": "BA", "Bosnien": "BA", "Britain": "GB",
    "Burma": "MM", "Cape Verde": "CV", "Czech Republic": "CZ", "DPRK": "KP", "DR Congo": "CD", "DR Kongo": "CD",
    "DRC": "CD", "Demokratiska republiken Kongo": "CD", "East Timor": "TL", "England": "GB",
    "Förenta staterna": "US", "Great Britain": "GB", "Holland": "NL", "Hong Kong SAR": "HK", "Hong Kong": "HK",
    "Hongkong": "HK", "Ivory Coast": "CI", "Kap Verde": "CV", "Kongo-Brazzaville": "CG", "Kongo-Kinshasa": "CD",
    "Lao PDR": "LA", "Macao": "MO", "Macau SAR": "MO", "Macau": "MO", "Macedonia": "MK", "Makedonien": "MK",
    "Nordirland": "GB", "Northern Ireland": "GB", "P R China": "CN", "PR China": "CN", "PRC": "CN",
    "Palestina": "PS", "Palestine": "PS", "ROK": "KR", "Republic of Ireland": "IE", "Republiken Irland": "IE",
    "Republiken Kongo": "CG", "Scotland": "GB", "Skottland": "GB", "Storbritannien och Nordirland": "GB",
    "Swaziland": "SZ", "Taiwan, China": "TW", "Turkey": "TR", "U A E": "AE", "U K": "GB", "U S A": "US",
    "U S": "US", "UAE": "AE", "USA": "US", "Vitryssland": "BY", "Wales": "GB",
    "Crna Gora": "ME", "Federativa republiken Brasilien": "BR", "Mexikos förenta stater": "MX",
    "Republik Indonesia": "ID", "Republiken Korea": "KR", "Schweiziska edsförbundet": "CH",
    "Socialistiska republiken Vietnam": "VN", "Россия": "RU", "한국": "KR",
}  # fmt: skip
"""Names in use that neither ISO 3166 nor CLDR lists in Swedish or English, nor ISO's translators in their own."""

_TWO_STATES = frozenset(("congo", "kongo", "korea"))
"""Names that two states bear: a guess would be wrong half the time."""


def _folded(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", bare.casefold().replace("&", " and ")).split())


_SHORTENED = {"rep": "republic", "dem": "democratic", "fed": "federated", "sts": "states", "st": "saint"}
_SMALL = frozenset(("and", "och", "of", "the"))


def _plain(folded: str) -> str:
    """A folded name with its words in full and in alphabetical order, without the small ones between: *Korea, Rep.* and
    *Republic of Korea* are one."""
    words = (_SHORTENED.get(word, word) for word in folded.split())
    return " ".join(sorted(word for word in words if word not in _SMALL))


def _own_names() -> Iterator[tuple[str, str]]:
    """(name, code) of what each country is called, formally too, in Swedish and in its own languages."""
    import pycountry
    from babel.languages import get_official_languages

    words = cache(lambda language: translation("iso3166-1", pycountry.LOCALES_DIR, [language], fallback=True).gettext)
    for country in pycountry.countries:
        for language in ("sv", *get_official_languages(country.alpha_2, regional=True, de_facto=True)):
            yield from ((words(language)(name), country.alpha_2) for name in _listed(country))


def _listed(country: Any) -> list[str]:
    found = (getattr(country, field, None) for field in ("official_name", "common_name", "name"))
    return [name for name in found if name]


def _names() -> Iterator[tuple[str, str]]:
    """(name, code), the surest last."""
    import pycountry
    from babel import Locale

    own: dict[str, set[str]] = {}
    for name, code in _own_names():
        own.setdefault(name, set()).add(code)
    yield from ((name, code) for name, found in own.items() if len(found) == 1 for code in found)
    yield from _SHORT.items()
    codes = set()
    for country in pycountry.countries:
        known: Any = country
        codes.add(known.alpha_2)
        yield from ((name, known.alpha_2) for name in _listed(known))
    for language in ("en", "sv"):
        for code, name in Locale(language).territories.items():
            if code in codes or code == KOSOVO:
                yield name, code


@cache
def _by_name() -> dict[str, str]:
    return {_folded(name): code for name, code in _names() if _folded(name) not in _TWO_STATES}


@cache
def _by_words() -> dict[str, str]:
    """The same by the words of the names, where one country alone has them."""
    found: dict[str, set[str]] = {}
    for name, code in _by_name().items():
        found.setdefault(_plain(name), set()).add(code)
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1 and name not in _TWO_STATES}


@cache
def _by_letters() -> dict[str, str]:
    """The same by their letters alone (*Syd-Korea*), where one country alone has them."""
    found: dict[str, set[str]] = {}
    for name, code in _by_name().items():
        found.setdefault(name.replace(" ", ""), set()).add(code)
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}


@cache
def _written() -> dict[str, str]:
    """Each name by what it is folded to, as it is written."""
    found: dict[str, str] = {}
    for name, _ in _names():
        found.setdefault(_folded(name), name)
    return found


def countries_near(text: str, slips: int) -> dict[str, str]:
    """Names of countries that a text is with at most so many letters wrong, missing, too many or swapped, nearest
    first, as they are written in Swedish or English, and their codes."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    if not slips:
        return {}
    near = extract(_folded(text), list(_by_name()), scorer=OSA.distance, score_cutoff=slips, limit=3)
    return {_written()[name]: _by_name()[name] for name, *_ in near}


def country_code(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country by alpha-2, alpha-3, an EU code, or its name, short or official, in Swedish, in
    English or in a language of its own (*Deutschland*, *Konungariket Sverige*); in whatever order its words stand
    (*Korea, Rep.*), and with what says the same in brackets (*Turkey (Türkiye)*).

    None where nothing fits, or where two states bear the name. ``NA`` is Namibia.
    """
    folded = _folded(text)
    named = _by_name().get(folded) or _by_words().get(_plain(folded)) or _by_letters().get(folded.replace(" ", ""))
    if found := _by_code(text.strip().upper()) or named:
        return found
    outside, bracket, inside = text.strip().removesuffix(")").partition("(")
    if bracket and (code := country_code(outside)) and country_code(inside) == code:
        return code
    return None


def _by_code(value: str) -> str | None:
    import pycountry

    if value in _OTHER_CODES:
        return _OTHER_CODES[value]
    if not (value.isascii() and value.isalpha() and len(value) in (2, 3)):
        return None
    known = pycountry.countries
    found: Any = known.get(alpha_2=value) if len(value) == 2 else known.get(alpha_3=value)
    return None if found is None else str(found.alpha_2)
