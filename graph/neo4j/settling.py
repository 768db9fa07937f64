"""Settling a run: what it says anew, what it repeats, what it takes back, and where its rows stand.

Every transaction here writes what no reader sees before the run is published: rows of the run, and marks with its
number. A process that dies in the middle leaves what a sweep removes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from graph.joining import Standing, standing
from graph.neo4j.adding import LINK_CODE, Added
from graph.neo4j.core import Core, Tx
from graph.neo4j.joining import StoredRows, Writer
from graph.neo4j.owners import Owners
from graph.neo4j.runs import clear_dead, hold
from graph.neo4j.schema import ANY_LINK, LINK_TYPES, patterns
from graph.store import I64, RunState, Settled
from graph.stored import SHIFT
from ontology.errors import StoreError
from ontology.records import Mode, canonical, edition_order
from ontology.values import SCHEMES

STRONG = [name for name, scheme in SCHEMES.items() if scheme.strong]
RECORD = -1
"""The type code of records among the statements that are compared."""


def settle(core: Core, owners: Owners, runs: dict[int, Added], run: int, counts: Mapping[str, int]) -> Settled:
    """See ``Store.settle``. The lease is held from here until the run is published or abandoned."""
    with core.writing:
        runs.get(run, Added()).written()
    owners.take_lease()
    try:
        clear_dead(core, owners)
        facts = core.write(lambda tx: _claim(tx, core, run))
        with core.writing:
            settled = _Settling(core, run, facts, runs.pop(run, Added())).settle()
        whole = canonical({**{name: int(n) for name, n in asdict(settled).items()}, **counts})
        core.write(lambda tx: hold(tx, core, run, [RunState.SETTLING], counts=whole))
        return settled
    except BaseException:
        owners.drop_lease()
        raise


def _claim(tx: Tx, core: Core, run: int) -> Mapping[str, Any]:
    try:
        return hold(tx, core, run, [RunState.ADDING], state=RunState.SETTLING.value)
    except StoreError as error:
        raise StoreError(f"Run {run} cannot be settled. {error.message}", remedy="Load it again.") from error


@dataclass(slots=True)
class Said:
    """Statements as columns: row, what identifies it (a record's base, a link's order), content hash, type code, and
    the bases that it names."""

    row: I64
    id: I64
    hash: I64
    type: I64
    a: I64
    b: I64

    @staticmethod
    def of(columns: Sequence[Any]) -> Said:
        return Said(*(np.asarray(column, np.int64) for column in columns))

    def take(self, which: Any) -> Said:
        return Said.of([column[which] for column in (self.row, self.id, self.hash, self.type, self.a, self.b)])

    def __len__(self) -> int:
        return len(self.row)

    @property
    def records(self) -> Said:
        return self.take(self.type == RECORD)

    @property
    def links(self) -> Said:
        return self.take(self.type != RECORD)


def _alike(said: Said) -> tuple[I64, Any]:
    """The statements in the order of what they hold, then of place; and whether each holds what the next one does."""
    order = np.lexsort((said.hash, said.id, said.type == RECORD))
    same = np.ones(max(len(said) - 1, 0), np.bool_)
    for column in (said.hash[order], said.id[order], (said.type == RECORD)[order]):
        same &= column[1:] == column[:-1]
    return order, same


def _repeated(said: Said) -> I64:
    """Positions of statements that stand earlier in the same columns."""
    order, same = _alike(said)
    repeated: I64 = order[1:][same]
    return repeated


def _both(one: Said, other: Said) -> tuple[I64, I64]:
    """Positions in each of the statements that both hold; neither holds one twice."""
    pairs = zip(_columns(one), _columns(other), strict=True)
    order, same = _alike(Said.of([np.concatenate(pair) for pair in pairs]))
    return order[:-1][same], order[1:][same] - len(one)


def _columns(said: Said) -> tuple[I64, ...]:
    return said.row, said.id, said.hash, said.type, said.a, said.b


class _Settling:
    """One run, from what it has added to what will be seen."""

    def __init__(self, core: Core, run: int, facts: Mapping[str, Any], added: Added) -> None:
        self._core = core
        self.run = run
        self._facts = facts
        self._added = added
        self._rows = StoredRows(core, run)
        self._writer = Writer(core, run, max(added.places, int(facts["places"])), self._rows.hidden)
        n, m = len(added.row), len(added.link_row)
        self.own = Said.of([
            np.concatenate((np.asarray(one, np.int64), np.asarray(other, np.int64)))
            for one, other in (
                (added.row, added.link_row), (added.base, added.ord), (added.hash, added.link_hash),
                (np.full(n, RECORD), added.type), (added.base, added.source_base), (added.base, added.target_base),
            )
        ])  # fmt: skip
        self._placed = np.asarray(added.source, np.int64), np.asarray(added.target, np.int64)
        self._first_link = n
        self.left = np.ones(n + m, np.bool_)
        """Which of the own statements are still there."""

    def settle(self) -> Settled:
        self._drop(_repeated(self.own))
        earlier = self._core.read(
            "MATCH (r:KedjaRun {series: $series}) WHERE r.publication IS NOT NULL RETURN r.run, r.edition",
            series=self._facts["series"],
        )
        mode, edition = self._facts["mode"], self._facts["edition"]
        if mode != Mode.APPEND and any(edition_order(other) > edition_order(edition) for _, other in earlier):
            self._drop(np.flatnonzero(self.left))
            return Settled(older_edition=True)
        same, back = self._against([run for run, _ in earlier], mode) if earlier else (0, Said.of([[]] * 6))
        if self._added.careful:
            self._core.run("MATCH (s:KedjaStore {key: 'store'}) SET s.careful = true")
        plain, moved = self._plain()
        stands = standing(self._rows, self._seeds(back, plain))
        self._writer.rejoin(stands, plain, moved)
        ghosts = self._place(stands, plain)
        own = self.own.take(self.left)
        return Settled(
            records=len(own.records), links=len(own.links), unchanged=same, retracted=len(back), merged=stands.merged,
            ghosts=ghosts,
        )  # fmt: skip

    def _drop(self, which: I64) -> None:
        """Take own statements away."""
        gone = self.own.take(which)
        self._writer.drop_records(gone.records.row.tolist())
        for type_, rows in _by_type(gone.links):
            self._writer.drop_links(type_, rows)
        self.left[which] = False

    # -- editions -----------------------------------------------------------------------------------------------
    def _against(self, series: list[int], mode: str) -> tuple[int, Said]:
        """Compare what the run says with what its series says now: (statements repeated, statements taken back).

        A statement is an id with a content. One that is repeated keeps its old version. A full edition takes back what
        it does not repeat; a delta only other contents of the ids that it names; an appended one nothing.
        """
        now = self._said_by(series)
        places = np.flatnonzero(self.left)
        own = self.own.take(places)
        old, new = _both(now, own)
        back = np.ones(len(now), np.bool_)
        back[old] = False
        if mode == Mode.DELTA:
            named = np.isin(now.id, own.records.id) & (now.type == RECORD)
            back &= named | (np.isin(now.id, own.links.id) & (now.type != RECORD))
        taken = now.take(back) if mode != Mode.APPEND else now.take(slice(0, 0))
        self._writer.retract_records(taken.records.row.tolist())
        for type_, rows in _by_type(taken.links):
            self._writer.retract_links(type_, rows)
        self._drop(places[new])
        return len(new), taken

    def _said_by(self, series: list[int]) -> Said:
        """What runs of a series say and nobody has taken back, wherever it stands now."""
        runs = self._core.read(
            "MATCH (r:KedjaRun) WHERE r.publication IS NOT NULL AND (r.run IN $series OR any(x IN r.carried"
            " WHERE x IN $series)) RETURN r.run, r.types",
            series=series,
        )
        columns: list[list[int]] = [[] for _ in range(6)]
        for run, types in runs:
            given = {"series": series, "first": run << SHIFT, "end": (run + 1) << SHIFT}
            where = "e.row >= $first AND e.row < $end AND e.said IN $series AND e.retracted IS NULL"
            found = self._core.stream(
                f"MATCH (e:KedjaRecord) WHERE {where} RETURN e.row, e.base, e.hash, {RECORD}, e.base AS a, e.base AS b",
                **given,
            )
            _extend(columns, found)
            for kind in patterns(self._core, types):
                found = self._core.stream(
                    f"MATCH ()-[e:{kind}]->() WHERE {where}"
                    " RETURN e.row, e.ord, e.hash, type(e), e.source_base, e.target_base",
                    **given,
                )
                _extend(columns, ([*row[:3], LINK_CODE[row[3]], *row[4:]] for row in found))
        return Said.of(columns)

    # -- standing -----------------------------------------------------------------------------------------------
    def _plain(self) -> tuple[dict[int, int], list[int]]:
        """Record base of each ghost of a *plain* record, and those ghosts at which earlier runs' links stand.

        A plain record is public, new, shares no key with any other record, and nobody has judged it: the ghosts of
        its keys stand under it, whatever else is loaded. First loads are made of these.
        """
        bases = np.unique(self.own.take(self.left).records.id).tolist()
        found = self._core.lists(
            "UNWIND $rows AS n MATCH (b:KedjaBase {node: n}) USING INDEX SEEK b:KedjaBase(node) WHERE b.judged IS NULL"
            " AND NOT EXISTS { (b)-[:KEDJA_UNDER]->() }"
            " AND NOT EXISTS { MATCH (r:KedjaRecord {base: n}) USING INDEX SEEK r:KedjaRecord(base)"
            " WHERE r.added <> $run }"
            " MATCH (b)-[:KEDJA_KEY]->(k) WITH n, k, k.judged IS NOT NULL OR NOT split(k.key, ':')[0] IN $strong"
            " OR EXISTS { (k)-[:KEDJA_UNDER]->() } OR COUNT { (k)<-[:KEDJA_KEY]-() } > 1 AS apart"
            " WITH n, collect(k) AS keys, collect(apart) AS apart WHERE NOT true IN apart UNWIND keys AS k"
            f" RETURN collect([k.node, n, EXISTS {{ MATCH (k)-[e:{ANY_LINK}]-() WHERE e.added <> $run }}])",
            [base for base in bases if base not in self._added.secret], run=self.run, strong=STRONG,
        )  # fmt: skip
        plain, moved = {}, []
        for ghost, base, named in found:
            plain[ghost] = base
            if named:
                moved.append(ghost)
        return plain, moved

    def _seeds(self, back: Said, plain: Mapping[int, int]) -> set[int]:
        """Bases whose standing the run may change; a link's ends only where that can matter."""
        own = self.own.take(self.left)
        seeds = set(own.records.id.tolist()) - set(plain.values())
        gone = set(back.records.id.tolist())
        # What is taken back no longer leads to its keys, and these stood under it.
        seeds |= gone | {key for _, key in self._rows.keys(gone)}
        ((careful,),) = self._core.read("MATCH (s:KedjaStore {key: 'store'}) RETURN s.careful OR s.judged")
        if careful:
            for said in (own.links, back.links):
                seeds |= {*said.a.tolist(), *said.b.tolist()} - plain.keys()
        return seeds

    def _place(self, stands: Standing, plain: Mapping[int, int]) -> int:
        """Give the run's own rows the heads that they stand at; gives how many ghosts its links name."""
        own = self.own.take(self.left)
        entities = {
            row: stands.wanted[base].entity
            for row, base in zip(own.records.row.tolist(), own.records.id.tolist(), strict=True)
            if base in stands.wanted
        }
        self._writer.put_records(entities)
        links = own.links
        if not len(links):
            return 0
        heads, ghosts = self._heads(np.unique(np.concatenate((links.a, links.b))), stands, plain)
        at = self.left[self._first_link :]
        ends = [_mapped(links.a, heads), _mapped(links.b, heads)]
        wrong = np.flatnonzero((ends[0] != self._placed[0][at]) | (ends[1] != self._placed[1][at]))
        for code in np.unique(links.type[wrong]).tolist():
            which = wrong[links.type[wrong] == code]
            rows = zip(links.row[which].tolist(), ends[0][which].tolist(), ends[1][which].tolist(), strict=True)
            self._writer.put_links(LINK_TYPES[code], sorted(rows, key=lambda row: row[1:]))
        return int(np.isin(np.unique(np.concatenate(ends)), ghosts).sum())

    def _heads(self, bases: I64, stands: Standing, plain: Mapping[int, int]) -> tuple[tuple[I64, I64], I64]:
        """((bases, their heads), the heads that are ghosts)."""
        heads: dict[int, int] = {}
        ghosts: set[int] = set()
        others = []
        for base in bases.tolist():
            if base in plain:
                heads[base] = plain[base]
            elif base in stands.touched:
                heads[base] = stands.wanted[base].entity if base in stands.wanted else base
                ghosts.update({heads[base]} & stands.ghosts)
            else:
                others.append(base)
        for base, head, ghost in self._core.ask(
            "UNWIND $rows AS n MATCH (b:KedjaBase {node: n})"
            " USING INDEX SEEK b:KedjaBase(node) OPTIONAL MATCH (b)-[u:KEDJA_UNDER]->(h)"
            " WHERE u.retracted IS NULL WITH n, coalesce(h, b) AS h RETURN n, h.node, h.key IS NOT NULL",
            others,
        ):
            heads[base] = head
            if ghost:
                ghosts.add(head)
        return (bases, np.array([heads[base] for base in bases.tolist()], np.int64)), np.array(sorted(ghosts), np.int64)


def _mapped(values: I64, table: tuple[I64, I64]) -> I64:
    return table[1][np.searchsorted(table[0], values)]


def _extend(columns: list[list[int]], rows: Any) -> None:
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            column.append(value)


def _by_type(links: Said) -> list[tuple[str, list[int]]]:
    """Rows of links by their type."""
    return [(LINK_TYPES[code], links.row[links.type == code].tolist()) for code in np.unique(links.type).tolist()]
