"""The life of a run: begun, published or abandoned; and the removal of what dead runs left."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from graph.neo4j.core import Core, Row, Tx
from graph.neo4j.owners import Owners
from graph.neo4j.schema import patterns
from graph.store import Begun, Publication, RunInfo, RunState
from graph.stored import SHIFT, describe_source, fingerprint, read_source, stamp, unstamp
from ontology.errors import LeaseLostError, StoreError
from ontology.records import Mode, Source, canonical

OPEN = [RunState.ADDING.value, RunState.SETTLING.value]
_SWEEP = 10_000
"""How many rows one transaction of a sweep removes."""


def begin(
    core: Core, owners: Owners, source: Source, loader: str, version: str, options: Mapping[str, str], began: datetime,
    kind: str,
) -> Begun:  # fmt: skip
    """See ``Store.begin``."""
    began_text = stamp(began)
    known_by = fingerprint(source, loader, version, options)
    if known_by and (row := _showing(core, source, known_by)):
        return Begun(row[1], published=_publication(row))
    owner = owners.appear()
    clear_dead(core, owners)
    facts = {
        "kind": kind, "state": RunState.ADDING.value, "owner": owner, "source": source.id, "series": source.series_key,
        "edition": source.edition, "mode": source.mode.value, "secrecy": int(source.secrecy),
        "described": describe_source(source), "loader": loader, "version": version, "options": canonical(options),
        "fingerprint": known_by, "began": began_text,
    }  # fmt: skip
    return Begun(_new(core, facts))


def _showing(core: Core, source: Source, known_by: str) -> tuple[Any, ...] | None:
    """(number, run, at) of the publication of the same load, if that is what its series shows now."""
    rows = core.read(
        "MATCH (r:KedjaRun {series: $series}) WHERE r.publication IS NOT NULL"
        " RETURN r.publication, r.run, r.at, r.fingerprint, r.mode, r.counts ORDER BY r.publication DESC",
        series=source.series_key,
    )
    for *published, fingerprinted, mode, counts in rows:
        if json.loads(counts).get("older_edition"):
            continue
        if fingerprinted == known_by:
            return tuple(published)
        if Mode.APPEND not in (mode, source.mode):
            return None
    return None


def _new(core: Core, facts: Mapping[str, Any]) -> int:
    """Make a run; a transaction that is tried again makes one only."""
    empty = {"places": 0, "note": "", "counts": "{}", "types": [], "carried": []}
    token = uuid.uuid4().hex

    def work(tx: Tx) -> int:
        made = tx.value("MATCH (r:KedjaRun {token: $token}) RETURN r.run", token=token) if tx.attempt else None
        if made is not None:
            return int(made)
        return int(
            tx.value(
                "MATCH (s:KedjaStore {key: 'store'}) SET s.next_run = s.next_run + 1 WITH s.next_run - 1 AS run"
                " CREATE (r:KedjaRun {run: run, token: $token}) SET r += $facts, r.name = 'Run ' + toString(run)"
                " RETURN run",
                token=token, facts={**empty, **facts},
            )
        )  # fmt: skip

    return core.write(work, "begin")


def hold(tx: Tx, core: Core, run: int, states: Iterable[str], **changes: Any) -> Mapping[str, Any]:
    """Take a run's lock and check that it is still this store's own; gives its facts as they were.

    Raises:
        StoreError: it is in another state, or somebody took it over.
    """
    rows = tx.rows(
        "MATCH (r:KedjaRun {run: $run}) WITH r, properties(r) AS facts SET r += $changes RETURN facts",
        run=run, changes={"held": core.owner, **changes},
    )  # fmt: skip
    facts: Mapping[str, Any] = rows[0][0] if rows else {}
    check(core, run, facts, states)
    return facts


def check(core: Core, run: int, facts: Mapping[str, Any], states: Iterable[str]) -> None:
    """Check that a run is this store's own and in one of some states.

    Raises:
        StoreError: it is in another state, or somebody took it over.
    """
    if not facts or facts["owner"] != core.owner or facts["state"] not in set(states):
        state = facts["state"] if facts else "unknown"
        raise StoreError(f"Run {run} takes nothing more: it is {state}.", remedy="Begin a new run.")


def note_types(tx: Tx, run: int, types: Iterable[str]) -> None:
    """Note which link types a run touches: a sweep looks at these alone."""
    tx.rows(
        "MATCH (r:KedjaRun {run: $run}) SET r.types = [t IN r.types WHERE NOT t IN $types] + $types",
        run=run, types=sorted(set(types)),
    )  # fmt: skip


def publish(core: Core, owners: Owners, run: int, at: datetime) -> Publication:
    """See ``Store.publish``. Times of publication never go backwards: an earlier one becomes the last one's."""
    text = stamp(at)
    published = core.write(lambda tx: _publish(tx, core, run, text), "publish")
    owners.lease_is_gone()
    return published


def _publish(tx: Tx, core: Core, run: int, at: str) -> Publication:
    lease = tx.value("MATCH (s:KedjaStore {key: 'store'}) SET s.asked = timestamp() RETURN s.lease")
    rows = tx.rows("MATCH (r:KedjaRun {run: $run}) RETURN r.state, r.owner, r.publication, r.run, r.at", run=run)
    if not rows:
        raise StoreError(f"There is no run {run}.")
    state, owner, *there = rows[0]
    if state == RunState.PUBLISHED and owner == core.owner and tx.attempt:
        return _publication(there)  # the commit that was thought lost
    if state != RunState.SETTLING or owner != core.owner or lease != core.owner:
        raise LeaseLostError(f"Run {run} is {state} and no longer holds the lock.", remedy="Load it again.")
    ((number, last),) = tx.rows(
        "MATCH (s:KedjaStore {key: 'store'}) SET s.publication = s.publication + 1,"
        " s.at = CASE WHEN s.at > $at THEN s.at ELSE $at END, s.run = CASE WHEN s.run > $run THEN s.run ELSE $run END"
        " REMOVE s.lease WITH s MATCH (r:KedjaRun {run: $run})"
        " SET r.state = 'published', r.publication = s.publication, r.at = s.at RETURN s.publication, s.at",
        run=run, at=at,
    )  # fmt: skip
    tx.rows(
        "MATCH (s:KedjaStore {key: 'store'}) OPTIONAL MATCH (h:KedjaRun) WHERE h.run < s.run"
        " AND h.publication IS NULL AND h.state <> 'abandoned' WITH s, collect(h.run) AS hidden SET s.hidden = hidden"
    )
    return _publication((number, run, last))


def at_once(
    core: Core, owners: Owners, kind: str, note: str, at: datetime, work: Callable[[int], Mapping[str, int]]
) -> Publication:
    """A small run of the store's own: begun, settled and published. ``work`` gives its counts."""
    text = stamp(at)
    owners.take_lease()
    try:
        clear_dead(core, owners)
        facts = {
            "kind": kind, "state": RunState.SETTLING.value, "owner": core.owner, "loader": "kedja", "version": "1",
            "options": "{}", "fingerprint": "", "began": text, "note": note,
        }  # fmt: skip
        run = _new(core, facts)
        try:
            counts = canonical(work(run))
            core.write(lambda tx: hold(tx, core, run, OPEN, counts=counts))
            return publish(core, owners, run, at)
        except BaseException:
            _remove(core, run, "failed")
            core.run("MATCH (r:KedjaRun {run: $run}) DELETE r", run=run)
            raise
    except BaseException:
        owners.drop_lease()
        raise


def abandon(core: Core, owners: Owners, run: int, note: str) -> None:
    """See ``Store.abandon``."""
    rows = core.read("MATCH (r:KedjaRun {run: $run}) RETURN r.state, r.owner", run=run)
    if not rows or rows[0][0] == RunState.PUBLISHED:
        raise StoreError(f"Run {run} cannot be abandoned: it is {rows[0][0] if rows else 'unknown'}.")
    state, owner = rows[0]
    if owner != core.owner and not core.write(lambda tx: owner in owners.dead(tx, [owner])):
        raise StoreError(f"Run {run} belongs to another process.", remedy="Let that process end it.")
    _take_over(core, run, owner)
    _remove(core, run, note)
    if state == RunState.SETTLING and owner == core.owner:
        owners.drop_lease()


def clear_dead(core: Core, owners: Owners) -> int:
    """Remove what runs whose store is gone have left; gives how many runs."""
    rows = core.read("MATCH (r:KedjaRun) WHERE r.state IN $open RETURN r.run, r.owner ORDER BY r.run", open=OPEN)
    names = sorted({owner for _, owner in rows} - {core.owner})
    dead = core.write(lambda tx: owners.dead(tx, names)) if names else set()
    gone = [run for run, owner in rows if owner in dead and _take_over(core, run, owner)]
    for run in gone:
        _remove(core, run, "process ended")
    if dead:
        core.run("MATCH (o:KedjaOwner) WHERE o.owner IN $dead DELETE o", dead=sorted(dead))
    return len(gone)


def _take_over(core: Core, run: int, owner: str) -> bool:
    """Make a run this store's own, so that its former owner, if it wakes up, adds nothing more to it."""
    return bool(
        core.run(
            "MATCH (r:KedjaRun {run: $run, owner: $owner}) WHERE r.state IN $open SET r.owner = $mine RETURN r.run",
            run=run, owner=owner, open=OPEN, mine=core.owner,
        )
    )  # fmt: skip


def _remove(core: Core, run: int, note: str) -> None:
    ((types,),) = core.read("MATCH (r:KedjaRun {run: $run}) RETURN r.types", run=run)
    links = (f"()-[e:{kind}]->()" for kind in ("KEDJA_UNDER", *patterns(core, types)))
    for pattern in ("(e:KedjaRecord)", "(e:KedjaJudgement)", *links):
        given = {"run": run, "first": run << SHIFT, "end": (run + 1) << SHIFT}
        _until_done(core, f"MATCH {pattern} WHERE e.retracted = $run WITH e LIMIT {_SWEEP} REMOVE e.retracted", given)
        own = "e.row >= $first AND e.row < $end"
        _until_done(core, f"MATCH {pattern} WHERE {own} WITH e LIMIT {_SWEEP} DELETE e", given)
    core.run(
        "MATCH (r:KedjaRun {run: $run}) SET r.state = 'abandoned', r.note = $note", run=run, note=note
    )  # fmt: skip


def _until_done(core: Core, cypher: str, given: Mapping[str, Any]) -> None:
    while core.run(f"{cypher} RETURN count(*)", **given)[0][0]:
        pass


def runs(core: Core) -> list[RunInfo]:
    """See ``Store.runs``."""
    rows = core.read(
        "MATCH (r:KedjaRun) RETURN r.run, r.kind, r.state, r.described, r.loader, r.version, r.options, r.counts,"
        " r.began, r.note, r.publication, r.run AS published, r.at ORDER BY r.run"
    )
    return [
        RunInfo(
            run=row[0], kind=row[1], state=RunState(row[2]), source=read_source(row[3]) if row[3] else None,
            loader=row[4], version=row[5], options=json.loads(row[6]), counts=json.loads(row[7]), began=unstamp(row[8]),
            publication=_publication(row[10:13]) if row[10] else None, note=row[9],
        )
        for row in rows
    ]  # fmt: skip


_PUBLISHED = "MATCH (r:KedjaRun) WHERE r.publication IS NOT NULL"


def publications(core: Core) -> list[Publication]:
    rows = core.read(f"{_PUBLISHED} RETURN r.publication, r.run, r.at ORDER BY r.publication")
    return [_publication(row) for row in rows]


def latest(core: Core) -> Publication | None:
    rows = core.read(
        "MATCH (s:KedjaStore {key: 'store'}) MATCH (r:KedjaRun {publication: s.publication})"
        " RETURN r.publication, r.run, r.at"
    )
    return _publication(rows[0]) if rows else None


def resolve(core: Core, known_at: datetime) -> Publication | None:
    """See ``Store.resolve``."""
    rows = core.read(
        f"{_PUBLISHED} AND r.at <= $at RETURN r.publication, r.run, r.at ORDER BY r.publication DESC LIMIT 1",
        at=stamp(known_at),
    )
    return _publication(rows[0]) if rows else None


def _publication(row: Row) -> Publication:
    return Publication(row[0], row[1], unstamp(row[2]))
