// Single points of failure, by commodity
//
// Question
//   Which steps do all known goods of a kind pass on their way to a contract, so that the kind fails with them? A
//   kind is what a step upstream is known to output. Along item links: those that name the goods. Suppliers that
//   nobody has told of may exist: an only point is one as far as is known.
// Parameters
//   contract: entity. A contract: its id, or a key (scheme:value).
//   commodity: entity = null. A product, material or category, narrower ones included; null is every kind upstream.
//   valid_at: day. When it was so.
// Returns
//   commodity: the id of the kind of goods
//   goods: its name as it is now
//   origins: how many steps upstream output it
//   tier: fewest tiers between the point and the contract
//   step: the id of the step that all of it passes
//   name: its name as it is now
//   places: where it or its site lies
// Cost
//   One pruned breadth-first walk, then for each kind a bounded candidate set: whatever all ways pass stands on a
//   shortest one too. For each step of one shortest path, one more walk that leaves it out and ends at the first
//   origin.
// Example
//   kedja cypher single-points --param contract=demo:contract-gloves-kalmar --valid-at 2026-11-01
WITH 'demo:contract-gloves-kalmar' AS contract, null AS commodity, date('2026-11-01') AS valid_at
// What a public reader sees of the last publication: run is the last one published, hidden what is not.
MATCH (store:KedjaStore {key: 'store'})
WITH contract, commodity, valid_at AS day,
  store.run AS run, store.hidden AS hidden, 0 AS clearance, store.projected = store.publication AS now
// What contract names, by id or by key (scheme:value): of things judged to be the same, the one that stands for all.
CALL (contract) {
  MATCH (b:KedjaBase {id: contract}) RETURN b
  UNION
  UNWIND CASE WHEN contract CONTAINS ':' THEN [contract] ELSE [] END AS key
  MATCH (b:KedjaBase {key: key}) RETURN b
}
OPTIONAL MATCH (b)-[u:KEDJA_UNDER]->(h) WHERE u.added <= run AND NOT u.added IN hidden
    AND coalesce(u.retracted > run OR u.retracted IN hidden, true)
WITH DISTINCT commodity, day, run, hidden, clearance, now, coalesce(h, b) AS t
CALL (commodity, day, run, hidden, clearance, now) {
  WITH commodity WHERE commodity IS NULL
  RETURN null AS wanted
  UNION
  // What commodity names, by id or by key (scheme:value): of things judged to be the same, the one that stands for all.
  CALL (commodity) {
    MATCH (b:KedjaBase {id: commodity}) RETURN b
    UNION
    UNWIND CASE WHEN commodity CONTAINS ':' THEN [commodity] ELSE [] END AS key
    MATCH (b:KedjaBase {key: key}) RETURN b
  }
  OPTIONAL MATCH (b)-[u:KEDJA_UNDER]->(h) WHERE u.added <= run AND NOT u.added IN hidden
      AND coalesce(u.retracted > run OR u.retracted IN hidden, true)
  WITH DISTINCT day, run, hidden, clearance, now, coalesce(h, b) AS wanted
  RETURN wanted
}
// The steps upstream, by what they output.
CALL (t, day, run, hidden, clearance, now) {
  MATCH p = (t)<-[:DELIVERED_UNDER|SUPPLIES*1..]-(o)
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
  RETURN o, min(length(p)) AS tier
}
MATCH p = (o)-[:OUTPUTS*1]->(kind)
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
  AND (wanted IS NULL OR EXISTS {
    MATCH q = (kind) ((a)-[up:BROADER|IN_CATEGORY|MATCHES]-(b)
      WHERE CASE type(up) WHEN 'MATCHES'
        THEN up.relation = 'exact' OR up.relation = CASE startNode(up) WHEN a THEN 'broader' ELSE 'narrower' END
        ELSE startNode(up) = a END){0,}(wanted)
    WHERE all(e IN relationships(q) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
        AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
        AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true))
      AND all(n IN nodes(q) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
          AND coalesce(n.valid_to > day, true) THEN true
        ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
          WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
            AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
          WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
            AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
  })
WITH t, kind, o, tier, day, run, hidden, clearance, now ORDER BY tier, o.id
WITH t, kind, collect(DISTINCT o) AS origins, day, run, hidden, clearance, now
// One shortest path from the nearest of them: what is no point on it is no point at all.
WITH t, kind, origins, head(origins) AS o, day, run, hidden, clearance, now
MATCH p = shortestPath((o)-[:DELIVERED_UNDER|SUPPLIES*1..]->(t))
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
WITH t, kind, origins, length(p) AS hops, nodes(p) AS way, day, run, hidden, clearance, now
UNWIND range(0, hops - 1) AS place
WITH t, kind, origins, hops - place AS tier, way[place] AS point, day, run, hidden, clearance, now
CALL (t, origins, point, day, run, hidden, clearance, now) {
  MATCH p = (t)<-[:DELIVERED_UNDER|SUPPLIES*1..]-(o)
  WHERE all(e IN relationships(p) WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
      AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
      AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true)
      AND e.status <> 'generic'
      AND startNode(e) <> point)
    AND all(n IN nodes(p) WHERE CASE WHEN now AND coalesce(n.valid_from <= day, true)
        AND coalesce(n.valid_to > day, true) THEN true
      ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
        WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
          AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
        WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
          AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)
  WITH DISTINCT o WHERE o IN origins
  WITH o LIMIT 1
  RETURN count(o) AS past
}
WITH kind, origins, tier, point, day, run, hidden, clearance, now
WHERE past = 0
CALL (point, day, run, hidden, clearance, now) {
  OPTIONAL MATCH p = (point)<-[:PERFORMS*0..1]-()-[:LOCATED_IN*1]->(o)
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
RETURN kind.id AS commodity, coalesce(kind.name, kind.id) AS goods, size(origins) AS origins, tier, point.id AS step,
  coalesce(point.name, point.id) AS name, places
ORDER BY goods, commodity, tier, name, step
