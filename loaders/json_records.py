"""Large JSON record by record: the objects of the outermost array (or of JSON Lines), in the memory of a few.

A record that is not well-formed costs itself and no other: reading goes on at the next one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from loaders.streams import Counted
from ontology.errors import FileFormatError

CHUNK = 1 << 20
LONGEST = 64 << 20
"""Bytes of the longest record that is read; what is longer is no record but a file without an end."""
DEEPEST = 6
"""Objects around the list that are read for what else they hold."""
START, END, OPEN, CLOSE, QUOTE = b'{][}"'
NOT_UTF8 = "not in UTF-8"
_SPACE = b" \t\r\n,\xef\xbb\xbf\x1e"
_NOT_SPACE = re.compile(rb"[^ \t\r\n,]")


@dataclass(frozen=True, slots=True)
class Damaged:
    """Where something stands that is no record, and its first bytes."""

    text: str
    why: str


def _no_constant(name: str) -> None:
    raise ValueError(name)


_PLAIN = json.JSONDecoder(parse_constant=_no_constant)


class _Buffer:
    """What was read and not yet used; ``at`` is how far it is used."""

    def __init__(self, file: Counted) -> None:
        self.file = file
        self.data = file.read(CHUNK)
        self.at = 0
        self.ended = False
        if self.data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise FileFormatError(f"{file.name} is in UTF-16.", remedy="Save it as UTF-8.")
        if self.data.startswith(b"\xef\xbb\xbf"):
            self.at = 3

    def more(self) -> bool:
        """Read on; False at the end of the file."""
        data = self.file.read(CHUNK)
        if not data:
            self.ended = True
            return False
        self.data = self.data[self.at :] + data
        self.at = 0
        if len(self.data) > LONGEST:
            raise FileFormatError(
                f"{self.file.name} holds a record of more than {LONGEST} bytes.", remedy="Look at it."
            )
        return True

    def skip(self) -> int:
        """Go to the next byte that is no blank or comma, and give it; -1 at the end."""
        while True:
            found = _NOT_SPACE.search(self.data, self.at)
            if found:
                self.at = found.start()
                return self.data[self.at]
            self.at = len(self.data)
            if not self.more():
                return -1


def records(file: Counted, lists: Collection[str], around: dict[str, Any] | None = None) -> Iterator[tuple[int, Any]]:
    """(number, object), or (number, Damaged) where one is not well-formed.

    ``lists`` are the names under which an object that is the whole file may hold the list. ``around`` is filled with
    what else that object holds: before the list when the first record is given, after it at the end; without it,
    nothing may stand after the list. Several such objects or arrays may stand one after another, on lines or not.

    Raises:
        FileFormatError: no JSON, no array of objects in it, or cut before its end.
    """
    buffer = _Buffer(file)
    number, more = 0, True
    while more:
        lines = _enter(buffer, lists, around)
        split = _first_key(buffer)
        while (byte := buffer.skip()) != -1 and (lines or byte != END):
            number += 1
            yield number, _object(buffer, split) if byte == START else _damage(buffer, "no object")
        more = not lines and _leave(buffer, byte, around)


def _leave(buffer: _Buffer, byte: int, around: dict[str, Any] | None) -> bool:
    """Go out of the list and of the object around it. True where another object or array follows."""
    if byte == -1:
        raise FileFormatError(f"{buffer.file.name} is cut: its list has no end.", remedy="Fetch it again.")
    buffer.at += 1
    while (byte := buffer.skip()) == CLOSE or (byte == QUOTE and around is not None):
        if byte == CLOSE:
            buffer.at += 1
            continue
        buffer.data, buffer.at = b"{" + buffer.data[buffer.at :], 0
        rest = _slowly(buffer, None)
        if not isinstance(rest, dict) or around is None:
            raise FileFormatError(
                f"{buffer.file.name} is damaged after its list of records ({getattr(rest, 'why', '')}).",
                remedy="Fetch it again, or save it as UTF-8.",
            )
        around.update(rest)
    if byte not in (-1, START, OPEN):
        raise FileFormatError(
            f"{buffer.file.name} goes on after its list of records.", remedy="Give one list of objects, or JSON Lines."
        )
    return byte != -1


def _enter(buffer: _Buffer, lists: Collection[str], around: dict[str, Any] | None) -> bool:
    """Go into the list of records. True where there is none: objects one after another."""
    first = buffer.skip()
    if first == OPEN:
        buffer.at += 1
        return False
    if first != START:
        raise FileFormatError(f"{buffer.file.name} is not JSON.", remedy="Give a list of objects, or JSON Lines.")
    if not lists:
        return True
    while len(buffer.data) - buffer.at < CHUNK and buffer.more():
        pass
    names = re.compile(rf'"(?:{"|".join(map(re.escape, lists))})"\s*:\s*\['.encode())
    found = names.search(buffer.data, buffer.at, buffer.at + CHUNK)
    if found is None:
        return True
    before = buffer.data[buffer.at : found.end()] + b"]"
    if not is_utf8(before):
        raise FileFormatError(f"{buffer.file.name} is not in UTF-8.", remedy="Save it as UTF-8.")
    whole = (_loads(before + b"}" * deep) for deep in range(1, DEEPEST))
    head = next((one for one in whole if one is not None), None)
    if head is None:  # the list is not of this object
        return True
    if around is not None:
        around.update(head)
    buffer.at = found.end()
    return False


def is_utf8(data: bytes) -> bool:
    """Whether bytes are text in UTF-8, as JSON is."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _loads(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None


def _first_key(buffer: _Buffer) -> re.Pattern[bytes] | None:
    """How the records of the file begin. Those bytes can stand in no text of JSON, where a quote is escaped."""
    buffer.skip()
    found = re.match(rb'\{\s*("[^"\\]+")\s*:', buffer.data[buffer.at : buffer.at + 1_000])
    return re.compile(rb"\{\s*" + re.escape(found[1]) + rb"\s*:") if found else None


def _object(buffer: _Buffer, split: re.Pattern[bytes] | None) -> Any:
    """The object that begins here, whole; the fast way where the next one begins as the first did."""
    if split is not None:
        while (found := split.search(buffer.data, buffer.at + 1)) is None and buffer.more():
            pass
        if found and (value := _loads(buffer.data[buffer.at : found.start()].rstrip(_SPACE))) is not None:
            buffer.at = found.start()
            return value
    return _slowly(buffer, split)


def _slowly(buffer: _Buffer, split: re.Pattern[bytes] | None) -> Any:
    """The same by a decoder that tells where an object ends."""
    size = 0
    while True:
        size = min(max(size * 4, 1 << 16), len(buffer.data) - buffer.at)
        text = buffer.data[buffer.at : buffer.at + size].decode("utf-8", "surrogateescape")
        try:
            value, end = _PLAIN.raw_decode(text)
        except (ValueError, RecursionError) as error:
            if size < len(buffer.data) - buffer.at or (_may_go_on(error, text) and buffer.more()):
                continue
            return _damage(buffer, str(error), split)
        held = text[:end].encode("utf-8", "surrogateescape")
        del value
        buffer.at += len(held)
        if (whole := _loads(held)) is None:  # what orjson refuses: not UTF-8, too deep, half a surrogate
            why = "nested too deeply, or half a character" if is_utf8(held) else NOT_UTF8
            return Damaged(held[:80].decode("utf-8", "replace"), why)
        return whole


def _may_go_on(error: Exception, text: str) -> bool:
    """Whether a text may have been found faulty only since it is cut."""
    place = getattr(error, "pos", 0)
    return "Unterminated" in str(error) or len(text) - place < 16


def _damage(buffer: _Buffer, why: str, split: re.Pattern[bytes] | None = None) -> Damaged:
    """Pass over what is no record: to where the next one begins, or to the end of the line."""
    text = buffer.data[buffer.at : buffer.at + 80].decode("utf-8", "replace")
    next_ = split or re.compile(rb"[\n{\]]")
    while (found := next_.search(buffer.data, buffer.at + 1)) is None:
        buffer.at = max(buffer.at, len(buffer.data) - 4_096)
        if not buffer.more():
            buffer.at = len(buffer.data)
            return Damaged(text, why or "no object")
    buffer.at = found.start()
    return Damaged(text, why or "no object")
