{% import 'macros.jinja' as m with context %}
// Shared origins
//
// Question
//   Which steps lie upstream of several contracts of a buyer, a supplier or a procurement: where do they share one
//   root? Along item links: those that name the goods.
// Parameters
//   start: entity. An organisation, procurement, lot or site: its id, or a key (scheme:value).
//   valid_at: day. When it was so.
//   max_tier: integer = 50. Tiers to walk; it stands in the pattern as well.
//   least: integer = 2. How many contracts must share a step.
// Returns
//   contracts: how many contracts the step lies upstream of
//   suppliers: how many steps are known to supply it; 0 is an origin, as far as anybody has told
//   tier: fewest tiers from a contract
//   id: the step's id
//   name: its name as it is now
//   places: where it or its site lies
//   of: ids of the contracts
// Cost
//   One pruned breadth-first walk for each contract of the start.
// Example
//   kedja cypher shared-origins --param start=se-orgnr:2321000073 --valid-at 2026-11-01
WITH 'se-orgnr:2321000073' AS start, date('2026-11-01') AS valid_at, 50 AS max_tier, 2 AS least
{{ m.view('start, max_tier, least') }}
{{ m.found('start', 'x', 'max_tier, least') }}
{{ m.contracts('x') }}
WITH s, least, {{ ctx }}
WHERE s.kind = 'Contract'
{{ m.reached('<-[:' + goods + '*1..50 /* max_tier */]-') }}
WITH u, min(hops) AS tier, count(s) AS contracts, collect(s.id) AS ids, least, {{ ctx }}
WHERE contracts >= least AND u.kind = 'Step'
CALL (u, {{ ctx }}) {
  OPTIONAL MATCH p = (u)<-[:{{ goods }}*1]-(o)
  WHERE o <> u
    AND {{ sound('p') | indent(4) }}
  RETURN count(DISTINCT o) AS suppliers
}
{{ m.places('u') }}
UNWIND ids AS id
WITH contracts, suppliers, tier, u, places, id ORDER BY id
WITH contracts, suppliers, tier, u, places, collect(id) AS of
RETURN contracts, suppliers, tier, u.id AS id, coalesce(u.name, u.id) AS name, places, of
ORDER BY contracts DESC, suppliers, tier, name, id
