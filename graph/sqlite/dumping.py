"""A whole store as one file, and back; see ``graph.dump``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

from graph import dump as files
from graph.dump import FIELDS, Row
from graph.identity import ordinal
from graph.searching import indexed
from graph.sqlite.core import Core
from graph.sqlite.schema import FOUND_BY, SHIFT
from ontology.errors import FileFormatError, StoreError

_TEXTS = {
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
        files.write(path, secret, lambda kind: _rows(connection, kind))
    finally:
        connection.execute("ROLLBACK")


def _rows(connection: sqlite3.Connection, kind: str) -> Iterator[Row]:
    columns = ", ".join(_column(kind, name) for name in FIELDS[kind])
    yield from connection.execute(f"SELECT {columns} FROM {_FROM[kind]} ORDER BY 1, 2")


_KEPT = "(SELECT run FROM run WHERE publication IS NOT NULL)"
_FROM = {
    "run": "run t WHERE t.publication IS NOT NULL OR t.state = 'abandoned'",
    "base": "base t",
    "record_key": "record_key t",
    "tombstone": "tombstone t",
    "judgement": f"judgement t WHERE (t.row >> {SHIFT}) IN {_KEPT}",
    "member": f"member t WHERE (t.row >> {SHIFT}) IN {_KEPT}",
    **{
        table: f"{table} t LEFT JOIN {table}_body d ON d.body = t.row AND t.body = t.row"
        f" WHERE (t.row >> {SHIFT}) IN {_KEPT}"
        for table in _TEXTS
    },
}


def _column(kind: str, name: str) -> str:
    if name in _TEXTS.get(kind, ()):
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
            secret = files.read(path, lambda kind, batch: _fill(core, connection, kind, batch))
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
    names = _TEXTS.get(kind, ())
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
