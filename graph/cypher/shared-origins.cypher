// Shared origins
//
// Question
//   Which steps lie upstream of several contracts of a buyer, a supplier or a procurement: where do they share one
//   root? Along item links: those that name the goods.
// Parameters
//   start: entity. An organisation, procurement, lot or site: its id, or a key (scheme:value).
//   valid_at: day. When it was so.
//   max_tier: integer = 50. Tiers to walk; it stands in the pattern as well.
//   least: integer = 2. How many contracts must share a step.
// Returns
//   contracts: how many contracts the step lies upstream of
//   suppliers: how many steps are known to supply it; 0 is an origin, as far as anybody has told
//   tier: fewest tiers from a contract
//   id: the step's id
//   name: its name as it is now
//   places: where it or its site lies
//   of: ids of the contracts
// Cost
//   One pruned breadth-first walk for each contract of the start.
// Example
//   kedja cypher shared-origins --param start=se-orgnr:2321000073 --valid-at 2026-11-01
WITH 'se-orgnr:2321000073' AS start, date('2026-11-01') AS valid_at, 50 AS max_tier, 2 AS least
// What a public reader sees of the last publication: run is the last one published, hidden what is not.
MATCH (store:KedjaStore {key: 'store'})
WITH start, max_tier, least, valid_at AS day,
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
WITH DISTINCT max_tier, least, day, run, hidden, clearance, now, coalesce(h, b) AS x
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
WITH s, least, day, run, hidden, clearance, now
WHERE s.kind = 'Contract'
CALL (s, day, run, hidden, clearance, now) {
  MATCH p = (s)<-[:DELIVERED_UNDER|SUPPLIES*1..50 /* max_tier */]-(u)
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
WITH u, min(hops) AS tier, count(s) AS contracts, collect(s.id) AS ids, least, day, run, hidden, clearance, now
WHERE contracts >= least AND u.kind = 'Step'
CALL (u, day, run, hidden, clearance, now) {
  OPTIONAL MATCH p = (u)<-[:DELIVERED_UNDER|SUPPLIES*1]-(o)
  WHERE o <> u
    AND all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
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
  RETURN count(DISTINCT o) AS suppliers
}
CALL (u, day, run, hidden, clearance, now) {
  OPTIONAL MATCH p = (u)<-[:PERFORMS*0..1]-()-[:LOCATED_IN*1]->(o)
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
  WITH DISTINCT coalesce(o.name, o.id) AS place ORDER BY place
  RETURN collect(place) AS places
}
UNWIND ids AS id
WITH contracts, suppliers, tier, u, places, id ORDER BY id
WITH contracts, suppliers, tier, u, places, collect(id) AS of
RETURN contracts, suppliers, tier, u.id AS id, coalesce(u.name, u.id) AS name, places, of
ORDER BY contracts DESC, suppliers, tier, name, id
