"""What may be wrong in a store file: broken references, rows that nobody should see, words out of step."""

from __future__ import annotations

import sqlite3

from graph.sqlite.core import Core
from graph.sqlite.schema import SHIFT

_LIVE = "SELECT run FROM run WHERE state <> 'abandoned'"
_PUBLISHED = "SELECT run FROM run WHERE publication IS NOT NULL"

_QUESTIONS = {
    **{
        f"{table}: {{}} versions of runs that are abandoned or unknown":
            f"SELECT count(*) FROM {table} WHERE (row >> {SHIFT}) NOT IN ({_LIVE})"
        for table in ("record", "link", "member", "judgement")
    },
    **{
        f"{table}: {{}} versions retracted by runs that are abandoned or unknown":
            f"SELECT count(*) FROM {table} WHERE retracted NOT IN ({_LIVE})"
        for table in ("record", "link", "member", "judgement")
    },
    **{
        f"{table}: {{}} versions without their text":
            f"SELECT count(*) FROM {table} t WHERE NOT EXISTS (SELECT 1 FROM {table}_body b WHERE b.body = t.body)"
        for table in ("record", "link")
    },
    **{
        f"{table}: {{}} texts that no version has":
            f"SELECT count(*) FROM {table}_body b WHERE b.body NOT IN (SELECT body FROM {table})"
            f" AND b.body NOT IN (SELECT body FROM {table}_in)"
        for table in ("record", "link")
    },
    **{
        f"{table}: {{}} additions of runs that add no more":
            f"SELECT count(*) FROM {table}_in WHERE said NOT IN (SELECT run FROM run WHERE state = 'adding')"
        for table in ("record", "link")
    },
    "record: {} versions of unknown bases or entities":
        "SELECT count(*) FROM record WHERE base NOT IN (SELECT node FROM base)"
        " OR entity NOT IN (SELECT node FROM base)",
    "link: {} versions with unknown ends":
        "SELECT count(*) FROM link WHERE source_base NOT IN (SELECT node FROM base)"
        " OR target_base NOT IN (SELECT node FROM base) OR source NOT IN (SELECT node FROM base)"
        " OR target NOT IN (SELECT node FROM base)",
    "member: {} bases stand in two places":
        "SELECT count(*) FROM (SELECT base FROM member WHERE retracted IS NULL GROUP BY base HAVING count(*) > 1)",
    "member: {} bases stand under one that itself stands elsewhere":
        "SELECT count(*) FROM member a JOIN member b ON b.base = a.entity"
        " WHERE a.retracted IS NULL AND b.retracted IS NULL",
    "record: {} live versions stand elsewhere than their base":
        "SELECT count(*) FROM record r LEFT JOIN member m ON m.base = r.base AND m.retracted IS NULL"
        f" WHERE r.retracted IS NULL AND (r.row >> {SHIFT}) IN ({_PUBLISHED})"
        " AND r.entity <> ifnull(m.entity, r.base)",
    "link: {} live versions stand elsewhere than their bases":
        "SELECT count(*) FROM link l LEFT JOIN member s ON s.base = l.source_base AND s.retracted IS NULL"
        " LEFT JOIN member t ON t.base = l.target_base AND t.retracted IS NULL"
        f" WHERE l.retracted IS NULL AND (l.row >> {SHIFT}) IN ({_PUBLISHED})"
        " AND (l.source <> ifnull(s.entity, l.source_base) OR l.target <> ifnull(t.entity, l.target_base))",
    "run: {} published runs without a publication, or the other way round":
        "SELECT (SELECT count(*) FROM run r WHERE r.publication IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM publication p WHERE p.number = r.publication AND p.run = r.run))"
        " + (SELECT count(*) FROM publication p WHERE p.run NOT IN (SELECT run FROM run))",
    "publication: {} numbers are missing":
        "SELECT ifnull(max(number), 0) - count(*) FROM publication",
    "run: {} runs with half a source":
        "SELECT count(*) FROM run WHERE (source IS NULL) <> (described IS NULL)",
}  # fmt: skip


def check(core: Core) -> list[str]:
    """See ``Store.check``. Run between loads: a run that is being settled by another process may show as a fault."""
    connection = core.reader()
    broken = [row[0] for row in connection.execute("PRAGMA quick_check(10)") if row[0] != "ok"]
    if broken:
        return [f"the file is damaged: {text}" for text in broken]
    faults = []
    for text, sql in _QUESTIONS.items():
        count = connection.execute(sql).fetchone()[0]
        if count:
            faults.append(text.format(count))
    return [*faults, *_words(core)]


def _words(core: Core) -> list[str]:
    with core.idle() as connection:
        try:
            connection.execute("INSERT INTO words(words, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            return [f"the search index is not in step with the records: {error}"]
    return []
