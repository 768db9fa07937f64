// Affected contracts
//
// Question
//   Which contracts do the goods of a step, a site, a finding or an incident reach, how many tiers away, for whom?
//   Along item links: those that name the goods. What a company makes, by itself or named by a finding, is left to the
//   snapshot (kedja affected); company-list is the list beside.
// Parameters
//   start: entity. A step, site, finding, assessment or incident: its id, or a key (scheme:value). A finding begins
//     where its scope names a step, a site or an actor with something more; one that names only kinds or places is
//     left to the snapshot.
//   valid_at: day. When it was so.
// Returns
//   tier: fewest tiers between it and where the goods come from
//   contract: the contract's id
//   name: its name as it is now
//   holders: the suppliers that hold it
//   buyers: the organisations that it serves
//   clause_level: level of its sustainability clause; null where nobody has said
// Cost
//   One pruned breadth-first walk for each step at which it begins, without a bound: up to everything downstream.
// Example
//   kedja cypher affected-contracts --param start=demo:incident-klang --valid-at 2026-11-01
WITH 'demo:incident-klang' AS start, date('2026-11-01') AS valid_at
// What a public reader sees of the last publication: run is the last one published, hidden what is not.
MATCH (store:KedjaStore {key: 'store'})
WITH start, valid_at AS day,
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
WITH DISTINCT day, run, hidden, clearance, now, coalesce(h, b) AS x
// The steps at which it begins.
CALL (x, day, run, hidden, clearance, now) {
  WITH x WHERE x.kind = 'Step'
  RETURN x AS s
  UNION
  MATCH p = (x)-[:PERFORMS*1]->(s)
  WHERE x.kind = 'Site'
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
  MATCH p = (x)-[:GATHERS*0..1]->(st)
  WHERE x.kind IN ['Incident', 'Finding', 'RiskAssessment'] AND st.kind <> 'Incident'
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
  CALL (st, run, hidden, clearance) {
    MATCH (rec:KedjaRecord {entity: st.node})
    WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
        AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true)
    MATCH (base:KedjaBase {node: rec.base})
    WITH rec ORDER BY rec.base <> rec.entity, base.id, rec.hash, rec.row
    WITH collect(rec.properties) AS said, collect(rec.status) AS statuses, max(rec.confidence) AS stated
    RETURN stated AS stated, CASE WHEN 'verified' IN statuses THEN 'verified'
        WHEN statuses = [] OR 'declared' IN statuses THEN 'declared' ELSE 'generic' END AS status,
      head([t IN said WHERE t CONTAINS '"standing":"'
        | split(split(t, '"standing":"')[1], '"')[0]]) AS standing,
      head([t IN said WHERE t CONTAINS '"revoked":"'
        | split(split(t, '"revoked":"')[1], '"')[0]]) AS revoked,
      head([t IN said WHERE t CONTAINS '"issued":"'
        | split(split(t, '"issued":"')[1], '"')[0]]) AS issued,
      head([t IN said WHERE t CONTAINS '"stage":"'
        | split(split(t, '"stage":"')[1], '"')[0]]) AS stage
  }
  WITH x, day, run, hidden, clearance, now, st, stage, stated, status
  WHERE NOT coalesce(standing IN ['refuted'], false)
    AND coalesce(revoked > toString(day), true) AND coalesce(issued <= toString(day), true)
  CALL (st, day, run, hidden, clearance, now) {
    OPTIONAL MATCH p = (st)-[:ABOUT*1]->(part)
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
    WITH collect(DISTINCT part) AS parts
    RETURN [x IN parts WHERE x.kind IN ['Organisation', 'Site']] AS actors,
      [x IN parts WHERE x.kind = 'Step'] AS steps, [x IN parts WHERE x.kind = 'Place'] AS places,
      [x IN parts WHERE x.kind IN ['Category', 'Material', 'Product']] AS kinds
  }
  CALL (actors, steps, kinds, places, stage, day, run, hidden, clearance, now) {
    // A scope that names only a site is about all that is done there.
    UNWIND CASE WHEN steps + kinds + places = [] AND stage IS NULL THEN actors ELSE [] END AS site
    MATCH p = (site)-[:PERFORMS*1]->(s)
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
    RETURN DISTINCT s
    UNION
    UNWIND CASE WHEN steps + kinds + places = [] AND stage IS NULL THEN [] ELSE actors + steps END AS near
    CALL (near, day, run, hidden, clearance, now) {
      WITH near WHERE near.kind = 'Step'
      RETURN near AS at
      UNION
      MATCH p = (near)-[:OPERATES|PERFORMS|RUNS*1..2]->(at)
      WHERE at.kind = 'Step'
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
      RETURN DISTINCT at
    }
    WITH DISTINCT at, actors, steps, kinds, places, stage, day, run, hidden, clearance, now
    WHERE (steps = [] OR at IN steps)
      AND (actors = [] OR EXISTS {
        MATCH p = (at)<-[:OPERATES|PERFORMS|RUNS*1..2]-(actor)
        WHERE actor IN actors
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
      })
      AND (places = [] OR EXISTS {
        MATCH p = (at)<-[:PERFORMS*0..1]-()-[:LOCATED_IN|PART_OF*1..]->(place)
        WHERE place IN places
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
      })
      AND (kinds = [] OR EXISTS {
        MATCH p = (at)-[:OUTPUTS]->() ((a)-[up:BROADER|IN_CATEGORY|MATCHES]-(b)
          WHERE CASE type(up) WHEN 'MATCHES'
            THEN up.relation = 'exact' OR up.relation = CASE startNode(up) WHEN a THEN 'broader' ELSE 'narrower' END
            ELSE startNode(up) = a END){0,}(kind)
        WHERE kind IN kinds
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
      })
    CALL (at, run, hidden, clearance) {
      MATCH (rec:KedjaRecord {entity: at.node})
      WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
          AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true)
      MATCH (base:KedjaBase {node: rec.base})
      WITH rec ORDER BY rec.base <> rec.entity, base.id, rec.hash, rec.row
      WITH collect(rec.properties) AS said, collect(rec.status) AS statuses, max(rec.confidence) AS stated
      RETURN stated AS at_stated, CASE WHEN 'verified' IN statuses THEN 'verified'
          WHEN statuses = [] OR 'declared' IN statuses THEN 'declared' ELSE 'generic' END AS at_status,
        head([t IN said WHERE t CONTAINS '"stage":"'
          | split(split(t, '"stage":"')[1], '"')[0]]) AS at_stage
    }
    WITH at, actors, day, run, hidden, clearance, now
    WHERE stage IS NULL OR at_stage = stage
      OR at_stage IN {`raw-material`: ['cultivation', 'extraction', 'recycling'], `processing`: ['component']}[stage]
    RETURN at AS s
  }
  RETURN s
}
CALL (s, day, run, hidden, clearance, now) {
  MATCH p = (s)-[:DELIVERED_UNDER|SUPPLIES*1..]->(c)
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
  RETURN c, min(length(p)) AS hops
}
WITH c, hops, day, run, hidden, clearance, now
WHERE c.kind = 'Contract'
WITH c, min(hops) AS tier, day, run, hidden, clearance, now
CALL (c, run, hidden, clearance) {
  MATCH (rec:KedjaRecord {entity: c.node})
  WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
      AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true)
  MATCH (base:KedjaBase {node: rec.base})
  WITH rec ORDER BY rec.base <> rec.entity, base.id, rec.hash, rec.row
  WITH collect(rec.properties) AS said, collect(rec.status) AS statuses, max(rec.confidence) AS stated
  RETURN stated AS stated, CASE WHEN 'verified' IN statuses THEN 'verified'
      WHEN statuses = [] OR 'declared' IN statuses THEN 'declared' ELSE 'generic' END AS status,
    head([t IN said WHERE t CONTAINS '"clause_level":"'
      | split(split(t, '"clause_level":"')[1], '"')[0]]) AS clause_level
}
CALL (c, day, run, hidden, clearance, now) {
  OPTIONAL MATCH p = (c)-[:HOLDS|SERVES*1]-(o)
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
  WITH DISTINCT o, type(head(relationships(p))) AS role, coalesce(o.name, o.id) AS name ORDER BY name, o.id
  RETURN [x IN collect({role: role, name: name}) WHERE x.role = 'HOLDS' | x.name] AS holders,
    [x IN collect({role: role, name: name}) WHERE x.role = 'SERVES' | x.name] AS buyers
}
RETURN tier, c.id AS contract, coalesce(c.name, c.id) AS name, holders, buyers, clause_level
ORDER BY tier, name, contract
