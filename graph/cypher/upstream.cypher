// Upstream, tier by tier
//
// Question
//   What lies upstream of a contract, a buyer, a supplier, a site or a step, tier by tier, and who does it? Along
//   item links: those that name the goods. What is typical of a kind of goods is not walked.
// Parameters
//   start: entity. A contract, lot, procurement, organisation, site or step: its id, or a key (scheme:value).
//   day: day. When it was so.
//   max_tier: integer = 50. Tiers to walk; it stands in the pattern as well.
// Returns
//   tier: fewest tiers from the start; a step is one further than what it supplies, who acts on it stands in its tier
//   type: the node type
//   id: the entity's id
//   name: its name
// Cost
//   One pruned breadth-first walk for each contract or step that the start stands for.
//   Grows with the links of what is reached, never with the number of paths.
// Example
//   kedja cypher upstream --param start=demo:contract-gloves-kalmar
WITH 'demo:contract-gloves-kalmar' AS start, date('2026-11-01') AS day, 50 AS max_tier
MATCH (x:Entity WHERE x.valid_from <= day < x.valid_to) WHERE x.id = start OR x.key = start
// The contracts of a lot, a procurement, a buyer; else what an organisation or a site does; else the thing itself.
WITH *, COLLECT { MATCH (x)<-[r:FOR_LOT|PART_OF|SERVES*0..]-(s:Contract|Step)
    WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to) RETURN DISTINCT s } AS own
UNWIND CASE WHEN own <> [] THEN own ELSE COLLECT {
    MATCH p = (x:Organisation|Site)<-[:PART_OF*0..]-()-[:HOLDS|OPERATES|PERFORMS|RUNS*1..2]->(s:Contract|Step)
    WHERE all(e IN relationships(p) WHERE e.valid_from <= day < e.valid_to) RETURN DISTINCT s } END AS s
CALL (s, day) {
  MATCH (s)<-[r:DELIVERED_UNDER|SUPPLIES*0..50 /* max_tier */]-(u)
  WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic')
  RETURN u, min(size(r)) AS hops
}
WITH u, min(hops) AS tier, day
// Who acts on what was reached: attached in its tier, never walked further.
CALL (u, day) {
  RETURN u AS found, 0 AS beside
  UNION
  MATCH (u)<-[r:HOLDS|OPERATES|OWNS|PERFORMS|RECRUITS_FOR|RUNS*1..]-(found)
  WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic')
  RETURN DISTINCT found, CASE WHEN u:Contract THEN 1 ELSE 0 END AS beside
}
WITH found, min(tier + beside) AS tier
RETURN tier, head([l IN labels(found) WHERE l <> 'Entity']) AS type, found.id AS id, found.name AS name
ORDER BY tier, type, name, id
