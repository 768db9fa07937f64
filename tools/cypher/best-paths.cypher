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
{{ m.view('source, target, k AS paths, keep, rounds') }}
{{ m.found('source', 'x', 'target, paths, keep, rounds') }}
{{ m.found('target', 't', 'x, paths, keep, rounds') }}
WITH x, t, paths, keep, rounds, {{ ctx }}
WHERE x <> t AND {{ alive('x') | indent(2) }}
WITH x, t, paths, keep, {{ ctx }},
  reduce(s = {found: [], front: [{n: x, v: 1.0, way: [x], links: [], least: 2.0, weakest: null}], all: true},
    i IN range(1, rounds) |
    CASE WHEN s.front = [] THEN s ELSE head([row IN [COLLECT {
      UNWIND s.front AS f
      WITH f, f.n AS a, CASE WHEN size(s.found) < paths THEN 0.0 ELSE s.found[paths - 1].v END AS floor
      MATCH (a)-[e:{{ goods_and_actors }}]->(b)
      WITH f, b, e, floor,
        {{ confidence('e') }} AS c
      WHERE f.v * c > floor AND NOT b IN f.way
        AND {{ live('e') | indent(8) }}
        AND e.status <> 'generic'
        AND {{ alive('b') | indent(8) }}
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
    | {{ link_id('o') }}] AS links,
  {{ link_id('f.weakest') }} AS weakest,
  s.all AND s.front = [] AS complete
ORDER BY rank
