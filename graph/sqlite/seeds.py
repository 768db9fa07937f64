"""What a run may change of who is who: the bases to look at, and the many that need no looking at.

A *plain* record is public, new, shares no key with any other record, and nobody has judged it: the ghosts of its keys
stand under it, whatever else is loaded. First loads are made of these, so they are placed by a few statements.
"""

from __future__ import annotations

import json
import sqlite3

from graph.identity import SILENT
from graph.sqlite.schema import SHIFT
from ontology.values import SCHEMES

_SCRATCH = """
CREATE TEMP TABLE IF NOT EXISTS plain (key INTEGER PRIMARY KEY, base INTEGER NOT NULL);
CREATE TEMP TABLE IF NOT EXISTS moved (base INTEGER PRIMARY KEY, entity INTEGER NOT NULL);
CREATE TEMP TABLE IF NOT EXISTS old (row INTEGER PRIMARY KEY);
DELETE FROM temp.plain;
"""

_JUDGED = "EXISTS (SELECT 1 FROM judgement j WHERE j.a = {0}) OR EXISTS (SELECT 1 FROM judgement j WHERE j.b = {0})"

_FIND_PLAIN = f"""
INSERT OR IGNORE INTO temp.plain
SELECT k.key, k.base FROM record o CROSS JOIN record_key k ON k.base = o.base
WHERE o.row >= :first AND o.row < :end AND o.said = :run AND NOT EXISTS (
    SELECT 1 FROM record r WHERE r.base = o.base AND (r.secrecy > 0 OR r.row < :first OR r.row >= :end)
) AND NOT EXISTS (SELECT 1 FROM member m WHERE m.base = o.base)
AND NOT ({_JUDGED.format("o.base")})
AND NOT EXISTS (
    SELECT 1 FROM record_key mine CROSS JOIN base b ON b.node = mine.key WHERE mine.base = o.base AND (
        EXISTS (SELECT 1 FROM record_key other WHERE other.key = mine.key AND other.base <> o.base)
        OR EXISTS (SELECT 1 FROM member m WHERE m.base = mine.key)
        OR {_JUDGED.format("mine.key")}
        OR substr(b.key, 1, instr(b.key, ':') - 1) NOT IN (SELECT value FROM json_each(:strong))
    )
)
"""


class Seeds:
    """The bases whose standing a run may change."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.bases: set[int] = set()
        for statement in _SCRATCH.strip().splitlines():
            connection.execute(statement)

    def of_run(self, run: int) -> None:
        """Bases of the records that the run adds and takes back and, where that can matter, of its links' ends.

        A link changes the standing of a ghost only by making it more or less public, or where people judged ghosts.
        """
        first, end = run << SHIFT, (run + 1) << SHIFT
        strong = json.dumps([name for name, scheme in SCHEMES.items() if scheme.strong])
        self._connection.execute(_FIND_PLAIN, {"first": first, "end": end, "run": run, "strong": strong})
        own = f"row >= {first} AND row < {end}"
        self._take(f"SELECT base FROM record WHERE {own} AND base NOT IN (SELECT base FROM temp.plain)")
        self._take(f"SELECT base FROM record WHERE retracted = {run}")
        # What is taken back no longer leads to its keys, and these stood under it.
        self._take(f"SELECT k.key FROM record r JOIN record_key k ON k.base = r.base WHERE r.retracted = {run}")
        if self.touchy():
            for side in ("source_base", "target_base"):
                for rows in (own, f"retracted = {run}"):
                    self._take(f"SELECT {side} FROM link WHERE {rows} AND {side} NOT IN (SELECT key FROM temp.plain)")

    def touchy(self) -> bool:
        """Whether a link can change where something stands: people have judged, or some of it is not public."""
        row = self._connection.execute(
            "SELECT EXISTS (SELECT 1 FROM record WHERE secrecy > 0) OR EXISTS (SELECT 1 FROM judgement)"
        ).fetchone()
        return bool(row[0])

    def _take(self, sql: str) -> None:
        self.bases.update(base for (base,) in self._connection.execute(sql))

    def move_plain(self, run: int) -> None:
        """Note where the ghosts of plain records move, if links of earlier runs may stand at them."""
        earlier = "SELECT EXISTS (SELECT 1 FROM link WHERE row < ?) OR EXISTS (SELECT 1 FROM link WHERE row >= ?)"
        if self._connection.execute(earlier, (run << SHIFT, (run + 1) << SHIFT)).fetchone()[0]:
            self._connection.execute("INSERT INTO temp.moved SELECT key, base FROM temp.plain")

    def place_plain(self, first: int) -> int:
        """Write the members of plain records, numbered from ``first``; gives how many."""
        return self._connection.execute(
            "INSERT INTO member SELECT ? + row_number() OVER (ORDER BY key), key, base, base, ?, NULL FROM temp.plain",
            (first - 1, SILENT),
        ).rowcount
