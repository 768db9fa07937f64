// Single points of failure, by commodity
//
// Question
//   Which steps do all known goods of a kind pass on their way to a contract, so that the kind fails with them? A
//   kind is what a step upstream is known to output. Along item links: those that name the goods. Suppliers that
//   nobody has told of may exist: an only point is one as far as is known.
// Parameters
//   contract: entity. A contract: its id, or a key (scheme:value).
//   commodity: entity = null. A product, material or category, narrower ones included; null is every kind upstream.
//   day: day. When it was so.
// Returns
//   commodity: the id of the kind of goods
//   goods: its name
//   origins: how many steps upstream output it
//   tier: fewest tiers between the point and the contract
//   step: the id of the step that all of it passes
//   name: its name
//   places: where it or its site lies
// Cost
//   One pruned breadth-first walk, then for each kind a bounded candidate set: whatever all ways pass stands on a
//   shortest one too. For each step of one shortest path, one more walk that leaves it out and ends at the first
//   origin.
// Example
//   kedja cypher single-points --param contract=demo:contract-gloves-kalmar --valid-at 2026-11-01
WITH 'demo:contract-gloves-kalmar' AS contract, null AS commodity, date('2026-11-01') AS day
MATCH (t:Entity WHERE t.valid_from <= day < t.valid_to) WHERE t.id = contract OR t.key = contract
// The steps upstream, by what they output: any kind, or what is the same as the commodity or narrower.
CALL (t, day) {
  MATCH (t)<-[r:DELIVERED_UNDER|SUPPLIES*1..]-(o:Step)
  WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic')
  RETURN o, min(size(r)) AS far
}
WITH *, COLLECT { MATCH (wanted:Entity) WHERE wanted.id = commodity OR wanted.key = commodity
    MATCH (wanted) ((a)-[e:BROADER|IN_CATEGORY|MATCHES]-(b) WHERE e.valid_from <= day < e.valid_to
      AND (startNode(e) = b AND coalesce(e.relation <> 'narrower', true)
        OR startNode(e) = a AND coalesce(e.relation <> 'broader', false))){0,} (kind) RETURN DISTINCT kind } AS kinds
MATCH (o)-[e:OUTPUTS]->(kind) WHERE e.valid_from <= day < e.valid_to AND (commodity IS NULL OR kind IN kinds)
WITH t, kind, o, day ORDER BY far, o.id
WITH t, kind, day, collect(DISTINCT o) AS origins, head(collect(o)) AS o
// One shortest path from the nearest of them: what is no point on it is no point at all.
MATCH p = shortestPath((o)-[r:DELIVERED_UNDER|SUPPLIES*1..]->(t))
WHERE all(e IN r WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic')
UNWIND range(0, length(p) - 1) AS place
WITH t, kind, origins, length(p) - place AS tier, nodes(p)[place] AS point, day
WHERE NOT EXISTS {
    MATCH (t)<-[q:DELIVERED_UNDER|SUPPLIES*1..]-(past)
    WHERE all(e IN q WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic' AND startNode(e) <> point)
    WITH DISTINCT past WHERE past IN origins RETURN past }
RETURN kind.id AS commodity, kind.name AS goods, size(origins) AS origins, tier, point.id AS step, point.name AS name,
  COLLECT { MATCH p = (point)<-[:PERFORMS*0..1]-()-[:LOCATED_IN]->(o)
    WHERE all(e IN relationships(p) WHERE e.valid_from <= day < e.valid_to)
    RETURN DISTINCT o.name AS place ORDER BY place } AS places
ORDER BY goods, commodity, tier, name, step
