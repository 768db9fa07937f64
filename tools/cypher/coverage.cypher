{% import 'macros.jinja' as m with context %}
// Coverage, tier by tier
//
// Question
//   How much is known of the chains of a contract, a buyer, a supplier, a site or a step in each tier? Along item
//   links: those that name the goods.
// Parameters
//   start: entity. A contract, lot, procurement, organisation, site or step: its id, or a key (scheme:value).
//   valid_at: day. When it was so.
//   max_tier: integer = 50. Tiers to walk; it stands in the pattern as well.
// Returns
//   tier: fewest tiers from the start; 0 has the contracts
//   nodes: contracts and steps
//   steps: steps
//   with_site: steps of which a site is named
//   with_company: steps of which a company is named, by itself or as operator of the site
//   with_place: steps of which a place is named, by itself or by the site
//   with_goods: steps of which the output is named
//   spoken_of: steps that a finding, an assessment or an audit names, by themselves or by their site
//   ends: contracts and steps at which knowledge ends: blind-spots
// Cost
//   One pruned breadth-first walk for each contract or step that the start stands for (a buyer or a lot: one in all),
//   and a look at what is said of each step reached.
// Example
//   kedja cypher coverage --param start=demo:contract-gloves-kalmar --valid-at 2026-11-01
WITH 'demo:contract-gloves-kalmar' AS start, date('2026-11-01') AS valid_at, 50 AS max_tier
{{ m.view('start, max_tier') }}
{{ m.found('start', 'x', 'max_tier') }}
{{ m.roots('x') }}
{{ m.reached('<-[:' + goods + '|FOR_LOT|SERVES*0..50 /* max_tier */]-', views=['FOR_LOT', 'SERVES']) }}
WITH u, min(hops - offset) AS tier, max_tier, {{ ctx }}
WHERE u.kind IN ['Contract', 'Step'] AND tier <= max_tier
{{ m.facts('u', ('stage', 'inputs_known')) }}
// Everything that one or two links say of a step: its site, its company, its place, its goods, and what names it.
CALL (u, {{ ctx }}) {
  OPTIONAL MATCH p = (u)-[:ABOUT|EXAMINED|LOCATED_IN|OPERATES|OUTPUTS|PERFORMS|RUNS*1..2]-(o)
  WHERE u.kind = 'Step' AND all(e IN relationships(p)[1..] WHERE startNode(relationships(p)[0]).kind = 'Site')
    AND {{ sound('p', generic=True) | indent(4) }}
  WITH [e IN relationships(p) | type(e)] AS by, o.kind AS kind
  RETURN collect(DISTINCT CASE
    WHEN by = ['PERFORMS'] THEN 'site'
    WHEN kind = 'Organisation' AND by IN [['RUNS'], ['PERFORMS', 'OPERATES']] THEN 'company'
    WHEN by IN [['LOCATED_IN'], ['PERFORMS', 'LOCATED_IN']] THEN 'place'
    WHEN by = ['OUTPUTS'] THEN 'goods'
    WHEN last(by) IN ['ABOUT', 'EXAMINED'] THEN 'spoken' END) AS said_of
}
WITH tier, u.kind = 'Step' AS step, said_of, NOT coalesce(stage IN {{ literal(ending_stages) }}, false)
  AND coalesce(inputs_known <> 'all', true) AND NOT (u.kind = 'Step' AND status = 'generic') AS end
RETURN tier, count(*) AS nodes, count(CASE WHEN step THEN 1 END) AS steps,
{% for word, column in [('site', 'with_site'), ('company', 'with_company'), ('place', 'with_place'), ('goods', 'with_goods'),
                        ('spoken', 'spoken_of')] %}
  count(CASE WHEN '{{ word }}' IN said_of THEN 1 END) AS {{ column }},
{% endfor %}
  count(CASE WHEN end THEN 1 END) AS ends
ORDER BY tier
