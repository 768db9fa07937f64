// The k surest paths
//
// Question
//   By which paths do goods, or who acts on them, lead from one thing to another, the surest first? Along item links:
//   those that name the goods. A path is as sure as the product of the confidences of its links.
// Parameters
//   source: entity. The upstream end, a step, site, organisation or place: its id, or a key (scheme:value).
//   target: entity. The downstream end, a step, site or contract: its id, or a key (scheme:value).
//   valid_at: day. When it was so.
//   k: integer = 5. How many paths.
//   keep: integer = 50. Ways kept at each node in each round; complete says whether that was enough.
//   rounds: integer = 50. Links that a path may have; complete says whether more could matter.
// Returns
//   rank: 1 for the surest; ties go to the fewest links, then the smallest sequence of link ids
//   certainty: product of the confidences
//   path: ids from source to target
//   names: their names as they are now
//   links: ids of the links
//   weakest: the id of the link of least confidence, the nearest the target on a tie
//   complete: whether these are surely the k best
// Cost
//   Rounds with a bounded candidate set: in each, every way goes on by one link, and what is no surer than the k
//   paths already known is dropped. The first path is reached when all ways are as long as the shortest one.
// Example
//   kedja cypher best-paths --param source=demo:site-klang-4 --param target=demo:contract-gloves-kalmar
//   --valid-at 2026-11-01
WITH 'demo:site-klang-4' AS source, 'demo:contract-gloves-kalmar' AS target, date('2026-11-01') AS valid_at,
  5 AS k, 50 AS keep, 50 AS rounds
// What a public reader sees of the last publication: run is the last one published, hidden what is not.
MATCH (store:KedjaStore {key: 'store'})
WITH source, target, k AS paths, keep, rounds, valid_at AS day,
  store.run AS run, store.hidden AS hidden, 0 AS clearance, store.projected = store.publication AS now
// What source names, by id or by key (scheme:value): of things judged to be the same, the one that stands for all.
CALL (source) {
  MATCH (b:KedjaBase {id: source}) RETURN b
  UNION
  UNWIND CASE WHEN source CONTAINS ':' THEN [source] ELSE [] END AS key
  MATCH (b:KedjaBase {key: key}) RETURN b
}
OPTIONAL MATCH (b)-[u:KEDJA_UNDER]->(h) WHERE u.added <= run AND NOT u.added IN hidden
    AND coalesce(u.retracted > run OR u.retracted IN hidden, true)
WITH DISTINCT target, paths, keep, rounds, day, run, hidden, clearance, now, coalesce(h, b) AS x
// What target names, by id or by key (scheme:value): of things judged to be the same, the one that stands for all.
CALL (target) {
  MATCH (b:KedjaBase {id: target}) RETURN b
  UNION
  UNWIND CASE WHEN target CONTAINS ':' THEN [target] ELSE [] END AS key
  MATCH (b:KedjaBase {key: key}) RETURN b
}
OPTIONAL MATCH (b)-[u:KEDJA_UNDER]->(h) WHERE u.added <= run AND NOT u.added IN hidden
    AND coalesce(u.retracted > run OR u.retracted IN hidden, true)
WITH DISTINCT x, paths, keep, rounds, day, run, hidden, clearance, now, coalesce(h, b) AS t
WITH x, t, paths, keep, rounds, day, run, hidden, clearance, now
WHERE x <> t AND CASE WHEN now AND coalesce(x.valid_from <= day, true)
      AND coalesce(x.valid_to > day, true) THEN true
    ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: x.node})
      WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
        AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
      WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
        AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END
WITH x, t, paths, keep, day, run, hidden, clearance, now,
  reduce(s = {found: [], front: [{n: x, v: 1.0, way: [x], links: [], least: 2.0, weakest: null}], all: true},
    i IN range(1, rounds) |
    CASE WHEN s.front = [] THEN s ELSE head([row IN [COLLECT {
      UNWIND s.front AS f
      WITH f, f.n AS a, CASE WHEN size(s.found) < paths THEN 0.0 ELSE s.found[paths - 1].v END AS floor
      MATCH (a)-[e:DELIVERED_UNDER|HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS|SUPPLIES]->(b)
      WITH f, b, e, floor,
        coalesce(e.confidence,
          CASE e.status WHEN 'generic' THEN 0.3 WHEN 'declared' THEN 0.7 WHEN 'verified' THEN 0.95 END) AS c
      WHERE f.v * c > floor AND NOT b IN f.way
        AND e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
          AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
          AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true)
        AND e.status <> 'generic'
        AND CASE WHEN now AND coalesce(b.valid_from <= day, true)
            AND coalesce(b.valid_to > day, true) THEN true
          ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: b.node})
            WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
              AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
            WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
              AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END
      WITH b, {n: b, v: f.v * c, way: f.way + b, links: f.links + e.ord,
        least: CASE WHEN c <= f.least THEN c ELSE f.least END,
        weakest: CASE WHEN c <= f.least THEN e.ord ELSE f.weakest END} AS step
      RETURN step ORDER BY b.node, step.v DESC, step.links
    }] | head([found IN [COLLECT {
        UNWIND s.found + [f IN row WHERE f.n = t] AS f
        RETURN f ORDER BY f.v DESC, size(f.links), f.links
      }] |
      {found: found[0..paths], all: s.all AND none(j IN range(keep, size(row) - 1) WHERE row[j - keep].n = row[j].n),
       front: [j IN range(0, size(row) - 1) WHERE row[j].n <> t AND (j < keep OR row[j - keep].n <> row[j].n)
         AND row[j].v > CASE WHEN size(found) < paths THEN 0.0 ELSE found[paths - 1].v END | row[j]]}])]) END) AS s
UNWIND range(1, size(s.found)) AS rank
WITH s, rank, s.found[rank - 1] AS f
RETURN rank, f.v AS certainty, [n IN f.way | n.id] AS path, [n IN f.way | coalesce(n.name, n.id)] AS names,
  [o IN f.links
    | 'l' + reduce(x = ['', o], i IN range(1, 16) |
      [substring('0123456789abcdef', x[1] % 16, 1) + x[0], x[1] / 16])[0]] AS links,
  'l' + reduce(x = ['', f.weakest], i IN range(1, 16) |
      [substring('0123456789abcdef', x[1] % 16, 1) + x[0], x[1] / 16])[0] AS weakest,
  s.all AND s.front = [] AS complete
ORDER BY rank
