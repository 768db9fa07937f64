"""An event of goods: something was made of something, or moved, on a day, somewhere."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

_OFFSET = re.compile(r"([+-])([01]?\d|2[0-3]):?([0-5]\d)")


class What(StrEnum):
    """What an event does to goods: the others neither make nor move them."""

    MAKE = "make"
    MOVE = "move"
    PACK = "pack"
    UNPACK = "unpack"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Good:
    """An article by the key of its class, and the one lot or item of it (empty: some of it). A pallet has no class."""

    key: str
    name: str = ""
    piece: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """A site or a company by its key; both empty where it is not told."""

    key: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        return bool(self.key)


NOBODY = Actor()


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``at`` is its moment as UTC text, ``day`` its civil day where it happened; ``made_by`` runs the step,
    ``sender`` and ``receiver`` are companies. ``of`` joins the parts of one transformation."""

    id: str
    what: What
    at: str = ""
    day: str = ""
    place: Actor = NOBODY
    to: Actor = NOBODY
    made_by: Actor = NOBODY
    sender: Actor = NOBODY
    receiver: Actor = NOBODY
    inputs: tuple[Good, ...] = ()
    outputs: tuple[Good, ...] = ()
    process: str = ""
    of: str = ""
    locator: str = ""
    parent: str = ""
    raw: dict[str, str] = field(default_factory=dict)

    def body(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=str)

    @staticmethod
    def read(body: str) -> Event:
        given: dict[str, Any] = json.loads(body)
        for name in ("place", "to", "made_by", "sender", "receiver"):
            given[name] = Actor(**given[name])
        for name in ("inputs", "outputs"):
            given[name] = tuple(Good(**one) for one in given[name])
        return Event(**{**given, "what": What(given["what"])})


def moment(text: str, offset: str = "") -> tuple[str, str]:
    """(a moment as UTC text that sorts as time does, its civil day where it happened); both empty where it is none.

    ``offset`` is the place's own: an event of half past twelve in Stockholm may be written in UTC, as of the day
    before.
    """
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return "", ""
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when
    found = _OFFSET.fullmatch(offset)
    if found:
        way = -1 if found[1] == "-" else 1
        when = when.astimezone(timezone(way * timedelta(hours=int(found[2]), minutes=int(found[3]))))
    if not 1900 <= when.year <= 2200:
        return "", ""
    return when.astimezone(UTC).isoformat(timespec="microseconds"), when.date().isoformat()
