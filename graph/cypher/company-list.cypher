// Company list: who may have the goods although no link names them
//
// Question
//   Which companies may have goods of a site or a step, and which of their contracts may then contain them? A list to
//   ask from, never a figure: a business relation in which the goods are unknown passes on through a company only if
//   its known outputs are one kind.
// Parameters
//   start: entity. A site or a step: its id, or a key (scheme:value). Of a company, ask kedja affected, which also
//     lists what it owns and recruits for.
//   day: day. When it was so.
// Returns
//   why: holds, runs, operates or sells_to: the closest relation, in that order
//   company: the company's id
//   name: its name
//   contracts: ids of its contracts of which it is unknown whether they contain the goods
//   day_is_marks: whether the settled properties hold for this day; else they are those of the mark's day
// Cost
//   Pruned breadth-first walks: along goods from the steps of the start and of each company listed, along business
//   relations, and upstream from each contract of those companies to see whether its chain is told.
// Example
//   kedja cypher company-list --param start=demo:site-klang-4 --valid-at 2026-11-01
WITH 'demo:site-klang-4' AS start, date('2026-11-01') AS day
MATCH (x:Entity) WHERE x.id = start OR x.key = start
// The steps, who is behind them, what surely has the goods further on, and who stands there.
WITH *, COLLECT { MATCH (x)-[r:PERFORMS*0..1]->(s:Step)
    WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to) RETURN s } AS steps
WITH *, [x] + COLLECT { UNWIND [x] + steps AS s MATCH (s)<-[r:OPERATES|PERFORMS|RUNS*1..2]-(o)
    WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to) RETURN DISTINCT o } AS sellers,
  COLLECT { UNWIND steps AS s MATCH (s)-[r:DELIVERED_UNDER|SUPPLIES*1..]->(u)
    WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic') RETURN DISTINCT u } AS onward
WITH *, COLLECT { UNWIND onward AS u MATCH (u)<-[r:HOLDS|OPERATES|PERFORMS|RUNS*1..2]-(o:Organisation)
    WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to) RETURN DISTINCT [o, type(last(r))] } AS standing
// Whom they sell to: the first sellers whatever they sell, others only if their known outputs are one kind.
UNWIND standing + [s IN sellers | [s, null]] AS from
WITH day, onward, sellers, from[0] AS s, from[1] AS why
MATCH (s)-[r:SELLS_TO*0..]->(o:Organisation)
WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to AND (startNode(e) IN sellers OR startNode(e).one_kind))
WITH DISTINCT day, onward, sellers, o, CASE o WHEN s THEN why ELSE 'SELLS_TO' END AS why
WHERE why IS NOT NULL AND NOT o IN sellers
WITH day, onward, o, min(CASE why WHEN 'HOLDS' THEN 0 WHEN 'RUNS' THEN 1 WHEN 'OPERATES' THEN 2 ELSE 3 END) AS why
RETURN ['holds', 'runs', 'operates', 'sells_to'][why] AS why, o.id AS company, o.name AS name, COLLECT {
    MATCH (o)-[r:DELIVERED_UNDER|HOLDS|OPERATES|PERFORMS|RUNS|SUPPLIES*1..]->(c:Contract)
    WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to AND coalesce(e.resolution <> 'generic', true))
    WITH DISTINCT c WHERE NOT c IN onward
    MATCH (c)<-[r:DELIVERED_UNDER|SUPPLIES*0..]-(u)
    WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic')
    WITH DISTINCT c, u WHERE u.open
    RETURN DISTINCT c.id AS id ORDER BY id } AS contracts,
  EXISTS { (:KedjaPublication {valid_at: day}) } AS day_is_marks
ORDER BY name, company
