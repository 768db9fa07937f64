"""Identifiers of GS1 as events and passports write them: EPC URNs and GS1 Digital Links, to GTIN and GLN.

``urn:epc:id:sgtin:0614141.107346.2017`` and ``https://id.gs1.org/01/10614141073464/21/2017`` are one article (GS1 EPC
Tag Data Standard 2.0, sections 6 and 12; GS1 Digital Link URI Syntax 1.3): the class without its number is what is
made, the whole is the piece.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

_URN = re.compile(r"urn:epc:(?:id|class|idpat):(\w+):([^:?]+)")
_LINK = re.compile(r"https?://[^/\s]+/(?:[^?#]*?/)??(01|414|417|gtin|gln|party)/(\d{8,14})((?:/[^/?#]+/[^/?#]+)*)")
_PARTS = re.compile(r"/([^/]+)/([^/?#]+)")
_LOT, _SERIAL = ("10", "lot"), ("21", "ser")


@dataclass(frozen=True, slots=True)
class Gs1:
    """What an identifier names: an article by ``gtin``, or a place or party by ``gln``; ``piece`` tells one lot or item
    of the article from others."""

    gtin: str = ""
    gln: str = ""
    piece: str = ""


def gs1_of(text: str) -> Gs1 | None:
    """What a URI names; None where it is no GTIN and no GLN, or of another form."""
    if found := _URN.match(text):
        return _of_urn(found[1].lower(), found[2].split("."))
    if found := _LINK.match(text):
        kind, number, rest = found[1], found[2], _PARTS.findall(found[3])
        if kind in ("414", "417", "gln", "party"):
            return Gs1(gln=number.zfill(13)) if right(number.zfill(13)) else None
        marks = [f"{name}/{unquote(value)}" for name, value in rest if name in (*_LOT, *_SERIAL)]
        return Gs1(gtin=short(number), piece="/".join(marks)) if right(number) else None
    return None


def _of_urn(kind: str, parts: list[str]) -> Gs1 | None:
    if not all(part.isdecimal() for part in parts[:2]):
        return None
    if kind in ("sgtin", "lgtin", "itip", "upui") and len(parts) >= 2 and len(parts[0] + parts[1]) == 13:
        digits = parts[1][0] + parts[0] + parts[1][1:]
        piece = ".".join(parts[2:])
        named = "" if piece in ("", "*") else ("10/" if kind == "lgtin" else "21/") + unquote(piece)
        return Gs1(gtin=short(digits + check_digit(digits)), piece=named)
    if kind in ("sgln", "pgln") and len(parts) >= 2 and len(parts[0] + parts[1]) == 12:
        digits = parts[0] + parts[1]
        return Gs1(gln=digits + check_digit(digits))
    return None


def check_digit(digits: str) -> str:
    """The check digit after some digits (GS1 General Specifications 7.9.1)."""
    from stdnum.ean import calc_check_digit

    return str(calc_check_digit(digits))


def right(number: str) -> bool:
    """Whether a number has a right check digit, and is somebody's."""
    return number.isdecimal() and bool(number.strip("0")) and check_digit(number[:-1]) == number[-1]


def short(gtin: str) -> str:
    """A GTIN of 14 digits that is one of 13 with a nought before it, as that one."""
    return gtin[1:] if len(gtin) == 14 and gtin.startswith("0") else gtin
