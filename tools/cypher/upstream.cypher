{% import 'macros.jinja' as m with context %}
// Upstream, tier by tier
//
// Question
//   What lies upstream of a contract, a buyer, a supplier, a site or a step, tier by tier, and who does it? Along
//   item links: those that name the goods. What is typical of a kind of goods is not walked.
// Parameters
//   start: entity. A contract, lot, procurement, organisation, site or step: its id, or a key (scheme:value).
//   valid_at: day. When it was so.
//   max_tier: integer = 50. Tiers to walk; it stands in the pattern as well.
// Returns
//   tier: fewest tiers from the start; a step is one further than what it supplies, who acts on it stands in its tier
//   type: the node type
//   id: the entity's id
//   name: its name as it is now
// Cost
//   One pruned breadth-first walk for each contract or step that the start stands for (a buyer or a lot: one in all).
//   Grows with the links of what is reached, never with the number of paths.
// Example
//   kedja cypher upstream --param start=demo:contract-gloves-kalmar --valid-at 2026-11-01
WITH 'demo:contract-gloves-kalmar' AS start, date('2026-11-01') AS valid_at, 50 AS max_tier
{{ m.view('start, max_tier') }}
{{ m.found('start', 'x', 'max_tier') }}
{{ m.roots('x') }}
{{ m.reached('<-[:' + goods + '|FOR_LOT|SERVES*0..50 /* max_tier */]-', views=['FOR_LOT', 'SERVES']) }}
WITH u, min(hops - offset) AS tier, max_tier, {{ ctx }}
WHERE u.kind IN ['Contract', 'Step'] AND tier <= max_tier
// Who acts on what was reached: attached in its tier, never walked further.
CALL (u, {{ ctx }}) {
  RETURN u AS found, 0 AS beside
  UNION
  MATCH p = (u)<-[:{{ actors }}*1..]-(found)
  WHERE {{ sound('p') | indent(4) }}
  RETURN DISTINCT found, CASE u.kind WHEN 'Contract' THEN 1 ELSE 0 END AS beside
}
WITH found, min(tier + beside) AS tier
RETURN tier, found.kind AS type, found.id AS id, coalesce(found.name, found.id) AS name
ORDER BY tier, type, name, id
