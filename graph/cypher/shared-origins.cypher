// Shared origins
//
// Question
//   Which steps lie upstream of several contracts of a buyer, a supplier or a procurement: where do they share one
//   root? Along item links: those that name the goods.
// Parameters
//   start: entity. An organisation, procurement, lot or site: its id, or a key (scheme:value).
//   day: day. When it was so.
//   max_tier: integer = 50. Tiers to walk; it stands in the pattern as well.
//   least: integer = 2. How many contracts must share a step.
// Returns
//   contracts: how many contracts the step lies upstream of
//   suppliers: how many steps are known to supply it; 0 is an origin, as far as anybody has told
//   tier: fewest tiers from a contract
//   id: the step's id
//   name: its name
//   places: where it or its site lies
//   of: ids of the contracts
// Cost
//   One pruned breadth-first walk for each contract of the start.
// Example
//   kedja cypher shared-origins --param start=se-orgnr:2321000073 --valid-at 2026-11-01
WITH 'se-orgnr:2321000073' AS start, date('2026-11-01') AS day, 50 AS max_tier, 2 AS least
MATCH (x:Entity WHERE x.valid_from <= day < x.valid_to) WHERE x.id = start OR x.key = start
// The contracts of a lot, a procurement, a buyer; else what an organisation or a site does; else the thing itself.
WITH *, COLLECT { MATCH (x)<-[r:FOR_LOT|PART_OF|SERVES*0..]-(s:Contract|Step)
    WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to) RETURN DISTINCT s } AS own
UNWIND CASE WHEN own <> [] THEN own ELSE COLLECT {
    MATCH p = (x:Organisation|Site)<-[:PART_OF*0..]-()-[:HOLDS|OPERATES|PERFORMS|RUNS*1..2]->(s:Contract|Step)
    WHERE all(e IN relationships(p) WHERE e.valid_from <= day < e.valid_to) RETURN DISTINCT s } END AS s
WITH s, day, least WHERE s:Contract
CALL (s, day) {
  MATCH (s)<-[r:DELIVERED_UNDER|SUPPLIES*1..50 /* max_tier */]-(u:Step)
  WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic')
  RETURN u, min(size(r)) AS hops
}
WITH s, u, hops, day, least ORDER BY s.id
WITH u, min(hops) AS tier, collect(s.id) AS of, day, least
WHERE size(of) >= least
RETURN size(of) AS contracts, COUNT {
    MATCH (u)<-[e:DELIVERED_UNDER|SUPPLIES]-(o)
    WHERE o <> u AND e.valid_from <= day < e.valid_to AND e.status <> 'generic'
    RETURN DISTINCT o } AS suppliers, tier, u.id AS id, u.name AS name, COLLECT {
    MATCH p = (u)<-[:PERFORMS*0..1]-()-[:LOCATED_IN]->(o)
    WHERE all(e IN relationships(p) WHERE e.valid_from <= day < e.valid_to)
    RETURN DISTINCT o.name AS place ORDER BY place } AS places, of
ORDER BY contracts DESC, suppliers, tier, name, id
