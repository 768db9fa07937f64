// Affected contracts
//
// Question
//   Which contracts do the goods of a step, a site, a finding or an incident reach, how many tiers away, for whom?
//   Along item links: those that name the goods. What a company makes, by itself or named alone by a finding, is left
//   to kedja affected, and so is a statement of no risk type; company-list is the list beside.
// Parameters
//   start: entity. A step, site, finding, assessment or incident: its id, or a key (scheme:value).
//   day: day. When it was so.
// Returns
//   tier: fewest tiers between it and where the goods come from
//   contract: the contract's id
//   name: its name
//   holders: the suppliers that hold it
//   buyers: the organisations that it serves
//   clause_level: level of its sustainability clause; null where nobody has said
//   day_is_marks: whether the settled properties hold for this day; else they are those of the mark's day
// Cost
//   One pruned breadth-first walk for each step at which it begins, without a bound: up to everything downstream.
// Example
//   kedja cypher affected-contracts --param start=demo:incident-klang --valid-at 2026-11-01
WITH 'demo:incident-klang' AS start, date('2026-11-01') AS day
MATCH (x:Entity WHERE x.valid_from <= day < x.valid_to) WHERE x.id = start OR x.key = start
// The steps at which it begins: a step itself, what is done at a site, where a statement of the case enters.
CALL (x, day) {
  MATCH (x:Site|Step)-[r:PERFORMS*0..1]->(s:Step) WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to)
  RETURN s
  UNION
  MATCH p = (x:Incident|Finding|RiskAssessment)-[:GATHERS*0..1]->()-[:ENTERS]->()-[:PERFORMS*0..1]->(s:Step)
  WHERE all(e IN relationships(p) WHERE e.valid_from <= day < e.valid_to)
  RETURN s
}
CALL (s, day) {
  MATCH (s)-[r:DELIVERED_UNDER|SUPPLIES*1..]->(u:Contract)
  WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic')
  RETURN u, min(size(r)) AS hops
}
WITH u AS c, min(hops) AS tier, day
RETURN tier, c.id AS contract, c.name AS name, COLLECT {
    MATCH (c)<-[e:HOLDS]-(o) WHERE e.valid_from <= day < e.valid_to
    RETURN DISTINCT o.name AS name ORDER BY name } AS holders, COLLECT {
    MATCH (c)-[e:SERVES]->(o) WHERE e.valid_from <= day < e.valid_to
    RETURN DISTINCT o.name AS name ORDER BY name } AS buyers,
  c.clause_level AS clause_level, EXISTS { (:KedjaPublication {valid_at: day}) } AS day_is_marks
ORDER BY tier, name, contract
