"""Which of the formats that there are a client takes (RFC 9110, 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


def acceptable(header: str, offered: Sequence[str]) -> str | None:
    """The media type, of those offered, that the Accept header weighs most; the first of equals, and of all where there
    is no header. None: it takes none of them. A range that cannot be read counts as not there."""
    if not header.strip():
        return offered[0]
    weights: dict[str, float] = {}
    for entry in header.split(","):
        media, *parameters = (part.strip().lower() for part in entry.split(";"))
        given = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        if _WEIGHT.fullmatch(given):
            weights[media] = max(float(given), weights.get(media, 0.0))

    def weight(media: str) -> float:
        bare = media.partition(";")[0]
        ranges = (bare, f"{bare.partition('/')[0]}/*", "*/*")
        return next((weights[one] for one in ranges if one in weights), 0.0)

    best = max(offered, key=weight)
    return best if weight(best) > 0 else None
