"""Days as options and queries write them."""

from __future__ import annotations

import re
from datetime import date

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def begins_with_day(text: str) -> bool:
    """Whether a text begins as a day is written, as every time does: a number is no time."""
    return _DAY.match(text) is not None and not text[10:11].isdecimal()


def iso_day(text: str) -> date:
    """A day as an option or a query writes it: YYYY-MM-DD and nothing else of what ISO 8601 allows.

    Raises:
        ValueError: no such day, or another way to write one.
    """
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)
