// Downstream, tier by tier
//
// Question
//   What do the goods of a step, a site or a supplier become, tier by tier, under which contracts are they delivered?
//   Along item links: those that name the goods. What is typical of a kind of goods is not walked.
// Parameters
//   start: entity. A step, site, organisation or contract: its id, or a key (scheme:value).
//   valid_at: day. When it was so.
//   max_tier: integer = 50. Tiers to walk; it stands in the pattern as well.
// Returns
//   tier: fewest tiers from the start; who acts on a step or contract stands in its tier
//   type: the node type
//   id: the entity's id
//   name: its name as it is now
// Cost
//   One pruned breadth-first walk for each step that the start stands for. Grows with the links of what is reached,
//   never with the number of paths.
// Example
//   kedja cypher downstream --param start=demo:site-klang-4 --valid-at 2026-11-01
WITH 'demo:site-klang-4' AS start, date('2026-11-01') AS valid_at, 50 AS max_tier
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
  MATCH p = (s)-[:DELIVERED_UNDER|SUPPLIES*0..50 /* max_tier */]->(u)
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
WITH u, min(hops) AS tier, day, run, hidden, clearance, now
// Who acts on what was reached: attached in its tier, never walked further.
CALL (u, day, run, hidden, clearance, now) {
  RETURN u AS found
  UNION
  MATCH p = (u)<-[:HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS*1..]-(found)
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
  RETURN DISTINCT found
}
WITH found, min(tier) AS tier
RETURN tier, found.kind AS type, found.id AS id, coalesce(found.name, found.id) AS name
ORDER BY tier, type, name, id
