// The k surest paths
//
// Question
//   By which paths do goods, or who acts on them, lead from one thing to another, the surest first? Along item links:
//   those that name the goods. A path is as sure as the product of the confidences of its links.
// Parameters
//   source: entity. The upstream end, a step, site, organisation or place: its id, or a key (scheme:value).
//   target: entity. The downstream end, a step, site or contract: its id, or a key (scheme:value).
//   day: day. When it was so.
//   k: integer = 5. How many paths; it stands in the pattern as well.
//   keep: integer = 50. Ways that go on by one link in a round.
//   rounds: integer = 100. Rounds to go; complete says whether more could matter.
// Returns
//   rank: 1 for the surest; what is the same to twelve digits is a tie, which goes to the fewest links, then the
//     smallest sequence of link ids
//   certainty: product of the confidences
//   path: ids from source to target
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
WITH 'demo:site-klang-4' AS source, 'demo:contract-gloves-kalmar' AS target, date('2026-11-01') AS day, 5 AS k,
  50 AS keep, 100 AS rounds
MATCH (x:Entity WHERE x.valid_from <= day < x.valid_to) WHERE x.id = source OR x.key = source
MATCH (t:Entity WHERE t.valid_from <= day < t.valid_to) WHERE t <> x AND (t.id = target OR t.key = target)
// What the k shortest paths are worth: what is less sure is none of the k surest.
CALL (x, t, k, day) {
  MATCH p = SHORTEST 5 /* k */ (x) (()-[e:HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS|DELIVERED_UNDER|SUPPLIES]->()
    WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic')+ (t)
  WHERE all(n IN nodes(p) WHERE single(m IN nodes(p) WHERE m = n))
  WITH count(*) AS known, min(reduce(v = 1.0, e IN relationships(p) | v * e.confidence)) AS v
  RETURN CASE WHEN known >= k THEN v * (1 - 1e-9) ELSE 0.0 END AS least
}
// Only what is surer than a floor is looked at; where that gives fewer than k, again with the next one.
UNWIND [v IN [i IN range(1, 7) | exp(-i)] WHERE v > least] + least AS floor
// How surely, then by how few links, each node leads to the target: [certainty to 12 digits, -links, certainty].
WITH *, reduce(led = [{n: t, ahead: [1.0, 0, 1.0], new: true}], i IN range(1, rounds) |
  CASE WHEN none(m IN led WHERE m.new) THEN led ELSE head([more IN [COLLECT {
    UNWIND [m IN led WHERE m.new AND m.n <> x] AS m
    WITH m.n AS b, m.ahead AS ahead
    MATCH (a)-[e:HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS|DELIVERED_UNDER|SUPPLIES]->(b)
    WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic' AND ahead[2] * e.confidence > floor AND a <> t
    WITH a, ahead[1] - 1 AS links, ahead[2] * e.confidence AS v
    RETURN {n: a, ahead: [round(v, toInteger(11 - floor(log10(v)))), links, v], new: true} }] | head([row IN [COLLECT {
      UNWIND [m IN led | m {.*, new: false}] + more AS m
      RETURN m ORDER BY m.n.id, m.ahead DESC, m.new }] |
    [j IN range(0, size(row) - 1) WHERE j = 0 OR row[j].n <> row[j - 1].n | row[j]]])]) END) AS led
// The ways from the source; in each round the best go on by a link, until the k-th at the target bounds the rest.
WITH *, reduce(ways = [m IN led WHERE m.n = x | {n: x, v: 1.0, way: [x.id], links: [], weak: [2.0, null]}],
  i IN range(1, rounds) | CASE WHEN all(w IN ways WHERE w.n = t) THEN ways ELSE
  head([going IN [[w IN ways WHERE w.n <> t]] | head([more IN [COLLECT {
    UNWIND going[..keep] AS w
    WITH w, w.n AS a
    MATCH (a)-[e:HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS|DELIVERED_UNDER|SUPPLIES]->(b)
    WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic' AND NOT b.id IN w.way
    UNWIND [m IN led WHERE m.n = b] AS m
    WITH w, b, e, m, w.v * e.confidence * m.ahead[2] AS v WHERE v > floor
    RETURN {n: b, v: w.v * e.confidence, way: w.way + b.id, links: w.links + e.id,
      of: round(v, toInteger(11 - floor(log10(v)))), size: size(w.links) + 1 - m.ahead[1],
      weak: CASE WHEN e.confidence <= w.weak[0] THEN [e.confidence, e.id] ELSE w.weak END} }] | head([row IN [COLLECT {
      UNWIND more + going[keep..] + [w IN ways WHERE w.n = t] AS w
      RETURN w ORDER BY w.of DESC, w.size, w.links }] |
    row[..coalesce([j IN range(0, size(row) - 1) WHERE row[j].n = t][k - 1] + 1, size(row))]])])]) END) AS ways
WITH *, [w IN ways WHERE w.n = t] AS found, none(m IN led WHERE m.new AND m.n <> x) AS all_led
WHERE size(found) = k OR floor = least
WITH found, all_led AND size(found) = size(ways) AS complete LIMIT 1
UNWIND range(1, size(found)) AS rank
WITH rank, found[rank - 1] AS way, complete
RETURN rank, way.v AS certainty, way.way AS path, way.links AS links, way.weak[1] AS weakest, complete
ORDER BY rank
