"""Lines of SIE 4: their encoding, and the words of each. Parsed after SIE-gruppen's *SIE filformat*, version 4B and 4C.

The format says PC8, that is CP437, and most files are; some programs write UTF-8 or Windows-1252 under the same label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loaders.streams import Counted, opened
from ontology.errors import FileFormatError

_WORD = re.compile(r'\{([^{}]*)\}|"((?:[^"\\]|\\.)*)"|([^\s"{}]+)')
_ESCAPED = re.compile(r"\\(.)")
LONGEST = 100_000
CHUNK = 1 << 20
PC8 = "cp437"
_OF_PC8 = frozenset(b"\x84\x86\x8e\x8f\x94\x99\x82\x90")
_OF_1252 = frozenset(b"\xe4\xe5\xf6\xc4\xc5\xd6\xe9\xc9")
"""The bytes of å, ä, ö and é, in either."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its label without the #, its words, and the objects ({1 "20" 9 "S1"}) of a transaction."""

    number: int
    label: str
    words: tuple[str, ...]
    objects: tuple[tuple[str, str], ...] = ()


def encoding_of(path: Path) -> str:
    """How a file's letters are written: UTF-8 where all of it is, else by the bytes of å, ä and ö."""
    import codecs

    found: set[int] = set()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    with opened(path) as file:
        while data := file.read(CHUNK):
            found |= {byte for byte in data if byte > 127}
            if is_utf8:
                try:
                    decoder.decode(data)
                except UnicodeDecodeError:
                    is_utf8 = False
    if not found:
        return PC8
    if is_utf8:
        return "utf-8-sig"
    return "cp1252" if found & _OF_1252 and not found & _OF_PC8 else PC8


def lines_of(file: Counted, encoding: str) -> Iterator[tuple[int, str]]:
    """(number, text) of each line that is not blank.

    Raises:
        FileFormatError: a line without an end.
    """
    held, number = b"", 0
    while True:
        data = file.read(CHUNK)
        held += data
        parts = re.split(rb"\r\n|\n|\r(?!$)", held)
        held = parts.pop() if data else b""
        for part in parts:
            number += 1
            text = part.decode(encoding, "replace").strip(" \t\r\x1a\x00")
            if text and not text.isspace():
                yield number, text
        if len(held) > LONGEST:
            raise FileFormatError(f"{file.name} is no SIE (line {number + 1} has no end).", remedy="Export it again.")
        if not data:
            return


def parsed(number: int, text: str) -> Line:
    """A line as its label and words. An item that is left out is an empty text in quotes."""
    label, rest = (*text.split(None, 1), "")[:2]
    words: list[str] = []
    objects: tuple[tuple[str, str], ...] = ()
    for found in _WORD.finditer(rest):
        if found[1] is not None:
            inner = [word[1] if word[1] is not None else _plain(word) for word in _WORD.finditer(found[1])]
            objects = tuple(zip(inner[::2], inner[1::2], strict=False))
        else:
            words.append(_plain(found))
    return Line(number, label.lstrip("#").upper(), tuple(words), objects)


def _plain(found: re.Match[str]) -> str:
    return _ESCAPED.sub(r"\1", found[2]).strip() if found[2] is not None else (found[3] or "")
