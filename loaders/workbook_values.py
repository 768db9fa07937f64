"""One cell's text to a value: properties by declared type, the common fields, keys, and hidden persons."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from loaders.workbook_columns import SEPARATOR, Column
from ontology.amounts import parse_amount
from ontology.errors import Reason, ValueProblem
from ontology.model import Property
from ontology.placeholders import is_placeholder
from ontology.records import DEMONSTRATION, Common, Polarity, Secrecy, Source, Status, digest
from ontology.values import (
    MAX_KEY,
    SCHEMES,
    bare_keys,
    implied_keys,
    is_personal_number,
    make_key,
    parse_bool,
    parse_day,
    parse_end,
    parse_key,
    parse_number,
)
from ontology.vocabulary import vocabulary

HIDDEN = "***"
_LONGEST = 100
"""Characters of an own id that is too long for a key which stay, before the digest of the whole."""


def several(text: str) -> list[str]:
    """The values of a cell that may hold several, without blanks and repeats."""
    return list(dict.fromkeys(part for piece in text.split(SEPARATOR) if (part := piece.strip())))


def term(name: str, text: str) -> str:
    """A vocabulary's id from its id or its label in either language."""
    terms = vocabulary(name)
    found = terms.find(text)
    if found is None:
        raise ValueProblem(Reason.NOT_IN_VOCABULARY, text, vocabulary=name, nearest=terms.nearest(text))
    return found


def whole(text: str) -> int:
    try:
        number = parse_number(text)
    except ValueProblem as problem:
        raise ValueProblem(problem.reason, text, whole=text) from None
    if number != number.to_integral_value():
        raise ValueProblem(Reason.NOT_A_NUMBER, text, whole=text)
    return int(number)


def numbered(name: str, text: str) -> int:
    """A number, or the words of a vocabulary that stand for it."""
    try:
        return whole(text)
    except ValueProblem:
        return int(term(name, text))


def fraction(text: str) -> float:
    return float(parse_number(text))


def amount(text: str) -> str:
    """A decimal without an exponent and without needless zeros, so that 1 200,50 and 1200.5 are the same."""
    number, _ = parse_amount(text)
    plain = format(number.normalize(), "f")
    return "0" if number == 0 else plain


def day(text: str) -> date:
    """A whole date; a month or a year is not one."""
    try:
        first, after = parse_day(text)
    except ValueProblem as problem:
        raise ValueProblem(problem.reason, text, day=text) from None
    if (after - first).days != 1:
        raise ValueProblem(Reason.NOT_A_DATE, text, day=text)
    return first


_PARSERS: Mapping[type, Callable[[str], Any]] = {
    bool: parse_bool,
    int: whole,
    float: fraction,
    Decimal: amount,
    date: day,
    str: str,
}


def property_value(declared: Property, text: str) -> Any:
    """A cell as the property's declared type.

    Raises:
        ValueProblem: the text is not of that type, or not in the property's vocabulary.
    """
    if declared.many:
        parts = several(text)
        if declared.vocabulary:
            parts = [term(declared.vocabulary, part) for part in parts]
        return tuple(dict.fromkeys(parts))
    if declared.vocabulary:
        return term(declared.vocabulary, text)
    if declared.words:
        return numbered(declared.words, text)
    kinds = get_args(declared.annotation) or (declared.annotation,)
    parse = next((_PARSERS[kind] for kind in _PARSERS if kind in kinds), str)
    return parse(text)


def said_currency(declared: Property, text: str) -> str | None:
    """The currency that an amount's own words name, empty where they name none; None for anything else."""
    return (parse_amount(text)[1] or "") if Decimal in get_args(declared.annotation) else None


_POLARITIES = {
    "asserted": Polarity.ASSERTED,
    "påstås": Polarity.ASSERTED,
    "denied": Polarity.DENIED,
    "förnekas": Polarity.DENIED,
}


def _polarity(text: str) -> Polarity:
    found = _POLARITIES.get(text.strip().casefold())
    if found is None:
        raise ValueProblem(Reason.NOT_IN_VOCABULARY, text, vocabulary="polarity", nearest="asserted, denied")
    return found


_COMMON: Mapping[str, Callable[[str], Any]] = {
    "status": lambda text: Status(term("statuses", text)),
    "confidence": fraction,
    "polarity": _polarity,
    "secrecy": lambda text: Secrecy.read(term("secrecy", text)),
    "valid_from": lambda text: parse_day(text)[0],
    "valid_to": parse_end,
    "cites": str,
}


def common_value(column: Column, text: str) -> Any:
    """A cell of a common column; the last day of a period becomes the day after it."""
    return _COMMON[column.name](text)


def common(values: Mapping[str, Any], secrecy: Secrecy) -> Common:
    return Common(**{"secrecy": secrecy, **values})


class Keys:
    """Text to keys for one workbook. ``secret`` is the store's own: hidden numbers compare within it only.

    An own id is ``local:<series>/<id>``, in demonstration data ``demo:<series>/<id>``.
    """

    def __init__(self, source: Source, secret: bytes) -> None:
        self.scheme = "demo" if source.demonstration else "local"
        self.prefix = source.series.removeprefix(DEMONSTRATION) + "/"
        self.secret = secret

    def read(self, text: str, types: Collection[str]) -> tuple[str, bool]:
        """The key that a cell names where a thing of one of ``types`` is meant, and whether it is a natural
        person's (then hashed). Without a scheme it is the identifier that it can only be, else an own id.

        Raises:
            ValueProblem: an unknown scheme, or a value that its scheme refuses.
        """
        scheme, colon, value = text.partition(":")
        if not colon and (number := _person_number(text, loose=bool(_ACTORS & set(types)))):
            return self.person(number), True
        try:
            if colon:
                return parse_key(text), False
            fitting = bare_keys(text, types)
            return (fitting[0] if len(fitting) == 1 else self.said(text)), False
        except ValueProblem as problem:
            if problem.reason is Reason.PERSONAL_NUMBER:
                digits = re.sub(r"\D", "", value)
                swedish_vat = scheme.strip().casefold() == "vat"  # two digits more than the organisation number
                return self.person(digits[:10] if swedish_vat else digits[-10:]), True
            raise

    def declared(self, scheme: str, text: str, types: Collection[str]) -> tuple[str, bool]:
        """As ``read``, where a mapping says the scheme (``local``: an own id), so that nothing is guessed."""
        if scheme == "se-orgnr" and is_personal_number(text):  # a slip of the pen is no less a person's
            return self.person(re.sub(r"\D", "", text)[-10:]), True
        if scheme != "local":
            return self.read(f"{scheme}:{text}", types)
        number = _person_number(text, loose=bool(_ACTORS & set(types)))
        if number:
            return self.person(number), True
        if len(self.prefix + text) > MAX_KEY:  # made of a name and an address, say
            text = f"{text[:_LONGEST]} {digest(text)}"
        return self.said(text), False

    def may_be(self, text: str, types: Collection[str]) -> set[str]:
        """Every key that a cell's text may have stood for in another edition, where rows and names were others.

        Raises:
            ValueProblem: it cannot be read.
        """
        key, person = self.read(text, types)
        return {key} if person or ":" in text else {key, self.own(text), *implied_keys(key)}

    def person(self, number: str) -> str:
        """The key of somebody who is hidden: the same for the same number (or own id), and says neither."""
        mark = hmac.new(self.secret, number.encode(), "sha256").hexdigest()[:12]
        return self.own(f"person-{mark}")

    def said(self, text: str) -> str:
        """The own id that a cell gives.

        Raises:
            ValueProblem: the text stands for a missing one.
        """
        if is_placeholder(text):
            raise ValueProblem(Reason.PLACEHOLDER, text)
        return self.own(text)

    def own(self, text: str) -> str:
        return make_key(self.scheme, self.prefix + text)

    def raw(self, name: str, text: str, key: str) -> dict[str, str]:
        """What a cell said, by the name of its column, where the key that was read from it does not say it."""
        return {} if text == key or self.own_id(key) is not None else {name: text}

    def own_id(self, key: str) -> str | None:
        """The workbook's own id that a key was made from."""
        before = f"{self.scheme}:{self.prefix}"
        return key.removeprefix(before) if key.startswith(before) else None


_ACTORS = frozenset(SCHEMES["se-orgnr"].identifies)


def _person_number(text: str, *, loose: bool) -> str | None:
    """The ten digits of a personal number written without a scheme, as such or as a VAT number, if it is one.

    ``loose``, where a person may be meant, also takes one whose check digit is wrong: a slip of the pen is no less a
    person's. Elsewhere (240115-0001 for a contract) only the check digit tells.
    """
    from stdnum.exceptions import ValidationError
    from stdnum.se import orgnr

    bare = re.sub(r"[\s.\-+\u2010-\u2013\u2212]", "", text)
    digits = bare[2:12] if re.fullmatch(r"(?i:SE)\d{10}01", bare) else bare
    if not re.fullmatch(r"(?:16|18|19|20)?[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{6}", digits) or not is_personal_number(digits):
        return None
    try:
        return str(orgnr.validate(digits[-10:]))
    except ValidationError:
        written_so = bare != text.strip() and _LIKE_A_PERSON.fullmatch(text.strip())
        return digits[-10:] if loose and written_so else None


_LIKE_A_PERSON = re.compile(r"(?<!\d)(?:\d{2})?\d{2}(?:0\d|1[0-2])(?:[0-3]\d|[6-9]\d)[-+\s]?\d{4}(?:01)?(?!\d)")


def without_persons(text: str) -> str:
    """The text of a rejected value with everything that looks like a personal number hidden."""
    return _LIKE_A_PERSON.sub(HIDDEN, text)
