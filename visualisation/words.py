"""Words: what a reader sees, in Swedish and English. Texts stand in ``strings/``, numbers and countries in Babel."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import get_args

from babel import Locale
from babel.core import UnknownLocaleError
from babel.numbers import format_decimal, format_percent

import ontology.links  # noqa: F401  (declares nodes and links)
from graph.answer import Basis, Links, Resolution
from graph.snapshot.sayings import POLARITY
from ontology.errors import DeclarationError, InputError, Reason
from ontology.model import LINKS, NODES, Property
from ontology.values import SCHEMES
from ontology.vocabulary import Term, vocabulary, vocabulary_names

LANGUAGES = ("sv", "en")
FEW = 25
"""Terms of a vocabulary that are all named where none is near."""
Text = str | Mapping[str, str]


@cache
def catalogue(lang: str) -> Mapping[str, Text]:
    """Every text of a language by its key; one with a count is a mapping of its forms ``one`` and ``other``.

    Raises:
        InputError: a language that is not spoken here.
    """
    if lang not in LANGUAGES:
        raise InputError(f"There is no language {lang!r}.", remedy="Choose sv or en.")
    texts: dict[str, Text] = json.loads((files("visualisation") / "strings" / f"{lang}.json").read_text("utf-8"))
    return texts


def _significant(value: float) -> str:
    """A Babel pattern with two significant decimals for a number in (0, 1)."""
    decimals = 2
    while decimals < 6 and round(value, decimals) < 10 ** (1 - decimals):
        decimals += 1
    return "0." + "0" * decimals


class Words:
    """The words of one language. ``w("key", n=3)`` fills a text; the methods name codes, numbers and days."""

    def __init__(self, lang: str) -> None:
        self._texts = catalogue(lang)
        self.lang = lang
        self.locale = Locale.parse("sv_SE" if lang == "sv" else "en_GB")

    def __call__(self, key: str, /, **values: object) -> str:
        """The text with its blanks filled: numbers and days are written as the language writes them.

        Raises:
            DeclarationError: there is no such text.
        """
        text = self._texts.get(key)
        if text is None:
            raise DeclarationError(f"There is no text {key!r} in {self.lang}.")
        if not isinstance(text, str):
            text = text["one" if values.get("n") == 1 else "other"]
        return text.format(**{name: self._value(value) for name, value in values.items()})

    def each(self, group: str, *names: str) -> tuple[str, ...]:
        """The texts of several names of one group, as the headings of a table."""
        return tuple(self(f"{group}.{name}") for name in names)

    def has(self, key: str) -> bool:
        return key in self._texts

    def _value(self, value: object) -> str:
        if isinstance(value, (int, Decimal, float)) and not isinstance(value, bool):
            return self.number(value)
        if isinstance(value, (date, datetime)):
            return self.day(value)
        return str(value)

    # -- numbers and days -------------------------------------------------------------------------------------
    def number(self, value: float | Decimal) -> str:
        return str(format_decimal(value, locale=self.locale))

    def probability(self, value: float) -> str:
        """A number in [0, 1] with two significant decimals; what is nearly 0 or 1 never reads as 0 or 1."""
        if value in (0, 1):
            return self.number(int(value))
        if value > 0.995:
            return ">" + self.number(Decimal("0.99"))
        if value < 0.0001:
            return "<" + str(format_decimal(Decimal("0.0001"), "0.0000", locale=self.locale))
        return str(format_decimal(value, _significant(value), locale=self.locale))

    def share(self, n: int, total: int) -> str:
        """``3 av 12 (25 %)``; what is nearly none or nearly all never reads as that; of none in all, no share."""
        if not total:
            return self("n_of", n=n, total=total)
        percent = min(max(round(100 * n / total), 1 if n else 0), 100 if n == total else 99)
        sign = "<" if 0 < 100 * n < total else ">" if 99 * total < 100 * n < 100 * total else ""
        return self("share", n=n, total=total, percent=sign + format_percent(percent / 100, locale=self.locale))

    def interval(self, low: float, upper: float) -> str:
        """``0,35–0,60``; one number where both ends read the same."""
        ends = dict.fromkeys((self.probability(low), self.probability(upper)))
        return "–".join(ends)

    def day(self, value: date | datetime | None) -> str:
        """ISO day; an absent one is said to be unknown."""
        if value is None:
            return self("unknown_date")
        return value.date().isoformat() if isinstance(value, datetime) else value.isoformat()

    def period(self, start: date | None, end: date | None) -> str:
        """Both days included: a stored period is [from, to), so its last day is the one before ``end``."""
        if start is None and end is None:
            return self("period.unknown")
        first = self.day(start) if start else self("period.no_start")
        return f"{first}–{self.last_day(end)}"

    def last_day(self, end: date | None) -> date | str:
        return end - timedelta(days=1) if end else self("period.no_end")

    def moment(self, value: datetime) -> str:
        """ISO day and time to the minute, with its zone."""
        return value.strftime("%Y-%m-%d %H:%M %Z").strip()

    # -- names of codes ---------------------------------------------------------------------------------------
    def country(self, code: str | None) -> str:
        if not code:
            return self("country_unknown")
        return str(self.locale.territories.get(code.partition("-")[0].upper(), code))

    def node_type(self, name: str, *, plural: bool = False) -> str:
        declared = NODES.get(name)
        if declared is None:
            return name
        return (declared.plural if plural else declared.label).get(self.lang)

    def link_type(self, name: str) -> str:
        declared = LINKS.get(name)
        return declared.label.get(self.lang) if declared else name

    def table(self, name: str) -> str:
        """A table of a source: a type's sheet in the workbook, one of a loader's own, or a file."""
        if name in NODES:
            return self.node_type(name, plural=True)
        known = f"table.{name or 'file'}"
        return self(known) if self.has(known) else self.link_type(name)

    def property(self, type: str, name: str) -> str:
        """The label of a property; of a link type, or of whether a thing is so, where sources differ about that."""
        if name in LINKS:
            return self.link_type(name)
        if name == POLARITY:
            return self("conflict.polarity")
        declared = NODES[type].properties.get(name) if type in NODES else None
        return declared.label.get(self.lang) if declared else name

    def entry(self, of: str, id: str | None) -> Term | None:
        terms = vocabulary(of)
        return terms[id] if id is not None and id in terms else None

    def term(self, of: str, id: str | None) -> str:
        """The label of a vocabulary's term; an absent one is unknown, one that we lack reads as its id."""
        if id is None or id == "":
            return self("unknown")
        found = self.entry(of, id)
        return found.label.get(self.lang) if found else id

    def risk(self, id: str | None) -> str:
        return self("risk_none") if not id else self.term("risk-types", id)

    def severity(self, level: int | None) -> str:
        return self("severity_unknown") if level is None else self.term("severity", str(level))

    def resolution(self, code: Resolution | str) -> str:
        return self.term("resolutions", str(code))

    def basis(self, code: Basis | str) -> str:
        return self(f"basis.{code}")

    def links(self, code: Links | str) -> str:
        return self(f"links.{str(code).replace('+', '_')}")

    def key(self, key: str) -> str:
        """``organisationsnummer 2321000131`` for ``se-orgnr:2321000131``."""
        scheme, _, value = key.partition(":")
        known = SCHEMES.get(scheme)
        return f"{known.label.get(self.lang)} {value}" if known else key

    def coded(self, key: str) -> str | None:
        """The name of what a key stands for in itself: a country, a part of one, or a term of ours; None where it names
        nothing."""
        scheme, _, value = key.partition(":")
        if scheme == "iso3166-1":
            return self.locale.territories.get(value.upper())
        if scheme == "iso3166-2":
            return _subdivision(value)
        found = self.entry(_TERMS[scheme], value) if scheme in _TERMS else None
        return found.label.get(self.lang) if found else None

    def scheme(self, name: str) -> str:
        """What a scheme is called, if it is one of ours."""
        return SCHEMES[name].label.get(self.lang) if name in SCHEMES else name

    def currency(self, code: str) -> str:
        """A currency's name beside its code."""
        name = self.locale.currencies.get(code)
        return f"{name} ({code})" if name else code

    def value(self, value: object) -> str:
        """A property's value as a reader expects it."""
        if isinstance(value, bool):
            return self("yes" if value else "no")
        if isinstance(value, (list, tuple)):
            return ", ".join(self.value(item) for item in value)
        if isinstance(value, (int, float, Decimal)):
            return self.number(value)
        return self("unknown") if value is None else str(value)

    def said(self, type: str, name: str, value: object) -> str:
        """A property's value, by its vocabulary's label where it has one."""
        if name in LINKS or name == POLARITY:
            return self(f"conflict.{value}")
        if name in ("scheme", "currency") and isinstance(value, str):
            return self.scheme(value) if name == "scheme" else self.currency(value)
        declared = NODES[type].properties.get(name) if type in NODES else None
        if declared is not None and name == "severity":  # a number, whose levels have names
            return self.term("severity", None if value is None else str(value))
        if declared is None or declared.vocabulary is None:
            return self.value(_as_number(declared, value))
        items = value if isinstance(value, (list, tuple)) else (value,)
        return ", ".join(self.term(declared.vocabulary, str(item)) for item in items)

    # -- rejects and errors -----------------------------------------------------------------------------------
    def reason(self, reason: Reason | str, parameters: Mapping[str, str]) -> str:
        """Why a value was rejected, with what of its parameters says more: ``Outside the limits (at most 4)``."""
        known = self._parameters(parameters)
        told = [self(f"parameter.{name}", value=text) for name, text in known.items() if self.has(f"parameter.{name}")]
        return self._fitting(f"reason.{reason}", known) + (f" ({'; '.join(told)})" if told else "")

    def remedy(self, reason: Reason | str, parameters: Mapping[str, str]) -> str:
        """What to do about it: the text for the first parameter that has one of its own, else the general one."""
        return self._fitting(f"remedy.{reason}", self._parameters(parameters))

    def _fitting(self, key: str, known: Mapping[str, str]) -> str:
        return self(next((own for name in known if self.has(own := f"{key}.{name}")), key), **known)

    def _parameters(self, parameters: Mapping[str, str]) -> dict[str, str]:
        """The parameters that are given, in words: types, links, schemes and terms by their labels."""
        known = {name: text for name, text in parameters.items() if text}
        for name, text in known.items():
            if name in ("types", "ends"):
                known[name] = re.sub(r"\w+", lambda word: self.node_type(word[0]), text)
            elif name == "sheets":
                known[name] = " / ".join(map(self.table, text.split(", ")))
            elif name in ("ge", "gt", "le", "lt"):
                known[name] = self.number(Decimal(text).normalize())
            elif name == "link":
                known[name] = self.link_type(text)
            elif name == "scheme":
                known[name] = self.scheme(text)
        return known | self._choices(known.get("vocabulary", ""), known.get("nearest", ""))

    def _choices(self, of: str, nearest: str) -> dict[str, str]:
        """What may stand in the place of a value that its vocabulary does not have: the nearest, else all of a few."""
        if of not in vocabulary_names():
            return {}
        if nearest:
            return {"nearest": ", ".join(self.term(of, id_) for id_ in nearest.split(", "))}
        labels = [term.label.get(self.lang) for term in vocabulary(of).terms.values()]
        return {"one_of": ", ".join(labels)} if len(labels) <= FEW else {}

    def collation(self, text: str) -> str:
        """A key that sorts å, ä, ö last in Swedish and beside a and o in English."""
        folded = text.casefold()
        if self.lang == "sv":
            return folded.translate(str.maketrans("åäö", "{|}"))
        return folded.translate(str.maketrans("åäö", "aao"))


_TERMS = {"risk": "risk-types", "area": "areas", "own": "categories"}
"""Schemes whose values are the terms of a vocabulary."""


def _subdivision(code: str) -> str | None:
    import pycountry

    found = pycountry.subdivisions.get(code=code)  # type: ignore[no-untyped-call]
    return None if found is None else str(found.name)


def _as_number(declared: Property | None, value: object) -> object:
    """A number that came as text, where the property is one."""
    kinds = {declared.annotation, *get_args(declared.annotation)} if declared else set()
    if isinstance(value, str) and kinds & {int, float, Decimal}:
        with suppress(InvalidOperation):
            return Decimal(value)
    return value


def language_name(lang: str) -> str:
    """A language's own name for itself.

    Raises:
        InputError: not a language.
    """
    try:
        return str(Locale.parse(lang).get_display_name() or lang).capitalize()
    except UnknownLocaleError:
        raise InputError(f"There is no language {lang!r}.", remedy="Choose sv or en.") from None
