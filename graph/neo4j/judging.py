"""Judgements: a person says that two things are the same, or not; a rule joined two records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from graph.identity import GHOST_RULE
from graph.joining import JUDGED, SILENT, standing
from graph.neo4j.core import Core, View, made, seen
from graph.neo4j.entities import find
from graph.neo4j.joining import StoredRows, Writer, base_id
from graph.neo4j.owners import Owners
from graph.neo4j.reading import entity_ids
from graph.neo4j.runs import at_once, latest
from graph.neo4j.schema import ANY_LINK
from graph.neo4j.seeing import shown
from graph.neo4j.seeing import standing as standing_bases
from graph.store import At, Judgement, Publication, Verdict
from graph.stored import AUTOMATIC, SHIFT, judgement_id
from ontology.errors import InputError, NotInGraphError
from ontology.records import Secrecy


def judge(core: Core, owners: Owners, judgement: Judgement, at: datetime) -> Publication:
    """See ``Store.judge``. An id means the very record or ghost that it was made from, a key the entity that has it.

    Raises:
        InputError: both sides are one record, or of two node types.
    """
    a, b = (_side(core, text) for text in (judgement.a, judgement.b))
    if a == b:
        raise InputError(
            "Both sides of the judgement are the same record.", remedy="Name two records by their own entity ids."
        )
    sides = core.read("MATCH (b:KedjaBase) WHERE b.node IN $both RETURN b.id, b.key, b.kind", both=[a, b])
    if sides[0][2] != sides[1][2]:
        raise InputError("Things of two types cannot be judged the same or different.")
    ids = sorted(base_id(id_, key) for id_, key, _ in sides)
    id_ = judgement_id(ids[0], ids[1], judgement.verdict, judgement.who, judgement.why, judgement.rule)

    def work(run: int) -> dict[str, int]:
        said = {
            "row": run << SHIFT, "added": run, "id": id_, "a": a, "b": b, "verdict": judgement.verdict.value,
            "who": judgement.who, "why": judgement.why, "rule": judgement.rule, "name": judgement.verdict.value,
        }  # fmt: skip
        there = core.read("MATCH (j:KedjaJudgement {id: $id}) WHERE j.retracted IS NULL RETURN j.row", id=id_)
        if not there:
            core.run(
                "MATCH (s:KedjaStore {key: 'store'}) SET s.judged = true WITH s MATCH (b:KedjaBase)"
                " WHERE b.node IN $both SET b.judged = true WITH count(b) AS sides"
                " MERGE (j:KedjaJudgement {row: $said.row}) SET j = $said",
                both=[a, b], said=said,
            )  # fmt: skip
        return rejoined(core, run, {a, b}, places=0 if there else 1)

    return at_once(core, owners, "judgement", judgement.why, at, work)


def withdraw(core: Core, owners: Owners, id_: str, who: str, why: str, at: datetime) -> Publication:
    """See ``Store.withdraw``.

    Raises:
        NotInGraphError: no such judgement stands.
    """
    rows = core.read("MATCH (j:KedjaJudgement {id: $id}) WHERE j.retracted IS NULL RETURN j.row, j.a, j.b", id=id_)
    if not rows:
        raise NotInGraphError(
            f"No judgement {id_} by a person stands.",
            remedy="A rule's judgement is undone by judging the two records different.",
        )
    row, a, b = rows[0]

    def work(run: int) -> dict[str, int]:
        core.run("MATCH (j:KedjaJudgement {row: $row}) SET j.retracted = $run", row=row, run=run)
        return rejoined(core, run, {a, b})

    return at_once(core, owners, "withdrawal", f"{who}: {why}", at, work)


def rejoined(core: Core, run: int, bases: set[int], places: int = 0) -> dict[str, int]:
    """Apply the rule to what some bases touch, and write what it changes."""
    rows = StoredRows(core, run)
    stands = standing(rows, bases)
    Writer(core, run, places, rows.hidden).rejoin(stands, {}, ())
    return {"merged": stands.merged}


def _side(core: Core, text: str) -> int:
    published = latest(core)
    at = At(published.number if published else 0, Secrecy.RESTRICTED)
    for id_ in entity_ids([text.strip()], "e"):
        for (base,) in core.read(
            "MATCH (b:KedjaBase {id: $id}) USING INDEX SEEK b:KedjaBase(id) RETURN b.node", id=id_
        ):
            if shown(core, core.view(at), [base]):
                return int(base)
    entity = find(core, at, text)
    if entity is None:
        raise NotInGraphError(f"{text} is not in the graph.", remedy="Search for it by name first.")
    return entity.node


def judgements(core: Core, at: At) -> list[Judgement]:
    """See ``Store.judgements``: those by people and those by a rule, ordered by id."""
    view = core.view(at)
    return sorted([*_manual(core, view), *_by_rule(core, view)], key=lambda j: j.id)


def _manual(core: Core, view: View) -> Iterator[Judgement]:
    rows = core.read(
        f"MATCH (j:KedjaJudgement) WHERE {seen('j', secrecy=False)} MATCH (a:KedjaBase {{node: j.a}})"
        f" USING INDEX SEEK a:KedjaBase(node)"
        " MATCH (b:KedjaBase {node: j.b})"
        " USING INDEX SEEK b:KedjaBase(node) RETURN j.a, j.b, a.id, b.id, j.verdict, j.who, j.why, j.rule, j.id",
        **view.given,
    )
    there = shown(core, view, {base for row in rows for base in row[:2]})
    for first, second, a, b, verdict, *rest in rows:
        if first in there and second in there:
            yield Judgement(a, b, Verdict(verdict), *rest)


def _by_rule(core: Core, view: View) -> Iterator[Judgement]:
    """Records that share an identifier, and ghosts that have been things of their own before a record came."""
    rows = list(
        core.stream(
            f"MATCH (b:KedjaBase)-[m:KEDJA_UNDER]->() WHERE {seen('m', secrecy=False)} AND m.rule <> '{JUDGED}'"
            f" AND (m.rule <> '{SILENT}' OR EXISTS {{ (b)-[:{ANY_LINK}]-() }})"
            " MATCH (p:KedjaBase {node: m.partner})"
            " USING INDEX SEEK p:KedjaBase(node) RETURN b.node, p.node, b.id, b.key, p.id, p.key, m.rule",
            **view.given,
        )
    )
    usual = _once_alone(core, view, {row[0] for row in rows if row[6] == SILENT})
    rows = [row for row in rows if row[6] != SILENT or row[0] in usual]
    there = standing_bases(core, view, {base for row in rows for base in row[:2]})
    for first, second, a, a_key, b, b_key, rule in rows:
        if first in there and second in there:
            by = rule or GHOST_RULE
            id_ = judgement_id(base_id(a, a_key), base_id(b, b_key), Verdict.SAME, AUTOMATIC, "", by)
            yield Judgement(a, b, Verdict.SAME, AUTOMATIC, "", by, id_)


def _once_alone(core: Core, view: View, ghosts: set[int]) -> set[int]:
    """Those of some ghosts at which themselves links stood once."""
    found: set[int] = set()
    for arrow, end in ((f"-[l:{ANY_LINK}]->()", "source"), (f"<-[l:{ANY_LINK}]-()", "target")):
        rows = core.ask(
            f"UNWIND $rows AS n MATCH (b:KedjaBase {{node: n}}){arrow} USING INDEX SEEK b:KedjaBase(node)"
            f" WHERE l.{end}_base = n AND coalesce(l.retracted, -1) >= 0 AND {made('l')} RETURN DISTINCT n",
            sorted(ghosts), **view.given,
        )  # fmt: skip
        found.update(n for (n,) in rows)
    return found
