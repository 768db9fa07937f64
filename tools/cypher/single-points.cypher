{% import 'macros.jinja' as m with context %}
// Single points of failure, by commodity
//
// Question
//   Which steps do all known goods of a kind pass on their way to a contract, so that the kind fails with them? A
//   kind is what a step upstream is known to output. Along item links: those that name the goods. Suppliers that
//   nobody has told of may exist: an only point is one as far as is known.
// Parameters
//   contract: entity. A contract: its id, or a key (scheme:value).
//   commodity: entity = null. A product, material or category, narrower ones included; null is every kind upstream.
//   valid_at: day. When it was so.
// Returns
//   commodity: the id of the kind of goods
//   goods: its name as it is now
//   origins: how many steps upstream output it
//   tier: fewest tiers between the point and the contract
//   step: the id of the step that all of it passes
//   name: its name as it is now
//   places: where it or its site lies
// Cost
//   One pruned breadth-first walk, then for each kind a bounded candidate set: whatever all ways pass stands on a
//   shortest one too. For each step of one shortest path, one more walk that leaves it out and ends at the first
//   origin.
// Example
//   kedja cypher single-points --param contract=demo:contract-gloves-kalmar --valid-at 2026-11-01
WITH 'demo:contract-gloves-kalmar' AS contract, null AS commodity, date('2026-11-01') AS valid_at
{{ m.view('contract, commodity') }}
{{ m.found('contract', 't', 'commodity') }}
CALL (commodity, {{ ctx }}) {
  WITH commodity WHERE commodity IS NULL
  RETURN null AS wanted
  UNION
  {{ m.found('commodity', 'wanted') | indent(2) }}
  RETURN wanted
}
// The steps upstream, by what they output.
CALL (t, {{ ctx }}) {
  MATCH p = (t)<-[:{{ goods }}*1..]-(o)
  WHERE {{ sound('p') | indent(4) }}
  RETURN o, min(length(p)) AS tier
}
MATCH p = (o)-[:OUTPUTS*1]->(kind)
WHERE {{ sound('p', generic=True) | indent(2) }}
  AND (wanted IS NULL OR EXISTS {
    MATCH q = (kind) {{ m.broader('wanted') | indent(4) }}
    WHERE {{ sound('q', generic=True) | indent(6) }}
  })
WITH t, kind, o, tier, {{ ctx }} ORDER BY tier, o.id
WITH t, kind, collect(DISTINCT o) AS origins, {{ ctx }}
// One shortest path from the nearest of them: what is no point on it is no point at all.
WITH t, kind, origins, head(origins) AS o, {{ ctx }}
MATCH p = shortestPath((o)-[:{{ goods }}*1..]->(t))
WHERE {{ sound('p') | indent(2) }}
WITH t, kind, origins, length(p) AS hops, nodes(p) AS way, {{ ctx }}
UNWIND range(0, hops - 1) AS place
WITH t, kind, origins, hops - place AS tier, way[place] AS point, {{ ctx }}
CALL (t, origins, point, {{ ctx }}) {
  MATCH p = (t)<-[:{{ goods }}*1..]-(o)
  WHERE {{ sound('p', more='startNode(e) <> point') | indent(4) }}
  WITH DISTINCT o WHERE o IN origins
  WITH o LIMIT 1
  RETURN count(o) AS past
}
WITH kind, origins, tier, point, {{ ctx }}
WHERE past = 0
{{ m.places('point') }}
RETURN kind.id AS commodity, coalesce(kind.name, kind.id) AS goods, size(origins) AS origins, tier, point.id AS step,
  coalesce(point.name, point.id) AS name, places
ORDER BY goods, commodity, tier, name, step
