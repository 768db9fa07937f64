// Company list: who may have the goods although no link names them
//
// Question
//   Which companies may have goods of a site, a step or an organisation, and which of their contracts may then
//   contain them? A list to ask from, never a figure: a business relation in which the goods are unknown passes on
//   through a company only if its known outputs are one kind.
// Parameters
//   start: entity. A site, step or organisation: its id, or a key (scheme:value). Of an organisation, what it makes is
//     listed as what it runs; kedja affected traces that, and lists what it owns or recruits for.
//   valid_at: day. When it was so.
// Returns
//   why: holds, runs, operates or sells_to: the closest relation, in that order
//   company: the company's id
//   name: its name as it is now
//   contracts: ids of its contracts of which it is unknown whether they contain the goods
// Cost
//   Pruned breadth-first walks: along goods from the steps of the start and of each company listed, along business
//   relations, and upstream from each contract of those companies to see whether its chain is told.
// Example
//   kedja cypher company-list --param start=demo:site-klang-4 --valid-at 2026-11-01
WITH 'demo:site-klang-4' AS start, date('2026-11-01') AS valid_at
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
WITH x, day, run, hidden, clearance, now
WHERE x.kind IN ['Organisation', 'Site', 'Step']
// A site or a step: its steps, its sites, and the companies that run or operate them. Of an organisation the goods are
// unknown.
CALL (x, day, run, hidden, clearance, now) {
  OPTIONAL MATCH p = (x)-[:PERFORMS*0..1]->(s)
  WHERE x.kind <> 'Organisation' AND s.kind = 'Step'
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
  RETURN collect(DISTINCT s) AS steps
}
CALL (x, steps, day, run, hidden, clearance, now) {
  UNWIND CASE x.kind WHEN 'Organisation' THEN [] ELSE [x] END + steps AS from
  OPTIONAL MATCH p = (from)<-[:OPERATES|PERFORMS|RUNS*1..2]-(o)
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
  RETURN [o IN collect(DISTINCT o) WHERE o.kind = 'Organisation'] AS behind,
    [o IN collect(DISTINCT o) WHERE o.kind = 'Site'] AS sites
}
WITH x, steps, behind, day, run, hidden, clearance, now,
  CASE x.kind WHEN 'Step' THEN sites ELSE [x] END + behind AS sellers
// What surely has the goods: the steps and contracts on their way along item links, and the companies that stand there.
CALL (steps, day, run, hidden, clearance, now) {
  UNWIND steps AS s
  MATCH p = (s)-[:DELIVERED_UNDER|SUPPLIES*1..]->(u)
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
  WITH DISTINCT u WHERE NOT u IN steps
  RETURN collect(u) AS onward
}
CALL (onward, behind, day, run, hidden, clearance, now) {
  UNWIND onward AS u
  MATCH p = (u)<-[:HOLDS|OPERATES|PERFORMS|RUNS*1..2]-(o)
  WHERE o.kind = 'Organisation' AND NOT o IN behind
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
  RETURN collect(DISTINCT {company: o, why: toLower(type(last(relationships(p))))}) AS standing
}
// Who sells to whom, and which of them have known outputs of one kind.
CALL (sellers, standing, day, run, hidden, clearance, now) {
  UNWIND sellers + [one IN standing | one.company] AS from
  WITH DISTINCT from
  MATCH p = (from)-[:SELLS_TO*0..]->(o)
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
  WITH DISTINCT o
  WHERE o.kind = 'Organisation'
  CALL (o, day, run, hidden, clearance, now) {
    MATCH p = (o)-[:OPERATES|OUTPUTS|PERFORMS|RUNS*2..3]->(kind)
    WHERE type(last(relationships(p))) = 'OUTPUTS'
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
    RETURN count(DISTINCT kind) AS outputs
  }
  WITH o WHERE outputs = 1
  RETURN collect(o) AS passing
}
CALL (x, sellers, standing, passing, day, run, hidden, clearance, now) {
  // The start's own sellers pass on whatever they sell.
  UNWIND sellers AS from
  MATCH p = (from)-[:SELLS_TO*1..]->(o)
  WHERE all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
      AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
      AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true)
      AND (startNode(e) = from OR startNode(e) IN passing))
    AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
        AND coalesce(n.valid_to > day, true) THEN true
      ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
        WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
          AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
        WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
          AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
    AND NOT o IN sellers
  RETURN DISTINCT o AS company, 'sells_to' AS why, false AS named
  UNION
  UNWIND standing AS one
  WITH one.company AS from WHERE from IN passing
  MATCH p = (from)-[:SELLS_TO*1..]->(o)
  WHERE all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
      AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
      AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true)
      AND startNode(e) IN passing)
    AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
        AND coalesce(n.valid_to > day, true) THEN true
      ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
        WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
          AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
        WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
          AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
    AND NOT o IN [one IN standing WHERE one.company IN passing | one.company]
  RETURN DISTINCT o AS company, 'sells_to' AS why, false AS named
  UNION
  UNWIND standing AS one
  RETURN one.company AS company, one.why AS why, false AS named
  UNION
  MATCH p = (x)-[:HOLDS|OPERATES|RUNS*1]->()
  WHERE x.kind = 'Organisation'
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
  RETURN DISTINCT x AS company, toLower(type(head(relationships(p)))) AS why, true AS named
}
WITH company, why, named, onward, day, run, hidden, clearance, now
ORDER BY CASE why WHEN 'holds' THEN 1 WHEN 'runs' THEN 2 WHEN 'operates' THEN 3 ELSE 4 END, named DESC
WITH company, head(collect({why: why, named: named})) AS closest, onward, day, run, hidden, clearance, now
// Its contracts: those that it holds, and those that goods of its steps reach.
CALL (company, onward, closest, day, run, hidden, clearance, now) {
  CALL (company, day, run, hidden, clearance, now) {
    MATCH p = (company)-[:HOLDS*1]->(c)
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
    RETURN DISTINCT c
    UNION
    MATCH p = (company)-[:OPERATES|PERFORMS|RUNS*1..2]->(s)
    WHERE s.kind = 'Step'
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
    WITH DISTINCT s, day, run, hidden, clearance, now
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
    WITH DISTINCT c WHERE c.kind = 'Contract'
    RETURN c
  }
  WITH DISTINCT c, closest, day, run, hidden, clearance, now WHERE NOT c IN onward
  // Only those of which something upstream is not told, unless the company itself is asked about.
  CALL (c, closest, day, run, hidden, clearance, now) {
    MATCH p = (c)<-[:DELIVERED_UNDER|SUPPLIES*0..]-(u)
    WHERE NOT closest.named
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
    WITH DISTINCT u
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
    WITH u WHERE NOT coalesce(stage IN ['extraction', 'cultivation'], false) AND coalesce(inputs_known <> 'all', true)
    WITH u LIMIT 1
    RETURN count(u) AS untold
  }
  WITH c WHERE closest.named OR untold > 0
  WITH c ORDER BY c.id
  RETURN collect(c.id) AS contracts
}
RETURN closest.why AS why, company.id AS company, coalesce(company.name, company.id) AS name, contracts
ORDER BY name, company
