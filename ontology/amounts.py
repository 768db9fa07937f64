"""Amounts of money as people write them: with spaces, points or commas, currency words and thousands or millions."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from ontology.errors import Reason, ValueProblem

MAX_DIGITS = 15
"""What a 64-bit float tells apart: more would be changed by a spreadsheet or another store."""

_SCALES = {
    "t": 3, "k": 3, "tusen": 3, "m": 6, "mn": 6, "mio": 6, "miljon": 6, "miljoner": 6, "million": 6, "millions": 6,
    "milj": 6, "milj.": 6, "md": 9, "mdr": 9, "miljard": 9, "miljarder": 9, "bn": 9,
}  # fmt: skip
"""Powers of ten by their words; those of one letter only before a currency (5 k may be anything)."""
_CURRENCIES = {"€": "EUR", "euro": "EUR", "$": "USD", "£": "GBP"}
_EVEN = (":-", ",-")
"""No minor units: crowns, unless another currency stands before the number."""
_CROWNS = frozenset(("kr", "kr.", "kronor", "krona", *_EVEN))
CROWNS = frozenset(("SEK", "NOK", "DKK", "ISK", "CZK"))
"""What a crown may be, so that the word says no currency, and that it is no other."""

_NUMBER = re.compile(
    r"[+-]?(?P<whole>[1-9]\d{0,2}(?P<mark>[ .,'])\d{3}(?:(?P=mark)\d{3})*|\d+)(?:(?P<point>[.,])(?P<rest>\d+))?"
)
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?e\+?\d{1,2}")


def parse_amount(text: str) -> tuple[Decimal, str | None]:
    """The amount and the currency (ISO 4217) that its own words name, if they do.

    ``18 500 000 kr``, ``1.234.567,50``, ``SEK 18500000:-``, ``18,5 MSEK`` (18500000, SEK), ``€ 5 milj.``

    Raises:
        ValueProblem: not an amount (a percentage is none), one that can be read in two ways (``18,500``), or one of
            more than ``MAX_DIGITS`` digits.
    """
    number, unit = _apart(text)
    scale, currency, _ = _unit(unit, text)
    amount = _number(number, text).scaleb(scale)
    digits = amount.normalize().as_tuple()
    if max(len(digits.digits), len(digits.digits) + int(digits.exponent)) > MAX_DIGITS:
        raise ValueProblem(Reason.OUT_OF_RANGE, text, digits=str(MAX_DIGITS))
    return amount, currency


def allows(text: str, currency: str) -> bool:
    """Whether an amount's own words fit a currency: crowns are no dollars.

    Raises:
        ValueProblem: see ``parse_amount``.
    """
    _, said, crowns = _unit(_apart(text)[1], text)
    return currency in CROWNS if crowns else said in (None, currency)


def _apart(text: str) -> tuple[str, str]:
    """(number, its unit: what stands before or after it; *milj. eur* of ``EUR 5 milj.``, *sek* of ``SEK 500:-``)."""
    value = re.sub(r"[\s\u00a0\u202f\u2009]+", " ", text.strip()).replace("\u2019", "'")
    value = re.sub(r"^([+-]) ?(?=\d)", r"\1", re.sub("^[\u2212\u2013]", "-", value))
    found = re.fullmatch(r"(?P<before>[^\d+-]*?) ?(?P<number>[+-]?\d(?:.*\d)?) ?(?P<after>\D*)", value)
    if not found:
        return value, ""
    before, after = found["before"], found["after"]
    if before and after in _EVEN:
        after = ""
    return found["number"], f"{after} {before}".strip().casefold()


def _unit(unit: str, text: str) -> tuple[int, str | None, bool]:
    """(power of ten, currency, whether it is said in crowns) of the words beside a number: *mkr*, *miljoner euro*."""
    if not unit:
        return 0, None, False
    if unit in _SCALES and len(unit) > 1:
        return _SCALES[unit], None, False
    for scale, power in (("", 0), *_SCALES.items()):
        word = unit.removeprefix(scale).strip()
        whole = unit == scale + word or unit == f"{scale} {word}"
        if whole and (word in _CROWNS or (currency := _currency(word))):
            return power, None if word in _CROWNS else currency, word in _CROWNS
    raise ValueProblem(Reason.NOT_AN_AMOUNT, text)


def _currency(word: str) -> str | None:
    return _CURRENCIES.get(word) or (word.upper() if _is_currency(word.upper()) else None)


def _is_currency(code: str) -> bool:
    import pycountry

    return len(code) == 3 and pycountry.currencies.get(alpha_3=code) is not None


def _number(number: str, text: str) -> Decimal:
    if _SCIENTIFIC.fullmatch(number.casefold()):
        return Decimal(number.replace(",", "."))
    found = _NUMBER.fullmatch(number)
    if not found or (found["mark"] and found["mark"] == found["point"]):
        raise ValueProblem(Reason.NOT_AN_AMOUNT, text)
    grouped_once = found["mark"] in (".", ",") and found["whole"].count(found["mark"]) == 1 and not found["point"]
    if grouped_once:
        raise ValueProblem(Reason.AMBIGUOUS_AMOUNT, text)
    sign = "-" if number.startswith("-") else ""
    whole = re.sub(r"[ .,']", "", found["whole"])
    try:
        return Decimal(f"{sign}{whole}.{found['rest'] or 0}")
    except InvalidOperation:  # digits that Python's regular expressions know and its numbers do not
        raise ValueProblem(Reason.NOT_AN_AMOUNT, text) from None
