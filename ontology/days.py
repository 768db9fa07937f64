"""Days as options and queries write them."""

from __future__ import annotations

import re
from datetime import date


def iso_day(text: str) -> date:
    """A day as an option or a query writes it: YYYY-MM-DD and nothing else of what ISO 8601 allows.

    Raises:
        ValueError: no such day, or another way to write one.
    """
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)
