"""A whole store as one file, and back: gzip'd JSON lines; published and abandoned runs only.

The first line says the format and holds the store's secret key: the file is as secret as the store. Every other line is
``[kind, fields]``; the kinds come in the order of ``KINDS``, the rows of one kind in the order of their first fields.
Texts of a record or link stand with the version that said them first (``body`` is its row).
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any

from graph.identity import ordinal
from graph.searching import indexed
from graph.sqlite.core import Core
from graph.sqlite.faults import translated
from graph.sqlite.schema import FOUND_BY, SHIFT
from ontology.errors import FileFormatError, StoreError, of_os_error
from ontology.records import canonical

FORMAT = 4
BATCH = 10_000
PAGES = 10_000
"""Pages that a copy writes between two tellings of progress."""

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
    "reject": "run place file sheet row field value reason parameters",
}
FIELDS: dict[str, tuple[str, ...]] = {kind: tuple(names.split()) for kind, names in KINDS.items()}
"""Fields of each kind of line. ``type`` and ``part`` are names, ``status`` the place in ``Status``, ``denied`` and
``apart`` 0 or 1, days are since 1970-01-01 with ``BEGINNING``/``END`` for no bound; texts are null where an earlier
version has them."""

Row = tuple[Any, ...]

_BODIES = {
    "record": ("name", "alias", "numbers", "keys", "properties", "raw", "locator", "cites"),
    "link": ("properties", "raw", "locator", "cites"),
}

_NAMED = ("type", "part")
"""What is a number of ``kind``."""


def dump(core: Core, path: Path) -> None:
    """See ``Store.dump``. The same content gives the same bytes."""
    connection = core.reader()
    connection.execute("BEGIN")  # one view of the file for all tables
    try:
        secret = connection.execute("SELECT value FROM meta WHERE key = 'secret'").fetchone()[0]
        _write(path, secret, lambda kind: _rows(connection, kind))
    finally:
        connection.execute("ROLLBACK")


def copy(core: Core, path: Path, progress: Callable[[int, int], None]) -> None:
    """See ``Store.copy``."""
    with translated(path), closing(sqlite3.connect(path)) as new:
        core.reader().backup(new, pages=PAGES, progress=lambda _, left, total: progress(total - left, total))


def _rows(connection: sqlite3.Connection, kind: str) -> Iterator[Row]:
    columns = ", ".join(_column(kind, name) for name in FIELDS[kind])
    yield from connection.execute(f"SELECT {columns} FROM {_FROM[kind]} ORDER BY 1, 2")


_KEPT = "(SELECT run FROM run WHERE publication IS NOT NULL)"
_FROM = {
    "run": "run t WHERE t.publication IS NOT NULL OR t.state = 'abandoned'",
    "base": "base t",
    "record_key": "record_key t",
    "tombstone": "tombstone t",
    "reject": f"reject t WHERE t.run IN {_KEPT}",
    "judgement": f"judgement t WHERE (t.row >> {SHIFT}) IN {_KEPT}",
    "member": f"member t WHERE (t.row >> {SHIFT}) IN {_KEPT}",
    **{
        table: f"{table} t LEFT JOIN {table}_body d ON d.body = t.row AND t.body = t.row"
        f" WHERE (t.row >> {SHIFT}) IN {_KEPT}"
        for table in _BODIES
    },
}


def _column(kind: str, name: str) -> str:
    if name in _BODIES.get(kind, ()):
        return f"d.{name}"
    if name in _NAMED:
        return f"(SELECT k.name FROM kind k WHERE k.number = t.{name})"
    if name == "retracted":  # by a run that is not published: not retracted
        return f"CASE WHEN t.retracted IN {_KEPT} THEN t.retracted END"
    if kind == "run" and name == "at":
        return "(SELECT p.at FROM publication p WHERE p.run = t.run)"
    return f"t.{name}"


def restore(core: Core, path: Path) -> bytes:
    """See ``Store.restore``: into an empty store only. Gives the secret key.

    Raises:
        StoreError: something has been loaded here before.
        FileFormatError: not a dump, of another format, or cut short; the store stays empty.
    """
    with core.writing(durable=True) as connection:
        if connection.execute("SELECT EXISTS (SELECT 1 FROM run)").fetchone()[0]:
            raise StoreError("The store is not empty.", remedy="Restore into a new file.")
        try:
            secret = _read(path, lambda kind, batch: _fill(core, connection, kind, batch))
        except sqlite3.IntegrityError as error:
            raise FileFormatError(f"{path} contradicts itself: {error}.", remedy="Choose another file.") from error
        connection.execute("UPDATE meta SET value = ? WHERE key = 'secret'", (secret,))
    core.forget_all()
    return secret


def _fill(core: Core, connection: sqlite3.Connection, kind: str, batch: list[dict[str, Any]]) -> None:
    if kind == "run":
        published = [row for row in batch if row["publication"] is not None]
        _insert(
            connection, "publication", [{"number": r["publication"], "run": r["run"], "at": r["at"]} for r in published]
        )
        batch = [{name: value for name, value in row.items() if name != "at"} | {"owner": ""} for row in batch]
    for row in batch:
        row.update((name, core.kind(connection, row[name])) for name in _NAMED if name in row)
        if kind == "base":
            row["ord"] = ordinal(row["id"])
    names = _BODIES.get(kind, ())
    if names:
        said = [row for row in batch if row["body"] == row["row"]]
        bodies = [{"body": r["row"]} | {name: r[name] or "" for name in names} for r in said]
        if kind == "record":
            bodies = [body | _found_by(body) for body in bodies]
        _insert(connection, f"{kind}_body", bodies)
        batch = [{name: value for name, value in row.items() if name not in names} for row in batch]
    _insert(connection, kind, batch)


def _found_by(body: dict[str, Any]) -> dict[str, str]:
    return dict(zip(FOUND_BY, astuple(indexed(body["name"], body["alias"], body["numbers"])), strict=True))


def _insert(connection: sqlite3.Connection, table: str, batch: list[dict[str, Any]]) -> None:
    if batch:
        names = list(batch[0])
        marks = ",".join(f":{name}" for name in names)
        connection.executemany(f"INSERT INTO {table}({','.join(names)}) VALUES ({marks})", batch)


def _write(path: Path, secret: bytes, rows: Callable[[str], Iterable[Row]]) -> None:
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


def _read(path: Path, fill: Callable[[str, list[dict[str, Any]]], None]) -> bytes:
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
