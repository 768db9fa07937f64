"""Damage that any file may have: it must give an error or a report that adds up, whatever the format."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Mapping
from pathlib import Path

from loaders.base import Loader, Report, no_progress
from ontology.errors import KedjaError
from ontology.records import Link, Record

Items = list[Record | Link]


def read(loader: Loader, path: Path, options: Mapping[str, str] | None = None) -> tuple[Items, Report]:
    """What a file says, and the report, whose counts add up."""
    report, given = Report(path.name), dict(options or {})
    items = list(loader.read(path, loader.source(path, given), given, b"k" * 32, report, no_progress))
    assert report.rows_in == report.accepted + report.rejected
    return items, report


def damaged(whole: bytes, seed: int) -> bytes:
    """One of many ways in which a file is not what it was."""
    chance = random.Random(seed)
    data = bytearray(whole)
    match seed % 10:
        case 0:  # cut
            return bytes(data[: chance.randrange(len(data))])
        case 1:  # bits flipped
            for _ in range(chance.randint(1, 30)):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            return bytes(data)
        case 2:  # in another encoding
            return whole.decode("utf-8", "replace").encode(chance.choice(["utf-16", "cp1252", "utf-8-sig"]), "replace")
        case 3:  # a part twice
            start, end = sorted(chance.randrange(len(data)) for _ in range(2))
            data[end:end] = data[start:end]
            return bytes(data)
        case 4:  # a part gone
            start = chance.randrange(len(data))
            del data[start : start + chance.randint(1, 200)]
            return bytes(data)
        case 5:  # other types
            text = whole.decode("utf-8", "replace")
            marks = [":", ",", "{", "[", "true", "false", ">", ";", "\t", "\n"]
            mark = chance.choice([one for one in marks if one in text] or [text[0]])
            other = chance.choice(["null", "[]", "{}", '""', "1e999", "-1", "x", "\x00", "[[[[" * 50, '{"a":' * 50])
            places = [n for n in range(len(text)) if text.startswith(mark, n)]
            at = chance.choice(places)
            return (text[:at] + other + text[at + len(mark) :]).encode()
        case 6:  # a huge cell
            at = chance.randrange(len(data))
            data[at:at] = b"x" * 300_000
            return bytes(data)
        case 7 | 8:
            return written_over(whole, chance)
        case _:  # deep nesting
            at = chance.randrange(len(data))
            data[at:at] = chance.choice([b"[" * 20_000, b'{"a":' * 20_000, b"<a>" * 20_000])
            return bytes(data)


def written_over(whole: bytes, chance: random.Random) -> bytes:
    """As another system or hand may have written it: blank characters, marks, packing, something twice."""
    match chance.randrange(4):
        case 0:  # line ends and blanks
            ends = [b"\r", b"\r\n", b"\n\x0b\n", b"\n\x0c\n", b"\n\0\n", "\n\u2003\n".encode(), "\u2028".encode()]
            return b"".join(line + chance.choice(ends) for line in whole.splitlines())
        case 1:  # a mark of the byte order twice, or within
            at = chance.choice((0, 0, chance.randrange(len(whole))))
            return b"\xef\xbb\xbf" + whole[:at] + b"\xef\xbb\xbf" + whole[at:]
        case 2:  # packed, and cut or with something after it
            packed = gzip.compress(whole)
            return packed[: chance.randrange(3, len(packed))] if chance.random() < 0.5 else packed + b"\0x"
        case _:  # a key, an attribute or a cell twice
            told = list(re.finditer(rb'"\w+" ?: ?"[^"]*"|\w+="[^"]*"|(?<=[;,\t])[^;,\t\n]+', whole))
            at = chance.choice(told).start() if told else 0
            between = {b"{": b",", b"[": b",", b"<": b" "}.get(whole.lstrip()[:1], b";")
            return whole[:at] + (told[0][0] if told else b"") + between + whole[at:]


def survives(loader: Loader, path: Path, whole: bytes, seeds: range) -> int:
    """Read as many damaged variants; how many were refused with a message and what to do."""
    told = []
    for seed in seeds:
        path.write_bytes(damaged(whole, seed))
        try:
            read(loader, path)
        except KedjaError as error:
            told.append(error)
    assert all(error.remedy for error in told), [str(error) for error in told if not error.remedy]
    return len(told)
