// Upstream, tier by tier
//
// Question
//   What lies upstream of a contract, a buyer, a supplier, a site or a step, tier by tier, and who does it? Along
//   item links: those that name the goods. What is typical of a kind of goods is not walked.
// Parameters
//   start: entity. A contract, lot, procurement, organisation, site or step: its id, or a key (scheme:value).
//   valid_at: day. When it was so.
//   max_tier: integer = 50. Tiers to walk; it stands in the pattern as well.
// Returns
//   tier: fewest tiers from the start; a step is one further than what it supplies, who acts on it stands in its tier
//   type: the node type
//   id: the entity's id
//   name: its name as it is now
// Cost
//   One pruned breadth-first walk for each contract or step that the start stands for (a buyer or a lot: one in all).
//   Grows with the links of what is reached, never with the number of paths.
// Example
//   kedja cypher upstream --param start=demo:contract-gloves-kalmar --valid-at 2026-11-01
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
// Where to begin: at a contract or step itself; one link (offset) before the contracts of a lot, a procurement, a buyer
// and its units; else at what an organisation holds, runs or operates and a site performs.
CALL (x, day, run, hidden, clearance, now) {
  WITH x WHERE x.kind IN ['Contract', 'Step']
  RETURN x AS s, 0 AS offset
  UNION
  MATCH p = (x)<-[:PART_OF*0..]-(s)
  WHERE x.kind IN ['Lot', 'Organisation', 'Procurement']
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
  RETURN DISTINCT s, 1 AS offset
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
  RETURN DISTINCT s, 0 AS offset
}
CALL (s, day, run, hidden, clearance, now) {
  MATCH p = (s)<-[:DELIVERED_UNDER|SUPPLIES|FOR_LOT|SERVES*0..50 /* max_tier */]-(u)
  WHERE all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
      AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
      AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true)
      AND (e.status <> 'generic' OR type(e) IN ['FOR_LOT', 'SERVES']))
    AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
        AND coalesce(n.valid_to > day, true) THEN true
      ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
        WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
          AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
        WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
          AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
  RETURN u, min(length(p)) AS hops
}
WITH u, min(hops - offset) AS tier, max_tier, day, run, hidden, clearance, now
WHERE u.kind IN ['Contract', 'Step'] AND tier <= max_tier
// Who acts on what was reached: attached in its tier, never walked further.
CALL (u, day, run, hidden, clearance, now) {
  RETURN u AS found, 0 AS beside
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
  RETURN DISTINCT found, CASE u.kind WHEN 'Contract' THEN 1 ELSE 0 END AS beside
}
WITH found, min(tier + beside) AS tier
RETURN tier, found.kind AS type, found.id AS id, coalesce(found.name, found.id) AS name
ORDER BY tier, type, name, id
