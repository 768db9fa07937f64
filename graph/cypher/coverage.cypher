// Coverage, tier by tier
//
// Question
//   How much is known of the chains of a contract, a buyer, a supplier, a site or a step in each tier? Along item
//   links: those that name the goods.
// Parameters
//   start: entity. A contract, lot, procurement, organisation, site or step: its id, or a key (scheme:value).
//   valid_at: day. When it was so.
//   max_tier: integer = 50. Tiers to walk; it stands in the pattern as well.
// Returns
//   tier: fewest tiers from the start; 0 has the contracts
//   nodes: contracts and steps
//   steps: steps
//   with_site: steps of which a site is named
//   with_company: steps of which a company is named, by itself or as operator of the site
//   with_place: steps of which a place is named, by itself or by the site
//   with_goods: steps of which the output is named
//   spoken_of: steps that a finding, an assessment or an audit names, by themselves or by their site
//   ends: contracts and steps at which knowledge ends: blind-spots
// Cost
//   One pruned breadth-first walk for each contract or step that the start stands for (a buyer or a lot: one in all),
//   and a look at what is said of each step reached.
// Example
//   kedja cypher coverage --param start=demo:contract-gloves-kalmar --valid-at 2026-11-01
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
// Everything that one or two links say of a step: its site, its company, its place, its goods, and what names it.
CALL (u, day, run, hidden, clearance, now) {
  OPTIONAL MATCH p = (u)-[:ABOUT|EXAMINED|LOCATED_IN|OPERATES|OUTPUTS|PERFORMS|RUNS*1..2]-(o)
  WHERE u.kind = 'Step' AND all(e IN relationships(p)[1..] WHERE startNode(relationships(p)[0]).kind = 'Site')
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
  WITH [e IN relationships(p) | type(e)] AS by, o.kind AS kind
  RETURN collect(DISTINCT CASE
    WHEN by = ['PERFORMS'] THEN 'site'
    WHEN kind = 'Organisation' AND by IN [['RUNS'], ['PERFORMS', 'OPERATES']] THEN 'company'
    WHEN by IN [['LOCATED_IN'], ['PERFORMS', 'LOCATED_IN']] THEN 'place'
    WHEN by = ['OUTPUTS'] THEN 'goods'
    WHEN last(by) IN ['ABOUT', 'EXAMINED'] THEN 'spoken' END) AS said_of
}
WITH tier, u.kind = 'Step' AS step, said_of, NOT coalesce(stage IN ['extraction', 'cultivation'], false)
  AND coalesce(inputs_known <> 'all', true) AND NOT (u.kind = 'Step' AND status = 'generic') AS end
RETURN tier, count(*) AS nodes, count(CASE WHEN step THEN 1 END) AS steps,
  count(CASE WHEN 'site' IN said_of THEN 1 END) AS with_site,
  count(CASE WHEN 'company' IN said_of THEN 1 END) AS with_company,
  count(CASE WHEN 'place' IN said_of THEN 1 END) AS with_place,
  count(CASE WHEN 'goods' IN said_of THEN 1 END) AS with_goods,
  count(CASE WHEN 'spoken' IN said_of THEN 1 END) AS spoken_of,
  count(CASE WHEN end THEN 1 END) AS ends
ORDER BY tier
