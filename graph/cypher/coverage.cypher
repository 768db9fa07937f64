// Coverage, tier by tier
//
// Question
//   How much is known of the chains of a contract, a buyer, a supplier, a site or a step in each tier? Along item
//   links: those that name the goods.
// Parameters
//   start: entity. A contract, lot, procurement, organisation, site or step: its id, or a key (scheme:value).
//   day: day. When it was so.
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
//   day_is_marks: whether the settled properties hold for this day; else they are those of the mark's day
// Cost
//   One pruned breadth-first walk for each contract or step that the start stands for, and a look at what is said of
//   each step reached.
// Example
//   kedja cypher coverage --param start=demo:contract-gloves-kalmar --valid-at 2026-11-01
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
// Everything that one or two links say of a step: its site, its company, its place, its goods, and what names it.
WITH tier, u:Step AS step, u.open AND NOT (u:Step AND u.status = 'generic') AS end,
  COLLECT { MATCH p = (u:Step)<-[:PERFORMS*0..1]-(at)-[f:ABOUT|EXAMINED|LOCATED_IN|OPERATES|OUTPUTS|PERFORMS|RUNS]-()
    WHERE all(e IN relationships(p) WHERE e.valid_from <= day < e.valid_to)
    RETURN DISTINCT CASE type(f) WHEN 'PERFORMS' THEN CASE at WHEN u THEN 'site' END WHEN 'LOCATED_IN' THEN 'place'
      WHEN 'OUTPUTS' THEN 'goods' WHEN 'ABOUT' THEN 'spoken' WHEN 'EXAMINED' THEN 'spoken' ELSE 'company' END
  } AS known, EXISTS { (:KedjaPublication {valid_at: day}) } AS day_is_marks
RETURN tier, count(*) AS nodes, count(CASE WHEN step THEN 1 END) AS steps,
  count(CASE WHEN 'site' IN known THEN 1 END) AS with_site,
  count(CASE WHEN 'company' IN known THEN 1 END) AS with_company,
  count(CASE WHEN 'place' IN known THEN 1 END) AS with_place,
  count(CASE WHEN 'goods' IN known THEN 1 END) AS with_goods,
  count(CASE WHEN 'spoken' IN known THEN 1 END) AS spoken_of, count(CASE WHEN end THEN 1 END) AS ends, day_is_marks
ORDER BY tier
