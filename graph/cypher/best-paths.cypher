// The k surest paths
//
// Question
//   By which paths do goods, or who acts on them, lead from one thing to another, the surest first? Along item links:
//   those that name the goods. A path is as sure as the product of the confidences of its links.
// Parameters
//   source: entity. The upstream end, a step, site, organisation or place: its id, or a key (scheme:value).
//   target: entity. The downstream end, a step, site or contract: its id, or a key (scheme:value).
//   valid_at: day. When it was so.
//   k: integer = 5. How many paths; it stands in the pattern as well.
//   keep: integer = 50. Ways that go on by one link in a round.
//   rounds: integer = 100. Rounds to go; complete says whether more could matter.
// Returns
//   rank: 1 for the surest; what is the same to twelve digits is a tie, which goes to the fewest links, then the
//     smallest sequence of link ids
//   certainty: product of the confidences
//   path: ids from source to target
//   names: their names as they are now
//   links: ids of the links
//   weakest: the id of the link of least confidence, the nearest the target on a tie
//   complete: whether these are surely the k best
// Cost
//   The k shortest paths give a certainty to beat. Rounds from the target upstream find how surely each node leads
//   there, so that the ways from the source go on best first: a bounded candidate set, of which whatever k known paths
//   beat is dropped. Grows with the nodes that lead to the target nearly as surely as the k-th path.
// Example
//   kedja cypher best-paths --param source=demo:site-klang-4 --param target=demo:contract-gloves-kalmar
//   --valid-at 2026-11-01
WITH 'demo:site-klang-4' AS source, 'demo:contract-gloves-kalmar' AS target, date('2026-11-01') AS valid_at,
  5 AS k, 50 AS keep, 100 AS rounds
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
// What the k shortest paths are worth: what is less sure is none of the k surest.
CALL (x, t, day, run, hidden, clearance, now) {
  MATCH p = SHORTEST 5 /* k */ (x) (()-[e:DELIVERED_UNDER|HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS|SUPPLIES]->(n)
    WHERE e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
        AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
        AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true)
      AND e.status <> 'generic'
      AND CASE WHEN now AND coalesce(n.valid_from <= day, true)
          AND coalesce(n.valid_to > day, true) THEN true
        ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: n.node})
          WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
            AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
          WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
            AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END)+ (t)
  WHERE all(n IN nodes(p) WHERE single(m IN nodes(p) WHERE m = n))
  WITH reduce(v = 1.0, e IN relationships(p) | v * coalesce(e.confidence,
          CASE e.status WHEN 'generic' THEN 0.3 WHEN 'declared' THEN 0.7 WHEN 'verified' THEN 0.95 END)) AS v
  RETURN count(v) AS known, min(v) AS low
}
// Where there are fewer, nothing is too unsure, but only what lies between the two matters.
CALL (x, paths, known, day, run, hidden, clearance, now) {
  MATCH p = (x)-[:DELIVERED_UNDER|HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS|SUPPLIES*1..]->(n)
  WHERE known < paths
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
  WITH DISTINCT n
  RETURN collect(n) AS onward
}
WITH x, t, paths, keep, rounds, day, run, hidden, clearance, now, known, onward,
  CASE known WHEN paths THEN low * (1 - 1e-9) ELSE 0.0 END AS least
// Only what is surer than a floor is looked at; where that gives fewer than k, again with the next one. (No product of
// written numbers is a power of e.)
UNWIND [v IN [i IN range(1, 7) | exp(-i)] WHERE v > least] + least AS floor
// How surely, then by how few links, each node leads to the target, from there upstream by a link a round. ahead is
// [certainty to twelve digits, -links, certainty].
WITH x, t, paths, keep, rounds, day, run, hidden, clearance, now, least, floor,
  reduce(led = [{n: t, ahead: [1.0, 0, 1.0], new: true}], i IN range(1, rounds) |
    CASE WHEN none(m IN led WHERE m.new) THEN led ELSE head([further IN [COLLECT {
      UNWIND led AS m
      WITH m.n AS b, m.ahead AS ahead
      WHERE m.new AND b <> x
      MATCH (a)-[e:DELIVERED_UNDER|HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS|SUPPLIES]->(b)
      WITH a, e, ahead[1] - 1 AS links, ahead[2] * coalesce(e.confidence,
          CASE e.status WHEN 'generic' THEN 0.3 WHEN 'declared' THEN 0.7 WHEN 'verified' THEN 0.95 END) AS v
      WHERE v > floor AND a <> t AND (known = paths OR a = x OR a IN onward)
        AND e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
          AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
          AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true)
        AND e.status <> 'generic'
        AND CASE WHEN now AND coalesce(a.valid_from <= day, true)
            AND coalesce(a.valid_to > day, true) THEN true
          ELSE all(recs IN [COLLECT { MATCH (rec:KedjaRecord {entity: a.node})
            WHERE rec.added <= run AND NOT rec.added IN hidden AND rec.secrecy <= clearance
              AND coalesce(rec.retracted > run OR rec.retracted IN hidden, true) RETURN rec }]
            WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))
              AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END
      RETURN {n: a, ahead: [round(v, toInteger(11 - floor(log10(v)))), links, v], new: true}
    }] | head([sorted IN [COLLECT {
      UNWIND [m IN led | m {.*, new: false}] + further AS m
      RETURN m ORDER BY m.n, m.ahead DESC, m.new
    }] | [j IN range(0, size(sorted) - 1) WHERE j = 0 OR sorted[j].n <> sorted[j - 1].n | sorted[j]]])]) END) AS led
// The ways from the source, the best first; in each round the first of them go on by a link. Those at the target stay,
// and what comes after the k-th of these is dropped.
WITH x, t, paths, least, floor, led,
  reduce(ways = [m IN led WHERE m.n = x | {n: x, v: 1.0, way: [x], links: [], least: 2.0, weakest: null}],
    i IN range(1, rounds) | CASE WHEN all(w IN ways WHERE w.n = t) THEN ways ELSE
    head([going IN [[w IN ways WHERE w.n <> t]] | head([heads IN [[w IN going[..keep] | w.n]] |
    head([reached IN [COLLECT {
      UNWIND heads AS a
      MATCH (a)-[:DELIVERED_UNDER|HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS|SUPPLIES]->(b)
      RETURN DISTINCT b
    }] | head([further IN [COLLECT {
      UNWIND [m IN led WHERE m.n IN reached] AS m
      WITH m.n AS b, m.ahead AS ahead
      MATCH (a)-[e:DELIVERED_UNDER|HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS|SUPPLIES]->(b)
      WHERE a IN heads
        AND e.added <= run AND NOT e.added IN hidden AND e.secrecy <= clearance
          AND coalesce(e.retracted > run OR e.retracted IN hidden, true)
          AND NOT e.denied AND coalesce(e.valid_from <= day, true) AND coalesce(e.valid_to > day, true)
        AND e.status <> 'generic'
      WITH a, b, e.ord AS o, ahead,
        coalesce(e.confidence,
          CASE e.status WHEN 'generic' THEN 0.3 WHEN 'declared' THEN 0.7 WHEN 'verified' THEN 0.95 END) AS c
      UNWIND [w IN going[..keep] WHERE w.n = a AND NOT b IN w.way] AS w
      WITH w, b, o, c, ahead, w.v * c * ahead[2] AS v
      WHERE v > floor
      RETURN {n: b, v: w.v * c, way: w.way + b, links: w.links + o, of: round(v, toInteger(11 - floor(log10(v)))),
        size: size(w.links) + 1 - ahead[1], least: CASE WHEN c <= w.least THEN c ELSE w.least END,
        weakest: CASE WHEN c <= w.least THEN o ELSE w.weakest END}
    }] | head([sorted IN [COLLECT {
      UNWIND further + going[keep..] + [w IN ways WHERE w.n = t] AS w
      RETURN w ORDER BY w.of DESC, w.size, w.links
    }] | sorted[..coalesce([j IN range(0, size(sorted) - 1) WHERE sorted[j].n = t][paths - 1] + 1, size(sorted))]
    ])])])])]) END) AS ways
WITH paths, least, floor, [w IN ways WHERE w.n = t] AS found,
  all(w IN ways WHERE w.n = t) AND none(m IN led WHERE m.new AND m.n <> x) AS complete
WHERE size(found) = paths OR floor = least
WITH found, complete LIMIT 1
UNWIND range(1, size(found)) AS rank
WITH rank, found[rank - 1] AS f, complete
RETURN rank, f.v AS certainty, [n IN f.way | n.id] AS path, [n IN f.way | coalesce(n.name, n.id)] AS names,
  [o IN f.links
    | 'l' + reduce(x = ['', o], i IN range(1, 16) |
      [substring('0123456789abcdef', x[1] % 16, 1) + x[0], x[1] / 16])[0]] AS links,
  'l' + reduce(x = ['', f.weakest], i IN range(1, 16) |
      [substring('0123456789abcdef', x[1] % 16, 1) + x[0], x[1] / 16])[0] AS weakest,
  complete
ORDER BY rank
