"""A process of its own that reads a store: run as a script by ``bulk``, never imported.

It asks one question through ADBC, which has an SQLite of its own, and writes the answer's columns to standard output
as they lie in memory. For each batch there is a line, a JSON list of the number of rows and of the bytes of each
buffer, and then the buffers; an empty list ends it all. A text column has two buffers: where each text begins
(int32, one more than rows), and the texts. Imports nothing of Kedja's, so that it starts fast.

Usage: pump.py URI SQL KINDS ROWS
"""

from __future__ import annotations

import json
import sys
from typing import Any

import adbc_driver_manager
import adbc_driver_sqlite
import nanoarrow  # type: ignore[import-untyped]

FORMATS = {"i": "l", "f": "g", "t": "u"}
"""Arrow's letter for what a column must be: int64, float64, UTF-8 with int32 offsets."""

WAIT = 60_000
"""Milliseconds to wait for a file that another process is just opening or closing."""


def main(uri: str, sql: str, kinds: str, rows: str) -> None:
    # Only reads, so it neither writes the log back into the file nor removes it when it is the last to leave.
    database = adbc_driver_sqlite.connect(uri)
    connection = adbc_driver_manager.AdbcConnection(database)
    list(_asked(connection, f"PRAGMA busy_timeout={WAIT}", "1"))
    out = sys.stdout.buffer
    for batch in _asked(connection, sql, rows):
        buffers = [b for kind, column in zip(kinds, batch.children, strict=True) for b in _buffers(kind, column)]
        out.write(json.dumps([batch.length, *map(len, buffers)]).encode() + b"\n")
        for buffer in buffers:
            out.write(buffer)
    out.write(b"[]\n")
    out.flush()


def _asked(connection: adbc_driver_manager.AdbcConnection, sql: str, rows: str) -> Any:
    statement = adbc_driver_manager.AdbcStatement(connection)
    statement.set_options(**{"adbc.sqlite.query.batch_rows": rows})
    statement.set_sql_query(sql)
    stream, _ = statement.execute_query()
    return nanoarrow.c_array_stream(stream)


def _buffers(kind: str, column: Any) -> list[memoryview]:
    """The buffers of a column without NULL, cut to their length."""
    if column.schema.format != FORMATS[kind] or column.offset or column.null_count > 0:
        raise TypeError(f"A column is {column.schema.format}, not {FORMATS[kind]}, or has NULL.")
    _, *buffers = column.view().buffers
    found = [memoryview(buffer).cast("B") for buffer in buffers]
    if kind != "t":
        return [found[0][: 8 * column.length]]
    begins = found[0][: 4 * (column.length + 1)]
    return [begins, found[1][: int.from_bytes(begins[-4:], sys.byteorder)]]


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except adbc_driver_manager.Error as error:
        sys.exit(str(error).partition("\n")[0])
