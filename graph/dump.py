"""A whole store as one file: gzip'd JSON lines that any store can write and read; published and abandoned runs only.

The first line says the format and holds the store's secret key: the file is as secret as the store. Every other line is
``[kind, fields]``; the kinds come in the order of ``KINDS``, the rows of one kind in the order of their first fields.
Texts of a record or link stand with the version that said them first (``body`` is its row).
"""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ontology.errors import FileFormatError, of_os_error
from ontology.records import canonical

FORMAT = 3
BATCH = 10_000

_VERSION = "type status denied confidence valid_from valid_to secrecy said body hash part"
_TEXTS = "properties raw locator cites"
KINDS = {
    "run": "run kind state source series edition mode secrecy described loader version options fingerprint counts began"
    " places note publication at",
    "base": "node id type key",
    "record_key": "key base",
    "member": "row base entity partner rule retracted",
    "record": f"row base entity apart length {_VERSION} retracted name alias numbers keys {_TEXTS}",
    "link": f"row ord source_base target_base source target {_VERSION} retracted {_TEXTS}",
    "judgement": "row id a b verdict who why rule retracted",
    "tombstone": "id run reason at rows",
}
FIELDS: dict[str, tuple[str, ...]] = {kind: tuple(names.split()) for kind, names in KINDS.items()}
"""Fields of each kind of line. ``type`` and ``part`` are names, ``status`` the place in ``Status``, ``denied`` and
``apart`` 0 or 1, days are since 1970-01-01 with ``BEGINNING``/``END`` for no bound; texts are null where an earlier
version has them."""

Row = tuple[Any, ...]


def write(path: Path, secret: bytes, rows: Callable[[str], Iterable[Row]]) -> None:
    """Write the rows of every kind. The same content gives the same bytes.

    Raises:
        PlaceError: the file cannot be written; what stood at ``path`` is as it was.
    """
    new = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with new.open("wb") as file:
            new.chmod(0o600)
            with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0, compresslevel=6) as packed:
                head = {"kedja": "dump", "format": FORMAT, "secret": secret.hex()}
                packed.write(canonical(head).encode() + b"\n")
                for kind, names in FIELDS.items():
                    for row in rows(kind):
                        line = [kind, dict(zip(names, row, strict=True))]
                        packed.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        new.replace(path)
    except OSError as error:
        raise of_os_error(error, path) from error
    finally:
        with suppress(OSError):  # a read-only disk refuses to remove even what is not there
            new.unlink(missing_ok=True)


def read(path: Path, fill: Callable[[str, list[dict[str, Any]]], None]) -> bytes:
    """Give the rows of a file to ``fill``, some thousands of one kind at a time; gives the secret key.

    Raises:
        FileFormatError: not a dump, of another format, or cut short; what was given before must be undone.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            secret = _head(path, file.readline())
            for kind, batch in _batches(path, file):
                fill(kind, batch)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise FileFormatError(f"{path} cannot be read as a dump: {error}.", remedy="Choose another file.") from error
    return secret


def _head(path: Path, line: str) -> bytes:
    try:
        head = json.loads(line)
        if head["kedja"] == "dump" and head["format"] == FORMAT:
            return bytes.fromhex(head["secret"])
    except (ValueError, KeyError, TypeError) as error:
        raise FileFormatError(f"{path} is not a dump of a store.", remedy="Choose another file.") from error
    raise FileFormatError(f"{path} has dump format {head['format']}.", remedy=f"This Kedja reads format {FORMAT}.")


def _batches(path: Path, lines: Iterable[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    kinds = list(FIELDS)
    kind, batch = kinds[0], list[dict[str, Any]]()
    for line in lines:
        named, fields = _line(path, line)
        if named != kind or len(batch) >= BATCH:
            if kinds.index(named) < kinds.index(kind):
                raise FileFormatError(f"{path} has its lines in another order.", remedy="Choose another file.")
            if batch:
                yield kind, batch
            kind, batch = named, []
        batch.append(fields)
    if batch:
        yield kind, batch


def _line(path: Path, line: str) -> tuple[str, dict[str, Any]]:
    try:
        kind, fields = json.loads(line)
        if tuple(fields) == FIELDS[kind]:
            return kind, fields
    except (ValueError, KeyError, TypeError) as error:
        raise FileFormatError(f"{path} is not a whole dump: {error}.", remedy="Choose another file.") from error
    raise FileFormatError(f"{path} has other columns in {kind}.", remedy="Choose another file.")
