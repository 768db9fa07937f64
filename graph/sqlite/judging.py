"""Judgements: a person says that two things are the same, or not; a rule joined two records."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from graph.identity import GHOST_RULE, JUDGED, SILENT, entity_id
from graph.sqlite import joining
from graph.sqlite.core import Core, View
from graph.sqlite.entities import find, was_shown
from graph.sqlite.reading import nodes_of
from graph.sqlite.runs import at_once, latest
from graph.sqlite.schema import SHIFT
from graph.sqlite.seeds import Seeds
from graph.store import At, Judgement, Publication, Verdict
from ontology.errors import InputError, NotInGraphError
from ontology.records import Secrecy, digest

AUTOMATIC = "kedja"


def judge(core: Core, judgements: Sequence[Judgement], at: datetime) -> Publication:
    """See ``Store.judge``. An id means the very record or ghost that it was made from, a key the entity that has it.

    Raises:
        InputError: both sides are one record, or of two node types; a natural person is called the same as another.
    """
    sides = [(_side(core, one.a), _side(core, one.b)) for one in judgements]
    if any(a == b for a, b in sides):
        raise InputError(
            "Both sides of the judgement are the same record.", remedy="Name two records by their own entity ids."
        )

    def work(connection: sqlite3.Connection, run: int) -> dict[str, int]:
        places = 0
        for judgement, (a, b) in zip(judgements, sides, strict=True):
            places += _say(connection, run, places, judgement, a, b)
        connection.execute("UPDATE run SET places = ? WHERE run = ?", (places, run))
        return _rejoined(connection, run, {side for pair in sides for side in pair})

    note = judgements[0].why if len(judgements) == 1 else f"{len(judgements)} judgements"
    return at_once(core, "judgement", note, at, work)


def _say(connection: sqlite3.Connection, run: int, place: int, judgement: Judgement, a: int, b: int) -> int:
    """Write one judgement, unless it stands; gives how many were written."""
    sides = connection.execute("SELECT id, type FROM base WHERE node IN (?,?) ORDER BY id", (a, b)).fetchall()
    if sides[0][1] != sides[1][1]:
        raise InputError("Things of two types cannot be judged the same or different.")
    if judgement.verdict == Verdict.SAME and _is_person(connection, a, b):
        raise InputError("A natural person is never made one with another.", remedy="Judge them different, or unsure.")
    id_ = _id(sides[0][0], sides[1][0], judgement.verdict, judgement.who, judgement.why, judgement.rule)
    if connection.execute("SELECT 1 FROM judgement WHERE id = ? AND retracted IS NULL", (id_,)).fetchone():
        return 0
    said = ((run << SHIFT) + place, id_, a, b, judgement.verdict, judgement.who, judgement.why, judgement.rule)
    connection.execute("INSERT INTO judgement VALUES (?,?,?,?,?,?,?,?,NULL)", said)
    return 1


def _is_person(connection: sqlite3.Connection, *bases: int) -> bool:
    """Whether a record of these, or one with these keys, is a natural person's."""
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM record WHERE retracted IS NULL AND apart AND (base IN (?1,?2)"
        " OR base IN (SELECT base FROM record_key WHERE key IN (?1,?2))))",
        bases,
    ).fetchone()
    return bool(row[0])


def withdraw(core: Core, id_: str, who: str, why: str, at: datetime) -> Publication:
    """See ``Store.withdraw``.

    Raises:
        NotInGraphError: no such judgement stands.
    """

    def work(connection: sqlite3.Connection, run: int) -> dict[str, int]:
        row = connection.execute(
            "SELECT row, a, b FROM judgement WHERE id = ? AND retracted IS NULL", (id_,)
        ).fetchone()
        if row is None:
            raise NotInGraphError(
                f"No judgement {id_} by a person stands.",
                remedy="A rule's judgement is undone by judging the two records different.",
            )
        connection.execute("UPDATE judgement SET retracted = ? WHERE row = ?", (run, row[0]))
        return _rejoined(connection, run, {row[1], row[2]})

    return at_once(core, "withdrawal", f"{who}: {why}", at, work)


def _rejoined(connection: sqlite3.Connection, run: int, bases: set[int]) -> dict[str, int]:
    seeds = Seeds(connection)
    seeds.bases |= bases
    return {"merged": joining.rejoin(connection, run, seeds).merged}


def _id(a: str, b: str, verdict: str, who: str, why: str, rule: str) -> str:
    return "j" + digest(a, b, verdict, who, why, rule)


def _side(core: Core, text: str) -> int:
    published = latest(core)
    at = At(published.number if published else 0, Secrecy.RESTRICTED)
    for base in nodes_of(core, [text.strip()], "e"):
        if was_shown(core, core.view(at), base):
            return base
    entity = find(core, at, text)
    if entity is None:
        raise NotInGraphError(f"{text} is not in the graph.", remedy="Search for it by name first.")
    return entity.node


def judgements(core: Core, at: At) -> list[Judgement]:
    """See ``Store.judgements``: those by people and those by a rule, ordered by id."""
    view = core.view(at)
    return sorted([*_manual(core, view), *_by_rule(core, view)], key=lambda j: j.id)


def decided(core: Core, at: At) -> list[tuple[str, str, Verdict]]:
    """See ``Store.decided``."""
    view = core.view(at)
    stands = f"ifnull((SELECT m.entity FROM member m WHERE m.base = {{}} AND {view.sql('m', secrecy=False)}), {{}})"
    rows = core.reader().execute(
        "SELECT a.id, b.id, j.verdict FROM judgement j"
        f" JOIN base a ON a.node = {stands.format('j.a', 'j.a')} JOIN base b ON b.node = {stands.format('j.b', 'j.b')}"
        f" WHERE {view.sql('j', secrecy=False)} ORDER BY j.row"
    )
    return [(entity_id(a), entity_id(b), Verdict(verdict)) for a, b, verdict in rows]


def _manual(core: Core, view: View) -> Iterator[Judgement]:
    rows = core.reader().execute(
        "SELECT j.id, a.id, b.id, j.verdict, j.who, j.why, j.rule, j.a, j.b FROM judgement j"
        f" JOIN base a ON a.node = j.a JOIN base b ON b.node = j.b WHERE {view.sql('j', secrecy=False)}"
    )
    for row in rows.fetchall():
        if was_shown(core, view, row[7]) and was_shown(core, view, row[8]):
            yield _judgement(row, row[0])


def _by_rule(core: Core, view: View) -> Iterator[Judgement]:
    """Records that share an identifier, and ghosts that have been things of their own before a record came."""
    once = " UNION ".join(
        f"SELECT l.{end} FROM link l WHERE l.retracted IS NOT NULL AND l.{end} = l.{end}_base AND {view.added('l')}"
        for end in ("source", "target")
    )
    for rule, which in (
        ("m.rule", f"m.rule <> '' AND m.rule <> '{JUDGED}'"),
        (f"'{GHOST_RULE}'", f"m.rule = '{SILENT}' AND m.base IN ({once})"),
    ):
        rows = core.reader().execute(
            f"SELECT NULL, a.id, b.id, '{Verdict.SAME}', '{AUTOMATIC}', '', {rule} FROM member m"
            " JOIN base a ON a.node = m.base JOIN base b ON b.node = m.partner"
            f" WHERE {which} AND {view.sql('m', secrecy=False)}"
            f" AND {_stands('m.base', view)} AND {_stands('m.partner', view)}"
        )
        for row in rows:
            yield _judgement(row, _id(*row[1:]))


def _stands(base: str, view: View) -> str:
    ends = " OR ".join(
        f"EXISTS (SELECT 1 FROM link l WHERE l.{end}_base = {base} AND {view.sql('l')})" for end in ("source", "target")
    )
    return f"(EXISTS (SELECT 1 FROM record r WHERE r.base = {base} AND {view.sql('r')}) OR {ends})"


def _judgement(row: tuple[Any, ...], id_: str) -> Judgement:
    return Judgement(entity_id(row[1]), entity_id(row[2]), Verdict(row[3]), row[4], row[5], row[6], id_)
