"""What is known of a thing that may be another one too: names, countries, addresses, identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from graph.matching.names import LINKING, Name, known, plain, read_name
from graph.searching import fold, words_of
from ontology.placeholders import is_placeholder

_NOBODY = frozenset(known("nobody"))


def is_nobody(name: str) -> bool:
    """Whether a name stands for nobody in particular, so that two that share it are not the same. A number or a letter
    that tells one such from another in its source tells nothing elsewhere."""
    words = words_of(fold(name))
    if not words or is_placeholder(name) or words[0] in ("personuppgift", "okand", "unknown"):
        return True
    told = {word for word in words if len(word) > 1 and not word.isdecimal() and word not in LINKING}
    return bool(told) and told <= _NOBODY


@dataclass(frozen=True, slots=True)
class Address:
    """An address in parts: words of streets and towns, numbers of houses, postal codes."""

    text: str
    words: frozenset[str]
    numbers: frozenset[str]
    postal: frozenset[str]


_POSTAL = re.compile(r"(?<!\d)(?:[A-Za-z]{1,2}-?)?(\d{3} ?\d{2}|\d{4,6})(?!\d)")
_BOX, _STREET = frozenset(known("box")), known("streets")
_GLUED = re.compile(r"(gatan|gat|g|vagen|vag|v)$")


@lru_cache(maxsize=100_000)
def read_address(text: str) -> Address:
    """An address in parts."""
    folded = fold(text)
    postal = frozenset(re.sub(r"\D", "", found) for found in _POSTAL.findall(folded))
    numbers: set[str] = set()
    words: set[str] = set()
    for word in words_of(_POSTAL.sub(" ", folded), 40):
        digits = re.match(r"\d+", word)
        if digits:
            numbers.add(digits[0])
        elif word not in LINKING and word not in _BOX:
            words.add(plain(_STREET.get(word, _GLUED.sub("", word) if len(word) > 6 else word)))
    return Address(text, frozenset(words), frozenset(numbers), postal)


@dataclass(frozen=True, slots=True)
class Profile:
    """A thing as matching sees it.

    ``id`` is what names it to whoever asks; ``parts`` are what it stands for with others (those that own it, of which
    it is a unit): it is not proposed to be one of these.
    """

    id: str
    type: str
    names: tuple[Name, ...]
    countries: frozenset[str] = frozenset()
    addresses: tuple[Address, ...] = ()
    keys: tuple[str, ...] = ()
    relatives: frozenset[str] = frozenset()
    numbers: Mapping[str, set[str]] = field(default_factory=dict)
    """``numbers_of`` its keys."""


def profile(
    id: str, type: str, names: Iterable[str], countries: Iterable[str] = (), addresses: Iterable[str] = (),
    keys: Iterable[str] = (), relatives: Iterable[str] = (),
) -> Profile | None:  # fmt: skip
    """A thing as matching sees it; None of one that must never be matched, since its name is nobody's."""
    said = [name for name in dict.fromkeys(names) if not is_nobody(name)]
    if not said:
        return None
    held = tuple(keys)
    return Profile(
        id, type, tuple(map(read_name, said)), frozenset(countries), tuple(map(read_address, dict.fromkeys(addresses))),
        held, frozenset(relatives), numbers_of(held),
    )  # fmt: skip


ONE_EACH = ("se-orgnr", "lei", "gb-coh", "vat", "os-id", "srn")
"""Schemes of which a thing has one number at a time: two say that there are two things, or that one changed."""


def numbers_of(keys: Iterable[str]) -> dict[str, set[str]]:
    """Values by scheme of the identifiers that others give too: a source's own ids say nothing of another's."""
    found: dict[str, set[str]] = {}
    for key in keys:
        scheme, _, value = key.partition(":")
        if scheme in _COMPARED:
            found.setdefault(scheme, set()).add(value)
    return found


_COMPARED = frozenset(("se-orgnr", "vat", "gb-coh", "lei", "gln", "os-id", "srn"))
