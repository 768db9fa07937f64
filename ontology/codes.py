"""Codes that say by themselves what lies within what: 33141420 of CPV lies within 33141000, 401511 of HS in 4015."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_CPV_DIVISION, _CPV_LENGTH = 2, 8
_LENGTHS: Mapping[str, tuple[int, ...]] = {
    "hs": (4, 2),
    "atc": (5, 4, 3, 1),
    "emdn": (11, 9, 7, 5, 3, 1),
}
"""How many signs of a code stand for each broader level, the nearest first."""


def broader_codes(key: str) -> Iterator[str]:
    """The keys that a key (``scheme:code``) lies within by its own digits, nearest first, whether or not a list has
    them; nothing of a scheme whose codes say nothing of each other."""
    scheme, _, code = key.partition(":")
    if scheme == "cpv":
        yield from (f"cpv:{broader}" for broader in _broader_cpv(code))
    yield from (f"{scheme}:{code[:length]}" for length in _LENGTHS.get(scheme, ()) if length < len(code))


def _broader_cpv(code: str) -> Iterator[str]:
    """Digits become zero from the right, down to the division: its first two."""
    stem = code.rstrip("0")[:-1]
    while len(stem) >= _CPV_DIVISION:
        broader = stem.ljust(_CPV_LENGTH, "0")
        if stem[-1] != "0" or len(stem) == _CPV_DIVISION:
            yield broader
        stem = stem[:-1]
