"""A whole store as one file: gzip'd JSON lines that any store can read; published and abandoned runs only.

A line is ``[kind, fields]``. Each kind is a table of ``schema.py``. The file holds the store's secret key: it
is as secret as the store.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from graph.sqlite.core import Core
from graph.sqlite.schema import SHIFT
from ontology.errors import FileFormatError, StoreError
from ontology.records import canonical

FORMAT = 1
_BATCH = 10_000
_KEPT = "(SELECT run FROM run WHERE publication IS NOT NULL)"

# Tables in the order in which they are written and read, with the condition that leaves unpublished runs out.
_TABLES = {
    "kind": "",
    "run": "WHERE publication IS NOT NULL OR state = 'abandoned'",
    "publication": "",
    "base": "",
    "record_key": "",
    "member": f"WHERE (row >> {SHIFT}) IN {_KEPT}",
    "record": f"WHERE (row >> {SHIFT}) IN {_KEPT}",
    "record_body": f"WHERE (body >> {SHIFT}) IN {_KEPT}",
    "link": f"WHERE (row >> {SHIFT}) IN {_KEPT}",
    "link_body": f"WHERE (body >> {SHIFT}) IN {_KEPT}",
    "judgement": f"WHERE (row >> {SHIFT}) IN {_KEPT}",
    "tombstone": "",
}


def dump(core: Core, path: Path) -> None:
    """See ``Store.dump``. The same content gives the same bytes."""
    new = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with new.open("wb") as file:
            new.chmod(0o600)
            with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0, compresslevel=6) as packed:
                for line in _lines(core):
                    packed.write(line.encode() + b"\n")
        new.replace(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}.", remedy="Choose another file.") from error
    finally:
        new.unlink(missing_ok=True)


def _lines(core: Core) -> Iterator[str]:
    connection = core.reader()
    connection.execute("BEGIN")  # one view of the file for all tables
    try:
        secret = connection.execute("SELECT value FROM meta WHERE key = 'secret'").fetchone()[0]
        yield canonical({"kedja": "dump", "format": FORMAT, "secret": secret.hex()})
        marked = _in_flight(connection)
        for table, where in _TABLES.items():
            cursor = connection.execute(f"SELECT * FROM {table} {where} ORDER BY 1, 2")
            names = [column[0] for column in cursor.description]
            for row in cursor:
                fields = dict(zip(names, row, strict=True))
                if fields.get("retracted") in marked:
                    fields["retracted"] = None
                yield json.dumps([table, fields], ensure_ascii=False, separators=(",", ":"))
    finally:
        connection.execute("ROLLBACK")


def _in_flight(connection: sqlite3.Connection) -> set[int]:
    rows = connection.execute("SELECT run FROM run WHERE publication IS NULL AND state <> 'abandoned'")
    return {run for (run,) in rows}


def restore(core: Core, path: Path) -> bytes:
    """See ``Store.restore``: into an empty store only. Gives the secret key.

    Raises:
        StoreError: something has been loaded here before.
        FileFormatError: not a dump, of another format, or cut short; the store stays empty.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file, core.writing(durable=True) as connection:
            if connection.execute("SELECT EXISTS (SELECT 1 FROM run)").fetchone()[0]:
                raise StoreError("The store is not empty.", remedy="Restore into a new file.")
            secret = _head(path, file)
            connection.execute("DELETE FROM kind")
            _fill(connection, path, file)
            connection.execute("UPDATE meta SET value = ? WHERE key = 'secret'", (secret,))
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise FileFormatError(f"{path} cannot be read as a dump: {error}.", remedy="Choose another file.") from error
    core.forget_all()
    return secret


def _head(path: Path, file: TextIO) -> bytes:
    try:
        head = json.loads(file.readline())
        if head["kedja"] == "dump" and head["format"] == FORMAT:
            return bytes.fromhex(head["secret"])
    except (ValueError, KeyError, TypeError) as error:
        raise FileFormatError(f"{path} is not a dump of a store.", remedy="Choose another file.") from error
    raise FileFormatError(f"{path} has dump format {head['format']}.", remedy=f"This Kedja reads format {FORMAT}.")


def _fill(connection: sqlite3.Connection, path: Path, file: TextIO) -> None:
    columns = {table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")} for table in _TABLES}
    table = ""
    batch: list[dict[str, Any]] = []
    try:
        for line in file:
            kind, fields = json.loads(line)
            if fields.keys() != columns[kind]:
                raise FileFormatError(f"{path} has other columns in {kind}.", remedy="Choose another file.")
            if kind != table or len(batch) >= _BATCH:
                _insert(connection, table, batch)
                table, batch = kind, []
            batch.append(fields)
        _insert(connection, table, batch)
    except (ValueError, KeyError, AttributeError) as error:
        raise FileFormatError(f"{path} is not a whole dump: {error}.", remedy="Choose another file.") from error


def _insert(connection: sqlite3.Connection, table: str, batch: list[dict[str, Any]]) -> None:
    if batch:
        names = list(batch[0])
        marks = ",".join(f":{name}" for name in names)
        connection.executemany(f"INSERT INTO {table}({','.join(names)}) VALUES ({marks})", batch)
