"""Reading at a publication under a clearance: records, links, history, changes."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from graph.identity import entity_id, ordinal
from graph.sqlite.core import Core, View, remembered
from graph.sqlite.schema import SHIFT
from graph.store import At, Changes, StoredLink, StoredRecord
from graph.stored import STATUSES, read_source
from ontology.errors import InputError
from ontology.records import Common, Polarity, Secrecy, Source, link_id, link_order
from ontology.values import from_day

AMONG = "IN (SELECT value FROM json_each(?))"

_RECORD = """SELECT r.row, b.id, e.id, r.entity, r.type, d.keys, d.properties, r.said, d.locator, d.raw,
    r.status, r.confidence, r.denied, r.secrecy, r.valid_from, r.valid_to, d.cites, r.retracted
    FROM record r JOIN base b ON b.node = r.base JOIN base e ON e.node = r.entity
    JOIN record_body d ON d.body = r.body"""

_LINK = """SELECT l.row, l.ord, l.type, s.id, t.id, l.source, l.target, sk.key, tk.key, d.properties, l.said,
    d.locator, d.raw, l.status, l.confidence, l.denied, l.secrecy, l.valid_from, l.valid_to, d.cites, l.retracted
    FROM link l JOIN base s ON s.node = l.source JOIN base t ON t.node = l.target
    JOIN base sk ON sk.node = l.source_base JOIN base tk ON tk.node = l.target_base
    JOIN link_body d ON d.body = l.body"""


def _common(row: tuple[Any, ...]) -> Common:
    status, confidence, denied, secrecy, valid_from, valid_to, cites = row
    return Common(
        STATUSES[status], confidence, Polarity.DENIED if denied else Polarity.ASSERTED, Secrecy(secrecy),
        from_day(valid_from), from_day(valid_to), cites,
    )  # fmt: skip


def _record(core: Core, row: tuple[Any, ...]) -> StoredRecord:
    return StoredRecord(
        row=row[0], id=row[1], entity=entity_id(row[2]), node=row[3], type=core.kind_name(row[4]),
        keys=tuple(json.loads(row[5])), properties=json.loads(row[6]), common=_common(row[10:17]),
        source=core.source_of(row[7]), locator=row[8], raw=json.loads(row[9]) if row[9] else {},
    )  # fmt: skip


def _link(core: Core, row: tuple[Any, ...]) -> StoredLink:
    return StoredLink(
        row=row[0], id=link_id(row[1]), type=core.kind_name(row[2]), source=entity_id(row[3]), target=entity_id(row[4]),
        source_node=row[5], target_node=row[6], source_key=row[7], target_key=row[8], properties=json.loads(row[9]),
        common=_common(row[13:20]), origin=core.source_of(row[10]), locator=row[11],
        raw=json.loads(row[12]) if row[12] else {},
    )  # fmt: skip


def sources(core: Core, at: At) -> dict[str, Source]:
    """See ``Store.sources``: within the clearance, as the last of its runs described each. Remembered as a view is."""
    return remembered(core.sources, at, lambda: _sources(core, at))


def _sources(core: Core, at: At) -> dict[str, Source]:
    rows = core.reader().execute(
        "SELECT r.source, r.described FROM run r WHERE r.series IS NOT NULL AND r.secrecy <= ?1 AND r.publication <= ?2"
        " AND NOT ifnull(json_extract(r.counts, '$.older_edition'), 0) AND NOT EXISTS ("
        "SELECT 1 FROM run w WHERE w.run = json_extract(r.counts, '$.withdrawn') AND w.publication <= ?2"
        ") ORDER BY r.source, r.publication",
        (int(at.clearance), core.view(at).publication),
    )
    return {id_: read_source(described) for id_, described in dict(rows.fetchall()).items()}


def resting(core: Core, at: At) -> dict[str, Counter[str]]:
    """See ``Store.resting``. Remembered for the last few places: only an erasure changes it."""
    erased = int(core.reader().execute("SELECT count(*) FROM tombstone").fetchone()[0])
    return remembered(core.resting, (at, erased), lambda: _resting(core, at))


def _resting(core: Core, at: At) -> dict[str, Counter[str]]:
    view, found = core.view(at), defaultdict[str, Counter[str]](Counter)
    for table in ("record", "link"):
        rows = core.reader().execute(
            f"SELECT r.said, r.type, count(*) FROM {table} r WHERE {view.sql('r')} GROUP BY r.said, r.type"
        )
        for said, type_, n in rows:
            found[core.source_of(said)][core.kind_name(type_)] += n
    return dict(found)


def count(core: Core, at: At, types: Iterable[str]) -> int:
    """See ``Store.count``."""
    kinds = ",".join(map(str, core.known_kinds(types)))
    row = (
        core.reader()
        .execute(f"SELECT count(*) FROM record r WHERE r.type IN ({kinds}) AND {core.view(at).sql('r')}")
        .fetchone()
    )
    return int(row[0])


def nodes_of(core: Core, ids: Iterable[str], first: str) -> list[int]:
    """Numbers of the bases whose ids end in the digests of ``ids`` (record, link or entity ids)."""
    wanted = {i for i in ids if len(i) == 21 and i[0] in first and _is_hex(i[1:])}
    digests = {i[1:] for i in wanted}
    kinds = "rg" if first == "e" else first
    rows = core.reader().execute(
        f"SELECT node, id FROM base WHERE ord {AMONG}", (json.dumps([ordinal(i) for i in sorted(wanted)]),)
    )
    return [node for node, id_ in rows if id_[0] in kinds and id_[1:] in digests]


def _is_hex(text: str) -> bool:
    return all(c in "0123456789abcdef" for c in text)


def is_link(text: str) -> bool:
    """Whether a text is the id of a stored link."""
    return len(text) == 17 and text[0] == "l" and _is_hex(text[1:]) and text[1] < "8"


def _numbers(numbers: Iterable[int]) -> str:
    return json.dumps([int(n) for n in numbers])


def bases_at(view: View, nodes: str = "?") -> str:
    """The bases that stand under some entities, as SQL with one parameter (used twice as ?1)."""
    return (
        f"(SELECT value FROM json_each({nodes}) UNION SELECT m.base FROM member m"
        f" WHERE m.entity IN (SELECT value FROM json_each({nodes})) AND {view.sql('m', secrecy=False)})"
    )


def records(
    core: Core, at: At, *, types: Iterable[str] | None, entities: Iterable[str] | None, ids: Iterable[str] | None,
    rows: Iterable[int] | None,
) -> Iterator[StoredRecord]:  # fmt: skip
    """See ``Store.records``."""
    view = core.view(at)
    where, given = [view.sql("r")], {}
    if types is not None:
        where.append("+r.type IN (SELECT value FROM json_each(:types))")
        given["types"] = _numbers(core.known_kinds(types))
    if entities is not None:
        given["entities"] = _numbers(nodes_of(core, entities, "e"))
        where.append(f"r.base IN {bases_at(view, ':entities')}")
        where.append("+r.entity IN (SELECT value FROM json_each(:entities))")
    if ids is not None:
        where.append("r.base IN (SELECT value FROM json_each(:ids))")
        given["ids"] = _numbers(nodes_of(core, ids, "r"))
    if rows is not None:
        where.append("r.row IN (SELECT value FROM json_each(:rows))")
        given["rows"] = _numbers(rows)
    if types is not None and len(where) == 2:
        where[1] = where[1].removeprefix("+")
    order = "ORDER BY substr(e.id, 2), b.id, r.hash, r.row"
    for row in core.reader().execute(f"{_RECORD} WHERE {' AND '.join(where)} {order}", given):
        yield _record(core, row)


def links(
    core: Core, at: At, *, types: Iterable[str] | None, source: Iterable[str] | None, target: Iterable[str] | None,
    ids: Iterable[str] | None, rows: Iterable[int] | None,
) -> Iterator[StoredLink]:  # fmt: skip
    """See ``Store.links``."""
    view = core.view(at)
    where, given = [view.sql("l")], {}
    for end, wanted in (("source", source), ("target", target)):
        if wanted is not None:
            given[end] = _numbers(nodes_of(core, wanted, "e"))
            where.append(f"l.{end}_base IN {bases_at(view, f':{end}')}")
            where.append(f"+l.{end} IN (SELECT value FROM json_each(:{end}))")
    if ids is not None:
        given["ids"] = _numbers(link_order(i) for i in set(ids) if is_link(i))
        where.append("l.ord IN (SELECT value FROM json_each(:ids))")
    if rows is not None:
        where.append("l.row IN (SELECT value FROM json_each(:rows))")
        given["rows"] = _numbers(rows)
    if types is not None:
        given["types"] = _numbers(core.known_kinds(types))
        # The plus keeps SQLite from choosing the index on types when a better one is there.
        where.append(f"{'+' if len(where) > 1 else ''}l.type IN (SELECT value FROM json_each(:types))")
    order = (
        "ORDER BY substr(s.id, 2), substr(t.id, 2), (SELECT name FROM kind WHERE number = l.type), l.ord, l.hash, l.row"
    )
    for row in core.reader().execute(f"{_LINK} WHERE {' AND '.join(where)} {order}", given):
        yield _link(core, row)


def link_sources(core: Core, at: At, ids: Iterable[str]) -> set[str]:
    """See ``Store.link_sources``."""
    given = {"ids": _numbers(link_order(i) for i in set(ids) if is_link(i))}
    found = core.reader().execute(
        f"SELECT DISTINCT l.said FROM link l WHERE {core.view(at).sql('l')}"
        " AND l.ord IN (SELECT value FROM json_each(:ids))",
        given,
    )
    return {core.source_of(run) for (run,) in found}


def history(core: Core, id_: str, clearance: Secrecy) -> list[tuple[StoredRecord | StoredLink, int, int | None]]:
    """See ``Store.history``."""
    published = dict(core.reader().execute("SELECT run, publication FROM run WHERE publication IS NOT NULL").fetchall())
    is_record = id_.startswith("r")
    if not is_record and not is_link(id_):
        return []
    if is_record:
        found = core.reader().execute(
            f"{_RECORD} WHERE r.base {AMONG} AND r.secrecy <= ? ORDER BY r.row",
            (_numbers(nodes_of(core, [id_], "r")), int(clearance)),
        )
    else:
        found = core.reader().execute(
            f"{_LINK} WHERE l.ord = ? AND l.secrecy <= ? ORDER BY l.row", (link_order(id_), int(clearance))
        )
    versions: list[tuple[StoredRecord | StoredLink, int, int | None]] = []
    for row in found:
        if (added := published.get(row[0] >> SHIFT)) is not None:
            version = _record(core, row) if is_record else _link(core, row)
            versions.append((version, added, published.get(row[-1])))
    versions.sort(key=lambda v: (v[1], v[0].row))
    return versions


def changes(core: Core, before: At, after: At) -> Changes:
    """See ``Store.changes``. A statement with a new version is in both lists.

    Raises:
        InputError: two different clearances.
    """
    if before.clearance != after.clearance:
        raise InputError("Changes are between two publications under one clearance.")
    old, new = core.view(before), core.view(after)
    low, high = sorted((before.publication, after.publication))
    touched = [
        run
        for (run,) in core.reader().execute("SELECT run FROM publication WHERE number > ? AND number <= ?", (low, high))
    ]
    added: set[str] = set()
    retracted: set[str] = set()
    for run in touched:
        for table, id_, source in (
            ("record", "b.id", "record v JOIN base b ON b.node = v.base"),
            ("link", "v.ord", "link v"),
        ):
            rows = (
                f"v.row IN (SELECT row FROM {table} WHERE row >= {run << SHIFT} AND row < {(run + 1) << SHIFT}"
                f" UNION ALL SELECT row FROM {table} WHERE retracted = {run})"
            )
            was, is_ = old.sql("v"), new.sql("v")
            found = core.reader().execute(f"SELECT {id_}, {is_} FROM {source} WHERE {rows} AND {was} <> {is_}")
            for said, now in found:
                (added if now else retracted).add(said if table == "record" else link_id(said))
    return Changes(tuple(sorted(added)), tuple(sorted(retracted)))
