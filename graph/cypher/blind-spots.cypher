// Blind spots: where knowledge ends
//
// Question
//   Where do the chains of a contract, a buyer, a supplier, a site or a step end because nobody has told what lies
//   further up? An end is a step or contract that is open: neither extraction nor cultivation, and without a word that
//   all its inputs are known beside one of them. Along item links; what is only typical lies beyond an end.
// Parameters
//   start: entity. A contract, lot, procurement, organisation, site or step: its id, or a key (scheme:value).
//   day: day. When it was so.
//   max_tier: integer = 50. Tiers to walk; it stands in the pattern as well.
// Returns
//   tier: fewest tiers from the start
//   type: Contract or Step
//   id: the entity's id
//   name: its name
//   stage: the stage of a step; null where nobody has said
//   inputs_known: what has been said of its inputs; null where nobody has
//   companies: who runs the step or operates its site
//   ask: name of the holder of the nearest contract whose clause entitles us to ask that far; null where there is
//     none
//   under: the id of that contract
//   day_is_marks: whether the settled properties hold for this day; else they are those of the mark's day
// Cost
//   One pruned breadth-first walk for each contract or step that the start stands for, and a look at what is said of
//   each step reached.
// Example
//   kedja cypher blind-spots --param start=demo:contract-gloves-kalmar --valid-at 2026-11-01
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
WITH u, day, min(hops) AS tier, collect({c: s, tier: hops}) AS walks
WHERE u.open AND NOT (u:Step AND u.status = 'generic')
// Whom to ask: the holder of the nearest contract whose clause reaches that far.
WITH *, head(COLLECT {
    UNWIND [w IN walks WHERE w.tier <= {advanced: 2147483647, basic: 1}[w.c.clause_level]] AS w
    WITH w.c AS c, w.tier AS near
    MATCH (c)<-[e:HOLDS]-(o) WHERE e.valid_from <= day < e.valid_to
    RETURN {name: o.name, under: c.id} ORDER BY near, c.id, o.id LIMIT 1 }) AS ask
RETURN tier, head([l IN labels(u) WHERE l <> 'Entity']) AS type, u.id AS id, u.name AS name, u.stage AS stage,
  u.inputs_known AS inputs_known, COLLECT {
    MATCH (u)<-[r:OPERATES|PERFORMS|RUNS*1..2]-(o:Organisation) WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to)
    RETURN DISTINCT o.name AS company ORDER BY company } AS companies, ask.name AS ask, ask.under AS under,
  EXISTS { (:KedjaPublication {valid_at: day}) } AS day_is_marks
ORDER BY tier, type, name, id
