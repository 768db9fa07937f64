{% import 'macros.jinja' as m with context %}
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
{{ m.view('source, target, k AS paths, keep, rounds') }}
{{ m.found('source', 'x', 'target, paths, keep, rounds') }}
{{ m.found('target', 't', 'x, paths, keep, rounds') }}
WITH x, t, paths, keep, rounds, {{ ctx }}
WHERE x <> t AND {{ alive('x') | indent(2) }}
// What the k shortest paths are worth: what is less sure is none of the k surest.
CALL (x, t, {{ ctx }}) {
  MATCH p = SHORTEST 5 /* k */ (x) (()-[e:{{ goods_and_actors }}]->(n)
    WHERE {{ live('e') | indent(6) }}
      AND e.status <> 'generic'
      AND {{ alive('n') | indent(6) }})+ (t)
  WHERE all(n IN nodes(p) WHERE single(m IN nodes(p) WHERE m = n))
  WITH reduce(v = 1.0, e IN relationships(p) | v * {{ confidence('e') }}) AS v
  RETURN count(v) AS known, min(v) AS low
}
// Where there are fewer, nothing is too unsure, but only what lies between the two matters.
CALL (x, paths, known, {{ ctx }}) {
  MATCH p = (x)-[:{{ goods_and_actors }}*1..]->(n)
  WHERE known < paths
    AND {{ sound('p') | indent(4) }}
  WITH DISTINCT n
  RETURN collect(n) AS onward
}
WITH x, t, paths, keep, rounds, {{ ctx }}, known, onward,
  CASE known WHEN paths THEN low * (1 - 1e-9) ELSE 0.0 END AS least
// Only what is surer than a floor is looked at; where that gives fewer than k, again with the next one. (No product of
// written numbers is a power of e.)
UNWIND [v IN [i IN range(1, 7) | exp(-i)] WHERE v > least] + least AS floor
// How surely, then by how few links, each node leads to the target, from there upstream by a link a round. ahead is
// [certainty to twelve digits, -links, certainty].
WITH x, t, paths, keep, rounds, {{ ctx }}, least, floor,
  reduce(led = [{n: t, ahead: [1.0, 0, 1.0], new: true}], i IN range(1, rounds) |
    CASE WHEN none(m IN led WHERE m.new) THEN led ELSE head([further IN [COLLECT {
      UNWIND led AS m
      WITH m.n AS b, m.ahead AS ahead
      WHERE m.new AND b <> x
      MATCH (a)-[e:{{ goods_and_actors }}]->(b)
      WITH a, e, ahead[1] - 1 AS links, ahead[2] * {{ confidence('e') }} AS v
      WHERE v > floor AND a <> t AND (known = paths OR a = x OR a IN onward)
        AND {{ live('e') | indent(8) }}
        AND e.status <> 'generic'
        AND {{ alive('a') | indent(8) }}
      RETURN {n: a, ahead: [{{ m.digits('v') }}, links, v], new: true}
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
      MATCH (a)-[:{{ goods_and_actors }}]->(b)
      RETURN DISTINCT b
    }] | head([further IN [COLLECT {
      UNWIND [m IN led WHERE m.n IN reached] AS m
      WITH m.n AS b, m.ahead AS ahead
      MATCH (a)-[e:{{ goods_and_actors }}]->(b)
      WHERE a IN heads
        AND {{ live('e') | indent(8) }}
        AND e.status <> 'generic'
      WITH a, b, e.ord AS o, ahead,
        {{ confidence('e') }} AS c
      UNWIND [w IN going[..keep] WHERE w.n = a AND NOT b IN w.way] AS w
      WITH w, b, o, c, ahead, w.v * c * ahead[2] AS v
      WHERE v > floor
      RETURN {n: b, v: w.v * c, way: w.way + b, links: w.links + o, of: {{ m.digits('v') }},
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
    | {{ link_id('o') }}] AS links,
  {{ link_id('f.weakest') }} AS weakest,
  complete
ORDER BY rank
