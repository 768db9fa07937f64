// Blind spots: where knowledge ends
//
// Question
//   Where do the chains of a contract, a buyer, a supplier, a site or a step end because nobody has told what lies
//   further up? An end is a step that is neither extraction nor cultivation and of which it is not said that all
//   inputs are known, or a contract of which it is not said that all deliveries are. Along item links; what is only
//   typical lies beyond an end.
// Parameters
//   start: entity. A contract, lot, procurement, organisation, site or step: its id, or a key (scheme:value).
//   valid_at: day. When it was so.
//   max_tier: integer = 50. Tiers to walk; it stands in the pattern as well.
// Returns
//   tier: fewest tiers from the start
//   type: Contract or Step
//   id: the entity's id
//   name: its name as it is now
//   stage: the stage of a step; null where nobody has said
//   inputs_known: what has been said of its inputs; null where nobody has
//   companies: who runs the step or operates its site
//   ask: name of the holder of the nearest contract whose clause entitles us to ask that far; null where there is
//     none
//   under: the id of that contract
// Cost
//   One pruned breadth-first walk for each contract or step that the start stands for, and a look at what is said of
//   each step reached.
// Example
//   kedja cypher blind-spots --param start=demo:contract-gloves-kalmar --valid-at 2026-11-01
WITH 'demo:contract-gloves-kalmar' AS start, date('2026-11-01') AS valid_at, 50 AS max_tier
// What a public reader sees of the last publication: run is the last one published, hidden what is not.
MATCH (store:KedjaStore {key: 'store'})
WITH start, max_tier, valid_at AS day,
  store.run AS run, store.hidden AS hidden, 0 AS clearance, store.projected = store.publication AS now
// What start names, by id or by key (scheme:value): of things judged to be the same, the one that stands for all.
CALL (start) {
  MATCH (b:KedjaBase {id: start}) RETURN b
  UNION
  UNWIND CASE WHEN start CONTAINS ':' THEN [start] ELSE [] END AS key
  MATCH (b:KedjaBase {key: key}) RETURN b
}
OPTIONAL MATCH (b)-[u:KEDJA_UNDER]->(h) WHERE u.added <= run AND NOT u.added IN hidden
    AND coalesce(u.retracted > run OR u.retracted IN hidden, true)
WITH DISTINCT max_tier, day, run, hidden, clearance, now, coalesce(h, b) AS x
// The contracts of a lot, a procurement, a buyer and its units; else what an organisation holds, runs or operates and a
// site performs; a contract or step itself.
CALL (x, day, run, hidden, clearance, now) {
  WITH x WHERE x.kind IN ['Contract', 'Step']
  RETURN x AS s
  UNION
  MATCH p = (x)<-[:FOR_LOT|PART_OF|SERVES*1..]-(s)
  WHERE x.kind IN ['Lot', 'Organisation', 'Procurement'] AND s.kind = 'Contract'
    AND all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
      AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
      AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true))
    AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
        AND coalesce(n.valid_to > day, true) THEN true
      ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
        WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
          AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
        WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
          AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
  RETURN DISTINCT s
  UNION
  MATCH p = (x)<-[:PART_OF*0..]-()-[:HOLDS|OPERATES|PERFORMS|RUNS*1..2]->(s)
  WHERE x.kind IN ['Organisation', 'Site'] AND s.kind IN ['Contract', 'Step']
    AND all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
      AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
      AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true))
    AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
        AND coalesce(n.valid_to > day, true) THEN true
      ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
        WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
          AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
        WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
          AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
    AND NOT EXISTS {
      MATCH q = (x)<-[:PART_OF|SERVES*1..]-(c)
      WHERE c.kind = 'Contract'
        AND all(e IN relationships(q) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
          AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
          AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true))
        AND all(n IN nodes(q) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
            AND coalesce(n.valid_to > day, true) THEN true
          ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
            WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
              AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
            WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
              AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
    }
  RETURN DISTINCT s
}
CALL (s, day, run, hidden, clearance, now) {
  MATCH p = (s)<-[:DELIVERED_UNDER|SUPPLIES*0..50 /* max_tier */]-(u)
  WHERE all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
      AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
      AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true)
      AND e.status <> 'generic')
    AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
        AND coalesce(n.valid_to > day, true) THEN true
      ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
        WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
          AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
        WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
          AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
  RETURN u, min(length(p)) AS hops
}
WITH u, collect({s: s, tier: hops}) AS walks, min(hops) AS tier, day, run, hidden, clearance, now
CALL (u, run, hidden, clearance) {
  MATCH (rec:KedjaRecord {entity: u.node})
  WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
      AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true)
  MATCH (base:KedjaBase {node: rec.base})
  WITH rec ORDER BY rec.base <> rec.entity, base.id, rec.hash, rec.row
  WITH collect(rec.properties) AS said, collect(rec.status) AS statuses, max(rec.confidence) AS stated
  RETURN stated AS stated, CASE WHEN 'verified' IN statuses THEN 'verified'
      WHEN statuses = [] OR 'declared' IN statuses THEN 'declared' ELSE 'generic' END AS status,
    head([t IN said WHERE t CONTAINS '"stage":"'
      | split(split(t, '"stage":"')[1], '"')[0]]) AS stage,
    head([t IN said WHERE t CONTAINS '"inputs_known":"'
      | split(split(t, '"inputs_known":"')[1], '"')[0]]) AS inputs_known
}
WITH u, walks, tier, day, run, hidden, clearance, now, stage, inputs_known
WHERE NOT coalesce(stage IN ['extraction', 'cultivation'], false) AND coalesce(inputs_known <> 'all', true)
  AND NOT (u.kind = 'Step' AND status = 'generic')
// Whom to ask: the holder of the nearest contract whose clause reaches that far.
CALL (walks, day, run, hidden, clearance, now) {
  UNWIND walks AS walk
  WITH walk.s AS c, walk.tier AS near
  WHERE c.kind = 'Contract'
  CALL (c, run, hidden, clearance) {
    MATCH (rec:KedjaRecord {entity: c.node})
    WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
        AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true)
    MATCH (base:KedjaBase {node: rec.base})
    WITH rec ORDER BY rec.base <> rec.entity, base.id, rec.hash, rec.row
    WITH collect(rec.properties) AS said, collect(rec.status) AS statuses, max(rec.confidence) AS stated
    RETURN stated AS c_stated, CASE WHEN 'verified' IN statuses THEN 'verified'
        WHEN statuses = [] OR 'declared' IN statuses THEN 'declared' ELSE 'generic' END AS c_status,
      head([t IN said WHERE t CONTAINS '"clause_level":"'
        | split(split(t, '"clause_level":"')[1], '"')[0]]) AS c_clause_level
  }
  WITH c, near
  WHERE near <= {`advanced`: 2147483647, `basic`: 1, `six-routine-requirements`: 1}[c_clause_level]
  MATCH p = (c)<-[:HOLDS*1]-(o)
  WHERE all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
      AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
      AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true))
    AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
        AND coalesce(n.valid_to > day, true) THEN true
      ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
        WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
          AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
        WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
          AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
  WITH c, o ORDER BY near, c.id, o.id LIMIT 1
  RETURN collect(o) AS asked, collect(c) AS under
}
CALL (u, day, run, hidden, clearance, now) {
  OPTIONAL MATCH p = (u)<-[:OPERATES|PERFORMS|RUNS*1..2]-(o)
  WHERE o.kind = 'Organisation'
    AND all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
      AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
      AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true))
    AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
        AND coalesce(n.valid_to > day, true) THEN true
      ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
        WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
          AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
        WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
          AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
  WITH DISTINCT coalesce(o.name, o.id) AS company ORDER BY company
  RETURN collect(company) AS companies
}
RETURN tier, u.kind AS type, u.id AS id, coalesce(u.name, u.id) AS name, stage, inputs_known, companies,
  head([o IN asked | coalesce(o.name, o.id)]) AS ask, head([c IN under | c.id]) AS under
ORDER BY tier, type, name, id
