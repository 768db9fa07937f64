{% import 'macros.jinja' as m with context %}
// Downstream, tier by tier
//
// Question
//   What do the goods of a step, a site or a supplier become, tier by tier, under which contracts are they delivered?
//   Along item links: those that name the goods. What is typical of a kind of goods is not walked.
// Parameters
//   start: entity. A step, site, organisation or contract: its id, or a key (scheme:value).
//   valid_at: day. When it was so.
//   max_tier: integer = 50. Tiers to walk; it stands in the pattern as well.
// Returns
//   tier: fewest tiers from the start; who acts on a step or contract stands in its tier
//   type: the node type
//   id: the entity's id
//   name: its name as it is now
// Cost
//   One pruned breadth-first walk for each step that the start stands for. Grows with the links of what is reached,
//   never with the number of paths.
// Example
//   kedja cypher downstream --param start=demo:site-klang-4 --valid-at 2026-11-01
WITH 'demo:site-klang-4' AS start, date('2026-11-01') AS valid_at, 50 AS max_tier
{{ m.view('start, max_tier') }}
{{ m.found('start', 'x', 'max_tier') }}
{{ m.contracts('x') }}
{{ m.reached('-[:' + goods + '*0..50 /* max_tier */]->') }}
WITH u, min(hops) AS tier, {{ ctx }}
// Who acts on what was reached: attached in its tier, never walked further.
CALL (u, {{ ctx }}) {
  RETURN u AS found
  UNION
  MATCH p = (u)<-[:{{ actors }}*1..]-(found)
  WHERE {{ sound('p') | indent(4) }}
  RETURN DISTINCT found
}
WITH found, min(tier) AS tier
RETURN tier, found.kind AS type, found.id AS id, coalesce(found.name, found.id) AS name
ORDER BY tier, type, name, id
