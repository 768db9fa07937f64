"""What may be wrong in the database: broken references, rows that nobody should see, schema that is missing."""

from __future__ import annotations

from graph.neo4j.core import Core
from graph.neo4j.schema import ANY_LINK, missing
from graph.stored import SHIFT
from ontology.model import NODES

_VERSIONS = {
    "record": "(v:KedjaRecord)",
    "judgement": "(v:KedjaJudgement)",
    "member": "()-[v:KEDJA_UNDER]->()",
    "link": f"()-[v:{ANY_LINK}]->()",
}
_RUNS = (
    "MATCH (r:KedjaRun) WITH collect(CASE WHEN r.state <> 'abandoned' THEN r.run END) AS live,"
    " collect(CASE WHEN r.publication IS NOT NULL THEN r.run END) AS published"
)
_STANDS = (
    "MATCH ({0}:KedjaBase {{node: {1}}}) OPTIONAL MATCH ({0})-[{0}u:KEDJA_UNDER]->({0}h) WHERE {0}u.retracted IS NULL"
)
_RECORD = ("base", "entity", "hash", "said", "kind", "name", "keys", "properties", "status", "secrecy", "words")
_LINK = ("ord", "hash", "said", "source_base", "target_base", "source_key", "target_key", "status", "secrecy", "denied")
_KINDS = sorted(NODES)

_QUESTIONS = {
    **{
        f"{name}: {{}} versions of runs that are abandoned or unknown":
            f"{_RUNS} MATCH {pattern} WHERE NOT v.added IN live RETURN count(v)"
        for name, pattern in _VERSIONS.items()
    },
    **{
        f"{name}: {{}} versions retracted by runs that are abandoned or unknown":
            f"{_RUNS} MATCH {pattern} WHERE v.retracted IS NOT NULL AND NOT v.retracted IN live RETURN count(v)"
        for name, pattern in _VERSIONS.items()
    },
    **{
        f"{name}: {{}} versions whose number is not their run's":
            f"MATCH {pattern} WHERE v.added IS NULL OR v.added <> v.row / {1 << SHIFT} RETURN count(v)"
        for name, pattern in _VERSIONS.items()
    },
    # What Community cannot require of a relationship or a node is counted here.
    "link: {} links without a property that each must have":
        f"MATCH ()-[v:{ANY_LINK}]->() WHERE {' OR '.join(f'v.{name} IS NULL' for name in _LINK)} RETURN count(v)",
    "record: {} records without a property that each must have, or of an unknown type":
        f"MATCH (r:KedjaRecord) WHERE {' OR '.join(f'r.{name} IS NULL' for name in _RECORD)}"
        f" OR NOT r.kind IN {_KINDS} RETURN count(r)",
    "base: {} bases without number, type or id":
        f"MATCH (b:KedjaBase) WHERE b.node IS NULL OR b.id IS NULL OR NOT b.kind IN {_KINDS} RETURN count(b)",
    "link: {} live links stand elsewhere than the things they name":
        f"{_RUNS} MATCH (s)-[v:{ANY_LINK}]->(t) WHERE v.retracted IS NULL AND v.added IN published"
        f" {_STANDS.format('a', 'v.source_base')} {_STANDS.format('b', 'v.target_base')}"
        " WITH v, s, t, coalesce(ah, a) AS sh, coalesce(bh, b) AS th WHERE sh <> s OR th <> t RETURN count(v)",
    "record: {} live versions stand elsewhere than their base":
        f"{_RUNS} MATCH (r:KedjaRecord) WHERE r.retracted IS NULL AND r.added IN published"
        f" {_STANDS.format('b', 'r.base')} WITH r, coalesce(bh, b) AS h WHERE h.node <> r.entity RETURN count(r)",
    "record: {} versions of unknown bases":
        "MATCH (r:KedjaRecord) WHERE NOT EXISTS { MATCH (:KedjaBase {node: r.base}) }"
        " OR NOT EXISTS { MATCH (:KedjaBase {node: r.entity}) } RETURN count(r)",
    "member: {} bases stand in two places":
        "MATCH (b)-[m:KEDJA_UNDER]->() WHERE m.retracted IS NULL WITH b, count(m) AS places WHERE places > 1"
        " RETURN count(b)",
    "member: {} bases stand under one that itself stands elsewhere":
        "MATCH (b)-[m:KEDJA_UNDER]->()-[n:KEDJA_UNDER]->() WHERE m.retracted IS NULL AND n.retracted IS NULL"
        " RETURN count(b)",
    "publication: {} numbers are missing":
        "MATCH (r:KedjaRun) WHERE r.publication IS NOT NULL RETURN coalesce(max(r.publication), 0) - count(r)",
    "store: it is {} publications away from what its runs say":
        "MATCH (s:KedjaStore {key: 'store'}) OPTIONAL MATCH (r:KedjaRun) WHERE r.publication IS NOT NULL"
        " WITH s, coalesce(max(r.publication), 0) AS last RETURN abs(s.publication - last)",
    "store: what Browser shows is {} publications behind":
        "MATCH (s:KedjaStore {key: 'store'}) RETURN s.publication - s.projected",
    "exposure: {} relationships of an edition that does not count":
        "MATCH (s:KedjaStore {key: 'store'}) MATCH ()-[e:EXPOSED_TO]->()"
        " WHERE e.edition IS NULL OR e.edition <> coalesce(s.exposures, 0) RETURN count(e)",
    "run: {} runs with half a source":
        "MATCH (r:KedjaRun) WHERE (r.source IS NULL) <> (r.described IS NULL) RETURN count(r)",
}  # fmt: skip


def check(core: Core) -> list[str]:
    """See ``Store.check``. Run between loads: a run that is being settled elsewhere may show as a fault."""
    faults = [f"the database lacks the constraint or index {name}" for name in missing(core)]
    for text, cypher in _QUESTIONS.items():
        count = core.read(cypher)[0][0]
        if count:
            faults.append(text.format(count))
    return faults
