"""Amounts of money as people write them: with spaces, points or commas, currency words and thousands or millions."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from ontology.errors import Reason, ValueProblem

MAX_DIGITS = 15
"""What a 64-bit float tells apart: more would be changed by a spreadsheet or another store."""

_SCALES = {"tkr": 3, "ksek": 3, "mkr": 6, "mnkr": 6, "msek": 6, "mdkr": 9, "mdr kr": 9, "miljoner kr": 6, "miljoner": 6}
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
_WORDS = {"kr": "", "kronor": "", ":-": "", "kr.": ""}
"""Crowns: Swedish, Danish or Norwegian, so they say no currency."""

_NUMBER = re.compile(
    r"[+-]?(?P<whole>[1-9]\d{0,2}(?P<mark>[ .,'])\d{3}(?:(?P=mark)\d{3})*|\d+)(?:(?P<point>[.,])(?P<rest>\d+))?"
)
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?e\+?\d{1,2}")


def parse_amount(text: str) -> tuple[Decimal, str | None]:
    """The amount and the currency (ISO 4217) that its own words name, if they do.

    ``18 500 000 kr``, ``1.234.567,50``, ``18500000:-``, ``18,5 MSEK`` (18500000, SEK), ``€ 1,000.50``.

    Raises:
        ValueProblem: not an amount (a percentage is none), one that can be read in two ways (``18,500``), or one of
            more than ``MAX_DIGITS`` digits.
    """
    value = re.sub(r"[\s\u00a0\u202f\u2009]+", " ", text.strip()).replace("\u2212", "-").replace("\u2019", "'")
    number, unit = _apart(value)
    scale, currency = _unit(unit, text)
    amount = _number(number, text).scaleb(scale)
    digits = amount.normalize().as_tuple()
    if max(len(digits.digits), len(digits.digits) + int(digits.exponent)) > MAX_DIGITS:
        raise ValueProblem(Reason.OUT_OF_RANGE, text, digits=str(MAX_DIGITS))
    return amount, currency


def _apart(value: str) -> tuple[str, str]:
    """(number, what stands before or after it)."""
    found = re.fullmatch(r"(?P<before>[^\d+-]*?) ?(?P<number>[+-]?\d(?:.*\d)?) ?(?P<after>\D*)", value)
    if not found or (found["before"] and found["after"]):
        return value, ""
    number, unit = found["number"], found["before"] or found["after"]
    return number, unit.strip().casefold()


def _unit(unit: str, text: str) -> tuple[int, str | None]:
    if not unit or unit in _WORDS:
        return 0, None
    if unit in _SCALES:
        return _SCALES[unit], "SEK" if "sek" in unit else None
    if unit in _SIGNS:
        return 0, _SIGNS[unit]
    if _is_currency(unit.upper()):
        return 0, unit.upper()
    raise ValueProblem(Reason.NOT_AN_AMOUNT, text)


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
