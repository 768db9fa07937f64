"""Withdrawing a source: a run takes back what it says now. History stays, and the source may be loaded again."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from graph.sqlite import joining
from graph.sqlite.core import Core
from graph.sqlite.reading import AMONG
from graph.sqlite.runs import at_once
from graph.sqlite.seeds import Seeds
from graph.store import Publication, Withdrawn
from graph.stored import read_source
from ontology.errors import InputError, NotInGraphError
from ontology.records import Mode, Source


@dataclass(frozen=True, slots=True)
class _Shown:
    """A published run of a series that is not withdrawn and was not too old when it came."""

    run: int
    source: Source
    described: str


def withdraw(
    core: Core, series: str, edition: str | None, publisher: str | None, reason: str, at: datetime
) -> Withdrawn:
    """See ``Store.withdraw_source``."""
    done: dict[str, int] = {}
    title: list[str] = []

    def work(connection: sqlite3.Connection, run: int) -> dict[str, int]:
        shown = _shown(connection, series, publisher)
        said = shown if edition is None else _of_edition(shown, series, edition)
        runs = json.dumps([one.run for one in said])
        for table in ("record", "link"):
            done[table] = connection.execute(
                f"UPDATE {table} SET retracted = ? WHERE retracted IS NULL AND said {AMONG}", (run, runs)
            ).rowcount
        # A load of the same bytes is no longer the same again, and no edition of them is a newer one.
        connection.execute(f"UPDATE run SET counts = json_set(counts, '$.withdrawn', ?) WHERE run {AMONG}", (run, runs))
        last = said[-1]
        connection.execute(
            "UPDATE run SET source = ?, described = ?, secrecy = ? WHERE run = ?",
            (last.source.id, last.described, max(int(one.source.secrecy) for one in said), run),
        )
        title.append(last.source.title)
        seeds = Seeds(connection)
        seeds.of_run(run)
        joining.rejoin(connection, run, seeds)
        return {"retracted": sum(done.values())}

    published: Publication = at_once(core, "withdrawal", reason, at, work)
    return Withdrawn(published, title[0], done["record"], done["link"])


def _shown(connection: sqlite3.Connection, series: str, publisher: str | None) -> list[_Shown]:
    """What shows of the series, oldest first.

    Raises:
        NotInGraphError: no such series, or none of that publisher, or all of it is withdrawn.
        InputError: a series of several publishers, and none is named.
    """
    rows = connection.execute(
        "SELECT run, described FROM run WHERE publication IS NOT NULL AND series IS NOT NULL"
        " AND NOT ifnull(json_extract(counts, '$.older_edition'), 0)"
        " AND json_extract(counts, '$.withdrawn') IS NULL ORDER BY publication"
    ).fetchall()
    shown = [_Shown(run, read_source(described), described) for run, described in rows]
    found = [s for s in shown if s.source.series == series and publisher in (None, s.source.publisher)]
    publishers = sorted({one.source.publisher for one in found})
    if len(publishers) > 1:
        raise InputError(
            f"Several publishers have a series {series}: {'; '.join(publishers)}.", remedy="Name one by --publisher."
        )
    if not found:
        known = ", ".join(sorted({one.source.series for one in shown})) or "none"
        raise NotInGraphError(f"Nothing of a series {series} shows now.", remedy=f"Series that show: {known}.")
    return found


def _of_edition(shown: list[_Shown], series: str, edition: str) -> list[_Shown]:
    """The runs whose statements an edition stands for.

    A full edition stands for all that its series still says, repeated from older ones or not; of the others each for
    what it said first.

    Raises:
        NotInGraphError: no such edition.
        InputError: an edition that a later full one has replaced: what still stands of it is the later one's.
    """
    own = [one for one in shown if one.source.edition == edition]
    if not own:
        known = ", ".join(sorted({one.source.edition for one in shown}))
        raise NotInGraphError(f"Nothing of edition {edition} of {series} shows now.", remedy=f"It has: {known}.")
    full = next((one for one in reversed(shown) if one.source.mode is Mode.FULL), None)
    if full is None:
        return own
    if full.source.edition == edition:
        return [one for one in shown if one in own or (one.source.mode is not Mode.APPEND and one.run <= full.run)]
    if any(one.source.mode is not Mode.APPEND and one.run < full.run for one in own):
        raise InputError(
            f"Edition {edition} of {series} was replaced by {full.source.edition}, which says what is left of it.",
            remedy=f"Withdraw {full.source.edition}, or the whole series.",
        )
    return own
