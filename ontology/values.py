"""Values with behaviour: identifiers, days, shares and yes/no, parsed by libraries where they know better.

A **key** is ``scheme:value``, for instance ``se-orgnr:2321000131`` or ``cpv:33141420``. Every parser takes the raw
text and gives the normal form, or raises ``ValueProblem`` with a reason; the raw text is kept by the caller.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any

from ontology.countries import country_code
from ontology.errors import Reason, ValueProblem
from ontology.label import Label
from ontology.placeholders import is_placeholder

MAX_KEY = 200
_LEI = 20


@dataclass(frozen=True, slots=True)
class Scheme:
    """An identifier scheme. A *strong* one identifies: two records that share such a key are the same thing.

    ``identifies`` are the node types that it has numbers for; none where it is anybody's. An *own* one is what a source
    calls its things itself.
    """

    name: str
    label: Label
    parse: Callable[[str], str]
    strong: bool = True
    example: str = ""
    identifies: tuple[str, ...] = ()
    own: bool = False


def _digits(text: str) -> str:
    return re.sub("[\\s.+\u2010-\u2013\u2212-]", "", text)


def _orgnr(text: str) -> str:
    from stdnum.exceptions import ValidationError
    from stdnum.se import orgnr

    digits = _digits(text)
    century = digits[:2] if len(digits) == 12 else ""
    if century in ("16", "18", "19", "20"):  # 16 stands before an organisation's, the others before a person's
        digits = digits[2:]
    try:
        number = orgnr.validate(digits)
    except ValidationError:
        raise ValueProblem(Reason.BAD_IDENTIFIER, text, scheme="se-orgnr") from None
    if is_personal_number(number):
        raise ValueProblem(Reason.PERSONAL_NUMBER, "***")
    if century not in ("", "16"):
        raise ValueProblem(Reason.BAD_IDENTIFIER, text, scheme="se-orgnr")
    return str(number)


def is_personal_number(text: str) -> bool:
    """Whether a Swedish number is a natural person's, also within other text: the organisation number of a sole trader
    is a personal number, whose third digit is 0 or 1, and its VAT number has ``01`` after that."""
    runs = re.findall(r"(SE)?([0-9]+)", _digits(text).upper())
    return any(number[2] in "01" for vat, run in runs for number in _ten(run, bool(vat)))


def _ten(run: str, vat: bool) -> Iterator[str]:
    """The organisation numbers that a run of digits may be, or may be made of."""
    has_01 = len(run) == len("556000000001") and run.endswith("01")
    if has_01:
        yield run[:10]
    # An organisation's has 16 before it, a person's its century; 00 is no month.
    before = run[:2] == "16" or (run[:2] in ("18", "19", "20") and run[4:6] != "00")
    if len(run) >= 10 and not (has_01 and (vat or not before)):
        yield run[-10:]


def _stdnum(module: str, scheme: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        from importlib import import_module

        from stdnum.exceptions import ValidationError

        try:
            number = str(import_module(f"stdnum.{module}").validate(text))
        except ValidationError:
            raise ValueProblem(Reason.BAD_IDENTIFIER, text, scheme=scheme) from None
        if not number.strip("0"):  # its check digit is right, and it is nobody's
            raise ValueProblem(Reason.BAD_IDENTIFIER, text, scheme=scheme)
        return number

    return parse


def _vat(text: str) -> str:
    number = _stdnum("eu.vat", "vat")(text)
    if number.startswith("SE") and is_personal_number(number[2:12]):
        raise ValueProblem(Reason.PERSONAL_NUMBER, "***")
    return number


def _of_length(length: int, module: str, scheme: str) -> Callable[[str], str]:
    """For what stdnum does not measure: it checks a LEI's remainder only, and takes ``1`` for one."""
    parse_any = _stdnum(module, scheme)

    def parse(text: str) -> str:
        number = parse_any(text)
        if len(number) != length:
            raise ValueProblem(Reason.BAD_IDENTIFIER, text, scheme=scheme)
        return number

    return parse


_LETTERS = {ord(letter): str(int(letter, 36)) for letter in string.ascii_uppercase}


def _lei(text: str) -> str:
    """What is written as an LEI is, is checked here: files have millions, and stdnum takes ten times as long."""
    if len(text) == _LEI and text.isascii() and text.isalnum() and text.isupper():
        if int(text.translate(_LETTERS)) % 97 == 1:
            return text
        raise ValueProblem(Reason.BAD_IDENTIFIER, text, scheme="lei")
    return _of_length(_LEI, "lei", "lei")(text)


def _pattern(pattern: str, scheme: str, upper: bool = False) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def parse(text: str) -> str:
        value = re.sub(r"[\s.]", "", text)
        value = value.upper() if upper else value
        found = compiled.fullmatch(value)
        if not found:
            raise ValueProblem(Reason.BAD_IDENTIFIER, text, scheme=scheme)
        return found.group(1)

    return parse


def _country(text: str) -> str:
    code = country_code(text)
    if code is None:
        raise ValueProblem(Reason.UNKNOWN_COUNTRY, text)
    return code


def _subdivision(text: str) -> str:
    import pycountry

    value = text.strip().upper()
    subdivisions: Any = pycountry.subdivisions
    if subdivisions.get(code=value) is None:
        raise ValueProblem(Reason.BAD_IDENTIFIER, text, scheme="iso3166-2")
    return value


_CONTROL = re.compile(r"[\x00-\x1f]")


def _free(text: str) -> str:
    value = " ".join(text.split())
    if not value or len(value) > MAX_KEY or _CONTROL.search(value):
        raise ValueProblem(Reason.NOT_UNDERSTOOD, text[:80], detail="identifier")
    if is_placeholder(value):
        raise ValueProblem(Reason.PLACEHOLDER, text)
    return value


def _risk(text: str) -> str:
    from ontology.vocabulary import vocabulary

    terms = vocabulary("risk-types")
    if (found := terms.find(text)) is None:
        raise ValueProblem(Reason.NOT_IN_VOCABULARY, text, vocabulary="risk-types", nearest=terms.nearest(text))
    return found


_ORGANISATION = ("Organisation",)
_SITE = ("Site",)
_PRODUCT = ("Product",)
_CATEGORY = ("Category",)
_PLACE = ("Place",)
_RISK_TYPE = ("RiskType",)
_SCHEMES = (
    Scheme(
        "se-orgnr",
        Label("organisationsnummer", "Swedish organisation number"),
        _orgnr,
        example="2321000131",
        identifies=_ORGANISATION,
    ),
    Scheme("vat", Label("momsnummer", "EU VAT number"), _vat, example="SE556703748501", identifies=_ORGANISATION),
    Scheme(
        "gb-coh",
        Label("brittiskt bolagsnummer", "UK company number"),
        _pattern(r"([A-Z]{2}[0-9]{6}|[0-9]{8})", "gb-coh", upper=True),
        example="03794455",
        identifies=_ORGANISATION,
    ),
    Scheme(
        "lei",
        Label("LEI", "LEI"),
        _lei,
        example="213800KUD8LAJWSQ9D15",
        identifies=_ORGANISATION,
    ),
    Scheme(
        "gln",
        Label("GLN", "GLN"),
        _of_length(13, "ean", "gln"),
        example="7350053850019",
        identifies=(*_ORGANISATION, *_SITE),
    ),
    Scheme("gtin", Label("GTIN", "GTIN"), _stdnum("ean", "gtin"), example="73513537", identifies=_PRODUCT),
    Scheme("cpv", Label("CPV", "CPV"), _pattern(r"(\d{8})(?:-\d)?", "cpv"), example="33141420", identifies=_CATEGORY),
    Scheme("hs", Label("HS", "HS"), _pattern(r"(\d{2}|\d{4}|\d{6})", "hs"), example="401511", identifies=_CATEGORY),
    Scheme(
        "atc",
        Label("ATC", "ATC"),
        _pattern(r"([A-Z](?:\d{2}(?:[A-Z](?:[A-Z](?:\d{2})?)?)?)?)", "atc", True),
        example="J01MA02",
        identifies=_CATEGORY,
    ),
    Scheme(
        "unspsc", Label("UNSPSC", "UNSPSC"), _pattern(r"(\d{8})", "unspsc"), example="42132203", identifies=_CATEGORY
    ),
    Scheme("iso3166-1", Label("landskod", "country code"), _country, example="MY", identifies=_PLACE),
    Scheme(
        "iso3166-2", Label("kod för landsdel", "subdivision code"), _subdivision, example="CN-XJ", identifies=_PLACE
    ),
    Scheme(
        "os-id",
        Label("OS ID", "OS ID"),
        _pattern(r"([A-Z]{2}\d{7}[A-Z0-9]{6})", "os-id", True),
        example="MY2021250D1DTN7",
        identifies=_SITE,
    ),
    Scheme(
        "npl-id",
        Label("NPL-id", "NPL id"),
        _pattern(r"(\d{14})", "npl-id"),
        example="20041203000014",
        identifies=_PRODUCT,
    ),
    Scheme(
        "srn",
        Label("SRN", "SRN"),
        _pattern(r"([A-Z]{2}-[A-Z]{2}-\d{9})", "srn", True),
        example="DE-MF-000012345",
        identifies=_ORGANISATION,
    ),
    Scheme(
        "emdn",
        Label("EMDN", "EMDN"),
        _pattern(r"([A-Z](?:\d{2}){0,6})", "emdn", True),
        example="T010202",
        identifies=_CATEGORY,
    ),
    Scheme("udi-di", Label("UDI-DI", "UDI-DI"), _free, example="07350053850019", identifies=_PRODUCT),
    Scheme("dol", Label("vara på DoL:s lista", "good on the DoL list"), _free, example="cotton", identifies=_CATEGORY),
    Scheme("risk", Label("risktyp", "risk type"), _risk, example="forced-labour", identifies=_RISK_TYPE),
    Scheme("area", Label("upphandlingsregion", "cooperation area"), _free, example="F", identifies=_ORGANISATION),
    Scheme("own", Label("egen kategori", "own category"), _free, example="gloves", identifies=_CATEGORY),
    Scheme("place", Label("plats", "place"), _free, example="sialkot", identifies=_PLACE),
    Scheme("ref", Label("referensdata", "reference data"), _free, example="uhm-textil-raw-material"),
    Scheme("ocds", Label("OCDS-id", "OCDS id"), _free, example="ocds-213czf-000-00001"),
    Scheme("se-stat", Label("rad i statistiken", "row of the statistics"), _free, example="123456"),
    Scheme("eforms", Label("del av en eForms-annons", "part of an eForms notice"), _free, example="7871f23f/LOT-0001"),
    Scheme("local", Label("eget id", "own id"), _free, example="K-17", own=True),
    Scheme("demo", Label("demonstration", "demonstration"), _free, example="site-klang-4"),
)
SCHEMES = {scheme.name: scheme for scheme in _SCHEMES}


def is_own_key(key: str) -> bool:
    """Whether a key is an id that a source gives itself, so that two publishers may give it to two things."""
    scheme = SCHEMES.get(key.partition(":")[0])
    return scheme is not None and scheme.own


@lru_cache(maxsize=65_536)  # a file says the same buyer on many rows
def make_key(scheme: str, value: str) -> str:
    """``scheme:value`` in its normal form.

    Raises:
        ValueProblem: unknown scheme, or a value that the scheme refuses.
    """
    if scheme not in SCHEMES:
        raise ValueProblem(Reason.UNKNOWN_SCHEME, scheme, schemes=", ".join(sorted(SCHEMES)))
    return f"{scheme}:{SCHEMES[scheme].parse(value)}"


def parse_key(text: str) -> str:
    """Read ``scheme:value``; see ``make_key``."""
    scheme, colon, value = text.strip().partition(":")
    if not colon:
        raise ValueProblem(Reason.UNKNOWN_SCHEME, text, schemes=", ".join(sorted(SCHEMES)))
    try:
        return make_key(scheme.strip().lower(), value.strip())
    except ValueProblem as problem:
        if problem.value:
            raise
        raise ValueProblem(problem.reason, text, **problem.parameters) from None


GUESSES = ("se-orgnr", "lei", "gln", "gtin", "cpv", "vat", "iso3166-1", "iso3166-2", "os-id", "srn")


def _fitting(text: str, schemes: Iterable[str]) -> Iterator[str]:
    for scheme in schemes:
        try:
            yield make_key(scheme, text)
        except ValueProblem:
            continue


def implied_keys(key: str) -> tuple[str, ...]:
    """What a key says besides: a Swedish VAT number holds the organisation number."""
    value = key.removeprefix("vat:SE")
    return () if value == key else tuple(_fitting(value[:10], ["se-orgnr"]))


def guess_keys(text: str) -> tuple[str, ...]:
    """The keys that an identifier may be, with its scheme or without; empty when it fits none."""
    scheme, colon, value = text.strip().partition(":")
    found = _fitting(value, [scheme.strip().lower()]) if colon else _fitting(text, GUESSES)
    return tuple(dict.fromkeys(key for known in found for key in (known, *implied_keys(known))))


_BARE = ("se-orgnr", "vat", "lei", "gln", "gtin", "cpv", "os-id", "srn", "iso3166-1", "iso3166-2")
"""Schemes known without their name, where the type fits: by check digits, a form of their own, or a country's name."""
_SHORTEST_GTIN = 12
"""Of a shorter number one in ten has a right check digit by chance, and article numbers of one's own are as short."""
_CPV_WEIGHTS = (3, 7, 1) * 3
"""Of a CPV code's eight digits, by which its check digit is their sum modulo ten."""


def _is_bare(scheme: str, text: str) -> bool:
    """Whether a text that a scheme takes can be told without the scheme's name."""
    digits = [int(c) for c in text if c.isdecimal()]
    if scheme == "gtin":
        return len(digits) >= _SHORTEST_GTIN
    if scheme == "cpv":  # with its check digit; eight digits alone are as well a customs code
        sum_ = sum(digit * weight for digit, weight in zip(digits[:8], _CPV_WEIGHTS, strict=False))
        return digits[8:] == [sum_ % 10]
    return True


def bare_keys(text: str, types: Collection[str]) -> tuple[str, ...]:
    """The keys that a text without a scheme may be where a thing of one of ``types`` is meant; one is no guess."""
    fitting = (name for name in _BARE if set(SCHEMES[name].identifies) & set(types))
    found = tuple(_fitting(text, (name for name in fitting if _is_bare(name, text))))
    return (*found, *_fitting(text, ["risk"])) if set(_RISK_TYPE) & set(types) else found


def parse_number(text: str) -> Decimal:
    """A number written the Swedish or the English way: ``1 234,5``, ``1,234.5``, ``-3``, ``12 %`` (0.12)."""
    value = re.sub(r"[\s\u00a0\u202f']", "", text).replace("\u2212", "-")
    percent = value.endswith("%")
    value = value.removesuffix("%")
    if "_" in value:  # a number in Python, and nowhere else
        raise ValueProblem(Reason.NOT_A_NUMBER, text)
    if "," in value and "." in value:
        thousands = "," if value.rfind(".") > value.rfind(",") else "."
        value = value.replace(thousands, "")
    value = value.replace(",", ".")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueProblem(Reason.NOT_A_NUMBER, text) from None
    if not number.is_finite():
        raise ValueProblem(Reason.NOT_A_NUMBER, text)
    return number / 100 if percent else number


_TRUE = frozenset(("yes", "ja", "true", "sant", "1", "y", "j", "x"))
_FALSE = frozenset(("no", "nej", "false", "falskt", "0", "n"))


def parse_bool(text: str) -> bool:
    value = text.strip().casefold()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ValueProblem(Reason.NOT_A_BOOLEAN, text)


YEARS = range(1900, 2201)
"""Years that a date of ours can have; another is a slip, or a century left out."""

_TIME = r"(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?)?"
_DAY = re.compile(rf"([0-9]{{4}})(?:-?([0-9]{{2}})(?:-?([0-9]{{2}}){_TIME})?)?")
"""With or without a time of day: the day is the one that is written."""


def _may_be_yymmdd(value: str) -> bool:
    if not re.fullmatch("[0-9]{6}", value):
        return False
    try:
        date(2000 + int(value[:2]), int(value[2:4]), int(value[4:]))
    except ValueError:
        return False
    return True


def parse_end(text: str) -> date | None:
    """The day after the last one of a period; None for an open end, which many systems write as 9999-12-31.

    Raises:
        ValueProblem: see ``parse_day``.
    """
    found = _DAY.fullmatch(text.strip())
    if found and found[1] == "9999" and found[2] in (None, "12") and found[3] in (None, "31"):
        return None
    return parse_day(text)[1]


@cache
def parse_day(text: str) -> tuple[date, date]:
    """A date, month or year as the half-open range it covers: ``2021-03`` is [2021-03-01, 2021-04-01).

    Raises:
        ValueProblem: no date; six digits that may be YYMMDD as well as YYYYMM; a year outside ``YEARS``.
    """
    value = text.strip()
    found = _DAY.fullmatch(value)
    if not found:
        raise ValueProblem(Reason.NOT_A_DATE, text)
    if _may_be_yymmdd(value):
        raise ValueProblem(Reason.TWO_DIGIT_YEAR, text)
    year, month, day = int(found[1]), found[2], found[3]
    if year not in YEARS:
        raise ValueProblem(Reason.YEAR_OUT_OF_RANGE, text)
    try:
        if month is None:
            return date(year, 1, 1), date(year + 1, 1, 1)
        if day is None:
            number = year * 12 + int(month)
            return date(year, int(month), 1), date(number // 12, number % 12 + 1, 1)
        start = date(year, int(month), int(day))
        return start, start + timedelta(days=1)
    except ValueError:
        raise ValueProblem(Reason.NOT_A_DATE, text) from None


EPOCH = date(1970, 1, 1)
BEGINNING = -(2**31)
END = 2**31 - 1


def to_day(value: date | None, missing: int) -> int:
    """Days since 1970-01-01, or ``missing`` (``BEGINNING`` or ``END``) for no bound."""
    return missing if value is None else (value - EPOCH).days


def from_day(day: int) -> date | None:
    return None if day in (BEGINNING, END) else EPOCH + timedelta(days=day)
