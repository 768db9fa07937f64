{% import 'macros.jinja' as m with context %}
// Blind spots: where knowledge ends
//
// Question
//   Where do the chains of a contract, a buyer, a supplier, a site or a step end because nobody has told what lies
//   further up? An end is a step that is neither extraction nor cultivation and of which it is not said that all
//   inputs are known, or a contract of which it is not said that all deliveries are. Along item links; what is only
//   typical lies beyond an end.
// Parameters
//   start: entity. A contract, lot, procurement, organisation, site or step: its id, or a key (scheme:value).
//   valid_at: day. When it was so.
//   max_tier: integer = 50. Tiers to walk; it stands in the pattern as well.
// Returns
//   tier: fewest tiers from the start
//   type: Contract or Step
//   id: the entity's id
//   name: its name as it is now
//   stage: the stage of a step; null where nobody has said
//   inputs_known: what has been said of its inputs; null where nobody has
//   companies: who runs the step or operates its site
//   ask: name of the holder of the nearest contract whose clause entitles us to ask that far; null where there is
//     none
//   under: the id of that contract
// Cost
//   One pruned breadth-first walk for each contract or step that the start stands for, and a look at what is said of
//   each step reached.
// Example
//   kedja cypher blind-spots --param start=demo:contract-gloves-kalmar --valid-at 2026-11-01
WITH 'demo:contract-gloves-kalmar' AS start, date('2026-11-01') AS valid_at, 50 AS max_tier
{{ m.view('start, max_tier') }}
{{ m.found('start', 'x', 'max_tier') }}
{{ m.contracts('x') }}
{{ m.reached('<-[:' + goods + '*0..50 /* max_tier */]-') }}
WITH u, collect({s: s, tier: hops}) AS walks, min(hops) AS tier, {{ ctx }}
{{ m.facts('u', ('stage', 'inputs_known')) }}
WITH u, walks, tier, {{ ctx }}, stage, inputs_known
WHERE NOT coalesce(stage IN {{ literal(ending_stages) }}, false) AND coalesce(inputs_known <> 'all', true)
  AND NOT (u.kind = 'Step' AND status = 'generic')
// Whom to ask: the holder of the nearest contract whose clause reaches that far.
CALL (walks, {{ ctx }}) {
  UNWIND walks AS walk
  WITH walk.s AS c, walk.tier AS near
  WHERE c.kind = 'Contract'
  {{ m.facts('c', ('clause_level',), prefix='c_') | indent(2) }}
  WITH c, near
  WHERE near <= {{ literal(clause_tiers) }}[c_clause_level]
  MATCH p = (c)<-[:HOLDS*1]-(o)
  WHERE {{ sound('p', generic=True) | indent(4) }}
  WITH c, o ORDER BY near, c.id, o.id LIMIT 1
  RETURN collect(o) AS asked, collect(c) AS under
}
CALL (u, {{ ctx }}) {
  OPTIONAL MATCH p = (u)<-[:OPERATES|PERFORMS|RUNS*1..2]-(o)
  WHERE o.kind = 'Organisation'
    AND {{ sound('p', generic=True) | indent(4) }}
  WITH DISTINCT coalesce(o.name, o.id) AS company ORDER BY company
  RETURN collect(company) AS companies
}
RETURN tier, u.kind AS type, u.id AS id, coalesce(u.name, u.id) AS name, stage, inputs_known, companies,
  head([o IN asked | coalesce(o.name, o.id)]) AS ask, head([c IN under | c.id]) AS under
ORDER BY tier, type, name, id
